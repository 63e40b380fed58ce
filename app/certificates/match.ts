// Which certificate belongs to which key, and which certificate issued which.
import type { Certificate } from "./certificate.ts";
import { sameBytes } from "./asn1.ts";
import { publicKeyInfo } from "./private-key.ts";
import { publicKeyOf, readFields, type CertificateFields } from "./x509.ts";

/** More certificates than this above a leaf are not followed; browsers stop earlier. */
const longestChain = 10;

/** Whether a clear PKCS #8 key belongs to a certificate: both hold the same SubjectPublicKeyInfo. */
export function belongs(certificate: CertificateFields, pkcs8: Uint8Array): boolean {
  const key = publicKeyOf(certificate);
  return key !== null && sameBytes(new Uint8Array(key.export({ type: "spki", format: "der" })), publicKeyInfo(pkcs8));
}

/** Signed with its own key: a root, or a server's home-made certificate. */
export function isSelfSigned(certificate: CertificateFields): boolean {
  return issued(certificate, certificate);
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
      .filter((candidate) => candidate.subject === last.issuer && !chain.some(({ der }) => sameBytes(der, candidate.der)) && issued(candidate, last))
      .sort((a, b) => Number(isSelfSigned(b)) - Number(isSelfSigned(a)) || b.notAfter.getTime() - a.notAfter.getTime())[0];
    if (!issuer) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

/** The place of a certificate in a chain by what it says of itself. Throws MalformedError. */
export function roleOf(der: Uint8Array): Certificate["role"] {
  return roleOfFields(readFields(der));
}

export function roleOfFields(certificate: CertificateFields): Certificate["role"] {
  if (!certificate.isAuthority) return "leaf";
  return isSelfSigned(certificate) ? "root" : "intermediate";
}

function issued(issuer: CertificateFields, certificate: CertificateFields): boolean {
  if (issuer.subject !== certificate.issuer) return false;
  const key = publicKeyOf(issuer);
  try {
    return key !== null && certificate.x509.checkIssued(issuer.x509) && certificate.x509.verify(key);
  } catch {
    return false; // A signature of a kind that this platform does not check.
  }
}
