// JSON as text: taken apart without losing how numbers and strings are written, and printed as other programs print it.

/** A value. `lexeme` is as it stood in the text; so are the names of members. */
export type JsonNode =
  | { readonly kind: "object"; readonly members: readonly (readonly [name: string, value: JsonNode])[] }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "string" | "number" | "word"; readonly lexeme: string; readonly at: number };

const deepest = 200;
const mostNodes = 2_000_000;

class NotJson extends Error {}

/** Reads a whole text; null where it is no JSON (RFC 8259), is nested more than 200 deep, or has more than two million values. */
export function parseJsonText(text: string): JsonNode | null {
  let at = 0;
  let nodes = 0;
  const blanks = (): void => {
    for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; code = text.charCodeAt(at)) at++;
  };
  const take = (character: string): boolean => {
    if (text.charAt(at) !== character) return false;
    at++;
    return true;
  };
  const expect = (character: string): void => {
    if (!take(character)) throw new NotJson();
  };
  const string = (): string => {
    const start = at;
    expect("\"");
    for (;;) {
      const end = text.indexOf("\"", at);
      if (end === -1) throw new NotJson();
      let slashes = 0;
      while (text.charCodeAt(end - 1 - slashes) === 0x5c && end - 1 - slashes > start) slashes++;
      at = end + 1;
      if (slashes % 2 === 0) return text.slice(start, at);
    }
  };
  const value = (depth: number): JsonNode => {
    if (depth > deepest || ++nodes > mostNodes) throw new NotJson();
    blanks();
    const start = at;
    switch (text.charAt(at)) {
      case "{": {
        at++;
        const members: (readonly [string, JsonNode])[] = [];
        blanks();
        if (take("}")) return { kind: "object", members };
        do {
          blanks();
          const name = string();
          blanks();
          expect(":");
          members.push([name, value(depth + 1)]);
          blanks();
        } while (take(","));
        expect("}");
        return { kind: "object", members };
      }
      case "[": {
        at++;
        const items: JsonNode[] = [];
        blanks();
        if (take("]")) return { kind: "array", items };
        do {
          items.push(value(depth + 1));
          blanks();
        } while (take(","));
        expect("]");
        return { kind: "array", items };
      }
      case "\"": return { kind: "string", lexeme: string(), at: start };
      default: {
        const rest = /[-+.0-9A-Za-z]*/y;
        rest.lastIndex = at;
        const lexeme = rest.exec(text)?.[0] ?? "";
        at += lexeme.length;
        if (/^(?:true|false|null)$/.test(lexeme)) return { kind: "word", lexeme, at: start };
        if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(lexeme)) return { kind: "number", lexeme, at: start };
        throw new NotJson();
      }
    }
  };
  try {
    const node = value(0);
    blanks();
    return at === text.length ? node : null;
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

/** The text of a string's lexeme; the lexeme itself where its escapes are none. */
export function stringOf(lexeme: string): string {
  try {
    return String(JSON.parse(lexeme));
  } catch {
    return lexeme;
  }
}

/** How blanks are set. */
export interface Spacing {
  /** Completes "printed …". */
  readonly name: string;
  /** Of one level; empty prints on one line. "aligned" is what Windows PowerShell 5.1 does. */
  readonly indentation: string;
  readonly lineEnd: string;
  readonly colon: string;
  readonly comma: string;
}

const pretty = (name: string, indentation: string, lineEnd = "\n"): Spacing => ({ name, indentation, lineEnd, colon: ": ", comma: "," });
const oneLine = (name: string, colon: string, comma: string): Spacing => ({ name, indentation: "", lineEnd: "", colon, comma });

export const spacings: readonly Spacing[] = [
  oneLine("without blanks, as JSON.stringify and PHP print it", ":", ","),
  oneLine("with blanks after colons and commas, as Python prints it", ": ", ", "),
  pretty("indented by two blanks", "  "),
  pretty("indented by four blanks", "    "),
  pretty("indented by two blanks, with CRLF", "  ", "\r\n"),
  pretty("indented by four blanks, with CRLF", "    ", "\r\n"),
  pretty("indented by tabulators", "\t"),
  oneLine("with blanks after commas", ":", ", "),
  oneLine("with blanks after colons", ": ", ","),
  pretty("indented by three blanks", "   "),
  { name: "as Windows PowerShell 5.1 prints it", indentation: "aligned", lineEnd: "\r\n", colon: ":  ", comma: "," },
  { name: "indented by two blanks, with blanks around the colons, as Jackson prints it", indentation: "  ", lineEnd: "\n", colon: " : ", comma: "," },
];

/** How strings are escaped: from the text to the lexeme. */
export interface Escaping { readonly name: string; readonly escape: (text: string) => string }

const hexadecimalOf = (character: string, upper: boolean): string => {
  const digits = character.charCodeAt(0).toString(16).padStart(4, "0");
  return `\\u${upper ? digits.toUpperCase() : digits}`;
};
const escaped = (pattern: RegExp, upper = false) => (text: string): string => JSON.stringify(text).replace(pattern, (character) => hexadecimalOf(character, upper));

const ascii = escaped(/[\u007f-\uffff]/g);

export const escapings: readonly Escaping[] = [
  { name: "with no more escapes than needed", escape: (text) => JSON.stringify(text) },
  { name: "with \\/ and \\uXXXX, as PHP's json_encode does by itself", escape: (text) => ascii(text).replaceAll("/", "\\/") },
  { name: "with \\uXXXX for all that is not ASCII, as Python does by itself", escape: ascii },
  { name: "with \\/, as PHP does under JSON_UNESCAPED_UNICODE", escape: (text) => JSON.stringify(text).replaceAll("/", "\\/") },
  { name: "as .NET's System.Text.Json does by itself", escape: (text) => dotNet(text) },
  { name: "with < > & escaped, as Go does by itself", escape: escaped(/[<>&\u2028\u2029]/g) },
  { name: "with < > & ' escaped, as Windows PowerShell does", escape: escaped(/[<>&'\u0085\u2028\u2029]/g) },
  { name: "with < > & = ' escaped, as Gson does by itself", escape: escaped(/[<>&='\u2028\u2029]/g) },
  { name: "with \\uXXXX in capitals for all that is not ASCII", escape: escaped(/[\u007f-\uffff]/g, true) },
];

function dotNet(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replace(/\\"/g, "\\u0022");
  return `"${inner.replace(/[\u007f-\uffff<>&'+`]/g, (character) => hexadecimalOf(character, true))}"`;
}

/** How numbers are written: from lexeme to lexeme. */
export type Numbering = (lexeme: string) => string;

export const numberings: readonly { readonly name: string; readonly write: Numbering }[] = [
  { name: "", write: (lexeme) => lexeme },
  { name: ", numbers as JavaScript writes them", write: (lexeme) => String(Number(lexeme)) },
  { name: ", numbers as Python and PHP write them", write: (lexeme) => (/^-?\d+$/.test(lexeme) ? lexeme : Number.isInteger(Number(lexeme)) ? `${String(Number(lexeme))}.0` : String(Number(lexeme))) },
];

/** In which order members come. */
export type Ordering = "kept" | "sorted" | "numbers-first";

function ordered(members: readonly (readonly [string, JsonNode])[], ordering: Ordering): readonly (readonly [string, JsonNode])[] {
  if (ordering === "kept") return members;
  const named = members.map(([name, value]) => ({ text: stringOf(name), entry: [name, value] as const }));
  if (ordering === "sorted") return named.sort((one, other) => (one.text < other.text ? -1 : one.text > other.text ? 1 : 0)).map(({ entry }) => entry);
  const isIndex = (text: string): boolean => /^(?:0|[1-9]\d{0,9})$/.test(text);
  return [...named.filter(({ text }) => isIndex(text)).sort((one, other) => Number(one.text) - Number(other.text)), ...named.filter(({ text }) => !isIndex(text))].map(({ entry }) => entry);
}

export interface Print { readonly spacing: Spacing; readonly escaping: Escaping | null; readonly numbering: Numbering; readonly ordering: Ordering }

/** Prints a value. Without an escaping, strings stay as they were written. */
export function printJson(root: JsonNode, { spacing, escaping, numbering, ordering }: Print): string {
  const pieces: string[] = [];
  let column = 0;
  const put = (text: string): void => {
    pieces.push(text);
    column += text.length;
  };
  const line = (indentation: string): void => {
    pieces.push(spacing.lineEnd, indentation);
    column = indentation.length;
  };
  const string = (lexeme: string): string => (escaping === null ? lexeme : escaping.escape(stringOf(lexeme)));
  const inside = (indentation: string): string => (spacing.indentation === "aligned" ? " ".repeat(column + 3) : `${indentation}${spacing.indentation}`);
  const write = (node: JsonNode, indentation: string): void => {
    switch (node.kind) {
      case "string": put(string(node.lexeme)); return;
      case "number": put(numbering(node.lexeme)); return;
      case "word": put(node.lexeme); return;
      case "array": case "object": {
        const [opening, closing] = node.kind === "array" ? ["[", "]"] as const : ["{", "}"] as const;
        const outer = spacing.indentation === "aligned" ? " ".repeat(column) : indentation;
        put(opening);
        const inner = inside(indentation);
        const members = node.kind === "array" ? node.items.map((item) => [null, item] as const) : ordered(node.members, ordering);
        members.forEach(([name, value], index) => {
          if (index > 0) put(spacing.comma);
          if (spacing.lineEnd !== "") line(inner);
          if (name !== null) put(`${string(name)}${spacing.colon}`);
          write(value, inner);
        });
        if (spacing.lineEnd !== "" && members.length > 0) line(outer);
        put(closing);
      }
    }
  };
  write(root, "");
  return pieces.join("");
}

/** The text with every string written anew and all else left as it is. For text that was read as JSON. */
export function rewriteStrings(text: string, { escape }: Escaping): string {
  const pieces: string[] = [];
  let last = 0;
  for (let start = text.indexOf("\""); start !== -1;) {
    let end = start;
    let slashes: number;
    do {
      end = text.indexOf("\"", end + 1);
      if (end === -1) return text;
      slashes = 0;
      while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    } while (slashes % 2 === 1);
    pieces.push(text.slice(last, start), escape(stringOf(text.slice(start, end + 1))));
    last = end + 1;
    start = text.indexOf("\"", last);
  }
  return pieces.join("") + text.slice(last);
}

/** Values that stand for themselves, with the name under which they stand; at most `most`. */
export function namedValues(root: JsonNode, most: number): readonly { readonly name: string; readonly lexeme: string; readonly at: number; readonly isString: boolean }[] {
  const found: { name: string; lexeme: string; at: number; isString: boolean }[] = [];
  const visit = (node: JsonNode, name: string): void => {
    if (found.length >= most) return;
    switch (node.kind) {
      case "object":
        for (const [member, value] of node.members) visit(value, stringOf(member));
        return;
      case "array":
        for (const item of node.items) visit(item, name);
        return;
      case "string": case "number": case "word":
        if (name !== "") found.push({ name, lexeme: node.lexeme, at: node.at, isString: node.kind === "string" });
    }
  };
  visit(root, "");
  return found;
}
