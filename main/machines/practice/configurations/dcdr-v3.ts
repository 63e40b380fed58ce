// The configuration of a v3 dCDR or gateway: six or more addresses of one port, as SanteDB itself writes such a file.
import { cookieAccess, fileBytes, hl7Section, oauthSection, restSection, rootAttributes, sectionList, tokenAccess, type SampleService } from "./configuration-text.ts";

export interface DcdrConfiguration {
  /** Of the SanteDB that wrote it. */
  readonly version: string;
  readonly scheme: "http" | "https";
  readonly port: number;
  /** Address of the iCDR that it is joined to, with a slash at its end. */
  readonly upstream: string;
  /** Address of its HL7 listener, which only gateways have. */
  readonly hl7?: string;
  /** Whether it offers FHIR, as gateways do. */
  readonly fhir?: boolean;
}

const services: readonly SampleService[] = [
  { name: "AUTH", implementation: "SanteDB.Rest.OAuth.Rest.OAuthServiceBehavior, SanteDB.Rest.OAuth", contract: "SanteDB.Rest.OAuth.Rest.IOAuthServiceContract, SanteDB.Rest.OAuth", path: "/auth", behaviors: [cookieAccess] },
  { name: "HDSI", implementation: "SanteDB.Client.Upstream.UpstreamHdsiServiceBehavior, SanteDB.Client", contract: "SanteDB.Rest.HDSI.IHdsiServiceContract, SanteDB.Rest.HDSI", path: "/hdsi", behaviors: [tokenAccess, cookieAccess] },
  { name: "AMI", implementation: "SanteDB.Client.Upstream.UpstreamAmiServiceBehavior, SanteDB.Client", contract: "SanteDB.Rest.AMI.IAmiServiceContract, SanteDB.Rest.AMI", path: "/ami", behaviors: [tokenAccess, cookieAccess] },
  { name: "BIS", implementation: "SanteDB.Rest.BIS.BisServiceBehavior, SanteDB.Rest.BIS", contract: "SanteDB.Rest.BIS.IBisServiceContract, SanteDB.Rest.BIS", path: "/bis", behaviors: [tokenAccess, cookieAccess] },
  { name: "APP", implementation: "SanteDB.Rest.AppService.AppServiceBehavior, SanteDB.Rest.AppService", contract: "SanteDB.Rest.AppService.IAppServiceContract, SanteDB.Rest.AppService", path: "/app", behaviors: [cookieAccess] },
  { name: "WWW", implementation: "SanteDB.Rest.WWW.WwwServiceBehavior, SanteDB.Rest.WWW", contract: "SanteDB.Rest.WWW.IWwwServiceContract, SanteDB.Rest.WWW", path: "/", behaviors: [cookieAccess] },
];
const fhirService: SampleService = {
  name: "FHIR", implementation: "SanteDB.Messaging.FHIR.Rest.FhirServiceBehavior, SanteDB.Messaging.FHIR", contract: "SanteDB.Messaging.FHIR.Rest.IFhirServiceContract, SanteDB.Messaging.FHIR", path: "/fhir", behaviors: [tokenAccess],
};

/**
 * Bytes of the file. Sections besides the REST section hold URLs that are no listeners, among them one of the same port.
 * Source of the shape: santedb/santedb-restsvc SanteDB.Rest.Common/Configuration.
 */
export function dcdrConfiguration({ version, scheme, port, upstream, hl7, fhir = false }: DcdrConfiguration): Uint8Array {
  return fileBytes(`<?xml version="1.0" encoding="utf-8"?>
<!--SanteDB Disconnected Client Configuration File-->
<!--Site note: realm changed to the district server on commissioning. Ask the data manager before editing. -->
<SanteDBConfiguration ${rootAttributes} version="${version}" xmlns="http://santedb.org/configuration">
${sectionList(version, [
    "SanteDB.Core.Configuration.ApplicationServiceContextConfigurationSection, SanteDB.Core.Api",
    "SanteDB.Core.Configuration.DiagnosticsConfigurationSection, SanteDB.Core.Api",
    "SanteDB.Client.Configuration.Upstream.UpstreamConfigurationSection, SanteDB.Client",
    "SanteDB.Core.Configuration.Http.RestClientConfigurationSection, SanteDB.Core.Api",
    "SanteDB.Rest.OAuth.Configuration.OAuthConfigurationSection, SanteDB.Rest.OAuth",
    ...hl7 === undefined ? [] : ["SanteDB.Messaging.HL7.Configuration.Hl7ConfigurationSection, SanteDB.Messaging.HL7"],
    "SanteDB.Rest.Common.Configuration.RestConfigurationSection, SanteDB.Rest.Common",
  ])}
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
    <realm address="${upstream}" />
  </section>
  <section xsi:type="RestClientConfigurationSection">
    <clients>
      <add name="hdsi">
        <endpoints>
          <add address="${upstream}hdsi" timeout="PT1M" />
        </endpoints>
      </add>
      <add name="ami">
        <endpoints>
          <add address="${upstream}ami" timeout="PT1M" />
        </endpoints>
      </add>
    </clients>
  </section>
${oauthSection(`${scheme}://localhost:${port}/auth`)}
${hl7 === undefined ? "" : `${hl7Section(hl7)}\n`}  <!-- Addresses that this clinic's browsers and tablets use. -->
${restSection(fhir ? [...services, fhirService] : services, `${scheme}://0.0.0.0:${port}`)}
</SanteDBConfiguration>
`);
}
