// The practice machine: a Windows server in a folder. Commands, files and services are emulated at their own level, so
// that the code that runs here is the code that runs on Windows; nothing outside the folder is changed.
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { knownSid } from "../../../app/http-sys/account.ts";
import { problem } from "../../../app/errors.ts";
import type { Command, CommandResult, Machine } from "../../../app/machine.ts";
import { nodeFiles, removeLeftovers } from "../../storage/file.ts";
import { systemClock } from "../clock.ts";
import { nodeNetwork } from "../network.ts";
import { openCertificateStore } from "./certificate-store.ts";
import { createPracticeMachine, finishCreation } from "./creation.ts";
import { bindingsOf, reservationsOf } from "./http-sys-tables.ts";
import { defaultKind, type PracticeKind } from "./kind-name.ts";
import { localisedSid, type Language } from "./language.ts";
import { createNetsh } from "./netsh.ts";
import { createServiceControl } from "./service-control.ts";
import { createServiceProcesses } from "./service-process.ts";
import { accountSid, httpSysFileName, openState, servicesFileName } from "./state.ts";
import { createTaskkill } from "./taskkill.ts";

export interface PracticeOptions {
  /** Made on first use. A folder that holds anything else than a practice machine is refused. */
  readonly directory: string;
  /** The program of the background service: the built form of service.ts. */
  readonly serviceProgram: string;
  /**
   * True for a window or a web host: services started through this object end with this process, however it ends. False
   * for a command: they live on until they are stopped.
   */
  readonly resident?: boolean;
  /**
   * What the machine is, at creation; `dcdr-v3` when left out. A folder that holds a machine of another kind is refused;
   * left out, it is opened whatever its kind.
   */
  readonly kind?: PracticeKind;
  /** What netsh and sc print in; only at creation, English when left out. */
  readonly language?: Language;
  /** What runs a JavaScript program; this process's own interpreter when left out. */
  readonly interpreter?: string;
}

export interface PracticeMachine extends Machine {
  readonly kind: "practice";
  readonly directory: string;
  /** Changes. Starts the services of start type `auto` that do not run, those first that others need, and waits until each runs or has failed. */
  powerOn(): Promise<void>;
  /** Changes. Ends every service that this object turned on, also one that was restarted since, those first that need others. Cannot be refused by a service. */
  powerOff(): Promise<void>;
}

/**
 * Opens the practice machine of a folder, and makes it, powered on, when there is none. Throws practice-unusable,
 * machine-busy, file-unwritable, disk-full.
 */
export async function openPracticeMachine(options: PracticeOptions): Promise<PracticeMachine> {
  const fresh = await createPracticeMachine(options.directory, options.kind ?? defaultKind, options.language ?? "en");
  const directory = await realpath(options.directory);
  for (const name of [httpSysFileName, servicesFileName]) await removeLeftovers(join(directory, name));
  const state = openState(directory);
  const { hostName, language, kind } = await state.machine.read();
  if (options.kind !== undefined && options.kind !== kind) {
    throw problem("practice-unusable", { directory, reason: `it holds a machine of the kind ${kind}, not ${options.kind}` });
  }
  const sid = async (account: string): Promise<string | null> =>
    knownSid(account) ?? localisedSid(account, language) ?? accountSid(account, await state.machine.read());
  const certificates = openCertificateStore(join(directory, "certificates"));
  const processes = createServiceProcesses({
    state, program: options.serviceProgram, interpreter: options.interpreter ?? process.execPath, resident: options.resident === true,
  });
  const netsh = createNetsh({ state, certificates, sid, language });
  const serviceControl = createServiceControl({ processes, language });
  const taskkill = createTaskkill({ processes, language });

  const run = async (command: Command): Promise<CommandResult> => {
    const [program, ...arguments_] = command;
    switch (program) {
      case "netsh": return netsh(arguments_);
      case "sc": return serviceControl(arguments_);
      case "taskkill": return taskkill(arguments_);
      case "nginx":
      case "systemctl":
      case "service":
      case "runuser":
        throw problem("command-failed", { program, reason: "a Windows server has no such program", remedy: "Choose the Linux machine with --machine linux." });
    }
  };

  const machine: PracticeMachine = {
    kind: "practice",
    directory,
    hostName,
    certificates,
    httpSys: {
      bindings: async () => bindingsOf(await state.httpSys.read()),
      reservations: async () => reservationsOf(await state.httpSys.read()),
      listenList: async () => (await state.httpSys.read()).iplisten,
    },
    services: { list: () => processes.list(), find: (name) => processes.find(name) },
    accounts: { sid },
    files: nodeFiles,
    commands: { run },
    network: {
      ...nodeNetwork,
      resolve: (name) => (name.toLowerCase().replace(/\.$/, "") === hostName ? nodeNetwork.loopbacks() : nodeNetwork.resolve(name)),
    },
    clock: systemClock,
    nginx: null,
    mono: null,
    powerOn: () => processes.powerOn(),
    powerOff: () => processes.powerOff(),
  };
  if (fresh) {
    await machine.powerOn();
    await finishCreation(directory);
  }
  return machine;
}
