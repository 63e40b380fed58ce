// What is copied from the review page must run as exactly the arguments that Lockstep runs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { quoteCommand, type Place } from "../../../app/plan/quote.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);

/** cmd.exe without delayed expansion: percent signs first, then carets and quotation marks. Null where a line would break up. */
function cmd(line: string, place: Place): string | null {
  // No variable in this model is defined. At the prompt an undefined one stays as it stands; in a batch file it is removed.
  const expanded = place === "batch" ? line.replace(/%%|%[^%]*%|%/g, (found) => (found === "%%" ? "%" : "")) : line;
  let quoted = false;
  let result = "";
  for (let at = 0; at < expanded.length; at++) {
    const character = expanded.charAt(at);
    if (!quoted && character === "^") result += expanded.charAt(++at);
    else if (!quoted && "&|<>()".includes(character)) return null;
    else {
      if (character === '"') quoted = !quoted;
      result += character;
    }
  }
  return result;
}

/** CommandLineToArgvW for everything after the program's name. */
function argumentsOf(line: string): string[] {
  const found: string[] = [];
  let current: string | null = null;
  let quoted = false;
  for (let at = 0; at < line.length;) {
    const backslashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    if (backslashes > 0) {
      const before = line.charAt(at + backslashes) === '"';
      current = (current ?? "") + "\\".repeat(before ? Math.floor(backslashes / 2) : backslashes);
      at += backslashes;
      if (before && backslashes % 2 === 1) { current += '"'; at++; }
      continue;
    }
    const character = line.charAt(at++);
    if (character === '"') {
      current ??= "";
      if (quoted && line.charAt(at) === '"') { current += '"'; at++; }
      else quoted = !quoted;
    } else if (character === " " && !quoted) {
      if (current !== null) found.push(current);
      current = null;
    } else current = (current ?? "") + character;
  }
  if (current !== null) found.push(current);
  return found;
}

describe("quoting a command", () => {
  it("leaves ordinary arguments as they are", () => {
    expect(quoteCommand(["netsh", "http", "add", "sslcert", "ipport=[::]:9200", "certstorename=MY"]))
      .toBe("netsh http add sslcert ipport=[::]:9200 certstorename=MY");
  });

  it("quotes the value, not the name, of what cmd or PowerShell would take apart", () => {
    expect(quoteCommand(["netsh", "appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "sddl=D:(A;;GX;;;NS)"]))
      .toBe('netsh appid="{A97FB5DE-7627-401C-8E70-5B96C1A0073B}" sddl="D:(A;;GX;;;NS)"');
  });

  it("doubles backslashes before a closing quotation mark only", () => {
    expect(quoteCommand(["sc", "start", "C:\\Program Files\\"])).toBe('sc start "C:\\Program Files\\\\"');
  });

  it("writes a percent sign so that no variable is expanded", () => {
    expect(quoteCommand(["sc", "a %PATH% b"])).toBe('sc "a "^%"PATH"^%" b"');
    expect(quoteCommand(["sc", "a %PATH% b"], "batch")).toBe('sc "a %%PATH%% b"');
  });

  it("keeps an empty argument", () => expect(quoteCommand(["sc", "", "x"])).toBe('sc "" x'));

  it("refuses what cannot be typed", () => {
    expect(() => quoteCommand(["sc", "a\nb"])).toThrow(LockstepError);
  });

  it.each(["prompt", "batch"] as const)("gives back any arguments through cmd and CommandLineToArgvW (%s)", (place) => {
    const argument = fc.string({ unit: fc.constantFrom(..."ab=:é \\\\\"\"%%^&|<>()!;,{}'`$@+/-".split("")), maxLength: 14 });
    fc.assert(fc.property(fc.array(argument, { minLength: 1, maxLength: 5 }), (arguments_) => {
      const line = cmd(quoteCommand(["netsh", ...arguments_], place), place);
      expect(line).not.toBeNull();
      expect(argumentsOf(line ?? "")).toEqual(["netsh", ...arguments_]);
    }), { numRuns: runs });
  });
});
