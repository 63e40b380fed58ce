// Configurations of practice instances, as SanteDB itself writes such files: v3 and v2 dCDRs, and an iCDR in several files.

interface SampleService {
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
const tokenAccess = "SanteDB.Rest.Common.Security.TokenAuthorizationAccessBehavior, SanteDB.Rest.Common";
const cookieAccess = "SanteDB.Rest.Common.Behavior.CookieAuthenticationBehavior, SanteDB.Rest.Common";

const services: readonly SampleService[] = [
  { name: "AUTH", implementation: "SanteDB.Rest.OAuth.Rest.OAuthServiceBehavior, SanteDB.Rest.OAuth", contract: "SanteDB.Rest.OAuth.Rest.IOAuthServiceContract, SanteDB.Rest.OAuth", path: "/auth", behaviors: [cookieAccess] },
  { name: "HDSI", implementation: "SanteDB.Client.Upstream.UpstreamHdsiServiceBehavior, SanteDB.Client", contract: "SanteDB.Rest.HDSI.IHdsiServiceContract, SanteDB.Rest.HDSI", path: "/hdsi", behaviors: [tokenAccess, cookieAccess] },
  { name: "AMI", implementation: "SanteDB.Client.Upstream.UpstreamAmiServiceBehavior, SanteDB.Client", contract: "SanteDB.Rest.AMI.IAmiServiceContract, SanteDB.Rest.AMI", path: "/ami", behaviors: [tokenAccess, cookieAccess] },
  { name: "BIS", implementation: "SanteDB.Rest.BIS.BisServiceBehavior, SanteDB.Rest.BIS", contract: "SanteDB.Rest.BIS.IBisServiceContract, SanteDB.Rest.BIS", path: "/bis", behaviors: [tokenAccess, cookieAccess] },
  { name: "APP", implementation: "SanteDB.Rest.AppService.AppServiceBehavior, SanteDB.Rest.AppService", contract: "SanteDB.Rest.AppService.IAppServiceContract, SanteDB.Rest.AppService", path: "/app", behaviors: [cookieAccess] },
  { name: "WWW", implementation: "SanteDB.Rest.WWW.WwwServiceBehavior, SanteDB.Rest.WWW", contract: "SanteDB.Rest.WWW.IWwwServiceContract, SanteDB.Rest.WWW", path: "/", behaviors: [cookieAccess] },
];

const indented = (depth: number, lines: readonly string[]): string => lines.map((line) => `${"  ".repeat(depth)}${line}`).join("\n");
const adds = (types: readonly string[]): readonly string[] => types.map((type) => `  <add type="${type}" />`);

const fhir: SampleService = { name: "FHIR", implementation: "SanteDB.Messaging.FHIR.Rest.FhirServiceBehavior, SanteDB.Messaging.FHIR", contract: "SanteDB.Messaging.FHIR.Rest.IFhirServiceContract, SanteDB.Messaging.FHIR", path: "/fhir", behaviors: [tokenAccess] };

/** Beside them the iCDR has documentation of its interfaces, and no application. */
const serverServices: readonly SampleService[] = [
  { name: "META", implementation: "SanteDB.Messaging.Metadata.Rest.MetadataServiceBehavior, SanteDB.Messaging.Metadata", contract: "SanteDB.Messaging.Metadata.Rest.IMetadataServiceContract, SanteDB.Messaging.Metadata", path: "/api-docs", behaviors: [] },
  { name: "HDSI", implementation: "SanteDB.Rest.HDSI.HdsiServiceBehavior, SanteDB.Rest.HDSI", contract: "SanteDB.Rest.HDSI.IHdsiServiceContract, SanteDB.Rest.HDSI", path: "/hdsi", behaviors: [tokenAccess] },
  { name: "AMI", implementation: "SanteDB.Rest.AMI.AmiServiceBehavior, SanteDB.Rest.AMI", contract: "SanteDB.Rest.AMI.IAmiServiceContract, SanteDB.Rest.AMI", path: "/ami", behaviors: [tokenAccess] },
  { name: "BIS", implementation: "SanteDB.Rest.BIS.BisServiceBehavior, SanteDB.Rest.BIS", contract: "SanteDB.Rest.BIS.IBisServiceContract, SanteDB.Rest.BIS", path: "/bis", behaviors: [tokenAccess] },
  fhir,
  { name: "AUTH", implementation: "SanteDB.Rest.OAuth.Rest.OAuthServiceBehavior, SanteDB.Rest.OAuth", contract: "SanteDB.Rest.OAuth.Rest.IOAuthServiceContract, SanteDB.Rest.OAuth", path: "/auth", behaviors: [] },
];

type Scheme = "http" | "https";

function serviceElement({ name, implementation, contract, path, behaviors }: SampleService, port: number, scheme: Scheme): string {
  return indented(2, [
    `<service name="${name}" implementationType="${implementation}">`,
    "  <behaviors>", ...adds(behaviors).map((line) => `  ${line}`), "  </behaviors>",
    `  <endpoint contract="${contract}" address="${scheme}://0.0.0.0:${port}${path}">`,
    "    <behaviors>", ...adds(messageBehaviors).map((line) => `    ${line}`), "    </behaviors>",
    "    <certificate />",
    "    <clientCerts>false</clientCerts>",
    "  </endpoint>",
    "</service>",
  ]);
}

/** UTF-8 with a byte order mark and CRLF, as .NET on Windows writes it. */
const written = (text: string): Uint8Array => Buffer.from(`\uFEFF${text.replaceAll("\n", "\r\n")}`, "utf8");

const hl7Section = (address: string): string => `  <section xsi:type="Hl7ConfigurationSection" security="None">
    <services>
      <add address="${address}" name="LLP" receiveTimeout="20000" />
    </services>
  </section>
`;

export interface DcdrShape {
  readonly scheme?: Scheme;
  /** The iCDR that it is joined to, without a path. */
  readonly upstream?: string;
  /** A gateway has FHIR and HL7 as well. */
  readonly gateway?: boolean;
}

/**
 * Bytes of the file: UTF-8 with a byte order mark and CRLF. Sections besides the REST section hold URLs that are no
 * listeners, among them one of the same port.
 */
export function sampleConfiguration(port: number, { scheme = "http", upstream = "http://icdr.district.example.org:8080", gateway = false }: DcdrShape = {}): Uint8Array {
  const text = `<?xml version="1.0" encoding="utf-8"?>
<!--SanteDB Disconnected Client Configuration File-->
<!--Site note: realm changed to the district server on commissioning. Ask the data manager before editing. -->
<SanteDBConfiguration xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2101.0" xmlns="http://santedb.org/configuration">
  <sections>
    <add type="SanteDB.Core.Configuration.ApplicationServiceContextConfigurationSection, SanteDB.Core.Api, Version=3.0.2101.0, Culture=neutral, PublicKeyToken=null" />
    <add type="SanteDB.Core.Configuration.DiagnosticsConfigurationSection, SanteDB.Core.Api, Version=3.0.2101.0, Culture=neutral, PublicKeyToken=null" />
    <add type="SanteDB.Client.Configuration.Upstream.UpstreamConfigurationSection, SanteDB.Client, Version=3.0.2101.0, Culture=neutral, PublicKeyToken=null" />
    <add type="SanteDB.Core.Configuration.Http.RestClientConfigurationSection, SanteDB.Core.Api, Version=3.0.2101.0, Culture=neutral, PublicKeyToken=null" />
    <add type="SanteDB.Rest.OAuth.Configuration.OAuthConfigurationSection, SanteDB.Rest.OAuth, Version=3.0.2101.0, Culture=neutral, PublicKeyToken=null" />
    <add type="SanteDB.Rest.Common.Configuration.RestConfigurationSection, SanteDB.Rest.Common, Version=3.0.2101.0, Culture=neutral, PublicKeyToken=null" />
  </sections>
  <section xsi:type="ApplicationServiceContextConfigurationSection" threadPoolSize="8" allowUnsignedAssemblies="false" instance="default">
    <serviceProviders>
      <add type="SanteDB.Core.Services.Impl.DefaultThreadPoolService, SanteDB.Core.Api" />
      <add type="SanteDB.Rest.Common.Services.RestServiceFactory, SanteDB.Rest.Common" />
      <add type="SanteDB.Client.Upstream.Management.UpstreamManagementService, SanteDB.Client" />
    </serviceProviders>
    <appSettings>
      <add key="http.bypassMagic" value="standalone" />
    </appSettings>
  </section>
  <section xsi:type="DiagnosticsConfigurationSection">
    <sources>
      <add name="SanteDB" level="Warning" />
    </sources>
    <writers>
      <add initializationData="santedb" filter="Warning">SanteDB.Core.Diagnostics.Tracing.RolloverTextWriterTraceWriter, SanteDB.Core.Api</add>
    </writers>
  </section>
  <section xsi:type="UpstreamConfigurationSection">
    <realm address="${upstream}/" />
  </section>
  <section xsi:type="RestClientConfigurationSection">
    <clients>
      <add name="hdsi">
        <endpoints>
          <add address="${upstream}/hdsi" timeout="PT1M" />
        </endpoints>
      </add>
      <add name="ami">
        <endpoints>
          <add address="${upstream}/ami" timeout="PT1M" />
        </endpoints>
      </add>
    </clients>
  </section>
  <section xsi:type="OAuthConfigurationSection" issuerName="${scheme}://localhost:${port}/auth">
    <tokenType>bearer</tokenType>
    <allowNodelessClientAuth>true</allowNodelessClientAuth>
  </section>
  <!-- Addresses that this clinic's browsers and tablets use. -->
  <section xsi:type="RestConfigurationSection">
${[...services, ...(gateway ? [fhir] : [])].map((service) => serviceElement(service, port, scheme)).join("\n")}
  </section>
${gateway ? hl7Section("llp://127.0.0.1:12100") : ""}</SanteDBConfiguration>
`;
  return written(text);
}

const serverRoot = (content: string): Uint8Array => written(`<?xml version="1.0" encoding="utf-8"?>
<SanteDBConfiguration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2101.0" xmlns="http://santedb.org/configuration">
${content}</SanteDBConfiguration>
`);

/** The files of an iCDR, by their paths from the folder of its program: the configuration and what it includes. */
export function serverConfiguration(port: number): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ["santedb.config.xml", serverRoot(`  <!-- Parts of this configuration are in the config folder. -->
  <include>config\\santedb.rest.config.xml</include>
  <include>config\\santedb.oauth.config.xml</include>
  <include>config\\santedb.fhir.config.xml</include>
  <include>config\\santedb.hl7.config.xml</include>
  <section xsi:type="DataConfigurationSection">
    <connectionStrings>
      <add name="MAIN" provider="Npgsql" value="server=localhost;database=santedb" />
    </connectionStrings>
  </section>
  <section xsi:type="ApplicationServiceContextConfigurationSection" threadPoolSize="16">
    <serviceProviders>
      <add type="SanteDB.Rest.Common.RestServiceFactory, SanteDB.Rest.Common" />
    </serviceProviders>
  </section>
`)],
    ["config/santedb.rest.config.xml", serverRoot(`  <section xsi:type="RestConfigurationSection">
${serverServices.map((service) => serviceElement(service, port, "http")).join("\n")}
  </section>
`)],
    ["config/santedb.oauth.config.xml", serverRoot(`  <section xsi:type="OAuthConfigurationSection" issuerName="http://localhost:${port}/auth">
    <tokenType>bearer</tokenType>
  </section>
`)],
    ["config/santedb.fhir.config.xml", serverRoot(`  <section xsi:type="FhirServiceConfigurationSection" restEndpoint="FHIR">
    <!-- Base of links in answers, for proxies -->
    <base>http://clinic-7.example.org:${port}/fhir</base>
  </section>
`)],
    ["config/santedb.hl7.config.xml", serverRoot(hl7Section("llp://0.0.0.0:2100"))],
  ]);
}

