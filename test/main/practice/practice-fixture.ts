// A practice machine for a test, in a folder of its own, with its service ended and its folder removed at the end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  readonly port: number;
  readonly configFile: string;
  /** Runs a command and gives what it answered. */
  run(...command: Command): Promise<CommandResult>;
  /** Changes the service's entry in services.json by hand, as a person who sets a fault does. */
  setEntry(change: Partial<ServiceEntry>): void;
  setFaults(faults: Faults): void;
  writeConfig(change: (text: string) => string): void;
  /** Puts a certificate with its key into the Personal store. */
  store(certificate: Issued): Promise<void>;
  /** Waits until the service is in a state, at most 10 seconds. */
  reaches(state: string): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function practice(options: Partial<PracticeOptions> = {}): Promise<Practice> {
  const directory = options.directory ?? join(mkdtempSync(join(tmpdir(), "lockstep-practice-")), "machine");
  const machine = await openPracticeMachine({ serviceProgram: await serviceProgram(), ...options, directory });
  const { port } = JSON.parse(readFileSync(join(directory, "machine.json"), "utf8")) as { port: number };
  const configFile = join(directory, "Program Files/SanteSuite/SanteDB/WWW/instances/default/config/santedb.config");
  const run: Practice["run"] = (...command) => machine.commands.run(command);
  const setEntry: Practice["setEntry"] = (change) => {
    const path = join(directory, "services.json");
    // A person who writes by hand takes no lock: a service that just came up may write its exit code over it. So look again.
    for (let tries = 0; tries < 5; tries++) {
      const table = JSON.parse(readFileSync(path, "utf8")) as { services: ServiceEntry[] };
      const next = { ...table, services: table.services.map((entry) => ({ ...entry, ...change })) };
      if (tries > 0 && JSON.stringify(next) === JSON.stringify(table)) return;
      writeFileSync(path, JSON.stringify(next, null, 2));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    }
  };
  const reaches: Practice["reaches"] = async (state) => {
    const until = Date.now() + 10_000;
    for (;;) {
      const record = await machine.services.find(service);
      if (record?.state === state) return;
      if (Date.now() > until) throw new Error(`${service} is ${record?.state ?? "missing"}, not ${state}`);
      await machine.clock.wait(10);
    }
  };
  return {
    machine, directory, port, configFile, run, setEntry, reaches,
    setFaults: (faults) => setEntry({ faults }),
    writeConfig: (change) => writeFileSync(configFile, change(readFileSync(configFile, "utf8"))),
    store: (certificate) => machine.certificates.import("My", certificate.der, keyDer(certificate.keyFile)),
    restart: async () => {
      await run("sc", "stop", service);
      await reaches("stopped");
      await run("sc", "start", service);
      await reaches("running");
    },
    close: async () => {
      setEntry({ faults: {} });
      await machine.powerOff();
      if ((await machine.services.find(service))?.state !== "stopped") {
        await run("sc", "stop", service);
        await reaches("stopped");
      }
      rmSync(join(directory, ".."), { recursive: true, force: true });
    },
  };
}
