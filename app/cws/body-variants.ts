// What a mistaken client may have signed in place of the body that it sent: every variant with the mistake that makes it.
import type { MistakeCode } from "./cws-view.ts";
import { latin1 } from "../certificates/der.ts";
import { decodeText } from "../certificates/pem.ts";
import { encodeBase64 } from "../base64.ts";
import { decodePercent } from "./header.ts";
import {
  escapings, namedValues, numberings, parseJsonText, printJson, rewriteStrings, spacings, stringOf, type JsonNode, type Ordering,
} from "./json-text.ts";
import { joined } from "./signature.ts";

export interface Variant {
  /** Several where several mistakes came together. */
  readonly codes: readonly MistakeCode[];
  /** Completes "The signature is that of …". */
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** What the platform does and this room may not: compression. Every call gives what could be made of the bytes, bounded by `limit` octets each. */
export interface Compression {
  /** The content of bytes that are compressed, with the method's name. */
  unpacked(bytes: Uint8Array, limit: number): Iterable<readonly [method: string, content: Uint8Array]>;
  /** The bytes compressed, as usual programs do it by themselves. */
  packed(bytes: Uint8Array): Iterable<readonly [method: string, content: Uint8Array]>;
}

/** What is known of the request besides its body. */
export interface RequestFacts {
  readonly method: string;
  readonly user: string | null;
  readonly url: string | null;
}

/** Octets of all variants of one body together; beyond, no more are made. Text beyond `textLimit` is not taken apart. */
const budget = 384 * 1024 * 1024;
const textLimit = 24 * 1024 * 1024;
const smallBody = 64 * 1024;

const encoder = new TextEncoder();
const utf8 = (text: string): Uint8Array => encoder.encode(text);
const mark = Uint8Array.of(0xef, 0xbb, 0xbf);
const startsWith = (bytes: Uint8Array, start: readonly number[] | Uint8Array): boolean => bytes.length >= start.length && start.every((octet, index) => bytes[index] === octet);

/** Text of bytes in UTF-8, a mark left where it is; null for other bytes. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const isLineEnd = (octet: number | undefined): boolean => octet === 0x0a || octet === 0x0d;
const isBlank = (octet: number | undefined): boolean => octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;

function trimmedEnd(bytes: Uint8Array, belongs: (octet: number | undefined) => boolean): Uint8Array {
  let end = bytes.length;
  while (end > 0 && belongs(bytes[end - 1])) end--;
  return bytes.subarray(0, end);
}

function trimmedStart(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && isBlank(bytes[start])) start++;
  return bytes.subarray(start);
}

/** The bytes with every CR LF, LF and CR written as `end`. */
function withLineEnds(bytes: Uint8Array, end: readonly number[]): Uint8Array {
  let breaks = 0;
  for (const octet of bytes) if (octet === 0x0a || octet === 0x0d) breaks++;
  const out = new Uint8Array(bytes.length + breaks * end.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at] ?? 0;
    if (octet === 0x0d || octet === 0x0a) {
      if (octet === 0x0d && bytes[at + 1] === 0x0a) at++;
      for (const one of end) out[length++] = one;
    } else out[length++] = octet;
  }
  return out.subarray(0, length);
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((octet, index) => octet === other[index]);

const lineEndings = [
  ["", null], ["with LF line ends", [0x0a]], ["with CRLF line ends", [0x0d, 0x0a]], ["with CR line ends", [0x0d]], ["without its line ends", []],
] as const;
const closings = [
  ["", null], ["without the line end at its close", []], ["with a line end (LF) at its close", [0x0a]], ["with a line end (CRLF) at its close", [0x0d, 0x0a]],
] as const;

/** Marks, line ends and the last line end, in all combinations, those with one mistake first. */
function* byteVariants(body: Uint8Array): Iterable<Variant> {
  const hasMark = startsWith(body, mark);
  const bare = hasMark ? body.subarray(3) : body;
  const ownClose = bare.subarray(trimmedEnd(bare, isLineEnd).length);
  const found: Variant[] = [];
  for (const changesMark of [false, true]) {
    for (const [lineName, ends] of lineEndings) {
      const lines = ends === null ? bare : withLineEnds(bare, ends);
      const changesLines = ends !== null && !isSame(lines, bare);
      if (ends !== null && !changesLines) continue;
      for (const [closeName, close] of closings) {
        const closed = close === null ? lines : joined([trimmedEnd(lines, isLineEnd), Uint8Array.from(close)]);
        if (close !== null && isSame(closed, lines)) continue;
        if (!changesMark && !changesLines && close === null) continue;
        const bytes = changesMark !== hasMark ? joined([mark, closed]) : closed;
        const names = [changesMark ? `${hasMark ? "without" : "with"} a byte order mark at its beginning` : "", changesLines ? lineName : "", close === null ? "" : closeName].filter((name) => name !== "");
        found.push({
          codes: [...(changesMark ? ["body.bom"] as const : []), ...(changesLines ? ["body.line-endings"] as const : []), ...(close === null || changesLines && isSame(ownClose, Uint8Array.from(close)) ? [] : ["body.trailing-newline"] as const)],
          what: `the body ${names.join(", ")}`, bytes,
        });
      }
    }
  }
  // Of variants with the same bytes the likelier comes first: a converted line end before another last one, and that before none at all.
  const rank = ({ codes, what }: Variant): number => codes.length * 4 + (what.includes("without its line ends") ? 3 : codes.includes("body.line-endings") ? 0 : 1);
  yield* found.sort((one, other) => rank(one) - rank(other));
  const end = trimmedEnd(bare, isBlank);
  yield { codes: ["body.trimmed"], what: "the body without blanks and line ends at its close", bytes: end };
  yield { codes: ["body.trimmed"], what: "the body without blanks and line ends at its beginning and close", bytes: trimmedStart(end) };
  yield { codes: ["body.trimmed"], what: "the body without blanks and line ends at its beginning", bytes: trimmedStart(bare) };
  const blank = Uint8Array.of(0x20);
  yield { codes: ["body.trimmed"], what: "the body with a blank at its beginning", bytes: joined([blank, bare]) };
  yield { codes: ["body.trimmed"], what: "the body with a blank at its beginning and close", bytes: joined([blank, bare, blank]) };
  for (const [name, octets] of [["a blank", [0x20]], ["two blanks", [0x20, 0x20]], ["two line ends", [0x0a, 0x0a]], ["a zero octet", [0]]] as const) {
    yield { codes: [name === "two line ends" ? "body.trailing-newline" : "body.trimmed"], what: `the body with ${name} at its close`, bytes: joined([body, Uint8Array.from(octets)]) };
  }
}

/** Characters of windows-1252 from 0x80 to 0x9f, those that it leaves open as controls. Not every platform's own decoder knows them. */
const windowsBlock = "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";
const windowsCharacters = new Map(Array.from(windowsBlock, (character, at) => [character.charCodeAt(0), 0x80 + at]));

function windowsText(octets: Uint8Array): string {
  return latin1(octets).replace(/[\u0080-\u009f]/g, (character) => windowsBlock.charAt(character.charCodeAt(0) - 0x80));
}

function singleOctets(text: string, encoding: "latin1" | "windows-1252" | "ascii"): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const octet = code < 0x80 ? code : encoding === "ascii" ? undefined : encoding === "windows-1252" ? windowsCharacters.get(code) ?? (code >= 0xa0 && code <= 0xff ? code : undefined) : code <= 0xff ? code : undefined;
    if (octet === undefined) octets.push(...(code > 0xffff ? [0x3f, 0x3f] : [0x3f]));
    else octets.push(octet);
  }
  return Uint8Array.from(octets);
}

