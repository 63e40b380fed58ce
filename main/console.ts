// Opens the console on a machine: the adapter, the journal and the lock that belong together.
import { randomInt } from "node:crypto";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { PendingRequests } from "../app/certificates/pending-requests.ts";
import type { CertificateReader } from "../app/certificates/reader.ts";
import { createConsole } from "../app/console.ts";
import type { Machine } from "../app/machine.ts";
import { createAnnouncer } from "./announcer.ts";
import type { Console, ConsoleOptions } from "./console-port.ts";
import { createThreadSignatures } from "./cws/thread-signatures.ts";
import { dataFolder, linuxFolder, machineFolder } from "./folders.ts";
import { createThreadReader } from "./reader/thread-reader.ts";
import { filesAlone, noJournal, noMachine } from "./machines/no-machine.ts";
import { openPracticeMachine } from "./machines/practice/practice-machine.ts";
import { nodeFiles } from "./storage/file.ts";
import { openJournal } from "./storage/journal.ts";
import { openKeyUsers } from "./storage/key-users.ts";
import { openPendingRequests } from "./storage/pending-requests.ts";
import { privateKeyFiles } from "./storage/private-key-file.ts";
import { withLock } from "./storage/lock.ts";
import { makeTrustedFolder } from "./storage/trusted.ts";
import { listenForRequests } from "./web/request-listener.ts";

/** How long one change waits for another to end before it is refused, in milliseconds. */
const lockPatience = 2000;

/** The practice service's own program, built beside the command line; this file lies in a chunk, or in the shell's folder. */
const builtServiceProgram = (): string => fileURLToPath(new URL(/* @vite-ignore */ "../practice-service.js", import.meta.url));

