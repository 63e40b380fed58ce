// Key purposes, the extended key usage of a certificate: their OIDs and what they are called.

export const serverAuthentication = "1.3.6.1.5.5.7.3.1";
export const anyPurpose = "2.5.29.37.0";

/** RFC 5280, 4.2.1.12, and those of others that are met in certificates for machines and people. */
const names: Readonly<Record<string, string>> = {
  [serverAuthentication]: "server authentication", "1.3.6.1.5.5.7.3.2": "client authentication", "1.3.6.1.5.5.7.3.3": "code signing",
  "1.3.6.1.5.5.7.3.4": "e-mail protection", "1.3.6.1.5.5.7.3.5": "IPsec end system", "1.3.6.1.5.5.7.3.6": "IPsec tunnel",
  "1.3.6.1.5.5.7.3.7": "IPsec user", "1.3.6.1.5.5.7.3.8": "time stamping", "1.3.6.1.5.5.7.3.9": "OCSP signing",
  "1.3.6.1.5.5.7.3.17": "IPsec key exchange", "1.3.6.1.5.5.8.2.2": "IKE intermediate", "1.3.6.1.5.5.7.3.36": "document signing", "1.3.6.1.5.2.3.4": "PKINIT client",
  "1.3.6.1.5.2.3.5": "Kerberos KDC authentication", [anyPurpose]: "any purpose", "1.3.6.1.4.1.311.20.2.1": "certificate request agent",
  "1.3.6.1.4.1.311.20.2.2": "smart card logon", "1.3.6.1.4.1.311.10.3.4": "encrypting file system",
  "1.3.6.1.4.1.311.10.3.4.1": "file recovery", "1.3.6.1.4.1.311.10.3.12": "Windows document signing", "1.3.6.1.4.1.311.54.1.2": "remote desktop",
  "1.3.6.1.4.1.311.10.3.3": "Microsoft server gated cryptography", "2.16.840.1.113730.4.1": "Netscape server gated cryptography",
};

/** "client authentication (1.3.6.1.5.5.7.3.2)"; the OID alone where it is not known here. */
export function purposeName(identifier: string): string {
  const name = names[identifier];
  return name === undefined ? identifier : `${name} (${identifier})`;
}
