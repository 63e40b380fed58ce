// A SanteDB configuration file: which addresses its REST section listens on, and exactly where in the file they stand.
import { SaxesParser, type SaxesTagNS } from "saxes";
import { problem, type LockstepError } from "../errors.ts";
import { byteLength, characterStart, decodeText, encodingOf, textStart, unitSize, type TextEncoding } from "./encoding.ts";
import { parseAddress, type Address, type HttpAddress } from "./endpoint.ts";

/** Bytes of a configuration file at most. Real ones have tens of kilobytes. */
export const configurationLimit = 64 * 1024 * 1024;

const depthLimit = 256;
/** Of all elements together: to find what a prefix means, the parser may climb from each of them to the root. */
const climbLimit = 50_000_000;
const attributeLimit = 1000;
const endpointLimit = 100_000;
const mentionLimit = 1000;
const includeLimit = 1000;
const capturedTextLimit = 2048;
/** Bytes that the parser is given at a time, and UTF-16 units that it may take in without telling of anything. */
const pieceLength = 1024 * 1024;
const untoldLimit = 8 * 1024 * 1024;

const configurationNamespace = "http://santedb.org/configuration";
const mobileNamespace = "http://santedb.org/mobile/configuration";
const schemaInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

/** Where an attribute's value stands between its quotes, and how it is written there. */
export interface WrittenValue {
  /** Characters of the file, entities unresolved, line ends as they are. */
  readonly text: string;
  readonly quote: '"' | "'";
  /** Of the first character of `text`, in bytes from the start of the file. */
  readonly offset: number;
}

export interface Placement {
  readonly service: string;
  readonly contract: string;
  /** The address as SanteDB reads it, entities resolved; "" where the attribute is missing. */
  readonly address: string;
  /** Of the attribute's value, both counted from 1, columns in UTF-16 units, a byte order mark not counted. */
  readonly line: number;
  readonly column: number;
  readonly written: WrittenValue;
}

/** An endpoint that HTTP.sys listens on: where its address stands in the file, and what it says. */
export type Endpoint = Placement & HttpAddress;
/** An endpoint whose address is of another kind, or none at all. */
export type OtherEndpoint = Placement & Exclude<Address, HttpAddress>;

/** A URL that stands outside the endpoints: an upstream, a token issuer, an allowed origin, an address behind a proxy. */
export interface Mention {
  /** Local name of the element, and of the attribute; null for the element's text. */
  readonly element: string;
  readonly attribute: string | null;
  readonly value: string;
  readonly line: number;
}

export interface Configuration {
  readonly file: string;
  readonly encoding: TextEncoding;
  /** v3 and iCDR have a RestConfigurationSection, the v2 dCDR an AgsConfigurationSection. */
  readonly generation: "v2" | "v3";
  /** Version of SanteDB that wrote the file; null where it does not say. */
  readonly version: string | null;
  /** In the order of the file; empty for a REST section without endpoints. */
  readonly endpoints: readonly Endpoint[];
  /** Endpoints of the REST section that HTTP.sys has no part in, `other`, or that keep the service from starting, `invalid`. */
  readonly others: readonly OtherEndpoint[];
  /** Names of included files as written. They are relative to the folder of SanteDB's program, and are not followed. */
  readonly includes: readonly string[];
  /** At most 1000. */
  readonly mentions: readonly Mention[];
}

/**
 * Reads a configuration file. `file` is its name or path, for errors only.
 * Throws file-empty, file-too-large (over 64 MiB), configuration-encoding, configuration-doctype,
 * configuration-malformed, configuration-too-deep, configuration-too-many, configuration-not-santedb,
 * configuration-protected, configuration-two-rest, configuration-no-rest.
 * Source: santedb/santedb-api SanteDB.Core.Api/Configuration/SanteDBConfiguration.cs, santedb/santedb-restsvc
 * SanteDB.Rest.Common/Configuration, santedb/santedb-dc-core (version/2.2) AgsConfigurationSection.
 */
export function parseConfiguration(bytes: Uint8Array, file: string): Configuration {
  if (bytes.length === 0) throw problem("file-empty", { file });
  if (bytes.length > configurationLimit) throw problem("file-too-large", { file, size: bytes.length, limit: configurationLimit });
  return new Reader(bytes, encodingOf(bytes, file), file).read();
}

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const lineBreak = /\r\n|\r|\n/g;

