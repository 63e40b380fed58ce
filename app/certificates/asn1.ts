// ASN.1 as certificates and key stores use it: BER and DER read within bounds, and values taken out by their type.
import { BitString, Boolean as Asn1Boolean, Constructed, fromBER, GeneralizedTime, Integer, ObjectIdentifier, OctetString, Sequence, Set as Asn1Set, UTCTime, type BaseBlock } from "asn1js";

/**
 * What was given is not of the form it should have. The message says what is wrong in words that fit after "cannot be
 * read as a certificate:", and holds nothing of the content. It stays inside this room: read.ts makes it a LockstepError.
 */
export class MalformedError extends Error {}

/** One element with everything in it. Its `encoding` is a part of the bytes that were parsed, not a copy. */
export type Element = BaseBlock;

/** Bounds of what is parsed whole; asn1js takes a kilobyte for each element. A certificate has some 150 of them and 12 levels, a PFX around its certificates few. */
const deepest = 40;
const mostElements = 20_000;
/** Octets of one value. Of primitive values only octet and bit strings are long; a 16384-bit number has 2049 octets. */
const longestValue = 65_536;
const longestIdentifier = 128;

// The outline is bounded before asn1js sees the bytes, and it counts the ends of indefinite lengths as elements too.
const limits = { maxDepth: deepest + 2, maxNodes: mostElements * 2, maxContentLength: 16 * 1024 * 1024, parseEmbedded: false, copyInput: false } as const;

/**
 * Parses the first element of `bytes`; nothing may follow it but the zeros and line ends that transports add.
 * Throws MalformedError for what is no ASN.1, is cut short, or goes beyond the bounds.
 */
export function parse(bytes: Uint8Array): Element {
  return parseOutlined(bytes, wholeLength(bytes));
}

/** Parses the first element of `bytes`, whatever follows. Throws as `parse`. */
export function parseFirst(bytes: Uint8Array): Element {
  return parseOutlined(bytes, outlined(bytes, mostElements).length);
}

/** The encoding of the first element, whatever follows, walked over and not parsed. Throws MalformedError. */
export function firstEncoding(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, outlined(bytes, mostElements).length);
}

/** How many elements the first one consists of, itself included. Throws MalformedError. */
export function elementCount(bytes: Uint8Array): number {
  return outlined(bytes, mostElements).count;
}

function parseOutlined(bytes: Uint8Array, length: number): Element {
  let read: ReturnType<typeof fromBER>;
  try {
    // asn1js takes a plain Uint8Array faster, and reads a subclass of it differently.
    read = fromBER(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, length), limits);
  } catch {
    throw damaged();
  }
  if (read.offset === -1 || read.result.error !== "") throw damaged();
  return read.result;
}

function wholeLength(bytes: Uint8Array): number {
  const { length } = outlined(bytes, mostElements);
  const rest = bytes.subarray(length);
  if (rest.length > 64 || rest.some((byte) => byte !== 0 && byte !== 0x0a && byte !== 0x0d && byte !== 0x20)) {
    throw new MalformedError("something else follows its content.");
  }
  return length;
}

interface Header {
  readonly identifier: number;
  /** Where the content begins. */
  readonly start: number;
  /** Where the content ends; null where an end is marked (indefinite length). */
  readonly end: number | null;
}

/** The header at `at` (X.690, 8.1.2 and 8.1.3), null where the bytes end within it. A length of more than 4 octets is beyond any file. */
function header(bytes: Uint8Array, at: number): Header | null {
  const identifier = bytes[at];
  if (identifier === undefined) return null;
  let start = at + 1;
  if ((identifier & 0x1f) === 0x1f) {
    do start++; while ((bytes[start - 1] ?? 0) > 0x7f && start < at + 6);
    if ((bytes[start - 1] ?? 0) > 0x7f) throw damaged();
  }
  const first = bytes[start++];
  if (first === undefined) return null;
  if (first < 0x80) return { identifier, start, end: start + first };
  if (first === 0x80) return { identifier, start, end: null };
  const count = first & 0x7f;
  if (count > 4) throw damaged();
  if (start + count > bytes.length) return null;
  let length = 0;
  for (const end = start + count; start < end; start++) length = length * 256 + (bytes[start] ?? 0);
  return { identifier, start, end: start + length };
}