function personAtTheKeyboard(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

/** The program of the thread that reads certificate files, built beside the command line as well. */
const builtReaderProgram = (): string => fileURLToPath(new URL(/* @vite-ignore */ "../certificate-reader.js", import.meta.url));

/** The program of the thread that works on signatures, likewise. */
const builtSignatureProgram = (): string => fileURLToPath(new URL(/* @vite-ignore */ "../signature-thread.js", import.meta.url));

const reader = (options: ConsoleOptions): CertificateReader => createThreadReader(options.readerProgram ?? builtReaderProgram());

/** The machine that was asked for, or else that of this operating system; options that are for practice alone ask for it. */
function kindOf({ machine, practiceDirectory, practiceKind }: ConsoleOptions): NonNullable<ConsoleOptions["machine"]> {
  if (machine !== undefined) return machine;
  return process.platform === "win32" && practiceDirectory === undefined && practiceKind === undefined ? "windows" : "practice";
}

const practiceFolder = (options: ConsoleOptions): string => resolve(options.practiceDirectory ?? join(dataFolder(), "practice"));

/** Where the machine's own records lie unless a folder is named. */
function usualFolder(options: ConsoleOptions): string {
  switch (kindOf(options)) {
    case "windows": return machineFolder();
    case "linux": return linuxFolder();
    case "practice": return join(practiceFolder(options), "lockstep");
  }
}

const ownFolder = (options: ConsoleOptions): string => resolve(options.dataDirectory ?? usualFolder(options));
const pendingRequests = (options: ConsoleOptions): PendingRequests => openPendingRequests(join(ownFolder(options), "requests"));

/** Key users are of no machine: they lie in the data folder. */
const keyUserParts = (options: ConsoleOptions) => ({
  keyUsers: openKeyUsers(join(ownFolder(options), "key-users")), privateKeyFiles, listen: listenForRequests,
  signatures: createThreadSignatures(options.signatureProgram ?? builtSignatureProgram()),
});

/** A console for what needs no machine: none is opened, and none is made on first use. */
export function openConsoleWithoutMachine(options: ConsoleOptions = {}): Console {
  const announcer = createAnnouncer();
  return {
    implementation: createConsole({
      machine: noMachine, journal: noJournal, reader: reader(options), pending: pendingRequests(options), ...keyUserParts(options), emit: announcer.emit, exclusively: (work) => work(),
      by: personAtTheKeyboard(), elevates: false, random: () => randomInt(0x10000),
    }),
    subscribe: (listener) => announcer.subscribe(listener),
    close: () => Promise.resolve(),
  };
}

/** What a journal and a lock add to a machine, so that changes of it can be made. */
function changing(machine: Machine, options: ConsoleOptions) {
  const folder = ownFolder(options);
  const announcer = createAnnouncer();
  const under = new Set<Promise<unknown>>();
  const implementation = createConsole({
    machine, emit: announcer.emit,
    journal: openJournal(folder), reader: reader(options), pending: pendingRequests(options), ...keyUserParts(options),
    exclusively: (work) => {
      const change = withLock(`change ${folder}`, lockPatience, work);
      under.add(change);
      void change.catch(() => undefined).finally(() => under.delete(change));
      return change;
    },
    by: personAtTheKeyboard(), elevates: false, random: () => randomInt(0x10000),
  });
  const settled = async (): Promise<void> => {
    await implementation.listener.stop({});
    await Promise.allSettled(under);
  };
  return { implementation, subscribe: announcer.subscribe, settled };
}

const isMade = async (options: ConsoleOptions): Promise<boolean> => (await nodeFiles.stat(join(practiceFolder(options), "machine.json")).catch(() => null)) !== null;

/**
 * Opens the console for files that were named by their paths: on the machine, whose services may read them, where there
 * is one already; else on this computer's files alone, and no machine is made. Throws as `openConsole`.
 */
export async function openConsoleForFiles(options: ConsoleOptions): Promise<Console> {
  if (kindOf(options) !== "practice" || await isMade(options)) return openConsole(options);
  const { implementation, subscribe, settled } = changing(filesAlone, options);
  return { implementation, subscribe, close: async () => { await settled(); } };
}

async function openWindowsConsole(options: ConsoleOptions): Promise<Console> {
  // Native code is loaded here and nowhere else.
  const [{ openWindowsMachine }, { secureOwnFolder }] = await Promise.all([import("./machines/windows/windows-machine.ts"), import("./machines/windows/own-folder.ts")]);
  const machine = await openWindowsMachine();
  if (options.dataDirectory === undefined) await secureOwnFolder(ownFolder(options));
  const { implementation, subscribe, settled } = changing(machine, options);
  return { implementation, subscribe, close: async () => { await settled(); } };
}

async function openLinuxConsole(options: ConsoleOptions): Promise<Console> {
  const { openLinuxMachine } = await import("./machines/linux/linux-machine.ts");
  const machine = await openLinuxMachine({ dataDirectory: ownFolder(options) });
  if (options.dataDirectory === undefined) await makeTrustedFolder(ownFolder(options), 0o700);
  const { implementation, subscribe, settled } = changing(machine, options);
  return { implementation, subscribe, close: async () => { await settled(); } };
}

/**
 * Opens the console. A resident host (a window, the web host) owns the practice machine: what it turns on ends with it.
 * A command leaves the services running. Throws unsupported, practice-unusable, layout-refused.
 */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const kind = kindOf(options);
  if (kind === "windows") return openWindowsConsole(options);
  if (kind === "linux") return openLinuxConsole(options);
  const directory = practiceFolder(options);
  const resident = options.resident === true;
  const isNew = !await isMade(options);
  const machine = await openPracticeMachine({ directory, serviceProgram: options.serviceProgram ?? builtServiceProgram(), resident, ...(options.practiceKind !== undefined && { kind: options.practiceKind }) });
  // A service that needs another is entered after it.
  const made = isNew ? { directory, services: (await machine.services.list()).map(({ name }) => name).reverse() } : null;
  if (resident) await machine.powerOn();
  const { implementation, subscribe, settled } = changing(machine, options);
  let closing: Promise<void> | undefined;
  return {
    implementation,
    ...(made && { made }),
    subscribe,
    close: () => closing ??= (async () => {
      await settled();
      if (resident) await machine.powerOff();
    })(),
  };
}
