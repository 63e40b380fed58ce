// Whether a certificate can prove a server, and what about it will trouble clients. Each text stands beside its check.
import type { Finding } from "../finding.ts";
import { canonicalHost, coversName, isAddress, isHostName } from "./host-name.ts";
import { chainOf, isSelfSigned } from "./match.ts";
import { keyType } from "./private-key.ts";
import { publicKeyOf, readCertificate, type CertificateFields } from "./x509.ts";

export interface Expectations {
  readonly now: Date;
  /** The name or address that clients will use. */
  readonly hostName?: string | undefined;
  /** DER of the certificates at hand to complete the chain; left out, the chain is not judged. */
  readonly issuers?: readonly Uint8Array[] | undefined;
}

const day = 86_400_000;
const soon = 30 * day;
const serverAuthentication = "1.3.6.1.5.5.7.3.1";
const anyUsage = "2.5.29.37.0";

/**
 * Findings for one server certificate, errors first. Codes: certificate-expired, certificate-not-yet-valid,
 * certificate-not-for-servers, name-mismatch, key-too-small, key-kind-unusual, sha1-signature, chain-incomplete,
 * name-only-in-subject, expires-soon, self-signed. Throws certificate-unreadable.
 */
export function suitability(der: Uint8Array, { now, hostName, issuers }: Expectations): readonly Finding[] {
  return suitabilityOf(readCertificate(der), { now, hostName, issuers: issuers?.map(readCertificate) });
}

/** As `suitability`, for fields that have been read. */
export function suitabilityOf(
  certificate: CertificateFields,
  { now, hostName, issuers }: { readonly now: Date; readonly hostName?: string | undefined; readonly issuers?: readonly CertificateFields[] | undefined },
): readonly Finding[] {
  const selfSigned = isSelfSigned(certificate);
  const found = [
    validity(certificate, now),
    purpose(certificate),
    hostName === undefined ? null : name(certificate, hostName),
    keySize(certificate),
    keyKind(certificate),
    selfSigned ? null : signature(certificate),
    selfSigned || !issuers ? null : chain(certificate, issuers),
    names(certificate),
    selfSigned ? selfSignedFinding : null,
  ].filter((finding) => finding !== null);
  const order = ["error", "warning", "information"] as const;
  return order.flatMap((severity) => found.filter((finding) => finding.severity === severity));
}

/** Why a certificate cannot prove a server, in words that follow a colon; null where it can. */
export function unfitForServers(certificate: CertificateFields): string | null {
  const usage = certificate.extendedKeyUsage;
  if (certificate.isAuthority && !isOwnServer(certificate)) return "it is an authority's certificate, made to issue others.";
  if (usage !== null && !usage.includes(serverAuthentication) && !usage.includes(anyUsage)) return "its extended key usage does not allow server authentication.";
  return certificate.mayHandshake ? null : "its key usage does not allow a handshake.";
}

/**
 * Home-made certificates are often marked as an authority, because `openssl req -x509` does so unasked. One that is
 * self-signed, may do a handshake, and says that it is a server (by its usage or by naming a host) passes as a server's.
 */
function isOwnServer(certificate: CertificateFields): boolean {
  if (!isSelfSigned(certificate) || !certificate.mayHandshake) return false;
  if (certificate.extendedKeyUsage?.includes(serverAuthentication) === true) return true;
  return hostsOf(certificate).some((host) => isAddress(host) || isHostName(host));
}

function hostsOf({ alternativeNames, commonName }: CertificateFields): readonly string[] {
  return alternativeNames ?? (commonName === null ? [] : [commonName]);
}

