// The fields of an X.509 certificate (RFC 5280), read from its DER once and kept as values.
import { X509Certificate, type KeyObject } from "node:crypto";
import { problem } from "../errors.ts";
import { content, isBitString, isBoolean, isInteger, isTagged, MalformedError, objectIdentifier, octets, parse, sequence, tagged, time, type Element } from "./asn1.ts";
import { commonName, formatName } from "./distinguished-name.ts";
import { formatAddress } from "./host-name.ts";

export interface CertificateFields {
  readonly der: Uint8Array;
  /** The platform's own view, for what only cryptography can answer. */
  readonly x509: X509Certificate;
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | null;
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DNS names and IP addresses of the subject alternative name; null where there is no such extension. */
  readonly alternativeNames: readonly string[] | null;
  /** Basic constraints say CA:TRUE. */
  readonly isAuthority: boolean;
  /** OIDs of the extended key usage; null where there is no such extension. */
  readonly extendedKeyUsage: readonly string[] | null;
  /** The key may sign or agree on a handshake: true also where there is no key usage at all. */
  readonly mayHandshake: boolean;
  /** Hash of the signature, "SHA-256" and the like; null where the algorithm has none of its own or is unknown. */
  readonly signatureHash: string | null;
}

const signatureHashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "MD2", "1.2.840.113549.1.1.4": "MD5", "1.2.840.113549.1.1.5": "SHA-1", "1.3.14.3.2.29": "SHA-1",
  "1.2.840.113549.1.1.14": "SHA-224", "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
  "1.2.840.10045.4.1": "SHA-1", "1.2.840.10045.4.3.1": "SHA-224", "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512", "1.2.840.10040.4.3": "SHA-1", "2.16.840.1.101.3.4.3.2": "SHA-256",
};

const digests: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
};

/** Reads a certificate. Throws MalformedError where it is none. */
export function readFields(der: Uint8Array): CertificateFields {
  const [toBeSigned, signatureAlgorithm, signature] = sequence(parse(der));
  if (!isBitString(signature)) throw new MalformedError("it is no certificate.");
  const members = sequence(toBeSigned);
  const [serial, , issuer, validity, subject, , ...rest] = isTagged(members[0], 0) ? members.slice(1) : members;
  if (!isInteger(serial) || !serial) throw new MalformedError("the certificate has no serial number.");
  const [notBefore, notAfter] = sequence(validity);
  const extensions = readExtensions(rest.find((member) => isTagged(member, 3)));
  const extension = (identifier: string): Element | null => extensions.get(identifier) ?? null;
  const alternative = extension("2.5.29.17");
  const extendedUsage = extension("2.5.29.37");
  const usage = extension("2.5.29.15");
  const constraints = extension("2.5.29.19");
  return {
    der,
    x509: x509Of(der),
    subject: formatName(subject),
    issuer: formatName(issuer),
    commonName: commonName(subject),
    serialNumber: hexadecimal(content(serial)),
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    alternativeNames: alternative && sequence(alternative).flatMap(alternativeName),
    isAuthority: constraints !== null && sequence(constraints).some((member) => isBoolean(member) && content(member)[0] !== 0),
    extendedKeyUsage: extendedUsage && sequence(extendedUsage).map(objectIdentifier),
    mayHandshake: usage === null || mayHandshake(usage),
    signatureHash: signatureHash(signatureAlgorithm),
  };
}

/** Reads a certificate that is known to be one. Throws certificate-unreadable. */
export function readCertificate(der: Uint8Array): CertificateFields {
  try {
    return readFields(der);
  } catch (error) {
    if (error instanceof MalformedError) throw problem("certificate-unreadable", { file: "The certificate", problem: error.message });
    throw error;
  }
}

/** The public key of a certificate; null where this platform does not know its algorithm. */
export function publicKeyOf({ x509 }: Pick<CertificateFields, "x509">): KeyObject | null {
  try {
    return x509.publicKey;
  } catch {
    return null;
  }
}

function x509Of(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new MalformedError("the certificate in it is damaged.");
  }
}

/** The first of each kind wins; RFC 5280 allows but one. */
function readExtensions(wrapper: Element | undefined): ReadonlyMap<string, Element> {
  const found = new Map<string, Element>();
  for (const extension of wrapper ? sequence(tagged(wrapper, 3)[0]) : []) {
    const members = sequence(extension);
    const identifier = objectIdentifier(members[0]);
    const known = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"].includes(identifier);
    if (known && !found.has(identifier)) found.set(identifier, parse(octets(members.at(-1))));
  }
  return found;
}

/** GeneralName (RFC 5280, 4.2.1.6): [2] is a DNS name, [7] an address; the other kinds name no host. */
function alternativeName(name: Element): readonly string[] {
  if (isTagged(name, 2)) return [printable(content(name))];
  const address = isTagged(name, 7) ? formatAddress(content(name)) : null;
  return address === null ? [] : [address];
}

/** An IA5String for people to read: whatever is not visible ASCII stands as \xNN. */
function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => (octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\x${hexadecimal([octet])}`)).join("");
}

/** KeyUsage bits (RFC 5280, 4.2.1.3): digitalSignature 0, keyEncipherment 2, keyAgreement 4, counted from the highest. */
function mayHandshake(usage: Element): boolean {
  if (!isBitString(usage)) throw new MalformedError("the key usage of the certificate is damaged.");
  return ((content(usage)[1] ?? 0) & 0b1010_1000) !== 0;
}

function signatureHash(algorithm: Element | undefined): string | null {
  const [identifier, parameters] = sequence(algorithm);
  const oid = objectIdentifier(identifier);
  if (oid !== "1.2.840.113549.1.1.10") return signatureHashes[oid] ?? null;
  // RSASSA-PSS names its hash in its parameters; SHA-1 where it does not (RFC 4055, 3.1).
  const hash = parameters && sequence(parameters).find((member) => isTagged(member, 0));
  return hash ? digests[objectIdentifier(sequence(tagged(hash, 0)[0])[0])] ?? null : "SHA-1";
}

/** Upper-case hexadecimal without the octet of zeros that only keeps a number positive. */
function hexadecimal(bytes: Iterable<number>): string {
  const digits = Array.from(bytes, (octet) => octet.toString(16).toUpperCase().padStart(2, "0"));
  return (digits.length > 1 && digits[0] === "00" ? digits.slice(1) : digits).join("");
}
