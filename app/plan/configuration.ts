// Planners that change a configuration by itself: its addresses and settings, or all of it from a backup.
import type { ConfigurationRequest, Verified } from "../contract.ts";
import { asLockstepError, problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { knownSid, mayListenUnreserved } from "../http-sys/account.ts";
import { winningBinding } from "../http-sys/precedence.ts";
import { reservationFor } from "../http-sys/reservation.ts";
import type { Machine, ServiceRecord } from "../machine.ts";
import { fileNameOf } from "../path.ts";
import { backupPath, listBackups, readKept } from "../santedb/backup.ts";
import { parseDocument, type Configuration, type Endpoint } from "../santedb/configuration.ts";
import type { Backup } from "../santedb/configuration-view.ts";
import { planEdit } from "../santedb/edit.ts";
import { urlPrefix, type Scheme } from "../santedb/endpoint.ts";
import { lineDifference } from "../santedb/line-difference.ts";
import { accountSid } from "../santedb/service.ts";
import { findTarget, rawFiles, type Located } from "../santedb/target.ts";
import { dependantsFinding, settingsOf, surroundingFindings } from "./circumstances.ts";
import { sha256 } from "./hash.ts";
import type { Operation } from "./operation.ts";
import { planId, type Plan } from "./plan.ts";
import { configurationCheck, httpChecks, proofOf } from "./proof.ts";
import { fileSteps, serviceSteps, type ServiceSteps } from "./steps.ts";

export interface PlannedChange {
  readonly plan: Plan;
  readonly verified: readonly Verified[];
}

const shortName = ({ owner, file }: Located): string => owner?.instance.name ?? fileNameOf(file);
const finding = (code: string, severity: Finding["severity"], message: string, hint: string): Finding => ({ code, severity, message, hint });

/** The service that reads a configuration, with what stops and starts around a change; null where none runs. */
async function runningOwner(machine: Machine, { owner }: Located): Promise<{ readonly service: ServiceRecord; readonly around: ServiceSteps } | null> {
  if (!owner) return null;
  const services = await machine.services.list();
  const service = services.find(({ name }) => name === owner.instance.service);
  return service && service.state !== "stopped" ? { service, around: serviceSteps(services, service) } : null;
}

/** The checks of an instance whose addresses have a scheme: over http each endpoint, over https the certificates bound. */
async function answerChecks(machine: Machine, endpoints: readonly Endpoint[], scheme: Scheme, host: string, port: number): Promise<{ readonly operations: readonly Operation[]; readonly findings: readonly Finding[] }> {
  const loopbacks = await machine.network.loopbacks();
  if (scheme === "http") return { operations: httpChecks(endpoints.filter((endpoint) => endpoint.port === port), host, loopbacks), findings: [] };
  const bindings = await machine.httpSys.bindings();
  const operations = loopbacks.flatMap((address): Operation[] => {
    const { winner } = winningBinding(bindings, { localAddress: address, port, serverName: null });
    return winner?.thumbprint ? [{ kind: "verify.tls", address, port, serverName: null, thumbprint: winner.thumbprint }] : [];
  });
  return {
    operations,
    findings: operations.length > 0 ? [] : [finding("binding-missing", "warning", `No certificate is bound to port ${port}, so its https addresses will not answer.`,
      "Use `lockstep endpoint secure` to move certificate, binding and configuration together.")],
  };
}

/** An account that may not listen on the new addresses keeps the service from starting; said before it is tried. */
async function reservationFindings(machine: Machine, { name, account }: ServiceRecord, endpoints: readonly Endpoint[], scheme: Scheme, host: string | undefined): Promise<readonly Finding[]> {
  const sid = knownSid(account) ?? await accountSid(machine, account);
  if (sid !== null && mayListenUnreserved(sid)) return [];
  const reservations = await machine.httpSys.reservations();
  const refused = endpoints.map((endpoint) => urlPrefix({ ...endpoint, scheme, host: host ?? endpoint.host }))
    .find((prefix) => !(reservationFor(prefix, reservations)?.accounts.some((holder) => holder.sid === sid && holder.rights.includes("listen")) ?? false));
  return refused === undefined ? [] : [finding("reservation-missing", "warning", `${account}, the account of ${name}, has no reservation for ${refused}, so the service will hardly start.`,
    "Use `lockstep endpoint secure`, which makes the reservation too.")];
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/**
 * The plan that moves the addresses of one port to a scheme, and sets what else is asked for. A running service that
 * reads the file is stopped before the file is written, because it would write its own copy over it, and started again.
 * Throws as `findTarget` and `planEdit`, and file-read-only.
 */
export async function planConfiguration(machine: Machine, scheme: Scheme, request: ConfigurationRequest, random: number): Promise<PlannedChange> {
  const target = await findTarget(machine, request.of);
  const { files } = target;
  const planned = planEdit(files, {
    scheme, certificate: request.certificate,
    ...(request.port !== undefined && { port: request.port }),
    ...(request.address !== undefined && { host: request.address }),
    ...await settingsOf(machine, request),
  });
  const { edits, port, host } = planned;
  const configuration = target.configuration;
  const now = machine.clock.now();
  const id = planId(now, random);
  const written = await fileSteps(machine, edits, id);
  const running = edits.length > 0 ? await runningOwner(machine, target) : null;
  const endpoints = configuration?.endpoints.filter((endpoint) => endpoint.port === port) ?? [];
  const checks = running && port !== null ? await answerChecks(machine, endpoints, scheme, host ?? "0.0.0.0", port) : null;
  const findings: Finding[] = [
    ...target.findings, ...planned.warnings, ...checks?.findings ?? [],
    ...(running ? await reservationFindings(machine, running.service, endpoints, scheme, request.address) : []),
    ...(running && running.around.dependants.length > 0 ? [dependantsFinding(running.around.dependants)] : []),
    ...(target.owner && port !== null ? await surroundingFindings(machine, target.owner.instance.service, port, edits.length > 0, scheme) : []),
    ...(request.certificate !== undefined ? await certificateFindings(machine, request.certificate) : []),
    ...(port === null ? [finding("no-endpoint", "warning", `${fileNameOf(target.file)} has a REST section without endpoints, so there is no address to change.`, "Start the service once so that it writes its endpoints.")] : []),
  ];
  const operations: Operation[] = edits.length === 0 ? [] : [
    ...running?.around.stop ?? [], ...written.operations, ...running?.around.start ?? [],
    ...(configuration ? configurationCheck(configuration, edits) : []), ...checks?.operations ?? [],
  ];
  return {
    plan: {
      id, operations, findings, certificate: null, differences: written.differences,
      title: `Change ${plural(edits.reduce((count, { changes }) => count + changes.length, 0), "address", "addresses")} of ${shortName(target)} to ${scheme}`,
      proof: await proofOfTarget(machine, target, running !== null && operations.length > 0),
    },
    verified: [],
  };
}

async function proofOfTarget(machine: Machine, { owner, configuration }: Chosen["target"], wanted: boolean): Promise<Operation[]> {
  return wanted && owner && configuration ? [...await proofOf(machine, owner.instance, configuration, await machine.network.loopbacks())] : [];
}

async function certificateFindings({ certificates }: Machine, thumbprint: string): Promise<readonly Finding[]> {
  const found = await certificates.find("My", thumbprint).catch(() => null);
  return found ? [] : [finding("certificate-not-in-store", "warning", `This machine's Personal store has no certificate ${thumbprint}.`, "Import it where the file is used.")];
}

/** SHA-256 that each backup of Lockstep's had when it was made, by its path: what it must still be. */
export type KeptBefore = ReadonlyMap<string, string>;

/** All backups of a configuration's files, newest first, also of one that cannot be read any more. Throws as `rawFiles`. */
export async function backupsOf(machine: Machine, name: string, kept: KeptBefore): Promise<readonly Backup[]> {
  const { raw } = await rawFiles(machine, name);
  const lists = await Promise.all(raw.map(({ file }) => listBackups(machine.files, file, kept)));
  return lists.flat().sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}

/** A backup of a configuration, and the file that it is a copy of. */
interface Chosen {
  readonly target: Located & { readonly configuration: Configuration | null };
  readonly file: string;
  readonly present: Uint8Array;
  readonly backup: Backup;
  readonly content: Uint8Array;
}

/**
 * The backup that a path or a bare file name means. Only a copy beside the configuration is taken. Throws not-found,
 * backup-unreadable, input-invalid where two files have backups of that name, and as `rawFiles`.
 */
async function chooseBackup(machine: Machine, of: string, name: string, kept: KeptBefore): Promise<Chosen> {
  const target = await rawFiles(machine, of);
  const found: { readonly file: string; readonly present: Uint8Array; readonly backup: Backup }[] = [];
  for (const { file, bytes } of target.raw) {
    for (const backup of await listBackups(machine.files, file, kept)) {
      if (backup.file === name || fileNameOf(backup.file) === name) found.push({ file, present: bytes, backup });
    }
  }
  const [first] = found;
  if (!first) throw problem("not-found", { what: `backup of ${fileNameOf(target.file)}`, name });
  if (found.length > 1) throw problem("input-invalid", { problem: `several files have a backup named ${name}; give its whole path.` });
  try {
    return { target, ...first, content: await readKept(machine.files, first.backup.file) };
  } catch (thrown) {
    const error = asLockstepError(thrown);
    throw error.code === "backup-unreadable" ? error : problem("backup-unreadable", { file: first.backup.file, reason: error.message }, { cause: thrown });
  }
}

/** The lines in which a backup differs from the present file. Throws as `chooseBackup`. */
export async function compareBackup(machine: Machine, of: string, name: string, kept: KeptBefore) {
  const { file, present, backup, content } = await chooseBackup(machine, of, name, kept);
  return { file, backup: backup.file, lines: [...lineDifference(present, content, 3)] };
}

/**
 * The plan that puts a backup in the place of its file, keeping what is there now. Throws as `chooseBackup`, file-read-only,
 * and backup-unreadable for one that is no configuration any more.
 */
export async function planRestore(machine: Machine, of: string, name: string, kept: KeptBefore, random: number): Promise<PlannedChange> {
  const { target, file, present, backup, content } = await chooseBackup(machine, of, name, kept);
  const restored = documentOf(content, backup.file);
  const id = planId(machine.clock.now(), random);
  const changes = sha256(content) !== sha256(present);
  if (changes && (await machine.files.stat(file))?.readOnly) throw problem("file-read-only", { file });
  const running = changes ? await runningOwner(machine, target) : null;
  const answers = restored.rest && (target.configuration === null || target.configuration.file === file) ? await restoredChecks(machine, restored.rest, running !== null) : null;
  const operations: Operation[] = !changes ? [] : [
    ...running?.around.stop ?? [],
    { kind: "file.replace", path: file, source: backup.file, backup: backupPath(machine.files, file, id), sha256Before: sha256(present), sha256After: sha256(content) },
    ...running?.around.start ?? [],
    ...(restored.rest ? [{ kind: "verify.configuration" as const, path: file, endpoints: restored.rest.endpoints.map(({ service, contract, address }) => ({ service, contract, address })) }] : []),
    ...answers?.operations ?? [],
  ];
  return {
    plan: {
      id, title: `Restore ${target.owner ? `${fileNameOf(file)} of ${target.owner.instance.name}` : fileNameOf(file)} from its copy of ${backup.at.slice(0, 16).replace("T", " ")}`, operations, certificate: null,
      findings: [
        ...target.findings, ...answers?.findings ?? [],
        ...(backup.intact === false ? [finding("backup-changed", "warning", `${fileNameOf(backup.file)} is not what Lockstep kept: it was changed since.`, "Look at the difference before you restore it.")] : []),
        ...(running && running.around.dependants.length > 0 ? [dependantsFinding(running.around.dependants)] : []),
      ],
      differences: changes ? [{ path: file, lines: [...lineDifference(present, content, 1)] }] : [],
      proof: await proofOfTarget(machine, target, running !== null),
    },
    verified: [],
  };
}

function documentOf(content: Uint8Array, file: string) {
  try {
    return parseDocument(content, file);
  } catch (thrown) {
    throw problem("backup-unreadable", { file, reason: asLockstepError(thrown).message }, { cause: thrown });
  }
}

/** How an instance must answer once its addresses are those of a backup; nothing is checked where they have both schemes. */
async function restoredChecks(machine: Machine, { endpoints }: Pick<Configuration, "endpoints">, wanted: boolean) {
  const [first] = endpoints;
  const ofPort = endpoints.filter(({ port }) => port === first?.port);
  if (!wanted || !first || ofPort.some(({ scheme }) => scheme !== first.scheme)) return null;
  return answerChecks(machine, ofPort, first.scheme, ofPort.find(({ host }) => host === "0.0.0.0")?.host ?? first.host, first.port);
}