/** Finds a DOCTYPE where XML allows one, before anything of it is read. The parser tells of one only at its end. */
function refuseDoctype(text: string, file: string): void {
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++;
    const closing = text.startsWith("<?", at) ? "?>" : text.startsWith("<!--", at) ? "-->" : null;
    if (closing === null) break;
    const end = text.indexOf(closing, at + closing.length);
    if (end < 0) return;
    at = end + closing.length;
  }
  if (/^<!doctype/i.test(text.slice(at, at + 9))) {
    throw problem("configuration-doctype", { file, line: 1 + (text.slice(0, at).match(lineBreak)?.length ?? 0) });
  }
}

/** What the parser says, in plain words. */
const plainWords: readonly (readonly [RegExp, string])[] = [
  [/^unclosed tag: (.*)$/s, "the element $1 is never closed."],
  [/^unexpected close tag\.$/, "a closing tag does not fit the element that is open."],
  [/^unmatched closing tag: (.*)\.$/s, "the closing tag of $1 has no opening tag."],
  [/^unbound namespace prefix: (.*)\.$/s, "the prefix $1 is not declared."],
  [/^duplicate attribute: (.*)\.$/s, "the attribute $1 is given twice."],
  [/^undefined entity\.$/, "an entity is used that XML does not have."],
  [/^malformed character entity\.$/, "a character reference names no character that XML allows."],
  [/^disallowed character\.$/, "a character stands where XML does not allow it."],
  [/^text data outside of root node\.$/, "there is text outside the root element."],
  [/^document must contain a root element\.$/, "there is no root element."],
  [/^documents may contain only one root\.$/, "there is a second root element."],
  [/^unexpected end\.$/, "the file ends in the middle of something."],
];

function inPlainWords(message: string): string {
  const known = plainWords.find(([pattern]) => pattern.test(message));
  return shortened(known ? message.replace(known[0], known[1]) : message);
}

/** Looks at one character first: every attribute of the file is asked. */
const isUrl = (value: string): boolean => (value.charCodeAt(0) | 0x20) === 0x68 && /^https?:\/\//i.test(value);

type Attribute = SaxesTagNS["attributes"][string];

