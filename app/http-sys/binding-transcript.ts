// Records of `netsh http show sslcert` in any language and generation, recognised by the shape of their values alone.
import { applicationName } from "./application.ts";
import { parseEndpoint, parseGuid, type Binding, type BindingFamily, type BindingFlags } from "./binding.ts";
import type { TranscriptBinding } from "./http-sys-view.ts";
import type { TranscriptLine } from "./transcript-lines.ts";

/** Where a value ends in an address and a port. A name or a bare port is one only by what follows it. */
function familyAt(lines: readonly TranscriptLine[], index: number): BindingFamily | null {
  const line = lines[index];
  if (!line || line.label === null) return null;
  const family = parseEndpoint(line.value)?.family ?? null;
  if (family === null || family === "ip") return family;
  const next = lines[index + 1];
  if (!next) return family === "sni" && line.value.includes(".") ? family : null;
  if (next.label === null) return null;
  const identifies = (value: string): boolean => isGuidLike(value) || isHashLike(value);
  const nothing = isNothing(next.value) && isGuidLike(lines[index + 2]?.value ?? "");
  return identifies(next.value) || nothing ? family : null;
}

const isNothing = (value: string): boolean => /^\((?:null|[\p{L} ]{2,12})\)$/iu.test(value);
const isGuidLike = (value: string): boolean => /^\{[0-9a-z*-]{30,40}\}$/i.test(value);
const isWhole = (hash: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hash);
/** Also one of which a part was masked before it was passed on. */
const isHashLike = (value: string): boolean => isWhole(value) || (/^[0-9a-z*]{32,128}$/i.test(value) && /[\d*x]/i.test(value));
const isNumber = (value: string): boolean => /^\d{1,10}$/.test(value);

type FlagName = keyof BindingFlags;
type Shape = "toggle" | "number" | "text";

/** What netsh prints after the store, in its order. Source: the captured generations from 2008 R2 to Server 2025. */
const places: readonly (readonly [flag: FlagName, shape: Shape])[] = [
  ["verifyclientcertrevocation", "toggle"], ["verifyrevocationwithcachedclientcertonly", "toggle"], ["usagecheck", "toggle"],
  ["revocationfreshnesstime", "number"], ["urlretrievaltimeout", "number"], ["sslctlidentifier", "text"], ["sslctlstorename", "text"],
  ["dsmapperusage", "toggle"], ["clientcertnegotiation", "toggle"], ["reject", "toggle"], ["disablehttp2", "toggle"], ["disablequic", "toggle"],
  ["disabletls12", "toggle"], ["disabletls13", "toggle"], ["disableocspstapling", "toggle"], ["enabletokenbinding", "toggle"],
  ["logextendedevents", "toggle"], ["disablelegacytls", "toggle"], ["enablesessionticket", "toggle"], ["disablesessionid", "toggle"], ["enablecachingclienthello", "toggle"],
];

/** For a text that begins in the middle of a record: the labels as English Windows prints them. */
const englishLabels: ReadonlyMap<string, FlagName> = new Map([
  ["verify client certificate revocation", "verifyclientcertrevocation"], ["verify revocation using cached client certificate only", "verifyrevocationwithcachedclientcertonly"],
  ["usage check", "usagecheck"], ["revocation freshness time", "revocationfreshnesstime"], ["url retrieval timeout", "urlretrievaltimeout"],
  ["ctl identifier", "sslctlidentifier"], ["ctl store name", "sslctlstorename"], ["ds mapper usage", "dsmapperusage"], ["negotiate client certificate", "clientcertnegotiation"],
  ["reject connections", "reject"], ["disable http2", "disablehttp2"], ["disable quic", "disablequic"], ["disable tls1.2", "disabletls12"], ["disable tls1.3", "disabletls13"],
  ["disable ocsp stapling", "disableocspstapling"], ["enable token binding", "enabletokenbinding"], ["log extended events", "logextendedevents"],
  ["disable legacy tls versions", "disablelegacytls"], ["enable session ticket", "enablesessionticket"], ["disable session id", "disablesessionid"],
  ["enable caching client hello", "enablecachingclienthello"],
]);

/** Both vocabularies of one record, in the languages of which the words are known. */
const toggles: ReadonlyMap<string, boolean> = new Map([
  ["enabled", true], ["disabled", false], ["set", true], ["not set", false],
  ["aktiviert", true], ["deaktiviert", false], ["festgelegt", true], ["nicht festgelegt", false],
  ["activé", true], ["désactivé", false], ["défini", true], ["non défini", false],
]);

const shapeOf = (value: string): Shape => (isNumber(value) ? "number" : toggles.has(value.toLowerCase()) ? "toggle" : "text");

/** A word of a language that is not known may be a toggle or a text; a number is neither. */
const fits = (value: string, shape: Shape): boolean => (shape === "number" ? isNumber(value) : !isNumber(value) && (shape === "toggle" ? !isNothing(value) : true));

