// PEM text (RFC 7468 and what came before it): blocks in any order, amid any other text.
import { MalformedError } from "./asn1.ts";

const mostBlocks = 1000;
/** Characters in which the headers of a block are looked for; real ones have two lines. */
const longestHeaders = 4096;

/** One block between BEGIN and END. */
export interface Block {
  readonly label: string;
  /** Of its first line, counted from 1. */
  readonly line: number;
  /** Headers of RFC 1421, names in upper case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Uint8Array;
}

/** Text of a file: UTF-8, or UTF-16 with or without its mark, which Windows' redirection writes. Never fails; other bytes become nonsense. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe || first !== 0 && second === 0) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff || first === 0 && second !== 0) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** Whether text holds the beginning of a PEM block. */
export function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sextets = Int8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code)));

/**
 * Bytes of base64 in any number of lines; null where the text is something else. Line ends may also be written as \n and
 * \r, as in an environment variable.
 */
export function decodeBase64(text: string): Uint8Array | null {
  const octets = new Uint8Array(Math.ceil(text.length * 3 / 4));
  let length = 0;
  let digits = 0;
  let padding = 0;
  let held = 0;
  let bits = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isBlank(code)) continue;
    if (code === backslash && /[nr]/.test(text.charAt(index + 1))) {
      index++;
      continue;
    }
    if (code === equalsSign) {
      padding++;
      continue;
    }
    const sextet = sextets[code] ?? -1;
    if (sextet === -1 || padding > 0) return null;
    digits++;
    held = (held << 6 | sextet) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      octets[length++] = held >> bits;
    }
  }
  if (digits === 0 || digits % 4 === 1 || padding > 2 || padding > 0 && (digits + padding) % 4 !== 0) return null;
  return octets.slice(0, length);
}

const backslash = 0x5c;
const equalsSign = 0x3d;

const isBlank = (code: number): boolean => code === 0x20 || code >= 0x09 && code <= 0x0d || code === 0xa0 || code === 0xfeff;

/** The blocks of a text in order. Throws MalformedError for one without an end, and for content that is not base64. */
export function blocksOf(text: string): readonly Block[] {
  const found: Block[] = [];
  const beginning = /-----BEGIN ([A-Z0-9 #]{1,40})-----/g;
  let line = 1;
  let counted = 0;
  for (let begin = beginning.exec(text); begin; begin = beginning.exec(text)) {
    const [marker, label = ""] = begin;
    line += lineEnds(text, counted, begin.index);
    counted = begin.index;
    if (found.length >= mostBlocks) throw new MalformedError(`it holds more than ${mostBlocks} parts.`);
    const bodyStart = begin.index + marker.length;
    const end = text.indexOf("-----END ", bodyStart);
    const next = text.indexOf("-----BEGIN ", bodyStart);
    if (end === -1 || next !== -1 && next < end || !text.startsWith(`${label}-----`, end + "-----END ".length)) {
      throw new MalformedError(`the ${label} that begins at line ${line} has no end; it was cut short.`);
    }
    beginning.lastIndex = end;
    found.push({ label, line, ...body(text.slice(bodyStart, end), label, line) });
  }
  const last = text.lastIndexOf("-----BEGIN ");
  if (found.length === 0 || last > counted && !/[\r\n]/.test(text.slice(last))) throw new MalformedError("a PEM part has no end; it was cut short.");
  return found;
}

/** Headers stand before the content, an empty line between them. */
function body(text: string, label: string, line: number): Pick<Block, "headers" | "content"> {
  const { headers, rest } = headersOf(text);
  const content = decodeBase64(rest);
  if (content === null) throw new MalformedError(`the ${label} that begins at line ${line} is not base64.`);
  return { headers, content };
}

/** The end of a line that an empty one follows, whichever way lines end. */
const emptyLine = /\r\n[ \t]*\r\n|\n[ \t]*\n|\r[ \t]*\r/;

function headersOf(text: string): { readonly headers: ReadonlyMap<string, string>; readonly rest: string } {
  const headers = new Map<string, string>();
  const start = text.trimStart();
  const head = start.slice(0, longestHeaders);
  const gap = head.includes(":") ? emptyLine.exec(head) : null;
  if (!gap) return { headers, rest: text };
  for (const header of head.slice(0, gap.index).split(/[\r\n]+/)) {
    const colon = header.indexOf(":");
    if (colon > 0) headers.set(header.slice(0, colon).trim().toUpperCase(), header.slice(colon + 1).trim());
  }
  return { headers, rest: start.slice(gap.index) };
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** DER of the first certificate in PEM text; null where there is none. */
export const firstCertificate = (bytes: Uint8Array): Uint8Array | null => blocksOf(decodeText(bytes)).find(({ label }) => label === "CERTIFICATE")?.content ?? null;
