// The two numbers that an RSA public key is, and the one encoding that all forms of it come to.
import { BitString, Integer, Null, ObjectIdentifier, Sequence } from "asn1js";
import { MalformedError } from "../certificates/asn1.ts";
import { bitLength } from "../certificates/big-number.ts";
import { contentOf, hexadecimal, tag, type Value } from "../certificates/der.ts";
import { UnusableKey } from "./given-key.ts";

export interface RsaNumbers {
  readonly modulus: bigint;
  readonly exponent: bigint;
}

export const rsaEncryption = "1.2.840.113549.1.1.1";

/** Bits of a modulus at most: OpenSSL, with which CorEMR's kind of server checks signatures, computes with no larger one. */
export const largestModulus = 16_384;
const longestNumber = largestModulus / 8 + 1;

/** The numbers of big-endian octets, which are never negative. Throws UnusableKey for a modulus beyond `largestModulus` bits. */
export function rsaNumbers(modulus: Uint8Array, exponent: Uint8Array): RsaNumbers {
  for (const [name, octets] of [["modulus", modulus], ["exponent", exponent]] as const) {
    if (octets.length === 0) throw new MalformedError(`its ${name} is missing.`);
    if (octets.length > longestNumber) throw tooLarge(name, octets.length * 8);
  }
  const numbers = { modulus: numberOf(modulus), exponent: numberOf(exponent) };
  if (bitLength(numbers.modulus) > largestModulus) throw tooLarge("modulus", bitLength(numbers.modulus));
  return numbers;
}

/** The octets of an INTEGER that must not be negative. Throws MalformedError. */
export function positiveOctets(value: Value | undefined): Uint8Array {
  const octets = contentOf(value, tag.integer);
  if ((octets[0] ?? 0) > 0x7f) throw new MalformedError("a number in it is negative: whatever wrote it left out a zero.");
  return octets;
}

/** SubjectPublicKeyInfo (RFC 3279, 2.3.1) in DER: the same octets for a key, whatever form it came in. */
export function publicKeyInfoOf({ modulus, exponent }: RsaNumbers): Uint8Array {
  const key = new Sequence({ value: [Integer.fromBigInt(modulus), Integer.fromBigInt(exponent)] });
  const algorithm = new Sequence({ value: [new ObjectIdentifier({ value: rsaEncryption }), new Null()] });
  return new Uint8Array(new Sequence({ value: [algorithm, new BitString({ valueHex: key.toBER() })] }).toBER());
}

const numberOf = (octets: Uint8Array): bigint => BigInt(`0x${hexadecimal(octets)}`);

const tooLarge = (name: string, bits: number): UnusableKey =>
  new UnusableKey(`its ${name} has ${bits} bits, and no known program computes with more than ${largestModulus}.`, "Make a key of 4096 bits, which is what CorEMR itself uses.");
