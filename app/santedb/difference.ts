// The lines of a file that splices change, old beside new, for a person to review.
import type { DifferenceLine, Splice } from "../plan/operation.ts";
import { applySplices } from "./convert.ts";
import { characterStart, decodeText, encodeText, encodingOf, unitSize, type TextEncoding } from "./encoding.ts";

const lineLimit = 1000;
/** Bytes of a line that are shown before and after the place where it changes. */
const shownBefore = 240;
const shownAfter = 720;

/** Bytes from `start` up to `end`, both counted from the start of the file. */
interface Range { readonly start: number; readonly end: number }

/** A line without its line break. */
interface Line extends Range {
  /** Counted from 1. */
  readonly number: number;
  /** Indexes of the first and last range that touch it; null for a neighbour of such a line. */
  readonly touched: { readonly first: number; readonly last: number } | null;
  /** Byte around which it is shown when it is long. */
  readonly focus: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Reads code units of a file as far as line breaks are concerned. Lines end as in XML: with CR LF, LF or CR. */
class Units {
  readonly size: 1 | 2;
  readonly #bytes: Uint8Array;
  readonly #low: 0 | 1;

  constructor(bytes: Uint8Array, encoding: TextEncoding) {
    this.#bytes = bytes;
    this.size = unitSize(encoding);
    this.#low = encoding === "utf-16be" ? 1 : 0;
  }

  #is(at: number, unit: number): boolean {
    return this.#bytes[at + this.#low] === unit && (this.size === 1 || this.#bytes[at + 1 - this.#low] === 0);
  }

  /** Bytes of the line break that starts here; 0 where there is none. */
  breakAt(at: number): number {
    if (this.#is(at, lineFeed)) return this.size;
    if (!this.#is(at, carriageReturn)) return 0;
    return this.#is(at + this.size, lineFeed) ? 2 * this.size : this.size;
  }

  /** Where the next line break from here on starts; the end of the file where there is none. */
  lineEnd(from: number): number {
    const { length } = this.#bytes;
    for (let at = from; at < length; at += this.size) {
      const byte = this.#bytes[at + this.#low];
      if ((byte === lineFeed || byte === carriageReturn) && this.breakAt(at) > 0) return at;
    }
    return length;
  }

  /** Where the line that holds this place starts. */
  lineStart(from: number): number {
    let at = from;
    while (at > 0 && !this.#is(at - this.size, lineFeed) && !this.#is(at - this.size, carriageReturn)) at -= this.size;
    return at;
  }
}

/** Where a line starts, and its number. */
interface Origin { readonly start: number; readonly number: number }

/** The line that lies `context` lines before the one that holds a place. */
function originOf(units: Units, place: number, context: number): Origin {
  let start = units.lineStart(place);
  for (let back = 0; back < context && start > 0; back++) {
    const lineBreak = units.breakAt(start - 2 * units.size) === 2 * units.size ? 2 * units.size : units.size;
    start = units.lineStart(start - lineBreak);
  }
  let number = 1;
  for (let at = units.lineEnd(0); at < start; at = units.lineEnd(at + units.breakAt(at))) number++;
  return { start, number };
}

/** From a line on, the lines that ascending ranges touch, with `context` lines before and after; at most `lineLimit`. */
function linesAround(units: Units, origin: Origin, ranges: readonly Range[], context: number): readonly Line[] {
  const result: Line[] = [];
  const before: Line[] = [];
  let first = 0;
  let after = 0;
  let { start, number } = origin;
  while (result.length < lineLimit && (first < ranges.length || after > 0)) {
    const end = units.lineEnd(start);
    const lineBreak = units.breakAt(end);
    // At the end of the file a range that is empty still lies within the last line.
    const next = lineBreak > 0 ? end + lineBreak : end + 1;
    let last = first - 1;
    while ((ranges[last + 1]?.start ?? Infinity) < next) last++;
    const focus = ranges[first];
    if (focus && last >= first) {
      result.push(...before.splice(0), { number, start, end, touched: { first, last }, focus: Math.max(start, focus.start) });
      after = context;
      // A range that reaches into the next line touches that one as well.
      while ((ranges[first]?.end ?? Infinity) < next) first++;
    } else {
      const line: Line = { number, start, end, touched: null, focus: start };
      if (after > 0) {
        after--;
        result.push(line);
      } else {
        before.push(line);
        if (before.length > context) before.shift();
      }
    }
    if (lineBreak === 0) break;
    start = next;
    number++;
  }
  return result;
}

function textOf(bytes: Uint8Array, { start, end, focus }: Line, encoding: TextEncoding): string {
  const size = unitSize(encoding);
  const from = Math.max(start, characterStart(bytes, focus - shownBefore * size, encoding));
  const to = Math.min(end, characterStart(bytes, focus + shownAfter * size, encoding));
  const text = decodeText(bytes.subarray(from, to), encoding, "").replace(/^\uFEFF/, "");
  return `${from > start ? "…" : ""}${text}${to < end ? "…" : ""}`;
}

/**
 * The lines that splices change in a file, each with `context` unchanged neighbours: old lines as "-", then what they
 * become as "+". Long lines are cut around the change, and after 1000 lines the rest is left out. Throws as
 * `applySplices`.
 */
export function differenceOf(bytes: Uint8Array, splices: readonly Splice[], context = 1): readonly DifferenceLine[] {
  if (splices.length === 0) return [];
  const encoding = encodingOf(bytes, "");
  const after = applySplices(bytes, splices, "");
  const removed: Range[] = [];
  const inserted: Range[] = [];
  let shift = 0;
  for (const { offset, remove, insert } of [...splices].sort((one, other) => one.offset - other.offset)) {
    const removeLength = encodeText(remove, encoding).length;
    const insertLength = encodeText(insert, encoding).length;
    removed.push({ start: offset, end: offset + removeLength });
    inserted.push({ start: offset + shift, end: offset + shift + insertLength });
    shift += insertLength - removeLength;
  }
  const units = new Units(bytes, encoding);
  // Up to the first splice both files are the same, so both are read from the same line on.
  const origin = originOf(units, removed[0]?.start ?? 0, context);
  const newLines = linesAround(new Units(after, encoding), origin, inserted, 0);
  const result: DifferenceLine[] = [];
  let newIndex = 0;
  let reached = -1;
  const flush = (): void => {
    for (let line = newLines[newIndex]; line?.touched && line.touched.first <= reached; line = newLines[++newIndex]) {
      result.push({ sign: "+", line: line.number, text: textOf(after, line, encoding) });
    }
  };
  let previous = 0;
  for (const line of linesAround(units, origin, removed, context)) {
    if (!line.touched || line.number !== previous + 1) flush();
    result.push({ sign: line.touched ? "-" : " ", line: line.number, text: textOf(bytes, line, encoding) });
    if (line.touched) reached = line.touched.last;
    previous = line.number;
  }
  flush();
  return result.slice(0, lineLimit);
}
