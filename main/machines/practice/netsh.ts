// netsh http, answered from the practice machine's tables: it does what Windows does, and prints what Windows prints.
import { bindingFlagsSchema, parseEndpoint, parseGuid, type BindingFamily, type BindingFlags } from "../../../app/http-sys/binding.ts";
import { normalPrefix, parsePrefix } from "../../../app/http-sys/prefix.ts";
import { accountsOf, formatSddl, parseSddl } from "../../../app/http-sys/sddl.ts";
import type { CertificateStore, CommandResult, StoreName } from "../../../app/machine.ts";
import type { HttpSysTables, SslCertRecord } from "./http-sys-tables.ts";
import { localisedName, type Language } from "./language.ts";
import { netshText, recordFields, type NetshText, type RecordField } from "./netsh-text.ts";
import type { State } from "./state.ts";

export interface NetshOptions {
  readonly state: State;
  readonly certificates: CertificateStore;
  /** SID of an account in any spelling that this machine knows. */
  readonly sid: (account: string) => Promise<string | null>;
  readonly language: Language;
}

type Code = keyof NetshText["messages"];

/** What a command came to: done, refused with a Win32 code, or refused by the argument parser, which gives no number. */
type Outcome =
  | { readonly kind: "done"; readonly text: string }
  | { readonly kind: "failed"; readonly title: string; readonly code: Code }
  | { readonly kind: "parameter" }
  | { readonly kind: "usage"; readonly lines: readonly string[] }
  | { readonly kind: "printed"; readonly lines: readonly string[]; readonly found: boolean };

const parameter: Outcome = { kind: "parameter" };

const flagNames = bindingFlagsSchema.keyof().options;
const numberFlags: readonly string[] = ["revocationfreshnesstime", "urlretrievaltimeout"];
const textFlags: readonly string[] = ["sslctlidentifier", "sslctlstorename"];
const keyNames: readonly string[] = ["hostnameport", "ipport", "ccs"];

/** Usage as Server 2022 prints it; square brackets stand around what may be left out. */
function sslCertUsage(verb: string): readonly string[] {
  const options = flagNames.map((name) => `        [${name}=${numberFlags.includes(name) ? "<u-int>" : textFlags.includes(name) ? "<string>" : "enable|disable"}]`);
  const key = "hostnameport=<name:port> | ipport=<ipaddr:port> | ccs=<port>";
  return verb === "add" || verb === "update"
    ? [`${verb} sslcert ${key}`, "        appid=<GUID>", "        [certhash=<string>]", "        [certstorename=<string>]", ...options]
    : [`${verb} sslcert ${verb === "show" ? `[${key}]` : key}`];
}

const urlAclUsage: Readonly<Record<string, readonly string[]>> = {
  add: ["add urlacl [url=]<string>", "        [[user=]<string>", "        [[listen=]yes|no [delegate=]yes|no]", "        |", "        [sddl=]<string>]"],
  delete: ["delete urlacl [url=]<string>"],
  show: ["show urlacl [[url=]<string>]"],
};
const listenUsage: Readonly<Record<string, readonly string[]>> = {
  add: ["add iplisten [address=]<string>"],
  delete: ["delete iplisten [address=]<string>"],
  show: ["show iplisten"],
};

/** Reads `name=value`; a value without a name takes the next place. Null for an unknown or repeated name. */
function readArguments(tokens: readonly string[], names: readonly string[]): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  for (const token of tokens) {
    const cut = token.indexOf("=");
    const written = token.slice(0, Math.max(cut, 0)).toLowerCase();
    const named = cut > 0 && /^[a-z\d]+$/.test(written);
    const name = named ? written : names.find((candidate) => !values.has(candidate));
    if (name === undefined || !names.includes(name) || values.has(name)) return null;
    values.set(name, named ? token.slice(cut + 1) : token);
  }
  return values;
}

interface Key { readonly endpoint: string; readonly family: BindingFamily }

const familyOfKey: Readonly<Record<string, BindingFamily>> = { ipport: "ip", hostnameport: "sni", ccs: "ccs" };

