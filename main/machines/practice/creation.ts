// Making a practice machine: a Windows server with SanteDB on it, as it is the day before it is secured.
import { randomInt } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { problem } from "../../../app/errors.ts";
import { atomicWrite, fileProblem, removeFile } from "../../storage/file.ts";
import { withLock } from "../../storage/lock.ts";
import { openCertificateStore, storeNames, thumbprintOf } from "./certificate-store.ts";
import type { HttpSysTables } from "./http-sys-tables.ts";
import type { PracticeKind } from "./kind-name.ts";
import { kinds } from "./kinds.ts";
import type { Language } from "./language.ts";
import type { ServiceTable } from "./service-table.ts";
import { formatState, httpSysFileName, localAccounts, machineFileName, practiceHostName, servicesFileName, type MachineFile } from "./state.ts";

/** Stands as long as a machine is being made and turned on for the first time. */
const markName = "being-made.txt";
const ownNames = [httpSysFileName, servicesFileName, "certificates", "services", "logs", "Program Files", "ProgramData", "Users", "Windows"];

/** Milliseconds; making a machine takes a few hundred at most. */
const lockPatience = 20_000;

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => answer(error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT"));
    server.listen({ host, port, exclusive: true, ipv6Only: host.includes(":") }, () => server.close(() => answer(true)));
  });
}

/**
 * A port that nothing holds and that was not `given` before, below those that operating systems give to outgoing
 * connections (32768 on Linux, 49152 on Windows).
 */
async function freePort(given: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port) || !(await isFree("0.0.0.0", port)) || !(await isFree("::", port))) continue;
    given.add(port);
    return port;
  }
  throw problem("internal", { problem: "no free port was found between 20000 and 32000" });
}

/** Reservations as a fresh Windows has them. Source: transcripts of `netsh http show urlacl`, Windows 10 and Server. */
const windowsReservations: HttpSysTables["urlacl"] = [
  { url: "http://*:5357/", sddl: "D:(A;;GX;;;BU)(A;;GX;;;LS)" },
  { url: "http://+:80/Temporary_Listen_Addresses/", sddl: "D:(A;;GX;;;WD)" },
  { url: "https://*:5358/", sddl: "D:(A;;GX;;;BU)(A;;GX;;;LS)" },
  { url: "http://+:5985/wsman/", sddl: "D:(A;;GX;;;S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970)(A;;GX;;;S-1-5-80-4059739203-877974739-1245631912-527174227-2996563517)" },
  { url: "http://+:47001/wsman/", sddl: "D:(A;;GX;;;S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970)(A;;GX;;;S-1-5-80-4059739203-877974739-1245631912-527174227-2996563517)" },
  { url: "http://+:10247/apps/", sddl: "D:(A;;GX;;;AU)" },
  { url: "http://*:2869/", sddl: "D:(A;;GX;;;LS)" },
];

async function writeContents(directory: string, kind: PracticeKind, language: Language): Promise<void> {
  const given = new Set<number>();
  const { port, services, files, folders = [], reservations = [], certificates = [] } = await kinds[kind](() => freePort(given));
  const store = openCertificateStore(join(directory, "certificates"));
  await mkdir(join(directory, "services"), { mode: 0o700 });
  await mkdir(join(directory, "logs"));
  for (const name of storeNames) await mkdir(join(directory, "certificates", name), { recursive: true, mode: 0o700 });
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true });
  for (const [path, content] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await atomicWrite(join(directory, path), content, { mode: 0o644 });
  }
  for (const { certificate, privateKey } of certificates) {
    await store.import("My", certificate, privateKey);
    await store.import("Root", certificate, null);
  }
  const httpSys: HttpSysTables = {
    version: 1,
    sslcert: certificates.map(({ certificate, endpoint, applicationId }) => ({ endpoint, thumbprint: thumbprintOf(certificate), applicationId, store: "MY", flags: {} })),
    urlacl: [...windowsReservations, ...reservations],
    iplisten: [],
  };
  const table: ServiceTable = { version: 1, services: [...services] };
  const machine: MachineFile = { format: "lockstep-practice-machine", version: 1, hostName: practiceHostName, language, kind, port, accounts: localAccounts };
  await atomicWrite(join(directory, httpSysFileName), formatState(httpSys), { mode: 0o644 });
  await atomicWrite(join(directory, servicesFileName), formatState(table), { mode: 0o600 });
  // Last, because with it the folder is a practice machine.
  await atomicWrite(join(directory, machineFileName), formatState(machine), { mode: 0o644 });
}

async function entriesOf(directory: string): Promise<readonly string[] | null> {
  try {
    return await readdir(directory);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
    if (code === "ENOENT") return null;
    throw problem("practice-unusable", { directory, reason: code === "ENOTDIR" ? "it is a file" : "it cannot be read" }, { cause: thrown });
  }
}

/** What Lockstep keeps beside the machine: requests for certificates may come before the machine itself. */
const lockstepFolder = "lockstep";

/**
 * Makes the machine in a folder that is missing, empty, or was left half made by a kill. Gives true as long as the
 * machine was not turned on for the first time, which `finishCreation` notes. Throws practice-unusable for a folder of
 * something else, machine-busy, file-unwritable, disk-full.
 */
export async function createPracticeMachine(directory: string, kind: PracticeKind, language: Language): Promise<boolean> {
  const present = await entriesOf(directory);
  if (present?.includes(machineFileName)) return present.includes(markName);
  return withLock(`practice creation ${resolve(directory)}`, lockPatience, async () => {
    const entries = await entriesOf(directory) ?? [];
    if (entries.includes(machineFileName)) return entries.includes(markName);
    if (entries.includes(markName)) {
      for (const name of ownNames) await rm(join(directory, name), { recursive: true, force: true });
    } else if (entries.some((name) => name !== lockstepFolder)) {
      throw problem("practice-unusable", { directory, reason: "it holds other things than a practice machine" });
    }
    try {
      await mkdir(directory, { recursive: true });
      // Written plainly: that it is there says all, and a temporary file beside it could be taken for something else.
      await writeFile(join(directory, markName), "Lockstep is making a practice machine here. This file goes when it is done.\n");
      await writeContents(directory, kind, language);
    } catch (thrown) {
      throw fileProblem(directory, thrown);
    }
    return true;
  });
}

/** Notes that the machine was turned on for the first time. */
export async function finishCreation(directory: string): Promise<void> {
  await removeFile(join(directory, markName));
}
