// SHA-256 as plans, backups and answers write it: 64 upper-case hexadecimal digits.
import { createHash } from "node:crypto";

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").toUpperCase();
}
