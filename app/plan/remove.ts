// The planner that takes a certificate out of one of the machine's stores.
import { describeFields } from "../certificates/describe.ts";
import { chainOf, roleOfFields } from "../certificates/match.ts";
import { readable } from "../certificates/source.ts";
import { whereUsed } from "../certificates/where-used.ts";
import { readCertificate } from "../certificates/x509.ts";
import { encodeBase64 } from "../base64.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine, StoreName } from "../machine.ts";
import { planId, type Plan } from "./plan.ts";
import { readWhole } from "../whole-file.ts";

export interface Removal {
  readonly store: StoreName;
  readonly thumbprint: string;
  /** Removes it although something uses it. */
  readonly force: boolean;
}

/** Reads the machine and gives the plan; changes nothing. Throws not-found, certificate-in-use. */
export async function planRemove(machine: Machine, { store, thumbprint, force }: Removal, random: number): Promise<Plan> {
  const found = await machine.certificates.find(store, thumbprint);
  if (!found) throw problem("not-found", { what: `certificate in the machine's ${store} store`, name: thumbprint });
  const fields = readCertificate(found.der);
  const uses = store === "My" ? await whereUsed(machine, thumbprint) : [];
  if (uses.length > 0 && !force) throw problem("certificate-in-use", { subject: fields.subject, uses: uses.map(({ subject }) => subject).join(", ") });
  const issued = store === "My" ? [] : (await machine.certificates.list("My")).flatMap(({ der }) => readable(der)).filter((leaf) => chainOf(leaf, [fields]).length > 1);
  const findings: Finding[] = [];
  if (uses.length > 0) {
    findings.push({
      code: "certificate-in-use", severity: "warning", message: `It is in use by ${uses.map(({ subject }) => subject).join(", ")}.`,
      hint: "These stop answering over TLS until another certificate is bound.",
    });
  }
  if (found.hasPrivateKey) {
    findings.push({
      code: "private-key-lost", severity: "warning", message: "Its private key goes with it, and this cannot be undone.",
      hint: "Export it with its key first, if it may be needed again.",
    });
  }
  if (issued.length > 0) {
    findings.push({
      code: "issuer-of", severity: "warning", message: `It issued ${issued.length === 1 ? "a certificate" : `${issued.length} certificates`} in the Personal store: ${issued.slice(0, 3).map(({ subject }) => subject).join("; ")}.`,
      hint: "Without it Windows may send an incomplete chain, which some clients refuse.",
    });
  }
  const chain = store === "My" ? machine.nginx?.certificateFiles(thumbprint).certificate : undefined;
  const chainFile = chain === undefined ? null : await readWhole(machine.files, chain);
  return {
    id: planId(machine.clock.now(), random),
    title: `Remove the certificate of ${fields.alternativeNames?.[0] ?? fields.commonName ?? fields.subject}`,
    operations: [...(chain !== undefined && chainFile ? [{ kind: "file.put" as const, path: chain, of: "chain" as const, previous: chainFile, next: null }] : []), { kind: "certificate.remove", store, thumbprint, subject: fields.subject, ...(!found.hasPrivateKey && { certificate: encodeBase64(found.der) }) }],
    proof: [], differences: [], findings,
    certificate: describeFields(fields, { hasPrivateKey: found.hasPrivateKey, role: roleOfFields(fields) }),
  };
}
