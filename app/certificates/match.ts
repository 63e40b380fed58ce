// Which certificate belongs to which key, and which certificate issued which.
import { createHash } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import { publicKeyInfo } from "./private-key.ts";
import { publicKeyOf, readCertificate, type CertificateFields } from "./x509.ts";

/** More certificates than this above a leaf are not followed; browsers stop earlier. */
const longestChain = 10;
/** Certificates of one name whose signatures are tried; cross-signing makes two or three. */
const mostCandidates = 16;

/** The key of each certificate that has one among clear PKCS #8 keys: both hold the same SubjectPublicKeyInfo. */
export function keysOf(certificates: readonly CertificateFields[], privateKeys: readonly Uint8Array[]): ReadonlyMap<CertificateFields, Uint8Array> {
  const keys = new Map(privateKeys.map((key) => [fingerprint(publicKeyInfo(key)), key] as const));
  return new Map(certificates.flatMap((certificate) => {
    const publicKey = publicKeyOf(certificate);
    const key = publicKey && keys.get(fingerprint(publicKey.export({ type: "spki", format: "der" })));
    return key ? [[certificate, key] as const] : [];
  }));
}

const fingerprint = (publicKeyInfo: Uint8Array): string => createHash("sha256").update(publicKeyInfo).digest("hex");

/** Signed with its own key: a root, or a server's home-made certificate. */
export function isSelfSigned(certificate: CertificateFields): boolean {
  return certificate.subject === certificate.issuer && signed(certificate, certificate);
}

/**
 * The chain of a certificate: itself, its issuer, and so on as far as `pool` holds them, a root included. Subject,
 * authority key identifier, key usage and the signature must all agree. Where several fit, a root goes before a
 * cross-signed copy of it, and the one that ends last goes first.
 */
export function chainOf(leaf: CertificateFields, pool: readonly CertificateFields[]): readonly CertificateFields[] {
  const chain = [leaf];
  for (let last = leaf; chain.length <= longestChain && !isSelfSigned(last);) {
    const issuer = pool
      .filter((candidate) => !chain.includes(candidate) && last.x509.checkIssued(candidate.x509))
      .slice(0, mostCandidates)
      .filter((candidate) => signed(candidate, last))
      .sort((a, b) => Number(isSelfSigned(b)) - Number(isSelfSigned(a)) || b.notAfter.getTime() - a.notAfter.getTime())[0];
    if (!issuer) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

/** The place of a certificate in a chain by what it says of itself. Throws certificate-unreadable. */
export function roleOf(der: Uint8Array): Certificate["role"] {
  return roleOfFields(readCertificate(der));
}

export function roleOfFields(certificate: CertificateFields): Certificate["role"] {
  if (!certificate.isAuthority) return "leaf";
  return isSelfSigned(certificate) ? "root" : "intermediate";
}

function signed(issuer: CertificateFields, certificate: CertificateFields): boolean {
  const key = publicKeyOf(issuer);
  try {
    return key !== null && certificate.x509.verify(key);
  } catch {
    return false; // A signature of a kind that this platform does not check.
  }
}
