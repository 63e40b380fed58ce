// How programs are run on a Linux machine: what they are given, what they answer, and how they are ended.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openCommands, runProgram } from "../../../main/machines/linux/commands.ts";
import { readLayout, type Layout, type ProgramPath } from "../../../main/machines/linux/layout.ts";
import { isRunning } from "../../../main/machines/linux/processes.ts";
import { systemClock } from "../../../main/machines/clock.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-commands-"));
const isRoot = process.getuid?.() === 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(root, "case-")); });

const shell = (script: string, ...arguments_: readonly string[]): ProgramPath => ["/bin/sh", "-c", script, "sh", ...arguments_];
const laidOut = async (programs: Partial<Layout["programs"]>, more: Partial<Layout> = {}): Promise<Layout> => {
  const layout = await readLayout();
  return { ...layout, ...more, programs: { ...layout.programs, ...programs } };
};
const gone = async (processId: number): Promise<void> => {
  while (await isRunning(processId)) await systemClock.wait(10);
};

describe.skipIf(process.platform !== "linux")("a program", () => {
  it("is given its arguments as they stand, no input, and little environment", async () => {
    const awkward = ["a b", "$HOME", "*", "", "'", "--x=\"y\"", "é\n"];
    expect(await runProgram({ command: shell("printf '<%s>' \"$@\"; cat", ...awkward) })).toEqual({ exitCode: 0, output: awkward.map((each) => `<${each}>`).join("") });
    const { output } = await runProgram({ command: ["/usr/bin/env"], environment: { HOME: "/srv/x" } });
    expect(output.trim().split("\n").sort()).toEqual(["HOME=/srv/x", "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]);
    expect((await runProgram({ command: shell("pwd; readlink /proc/self/fd/0") })).output).toBe("/\n/dev/null\n");
  });

  it("gives whatever exit code it has, and what it wrote to both streams in order", async () => {
    expect(await runProgram({ command: shell("echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three; exit 7") })).toEqual({ exitCode: 7, output: "one\ntwo\nthree\n" });
    expect(await runProgram({ command: shell("echo one; echo two >&2"), withoutErrors: true })).toEqual({ exitCode: 0, output: "one\n" });
  });

  it("reads bytes that it is given", async () => {
    const input = new Uint8Array(300_000).fill(120);
    expect((await runProgram({ command: ["/usr/bin/wc", "-c"], input })).output.trim()).toBe("300000");
    expect(await runProgram({ command: shell("exec <&-; exit 3"), input })).toMatchObject({ exitCode: 3 });
  });

  it("makes files for their owner alone; a service and NGINX make them as at boot", async () => {
    const own = process.umask(0o027);
    const writer = join(folder, "writer");
    writeFileSync(writer, "#!/bin/sh\n: > \"$1\"\n", { mode: 0o755 });
    const commands = openCommands(await laidOut({ systemctl: [writer], service: [writer], nginx: [writer] }));
    for (const name of ["systemctl", "service", "nginx"] as const) await commands.run([name, join(folder, name)]);
    expect(["systemctl", "service", "nginx"].map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))).toEqual(["600", "644", "644"]);
    expect(process.umask(own)).toBe(0o027);
  });

  it.skipIf(!isRoot)("runs as the user and group that were asked for, and as no other", async () => {
    expect((await runProgram({ command: ["/usr/bin/id"], user: { uid: 65534, gid: 65534 } })).output).toMatch(/^uid=65534\(nobody\) gid=65534\(nogroup\) groups=65534\(nogroup\)$/m);
  });

  it("has no more than a megabyte of its output kept, and is not held up by that", async () => {
    const { exitCode, output } = await runProgram({ command: shell("head -c 5000000 /dev/zero | tr '\\0' x; exit 4") });
    expect([exitCode, output.length]).toEqual([4, 1024 * 1024]);
    expect((await runProgram({ command: shell("echo 123456789"), mostOutput: 4 })).output).toBe("1234");
  });

  it("that does not end in time is stopped with all that it started", async () => {
    const child = join(folder, "child");
    const running = runProgram({ command: shell("echo begun; sleep 100000 & echo $! > \"$1\"; wait", child), patience: 1500, shown: ["waits", "long"] });
    await expect(running).rejects.toMatchObject({
      code: "command-failed", message: "`waits` failed: it did not end within 1.5 seconds and was stopped.", evidence: { command: ["waits", "long"], output: "begun\n" },
    });
    await gone(Number(readFileSync(child, "utf8")));
  });

  it("that has ended is not waited for because a daemon of it holds its output open, and the daemon lives on", async () => {
    const { exitCode, output } = await runProgram({ command: shell("sleep 100000 & echo $!; exit 0") });
    expect(exitCode).toBe(0);
    const daemon = Number(output);
    expect(await isRunning(daemon)).toBe(true);
    process.kill(daemon, "SIGKILL");
    await gone(daemon);
  });

  it("that is not there, may not be run, or is ended by a signal is told as that", async () => {
    await expect(runProgram({ command: [join(folder, "nowhere")] })).rejects.toMatchObject({ code: "command-failed", message: `\`${folder}/nowhere\` failed: there is no ${folder}/nowhere.`, hint: expect.stringContaining("linux.json") });
    writeFileSync(join(folder, "text"), "x", { mode: 0o644 });
    await expect(runProgram({ command: [join(folder, "text")] })).rejects.toMatchObject({ code: "command-failed", message: expect.stringContaining("it could not be run (EACCES)") });
    await expect(runProgram({ command: shell("kill -TERM $$") })).rejects.toMatchObject({ code: "command-failed", message: expect.stringContaining("ended from outside") });
  });
});

describe.skipIf(process.platform !== "linux")("the commands of a plan", () => {
  it("are run by the path of the layout, with what stands before all arguments", async () => {
    const commands = openCommands(await laidOut({ systemctl: ["/bin/echo", "before"] }));
    expect(await commands.run(["systemctl", "start", "santedb"])).toEqual({ exitCode: 0, output: "before start santedb\n" });
  });

  it("run a script of a folder of its own directly, and none outside of it", async () => {
    mkdirSync(join(folder, "init.d"));
    writeFileSync(join(folder, "init.d/santedb"), "#!/bin/sh\necho \"$0 $*\"\n", { mode: 0o755 });
    writeFileSync(join(folder, "outside"), `#!/bin/sh\n: > ${folder}/ran\n`, { mode: 0o755 });
    const commands = openCommands(await laidOut({}, { initFolder: join(folder, "init.d"), ownInitFolder: true }));
    expect((await commands.run(["service", "santedb", "start"])).output).toBe(`${folder}/init.d/santedb start\n`);
    await expect(commands.run(["service", "../outside", "start"])).rejects.toMatchObject({ code: "service-missing" });
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("of Windows are refused", async () => {
    await expect(openCommands(await readLayout()).run(["netsh", "http", "show", "sslcert"])).rejects.toMatchObject({ code: "command-failed" });
  });

  it("end with their error, and with what was shown, where they take too long", async () => {
    const commands = openCommands(await laidOut({ service: ["/bin/sleep"] }), { patience: 200 });
    await expect(commands.run(["service", "100000"])).rejects.toMatchObject({ code: "command-failed", evidence: { command: ["service", "100000"] } });
  });
});
