// The configuration of an iCDR: a main file without any address, and the files that it includes.
import { practiceHostName } from "../state.ts";
import { fileBytes, hl7Section, oauthSection, restSection, rootAttributes, sectionList, tokenAccess, type SampleService } from "./configuration-text.ts";

const services: readonly SampleService[] = [
  { name: "META", implementation: "SanteDB.Messaging.Metadata.Rest.MetadataServiceBehavior, SanteDB.Messaging.Metadata", contract: "SanteDB.Messaging.Metadata.Rest.IMetadataServiceContract, SanteDB.Messaging.Metadata", path: "/api-docs", behaviors: [] },
  { name: "HDSI", implementation: "SanteDB.Messaging.HDSI.Wcf.HdsiServiceBehavior, SanteDB.Messaging.HDSI", contract: "SanteDB.Rest.HDSI.IHdsiServiceContract, SanteDB.Rest.HDSI", path: "/hdsi", behaviors: [tokenAccess] },
  { name: "BIS", implementation: "SanteDB.Rest.BIS.BisServiceBehavior, SanteDB.Rest.BIS", contract: "SanteDB.Rest.BIS.IBisServiceContract, SanteDB.Rest.BIS", path: "/bis", behaviors: [tokenAccess] },
  { name: "AMI", implementation: "SanteDB.Messaging.AMI.Wcf.AmiServiceBehavior, SanteDB.Messaging.AMI", contract: "SanteDB.Rest.AMI.IAmiServiceContract, SanteDB.Rest.AMI", path: "/ami", behaviors: [tokenAccess] },
  { name: "FHIR", implementation: "SanteDB.Messaging.FHIR.Rest.FhirServiceBehavior, SanteDB.Messaging.FHIR", contract: "SanteDB.Messaging.FHIR.Rest.IFhirServiceContract, SanteDB.Messaging.FHIR", path: "/fhir", behaviors: [tokenAccess] },
  { name: "AUTH", implementation: "SanteDB.Rest.OAuth.Rest.OAuthServiceBehavior, SanteDB.Rest.OAuth", contract: "SanteDB.Rest.OAuth.Rest.IOAuthServiceContract, SanteDB.Rest.OAuth", path: "/auth", behaviors: [] },
];

/** An included file: a root without a version, and one section. */
function included(version: string, type: string, section: string): Uint8Array {
  return fileBytes(`<?xml version="1.0" encoding="utf-8"?>
<SanteDBConfiguration ${rootAttributes} xmlns="http://santedb.org/configuration">
${sectionList(version, [type])}
${section}
</SanteDBConfiguration>
`);
}

const fhirSection = (port: number): string => `  <section xsi:type="FhirServiceConfigurationSection" restEndpoint="FHIR">
    <resourceHandlers>
      <add type="SanteDB.Messaging.FHIR.Handlers.PatientResourceHandler, SanteDB.Messaging.FHIR" />
      <add type="SanteDB.Messaging.FHIR.Handlers.ImmunizationResourceHandler, SanteDB.Messaging.FHIR" />
    </resourceHandlers>
    <base>http://${practiceHostName}:${port}/fhir</base>
  </section>`;

/**
 * The files by their paths below the program's folder, the main one first; it includes the others as people write it on
 * Windows, with backslashes. Source of the shapes: santedb/santedb-docker SanteDB.Docker.Server/config.
 */
export function icdrConfiguration(version: string, port: number): ReadonlyMap<string, Uint8Array> {
  const main = fileBytes(`<?xml version="1.0" encoding="utf-8"?>
<SanteDBConfiguration ${rootAttributes} version="${version}" xmlns="http://santedb.org/configuration">
${sectionList(version, [
    "SanteDB.OrmLite.Configuration.OrmConfigurationSection, SanteDB.OrmLite",
    "SanteDB.Core.Configuration.ApplicationServiceContextConfigurationSection, SanteDB.Core.Api",
  ])}
  <include>config\\santedb.rest.config.xml</include>
  <include>config\\santedb.fhir.config.xml</include>
  <include>config\\santedb.hl7.config.xml</include>
  <include>config\\santedb.oauth.config.xml</include>
  <section xsi:type="OrmConfigurationSection">
    <providers>
      <add type="SanteDB.OrmLite.Providers.Postgres.PostgreSQLProvider, SanteDB.OrmLite" invariant="npgsql" />
    </providers>
  </section>
  <section xsi:type="ApplicationServiceContextConfigurationSection">
    <serviceProviders>
      <add type="SanteDB.Rest.Common.RestServiceFactory, SanteDB.Rest.Common" />
      <add type="SanteDB.Messaging.HL7.HL7MessageHandler, SanteDB.Messaging.HL7" />
    </serviceProviders>
  </section>
</SanteDBConfiguration>
`);
  return new Map([
    ["santedb.config.xml", main],
    ["config/santedb.rest.config.xml", included(version, "SanteDB.Rest.Common.Configuration.RestConfigurationSection, SanteDB.Rest.Common", restSection(services, `http://0.0.0.0:${port}`))],
    ["config/santedb.fhir.config.xml", included(version, "SanteDB.Messaging.FHIR.Configuration.FhirServiceConfigurationSection, SanteDB.Messaging.FHIR", fhirSection(port))],
    ["config/santedb.hl7.config.xml", included(version, "SanteDB.Messaging.HL7.Configuration.Hl7ConfigurationSection, SanteDB.Messaging.HL7", hl7Section("llp://0.0.0.0:2100"))],
    ["config/santedb.oauth.config.xml", included(version, "SanteDB.Rest.OAuth.Configuration.OAuthConfigurationSection, SanteDB.Rest.OAuth", oauthSection(`http://localhost:${port}/auth`))],
  ]);
}