/** Where an attribute's value stands, and its place for people. */
type Span = Pick<Placement, "line" | "column" | "written">;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** One pass of the parser over one file. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #encoding: TextEncoding;
  readonly #file: string;
  readonly #parser = new SaxesParser({ xmlns: true, position: false, defaultXMLVersion: "1.0", forceXMLVersion: true });

  readonly #endpoints: Endpoint[] = [];
  readonly #others: OtherEndpoint[] = [];
  readonly #includes: string[] = [];
  readonly #mentions: Mention[] = [];
  #version: string | null = null;
  #rest: { readonly generation: Configuration["generation"]; readonly namespace: string } | null = null;

  /** The piece that the parser is reading, and the place of its first character in the whole. */
  #piece = { text: "", position: 0 };
  /** A character of the piece or its end whose place in bytes is known; it moves forward only. */
  #known = { position: 0, offset: 0 };
  #depth = 0;
  /** Sum of the depths of all elements so far. */
  #climb = 0;
  /** Position of the parser when it last told of anything. */
  #told = 0;
  #attributes = 0;
  #element = "";
  #insideRest = false;
  /** Name of the service element that is open in the REST section. */
  #service: string | null = null;
  #address: Span | null = null;
  #captured: { readonly depth: number; readonly line: number; text: string } | null = null;

  constructor(bytes: Uint8Array, encoding: TextEncoding, file: string) {
    this.#bytes = bytes;
    this.#encoding = encoding;
    this.#file = file;
    this.#parser.on("error", ({ message }) => { throw this.#malformed(inPlainWords(message)); });
    this.#parser.on("doctype", () => { throw problem("configuration-doctype", { file, line: this.#parser.line }); });
    this.#parser.on("xmldecl", ({ version }) => {
      if (version !== "1.0") throw this.#malformed("SanteDB reads XML 1.0 only.");
    });
    this.#parser.on("opentagstart", ({ name }) => this.#open(name));
    this.#parser.on("attribute", ({ name, value }) => this.#attribute(name, value));
    this.#parser.on("opentag", (tag) => this.#opened(tag));
    this.#parser.on("closetag", (tag) => this.#close(tag));
  }

  read(): Configuration {
    this.#feed();
    this.#parser.close();
    if (!this.#rest) throw problem("configuration-no-rest", { file: this.#file });
    return {
      file: this.#file,
      encoding: this.#encoding,
      generation: this.#rest.generation,
      version: this.#version,
      endpoints: this.#endpoints,
      others: this.#others,
      includes: this.#includes,
      mentions: this.#mentions,
    };
  }

  /**
   * In pieces, so that a value without end is noticed: the parser gathers what it has not yet told of character by
   * character, at up to forty times its size.
   */
  #feed(): void {
    const start = textStart(this.#bytes, this.#encoding);
    let position = 0;
    for (let from = start, to; from < this.#bytes.length; from = to) {
      to = this.#pieceEnd(from);
      const text = decodeText(this.#bytes.subarray(from, to), this.#encoding, this.#file);
      if (from === start) this.#begin(text);
      this.#piece = { text, position };
      this.#known = { position, offset: from };
      this.#parser.write(text);
      position += text.length;
      this.#bound(position - this.#told, untoldLimit, "characters in one piece");
    }
  }

  /** Pieces end with a tag where they can, for the parser copies one whose last character it cannot judge yet. */
  #pieceEnd(from: number): number {
    const to = from + pieceLength;
    if (to >= this.#bytes.length) return this.#bytes.length;
    const afterTag = unitSize(this.#encoding) === 1 ? this.#bytes.lastIndexOf(0x3e, to - 1) + 1 : 0;
    return afterTag > from + pieceLength / 2 ? afterTag : characterStart(this.#bytes, to, this.#encoding);
  }

  #begin(text: string): void {
    // The parser would let a second byte order mark pass.
    if (text.startsWith("\uFEFF")) throw this.#malformed("there is text outside the root element.");
    refuseDoctype(text, this.#file);
  }

  #malformed(wrong: string): LockstepError {
    return problem("configuration-malformed", { file: this.#file, line: this.#parser.line, column: Math.max(1, this.#parser.columnIndex), problem: wrong });
  }

  #bound(count: number, limit: number, what: string): void {
    if (count > limit) throw problem("configuration-too-many", { file: this.#file, limit, what });
  }

  #open(name: string): void {
    this.#told = this.#parser.position;
    this.#depth++;
    if (this.#depth > depthLimit) throw problem("configuration-too-deep", { file: this.#file, limit: depthLimit });
    this.#climb += this.#depth;
    this.#bound(this.#climb, climbLimit, "levels of nesting in all");
    this.#attributes = 0;
    this.#element = name;
    this.#address = null;
  }

  #attribute(name: string, value: string): void {
    this.#told = this.#parser.position;
    this.#bound(++this.#attributes, attributeLimit, "attributes on one element");
    if (this.#depth === 4 && this.#service !== null && name === "address") this.#address = this.#span();
    else if (isUrl(value) && !name.startsWith("xmlns")) this.#mention(this.#element.slice(this.#element.indexOf(":") + 1), name, value, this.#parser.line);
  }

  /** The value of the attribute that the parser has just read: its closing quote is the last character read. */
  #span(): Span {
    const end = this.#offset(this.#parser.position - 1);
    const quote = this.#unit(end);
    let start = end;
    while (this.#unit(start - unitSize(this.#encoding)) !== quote) start -= unitSize(this.#encoding);
    const text = decodeText(this.#bytes.subarray(start, end), this.#encoding, this.#file);
    const breaks = text.match(lineBreak)?.length ?? 0;
    return {
      line: this.#parser.line - breaks,
      column: breaks === 0 ? this.#parser.columnIndex - text.length : this.#columnOf(start),
      written: { text, quote: quote === 0x27 ? "'" : '"', offset: start },
    };
  }

  /** Stands for an address that is not written: the end of the tag that lacks it. */
  #here(): Span {
    return { line: this.#parser.line, column: this.#parser.columnIndex, written: { text: "", quote: '"', offset: this.#offset(this.#parser.position) } };
  }

  /** Byte of a character of the present piece, not before one that was asked for already. */
  #offset(position: number): number {
    const { text, position: first } = this.#piece;
    const known = this.#known;
    const offset = known.offset + byteLength(text, known.position - first, position - first, this.#encoding);
    this.#known = { position, offset };
    return offset;
  }

  /** The code unit at a byte. */
  #unit(offset: number): number {
    const [first = 0, second = 0] = [this.#bytes[offset], this.#bytes[offset + 1]];
    return unitSize(this.#encoding) === 1 ? first : this.#encoding === "utf-16le" ? first | (second << 8) : (first << 8) | second;
  }

  #columnOf(offset: number): number {
    const start = textStart(this.#bytes, this.#encoding);
    let lineStart = offset;
    for (let before = lineStart; before > start; lineStart = before) {
      before -= unitSize(this.#encoding);
      if (this.#unit(before) === lineFeed || this.#unit(before) === carriageReturn) break;
    }
    return 1 + decodeText(this.#bytes.subarray(lineStart, offset), this.#encoding, this.#file).length;
  }

  #mention(element: string, attribute: string | null, value: string, line: number): void {
    if (this.#mentions.length < mentionLimit) this.#mentions.push({ element, attribute, value: value.slice(0, capturedTextLimit), line });
  }

  #opened(tag: SaxesTagNS): void {
    if (this.#depth === 1) this.#root(tag);
    else if (this.#depth === 2 && tag.uri === configurationNamespace && tag.local === "section") this.#section(tag);
    else if (this.#depth === 2 && tag.uri === configurationNamespace && tag.local === "include") this.#capture();
    else if (this.#depth === 3 && this.#insideRest && tag.uri === this.#rest?.namespace && tag.local === "service") this.#service = tag.attributes["name"]?.value ?? "";
    else if (this.#depth === 4 && this.#service !== null && tag.uri === this.#rest?.namespace && tag.local === "endpoint") this.#endpoint(this.#service, tag);
    else if (tag.local === "base" || tag.local === "baseAddress") this.#capture();
  }

  #root({ uri, local, attributes }: SaxesTagNS): void {
    if (uri !== configurationNamespace || local !== "SanteDBConfiguration") {
      throw problem("configuration-not-santedb", { file: this.#file, problem: shortened(`its root is ${local}${uri === "" ? "" : ` of ${uri}`}.`) });
    }
    this.#version = attributes["version"]?.value.slice(0, 100) ?? null;
  }

  #section({ attributes }: SaxesTagNS): void {
    const type = Object.values(attributes).find(({ uri, local }) => uri === schemaInstanceNamespace && local === "type");
    const { namespace, name } = this.#qualified(type);
    if (name === "SanteDBProtectedConfigurationSectionWrapper") {
      if (/(^|\.)(Rest|Ags)ConfigurationSection\s*(,|$)/.test(attributes["t"]?.value ?? "")) throw problem("configuration-protected", { file: this.#file });
      return;
    }
    const rest =
      name === "RestConfigurationSection" && namespace === configurationNamespace ? { generation: "v3" as const, namespace }
      : name === "AgsConfigurationSection" && namespace === mobileNamespace ? { generation: "v2" as const, namespace }
      : null;
    if (!rest) return;
    if (this.#rest) throw problem("configuration-two-rest", { file: this.#file, line: this.#parser.line });
    this.#rest = rest;
    this.#insideRest = true;
  }

  /** The name that an xsi:type means, its prefix resolved where it stands. */
  #qualified(type: Attribute | undefined): { readonly namespace: string; readonly name: string } {
    const [name = "", prefix = ""] = (type?.value ?? "").trim().split(":").reverse();
    return { namespace: this.#parser.resolve(prefix) ?? "", name };
  }

  #endpoint(service: string, { attributes }: SaxesTagNS): void {
    const address = attributes["address"]?.value ?? "";
    const placement: Placement = { service, contract: attributes["contract"]?.value ?? "", address, ...(this.#address ?? this.#here()) };
    const parsed = parseAddress(address);
    if (parsed.kind === "http") this.#endpoints.push({ ...placement, ...parsed });
    else this.#others.push({ ...placement, ...parsed });
    this.#bound(this.#endpoints.length + this.#others.length, endpointLimit, "endpoints");
  }

  /** Collects the text of the element that was just opened, until it is closed. */
  #capture(): void {
    if (this.#captured) return;
    const captured = { depth: this.#depth, line: this.#parser.line, text: "" };
    const add = (text: string): void => {
      if (captured.text.length < capturedTextLimit) captured.text += text.slice(0, capturedTextLimit);
    };
    this.#captured = captured;
    this.#parser.on("text", add);
    this.#parser.on("cdata", add);
  }

  #close(tag: SaxesTagNS): void {
    if (this.#captured?.depth === this.#depth) this.#captureEnds(tag, this.#captured);
    this.#depth--;
    if (this.#depth === 2) this.#service = null;
    if (this.#depth === 1) this.#insideRest = false;
  }

  #captureEnds({ local, uri }: SaxesTagNS, { text, line }: { readonly text: string; readonly line: number }): void {
    this.#parser.off("text");
    this.#parser.off("cdata");
    this.#captured = null;
    const value = text.trim();
    if (this.#depth === 2 && local === "include" && uri === configurationNamespace) {
      this.#includes.push(value);
      this.#bound(this.#includes.length, includeLimit, "included files");
    } else if (isUrl(value)) {
      this.#mention(local, null, value, line);
    }
  }
}
