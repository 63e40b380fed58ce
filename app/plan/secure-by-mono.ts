// The planners that have Mono's own listener speak TLS for an instance, and stop doing so.
import { describe } from "../certificates/describe.ts";
import { coversName } from "../certificates/host-name.ts";
import { keyForMono } from "../certificates/mono-key.ts";
import type { CertificateReader } from "../certificates/reader.ts";
import { provesKey } from "../certificates/sign-proof.ts";
import { thumbprint as thumbprintOf } from "../certificates/thumbprint.ts";
import type { SecureRequest, Verified } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine, Mono, MonoUser } from "../machine.ts";
import { findInstance } from "../santedb/discovery.ts";
import { planEdit } from "../santedb/edit.ts";
import { choose, importSteps, type Chosen } from "./chosen.ts";
import { dependantsFinding, settingsOf } from "./circumstances.ts";
import { isUsable } from "./mono-binding.ts";
import type { Operation } from "./operation.ts";
import { planId, type Materials } from "./plan.ts";
import { configurationCheck, httpChecks, isTaken, proofOf, tryVerify } from "./proof.ts";
import type { Planned } from "./secure.ts";
import { fileSteps, serviceSteps } from "./steps.ts";

function monoOf({ mono, kind }: Machine): Mono {
  if (!mono) throw problem("unsupported", { what: kind === "practice" ? "Mono, while this is the practice machine," : "Mono" });
  return mono;
}

/** Mono reads RSA keys alone, and of those not all. */
async function refuseOtherKeys({ certificates }: Machine, { certificate: { subject, keyType, thumbprint }, privateKey }: Chosen): Promise<void> {
  const refusal = (reason: string, remedy: string) => problem("key-unsuitable", { subject, reason, remedy: `${remedy}, or put NGINX in front with --by nginx.` });
  if (!keyType.startsWith("rsa:")) throw refusal(`it is ${keyType}, and Mono reads RSA keys only`, "Have the certificate issued again with an RSA key");
  const key = privateKey ?? await certificates.exportKey("My", thumbprint);
  if (key && keyForMono(key)) return;
  throw refusal("it is one of the few RSA keys that Mono's TLS does not read, for a number in it begins with a zero octet", "Have the certificate issued again with a fresh key");
}

/** What Mono cannot do, so that nobody finds it out from clients. */
function limits({ intermediates, certificate }: Chosen, user: MonoUser, port: number): readonly Finding[] {
  const isIssued = certificate.issuer !== certificate.subject;
  return [
    {
      code: "mono-limits", severity: "warning",
      message: "Mono speaks TLS 1.2 at most, asks every client for a certificate, and makes requests wait seconds while clients hold idle connections.",
      hint: "NGINX has none of these limits: --by nginx.",
    },
    ...(isIssued ? [{
      code: "mono-leaf-only", severity: intermediates.length > 0 ? "warning" : "information",
      message: "Mono sends the certificate alone, without its intermediates, whatever is bound.",
      hint: "Clients that do not have the intermediates will not trust it. Install them there, or use --by nginx.",
    } as const] : []),
    {
      code: "mono-per-user", severity: "information", message: `The binding is of the user ${user.name} and port ${port}: under another account or on another port there is none.`,
      hint: "Secure the instance again after such a change.",
    },
  ];
}

interface Present {
  readonly thumbprint: string | null;
  /** False where it was bound so that no handshake comes about. */
  readonly isUsable: boolean;
  readonly operations: readonly Operation[];
  readonly materials: Materials;
}

