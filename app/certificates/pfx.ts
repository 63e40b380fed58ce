// PFX files (PKCS #12, RFC 7292): certificates and keys out of one, and how it is protected before any password is known.
import { createHmac, timingSafeEqual } from "node:crypto";
import { problem } from "../errors.ts";
import {
  encoding, isInteger, isObjectIdentifier, isSequence, MalformedError, objectIdentifier, octets, parse, parseFirst, sequence, smallInteger, tagged, type Element,
} from "./asn1.ts";
import type { Material } from "./certificate.ts";
import { derive, freshBudget, hashName, passwordOctets, type Budget, type Hash, type PasswordOctets } from "./key-derivation.ts";
import { readScheme, unseal, type Scheme, type Unsupported } from "./password-encryption.ts";
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

/** Whether a parsed element has the form of a PFX: its version, then content of a PKCS #7 kind. */
export function isPfx(element: Element): boolean {
  const [version, safe] = isSequence(element) ? sequence(element) : [];
  return isInteger(version) && isSequence(safe) && isObjectIdentifier(sequence(safe)[0]) && objectIdentifier(sequence(safe)[0]).startsWith("1.2.840.113549.1.7.");
}

interface Mac {
  readonly kind: "mac";
  readonly hash: Hash;
  readonly expected: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** Bytes that a password opens, and how. */
interface Sealed { readonly scheme: Scheme | Unsupported; readonly content: Uint8Array }

/** What is in a safe: bags in the clear, and bags that are sealed together. */
type Safe = { readonly kind: "clear"; readonly bags: readonly Bag[] } | { readonly kind: "sealed"; readonly sealed: Sealed };

type Bag =
  | { readonly kind: "certificate"; readonly der: Uint8Array }
  | { readonly kind: "key"; readonly pkcs8: Uint8Array }
  | { readonly kind: "sealed-key"; readonly sealed: Sealed };

interface Structure {
  readonly mac: Mac | Unsupported | null;
  /** The bytes that the MAC is over. */
  readonly authenticated: Uint8Array;
  readonly safes: readonly Safe[];
}

/** How a PFX is protected, from what is in the clear: "AES-256 (SHA-256)"; null where nothing in it is encrypted. Throws MalformedError. */
export function describeEncryption(bytes: Uint8Array): string | null {
  return encryptionOf(readStructure(bytes));
}

/**
 * Reads a PFX. A password of null stands for none given; a file that an empty one opens is then read all the same.
 *
 * The MAC is verified before anything is opened, so that a wrong password is told from a damaged file and both from an
 * encryption that is not supported. A file without a MAC cannot tell: what does not open then is a wrong password.
 *
 * Throws certificate-unreadable, cipher-unsupported, password-needed, password-wrong; `file` is its name in messages.
 */
export async function readPfx(bytes: Uint8Array, password: string | null, file: string): Promise<Material> {
  try {
    const structure = readStructure(bytes);
    const unsupported = unsupportedPart(structure);
    if (unsupported) throw problem("cipher-unsupported", { file, cipher: unsupported.name });
    return { format: "pfx", encryption: encryptionOf(structure), findings: [], ...await open(structure, password, file) };
  } catch (error) {
    if (error instanceof MalformedError) throw problem("certificate-unreadable", { file, problem: error.message });
    throw error;
  }
}

type Contents = Pick<Material, "certificates" | "privateKeys">;

async function open(structure: Structure, password: string | null, file: string): Promise<Contents> {
  const budget = freshBudget();
  const refused = () => problem(password === null ? "password-needed" : "password-wrong", { file });
  const { mac } = structure;
  const forms = passwordOctets(password);
  if (mac?.kind !== "mac") {
    for (const form of forms) {
      const contents = await contentsOf(structure.safes, form, budget);
      if (contents) return contents;
    }
    throw refused();
  }
  for (const form of forms) {
    if (!await agrees(mac, structure.authenticated, form, budget)) continue;
    const contents = await contentsOf(structure.safes, form, budget);
    if (contents) return contents;
    throw new MalformedError("a part of it does not open, though the password is right.");
  }
  if (password !== null && await opensAny(structure.safes, forms, budget)) {
    throw new MalformedError("the password is right, but the content is not what was protected with it.");
  }
  throw refused();
}

async function agrees(mac: Mac, authenticated: Uint8Array, password: PasswordOctets, budget: Budget): Promise<boolean> {
  const { hash, salt, iterations, expected } = mac;
  const key = await derive({ kind: "pkcs12", hash, salt, iterations }, password.utf16, "mac", expected.length, budget);
  return timingSafeEqual(createHmac(hash, key).update(authenticated).digest(), expected);
}

/** Whether the password opens a sealed part, a key where there is one, whatever the MAC says: then it is the file that was changed. */
async function opensAny(safes: readonly Safe[], forms: readonly PasswordOctets[], budget: Budget): Promise<boolean> {
  const key = safes.flatMap((safe) => (safe.kind === "clear" ? safe.bags : [])).find((bag) => bag.kind === "sealed-key");
  const safe = safes.find(({ kind }) => kind === "sealed");
  for (const form of forms) {
    if (key ? await opened(key.sealed, form, budget, toPkcs8) : safe?.kind === "sealed" && await opened(safe.sealed, form, budget, readBags)) return true;
  }
  return false;
}

/** Everything in the safes, in order; null where the password does not open one of them. */
async function contentsOf(safes: readonly Safe[], password: PasswordOctets, budget: Budget): Promise<Contents | null> {
  const certificates: Uint8Array[] = [];
  const privateKeys: Uint8Array[] = [];
  for (const safe of safes) {
    const bags = safe.kind === "clear" ? safe.bags : await opened(safe.sealed, password, budget, readBags);
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
          const key = await opened(bag.sealed, password, budget, toPkcs8);
          if (key === null) return null;
          privateKeys.push(key);
        }
      }
    }
  }
  return { certificates, privateKeys };
}

