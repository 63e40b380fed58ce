// What planners of configurations gather alike: the settings that were asked for, and what lies around an instance.
import type { ConfigurationRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine, ServiceRecord, StoreName } from "../machine.ts";
import { findInstances } from "../santedb/discovery.ts";
import type { Scheme } from "../santedb/endpoint.ts";
import type { Issuer, WantedSettings } from "../santedb/settings.ts";
import { elsewhere, joinsOf, shortcutsTo } from "../santedb/surroundings.ts";

type Wishes = Pick<ConfigurationRequest, "clientCertificates" | "clientIssuers" | "baseAddress" | "fhirBase">;

/** Stores in which the authority of a client certificate may lie, the likeliest first. */
const issuerStores: readonly StoreName[] = ["CA", "Root", "My"];

async function issuerOf({ certificates }: Machine, thumbprint: string): Promise<Issuer> {
  for (const store of issuerStores) if (await certificates.find(store, thumbprint)) return { thumbprint, store };
  throw problem("not-found", { what: "certificate of an authority in the machine's stores", name: thumbprint });
}

/** The settings of a request. Throws not-found for an authority that no store has, input-invalid for authorities without the switch. */
export async function settingsOf(machine: Machine, { clientCertificates, clientIssuers, baseAddress, fhirBase }: Wishes): Promise<WantedSettings> {
  if (clientIssuers && clientIssuers.length > 0 && clientCertificates !== true) throw problem("input-invalid", { problem: "authorities of clients go with client certificates; ask for those as well." });
  return { clientCertificates, clientIssuers: clientIssuers && await Promise.all(clientIssuers.map((thumbprint) => issuerOf(machine, thumbprint))), baseAddress, fhirBase };
}

/** What a person must change elsewhere when the instance's scheme changes; nothing where it does not. */
export async function surroundingFindings(machine: Machine, service: string, port: number, changes: boolean, scheme: Scheme = "https"): Promise<readonly Finding[]> {
  if (!changes) return [];
  const all = await findInstances(machine);
  const own = all.find(({ instance }) => instance.service === service);
  if (!own) return [];
  return elsewhere(joinsOf(machine, own, all), await shortcutsTo(machine, own.service.image.folder, port), scheme);
}

export function dependantsFinding(dependants: readonly ServiceRecord[]): Finding {
  return {
    code: "dependants", severity: "information",
    message: `${dependants.map(({ name }) => name).join(", ")} ${dependants.length === 1 ? "depends" : "depend"} on this service, and ${dependants.length === 1 ? "is" : "are"} stopped and started with it.`,
    hint: "",
  };
}
