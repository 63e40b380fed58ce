// Moving the endpoints of one port to another scheme: the few characters of the file that change, and nothing else.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { fileNameOf } from "../path.ts";
import type { Change, Splice } from "../plan/operation.ts";
import type { Configuration, Endpoint } from "./configuration.ts";
import { urlRoleOf } from "./describe-configuration.ts";
import { encodeText, encodingOf, highestCharacter, unitSize, type TextEncoding } from "./encoding.ts";
import { isLoopback, parseAddress, urlPrefix, type Scheme } from "./endpoint.ts";

export interface Wanted {
  readonly scheme: Scheme;
  /** Needed where the endpoints have several ports. */
  readonly port?: number;
  /** Host that every endpoint of the port gets; left out, each keeps its own. */
  readonly host?: string;
}

export interface Conversion {
  /** In ascending order, none overlapping. Empty when everything is so already. */
  readonly splices: readonly Splice[];
  /** One for each address that changes, in the order of the file. */
  readonly changes: readonly Change[];
  readonly warnings: readonly Finding[];
  /** The port that is converted, and the host of its endpoints afterwards; null for a REST section without endpoints. */
  readonly port: number | null;
  readonly host: string | null;
}

/** Mentions of a port's old address that are told one by one; the rest is counted. */
const mentionsTold = 20;

/**
 * What must change so that all endpoints of one port have the scheme (and the host) wanted. They are converted together,
 * because HTTP.sys serves one scheme a port. Endpoints of other ports and of other kinds stay as they are.
 *
 * A port that is not written is written down when the scheme changes, because it would become another one: 80 turns into
 * 443. Converting such a file there and back therefore gives the same addresses in other words; the original bytes come
 * back from the backup.
 *
 * Throws configuration-address, configuration-many-ports, configuration-mixed-schemes, and input-invalid for a port that
 * no endpoint has or a host that cannot stand in an address.
 */
export function planConversion(configuration: Configuration, wanted: Wanted): Conversion {
  const { file } = configuration;
  const unfit = configuration.others.find(({ kind }) => kind === "invalid");
  if (unfit) throw problem("configuration-address", { file, line: unfit.line, column: unfit.column, address: shown(unfit.address) });
  if (wanted.host !== undefined && !isHost(wanted.host)) throw problem("input-invalid", { problem: `${shown(wanted.host)} is not a host that SanteDB can listen on.` });
  if (configuration.endpoints.length === 0) return { splices: [], changes: [], warnings: [], port: null, host: null };

  const port = portOf(configuration, wanted.port);
  const endpoints = configuration.endpoints.filter((endpoint) => endpoint.port === port);
  const odd = endpoints.find(({ scheme }) => scheme !== endpoints[0]?.scheme);
  if (odd) throw problem("configuration-mixed-schemes", { file, port, line: odd.line, column: odd.column });

  const edits = endpoints.map((endpoint) => ({ endpoint, splices: splicesOf(endpoint, wanted, configuration.encoding) }));
  const changed = edits.filter(({ splices }) => splices.length > 0);
  const hosts = endpoints.map((endpoint) => wanted.host ?? endpoint.host);
  return {
    splices: changed.flatMap(({ splices }) => splices),
    changes: changed.map(({ endpoint }) => ({
      service: endpoint.service,
      contract: endpoint.contract,
      from: endpoint.address,
      to: applyToText(endpoint.address, textEdits(endpoint.address, endpoint, wanted)),
      line: endpoint.line,
      column: endpoint.column,
    })),
    warnings: [
      ...loopbackWarnings(hosts, wanted.scheme, port),
      ...twiceWarnings(endpoints),
      ...mentionWarnings(configuration, wanted.scheme, port),
    ],
    port,
    host: hosts.find((host) => host === "0.0.0.0") ?? hosts[0] ?? null,
  };
}

const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

function isHost(host: string): boolean {
  const address = parseAddress(`http://${host}:80/`);
  return address.kind === "http" && address.host === host;
}

function portOf({ file, endpoints }: Configuration, wanted: number | undefined): number {
  const ports = [...new Set(endpoints.map(({ port }) => port))].sort((one, other) => one - other);
  const [only] = ports;
  if (wanted === undefined) {
    if (only === undefined || ports.length > 1) throw problem("configuration-many-ports", { file, ports: shown(ports.join(", ")) });
    return only;
  }
  if (!ports.includes(wanted)) throw problem("input-invalid", { problem: `no endpoint of ${file} has port ${wanted}.` });
  return wanted;
}

/** One replacement within an address, in UTF-16 units from its first character. */
interface TextEdit { readonly start: number; readonly remove: string; readonly insert: string }

/** The edits of an address that is spelt out, that is, without entities up to the end of its authority. */
function textEdits(address: string, { scheme, host, port, portWritten }: Endpoint, wanted: Wanted): readonly TextEdit[] {
  const start = address.search(/\S/);
  const hostStart = start + scheme.length + "://".length;
  const edits: TextEdit[] = [];
  if (scheme !== wanted.scheme) edits.push({ start, remove: address.slice(start, start + scheme.length), insert: wanted.scheme });
  if (wanted.host !== undefined && wanted.host !== host) edits.push({ start: hostStart, remove: host, insert: wanted.host });
  if (scheme !== wanted.scheme && !portWritten) edits.push({ start: hostStart + host.length, remove: "", insert: `:${port}` });
  return edits;
}

function applyToText(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight((result, { start, remove, insert }) => result.slice(0, start) + insert + result.slice(start + remove.length), text);
}