function validity({ subject, notBefore, notAfter }: CertificateFields, now: Date): Finding | null {
  if (notAfter < now) {
    return { code: "certificate-expired", severity: "error", message: `The certificate of ${subject} ended on ${momentOf(notAfter)}.`, hint: "Have it renewed; clients refuse it." };
  }
  if (notBefore > now) {
    return { code: "certificate-not-yet-valid", severity: "error", message: `The certificate of ${subject} is valid only from ${momentOf(notBefore)}.`, hint: "Check this machine's clock, or wait." };
  }
  const left = notAfter.getTime() - now.getTime();
  if (left > soon) return null;
  const days = Math.floor(left / day);
  return {
    code: "expires-soon", severity: "warning",
    message: `The certificate ends on ${dateOf(notAfter)}, ${days === 0 ? "within a day" : days === 1 ? "in one day" : `in ${days} days`}.`,
    hint: "Have it renewed now, and replace it before that day.",
  };
}

function purpose(certificate: CertificateFields): Finding | null {
  const reason = unfitForServers(certificate);
  return reason === null ? null : {
    code: "certificate-not-for-servers", severity: "error",
    message: `The certificate of ${certificate.subject} cannot prove a server: ${reason}`,
    hint: "Choose the server's own certificate, not the authority that issued it.",
  };
}

function name(certificate: CertificateFields, hostName: string): Finding | null {
  const hosts = hostsOf(certificate);
  if (coversName(hosts, hostName)) return null;
  const held = hosts.length === 0 ? "no name" : hosts.length > 5 ? `${hosts.slice(0, 5).join(", ")} and ${hosts.length - 5} more` : hosts.join(", ");
  return {
    code: "name-mismatch", severity: "warning", message: `The certificate does not name ${canonicalHost(hostName) ?? hostName}; it names ${held}.`,
    hint: "Clients that connect by that name will refuse it. Have it issued with that name, or let them use one that it has.",
  };
}

function keySize(certificate: CertificateFields): Finding | null {
  const key = publicKeyOf(certificate);
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  return bits === undefined || bits >= 2048 ? null : {
    code: "key-too-small", severity: "warning", message: `The certificate's key has ${bits} bits; browsers and Windows ask for 2048 at least.`,
    hint: "Have it issued again for a larger key.",
  };
}

function keyKind(certificate: CertificateFields): Finding | null {
  const key = publicKeyOf(certificate);
  const kind = key ? keyType(key) : "unknown";
  return /^(?:rsa|ec):/.test(kind) ? null : {
    code: "key-kind-unusual", severity: "warning", message: `The certificate's key is of the kind ${kind}, which Windows does not offer in TLS.`,
    hint: "Have it issued for an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.",
  };
}

function signature({ signatureHash }: CertificateFields): Finding | null {
  if (signatureHash !== "SHA-1" && signatureHash !== "MD5" && signatureHash !== "MD2") return null;
  return {
    code: "sha1-signature", severity: "warning", message: `The certificate is signed with ${signatureHash}, which browsers no longer trust.`,
    hint: "Have it issued again with SHA-256.",
  };
}

function chain(certificate: CertificateFields, issuers: readonly CertificateFields[]): Finding | null {
  return chainOf(certificate, issuers).length > 1 ? null : {
    code: "chain-incomplete", severity: "warning", message: `The certificate of the issuer, ${certificate.issuer}, is not in the files.`,
    hint: "If that is an intermediate authority, give its certificate as well: browsers may find it by themselves, Android and Java do not.",
  };
}

function names(certificate: CertificateFields): Finding | null {
  return certificate.alternativeNames !== null && certificate.alternativeNames.length > 0 ? null : {
    code: "name-only-in-subject", severity: "warning", message: "The certificate has no subject alternative name, the only place where clients look for the host's name.",
    hint: "Have it issued again with its host names as subject alternative names.",
  };
}

const selfSignedFinding: Finding = {
  code: "self-signed", severity: "information", message: "The certificate is signed with its own key; no authority vouches for it.",
  hint: "Every client has to be told to trust it.",
};

/** Date and time to the minute, as messages show them: "2027-01-31 12:00 UTC". */
export function momentOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
