// What the person chose in the wizard on a Linux machine, where NGINX or Mono speaks TLS: at first, its mistakes, its request.
import type { Certificate } from "../../../app/certificates/certificate.ts";
import { canonicalHost, coversName, isAddress, isDnsName } from "../../../app/certificates/host-name.ts";
import type { SecureRequest } from "../../../app/contract.ts";
import { isLoopback } from "../../../app/santedb/endpoint.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { namesIn } from "../request/requested-name.ts";
import { portsOf, type Scope } from "./secure-form.ts";

export type Speaker = "nginx" | "mono";

/** Fields are kept as typed. */
export interface SpeakerForm {
  /** By the name of its service, which no other has. */
  readonly instance: string;
  /** Of the instance itself; null while its configuration has a single port. */
  readonly port: number | null;
  readonly by: Speaker;

  readonly serverNames: string;
  readonly httpsPort: string;
  readonly redirects: boolean;
  readonly redirectPort: string;
  /** Whether SanteDB is to answer this computer alone, behind NGINX. */
  readonly hides: boolean;
  readonly tellsAddress: boolean;
  /** Null while it follows the first host name and the port. */
  readonly baseAddress: string | null;
  readonly hsts: boolean;
  readonly webSocket: boolean;
  readonly http2: boolean;
  readonly clients: "none" | "optional" | "required";
  readonly authorities: string;
  readonly bodyMegabytes: string;
  readonly timeoutSeconds: string;
  readonly listenOn: string;

  /** With Mono: who can reach it, the name that is proven, and whether clients must show a certificate. */
  readonly scope: Scope;
  readonly hostName: string;
  readonly clientCertificates: boolean;

  /** "" where the configuration stays as it is. */
  readonly fhirBase: string;
}

/** As SanteDB's documentation recommends behind NGINX; what a site has where it says none. */
export const recommendedHttps = { icdr: 8443, dcdr: 443 } as const;
export const siteDefaults = { redirectFrom: 80, bodyMegabytes: 64, timeoutSeconds: 120 } as const;

/** Names of a site at most. */
const mostNames = 50;

export const kindOf = ({ product }: Instance): keyof typeof recommendedHttps => (product === "icdr" ? "icdr" : "dcdr");

/** Whether other computers reach the instance past NGINX. */
export const answersOthers = ({ host }: Instance): boolean => host === null || !isLoopback(host);

/** What stands in the form before the person touched it. */
export function initialSpeakerForm(instance: Instance): SpeakerForm {
  const ports = portsOf(instance);
  return {
    instance: instance.service,
    port: ports.length > 1 ? instance.port ?? ports[0] ?? null : null,
    by: "nginx",
    serverNames: "",
    httpsPort: String(recommendedHttps[kindOf(instance)]),
    redirects: true,
    redirectPort: String(siteDefaults.redirectFrom),
    hides: true,
    tellsAddress: instance.product === "icdr" && instance.generation === "v3",
    baseAddress: null,
    hsts: false,
    webSocket: false,
    http2: true,
    clients: "none",
    authorities: "",
    bodyMegabytes: String(siteDefaults.bodyMegabytes),
    timeoutSeconds: String(siteDefaults.timeoutSeconds),
    listenOn: "",
    scope: instance.host === "0.0.0.0" || instance.host === null ? "all" : instance.host === "127.0.0.1" ? "local" : "keep",
    hostName: "",
    clientCertificates: false,
    fhirBase: "",
  };
}

/** The names of a certificate by which clients can ask for a site, as the field has them. */
export const namesOfCertificate = ({ names }: Certificate): string =>
  [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => !isAddress(name) && isDnsName(name)).slice(0, mostNames).join(" ");

/** The names typed, each once. */
export const serverNamesOf = ({ serverNames }: SpeakerForm): readonly string[] => [...new Set(namesIn(serverNames).map((name) => name.toLowerCase()))];

/** Host names that the certificate does not stand for. */
export const uncovered = (form: SpeakerForm, { names }: Certificate): readonly string[] =>
  serverNamesOf(form).filter((name) => !names.some((each) => each.toLowerCase() === name) && !coversName(names, name));

/** Where clients come in, as SanteDB is told: the form's own, else the first real name with the port; "" where there is none. */
export function baseAddressOf(form: SpeakerForm): string {
  if (form.baseAddress !== null) return form.baseAddress.trim();
  const name = serverNamesOf(form).find((each) => !each.startsWith("*."));
  const port = form.httpsPort.trim();
  return name === undefined ? "" : `https://${name}${port === "443" || port === "" ? "" : `:${port}`}`;
}

const numberIn = (text: string, from: number, to: number): number | null => {
  const value = /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : null;
};
const portIn = (text: string): number | null => numberIn(text, 1, 65_535);

export type SpeakerFault =
  | { readonly field: "by"; readonly fault: "key"; readonly keyType: string }
  | { readonly field: "serverNames"; readonly fault: "missing" }
  | { readonly field: "serverNames"; readonly fault: "name" | "address"; readonly name: string }
  | { readonly field: "httpsPort"; readonly fault: "port" }
  | { readonly field: "redirectPort"; readonly fault: "port" | "same" }
  | { readonly field: "baseAddress" | "authorities"; readonly fault: "missing" | "form" }
  | { readonly field: "bodyMegabytes" | "timeoutSeconds"; readonly fault: "number" }
  | { readonly field: "listenOn"; readonly fault: "address"; readonly name: string };

