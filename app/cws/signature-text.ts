// A signature's text made bytes again, whatever an encoder did to it on its way into the header.
import type { MistakeCode } from "./cws-view.ts";
import { decodePercent } from "./header.ts";
import { decodeCanonical, longestSignatureText } from "./signature.ts";

/** One way to read the text. */
export interface TextReading {
  readonly bytes: Uint8Array;
  /** What was wrong with the text, in order; empty where it is as it must be. */
  readonly codes: readonly MistakeCode[];
}

const asText = (bytes: Uint8Array): string | null => {
  let text = "";
  for (const octet of bytes) {
    if (octet > 0x7e || octet < 0x20 && octet !== 0x0a && octet !== 0x0d) return null;
    text += String.fromCharCode(octet);
  }
  return text;
};

function fromHex(text: string): Uint8Array | null {
  const digits = text.replace(/^0x/i, "").replace(/[:\s-]/g, "");
  return digits.length >= 64 && digits.length % 2 === 0 && /^[0-9A-Fa-f]+$/.test(digits) ? Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : null;
}

/** Base64 whose padding may lack. */
function padded(text: string): Uint8Array | null {
  const digits = text.replace(/={1,3}$/, "");
  const rest = digits.length % 4;
  return rest === 1 ? null : decodeCanonical(`${digits}${rest === 0 ? "" : "=".repeat(4 - rest)}`);
}

function unescaped(text: string): string {
  return text
    .replace(/&#x([0-9a-f]{1,4});/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/&#(\d{1,5});/g, (_, digits: string) => String.fromCharCode(Number(digits)))
    .replace(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(/\\(.)/g, "$1")
    .replace(/&equals;/g, "=").replace(/&plus;/g, "+").replace(/&sol;/g, "/");
}

/** Every way to read the text, likeliest first; none of bytes that are no signature of any size. */
function* readings(text: string, depth: number): Iterable<TextReading> {
  if (text.length > longestSignatureText || depth > 3) return;
  const hex = fromHex(text);
  if (hex !== null) yield { bytes: hex, codes: ["signature.hex"] };
  const plain = decodeCanonical(text);
  if (plain !== null) {
    const inner = hex === null ? asText(plain) : null;
    if (inner !== null && inner.length >= 64) {
      const innerHex = fromHex(inner.trim());
      if (innerHex !== null) yield { bytes: innerHex, codes: ["signature.hex"] };
      for (const { bytes, codes } of readings(inner.trim().replace(/[\r\n]+/g, ""), depth + 1)) yield { bytes, codes: ["signature.double-base64", ...codes.filter((code) => code !== "signature.double-base64")] };
    }
    yield { bytes: plain, codes: [] };
  }
  if (/%[0-9A-Fa-f]{2}/.test(text)) {
    const decoded = decodePercent(text);
    if (decoded !== null) for (const { bytes, codes } of readings(decoded, depth + 1)) yield { bytes, codes: ["signature.percent-encoded", ...codes.filter((code) => code !== "signature.percent-encoded")] };
  }
  if (/[\\&]/.test(text)) {
    const decoded = unescaped(text);
    if (decoded !== text) for (const { bytes, codes } of readings(decoded, depth + 1)) yield { bytes, codes: ["signature.escaped", ...codes] };
  }
  if (/[ \t]/.test(text)) {
    for (const candidate of [text.replace(/[ \t]/g, "+"), `${text.replace(/[ \t]/g, "+")}+`, text.trimStart().replace(/[ \t]/g, "+")]) {
      const bytes = padded(candidate);
      if (bytes !== null) yield { bytes, codes: ["signature.plus-became-space"] };
    }
    for (const { bytes, codes } of readings(text.replace(/[ \t]+/g, ""), depth + 1)) yield { bytes, codes: ["signature.base64-wrapped", ...codes] };
  }
  if (/[-_]/.test(text)) {
    const bytes = padded(text.replace(/-/g, "+").replace(/_/g, "/"));
    if (bytes !== null) yield { bytes, codes: ["signature.base64url"] };
  }
  if (plain === null) {
    const bytes = padded(text);
    if (bytes !== null) yield { bytes, codes: ["signature.truncated"] };
    // A plus sign that became a blank at the very end is gone altogether.
    const ended = decodeCanonical(`${text}+`);
    if (ended !== null) yield { bytes: ended, codes: ["signature.plus-became-space"] };
  }
}

/** Whether the text has only what base64 may hold, however much of it. */
export const isBase64Like = (text: string): boolean => /^[A-Za-z0-9+/=_-]+$/.test(text);

/**
 * The reading whose bytes have one of the lengths wanted, the first length being the likeliest; else the first reading
 * there is; null where the text is no encoding of bytes at all.
 */
export function readSignatureText(text: string, lengths: readonly number[]): TextReading | null {
  const all = [...readings(text, 0)];
  for (const length of lengths) {
    const found = all.find(({ bytes }) => bytes.length === length);
    if (found) return found;
  }
  // That a blank was a plus sign is a guess, which only the right length bears out.
  return all.find(({ codes }) => !codes.includes("signature.plus-became-space")) ?? null;
}
