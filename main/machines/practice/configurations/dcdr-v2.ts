// The configuration of a v2 dCDR: an AgsConfigurationSection of a namespace of its own, its elements with a prefix.
import { fileBytes, rootAttributes, sectionList } from "./configuration-text.ts";

interface AgsService {
  readonly name: string;
  readonly behavior: string;
  readonly contract: string;
  readonly path: string;
}

const ags = "SanteDB.DisconnectedClient.Ags";

const services: readonly AgsService[] = [
  { name: "AUTH", behavior: "OAuthServiceBehavior", contract: `${ags}.Contracts.IOAuthServiceContract, ${ags}`, path: "/auth" },
  { name: "HDSI", behavior: "HdsiServiceBehavior", contract: "SanteDB.Rest.HDSI.IHdsiServiceContract, SanteDB.Rest.HDSI", path: "/hdsi" },
  { name: "AMI", behavior: "AmiServiceBehavior", contract: "SanteDB.Rest.AMI.IAmiServiceContract, SanteDB.Rest.AMI", path: "/ami" },
  { name: "BIS", behavior: "BisServiceBehavior", contract: "SanteDB.Rest.BIS.IBisServiceContract, SanteDB.Rest.BIS", path: "/bis" },
  { name: "APP", behavior: "ApplicationServiceBehavior", contract: `${ags}.Contracts.IApplicationServiceContract, ${ags}`, path: "/app" },
  { name: "WWW", behavior: "WwwServiceBehavior", contract: `${ags}.Contracts.IWwwServiceContract, ${ags}`, path: "/" },
];

const serviceElement = ({ name, behavior, contract, path }: AgsService, port: number): string => `    <q1:service name="${name}" serviceBehavior="${ags}.Services.${behavior}, ${ags}">
      <q1:behavior>
        <q1:add type="${ags}.Behaviors.AgsErrorHandlerServiceBehavior, ${ags}" />
      </q1:behavior>
      <q1:endpoint contract="${contract}" address="http://0.0.0.0:${port}${path}">
        <q1:behavior>
          <q1:add type="${ags}.Behaviors.AgsMessageDispatchFormatterBehavior, ${ags}" />
        </q1:behavior>
      </q1:endpoint>
    </q1:service>`;

/** Bytes of the file. Source of the shape: santedb/santedb-dc-core (version/2.2), AgsConfigurationSection. */
export function dcdrV2Configuration(version: string, port: number): Uint8Array {
  return fileBytes(`<?xml version="1.0" encoding="utf-8"?>
<SanteDBConfiguration ${rootAttributes} version="${version}" xmlns="http://santedb.org/configuration">
${sectionList(version, [
    "SanteDB.Core.Configuration.ApplicationServiceContextConfigurationSection, SanteDB.Core.Api",
    `${ags}.Configuration.AgsConfigurationSection, ${ags}`,
  ])}
  <section xsi:type="ApplicationServiceContextConfigurationSection" threadPoolSize="4">
    <serviceProviders>
      <add type="${ags}.AgsService, ${ags}" />
    </serviceProviders>
  </section>
  <section xmlns:q1="http://santedb.org/mobile/configuration" xsi:type="q1:AgsConfigurationSection">
${services.map((service) => serviceElement(service, port)).join("\n")}
  </section>
</SanteDBConfiguration>
`);
}
