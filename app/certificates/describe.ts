// A certificate described: the values that people and the contract see, taken from its DER.
import type { Certificate } from "./certificate.ts";
import { sha256Fingerprint, thumbprint } from "./thumbprint.ts";
import { readCertificate, type CertificateFields } from "./x509.ts";

/** What a certificate does not say of itself. */
export interface Circumstances {
  readonly hasPrivateKey: boolean;
  readonly role: Certificate["role"];
}

/** Describes a DER certificate. Throws certificate-unreadable. */
export function describe(der: Uint8Array, circumstances: Circumstances): Certificate {
  return describeFields(readCertificate(der), circumstances);
}

export function describeFields(fields: CertificateFields, { hasPrivateKey, role }: Circumstances): Certificate {
  return {
    subject: fields.subject,
    issuer: fields.issuer,
    serialNumber: fields.serialNumber,
    thumbprint: thumbprint(fields.der),
    sha256: sha256Fingerprint(fields.der),
    notBefore: isoTime(fields.notBefore),
    notAfter: isoTime(fields.notAfter),
    names: [...fields.alternativeNames ?? (fields.commonName === null ? [] : [fields.commonName])],
    keyType: fields.keyType,
    role,
    hasPrivateKey,
  };
}

/** ISO 8601 in UTC; a certificate counts in whole seconds. */
function isoTime(time: Date): string {
  return `${time.toISOString().slice(0, -5)}Z`;
}
