// Pasted text in which a thumbprint is looked for: cleaned, and told for what it is. No platform is needed, so the window shares it.
import { decodeBase64 } from "../base64.ts";
import type { Certificate } from "./certificate.ts";

export interface CleanedThumbprint {
  /** The text without what does not belong to it; upper case where it is hexadecimal. */
  readonly thumbprint: string;
  readonly kind: "sha1" | "sha256" | "serial-number" | "unknown";
  /** What was taken away, by name and with how often: "U+200E LEFT-TO-RIGHT MARK", "19 blanks". */
  readonly removed: readonly string[];
  /** Null for a thumbprint; else what the text is in place of one, and what to do. */
  readonly problem: string | null;
}

/** Characters that cannot be seen, as Unicode names them. Windows' certificate dialogue puts the first before a thumbprint. */
const hiddenNames: Readonly<Record<string, string>> = {
  "\u200E": "LEFT-TO-RIGHT MARK", "\u200F": "RIGHT-TO-LEFT MARK", "\u200B": "ZERO WIDTH SPACE", "\u200C": "ZERO WIDTH NON-JOINER",
  "\u200D": "ZERO WIDTH JOINER", "\u2060": "WORD JOINER", "\uFEFF": "ZERO WIDTH NO-BREAK SPACE", "\u00AD": "SOFT HYPHEN",
  "\u202A": "LEFT-TO-RIGHT EMBEDDING", "\u202B": "RIGHT-TO-LEFT EMBEDDING", "\u202C": "POP DIRECTIONAL FORMATTING",
  "\u202D": "LEFT-TO-RIGHT OVERRIDE", "\u202E": "RIGHT-TO-LEFT OVERRIDE", "\u2066": "LEFT-TO-RIGHT ISOLATE",
  "\u2067": "RIGHT-TO-LEFT ISOLATE", "\u2068": "FIRST STRONG ISOLATE", "\u2069": "POP DIRECTIONAL ISOLATE",
};

/** Letters of other alphabets, and of ours, that look like a hexadecimal digit. */
const lookAlikes: Readonly<Record<string, readonly [name: string, digit: string]>> = {
  "А": ["Cyrillic А", "A"], "а": ["Cyrillic а", "a"], "В": ["Cyrillic В", "B"], "С": ["Cyrillic С", "C"], "с": ["Cyrillic с", "c"],
  "Е": ["Cyrillic Е", "E"], "е": ["Cyrillic е", "e"], "О": ["Cyrillic О", "0"], "о": ["Cyrillic о", "0"], "З": ["Cyrillic З", "3"], "б": ["Cyrillic б", "6"],
  "Α": ["Greek Α", "A"], "Β": ["Greek Β", "B"], "Ε": ["Greek Ε", "E"], "Ο": ["Greek Ο", "0"], "ο": ["Greek ο", "0"],
  "O": ["letter O", "0"], "o": ["letter o", "0"], "I": ["letter I", "1"], "l": ["letter l", "1"],
};

