// Services as scripts of /etc/init.d have them: read, and never run, to learn what they are and whether they run.
import { dirname, join } from "node:path";
import { LockstepError } from "../../../app/errors.ts";
import type { Clock, Commands, ServiceRecord, Services } from "../../../app/machine.ts";
import { fileMode, nodeFiles, readFile } from "../../storage/file.ts";
import { rememberUsers, type FindUser } from "./accounts.ts";
import { programLine } from "./command-line.ts";
import { isScriptName } from "./commands.ts";
import { argumentsOf, environmentOf, isBecomingProgram, isRunning, userOf, workingFolderOf } from "./processes.ts";

/** Bytes of a script or of a file with a process number at most. */
const scriptLimit = 256 * 1024;
const numberLimit = 4096;

async function text(path: string, limit: number): Promise<string | null> {
  try {
    return new TextDecoder().decode(await readFile(path, limit));
  } catch (thrown) {
    if (thrown instanceof LockstepError) return null;
    throw thrown;
  }
}

/** The fields of a script's header, by name in lower case; null for a script without one. Source: LSB Core, "Comment Conventions for Init Scripts". */
export function headerOf(script: string): ReadonlyMap<string, string> | null {
  const header = /^### BEGIN INIT INFO\s*$(.*?)^### END INIT INFO\s*$/ms.exec(script)?.[1];
  if (header === undefined) return null;
  return new Map([...header.matchAll(/^#[ \t]*([A-Za-z-]+):[ \t]*(.*)$/gm)].map(([, name = "", value = ""]) => [name.toLowerCase(), value.trim()]));
}

/** A value with variables filled in; null where a shell would be needed to know it. */
function valueOf(text: string, known: ReadonlyMap<string, string>): string | null {
  const [, single, double, bare] = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s;&|<>()'"#]*))[ \t]*(?:#.*)?$/.exec(text.trim()) ?? [];
  if (single !== undefined) return single;
  const raw = double ?? bare;
  if (raw === undefined || /`|\$\(/.test(raw)) return null;
  const parts = [...raw.matchAll(/\\(.)|\$\{([A-Za-z_]\w*)(?::?-([^}$]*))?\}|\$([A-Za-z_]\w*)|(\$)|([^\\$]+|\\)/gs)].map(([, escaped, braced, otherwise, plain, other, literal]) =>
    escaped ?? literal ?? (other === undefined ? known.get(braced ?? plain ?? "") ?? otherwise ?? null : null));
  return parts.includes(null) ? null : parts.join("");
}

/** What a script assigns to its variables, the first of each that can be known; `before` stands already. */
export function assignmentsOf(script: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const known = new Map(before);
  for (const [, name = "", value = ""] of script.matchAll(/^[ \t]*(?:export[ \t]+|readonly[ \t]+)?([A-Za-z_]\w*)=(.*)$/gm)) {
    const read = known.has(name) ? null : valueOf(value, known);
    if (read !== null) known.set(name, read);
  }
  return known;
}

const first = (known: ReadonlyMap<string, string>, ...names: readonly string[]): string | null => names.map((name) => known.get(name)).find((value) => value !== undefined && value !== "") ?? null;

interface Script {
  readonly name: string;
  readonly header: ReadonlyMap<string, string>;
  readonly known: ReadonlyMap<string, string>;
}

async function readScript(folder: string, name: string): Promise<Script | null> {
  const script = await text(join(folder, name), scriptLimit);
  const header = script === null ? null : headerOf(script);
  if (script === null || header === null) return null;
  // What the administrator sets beside the script goes before what is written in it. Source: Debian Policy 9.3.2.
  const beside = await text(join(dirname(folder), "default", name), scriptLimit);
  return { name, header, known: assignmentsOf(script, beside === null ? new Map() : assignmentsOf(beside)) };
}

interface Found {
  readonly state: "running" | "start-pending" | "stopped";
  /** 0 where it is stopped. */
  readonly processId: number;
}

/** How a process is the one that a script starts; null where it is none, or another that got its number since. */
async function stateOf(processId: number, { known }: Script): Promise<Exclude<Found["state"], "stopped"> | null> {
  if (!await isRunning(processId)) return null;
  const arguments_ = await argumentsOf(processId);
  if (arguments_.length === 0) return await isBecomingProgram(processId) ? "start-pending" : null;
  const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
  // One that runs in an interpreter has it among its arguments.
  const daemon = nameOf(first(known, "DAEMON", "EXEC", "COMMAND") ?? "");
  if (!arguments_.some((argument) => argument.includes(daemon))) return null;
  // Which writes its own number, has the daemon among its arguments too, and then becomes the daemon.
  return nameOf(arguments_[0] ?? "") === "start-stop-daemon" ? "start-pending" : "running";
}

/** The process that a script's file names. */
async function processOf(script: Script): Promise<Found> {
  const named = first(script.known, "PIDFILE", "PID_FILE", "LOCKFILE");
  const paths = named === null ? [`/run/${script.name}.pid`, `/var/run/${script.name}.pid`] : [named];
  for (const path of paths) {
    const processId = Number(/^\s*(\d{1,10})\b/.exec(await text(path, numberLimit) ?? "")?.[1] ?? 0);
    const state = processId > 1 ? await stateOf(processId, script) : null;
    if (state !== null) return { state, processId };
  }
  return { state: "stopped", processId: 0 };
}

/** Levels in which a machine is in use. Source: LSB Core, "Run Levels". */
const levels = ["rc2.d", "rc3.d", "rc4.d", "rc5.d"];

async function startTypeOf(folder: string, name: string): Promise<ServiceRecord["startType"]> {
  if (((await fileMode(join(folder, name)) ?? 0o111) & 0o111) === 0) return "disabled";
  const links = await Promise.all(levels.map((level) => nodeFiles.list(join(dirname(folder), level)).catch(() => [])));
  return links.flat().some((link) => /^S\d\d/.test(link) && link.slice(3) === name) ? "automatic" : "manual";
}

async function recordOf(folder: string, script: Script, provided: ReadonlyMap<string, string>, find: FindUser): Promise<ServiceRecord> {
  const { name, header, known } = script;
  const { state, processId } = await processOf(script);
  const running = state === "running";
  const daemon = first(known, "DAEMON", "EXEC", "COMMAND");
  const assigned = daemon === null ? null : [daemon, first(known, "DAEMON_ARGS", "DAEMON_OPTS", "DAEMON_OPTIONS", "ARGS", "OPTIONS") ?? ""].join(" ").trim();
  const workingFolder = (running ? await workingFolderOf(processId) : null) ?? first(known, "WORKING_DIRECTORY", "WORKDIR", "DAEMON_DIR", "CHDIR");
  const owner = running ? await userOf(processId) : null;
  const account = first(known, "DAEMON_USER", "RUN_AS", "RUNAS", "USER") ?? (owner === null ? "root" : (await find(String(owner)))?.name ?? String(owner));
  const environment = running ? await environmentOf(processId) : known;
  const home = first(environment, "HOME") ?? (await find(account))?.home ?? null;
  const applicationData = first(environment, "XDG_CONFIG_HOME") ?? (home === null ? null : `${home.replace(/\/+$/, "")}/.config`);
  const needed = (header.get("required-start") ?? "").split(/\s+/).flatMap((facility) => provided.get(facility) ?? []);
  return {
    name,
    displayName: header.get("short-description") || header.get("description") || name,
    imagePath: programLine(assigned ?? (running ? await argumentsOf(processId) : []).join(" "), workingFolder),
    account,
    state,
    processId,
    exitCode: 0,
    startType: await startTypeOf(folder, name),
    version: null,
    dependencies: [...new Set(needed)].filter((each) => each !== name),
    manager: "init",
    ...(applicationData !== null && { applicationData }),
  };
}

/** Milliseconds in which a daemon that a script put into the background comes to write its number, and how often it is looked for. */
const settling = 10_000;
const lookEvery = 50;

/**
 * The same commands, but `service NAME start` returns once the service is seen to run, or has had its time: a script that
 * puts a daemon into the background ends before the daemon's number is written, and until then it looks stopped. Source:
 * start-stop-daemon(8), --background and --make-pidfile.
 */
export function settledStarts(commands: Commands, services: Services, clock: Clock): Commands {
  return {
    run: async (command) => {
      const result = await commands.run(command);
      const [program, name, verb] = command;
      if (program !== "service" || name === undefined || verb !== "start" || result.exitCode !== 0) return result;
      const isNotUp = async (): Promise<boolean> => ["stopped", "start-pending"].includes((await services.find(name))?.state ?? "");
      for (let waited = 0; waited < settling && await isNotUp(); waited += lookEvery) await clock.wait(lookEvery);
      return result;
    },
  };
}

export interface InitScriptsOptions { readonly folder: string; readonly findUser: FindUser }

/** The services whose scripts lie in a folder and have a header of the LSB's. One that is stopping cannot be told from one that runs. */
export function openInitScripts({ folder, findUser }: InitScriptsOptions): Services {
  const scripts = async (): Promise<readonly Script[]> => {
    const names = (await nodeFiles.list(folder)).filter(isScriptName).sort();
    return (await Promise.all(names.map((name) => readScript(folder, name)))).filter((script) => script !== null);
  };
  const providedBy = (all: readonly Script[]): ReadonlyMap<string, string> =>
    new Map(all.flatMap(({ name, header }) => [...(header.get("provides") ?? "").split(/\s+/), name].map((facility): readonly [string, string] => [facility, name])));

  return {
    list: async () => {
      const all = await scripts();
      const find = rememberUsers(findUser);
      return Promise.all(all.map((script) => recordOf(folder, script, providedBy(all), find)));
    },
    find: async (name) => {
      const all = await scripts();
      const script = all.find((each) => each.name === name);
      return script ? recordOf(folder, script, providedBy(all), findUser) : null;
    },
  };
}
