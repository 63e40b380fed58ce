// What a person fills in of a site, what it is at first, what is missing in it, and the site that it becomes. No secret is in here.
import type { PublishedSite, Site } from "../../../app/nginx/site.ts";

type Kind = Site["kind"];

/** Where the certificate comes from: files that lie on the server already, its store, or files that are handed over. */
export type CertificateBy = "paths" | "store" | "files";

/** Fields that may be empty hold "" for what is recommended. */
export interface SiteForm {
  readonly kind: Kind;
  /** Host names, addresses of SanteDB and addresses to listen on: one a line. */
  readonly names: string;
  readonly upstreams: string;
  readonly listenOn: string;
  readonly certificateBy: CertificateBy;
  readonly certificate: string;
  readonly key: string;
  readonly port: string;
  readonly redirects: boolean;
  readonly redirectFrom: string;
  readonly upstreamHost: string;
  readonly clientCertificates: boolean;
  readonly authorities: string;
  readonly required: boolean;
  readonly hsts: boolean;
  readonly webSocket: boolean;
  readonly http2: boolean;
  readonly bodyMegabytes: string;
  readonly timeoutSeconds: string;
  readonly nginxVersion: string;
}

/** The ports that SanteDB's documentation recommends, and the other defaults of a site; a test compares them with what is rendered. */
export const recommended = { port: { icdr: 8443, dcdr: 443 }, redirectFrom: 80, bodyMegabytes: 64, timeoutSeconds: 120 } as const;

export const emptyForm: SiteForm = {
  kind: "icdr", names: "", upstreams: "", listenOn: "", certificateBy: "paths", certificate: "", key: "", port: "", redirects: true, redirectFrom: "", upstreamHost: "",
  clientCertificates: false, authorities: "", required: true, hsts: false, webSocket: false, http2: true, bodyMegabytes: "", timeoutSeconds: "", nginxVersion: "",
};

/** Entries of a field that takes one a line; commas and blanks part them as well. */
export const entriesIn = (text: string): readonly string[] => text.split(/[\s,;]+/).filter((entry) => entry !== "");

/** Fields about which something can be said. */
export const fieldNames = ["names", "upstreams", "certificate", "key", "port", "redirectFrom", "listenOn", "upstreamHost", "authorities", "bodyMegabytes", "timeoutSeconds", "nginxVersion"] as const;
export type FieldName = (typeof fieldNames)[number];

/** What is wrong before the machine is asked: nothing was given, too many were, one is too long, or it is no number within its bounds. */
export type Fault =
  | { readonly kind: "missing" }
  | { readonly kind: "many"; readonly limit: number }
  | { readonly kind: "long"; readonly limit: number }
  | { readonly kind: "number"; readonly from: number; readonly to: number };

export type Faults = Readonly<Partial<Record<FieldName, Fault>>>;

const ports = { from: 1, to: 65_535 } as const;
const bodies = { from: 1, to: 10_240 } as const;
const timeouts = { from: 1, to: 86_400 } as const;

function listFault(text: string, limit: number, length: number, needed: boolean): Fault | null {
  const entries = entriesIn(text);
  if (entries.length === 0) return needed ? { kind: "missing" } : null;
  if (entries.length > limit) return { kind: "many", limit };
  return entries.some((entry) => entry.length > length) ? { kind: "long", limit: length } : null;
}

function numberFault(text: string, { from, to }: { readonly from: number; readonly to: number }): Fault | null {
  const typed = text.trim();
  return typed === "" || (/^\d{1,6}$/.test(typed) && Number(typed) >= from && Number(typed) <= to) ? null : { kind: "number", from, to };
}

const pathFault = (text: string): Fault | null => (text.trim() === "" ? { kind: "missing" } : null);

/** Everything that keeps the form from being a site; whether its values can stand in a file is for the machine to say. */
export function faultsOf(form: SiteForm): Faults {
  const faults: readonly (readonly [field: FieldName, fault: Fault | null])[] = [
    ["names", listFault(form.names, 50, 253, true)],
    ["upstreams", listFault(form.upstreams, 32, 2048, true)],
    ["listenOn", listFault(form.listenOn, 16, 64, false)],
    ["certificate", form.certificateBy === "paths" ? pathFault(form.certificate) : null],
    ["key", form.certificateBy === "paths" ? pathFault(form.key) : null],
    ["authorities", form.clientCertificates ? pathFault(form.authorities) : null],
    ["port", numberFault(form.port, ports)],
    ["redirectFrom", form.redirects ? numberFault(form.redirectFrom, ports) : null],
    ["bodyMegabytes", numberFault(form.bodyMegabytes, bodies)],
    ["timeoutSeconds", numberFault(form.timeoutSeconds, timeouts)],
  ];
  return Object.fromEntries(faults.filter(([, fault]) => fault !== null));
}

type Draft = Omit<Site, "certificate" | "key">;