/** What is bound now, brought into the machine's store where it is not there, so that it can be bound again. */
async function presentBinding(machine: Machine, mono: Mono, user: MonoUser, port: number): Promise<Present> {
  const pair = await mono.bound(user, port);
  if (!pair?.certificate) return { thumbprint: null, isUsable: true, operations: [], materials: new Map() };
  const { certificate, privateKey } = pair;
  const present = { thumbprint: thumbprintOf(certificate), isUsable: isUsable(pair) };
  const { thumbprint } = present;
  const stored = await machine.certificates.find("My", thumbprint);
  if (stored?.hasPrivateKey === true || privateKey === null || !provesKey(certificate, privateKey)) return { ...present, operations: [], materials: new Map() };
  const { subject } = describe(certificate, { hasPrivateKey: true, role: "leaf" });
  return { ...present, operations: [{ kind: "certificate.import", store: "My", thumbprint, subject, withKey: true }], materials: new Map([[thumbprint, { certificate, privateKey }]]) };
}

async function circumstances(machine: Machine, name: string) {
  const mono = monoOf(machine);
  const found = await findInstance(machine, name);
  const services = await machine.services.list();
  const service = services.find((each) => each.name === found.instance.service);
  if (!service) throw problem("service-missing", { service: found.instance.service });
  const [user, loopbacks] = await Promise.all([mono.user(service), machine.network.loopbacks()]);
  return { mono, found, services, service, user, loopbacks };
}

/** Mono's listener for 0.0.0.0 is reached over IPv4 alone; one for a name wherever the name leads. */
const reached = (host: string, loopbacks: readonly string[]): readonly string[] => {
  const fitting = loopbacks.filter((address) => (host === "[::]" ? address.includes(":") : !address.includes(":")));
  return fitting.length > 0 ? fitting : ["127.0.0.1"];
};

async function binding(mono: Mono, user: MonoUser, port: number, present: Present, next: string | null): Promise<readonly Operation[]> {
  const previous = present.thumbprint;
  if (previous === next && present.isUsable) return [];
  return [{
    kind: "mono.bind", user: { name: user.name, environment: user.environment.map(([name, value]) => [name, value]) }, program: await mono.program(), port,
    folder: mono.handOverFolder(user, port), previous, next,
  }];
}

/**
 * Those of the checks that hold now, up to the first that does not. One after the other: Mono has few threads for handshakes,
 * and gets another only every half second while connections wait for one.
 */
async function heldInTurn(machine: Machine, checks: readonly Operation[]): Promise<readonly Verified[]> {
  const held: Verified[] = [];
  for (const check of checks) {
    const [answer] = await tryVerify(machine, [check]);
    if (!answer) break;
    held.push(answer);
  }
  return held;
}

/** The name asked for in the handshake, where the certificate has one that leads here. */
const nameFor = (request: SecureRequest, hostName: string, names: readonly string[]): string | null =>
  request.hostName !== undefined && request.hostName !== "" ? request.hostName : coversName(names, hostName) ? hostName : null;

/**
 * Reads the machine and gives the plan; changes nothing. Certificate and key go into the machine's store and, for the
 * service's user, to Mono; the addresses to https; the service is restarted, for Mono looks only once.
 *
 * Throws what reading the certificate, the configuration and the machine throws, and unsupported, not-found, account-unknown,
 * key-unsuitable, service-missing, port-taken, configuration-no-endpoint.
 */
