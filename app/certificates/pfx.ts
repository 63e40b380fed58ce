// PFX files (PKCS #12, RFC 7292, RFC 9579): what is in the clear before any password is known, and what is in one once it is.
import { createHmac, timingSafeEqual } from "node:crypto";
import { problem } from "../errors.ts";
import {
  encoding, firstEncoding, isInteger, isObjectIdentifier, isOctetString, isSequence, MalformedError, objectIdentifier, octets, sequence, smallInteger, tagged, type Element,
} from "./asn1.ts";
import { parseWithin, type Budget } from "./budget.ts";
import type { Material } from "./certificate.ts";
import { derive, hashLength, passwordOctets, type Derivation, type Hash, type PasswordOctets } from "./key-derivation.ts";
import { passwordForms, readDerivation, readHmac, readScheme, startUnsealing, unseal, type Sealed, type Unsupported } from "./password-encryption.ts";
import { toPkcs8 } from "./private-key.ts";

const oid = {
  data: "1.2.840.113549.1.7.1", signedData: "1.2.840.113549.1.7.2", envelopedData: "1.2.840.113549.1.7.3", encryptedData: "1.2.840.113549.1.7.6",
  keyBag: "1.2.840.113549.1.12.10.1.1", shroudedKeyBag: "1.2.840.113549.1.12.10.1.2", certificateBag: "1.2.840.113549.1.12.10.1.3",
  safeContentsBag: "1.2.840.113549.1.12.10.1.6", x509Certificate: "1.2.840.113549.1.9.22.1", pbmac1: "1.2.840.113549.1.5.14",
} as const;

const digests: Readonly<Record<string, Hash>> = {
  "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.4": "sha224", "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512", "2.16.840.1.101.3.4.2.6": "sha512-256",
};

/** A file has a handful of bags; a store of trusted roots some hundred. Each sealed one costs a key derivation. */
const mostBags = 1000;
const deepestNesting = 4;
/** Octets of a MAC key; PBMAC1 says how many, and writers say as many as the hash has. */
const longestMacKey = 512;

/** Whether a parsed element has the form of a PFX: its version, then content of a PKCS #7 kind. */
export function isPfx(element: Element): boolean {
  const [version, safe] = isSequence(element) ? sequence(element) : [];
  return isInteger(version) && isSequence(safe) && isObjectIdentifier(sequence(safe)[0]) && objectIdentifier(sequence(safe)[0]).startsWith("1.2.840.113549.1.7.");
}

interface Mac {
  readonly kind: "mac";
  /** PKCS #12's own way, or PBMAC1 with a key derivation of its choice (RFC 9579). */
  readonly way: "pkcs12" | "pbmac1";
  readonly hash: Hash;
  readonly expected: Uint8Array;
  readonly derivation: Derivation;
  /** Octets of the key that is derived. */
  readonly keyLength: number;
}

/** What is in a safe: bags in the clear, and bags that are sealed together. */
type Safe = { readonly kind: "clear"; readonly bags: readonly Bag[] } | { readonly kind: "sealed"; readonly sealed: Sealed };

type Bag =
  | { readonly kind: "certificate"; readonly der: Uint8Array }
  | { readonly kind: "key"; readonly pkcs8: Uint8Array }
  | { readonly kind: "sealed-key"; readonly sealed: Sealed };

/** What can be told of a PFX before its password is known. */
export interface Pfx {
  readonly mac: Mac | Unsupported | null;
  /** The bytes that the MAC is over. */
  readonly authenticated: Uint8Array;
  readonly safes: readonly Safe[];
}

const clearBags = ({ safes }: Pfx): readonly Bag[] => safes.flatMap((safe) => (safe.kind === "clear" ? safe.bags : []));

/** Keys that are sealed each by itself, as nearly all are. */
export const sealedKeys = (pfx: Pfx): readonly Sealed[] => clearBags(pfx).flatMap((bag) => (bag.kind === "sealed-key" ? [bag.sealed] : []));

/** Bags that are sealed together: certificates, and keys of a few writers. */
export const sealedSafes = ({ safes }: Pfx): readonly Sealed[] => safes.flatMap((safe) => (safe.kind === "sealed" ? [safe.sealed] : []));

export const hasClearKey = (pfx: Pfx): boolean => clearBags(pfx).some(({ kind }) => kind === "key");

type Contents = Pick<Material, "certificates" | "privateKeys">;

/** What one attempt at opening has to work with. */
interface Attempt {
  readonly password: PasswordOctets;
  readonly budget: Budget;
  /** For messages. */
  readonly file: string;
}

