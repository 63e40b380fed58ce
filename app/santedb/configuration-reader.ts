// Reading one file of a configuration in a single pass, bounded in every direction, with the place of all that may change.
import { SaxesParser, type SaxesTagNS } from "saxes";
import { problem, type LockstepError } from "../errors.ts";
import {
  attributeOf, type Behavior, type ConfigurationDocument, type Endpoint, type Include, type Mention, type OtherEndpoint, type Place, type Placement, type RestSection, type Section, type Service, type StartTag, type TextElement,
} from "./configuration.ts";
import { byteLength, characterStart, decodeText, textStart, unitSize, type TextEncoding } from "./encoding.ts";
import { parseAddress } from "./endpoint.ts";

const depthLimit = 256;
/** Of all elements together: to find what a prefix means, the parser may climb from each of them to the root. */
const climbLimit = 50_000_000;
const attributeLimit = 1000;
const endpointLimit = 20_000;
const mentionLimit = 1000;
const includeLimit = 1000;
const sectionLimit = 10_000;
const capturedTextLimit = 2048;
/** Bytes that the parser is given at a time, and UTF-16 units that it may take in without telling of anything. */
const pieceLength = 1024 * 1024;
const untoldLimit = 8 * 1024 * 1024;

const configurationNamespace = "http://santedb.org/configuration";
const mobileNamespace = "http://santedb.org/mobile/configuration";
const schemaInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

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
    const before = text.slice(0, at);
    const lines = before.split(lineBreak);
    throw problem("configuration-doctype", { file, line: lines.length, column: 1 + (lines.at(-1)?.length ?? 0) });
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
  [/^text data outside of root node\.$/, "there is text outside the root element; a version of the Configuration Tool leaves the end of a longer, older file there."],
  [/^document must contain a root element\.$/, "there is no root element."],
  [/^documents may contain only one root\.$/, "there is a second root element."],
  [/^unexpected end\.$/, "the file ends in the middle of something."],
];

function inPlainWords(message: string): string {
  const known = plainWords.find(([pattern]) => pattern.test(message));
  return shortened(known ? message.replace(known[0], known[1]) : message);
}

const urlStart = /^(?:https?|s?llp):\/\//i;
const anyUrl = /(?:http|llp)s?:\/\//i;
const letterH = 0x68;
const letterL = 0x6c;
const letterS = 0x73;

/** Looks at one character first: every attribute of the file is asked. */
function isUrl(value: string): boolean {
  const first = value.charCodeAt(0) | 0x20;
  return (first === letterH || first === letterL || first === letterS) && urlStart.test(value);
}

type Attribute = SaxesTagNS["attributes"][string];

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const lessThan = 0x3c;
const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09 || unit === lineFeed || unit === carriageReturn;

type Open<Value> = { -readonly [Key in keyof Value]: Value[Key] };
/** A service or endpoint whose end was not reached. */
type OpenService = Open<Omit<Service, "behaviors">> & { behaviors: Behavior[] };
type OpenEndpoint = Open<Placement>;

/** Text of an element that is gathered until its end. */
interface Captured {
  readonly depth: number;
  readonly place: Place;
  readonly local: string;
  /** Where its content begins; null where it has no end tag. */
  readonly contentStart: number | null;
  text: string;
  readonly ended: (element: TextElement) => void;
}

/** One pass of the parser over one file. */
export class ConfigurationReader {
  readonly #bytes: Uint8Array;
  readonly #encoding: TextEncoding;
  readonly #unitSize: 1 | 2;
  readonly #file: string;
  readonly #parser = new SaxesParser({ xmlns: true, position: false, defaultXMLVersion: "1.0", forceXMLVersion: true });

  readonly #endpoints: Endpoint[] = [];
  readonly #others: OtherEndpoint[] = [];
  readonly #services: Service[] = [];
  readonly #serviceLines = new Map<string, number>();
  readonly #includes: Include[] = [];
  readonly #sections: Section[] = [];
  readonly #mentions: Mention[] = [];
  #version: string | null = null;
  #rest: { readonly generation: RestSection["generation"]; readonly namespace: string; readonly tag: StartTag } | null = null;
  #baseAddress: TextElement | null = null;

