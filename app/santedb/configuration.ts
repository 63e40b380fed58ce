// A SanteDB configuration file: which addresses its REST section listens on, and exactly where in the file they stand.
import { problem } from "../errors.ts";
import { ConfigurationReader } from "./configuration-reader.ts";
import { byteLength, encodingOf, type TextEncoding } from "./encoding.ts";
import type { Address, HttpAddress } from "./endpoint.ts";

/** Bytes of a configuration file at most. Real ones have tens of kilobytes. */
export const configurationLimit = 64 * 1024 * 1024;

/** Characters of the file as they are written: entities unresolved, line ends as they are. */
export interface Span {
  readonly text: string;
  /** Of the first character of `text`, in bytes from the start of the file. */
  readonly offset: number;
}

/** For people: both counted from 1, columns in UTF-16 units, a byte order mark not counted. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** An attribute's value between its quotes. */
export interface WrittenValue extends Span {
  readonly quote: '"' | "'";
  /** Of the first character of `text` within its tag, in UTF-16 units. */
  readonly position: number;
}

/** A start tag, and what of it is needed to put something into its element. */
export interface StartTag extends Place, Span {
  /** With its prefix, as written. */
  readonly name: string;
  readonly selfClosing: boolean;
  /** Blanks between this tag and the next one: how its first child is indented. */
  readonly indentation: string;
}