/** The record that a command means. Null when none or several are named; undefined when the one named is malformed. */
function keyOf(values: ReadonlyMap<string, string>): Key | null | undefined {
  const [name, ...more] = keyNames.filter((candidate) => values.has(candidate));
  if (name === undefined || more.length > 0) return null;
  const value = values.get(name) ?? "";
  const parts = parseEndpoint(value);
  if (!parts || parts.family !== familyOfKey[name]) return undefined;
  const endpoint = parts.family === "ccs" ? String(parts.port) : `${parts.host.includes(":") ? `[${parts.host}]` : parts.host}:${parts.port}`;
  return { endpoint, family: parts.family };
}

/** The flags that a command names; null when one is malformed. */
function flagsOf(values: ReadonlyMap<string, string>): BindingFlags | null {
  const flags: Record<string, boolean | number | string> = {};
  for (const name of flagNames) {
    const value = values.get(name);
    if (value === undefined) continue;
    if (numberFlags.includes(name)) {
      if (!/^\d{1,9}$/.test(value)) return null;
      flags[name] = Number(value);
    } else if (textFlags.includes(name)) {
      flags[name] = value;
    } else if (/^(enable|disable)$/i.test(value)) {
      flags[name] = value.toLowerCase() === "enable";
    } else {
      return null;
    }
  }
  return flags;
}

const storesByName: ReadonlyMap<string, StoreName> = new Map([["MY", "My"], ["CA", "CA"], ["ROOT", "Root"]]);
const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const padded = (label: string): string => `    ${label.padEnd(28)} : `;

/** Server 2022, whose layout this is, does not print these; a record that has them set must not hide it. */
const newestFields: readonly RecordField[] = ["disablesessionid", "enablecachingclienthello"];

function recordLines(record: SslCertRecord, text: NetshText): readonly string[] {
  const parts = parseEndpoint(record.endpoint);
  const key = parts?.family === "ccs" ? text.centralKey : parts?.family === "sni" ? text.nameKey : text.ipKey;
  const { flags } = record;
  const valueOf = (field: RecordField): string => {
    switch (field) {
      case "hash": return record.thumbprint?.toLowerCase() ?? "(null)";
      case "applicationId": return record.applicationId.toLowerCase();
      case "store": return record.store ?? "(null)";
      case "verifyclientcertrevocation":
      case "usagecheck":
        return text.enabled[flags[field] === false ? 0 : 1];
      case "verifyrevocationwithcachedclientcertonly":
      case "dsmapperusage":
      case "clientcertnegotiation":
      case "reject":
        return text.enabled[flags[field] === true ? 1 : 0];
      case "revocationfreshnesstime":
      case "urlretrievaltimeout":
        return String(flags[field] ?? 0);
      case "sslctlidentifier":
      case "sslctlstorename":
        return flags[field] ?? "(null)";
      case "disablehttp2":
      case "disablequic":
      case "disabletls12":
      case "disabletls13":
      case "disableocspstapling":
      case "enabletokenbinding":
      case "logextendedevents":
      case "disablelegacytls":
      case "enablesessionticket":
      case "disablesessionid":
      case "enablecachingclienthello":
        return text.set[flags[field] === true ? 1 : 0];
    }
  };
  return [
    `${padded(key)}${record.endpoint}`,
    ...recordFields.filter((field) => !newestFields.includes(field) || valueOf(field) !== text.set[0]).map((field) => `${padded(text.fields[field])}${valueOf(field)}`),
    ` ${text.extended}:`, `${padded("PropertyId")}0`, `${padded("Receive Window")}1048576`,
    ` ${text.extended}:`, `${padded("PropertyId")}1`, `${padded("Max Settings Per Frame")}2796202`, `${padded("Max Settings Per Minute")}4294967295`,
    "", "",
  ];
}

/** Addresses first, then names, then ports; by their text within each, as the registry lists them. */
const placeOf = ({ endpoint }: SslCertRecord): string => `${["ip", "sni", "ccs"].indexOf(parseEndpoint(endpoint)?.family ?? "ccs")} ${endpoint.toLowerCase()}`;

function inOrder(records: readonly SslCertRecord[], added: SslCertRecord): SslCertRecord[] {
  const place = placeOf(added);
  const at = records.findIndex((record) => placeOf(record) > place);
  return at < 0 ? [...records, added] : [...records.slice(0, at), added, ...records.slice(at)];
}

