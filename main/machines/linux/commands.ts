// The one place of this machine that runs programs: each by its own path, without a shell, with little environment.
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { problem } from "../../../app/errors.ts";
import type { Command, CommandResult, Commands, Program } from "../../../app/machine.ts";
import type { Called } from "./call.ts";
import type { Layout, ProgramPath } from "./layout.ts";

/** Milliseconds that a program may take, and bytes of its output that are kept. */
const patience = 60_000;
const mostOutput = 1024 * 1024;
/** Of one whose output is taken byte for byte. */
const mostCalled = 16 * 1024 * 1024;
/** Milliseconds in which the rest of a program's output comes, once it has ended, though a daemon that it started holds it open. */
const lastWords = 200;

/** As service(8) and systemd have it. */
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const ownRights = 0o077;
/** Of what is started at boot. */
const usualRights = 0o022;

export interface Run {
  /** The program's path, the arguments that stand before all others, and its own. */
  readonly command: ProgramPath;
  /** What errors and their evidence call it, where that is not the command as it stands. */
  readonly shown?: readonly string[];
  /** Read by the program from its standard input; nothing when left out. */
  readonly input?: Uint8Array;
  /** Runs as this user and group alone, which only root can have. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Beside LC_ALL and PATH. Never a secret: every process of the user can read it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds; 60,000 when left out. */
  readonly patience?: number;
  /** Bytes of output that are kept, of both streams together; 1 MiB when left out. */
  readonly mostOutput?: number;
  /** Keeps what it writes to standard error out of the output. */
  readonly withoutErrors?: boolean;
  /** Rights that new files do not get; 077 when left out. */
  readonly mask?: number;
}

/** The child takes this process's mask with it at the moment in which it is made. */
function withMask<Value>(mask: number, make: () => Value): Value {
  const own = process.umask(mask);
  try {
    return make();
  } finally {
    process.umask(own);
  }
}

const isGone = (thrown: unknown): boolean => thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH";

/** Ends all that a program started and that still belongs to its group. */
function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown;
  }
}

/**
 * Runs one program and gives what it answered, whatever the exit code. Output of both streams comes in the order in which
 * it arrived. What it started and left running is left alone, unless it does not end in time: then its whole process group
 * is killed. Throws command-failed where it could not be run, did not end, or was ended by a signal.
 */
export async function runProgram(run: Run): Promise<CommandResult> {
  const { exitCode, pieces } = await collect(run);
  return { exitCode, output: textOf(pieces) };
}

/** The same, with the two streams apart and the first byte for byte; 16 MiB are kept of both together. */
export async function callProgram(run: Run): Promise<Called> {
  const { exitCode, pieces } = await collect({ mostOutput: mostCalled, ...run });
  const of = (wanted: Piece["stream"]): readonly Piece[] => pieces.filter(({ stream }) => stream === wanted);
  return { exitCode, output: new Uint8Array(Buffer.concat(of("output").map(({ chunk }) => chunk))), errors: textOf(of("errors")) };
}

interface Piece { readonly stream: "output" | "errors"; readonly chunk: Buffer }

const textOf = (pieces: readonly Piece[]): string => new TextDecoder().decode(Buffer.concat(pieces.map(({ chunk }) => chunk)));

function collect(run: Run): Promise<{ readonly exitCode: number; readonly pieces: readonly Piece[] }> {
  const [path, ...arguments_] = run.command;
  const shown = run.shown ?? run.command;
  const limit = run.patience ?? patience;
  const most = run.mostOutput ?? mostOutput;
  return new Promise((resolve, reject) => {
    const pieces: Piece[] = [];
    let size = 0;
    let settled = false;
    const keep = (stream: Piece["stream"], chunk: Buffer): void => {
      // Read on all the same: a program that cannot write stands still.
      const part = settled ? chunk.subarray(0, 0) : chunk.subarray(0, most - size);
      size += part.length;
      if (part.length > 0) pieces.push({ stream, chunk: part });
    };
    const failed = (reason: string, remedy: string, cause?: unknown): void => {
      settled = true;
      reject(problem("command-failed", { program: shown[0] ?? path, reason, remedy }, { cause, evidence: { command: shown, output: textOf(pieces) } }));
    };

    const child = withMask(run.mask ?? ownRights, () => spawn(path, arguments_, {
      shell: false, detached: true, cwd: "/", stdio: [run.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: { LC_ALL: "C", PATH: searchPath, ...run.environment }, ...run.user,
    }));
    const letGo = (): void => {
      // A daemon that kept it open must not be ended by it, nor hold this process.
      for (const stream of [child.stdout, child.stderr] as readonly (Socket | null)[]) stream?.unref();
    };
    const timer = setTimeout(() => {
      endGroup(child.pid);
      child.stdout?.destroy();
      child.stderr?.destroy();
      failed(`it did not end within ${limit / 1000} seconds and was stopped`, "See what it waits for by running it in a terminal.");
    }, limit);
    const finish = (exitCode: number | null): void => {
      if (settled) return;
      letGo();
      if (exitCode === null) {
        failed("it was ended from outside", "Try again.");
        return;
      }
      settled = true;
      resolve({ exitCode, pieces });
    };
    child.stdout?.on("data", (chunk: Buffer) => keep("output", chunk));
    child.stderr?.on("data", (chunk: Buffer) => { if (run.withoutErrors !== true) keep("errors", chunk); });
    // One that does not read to the end closes its input; its answer says why.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(run.input);
    child.on("error", (thrown: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (settled) return;
      if (thrown.code === "ENOENT") failed(`there is no ${path}`, "Install it, or say in linux.json of the data folder where it lies.", thrown);
      else failed(`it could not be run (${thrown.code ?? thrown.message})`, "See whether its file may be run, and whether this needs root.", thrown);
    });
    child.on("exit", (exitCode) => {
      clearTimeout(timer);
      child.on("close", () => finish(exitCode));
      setTimeout(() => finish(exitCode), lastWords).unref();
    });
  });
}

/** A script of a folder of its own is run as `service` would run it. */
function pathOf({ programs, initFolder, ownInitFolder }: Layout, [program, ...arguments_]: Command): ProgramPath {
  const [script, ...rest] = arguments_;
  if (program === "service" && ownInitFolder && script !== undefined) {
    if (!isScriptName(script)) throw problem("service-missing", { service: script });
    return [join(initFolder, script), ...rest];
  }
  const laid = programOf(programs, program);
  return [...laid, ...arguments_];
}

/** A name that stays within its folder. */
export const isScriptName = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name);

function programOf(programs: Layout["programs"], program: Program): ProgramPath {
  switch (program) {
    case "nginx":
    case "systemctl":
    case "service":
    case "runuser":
      return programs[program];
    case "netsh":
    case "sc":
    case "taskkill":
      throw problem("command-failed", { program, reason: "it is a program of Windows", remedy: "This plan was made for another machine; make it anew." });
  }
}

/** What these start lives on, with the rights that it would have had at boot. */
const startsDaemons = (program: Program): boolean => program === "service" || program === "nginx";

/** The programs that plans run on this machine. Throws command-failed where one cannot be run, or takes longer than 60 s. */
export function openCommands(layout: Layout, limits: Pick<Run, "patience"> = {}): Commands {
  return {
    run: async (command) => runProgram({ command: pathOf(layout, command), shown: command, mask: startsDaemons(command[0]) ? usualRights : ownRights, ...limits }),
  };
}
