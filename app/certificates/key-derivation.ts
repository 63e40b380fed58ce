// How a password becomes a key: PKCS #12's own derivation, PBKDF1 and 2, scrypt and OpenSSL's old one, with a bound on the work a file may ask for.
import { createHash, pbkdf2, randomBytes, scrypt } from "node:crypto";
import { MalformedError } from "./asn1.ts";
import { spend, type Budget } from "./budget.ts";
import { hashedAgain } from "./repeated-hash.ts";

export { freshBudget } from "./budget.ts";

export type Hash = "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "sha512-256";

export const hashName: Readonly<Record<Hash | "md5", string>> = {
  "md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "sha512-256": "SHA-512/256",
};

/** Octets of a hash's output, and of the block it works on. */
const hashSize: Readonly<Record<Hash, readonly [output: number, block: number]>> = {
  "sha1": [20, 64], "sha224": [28, 64], "sha256": [32, 64], "sha384": [48, 128], "sha512": [64, 128], "sha512-256": [32, 128],
};

export const hashLength = (hash: Hash): number => hashSize[hash][0];

/** A password as octets: PKCS #12's MAC and PBES1 take UTF-16 (big-endian) with a zero at its end, PBES2 takes UTF-8. */
export interface PasswordOctets {
  readonly utf16: Uint8Array;
  readonly utf8: Uint8Array;
}

/**
 * The ways in which writers have turned a password into octets, the proper one first. An absent or empty password is
 * either the empty string with its zero or nothing at all (RFC 7292, appendix B.1 leaves it open). OpenSSL before 1.1
 * widened each UTF-8 octet to 16 bits.
 */
export function passwordOctets(password: string | null): readonly PasswordOctets[] {
  const utf8 = new TextEncoder().encode(password ?? "");
  if (utf8.length === 0) return [{ utf16: new Uint8Array(2), utf8 }, { utf16: utf8, utf8 }];
  const units = Array.from({ length: password?.length ?? 0 }, (_, index) => password?.charCodeAt(index) ?? 0);
  const proper = { utf16: wide(units), utf8 };
  return utf8.some((octet) => octet > 0x7f) ? [proper, { utf16: wide([...utf8]), utf8 }] : [proper];
}

const wide = (units: readonly number[]): Uint8Array => Uint8Array.from([...units, 0].flatMap((unit) => [unit >> 8, unit & 0xff]));

/**
 * Nanoseconds of one round on a server of 2020 without instructions for SHA: PBKDF2 in the platform's own code, one hash of
 * an earlier hash in ours or through a call, and scrypt for each unit of its three costs multiplied.
 */
const pbkdf2Cost: Readonly<Record<Hash, number>> = { "sha1": 400, "sha224": 500, "sha256": 500, "sha384": 600, "sha512": 600, "sha512-256": 600 };
const hashCost: Readonly<Record<Hash | "md5", number>> = { "md5": 2500, "sha1": 300, "sha224": 2500, "sha256": 450, "sha384": 2500, "sha512": 2500, "sha512-256": 2500 };
const scryptCost = 400;

const mostScryptMemory = 64 * 1024 * 1024;
const longestSalt = 1024;

export type Derivation =
  | { readonly kind: "pbkdf2"; readonly hash: Hash; readonly salt: Uint8Array; readonly iterations: number }
  | { readonly kind: "pkcs12"; readonly hash: Hash; readonly salt: Uint8Array; readonly iterations: number }
  | { readonly kind: "pbkdf1"; readonly hash: "md5" | "sha1"; readonly salt: Uint8Array; readonly iterations: number }
  | { readonly kind: "scrypt"; readonly salt: Uint8Array; readonly cost: number; readonly blockSize: number; readonly parallelization: number }
  | { readonly kind: "openssl"; readonly salt: Uint8Array };

/** PKCS #12 derives keys, initialisation vectors and MAC keys from one password, told apart by this number. */
export type Purpose = "key" | "iv" | "mac";
const purposeOctet: Readonly<Record<Purpose, number>> = { key: 1, iv: 2, mac: 3 };

/**
 * `length` octets from a password. The same question is answered once within a budget, so that one may be asked ahead of
 * its need. Throws MalformedError where the budget does not suffice.
 */
export function derive(derivation: Derivation, password: Uint8Array, purpose: Purpose, length: number, budget: Budget): Promise<Uint8Array> {
  const question = questionOf(derivation, password, purpose, length);
  const known = budget.derived.get(question);
  if (known) return known;
  const answer = derived(derivation, password, purpose, length, budget);
  budget.derived.set(question, answer);
  return answer;
}

/** A name for a derivation that tells nothing of the password. */
function questionOf({ salt, ...rest }: Derivation, password: Uint8Array, purpose: Purpose, length: number): string {
  const text = JSON.stringify([rest, purpose, length, salt.length]);
  return createHash("sha256").update(text).update(salt).update(password).digest("base64");
}

