// Taking TLS off an instance on Linux: off Mono where it speaks TLS itself, else by taking its site off NGINX.
import { problem } from "../errors.ts";
import type { Machine } from "../machine.ts";
import { findInstance } from "../santedb/discovery.ts";
import { siteBefore } from "../nginx/published-site.ts";
import { planUnpublish } from "./unpublish.ts";
import type { Planned } from "./secure.ts";
import { planUnsecureByMono } from "./secure-by-mono.ts";

/** Throws as `findInstance`, `planUnsecureByMono` and `planUnpublish`; not-found where no site of Lockstep's leads to it. */
export async function planUnsecureOnLinux(machine: Machine, name: string, wantedPort: number | undefined, random: number): Promise<Planned> {
  const { instance, configuration } = await findInstance(machine, name);
  const port = wantedPort ?? instance.port;
  if (configuration.endpoints.some((endpoint) => endpoint.port === port && endpoint.scheme === "https")) return planUnsecureByMono(machine, name, wantedPort, random);
  const installation = await machine.nginx?.find();
  const site = installation && port !== null ? await siteBefore(machine, installation, port) : null;
  if (site === null) throw problem("not-found", { what: "site of Lockstep's before the instance", name: instance.name });
  return { ...await planUnpublish(machine, site, random), materials: new Map() };
}
