// Private keys: every form in which they come made one, clear PKCS #8, and what kind a key is.
import { createPrivateKey, createPublicKey, type KeyObject, type PrivateKeyInput } from "node:crypto";
import { Integer, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import { encoding, isInteger, isObjectIdentifier, isOctetString, isSequence, MalformedError, parse, sequence, smallInteger, type Element } from "./asn1.ts";

export type KeyForm = "pkcs8" | "pkcs1" | "sec1";

/** Which form a parsed private key has (RFC 5208, RFC 8017 A.1.2, RFC 5915); null where it is none. */
export function keyForm(element: Element): KeyForm | null {
  if (!isSequence(element)) return null;
  const [version, second, third] = sequence(element);
  if (!isInteger(version)) return null;
  if (isSequence(second) && isOctetString(third) && isObjectIdentifier(sequence(second)[0])) return "pkcs8";
  if (isOctetString(second)) return "sec1";
  return sequence(element).length >= 9 && sequence(element).every(isInteger) ? "pkcs1" : null;
}

/**
 * Clear PKCS #8 of a clear private key in any form. `curve` is the content of an EC PARAMETERS block that stood before
 * a SEC 1 key. Throws MalformedError, whose message holds nothing of the key.
 */
export function toPkcs8(der: Uint8Array, curve?: Uint8Array): Uint8Array {
  const element = parse(der);
  const form = keyForm(element);
  switch (form) {
    case null: throw new MalformedError("its private key is damaged.");
    case "pkcs8": return exported(imported(plainPkcs8(element), "pkcs8"));
    case "pkcs1": return exported(imported(encoding(element), "pkcs1"));
    case "sec1": return exported(curve ? imported(wrappedSec1(encoding(element), curve), "pkcs8") : imported(encoding(element), "sec1"));
  }
}

/** The key object of clear PKCS #8. Throws MalformedError. */
export function privateKeyOf(pkcs8: Uint8Array): KeyObject {
  return imported(pkcs8, "pkcs8");
}

/** SubjectPublicKeyInfo (DER) of a private key: what a certificate for it holds. Throws MalformedError. */
export function publicKeyInfo(pkcs8: Uint8Array): Uint8Array {
  const key = privateKeyOf(pkcs8);
  try {
    return new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
  } catch {
    throw new MalformedError("its private key is damaged.");
  }
}

const curveNames: Readonly<Record<string, string>> = { prime256v1: "p256", secp384r1: "p384", secp521r1: "p521" };

/** "rsa:2048", "rsa-pss:2048", "ec:p256", "ed25519"; the curve's own name where it has no NIST one. */
export function keyType({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  switch (asymmetricKeyType) {
    case "rsa": case "rsa-pss": case "dsa": return `${asymmetricKeyType}:${asymmetricKeyDetails?.modulusLength ?? 0}`;
    case "ec": {
      const curve = asymmetricKeyDetails?.namedCurve ?? "explicit";
      return `ec:${curveNames[curve] ?? curve}`;
    }
    default: return asymmetricKeyType ?? "unknown";
  }
}

function imported(der: Uint8Array, type: KeyForm): KeyObject {
  try {
    // The typings ask for a Buffer; any Uint8Array is taken.
    return createPrivateKey({ key: der, format: "der", type } as PrivateKeyInput);
  } catch {
    throw new MalformedError("its private key is damaged, or of a kind that Lockstep does not know.");
  }
}

function exported(key: KeyObject): Uint8Array {
  try {
    return new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  } catch {
    throw new MalformedError("its private key is damaged.");
  }
}

/** Version 0 without attributes or public key (RFC 5958 allows both), because not every library reads those. */
function plainPkcs8(element: Element): Uint8Array {
  const [version, algorithm, key, ...more] = sequence(element);
  if (!algorithm || !key) throw new MalformedError("its private key is damaged.");
  if (smallInteger(version) === 0 && more.length === 0) return encoding(element);
  return new Uint8Array(new Sequence({ value: [new Integer({ value: 0 }), algorithm, key] }).toBER());
}

/** PKCS #8 around a SEC 1 key that leaves its curve to the block before it. */
function wrappedSec1(sec1: Uint8Array, curve: Uint8Array): Uint8Array {
  const parameters = parse(curve);
  const algorithm = new Sequence({ value: [new ObjectIdentifier({ value: "1.2.840.10045.2.1" }), parameters] });
  return new Uint8Array(new Sequence({ value: [new Integer({ value: 0 }), algorithm, new OctetString({ valueHex: sec1 })] }).toBER());
}
