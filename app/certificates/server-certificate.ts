// The one server certificate in certificate material: the leaf that has a key, with the chain that is sent after it.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Certificate, Material, ServerCertificate } from "./certificate.ts";
import { describeFields } from "./describe.ts";
import { momentOf } from "./lifetime.ts";
import { chainOf, isSelfSigned, keysOf, roleOfFields } from "./match.ts";
import { provesKey } from "./sign-proof.ts";
import { suitabilityOf, unfitForServers } from "./suitability.ts";
import { readCertificate, type CertificateFields } from "./x509.ts";

export interface Selection {
  readonly now: Date;
  /** Takes a certificate that has ended or has not begun. */
  readonly allowExpired: boolean;
  /** Name of the file, or of all of them, for messages. */
  readonly fileName: string;
}

export interface SelectedCertificate extends ServerCertificate {
  /** The leaf, then each issuer found, a root included. */
  readonly chain: readonly Certificate[];
  readonly findings: readonly Finding[];
}

/**
 * Chooses the certificate to serve with. It must be for servers and have its key in the material; with `keyElsewhere`
 * the key lies in the machine's store, and has been proven there; the chain is not judged then, because Windows builds it
 * from all its stores. Among several, the one that is valid now is taken.
 *
 * Throws certificate-missing, certificate-not-for-servers, private-key-missing, private-key-mismatch, leaf-ambiguous,
 * certificate-expired, certificate-not-yet-valid, certificate-unreadable (a key that does not sign).
 */
export function selectServerCertificate(material: Material, selection: Selection & { readonly keyElsewhere: true }): Omit<SelectedCertificate, "privateKey">;
export function selectServerCertificate(material: Material, selection: Selection & { readonly keyElsewhere?: false }): SelectedCertificate;
export function selectServerCertificate(material: Material, selection: Selection & { readonly keyElsewhere?: boolean }): Omit<SelectedCertificate, "privateKey"> {
  const { now, allowExpired, fileName: file, keyElsewhere } = selection;
  const all = material.certificates.map(readCertificate);
  const keys = keysOf(all, material.privateKeys);
  const { leaf, privateKey } = choose(all, keys, material, selection);
  const { subject, notBefore, notAfter } = leaf;
  if (!allowExpired && notAfter < now) throw problem("certificate-expired", { subject, notAfter: momentOf(notAfter) });
  if (!allowExpired && notBefore > now) throw problem("certificate-not-yet-valid", { subject, notBefore: momentOf(notBefore) });
  if (privateKey && !provesKey(leaf.der, privateKey)) {
    throw problem("certificate-unreadable", { file, problem: "its private key is damaged; what it signs is not valid." });
  }
  const chain = chainOf(leaf, all);
  const certificate = describeFields(leaf, { hasPrivateKey: true, role: "leaf" });
  return {
    certificate,
    leaf: leaf.der,
    ...(privateKey && { privateKey }),
    intermediates: chain.slice(1).filter((issuer) => !isSelfSigned(issuer)).map(({ der }) => der),
    chain: [certificate, ...chain.slice(1).map((issuer) => describeFields(issuer, { hasPrivateKey: keys.has(issuer), role: roleOfFields(issuer) }))],
    findings: suitabilityOf(leaf, keyElsewhere === true ? { now } : { now, issuers: all, place: "files" }),
  };
}

interface Choice { readonly leaf: CertificateFields; readonly privateKey: Uint8Array | null }

function choose(all: readonly CertificateFields[], keys: ReadonlyMap<CertificateFields, Uint8Array>, material: Material, { now, fileName: file, keyElsewhere }: Selection & { readonly keyElsewhere?: boolean }): Choice {
  const [first] = all;
  if (!first) throw problem("certificate-missing", { file });
  const fit = all.filter((certificate) => unfitForServers(certificate) === null);
  const withKey = keyElsewhere === true ? all.map((leaf) => ({ leaf, privateKey: null })) : [...keys].map(([leaf, privateKey]) => ({ leaf, privateKey }));
  const candidates = withKey.filter(({ leaf }) => fit.includes(leaf));
  const valid = candidates.filter(({ leaf }) => leaf.notBefore <= now && now <= leaf.notAfter);
  const [choice, another] = valid.length > 0 ? valid : candidates;
  if (choice && !another) return choice;
  if (choice) throw problem("leaf-ambiguous", { file, count: (valid.length > 0 ? valid : candidates).length });

  const unfit = withKey[0]?.leaf ?? (fit.length === 0 ? first : undefined);
  if (unfit) throw problem("certificate-not-for-servers", { subject: unfit.subject, reason: unfitForServers(unfit) ?? "" });
  const { subject } = fit[0] ?? first;
  throw material.privateKeys.length === 0 ? problem("private-key-missing", { file, subject }) : problem("private-key-mismatch", { file, subject });
}
