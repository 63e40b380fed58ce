// What may change in a configuration besides its addresses: certificate, client certificates, external addresses.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Setting, Splice } from "../plan/operation.ts";
import { attributeOf, type Configuration, type ConfigurationDocument, type Endpoint, type Mention, type Place, type Service, type StartTag, type TextElement } from "./configuration.ts";
import { asWritten } from "./convert.ts";
import { byteLength, type TextEncoding } from "./encoding.ts";
import { parseAddress, type HttpAddress } from "./endpoint.ts";

/** An authority whose client certificates are taken, and the machine's store that holds it. */
export interface Issuer {
  readonly thumbprint: string;
  readonly store: "My" | "CA" | "Root";
}

/** Each is left as it is where it is undefined. */
export interface WantedSettings {
  /** Thumbprint of a certificate of the machine's Personal store. */
  readonly certificate?: string | undefined;
  readonly clientCertificates?: boolean | undefined;
  readonly clientIssuers?: readonly Issuer[] | undefined;
  readonly baseAddress?: string | undefined;
  readonly fhirBase?: string | undefined;
}

/** What changes in one file. */
export interface SettingsEdit {
  readonly file: string;
  readonly splices: readonly Splice[];
  readonly settings: readonly Setting[];
}

export interface PlannedSettings {
  readonly edits: readonly SettingsEdit[];
  readonly warnings: readonly Finding[];
}

/** Source: santedb-restsvc SanteDB.Rest.Common/Security/ClientCertificateAccessBehavior.cs. */
const clientBehavior = "SanteDB.Rest.Common.Security.ClientCertificateAccessBehavior";

const nothing: PlannedSettings = { edits: [], warnings: [] };

/**
 * The splices that give the endpoints of one port the settings wanted. Throws configuration-setting for what the
 * generation does not have or for a place that is not written plainly, input-invalid for an address that is none.
 */
export function planSettings(configuration: Configuration, endpoints: readonly Endpoint[], wanted: WantedSettings): PlannedSettings {
  const { file, encoding, generation } = configuration;
  if (generation === "v2" && (wanted.certificate !== undefined || wanted.clientCertificates !== undefined || wanted.baseAddress !== undefined)) {
    throw problem("configuration-setting", { file, problem: "a v2 dCDR has no certificate, client certificates or external address in its file." });
  }
  const rest = new FileEdit(file, encoding);
  if (wanted.certificate !== undefined) for (const endpoint of endpoints) setCertificate(rest, endpoint, wanted.certificate, encoding);
  if (wanted.clientCertificates !== undefined) setClientCertificates(rest, configuration, endpoints, wanted.clientCertificates, wanted.clientIssuers ?? []);
  if (wanted.baseAddress !== undefined) setBaseAddress(rest, configuration, wanted.baseAddress);
  const fhir = wanted.fhirBase === undefined ? nothing : setFhirBase(configuration, wanted.fhirBase, rest);
  return {
    edits: [rest.result(), ...fhir.edits].filter(({ splices }) => splices.length > 0),
    warnings: [...fhir.warnings, ...(wanted.clientCertificates === true ? clientWarnings(wanted.clientIssuers ?? []) : [])],
  };
}

/** Gathers what changes in one file. Children of one element that are put in are put in together. */
class FileEdit {
  readonly file: string;
  readonly #encoding: TextEncoding;
  readonly #splices: Splice[] = [];
  readonly #settings: Setting[] = [];
  readonly #children = new Map<StartTag, string[]>();

  constructor(file: string, encoding: TextEncoding) {
    this.file = file;
    this.#encoding = encoding;
  }

  note(setting: Setting): void {
    this.#settings.push(setting);
  }

  replace(offset: number, remove: string, insert: string): void {
    this.#splices.push({ offset, remove, insert });
  }

