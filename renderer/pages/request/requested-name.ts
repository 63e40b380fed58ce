// A name typed for a certificate request, as the certificate will have it, or why it can be none.
import { canonicalHost, isAddress } from "../../../app/certificates/host-name.ts";

/** Names of a request at most, the common name among them: what the contract and authorities take. */
export const namesLimit = 100;

export type NameFault = "address-bar" | "port" | "wildcard" | "hidden" | "no-name";

export type RequestedName =
  /** `name` is canonical: lower case, an A-label for other letters, an address in its shortest form. */
  | { readonly kind: "dns" | "wildcard" | "ip"; readonly name: string; readonly typed: string }
  | { readonly kind: "fault"; readonly fault: NameFault; readonly typed: string };

/** Labels of letters, digits and hyphens, underscores for Windows domains (RFC 1123, 2.1; RFC 2181, 11). */
const isDnsName = (host: string): boolean => host.length <= 253 && host.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));

/** Judges one name. A wildcard is the whole first label with two more after it (RFC 9525, 6.3). */
export function requestedName(text: string): RequestedName {
  const typed = text.trim();
  const fault = (which: NameFault): RequestedName => ({ kind: "fault", fault: which, typed });
  if (/(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(typed)) return fault("hidden");
  if (/[/\\?#@]/.test(typed)) return fault("address-bar");
  if (/^\[?[^:[\]]+\]?:\d+$|^\[.*\]:\d+$/.test(typed)) return fault("port");
  if (typed.includes("*")) {
    const parent = typed.startsWith("*.") ? canonicalHost(typed.slice(2)) : null;
    return parent !== null && parent.includes(".") && !isAddress(parent) && isDnsName(parent) ? { kind: "wildcard", name: `*.${parent}`, typed } : fault("wildcard");
  }
  const host = canonicalHost(typed);
  if (host === null) return fault("no-name");
  if (isAddress(host)) return { kind: "ip", name: host, typed };
  return isDnsName(host) ? { kind: "dns", name: host, typed } : fault("no-name");
}

/**
 * The names in a pasted or typed text, apart by blanks, line ends, commas or semicolons. The words that OpenSSL and
 * Windows print before each ("DNS:", "IP Address:", "DNS Name=") are passed over.
 */
export function namesIn(text: string): readonly string[] {
  return text.replace(/(^|[\s,;])(?:dns(?: name)?|ip(?: address)?)[:=]/gi, "$1").split(/[\s,;]+/).filter((each) => each !== "");
}
