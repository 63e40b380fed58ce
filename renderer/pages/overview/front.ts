// The site of NGINX before an instance: where clients come in, and the certificate that they are shown there.
import type { Certificate } from "../../../app/certificates/certificate.ts";
import type { MachineDescription } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import type { PublishedSite } from "../../../app/nginx/site.ts";
import { isLoopback, parseAddress } from "../../../app/santedb/endpoint.ts";
import type { Instance, InstanceDetail } from "../../../app/santedb/instance.ts";
import type { Route } from "../../shell/route.ts";

export interface Front {
  readonly address: string;
  readonly certificate: Certificate | null;
  /** Of its site. */
  readonly fileName: string;
}

/** `front` is left out where nothing stands before the instance, or nothing that is known. */
export type FrontedInstance = Instance & { readonly front?: Front };

/** The first site that is on and leads to the instance on this computer; null where there is none. */
export function frontOf({ scheme, port }: Instance, sites: readonly PublishedSite[]): Front | null {
  if (scheme !== "http") return null;
  const site = sites.find(({ enabled, upstreams }) => enabled && upstreams.some((upstream) => {
    const address = parseAddress(upstream);
    return address.kind === "http" && address.port === port && isLoopback(address.host);
  }));
  const [name] = site?.serverNames ?? [];
  if (!site || site.port === null || name === undefined) return null;
  return { address: `https://${name}${site.port === 443 ? "" : `:${site.port}`}`, certificate: site.certificate, fileName: site.fileName };
}

const loadInstances = (host: Host): Promise<readonly FrontedInstance[]> => host.instance.list({});

/** None where NGINX cannot be looked at; its own page says why. */
const sitesOf = (host: Host): Promise<readonly PublishedSite[]> => host.proxy.state({}).then(({ sites }) => sites, () => []);

async function loadFronted(host: Host): Promise<readonly FrontedInstance[]> {
  const [instances, sites] = await Promise.all([host.instance.list({}), sitesOf(host)]);
  return instances.map((instance) => {
    const front = frontOf(instance, sites);
    return front ? { ...instance, front } : instance;
  });
}

/** Reads one instance in full, on Linux with the site before it. */
export async function loadDetail(host: Host, kind: MachineDescription["kind"], name: string): Promise<InstanceDetail & FrontedInstance> {
  const [detail, sites] = await Promise.all([host.instance.show({ name }), kind === "linux" ? sitesOf(host) : []]);
  const front = frontOf(detail, sites);
  return front ? { ...detail, front } : detail;
}

/** What reads the instances of a machine; the same function for the same kind. */
export const instancesLoader = (kind: MachineDescription["kind"]): typeof loadInstances => (kind === "linux" ? loadFronted : loadInstances);

/** Where an instance is given a certificate, or another one: in the form of the site before it, which keeps all else of that site. */
export const securingRoute = ({ front, service }: FrontedInstance): Route => (front ? { page: "publish", fileName: front.fileName } : { page: "secure", instance: service });

/** The certificate that clients are shown: of the site before the instance, else its own. */
export const certificateOf = ({ front, certificate }: FrontedInstance): Certificate | null => (front ? front.certificate : certificate);
