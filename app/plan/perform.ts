// Doing one operation on a machine. Each is idempotent: what is already so is left alone, what is otherwise is refused.
import type { Verified } from "../contract.ts";
import { asLockstepError, problem, type CommandEvidence, type LockstepError } from "../errors.ts";
import { sameBinding } from "../http-sys/binding.ts";
import { explainNetsh } from "../http-sys/netsh.ts";
import { sameAccounts } from "../http-sys/sddl.ts";

import type { Command, Files, HttpAnswer, Machine, Network, ServiceRecord } from "../machine.ts";
import { readKept } from "../santedb/backup.ts";
import { configurationLimit, parseDocument } from "../santedb/configuration.ts";
import { applySplices } from "../santedb/convert.ts";
import { hostPart } from "../santedb/endpoint.ts";
import { explainService } from "../santedb/service-end.ts";
import { decodeBase64 } from "../base64.ts";
import { sha256 } from "./hash.ts";
import type { Operation, OperationOf } from "./operation.ts";
import { bindMono } from "./perform-mono.ts";
import { checkProxy, putFile, reloadProxy, setLink, stopProxy, verifyAbsence, verifyRedirect, verifySite } from "./perform-site.ts";
import { changed, eventually, pollEvery, run, unchanged, type Circumstances, type Performance } from "./performance.ts";
import { mayFail } from "./unit-control.ts";
import { commandsOf } from "./view.ts";

/** Runs the operation's commands, the very ones shown, and stops at the first that fails. */
async function runShown(machine: Machine, commands: readonly Command[], refuse: (code: number | null, reason: string, remedy: string, evidence: CommandEvidence) => LockstepError): Promise<void> {
  for (const command of commands) {
    const { result, evidence } = await run(machine, command);
    if (result.exitCode === 0) continue;
    const { code, reason, remedy } = explainNetsh(result.exitCode, result.output);
    throw refuse(code, reason, remedy, evidence);
  }
}

async function importCertificate(operation: OperationOf<"certificate.import">, { machine, materials, intend }: Circumstances): Promise<Performance> {
  const present = await machine.certificates.find(operation.store, operation.thumbprint);
  if (present && (present.hasPrivateKey || !operation.withKey)) return unchanged;
  const material = materials.get(operation.thumbprint);
  const certificate = material?.certificate ?? (operation.certificate === undefined ? null : decodeBase64(operation.certificate));
  const privateKey = operation.withKey ? material?.privateKey ?? null : null;
  if (!certificate || (operation.withKey && privateKey === null)) {
    throw problem("cannot-finish", { reason: "the certificate's file and password are no longer at hand" });
  }
  await intend();
  await machine.certificates.import(operation.store, certificate, privateKey);
  if (operation.withKey && !(await machine.certificates.provesKey(operation.store, operation.thumbprint))) {
    throw problem("certificate-store-failed", { act: "use the imported private key", reason: "a test signature failed" });
  }
  return changed;
}

async function removeCertificate(operation: OperationOf<"certificate.remove">, { machine, intend }: Circumstances): Promise<Performance> {
  if (!(await machine.certificates.find(operation.store, operation.thumbprint))) return unchanged;
  await intend();
  await machine.certificates.remove(operation.store, operation.thumbprint);
  return changed;
}

async function reservationOf(machine: Machine, url: string) {
  return (await machine.httpSys.reservations()).find((reservation) => reservation.url.toLowerCase() === url.toLowerCase()) ?? null;
}