function utf16(text: string, littleEndian: boolean, withMark: boolean): Uint8Array {
  const marked = withMark ? `\ufeff${text}` : text;
  const out = new Uint8Array(marked.length * 2);
  const view = new DataView(out.buffer);
  for (let at = 0; at < marked.length; at++) view.setUint16(at * 2, marked.charCodeAt(at), littleEndian);
  return out;
}

const withoutMark = (text: string): string => (text.startsWith("\ufeff") ? text.slice(1) : text);

function* charsetVariants(body: Uint8Array, text: string | null): Iterable<Variant> {
  const variant = (what: string, bytes: Uint8Array): Variant => ({ codes: ["body.charset"], what: `the body in ${what}`, bytes });
  if (text === null) {
    yield variant("UTF-8, where windows-1252 was sent", utf8(windowsText(body)));
    yield variant("UTF-8, where Latin-1 was sent", utf8(latin1(body)));
  }
  const wide = decodeText(body);
  if (text === null || body.includes(0)) {
    yield variant("UTF-8, where UTF-16 was sent", utf8(withoutMark(wide)));
    yield { codes: ["body.charset", "body.bom"], what: "the body in UTF-8 with a byte order mark, where UTF-16 was sent", bytes: joined([mark, utf8(withoutMark(wide))]) };
  }
  if (text === null) return;
  const plain = withoutMark(text);
  if (/[^\u0000-\u007f]/.test(plain)) {
    yield variant("Latin-1", singleOctets(plain, "latin1"));
    yield variant("windows-1252", singleOctets(plain, "windows-1252"));
    yield variant("ASCII, with a question mark for every other character", singleOctets(plain, "ascii"));
    yield variant("ASCII, with two or more question marks for every other character", utf8(plain.replace(/[^\u0000-\u007f]/gu, (character) => "?".repeat(utf8(character).length))));
    yield variant("ASCII, every other character left out", utf8(plain.replace(/[^\u0000-\u007f]/gu, "")));
    const back = singleOctets(plain, "windows-1252");
    if (textOf(back) !== null) yield variant("UTF-8 once, where it was encoded twice", back);
    yield variant("UTF-8 encoded twice", utf8(windowsText(utf8(plain))));
    yield variant("UTF-8 encoded twice", utf8(latin1(utf8(plain))));
  }
  yield variant("UTF-16 (little-endian)", utf16(plain, true, false));
  yield variant("UTF-16 (little-endian) with its mark", utf16(plain, true, true));
  yield variant("UTF-16 (big-endian)", utf16(plain, false, false));
  yield variant("UTF-16 (big-endian) with its mark", utf16(plain, false, true));
}

