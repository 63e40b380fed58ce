// Whether the key and the signature of a certificate are of a kind and strength that Windows and browsers take.
import type { Finding } from "../finding.ts";
import { keyType } from "./private-key.ts";
import type { CertificateFields } from "./x509.ts";

/** Hashes for which collisions are made in practice. */
const brokenHashes: readonly (string | null)[] = ["SHA-1", "MD5", "MD2"];

/** Codes: key-too-small, key-exponent-weak, key-kind-unusual, key-usage-missing, sha1-signature. */
export function strengthFindings(certificate: CertificateFields): readonly Finding[] {
  return [
    size(certificate), exponent(certificate), kind(certificate), usage(certificate),
    certificate.isSelfSigned ? null : signature(certificate),
  ].filter((finding) => finding !== null);
}

/** Whether a certificate's own signature rests on a broken hash. */
export function hasBrokenSignature({ signatureHash }: Pick<CertificateFields, "signatureHash">): boolean {
  return brokenHashes.includes(signatureHash);
}

function size({ publicKey }: CertificateFields): Finding | null {
  const bits = publicKey?.asymmetricKeyDetails?.modulusLength;
  return bits === undefined || bits >= 2048 ? null : {
    code: "key-too-small", severity: "warning", message: `The certificate's key has ${bits} bits; browsers and Windows ask for 2048 at least.`,
    hint: "Have it issued again for a larger key.",
  };
}

/** With the exponent 1 a signature is its own message; 3 has made forgery possible wherever padding was checked carelessly. */
function exponent({ publicKey }: CertificateFields): Finding | null {
  const value = publicKey?.asymmetricKeyDetails?.publicExponent;
  if (value === undefined || value > 3n) return null;
  return {
    code: "key-exponent-weak", severity: value === 1n ? "error" : "warning",
    message: value === 1n
      ? "The certificate's RSA key has the public exponent 1: it protects nothing, and anyone can sign in its name."
      : `The certificate's RSA key has the public exponent ${value.toString()}, which careless programs check so badly that its signatures can be forged.`,
    hint: "Have it issued again for a fresh key; every usual program takes the exponent 65537.",
  };
}

/** Windows' default curves are X25519, P-256 and P-384; P-521 has to be switched on. */
function kind({ publicKey }: CertificateFields): Finding | null {
  const type = publicKey ? keyType(publicKey) : "unknown";
  if (type.startsWith("rsa:") || type === "ec:p256" || type === "ec:p384") return null;
  const [, curve] = /^ec:(.+)$/.exec(type) ?? [];
  const what = curve === undefined ? `is of the kind ${type}, which Windows does not offer in TLS`
    : curve === "p521" ? "is on the curve P-521, which Windows offers in TLS only once it was switched on, and which some browsers do not take"
    : `is on the curve ${curve}, which Windows does not offer in TLS`;
  return {
    code: "key-kind-unusual", severity: "warning", message: `The certificate's key ${what}.`,
    hint: "Have it issued for an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.",
  };
}

/** TLS 1.3 (RFC 8446, 4.4.2.2) and every ECDHE suite have the server sign; only RSA key exchange, which is given up, encrypts. */
function usage({ keyUsage, mayHandshake }: CertificateFields): Finding | null {
  if (keyUsage === null || !mayHandshake || keyUsage.includes("digitalSignature")) return null;
  return {
    code: "key-usage-missing", severity: "warning", message: `The certificate's key usage (${keyUsage.join(", ")}) lacks digitalSignature, with which a server signs in TLS 1.3 and in every ECDHE handshake.`,
    hint: "Have it issued again with the key usage digitalSignature; some clients refuse it, others connect with outdated encryption only.",
  };
}

function signature(certificate: CertificateFields): Finding | null {
  return !hasBrokenSignature(certificate) ? null : {
    code: "sha1-signature", severity: "warning", message: `The certificate is signed with ${certificate.signatureHash ?? ""}, which browsers no longer trust.`,
    hint: "Have it issued again with SHA-256.",
  };
}
