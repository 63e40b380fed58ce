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