  /** The piece that the parser is reading, and the place of its first character in the whole. */
  #piece = { text: "", position: 0 };
  /** A character of the piece or its end whose place in bytes is known; it moves forward only. */
  #known = { position: 0, offset: 0 };
  #depth = 0;
  /** Sum of the depths of all elements so far. */
  #climb = 0;
  /** Position of the parser when it last told of anything. */
  #told = 0;
  #hearing = false;
  /** Of the tag that is being read, as far as they are heard. */
  #attributes = 0;
  /** URLs among the attributes of the tag that is being read. */
  #urls: { readonly name: string; readonly value: string; readonly place: Place }[] = [];
  #section = "";
  #insideRest = false;
  #service: OpenService | null = null;
  #insideBehaviors = false;
  #behavior: { readonly type: string; readonly tag: StartTag } | null = null;
  #endpoint: OpenEndpoint | null = null;
  #captured: Captured | null = null;

  constructor(bytes: Uint8Array, encoding: TextEncoding, file: string) {
    this.#bytes = bytes;
    this.#encoding = encoding;
    this.#unitSize = unitSize(encoding);
    this.#file = file;
    this.#parser.on("error", ({ message }) => { throw this.#malformed(inPlainWords(message)); });
    this.#parser.on("doctype", () => { throw problem("configuration-doctype", { file, ...this.#here() }); });
    this.#parser.on("xmldecl", ({ version }) => {
      if (version !== "1.0") throw this.#malformed("SanteDB reads XML 1.0 only.");
    });
    this.#parser.on("opentag", (tag) => this.#opened(tag));
    this.#parser.on("closetag", (tag) => this.#close(tag));
  }

  read(): ConfigurationDocument {
    this.#feed();
    this.#parser.close();
    return {
      file: this.#file,
      encoding: this.#encoding,
      version: this.#version,
      sections: this.#sections,
      includes: this.#includes,
      mentions: this.#mentions,
      rest: this.#rest && {
        generation: this.#rest.generation, line: this.#rest.tag.line, column: this.#rest.tag.column, tag: this.#rest.tag,
        services: this.#services, endpoints: this.#endpoints, others: this.#others, baseAddress: this.#baseAddress,
      },
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
      this.#hearAttributes(text);
      this.#parser.write(text);
      position += text.length;
      this.#bound(position - this.#told, untoldLimit, "characters in one piece");
    }
  }

  /** Pieces end with a tag where they can, for the parser copies one whose last character it cannot judge yet. */
  #pieceEnd(from: number): number {
    const to = from + pieceLength;
    if (to >= this.#bytes.length) return this.#bytes.length;
    const afterTag = this.#unitSize === 1 ? this.#bytes.lastIndexOf(0x3e, to - 1) + 1 : 0;
    return afterTag > from + pieceLength / 2 ? afterTag : characterStart(this.#bytes, to, this.#encoding);
  }

  #begin(text: string): void {
    // The parser would let a second byte order mark pass.
    if (text.startsWith("\uFEFF")) throw this.#malformed("there is text outside the root element.");
    refuseDoctype(text, this.#file);
  }

  /** Where the parser stands: after the last character that it has taken. */
  #here(): Place {
    return { line: this.#parser.line, column: Math.max(1, this.#parser.columnIndex) };
  }

  #malformed(wrong: string): LockstepError {
    return problem("configuration-malformed", { file: this.#file, ...this.#here(), problem: wrong });
  }

  #bound(count: number, limit: number, what: string): void {
    if (count > limit) throw problem("configuration-too-many", { file: this.#file, limit, what });
  }

  /** Being told of every attribute costs a tenth of the time, so that is done only where a URL stands in a piece. */
  #hearAttributes(text: string): void {
    // A tag that began long ago may have attributes without end.
    const wanted = anyUrl.test(text) || this.#piece.position - this.#told > attributeLimit * 4;
    // A tag may reach into the next piece.
    if (wanted || this.#hearing) this.#parser.on("attribute", ({ name, value }) => this.#attribute(name, value));
    else this.#parser.off("attribute");
    this.#hearing = wanted;
  }

  #attribute(name: string, value: string): void {
    this.#bound(++this.#attributes, attributeLimit, "attributes on one element");
    if (isUrl(value) && !name.startsWith("xmlns")) this.#urls.push({ name, value, place: this.#here() });
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
    return this.#unitSize === 1 ? first : this.#encoding === "utf-16le" ? first | (second << 8) : (first << 8) | second;
  }

  #text(start: number, end: number): string {
    return decodeText(this.#bytes.subarray(start, end), this.#encoding, this.#file);
  }

  /** Where the tag starts that ends before a byte: no "<" stands within a tag. */
  #tagStart(end: number): number {
    let start = end - this.#unitSize;
    while (this.#unit(start) !== lessThan) start -= this.#unitSize;
    return start;
  }

  /** Place for people of a character of the tag that the parser has just read; `offset` is the byte where the tag starts. */
  #placeOf(offset: number, tag: string, at: number): Place {
    const raw = tag.slice(at);
    const breaks = raw.match(lineBreak)?.length ?? 0;
    return { line: this.#parser.line - breaks, column: breaks === 0 ? this.#parser.columnIndex - raw.length + 1 : this.#columnOf(offset + byteLength(tag, 0, at, this.#encoding)) };
  }

  #columnOf(offset: number): number {
    const start = textStart(this.#bytes, this.#encoding);
    let lineStart = offset;
    for (let before = lineStart; before > start; lineStart = before) {
      before -= this.#unitSize;
      if (this.#unit(before) === lineFeed || this.#unit(before) === carriageReturn) break;
    }
    return 1 + this.#text(lineStart, offset).length;
  }

  /** The start tag that the parser has just read, exactly as it stands in the file. */
  #startTag({ name, isSelfClosing }: SaxesTagNS): StartTag {
    const end = this.#offset(this.#parser.position);
    const text = this.#tagText(end);
    const offset = end - byteLength(text, 0, text.length, this.#encoding);
    return { name, selfClosing: isSelfClosing, text, offset, ...this.#placeOf(offset, text, 0), indentation: isSelfClosing ? "" : this.#indentation(end) };
  }

  /** The tag that ends at a byte: out of the piece where it lies in there whole, which spares decoding it once more. */
  #tagText(end: number): string {
    const { text, position } = this.#piece;
    const to = this.#parser.position - position;
    const from = text.lastIndexOf("<", to - 1);
    return from >= 0 ? text.slice(from, to) : this.#text(this.#tagStart(end), end);
  }

  /** The blanks between a tag and the next one; "" where anything else stands there. */
  #indentation(end: number): string {
    let blanks = end;
    while (blanks < this.#bytes.length && isBlank(this.#unit(blanks))) blanks += this.#unitSize;
    return blanks > end && this.#unit(blanks) === lessThan ? this.#text(end, blanks) : "";
  }

  #opened(tag: SaxesTagNS): void {
    const { position } = this.#parser;
    // So many attributes take so many characters at least; to count them in every tag would take long.
    if (position - this.#told > attributeLimit * 4) this.#bound(Object.keys(tag.attributes).length, attributeLimit, "attributes on one element");
    this.#told = position;
    this.#attributes = 0;
    const depth = ++this.#depth;
    if (depth > depthLimit) throw problem("configuration-too-deep", { file: this.#file, limit: depthLimit });
    this.#climb += depth;
    if (this.#climb > climbLimit) this.#bound(this.#climb, climbLimit, "levels of nesting in all");
    if (depth <= 5) this.#understand(tag);
    if (this.#urls.length === 0) return;
    if (!(depth === 4 && this.#endpoint)) this.#mentionAttributes(tag);
    this.#urls = [];
  }

  #understand(tag: SaxesTagNS): void {
    switch (this.#depth) {
      case 1:
        this.#root(tag);
        return;
      case 2:
        if (tag.uri !== configurationNamespace) return;
        if (tag.local === "section") this.#sectionOpened(tag);
        else if (tag.local === "include") this.#includeOpened(tag);
        return;
      case 3:
        if (this.#insideRest && tag.uri === this.#rest?.namespace) {
          if (tag.local === "service") this.#serviceOpened(tag);
          else if (tag.local === "baseAddress") this.#capture(tag, (element) => { this.#baseAddress ??= element; });
        } else if (tag.local === "base") this.#capture(tag);
        return;
      case 4:
        if (this.#service !== null && tag.uri === this.#rest?.namespace) this.#insideService(this.#service, tag);
        return;
      case 5:
        if (this.#service !== null && tag.uri === this.#rest?.namespace) this.#insideServicePart(tag);
        return;
      default:
    }
  }

  #root({ uri, local, attributes }: SaxesTagNS): void {
    if (uri !== configurationNamespace || local !== "SanteDBConfiguration") {
      throw problem("configuration-not-santedb", { file: this.#file, problem: shortened(`its root is ${local}${uri === "" ? "" : ` of ${uri}`}.`) });
    }
    this.#version = attributes["version"]?.value.slice(0, 100) ?? null;
  }

  #includeOpened(tag: SaxesTagNS): void {
    this.#capture(tag, ({ value, line, column }) => {
      this.#includes.push({ path: value, line, column });
      this.#bound(this.#includes.length, includeLimit, "included files");
    });
  }

  #sectionOpened(tag: SaxesTagNS): void {
    const type = Object.values(tag.attributes).find(({ uri, local }) => uri === schemaInstanceNamespace && local === "type");
    const { namespace, name } = this.#qualified(type);
    const startTag = this.#startTag(tag);
    const { line, column } = startTag;
    const wrapper = name === "SanteDBProtectedConfigurationSectionWrapper";
    const [, inner] = wrapper ? /^\s*(?:[^,]*\.)?([^,.]+?)\s*(?:,|$)/.exec(tag.attributes["t"]?.value ?? "") ?? [] : [];
    this.#section = inner ?? name;
    this.#bound(this.#sections.length, sectionLimit, "sections");
    this.#sections.push({ name: shortened(this.#section), protected: wrapper, line, column });
    if (wrapper) {
      if (inner === "RestConfigurationSection" || inner === "AgsConfigurationSection") throw problem("configuration-protected", { file: this.#file, line, column });
      return;
    }
    const rest =
      name === "RestConfigurationSection" && namespace === configurationNamespace ? { generation: "v3" as const, namespace }
      : name === "AgsConfigurationSection" && namespace === mobileNamespace ? { generation: "v2" as const, namespace }
      : null;
    if (!rest) return;
    if (this.#rest) throw problem("configuration-two-rest", { file: this.#file, line, column, first: `line ${this.#rest.tag.line}` });
    this.#rest = { ...rest, tag: startTag };
    this.#insideRest = true;
  }

  /** The name that an xsi:type means, its prefix resolved where it stands. */
  #qualified(type: Attribute | undefined): { readonly namespace: string; readonly name: string } {
    const [name = "", prefix = ""] = (type?.value ?? "").trim().split(":").reverse();
    return { namespace: this.#parser.resolve(prefix) ?? "", name };
  }

  #serviceOpened(tag: SaxesTagNS): void {
    const startTag = this.#startTag(tag);
    const { line, column } = startTag;
    const name = tag.attributes["name"]?.value ?? "";
    const first = this.#serviceLines.get(name);
    if (first !== undefined && name !== "") throw problem("configuration-duplicate-service", { file: this.#file, line, column, service: shortened(name), first });
    this.#serviceLines.set(name, line);
    const implementation = (tag.attributes["implementationType"] ?? tag.attributes["serviceBehavior"])?.value ?? "";
    this.#service = { name, implementation, tag: startTag, behaviorsTag: null, behaviors: [], line, column };
    this.#services.push(this.#service);
    this.#bound(this.#services.length, endpointLimit, "services");
  }

  #insideService(service: OpenService, tag: SaxesTagNS): void {
    if (tag.local === "endpoint") this.#endpointOpened(service, tag);
    // The v2 dCDR writes it in the singular.
    else if (tag.local === "behaviors" || tag.local === "behavior") {
      service.behaviorsTag ??= this.#startTag(tag);
      this.#insideBehaviors = true;
    }
  }

  #endpointOpened({ name: service }: OpenService, tag: SaxesTagNS): void {
    const startTag = this.#startTag(tag);
    const written = attributeOf(startTag, "address", this.#encoding);
    const place = written ? this.#placeOf(startTag.offset, startTag.text, written.position) : startTag;
    this.#endpoint = {
      service, contract: tag.attributes["contract"]?.value ?? "", address: tag.attributes["address"]?.value ?? "",
      line: place.line, column: place.column, tag: startTag, certificate: null, clientCerts: null,
      // For an address that is not written: the end of the tag's name.
      written: written ?? { text: "", quote: '"', offset: startTag.offset, position: 0 },
    };
  }

  #insideServicePart(tag: SaxesTagNS): void {
    const endpoint = this.#endpoint;
    if (endpoint && tag.local === "certificate") endpoint.certificate ??= this.#startTag(tag);
    else if (endpoint && tag.local === "clientCerts") this.#capture(tag, (element) => { endpoint.clientCerts ??= element; });
    else if (this.#insideBehaviors && tag.local === "add") this.#behavior = { type: (tag.attributes["type"]?.value ?? "").split(",", 1)[0]?.trim() ?? "", tag: this.#startTag(tag) };
  }

  #endpointEnds(endpoint: OpenEndpoint): void {
    const parsed = parseAddress(endpoint.address);
    if (parsed.kind === "http") this.#endpoints.push({ ...endpoint, ...parsed });
    else this.#others.push({ ...endpoint, ...parsed });
    this.#bound(this.#endpoints.length + this.#others.length, endpointLimit, "endpoints");
  }

  #behaviorEnds({ type, tag: { offset, line, column } }: { readonly type: string; readonly tag: StartTag }): void {
    let start = offset;
    while (isBlank(this.#unit(start - this.#unitSize))) start -= this.#unitSize;
    this.#service?.behaviors.push({ type: shortened(type), line, column, element: { offset: start, text: this.#text(start, this.#offset(this.#parser.position)) } });
    this.#bound(this.#service?.behaviors.length ?? 0, attributeLimit, "behaviours of one service");
  }

  #mention(mention: Omit<Mention, "file" | "section">): void {
    if (this.#mentions.length < mentionLimit) this.#mentions.push({ ...mention, file: this.#file, section: this.#section, value: mention.value.slice(0, capturedTextLimit) });
  }

  #mentionAttributes({ local }: SaxesTagNS): void {
    for (const { name, value, place } of this.#urls) {
      this.#mention({ element: local, attribute: name, value, line: place.line, column: place.column, content: null });
    }
  }

  /** Collects the text of the element that was just opened, until it is closed. */
  #capture(tag: SaxesTagNS, ended: Captured["ended"] = () => undefined): void {
    if (this.#captured) return;
    const { line, column } = this.#startTag(tag);
    const captured: Captured = {
      depth: this.#depth, place: { line, column }, local: tag.local, text: "", ended,
      contentStart: tag.isSelfClosing ? null : this.#offset(this.#parser.position),
    };
    const add = (text: string): void => {
      if (captured.text.length < capturedTextLimit) captured.text += text.slice(0, capturedTextLimit);
    };
    this.#captured = captured;
    this.#parser.on("text", add);
    this.#parser.on("cdata", add);
  }

  #close(tag: SaxesTagNS): void {
    if (this.#captured?.depth === this.#depth) this.#captureEnds(this.#captured);
    if (this.#depth <= 5) this.#closed(tag);
    this.#depth--;
  }

  #closed({ local }: SaxesTagNS): void {
    switch (this.#depth) {
      case 5:
        if (this.#behavior && local === "add") this.#behaviorEnds(this.#behavior);
        this.#behavior = null;
        return;
      case 4:
        if (this.#endpoint && local === "endpoint") this.#endpointEnds(this.#endpoint);
        this.#endpoint = null;
        this.#insideBehaviors = false;
        return;
      case 3:
        this.#service = null;
        return;
      case 2:
        this.#insideRest = false;
        this.#section = "";
        return;
      default:
    }
  }

  #captureEnds({ text, place, local, contentStart, ended }: Captured): void {
    this.#parser.off("text");
    this.#parser.off("cdata");
    this.#captured = null;
    const value = text.trim();
    const contentEnd = contentStart === null ? 0 : this.#tagStart(this.#offset(this.#parser.position));
    const content = contentStart === null || contentEnd - contentStart > capturedTextLimit * 4 ? null : { offset: contentStart, text: this.#text(contentStart, contentEnd) };
    ended({ ...place, value, content });
    if (isUrl(value)) this.#mention({ element: local, attribute: null, value, ...place, content });
  }
}
