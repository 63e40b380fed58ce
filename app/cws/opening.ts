// A signature opened with a public key: what its signer put into it. For diagnosis only; whether it holds, the platform's verification says.
import { constants, createHash, createPublicKey, publicDecrypt, type KeyObject } from "node:crypto";
import type { Hash } from "./algorithm.ts";

/** A public key with what opening needs of it. */
export interface OpeningKey {
  readonly key: KeyObject;
  /** Octets of its modulus, which every signature by it has. */
  readonly length: number;
}

/** What stood in a signature. */
export type Opened =
  /** As it must be: PKCS #1 v1.5 around the digest and the name of its hash. */
  | { readonly kind: "digest"; readonly hash: Hash; readonly digest: Uint8Array }
  /** PKCS #1 v1.5 around something else; or that something with no padding but zeros. */
  | { readonly kind: "payload"; readonly payload: Uint8Array; readonly isPadded: boolean }
  /** RSASSA-PSS; `certain` where its padding leaves no doubt, without a look at the message. */
  | { readonly kind: "pss"; readonly hash: Hash; readonly salt: Uint8Array; readonly hashed: Uint8Array; readonly certain: boolean }
  /** Nothing that a signature by this key could hold. */
  | { readonly kind: "noise" };

/** DigestInfo before the digest (RFC 8017, 9.2, note 1). */
const digestInfos: readonly (readonly [hash: Hash, prefix: Uint8Array, length: number])[] = ([
  ["sha256", "3031300d060960864801650304020105000420", 32],
  ["sha1", "3021300906052b0e03021a05000414", 20],
  ["sha384", "3041300d060960864801650304020205000430", 48],
  ["sha512", "3051300d060960864801650304020305000440", 64],
  ["md5", "3020300c06082a864886f70d020505000410", 16],
] as const).map(([hash, digits, length]) => [hash, Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)), length] as const);

const isEqual = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((octet, index) => octet === other[index]);

export function openingKey(key: KeyObject): OpeningKey {
  return { key, length: Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8) };
}

/** The opening key of SubjectPublicKeyInfo in PEM. Throws where it is none. */
export const openingKeyOfPem = (pem: string): OpeningKey => openingKey(createPublicKey(pem));

/** The padded block: the public operation without any check. Null for a value that is no signature by this key. */
function blockOf(signature: Uint8Array, { key, length }: OpeningKey): Uint8Array | null {
  if (signature.length !== length) return null;
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return null;
  }
}

/** Where the content of a PKCS #1 v1.5 block of type 1 begins; null where it is none. At least eight octets pad it. */
function contentStart(block: Uint8Array): number | null {
  if (block[0] !== 0 || block[1] !== 1) return null;
  let at = 2;
  while (block[at] === 0xff) at++;
  return at >= 10 && block[at] === 0 ? at + 1 : null;
}

/** Opens a signature. Whatever the bytes are, there is an answer. */
export function open(signature: Uint8Array, key: OpeningKey): Opened {
  const block = blockOf(signature, key);
  if (block === null) return { kind: "noise" };
  const start = contentStart(block);
  if (start === null) return block.at(-1) === 0xbc ? openPss(block, key) : openBare(block);
  const payload = block.subarray(start);
  for (const [hash, prefix, length] of digestInfos) {
    if (payload.length === prefix.length + length && isEqual(payload.subarray(0, prefix.length), prefix)) return { kind: "digest", hash, digest: payload.subarray(prefix.length) };
  }
  return { kind: "payload", payload, isPadded: true };
}

/** The private operation without any padding: sixteen zeros before the content are no accident. */
function openBare(block: Uint8Array): Opened {
  const first = block.findIndex((octet) => octet !== 0);
  return first >= 16 ? { kind: "payload", payload: block.subarray(first), isPadded: false } : { kind: "noise" };
}

/** Whether a key opens a signature to what only its own private half can have made. */
export const opens = (opened: Opened): boolean => opened.kind === "digest" || opened.kind === "payload" || opened.kind === "pss" && opened.certain;

/** MGF1 (RFC 8017, B.2.1). */
function mask(seed: Uint8Array, length: number, hash: Hash): Uint8Array {
  const octets = new Uint8Array(length);
  for (let at = 0, counter = 0; at < length; counter++) {
    const piece = createHash(hash).update(seed).update(Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)).digest();
    octets.set(piece.subarray(0, length - at), at);
    at += piece.length;
  }
  return octets;
}

const digestLength: Readonly<Record<Hash, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64, md5: 16 };

/**
 * EMSA-PSS taken apart (RFC 8017, 9.1.2), with each hash that signers use, its mask made by the same hash or by SHA-1.
 * Zeros and a one stand before the salt; eight zeros are no accident.
 */
function openPss(block: Uint8Array, { key }: OpeningKey): Opened {
  const bits = (key.asymmetricKeyDetails?.modulusLength ?? 0) - 1;
  const encoded = bits % 8 === 0 ? block.subarray(1) : block;
  const top = 0xff >> (8 * encoded.length - bits);
  if (((encoded[0] ?? 0) & ~top) !== 0) return { kind: "noise" };
  let likely: Opened | null = null;
  for (const hash of ["sha256", "sha1", "sha512", "sha384"] as const) {
    const size = digestLength[hash];
    const masked = encoded.subarray(0, encoded.length - size - 1);
    const hashed = encoded.subarray(masked.length, -1);
    if (masked.length < 2) continue;
    for (const masking of hash === "sha1" ? [hash] : [hash, "sha1"] as const) {
      const bytes = mask(hashed, masked.length, masking).map((octet, index) => octet ^ (masked[index] ?? 0));
      bytes[0] = (bytes[0] ?? 0) & top;
      const one = bytes.findIndex((octet) => octet !== 0);
      if (one === -1 || bytes[one] !== 1) continue;
      const found: Opened = { kind: "pss", hash, salt: bytes.subarray(one + 1), hashed, certain: one >= 8 };
      if (found.certain) return found;
      likely ??= found;
    }
  }
  return likely ?? { kind: "noise" };
}

/** The hash that a PSS signature of a message with this digest would hold. */
export function pssHash(digest: Uint8Array, salt: Uint8Array, hash: Hash): Uint8Array {
  return createHash(hash).update(new Uint8Array(8)).update(digest).update(salt).digest();
}
