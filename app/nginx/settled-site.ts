// A site with every default filled in, and every value seen to be one that a file of NGINX can hold.
import { canonicalHost, coversName, isAddress, isDnsName } from "../certificates/host-name.ts";
import { problem, type LockstepError } from "../errors.ts";
import { isIPv4, isIPv6 } from "../http-sys/binding.ts";
import { isLoopback, parseAddress } from "../santedb/endpoint.ts";
import type { Site } from "./site.ts";
import { formatVersion, isSince, oldestVersion, parseVersion, type NginxVersion } from "./version.ts";
import { canBeWord } from "./word.ts";

/** A host with its port; the host canonical, an IPv6 address in brackets. */
export interface HostPort { readonly host: string; readonly port: number }

export interface SettledSite {
  readonly kind: Site["kind"];
  /** Names the site among others: kind, first host name as far as a file's name is long enough, and the port where it is not the recommended one. */
  readonly label: string;
  /** Canonical; a wildcard begins with "*.". */
  readonly serverNames: readonly string[];
  readonly port: number;
  readonly redirectFrom: number | null;
  /** Canonical, without brackets. */
  readonly listenOn: readonly string[];
  readonly upstreams: readonly HostPort[];
  /** What SanteDB is told it was asked as. */
  readonly upstreamHost: HostPort;
  readonly certificate: string;
  readonly key: string;
  readonly clientCertificates: { readonly authorities: string; readonly required: boolean } | null;
  readonly hsts: boolean;
  readonly webSocket: boolean;
  readonly http2: boolean;
  readonly bodyMegabytes: number;
  readonly timeoutSeconds: number;
  /** Null where none was named. */
  readonly nginxVersion: NginxVersion | null;
}

/** What SanteDB's documentation recommends behind NGINX. */
export const recommendedPort: Readonly<Record<Site["kind"], number>> = { icdr: 8443, dcdr: 443 };

/** The longest name that NGINX files without a larger server_names_hash_bucket_size, on processors with lines of 64 bytes. */
export const nameLimit = 46;

const invalid = (text: string): LockstepError => problem("input-invalid", { problem: text });
const shown = (value: string): string => `“${value.length > 100 ? `${value.slice(0, 100)}…` : value}”`;

export const addressPort = ({ host, port }: HostPort): string => `${host}:${port}`;

/** As HTTP writes it: port 80 is left out. */
export const httpAuthority = (hostPort: HostPort): string => (hostPort.port === 80 ? hostPort.host : addressPort(hostPort));

/** Fills in what a site leaves out. Throws input-invalid for a value that no file can hold, or that cannot work. */
export function settle(site: Site): SettledSite {
  const serverNames = distinct(site.serverNames.map(serverName), "server name");
  const port = site.port ?? recommendedPort[site.kind];
  const redirectFrom = site.redirectFrom === undefined ? 80 : site.redirectFrom;
  if (port === redirectFrom) throw invalid(`port ${port} cannot be both for https and for http.`);
  const listenOn = site.listenOn === undefined || site.listenOn.length === 0 ? ["0.0.0.0", "::"] : distinct(site.listenOn.map(listenAddress), "address to listen on");
  const upstreams = site.upstreams.map(upstream);
  distinct(upstreams.map(addressPort), "upstream");
  for (const each of upstreams) {
    if ((each.port === port || each.port === redirectFrom) && (coversName(serverNames, each.host) || listensAt(listenOn, each.host))) {
      throw invalid(`the upstream ${addressPort(each)} is where NGINX itself would listen; give SanteDB or NGINX another port.`);
    }
  }
  const [firstName = ""] = serverNames;
  return {
    kind: site.kind,
    label: `${site.kind}-${firstName.replace("*", "_wildcard").slice(0, 200).replace(/[.-]+$/, "")}${port === recommendedPort[site.kind] ? "" : `-${port}`}`,
    serverNames, port, redirectFrom, listenOn, upstreams,
    upstreamHost: upstreamHost(site.upstreamHost, upstreams[0] ?? { host: "127.0.0.1", port: 80 }),
    certificate: absolutePath(site.certificate, "certificate"),
    key: absolutePath(site.key, "key"),
    clientCertificates: site.clientCertificates ? { authorities: absolutePath(site.clientCertificates.authorities, "client authorities"), required: site.clientCertificates.required } : null,
    hsts: site.hsts ?? false,
    webSocket: site.webSocket ?? false,
    http2: site.http2 ?? true,
    bodyMegabytes: site.bodyMegabytes ?? 64,
    timeoutSeconds: site.timeoutSeconds ?? 120,
    nginxVersion: site.nginxVersion === undefined ? null : nginxVersion(site.nginxVersion),
  };
}

