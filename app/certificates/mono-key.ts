// RSA keys as Mono's TLS reads them. Mono keeps each number in a field of fixed length and writes the octets of the field into
// DER as they are, with a zero before a high first bit. A number that leaves its field's first nine bits empty thus begins with
// a zero that DER does not allow, BoringSSL refuses the key, and every handshake is reset. So it is with about one key in sixteen.
// Sources: mono's CryptoConvert.FromCapiPrivateKeyBlob, PKCS8.PrivateKeyInfo.Encode and ASN1Convert.FromUnsignedBigInteger;
// BoringSSL's bn_parse_asn1_unsigned; runs of Mono 6.8 with keys of each kind.
import { Integer, Sequence } from "asn1js";
import { parse, sequence } from "./asn1.ts";
import { bitLength, greatestCommonDivisor, inverse } from "./big-number.ts";
import { privateKeyOf, privateKeyType, toPkcs8 } from "./private-key.ts";

/** Numbers of a key (RFC 8017, 3.2): p and q the primes, dp, dq and qi the exponents and the coefficient of the Chinese remainder theorem. */
interface Numbers { readonly n: bigint; readonly e: bigint; readonly d: bigint; readonly p: bigint; readonly q: bigint; readonly dp: bigint; readonly dq: bigint; readonly qi: bigint }

/** Bits of the field that Microsoft's form of a key has for the public exponent. */
const exponentField = 32;

/**
 * Clear PKCS #8 of the same key in numbers that Mono reads: `pkcs8` itself where it has them, otherwise one with the primes
 * in the other order or a longer private exponent. Null where there are none, and for what is no RSA key. Throws MalformedError.
 */
export function keyForMono(pkcs8: Uint8Array): Uint8Array | null {
  const given = numbersOf(pkcs8);
  if (!given) return null;
  if (isRead(given)) return pkcs8;
  const found = [withLongExponent(given), withLongExponent(swapped(given))].find(isRead);
  return found ? pkcs8Of(found) : null;
}

/** Whether Mono's TLS reads a key as it stands. Throws MalformedError. */
export function isReadByMono(pkcs8: Uint8Array): boolean {
  const numbers = numbersOf(pkcs8);
  return numbers !== null && isRead(numbers);
}

function isRead({ n, e, d, p, q, dp, dq, qi }: Numbers): boolean {
  const bits = bitLength(n);
  // Half of the modulus is to come out in octets.
  return bits % 16 === 0 && bitLength(e) <= exponentField && fills(d, bits) && [p, q, dp, dq, qi].every((number) => fills(number, bits / 2));
}

/** Whether the first octet of the field is not zero, or the next one has its high bit. */
const fills = (number: bigint, field: number): boolean => bitLength(number) <= field && bitLength(number) >= field - 8;

/** Private exponents are equal modulo λ(n) = lcm(p − 1, q − 1); the longest below (p − 1)(q − 1) has its length, or a bit less. */
function withLongExponent(numbers: Numbers): Numbers {
  const { n, d, p, q } = numbers;
  if (fills(d, bitLength(n))) return numbers;
  const factors = greatestCommonDivisor(p - 1n, q - 1n);
  const order = (p - 1n) * (q - 1n) / factors;
  return { ...numbers, d: d % order + order * (factors - 1n) };
}

/** The coefficient is another one then. */
const swapped = ({ p, q, dp, dq, ...rest }: Numbers): Numbers => ({ ...rest, p: q, q: p, dp: dq, dq: dp, qi: inverse(p, q) });

function numbersOf(pkcs8: Uint8Array): Numbers | null {
  if (!privateKeyType(pkcs8).startsWith("rsa:")) return null;
  // RSAPrivateKey (RFC 8017, A.1.2).
  const members = sequence(parse(new Uint8Array(privateKeyOf(pkcs8).export({ type: "pkcs1", format: "der" }))));
  const [n, e, d, p, q, dp, dq, qi] = members.slice(1).map((member) => (member instanceof Integer ? member.toBigInt() : 0n));
  // Without its primes a key is none that Mono could be given, and a one in their place is none.
  return n && e && d && p && q && dp && dq && qi && p > 1n && q > 1n ? { n, e, d, p, q, dp, dq, qi } : null;
}

const pkcs8Of = ({ n, e, d, p, q, dp, dq, qi }: Numbers): Uint8Array =>
  toPkcs8(new Uint8Array(new Sequence({ value: [0n, n, e, d, p, q, dp, dq, qi].map((number) => Integer.fromBigInt(number)) }).toBER()));
