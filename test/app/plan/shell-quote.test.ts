// What is copied from the review page on Linux must run as exactly the arguments that Lockstep runs: a real sh is asked.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { isForShell, quoteForShell, typedArguments, typedCommand } from "../../../app/plan/shell-quote.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(150);
const shells = ["/bin/sh", "/bin/dash", "/bin/bash"].filter((shell) => existsSync(shell));

/** What a program is given when the shell runs the line: printf writes each argument, ended by a zero byte. */
function received(shell: string, line: string): string[] {
  return execFileSync(shell, ["-c", line], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { PATH: "/usr/bin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" } }).split("\0").slice(0, -1);
}

const awkward = fc.array(fc.constantFrom("'", '"', "\\", "$", "$(id)", "`", "*", "?", "[a-z]", "~", "{a,b}", "!", "#", ";", "&", "|", "<", ">", "(", ")", " ", "=", "%", "-", "é", "漢字", "🙂", "\u00a0", "\u2028", "a"), { maxLength: 12 }).map((parts) => parts.join(""));
const typeable = fc.oneof(awkward, fc.string({ unit: "grapheme" })).filter((text) => !/[\u0000-\u001f\u007f]/.test(text));

describe.skipIf(shells.length === 0).each(shells)("a command quoted for a shell, given to %s", (shell) => {
  it("comes to the program as it was, whatever its arguments hold", () => {
    fc.assert(fc.property(fc.array(typeable, { minLength: 1, maxLength: 5 }), (arguments_) => {
      expect(received(shell, quoteForShell(["/usr/bin/printf", "%s\\0", ...arguments_]))).toEqual(arguments_);
    }), { numRuns: runs });
  });

  it("comes whole when its arguments are quoted one by one", () => {
    const command = ["runuser", "-u", "o'neill", "--", "env", "HOME=/srv/it's here", "$HOME"];
    const line = quoteForShell(["/usr/bin/printf", "%s\\0"]);
    expect(received(shell, `${line} ${typedArguments(command).join(" ")}`)).toEqual(command);
  });

  it("is a command even where its first word is one of the shell's own, or looks like a variable", () => {
    for (const program of ["if", "while", "A=b", "!", "{"]) {
      expect(() => received(shell, `${quoteForShell([program])} 2>/dev/null`)).toThrow(/Command failed/);
      expect(received(shell, `${quoteForShell([program])} 2>/dev/null || /usr/bin/printf '%s\\0' "$?"`)).toEqual(["127"]);
    }
  });
});

describe("quoting for a shell", () => {
  it("leaves ordinary arguments as they are", () => {
    expect(quoteForShell(["nginx", "-c", "/etc/nginx/nginx.conf", "-s", "reload"])).toBe("nginx -c /etc/nginx/nginx.conf -s reload");
    expect(quoteForShell(["runuser", "-u", "santedb", "--", "env", "HOME=/var/lib/santedb", "/usr/bin/httpcfg", "-del", "-port", "9200"]))
      .toBe("runuser -u santedb -- env HOME=/var/lib/santedb /usr/bin/httpcfg -del -port 9200");
  });

  it("puts the rest between apostrophes, and keeps an empty argument", () => {
    expect(quoteForShell(["systemctl", "stop", "it's", "", "a b"])).toBe("systemctl stop 'it'\\''s' '' 'a b'");
  });

  it("refuses a line break and every other control character", () => {
    for (const text of ["a\nb", "a\rb", "\0", "\u001b[31m", "\u007f"]) expect(() => quoteForShell(["nginx", text])).toThrow(LockstepError);
  });
});

describe("a command", () => {
  it("of Linux is typed in a shell, any other at a Windows prompt", () => {
    expect(["nginx", "systemctl", "service", "runuser", "/usr/sbin/nginx"].map((program) => isForShell([program, "x"]))).toEqual([true, true, true, true, true]);
    expect(["sc", "netsh", "taskkill", "lockstep", "C:\\nginx"].map((program) => isForShell([program, "x"]))).toEqual([false, false, false, false, false]);
    expect(isForShell([])).toBe(false);
    expect(typedCommand(["nginx", "-c", "/etc/my site"])).toBe("nginx -c '/etc/my site'");
    expect(typedCommand(["sc", "stop", "my service"])).toBe('sc stop "my service"');
  });
});
