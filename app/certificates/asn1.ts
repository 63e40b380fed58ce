// ASN.1 as certificates and key stores use it: BER and DER read within bounds, and values taken out by their type.
import { BitString, Boolean as Asn1Boolean, Constructed, fromBER, GeneralizedTime, Integer, ObjectIdentifier, OctetString, Sequence, Set as Asn1Set, UTCTime, type BaseBlock } from "asn1js";

/**
 * What was given is not of the form it should have. The message says what is wrong in words that fit after "cannot be
 * read as a certificate:", and holds nothing of the content. It stays inside this room: read.ts makes it a LockstepError.
 */
export class MalformedError extends Error {}

/** One element with everything in it. Its `encoding` is a part of the bytes that were parsed, not a copy. */
export type Element = BaseBlock;

// A certificate has some 150 elements and 12 levels; a bundle of 300 stays below.
const limits = { maxDepth: 40, maxNodes: 50_000, maxContentLength: 16 * 1024 * 1024, parseEmbedded: false, copyInput: false } as const;

/**
 * Parses the first element of `bytes`; nothing may follow it but the zeros and line ends that transports add.
 * Throws MalformedError for what is no ASN.1, is cut short, or goes beyond the bounds.
 */
export function parse(bytes: Uint8Array): Element {
  const element = parseFirst(bytes);
  const rest = bytes.subarray(encoding(element).length);
  if (rest.length > 64 || rest.some((byte) => byte !== 0 && byte !== 0x0a && byte !== 0x0d && byte !== 0x20)) {
    throw new MalformedError("something else follows its content.");
  }
  return element;
}

/** Parses the first element of `bytes`, whatever follows. Throws as `parse`. */
export function parseFirst(bytes: Uint8Array): Element {
  const declared = declaredLength(bytes);
  if (declared !== null && declared > bytes.length) throw new MalformedError(`it was cut short: ${bytes.length} of ${declared} bytes are there.`);
  let read: ReturnType<typeof fromBER>;
  try {
    // asn1js takes a plain Uint8Array faster, and reads a subclass of it differently.
    read = fromBER(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength), limits);
  } catch {
    throw new MalformedError("its structure is damaged.");
  }
  if (read.offset === -1 || read.result.error !== "") throw new MalformedError("its structure is damaged.");
  return read.result;
}

/** Length of the first element with its header, when it is written in definite form; null otherwise. */
function declaredLength(bytes: Uint8Array): number | null {
  const first = bytes[1];
  if (first === undefined || first === 0x80) return null;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count > 4 || bytes.length < 2 + count) return null;
  return bytes.subarray(2, 2 + count).reduce((length, byte) => length * 256 + byte, 0) + 2 + count;
}

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
