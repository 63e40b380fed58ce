// A configuration described for people: what its sections, services and URLs mean, and where they stand.
import type { Finding } from "../finding.ts";
import { sha256 } from "../plan/hash.ts";
import { attributeOf, type Configuration, type Endpoint, type Mention, type OtherEndpoint, type Section } from "./configuration.ts";
import type { ConfigurationFiles } from "./configuration-files.ts";
import type { ConfigurationView, SectionRole, ServiceRole, ServiceView, UrlRole } from "./configuration-view.ts";
import { isLoopback } from "./endpoint.ts";


/** By the local name of the section's type. Source: the section classes of santedb-api, -restsvc, -hl7, -fhir, -dc-core. */
const sectionRoleOf: readonly (readonly [RegExp, SectionRole])[] = [
  [/^(Rest|Ags)ConfigurationSection$/, "rest"],
  [/^Hl7/i, "hl7"],
  [/^(RestClient|ServiceClient)ConfigurationSection$/, "client"],
  [/^(Upstream|Synchronization)/, "upstream"],
  [/^OAuth/, "oauth"],
  [/^Fhir/, "fhir"],
  [/^(Data|Orm|Ado|Sqlite)/, "data"],
  [/Security/, "security"],
  [/^(ApplicationServiceContext|Applet)/, "applications"],
];

const roleOfSection = ({ name }: Section): SectionRole => sectionRoleOf.find(([pattern]) => pattern.test(name))?.[1] ?? "other";

/** By the contract's interface, which SanteDB's releases kept; the path decides where there is none. */
const serviceRoleOf: readonly (readonly [RegExp, ServiceRole])[] = [
  [/\bIO?Auth|IAuthentication/i, "authentication"],
  [/\bIHdsi/, "hdsi"],
  [/\bIAmi/, "ami"],
  [/\bIBis/, "bis"],
  [/\bI(AppService|Application)/, "application"],
  [/\bI(Www|Web)Service/, "web"],
  [/\bIFhir/, "fhir"],
  [/\bI(Gs1|StockService)/, "gs1"],
  [/\bI(Metadata|Swagger|ApiDoc)/, "documentation"],
];

function roleOfService(contracts: readonly string[]): ServiceRole {
  for (const contract of contracts) {
    const role = serviceRoleOf.find(([pattern]) => pattern.test(contract))?.[1];
    if (role) return role;
  }
  return "other";
}

/** What a URL outside the endpoints means, by where it stands. */
export function urlRoleOf({ section, element, attribute, value }: Pick<Mention, "section" | "element" | "attribute" | "value">): UrlRole {
  if (/^s?llp:/i.test(value)) return "hl7-listener";
  if (attribute === "issuerName") return "issuer";
  if (element === "baseAddress" && attribute === null) return "base-address";
  if (element === "base" && section.startsWith("Fhir")) return "fhir-base";
  if (attribute === "domain" || /cors/i.test(section)) return "cors";
  if (/^(Upstream|Synchronization)/.test(section) || element === "realm") return "upstream";
  if (/^(RestClient|ServiceClient)/.test(section)) return "client";
  return "other";
}

const nameOf = (type: string): string => type.split(",", 1)[0]?.trim() ?? "";

function reachOf(host: string): "this-computer" | "every-address" | "one-host" {
  if (host === "0.0.0.0" || host === "[::]") return "every-address";
  return isLoopback(host) ? "this-computer" : "one-host";
}

function describeEndpoint(endpoint: Endpoint | OtherEndpoint, { file, encoding }: Pick<Configuration, "file" | "encoding">): ServiceView["endpoints"][number] {
  const { contract, address, kind, certificate, clientCerts, line, column } = endpoint;
  const http = kind === "http" ? endpoint : null;
  return {
    contract: nameOf(contract), address, kind, file, line, column,
    scheme: http?.scheme ?? (kind === "other" ? endpoint.scheme : null), host: http?.host ?? null, port: http?.port ?? null, path: http?.path ?? null,
    reach: http && reachOf(http.host),
    certificate: certificate ? attributeOf(certificate, "findValue", encoding)?.text ?? null : null,
    clientCertificates: clientCerts ? clientCerts.value === "true" || clientCerts.value === "1" : null,
  };
}

function describeServices({ services, endpoints, others, file, encoding }: Configuration): readonly ServiceView[] {
  const ofService = new Map<string, (Endpoint | OtherEndpoint)[]>();
  for (const endpoint of [...endpoints, ...others].sort((one, other) => one.tag.offset - other.tag.offset)) {
    const list = ofService.get(endpoint.service);
    if (list) list.push(endpoint);
    else ofService.set(endpoint.service, [endpoint]);
  }
  const taken = new Set<string>();
  return services.map(({ name, implementation, behaviors, line }) => {
    // Services without a name share their endpoints' list, which the first of them shows.
    const own = taken.has(name) ? [] : ofService.get(name) ?? [];
    taken.add(name);
    return {
      name, implementation: nameOf(implementation), behaviors: behaviors.map(({ type }) => type), file, line,
      role: roleOfService(own.map(({ contract }) => contract)),
      endpoints: own.map((endpoint) => describeEndpoint(endpoint, { file, encoding })),
    };
  });
}

/** `configuration` is null where no document has a REST section; `findings` are what is to be said of it. */
export function describeConfiguration(files: ConfigurationFiles, configuration: Configuration | null, findings: readonly Finding[]): ConfigurationView {
  const [main] = files;
  return {
    file: main.document.file,
    generation: configuration?.generation ?? null,
    version: main.document.version,
    files: files.map(({ document: { file, encoding }, bytes, includedBy }) => ({
      file, encoding, size: bytes.length, sha256: sha256(bytes), includedBy: includedBy && { file: includedBy.file, line: includedBy.include.line },
    })),
    restFile: configuration?.file ?? null,
    baseAddress: configuration?.baseAddress?.value ?? null,
    sections: files.flatMap(({ document: { sections, file } }) => sections.map((section) => ({ name: section.name, role: roleOfSection(section), protected: section.protected, file, line: section.line }))),
    services: configuration ? [...describeServices(configuration)] : [],
    urls: files.flatMap(({ document: { mentions } }) => mentions).map((mention) => ({
      role: urlRoleOf(mention), value: mention.value, element: mention.element, attribute: mention.attribute, file: mention.file, line: mention.line,
    })),
    findings: [...findings],
  };
}
