// Password-based encryption as PKCS #5, PKCS #12 and OpenSSL write it: told from its clear identifiers, and undone with the password.
import { createDecipheriv } from "node:crypto";
import { isInteger, isOctetString, joined, MalformedError, objectIdentifier, octets, sequence, smallInteger, type Element } from "./asn1.ts";
import { spend, type Budget } from "./budget.ts";
import { derive, hashName, type Derivation, type Hash, type PasswordOctets } from "./key-derivation.ts";
import { openDes, openRc2 } from "./legacy-cipher.ts";

interface Cipher {
  /** As node:crypto names it; RC2 and DES are undone without it. */
  readonly algorithm: "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc" | "des-cbc" | "rc2-cbc";
  readonly name: string;
  readonly keyLength: number;
  readonly blockLength: number;
  /** Of RC2: how much of the key counts. */
  readonly effectiveBits?: number;
}

const aes128: Cipher = { algorithm: "aes-128-cbc", name: "AES-128", keyLength: 16, blockLength: 16 };
const aes192: Cipher = { algorithm: "aes-192-cbc", name: "AES-192", keyLength: 24, blockLength: 16 };
const aes256: Cipher = { algorithm: "aes-256-cbc", name: "AES-256", keyLength: 32, blockLength: 16 };
const tripleDes: Cipher = { algorithm: "des-ede3-cbc", name: "3DES", keyLength: 24, blockLength: 8 };
const singleDes: Cipher = { algorithm: "des-cbc", name: "DES", keyLength: 8, blockLength: 8 };
const rc2 = (effectiveBits: number, keyLength: number): Cipher => ({ algorithm: "rc2-cbc", name: `RC2-${effectiveBits}`, keyLength, blockLength: 8, effectiveBits });

/** Encryption that can be undone here. `iv` is null where it comes from the password as well (PKCS #12, PKCS #5 v1.5). */
export interface Scheme {
  readonly kind: "scheme";
  readonly cipher: Cipher;
  /** Octets taken from the password: 16 for 3DES with two keys, else the cipher's key length. */
  readonly keyLength: number;
  readonly iv: Uint8Array | null;
  readonly derivation: Derivation;
  readonly name: string;
  readonly hash: string;
  /** PKCS #12's own schemes and PKCS #5 v1.5 are `old`, PBES2 is `modern`, and DEK-Info is OpenSSL's. */
  readonly family: "old" | "modern" | "openssl";
}

/** Encryption that is known by name but not undone. */
export interface Unsupported { readonly kind: "unsupported"; readonly name: string }

/** Bytes that a password opens, and how. */
export interface Sealed { readonly scheme: Scheme | Unsupported; readonly content: Uint8Array }

/** Whether people with a little time open it without the password: 40-bit keys, RC4 and single DES. */
export function isWeak({ name }: Scheme | Unsupported): boolean {
  return /^(?:RC2-40|RC4(?:-\d+)?|DES(?: with .*)?)$/.test(name);
}

const ciphers: Readonly<Record<string, Cipher>> = {
  "2.16.840.1.101.3.4.1.2": aes128,
  "2.16.840.1.101.3.4.1.22": aes192,
  "2.16.840.1.101.3.4.1.42": aes256,
  "1.2.840.113549.3.7": tripleDes,
  "1.3.14.3.2.7": singleDes,
};

const rc2Cbc = "1.2.840.113549.3.2";

const unsupportedCiphers: Readonly<Record<string, string>> = {
  "1.2.840.113549.3.4": "RC4", "1.2.840.113549.3.9": "RC5", "1.2.840.113549.1.9.16.3.18": "ChaCha20-Poly1305",
  "2.16.840.1.101.3.4.1.6": "AES-128-GCM", "2.16.840.1.101.3.4.1.26": "AES-192-GCM", "2.16.840.1.101.3.4.1.46": "AES-256-GCM",
  "1.2.392.200011.61.1.1.1.4": "Camellia-256", "1.2.392.200011.61.1.1.1.3": "Camellia-192", "1.2.392.200011.61.1.1.1.2": "Camellia-128",
};