async function opened<Value>({ scheme, content }: Sealed, password: PasswordOctets, budget: Budget, read: (clear: Uint8Array) => Value): Promise<Value | null> {
  if (scheme.kind === "unsupported") throw new MalformedError(`a part of it is encrypted with ${scheme.name}, which Lockstep does not read.`);
  return unseal(scheme, content, password, budget, read);
}

function readStructure(bytes: Uint8Array): Structure {
  const [version, authenticatedSafe, macData] = sequence(parse(bytes));
  if (smallInteger(version) !== 3) throw new MalformedError("it is no PFX of version 3.");
  const [type, wrapper] = sequence(authenticatedSafe);
  switch (objectIdentifier(type)) {
    case oid.data: break;
    case oid.signedData: throw new MalformedError("it is a PFX that is signed in place of having a password.");
    default: throw new MalformedError("its content is of an unknown kind.");
  }
  const authenticated = octets(tagged(wrapper, 0)[0]);
  return { mac: macData ? readMac(macData) : null, authenticated, safes: sequence(parse(authenticated)).map(readSafe) };
}

function readMac(macData: Element): Mac | Unsupported {
  const [digestInfo, salt, iterations] = sequence(macData);
  const [algorithm, digest] = sequence(digestInfo);
  const identifier = objectIdentifier(sequence(algorithm)[0]);
  if (identifier === oid.pbmac1) return { kind: "unsupported", name: "PBMAC1" };
  const hash = digests[identifier];
  if (hash === undefined) return { kind: "unsupported", name: `an unknown hash (${identifier})` };
  const expected = octets(digest);
  if (hashLength(hash) !== expected.length) throw new MalformedError("its integrity check is damaged.");
  return { kind: "mac", hash, expected, salt: octets(salt), iterations: iterations ? smallInteger(iterations) : 1 };
}

const hashLength = (hash: Hash): number => createHmac(hash, "").digest().length;

function readSafe(contentInfo: Element): Safe {
  const [type, wrapper] = sequence(contentInfo);
  switch (objectIdentifier(type)) {
    case oid.data: return { kind: "clear", bags: readBags(octets(tagged(wrapper, 0)[0])) };
    case oid.encryptedData: {
      const [, encryptedContent] = sequence(tagged(wrapper, 0)[0]);
      const [, algorithm, content] = sequence(encryptedContent);
      return { kind: "sealed", sealed: { scheme: readScheme(algorithm), content: octets(content) } };
    }
    case oid.envelopedData: throw new MalformedError("it is protected with a public key in place of a password.");
    default: throw new MalformedError("a part of it is of an unknown kind.");
  }
}

function readBags(safeContents: Uint8Array): readonly Bag[] {
  return bagsOf(parse(safeContents), 0);
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
      return [{ kind: "certificate", der: encoding(parseFirst(octets(tagged(wrapped, 0)[0]))) }];
    }
    default: return [];
  }
}

function readSealedKey(element: Element): Sealed {
  const [algorithm, content] = sequence(element);
  return { scheme: readScheme(algorithm), content: octets(content) };
}

/** Schemes in the clear, keys before certificates: the key's is what matters to whoever asks. */
function schemes({ safes }: Structure): readonly (Scheme | Unsupported)[] {
  const keys = safes.flatMap((safe) => (safe.kind === "clear" ? safe.bags : [])).flatMap((bag) => (bag.kind === "sealed-key" ? [bag.sealed.scheme] : []));
  return [...keys, ...safes.flatMap((safe) => (safe.kind === "sealed" ? [safe.sealed.scheme] : []))];
}

function unsupportedPart(structure: Structure): Unsupported | null {
  const { mac } = structure;
  return schemes(structure).find((scheme) => scheme.kind === "unsupported") ?? (mac?.kind === "unsupported" ? mac : null);
}

function encryptionOf(structure: Structure): string | null {
  const names = [...new Set(schemes(structure).map(({ name }) => name))];
  if (names.length === 0) return null;
  const { mac } = structure;
  const integrity = mac === null ? "no integrity check" : mac.kind === "unsupported" ? mac.name : hashName[mac.hash];
  return `${names.join(" and ")} (${integrity})`;
}
