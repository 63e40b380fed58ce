// The planner of the main job: everything that must change so that an instance answers over TLS with a certificate.
import type { CertificateReader } from "../certificates/reader.ts";
import type { Certificate } from "../certificates/certificate.ts";
import type { SecureRequest, Verified } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { accountName, knownSid, mayListenUnreserved, sddlTrustee } from "../http-sys/account.ts";
import { applicationName, isSanteDb, santeDbApplicationId } from "../http-sys/application.ts";
import { parseEndpoint, sameBinding, type Binding } from "../http-sys/binding.ts";
import { listenFindings } from "../http-sys/listen-list.ts";
import type { Reservation } from "../http-sys/reservation.ts";
import { accountsOf, formatSddl, mergeAccounts } from "../http-sys/sddl.ts";
import type { Machine, ServiceRecord, StoredCertificate } from "../machine.ts";
import { coversName } from "../certificates/host-name.ts";
import { findInstance, type InstanceConfiguration } from "../santedb/discovery.ts";
import { planEdit } from "../santedb/edit.ts";
import { reservationUrl } from "../santedb/endpoint.ts";
import { lossFindings, refuseForeign } from "./binding.ts";
import { choose, importSteps, type Chosen } from "./chosen.ts";
import { dependantsFinding, settingsOf, surroundingFindings } from "./circumstances.ts";
import type { Operation } from "./operation.ts";
import { planId, type Materials, type Plan } from "./plan.ts";
import { configurationCheck, isTaken, proofOf, tryVerify } from "./proof.ts";
import { fileSteps, serviceSteps } from "./steps.ts";

export interface Planned {
  readonly plan: Plan;
  readonly materials: Materials;
  /** What the machine already proved while planning; empty unless there is nothing to do. */
  readonly verified: readonly Verified[];
}

/** Everything read from the machine before anything is computed. */
interface Gathered {
  readonly instance: InstanceConfiguration;
  readonly service: ServiceRecord;
  readonly services: readonly ServiceRecord[];
  readonly chosen: Chosen;
  readonly bindings: readonly Binding[];
  readonly reservations: readonly Reservation[];
  readonly listenList: readonly string[];
  readonly stored: readonly StoredCertificate[];
  readonly loopbacks: readonly string[];
  readonly accountSid: string;
  readonly accountTitle: string;
  readonly actualSid: string | null;
}

async function gather(machine: Machine, reader: CertificateReader, request: SecureRequest): Promise<Gathered> {
  // The file first: a wrong password should be told whatever else is wrong.
  const chosen = await choose(machine, reader, request, request.hostName);
  const instance = await findInstance(machine, request.instance);
  const services = await machine.services.list();
  const service = services.find(({ name }) => name === instance.instance.service);
  if (!service) throw problem("service-missing", { service: instance.instance.service });
  const accountTitle = request.account ?? service.account;
  const accountSid = knownSid(accountTitle) ?? await machine.accounts.sid(accountTitle);
  if (accountSid === null) throw problem("account-unknown", { account: accountTitle });
  const [actualSid, bindings, reservations, listenList, stored, loopbacks] = await Promise.all([
    knownSid(service.account) ?? machine.accounts.sid(service.account),
    machine.httpSys.bindings(), machine.httpSys.reservations(), machine.httpSys.listenList(),
    machine.certificates.list(), machine.network.loopbacks(),
  ]);
  return { instance, service, services, chosen, bindings, reservations, listenList, stored, loopbacks, accountSid, accountTitle, actualSid };
}

const finding = (code: string, severity: Finding["severity"], message: string, hint: string): Finding => ({ code, severity, message, hint });

