// netsh, sc and taskkill, each by its own path: no shell, no search for a program, and little environment.
import { spawn } from "node:child_process";
import { win32 } from "node:path";
import { problem } from "../../../app/errors.ts";
import type { Commands, Program } from "../../../app/machine.ts";

/** Milliseconds that a program may take, and bytes of its output that are kept. */
const patience = 60_000;
const mostOutput = 1024 * 1024;

export interface CommandOptions {
  /** Turns what a program printed into text. */
  readonly decode: (bytes: Uint8Array) => string;
  /** Where the programs lie; System32 of this Windows when left out. */
  readonly folder?: string;
  /** Milliseconds; 60,000 when left out. */
  readonly patience?: number;
}

const windowsFolder = (environment: NodeJS.ProcessEnv): string => environment["SystemRoot"] ?? environment["windir"] ?? "C:\\Windows";

/** The folder of Windows' own programs. A 32-bit process on 64-bit Windows is shown another one under that name. Source: MicrosoftDocs/win32, "File System Redirector". */
export function systemFolder(environment: NodeJS.ProcessEnv, architecture: string): string {
  const redirected = architecture === "ia32" && environment["PROCESSOR_ARCHITEW6432"] !== undefined;
  return win32.join(windowsFolder(environment), redirected ? "Sysnative" : "System32");
}

/** What a program of Windows needs to find itself, and nothing of this process's own. */
function littleEnvironment(environment: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  const kept = ["SystemRoot", "SystemDrive", "windir", "TEMP", "TMP"].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), PATH: folder };
}

/** The programs of this Windows. Throws command-failed where one cannot be run, is ended from outside or takes too long. */
export function openCommands({ decode, folder = systemFolder(process.env, process.arch), patience: limit = patience }: CommandOptions): Commands {
  const pathOf = (program: Program): string => win32.join(folder, `${program}.exe`);

  return {
    run: ([program, ...arguments_]) => new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      let tooSlow = false;
      const keep = (chunk: Buffer): void => {
        const part = chunk.subarray(0, mostOutput - size);
        size += part.length;
        if (part.length > 0) chunks.push(part);
      };
      const output = (): string => decode(Buffer.concat(chunks, size));
      const failed = (reason: string, remedy: string, cause?: unknown): void =>
        reject(problem("command-failed", { program, reason, remedy }, { cause, evidence: { command: [program, ...arguments_], output: output() } }));

      const child = spawn(pathOf(program), arguments_, { shell: false, windowsHide: true, stdio: ["ignore", "pipe", "pipe"], cwd: folder, env: littleEnvironment(process.env, folder) });
      const timer = setTimeout(() => {
        tooSlow = true;
        child.kill("SIGKILL");
        // What it started may hold its output open after it has ended.
        child.stdout.destroy();
        child.stderr.destroy();
      }, limit);
      child.stdout.on("data", keep);
      child.stderr.on("data", keep);
      child.on("error", (thrown: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (thrown.code === "ENOENT") failed(`there is no ${pathOf(program)}`, "This program belongs to Windows; repair the installation.", thrown);
        else failed(`it could not be run (${thrown.code ?? thrown.message})`, "See whether a policy of this computer forbids it.", thrown);
      });
      child.on("close", (exitCode) => {
        clearTimeout(timer);
        if (tooSlow) failed(`it did not end within ${limit / 1000} seconds and was stopped`, "See what it waits for by running it in an elevated prompt.");
        else if (exitCode === null) failed("it was ended from outside", "Try again.");
        else resolve({ exitCode, output: output() });
      });
    }),
  };
}