/**
 * Opens a PFX. A password of null stands for none given; a file that an empty one opens is then read all the same.
 *
 * The MAC is verified before anything is handed out, so that a wrong password is told from a damaged file and both from an
 * encryption that is not supported. A file without a MAC cannot tell: what does not open then is a wrong password.
 *
 * Throws MalformedError, cipher-unsupported, password-needed, password-wrong; `file` is its name in messages.
 */
export async function openPfx(pfx: Pfx, password: string | null, file: string, budget: Budget): Promise<Contents> {
  const { mac } = pfx;
  const attempts = passwordOctets(password).map((form): Attempt => ({ password: form, budget, file }));
  if (mac?.kind === "unsupported") throw problem("cipher-unsupported", { file, cipher: mac.name });
  if (mac && password !== null) startOpening(pfx, attempts, budget);
  for (const attempt of attempts) {
    if (mac && !await agrees(mac, pfx.authenticated, attempt)) continue;
    const contents = await contentsOf(pfx.safes, attempt);
    if (contents) return contents;
    if (mac) throw new MalformedError("a part of it does not open, though the password is right for the whole: it was changed on its way, or its key has a password of its own.");
  }
  if (mac && password !== null && await opensAny(pfx, attempts)) {
    throw new MalformedError("the password is right, but the content is not what was protected with it.");
  }
  throw problem(password === null ? "password-needed" : "password-wrong", { file });
}

/** Keys are derived on the platform's threads while the MAC, which decides about all of it, is computed on this one. */
function startOpening(pfx: Pfx, [first]: readonly Attempt[], budget: Budget): void {
  if (first) for (const sealed of [...sealedKeys(pfx), ...sealedSafes(pfx)]) startUnsealing(sealed, first.password, budget);
}

async function agrees({ hash, derivation, keyLength, expected }: Mac, authenticated: Uint8Array, { password, budget }: Attempt): Promise<boolean> {
  for (const form of passwordForms(derivation, password)) {
    const key = await derive(derivation, form, "mac", keyLength, budget);
    if (timingSafeEqual(createHmac(hash, key).update(authenticated).digest(), expected)) return true;
  }
  return false;
}

/** Whether the password opens a sealed part, a key where there is one, whatever the MAC says: then it is the file that was changed. */
async function opensAny(pfx: Pfx, attempts: readonly Attempt[]): Promise<boolean> {
  const [key] = sealedKeys(pfx);
  const [safe] = sealedSafes(pfx);
  try {
    for (const attempt of attempts) {
      if (key ? await opened(key, attempt, toPkcs8) : safe && await openedBags(safe, attempt)) return true;
    }
  } catch (error) {
    // The budget is spent: then the likelier answer is given.
    if (!(error instanceof MalformedError)) throw error;
  }
  return false;
}

/** Everything in the safes, in order; null where the password does not open one of them. */
async function contentsOf(safes: readonly Safe[], attempt: Attempt): Promise<Contents | null> {
  const certificates: Uint8Array[] = [];
  const privateKeys: Uint8Array[] = [];
  for (const safe of safes) {
    const bags = safe.kind === "clear" ? safe.bags : await openedBags(safe.sealed, attempt);
    if (bags === null) return null;
    for (const bag of bags) {
      switch (bag.kind) {
        case "certificate":
          certificates.push(bag.der);
          break;
        case "key":
          privateKeys.push(toPkcs8(bag.pkcs8));
          break;
        case "sealed-key": {
          const key = await opened(bag.sealed, attempt, toPkcs8);
          if (key === null) return null;
          privateKeys.push(key);
        }
      }
    }
  }
  return { certificates, privateKeys };
}

async function opened<Value>({ scheme, content }: Sealed, { password, budget, file }: Attempt, read: (clear: Uint8Array) => Value): Promise<Value | null> {
  if (scheme.kind === "unsupported") throw problem("cipher-unsupported", { file, cipher: scheme.name });
  return unseal(scheme, content, password, budget, read);
}

const openedBags = (sealed: Sealed, attempt: Attempt): Promise<readonly Bag[] | null> => opened(sealed, attempt, (clear) => readBags(clear, attempt.budget));

/** Reads what is in the clear. Throws MalformedError. */
export function readPfx(element: Element, budget: Budget): Pfx {
  const [version, authenticatedSafe, macData] = sequence(element);
  if (smallInteger(version) !== 3) throw new MalformedError("it is no PFX of version 3.");
  const [type, wrapper] = sequence(authenticatedSafe);
  switch (objectIdentifier(type)) {
    case oid.data: break;
    case oid.signedData: throw new MalformedError("it is a PFX that is signed in place of having a password.");
    default: throw new MalformedError("its content is of an unknown kind.");
  }
  const authenticated = octets(tagged(wrapper, 0)[0]);
  return { mac: macData ? readMac(macData) : null, authenticated, safes: sequence(parseWithin(authenticated, budget)).map((safe) => readSafe(safe, budget)) };
}

