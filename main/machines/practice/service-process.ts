// The practice service as a process: starts it, asks it, ends it. The process itself runs service.ts.
import { spawn, type ChildProcess } from "node:child_process";
import { access } from "node:fs/promises";
import { Socket } from "node:net";
import type { ServiceRecord } from "../../../app/machine.ts";
import { redactImagePath } from "../../../app/santedb/image-path.ts";
import { dependantsOf } from "../../../app/santedb/service.ts";
import { removeFile } from "../../storage/file.ts";
import { askService, readRunning, runningPath } from "./control.ts";
import { recordEvent } from "./event-log.ts";
import { withLock } from "../../storage/lock.ts";
import { expanded, serviceNamed, withExitCode, type ServiceEntry } from "./service-table.ts";
import type { State } from "./state.ts";

/** Win32 codes of the service control manager that a start or stop may come to; 0 is success. */
export interface ControlOutcome {
  readonly code: 0 | 2 | 1051 | 1053 | 1056 | 1058 | 1060 | 1061 | 1062 | 1068;
  readonly processId: number;
}

export interface ServiceProcesses {
  list(): Promise<readonly ServiceRecord[]>;
  find(name: string): Promise<ServiceRecord | null>;
  /** Returns when the services that it needs run, and its process is up and says START_PENDING, as `sc start` does. */
  start(name: string): Promise<ControlOutcome>;
  /** Returns when the request was taken, as `sc stop` does. Refused, with 1051, as long as services that need it run. */
  stop(name: string): Promise<ControlOutcome>;
  /** Ends the process of this id where it is that of a service of this machine. False, and nothing is done, where it is not. */
  kill(processId: number): Promise<boolean>;
  /** Those that are needed come up first. */
  powerOn(): Promise<void>;
  /** Those that need others go down first. */
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

  const record = async (entry: ServiceEntry): Promise<ServiceRecord> => {
    const answer = await askService(directory, entry.name, "state");
    const common = {
      name: entry.name, displayName: entry.displayName, imagePath: redactImagePath(expanded(entry.imagePath, directory)), account: entry.account,
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

  const list = async (): Promise<readonly ServiceRecord[]> => Promise.all((await state.services.read()).services.map(record));

  const startLock = <Value>(name: string, work: () => Promise<Value>): Promise<Value> => withLock(`practice start ${directory} ${name.toLowerCase()}`, reportLimit * 2, work);

  const failed = async ({ name, displayName }: ServiceEntry, code: number, id: number, text: string): Promise<void> => {
    await state.services.change((table) => ({ next: withExitCode(table, name, code), value: undefined }));
    await recordEvent(directory, { source: "Service Control Manager", id, text: `The ${displayName} service ${text}` });
  };

  /** Starts what a service needs, one after another. Gives the name of the first that does not run then; null when all do. */
  const missingDependency = async ({ dependencies = [] }: ServiceEntry, above: readonly string[]): Promise<string | null> => {
    for (const dependency of dependencies) {
      // A circle, which Windows does not let come about.
      if (above.includes(dependency.toLowerCase())) continue;
      if ((await find(dependency))?.state !== "running") {
        await startAfter(dependency, above);
        await settled(dependency, ["running", "stopped"]);
      }
      if ((await find(dependency))?.state !== "running") return dependency;
    }
    return null;
  };

  const none = (code: ControlOutcome["code"]): ControlOutcome => ({ code, processId: 0 });

  /** Why a service cannot be started now, whatever the others do; null when it can. */
  const obstacle = async (entry: ServiceEntry | null): Promise<ControlOutcome | null> => {
    if (!entry) return none(1060);
    if (entry.startType === "disabled") return none(1058);
    return await askService(directory, entry.name, "state") ? none(1056) : null;
  };

  /** `above`: the services, in lower case, that are being started and need this one. */
  const startAfter = async (name: string, above: readonly string[]): Promise<ControlOutcome> => {
    const entry = serviceNamed(await state.services.read(), name);
    const refusal = await obstacle(entry);
    if (refusal || !entry) return refusal ?? none(1060);
    const missing = await missingDependency(entry, [...above, entry.name.toLowerCase()]);
    if (missing !== null) {
      await failed(entry, 1068, 7001, `depends on the ${missing} service, which does not run.`);
      return none(1068);
    }
    return startLock(name, async () => launchUnlessRunning(entry.name));
  };

  const launchUnlessRunning = async (name: string): Promise<ControlOutcome> => {
    const entry = serviceNamed(await state.services.read(), name);
    const refusal = await obstacle(entry);
    if (refusal || !entry) return refusal ?? none(1060);
    const missing = await access(program).then(() => false, () => true);
    const outcome = missing ? none(2) : entry.faults?.refusesStart === true ? none(1053) : await launch(entry);
    if (outcome.code !== 0) await failed(entry, outcome.code, 7000, `failed to start. ${missing ? `${program} is missing.` : "It did not answer the start request in time."}`);
    return outcome;
  };

  const stop = async (name: string): Promise<ControlOutcome> => {
    const entry = serviceNamed(await state.services.read(), name);
    if (!entry) return none(1060);
    const running = await askService(directory, entry.name, "state");
    if (!running) return none(1062);
    const needed = dependantsOf(await list(), entry.name).some((dependant) => dependant.state !== "stopped");
    if (needed) return { code: 1051, processId: running.pid };
    const answer = await askService(directory, entry.name, "stop");
    if (!answer) return none(1062);
    return { code: answer.taken ? 0 : 1061, processId: answer.pid };
  };

  const kill = async (processId: number): Promise<boolean> => {
    for (const entry of (await state.services.read()).services) {
      const running = await readRunning(directory, entry.name);
      if (running?.pid !== processId) continue;
      // It proves itself and ends itself: by now another process may have its id.
      const answer = await askService(directory, entry.name, "kill");
      if (answer?.taken !== true) return false;
      await settled(entry.name, ["stopped"]);
      await startLock(entry.name, async () => {
        if ((await readRunning(directory, entry.name))?.token !== running.token) return;
        await failed(entry, 1067, 7034, "terminated unexpectedly.");
        await removeFile(runningPath(directory, entry.name));
      });
      return true;
    }
    return false;
  };

  const powerOn = async (): Promise<void> => {
    const { services } = await state.services.read();
    await Promise.all(services.filter(({ startType }) => startType === "auto").map(async ({ name }) => {
      await startAfter(name, []);
      await settled(name, ["running", "stopped"]);
    }));
  };

  const powerOff = async (): Promise<void> => {
    const ending = [...turnedOn];
    turnedOn.clear();
    const end = async (name: string, child: ChildProcess): Promise<void> => {
      await askService(directory, name, "power-off");
      child.stdin?.destroy();
      if (!(await settled(name, ["stopped"])) && child.exitCode === null) child.kill("SIGKILL");
    };
    // A service has more dependants than any of them has.
    const services = ending.length > 1 ? await list() : [];
    const ranks = new Map(ending.map(([name]) => [name, dependantsOf(services, name).length]));
    for (const rank of [...new Set(ranks.values())].sort((one, other) => one - other)) {
      await Promise.all(ending.filter(([name]) => ranks.get(name) === rank).map(([name, child]) => end(name, child)));
    }
  };

  return { find, list, start: (name) => startAfter(name, []), stop, kill, powerOn, powerOff };
}
