// Where SanteDB answers on this machine, as addresses that a site can pass requests on to.
import type { Site } from "../../../app/nginx/site.ts";
import type { Instance } from "../../../app/santedb/instance.ts";

export interface OfferedUpstream { readonly name: string; readonly address: string; readonly kind: Site["kind"] }

/** At most this many are offered. */
const offeredAtMost = 4;

/** Instances that answer over plain http; one that listens on every address is asked through loopback. */
export const upstreamsOf = (instances: readonly Instance[]): readonly OfferedUpstream[] => instances.flatMap(({ name, product, scheme, host, port }) => {
  if (scheme !== "http" || port === null || host === null) return [];
  const asked = host === "0.0.0.0" || host === "[::]" || host === "::" ? "127.0.0.1" : host;
  return [{ name, address: `http://${asked}:${port}`, kind: product === "icdr" ? "icdr" as const : "dcdr" as const }];
}).slice(0, offeredAtMost);