async function addReservation(operation: OperationOf<"reservation.add">, { machine, intend }: Circumstances): Promise<Performance> {
  const present = await reservationOf(machine, operation.url);
  if (present) {
    if (sameAccounts(present.sddl, operation.sddl)) return unchanged;
    throw problem("reservation-conflict", { url: operation.url, accounts: present.accounts.map(({ name }) => name).join(", ") });
  }
  await intend();
  await runShown(machine, commandsOf(operation), (_, reason, remedy, evidence) =>
    problem("reservation-refused", { url: operation.url, reason, remedy }, { evidence }));
  const after = await reservationOf(machine, operation.url);
  if (!after || !sameAccounts(after.sddl, operation.sddl)) {
    throw problem("reservation-refused", { url: operation.url, reason: "it is not listed afterwards", remedy: "Run the command shown in an elevated prompt." });
  }
  return changed;
}

async function removeReservation(operation: OperationOf<"reservation.remove">, { machine, intend }: Circumstances): Promise<Performance> {
  const present = await reservationOf(machine, operation.url);
  if (!present) return unchanged;
  if (!sameAccounts(present.sddl, operation.sddl)) throw problem("changed-since", { what: `The reservation of ${operation.url}` });
  await intend();
  await runShown(machine, commandsOf(operation), (_, reason, remedy, evidence) =>
    problem("reservation-refused", { url: operation.url, reason, remedy }, { evidence }));
  return changed;
}

async function bindingOf(machine: Machine, endpoint: string) {
  return (await machine.httpSys.bindings()).find((binding) => binding.endpoint.toLowerCase() === endpoint.toLowerCase()) ?? null;
}

async function setBinding(operation: OperationOf<"binding.set">, { machine, intend }: Circumstances): Promise<Performance> {
  const { previous, next } = operation;
  const present = await bindingOf(machine, next.endpoint);
  if (present && sameBinding(present, next)) return unchanged;
  // No record where one was: a replacement of ours that was cut between its two commands.
  if (present && !(previous && sameBinding(present, previous))) throw problem("binding-changed", { endpoint: next.endpoint });
  await intend();
  const commands = commandsOf(present ? operation : { ...operation, previous: null });
  await runShown(machine, commands, (_, reason, remedy, evidence) => problem("binding-refused", { endpoint: next.endpoint, reason, remedy }, { evidence }));
  const after = await bindingOf(machine, next.endpoint);
  if (!after || !sameBinding(after, next)) {
    throw problem("binding-refused", { endpoint: next.endpoint, reason: "the record reads differently afterwards", remedy: "Compare it with `netsh http show sslcert`." });
  }
  return changed;
}

async function removeBinding(operation: OperationOf<"binding.remove">, { machine, intend }: Circumstances): Promise<Performance> {
  const { endpoint } = operation.previous;
  const present = await bindingOf(machine, endpoint);
  if (!present) return unchanged;
  if (!sameBinding(present, operation.previous)) throw problem("binding-changed", { endpoint });
  await intend();
  await runShown(machine, commandsOf(operation), (_, reason, remedy, evidence) => problem("binding-refused", { endpoint, reason, remedy }, { evidence }));
  return changed;
}

async function writeFile(operation: OperationOf<"file.write">, { machine, intend }: Circumstances): Promise<Performance> {
  const { files } = machine;
  const content = await files.read(operation.path, configurationLimit);
  const found = sha256(content);
  if (found === operation.sha256After) return unchanged;
  if (found !== operation.sha256Before) throw problem("file-changed", { file: operation.path });
  const next = applySplices(content, operation.splices, operation.path);
  if (sha256(next) !== operation.sha256After) throw problem("file-changed", { file: operation.path });
  const stat = await files.stat(operation.path);
  if (stat?.readOnly) throw problem("file-read-only", { file: operation.path });
  await intend();
  await writeKeeping(files, operation, next);
  return changed;
}

async function writeKeeping(files: Files, { path, backup }: { readonly path: string; readonly backup: string }, next: Uint8Array): Promise<void> {
  // A backup that is there already is ours, left by a start that was cut short before the file changed.
  if (await files.stat(backup)) await files.remove(backup);
  await files.replace(path, next, backup);
}