/** What openssl, certutil, netsh, keytool and PowerShell write before the number. */
const label = /^\s*(?:(?:sha-?(?:1|256)|md-?5|serial|cert(?:ificate)?)?[\s_-]*(?:thumbprint|fingerprint|number|hash)|sha-?1|sha-?256|md-?5|serial)\s*(?:\([^()]{0,20}\))?\s*[:=]\s*/i;
const identifierForm = /^\{?[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}?$/i;
/** 20 octets, whole or in pairs, with nothing that would make the number longer before or after it. */
const within = /(?<![0-9A-Za-z])(?<![0-9A-F]{2}[ :-])(?:[0-9A-F]{40}|[0-9A-F]{2}(?:[ :-][0-9A-F]{2}){19})(?![0-9A-Za-z])(?![ :-][0-9A-F]{2}(?![0-9A-Za-z]))/gi;
const longest = 4096;

type Count = (what: string, times?: number) => void;

/**
 * Cleans pasted text. 40 hexadecimal digits are a SHA-1 thumbprint and 64 a SHA-256 one; an even number from 8 to 38, or
 * one in decimal, can only be a serial number (RFC 5280 allows 20 octets). A longer text in which one thumbprint stands
 * gives that. Text beyond 4096 characters is not looked at.
 */
export function cleanThumbprint(text: string): CleanedThumbprint {
  const counts = new Map<string, number>();
  const count: Count = (what, times = 1) => counts.set(what, (counts.get(what) ?? 0) + times);
  const visible = visibleOf(text.slice(0, longest), count);
  if (text.length > longest) count(`the text after ${longest} characters`);
  const outside = new Map(counts);
  const removed = (from: ReadonlyMap<string, number>): readonly string[] => [...from].map(([what, times]) => named(what, times));

  const direct = recognised(visible, count);
  if (direct.kind !== "unknown") return { ...direct, removed: removed(counts) };
  const found = visible.match(within) ?? [];
  const distinct = [...new Set(found.map((each) => each.replace(/[ :-]/g, "").toUpperCase()))];
  const [only, another] = distinct;
  if (only === undefined) return { ...direct, removed: removed(counts) };
  if (another !== undefined) return { ...direct, removed: removed(counts), problem: `The text holds ${distinct.length} different thumbprints: paste the one that is meant.` };
  return { thumbprint: only, kind: "sha1", removed: [...removed(outside), "the text around it"], problem: null };
}

/** Without what cannot be seen, and with full-width characters (as East Asian keyboards write them) as their ASCII ones. */
function visibleOf(text: string, count: Count): string {
  let visible = "";
  for (const character of text) {
    if (/[\p{Cf}\p{Cc}]/u.test(character) && !/\s/.test(character) || character in hiddenNames) count(hiddenName(character));
    else if (/[\uFF01-\uFF5E]/.test(character)) {
      count("full-width character");
      visible += String.fromCharCode((character.codePointAt(0) ?? 0) - 0xfee0);
    } else visible += character;
  }
  return visible;
}

type Recognised = Omit<CleanedThumbprint, "removed">;

function recognised(visible: string, count: Count): Recognised {
  const bare = visible.trim();
  if (identifierForm.test(bare)) return { thumbprint: bare, kind: "unknown", problem: "This is a GUID, such as the id of an application, not a thumbprint. " + where };
  const encoded = fromBase64(bare, count);
  if (encoded) return encoded;
  const prefix = label.exec(visible)?.[0] ?? "";
  if (prefix !== "") count(`the words "${prefix.trim()}"`);
  const digits = withoutSeparators(visible.slice(prefix.length), count);
  const kind = /serial/i.test(prefix) && /^[0-9A-F]{1,40}$/i.test(digits) ? "serial-number" : kindOf(digits);
  if (/md-?5/i.test(prefix) && /^[0-9A-F]{32}$/i.test(digits)) return { thumbprint: digits.toUpperCase(), kind: "unknown", problem: `This is an MD5 fingerprint, not a thumbprint. ${where}` };
  return { thumbprint: kind === "unknown" ? digits : digits.toUpperCase(), kind, problem: problemOf(digits, kind) };
}

function withoutSeparators(text: string, count: Count): string {
  const kept: string[] = [];
  for (const character of text.replace(/(?<![0-9A-Z])0x/gi, () => { count("the prefix 0x"); return ""; })) {
    const kind = separator(character);
    if (kind === null) kept.push(character); else count(kind);
  }
  return kept.join("");
}

/** 28 and 44 characters with their padding are the base64 of 20 and of 32 octets. */
function fromBase64(text: string, count: Count): Recognised | null {
  const [, pin, body] = /^["']?(sha-?256\/\/?)?([A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=)["']?$/i.exec(text) ?? [];
  if (body === undefined || pin !== undefined && body.length < 44) return null;
  const hexadecimal = Array.from(decodeBase64(body), (octet) => octet.toString(16).padStart(2, "0")).join("").toUpperCase();
  const quotes = text.replace(/[^"']/g, "").length;
  if (quotes > 0) count("quotation mark", quotes);
  if (pin !== undefined) count(`the words "${pin}"`);
  count("the form base64");
  const kind = kindOf(hexadecimal);
  return { thumbprint: hexadecimal, kind, problem: pin === undefined ? problemOf(hexadecimal, kind) : `This is a pin, the SHA-256 hash of a public key and not of a certificate. ${where}` };
}

function kindOf(digits: string): CleanedThumbprint["kind"] {
  if (!/^[0-9A-F]+$/i.test(digits)) return "unknown";
  if (digits.length === 40) return "sha1";
  if (digits.length === 64) return "sha256";
  if (isDecimal(digits)) return "serial-number";
  // Whole octets below a thumbprint's 20. Few digits less than 40, and an odd number, are a thumbprint cut off.
  return digits.length >= 8 && digits.length < 39 && (digits.length % 2 === 0 || digits.length < 33) ? "serial-number" : "unknown";
}

/** So many digits without one letter are no hexadecimal. The largest serial number has 49 in decimal. */
function isDecimal(digits: string): boolean {
  return /^\d{21,49}$/.test(digits) && digits.length !== 40;
}

const where = "Open the certificate's details and copy the field Thumbprint.";

function problemOf(digits: string, kind: CleanedThumbprint["kind"]): string | null {
  switch (kind) {
    case "sha1": return null;
    case "sha256": return `This is a SHA-256 fingerprint, not a thumbprint: Windows names a certificate by its SHA-1 hash, 40 digits. ${where}`;
    case "serial-number": return `This is a serial number${isDecimal(digits) ? " in decimal" : ""}, not a thumbprint. ${where}`;
    case "unknown": return unknownProblem(digits);
  }
}

function unknownProblem(digits: string): string {
  if (digits === "") return `No digit is left. ${where}`;
  const characters = Array.from(digits);
  const wrong = characters.flatMap((character, index) => (/[0-9A-F]/i.test(character) ? [] : [{ character, place: index + 1 }]));
  const [first] = wrong;
  if (!first) {
    const excess = digits.length - 40;
    if (Math.abs(excess) > 8) return `${digits.length} digits: a thumbprint has 40. ${where}`;
    const many = Math.abs(excess) === 1 ? "one" : String(Math.abs(excess));
    return `${digits.length} digits: ${excess < 0 ? `${many} ${many === "one" ? "is" : "are"} missing` : `${many} too many`}; a thumbprint has 40. Copy it again.`;
  }
  const alike = lookAlikes[first.character];
  if (alike && wrong.every(({ character }) => character in lookAlikes)) {
    return `The character at place ${first.place} is a ${alike[0]} (${codePoint(first.character)}), which only looks like ${alike[1]}. Type it again, or copy the thumbprint from the certificate's details.`;
  }
  // A thumbprint with a slip is pointed at; of any other text nothing is repeated, for it may be a secret.
  return characters.length >= 32 && characters.length <= 48 && wrong.length <= 4
    ? `The character at place ${first.place}, ${codePoint(first.character)}, is no hexadecimal digit. Copy the thumbprint again.`
    : `This is no thumbprint, which is 40 digits from 0 to 9 and A to F. ${where}`;
}

type Separator = "blank" | "colon" | "dash" | "quotation mark" | "question mark" | "comma" | "semicolon" | "dot" | "bracket";

function separator(character: string): Separator | null {
  if (/\s/.test(character)) return "blank";
  if (character === ":") return "colon";
  if (/\p{Pd}/u.test(character)) return "dash";
  if (/["'“”„‘’«»]/.test(character)) return "quotation mark";
  if (/[()[\]{}<>]/.test(character)) return "bracket";
  switch (character) {
    case ",": return "comma";
    case ";": return "semicolon";
    case ".": return "dot";
    // What is left of a hidden character after it went through an old code page.
    case "?": return "question mark";
    default: return null;
  }
}

const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

const hiddenName = (character: string): string => `${codePoint(character)} ${hiddenNames[character] ?? "hidden character"}`;

function named(what: string, times: number): string {
  if (/^(?:U\+|the )/.test(what)) return times === 1 ? what : `${what} (${times} times)`;
  return `${times} ${what}${times === 1 ? "" : what.endsWith("sh") ? "es" : "s"}`;
}

export interface ListedMatch<Listed> {
  readonly certificate: Listed;
  /** The member by which it was found. */
  readonly by: "thumbprint" | "sha256" | "serialNumber";
}

/**
 * The listed certificates that cleaned text means: by thumbprint first, then by SHA-256, then by serial number, which is
 * compared without leading zeros, in hexadecimal and in decimal. Only the list tells a serial number of 40 digits from a
 * thumbprint.
 */
export function matchesListed<Listed extends Pick<Certificate, "thumbprint" | "sha256" | "serialNumber">>(
  { thumbprint: text }: Pick<CleanedThumbprint, "thumbprint">, certificates: readonly Listed[],
): readonly ListedMatch<Listed>[] {
  if (!/^[0-9A-F]{1,64}$/i.test(text)) return [];
  const wanted = text.toUpperCase();
  const numbers = [withoutZeros(wanted), ...(/^\d+$/.test(wanted) ? [BigInt(wanted).toString(16).toUpperCase()] : [])];
  const found = (by: ListedMatch<Listed>["by"], fits: (certificate: Listed) => boolean) => certificates.filter(fits).map((certificate) => ({ certificate, by }));
  const matches = [
    ...found("thumbprint", ({ thumbprint }) => thumbprint === wanted),
    ...found("sha256", ({ sha256 }) => sha256 === wanted),
    ...found("serialNumber", ({ serialNumber }) => numbers.includes(withoutZeros(serialNumber))),
  ];
  return matches.filter(({ certificate }, index) => matches.findIndex((each) => each.certificate === certificate) === index);
}

const withoutZeros = (digits: string): string => digits.replace(/^0+(?=.)/, "");
