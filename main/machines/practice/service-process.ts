// The practice service as a process: starts it, asks it, ends it. The process itself runs service.ts.
import { spawn, type ChildProcess } from "node:child_process";
import { access } from "node:fs/promises";
import { Socket } from "node:net";
import type { ServiceRecord } from "../../../app/machine.ts";
import { askService, readRunning } from "./control.ts";
import { recordEvent } from "./event-log.ts";
import { withLock } from "../../storage/lock.ts";
import { redactImagePath, serviceNamed, withExitCode, type ServiceEntry } from "./service-table.ts";
import type { State } from "./state.ts";

/** Win32 codes of the service control manager that a start or stop may come to; 0 is success. */
export interface ControlOutcome {
  readonly code: 0 | 2 | 1051 | 1053 | 1056 | 1058 | 1060 | 1061 | 1062 | 1068;
  readonly processId: number;
}

export interface ServiceProcesses {
  list(): Promise<readonly ServiceRecord[]>;
  find(name: string): Promise<ServiceRecord | null>;
  /** Returns when the process is up and says START_PENDING, as `sc start` does. */
  start(name: string): Promise<ControlOutcome>;
  /** Returns when the request was taken, as `sc stop` does. */
  stop(name: string): Promise<ControlOutcome>;
  /** Ends the process of a service at once. False where no service of this machine has the process id. */
  end(processId: number): Promise<boolean>;
  powerOn(): Promise<void>;
  powerOff(): Promise<void>;
}

export interface ServiceProcessesOptions {
  readonly state: State;
  readonly program: string;
  readonly interpreter: string;
  /** Services end with this process. */
  readonly resident: boolean;
}

/** Milliseconds that a process has to report itself, and that services have to come up or go down with the machine. */
const reportLimit = 10_000;
const powerLimit = 15_000;
const pollEvery = 25;

const startTypes = { auto: "automatic", demand: "manual", disabled: "disabled" } as const satisfies Record<ServiceEntry["startType"], ServiceRecord["startType"]>;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** What a child needs of this process's environment, and nothing else of it. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMPDIR", "LD_LIBRARY_PATH"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...("electron" in process.versions && { ELECTRON_RUN_AS_NODE: "1" }) };
}

/** Waits for the child's word that its control port is open. False when it ends, cannot be run, or says nothing in time. */
function reported(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (answer: boolean): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), reportLimit);
    child.once("message", () => finish(true));
    child.once("error", () => finish(false));
    child.once("exit", () => finish(false));
  });
}

