// The encodings that a SanteDB configuration may be written in, and where its characters lie in the file, in bytes.
import { problem } from "../errors.ts";

/** The two byte orders of UTF-16 are told apart, because text is written back as it was found. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "iso-8859-1" | "us-ascii";

/** Bytes of the start of a file in which an XML declaration is looked for. */
const declarationLimit = 1024;

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean => start.every((byte, index) => bytes[index] === byte);

/** What the byte order mark, or else the first two characters, say. Source: XML 1.0, appendix F. */
function detected(bytes: Uint8Array): { readonly encoding: TextEncoding; readonly marked: boolean } {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return { encoding: "utf-8", marked: true };
  if (startsWith(bytes, 0xff, 0xfe)) return { encoding: "utf-16le", marked: true };
  if (startsWith(bytes, 0xfe, 0xff)) return { encoding: "utf-16be", marked: true };
  if (startsWith(bytes, 0x3c, 0x00)) return { encoding: "utf-16le", marked: false };
  if (startsWith(bytes, 0x00, 0x3c)) return { encoding: "utf-16be", marked: false };
  return { encoding: "utf-8", marked: false };
}

/** The encoding that the XML declaration names, in lower case; null where it names none. */
function declared(bytes: Uint8Array, encoding: TextEncoding): string | null {
  const start = new TextDecoder(encoding === "us-ascii" ? "utf-8" : encoding).decode(bytes.subarray(0, declarationLimit));
  const declaration = /^<\?xml\s[^>]*?\sencoding\s*=\s*(?:"([^"<>]{1,60})"|'([^'<>]{1,60})')/.exec(start);
  return (declaration?.[1] ?? declaration?.[2])?.toLowerCase() ?? null;
}

/**
 * The encoding of a configuration file, from its byte order mark and its XML declaration. Throws configuration-encoding
 * where the two contradict each other, or where the declaration names an encoding other than UTF-8, UTF-16, ISO-8859-1
 * and US-ASCII.
 */
export function encodingOf(bytes: Uint8Array, file: string): TextEncoding {
  const { encoding, marked } = detected(bytes);
  const wide = encoding !== "utf-8";
  const name = declared(bytes, encoding);
  switch (name) {
    case null:
      return encoding;
    case "utf-8":
      if (!wide) return encoding;
      break;
    case "utf-16":
      if (wide) return encoding;
      break;
    case "iso-8859-1":
    case "us-ascii":
      if (!wide && !marked) return name;
      break;
    default:
      throw problem("configuration-encoding", { file, encoding: `an encoding that Lockstep reads (UTF-8, UTF-16, ISO-8859-1, US-ASCII); it declares ${name}` });
  }
  throw problem("configuration-encoding", { file, encoding: `${name}, which it declares: its first bytes are those of ${encoding}` });
}

/** Where the text of a file starts: after its byte order mark, in bytes. */
export function textStart(bytes: Uint8Array, encoding: TextEncoding): number {
  return detected(bytes).marked ? encodeText("\uFEFF", encoding).length : 0;
}

/** Decodes whole characters out of a file. Throws configuration-encoding for bytes that the encoding does not have. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding, file: string): string {
  switch (encoding) {
    case "iso-8859-1":
      // The decoder's own "iso-8859-1" is Windows-1252; widening each byte to a UTF-16 unit is the real one.
      return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(Uint16Array.from(bytes));
    case "us-ascii":
    case "utf-8":
    case "utf-16le":
    case "utf-16be": {
      const text = decodeStrictly(bytes, encoding === "us-ascii" ? "utf-8" : encoding);
      if (text === null || (encoding === "us-ascii" && text.length !== bytes.length)) throw problem("configuration-encoding", { file, encoding });
      return text;
    }
  }
}

/** Null for bytes that the encoding does not have. */
function decodeStrictly(bytes: Uint8Array, encoding: "utf-8" | "utf-16le" | "utf-16be"): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Highest character that the encoding can hold; what lies above must be written as a character reference. */
export function highestCharacter(encoding: TextEncoding): number {
  switch (encoding) {
    case "us-ascii": return 0x7f;
    case "iso-8859-1": return 0xff;
    case "utf-8":
    case "utf-16le":
    case "utf-16be": return 0x10ffff;
  }
}

/** Text as bytes, without a byte order mark. Characters that the encoding does not have must not be in it. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array {
  switch (encoding) {
    case "utf-8":
      return new TextEncoder().encode(text);
    case "iso-8859-1":
    case "us-ascii":
      return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
    case "utf-16le":
    case "utf-16be": {
      const bytes = new Uint8Array(text.length * 2);
      const view = new DataView(bytes.buffer);
      for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), encoding === "utf-16le");
      return bytes;
    }
  }
}

/** Bytes that a code unit at least takes. */
export const unitSize = (encoding: TextEncoding): 1 | 2 => (encoding === "utf-16le" || encoding === "utf-16be" ? 2 : 1);

/** Where the character starts that holds this place, both in bytes from the start of the file. */
export function characterStart(bytes: Uint8Array, place: number, encoding: TextEncoding): number {
  switch (encoding) {
    case "utf-8": {
      let at = place;
      while (at > Math.max(0, place - 3) && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
      return at;
    }
    case "utf-16le":
    case "utf-16be": {
      const at = place - place % 2;
      const high = bytes[encoding === "utf-16le" ? at + 1 : at] ?? 0;
      return at >= 2 && (high & 0xfc) === 0xdc ? at - 2 : at;
    }
    case "iso-8859-1":
    case "us-ascii":
      return place;
  }
}

/** Bytes that a range of a well-formed text takes in an encoding; the range is in UTF-16 units. */
export function byteLength(text: string, from: number, to: number, encoding: TextEncoding): number {
  if (encoding !== "utf-8") return (to - from) * unitSize(encoding);
  let length = to - from;
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes; every other unit from 0x800 on takes three bytes.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}
