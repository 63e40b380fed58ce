// Thumbprints: what Windows names a certificate by, and what people paste in place of it.
import { createHash } from "node:crypto";

/** SHA-1 over a certificate's DER: 40 upper-case hexadecimal digits. */
export function thumbprint(der: Uint8Array): string {
  return createHash("sha1").update(der).digest("hex").toUpperCase();
}

/** SHA-256 over a certificate's DER: 64 upper-case hexadecimal digits. */
export function sha256Fingerprint(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("hex").toUpperCase();
}

export interface CleanedThumbprint {
  /** The text without what does not belong to it; upper case where it is hexadecimal. */
  readonly thumbprint: string;
  readonly kind: "sha1" | "sha256" | "serial-number" | "unknown";
  /** What was taken away, by name and with how often: "U+200E LEFT-TO-RIGHT MARK", "19 blanks". */
  readonly removed: readonly string[];
}

/** Characters that cannot be seen, as Unicode names them. Windows' certificate dialogue puts the first before a thumbprint. */
const hiddenNames: Readonly<Record<string, string>> = {
  "\u200E": "LEFT-TO-RIGHT MARK", "\u200F": "RIGHT-TO-LEFT MARK", "\u200B": "ZERO WIDTH SPACE", "\u200C": "ZERO WIDTH NON-JOINER",
  "\u200D": "ZERO WIDTH JOINER", "\u2060": "WORD JOINER", "\uFEFF": "ZERO WIDTH NO-BREAK SPACE", "\u00AD": "SOFT HYPHEN",
  "\u202A": "LEFT-TO-RIGHT EMBEDDING", "\u202B": "RIGHT-TO-LEFT EMBEDDING", "\u202C": "POP DIRECTIONAL FORMATTING",
  "\u202D": "LEFT-TO-RIGHT OVERRIDE", "\u202E": "RIGHT-TO-LEFT OVERRIDE", "\u2066": "LEFT-TO-RIGHT ISOLATE",
  "\u2067": "RIGHT-TO-LEFT ISOLATE", "\u2068": "FIRST STRONG ISOLATE", "\u2069": "POP DIRECTIONAL ISOLATE",
};

const label = /^\s*(?:(?:sha-?1|sha-?256|serial)?\s*(?:thumbprint|fingerprint|number|hash)|sha-?1|sha-?256|serial|certhash)\s*(?:\([^()]{0,20}\))?\s*[:=]\s*/i;
const longest = 4096;

/**
 * Cleans pasted text. 40 hexadecimal digits are a SHA-1 thumbprint and 64 a SHA-256 one; fewer than 40, but no fewer
 * than 8, can only be a serial number (RFC 5280 allows 20 octets). Text beyond 4096 characters is not looked at.
 */
export function cleanThumbprint(text: string): CleanedThumbprint {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const visible: string[] = [];
  for (const character of text.slice(0, longest)) {
    if (/[\p{Cf}\p{Cc}]/u.test(character) && !/\s/.test(character) || character in hiddenNames) count(hiddenName(character));
    else visible.push(character);
  }
  const rest = visible.join("");
  const prefix = label.exec(rest)?.[0] ?? "";
  if (prefix !== "") count(`the words "${prefix.trim()}"`);
  const kept: string[] = [];
  for (const character of rest.slice(prefix.length)) {
    const kind = separator(character);
    if (kind === null) kept.push(character); else count(kind);
  }
  const cleaned = kept.join("").replace(/^0x/i, () => { count("the prefix 0x"); return ""; });
  const kind = kindOf(cleaned);
  return {
    thumbprint: kind === "unknown" ? cleaned : cleaned.toUpperCase(),
    kind,
    removed: [...counts].map(([what, times]) => named(what, times)),
  };
}

function kindOf(cleaned: string): CleanedThumbprint["kind"] {
  if (!/^[0-9A-F]+$/i.test(cleaned)) return "unknown";
  if (cleaned.length === 40) return "sha1";
  if (cleaned.length === 64) return "sha256";
  return cleaned.length >= 8 && cleaned.length < 40 ? "serial-number" : "unknown";
}

function separator(character: string): "blank" | "colon" | "dash" | "quotation mark" | "question mark" | null {
  if (/\s/.test(character)) return "blank";
  if (character === ":") return "colon";
  if (/\p{Pd}/u.test(character)) return "dash";
  if (/["'“”„‘’«»]/.test(character)) return "quotation mark";
  // What is left of a hidden character after it went through an old code page.
  return character === "?" ? "question mark" : null;
}

function hiddenName(character: string): string {
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${number} ${hiddenNames[character] ?? "hidden character"}`;
}

function named(what: string, times: number): string {
  if (/^(?:U\+|the )/.test(what)) return times === 1 ? what : `${what} (${times} times)`;
  return `${times} ${what}${times === 1 ? "" : what.endsWith("sh") ? "es" : "s"}`;
}
