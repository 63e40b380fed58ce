// Services as systemd has them. What it says is believed but for one thing: that a service is active in which nothing runs.
import { problem } from "../../../app/errors.ts";
import type { ServiceRecord, Services } from "../../../app/machine.ts";
import type { ServiceState } from "../../../app/santedb/instance.ts";
import { rememberUsers, type FindUser } from "./accounts.ts";
import { programLine } from "./command-line.ts";
import { runProgram } from "./commands.ts";
import type { ProgramPath } from "./layout.ts";
import { processesOf } from "./processes.ts";

/** Source: org.freedesktop.systemd1(5). */
const properties = [
  "Id", "Description", "LoadState", "ActiveState", "SubState", "MainPID", "ExecMainCode", "ExecMainStatus", "Result", "User", "Environment", "ExecStart",
  "WorkingDirectory", "UnitFileState", "Requires", "Requisite", "BindsTo", "ControlGroup",
] as const;

/** Bytes of what it tells of all units; hundreds of them come to some hundred thousand. */
const mostOutput = 16 * 1024 * 1024;

/** One unit: of each property its lines, as one that is a list of programs has several. */
type Unit = ReadonlyMap<string, readonly string[]>;

/** Takes apart what `systemctl show` prints: a line a property, an empty one between units. */
export function parseUnits(output: string): readonly Unit[] {
  return output.split(/\n{2,}/).map((block): Unit => {
    const unit = new Map<string, readonly string[]>();
    for (const line of block.split("\n")) {
      const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) unit.set(name, [...unit.get(name) ?? [], value]);
    }
    return unit;
  }).filter((unit) => unit.size > 0);
}

const controls: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** Words as systemd quotes them where it must: "a \"b\" \t \033". Source: systemd, src/basic/escape.c, shell_maybe_quote. */
export function parseWords(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([word, quoted]) =>
    quoted?.replace(/\\([0-7]{3}|.)/g, (_, escaped: string) => (escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : controls[escaped] ?? escaped)) ?? word);
}

const all = (unit: Unit, name: (typeof properties)[number]): readonly string[] => unit.get(name) ?? [];
const one = (unit: Unit, name: (typeof properties)[number]): string => all(unit, name)[0] ?? "";

/** "santedb-www" of "santedb-www.service". */
const nameOf = (id: string): string => id.replace(/\.service$/, "");
const isServiceName = (name: string): boolean => /^[A-Za-z0-9:_.\\@-]+$/.test(name);

/** The command line that a start runs: of several, the first that is about a program of .NET's. */
function commandLine(unit: Unit): string {
  const lines = all(unit, "ExecStart").map((start) => / ; argv\[\]=(.*?) ; ignore_errors=/.exec(start)?.[1] ?? "");
  return lines.find((line) => /\.exe(?=\s|$)/i.test(line)) ?? lines[0] ?? "";
}

/**
 * Why it ended, as its status, or 128 and the signal that ended it, as in a shell; 0 where systemd finds nothing wrong. A
 * program that is to put itself into the background is not the main one; its own status stands with the command. Where
 * there is no status at all it is 1, as of any failure. Source: systemd.exec(5), waitid(2).
 */
function exitCodeOf(unit: Unit): number {
  if (one(unit, "Result") === "success") return 0;
  const main = Number(one(unit, "ExecMainStatus"));
  if (main > 0) return one(unit, "ExecMainCode") === "1" ? main : 128 + main;
  const [, code, status] = all(unit, "ExecStart").map((start) => /; code=(exited|killed|dumped) ; status=(\d+)/.exec(start)).find((found) => found !== null && found[2] !== "0") ?? [];
  if (status === undefined) return 1;
  return code === "exited" ? Number(status) : 128 + Number(status);
}

/** `processId` is 0 where nothing of it runs. */
function stateOf(unit: Unit, processId: number): ServiceState {
  switch (one(unit, "ActiveState")) {
    // RemainAfterExit=yes lets it be called active for ever.
    case "active": return processId === 0 ? "stopped" : "running";
    case "reloading":
    case "refreshing":
      return "running";
    case "activating": return "start-pending";
    case "deactivating": return "stop-pending";
    default: return "stopped";
  }
}

