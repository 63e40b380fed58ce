// The planners of single HTTP.sys records: a binding given, changed or taken away.
import { describe } from "../certificates/describe.ts";
import { suitability } from "../certificates/suitability.ts";
import type { Certificate } from "../certificates/certificate.ts";
import type { BindingRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { applicationName, isSanteDb, santeDbApplicationId } from "../http-sys/application.ts";
import { parseEndpoint, parseGuid, sameBinding, type Binding } from "../http-sys/binding.ts";
import { answerFindings, answerFor } from "../http-sys/explanation.ts";
import { indexBindings } from "../http-sys/precedence.ts";
import type { Machine } from "../machine.ts";
import type { Operation } from "./operation.ts";
import { planId, type Plan } from "./plan.ts";
import { servedBy, type Served } from "./served.ts";

/** An endpoint as netsh takes it: lower case, brackets about IPv6. Throws input-invalid. */
export function endpointOf(text: string): Pick<Binding, "endpoint" | "family"> {
  const parts = parseEndpoint(text.trim());
  if (!parts) throw problem("input-invalid", { problem: `${text.slice(0, 200)} is no endpoint of a binding: write 0.0.0.0:9200, [::]:9200, name:443, or a port alone for the central store.` });
  const { family, host, port } = parts;
  return { family, endpoint: family === "ccs" ? String(port) : `${host.includes(":") ? `[${host}]` : host}:${port}` };
}

export const sameEndpoint = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
const portOf = (endpoint: string): number => parseEndpoint(endpoint)?.port ?? 0;

/** Refuses to touch another product's record unless a person said so. Throws binding-foreign. */
export function refuseForeign({ endpoint, applicationId, application }: Binding, takeOver: boolean | undefined): void {
  if (isSanteDb(applicationId) || takeOver === true) return;
  throw problem("binding-foreign", { endpoint, owner: application ?? `another application, ${applicationId}` });
}

const propertyNames: ReadonlyMap<number, string> = new Map([[0, "the receive window"], [1, "the limits of HTTP/2 settings"]]);

/** What netsh cannot write again when it removes a record and adds it anew. */
export function lossFindings({ endpoint, unsettable }: Binding): readonly Finding[] {
  if (!unsettable) return [];
  const lost = [
    ...unsettable.properties.map((id) => propertyNames.get(id) ?? `the extended property ${id}`),
    ...(unsettable.flags > 0 ? [`the flags 0x${unsettable.flags.toString(16)}`] : []),
    ...(unsettable.checkMode > 0 ? [`the check mode 0x${unsettable.checkMode.toString(16)}`] : []),
  ];
  return lost.length === 0 ? [] : [{
    code: "binding-loses", severity: "warning", message: `${endpoint} loses ${lost.join(" and ")}: netsh has no parameter for it.`,
    hint: "Note the values down from `netsh http show sslcert` first, if somebody set them on purpose.",
  }];
}

interface Bound { readonly certificate: Certificate; readonly findings: readonly Finding[] }

/** The certificate in the store, with what is wrong with it for this endpoint. Throws not-found, private-key-missing. */
async function boundCertificate(machine: Machine, thumbprint: string, endpoint: string): Promise<Bound> {
  const found = await machine.certificates.find("My", thumbprint);
  if (!found) throw problem("not-found", { what: "certificate in the machine's Personal store", name: thumbprint });
  const certificate = describe(found.der, { hasPrivateKey: found.hasPrivateKey, role: "leaf" });
  if (!found.hasPrivateKey || !(await machine.certificates.provesKey("My", thumbprint))) {
    throw problem("private-key-missing", { file: "The machine's Personal store", subject: certificate.subject });
  }
  const parts = parseEndpoint(endpoint);
  const findings = suitability(found.der, { now: machine.clock.now(), ...(parts?.family === "sni" && { hostName: parts.host }) });
  return { certificate, findings: findings.filter(({ severity }) => severity !== "information") };
}

/** Other clients of the port that go on being served something else. */
function differences(bindings: readonly Binding[], port: number): readonly Finding[] {
  const index = indexBindings(bindings);
  return answerFindings(["127.0.0.1", "::1"].map((address) => answerFor(index, address, port, null).answer), []);
}

function withoutRecord(bindings: readonly Binding[], endpoint: string): readonly Binding[] {
  return bindings.filter((binding) => !sameEndpoint(binding.endpoint, endpoint));
}

function planOf(machine: Machine, random: number, title: string, change: Operation | null, served: Served | null, findings: readonly Finding[], certificate: Certificate | null): Plan {
  return {
    id: planId(machine.clock.now(), random), title, certificate, differences: [],
    operations: change && served ? [change, ...served.checks] : [],
    proof: change && served ? [...served.proof] : [],
    findings: [...findings, ...(served?.findings ?? [])],
  };
}

/**
 * Reads the machine and gives the plan that adds a record or changes one; changes nothing. What is not named stays as
 * it is in a record that is there. Throws input-invalid, not-found, private-key-missing, binding-foreign.
 */
export async function planBindingSet(machine: Machine, request: BindingRequest, random: number): Promise<Plan> {
  const { endpoint, family } = endpointOf(request.endpoint);
  const bindings = await machine.httpSys.bindings();
  const previous = bindings.find((binding) => sameEndpoint(binding.endpoint, endpoint)) ?? null;
  if (previous) refuseForeign(previous, request.takeOver);
  if (family === "ccs" && request.certificate !== undefined) throw problem("input-invalid", { problem: `${endpoint} is a port of the central certificate store, whose records name no certificate.` });
  const thumbprint = family === "ccs" ? null : request.certificate ?? previous?.thumbprint ?? null;
  if (family !== "ccs" && thumbprint === null) throw problem("input-invalid", { problem: `${endpoint} has no binding yet; name the certificate that it is to have.` });
  const applicationId = parseGuid(request.applicationId ?? previous?.applicationId ?? santeDbApplicationId);
  if (applicationId === null) throw problem("input-invalid", { problem: `${request.applicationId ?? ""} is no GUID such as ${santeDbApplicationId}.` });
  const bound = thumbprint === null ? null : await boundCertificate(machine, thumbprint, endpoint);
  const next: Binding = {
    endpoint: previous?.endpoint ?? endpoint, family, thumbprint, applicationId, application: applicationName(applicationId), store: "MY",
    flags: { ...previous?.flags, ...request.flags },
  };
  const title = previous ? `Change the binding of ${next.endpoint}` : `Bind ${next.endpoint}${bound ? ` to ${bound.certificate.names[0] ?? bound.certificate.subject}` : ""}`;
  if (previous && sameBinding(previous, next)) return planOf(machine, random, title, null, null, bound?.findings ?? [], bound?.certificate ?? null);
  const after = [...withoutRecord(bindings, next.endpoint), next];
  const served = await servedBy(machine, [portOf(next.endpoint)], { before: bindings, after });
  return planOf(machine, random, title, { kind: "binding.set", previous, next }, served,
    [...bound?.findings ?? [], ...(previous ? lossFindings(previous) : []), ...differences(after, portOf(next.endpoint))], bound?.certificate ?? null);
}

/** Reads the machine and gives the plan that removes a record; changes nothing. Throws input-invalid, not-found, binding-foreign. */
export async function planBindingRemove(machine: Machine, request: { readonly endpoint: string; readonly takeOver?: boolean | undefined }, random: number): Promise<Plan> {
  const { endpoint } = endpointOf(request.endpoint);
  const bindings = await machine.httpSys.bindings();
  const previous = bindings.find((binding) => sameEndpoint(binding.endpoint, endpoint));
  if (!previous) throw problem("not-found", { what: "binding", name: endpoint });
  refuseForeign(previous, request.takeOver);
  const after = withoutRecord(bindings, previous.endpoint);
  const port = portOf(previous.endpoint);
  const served = await servedBy(machine, [port], { before: bindings, after });
  const index = indexBindings(after);
  const host = parseEndpoint(previous.endpoint)?.host ?? "";
  const { answer: left } = answerFor(index, previous.family === "ip" && host !== "::" && host !== "0.0.0.0" ? host : host === "::" ? "::1" : "127.0.0.1", port, previous.family === "sni" ? host : null);
  const findings: Finding[] = [{
    code: left.winner === null ? "nothing-answers-then" : "other-record-answers", severity: left.winner === null ? "warning" : "information",
    message: left.winner === null ? `After this no record answers there any more: clients that this one served are reset.` : `After this its clients are served by ${left.winner}.`,
    hint: left.winner === null ? "Stop the service or move its addresses to http first, if nothing is to be reset." : "",
  }, ...lossFindings(previous)];
  return planOf(machine, random, `Remove the binding of ${previous.endpoint}`, { kind: "binding.remove", previous }, served, findings, null);
}
