// Password-based encryption as PKCS #5 and PKCS #12 write it: told from its clear identifiers, and undone with the password.
import { createDecipheriv, createHash } from "node:crypto";
import { isInteger, isOctetString, joined, MalformedError, objectIdentifier, octets, sequence, smallInteger, type Element } from "./asn1.ts";
import { derive, hashName, type Budget, type Derivation, type Hash, type PasswordOctets } from "./key-derivation.ts";

interface Cipher {
  /** As node:crypto names it. */
  readonly algorithm: "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc";
  readonly name: string;
  readonly keyLength: number;
  readonly blockLength: number;
}

const aes128: Cipher = { algorithm: "aes-128-cbc", name: "AES-128", keyLength: 16, blockLength: 16 };
const aes192: Cipher = { algorithm: "aes-192-cbc", name: "AES-192", keyLength: 24, blockLength: 16 };
const aes256: Cipher = { algorithm: "aes-256-cbc", name: "AES-256", keyLength: 32, blockLength: 16 };
const tripleDes: Cipher = { algorithm: "des-ede3-cbc", name: "3DES", keyLength: 24, blockLength: 8 };

/** Encryption that can be undone here. `iv` is null where it comes from the password as well (PKCS #12). */
export interface Scheme {
  readonly kind: "scheme";
  readonly cipher: Cipher;
  /** Octets taken from the password: 16 for 3DES with two keys, else the cipher's key length. */
  readonly keyLength: number;
  readonly iv: Uint8Array | null;
  readonly derivation: Derivation;
  readonly name: string;
  readonly hash: string;
}

/** Encryption that is known by name but not undone. RC2 and single DES belong here until a cipher for them is chosen. */
export interface Unsupported { readonly kind: "unsupported"; readonly name: string }

const ciphers: Readonly<Record<string, Cipher>> = {
  "2.16.840.1.101.3.4.1.2": aes128,
  "2.16.840.1.101.3.4.1.22": aes192,
  "2.16.840.1.101.3.4.1.42": aes256,
  "1.2.840.113549.3.7": tripleDes,
};

const unsupportedCiphers: Readonly<Record<string, string>> = {
  "1.2.840.113549.3.2": "RC2", "1.2.840.113549.3.4": "RC4", "1.3.14.3.2.7": "DES", "1.2.840.113549.1.9.16.3.18": "ChaCha20-Poly1305",
  "2.16.840.1.101.3.4.1.6": "AES-128-GCM", "2.16.840.1.101.3.4.1.26": "AES-192-GCM", "2.16.840.1.101.3.4.1.46": "AES-256-GCM",
  "1.2.392.200011.61.1.1.1.4": "Camellia-256", "1.2.392.200011.61.1.1.1.2": "Camellia-128",
};

const unsupportedSchemes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.1.1": "RC4-128", "1.2.840.113549.1.12.1.2": "RC4-40",
  "1.2.840.113549.1.12.1.5": "RC2-128", "1.2.840.113549.1.12.1.6": "RC2-40",
  "1.2.840.113549.1.5.1": "DES with MD2", "1.2.840.113549.1.5.3": "DES with MD5", "1.2.840.113549.1.5.10": "DES with SHA-1",
  "1.2.840.113549.1.5.4": "RC2 with MD2", "1.2.840.113549.1.5.6": "RC2 with MD5", "1.2.840.113549.1.5.11": "RC2 with SHA-1",
};

const hmacs: Readonly<Record<string, Hash>> = {
  "1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.8": "sha224", "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384", "1.2.840.113549.2.11": "sha512", "1.2.840.113549.2.13": "sha512-256",
};

/** Reads the AlgorithmIdentifier of encrypted content (RFC 8018, appendix A; RFC 7292, appendix C). */
export function readScheme(algorithm: Element | undefined): Scheme | Unsupported {
  const [identifier, parameters] = sequence(algorithm);
  const scheme = objectIdentifier(identifier);
  switch (scheme) {
    case "1.2.840.113549.1.5.13": return readPbes2(parameters);
    case "1.2.840.113549.1.12.1.3": return pkcs12Scheme(parameters, "3DES", 24);
    case "1.2.840.113549.1.12.1.4": return pkcs12Scheme(parameters, "3DES with two keys", 16);
    default: return { kind: "unsupported", name: unsupportedSchemes[scheme] ?? `an unknown method (${scheme})` };
  }
}

function pkcs12Scheme(parameters: Element | undefined, name: string, keyLength: number): Scheme {
  const [salt, iterations] = sequence(parameters);
  const derivation = { kind: "pkcs12", hash: "sha1", salt: octets(salt), iterations: smallInteger(iterations) } as const;
  return { kind: "scheme", cipher: tripleDes, keyLength, iv: null, derivation, name, hash: hashName.sha1 };
}

