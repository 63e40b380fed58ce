// PEM as it arrives by mail, chat and word processor: what was done to it on the way is undone, and told.
import { MalformedError } from "../certificates/asn1.ts";
import { blocksOf, isPem, type Block } from "../certificates/pem.ts";
import { withoutHeaders } from "./openssh-key.ts";

export interface Mended {
  readonly text: string;
  /** What was undone, a sentence each. */
  readonly changes: readonly string[];
}

/** Hyphens, and what word processors make of them: hyphens and dashes of all lengths, the minus sign, their full-width forms. */
const dash = "[-\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d]";
const marker = new RegExp(`${dash}{1,12}[ \\t]{0,4}(BEGIN|END)[ \\t]{1,4}([A-Z0-9 ]{1,40}?)[ \\t]{0,4}${dash}{1,12}`, "gi");
const labels = /KEY|CERTIFICATE|PKCS|CRL|PARAMETERS|CMS/;

/** Characters that nobody sees and no key has: soft hyphen, zero-width and direction marks, the byte order mark inside a text. */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
/** Blanks of other widths, and the line ends of other worlds. */
const oddBlanks = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const oddLineEnds = /[\u0085\u2028\u2029]/g;

/** Makes hyphens, blanks and line ends of a text what they were. Ordinary line ends of any kind are not worth a word. */
export function mended(text: string): Mended {
  const changes: string[] = [];
  const step = (before: string, after: string, change: string): string => {
    if (before !== after) changes.push(change);
    return after;
  };
  const seen = step(text, text.replace(invisible, ""), "Invisible characters in it were left out.");
  const plain = step(seen, seen.replace(oddBlanks, " ").replace(oddLineEnds, "\n"), "Blanks of another kind in it were made ordinary ones.");
  const broken = plain.includes("\\n") && plain.search(marker) >= 0 ? step(plain, plain.replace(/(?:\\r)?\\n/g, "\n"), "The two characters \\n in it were made line ends.") : plain;
  const unquoted = /^[ \t]{0,40}>[> \t]{0,80}[^\s\w>]{1,12} ?BEGIN/im.test(broken) ? step(broken, broken.replace(/^[ \t]*>[> \t]*/gm, ""), "The > before its lines, by which a mail quotes another, were left out.") : broken;
  let [dashes, counts] = [false, false];
  const marked = unquoted.replace(marker, (found: string, word: string, label: string) => {
    const name = label.toUpperCase().trim().replace(/ +/g, " ");
    if (!labels.test(name)) return found;
    const whole = `-----${word.toUpperCase()} ${name}-----`;
    if (/[^\x20-\x7e\t]/.test(found)) dashes = true;
    // SSH2 has four hyphens and blanks (RFC 4716, 3.2).
    else if (found !== whole && !/^---- (?:BEGIN|END) SSH2 [A-Z ]+ ----$/.test(found)) counts = true;
    return whole;
  });
  if (dashes) changes.push("Long dashes, which a word processor had made of its hyphens, were made hyphens again.");
  if (counts) changes.push("Its BEGIN and END lines were written as they must be: five hyphens on each side, capitals.");
  return { text: marked, changes };
}

export interface Marked {
  readonly blocks: readonly Block[];
  readonly changes: readonly string[];
}

/** The blocks of a mended text, and what of its layout was left out; null where it has none. Throws MalformedError. */
export function markedIn(text: string): Marked | null {
  if (!isPem(text)) {
    const end = /-----END ([A-Z0-9 ]{1,40})-----/.exec(text);
    if (end) throw new MalformedError(`its first line, -----BEGIN ${end[1] ?? ""}-----, is missing.`);
    return null;
  }
  const pieces = text.split(/(-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----)/);
  const around: string[] = [];
  let label: string | null = null;
  let [indented, oneLine] = [false, false];
  // Every second piece is a marker.
  const whole = pieces.map((piece, index) => {
    if (index % 2 === 1) {
      label = piece.startsWith("-----BEGIN ") ? piece.slice("-----BEGIN ".length, -"-----".length) : null;
      return piece;
    }
    if (label === null) {
      around.push(piece);
      return piece;
    }
    if (/[\r\n][ \t]+\S/.test(piece)) indented = true;
    if (!/[\r\n]/.test(piece)) oneLine = true;
    return label === "SSH2 PUBLIC KEY" ? withoutHeaders(piece) : piece;
  }).join("");
  const outside = around.some((piece) => piece.trim() !== "");
  return {
    blocks: blocksOf(whole),
    changes: [
      ...oneLine ? ["It stood on one line, and was broken into lines of 64 characters."] : [],
      ...indented || /(?:^|[\r\n])[ \t]+-----/.test(text) ? ["Blanks before its lines were left out."] : [],
      ...outside ? ["The text around it was left out."] : [],
    ],
  };
}
