// The header that signs a request: how it is written, and everything that can be wrong with how a client wrote it.
import { algorithms, isKnownIn, type Algorithm, type ServiceVersion } from "./algorithm.ts";
import type { Mistake, MistakeCode } from "./cws-view.ts";

/** What stands in the header, as far as it can be told. */
export interface HeaderReading {
  /** Scheme as written; null where there is none. */
  readonly scheme: string | null;
  /** The algorithm that is meant, also by one that is misspelt. */
  readonly algorithm: Algorithm | null;
  readonly user: string | null;
  /** The signature as written, without quotes and line breaks; null where there is none. */
  readonly signature: string | null;
  readonly findings: readonly Mistake[];
}

/** Exactly what docs.coremr.com/ws/security gives. User names are of visible ASCII without comma, equals sign and quotes; nothing is escaped. */
const exact = /^(CWS-SHA1|CWS-SHA256) Access=((?:(?![,="'])[!-~]){1,128}), Signature=([A-Za-z0-9+/]+={0,2})$/;

/** The header's value. */
export const headerValue = (algorithm: Algorithm, user: string, signature: string): string => `${algorithm} Access=${user}, Signature=${signature}`;

const nameAndColon = "Authorization: ";

/** The value of a line that is written as usual; the line itself where it is the value, or is written otherwise. */
export function valueOf(line: string): string {
  const start = line.startsWith(nameAndColon) || line.slice(0, nameAndColon.length).toLowerCase() === nameAndColon.toLowerCase() ? nameAndColon.length : 0;
  const end = line.endsWith("\r\n") ? line.length - 2 : line.endsWith("\n") ? line.length - 1 : line.length;
  return line.slice(start, end);
}

/** The header's value taken apart where it is written exactly as it must be; null where it is not. */
export function exactHeader(value: string): { readonly algorithm: Algorithm; readonly user: string; readonly signature: string } | null {
  const [, algorithm, user, signature] = exact.exec(value) ?? [];
  const known = algorithms.find((one) => one === algorithm);
  // With its padding, base64 comes in fours.
  return known === undefined || user === undefined || signature === undefined || signature.length % 4 !== 0 ? null : { algorithm: known, user, signature };
}

const mistake = (code: MistakeCode, message: string, evidence: string, mend: string): Mistake => ({ code, message, evidence, mend });

const form = "Authorization: CWS-SHA256 Access=USER, Signature=BASE64";

/** Characters that are not seen, or look like a blank and are none, or that no header may hold. */
const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]/gu;
const invisibleNames: Readonly<Record<string, string>> = {
  "\u0000": "NUL", "\u00a0": "a no-break space", "\u00ad": "a soft hyphen", "\u200b": "a zero-width space", "\u200c": "a zero-width non-joiner", "\u200d": "a zero-width joiner",
  "\u200e": "a left-to-right mark", "\u200f": "a right-to-left mark", "\u202f": "a narrow no-break space", "\u2060": "a word joiner", "\u3000": "an ideographic space", "\ufeff": "a byte order mark",
};
const looksBlank = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/u;
const codePoint = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

const quotes = "\"'`\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a<>";
const isQuote = (character: string): boolean => character !== "" && quotes.includes(character);
const isGap = (character: string): boolean => character !== "" && " \t,;&|".includes(character);
const isPunctuation = (character: string): boolean => character !== "" && ",;:".includes(character);

/** Where the run of such characters begins that ends the text. Not by a pattern: one would try every beginning anew. */
function endRun(text: string, belongs: (character: string) => boolean): number {
  let end = text.length;
  while (belongs(text.charAt(end - 1))) end--;
  return end;
}

function startRun(text: string, belongs: (character: string) => boolean): number {
  let start = 0;
  while (belongs(text.charAt(start))) start++;
  return start;
}

const withoutQuotes = (text: string): string => {
  const inner = text.slice(startRun(text, isQuote));
  return inner.slice(0, endRun(inner, isQuote));
};

/** Shows what is written without giving away a signature. */
const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}…` : text);

interface Work {
  text: string;
  /** How often the header's own name was met. */
  names: number;
  readonly findings: Mistake[];
}

function takeName(work: Work): void {
  const before = work.names;
  let other: string | null = null;
  for (;;) {
    const [all, name = "", gap = ""] = /^[ \t]*([A-Za-z][A-Za-z-]{0,60})([ \t]*):[ \t]*/.exec(work.text) ?? [];
    if (all === undefined) break;
    if (name.toLowerCase() === "authorization") work.names++;
    else if (/^(cws|access|signature)/i.test(name) || other !== null) break;
    else other = name;
    work.text = work.text.slice(all.length);
    // RFC 9112, 5.1: a server answers this with 400.
    if (gap !== "") separator(work.findings, "Between the header's name and its colon there is to be nothing.", `After “${name}” stands a blank.`);
    if (work.names > 8) break;
  }
  if (work.names > 1 && before <= 1) {
    work.findings.push(mistake("header.name-included", "The value of the header holds the header's own name once more.", `“Authorization:” stands there ${work.names} times.`, "Give the client library the value alone: it writes the name itself."));
  }
  if (other !== null) {
    work.findings.push(mistake("header.other-name", `The header is called ${other}; the services read Authorization.`, `It begins with “${other}:”.`, "Send the value under the name Authorization."));
  }
}

function takeInvisible(work: Work): void {
  const found = new Map<string, number>();
  const cleaned = work.text.replace(invisible, (character, index: number) => {
    if (!found.has(character)) found.set(character, index + 1);
    return looksBlank.test(character) ? " " : "";
  });
  if (found.size === 0) return;
  work.text = cleaned;
  const list = [...found].slice(0, 6).map(([character, at]) => `${invisibleNames[character] ?? "a character that is not seen"} (${codePoint(character)}) at character ${at}`);
  work.findings.push(mistake("header.invisible-characters", "The header holds characters that are not seen, so what it says is not what it shows.", `${list.join("; ")}.`, "Type the header anew, or have the program put it together, instead of pasting it from a document or a web page."));
}

/** Where the signature's value begins; the length of the text where there is none. */
function signatureStart(text: string): number {
  let start = text.length;
  for (const found of text.matchAll(/(?:^|[\s,;&"'])signature\s{0,20}[=:]/gi)) start = found.index + found[0].length;
  return start;
}

/** Line breaks: folded ones anywhere, and those that the base64 brought along. */
function takeBreaks(work: Work): void {
  work.text = work.text.replace(/(?:\r\n|\r|\n)[ \t]*$/, "");
  if (!/[\r\n]|\\[rn]/.test(work.text)) return;
  const start = signatureStart(work.text);
  let folded = 0;
  let wrapped = 0;
  const before = work.text.slice(0, start).replace(/[ \t]{0,100}[\r\n]+[ \t]*/g, () => {
    folded++;
    return " ";
  });
  const after = work.text.slice(start).replace(/(?:\r\n|\r|\n|\\r\\n|\\n|\\r)([ \t]*)/g, (_, blanks: string) => {
    if (blanks === "") wrapped++;
    else folded++;
    return "";
  });
  work.text = `${before}${after}`;
  if (folded > 0) {
    work.findings.push(mistake("header.folded", "The header is spread over several lines, which HTTP has given up (RFC 9112, 5.2) and servers refuse.", `${folded} line ${folded === 1 ? "break stands" : "breaks stand"} within it.`, "Write the whole header on one line."));
  }
  if (wrapped > 0) {
    work.findings.push(mistake("signature.base64-wrapped", "The base64 of the signature has line breaks, as encoders put in that write for mail.", `${wrapped} line ${wrapped === 1 ? "break stands" : "breaks stand"} within the signature.`, "Encode on one line: `openssl base64 -A`, `base64 -w0`, or without the option that breaks lines."));
  }
}

function takeOuterQuotes(work: Work): void {
  const text = work.text.trim();
  if (!isQuote(text.charAt(0)) || !isQuote(text.charAt(text.length - 1))) return;
  work.text = withoutQuotes(text);
  work.findings.push(quoted("the whole value", text));
}

const quoted = (what: string, text: string): Mistake =>
  mistake("header.quoted", `There are quotation marks around ${what}; the header is written without any.`, `It begins with ${text.charAt(0)} (${codePoint(text.charAt(0))}).`, `Leave them out: ${form}`);

function unquote(value: string, what: string, findings: Mistake[]): string {
  const inner = withoutQuotes(value);
  if (inner === value) return value;
  if (!findings.some(({ code }) => code === "header.quoted")) findings.push(quoted(what, isQuote(value.charAt(0)) ? value : value.slice(-1)));
  return inner;
}

/** A whole value that was encoded for a URL. */
function takeEncoding(work: Work): void {
  if (work.text.includes("=") && !/Signature%3D/i.test(work.text) || !/%[0-9a-f]{2}/i.test(work.text)) return;
  const decoded = decodePercent(work.text.replace(/\+/g, "%20"));
  if (decoded === null || !decoded.includes("=")) return;
  work.text = decodePercent(work.text) ?? decoded;
  work.findings.push(mistake("signature.percent-encoded", "The whole header was encoded as if for a URL; in the header nothing is escaped.", "It holds %3D where an equals sign belongs.", "Send it as it is, without URL encoding."));
}

/** Null where the text is no percent encoding of UTF-8. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The algorithm that a misspelt scheme means; null for a foreign one. */
function meantAlgorithm(scheme: string): Algorithm | null {
  const plain = scheme.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (/sha2?256$|rsasha256|^rs256$/.test(plain)) return "CWS-SHA256";
  return /sha1?$|^rs1$/.test(plain) ? "CWS-SHA1" : null;
}

function takeScheme(work: Work, version: ServiceVersion): Pick<HeaderReading, "scheme" | "algorithm"> {
  const { findings } = work;
  const text = work.text.trimStart();
  const [all = "", token = "", gap = ""] = /^([^\s=]+)(\s*)/.exec(text) ?? [];
  const joined = /^(CWS-SHA(?:256|1))(?=Access)/i.exec(text)?.[1];
  const isParameter = /^[=:]/.test(text.slice(all.length)) && joined === undefined || /^access[,;:]?$|^signature[,;:]$/i.test(token) || token === "";
  if (isParameter) {
    findings.push(mistake("header.missing-scheme", text === "" ? "The header is empty." : "The header does not say with which algorithm it is signed.", text === "" ? "Nothing stands after its name." : `It begins with “${shown(text.split(/[=:]/)[0] ?? "")}”.`, `Begin it with the algorithm and one blank: ${form}`));
    work.text = text;
    return { scheme: null, algorithm: null };
  }
  const written = joined ?? token.slice(0, endRun(token, isPunctuation));
  work.text = joined === undefined ? text.slice(all.length) : text.slice(joined.length);
  const gapIsWrong = work.text !== "" && (joined !== undefined || gap !== " " || written !== token);
  if (gapIsWrong || work.text === text) separator(findings, "Between the algorithm and Access there is to be one blank, and nothing else.", joined === undefined && written !== token ? `After “${shown(written)}” stands “${token.slice(written.length)}”.` : `There ${gap.length === 1 ? "is a tabulator" : `are ${gap.length} blanks`}.`);
  const known = algorithms.find((one) => one === written);
  const cased = known ?? algorithms.find((one) => one.toLowerCase() === written.toLowerCase());
  const algorithm = cased ?? meantAlgorithm(written);
  if (known === undefined && cased !== undefined) {
    findings.push(mistake("header.algorithm-case", "The algorithm is written in capitals.", `It says “${written}”.`, `Write ${cased}.`));
  } else if (cased === undefined) {
    findings.push(mistake("header.unknown-algorithm", "The services know no algorithm of that name.", `It says “${shown(written)}”.`, algorithm === null ? "Write CWS-SHA256; for CorEMR before 6.2.0, CWS-SHA1." : `Write ${algorithm}.`));
  }
  if (algorithm !== null && cased !== undefined && !isKnownIn(algorithm, version)) {
    findings.push(mistake("header.algorithm-not-in-version", `${algorithm} came with version 2 of the services (CorEMR 6.2.0); version 1 does not know it.`, `The services are taken to be of version ${version.slice(1)}.`, "Sign with CWS-SHA1, or have CorEMR updated."));
  }
  return { scheme: written, algorithm };
}

function separator(findings: Mistake[], message: string, evidence: string): void {
  if (findings.some(({ code }) => code === "header.separator" || code === "header.folded")) return;
  findings.push(mistake("header.separator", message, evidence, `Between the parts: one blank after the algorithm, a comma and one blank after the user, nothing around the equals signs. ${form}`));
}

interface Parameter {
  /** As written. */
  readonly name: string;
  /** Where its name begins and its value. */
  readonly at: number;
  readonly value: number;
  /** Between name and value. */
  readonly equals: string;
}

const accessName = /(^|[\s,;&"'])(access)(\s{0,20}[=:]\s{0,20})/gi;
const signatureName = /(^|[\s,;&"'])(signature)(\s{0,20}[=:]\s{0,20})/gi;
const likeAccess = /(^|[\s,;&])(access[a-z-]{1,20}|user[a-z-]{0,20}|key-?id|key|login|client[a-z-]{0,20}|id|credential|account|username)(\s{0,20}[=:]\s{0,20})/gi;
const likeSignature = /(^|[\s,;&])(signature[a-z-]{1,20}|signed|sign?|sgn|hash|digest|token)(\s{0,20}[=:]\s{0,20})/gi;

function parametersNamed(text: string, pattern: RegExp): readonly Parameter[] {
  return [...text.matchAll(pattern)].slice(0, 100).map((found) => {
    const [all, before = "", name = "", equals = ""] = found;
    return { name, at: found.index + before.length, value: found.index + all.length, equals };
  });
}

interface Found { readonly parameter: Parameter | null; readonly repeated: number }

/** The last Signature counts and the first Access: what stands between may be anything that a client let in. */
function findParameter(text: string, right: RegExp, like: RegExp, pick: "first" | "last"): Found {
  const found = parametersNamed(text, right);
  const candidates = found.length > 0 ? found : parametersNamed(text, like).slice(0, 1);
  return { parameter: (pick === "first" ? candidates[0] : candidates.at(-1)) ?? null, repeated: found.length };
}

function missing(which: "Access" | "Signature", parameter: Parameter | null, isEmpty: boolean): Mistake {
  const what = which === "Access" ? "whose key signed it" : "the signature";
  const evidence = isEmpty ? `Nothing stands after “${which}=”.` : parameter === null ? `There is no “${which}=”.` : `It says “${shown(parameter.name)}”, where “${which}” belongs, in exactly that spelling.`;
  return mistake(which === "Access" ? "header.missing-access" : "header.missing-signature", `The header does not give ${what}.`, evidence, `Write it as ${form}`);
}

/** Reads the parts, whatever their order, and says what is wrong between them. */
function takeParameters(work: Work): Pick<HeaderReading, "user" | "signature"> {
  const { text, findings } = work;
  const { parameter: signature, repeated: signatures } = findParameter(text, signatureName, likeSignature, "last");
  const head = signature === null ? text : text.slice(0, signature.at);
  const inHead = findParameter(head, accessName, likeAccess, "first");
  const swapped = inHead.parameter === null && signature !== null ? findParameter(text.slice(signature.value), accessName, likeAccess, "first") : { parameter: null, repeated: 0 };
  const access = inHead.parameter ?? swapped.parameter;
  const isSwapped = inHead.parameter === null && swapped.parameter !== null;
  const repeated = signatures > 1 ? "Signature" : inHead.repeated + swapped.repeated > 1 ? "Access" : null;
  if (repeated !== null) findings.push(mistake("header.repeated-parameter", `${repeated} stands in the header more than once, so that it is open which of them counts.`, `“${repeated}=” was found ${repeated === "Signature" ? signatures : inHead.repeated + swapped.repeated} times.`, "Give each part once. A user's name must not hold parts of the header."));

  const userText = access === null ? "" : isSwapped ? text.slice((signature?.value ?? 0) + access.value) : head.slice(access.value);
  const { value: userValue, after, next } = cutValue(userText, signature !== null && !isSwapped);
  const signatureText = signature === null ? "" : isSwapped ? text.slice(signature.value, signature.value + swapped.parameter.at) : text.slice(signature.value);
  const { value: signatureValue, rest } = cutSignature(signatureText);

  const user = unquote(userValue, "the user", findings);
  const written = unquote(signatureValue, "the signature", findings);
  if (access === null || access.name !== "Access" || user === "") findings.push(missing("Access", access?.name === "Access" ? null : access, access?.name === "Access" && user === ""));
  if (signature === null || signature.name !== "Signature" || written === "") findings.push(missing("Signature", signature?.name === "Signature" ? null : signature, signature?.name === "Signature" && written === ""));
  for (const one of [access, signature]) {
    if (one !== null && one.equals !== "=") separator(findings, `Between ${one.name} and its value there is to be an equals sign, and nothing else.`, `It says “${one.name}${one.equals}”.`);
  }
  if (isSwapped) separator(findings, "Access stands before Signature.", "Signature is the first of them here.");
  else if (access !== null && signature !== null && after !== ", ") separator(findings, "Between the user and Signature there is to be a comma and one blank.", after === "" ? "Nothing stands between them." : `There stands “${shown(after)}”.`);
  if (access !== null && head.slice(0, access.at).trim() !== "" && !isSwapped) separator(findings, "Access follows the algorithm at once.", `“${shown(head.slice(0, access.at).trim())}” stands between.`);
  if (next !== null && repeated === null && !/^(access|signature)$/i.test(next)) findings.push(unknownParameter(next));
  if (rest !== "" && !isSwapped) trailing(rest, findings);
  return { user: user === "" ? null : user, signature: written === "" ? null : written };
}

const unknownParameter = (name: string): Mistake => mistake("header.unknown-parameter", `The services know no part named ${name}.`, `“${name}=” stands there.`, `Leave it out: ${form}`);

function trailing(rest: string, findings: Mistake[]): void {
  const [, name] = /([A-Za-z][A-Za-z0-9_-]{0,40})\s*=/.exec(rest) ?? [];
  if (name === undefined) {
    separator(findings, "After the signature there is to be nothing.", `There stands “${shown(rest)}”.`);
    return;
  }
  findings.push(unknownParameter(name));
}

/** The user, and what separates it from what follows; where another part follows, that one's name. */
function cutValue(text: string, isFollowed: boolean): { readonly value: string; readonly after: string; readonly next: string | null } {
  const further = /[,;]\s{0,20}([A-Za-z][A-Za-z0-9_-]{0,40})\s{0,20}=/.exec(text);
  if (further) return { value: text.slice(0, further.index), after: ", ", next: further[1] ?? "" };
  const end = isFollowed ? text.length : /[,;]/.exec(text)?.index ?? text.length;
  const valueEnd = endRun(text.slice(0, end), isGap);
  return { value: text.slice(0, valueEnd), after: isFollowed ? text.slice(valueEnd, end) : "", next: null };
}

/** The signature, and what stands after it. Blanks stay: they may have been plus signs. */
function cutSignature(text: string): { readonly value: string; readonly rest: string } {
  const end = /[,;&]/.exec(text)?.index ?? text.length;
  return { value: text.slice(0, end).trimEnd(), rest: text.slice(end).trim() };
}

/**
 * Reads a header as a client sent it, the whole line or its value, and says what is wrong with how it is written. A
 * mistake that follows from another is not told. Takes any text, in time that grows with its length.
 */
export function readHeader(line: string, version: ServiceVersion = "V2"): HeaderReading {
  const found = exactHeader(valueOf(line));
  if (found !== null && isKnownIn(found.algorithm, version)) return { scheme: found.algorithm, algorithm: found.algorithm, user: found.user, signature: found.signature, findings: [] };

  const work: Work = { text: line, names: 0, findings: [] };
  takeName(work);
  takeBreaks(work);
  takeInvisible(work);
  takeOuterQuotes(work);
  takeName(work);
  takeEncoding(work);
  const { scheme, algorithm } = takeScheme(work, version);
  const { user, signature } = takeParameters(work);
  // A header of another kind, or none at all, is one mistake: what else it lacks follows from that.
  const isOther = algorithm === null && user === null && signature === null;
  return { scheme, algorithm, user, signature, findings: isOther ? work.findings.filter(({ code }) => code !== "header.missing-access" && code !== "header.missing-signature") : work.findings };
}

/** A header or any text with every signature in it replaced: what may be kept, shown and copied. */
export function maskSignatures(text: string): string {
  return text.replace(/(signature\s{0,20}(?:[=:]|%3D)\s{0,20}["']?)([^\s,;"']{9,})/gi, (_, name: string, value: string) => `${name}${value.slice(0, 4)}…(${value.length} characters)`);
}
