// The planner of a renewal: one certificate in the place of another, everywhere on this machine at once.
import { askedName, coversName } from "../certificates/host-name.ts";
import type { CertificateReader } from "../certificates/reader.ts";
import { namesOf } from "../certificates/thumbprint.ts";
import type { ReplaceRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { parseEndpoint, sameBinding, type Binding } from "../http-sys/binding.ts";
import type { Machine, ServiceRecord } from "../machine.ts";
import { replaceCertificate } from "../santedb/certificate-replacement.ts";
import { findInstances, type FoundInstance } from "../santedb/discovery.ts";
import { lossFindings, refuseForeign } from "./binding.ts";
import { choose, importSteps, type Chosen } from "./chosen.ts";
import { dependantsFinding } from "./circumstances.ts";
import type { Operation } from "./operation.ts";
import { planId } from "./plan.ts";
import { ownRootFindings, type Planned } from "./secure.ts";
import { servedBy } from "./served.ts";
import { fileSteps, serviceSteps } from "./steps.ts";

/** The records that name the certificate, each with what it becomes: all is kept but the certificate. */
function rebindings(bindings: readonly Binding[], old: ReadonlySet<string>, thumbprint: string, takeOver: boolean | undefined): readonly { readonly previous: Binding; readonly next: Binding }[] {
  return bindings.filter((binding) => binding.thumbprint !== null && old.has(binding.thumbprint)).flatMap((previous) => {
    refuseForeign(previous, takeOver);
    const { endpoint, family, applicationId, application, flags } = previous;
    const next: Binding = { endpoint, family, thumbprint, applicationId, application, store: "MY", flags };
    return sameBinding(previous, next) ? [] : [{ previous, next }];
  });
}

/** Names for which a record answers, that the new certificate does not have. */
function nameFindings({ certificate }: Chosen, records: readonly Binding[]): readonly Finding[] {
  const hosts = records.flatMap(({ endpoint, family }) => (family === "sni" ? [parseEndpoint(endpoint)?.host ?? ""] : []));
  return hosts.filter((host) => !coversName(certificate.names, askedName(host))).map((host): Finding => ({
    code: "name-mismatch", severity: "warning", message: `The new certificate does not name ${host}, for which a record answers.`,
    hint: "Clients that ask for that name will refuse it. Have the certificate issued with that name, or remove the record first.",
  }));
}

interface Rewritten { readonly found: FoundInstance; readonly service: ServiceRecord | undefined; readonly edits: ReturnType<typeof replaceCertificate> }

function rewritings(instances: readonly FoundInstance[], services: readonly ServiceRecord[], old: string, thumbprint: string): readonly Rewritten[] {
  return instances.flatMap((found) => {
    const edits = found.read ? replaceCertificate(found.read.files, old, thumbprint) : [];
    return edits.length === 0 ? [] : [{ found, service: services.find(({ name }) => name === found.instance.service), edits }];
  });
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/**
 * Reads the machine and gives the plan that replaces a certificate wherever it is used; changes nothing. Every record
 * keeps its other settings. A service is restarted only where its configuration names the certificate. The old one stays
 * in the store; a finding offers its removal. A plan without operations means that nothing uses the old certificate.
 *
 * Throws what reading the certificate throws, binding-foreign, file-read-only, input-invalid for a certificate that is
 * to replace itself, and what keeps a configuration from being edited.
 */
export async function planReplace(machine: Machine, reader: CertificateReader, request: ReplaceRequest, random: number): Promise<Planned> {
  const chosen = await choose(machine, reader, request, undefined);
  const { thumbprint } = chosen.certificate;
  const { old } = request;
  if (thumbprint === old) throw problem("input-invalid", { problem: "the old certificate and the new one are the same." });
  const [bindings, services, stored, instances] = await Promise.all([
    machine.httpSys.bindings(), machine.services.list(), machine.certificates.list(), findInstances(machine),
  ]);
  const ofOld = namesOf(old, stored.find((entry) => entry.store === "My" && entry.thumbprint === old)?.der ?? null);
  const replaced = rebindings(bindings, ofOld, thumbprint, request.takeOver);
  const rewritten = rewritings(instances, services, old, thumbprint);
  const now = machine.clock.now();
  const id = planId(now, random);
  const title = `Replace the certificate ${old.slice(0, 8)}… by ${chosen.certificate.names[0] ?? chosen.certificate.subject}`;
  if (replaced.length === 0 && rewritten.length === 0) {
    return {
      plan: {
        id, title, operations: [], proof: [], differences: [], certificate: { ...chosen.certificate, hasPrivateKey: true },
        findings: [...chosen.findings, { code: "certificate-unused", severity: "information", message: `Nothing on this machine uses the certificate ${old}.`, hint: "There is nothing to replace. `lockstep certificate list` shows what is used where." }],
      }, materials: new Map(), verified: [],
    };
  }
  const imports = importSteps(chosen, stored);
  const after = bindings.map((binding) => replaced.find(({ previous }) => previous === binding)?.next ?? binding);
  const ports = replaced.map(({ next }) => parseEndpoint(next.endpoint)?.port ?? 0);
  const served = await servedBy(machine, [...new Set(ports)].sort((one, other) => one - other), { before: bindings, after });
  const files = await Promise.all(rewritten.map(({ edits }) => fileSteps(machine, edits, id)));
  const around = rewritten.map(({ service }) => (service && service.state !== "stopped" ? serviceSteps(services, service) : null));
  const unread = instances.filter(({ read, instance }) => read === null && instance.configFile !== null);
  const operations: Operation[] = [
    ...imports.operations,
    ...replaced.map((each): Operation => ({ kind: "binding.set", ...each })),
    ...rewritten.flatMap((_, index) => [...around[index]?.stop ?? [], ...files[index]?.operations ?? [], ...around[index]?.start ?? []]),
    ...served.checks,
  ];
  const dependants = around.flatMap((each) => each?.dependants ?? []);
  return {
    plan: {
      id, title: `${title} in ${plural(replaced.length, "binding", "bindings")}${rewritten.length > 0 ? ` and ${plural(rewritten.length, "configuration", "configurations")}` : ""}`,
      operations, proof: [...served.proof], differences: files.flatMap(({ differences }) => differences),
      certificate: { ...chosen.certificate, hasPrivateKey: true },
      findings: [
        ...chosen.findings, ...nameFindings(chosen, replaced.map(({ previous }) => previous)), ...replaced.flatMap(({ previous }) => lossFindings(previous)), ...served.findings,
        ...(dependants.length > 0 ? [dependantsFinding(dependants)] : []),
        ...unread.map(({ instance }): Finding => ({
          code: "configuration-not-read", severity: "warning", message: `The configuration of ${instance.name} cannot be read, so it is not known whether it names the certificate.`,
          hint: `\`lockstep instance show ${instance.name}\` says why.`,
        })),
        ...ownRootFindings(old, stored),
        ...(stored.some((entry) => entry.store === "My" && entry.thumbprint === old) ? [{
          code: "old-certificate-kept", severity: "information" as const, message: `The old certificate ${old} stays in the store, so that this change can be undone.`,
          hint: `Once all is proven and it is not wanted back: \`lockstep certificate remove ${old}\`.`,
        }] : []),
      ],
    },
    materials: imports.materials, verified: [],
  };
}