/** The splices of one endpoint: inside its address where that is spelt out, else its whole written value. */
function splicesOf(endpoint: Endpoint, wanted: Wanted, encoding: TextEncoding): readonly Splice[] {
  const { address, written } = endpoint;
  const edits = textEdits(address, endpoint, wanted);
  const last = edits.at(-1);
  if (!last) return [];
  const start = address.search(/\S/);
  const writtenStart = written.text.search(/\S/);
  const spelt = address.slice(start, last.start + last.remove.length);
  if (!written.text.startsWith(spelt, writtenStart)) {
    return [{ offset: written.offset, remove: written.text, insert: asWritten(applyToText(address, edits), written.quote, encoding) }];
  }
  // Line breaks before the address may take more units as written than as read.
  return edits.map((edit) => ({
    offset: written.offset + encodeText(written.text.slice(0, writtenStart + edit.start - start), encoding).length,
    remove: edit.remove,
    insert: edit.insert,
  }));
}

/** A value as it is written between its quotes, or as the text of an element. Source: XML 1.0, 2.3 and 3.3.3. */
export function asWritten(value: string, quote: '"' | "'", encoding: TextEncoding): string {
  const highest = highestCharacter(encoding);
  return Array.from(value, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "&") return "&amp;";
    if (character === "<") return "&lt;";
    if (character === quote || code < 0x20 || code > highest) return `&#x${code.toString(16).toUpperCase()};`;
    return character;
  }).join("");
}

function loopbackWarnings(hosts: readonly string[], scheme: Scheme, port: number): readonly Finding[] {
  const host = hosts.find(isLoopback);
  if (host === undefined || !hosts.every(isLoopback)) return [];
  return [{
    code: "loopback-only",
    severity: "warning",
    message: `${scheme}://${host}:${port} answers this machine only.`,
    hint: "Give the address 0.0.0.0 if other machines are to reach it.",
  }];
}

/** Two endpoints of one address keep the service from starting: HTTP.sys registers a prefix once. */
function twiceWarnings(endpoints: readonly Endpoint[]): readonly Finding[] {
  const seen = new Map<string, Endpoint>();
  return endpoints.flatMap((endpoint): Finding[] => {
    const prefix = urlPrefix(endpoint).toLowerCase();
    const first = seen.get(prefix);
    seen.set(prefix, first ?? endpoint);
    return first === undefined ? [] : [{
      code: "address-twice",
      severity: "warning",
      message: `Line ${endpoint.line} has the same address as line ${first.line}: ${shown(endpoint.address)}.`,
      hint: "Windows registers an address once, so the service may not start. Give one of them another path.",
    }];
  });
}

/** URLs elsewhere in the file that name the port with the scheme that is left: told, never touched. */
function mentionWarnings({ mentions }: Configuration, scheme: Scheme, port: number): readonly Finding[] {
  const stale = mentions.flatMap((mention) => {
    const { file, element, attribute, value, line } = mention;
    const role = urlRoleOf(mention);
    const urls = value.match(/https?:\/\/[^\s,;"'<>]+/gi) ?? [];
    return urls.flatMap((url) => {
      const address = parseAddress(url.replace(/[?#].*$/s, ""));
      // An upstream on the same port of another machine is none of this instance's addresses.
      const foreign = (role === "upstream" || role === "client") && address.kind === "http" && !isLoopback(address.host);
      return address.kind === "http" && address.scheme !== scheme && address.port === port && !foreign
        ? [{ file, line, url, place: attribute === null ? `<${element}>` : `${attribute} of a <${element}>` }]
        : [];
    });
  });
  const told = stale.slice(0, mentionsTold).map(({ file, line, url, place }): Finding => ({
    code: "address-elsewhere",
    severity: "warning",
    message: `${shown(url)} still stands in line ${line} of ${fileNameOf(file)} (${shown(place)}).`,
    hint: `It is no address that SanteDB listens on, so it is left alone. Correct it to ${scheme} if it means this instance.`,
  }));
  const rest = stale.length - told.length;
  if (rest === 0) return told;
  return [...told, {
    code: "address-elsewhere",
    severity: "warning",
    message: `${rest} more places still name port ${port} with the other scheme.`,
    hint: "Search the file for them.",
  }];
}

/**
 * Makes the splices in the bytes of a file; everything outside them stays as it is, byte for byte. Throws file-changed
 * where a splice does not find the text that it is to remove, or where splices overlap; configuration-encoding as
 * `encodingOf`.
 */
export function applySplices(bytes: Uint8Array, splices: readonly Splice[], file: string): Uint8Array {
  const encoding = encodingOf(bytes, file);
  const edits = splices
    .map(({ offset, remove, insert }) => ({ offset, remove: encodeText(remove, encoding), insert: encodeText(insert, encoding) }))
    .sort((one, other) => one.offset - other.offset);
  const result = new Uint8Array(edits.reduce((length, { remove, insert }) => length - remove.length + insert.length, bytes.length));
  let from = 0;
  let to = 0;
  for (const { offset, remove, insert } of edits) {
    const stands = offset >= from && offset % unitSize(encoding) === 0 && offset + remove.length <= bytes.length
      && remove.every((byte, index) => bytes[offset + index] === byte);
    if (!stands) throw problem("file-changed", { file });
    result.set(bytes.subarray(from, offset), to);
    to += offset - from;
    result.set(insert, to);
    to += insert.length;
    from = offset + remove.length;
  }
  result.set(bytes.subarray(from), to);
  return result;
}
