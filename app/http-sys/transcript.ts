// Pasted console output of somebody else's machine: what it lists, or why the command in it failed.
import { decodeBase64 } from "../base64.ts";
import type { Finding } from "../finding.ts";
import { applicationName } from "./application.ts";
import { bindingAt } from "./binding-transcript.ts";
import { familyOf, isIPv6, parseEndpoint, parseGuid } from "./binding.ts";
import type { Transcript, TranscriptBinding, TranscriptReservation, TranscriptService } from "./http-sys-view.ts";
import { explainNetsh, printsUsage } from "./netsh.ts";
import { reservationAt } from "./reservation-transcript.ts";
import { explainServiceControl } from "./service-control.ts";
import { registrationsOf, serviceAt } from "./service-transcript.ts";
import { linesOf, transcriptLimit, type TranscriptLine } from "./transcript-lines.ts";

const finding = (code: string, message: string, hint: string): Finding => ({ code, severity: "warning", message, hint });
const atLine = (numbers: readonly number[]): string => `${numbers.length === 1 ? "line" : "lines"} ${numbers.slice(0, 5).join(", ")}${numbers.length > 5 ? " …" : ""}`;

function findingsOf(bindings: readonly TranscriptBinding[], reservations: readonly TranscriptReservation[]): readonly Finding[] {
  const linesWhere = (holds: (binding: TranscriptBinding) => boolean): readonly number[] => bindings.filter(holds).map(({ line }) => line);
  const incomplete = linesWhere(({ family, thumbprint, applicationId, store }) => (thumbprint === null && family !== "ccs") || applicationId === null || store === null);
  const unread = linesWhere(({ flags, options }) => options.some(({ flag, value }) => flag === null || (!(flag in flags) && !/^\(.*\)$/.test(value))));
  const undescribed = reservations.filter(({ sddl }) => sddl === null).map(({ line }) => line);
  return [
    ...(incomplete.length > 0 ? [finding("transcript-incomplete", `The text does not hold all of the record${incomplete.length === 1 ? "" : "s"} on ${atLine(incomplete)}.`, "Ask for the whole output, from the command to the next prompt.")] : []),
    ...(unread.length > 0 ? [finding("transcript-settings-unread", `Some settings of the record${unread.length === 1 ? "" : "s"} on ${atLine(unread)} stand in words that are not known here.`, "They are shown as they stand. Endpoint, thumbprint, application and store do not depend on the language.")] : []),
    ...(undescribed.length > 0 ? [finding("transcript-incomplete", `The text does not hold the descriptor (SDDL) of the reservation on ${atLine(undescribed)}.`, "Ask for the whole output, from the command to the next prompt.")] : []),
  ];
}

const isAddress = (text: string): boolean => parseEndpoint(`${text}:1`)?.family === "ip" || isIPv6(text.replace(/^\[(.*)\]$/, "$1"));

/** "…, Error: 1312" once, and nothing else that pairs a label with a number. */
function failureOf(lines: readonly TranscriptLine[]): Transcript["failure"] {
  const numbered = lines.filter(({ text }) => /\p{L}\s*(?::\s+|：\s*)\d{1,5}(?!\S)/u.test(text));
  const text = lines.map((line) => line.text).join("\n");
  const known = printsUsage(text) || /^(The parameter is incorrect|Falscher Parameter|Paramètre incorrect)\.$/im.test(text);
  if (numbered.length !== 1 && !known) return scFailure(text);
  const explained = explainNetsh(1, text);
  return explained.code === 0 ? null : { ...explained };
}

/** sc prints its number between words, "[SC] OpenService FAILED 1060:". */
function scFailure(text: string): Transcript["failure"] {
  const codes = new Set([...text.matchAll(/^.{0,8}\[SC\][^\n]*?\s(\d{1,5})\s*:?\s*$/gmu)].map((found) => Number(found[1])));
  const [code] = codes;
  return code === undefined || codes.size > 1 ? null : { ...explainServiceControl(code) };
}