/**
 * Walks over the first element without building anything: its length, and how many elements it consists of. Every element ends within the one around
 * it, so that no parser after this one can be led astray, and none is of a kind or number that costs memory out of
 * proportion to its bytes. Throws MalformedError.
 */
function outlined(bytes: Uint8Array, most: number): { readonly length: number; readonly count: number } {
  /** For each open element where it must have ended at the latest, and whether its end is marked. */
  const open: { readonly limit: number; readonly marked: boolean }[] = [];
  let at = 0;
  let count = 0;
  do {
    const around = open.at(-1);
    const limit = around?.limit ?? bytes.length;
    const found = header(bytes, at);
    if (found === null) throw cutShort(bytes);
    const { identifier, start, end } = found;
    if (start > limit) throw damaged();
    if (identifier === 0) {
      if (end !== start || around?.marked !== true) throw damaged();
      open.pop();
      at = start;
    } else {
      if (++count > most) throw new MalformedError("it has more parts than any known program writes.");
      if (end === null && !isConstructed(found)) throw damaged();
      if (end !== null && end > limit) throw limit === bytes.length ? cutShort(bytes) : damaged();
      if (isConstructed(found)) {
        if (open.length >= deepest) throw new MalformedError("it is nested deeper than any known program writes.");
        open.push({ limit: end ?? limit, marked: end === null });
        at = start;
      } else {
        const length = (end ?? start) - start;
        if (length > longest(identifier)) throw new MalformedError("a value in it is longer than any known program writes.");
        at = end ?? start;
      }
    }
    for (let last = open.at(-1); last && !last.marked && at === last.limit; last = open.at(-1)) open.pop();
  } while (open.length > 0);
  return { length: at, count };
}

/** Octets that a primitive value may have, by its identifier octet: asn1js makes an object of each arc of an OID, and a string of text. */
function longest(identifier: number): number {
  switch (identifier) {
    case 0x03: case 0x04: return Number.POSITIVE_INFINITY;
    case 0x06: case 0x0d: return longestIdentifier;
    default: return identifier < 0x40 ? longestValue : Number.POSITIVE_INFINITY;
  }
}

function cutShort(bytes: Uint8Array): MalformedError {
  const whole = header(bytes, 0)?.end ?? null;
  return new MalformedError(whole === null || whole <= bytes.length ? "it was cut short." : `it was cut short: ${bytes.length} of ${whole} bytes are there.`);
}

const damaged = (): MalformedError => new MalformedError("its structure is damaged.");

/** The encoding of an element's first member, by which kinds of files are told apart; null where there is none. Throws MalformedError. */
export function firstMember(bytes: Uint8Array): Uint8Array | null {
  const whole = header(bytes, 0);
  const first = whole && isConstructed(whole) ? header(bytes, whole.start) : null;
  return whole && first && first.end !== null && first.end <= bytes.length ? bytes.subarray(whole.start, first.end) : null;
}

/** Walking is cheap where nothing is built: ten thousand certificates have a million and a half elements. */
const mostElementsWalked = 2_000_000;

/**
 * The encodings of the members of a constructed element, as parts of `bytes`, without a look at what is in them: for long
 * lists. Throws MalformedError, also for more than `most` of them.
 */