async function replaceFile(operation: OperationOf<"file.replace">, { machine, intend }: Circumstances): Promise<Performance> {
  const { files } = machine;
  const found = sha256(await files.read(operation.path, configurationLimit));
  if (found === operation.sha256After) return unchanged;
  if (found !== operation.sha256Before) throw problem("file-changed", { file: operation.path });
  const next = await readKept(files, operation.source);
  if (sha256(next) !== operation.sha256After) throw problem("file-changed", { file: operation.source });
  if ((await files.stat(operation.path))?.readOnly) throw problem("file-read-only", { file: operation.path });
  await intend();
  await writeKeeping(files, operation, next);
  return changed;
}

async function restoreFile(operation: OperationOf<"file.restore">, { machine, intend, insist }: Circumstances): Promise<Performance> {
  const { files } = machine;
  const stat = await files.stat(operation.path);
  const found = stat ? sha256(await files.read(operation.path, configurationLimit)) : null;
  const backup = await files.stat(operation.backup);
  if (found === operation.sha256Before) {
    if (!backup) return unchanged;
    await intend();
    await files.remove(operation.backup);
    return changed;
  }
  if (found !== operation.sha256After && !insist) throw problem("changed-since", { what: operation.path });
  if (!backup) throw problem("file-not-found", { file: operation.backup });
  const original = await files.read(operation.backup, configurationLimit);
  if (sha256(original) !== operation.sha256Before) throw problem("changed-since", { what: operation.backup });
  await intend();
  if (found === operation.sha256After || found === null) {
    await files.putBack(operation.path, operation.backup);
  } else {
    await files.replace(operation.path, original, `${operation.backup}.displaced`);
    await files.remove(operation.backup);
  }
  return changed;
}

async function serviceRecord(machine: Machine, service: string): Promise<ServiceRecord> {
  const record = await machine.services.find(service);
  if (!record) throw problem("service-missing", { service });
  return record;
}

/** Waits until the service is in one of these states; gives the last record seen when the limit (milliseconds) is over. */
async function waitForState(machine: Machine, service: string, states: readonly ServiceRecord["state"][], limit: number): Promise<ServiceRecord> {
  const until = machine.clock.now().getTime() + limit;
  for (;;) {
    const record = await serviceRecord(machine, service);
    if (states.includes(record.state) || machine.clock.now().getTime() >= until) return record;
    await machine.clock.wait(pollEvery);
  }
}

/** All but the states that a service leaves by itself on its way to another one that takes requests. */
const settledStates = ["stopped", "running", "paused", "stop-pending"] as const;

async function stopService(operation: OperationOf<"service.stop">, { machine, limits, intend }: Circumstances): Promise<Performance> {
  const { service } = operation;
  // A service that is just starting takes no request; it comes up, or fails, by itself.
  const before = await waitForState(machine, service, settledStates, limits.service);
  if (before.state === "stopped") return unchanged;
  await intend();
  const [stop, end] = commandsOf(operation);
  if (stop) {
    const { result, evidence } = await run(machine, stop);
    // 1062: it is not active; 1061: it is already stopping. On Linux the unit that SanteDB documents fails as it stops, so its state decides.
    if (operation.manager === undefined && result.exitCode !== 0 && result.exitCode !== 1062 && !(result.exitCode === 1061 && before.state === "stop-pending")) {
      const { reason, remedy } = explainService(operation.manager, service, result.exitCode);
      throw problem("command-failed", { program: stop.join(" "), reason, remedy }, { evidence });
    }
  }
  let after = await waitForState(machine, service, ["stopped"], limits.service);
  // The process that was reviewed, and no other that has the service by now.
  if (after.state !== "stopped" && end && after.processId === operation.endProcess) {
    await run(machine, end);
    after = await waitForState(machine, service, ["stopped"], limits.service);
  }
  if (after.state !== "stopped") throw problem("service-will-not-stop", { service, seconds: Math.round(limits.service / 1000) });
  return changed;
}

