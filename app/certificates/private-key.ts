// Private keys: every form in which they come made one, clear PKCS #8, and what kind a key is.
import { createPrivateKey, createPublicKey, type KeyObject, type PrivateKeyInput } from "node:crypto";
import { BitString, Integer, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import { encoding, isInteger, isObjectIdentifier, isOctetString, isSequence, MalformedError, objectIdentifier, octets, parse, sequence, smallInteger, type Element } from "./asn1.ts";

export type KeyForm = "pkcs8" | "pkcs1" | "sec1";

/** Octets of a key in any form; one of RSA with 16384 bits has some 9,300. */
const longestKey = 65_536;

const oid = { ec: "1.2.840.10045.2.1", rsaPss: "1.2.840.113549.1.1.10" } as const;

/** Kinds that servers have: RSA, RSA-PSS, EC, Ed25519, Ed448. The platform computes with others while it reads them, for as long as their numbers make it. */
const keyAlgorithms: ReadonlySet<string> = new Set(["1.2.840.113549.1.1.1", oid.rsaPss, oid.ec, "1.3.101.112", "1.3.101.113"]);

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
  if (der.length > longestKey) throw new MalformedError("its private key is longer than any known program writes.");
  const element = parse(der);
  const form = keyForm(element);
  switch (form) {
    case null: throw new MalformedError("its private key is damaged.");
    case "pkcs8": return normalised(element);
    case "pkcs1": return exported(imported(encoding(element), "pkcs1"), "pkcs8");
    case "sec1": return exported(curve ? imported(wrappedSec1(encoding(element), curve), "pkcs8") : imported(encoding(element), "sec1"), "pkcs8");
  }
}

/** The key object of clear PKCS #8. One of RSA-PSS is of the type "rsa" where the platform knows no other. Throws MalformedError. */
export function privateKeyOf(pkcs8: Uint8Array): KeyObject {
  try {
    return imported(pkcs8, "pkcs8");
  } catch (error) {
    if (algorithmOf(parse(pkcs8)) === oid.rsaPss) return rsaOfPss(parse(pkcs8));
    throw error;
  }
}

/** The kind of a clear PKCS #8 key, as `keyType` names it, whatever the platform makes of RSA-PSS. Throws MalformedError. */
export function privateKeyType(pkcs8: Uint8Array): string {
  const type = keyType(privateKeyOf(pkcs8));
  return algorithmOf(parse(pkcs8)) === oid.rsaPss ? type.replace(/^rsa:/, "rsa-pss:") : type;
}

/** SubjectPublicKeyInfo (DER) of a private key: what a certificate for it holds. Throws MalformedError. */
export function publicKeyInfo(pkcs8: Uint8Array): Uint8Array {
  const element = parse(pkcs8);
  try {
    if (algorithmOf(element) !== oid.rsaPss) return new Uint8Array(createPublicKey(privateKeyOf(pkcs8)).export({ type: "spki", format: "der" }));
    const publicKey = createPublicKey(rsaOfPss(element)).export({ type: "pkcs1", format: "der" });
    const [, algorithm] = sequence(element);
    return new Uint8Array(new Sequence({ value: [...(algorithm ? [algorithm] : []), new BitString({ valueHex: publicKey })] }).toBER());
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

function exported(key: KeyObject, type: "pkcs8" | "pkcs1"): Uint8Array {
  try {
    return new Uint8Array(key.export({ type, format: "der" }));
  } catch {
    throw new MalformedError("its private key is damaged.");
  }
}

function algorithmOf(pkcs8: Element): string {
  return objectIdentifier(sequence(sequence(pkcs8)[1])[0]);
}

/** A key object of the RSA key inside PKCS #8 of RSA-PSS: not every platform reads that as what it is. */
function rsaOfPss(pkcs8: Element): KeyObject {
  return imported(octets(sequence(pkcs8)[2]), "pkcs1");
}

/** PKCS #8 once more, proven to be a key and written in one way: DER, of version 0, without attributes or public key (RFC 5958 allows both). */
function normalised(element: Element): Uint8Array {
  const [version, algorithm, key, ...more] = sequence(element);
  if (!algorithm || !keyAlgorithms.has(algorithmOf(element))) throw new MalformedError("its private key is of a kind that Lockstep does not know.");
  if (algorithmOf(element) === oid.rsaPss) return privateKeyInfo(algorithm, exported(rsaOfPss(element), "pkcs1"));
  const plain = smallInteger(version) === 0 && more.length === 0 ? encoding(element) : privateKeyInfo(algorithm, octets(key));
  return exported(imported(plain, "pkcs8"), "pkcs8");
}

/** PKCS #8 around a SEC 1 key that leaves its curve to the block before it. */
function wrappedSec1(sec1: Uint8Array, curve: Uint8Array): Uint8Array {
  return privateKeyInfo(new Sequence({ value: [new ObjectIdentifier({ value: oid.ec }), parse(curve)] }), sec1);
}

function privateKeyInfo(algorithm: Element, key: Uint8Array): Uint8Array {
  return new Uint8Array(new Sequence({ value: [new Integer({ value: 0 }), algorithm, new OctetString({ valueHex: key })] }).toBER());
}