const unsupportedSchemes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.1.1": "RC4-128", "1.2.840.113549.1.12.1.2": "RC4-40", "1.2.840.113549.1.5.1": "DES with MD2", "1.2.840.113549.1.5.4": "RC2 with MD2",
};

const hmacs: Readonly<Record<string, Hash>> = {
  "1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.8": "sha224", "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384", "1.2.840.113549.2.11": "sha512", "1.2.840.113549.2.13": "sha512-256",
};

/** Reads the AlgorithmIdentifier of encrypted content (RFC 8018, appendix A; RFC 7292, appendix C). Throws MalformedError. */
export function readScheme(algorithm: Element | undefined): Scheme | Unsupported {
  const [identifier, parameters] = sequence(algorithm);
  const scheme = objectIdentifier(identifier);
  switch (scheme) {
    case "1.2.840.113549.1.5.13": return readPbes2(parameters);
    case "1.2.840.113549.1.12.1.3": return oldScheme("pkcs12", "sha1", parameters, tripleDes);
    case "1.2.840.113549.1.12.1.4": return { ...oldScheme("pkcs12", "sha1", parameters, tripleDes), name: "3DES with two keys", keyLength: 16 };
    case "1.2.840.113549.1.12.1.5": return oldScheme("pkcs12", "sha1", parameters, rc2(128, 16));
    case "1.2.840.113549.1.12.1.6": return oldScheme("pkcs12", "sha1", parameters, rc2(40, 5));
    case "1.2.840.113549.1.5.3": return oldScheme("pbkdf1", "md5", parameters, singleDes);
    case "1.2.840.113549.1.5.10": return oldScheme("pbkdf1", "sha1", parameters, singleDes);
    case "1.2.840.113549.1.5.6": return oldScheme("pbkdf1", "md5", parameters, rc2(64, 8));
    case "1.2.840.113549.1.5.11": return oldScheme("pbkdf1", "sha1", parameters, rc2(64, 8));
    default: return { kind: "unsupported", name: unsupportedSchemes[scheme] ?? `an unknown method (${scheme})` };
  }
}

function oldScheme(kind: "pkcs12", hash: "sha1", parameters: Element | undefined, cipher: Cipher): Scheme;
function oldScheme(kind: "pbkdf1", hash: "md5" | "sha1", parameters: Element | undefined, cipher: Cipher): Scheme;
function oldScheme(kind: "pkcs12" | "pbkdf1", hash: "md5" | "sha1", parameters: Element | undefined, cipher: Cipher): Scheme {
  const [salt, iterations] = sequence(parameters);
  const work = { salt: octets(salt), iterations: smallInteger(iterations) };
  const derivation: Derivation = kind === "pkcs12" ? { kind, hash: "sha1", ...work } : { kind, hash, ...work };
  return { kind: "scheme", cipher, keyLength: cipher.keyLength, iv: null, derivation, name: cipher.name, hash: hashName[hash], family: "old" };
}

function readPbes2(parameters: Element | undefined): Scheme | Unsupported {
  const [derivationAlgorithm, cipherAlgorithm] = sequence(parameters);
  const [cipherIdentifier, cipherParameters] = sequence(cipherAlgorithm);
  const identifier = objectIdentifier(cipherIdentifier);
  if (ciphers[identifier] === undefined && identifier !== rc2Cbc) {
    return { kind: "unsupported", name: unsupportedCiphers[identifier] ?? `an unknown cipher (${identifier})` };
  }
  const read = readDerivation(derivationAlgorithm);
  if (read.kind === "unsupported") return read;
  const { derivation, keyLength } = read;
  const { cipher, iv } = ciphers[identifier] ? { cipher: ciphers[identifier], iv: octets(cipherParameters) } : readRc2(cipherParameters, keyLength);
  if (iv.length !== cipher.blockLength) throw new MalformedError("the initialisation vector of its encryption is damaged.");
  if (keyLength !== null && keyLength !== cipher.keyLength) throw new MalformedError("the key length of its encryption is damaged.");
  const hash = derivation.kind === "scrypt" ? "scrypt" : hashName[derivation.hash];
  return { kind: "scheme", cipher, keyLength: cipher.keyLength, iv, derivation, name: cipher.name, hash, family: "modern" };
}

