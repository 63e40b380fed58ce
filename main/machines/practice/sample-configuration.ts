// The configuration of the practice instance: a v3 dCDR on six addresses of one port, as SanteDB itself writes such a file.

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

function serviceElement({ name, implementation, contract, path, behaviors }: SampleService, port: number): string {
  return indented(2, [
    `<service name="${name}" implementationType="${implementation}">`,
    "  <behaviors>", ...adds(behaviors).map((line) => `  ${line}`), "  </behaviors>",
    `  <endpoint contract="${contract}" address="http://0.0.0.0:${port}${path}">`,
    "    <behaviors>", ...adds(messageBehaviors).map((line) => `    ${line}`), "    </behaviors>",
    "    <certificate />",
    "    <clientCerts>false</clientCerts>",
    "  </endpoint>",
    "</service>",
  ]);
}

/**
 * Bytes of the file: UTF-8 with a byte order mark and CRLF. Sections besides the REST section hold URLs that are no
 * listeners, among them one of the same port.
 */
export function sampleConfiguration(port: number): Uint8Array {
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
    <realm address="http://icdr.district.example.org:8080/" />
  </section>
  <section xsi:type="RestClientConfigurationSection">
    <clients>
      <add name="hdsi">
        <endpoints>
          <add address="http://icdr.district.example.org:8080/hdsi" timeout="PT1M" />
        </endpoints>
      </add>
      <add name="ami">
        <endpoints>
          <add address="http://icdr.district.example.org:8080/ami" timeout="PT1M" />
        </endpoints>
      </add>
    </clients>
  </section>
  <section xsi:type="OAuthConfigurationSection" issuerName="http://localhost:${port}/auth">
    <tokenType>bearer</tokenType>
    <allowNodelessClientAuth>true</allowNodelessClientAuth>
  </section>
  <!-- Addresses that this clinic's browsers and tablets use. -->
  <section xsi:type="RestConfigurationSection">
${services.map((service) => serviceElement(service, port)).join("\n")}
  </section>
</SanteDBConfiguration>
`;
  return Buffer.from(`\uFEFF${text.replaceAll("\n", "\r\n")}`, "utf8");
}
