// Host names and addresses as certificates hold them, and whether a certificate covers a host.

/** Canonical text of an IP address given as 4 or 16 octets (RFC 5952 for IPv6); null for any other length. */
export function formatAddress(octets: Uint8Array): string | null {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return null;
  const groups = Array.from({ length: 8 }, (_, index) => ((octets[index * 2] ?? 0) * 256 + (octets[index * 2 + 1] ?? 0)).toString(16));
  return canonicalHost(groups.join(":"));
}

/**
 * A host as certificates and comparisons want it: lower case, a name with other letters as its A-label ("xn--…"), no dot
 * at the end, an IPv6 address in its shortest form without brackets. Null for what is no host.
 */
export function canonicalHost(host: string): string | null {
  const bare = host.trim().replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (bare === "" || bare.length > 253) return null;
  try {
    if (bare.includes(":")) return mappedAddress(new URL(`http://[${bare}]/`).hostname.slice(1, -1));
    if (/[\s/?#@\\%]/.test(bare)) return null;
    // The WHATWG parser also reads "10.1" and "0x7f000001" as addresses; a certificate would mean such text as a name.
    const { hostname } = new URL(`http://${bare}/`);
    return isAddress(hostname) && hostname !== bare ? null : hostname;
  } catch {
    return null;
  }
}

/** An IPv4 address mapped into IPv6 keeps its dots: RFC 5952, section 5. */
function mappedAddress(address: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `::ffff:${a >> 8}.${a & 0xff}.${b >> 8}.${b & 0xff}`;
}

/** Whether a canonical host is an IP address. */
export function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether text has the form of a DNS host name with at least one dot, or is "localhost". A wildcard counts as a label. */
export function isHostName(text: string): boolean {
  return /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$|^localhost$/i.test(text);
}

/** Whether text can stand as a DNS name in a certificate (RFC 5280, 4.2.1.6, underscores let pass as clients do); "*." may come first. */
export function isDnsName(text: string): boolean {
  const plain = text.replace(/^\*\./, "");
  const canonical = canonicalHost(plain);
  return canonical !== null && !isAddress(canonical) && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(plain);
}

/**
 * Whether a certificate with these names stands for a host: a name is looked for among the DNS names, an address among
 * the IP addresses only (RFC 9525, 6.2 and 6.5).
 */
export function coversHost({ dnsNames, addresses }: { readonly dnsNames: readonly string[]; readonly addresses: readonly string[] }, hostName: string): boolean {
  const host = canonicalHost(hostName);
  return host !== null && coversName(isAddress(host) ? addresses : dnsNames, host);
}

/**
 * Whether a certificate with these names stands for a host (RFC 9525, section 6). A name is compared without regard to
 * case; a wildcard is the whole left-most label and covers exactly one label; an address is compared as an address.
 */
export function coversName(names: readonly string[], hostName: string): boolean {
  const host = canonicalHost(hostName);
  if (host === null) return false;
  return names.some((name) => covers(name, host));
}

/** A name that a client may ask for where this one is served: below a wildcard, any. */
export const askedName = (name: string): string => name.replace(/^\*\./, "any.");

function covers(name: string, host: string): boolean {
  if (!name.startsWith("*.")) return canonicalHost(name) === host;
  const parent = canonicalHost(name.slice(2));
  const dot = host.indexOf(".");
  return parent !== null && parent.includes(".") && !isAddress(parent) && dot > 0 && !isAddress(host) && host.slice(dot + 1) === parent;
}
