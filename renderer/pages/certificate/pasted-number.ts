// What a person pasted into the search: a thumbprint, cleaned of what cannot be seen, or a number that is none.
import { cleanThumbprint, matchesListed } from "../../../app/certificates/pasted-thumbprint.ts";
import type { Entry } from "./certificate-list.ts";

export interface Pasted {
  /** Hidden characters that were taken away, as Unicode names them: "U+200E LEFT-TO-RIGHT MARK". */
  readonly hidden: readonly string[];
  /** The number that is to be looked for, of hexadecimal digits alone; null where the text is to be searched for as words. */
  readonly number: string | null;
  /**
   * What the text is: words; a thumbprint, whether it is listed or not; the SHA-256 fingerprint or serial number of a listed
   * certificate; digits of nearly the length of a thumbprint; another number that is none, as `problem` says; a part of any.
   */
  readonly is: "words" | "thumbprint" | "sha256" | "serial" | "length" | "other" | "part";
  /** The certificate that has the number as a whole. */
  readonly entry: Entry | null;
  readonly problem: string | null;
}

/** Fewer digits are a word like any other. */
const fewestDigits = 8;

/** Most of it hexadecimal digits, and nearly as many as a thumbprint has: meant as one. */
const isMeantAsNumber = (text: string): boolean => text.length >= 28 && text.replace(/[^0-9A-F]/gi, "").length >= text.length * 0.8;

/** Looks at a text that was typed or pasted, with the certificates that it may be a number of. */
export function readPasted(text: string, entries: readonly Entry[]): Pasted {
  const cleaned = cleanThumbprint(text);
  const hidden = cleaned.removed.filter((each) => each.startsWith("U+"));
  const nothing = { hidden, number: null, entry: null, problem: null };
  if (!/^[0-9A-F]+$/i.test(cleaned.thumbprint) || cleaned.thumbprint.length < fewestDigits) {
    return isMeantAsNumber(cleaned.thumbprint) ? { ...nothing, is: "other", problem: cleaned.problem } : { ...nothing, is: "words" };
  }
  const number = cleaned.thumbprint.toUpperCase();
  const [match] = matchesListed(cleaned, entries.map(({ certificate }) => certificate));
  const entry = entries.find(({ certificate }) => certificate === match?.certificate) ?? null;
  const found = { ...nothing, number, entry };
  switch (match?.by) {
    case "thumbprint": return { ...found, is: "thumbprint" };
    case "sha256": return { ...found, is: "sha256" };
    case "serialNumber": return { ...found, number: match.certificate.serialNumber, is: "serial" };
    case undefined: break;
  }
  if (cleaned.kind === "sha1") return { ...found, is: "thumbprint" };
  // Near the length of a thumbprint, digits were lost or doubled on the way; with fewer, it may be a part of any number.
  if (number.length > 32 && number.length < 48) return { ...found, is: "length" };
  return number.length > 28 ? { ...found, is: "other", problem: cleaned.problem } : { ...found, is: "part" };
}
