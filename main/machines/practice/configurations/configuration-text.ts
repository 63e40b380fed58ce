// The parts that every configuration of the practice machine is written with, as SanteDB itself writes them.

export interface SampleService {
  readonly name: string;
  readonly implementation: string;
  readonly contract: string;
  readonly path: string;
  readonly behaviors: readonly string[];
}

const messageBehaviors = [
  "SanteDB.Rest.Common.Behavior.AcceptLanguageEndpointBehavior, SanteDB.Rest.Common",
  "SanteDB.Rest.Common.Behavior.MessageCompressionEndpointBehavior, SanteDB.Rest.Common",
  "SanteDB.Rest.Common.Behavior.MessageDispatchFormatterBehavior, SanteDB.Rest.Common",
];
export const tokenAccess = "SanteDB.Rest.Common.Security.TokenAuthorizationAccessBehavior, SanteDB.Rest.Common";
export const cookieAccess = "SanteDB.Rest.Common.Behavior.CookieAuthenticationBehavior, SanteDB.Rest.Common";

const indented = (depth: number, lines: readonly string[]): string => lines.map((line) => `${"  ".repeat(depth)}${line}`).join("\n");
const adds = (types: readonly string[]): readonly string[] => types.map((type) => `  <add type="${type}" />`);

/** A service of a RestConfigurationSection. `base` is scheme, host and port: "http://0.0.0.0:9200". */
function serviceElement({ name, implementation, contract, path, behaviors }: SampleService, base: string): string {
  return indented(2, [
    `<service name="${name}" implementationType="${implementation}">`,
    "  <behaviors>", ...adds(behaviors).map((line) => `  ${line}`), "  </behaviors>",
    `  <endpoint contract="${contract}" address="${base}${path}">`,
    "    <behaviors>", ...adds(messageBehaviors).map((line) => `    ${line}`), "    </behaviors>",
    "    <certificate />",
    "    <clientCerts>false</clientCerts>",
    "  </endpoint>",
    "</service>",
  ]);
}

/** The REST section of version 3 with these services, indented for the root's children. */
export function restSection(services: readonly SampleService[], base: string): string {
  return `  <section xsi:type="RestConfigurationSection">
${services.map((service) => serviceElement(service, base)).join("\n")}
  </section>`;
}

/** The HL7 section: a listener of another kind, which is none of HTTP.sys's business. */
export function hl7Section(address: string): string {
  return `  <section xsi:type="Hl7ConfigurationSection" security="None">
    <localAuthority>
      <domainName xmlns="http://santedb.org/model">CLINIC_7</domainName>
      <oid xmlns="http://santedb.org/model">1.3.6.1.4.1.52820.5.1.1.1.7</oid>
      <url xmlns="http://santedb.org/model">http://clinic-7.example.org/authority</url>
    </localAuthority>
    <services>
      <add address="${address}" name="LLP" receiveTimeout="20000">
        <handler>
          <add type="SanteDB.Messaging.HL7.Messages.QbpMessageHandler, SanteDB.Messaging.HL7">
            <message isQuery="true" name="QBP^Q22" />
          </add>
        </handler>
      </add>
    </services>
  </section>`;
}

export function oauthSection(issuer: string): string {
  return `  <section xsi:type="OAuthConfigurationSection" issuerName="${issuer}">
    <tokenType>bearer</tokenType>
    <allowNodelessClientAuth>true</allowNodelessClientAuth>
  </section>`;
}

/** The list of section types that stands before the sections: full type names, the assembly last. */
export function sectionList(version: string, types: readonly string[]): string {
  return ["  <sections>", ...types.map((type) => `    <add type="${type}, Version=${version}, Culture=neutral, PublicKeyToken=null" />`), "  </sections>"].join("\n");
}

export const rootAttributes = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** Bytes of a file: UTF-8 with a byte order mark and CRLF. */
export const fileBytes = (text: string): Uint8Array => Buffer.from(`\uFEFF${text.replaceAll("\n", "\r\n")}`, "utf8");
