// The fields of an X.509 certificate (RFC 5280), read from its DER once and kept as values.
import { X509Certificate, type KeyObject } from "node:crypto";
import { problem } from "../errors.ts";
import { MalformedError, sameBytes } from "./asn1.ts";
import { bitsOf, contentOf, hexadecimal, identifierOf, members, tag, timeOf, valueIn, type Value } from "./der.ts";
import { commonName, formatName } from "./distinguished-name.ts";
import { formatAddress } from "./host-name.ts";
import { publicKey, publicKeyType } from "./public-key.ts";
import { isSignedBy, signatureAlgorithmOf, type SignatureAlgorithm } from "./signature-algorithm.ts";

/** What a key may be used for (RFC 5280, 4.2.1.3), in the order of the extension's bits. */
const keyUses = [
  "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
] as const;
export type KeyUse = (typeof keyUses)[number];

export interface CertificateFields {
  readonly der: Uint8Array;
  /** 1, 2 or 3. Only version 3 has extensions. */
  readonly version: number;
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | null;
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DNS names and IP addresses of the subject alternative name, in its order; null where there is no such extension. */
  readonly alternativeNames: readonly string[] | null;
  /** Those of them that stand as DNS names, whatever they look like; a client finds an address among the addresses only. */
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Basic constraints say CA:TRUE. */
  readonly isAuthority: boolean;
  /** Intermediates that may stand between it and a leaf; null where there is no bound. */
  readonly pathLength: number | null;
  /** Null where there is no such extension, and all is allowed. */
  readonly keyUsage: readonly KeyUse[] | null;
  /** OIDs of the extended key usage; null where there is no such extension. */
  readonly extendedKeyUsage: readonly string[] | null;
  /** The key may sign or agree on a handshake: true also where there is no key usage at all. */
  readonly mayHandshake: boolean;
  /** Upper-case hexadecimal; null where there is none. */
  readonly subjectKeyIdentifier: string | null;
  readonly authorityKeyIdentifier: string | null;
  /** OIDs of the extensions that say of themselves that they must be understood. */
  readonly criticalExtensions: readonly string[];
  /** Hash of the signature, "SHA-256" and the like; null where the algorithm has none of its own or is unknown. */
  readonly signatureHash: string | null;
  /** "rsa:2048", "ec:p256", …; "unknown" where this platform does not know the algorithm. */
  readonly keyType: string;
  /** SubjectPublicKeyInfo (DER). */
  readonly publicKeyInfo: Uint8Array;
  /** Made when it is first asked for; null where this platform does not know its algorithm or the key is damaged. */
  readonly publicKey: KeyObject | null;
  /** Signed with its own key: a root, or a server's home-made certificate. Checked when it is first asked for. */
  readonly isSelfSigned: boolean;
  /** The platform's own view, made when it is first asked for. Throws MalformedError where the platform reads it as none. */
  readonly x509: X509Certificate;
  readonly signature: {
    readonly algorithm: SignatureAlgorithm;
    /** The signed part names the same algorithm, as it must (RFC 5280, 4.1.1.2). */
    readonly isConsistent: boolean;
    readonly signed: Uint8Array;
    readonly value: Uint8Array;
  };
}

/** Reads a certificate. Throws MalformedError where it is none. */
export function readFields(der: Uint8Array): CertificateFields {
  const [toBeSigned, algorithm, signatureValue, ...beyond] = members(valueIn(der), tag.sequence);
  if (!toBeSigned || signatureValue?.tag !== tag.bitString || beyond.length > 0) throw new MalformedError("it is no certificate.");
  const parts = members(toBeSigned, tag.sequence);
  const versioned = parts[0]?.tag === tag.contextConstructed(0);
  const [serial, innerAlgorithm, issuer, validity, subject, keyInfo, ...rest] = versioned ? parts.slice(1) : parts;
  if (serial?.tag !== tag.integer || serial.content.length === 0) throw new MalformedError("the certificate has no serial number.");
  if (!keyInfo) throw new MalformedError("the certificate has no public key.");
  const [notBefore, notAfter] = members(validity, tag.sequence);
  if (rest.some((part) => !lastParts.includes(part.tag))) throw new MalformedError("it is no certificate.");
  identifierOf(members(innerAlgorithm, tag.sequence)[0]);
  const { values, critical } = readExtensions(rest.find((part) => part.tag === tag.contextConstructed(3)));
  const names = values.get(extensions.alternativeName);
  const general = names ? members(names, tag.sequence) : [];
  const usage = values.get(extensions.keyUsage);
  const keyUsage = usage ? keyUsageOf(usage) : null;
  const purposes = values.get(extensions.extendedKeyUsage);
  const signatureAlgorithm = signatureAlgorithmOf(algorithm);
  const fields = {
    der,
    version: versioned ? versionOf(parts[0]) : 1,
    subject: formatName(subject),
    issuer: formatName(issuer),
    commonName: commonName(subject),
    serialNumber: serialText(serial.content),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    alternativeNames: names ? general.flatMap((name) => [...dnsName(name), ...address(name)]) : null,
    dnsNames: general.flatMap(dnsName),
    addresses: general.flatMap(address),
    ...constraintsOf(values.get(extensions.basicConstraints)),
    keyUsage,
    extendedKeyUsage: purposes ? members(purposes, tag.sequence).map(identifierOf) : null,
    mayHandshake: keyUsage === null || handshakeUses.some((use) => keyUsage.includes(use)),
    subjectKeyIdentifier: keyIdentifier(values.get(extensions.subjectKeyIdentifier)),
    authorityKeyIdentifier: authorityKeyIdentifier(values.get(extensions.authorityKeyIdentifier)),
    criticalExtensions: critical,
    signatureHash: signatureAlgorithm.hash,
    keyType: publicKeyType(keyInfo),
    publicKeyInfo: keyInfo.encoding,
    signature: {
      algorithm: signatureAlgorithm, isConsistent: algorithm !== undefined && innerAlgorithm !== undefined && sameBytes(algorithm.encoding, innerAlgorithm.encoding),
      signed: toBeSigned.encoding, value: bitsOf(signatureValue),
    },
  };
  const key = lazily(() => publicKey(keyInfo.encoding));
  const selfSigned = lazily(() => fields.subject === fields.issuer && isSigned(fields, key()));
  const x509 = lazily(() => x509Of(der));
  return { ...fields, get publicKey() { return key(); }, get isSelfSigned() { return selfSigned(); }, get x509() { return x509(); } };
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
export function publicKeyOf({ publicKey: key }: Pick<CertificateFields, "publicKey">): KeyObject | null {
  return key;
}

/** Whether the certificate's signature was made with the private key of `key`. */
export function isSigned({ signature: { algorithm, isConsistent, signed, value } }: Pick<CertificateFields, "signature">, key: KeyObject | null): boolean {
  return key !== null && isConsistent && isSignedBy(key, algorithm, signed, value);
}

/** Computes a value when it is first asked for, and keeps it. */
function lazily<Result>(compute: () => Result): () => Result {
  let computed: { readonly result: Result } | undefined;
  return () => (computed ??= { result: compute() }).result;
}

function x509Of(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new MalformedError("the certificate in it is damaged.");
  }
}

