// What a certificate can be requested for: a host name, a wildcard or an address. No platform is needed, so the window shares it.
import { canonicalHost, isAddress } from "./host-name.ts";

/**
 * The form in which a request asks for a name that a person wrote: lower case, an A-label for other letters, an address in
 * its shortest form. A wildcard is the whole first label with two more after it (RFC 9525, 6.3). Null for what a
 * certificate cannot name.
 */
export function requestedHost(text: string): string | null {
  if (!text.startsWith("*.")) {
    const host = canonicalHost(text);
    return host !== null && (isAddress(host) || hasDnsLabels(host)) ? host : null;
  }
  const parent = canonicalHost(text.slice(2));
  return parent !== null && parent.includes(".") && !isAddress(parent) && hasDnsLabels(parent) && parent.length <= 251 ? `*.${parent}` : null;
}

/** Labels as DNS has them, a single one included: authorities of one's own issue those. Underscores occur inside Windows domains. */
function hasDnsLabels(host: string): boolean {
  return host.length <= 253 && host.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}
