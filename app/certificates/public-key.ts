// The public key of a certificate: what kind it is, as its SubjectPublicKeyInfo says (RFC 3279, RFC 5480, RFC 8410).
import { createPublicKey, type KeyObject, type PublicKeyInput } from "node:crypto";
import { bitsOf, contentOf, identifierOf, members, tag, valueIn, type Value } from "./der.ts";
import { keyType } from "./private-key.ts";

const curves: Readonly<Record<string, string>> = { "1.2.840.10045.3.1.7": "p256", "1.3.132.0.34": "p384", "1.3.132.0.35": "p521" };
const edwards: Readonly<Record<string, string>> = { "1.3.101.112": "ed25519", "1.3.101.113": "ed448" };

/**
 * The kind of a key in the words of `keyType`, "rsa:2048", "ec:p256", without the cost of a key object for the kinds that
 * are met daily; "unknown" where this platform does not know the algorithm. Throws MalformedError.
 */
export function publicKeyType(info: Value): string {
  const [algorithm, key] = members(info, tag.sequence);
  const [oid, parameters] = members(algorithm, tag.sequence);
  const bits = bitsOf(key);
  const identifier = identifierOf(oid);
  if (identifier === "1.2.840.113549.1.1.1") return `rsa:${modulusLength(bits)}`;
  const curve = identifier === "1.2.840.10045.2.1" && parameters?.tag === tag.identifier ? curves[identifierOf(parameters)] : undefined;
  if (curve !== undefined) return `ec:${curve}`;
  const other = edwards[identifier] === undefined ? publicKey(info.encoding) : null;
  return edwards[identifier] ?? (other ? keyType(other) : "unknown");
}

/** The key object of SubjectPublicKeyInfo (DER); null where this platform does not know its algorithm. */
export function publicKey(info: Uint8Array): KeyObject | null {
  try {
    // The typings ask for a Buffer; any Uint8Array is taken.
    return createPublicKey({ key: info, format: "der", type: "spki" } as PublicKeyInput);
  } catch {
    return null;
  }
}

/** Bits of the modulus of an RSAPublicKey (RFC 8017, A.1.1). */
function modulusLength(rsaPublicKey: Uint8Array): number {
  const modulus = contentOf(members(valueIn(rsaPublicKey), tag.sequence)[0], tag.integer);
  const first = modulus.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24;
}
