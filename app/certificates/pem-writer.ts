// PEM text written: certificates in the order in which servers send them, then the keys.
import { sealKey } from "./key-encryption.ts";
import { keysOf } from "./match.ts";
import { pemBlock } from "./pem-block.ts";
import { readCertificate } from "./x509.ts";

export interface PemContent {
  /** DER, the leaf first, then its chain. */
  readonly certificates: readonly Uint8Array[];
  /** Clear PKCS #8; null for certificates alone. */
  readonly privateKey: Uint8Array | null;
  /** Keys beside it, clear PKCS #8. */
  readonly furtherKeys?: readonly Uint8Array[];
  /** Encrypts the keys; null writes them in the clear. An empty one protects nothing and counts as none. */
  readonly password: string | null;
}

const longestRemark = 200;

/**
 * Writes PEM: the leaf, the other certificates, the keys, each with a line before it that says whose it is, as RFC 7468,
 * section 5.2, allows. ASCII, lines of 64 ended by line feeds. nginx takes such a file for its certificate and its key.
 *
 * Throws certificate-unreadable.
 */
export async function writePem({ certificates, privateKey, furtherKeys = [], password }: PemContent): Promise<string> {
  const fields = certificates.map(readCertificate);
  const keys = [...privateKey ? [privateKey] : [], ...furtherKeys];
  const owned = keysOf(fields, keys);
  const keyBlocks = await Promise.all(keys.map(async (key) => {
    const owner = fields.find((certificate) => owned.get(certificate) === key);
    const block = password === null || password === "" ? pemBlock("PRIVATE KEY", key) : (await sealKey(key, password)).pem;
    return remark("Private key", owner?.subject) + block;
  }));
  return [...fields.map(({ subject, der }) => remark("Certificate", subject) + pemBlock("CERTIFICATE", der)), ...keyBlocks].join("\n");
}

/**
 * A line before a block. A subject is whatever its writer liked: in visible ASCII only, others as the hexadecimal of
 * their UTF-8 (RFC 4514), and with no two hyphens together it can neither end the line nor look like a marker.
 */
function remark(what: string, subject: string | undefined): string {
  if (subject === undefined || subject === "") return `${what}\n`;
  const plain = subject
    .replace(/[^\x20-\x7e]/gu, (character) => Array.from(new TextEncoder().encode(character), hexadecimal).join(""))
    .replace(/-(?=-)/g, "\\2D");
  return `${what} of ${plain.length > longestRemark ? `${plain.slice(0, longestRemark)} ...` : plain}\n`;
}

const hexadecimal = (octet: number): string => `\\${octet.toString(16).toUpperCase().padStart(2, "0")}`;
