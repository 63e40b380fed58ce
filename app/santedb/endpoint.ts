// An endpoint's address as SanteDB and HTTP.sys read it, without losing how it is spelt.

export type Scheme = "http" | "https";

/**
 * `http`: one that HTTP.sys listens on. `other`: an address of another kind (llp, sllp), which is none of HTTP.sys's
 * business. `invalid`: one that the .NET Uri class or HTTP.sys refuses.
 */
export type Address =
  | {
      readonly kind: "http";
      readonly scheme: Scheme;
      /** As written: "0.0.0.0", "[::1]", a name. */
      readonly host: string;
      readonly port: number;
      /** Whether the port is written; left out, it is 80 or 443 by the scheme. */
      readonly portWritten: boolean;
      /** From the first slash on, "/" where nothing is written. */
      readonly path: string;
    }
  | { readonly kind: "other"; readonly scheme: string }
  | { readonly kind: "invalid" };

export type HttpAddress = Extract<Address, { kind: "http" }>;

export const defaultPort: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

// Blanks around an address are let pass, as the Uri class does. User information, a query and a fragment have no place
// in an HTTP.sys prefix; "+" and "*" have, but the Uri class refuses them.
const httpAddress = /^\s*(?<scheme>https?):\/\/(?<host>\[[0-9a-f:.]{2,45}\]|[\p{L}\p{N}_](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_])?\.?)(?::(?<port>\d{1,5}))?(?<path>\/[^?#\\\s]*)?\s*$/iu;
const otherAddress = /^\s*(?<scheme>[a-z][a-z0-9+.-]*):/i;

/** Reads an address. Never throws: what cannot be listened on comes back as `invalid`. At most 2048 characters are valid. */
export function parseAddress(address: string): Address {
  if (address.length > 2048) return { kind: "invalid" };
  const parts = httpAddress.exec(address)?.groups;
  if (!parts) {
    const scheme = otherAddress.exec(address)?.groups?.["scheme"]?.toLowerCase();
    return scheme === undefined || scheme === "http" || scheme === "https" ? { kind: "invalid" } : { kind: "other", scheme };
  }
  const scheme: Scheme = parts["scheme"]?.toLowerCase() === "https" ? "https" : "http";
  const port = parts["port"] === undefined ? defaultPort[scheme] : Number(parts["port"]);
  const host = parts["host"] ?? "";
  if (port < 1 || port > 65535) return { kind: "invalid" };
  // A host that ends in a number is an IPv4 address or nothing: no domain name does.
  if (/(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(host) && !/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(host)) return { kind: "invalid" };
  return { kind: "http", scheme, host, port, portWritten: parts["port"] !== undefined, path: parts["path"] ?? "/" };
}

/** Host part of an HTTP.sys prefix: 0.0.0.0 becomes "+". Source: santedb/restsrvr EndpointDescription.cs. */
const prefixHost = (host: string): string => (host === "0.0.0.0" ? "+" : host.toLowerCase());

/** The prefix that SanteDB registers for an address, "https://+:9200/ami/". Source: santedb/restsrvr RestHttpBinding.cs. */
export function urlPrefix({ scheme, host, port, path }: HttpAddress): string {
  return `${scheme}://${prefixHost(host)}:${port}${path.endsWith("/") ? path : `${path}/`}`;
}

/** The reservation under which every endpoint of a host and port may listen, "https://+:9200/". */
export function reservationUrl(scheme: Scheme, host: string, port: number): string {
  return urlPrefix({ kind: "http", scheme, host, port, portWritten: true, path: "/" });
}

/** An IP address as URLs write it: one of IPv6 in brackets. */
export const hostPart = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** Whether a host answers this machine only. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|\[0*(:0*){1,6}:0*1\])$/i.test(host);
}
