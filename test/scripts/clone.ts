// A small clone of the project: its real scripts and configurations, with programs of a few lines to build and start.
import { spawn, type ChildProcess } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const project = join(import.meta.dirname, "../..");

export interface Clone {
  readonly folder: string;
  readonly write: (path: string, text: string) => Promise<void>;
  readonly run: (args: readonly string[], environment?: Readonly<Record<string, string>>) => Running;
  readonly end: () => Promise<void>;
}

export interface Running {
  readonly child: ChildProcess;
  /** All that was printed so far, to either stream. */
  readonly printed: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly printed: string }>;
}

const files: Readonly<Record<string, string>> = {
  "app/answer.ts": "export const answer: number = 42;\n",
  "main/cli/lockstep.ts": "#!/usr/bin/env node\nimport { answer } from \"../../app/answer.ts\";\nconst { later } = await import(\"./later.ts\");\nprocess.stdout.write(`answer ${answer} ${later} ${process.argv.slice(2).join(\" \")}\\n`);\n",
  "main/cli/later.ts": "export const later = \"later\";\n",
  "main/machines/practice/service.ts": "process.stdout.write(\"service\\n\");\n",
  "main/reader/reader-thread.ts": "process.stdout.write(\"reader\\n\");\n",
  "main/cws/signature-thread.ts": "process.stdout.write(\"signatures\\n\");\n",
  "main/electron/main.ts": "import { app } from \"electron\";\nimport { answer } from \"../../app/answer.ts\";\napp.setName(String(answer));\n",
  "main/electron/preload.ts": "import { contextBridge } from \"electron\";\nimport { answer } from \"../../app/answer.ts\";\ncontextBridge.exposeInMainWorld(\"answer\", answer);\n",
  "renderer/index.html": "<!doctype html><title>small</title><script type=\"module\" src=\"./main.tsx\"></script>\n",
  "renderer/main.tsx": "import { answer } from \"../app/answer.ts\";\ndocument.title = String(answer);\n",
  "assets/icon.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n",
};

export async function makeClone(): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-clone-"));
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await cp(join(project, "scripts"), join(folder, "scripts"), { recursive: true });
  for (const name of ["package.json", "package-lock.json", "tsconfig.base.json", "main/web/lifeline.ts"]) await cp(join(project, name), join(folder, name), { recursive: true });
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    folder, write,
    run: (args, environment = {}) => run(folder, args, environment),
    end: () => rm(folder, { recursive: true, force: true }),
  };
}

function run(cwd: string, args: readonly string[], environment: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "", ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  const hear = (chunk: Buffer): void => void (printed += chunk.toString("utf8"));
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return { child, printed: () => printed, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, printed }))) };
}