async function startService(operation: OperationOf<"service.start">, { machine, limits, intend }: Circumstances): Promise<Performance> {
  const { service } = operation;
  let before = await waitForState(machine, service, settledStates, limits.service);
  if (before.state === "stop-pending") before = await waitForState(machine, service, ["stopped"], limits.service);
  if (before.state === "running") return unchanged;
  await intend();
  for (const command of commandsOf(operation)) {
    const { result, evidence } = await run(machine, command);
    if (result.exitCode === 0 || mayFail(command)) continue;
    const { reason, remedy } = explainService(operation.manager, service, result.exitCode);
    throw problem("service-will-not-start", { service, reason, remedy }, { evidence });
  }
  let after = await waitForState(machine, service, ["running", "stopped"], limits.service);
  if (after.state !== "running") {
    const { reason, remedy } = after.state === "stopped"
      ? explainService(operation.manager, service, after.exitCode)
      : { reason: `it still says ${after.state} after ${Math.round(limits.service / 1000)} seconds`, remedy: "Read the service's own log; it hangs or waits for something." };
    throw problem("service-will-not-start", { service, reason, remedy });
  }
  const settle = async (): Promise<ServiceRecord> => {
    await machine.clock.wait(limits.settled);
    return serviceRecord(machine, service);
  };
  let settled = await settle();
  // A launcher of systemd's, such as mono-service, may have given way to what it put into the background.
  if (operation.manager === "systemd" && settled.state === "running" && settled.processId !== after.processId) [after, settled] = [settled, await settle()];
  if (settled.state !== "running" || settled.processId !== after.processId) {
    const { reason, remedy } = explainService(operation.manager, service, settled.exitCode);
    throw problem("service-died", { service, reason, remedy });
  }
  return changed;
}

const requestTimeout = 10_000;

/**
 * One handshake and one request: what is really served there. An answer that is no HTTP leaves the status null. Throws
 * not-listening, handshake-failed. `timeout` in milliseconds, for each of the two.
 */
export async function seeTls(network: Network, { address, port, serverName, path = "/" }: OperationOf<"verify.tls">, timeout: number): Promise<Verified> {
  const target = { address, port, serverName, timeout };
  const { thumbprint, protocol } = await network.tls(target);
  const httpStatus = await network.http({ ...target, scheme: "https", host: `${serverName ?? hostPart(address)}:${port}`, path }).then(({ status }) => status, () => null);
  return { address, port, serverName, thumbprint, protocol, path, httpStatus };
}

async function verifyTls(operation: OperationOf<"verify.tls">, circumstances: Circumstances): Promise<Performance> {
  const { address, port, serverName, thumbprint } = operation;
  const verified = await eventually(circumstances, async (): Promise<Verified> => {
    const seen = await seeTls(circumstances.machine.network, operation, requestTimeout);
    if (seen.thumbprint !== thumbprint) {
      throw problem("certificate-not-served", { address: serverName ?? hostPart(address), port, served: seen.thumbprint ?? "none", expected: thumbprint });
    }
    return seen;
  });
  return { changed: false, verified };
}

/** An answer of HTTP.sys, NGINX or Mono's listener itself rather than of the service behind it. Source: their fixed error pages. */
function answeredInstead({ status, server, body }: HttpAnswer): string | null {
  if (/^nginx\b/i.test(server) && [502, 503, 504].includes(status)) return `${status}: NGINX is not answered by SanteDB behind it`;
  if (status === 400 && body.includes("Bad Request (Invalid host)")) return "400: SanteDB does not listen under this host name or path";
  if (status === 503) return "503: nothing listens behind HTTP.sys";
  if (status === 400 && body.includes("Invalid Hostname")) return "400: no address of the service has this host name";
  if (status === 404 && body.includes("HTTP Error 404. The requested resource is not found.")) return "404: no address of the service has this path";
  return null;
}