/** A v2 dCDR's file: an AgsConfigurationSection of the mobile namespace, without a byte order mark. */
export function secondGenerationConfiguration(port: number): Uint8Array {
  const elements = services.map(({ name, contract, path }) => `    <q1:service name="${name}" serviceBehavior="SanteDB.DisconnectedClient.Ags.Services.${name}ServiceBehavior, SanteDB.DisconnectedClient.Ags">
      <q1:behavior>
        <q1:add type="SanteDB.DisconnectedClient.Ags.Behaviors.AgsErrorHandlerServiceBehavior, SanteDB.DisconnectedClient.Ags" />
      </q1:behavior>
      <q1:endpoint contract="${contract}" address="http://0.0.0.0:${port}${path}">
        <q1:behavior />
      </q1:endpoint>
    </q1:service>
`).join("");
  return Buffer.from(`<?xml version="1.0"?>
<SanteDBConfiguration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="2.2.3.0" xmlns="http://santedb.org/configuration">
  <sections>
    <add type="SanteDB.DisconnectedClient.Ags.Configuration.AgsConfigurationSection, SanteDB.DisconnectedClient.Ags" />
  </sections>
  <section xsi:type="SynchronizationConfigurationSection" realm="icdr.district.example.org" />
  <section xmlns:q1="http://santedb.org/mobile/configuration" xsi:type="q1:AgsConfigurationSection">
${elements}  </section>
</SanteDBConfiguration>
`.replaceAll("\n", "\r\n"), "utf8");
}