  /** Text of an element or value, with what XML and the file's encoding want written otherwise. */
  written(value: string): string {
    return asWritten(value, '"', this.#encoding);
  }

  /** Attributes for a tag that does not have them: directly after its name. */
  attributes(tag: StartTag, values: Readonly<Record<string, string>>): void {
    this.replace(tag.offset + byteLength(tag.text, 0, 1 + tag.name.length, this.#encoding), "", this.attributeText(values));
  }

  attributeText(values: Readonly<Record<string, string>>): string {
    return Object.entries(values).map(([name, value]) => ` ${name}="${this.written(value)}"`).join("");
  }

  /** A first child for an element, indented as its first child is now. */
  child(parent: StartTag, element: string): void {
    const children = this.#children.get(parent);
    if (children) children.push(element);
    else this.#children.set(parent, [element]);
  }

  result(): SettingsEdit {
    const children = [...this.#children].map(([{ offset, text, name, selfClosing, indentation }, elements]): Splice => {
      const inside = elements.map((element) => `${indentation}${element}`).join("");
      if (!selfClosing) return { offset: offset + byteLength(text, 0, text.length, this.#encoding), remove: "", insert: inside };
      return { offset: offset + byteLength(text, 0, text.length - 2, this.#encoding), remove: "/>", insert: `>${inside}</${name}>` };
    });
    return { file: this.file, splices: [...this.#splices, ...children].sort((one, other) => one.offset - other.offset), settings: this.#settings };
  }
}

const prefixOf = ({ name }: StartTag): string => (name.includes(":") ? name.slice(0, name.indexOf(":") + 1) : "");
const nameOfEndpoint = ({ service, path }: Endpoint): string => `${service} ${path}`;

/** What the Configuration Tool writes. Source: santedb-restsvc RestServiceFeature.cs, X509ConfigurationElement. */
function certificateAttributes(thumbprint: string, storeName: string): Readonly<Record<string, string>> {
  return { findType: "FindByThumbprint", storeName, storeLocation: "LocalMachine", findValue: thumbprint };
}

function setCertificate(edit: FileEdit, endpoint: Endpoint, thumbprint: string, encoding: TextEncoding): void {
  const { certificate, tag } = endpoint;
  const values = certificateAttributes(thumbprint, "My");
  const from = certificate ? attributeOf(certificate, "findValue", encoding)?.text ?? "" : "";
  const setting = { name: "certificate", of: nameOfEndpoint(endpoint), from, to: thumbprint } as const;
  if (!certificate) {
    edit.child(tag, `<${prefixOf(tag)}certificate${edit.attributeText(values)} />`);
    edit.note({ ...setting, ...placeOf(tag) });
    return;
  }
  const missing: Record<string, string> = {};
  let changed = false;
  for (const [name, value] of Object.entries(values)) {
    const present = attributeOf(certificate, name, encoding);
    // What is left out has the very value wanted as its default; only an empty element names nothing at all.
    if (!present && (name === "findValue" || from === "")) missing[name] = value;
    if (!present || present.text.toLowerCase() === value.toLowerCase()) continue;
    edit.replace(present.offset, present.text, value);
    changed = true;
  }
  if (Object.keys(missing).length > 0) edit.attributes(certificate, missing);
  if (changed || Object.keys(missing).length > 0) edit.note({ ...setting, ...placeOf(certificate) });
}

const placeOf = ({ line, column }: Place): Place => ({ line, column });

/** Replaces the text of an element. Refused where it holds anything but characters. */
function setText(edit: FileEdit, element: TextElement, name: string, value: string): void {
  if (element.content === null || /[<&]/.test(element.content.text)) {
    throw problem("configuration-setting", { file: edit.file, problem: `line ${element.line}, column ${element.column}: ${name} is not written plainly, so it is not changed.` });
  }
  edit.replace(element.content.offset, element.content.text, edit.written(value));
}

const isTrue = (value: string): boolean => value === "true" || value === "1";

function setClientCertificates(edit: FileEdit, { services }: Configuration, endpoints: readonly Endpoint[], on: boolean, issuers: readonly Issuer[]): void {
  for (const endpoint of endpoints) {
    const { clientCerts, tag } = endpoint;
    const setting = { name: "clientCerts", of: nameOfEndpoint(endpoint), from: clientCerts?.value ?? "", to: String(on) } as const;
    if (!clientCerts) {
      if (!on) continue;
      edit.child(tag, `<${prefixOf(tag)}clientCerts>true</${prefixOf(tag)}clientCerts>`);
      edit.note({ ...setting, ...placeOf(tag) });
    } else if (isTrue(clientCerts.value) !== on || !/^(true|false|0|1)$/.test(clientCerts.value)) {
      setText(edit, clientCerts, "clientCerts", String(on));
      edit.note({ ...setting, ...placeOf(clientCerts) });
    }
  }
  const concerned = new Set(endpoints.map(({ service }) => service));
  for (const service of services.filter(({ name }) => concerned.has(name))) setBehavior(edit, service, on, issuers);
}

function setBehavior(edit: FileEdit, service: Service, on: boolean, issuers: readonly Issuer[]): void {
  const present = service.behaviors.filter(({ type }) => type === clientBehavior);
  if (on && present.length === 0) {
    const parent = service.behaviorsTag;
    const p = prefixOf(service.tag);
    const behavior = behaviorElement(edit, p, issuers);
    if (parent) edit.child(parent, behavior);
    else edit.child(service.tag, `<${p}behaviors>${behavior}</${p}behaviors>`);
    edit.note({ name: "clientCertificateBehavior", of: service.name, from: "", to: issuers.length === 0 ? "the intermediate authorities of this machine" : issuers.map(({ thumbprint }) => thumbprint).join(", "), ...placeOf(parent ?? service.tag) });
  }
  if (on) return;
  for (const { element, line, column } of present) {
    edit.replace(element.offset, element.text, "");
    edit.note({ name: "clientCertificateBehavior", of: service.name, from: clientBehavior, to: "", line, column });
  }
}

/** .NET's name of a store. Source: System.Security.Cryptography.X509Certificates.StoreName. */
const storeNames = { My: "My", CA: "CertificateAuthority", Root: "Root" } as const;

/** Without issuers SanteDB trusts those in the machine's store of intermediate authorities. */
function behaviorElement(edit: FileEdit, p: string, issuers: readonly Issuer[]): string {
  const type = `type="${clientBehavior}, SanteDB.Rest.Common"`;
  if (issuers.length === 0) return `<${p}add ${type} />`;
  const adds = issuers.map(({ thumbprint, store }) => `<${p}add${edit.attributeText(certificateAttributes(thumbprint, storeNames[store]))} />`).join("");
  // The instructions name "None", which the program does not know: the value is that of .NET's X509RevocationMode.
  return `<${p}add ${type}><${p}configuration><${p}ClientCertificateAccessConfiguration revokeCheck="NoCheck"><${p}allowClientHeader>false</${p}allowClientHeader>`
    + `<${p}trustedIssuers>${adds}</${p}trustedIssuers></${p}ClientCertificateAccessConfiguration></${p}configuration></${p}add>`;
}

function clientWarnings(issuers: readonly Issuer[]): readonly Finding[] {
  return [
    {
      code: "client-identity-provider", severity: "warning",
      message: "SanteDB takes client certificates only with SanteDB.Persistence.Data.Services.AdoCertificateIdentityProvider among its service providers.",
      hint: "Add it to the ApplicationServiceContextConfigurationSection if it is not there; Lockstep does not touch that section.",
    },
    ...(issuers.length > 0 ? [] : [{
      code: "client-issuers-all", severity: "warning" as const,
      message: "No authority was named, so client certificates of every intermediate authority of this machine are taken.",
      hint: "Name those that are meant with --client-issuer.",
    }]),
  ];
}

/** Scheme, host and port of an address: SanteDB keeps no more. Throws input-invalid. */
function externalAddress(address: string, name: string): string {
  const parsed = parseAddress(address);
  if (parsed.kind !== "http" || parsed.host === "0.0.0.0" || /[^\x20-\x7e]/.test(parsed.host)) throw problem("input-invalid", { problem: `${name} takes an address that clients use, such as https://clinic.example.org.` });
  return originOf(parsed);
}

const originOf = ({ scheme, host, port, portWritten }: HttpAddress): string => `${scheme}://${host}${portWritten ? `:${port}` : ""}`;

function setBaseAddress(edit: FileEdit, { baseAddress, rest }: Configuration, address: string): void {
  const to = externalAddress(address, "the external address");
  const { tag } = rest;
  if (!baseAddress) {
    edit.child(tag, `<${prefixOf(tag)}baseAddress>${edit.written(to)}</${prefixOf(tag)}baseAddress>`);
    edit.note({ name: "baseAddress", of: "RestConfigurationSection", from: "", to, ...placeOf(tag) });
  } else if (baseAddress.value !== to) {
    setText(edit, baseAddress, "baseAddress", to);
    edit.note({ name: "baseAddress", of: "RestConfigurationSection", from: baseAddress.value, to, ...placeOf(baseAddress) });
  }
}

const isFhirBase = ({ section, element, attribute }: Mention): boolean => section === "FhirServiceConfigurationSection" && element === "base" && attribute === null;

/** Scheme, host and port of the FHIR base, its path kept. It may stand in another file than the REST section. */
function setFhirBase({ documents, file }: Configuration, address: string, rest: FileEdit): PlannedSettings {
  const origin = externalAddress(address, "the FHIR base");
  const edits: SettingsEdit[] = [];
  let found = false;
  for (const document of documents) {
    for (const mention of document.mentions.filter(isFhirBase)) {
      found = true;
      const edit = document.file === file ? rest : new FileEdit(document.file, document.encoding);
      setFhirBaseIn(edit, mention, origin);
      if (edit !== rest) edits.push(edit.result());
    }
  }
  if (found) return { edits, warnings: [] };
  return { edits: [], warnings: [{ code: "fhir-base-missing", severity: "warning", message: "The configuration has no FHIR base.", hint: "Nothing was changed for it. SanteDB writes one when its FHIR service is set up." }] };
}

function setFhirBaseIn(edit: FileEdit, mention: Mention, origin: string): void {
  const present = parseAddress(mention.value);
  const to = `${origin}${present.kind === "http" && present.path !== "/" ? present.path : "/fhir"}`;
  if (mention.value === to) return;
  setText(edit, { content: mention.content, value: mention.value, ...placeOf(mention) }, "the FHIR base", to);
  edit.note({ name: "fhirBase", of: "FhirServiceConfigurationSection", from: mention.value, to, ...placeOf(mention) });
}

/** Values of a configuration that keep SanteDB from starting although the file is well-formed. */
export function settingFindings(documents: readonly ConfigurationDocument[]): readonly Finding[] {
  return documents.flatMap(({ rest, file }) => (rest?.endpoints ?? []).flatMap(({ clientCerts, service }): Finding[] =>
    !clientCerts || /^(true|false|0|1)$/.test(clientCerts.value) ? [] : [{
      code: "client-certs-invalid", severity: "error",
      message: `Line ${clientCerts.line} of ${file}: clientCerts of ${service} is “${clientCerts.value.slice(0, 40)}”, which is neither true nor false.`,
      hint: "SanteDB does not start with it. Correct it.",
    }]));
}
