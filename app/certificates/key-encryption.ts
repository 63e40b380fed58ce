// Keys and certificates sealed with a password, as PKCS #5 and PKCS #12 write it; password-encryption.ts undoes it.
import { createCipheriv, randomBytes } from "node:crypto";
import { Integer, Null, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import { joined } from "./asn1.ts";
import { derive, freshBudget, passwordOctets, type PasswordOctets } from "./key-derivation.ts";
import { pemBlock } from "./pem-block.ts";

/** `modern` is PBES2 with AES-256 and HMAC-SHA-256; `legacy` is 3DES with SHA-1, for what can read nothing else. */
export type Strength = "modern" | "legacy";

/** What is encrypted, and the AlgorithmIdentifier that says how. */
export interface SealedContent {
  readonly algorithm: Sequence;
  readonly content: Uint8Array;
}

const oid = {
  pbes2: "1.2.840.113549.1.5.13", pbkdf2: "1.2.840.113549.1.5.12", hmacSha256: "1.2.840.113549.2.9", aes256: "2.16.840.1.101.3.4.1.42",
  pkcs12TripleDes: "1.2.840.113549.1.12.1.3",
} as const;

/** For a key by itself, which costs one derivation: as many rounds as writers use at most. It runs off this thread. */
const keyRounds = 600_000;

/**
 * A clear PKCS #8 key as EncryptedPrivateKeyInfo (RFC 5958), in DER and in PEM. PBES2 with AES-256-CBC under PBKDF2 with
 * HMAC-SHA-256 and a salt of its own (RFC 8018): what OpenSSL 1.0 and everything since reads.
 */
export async function sealKey(pkcs8: Uint8Array, password: string): Promise<{ readonly der: Uint8Array; readonly pem: string }> {
  const der = new Uint8Array(encryptedKeyInfo(await seal(pkcs8, password, "modern", keyRounds)).toBER());
  return { der, pem: pemBlock("ENCRYPTED PRIVATE KEY", der) };
}

/** EncryptedPrivateKeyInfo around a key that is sealed: also the content of a PFX's shrouded key bag (RFC 7292, 4.2.2). */
export function encryptedKeyInfo({ algorithm, content }: SealedContent): Sequence {
  return new Sequence({ value: [algorithm, new OctetString({ valueHex: content })] });
}

/** The octets that a password stands for in what is written here: the proper form, which every reader tries first. */
export function properOctets(password: string): PasswordOctets {
  const [proper] = passwordOctets(password);
  return proper ?? { utf16: new Uint8Array(2), utf8: new Uint8Array() };
}

/** Encrypts content under a password, with fresh salts, in `rounds` iterations a derivation. */
export async function seal(clear: Uint8Array, password: string, strength: Strength, rounds: number): Promise<SealedContent> {
  switch (strength) {
    case "modern": return sealModern(clear, properOctets(password).utf8, rounds);
    case "legacy": return sealLegacy(clear, properOctets(password).utf16, rounds);
  }
}

/** PBES2 (RFC 8018, 6.2). */
async function sealModern(clear: Uint8Array, password: Uint8Array, iterations: number): Promise<SealedContent> {
  const salt = new Uint8Array(randomBytes(16));
  const iv = new Uint8Array(randomBytes(16));
  const key = await derive({ kind: "pbkdf2", hash: "sha256", salt, iterations }, password, "key", 32, freshBudget());
  const derivation = algorithm(oid.pbkdf2, new Sequence({
    value: [new OctetString({ valueHex: salt }), new Integer({ value: iterations }), algorithm(oid.hmacSha256, new Null())],
  }));
  const cipher = algorithm(oid.aes256, new OctetString({ valueHex: iv }));
  return { algorithm: algorithm(oid.pbes2, new Sequence({ value: [derivation, cipher] })), content: encrypted("aes-256-cbc", key, iv, clear) };
}

/** pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292, appendix C): the initialisation vector comes from the password as well. */
async function sealLegacy(clear: Uint8Array, password: Uint8Array, iterations: number): Promise<SealedContent> {
  const salt = new Uint8Array(randomBytes(8));
  const budget = freshBudget();
  const derivation = { kind: "pkcs12", hash: "sha1", salt, iterations } as const;
  const key = await derive(derivation, password, "key", 24, budget);
  const iv = await derive(derivation, password, "iv", 8, budget);
  const parameters = new Sequence({ value: [new OctetString({ valueHex: salt }), new Integer({ value: iterations })] });
  return { algorithm: algorithm(oid.pkcs12TripleDes, parameters), content: encrypted("des-ede3-cbc", key, iv, clear) };
}

function encrypted(cipher: "aes-256-cbc" | "des-ede3-cbc", key: Uint8Array, iv: Uint8Array, clear: Uint8Array): Uint8Array {
  const cipheriv = createCipheriv(cipher, key, iv);
  return joined([cipheriv.update(clear), cipheriv.final()]);
}

/** An AlgorithmIdentifier (RFC 5280, 4.1.1.2). */
export function algorithm(identifier: string, parameters: Sequence | OctetString | Null): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: identifier }), parameters] });
}