/** Scheme is part of a reservation's key, so the one for http does not help: it is named as left over, not taken away. */
function reservationOperations({ accountSid, accountTitle, reservations, actualSid, service }: Gathered, host: string, port: number): { operations: Operation[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const operations: Operation[] = [];
  const url = reservationUrl("https", host, port);
  if (actualSid !== null && actualSid !== accountSid) {
    findings.push(finding("account-differs", "warning", `The service ${service.name} runs as ${service.account}, not as ${accountTitle}.`,
      `The reservation is made for ${accountTitle}; it helps only once the service runs under that account.`));
  }
  if (!mayListenUnreserved(accountSid)) {
    const present = reservations.find((reservation) => reservation.url.toLowerCase() === url);
    const allowed = present?.accounts.some(({ sid, rights }) => sid === accountSid && rights.includes("listen")) ?? false;
    const account = accountName(accountSid) === accountSid ? accountTitle : accountName(accountSid);
    if (present && !allowed) {
      operations.push({ kind: "reservation.remove", url, sddl: present.sddl, account: present.accounts.map(({ name }) => name).join(", ") });
      operations.push({ kind: "reservation.add", url, sddl: mergeAccounts(present.sddl, sddlTrustee(accountSid)), account });
    } else if (!present) {
      operations.push({ kind: "reservation.add", url, sddl: formatSddl([{ trustee: sddlTrustee(accountSid), rights: ["listen"] }]), account });
    }
  }
  const stale = reservationUrl("http", host, port);
  const left = reservations.find((reservation) => reservation.url.toLowerCase() === stale);
  if (left) {
    findings.push(finding("reservation-left-over", "information", `The reservation of ${stale} for ${accountsOf(left.sddl).map(({ name }) => name).join(", ")} is of no use any more.`,
      "It does no harm. Remove it once you are sure that nothing goes back to http."));
  }
  return { operations, findings };
}

/** A self-signed certificate that is replaced may go on being trusted as a root, as the gateway's installer leaves it. */
export function ownRootFindings(replaced: string, stored: readonly StoredCertificate[]): readonly Finding[] {
  if (!stored.some(({ store, thumbprint }) => store === "Root" && thumbprint === replaced)) return [];
  return [finding("self-signed-root", "warning", `The certificate that is replaced, ${replaced}, is trusted by this machine as a root.`,
    `Nothing needs it any more. Once all is proven, remove it: \`lockstep certificate remove ${replaced} --store Root\`, and likewise from My.`)];
}

/** The record for all addresses, and every other record of the port that would answer in its place. */
function bindingOperations({ bindings, chosen, stored }: Gathered, port: number, { takeOver, clientCertificates }: SecureRequest): { operations: Operation[]; findings: Finding[] } {
  const operations: Operation[] = [];
  const findings: Finding[] = [];
  const everyone = `0.0.0.0:${port}`;
  const { thumbprint } = chosen.certificate;
  const negotiation = clientCertificates === undefined ? {} : { clientcertnegotiation: clientCertificates };
  const ofPort = bindings.filter((binding) => parseEndpoint(binding.endpoint)?.port === port);
  for (const previous of ofPort) {
    const { host } = parseEndpoint(previous.endpoint) ?? {};
    if (previous.family === "ccs") continue;
    if (previous.family === "sni" && host !== undefined && !coversName(chosen.certificate.names, host)) {
      findings.push(finding("binding-other-name", "warning", `${previous.endpoint} keeps its own certificate, because the new one does not name ${host}.`,
        "Clients that ask for that name are still served the old certificate."));
      continue;
    }
    refuseForeign(previous, takeOver);
    const applicationId = isSanteDb(previous.applicationId) ? previous.applicationId : santeDbApplicationId;
    const next: Binding = { ...previous, thumbprint, applicationId, application: applicationName(applicationId), store: "MY", flags: { ...previous.flags, ...negotiation } };
    if (!sameBinding(previous, next)) {
      operations.push({ kind: "binding.set", previous, next });
      findings.push(...lossFindings(previous));
    }
    if (previous.thumbprint !== null && previous.thumbprint !== thumbprint) findings.push(...ownRootFindings(previous.thumbprint, stored));
  }
  if (!ofPort.some(({ endpoint }) => endpoint === everyone)) {
    operations.push({
      kind: "binding.set", previous: null,
      next: { endpoint: everyone, family: "ip", thumbprint, applicationId: santeDbApplicationId, application: applicationName(santeDbApplicationId), store: "MY", flags: negotiation },
    });
  }
  return { operations, findings };
}

/** The name that is proven besides the addresses: the one asked for, else the machine's where the certificate has it, else the certificate's first. */
function provenName(request: SecureRequest, hostName: string, certificate: Certificate): string | null {
  if (request.hostName !== undefined && request.hostName !== "") return request.hostName;
  if (coversName(certificate.names, hostName)) return hostName;
  const first = certificate.names.find((name) => /[a-z]/i.test(name) && !name.includes(":"));
  return first === undefined ? null : first.replace(/^\*\./, `${hostName.split(".")[0] ?? "host"}.`);
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * Reads the machine and gives the plan that secures an instance; changes nothing. A plan without operations means that
 * all is so already, and `verified` says how that was seen. Order as Windows needs it: reservation and binding before
 * the file, the file while the service is stopped, the proof last (SanteDB rewrites its file while it runs).
 *
 * Throws what reading the certificate, the configuration and the machine throws, and binding-foreign, account-unknown,
 * service-missing, port-taken, file-read-only, configuration-no-endpoint, configuration-setting.
 */
export async function planSecure(machine: Machine, reader: CertificateReader, request: SecureRequest, random: number): Promise<Planned> {
  const gathered = await gather(machine, reader, request);
  const { instance, service, services, chosen, listenList, loopbacks } = gathered;
  const { configuration, files, file } = instance;

  const planned = planEdit(files, {
    scheme: "https",
    ...(request.port !== undefined && { port: request.port }),
    ...(request.address !== undefined && { host: request.address }),
    ...await settingsOf(machine, request),
    // As its Configuration Tool does; a dCDR's file names no certificate.
    ...(instance.instance.product === "icdr" && { certificate: chosen.certificate.thumbprint }),
  });
  const { port, edits } = planned;
  const host = request.address ?? planned.host;
  if (port === null || host === null) throw problem("configuration-no-endpoint", { file });
  if (service.state === "stopped" && (await Promise.all(loopbacks.map((address) => isTaken(machine, address, port)))).includes(true)) {
    throw problem("port-taken", { port });
  }

  const now = machine.clock.now();
  const id = planId(now, random);
  const imports = importSteps(chosen, gathered.stored);
  const reservation = reservationOperations(gathered, host, port);
  const binding = bindingOperations(gathered, port, request);
  const written = await fileSteps(machine, edits, id);

  const name = provenName(request, machine.hostName, chosen.certificate);
  const { thumbprint } = chosen.certificate;
  const tlsChecks: Operation[] = [
    ...loopbacks.map((address): Operation => ({ kind: "verify.tls", address, port, serverName: null, thumbprint })),
    ...(name === null ? [] : [{ kind: "verify.tls", address: loopbacks[0] ?? "127.0.0.1", port, serverName: name, thumbprint } as const]),
  ];
  const hostHeader = host === "0.0.0.0" || host === "[::]" ? `127.0.0.1:${port}` : `${host}:${port}`;
  const endpointChecks = configuration.endpoints.filter((endpoint) => endpoint.port === port).map((endpoint): Operation => ({
    kind: "verify.http", scheme: "https", address: loopbacks[0] ?? "127.0.0.1", port, serverName: name, host: hostHeader, path: endpoint.path,
  }));

  const served = await tryVerify(machine, tlsChecks);
  const allServed = served.length === tlsChecks.length && served.every((answer) => answer.thumbprint === thumbprint);
  const restart = edits.length > 0 || service.state !== "running" || (!allServed && binding.operations.length === 0);
  const around = serviceSteps(services, service);
  const changes: Operation[] = [
    ...imports.operations, ...reservation.operations, ...binding.operations,
    ...(restart ? [...around.stop, ...written.operations, ...around.start, ...configurationCheck(configuration, edits)] : []),
  ];

  const joins = await surroundingFindings(machine, instance.instance.service, port, edits.length > 0);
  const findings: Finding[] = [...chosen.findings, ...planned.warnings, ...reservation.findings, ...binding.findings, ...listenFindings(listenList), ...joins];
  if (restart && around.dependants.length > 0) findings.push(dependantsFinding(around.dependants));
  const operations = changes.length === 0 ? [] : [...changes, ...tlsChecks, ...endpointChecks];
  const title = `Secure ${plural(endpointChecks.length, "endpoint", "endpoints")} of ${instance.instance.name} with ${chosen.certificate.names[0] ?? chosen.certificate.subject}`;
  return {
    plan: {
      id, title, operations, findings,
      proof: operations.length === 0 ? [] : [...await proofOf(machine, instance.instance, configuration, loopbacks)],
      certificate: { ...chosen.certificate, hasPrivateKey: true },
      differences: written.differences,
    },
    materials: operations.length === 0 ? new Map() : imports.materials,
    verified: operations.length === 0 ? served : [],
  };
}