function* normalisedVariants(text: string): Iterable<Variant> {
  for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
    yield { codes: ["body.unicode-normalisation"], what: `the body in Unicode's form ${form}`, bytes: utf8(text.normalize(form)) };
  }
}

function* emptyVariants({ method, user, url }: RequestFacts, isEmptyRight: boolean): Iterable<Variant> {
  const variant = (what: string, text: string): Variant => ({ codes: [isEmptyRight ? "body.get-must-sign-empty" : "body.unknown-difference"], what, bytes: utf8(text) });
  if (isEmptyRight) {
    for (const text of ["null", "{}", "[]", "\"\"", "undefined", "{}\n", "null\n", "false", "0", "''"]) yield variant(`“${text.trim()}”`, text);
    for (const [what, text] of [["a line end", "\n"], ["a line end (CRLF)", "\r\n"], ["a blank", " "], ["a zero octet", "\u0000"]] as const) yield variant(what, text);
  }
  yield variant("the method", method);
  if (user !== null) yield variant("the user's name", user);
  if (url === null) return;
  const [, origin = "", host = "", path = "", search = ""] = /^([a-z]+:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/i.exec(url) ?? [];
  const paths = new Set([path === "" ? "/" : path, `${path === "" ? "/" : path}${search}`, path.replace(/^\//, ""), path.replace(/\/$/, "")]);
  const texts = new Set([url, ...paths, `${origin}${path}`, host, search, search.slice(1)]);
  for (const text of texts) {
    if (text === "") continue;
    yield variant(`the address (“${text.slice(0, 80)}”)`, text);
    for (const gap of ["", " ", "\n"]) yield variant(`the method and the address (“${text.slice(0, 80)}”)`, `${method}${gap}${text}`);
  }
}

function* jsonVariants(root: JsonNode, text: string): Iterable<Variant> {
  const hasNumbers = numberings.filter(({ write }, index) => index === 0 || changesNumbers(root, write));
  const rewritten = escapings.map((escaping) => ({ escaping, text: rewriteStrings(text, escaping) })).filter((one) => one.text !== text);
  for (const one of rewritten) yield { codes: ["body.json-escapes"], what: `the body with its texts written ${one.escaping.name}`, bytes: utf8(one.text) };
  const orderings: readonly (readonly [Ordering, string])[] = [["kept", ""], ["sorted", ", members sorted by name"], ["numbers-first", ", members whose names are numbers first"]];
  const ways = [null, ...rewritten.map(({ escaping }) => escaping)];
  for (const escaping of ways) {
    for (const [ordering, orderName] of orderings) {
      for (const { name: numberName, write } of hasNumbers) {
        for (const spacing of spacings) {
          const printed = printJson(root, { spacing, escaping, numbering: write, ordering });
          if (printed === text) continue;
          const what = `the body as JSON written anew, ${spacing.name}${orderName}${numberName}${escaping === null ? "" : `, texts ${escaping.name}`}`;
          const codes: readonly MistakeCode[] = escaping === null ? ["body.json-reserialised"] : ["body.json-reserialised", "body.json-escapes"];
          yield { codes, what, bytes: utf8(printed) };
          if (escaping === null) {
            yield { codes: ["body.json-reserialised"], what: `${what}, and a line end at its close`, bytes: utf8(`${printed}\n`) };
            if (spacing.lineEnd === "\r\n") yield { codes: ["body.json-reserialised"], what: `${what}, and a line end (CRLF) at its close`, bytes: utf8(`${printed}\r\n`) };
          }
        }
      }
    }
  }
  yield { codes: ["body.json-escapes"], what: "the body encoded as a JSON text once more", bytes: utf8(JSON.stringify(text)) };
  if (root.kind === "string") yield { codes: ["body.json-escapes"], what: "the text within the body's JSON text", bytes: utf8(stringOf(root.lexeme)) };
}

function changesNumbers(node: JsonNode, write: (lexeme: string) => string): boolean {
  switch (node.kind) {
    case "object": return node.members.some(([, value]) => changesNumbers(value, write));
    case "array": return node.items.some((item) => changesNumbers(item, write));
    case "number": return write(node.lexeme) !== node.lexeme;
    case "string": case "word": return false;
  }
}

/** JSON with remarks, which some tools take out before they send or sign. */
function* remarkVariants(text: string): Iterable<Variant> {
  if (!text.includes("//") && !text.includes("/*")) return;
  const strings = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n\r]*|\/\*[^]*?\*\//g;
  const without = text.replace(strings, (part) => (part.startsWith("\"") ? part : ""));
  if (without === text) return;
  yield { codes: ["body.json-reserialised"], what: "the body without its remarks", bytes: utf8(without) };
  const root = parseJsonText(without);
  if (root !== null) yield { codes: ["body.json-reserialised"], what: "the body without its remarks, as JSON without blanks", bytes: utf8(JSON.stringify(JSON.parse(without))) };
}

/** As forms encode (application/x-www-form-urlencoded): letters, digits and -._ stay, a blank is a plus sign. PHP and Python leave * encoded, browsers do not. */
const formEncoded = (text: string): string => encodeURIComponent(text).replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`).replace(/%20/g, "+");
const formEncodings: readonly (readonly [name: string, encode: (text: string) => string])[] = [
  ["", (text) => formEncoded(text).replace(/\*/g, "%2A")],
  [" with %20 for blanks", (text) => formEncoded(text).replace(/\*/g, "%2A").replace(/\+/g, "%20")],
  [" as browsers do", formEncoded],
  [" as encodeURIComponent does", encodeURIComponent],
  [" with nothing encoded", (text) => text],
];

/** Names and values as PHP's http_build_query flattens them: a[b]=c. */
function flattened(node: JsonNode, name: string, booleans: "php" | "plain"): readonly (readonly [string, string])[] {
  switch (node.kind) {
    case "object": return node.members.flatMap(([member, value]) => flattened(value, name === "" ? stringOf(member) : `${name}[${stringOf(member)}]`, booleans));
    case "array": return node.items.flatMap((item, index) => flattened(item, `${name}[${index}]`, booleans));
    case "string": return [[name, stringOf(node.lexeme)]];
    case "number": return [[name, node.lexeme]];
    case "word":
      if (booleans === "plain") return [[name, node.lexeme]];
      return node.lexeme === "null" ? [] : [[name, node.lexeme === "true" ? "1" : "0"]];
  }
}

function* formVariants(text: string, root: JsonNode | null): Iterable<Variant> {
  const variant = (what: string, form: string): Variant => ({ codes: ["body.form-encoded"], what, bytes: utf8(form) });
  for (const [name, encode] of formEncodings) {
    if (root?.kind === "object") {
      for (const booleans of ["php", "plain"] as const) yield variant(`the body's members as a form${name}`, flattened(root, "", booleans).map(([member, value]) => `${encode(member)}=${encode(value)}`).join("&"));
    }
    yield variant(`the body encoded as a form encodes${name}`, encode(text));
  }
  const plus = decodePercent(text.replace(/\+/g, "%20"));
  const plain = decodePercent(text);
  for (const decoded of [plus, plain]) if (decoded !== null && decoded !== text) yield variant("the body with its form encoding taken off", decoded);
  if (root !== null || !/^[^=&\s]{1,200}=/.test(text)) {
    yield* partVariants(text);
    return;
  }
  const pairs = text.trim().split("&").slice(0, 1000).map((pair): readonly [string, string] => {
    const [name = "", value = ""] = pair.replace(/\+/g, "%20").split(/=(.*)/s);
    return [decodePercent(name) ?? name, decodePercent(value) ?? value];
  });
  for (const [name, encode] of formEncodings) yield variant(`the body encoded as a form${name}`, pairs.map(([member, value]) => `${encode(member)}=${encode(value)}`).join("&"));
  const numbered = (value: string): string => (/^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/.test(value) ? value : JSON.stringify(value));
  for (const write of [(value: string) => JSON.stringify(value), numbered]) {
    const json = `{${pairs.map(([member, value]) => `${JSON.stringify(member)}:${write(value)}`).join(",")}}`;
    const object = parseJsonText(json);
    yield variant("the form's members as JSON", json);
    if (object === null) continue;
    for (const spacing of spacings.slice(1, 4)) yield variant(`the form's members as JSON, ${spacing.name}`, printJson(object, { spacing, escaping: null, numbering: (lexeme) => lexeme, ordering: "kept" }));
    for (const escaping of escapings.slice(1, 5)) yield variant(`the form's members as JSON, texts ${escaping.name}`, rewriteStrings(json, escaping));
  }
  const [single, ...more] = pairs;
  if (single && more.length === 0) yield variant("the form's one value", single[1]);
}

