// How strong an RSA public key is, from its two numbers alone.
import { bitLength } from "../certificates/big-number.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { RsaNumbers } from "./rsa-numbers.ts";

/** "broken" is never taken; "short" only when that is asked for. */
export interface Weakness {
  readonly grade: "broken" | "short" | "warning" | "information";
  /** "key-short" is the one that can be allowed. */
  readonly code: "key-too-short" | "key-short" | "key-2048" | "key-factor" | "key-near-factors" | "key-roca" | "key-exponent";
  /** In words that fit after "The key is too weak:". */
  readonly problem: string;
  readonly remedy: string;
}

const makeAnother = "Make a new pair with another program, such as `lockstep key-user generate` or `openssl genrsa 4096`.";
const makeLonger = "Make a new pair of 4096 bits, which is what CorEMR itself uses.";

/** Exponents beyond this are refused by OpenSSL where the modulus has more than 3072 bits (crypto/rsa/rsa_local.h). */
const largestExponentBits = 64;

/** Worst first. Empty for a key of 3072 bits or more with the usual exponent. */
export function weaknessesOf({ modulus, exponent }: RsaNumbers): readonly Weakness[] {
  return [...modulusWeaknesses(modulus), ...exponentWeaknesses(modulus, exponent)].sort((one, other) => grades.indexOf(one.grade) - grades.indexOf(other.grade));
}

const grades: readonly Weakness["grade"][] = ["broken", "short", "warning", "information"];

function modulusWeaknesses(modulus: bigint): readonly Weakness[] {
  const bits = bitLength(modulus);
  if (bits < 1024) return [{ grade: "broken", code: "key-too-short", problem: `it has ${bits} bits, which one computer can factor.`, remedy: makeLonger }];
  const factor = primes.find((prime) => modulus % BigInt(prime) === 0n);
  if (factor !== undefined) return [{ grade: "broken", code: "key-factor", problem: `its modulus can be divided by ${factor}. It was damaged, or made by a program that is broken.`, remedy: makeAnother }];
  if (hasRocaForm(modulus)) {
    return [{ grade: "broken", code: "key-roca", problem: "its modulus has the form that Infineon's chips gave to their keys (ROCA, CVE-2017-15361), which can be factored.", remedy: makeAnother }];
  }
  if (hasNearFactors(modulus)) {
    return [{ grade: "broken", code: "key-near-factors", problem: "its two primes lie so close together that they are found at once (CVE-2022-26320).", remedy: makeAnother }];
  }
  if (bits < 2048) return [{ grade: "short", code: "key-short", problem: `it has ${bits} bits; 2048 are the least that CorEMR recommends.`, remedy: `${makeLonger} To take it all the same, say so with --allow-weak, or tick “Take it all the same”.` }];
  return bits < 3072 ? [{ grade: "information", code: "key-2048", problem: `it has ${bits} bits. That is enough today; CorEMR itself uses 4096.`, remedy: "Choose 4096 bits for the next pair." }] : [];
}

function exponentWeaknesses(modulus: bigint, exponent: bigint): readonly Weakness[] {
  const broken = (reason: string): readonly Weakness[] => [{ grade: "broken", code: "key-exponent", problem: reason, remedy: makeAnother }];
  if (exponent <= 1n) return broken(`its exponent is ${exponent}, with which anybody can sign.`);
  if (exponent % 2n === 0n) return broken("its exponent is even, and no RSA key has such a one.");
  if (exponent >= modulus) return broken("its exponent is larger than its modulus.");
  if (bitLength(exponent) > largestExponentBits) return broken(`its exponent has ${bitLength(exponent)} bits, and OpenSSL computes with ${largestExponentBits} at most.`);
  if (exponent === 65537n) return [];
  return [{
    grade: "warning", code: "key-exponent", problem: exponent === 3n ? "its exponent is 3, which mistakes in checking signatures have been made with." : `its exponent is ${exponent}, where nearly all keys have 65537.`,
    remedy: "It works. For the next pair take the usual exponent, 65537.",
  }];
}

/** Throws key-weak for a broken key, and for a short one unless that is allowed. The file is named in the message. */
export function requireStrength(weaknesses: readonly Weakness[], file: string, allowShort: boolean): void {
  const refused = weaknesses.find(({ grade }) => grade === "broken" || grade === "short" && !allowShort);
  if (refused) throw problem("key-weak", { file, problem: refused.problem, remedy: refused.remedy });
}

/** The same as findings. A short key that is allowed is warned of. */
export function weaknessFindings(weaknesses: readonly Weakness[], allowShort: boolean): readonly Finding[] {
  return weaknesses.map(({ grade, code, problem: reason, remedy }) => ({ code, severity: severityOf(grade, allowShort), message: `About this key: ${reason}`, hint: remedy }));
}

function severityOf(grade: Weakness["grade"], allowShort: boolean): Finding["severity"] {
  switch (grade) {
    case "broken": return "error";
    case "short": return allowShort ? "warning" : "error";
    case "warning": case "information": return grade;
  }
}

/** All primes below 10,000: no sound modulus has a factor among them. */
const primes: readonly number[] = primesBelow(10_000);

function primesBelow(limit: number): readonly number[] {
  const composite = new Uint8Array(limit);
  const found: number[] = [];
  for (let number = 2; number < limit; number++) {
    if (composite[number] === 1) continue;
    found.push(number);
    for (let multiple = number * number; multiple < limit; multiple += number) composite[multiple] = 1;
  }
  return found;
}

/** Fermat's method in a hundred steps, which finds primes that were chosen one after the other, and leaves all others alone. */
export function hasNearFactors(modulus: bigint): boolean {
  let middle = squareRoot(modulus);
  if (middle * middle < modulus) middle += 1n;
  for (let step = 0; step < 100; step++, middle += 1n) {
    const square = middle * middle - modulus;
    // Squares end in few ways: most numbers are told from them without a root.
    if (endsOfSquares.has(Number(square & 63n)) && squareRoot(square) ** 2n === square) return true;
  }
  return false;
}

const endsOfSquares: ReadonlySet<number> = new Set(Array.from({ length: 64 }, (_, number) => number * number & 63));

/** Rounded down, by Newton's method. */
function squareRoot(number: bigint): bigint {
  if (number < 2n) return number;
  let root = 1n << BigInt(Math.ceil(bitLength(number) / 2));
  for (;;) {
    const next = (root + number / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** For each prime up to 167 what 65537 to any power leaves over. */
const rocaResidues: ReadonlyMap<number, ReadonlySet<number>> = new Map(primes.filter((prime) => prime <= 167).map((prime) => {
  const orbit = new Set<number>();
  for (let power = 1 % prime; !orbit.has(power); power = power * 65537 % prime) orbit.add(power);
  return [prime, orbit] as const;
}));

/**
 * Keys of Infineon's library have primes k*M + (65537^a mod M), M a product of small primes, so that modulo each of those
 * the modulus is a power of 65537. One key in some hundred million others looks so by chance. Source: Nemec, Sys, Svenda,
 * Klinec, Matyas, The Return of Coppersmith's Attack, CCS 2017, 3.
 */
export function hasRocaForm(modulus: bigint): boolean {
  return [...rocaResidues].every(([prime, orbit]) => orbit.has(Number(modulus % BigInt(prime))));
}