async function verifyHttp(operation: OperationOf<"verify.http">, circumstances: Circumstances): Promise<Performance> {
  const { address, port, scheme, serverName, host, path } = operation;
  const url = `${scheme}://${hostPart(address)}:${port}${path}`;
  const verified = await eventually(circumstances, async (): Promise<Verified> => {
    const answer = await circumstances.machine.network.http({ address, port, scheme, serverName, host, path, timeout: requestTimeout });
    const reason = operation.status === undefined ? answeredInstead(answer) : answer.status === operation.status ? null : `${answer.status}, where SanteDB itself answers ${operation.status}`;
    if (reason !== null) throw problem("http-failed", { url, reason });
    return { address, port, serverName, thumbprint: answer.tls?.thumbprint ?? null, protocol: answer.tls?.protocol ?? "http", path, httpStatus: answer.status };
  });
  return { changed: false, verified };
}

/** Reads the file again once: what the service does to it, it has done before it says that it runs. */
async function verifyConfiguration({ path, endpoints }: OperationOf<"verify.configuration">, { machine }: Circumstances): Promise<Performance> {
  let found: ReturnType<typeof parseDocument>["rest"];
  try {
    found = parseDocument(await machine.files.read(path, configurationLimit), path).rest;
  } catch (thrown) {
    throw problem("configuration-reverted", { file: path, reason: asLockstepError(thrown).message }, { cause: thrown });
  }
  const present = (found?.endpoints ?? []).map((endpoint) => endpointKey(endpoint));
  for (const endpoint of endpoints) {
    const at = present.indexOf(endpointKey(endpoint));
    if (at < 0) throw problem("configuration-reverted", { file: path, reason: `${endpoint.address} of ${endpoint.service} is not in it.` });
    present.splice(at, 1);
  }
  return unchanged;
}

const endpointKey = ({ service, contract, address }: { readonly service: string; readonly contract: string; readonly address: string }): string =>
  [service, contract, address.trim()].join("\n");

/**
 * Does one operation. Throws the codes of its parts: certificate-store-failed, cannot-finish, reservation-refused,
 * reservation-conflict, binding-refused, binding-changed, changed-since, file-changed, file-read-only, file-unwritable,
 * disk-full, service-missing, service-will-not-stop, service-will-not-start, service-died, command-failed,
 * not-listening, handshake-failed, certificate-not-served, http-failed, configuration-reverted.
 */
export function perform(operation: Operation, circumstances: Circumstances): Promise<Performance> {
  switch (operation.kind) {
    case "certificate.import": return importCertificate(operation, circumstances);
    case "certificate.remove": return removeCertificate(operation, circumstances);
    case "reservation.add": return addReservation(operation, circumstances);
    case "reservation.remove": return removeReservation(operation, circumstances);
    case "binding.set": return setBinding(operation, circumstances);
    case "binding.remove": return removeBinding(operation, circumstances);
    case "file.write": return writeFile(operation, circumstances);
    case "file.replace": return replaceFile(operation, circumstances);
    case "file.restore": return restoreFile(operation, circumstances);
    case "service.stop": return stopService(operation, circumstances);
    case "service.start": return startService(operation, circumstances);
    case "verify.tls": return verifyTls(operation, circumstances);
    case "verify.http": return verifyHttp(operation, circumstances);
    case "verify.configuration": return verifyConfiguration(operation, circumstances);
    case "file.put": return putFile(operation, circumstances);
    case "link.set": return setLink(operation, circumstances);
    case "proxy.check": return checkProxy(operation, circumstances);
    case "proxy.reload": return reloadProxy(operation, circumstances);
    case "proxy.stop": return stopProxy(operation, circumstances);
    case "mono.bind": return bindMono(operation, circumstances);
    case "verify.site": return verifySite(operation, circumstances);
    case "verify.redirect": return verifyRedirect(operation, circumstances);
    case "verify.absence": return verifyAbsence(operation, circumstances);
  }
}