function flagValue(value: string, shape: Shape): boolean | number | string | undefined {
  switch (shape) {
    case "number": return Number(value);
    case "toggle": return toggles.get(value.toLowerCase());
    case "text": return isNothing(value) ? "" : value;
  }
}

function optionsOf(lines: readonly TranscriptLine[]): Pick<TranscriptBinding, "flags" | "options"> {
  const flags: Record<string, boolean | number | string> = {};
  // The five numbers and texts in the middle tell whether the places are those of a whole record.
  const placed = lines.slice(0, places.length).every(({ value }, index) => fits(value, places[index]?.[1] ?? "text"));
  const options = lines.map(({ label, value }, index) => {
    const [flag, shape] = (placed ? places[index] : places.find(([name]) => name === englishLabels.get(label?.toLowerCase() ?? ""))) ?? [];
    const meant = flag !== undefined && shape !== undefined && fits(value, shape) ? flagValue(value, shape) : undefined;
    if (flag !== undefined && meant !== undefined && meant !== "") flags[flag] = meant;
    return { label: label ?? "", value, flag: flag ?? null };
  });
  return { flags, options };
}

function recordOf(first: TranscriptLine, family: BindingFamily, body: readonly TranscriptLine[], extended: TranscriptBinding["extended"]): TranscriptBinding {
  const rest = [...body];
  const take = (wanted: (value: string) => boolean): string | null => (rest[0] && wanted(rest[0].value) ? rest.shift()?.value ?? null : null);
  const hash = take((value) => isHashLike(value) || (isNothing(value) && isGuidLike(rest[1]?.value ?? "")));
  const guid = take(isGuidLike);
  const store = take((value) => isNothing(value) || (shapeOf(value) === "text" && value !== ""));
  const applicationId = guid === null ? null : parseGuid(guid);
  return {
    endpoint: first.value, family, line: first.number,
    thumbprint: hash !== null && isWhole(hash) ? hash.toUpperCase() : null,
    applicationId, application: applicationId === null ? null : applicationName(applicationId),
    store: store === null ? null : isNothing(store) ? "MY" : store,
    ...optionsOf(rest), extended,
  };
}

/** Reads the record that begins on a line; null where none does. `next` is the first line that is not of it. */
export function bindingAt(lines: readonly TranscriptLine[], index: number): { readonly binding: TranscriptBinding; readonly next: number } | null {
  const first = lines[index];
  const family = familyAt(lines, index);
  if (!first || family === null) return null;
  const body: TranscriptLine[] = [];
  const extended: { id: number; values: string[] }[] = [];
  let next = index + 1;
  for (; next < lines.length; next++) {
    const line = lines[next];
    if (!line || line.label === null || familyAt(lines, next) !== null) break;
    if (line.value === "") {
      // "Extended Properties:" stands alone, and a number follows; every other title begins something else.
      const following = lines[next + 1];
      const id = following && following.label !== null ? following.value : "";
      if (!/^\d{1,3}$/.test(id)) break;
      extended.push({ id: Number(id), values: [] });
      next += 1;
    } else if (extended.length > 0) extended.at(-1)?.values.push(line.value);
    else body.push(line);
  }
  return { binding: recordOf(first, family, body, extended), next };
}

/** What Windows prints where nobody set an extended property. Source: the captured transcript of Server 2022. */
const usualProperties: ReadonlyMap<number, string> = new Map([[0, "1048576"], [1, "2796202 4294967295"]]);

/** PropertyIds that somebody gave a value of their own. */
function ownProperties({ extended }: TranscriptBinding): readonly number[] {
  return extended.flatMap(({ id, values }) => (values.length > 0 && values.join(" ") !== usualProperties.get(id) ? [id] : []));
}

/** A record of a transcript as HTTP.sys would give it, for what only asks which record answers. */
export function bindingOf(record: TranscriptBinding): Binding {
  const { endpoint, family, thumbprint, applicationId, application, store, flags } = record;
  const properties = [...ownProperties(record)];
  return {
    endpoint, family, thumbprint, applicationId: applicationId ?? "", application, store: store ?? "MY", flags,
    ...(properties.length > 0 && { unsettable: { flags: 0, checkMode: 0, properties } }),
  };
}

/**
 * Records with the extended properties that netsh prints of them. HTTP.sys's own interface leaves those out of the form of
 * record that is read, so that nobody would be told what replacing a record loses.
 */
export function withExtendedProperties(bindings: readonly Binding[], printed: readonly TranscriptBinding[]): readonly Binding[] {
  const own = new Map(printed.map((record) => [record.endpoint.toLowerCase(), ownProperties(record)]));
  return bindings.map((binding) => {
    const properties = own.get(binding.endpoint.toLowerCase()) ?? [];
    return properties.length === 0 ? binding : { ...binding, unsettable: { flags: 0, checkMode: 0, ...binding.unsettable, properties: [...properties] } };
  });
}
