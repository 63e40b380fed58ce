// Arithmetic of the numbers that keys are made of.

/** Bits of a number that is not negative; none of 0. */
export const bitLength = (number: bigint): number => (number === 0n ? 0 : number.toString(2).length);

/** Of two numbers that are not negative. */
export function greatestCommonDivisor(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}

/** Of `number` modulo `modulus`, which have no common factor. Euclid's algorithm, extended. */
export function inverse(number: bigint, modulus: bigint): bigint {
  let [previous, rest, before, factor] = [modulus, number % modulus, 0n, 1n];
  while (rest > 0n) {
    const quotient = previous / rest;
    [previous, rest] = [rest, previous - quotient * rest];
    [before, factor] = [factor, before - quotient * factor];
  }
  return (before % modulus + modulus) % modulus;
}