export function createServiceProcesses({ state, program, interpreter, resident }: ServiceProcessesOptions): ServiceProcesses {
  const { directory } = state;
  const turnedOn = new Map<string, ChildProcess>();

  const expand = (imagePath: string): string => imagePath.replace(/%SystemDrive%/gi, () => directory);

  const record = async (entry: ServiceEntry): Promise<ServiceRecord> => {
    const answer = await askService(directory, entry.name, "state");
    const common = {
      name: entry.name, displayName: entry.displayName, imagePath: redactImagePath(expand(entry.imagePath)), account: entry.account,
      startType: startTypes[entry.startType], version: entry.version ?? null, dependencies: entry.dependencies ?? [],
    };
    if (answer) return { ...common, state: answer.state, processId: answer.pid, exitCode: 0 };
    // A file that tells of a process that is gone: it was killed, and could not say so itself.
    const killed = await readRunning(directory, entry.name) !== null;
    const current = serviceNamed(await state.services.read(), entry.name) ?? entry;
    return { ...common, state: "stopped", processId: 0, exitCode: killed ? 1067 : current.exitCode };
  };

  const find = async (name: string): Promise<ServiceRecord | null> => {
    const entry = serviceNamed(await state.services.read(), name);
    return entry ? record(entry) : null;
  };

  const launch = async (entry: ServiceEntry): Promise<ControlOutcome> => {
    const child = spawn(interpreter, [program, directory, entry.name, ...(resident ? ["--lifeline"] : [])], {
      cwd: directory, env: childEnvironment(), detached: true, windowsHide: true,
      stdio: [resident ? "pipe" : "ignore", "ignore", "ignore", "ipc"],
    });
    child.on("error", () => undefined);
    child.stdin?.on("error", () => undefined);
    const up = await reported(child);
    if (child.connected) child.disconnect();
    child.unref();
    // The pipe is the lifeline: it closes when this process ends, in whatever way.
    if (child.stdin instanceof Socket) child.stdin.unref();
    if (!up) {
      child.kill("SIGKILL");
      // It gives way to one that a starter who was killed has left behind.
      const other = await askService(directory, entry.name, "state");
      return other ? { code: 0, processId: other.pid } : { code: 1053, processId: 0 };
    }
    turnedOn.set(entry.name, child);
    return { code: 0, processId: child.pid ?? 0 };
  };

  /** As the service control manager does: what a service needs is started before it. */
  const startNeeded = async ({ dependencies = [] }: ServiceEntry): Promise<boolean> => {
    for (const dependency of dependencies) {
      await start(dependency);
      await settled(dependency, ["running", "stopped"]);
      if ((await find(dependency))?.state !== "running") return false;
    }
    return true;
  };

  const start = (name: string): Promise<ControlOutcome> => withLock(`practice start ${directory} ${name.toLowerCase()}`, reportLimit * 2, async () => {
    const none = (code: ControlOutcome["code"]): ControlOutcome => ({ code, processId: 0 });
    const entry = serviceNamed(await state.services.read(), name);
    if (!entry) return none(1060);
    if (entry.startType === "disabled") return none(1058);
    if (await askService(directory, entry.name, "state")) return none(1056);
    if (!(await startNeeded(entry))) return none(1068);
    const missing = await access(program).then(() => false, () => true);
    const outcome = missing ? none(2) : entry.faults?.refusesStart === true ? none(1053) : await launch(entry);
    if (outcome.code !== 0) {
      await state.services.change((table) => ({ next: withExitCode(table, entry.name, outcome.code), value: undefined }));
      const text = missing ? `${program} is missing.` : "It did not answer the start request in time.";
      await recordEvent(directory, { source: "Service Control Manager", id: 7000, text: `The ${entry.displayName} service failed to start. ${text}` });
    }
    return outcome;
  });

  const stop = async (name: string): Promise<ControlOutcome> => {
    const entry = serviceNamed(await state.services.read(), name);
    if (!entry) return { code: 1060, processId: 0 };
    const dependants = (await state.services.read()).services.filter(({ dependencies = [] }) => dependencies.some((needed) => needed.toLowerCase() === entry.name.toLowerCase()));
    for (const dependant of dependants) if (await askService(directory, dependant.name, "state")) return { code: 1051, processId: 0 };
    const answer = await askService(directory, entry.name, "stop");
    if (!answer) return { code: 1062, processId: 0 };
    if (!answer.taken) return { code: 1061, processId: answer.pid };
    return { code: 0, processId: answer.pid };
  };

  /** Waits until a service has settled in one of the states. */
  const settled = async (name: string, states: readonly ServiceRecord["state"][]): Promise<boolean> => {
    const until = Date.now() + powerLimit;
    for (;;) {
      const current = await find(name);
      if (!current || states.includes(current.state)) return true;
      if (Date.now() >= until) return false;
      await pause(pollEvery);
    }
  };

  const end = async (processId: number): Promise<boolean> => {
    for (const { name } of (await state.services.read()).services) {
      // The answer proves, by the token, that the process is this machine's own.
      if ((await askService(directory, name, "state"))?.pid !== processId) continue;
      process.kill(processId, "SIGKILL");
      await settled(name, ["stopped"]);
      return true;
    }
    return false;
  };

  const powerOn = async (): Promise<void> => {
    const { services } = await state.services.read();
    await Promise.all(services.filter(({ startType }) => startType === "auto").map(async ({ name }) => {
      await start(name);
      await settled(name, ["running", "stopped"]);
    }));
  };

  const powerOff = async (): Promise<void> => {
    const ending = [...turnedOn];
    turnedOn.clear();
    await Promise.all(ending.map(async ([name, child]) => {
      await askService(directory, name, "power-off");
      child.stdin?.destroy();
      if (!(await settled(name, ["stopped"])) && child.exitCode === null) child.kill("SIGKILL");
    }));
  };

  return {
    find,
    list: async () => Promise.all((await state.services.read()).services.map(record)),
    start, stop, end, powerOn, powerOff,
  };
}