/** The parts of a multipart body. */
function* partVariants(text: string): Iterable<Variant> {
  const [, boundary] = /^--([^\r\n]{1,200})\r?\n/.exec(text) ?? [];
  if (boundary === undefined) return;
  for (const part of text.split(`--${boundary}`).slice(1, 50)) {
    const [, content] = /^\r?\n[^]*?\r?\n\r?\n([^]*?)\r?\n?$/.exec(part.slice(0, textLimit)) ?? [];
    if (content !== undefined) yield { codes: ["body.form-encoded"], what: "one part of the multipart body", bytes: utf8(content) };
  }
}

const placeholder = /\{\{[^{}\r\n]{1,100}\}\}|\$\{[^{}\r\n]{1,100}\}|<<[^<>\r\n]{1,100}>>|%[A-Za-z_][A-Za-z0-9_]{0,60}%/g;

/** Variables of a tool that were sent as they are: at most five of them, for evidence. */
export function unresolvedVariables(body: Uint8Array): readonly string[] {
  if (body.length > textLimit) return [];
  return [...new Set(decodeText(body).match(placeholder) ?? [])].slice(0, 5);
}

/** How a variable may be called for a member: as it is, nameOfIt, name_of_it, NAME_OF_IT. */
const words = (name: string): readonly string[] => name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== "");
const namings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => words(name).map((word, index) => (index === 0 ? word.toLowerCase() : `${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}`)).join(""),
  (name) => words(name).map((word) => word.toLowerCase()).join("_"),
  (name) => words(name).map((word) => word.toUpperCase()).join("_"),
];