/** RC2's parameters name the effective key bits by a number of their own below 256 (RFC 8018, B.2.3); left out, they are 32. */
function readRc2(parameters: Element | undefined, keyLength: number | null): { readonly cipher: Cipher; readonly iv: Uint8Array } {
  const [version, iv] = isOctetString(parameters) ? [undefined, parameters] : sequence(parameters);
  const number = isInteger(version) ? smallInteger(version) : null;
  const bits = number === null ? 32 : rc2Versions[number] ?? (number >= 256 ? number : 0);
  if (bits < 1 || bits > 1024) throw new MalformedError("the effective key length of its encryption is damaged.");
  const length = keyLength ?? Math.ceil(bits / 8);
  if (length < 1 || length > 128) throw new MalformedError("the key length of its encryption is damaged.");
  return { cipher: rc2(bits, length), iv: octets(isInteger(version) ? iv : version ?? iv) };
}

const rc2Versions: Readonly<Record<number, number>> = { 160: 40, 120: 64, 58: 128 };

type Pbes2Derivation = Extract<Derivation, { kind: "pbkdf2" | "scrypt" }>;

interface ReadDerivation {
  readonly kind: "derivation";
  readonly derivation: Pbes2Derivation;
  /** Octets, where the parameters say so. */
  readonly keyLength: number | null;
}

/** Reads the key derivation function of PBES2 and PBMAC1: PBKDF2 (RFC 8018, A.2) or scrypt (RFC 7914, 7). Throws MalformedError. */
export function readDerivation(algorithm: Element | undefined): ReadDerivation | Unsupported {
  const [identifier, parameters] = sequence(algorithm);
  const members = sequence(parameters);
  switch (objectIdentifier(identifier)) {
    case "1.2.840.113549.1.5.12": {
      const [salt, iterations, ...rest] = members;
      if (!isOctetString(salt)) return { kind: "unsupported", name: "PBKDF2 with a salt from elsewhere" };
      const prf = rest.find((member) => !isInteger(member));
      const hash = prf === undefined ? "sha1" : readHmac(prf);
      if (typeof hash !== "string") return { kind: "unsupported", name: `PBKDF2 with ${hash.name}` };
      const length = rest.find(isInteger);
      return {
        kind: "derivation", derivation: { kind: "pbkdf2", hash, salt: octets(salt), iterations: smallInteger(iterations) },
        keyLength: length ? smallInteger(length) : null,
      };
    }
    case "1.3.6.1.4.1.11591.4.11": {
      const [salt, cost, blockSize, parallelization, length] = members;
      return {
        kind: "derivation",
        derivation: { kind: "scrypt", salt: octets(salt), cost: smallInteger(cost), blockSize: smallInteger(blockSize), parallelization: smallInteger(parallelization) },
        keyLength: length ? smallInteger(length) : null,
      };
    }
    default: return { kind: "unsupported", name: `an unknown key derivation (${objectIdentifier(identifier)})` };
  }
}

/** The hash of an HMAC's AlgorithmIdentifier. Throws MalformedError. */
export function readHmac(algorithm: Element | undefined): Hash | Unsupported {
  const identifier = objectIdentifier(sequence(algorithm)[0]);
  return hmacs[identifier] ?? { kind: "unsupported", name: `an unknown hash (${identifier})` };
}

/** The forms of a password that a derivation takes: PBES2 and older PKCS #5 want UTF-8; some writers took UTF-16 there too. */
export function passwordForms({ kind }: Derivation, { utf8, utf16 }: PasswordOctets): readonly Uint8Array[] {
  switch (kind) {
    case "pkcs12": return [utf16];
    case "openssl": return [utf8];
    case "pbkdf1": case "pbkdf2": case "scrypt": return utf8.length === 0 ? [utf8] : [utf8, utf16];
  }
}

