// A block of PEM text as RFC 7468 has it written: base64 in lines of 64 between its markers.
import { encodeBase64 } from "../base64.ts";

export type PemLabel = "CERTIFICATE" | "CERTIFICATE REQUEST" | "PUBLIC KEY" | "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY";

/** One block with a line feed at its end. */
export function pemBlock(label: PemLabel, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