/** Texts in which values still have the variables that a tool put in for them, guessed by the names of their members. */
function* variableVariants(root: JsonNode, text: string): Iterable<Variant> {
  if (text.length > smallBody) return;
  const values = namedValues(root, 10);
  const forms: readonly (readonly [(name: string) => string, boolean])[] = [
    [(name) => `{{${name}}}`, true], [(name) => `{{${name}}}`, false], [(name) => `{{ ${name} }}`, true], [(name) => `\${${name}}`, true], [(name) => `{{$${name}}}`, true],
  ];
  const styles = namings.flatMap((naming) => forms.map(([form, keepsQuotes]) => [(name: string) => form(naming(name)), keepsQuotes] as const));
  for (const [style, keepsQuotes] of styles) {
    for (let chosen = 1; chosen < 2 ** values.length; chosen++) {
      let replaced = "";
      let last = 0;
      values.forEach(({ name, lexeme, at, isString }, index) => {
        if ((chosen >> index & 1) === 0) return;
        const variable = style(name);
        replaced += `${text.slice(last, at)}${isString || !keepsQuotes ? `"${variable}"` : variable}`;
        last = at + lexeme.length;
      });
      yield { codes: ["body.unresolved-variables"], what: "the body with variables still in it, such as “{{name}}”", bytes: utf8(replaced + text.slice(last)) };
    }
  }
}