const headed = (title: string): readonly string[] => ["", title, "-".repeat(title.length), ""];
const yesNo = (value: boolean): string => (value ? "Yes" : "No");

/** Makes the netsh of a machine: takes the arguments after the program's name, and gives its answer. Never throws for a bad command. */
export function createNetsh({ state, certificates, sid, language }: NetshOptions): (arguments_: readonly string[]) => Promise<CommandResult> {
  const text = netshText[language];

  const saveRecord = (verb: "add" | "update", record: SslCertRecord): Promise<Outcome> => state.httpSys.change((tables): { next: HttpSysTables | null; value: Outcome } => {
    const present = tables.sslcert.find(({ endpoint }) => same(endpoint, record.endpoint));
    if (verb === "add") {
      if (present) return { next: null, value: { kind: "failed", title: text.addFailed, code: 183 } };
      return { next: { ...tables, sslcert: inOrder(tables.sslcert, record) }, value: { kind: "done", text: text.added } };
    }
    if (!present) return { next: null, value: { kind: "failed", title: text.updateFailed, code: 2 } };
    const sslcert = tables.sslcert.map((known) => (known === present ? record : known));
    return { next: { ...tables, sslcert }, value: { kind: "done", text: text.updated } };
  });

  const writeCertificate = async (verb: "add" | "update", tokens: readonly string[]): Promise<Outcome> => {
    const usage: Outcome = { kind: "usage", lines: sslCertUsage(verb) };
    const values = readArguments(tokens, [...keyNames, "appid", "certhash", "certstorename", ...flagNames]);
    if (!values) return parameter;
    const key = keyOf(values);
    const appId = values.get("appid");
    // PowerShell takes the braces of an unquoted GUID for a script block, and netsh then misses the parameter.
    if (key === null || appId === undefined || !/^\{.*\}$/.test(appId)) return usage;
    const applicationId = parseGuid(appId);
    const flags = flagsOf(values);
    if (!key || applicationId === null || !flags) return parameter;
    const hash = values.get("certhash");
    if (key.family !== "ccs" && hash === undefined) return usage;
    if (hash !== undefined && !/^(?:[\da-f]{2}){1,64}$/i.test(hash)) return parameter;
    const thumbprint = key.family === "ccs" ? null : hash?.toUpperCase() ?? null;
    const storeName = values.get("certstorename") ?? null;
    if (thumbprint !== null) {
      const store = storesByName.get((storeName ?? "MY").toUpperCase());
      const found = store === undefined ? null : await certificates.find(store, thumbprint);
      if (!found?.hasPrivateKey) return { kind: "failed", title: verb === "add" ? text.addFailed : text.updateFailed, code: 1312 };
    }
    return saveRecord(verb, { endpoint: key.endpoint, thumbprint, applicationId, store: storeName, flags });
  };

  const deleteCertificate = async (tokens: readonly string[]): Promise<Outcome> => {
    const values = readArguments(tokens, keyNames);
    const key = values && keyOf(values);
    if (key === null) return { kind: "usage", lines: sslCertUsage("delete") };
    if (!key) return parameter;
    return state.httpSys.change((tables): { next: HttpSysTables | null; value: Outcome } => {
      const sslcert = tables.sslcert.filter(({ endpoint }) => !same(endpoint, key.endpoint));
      if (sslcert.length === tables.sslcert.length) return { next: null, value: { kind: "failed", title: text.deleteFailed, code: 2 } };
      return { next: { ...tables, sslcert }, value: { kind: "done", text: text.deleted } };
    });
  };

  const showCertificates = async (tokens: readonly string[]): Promise<Outcome> => {
    const values = readArguments(tokens, keyNames);
    if (!values) return { kind: "usage", lines: sslCertUsage("show") };
    const key = values.size === 0 ? null : keyOf(values);
    if (key === undefined || (key === null && values.size > 0)) return parameter;
    const { sslcert } = await state.httpSys.read();
    const records = key === null ? sslcert : sslcert.filter(({ endpoint }) => same(endpoint, key.endpoint));
    const found = key === null || records.length > 0;
    return { kind: "printed", found, lines: [...headed(text.bindingsTitle), ...(found ? ["", "", ...records.flatMap((record) => recordLines(record, text))] : [text.messages[2], ""])] };
  };

  const descriptorOf = async (values: ReadonlyMap<string, string>): Promise<string | Outcome> => {
    const sddl = values.get("sddl");
    const user = values.get("user");
    if ((sddl === undefined) === (user === undefined)) return { kind: "usage", lines: urlAclUsage["add"] ?? [] };
    const bad: Outcome = { kind: "failed", title: text.reservationAddFailed, code: 87 };
    if (sddl !== undefined) {
      const accounts = parseSddl(sddl);
      return accounts?.every(({ rights }) => rights.length > 0) ? formatSddl(accounts.map((account) => ({ trustee: account.sid, rights: account.rights }))) : bad;
    }
    const trustee = await sid(user ?? "");
    if (trustee === null) return { kind: "failed", title: text.descriptorFailed, code: 1332 };
    const isYes = (name: string, otherwise: string): boolean | null => {
      const value = (values.get(name) ?? otherwise).toLowerCase();
      return value === "yes" ? true : value === "no" ? false : null;
    };
    const listen = isYes("listen", "yes");
    const delegate = isYes("delegate", "no");
    if (listen === null || delegate === null) return parameter;
    if (!listen && !delegate) return bad;
    return formatSddl([{ trustee, rights: [...(listen ? ["listen" as const] : []), ...(delegate ? ["delegate" as const] : [])] }]);
  };

  const addReservation = async (tokens: readonly string[]): Promise<Outcome> => {
    const values = readArguments(tokens, ["url", "user", "listen", "delegate", "sddl"]);
    const url = values?.get("url");
    if (!values || url === undefined) return { kind: "usage", lines: urlAclUsage["add"] ?? [] };
    const sddl = await descriptorOf(values);
    if (typeof sddl !== "string") return sddl;
    if (!parsePrefix(url)) return { kind: "failed", title: text.reservationAddFailed, code: 87 };
    return state.httpSys.change((tables): { next: HttpSysTables | null; value: Outcome } => {
      if (tables.urlacl.some((present) => same(present.url, url))) return { next: null, value: { kind: "failed", title: text.reservationAddFailed, code: 183 } };
      return { next: { ...tables, urlacl: [...tables.urlacl, { url: normalPrefix(url), sddl }] }, value: { kind: "done", text: text.reservationAdded } };
    });
  };

  const deleteReservation = async (tokens: readonly string[]): Promise<Outcome> => {
    const url = readArguments(tokens, ["url"])?.get("url");
    if (url === undefined) return { kind: "usage", lines: urlAclUsage["delete"] ?? [] };
    if (!parsePrefix(url)) return { kind: "failed", title: text.reservationDeleteFailed, code: 87 };
    return state.httpSys.change((tables): { next: HttpSysTables | null; value: Outcome } => {
      const urlacl = tables.urlacl.filter((present) => !same(present.url, url));
      if (urlacl.length === tables.urlacl.length) return { next: null, value: { kind: "failed", title: text.reservationDeleteFailed, code: 2 } };
      return { next: { ...tables, urlacl }, value: { kind: "done", text: text.reservationDeleted } };
    });
  };

  const nameOf = async (sidText: string): Promise<string> => {
    const name = localisedName(sidText, language);
    if (name !== sidText) return name;
    const { accounts, hostName } = await state.machine.read();
    const own = accounts.find((account) => account.sid === sidText);
    return own ? `${(hostName.split(".")[0] ?? hostName).toUpperCase()}\\${own.name}` : sidText;
  };

  const showReservations = async (tokens: readonly string[]): Promise<Outcome> => {
    const values = readArguments(tokens, ["url"]);
    if (!values) return { kind: "usage", lines: urlAclUsage["show"] ?? [] };
    const url = values.get("url");
    const { urlacl } = await state.httpSys.read();
    const chosen = url === undefined ? urlacl : urlacl.filter((present) => same(present.url, url));
    const lines: string[] = [...headed(text.reservationsTitle)];
    for (const { url: reserved, sddl } of chosen) {
      lines.push(`    ${text.reservedUrl.padEnd(23)} : ${reserved} `);
      for (const account of accountsOf(sddl)) {
        lines.push(`        ${text.user}: ${await nameOf(account.sid)}`);
        lines.push(`            ${text.listen}: ${yesNo(account.rights.includes("listen"))}`, `            ${text.delegate}: ${yesNo(account.rights.includes("delegate"))}`);
      }
      lines.push(`            SDDL: ${sddl} `, "");
    }
    return { kind: "printed", lines: [...lines, ""], found: true };
  };

  const changeListenList = async (verb: "add" | "delete", tokens: readonly string[]): Promise<Outcome> => {
    const values = readArguments(tokens.map((token) => token.replace(/^ipaddress=/i, "address=")), ["address"]);
    const written = values?.get("address");
    if (written === undefined) return { kind: "usage", lines: listenUsage[verb] ?? [] };
    const parts = parseEndpoint(written.includes(":") ? `[${written.replace(/^\[|\]$/g, "")}]:1` : `${written}:1`);
    if (parts?.family !== "ip") return parameter;
    const { host } = parts;
    return state.httpSys.change((tables): { next: HttpSysTables | null; value: Outcome } => {
      const present = tables.iplisten.includes(host);
      if (verb === "add") {
        if (present) return { next: null, value: { kind: "failed", title: text.listenAddFailed, code: 183 } };
        return { next: { ...tables, iplisten: [...tables.iplisten, host] }, value: { kind: "done", text: text.listenAdded } };
      }
      if (!present) return { next: null, value: { kind: "failed", title: text.listenDeleteFailed, code: 2 } };
      return { next: { ...tables, iplisten: tables.iplisten.filter((address) => address !== host) }, value: { kind: "done", text: text.listenDeleted } };
    });
  };

  const showListenList = async (): Promise<Outcome> => {
    const { iplisten } = await state.httpSys.read();
    return { kind: "printed", found: true, lines: [...headed(text.listenTitle), ...iplisten.map((address) => `    ${address}`), "", ""] };
  };

  const answerTo = (context: string, verb: string, noun: string, tokens: readonly string[]): Promise<Outcome> | null => {
    if (context !== "http") return null;
    switch (`${verb} ${noun}`) {
      case "add sslcert": return writeCertificate("add", tokens);
      case "update sslcert": return writeCertificate("update", tokens);
      case "delete sslcert": return deleteCertificate(tokens);
      case "show sslcert": return showCertificates(tokens);
      case "add urlacl": return addReservation(tokens);
      case "delete urlacl": return deleteReservation(tokens);
      case "show urlacl": return showReservations(tokens);
      case "add iplisten": return changeListenList("add", tokens);
      case "delete iplisten": return changeListenList("delete", tokens);
      case "show iplisten": return showListenList();
      default: return null;
    }
  };

  const result = (outcome: Outcome): { exitCode: 0 | 1; lines: readonly string[] } => {
    switch (outcome.kind) {
      case "done": return { exitCode: 0, lines: ["", outcome.text, "", ""] };
      case "failed": return { exitCode: 1, lines: ["", `${outcome.title}, ${text.error}: ${outcome.code}`, text.messages[outcome.code], "", ""] };
      case "parameter": return { exitCode: 1, lines: ["", text.parameter, "", ""] };
      case "usage": {
        const [first = "", ...rest] = outcome.lines;
        return { exitCode: 1, lines: ["", ...text.missingParameters.split("\n"), "", `${text.usage}: ${first}`, ...rest, "", ""] };
      }
      case "printed": return { exitCode: outcome.found ? 0 : 1, lines: outcome.lines };
    }
  };

  return async (arguments_) => {
    const [context = "", verb = "", noun = "", ...tokens] = arguments_;
    const outcome = await answerTo(context.toLowerCase(), verb.toLowerCase(), noun.toLowerCase(), tokens);
    const { exitCode, lines } = outcome ? result(outcome) : { exitCode: 1, lines: ["", text.unknownCommand(arguments_.join(" ")), ""] };
    return { exitCode, output: lines.join("\r\n") };
  };
}