function readPbes2(parameters: Element | undefined): Scheme | Unsupported {
  const [derivationAlgorithm, cipherAlgorithm] = sequence(parameters);
  const [cipherIdentifier, iv] = sequence(cipherAlgorithm);
  const cipher = ciphers[objectIdentifier(cipherIdentifier)];
  if (!cipher) {
    const identifier = objectIdentifier(cipherIdentifier);
    return { kind: "unsupported", name: unsupportedCiphers[identifier] ?? `an unknown cipher (${identifier})` };
  }
  const derivation = readDerivation(derivationAlgorithm);
  if (derivation.kind === "unsupported") return derivation;
  const vector = octets(iv);
  if (vector.length !== cipher.blockLength) throw new MalformedError("the initialisation vector of its encryption is damaged.");
  const hash = derivation.kind === "scrypt" ? "scrypt" : hashName[derivation.hash];
  return { kind: "scheme", cipher, keyLength: cipher.keyLength, iv: vector, derivation, name: cipher.name, hash };
}

function readDerivation(algorithm: Element | undefined): Derivation | Unsupported {
  const [identifier, parameters] = sequence(algorithm);
  const members = sequence(parameters);
  switch (objectIdentifier(identifier)) {
    case "1.2.840.113549.1.5.12": {
      const [salt, iterations, ...rest] = members;
      if (!isOctetString(salt)) return { kind: "unsupported", name: "PBKDF2 with a salt from elsewhere" };
      const prf = rest.find((member) => !isInteger(member));
      const prfIdentifier = prf === undefined ? "1.2.840.113549.2.7" : objectIdentifier(sequence(prf)[0]);
      const hash = hmacs[prfIdentifier];
      if (hash === undefined) return { kind: "unsupported", name: `PBKDF2 with an unknown hash (${prfIdentifier})` };
      return { kind: "pbkdf2", hash, salt: octets(salt), iterations: smallInteger(iterations) };
    }
    case "1.3.6.1.4.1.11591.4.11": {
      const [salt, cost, blockSize, parallelization] = members;
      return { kind: "scrypt", salt: octets(salt), cost: smallInteger(cost), blockSize: smallInteger(blockSize), parallelization: smallInteger(parallelization) };
    }
    default: return { kind: "unsupported", name: `an unknown key derivation (${objectIdentifier(identifier)})` };
  }
}

/**
 * Undoes the encryption and hands the clear content to `read`, which throws MalformedError for what cannot be it. Gives
 * null where the password does not open it. PBES2 wants UTF-8; some writers took UTF-16 there too, so that is tried next.
 */
export async function unseal<Value>(scheme: Scheme, sealed: Uint8Array, password: PasswordOctets, budget: Budget, read: (clear: Uint8Array) => Value): Promise<Value | null> {
  const { cipher, derivation, keyLength } = scheme;
  const forms = derivation.kind === "pkcs12" ? [password.utf16] : password.utf8.length === 0 ? [password.utf8] : [password.utf8, password.utf16];
  for (const form of forms) {
    const derived = await derive(derivation, form, "key", keyLength, budget);
    const key = keyLength < cipher.keyLength ? joined([derived, derived.subarray(0, cipher.keyLength - keyLength)]) : derived;
    const iv = scheme.iv ?? await derive(derivation, form, "iv", cipher.blockLength, budget);
    const value = opened(cipher, key, iv, sealed, read);
    if (value !== null) return value;
  }
  return null;
}

function opened<Value>(cipher: Cipher, key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, read: (clear: Uint8Array) => Value): Value | null {
  const clear = decrypted(cipher, key, iv, sealed);
  if (clear === null) return null;
  try {
    return read(clear);
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

function decrypted(cipher: Cipher, key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  try {
    const decipher = createDecipheriv(cipher.algorithm, key, iv);
    return joined([decipher.update(sealed), decipher.final()]);
  } catch {
    return null; // Wrong padding, or not a whole number of blocks.
  }
}

const dekCiphers: Readonly<Record<string, Cipher>> = {
  "AES-128-CBC": aes128, "AES-192-CBC": aes192, "AES-256-CBC": aes256, "DES-EDE3-CBC": tripleDes,
};

/** The cipher that a PEM block's DEK-Info header names: "AES-256-CBC,0123…". */
export function readDekInfo(header: string): { readonly cipher: Cipher; readonly iv: Uint8Array } | Unsupported {
  const [name = "", hex = ""] = header.split(",").map((part) => part.trim());
  const cipher = dekCiphers[name.toUpperCase()];
  if (!cipher) return { kind: "unsupported", name: /^[A-Z0-9-]{1,32}$/i.test(name) ? name : "an unknown cipher" };
  if (!/^[0-9a-f]*$/i.test(hex) || hex.length !== cipher.blockLength * 2) throw new MalformedError("the DEK-Info of its key is damaged.");
  return { cipher, iv: Uint8Array.from({ length: cipher.blockLength }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16)) };
}

/** Undoes the encryption that OpenSSL's old key files have: one round of MD5, salted with the first 8 octets of the vector. */
export function unsealDek<Value>(dek: { readonly cipher: Cipher; readonly iv: Uint8Array }, sealed: Uint8Array, password: string, read: (clear: Uint8Array) => Value): Value | null {
  const bytes = new TextEncoder().encode(password);
  const digests: Uint8Array[] = [];
  while (digests.length * 16 < dek.cipher.keyLength) {
    digests.push(createHash("md5").update(digests.at(-1) ?? new Uint8Array()).update(bytes).update(dek.iv.subarray(0, 8)).digest());
  }
  return opened(dek.cipher, joined(digests).subarray(0, dek.cipher.keyLength), dek.iv, sealed, read);
}