function* encodedVariants(body: Uint8Array, text: string | null): Iterable<Variant> {
  const variant = (what: string, bytes: Uint8Array): Variant => ({ codes: ["body.base64"], what, bytes });
  const encoded = encodeBase64(body);
  yield variant("the body encoded in base64", utf8(encoded));
  yield variant("the body encoded in base64, with a line end", utf8(`${encoded}\n`));
  yield variant("the body encoded in base64url", utf8(encoded.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")));
  const compact = text?.replace(/\s+/g, "") ?? "";
  if (compact.length > 0 && compact.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(compact)) yield variant("the body with its base64 taken off", Uint8Array.from(atob(compact), (character) => character.charCodeAt(0)));
}

function* compressedVariants(body: Uint8Array, compression: Compression): Iterable<Variant> {
  for (const [method, content] of compression.unpacked(body, textLimit * 4)) yield { codes: ["body.compressed"], what: `the body before it was compressed (${method})`, bytes: content };
  if (body.length > textLimit) return;
  for (const [method, content] of compression.packed(body)) yield { codes: ["body.compressed"], what: `the body compressed (${method})`, bytes: content };
}

function* allVariants(body: Uint8Array, mayBeEmpty: boolean, facts: RequestFacts, compression: Compression): Iterable<Variant> {
  const isEmptyRight = mayBeEmpty || body.length === 0;
  if (isEmptyRight) {
    if (body.length > 0) yield { codes: ["body.get-must-sign-empty"], what: "the body, although the method signs the empty string", bytes: body };
    yield* emptyVariants(facts, true);
  } else yield { codes: ["body.get-must-sign-empty"], what: "the empty string, as of a GET, although the method signs the body", bytes: new Uint8Array() };
  if (body.length === 0) return;
  yield* byteVariants(body);
  yield* compressedVariants(body, compression);
  if (body.length > textLimit) return;
  const text = textOf(body);
  yield* charsetVariants(body, text);
  const plain = text === null ? null : withoutMark(text);
  if (plain !== null) {
    const root = parseJsonText(plain);
    yield* normalisedVariants(plain);
    if (root !== null) yield* jsonVariants(root, plain);
    yield* remarkVariants(plain);
    yield* formVariants(plain, root);
    if (root !== null) yield* variableVariants(root, plain);
  }
  yield* encodedVariants(body, text);
  if (!isEmptyRight) yield* emptyVariants(facts, false);
}

/**
 * What may have been signed in place of `body`, likeliest first, until all are made or they come to 384 MiB.
 * `signsEmpty` says that the method signs the empty string whatever the body.
 */
export function* bodyVariants(body: Uint8Array, signsEmpty: boolean, facts: RequestFacts, compression: Compression): Iterable<Variant> {
  let left = budget;
  for (const variant of allVariants(body, signsEmpty, facts, compression)) {
    left -= variant.bytes.length;
    if (left < 0) return;
    yield variant;
  }
}