/** Name and value of each attribute of a start tag that the parser has accepted. */
const writtenAttribute = /([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')/g;

/** How an attribute is written in a start tag; null where it has none of this name, prefix included. */
export function attributeOf({ name: element, text, offset }: Pick<StartTag, "name" | "text" | "offset">, name: string, encoding: TextEncoding): WrittenValue | null {
  for (const match of text.slice(1 + element.length).matchAll(writtenAttribute)) {
    const [whole, attribute, quoted = ""] = match;
    if (attribute !== name) continue;
    const position = 1 + element.length + match.index + whole.length - quoted.length + 1;
    return { text: quoted.slice(1, -1), quote: quoted.startsWith("'") ? "'" : '"', position, offset: offset + byteLength(text, 0, position, encoding) };
  }
  return null;
}

/** An element that holds a text, such as `<clientCerts>false</clientCerts>`. */
export interface TextElement extends Place {
  /** All between its tags; null where it has no end tag of its own. */
  readonly content: Span | null;
  /** Entities resolved, blanks around it left out. */
  readonly value: string;
}

/** A behaviour that a service has. */
export interface Behavior extends Place {
  /** Name of its type, without the assembly. */
  readonly type: string;
  /** The whole element from its start tag to its end, with the blanks before it. */
  readonly element: Span;
}

export interface Service extends Place {
  readonly name: string;
  readonly implementation: string;
  readonly tag: StartTag;
  /** Its `<behaviors>`; null where it has none. */
  readonly behaviorsTag: StartTag | null;
  readonly behaviors: readonly Behavior[];
}

export interface Placement extends Place {
  readonly service: string;
  readonly contract: string;
  /** The address as SanteDB reads it, entities resolved; "" where the attribute is missing. */
  readonly address: string;
  /** Line and column are those of the attribute's value. */
  readonly written: WrittenValue;
  readonly tag: StartTag;
  /** `<certificate>` of the endpoint; null where there is none. An empty one names no certificate. */
  readonly certificate: StartTag | null;
  readonly clientCerts: TextElement | null;
}

/** An endpoint that HTTP.sys listens on: where its address stands in the file, and what it says. */
export type Endpoint = Placement & HttpAddress;
/** An endpoint whose address is of another kind, or none at all. */
export type OtherEndpoint = Placement & Exclude<Address, HttpAddress>;

/** A URL that stands outside the endpoints: an upstream, a token issuer, an allowed origin, an address behind a proxy. */
export interface Mention extends Place {
  readonly file: string;
  /** Local name of the section's type; "" outside of sections. */
  readonly section: string;
  /** Local name of the element, and of the attribute; null for the element's text. */
  readonly element: string;
  readonly attribute: string | null;
  readonly value: string;
  /** The text of the element where it is that; null for an attribute. */
  readonly content: Span | null;
}

export interface Section extends Place {
  /** Local name of its type: "RestConfigurationSection"; of the type within where it is encrypted. */
  readonly name: string;
  /** Encrypted by SanteDB, so that it is kept byte for byte. */
  readonly protected: boolean;
}

export interface Include extends Place {
  /** As written. A relative one starts at the folder of SanteDB's program. */
  readonly path: string;
}

export interface RestSection extends Place {
  /** v3 and iCDR have a RestConfigurationSection, the v2 dCDR an AgsConfigurationSection. */
  readonly generation: "v2" | "v3";
  readonly tag: StartTag;
  readonly services: readonly Service[];
  /** In the order of the file; empty for a section without endpoints. */
  readonly endpoints: readonly Endpoint[];
  /** Endpoints that HTTP.sys has no part in, `other`, or that keep the service from starting, `invalid`. */
  readonly others: readonly OtherEndpoint[];
  readonly baseAddress: TextElement | null;
}

/** One file of a configuration. */
export interface ConfigurationDocument {
  readonly file: string;
  readonly encoding: TextEncoding;
  /** Version of SanteDB that wrote the file; null where it does not say. */
  readonly version: string | null;
  readonly sections: readonly Section[];
  readonly includes: readonly Include[];
  /** At most 1000. */
  readonly mentions: readonly Mention[];
  readonly rest: RestSection | null;
}

/** A configuration as SanteDB has it: a file, with what it includes; exactly one of them has the REST section. */
export interface Configuration extends Omit<RestSection, "tag" | keyof Place> {
  /** The file with the REST section, and its encoding. */
  readonly file: string;
  readonly encoding: TextEncoding;
  readonly version: string | null;
  readonly rest: RestSection;
  /** In the order in which SanteDB reads them. */
  readonly documents: readonly ConfigurationDocument[];
  /** Of all documents. */
  readonly mentions: readonly Mention[];
}

/**
 * Reads one file of a configuration. `file` is its name or path. Throws file-empty, file-too-large (over 64 MiB),
 * configuration-encoding, configuration-doctype, configuration-malformed, configuration-too-deep, configuration-too-many,
 * configuration-not-santedb, configuration-protected, configuration-two-rest, configuration-duplicate-service.
 * Source: santedb/santedb-api SanteDB.Core.Api/Configuration/SanteDBConfiguration.cs, santedb/santedb-restsvc
 * SanteDB.Rest.Common/Configuration, santedb/santedb-dc-core (version/2.2) AgsConfigurationSection.
 */
export function parseDocument(bytes: Uint8Array, file: string): ConfigurationDocument {
  if (bytes.length === 0) throw problem("file-empty", { file });
  if (bytes.length > configurationLimit) throw problem("file-too-large", { file, size: bytes.length, limit: configurationLimit });
  return new ConfigurationReader(bytes, encodingOf(bytes, file), file).read();
}

/**
 * Joins the documents that make up a configuration, the one that was asked for first. Throws configuration-no-rest, and
 * configuration-two-rest where a second document has a REST section, of which SanteDB would take no notice.
 */
export function joinDocuments(documents: readonly ConfigurationDocument[]): Configuration {
  const [main] = documents;
  const [owner, second] = documents.filter(({ rest }) => rest !== null);
  if (!main || !owner?.rest) throw problem("configuration-no-rest", { file: main?.file ?? "" });
  if (second?.rest) throw problem("configuration-two-rest", { file: second.file, line: second.rest.line, column: second.rest.column, first: owner.file });
  const { rest } = owner;
  return {
    file: owner.file, encoding: owner.encoding, version: main.version, documents, rest,
    generation: rest.generation, services: rest.services, endpoints: rest.endpoints, others: rest.others, baseAddress: rest.baseAddress,
    mentions: documents.flatMap(({ mentions }) => mentions),
  };
}

/** Reads a configuration that is one file, without what it includes. Throws as `parseDocument` and `joinDocuments`. */
export function parseConfiguration(bytes: Uint8Array, file: string): Configuration {
  return joinDocuments([parseDocument(bytes, file)]);
}
