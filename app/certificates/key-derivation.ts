// How a password becomes a key: PKCS #12's own derivation, PBKDF2 and scrypt, with a bound on the work a file may ask for.
import { createHash, pbkdf2, randomBytes, scrypt } from "node:crypto";
import { MalformedError } from "./asn1.ts";

export type Hash = "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "sha512-256";

export const hashName: Readonly<Record<Hash, string>> = {
  "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "sha512-256": "SHA-512/256",
};

/** Octets of a hash's output, and of the block it works on. */
const hashSize: Readonly<Record<Hash, readonly [output: number, block: number]>> = {
  "sha1": [20, 64], "sha224": [28, 64], "sha256": [32, 64], "sha384": [48, 128], "sha512": [64, 128], "sha512-256": [32, 128],
};

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

/** What one reading may still spend, in iterations; scrypt is counted by its memory. */
export interface Budget { pbkdf2: number; pkcs12: number; scrypt: number }

/**
 * Ten million rounds of PBKDF2 take some seconds, off this thread; known writers use at most 600,000. PKCS #12's own
 * derivation costs more a round and runs on this thread, so less of it is allowed. Several parts of a file add up.
 */
export const freshBudget = (): Budget => ({ pbkdf2: 10_000_000, pkcs12: 6_000_000, scrypt: 4 });

const scryptMemory = 128 * 1024 * 1024;

function spend(budget: Budget, kind: keyof Budget, amount: number): void {
  budget[kind] -= amount;
  if (budget[kind] < 0) throw new MalformedError("its password protection asks for more work than any known program writes.");
}

export type Derivation =
  | { readonly kind: "pbkdf2"; readonly hash: Hash; readonly salt: Uint8Array; readonly iterations: number }
  | { readonly kind: "pkcs12"; readonly hash: Hash; readonly salt: Uint8Array; readonly iterations: number }
  | { readonly kind: "scrypt"; readonly salt: Uint8Array; readonly cost: number; readonly blockSize: number; readonly parallelization: number };

/** PKCS #12 derives keys, initialisation vectors and MAC keys from one password, told apart by this number. */
export type Purpose = "key" | "iv" | "mac";
const purposeOctet: Readonly<Record<Purpose, number>> = { key: 1, iv: 2, mac: 3 };

/** `length` octets from a password. Throws MalformedError where the budget does not suffice. */
export async function derive(derivation: Derivation, password: Uint8Array, purpose: Purpose, length: number, budget: Budget): Promise<Uint8Array> {
  if (derivation.salt.length > 1024) throw new MalformedError("the salt of its password protection is too long.");
  switch (derivation.kind) {
    case "pkcs12":
      return pkcs12(derivation, password, purposeOctet[purpose], length, budget);
    case "pbkdf2": {
      if (derivation.iterations < 1) throw new MalformedError("its password protection has no rounds.");
      spend(budget, "pbkdf2", derivation.iterations);
      return new Promise((resolve, reject) => {
        pbkdf2(password, derivation.salt, derivation.iterations, length, derivation.hash, (error, key) => {
          if (error) reject(error); else resolve(new Uint8Array(key));
        });
      });
    }
    case "scrypt": {
      const { salt, cost, blockSize, parallelization } = derivation;
      const powerOfTwo = cost > 1 && 2 ** Math.round(Math.log2(cost)) === cost;
      if (!powerOfTwo || blockSize < 1 || parallelization < 1 || parallelization > 16 || 128 * cost * blockSize > scryptMemory / 2) {
        throw new MalformedError("its password protection asks for more memory than any known program writes.");
      }
      spend(budget, "scrypt", 1);
      return new Promise((resolve, reject) => {
        scrypt(password, salt, length, { N: cost, r: blockSize, p: parallelization, maxmem: scryptMemory }, (error, key) => {
          if (error) reject(error); else resolve(new Uint8Array(key));
        });
      });
    }
  }
}

/** RFC 7292, appendix B.2, with its names. */
async function pkcs12({ hash, salt, iterations }: Extract<Derivation, { kind: "pkcs12" }>, password: Uint8Array, id: number, length: number, budget: Budget): Promise<Uint8Array> {
  const [u, v] = hashSize[hash];
  const rounds = Math.ceil(length / u);
  if (iterations < 1) throw new MalformedError("its password protection has no rounds.");
  spend(budget, "pkcs12", iterations * rounds);
  const D = new Uint8Array(v).fill(id);
  const I = Uint8Array.from([...stretched(salt, v), ...stretched(password, v)]);
  const derived = new Uint8Array(rounds * u);
  for (let round = 0; round < rounds; round++) {
    let A: Uint8Array = createHash(hash).update(D).update(I).digest();
    for (let count = 1; count < iterations; count++) {
      A = createHash(hash).update(A).digest();
      if (count % 20_000 === 0) await others();
    }
    derived.set(A, round * u);
    const B = Uint8Array.from({ length: v }, (_, index) => A[index % u] ?? 0);
    for (let block = 0; block < I.length; block += v) addOne(I.subarray(block, block + v), B);
  }
  return derived.slice(0, length);
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
