// Whether a certificate can prove a server, and what about it will trouble clients. Each text stands beside its check.
import type { Finding } from "../finding.ts";
import { hostsOf, nameFindings } from "./certificate-names.ts";
import { pathFindings, type Place } from "./certification-path.ts";
import { isAddress, isHostName } from "./host-name.ts";
import { anyPurpose, purposeName, serverAuthentication } from "./key-purpose.ts";
import { strengthFindings } from "./key-strength.ts";
import { lengthFinding, validityFinding } from "./lifetime.ts";
import { chainOf } from "./match.ts";
import { readCertificate, type CertificateFields } from "./x509.ts";


export interface Expectations {
  readonly now: Date;
  /** The name or address that clients will use. */
  readonly hostName?: string | undefined;
  /** DER of the certificates at hand to complete the chain; left out, the chain is not judged. */
  readonly issuers?: readonly Uint8Array[] | undefined;
  /** Where those were found. Default "both". */
  readonly place?: Place | undefined;
}

/** As `Expectations`, for certificates that have been read. */
export interface FieldExpectations extends Omit<Expectations, "issuers"> {
  readonly issuers?: readonly CertificateFields[] | undefined;
}

/**
 * Findings for one server certificate, errors first. Codes: certificate-not-for-servers, extension-unknown-critical,
 * self-signed, and those of lifetime.ts, certificate-names.ts, key-strength.ts and certification-path.ts. Throws
 * certificate-unreadable.
 */
export function suitability(der: Uint8Array, { issuers, ...others }: Expectations): readonly Finding[] {
  return suitabilityOf(readCertificate(der), { ...others, issuers: issuers?.map(readCertificate) });
}

/** As `suitability`, for fields that have been read. */
export function suitabilityOf(certificate: CertificateFields, expectations: FieldExpectations): readonly Finding[] {
  return worstFirst([
    ...soundnessOf(certificate, expectations),
    purpose(certificate),
    isOthersIssuer(certificate) ? null : lengthFinding(certificate),
    ...nameFindings(certificate, expectations.hostName),
    certificate.isSelfSigned ? selfSigned : null,
  ]);
}

/** What holds for every certificate, an authority's as well as a server's: its time, its key, its signature and its chain. */
export function soundnessOf(certificate: CertificateFields, { now, issuers, place = "both" }: FieldExpectations): readonly Finding[] {
  return worstFirst([
    validityFinding(certificate, now),
    ...strengthFindings(certificate),
    ...certificate.isSelfSigned || !issuers ? [] : pathFindings(chainOf(certificate, issuers), issuers, now, place),
    unknownExtensions(certificate),
  ]);
}

function worstFirst(found: readonly (Finding | null)[]): readonly Finding[] {
  const findings = found.filter((finding) => finding !== null);
  return (["error", "warning", "information"] as const).flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** Why a certificate cannot prove a server, in words that follow a colon; null where it can. */
export function unfitForServers(certificate: CertificateFields): string | null {
  if (isOthersIssuer(certificate)) return "it is an authority's certificate, made to issue others.";
  const { extendedKeyUsage, keyUsage } = certificate;
  if (extendedKeyUsage !== null && !extendedKeyUsage.includes(serverAuthentication) && !extendedKeyUsage.includes(anyPurpose)) {
    return extendedKeyUsage.length === 0 ? "its extended key usage allows nothing." : `its extended key usage allows ${enumerated(extendedKeyUsage.map(purposeName))} only.`;
  }
  if (certificate.mayHandshake) return null;
  return keyUsage === null || keyUsage.length === 0 ? "its key usage allows nothing." : `its key usage allows ${enumerated(keyUsage)} only, and no handshake.`;
}

/** An authority's certificate, and not a server's home-made one that is marked as an authority's. */
export function isOthersIssuer(certificate: CertificateFields): boolean {
  return certificate.isAuthority && !isOwnServer(certificate);
}

/**
 * Home-made certificates are often marked as an authority, because `openssl req -x509` does so unasked. One that is
 * self-signed, may do a handshake, and says that it is a server (by its usage or by naming a host) passes as a server's.
 */
function isOwnServer(certificate: CertificateFields): boolean {
  if (!certificate.mayHandshake || !certificate.isSelfSigned) return false;
  if (certificate.extendedKeyUsage?.includes(serverAuthentication) === true) return true;
  return hostsOf(certificate).some((host) => isAddress(host) || isHostName(host));
}

function enumerated(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

function purpose(certificate: CertificateFields): Finding | null {
  const reason = unfitForServers(certificate);
  return reason === null ? null : {
    code: "certificate-not-for-servers", severity: "error",
    message: `The certificate of ${certificate.subject} cannot prove a server: ${reason}`,
    hint: isOthersIssuer(certificate) ? "Choose the server's own certificate, not the authority that issued it."
      : `Choose the server's own certificate, or have it issued for ${purposeName(serverAuthentication)}.`,
  };
}

/** Extensions that programs know how to honour: those of RFC 5280 and 3779, of Netscape, and OCSP's (RFC 6960, 4.2.2.2.1) and proxies' (RFC 3820). */
const knownExtensions: readonly string[] = [
  "2.5.29.14", "2.5.29.15", "2.5.29.16", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36",
  "2.5.29.37", "2.5.29.46", "2.5.29.54", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8", "1.3.6.1.5.5.7.1.14", "1.3.6.1.5.5.7.1.24",
  "1.3.6.1.5.5.7.48.1.5", "2.16.840.1.113730.1.1",
];
const precertificate = "1.3.6.1.4.1.11129.2.4.3";

/** RFC 5280, 4.2: whoever does not know a critical extension must refuse the certificate. */
function unknownExtensions({ criticalExtensions }: CertificateFields): Finding | null {
  const unknown = criticalExtensions.filter((identifier) => !knownExtensions.includes(identifier));
  if (unknown.length === 0) return null;
  return unknown.includes(precertificate) ? {
    code: "extension-unknown-critical", severity: "warning",
    message: `This is a precertificate (${precertificate}), which an authority makes for its logs before it issues the certificate: every client refuses it.`,
    hint: "Ask the authority for the certificate itself.",
  } : {
    code: "extension-unknown-critical", severity: "warning",
    message: `The certificate has ${unknown.length === 1 ? "an extension" : "extensions"} that clients must know or refuse it: ${enumerated(unknown)}.`,
    hint: "Unless all clients are known to understand it, have the certificate issued without it.",
  };
}

const selfSigned: Finding = {
  code: "self-signed", severity: "information", message: "The certificate is signed with its own key; no authority vouches for it.",
  hint: "Every client has to be told to trust it.",
};
