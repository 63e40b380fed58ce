// The planner that puts certificates into the machine's stores: each where Windows looks for it.
import { describeFields } from "../certificates/describe.ts";
import { momentOf } from "../certificates/lifetime.ts";
import { keysOf, roleOfFields } from "../certificates/match.ts";
import { provesKey } from "../certificates/sign-proof.ts";
import { readable, type Sourced } from "../certificates/source.ts";
import { suitabilityOf } from "../certificates/suitability.ts";
import { thumbprint } from "../certificates/thumbprint.ts";
import { readCertificate, type CertificateFields } from "../certificates/x509.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine, StoreName } from "../machine.ts";
import type { Operation } from "./operation.ts";
import { planId, type Materials, type Plan } from "./plan.ts";

export interface ImportWishes {
  /** Puts self-signed authorities of the files into Root as well, which makes this machine trust all they vouch for. */
  readonly includeRoots: boolean;
  readonly allowExpired: boolean;
}

interface Placed { readonly fields: CertificateFields; readonly store: StoreName; readonly privateKey: Uint8Array | null }

/**
 * Reads the stores and gives the plan that imports what `sourced` holds; changes nothing. A certificate with its key
 * goes to Personal, an intermediate to its store, a root nowhere unless it is wanted. What is there already yields no
 * operation.
 *
 * Throws certificate-missing, private-key-missing, private-key-mismatch, certificate-expired, certificate-not-yet-valid,
 * certificate-unreadable (a key that does not sign).
 */
export async function planImport(machine: Machine, { material, fileName: file, findings }: Sourced, wishes: ImportWishes, random: number): Promise<{ readonly plan: Plan; readonly materials: Materials }> {
  const now = machine.clock.now();
  const all = material.certificates.map(readCertificate);
  const [first] = all;
  if (!first) throw problem("certificate-missing", { file });
  const keys = keysOf(all, material.privateKeys);
  if (material.privateKeys.length > 0 && keys.size === 0) throw problem("private-key-mismatch", { file, subject: first.subject });
  for (const [{ der, subject, notAfter, notBefore }, key] of keys) {
    if (!provesKey(der, key)) throw problem("certificate-unreadable", { file, problem: "its private key is damaged; what it signs is not valid." });
    if (!wishes.allowExpired && notAfter < now) throw problem("certificate-expired", { subject, notAfter: momentOf(notAfter) });
    if (!wishes.allowExpired && notBefore > now) throw problem("certificate-not-yet-valid", { subject, notBefore: momentOf(notBefore) });
  }

  const stored = await machine.certificates.list();
  const isStored = (store: StoreName, name: string, withKey: boolean) =>
    stored.some((entry) => entry.store === store && entry.thumbprint === name && (entry.hasPrivateKey || !withKey));
  const placed = all.flatMap((fields): Placed[] => {
    const privateKey = keys.get(fields) ?? null;
    const store = privateKey || isStored("My", thumbprint(fields.der), true) ? "My" : storeOf(fields, wishes);
    return store === null ? [] : [{ fields, store, privateKey }];
  });
  const leaves = placed.filter(({ store }) => store === "My").map(({ fields }) => fields);
  const orphan = leaves.length === 0 ? all.find((fields) => roleOfFields(fields) === "leaf") : undefined;
  if (orphan) throw problem("private-key-missing", { file, subject: orphan.subject });

  const wanted = placed.filter(({ fields, store, privateKey }) => !isStored(store, thumbprint(fields.der), privateKey !== null));
  const operations = wanted.map(({ fields, store, privateKey }): Operation =>
    ({ kind: "certificate.import", store, thumbprint: thumbprint(fields.der), subject: fields.subject, withKey: privateKey !== null }));
  const materials: Materials = new Map(wanted.map(({ fields, privateKey }) => [thumbprint(fields.der), { certificate: fields.der, privateKey }]));
  const [leaf] = leaves;
  const issuers = [...all, ...stored.filter(({ store }) => store !== "My").flatMap(({ der }) => readable(der))];
  return {
    plan: {
      id: planId(now, random),
      title: titleOf(leaves.length > 0 ? leaves : all),
      operations, proof: [], differences: [],
      findings: [...findings, ...material.findings.filter(({ severity }) => severity !== "information"), ...(leaf ? suitabilityOf(leaf, { now, issuers }) : []), ...leftOut(all, placed)],
      certificate: leaf ? describeFields(leaf, { hasPrivateKey: true, role: "leaf" }) : null,
    },
    materials,
  };
}

/** Where a certificate without a key belongs; null where it is not put anywhere. */
function storeOf(fields: CertificateFields, { includeRoots }: ImportWishes): StoreName | null {
  switch (roleOfFields(fields)) {
    case "leaf": return null;
    case "intermediate": return "CA";
    case "root": return includeRoots ? "Root" : null;
  }
}

function titleOf(certificates: readonly CertificateFields[]): string {
  const [only, ...others] = certificates;
  if (!only || others.length > 0) return `Import ${certificates.length} certificates`;
  return `Import the certificate of ${only.alternativeNames?.[0] ?? only.commonName ?? only.subject}`;
}

function leftOut(all: readonly CertificateFields[], placed: readonly Placed[]): readonly Finding[] {
  return all.filter((fields) => !placed.some((one) => one.fields === fields)).map((fields): Finding => roleOfFields(fields) === "root"
    ? {
      code: "root-left-out", severity: "information", message: `The root ${fields.subject} is not imported: to trust it is a decision of its own.`,
      hint: "If this machine is to trust everything that this authority issues, import it with its root (--include-root).",
    }
    : {
      code: "leaf-left-out", severity: "warning", message: `The certificate of ${fields.subject} is not imported, because its private key is not in the files.`,
      hint: "Give its key file as well, if it is to be used here.",
    });
}