/**
 * Undoes the encryption and hands the clear content to `read`, which throws MalformedError for what cannot be it. Gives
 * null where the password does not open it. Throws MalformedError where the budget does not suffice.
 */
export async function unseal<Value>(scheme: Scheme, sealed: Uint8Array, password: PasswordOctets, budget: Budget, read: (clear: Uint8Array) => Value): Promise<Value | null> {
  const { cipher, derivation, keyLength } = scheme;
  for (const form of passwordForms(derivation, password)) {
    const derived = await derive(derivation, form, "key", keyLength, budget);
    const key = keyLength < cipher.keyLength ? joined([derived, derived.subarray(0, cipher.keyLength - keyLength)]) : derived;
    const iv = scheme.iv ?? await derive(derivation, form, "iv", cipher.blockLength, budget);
    const clear = decrypted(cipher, key, iv, sealed, budget);
    const value = clear && understood(clear, read);
    if (value !== null) return value;
  }
  return null;
}

/** Starts what opening will need from the platform's own threads, so that it is under way while this one does something else. */
export function startUnsealing({ scheme }: Sealed, password: PasswordOctets, budget: Budget): void {
  if (scheme.kind === "unsupported" || scheme.derivation.kind !== "pbkdf2") return;
  const [form] = passwordForms(scheme.derivation, password);
  // A budget that does not suffice is told when the answer is asked for.
  if (form) derive(scheme.derivation, form, "key", scheme.keyLength, budget).catch(() => undefined);
}

function understood<Value>(clear: Uint8Array, read: (clear: Uint8Array) => Value): Value | null {
  try {
    return read(clear);
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/** Nanoseconds an octet of RC2 and DES in plain JavaScript. */
const legacyCost = 400;

function decrypted({ algorithm, effectiveBits = 0 }: Cipher, key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, budget: Budget): Uint8Array | null {
  switch (algorithm) {
    case "rc2-cbc":
      spend(budget, sealed.length * legacyCost);
      return openRc2(key, effectiveBits, iv, sealed);
    case "des-cbc":
      spend(budget, sealed.length * legacyCost);
      return openDes(key, iv, sealed);
    default:
      try {
        const decipher = createDecipheriv(algorithm, key, iv);
        return joined([decipher.update(sealed), decipher.final()]);
      } catch {
        return null; // Wrong padding, or not a whole number of blocks.
      }
  }
}

const dekCiphers: Readonly<Record<string, Cipher>> = {
  "AES-128-CBC": aes128, "AES-192-CBC": aes192, "AES-256-CBC": aes256, "DES-EDE3-CBC": tripleDes, "DES-CBC": singleDes,
  "RC2-CBC": rc2(128, 16), "RC2-64-CBC": rc2(64, 8), "RC2-40-CBC": rc2(40, 5),
};

/**
 * The encryption that a PEM block's DEK-Info header names, "AES-256-CBC,0123…": the vector's first 8 octets are the salt as
 * well. Throws MalformedError.
 */
export function readDekInfo(header: string): Scheme | Unsupported {
  const [name = "", hex = ""] = header.split(",", 2).map((part) => part.trim());
  const cipher = dekCiphers[name.toUpperCase()];
  if (!cipher) return { kind: "unsupported", name: /^[A-Z0-9-]{1,32}$/i.test(name) ? name : "an unknown cipher" };
  if (!/^[0-9a-f]{16,32}$/i.test(hex) || hex.length !== cipher.blockLength * 2) throw new MalformedError("the DEK-Info of its key is damaged.");
  const iv = Uint8Array.from({ length: cipher.blockLength }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
  return {
    kind: "scheme", cipher, keyLength: cipher.keyLength, iv, derivation: { kind: "openssl", salt: iv.subarray(0, 8) },
    name: cipher.name, hash: hashName.md5, family: "openssl",
  };
}
