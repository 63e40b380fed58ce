// A practice machine for a test, in a folder of its own, with its service ended and its folder removed at the end.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPracticeMachine, type PracticeMachine, type PracticeOptions } from "../../../main/machines/practice/practice-machine.ts";
import type { Faults, ServiceEntry } from "../../../main/machines/practice/service-table.ts";
import type { Command, CommandResult } from "../../../app/machine.ts";
import { keyDer, type Issued } from "../../fixtures/certificates.ts";
import { serviceProgram } from "./service-program.ts";

export const service = "sdb-www-default";

export interface Practice {
  readonly machine: PracticeMachine;
  readonly directory: string;
  /** Of the first instance. */
  readonly port: number;
  /** Name of the first instance's service. */
  readonly service: string;
  /** The file that the first instance's service reads, without what it includes. */
  readonly configFile: string;
  /** Runs a command and gives what it answered. */
  run(...command: Command): Promise<CommandResult>;
  /** Changes entries in services.json by hand, as a person who sets a fault does: of the service named, or of all. */
  setEntry(change: Partial<ServiceEntry>, name?: string): void;
  setFaults(faults: Faults): void;
  /** Edits the configuration. A program that saves as it stops writes over that; `restart` then makes the edit again. */
  writeConfig(change: (text: string) => string): void;
  /** Puts a certificate with its key into the Personal store. */
  store(certificate: Issued): Promise<void>;
  /** Waits until a service, the first unless named, is in a state, at most 10 seconds. */
  reaches(state: string, name?: string): Promise<void>;
  /** Stops and starts the first service, with those that need it; its configuration is then as it was written before. */
  restart(): Promise<void>;
  /** Ends every service and removes the folder. */
  close(): Promise<void>;
}

export async function practice(options: Partial<PracticeOptions> = {}): Promise<Practice> {
  const directory = options.directory ?? join(mkdtempSync(join(tmpdir(), "lockstep-practice-")), "machine");
  const machine = await openPracticeMachine({ serviceProgram: await serviceProgram(), ...options, directory });
  const { port } = JSON.parse(readFileSync(join(directory, "machine.json"), "utf8")) as { port: number };
  const entries = (): readonly ServiceEntry[] => (JSON.parse(readFileSync(join(directory, "services.json"), "utf8")) as { services: ServiceEntry[] }).services;
  /** Those that need others are entered after them. */
  const lastFirst = (): readonly string[] => entries().map(({ name }) => name).reverse();
  const [first] = entries();
  if (!first) throw new Error("the machine has no service");
  const configFile = (first.reads ?? "%SystemDrive%/Program Files/SanteSuite/SanteDB/WWW/instances/default/config/santedb.config").replace("%SystemDrive%", directory);
  const run: Practice["run"] = (...command) => machine.commands.run(command);
  const setEntry: Practice["setEntry"] = (change, name) => {
    const path = join(directory, "services.json");
    // A person who writes by hand takes no lock: a service that just came up may write its exit code over it. So look again.
    for (let tries = 0; tries < 5; tries++) {
      const table = JSON.parse(readFileSync(path, "utf8")) as { services: ServiceEntry[] };
      const next = { ...table, services: table.services.map((entry) => (name === undefined || entry.name === name ? { ...entry, ...change } : entry)) };
      if (tries > 0 && JSON.stringify(next) === JSON.stringify(table)) return;
      writeFileSync(path, JSON.stringify(next, null, 2));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    }
  };
  const readEvents = (): string => {
    const path = join(directory, "logs/events.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const reaches: Practice["reaches"] = async (state, name = first.name) => {
    const until = Date.now() + 10_000;
    for (;;) {
      const record = await machine.services.find(name);
      if (record?.state === state) return;
      if (Date.now() > until) throw new Error(`${name} is ${record?.state ?? "missing"} with exit code ${record?.exitCode ?? "none"}, not ${state}\n${readEvents()}`);
      await machine.clock.wait(10);
    }
  };
  return {
    machine, directory, port, service: first.name, configFile, run, setEntry, reaches,
    setFaults: (faults) => setEntry({ faults }),
    writeConfig: (change) => writeFileSync(configFile, change(readFileSync(configFile, "utf8"))),
    store: (certificate) => machine.certificates.import("My", certificate.der, keyDer(certificate.keyFile)),
    restart: async () => {
      const written = readFileSync(configFile);
      const running: string[] = [];
      for (const name of lastFirst()) {
        const needs = entries().find((entry) => entry.name === name)?.dependencies ?? [];
        if (name !== first.name && !needs.includes(first.name)) continue;
        if ((await machine.services.find(name))?.state === "running") running.unshift(name);
        await run("sc", "stop", name);
        await reaches("stopped", name);
      }
      if (!existsSync(configFile) || !readFileSync(configFile).equals(written)) writeFileSync(configFile, written);
      for (const name of new Set([first.name, ...running])) {
        await run("sc", "start", name);
        await reaches("running", name);
      }
    },
    close: async () => {
      setEntry({ faults: {} });
      await machine.powerOff();
      for (const name of lastFirst()) {
        if ((await machine.services.find(name))?.state === "stopped") continue;
        await run("sc", "stop", name);
        await reaches("stopped", name);
      }
      rmSync(join(directory, ".."), { recursive: true, force: true });
    },
  };
}
