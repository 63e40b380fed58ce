// Which certificate belongs to which key, and which certificate issued which.
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import { keyType, privateKeyOf, publicKeyInfo } from "./private-key.ts";
import { isSigned, readCertificate, type CertificateFields } from "./x509.ts";

/** More certificates than this above a leaf are not followed; browsers stop earlier. */
const longestChain = 10;
/** Certificates of one name whose signatures are tried; cross-signing makes two or three. */
const mostCandidates = 16;

/** The key of each certificate that has one among clear PKCS #8 keys: both hold the same public key. */
export function keysOf(certificates: readonly CertificateFields[], privateKeys: readonly Uint8Array[]): ReadonlyMap<CertificateFields, Uint8Array> {
  if (privateKeys.length === 0) return new Map();
  const byInfo = new Map(privateKeys.map((key) => [fingerprint(publicKeyInfo(key)), key] as const));
  const found = new Map(certificates.flatMap((certificate) => {
    const key = byInfo.get(fingerprint(certificate.publicKeyInfo));
    return key ? [[certificate, key] as const] : [];
  }));
  const matched = new Set(found.values());
  const left = privateKeys.filter((key) => !matched.has(key)).map((key) => ({ key, object: createPublicKey(privateKeyOf(key)) }));
  return left.length === 0 ? found : new Map(certificates.flatMap((certificate) => {
    const key = found.get(certificate) ?? left.find(({ object }) => isKeyOf(certificate, object))?.key;
    return key ? [[certificate, key] as const] : [];
  }));
}

const fingerprint = (info: Uint8Array): string => createHash("sha256").update(info).digest("hex");

/** One key may be written in several ways, a point on a curve compressed or not. */
function isKeyOf(certificate: CertificateFields, key: KeyObject): boolean {
  return certificate.keyType === keyType(key) && certificate.publicKey?.equals(key) === true;
}

/** Signed with its own key: a root, or a server's home-made certificate. */
export function isSelfSigned(certificate: CertificateFields): boolean {
  return certificate.isSelfSigned;
}

/**
 * The chain of a certificate: itself, its issuer, and so on as far as `pool` holds them, a root included. Subject,
 * authority key identifier, basic constraints, key usage and the signature must all agree. Where several fit, a root goes
 * before a cross-signed copy of it, and the one that ends last goes first.
 */
export function chainOf(leaf: CertificateFields, pool: readonly CertificateFields[]): readonly CertificateFields[] {
  const chain = [leaf];
  for (let last = leaf; chain.length <= longestChain && !last.isSelfSigned;) {
    const { authorityKeyIdentifier: key } = last;
    const issuer = namedIssuers(last, pool)
      .filter((candidate) => !chain.includes(candidate) && mayIssue(candidate))
      .filter(({ subjectKeyIdentifier }) => key === null || subjectKeyIdentifier === null || key === subjectKeyIdentifier)
      .slice(0, mostCandidates)
      .filter((candidate) => isSigned(last, candidate.publicKey))
      .sort((a, b) => Number(b.isSelfSigned) - Number(a.isSelfSigned) || b.notAfter.getTime() - a.notAfter.getTime())[0];
    if (!issuer) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

/** Those of `pool` that go by the name of the certificate's issuer, whether or not they issued it. */
export function namedIssuers(certificate: CertificateFields, pool: readonly CertificateFields[]): readonly CertificateFields[] {
  const wanted = folded(certificate.issuer);
  return pool.filter((candidate) => candidate !== certificate && (candidate.subject === certificate.issuer || folded(candidate.subject) === wanted));
}

/** Names are compared without regard to case and to how many blanks stand between words (RFC 5280, 7.1). */
function folded(name: string): string {
  return name.toLowerCase().replace(/\\ /g, " ").replace(/\s+/g, " ").replace(/ ?([,+=]) ?/g, "$1").trim();
}

/** Whether others may be issued with a certificate (RFC 5280, 6.1.4). A root of version 1 has no extensions to say so. */
export function mayIssue({ isAuthority, keyUsage, isSelfSigned: selfSigned, version }: CertificateFields): boolean {
  return (isAuthority || version === 1 && selfSigned) && (keyUsage === null || keyUsage.includes("keyCertSign"));
}

/** The place of a certificate in a chain by what it says of itself. Throws certificate-unreadable. */
export function roleOf(der: Uint8Array): Certificate["role"] {
  return roleOfFields(readCertificate(der));
}

export function roleOfFields(certificate: CertificateFields): Certificate["role"] {
  if (!certificate.isAuthority) return "leaf";
  return certificate.isSelfSigned ? "root" : "intermediate";
}