function distinct(values: readonly string[], what: string): readonly string[] {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw invalid(`the ${what} ${shown(twice)} is given twice.`);
  return values;
}

/** A host without anything around it; null for what is none. */
function bareHost(text: string): string | null {
  return /[\s\p{Cc}[\]]/u.test(text) ? null : canonicalHost(text);
}

function serverName(text: string): string {
  const name = bareHost(text);
  if (name !== null && isAddress(name)) throw invalid(`the server name ${shown(text)} is an address; clients ask for a name only, so give the host name that they use.`);
  if (name === null || !isDnsName(name)) throw invalid(`the server name ${shown(text)} is no host name.`);
  return name;
}

function listenAddress(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  const address = isIPv4(text) || (isIPv6(bare) && !bare.includes("%")) ? canonicalHost(bare) : null;
  if (address === null) throw invalid(`the address to listen on ${shown(text)} is no IP address.`);
  return address;
}

/** A host name as resolvers take it: containers have underscores in theirs, and no dot. */
const upstreamName = /^[a-z0-9_]+(?:-+[a-z0-9_]+)*(?:\.[a-z0-9_]+(?:-+[a-z0-9_]+)*)*$/;

/** Host and port of an http address without a path; null for what is none, or stands for all addresses. */
function httpHost(url: string): HostPort | null {
  const address = /^[\x21-\x7e]+$/.test(url) ? parseAddress(url) : null;
  if (address?.kind !== "http" || address.scheme !== "http" || address.path !== "/") return null;
  const host = canonicalHost(address.host);
  if (host === null || host === "0.0.0.0" || host === "::" || !(isAddress(host) || upstreamName.test(host))) return null;
  return { host: host.includes(":") ? `[${host}]` : host, port: address.port };
}

function upstream(text: string): HostPort {
  const found = httpHost(text);
  if (!found) throw invalid(`the upstream ${shown(text)} is not of the form http://HOST:PORT, an address that SanteDB answers at, without a path.`);
  return found;
}

/** SanteDB that listens as 0.0.0.0 answers under any host, so the first upstream's does. */
function upstreamHost(text: string | undefined, first: HostPort): HostPort {
  if (text === undefined || text.replace(/:\d+$/, "") === "0.0.0.0") return first;
  const found = text.includes("/") ? null : httpHost(`http://${text}`);
  if (!found) throw invalid(`the upstream's host ${shown(text)} is no host, with or without a port.`);
  return /:\d+$/.test(text.replace(/^\[.*\]/, "")) ? found : { host: found.host, port: first.port };
}

function listensAt(listenOn: readonly string[], host: string): boolean {
  if (host === "localhost") return listensAt(listenOn, "127.0.0.1") || listensAt(listenOn, "[::1]");
  const address = host.replace(/^\[(.*)\]$/, "$1");
  return listenOn.includes(address) || (isLoopback(host) && listenOn.includes(address.includes(":") ? "::" : "0.0.0.0"));
}

function absolutePath(path: string, what: string): string {
  if (!/^(?:\/|[a-z]:[\\/])/i.test(path)) throw invalid(`the path of the ${what}, ${shown(path)}, does not begin at the root.`);
  if (!canBeWord(path)) throw invalid(`the path of the ${what}, ${shown(path)}, cannot stand in a file of NGINX: it is too long, or has a $, a line break or a hidden character.`);
  return path;
}

function nginxVersion(text: string): NginxVersion {
  const version = parseVersion(text);
  if (!version) throw invalid(`${shown(text)} is no version of NGINX, such as 1.22.1.`);
  if (!isSince(version, oldestVersion)) throw invalid(`NGINX ${text} is too old; ${formatVersion(oldestVersion)} is the first that is written for.`);
  return version;
}