/** Source: systemctl(1), is-enabled. What is disabled there can be started all the same. */
function startTypeOf(unit: Unit): ServiceRecord["startType"] {
  if (one(unit, "LoadState") === "masked") return "disabled";
  switch (one(unit, "UnitFileState")) {
    case "enabled":
    case "enabled-runtime":
    case "alias":
    case "generated":
      return "automatic";
    case "masked":
    case "masked-runtime":
      return "disabled";
    default:
      return "manual";
  }
}

async function recordOf(unit: Unit, find: FindUser, controlGroups: string | null): Promise<ServiceRecord> {
  const environment = new Map(parseWords(all(unit, "Environment").join(" ")).map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
  const [account, workingFolder] = [one(unit, "User") || "root", one(unit, "WorkingDirectory").replace(/^[!-]+/, "")];
  const main = Number(one(unit, "MainPID"));
  const processId = main > 0 ? main : (await processesOf(one(unit, "ControlGroup"), controlGroups))[0] ?? 0;
  const state = stateOf(unit, processId);
  const home = environment.get("HOME") ?? (environment.has("XDG_CONFIG_HOME") ? null : (await find(account))?.home ?? null);
  const applicationData = environment.get("XDG_CONFIG_HOME") ?? (home === null ? null : `${home.replace(/\/+$/, "")}/.config`);
  return {
    name: nameOf(one(unit, "Id")),
    displayName: one(unit, "Description") || nameOf(one(unit, "Id")),
    imagePath: programLine(commandLine(unit), workingFolder === "" ? null : workingFolder),
    account, state,
    processId: state === "stopped" ? 0 : processId,
    exitCode: state === "stopped" ? exitCodeOf(unit) : 0,
    startType: startTypeOf(unit),
    version: null,
    dependencies: [...new Set((["Requires", "Requisite", "BindsTo"] as const).flatMap((name) => all(unit, name)).flatMap((line) => line.split(" ")).filter((id) => id.endsWith(".service")).map(nameOf))],
    manager: "systemd",
    ...(applicationData !== null && { applicationData }),
  };
}

const isLoaded = (unit: Unit): boolean => !["not-found", "", "stub"].includes(one(unit, "LoadState"));

export interface SystemdOptions {
  readonly systemctl: ProgramPath;
  /** Folder of the control groups that it keeps; null where this machine has them. */
  readonly controlGroups: string | null;
  readonly findUser: FindUser;
}

/** The services of the systemd that `systemctl` reaches. Throws command-failed where it reaches none. */
export function openSystemd({ systemctl, controlGroups, findUser }: SystemdOptions): Services {
  const ask = async (...arguments_: readonly string[]): Promise<string> => {
    const { exitCode, output } = await runProgram({ command: [...systemctl, ...arguments_], shown: ["systemctl", ...arguments_], mostOutput });
    if (exitCode === 0) return output;
    const [reason = ""] = output.trim().split("\n");
    throw problem("command-failed", { program: "systemctl", reason: reason === "" ? `it ended with ${exitCode}` : reason, remedy: "See whether systemd runs this machine; without it, set \"services\" to \"init\" in linux.json." }, { evidence: { command: ["systemctl", ...arguments_], output } });
  };
  const show = async (...arguments_: readonly string[]): Promise<readonly Unit[]> => parseUnits(await ask("show", `--property=${properties.join(",")}`, ...arguments_)).filter(isLoaded);

  return {
    list: async () => {
      // Older ones tell of the manager alone where no unit is named.
      const [loaded, files] = await Promise.all([show("--all", "--", "*.service"), ask("list-unit-files", "--type=service", "--plain", "--no-legend", "--full", "--no-pager")]);
      const known = new Set(loaded.map((unit) => one(unit, "Id")));
      // A service that is neither running nor started at boot is not loaded. A template is none.
      const others = files.split("\n").map((line) => line.split(/\s+/)[0] ?? "").filter((id) => id.endsWith(".service") && isServiceName(id) && !id.includes("@.") && !known.has(id));
      const units = new Map([...loaded, ...(others.length > 0 ? await show("--", ...others) : [])].map((unit) => [one(unit, "Id"), unit]));
      const find = rememberUsers(findUser);
      return Promise.all([...units.values()].map((unit) => recordOf(unit, find, controlGroups)));
    },
    find: async (name) => {
      if (!isServiceName(name)) return null;
      const [unit] = await show("--", `${nameOf(name)}.service`);
      return unit ? recordOf(unit, findUser, controlGroups) : null;
    },
  };
}