export function memberEncodings(bytes: Uint8Array, most: number): readonly Uint8Array[] {
  const whole = header(bytes, 0);
  if (whole === null || (whole.end ?? 0) > bytes.length) throw cutShort(bytes);
  if (!isConstructed(whole)) throw damaged();
  const limit = whole.end ?? bytes.length;
  const members: Uint8Array[] = [];
  for (let at = whole.start; at < limit;) {
    const member = header(bytes, at);
    if (member === null) throw cutShort(bytes);
    if (member.identifier === 0 && whole.end === null) return members;
    const end = member.end ?? at + outlined(bytes.subarray(at, limit), mostElementsWalked).length;
    if (end > limit) throw damaged();
    if (members.length >= most) throw new MalformedError(`it holds more than ${most} parts.`);
    members.push(bytes.subarray(at, end));
    at = end;
  }
  if (whole.end === null) throw cutShort(bytes);
  return members;
}

const isConstructed = ({ identifier }: Header): boolean => (identifier & 0x20) !== 0;

/** The element's own bytes, header included. */
export function encoding(element: Element): Uint8Array {
  return element.valueBeforeDecodeView;
}

/** The bytes after the header. */
export function content(element: Element): Uint8Array {
  return encoding(element).subarray(element.idBlock.blockLength + element.lenBlock.blockLength);
}

/** The members of a SEQUENCE. */
export function sequence(element: Element | undefined): readonly Element[] {
  if (!(element instanceof Sequence)) throw unexpected("a sequence");
  return element.valueBlock.value;
}

/** The members of a SET. */
export function set(element: Element | undefined): readonly Element[] {
  if (!(element instanceof Asn1Set)) throw unexpected("a set");
  return element.valueBlock.value;
}

export function isSequence(element: Element | undefined): boolean {
  return element instanceof Sequence;
}

export function isOctetString(element: Element | undefined): boolean {
  return element instanceof OctetString;
}

export function isBitString(element: Element | undefined): boolean {
  return element instanceof BitString;
}

export function isObjectIdentifier(element: Element | undefined): boolean {
  return element instanceof ObjectIdentifier;
}

export function isInteger(element: Element | undefined): boolean {
  return element instanceof Integer;
}

export function isBoolean(element: Element | undefined): boolean {
  return element instanceof Asn1Boolean;
}

/** Whether an element carries the context-specific tag [number]. */
export function isTagged(element: Element | undefined, number: number): element is Element {
  return element?.idBlock.tagClass === 3 && element.idBlock.tagNumber === number;
}

/** The members of a constructed, context-specific [number]; an EXPLICIT tag has one. */
export function tagged(element: Element | undefined, number: number): readonly Element[] {
  if (!isTagged(element, number) || !(element instanceof Constructed)) throw unexpected(`the part [${number}]`);
  return element.valueBlock.value;
}

/** The value of an OCTET STRING, also when BER cut it into pieces, and also under an IMPLICIT context-specific tag. */
export function octets(element: Element | undefined): Uint8Array {
  if (!element || !(element instanceof OctetString || element.idBlock.tagClass === 3)) throw unexpected("an octet string");
  if (!element.idBlock.isConstructed) return content(element);
  const pieces = element instanceof OctetString || element instanceof Constructed ? element.valueBlock.value : [];
  return joined((pieces as readonly Element[]).map((piece) => octets(piece)));
}

/** An OBJECT IDENTIFIER as "1.2.840.113549". */
export function objectIdentifier(element: Element | undefined): string {
  if (!(element instanceof ObjectIdentifier)) throw unexpected("an object identifier");
  return element.getValue();
}

/** An INTEGER of at most 32 bits, not negative. */
export function smallInteger(element: Element | undefined): number {
  if (!(element instanceof Integer)) throw unexpected("a number");
  const bytes = content(element);
  if (bytes.length === 0 || bytes.length > 5 || (bytes[0] ?? 0) > 0x7f) throw unexpected("a small number");
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** A UTCTime or GeneralizedTime. */
export function time(element: Element | undefined): Date {
  if (!(element instanceof UTCTime || element instanceof GeneralizedTime)) throw unexpected("a time");
  const date = element.toDate();
  if (Number.isNaN(date.getTime())) throw unexpected("a time");
  return date;
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

const unexpected = (what: string): MalformedError => new MalformedError(`${what} is missing from its structure.`);
