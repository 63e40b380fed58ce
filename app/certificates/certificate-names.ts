// The names of a certificate: whether they stand for the host, and which of them clients or authorities will not take.
import type { Finding } from "../finding.ts";
import { canonicalHost, coversHost, isAddress, isDnsName } from "./host-name.ts";
import type { CertificateFields } from "./x509.ts";

/** The hosts that a certificate names; the common name, where clients of old looked, only without any alternative name. */
export function hostsOf({ alternativeNames, commonName }: Pick<CertificateFields, "alternativeNames" | "commonName">): readonly string[] {
  return alternativeNames ?? (commonName === null ? [] : [commonName]);
}

/** Codes: name-mismatch, name-only-in-subject, address-as-dns-name, name-invalid, wildcard-too-wide, names-internal. */
export function nameFindings(certificate: CertificateFields, hostName: string | undefined): readonly Finding[] {
  return [
    hostName === undefined ? null : mismatch(certificate, hostName),
    onlyInSubject(certificate), addressAsName(certificate), invalid(certificate), tooWide(certificate),
    certificate.isSelfSigned ? null : internal(certificate),
  ].filter((finding) => finding !== null);
}

function mismatch(certificate: CertificateFields, hostName: string): Finding | null {
  const { alternativeNames, commonName, addresses } = certificate;
  const dnsNames = alternativeNames === null && commonName !== null ? [commonName] : certificate.dnsNames;
  if (coversHost({ dnsNames, addresses }, hostName)) return null;
  const hosts = hostsOf(certificate);
  const host = canonicalHost(hostName) ?? hostName;
  const wildcard = dnsNames.find((name) => name.startsWith("*.") && `.${host}`.endsWith(name.slice(1).toLowerCase()));
  return {
    code: "name-mismatch", severity: "warning",
    message: `The certificate does not name ${host}; it names ${hosts.length === 0 ? "no host" : listed(hosts)}.${wildcard === undefined ? "" : ` ${wildcard} stands for exactly one label before the rest.`}`,
    hint: "Clients that connect by that name will refuse it. Have it issued with that name, or let them use one that it has.",
  };
}

function onlyInSubject({ alternativeNames }: CertificateFields): Finding | null {
  return alternativeNames !== null && alternativeNames.length > 0 ? null : {
    code: "name-only-in-subject", severity: "warning", message: "The certificate has no subject alternative name, the only place where clients look for the host's name.",
    hint: "Have it issued again with its host names as subject alternative names.",
  };
}

/** Nothing is wrong where the address stands among the addresses as well: old systems looked for it among the names. */
function addressAsName({ dnsNames, addresses }: CertificateFields): Finding | null {
  const astray = dnsNames.filter((name) => isAddressText(name) && !addresses.includes(canonicalHost(name) ?? ""));
  return astray.length === 0 ? null : {
    code: "address-as-dns-name", severity: "warning",
    message: `${listed(astray)} ${astray.length === 1 ? "stands" : "stand"} in the certificate as a DNS name; clients look for an address among the IP addresses only.`,
    hint: "Have it issued again with the address as an IP address, or let clients connect by a name.",
  };
}

function isAddressText(name: string): boolean {
  const host = canonicalHost(name);
  return host !== null && isAddress(host);
}

function invalid({ dnsNames }: CertificateFields): Finding | null {
  const wrong = dnsNames.filter((name) => !isAddressText(name) && !isDnsName(name));
  return wrong.length === 0 ? null : {
    code: "name-invalid", severity: "warning",
    message: `Among the names of the certificate no client can take ${listed(wrong.map((name) => `"${name}" (${fault(name)})`))}.`,
    hint: "Have it issued again with plain host names, without blanks, ports, paths or protocol; letters beyond ASCII in their form xn--….",
  };
}

/** What is wrong with a DNS name, as printed: what is not visible ASCII stands as \xNN. */
function fault(name: string): string {
  if (name === "") return "blank";
  if (name.includes("://") || name.includes("/")) return "a web address";
  if (/\\x[89A-F]/.test(name)) return "letters beyond ASCII";
  if (/\\x20/.test(name)) return "it has a blank";
  if (name.includes("*")) return "a wildcard can only be the whole first label before a domain";
  if (/:\d+$/.test(name)) return "it has a port";
  if (name.includes("@")) return "a mail address";
  if (name.endsWith(".")) return "it ends in a dot";
  return "no host name";
}

/** RFC 9525 leaves it to clients how far a wildcard reaches; browsers take none for a whole top-level domain. */
function tooWide({ dnsNames }: CertificateFields): Finding | null {
  const wide = dnsNames.filter((name) => isDnsName(name) && /^\*\.[^.]+$/.test(name));
  return wide.length === 0 ? null : {
    code: "wildcard-too-wide", severity: "warning", message: `${listed(wide)} would stand for every name of a top-level domain; clients do not take it.`,
    hint: "Have it issued for the names themselves, or for a wildcard below a domain of your own.",
  };
}

/** Top-level domains that no public name has: RFC 6761, RFC 6762, appendix G, RFC 8375 and ICANN's resolution on .internal. */
const internalDomain = /(?:^|\.)(?:local|localhost|localdomain|internal|intranet|private|corp|home|lan|test|invalid|home\.arpa)$/i;
/** RFC 1918, RFC 1122 (loopback), RFC 3927; RFC 4193 and RFC 4291 for IPv6. */
const internalAddress = /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe[89ab])/;

function internal({ dnsNames, addresses }: CertificateFields): Finding | null {
  const inside = [
    ...dnsNames.filter((name) => isDnsName(name) && (internalDomain.test(name) || !name.includes("."))),
    ...addresses.filter((address) => internalAddress.test(address)),
  ];
  return inside.length === 0 ? null : {
    code: "names-internal", severity: "information", message: `The certificate names ${listed(inside)}, which ${inside.length === 1 ? "has" : "have"} a meaning in your own network only.`,
    hint: "No public authority issues such a certificate; clients have to trust the authority that did.",
  };
}

function listed(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}
