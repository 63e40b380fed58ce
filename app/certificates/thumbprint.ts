// Thumbprints: the hashes that certificates are named by. What people paste in place of one is in pasted-thumbprint.ts.
import { createHash } from "node:crypto";

/** SHA-1 over a certificate's DER: 40 upper-case hexadecimal digits. */
export function thumbprint(der: Uint8Array): string {
  return createHash("sha1").update(der).digest("hex").toUpperCase();
}

/** SHA-256 over a certificate's DER: 64 upper-case hexadecimal digits. */
export function sha256Fingerprint(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("hex").toUpperCase();
}

/** The numbers by which a record of HTTP.sys may name a certificate: its thumbprint, and its SHA-256 where it is at hand. */
export function namesOf(sha1: string, der: Uint8Array | null): ReadonlySet<string> {
  return new Set(der ? [sha1, sha256Fingerprint(der)] : [sha1]);
}
