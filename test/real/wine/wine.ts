// A Windows by Wine: made for one test file, and gone after it. Nothing is judged by an exit code, for many programs of
// Wine end with 0 and do nothing; what counts is what can be read back.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import type { ErrorReport } from "../../../app/errors.ts";
import { putKoffi, windowsPackages, type WindowsPackages } from "./packages.ts";

// Debian puts neither on the search path.
const wine = "/usr/lib/wine/wine64";
const server = "/usr/lib/wine/wineserver64";
const compiler = "/usr/bin/x86_64-w64-mingw32-gcc";
const resources = "/usr/bin/x86_64-w64-mingw32-windres";

/**
 * What goes before Wine's program. Windows' page of shared data stands at 0x7FFE0000, and Debian's Wine comes without the loader
 * that keeps this address free: with addresses left to chance, the heap stood there once in some 2,000 starts, and the program
 * ended with 1 and without a word. So it is started without randomised addresses where the kernel allows that.
 */
const fixed = spawnSync("setarch", ["-R", "true"], { stdio: "ignore" }).status === 0 ? ["setarch", "-R", wine] : [wine];

/** What is needed, or why it is not here. */
export function wineTools(): WindowsPackages | { readonly missing: string } {
  if (process.platform !== "linux" || process.arch !== "x64") return { missing: "Wine's 64-bit form runs on x64 Linux only" };
  for (const program of [wine, server]) if (!existsSync(program)) return { missing: "wine64 is not installed" };
  for (const program of [compiler, resources]) if (!existsSync(program)) return { missing: "gcc-mingw-w64-x86-64-win32 is not installed" };
  return windowsPackages();
}

/** A Linux path as Wine shows it. */
export const windowsPath = (path: string): string => `Z:${path.replaceAll("/", "\\")}`;

export type Call = readonly [target: string, ...arguments_: unknown[]];
export type Answer = { readonly value: unknown; readonly error?: undefined } | { readonly error: ErrorReport; readonly value?: undefined };

export interface Wine {
  /** A folder for the test's own files, gone at the end. */
  readonly folder: string;
  /** Makes calls of the Windows machine, one after the other in a process of its own, and gives their answers. */
  readonly calls: (...calls: readonly Call[]) => Promise<readonly Answer[]>;
  /** One call: its value. Throws the error that it answered with. */
  readonly call: (...call: Call) => Promise<unknown>;
  /** Compiles a C program of this folder, with a resource file where it is named; gives its path. */
  readonly compile: (source: string, name: string, resource?: string) => string;
  /** Ends this Windows and everything in it; the next call starts it again. */
  readonly restart: () => void;
  readonly end: () => void;
}

const bytes = (_: string, value: unknown): unknown =>
  (value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") }
    // A Buffer has become this before it is seen here.
    : typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value ? { base64: Buffer.from(value.data as number[]).toString("base64") } : value);

export async function startWine(packages: WindowsPackages): Promise<Wine> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-wine-"));
  const own = Object.entries(process.env).filter(([name]) => name !== "DISPLAY" && name !== "WAYLAND_DISPLAY");
  const environment = { ...Object.fromEntries(own), WINEPREFIX: join(folder, "prefix"), WINEDEBUG: "-all,err+virtual", WINEDLLOVERRIDES: "mscoree,mshtml=", LOCKSTEP_MARK: "seen" };
  let runs = 0;

  /** Runs a program; what it prints goes to a file, because Windows programs cannot write into a pipe of Linux. */
  const run = (arguments_: readonly string[], limit: number): Promise<{ readonly printed: string; readonly ended: string }> => new Promise((resolve, reject) => {
    const printed = join(folder, `printed-${runs++}.txt`);
    const file = openSync(printed, "w");
    const [command = wine, ...before] = fixed;
    const child = spawn(command, [...before, ...arguments_], { env: environment, stdio: ["ignore", file, file], cwd: folder, timeout: limit, killSignal: "SIGKILL" });
    closeSync(file);
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ printed: readFileSync(printed, "utf8"), ended: signal === null ? `with ${code}` : `by ${signal}` }));
  });
  // Kept running between calls: when its last program ends, Wine shuts its services down after three seconds, and a call that
  // comes just then meets a service control manager that is going.
  const keep = (): void => { spawnSync(server, ["-p"], { env: environment, stdio: "ignore", timeout: 20_000 }); };
  const stop = (): void => { spawnSync(server, ["-k"], { env: environment, timeout: 20_000 }); spawnSync(server, ["-w"], { env: environment, timeout: 20_000 }); };
  const end = (): void => {
    stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    keep();
    await run(["wineboot", "-i"], 120_000);
    // Node refuses what Wine says it is otherwise.
    await run(["winecfg", "-v", "win10"], 60_000);
    await build({
      configFile: false, logLevel: "error", root: join(import.meta.dirname, "../../.."), publicDir: false,
      ssr: { target: "node", noExternal: true, external: ["koffi"] },
      build: { ssr: true, target: "node20", outDir: folder, emptyOutDir: false, minify: false, rolldownOptions: { input: { program: join(import.meta.dirname, "program.ts") }, external: ["koffi"], output: { format: "esm", entryFileNames: "program.mjs", codeSplitting: false } } },
    });
    putKoffi(folder, packages);
  } catch (thrown) {
    end();
    throw thrown;
  }

  const calls = async (...wanted: readonly Call[]): Promise<readonly Answer[]> => {
    const [input, output] = [join(folder, `calls-${runs}.json`), join(folder, `answers-${runs}.json`)];
    writeFileSync(input, JSON.stringify({ calls: wanted }, bytes));
    const { printed, ended } = await run([packages.node, windowsPath(join(folder, "program.mjs")), windowsPath(input), windowsPath(output)], 60_000);
    if (!existsSync(output)) throw new Error(`The program in Wine left no answer. It ended ${ended} and printed: ${printed === "" ? "nothing" : printed}`);
    const answers = JSON.parse(readFileSync(output, "utf8")) as readonly Answer[];
    if (answers.length !== wanted.length) throw new Error(`${answers.length} answers to ${wanted.length} calls`);
    return answers;
  };

  return {
    folder,
    calls,
    call: async (...call) => {
      const [answer] = await calls(call);
      if (answer?.error !== undefined) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer?.value;
    },
    compile: (source, name, resource) => {
      const program = join(folder, name);
      const objects: string[] = [];
      const build = (command: string, arguments_: readonly string[]): void => {
        const built = spawnSync(command, arguments_, { encoding: "utf8", timeout: 60_000 });
        if (built.status !== 0) throw new Error(`${source} does not compile: ${built.stderr}`);
      };
      if (resource !== undefined) {
        objects.push(`${program}.o`);
        build(resources, [join(import.meta.dirname, resource), `${program}.o`]);
      }
      build(compiler, ["-O2", "-o", program, join(import.meta.dirname, source), ...objects, "-lws2_32", "-ladvapi32"]);
      return program;
    },
    restart: () => {
      stop();
      keep();
    },
    end,
  };
}
