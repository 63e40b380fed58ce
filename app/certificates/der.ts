// DER read where it lies: members as parts of the bytes, without a tree being built. For certificates, which come by the thousand.
import { firstEncoding, MalformedError } from "./asn1.ts";

/** One element. Its parts are views of the bytes that were read. */
export interface Value {
  /** The identifier octet (X.690, 8.1.2): class, whether it is constructed, and number. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** Header included. */
  readonly encoding: Uint8Array;
}

/** Identifier octets. */
export const tag = {
  boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, identifier: 0x06, sequence: 0x30, set: 0x31,
  utcTime: 0x17, generalizedTime: 0x18,
  /** Context-specific [number], primitive. */
  context: (number: number): number => 0x80 | number,
  /** Context-specific [number], constructed: EXPLICIT, or of a constructed type. */
  contextConstructed: (number: number): number => 0xa0 | number,
} as const;

/** Members of one element: more than the names in any certificate. */
const mostMembers = 10_000;
const longestIdentifier = 128;

/** The one element in `bytes`; nothing may follow it but the zeros and line ends that transports add. Throws MalformedError. */
export function valueIn(bytes: Uint8Array): Value {
  const value = valueAt(bytes, 0, bytes.length);
  const rest = bytes.subarray(value.encoding.length);
  if (rest.length > 64 || rest.some((octet) => octet !== 0 && octet !== 0x0a && octet !== 0x0d && octet !== 0x20)) {
    throw new MalformedError("something else follows its content.");
  }
  return value;
}

/** The members of a constructed element with this identifier octet. Throws MalformedError where it has another. */
export function members(value: Value | undefined, expected: number): readonly Value[] {
  if (value?.tag !== expected) throw damaged();
  const found: Value[] = [];
  for (let at = 0; at < value.content.length;) {
    if (found.length >= mostMembers) throw new MalformedError("it has more parts than any known program writes.");
    const member = valueAt(value.content, at, value.content.length);
    found.push(member);
    at += member.encoding.length;
  }
  return found;
}

/** The content of a primitive element with this identifier octet. Throws MalformedError where it has another. */
export function contentOf(value: Value | undefined, expected: number): Uint8Array {
  if (value?.tag !== expected) throw damaged();
  return value.content;
}

/** The octets of a BIT STRING, without the one that counts the unused bits at the end (X.690, 8.6.2). Throws MalformedError. */
export function bitsOf(value: Value | undefined): Uint8Array {
  const content = contentOf(value, tag.bitString);
  if ((content[0] ?? 8) > 7) throw damaged();
  return content.subarray(1);
}

/** An OBJECT IDENTIFIER as "1.2.840.113549" (X.690, 8.19). Throws MalformedError. */
export function identifierOf(value: Value | undefined): string {
  const octets = contentOf(value, tag.identifier);
  if (octets.length === 0 || octets.length > longestIdentifier || (octets.at(-1) ?? 0) > 0x7f) throw damaged();
  const arcs: (number | bigint)[] = [];
  let arc: number | bigint = 0;
  for (const octet of octets) {
    // Beyond 2^46 another seven bits would not be exact any more.
    arc = typeof arc === "number" && arc < 2 ** 46 ? arc * 128 + (octet & 0x7f) : BigInt(arc) * 128n + BigInt(octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = first < 40 ? 0 : first < 80 ? 1 : 2;
  return [root, typeof first === "number" ? first - root * 40 : first - 80n, ...rest].join(".");
}

/** A UTCTime or GeneralizedTime; a two-digit year counts as RFC 5280, 4.1.2.5.1, says. Throws MalformedError for what is no date. */
export function timeOf(value: Value | undefined): Date {
  const short = value?.tag === tag.utcTime;
  if (!value || !short && value.tag !== tag.generalizedTime || value.content.length > 32) throw damaged();
  const text = latin1(value.content);
  const pattern = short ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d))$/;
  const found = pattern.exec(text);
  if (!found) throw damaged();
  const [written = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((digits: string | undefined) => Number(digits ?? "0"));
  const year = !short ? written : written < 50 ? 2000 + written : 1900 + written;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCHours() !== hour || date.getUTCMinutes() !== minute) throw damaged();
  const offset = (Number(found[8] ?? "0") * 60 + Number(found[9] ?? "0")) * 60_000;
  return new Date(date.getTime() + (found[7] === "-" ? offset : -offset));
}

/** Text of which each octet is one character. */
export function latin1(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 0x2000) text += String.fromCharCode(...octets.subarray(at, at + 0x2000));
  return text;
}

/** Upper-case hexadecimal, two digits an octet. */
export function hexadecimal(octets: Iterable<number>): string {
  let digits = "";
  for (const octet of octets) digits += octetDigits[octet] ?? "";
  return digits;
}

const octetDigits: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).toUpperCase().padStart(2, "0"));

/** The element at `at`, which must end by `limit`. */
function valueAt(bytes: Uint8Array, at: number, limit: number): Value {
  const identifier = bytes[at];
  const first = bytes[at + 1];
  if (identifier === undefined || first === undefined || at + 2 > limit) throw new MalformedError("it was cut short.");
  if ((identifier & 0x1f) === 0x1f) throw damaged();
  if (first === 0x80) return undelimited(bytes.subarray(at, limit), identifier);
  let start = at + 2;
  let length = first;
  if (first > 0x80) {
    const count = first & 0x7f;
    if (count > 4 || start + count > limit) throw damaged();
    length = 0;
    for (const end = start + count; start < end; start++) length = length * 256 + (bytes[start] ?? 0);
  }
  const end = start + length;
  if (end > limit) throw new MalformedError("it was cut short.");
  return { tag: identifier, content: bytes.subarray(start, end), encoding: bytes.subarray(at, end) };
}

/** An element of indefinite length, which is BER and rare: its end, two zeros, is found by walking over what is in it. */
function undelimited(bytes: Uint8Array, identifier: number): Value {
  const encoding = firstEncoding(bytes);
  return { tag: identifier, content: encoding.subarray(2, -2), encoding };
}

const damaged = (): MalformedError => new MalformedError("its structure is damaged.");