/** Unique identifiers of issuer and subject, which nobody uses, and the extensions. */
const lastParts: readonly number[] = [tag.context(1), tag.contextConstructed(1), tag.context(2), tag.contextConstructed(2), tag.contextConstructed(3)];

/** The version counts from 0. */
function versionOf(part: Value | undefined): number {
  const [version] = members(part, tag.contextConstructed(0));
  return (contentOf(version, tag.integer).at(-1) ?? 0) + 1;
}

const extensions = {
  subjectKeyIdentifier: "2.5.29.14", keyUsage: "2.5.29.15", alternativeName: "2.5.29.17", basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35", extendedKeyUsage: "2.5.29.37",
} as const;
const readExtensionsOf: readonly string[] = Object.values(extensions);

/** Of those that are understood here the values, the first of each kind; RFC 5280 allows but one. */
function readExtensions(wrapper: Value | undefined): { readonly values: ReadonlyMap<string, Value>; readonly critical: readonly string[] } {
  const values = new Map<string, Value>();
  const critical: string[] = [];
  for (const extension of wrapper ? members(members(wrapper, tag.contextConstructed(3))[0], tag.sequence) : []) {
    const parts = members(extension, tag.sequence);
    const [oid, flag] = parts;
    if (parts.length > 3 || parts.length === 3 && flag?.tag !== tag.boolean || parts.at(-1)?.tag !== tag.octetString) throw new MalformedError("an extension of the certificate is damaged.");
    const identifier = identifierOf(oid);
    if (flag?.tag === tag.boolean && flag.content[0] !== 0) critical.push(identifier);
    if (readExtensionsOf.includes(identifier) && !values.has(identifier)) values.set(identifier, valueIn(contentOf(parts.at(-1), tag.octetString)));
  }
  return { values, critical };
}

/** GeneralName (RFC 5280, 4.2.1.6): [2] is a DNS name, [7] an address; the other kinds name no host. */
function dnsName({ tag: kind, content }: Value): readonly string[] {
  return kind === tag.context(2) ? [printable(content)] : [];
}

function address({ tag: kind, content }: Value): readonly string[] {
  const text = kind === tag.context(7) ? formatAddress(content) : null;
  return text === null ? [] : [text];
}

/** An IA5String for people to read: whatever is not visible ASCII stands as \xNN. */
function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => (octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\x${hexadecimal([octet])}`)).join("");
}

/** BasicConstraints (RFC 5280, 4.2.1.9). A path length beyond 255 is as good as none. */
function constraintsOf(constraints: Value | undefined): Pick<CertificateFields, "isAuthority" | "pathLength"> {
  const parts = constraints ? members(constraints, tag.sequence) : [];
  const length = parts.find((part) => part.tag === tag.integer)?.content;
  return {
    isAuthority: parts.some((part) => part.tag === tag.boolean && part.content[0] !== 0),
    pathLength: length?.length === 1 ? length[0] ?? null : length?.length === 2 && length[0] === 0 ? length[1] ?? null : null,
  };
}

/** Uses with which a server can take part in a handshake. */
const handshakeUses: readonly KeyUse[] = ["digitalSignature", "keyEncipherment", "keyAgreement"];

/** The bits are counted from the highest of the first octet. */
function keyUsageOf(usage: Value): readonly KeyUse[] {
  const bits = bitsOf(usage);
  return keyUses.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function keyIdentifier(identifier: Value | undefined): string | null {
  return identifier ? hexadecimal(contentOf(identifier, tag.octetString)) : null;
}

function authorityKeyIdentifier(identifier: Value | undefined): string | null {
  const key = identifier ? members(identifier, tag.sequence).find((part) => part.tag === tag.context(0)) : undefined;
  return key ? hexadecimal(key.content) : null;
}

/** Upper-case hexadecimal without the octet of zeros that only keeps a number positive. */
function serialText(octets: Uint8Array): string {
  return hexadecimal(octets.length > 1 && octets[0] === 0 ? octets.subarray(1) : octets);
}