/** Bytes of a hash in base64, as `netsh http show sslcert json=enable` gives it. */
function hashOf(text: unknown): string | null {
  if (typeof text !== "string" || text.length > 128) return null;
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)) return text.toUpperCase();
  if (text.length % 4 !== 0 || !/^[A-Za-z\d+/]+={0,2}$/.test(text)) return null;
  const bytes = decodeBase64(text);
  return bytes.length === 20 || bytes.length === 32 ? [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase() : null;
}

/** The bindings of `netsh http show sslcert json=enable`; null where the text is none. Fields that are not known are let pass. */
function jsonBindings(text: string): readonly TranscriptBinding[] | null {
  const start = text.indexOf("{");
  if (start < 0 || !text.includes('"SslCertificateBindings"')) return null;
  let found: unknown;
  try {
    found = JSON.parse(text.slice(start, text.lastIndexOf("}") + 1));
  } catch {
    return null;
  }
  const records = (found as { readonly SslCertificateBindings?: unknown }).SslCertificateBindings;
  if (!Array.isArray(records)) return null;
  return records.flatMap((record: unknown): TranscriptBinding[] => {
    if (typeof record !== "object" || record === null) return [];
    const values = record as Readonly<Record<string, unknown>>;
    const endpoint = [values["IpPort"], values["HostnamePort"], values["HostNamePort"], values["CcsPort"]].find((value) => typeof value === "string" || typeof value === "number");
    const family = endpoint === undefined ? null : familyOf(String(endpoint));
    if (endpoint === undefined || family === null) return [];
    const guid = values["AppId"] ?? values["GuidString"];
    const applicationId = typeof guid === "string" ? parseGuid(guid) : null;
    const store = values["SslCertStoreName"];
    return [{
      endpoint: String(endpoint), family, thumbprint: hashOf(values["SslHash"]), applicationId, application: applicationId === null ? null : applicationName(applicationId),
      store: typeof store === "string" && store !== "" ? store : "MY", flags: {}, options: [], extended: [], line: 1,
    }];
  });
}

/**
 * Reads pasted output of `netsh http show sslcert`, `urlacl`, `iplisten`, `servicestate`, of `sc query` and `sc qc`, and
 * of commands that failed, in any language and mixed with prompts and other text. Never throws: what is not understood
 * is left out. At most 4 MiB are read.
 */
export function readTranscript(text: string): Transcript {
  const json = jsonBindings(text.slice(0, transcriptLimit));
  const lines = json ? [] : linesOf(text);
  const bindings: TranscriptBinding[] = [...json ?? []];
  const reservations: TranscriptReservation[] = [];
  const services: TranscriptService[] = [];
  const others: TranscriptLine[] = [];
  for (let index = 0; index < lines.length;) {
    const binding = bindingAt(lines, index);
    const reservation = binding ? null : reservationAt(lines, index);
    const service = binding ?? reservation ? null : serviceAt(lines, index);
    if (binding) bindings.push(binding.binding);
    else if (reservation) reservations.push(reservation.reservation);
    else if (service) services.push(service.service);
    else {
      const line = lines[index];
      if (line) others.push(line);
    }
    index = (binding ?? reservation ?? service)?.next ?? index + 1;
  }
  const registrations = registrationsOf(others);
  const nothing = bindings.length === 0 && reservations.length === 0 && services.length === 0 && registrations.length === 0;
  const cut = text.length > transcriptLimit ? [finding("transcript-too-long", "The text is longer than what is read of it.", "Give one output at a time.")] : [];
  return {
    bindings, reservations, services, registrations: [...registrations],
    listenList: nothing ? others.flatMap(({ label, text: address }) => (label === null && isAddress(address) ? [address] : [])) : [],
    failure: nothing ? failureOf(others) : null,
    findings: [...findingsOf(bindings, reservations), ...cut],
  };
}