async function derived(derivation: Derivation, password: Uint8Array, purpose: Purpose, length: number, budget: Budget): Promise<Uint8Array> {
  if (derivation.salt.length > longestSalt) throw new MalformedError("the salt of its password protection is too long.");
  switch (derivation.kind) {
    case "pkcs12": return pkcs12(derivation, password, purposeOctet[purpose], length, budget);
    case "pbkdf1": return pbkdf1(derivation, password, purpose, length, budget);
    case "openssl": return opensslKey(derivation.salt, password, length);
    case "pbkdf2": {
      const { hash, salt, iterations } = derivation;
      requireRounds(iterations);
      spend(budget, iterations * Math.ceil(length / hashLength(hash)) * pbkdf2Cost[hash]);
      return new Promise((resolve, reject) => {
        pbkdf2(password, salt, iterations, length, hash, (error, key) => {
          if (error) reject(error); else resolve(new Uint8Array(key));
        });
      });
    }
    case "scrypt": {
      const { salt, cost, blockSize, parallelization } = derivation;
      const powerOfTwo = cost > 1 && 2 ** Math.round(Math.log2(cost)) === cost;
      if (!powerOfTwo || blockSize < 1 || parallelization < 1 || parallelization > 16 || 128 * cost * blockSize > mostScryptMemory) {
        throw new MalformedError("its password protection asks for more memory than any known program writes.");
      }
      spend(budget, cost * blockSize * parallelization * scryptCost);
      return new Promise((resolve, reject) => {
        scrypt(password, salt, length, { N: cost, r: blockSize, p: parallelization, maxmem: mostScryptMemory * 2 }, (error, key) => {
          if (error) reject(error); else resolve(new Uint8Array(key));
        });
      });
    }
  }
}

function requireRounds(iterations: number): void {
  if (iterations < 1) throw new MalformedError("its password protection has no rounds.");
}

/** RFC 7292, appendix B.2, with its names. */
async function pkcs12({ hash, salt, iterations }: Extract<Derivation, { kind: "pkcs12" }>, password: Uint8Array, id: number, length: number, budget: Budget): Promise<Uint8Array> {
  const [u, v] = hashSize[hash];
  const rounds = Math.ceil(length / u);
  requireRounds(iterations);
  spend(budget, iterations * rounds * hashCost[hash]);
  const D = new Uint8Array(v).fill(id);
  const I = Uint8Array.from([...stretched(salt, v), ...stretched(password, v)]);
  const octets = new Uint8Array(rounds * u);
  for (let round = 0; round < rounds; round++) {
    const A = await hashedOften(hash, createHash(hash).update(D).update(I).digest(), iterations - 1);
    octets.set(A, round * u);
    const B = Uint8Array.from({ length: v }, (_, index) => A[index % u] ?? 0);
    for (let block = 0; block < I.length; block += v) addOne(I.subarray(block, block + v), B);
  }
  return octets.slice(0, length);
}

/** PKCS #5 v1.5's (RFC 8018, 5.1 and 6.1): 16 octets, of which the first half is the key and the second the vector. */
async function pbkdf1({ hash, salt, iterations }: Extract<Derivation, { kind: "pbkdf1" }>, password: Uint8Array, purpose: Purpose, length: number, budget: Budget): Promise<Uint8Array> {
  requireRounds(iterations);
  spend(budget, iterations * hashCost[hash]);
  const octets = await hashedOften(hash, createHash(hash).update(password).update(salt).digest(), iterations - 1);
  const from = purpose === "iv" ? 8 : 0;
  return octets.slice(from, from + length);
}

/** OpenSSL's EVP_BytesToKey with MD5 and one round, as its old key files have it (openssl/openssl, crypto/evp/evp_key.c). */
function opensslKey(salt: Uint8Array, password: Uint8Array, length: number): Uint8Array {
  const octets = new Uint8Array(Math.ceil(length / 16) * 16);
  for (let from = 0; from < octets.length; from += 16) {
    octets.set(createHash("md5").update(octets.subarray(Math.max(0, from - 16), from)).update(password).update(salt).digest(), from);
  }
  return octets.slice(0, length);
}

/** Some milliseconds' worth of rounds at a time, between which others have their turn. */
const roundsAtOnce = 50_000;

async function hashedOften(hash: Hash | "md5", first: Uint8Array, times: number): Promise<Uint8Array> {
  let last = first;
  for (let left = times; left > 0; left -= roundsAtOnce) {
    if (left !== times) await others();
    last = hashedAgain(hash, last, Math.min(left, roundsAtOnce));
  }
  return last;
}

/** Octets repeated to a whole number of blocks of `v`. */
function stretched(octets: Uint8Array, v: number): Uint8Array {
  return Uint8Array.from({ length: v * Math.ceil(octets.length / v) }, (_, index) => octets[index % octets.length] ?? 0);
}

/** target + addend + 1, both big-endian and of one length, without the carry out. */
function addOne(target: Uint8Array, addend: Uint8Array): void {
  let carry = 1;
  for (let index = target.length - 1; index >= 0; index--) {
    carry += (target[index] ?? 0) + (addend[index] ?? 0);
    target[index] = carry & 0xff;
    carry >>= 8;
  }
}

/** Lets a host answer others during a long derivation. Of what this room may use, only an asynchronous call waits for a turn. */
const others = (): Promise<void> => new Promise((resolve) => { randomBytes(1, () => { resolve(); }); });