function nameFaults(form: SpeakerForm): readonly SpeakerFault[] {
  const names = serverNamesOf(form);
  if (names.length === 0) return [{ field: "serverNames", fault: "missing" }];
  const address = names.find((name) => isAddress(canonicalHost(name) ?? ""));
  if (address !== undefined) return [{ field: "serverNames", fault: "address", name: address }];
  const wrong = names.find((name) => !isDnsName(name));
  return wrong === undefined ? [] : [{ field: "serverNames", fault: "name", name: wrong }];
}

/** What keeps the form from being asked for, in the order of its fields. The certificate is the one chosen. */
export function faultsOf(form: SpeakerForm, certificate: Certificate | undefined): readonly SpeakerFault[] {
  if (form.by === "mono") return certificate && !/^rsa/i.test(certificate.keyType) ? [{ field: "by", fault: "key", keyType: certificate.keyType }] : [];
  const port = portIn(form.httpsPort);
  const redirect = portIn(form.redirectPort);
  const base = baseAddressOf(form);
  const authorities = form.authorities.trim();
  const wrongAddress = namesIn(form.listenOn).find((each) => !isAddress(canonicalHost(each) ?? ""));
  return [
    ...nameFaults(form),
    ...(port === null ? [{ field: "httpsPort", fault: "port" } as const] : []),
    ...(!form.redirects || (redirect !== null && redirect !== port) ? [] : [{ field: "redirectPort", fault: redirect === null ? "port" : "same" } as const]),
    ...(!form.tellsAddress || /^https?:\/\/[^\s/?#]+\/?$/i.test(base) ? [] : [{ field: "baseAddress", fault: base === "" ? "missing" : "form" } as const]),
    ...(form.clients === "none" || authorities.startsWith("/") ? [] : [{ field: "authorities", fault: authorities === "" ? "missing" : "form" } as const]),
    ...(numberIn(form.bodyMegabytes, 1, 10_240) === null ? [{ field: "bodyMegabytes", fault: "number" } as const] : []),
    ...(numberIn(form.timeoutSeconds, 1, 86_400) === null ? [{ field: "timeoutSeconds", fault: "number" } as const] : []),
    ...(wrongAddress === undefined ? [] : [{ field: "listenOn", fault: "address", name: wrongAddress } as const]),
  ];
}

/** Fields that are folded away. */
export const foldedFields: readonly SpeakerFault["field"][] = ["authorities", "bodyMegabytes", "timeoutSeconds", "listenOn"];

/** Whether something that is folded away was changed, so that it is seen again after Back. */
export function changesFolded(form: SpeakerForm): boolean {
  return form.fhirBase !== "" || (form.by === "mono" ? form.clientCertificates : form.hsts || form.webSocket || !form.http2 || form.clients !== "none" || form.listenOn.trim() !== ""
    || form.bodyMegabytes.trim() !== String(siteDefaults.bodyMegabytes) || form.timeoutSeconds.trim() !== String(siteDefaults.timeoutSeconds));
}

type AskedSite = NonNullable<SecureRequest["site"]>;

function siteOf(form: SpeakerForm, instance: Instance): AskedSite {
  const port = portIn(form.httpsPort);
  const redirect = form.redirects ? portIn(form.redirectPort) : null;
  const [body, timeout] = [numberIn(form.bodyMegabytes, 1, 10_240), numberIn(form.timeoutSeconds, 1, 86_400)];
  const listenOn = namesIn(form.listenOn);
  return {
    serverNames: [...serverNamesOf(form)],
    ...(port === null || port === recommendedHttps[kindOf(instance)] ? {} : { port }),
    ...(redirect === siteDefaults.redirectFrom ? {} : { redirectFrom: redirect }),
    ...(listenOn.length === 0 ? {} : { listenOn: [...listenOn] }),
    ...(form.clients === "none" ? {} : { clientCertificates: { authorities: form.authorities.trim(), required: form.clients === "required" } }),
    ...(form.hsts && { hsts: true }),
    ...(form.webSocket && { webSocket: true }),
    ...(!form.http2 && { http2: false }),
    ...(body === null || body === siteDefaults.bodyMegabytes ? {} : { bodyMegabytes: body }),
    ...(timeout === null || timeout === siteDefaults.timeoutSeconds ? {} : { timeoutSeconds: timeout }),
  };
}

const hosts = { all: "0.0.0.0", local: "127.0.0.1", keep: undefined } as const satisfies Record<Scope, string | undefined>;

/** The request without the certificate, of a form without faults. What is so by default, or is so already, is left out. */
export function speakerRequest(form: SpeakerForm, instance: Instance, allowExpired: boolean): Omit<SecureRequest, "certificate"> {
  const fhirBase = form.fhirBase.trim();
  const common = {
    instance: form.instance, by: form.by,
    ...(form.port === null ? {} : { port: form.port }),
    ...(allowExpired && { allowExpired }),
    ...(fhirBase === "" ? {} : { fhirBase }),
  };
  switch (form.by) {
    case "nginx": return {
      ...common, site: siteOf(form, instance),
      ...(form.hides && answersOthers(instance) && { address: hosts.local }),
      ...(form.tellsAddress && { baseAddress: baseAddressOf(form) }),
    };
    case "mono": {
      const address = hosts[form.scope];
      const hostName = form.hostName.trim();
      return {
        ...common,
        ...(address === undefined || address === instance.host ? {} : { address }),
        ...(hostName === "" ? {} : { hostName }),
        ...(form.clientCertificates && { clientCertificates: true }),
      };
    }
  }
}
