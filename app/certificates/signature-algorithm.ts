// Signature algorithms of certificates by their OID: the hash that each uses, and whether a signature is right.
import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from "node:crypto";
import { identifierOf, members, tag, type Value } from "./der.ts";

/** What a certificate's signatureAlgorithm says (RFC 5280, 4.1.1.2). */
export interface SignatureAlgorithm {
  /** OID. */
  readonly identifier: string;
  /** "SHA-256" and the like; null where the algorithm has none of its own or is unknown. */
  readonly hash: string | null;
}

const rsaPss = "1.2.840.113549.1.1.10";

const hashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "MD2", "1.2.840.113549.1.1.4": "MD5", "1.2.840.113549.1.1.5": "SHA-1", "1.3.14.3.2.29": "SHA-1",
  "1.2.840.113549.1.1.14": "SHA-224", "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
  "1.2.840.10045.4.1": "SHA-1", "1.2.840.10045.4.3.1": "SHA-224", "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512", "1.2.840.10040.4.3": "SHA-1", "2.16.840.1.101.3.4.3.1": "SHA-224", "2.16.840.1.101.3.4.3.2": "SHA-256",
};

const digests: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.5": "MD5", "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.4": "SHA-224", "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
};

/** EdDSA hashes by itself. */
const unhashed: readonly string[] = ["1.3.101.112", "1.3.101.113"];

/** An AlgorithmIdentifier of a signature. Throws MalformedError. */
export function signatureAlgorithmOf(value: Value | undefined): SignatureAlgorithm {
  const [oid, parameters] = members(value, tag.sequence);
  const identifier = identifierOf(oid);
  return { identifier, hash: identifier === rsaPss ? pssHash(parameters) : hashes[identifier] ?? null };
}

/** RSASSA-PSS names its hash in its parameters; SHA-1 where it does not (RFC 4055, 3.1). */
function pssHash(parameters: Value | undefined): string | null {
  const named = parameters?.tag === tag.sequence && members(parameters, tag.sequence).find((member) => member.tag === tag.contextConstructed(0));
  return named ? digests[identifierOf(members(members(named, tag.contextConstructed(0))[0], tag.sequence)[0])] ?? null : "SHA-1";
}

/** Whether `signature` over `signed` was made with the private key of `key`. False also for algorithms that this platform does not check. */
export function isSignedBy(key: KeyObject, { identifier, hash }: SignatureAlgorithm, signed: Uint8Array, signature: Uint8Array): boolean {
  if (hash === null && !unhashed.includes(identifier)) return false;
  const input: VerifyKeyObjectInput | KeyObject = identifier === rsaPss
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
    : key;
  try {
    return verify(hash?.replace("-", "") ?? null, signed, input, signature);
  } catch {
    return false; // A signature that this kind of key does not make, or a hash that the platform no longer has.
  }
}