function readMac(macData: Element): Mac | Unsupported {
  const [digestInfo, salt, iterations] = sequence(macData);
  const [algorithm, digest] = sequence(digestInfo);
  const [identifier, parameters] = sequence(algorithm);
  const expected = octets(digest);
  if (objectIdentifier(identifier) === oid.pbmac1) return readPbmac1(parameters, expected);
  const hash = digests[objectIdentifier(identifier)];
  if (hash === undefined) return { kind: "unsupported", name: `an integrity check by an unknown hash (${objectIdentifier(identifier)})` };
  const derivation = { kind: "pkcs12", hash, salt: octets(salt), iterations: iterations ? smallInteger(iterations) : 1 } as const;
  return checkedMac({ kind: "mac", way: "pkcs12", hash, expected, derivation, keyLength: hashLength(hash) });
}

/** PBMAC1 (RFC 9579): the salt and the rounds beside it count for nothing, and the length of the key must be said. */
function readPbmac1(parameters: Element | undefined, expected: Uint8Array): Mac | Unsupported {
  const [derivationAlgorithm, hmac] = sequence(parameters);
  const read = readDerivation(derivationAlgorithm);
  const hash = readHmac(hmac);
  if (read.kind === "unsupported") return { kind: "unsupported", name: `PBMAC1 by ${read.name}` };
  if (typeof hash !== "string") return { kind: "unsupported", name: `PBMAC1 by ${hash.name}` };
  const { derivation, keyLength } = read;
  if (keyLength === null || keyLength < 1 || keyLength > longestMacKey) throw new MalformedError("the key length of its integrity check is missing or damaged.");
  return checkedMac({ kind: "mac", way: "pbmac1", hash, expected, derivation, keyLength });
}

function checkedMac(mac: Mac): Mac {
  if (hashLength(mac.hash) !== mac.expected.length) throw new MalformedError("its integrity check is damaged.");
  return mac;
}

function readSafe(contentInfo: Element, budget: Budget): Safe {
  const [type, wrapper] = sequence(contentInfo);
  switch (objectIdentifier(type)) {
    case oid.data: return { kind: "clear", bags: readBags(octets(tagged(wrapper, 0)[0]), budget) };
    case oid.encryptedData: {
      const [, encryptedContent] = sequence(tagged(wrapper, 0)[0]);
      const [, algorithm, content] = sequence(encryptedContent);
      return { kind: "sealed", sealed: { scheme: readScheme(algorithm), content: octets(content) } };
    }
    case oid.envelopedData: throw new MalformedError("it is protected with a public key in place of a password.");
    default: throw new MalformedError("a part of it is of an unknown kind.");
  }
}

function readBags(safeContents: Uint8Array, budget: Budget): readonly Bag[] {
  return bagsOf(parseWithin(safeContents, budget), 0);
}

function bagsOf(safeContents: Element, depth: number): readonly Bag[] {
  const members = sequence(safeContents);
  if (members.length > mostBags || depth > deepestNesting) throw new MalformedError("it holds more than any known program writes.");
  const bags = members.flatMap((bag) => readBag(bag, depth));
  if (bags.length > mostBags) throw new MalformedError("it holds more than any known program writes.");
  return bags;
}

/** A SafeBag. Revocation lists and other secrets are passed over. */
function readBag(bag: Element, depth: number): readonly Bag[] {
  const [type, wrapper] = sequence(bag);
  const value = (): Element => {
    const [only] = tagged(wrapper, 0);
    if (!only) throw new MalformedError("a part of it is empty.");
    return only;
  };
  switch (objectIdentifier(type)) {
    case oid.keyBag: return [{ kind: "key", pkcs8: encoding(value()) }];
    case oid.shroudedKeyBag: return [{ kind: "sealed-key", sealed: readSealedKey(value()) }];
    case oid.safeContentsBag: return bagsOf(value(), depth + 1);
    case oid.certificateBag: {
      const [kind, wrapped] = sequence(value());
      if (objectIdentifier(kind) !== oid.x509Certificate) return [];
      return [{ kind: "certificate", der: firstEncoding(octets(tagged(wrapped, 0)[0])) }];
    }
    default: return [];
  }
}

/** An EncryptedPrivateKeyInfo (RFC 5958). Throws MalformedError. */
export function readSealedKey(element: Element): Sealed {
  const [algorithm, content] = sequence(element);
  return { scheme: readScheme(algorithm), content: octets(content) };
}

/** Whether a parsed element has the form of an EncryptedPrivateKeyInfo. */
export function isSealedKey(element: Element): boolean {
  const [algorithm, content] = isSequence(element) ? sequence(element) : [];
  return isSequence(algorithm) && isObjectIdentifier(sequence(algorithm)[0]) && isOctetString(content);
}