export async function planSecureByMono(machine: Machine, reader: CertificateReader, request: SecureRequest, random: number): Promise<Planned> {
  const chosen = await choose(machine, reader, request, request.hostName);
  await refuseOtherKeys(machine, chosen);
  const { mono, found: { instance, configuration, files, file }, services, service, user, loopbacks } = await circumstances(machine, request.instance);
  const { edits, warnings, port, host } = planEdit(files, {
    scheme: "https", ...(request.port !== undefined && { port: request.port }), ...(request.address !== undefined && { host: request.address }), ...await settingsOf(machine, request),
  });
  if (port === null || host === null) throw problem("configuration-no-endpoint", { file });
  if (service.state === "stopped" && await isTaken(machine, "127.0.0.1", port)) throw problem("port-taken", { port });

  const { thumbprint } = chosen.certificate;
  const present = await presentBinding(machine, mono, user, port);
  const id = planId(machine.clock.now(), random);
  const [written, bound] = await Promise.all([fileSteps(machine, edits, id), binding(mono, user, port, present, thumbprint)]);
  const imports = importSteps(chosen, await machine.certificates.list());
  const endpoints = configuration.endpoints.filter((endpoint) => endpoint.port === port);
  const [address = "127.0.0.1", ...others] = reached(host, loopbacks);
  const name = nameFor(request, machine.hostName, chosen.certificate.names);
  const checks: readonly Operation[] = [
    ...[address, ...others].map((each): Operation => ({ kind: "verify.tls", address: each, port, serverName: name, thumbprint, ...(endpoints[0] && { path: endpoints[0].path }) })),
    ...endpoints.map(({ path }): Operation => ({ kind: "verify.http", scheme: "https", address, port, serverName: name, host: host === "0.0.0.0" || host === "[::]" ? `${name ?? address}:${port}` : `${host}:${port}`, path })),
  ];
  const served = await heldInTurn(machine, checks);
  const isServed = served.length === checks.length && served.every((answer) => answer.thumbprint === thumbprint);
  const restart = edits.length > 0 || bound.length > 0 || service.state !== "running" || !isServed;
  const around = serviceSteps(services, service);
  const changes: readonly Operation[] = restart ? [
    ...(bound.length > 0 ? present.operations : []), ...imports.operations, ...around.stop, ...written.operations, ...bound, ...around.start, ...configurationCheck(configuration, edits),
  ] : imports.operations;
  return {
    plan: {
      id, title: `Secure ${endpoints.length} ${endpoints.length === 1 ? "endpoint" : "endpoints"} of ${instance.name} by Mono itself with ${chosen.certificate.names[0] ?? chosen.certificate.subject}`,
      operations: changes.length === 0 ? [] : [...changes, ...checks],
      proof: changes.length === 0 ? [] : [...await proofOf(machine, instance, configuration, reached(instance.host ?? host, loopbacks))],
      findings: [...chosen.findings, ...limits(chosen, user, port), ...warnings, ...(restart && around.dependants.length > 0 ? [dependantsFinding(around.dependants)] : [])],
      certificate: { ...chosen.certificate, hasPrivateKey: true }, differences: written.differences,
    },
    materials: changes.length === 0 ? new Map() : new Map([...present.materials, ...imports.materials]),
    verified: changes.length === 0 ? served : [],
  };
}

/** Takes TLS off an instance that speaks it by Mono: addresses, binding and service together. Throws as the planner above. */
export async function planUnsecureByMono(machine: Machine, name: string, wantedPort: number | undefined, random: number): Promise<Planned> {
  const { mono, found: { instance, configuration, files, file }, services, service, user, loopbacks } = await circumstances(machine, name);
  const { edits, warnings, port, host } = planEdit(files, { scheme: "http", ...(wantedPort !== undefined && { port: wantedPort }) });
  if (port === null || host === null) throw problem("configuration-no-endpoint", { file });
  const present = await presentBinding(machine, mono, user, port);
  const id = planId(machine.clock.now(), random);
  const [written, bound] = await Promise.all([fileSteps(machine, edits, id), binding(mono, user, port, present, null)]);
  const around = serviceSteps(services, service);
  const restart = edits.length > 0 || bound.length > 0 || service.state !== "running";
  const checks = httpChecks(configuration.endpoints.filter((endpoint) => endpoint.port === port), host, reached(host, loopbacks));
  return {
    plan: {
      id, title: `Take TLS off ${instance.name}`, certificate: null, differences: written.differences,
      operations: restart ? [...present.operations, ...around.stop, ...written.operations, ...bound, ...around.start, ...configurationCheck(configuration, edits), ...checks] : [],
      findings: [...warnings, ...(restart && around.dependants.length > 0 ? [dependantsFinding(around.dependants)] : [])],
      proof: restart ? [...await proofOf(machine, instance, configuration, reached(host, loopbacks))] : [],
    },
    materials: present.materials,
    verified: restart ? [] : await tryVerify(machine, checks),
  };
}