/** A site but for its certificate, with nothing in it that is recommended anyway. The form must have no fault. */
function draftOf(form: SiteForm, version: string | null): Draft {
  const number = (text: string, usual: number): number | undefined => (text.trim() === "" || Number(text) === usual ? undefined : Number(text));
  const port = number(form.port, recommended.port[form.kind]);
  const redirectFrom = form.redirects ? number(form.redirectFrom, recommended.redirectFrom) : null;
  const bodyMegabytes = number(form.bodyMegabytes, recommended.bodyMegabytes);
  const timeoutSeconds = number(form.timeoutSeconds, recommended.timeoutSeconds);
  const nginxVersion = form.nginxVersion.trim() === "" ? version : form.nginxVersion.trim();
  const listenOn = entriesIn(form.listenOn);
  return {
    kind: form.kind, serverNames: [...entriesIn(form.names)], upstreams: [...entriesIn(form.upstreams)],
    ...(port !== undefined && { port }),
    ...(redirectFrom !== undefined && { redirectFrom }),
    ...(listenOn.length > 0 && { listenOn: [...listenOn] }),
    ...(form.upstreamHost.trim() !== "" && { upstreamHost: form.upstreamHost.trim() }),
    ...(form.clientCertificates && { clientCertificates: { authorities: form.authorities.trim(), required: form.required } }),
    ...(form.hsts && { hsts: true }),
    ...(form.webSocket && { webSocket: true }),
    ...(!form.http2 && { http2: false }),
    ...(bodyMegabytes !== undefined && { bodyMegabytes }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(nginxVersion !== null && { nginxVersion }),
  };
}

/** What stands in the file for paths that only the plan names. */
export const standIn = { certificate: "/PLANNED/chain.pem", key: "/PLANNED/key.pem" } as const;

/** The site to be shown as a file; `version` is that of the machine's NGINX, null where there is none. The form must have no fault. */
export function siteOf(form: SiteForm, version: string | null): Site {
  const { certificate, key } = form.certificateBy === "paths" ? { certificate: form.certificate.trim(), key: form.key.trim() } : standIn;
  return { ...draftOf(form, version), certificate, key };
}

/** The site to be published: with its paths only where the certificate lies there already. */
export function publishedOf(form: SiteForm, version: string | null): Draft & Partial<Pick<Site, "certificate" | "key">> {
  return form.certificateBy === "paths" ? siteOf(form, version) : draftOf(form, version);
}

/** Settings among the rarely used ones that are not at their default. */
export function changedSettings(form: SiteForm): number {
  return [
    form.listenOn.trim() !== "", form.upstreamHost.trim() !== "", form.clientCertificates, form.hsts, form.webSocket, !form.http2,
    form.bodyMegabytes.trim() !== "", form.timeoutSeconds.trim() !== "", form.nginxVersion.trim() !== "",
  ].filter(Boolean).length;
}

/** Refusals of a site by the field that they are about, the more particular ones first. Source: settled-site.ts. */
const refusals: readonly (readonly [pattern: RegExp, field: FieldName])[] = [
  [/path of the certificate/, "certificate"],
  [/path of the key/, "key"],
  [/path of the client authorities/, "authorities"],
  [/address to listen on/, "listenOn"],
  [/server name/, "names"],
  [/upstream['’]s host/, "upstreamHost"],
  [/upstream/, "upstreams"],
  [/cannot be both for https and for http/, "port"],
  [/version of NGINX|^NGINX \S+ is too old/, "nginxVersion"],
];

/** The refusal without what is said of every one, and its field; null for the field where it names none. */
export function refusalOf(message: string): { readonly field: FieldName | null; readonly text: string } {
  const bare = message.replace(/^The request is not of the expected form: /, "");
  return { field: refusals.find(([pattern]) => pattern.test(bare))?.[1] ?? null, text: bare.charAt(0).toUpperCase() + bare.slice(1) };
}

/** A published site: what it was written from, or, where that is not known, as far as its file tells. What is recommended stands empty. */
export function formOfPublished({ fileName, serverNames, port, redirectFrom, upstreams, certificatePath, site }: PublishedSite): SiteForm {
  const { kind, ...known }: Partial<Site> & Pick<Site, "kind" | "serverNames" | "upstreams"> = site ?? {
    kind: fileName.startsWith("dcdr-") ? "dcdr" : "icdr", serverNames, upstreams, redirectFrom,
    ...(port !== null && { port }), ...(certificatePath !== null && { certificate: certificatePath }),
  };
  const number = (value: number | null | undefined, usual: number): string => (value === undefined || value === null || value === usual ? "" : String(value));
  return {
    kind, names: known.serverNames.join("\n"), upstreams: known.upstreams.join("\n"), listenOn: (known.listenOn ?? []).join("\n"),
    certificateBy: "paths", certificate: known.certificate ?? "", key: known.key ?? "",
    port: number(known.port, recommended.port[kind]), redirects: known.redirectFrom !== null, redirectFrom: number(known.redirectFrom, recommended.redirectFrom),
    upstreamHost: known.upstreamHost ?? "",
    clientCertificates: known.clientCertificates !== undefined, authorities: known.clientCertificates?.authorities ?? "", required: known.clientCertificates?.required ?? emptyForm.required,
    hsts: known.hsts ?? emptyForm.hsts, webSocket: known.webSocket ?? emptyForm.webSocket, http2: known.http2 ?? emptyForm.http2,
    bodyMegabytes: number(known.bodyMegabytes, recommended.bodyMegabytes), timeoutSeconds: number(known.timeoutSeconds, recommended.timeoutSeconds),
    // It is written for the version of this machine, whatever stands in the file.
    nginxVersion: "",
  };
}

/** Whether both have a host name on one port, where NGINX takes only one of them; the form must have no fault. */
export function clashes(form: SiteForm, { enabled, serverNames, port, redirectFrom }: PublishedSite): boolean {
  const { port: own = recommended.port[form.kind], redirectFrom: from = recommended.redirectFrom, serverNames: names } = draftOf(form, null);
  return enabled && (own === port || (from !== null && from === redirectFrom)) && names.some((name) => serverNames.includes(name.toLowerCase()));
}
