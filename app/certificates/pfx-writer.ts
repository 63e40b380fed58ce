// PFX files (PKCS #12, RFC 7292) written: certificates and keys under one password, joined so that Windows finds them together.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { BmpString, Constructed, Integer, Null, ObjectIdentifier, OctetString, Sequence, Set as Asn1Set } from "asn1js";
import { algorithm, encryptedKeyInfo, properOctets, seal, type Strength } from "./key-encryption.ts";
import { derive, freshBudget } from "./key-derivation.ts";
import { keysOf } from "./match.ts";
import { publicKeyInfo } from "./private-key.ts";
import { readCertificate } from "./x509.ts";

export interface PfxContent {
  /** DER, the leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** Clear PKCS #8; null for a file of certificates alone. */
  readonly privateKey: Uint8Array | null;
  /** Keys beside it, clear PKCS #8; each is joined with its certificate, as the first one is. */
  readonly furtherKeys?: readonly Uint8Array[];
  /** What Windows shows beside the leaf and its key; null leaves it out. */
  readonly friendlyName: string | null;
  readonly password: string;
  readonly strength: Strength;
}

const oid = {
  data: "1.2.840.113549.1.7.1", encryptedData: "1.2.840.113549.1.7.6",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2", certificateBag: "1.2.840.113549.1.12.10.1.3", x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20", localKeyId: "1.2.840.113549.1.9.21",
} as const;

const macs = {
  modern: { hash: "sha256", identifier: "2.16.840.1.101.3.4.2.1", length: 32, saltLength: 16 },
  legacy: { hash: "sha1", identifier: "1.3.14.3.2.26", length: 20, saltLength: 8 },
} as const;

/**
 * Rounds a derivation, of which the MAC, the certificates and each key take one. .NET refuses a file with more than
 * 300,000 for one or 1,000,000 in all (the defaults of its Pkcs12LoaderLimits), and before that class existed one with
 * more than 600,000 in all where no password was given. With one key, 300,000 in all stay below each of these.
 */
function roundsOf(strength: Strength, derivations: number): number {
  return strength === "legacy" ? 10_000 : Math.min(100_000, Math.floor(600_000 / derivations));
}

/**
 * Writes a PFX in DER. `modern` encrypts key and certificates with AES-256 (PBES2, PBKDF2 with HMAC-SHA-256) and has a MAC
 * with SHA-256; `legacy` is 3DES and SHA-1 throughout, which Windows Server 2016 and older read. A key and the
 * certificates for it carry one localKeyID, by which Windows joins them.
 *
 * Throws certificate-unreadable.
 */
export async function writePfx({ certificates, privateKey, furtherKeys = [], friendlyName, password, strength }: PfxContent): Promise<Uint8Array> {
  const keys = [...privateKey ? [privateKey] : [], ...furtherKeys];
  const labels = labelsOf(certificates, keys, friendlyName);
  const rounds = roundsOf(strength, keys.length + 2);
  const certificateBags = certificates.map((der, index) => bag(oid.certificateBag, certificateBag(der), labels.certificates[index]));
  const [sealedCertificates, keyBags] = await Promise.all([
    certificates.length === 0 ? null : seal(encoded(new Sequence({ value: certificateBags })), password, strength, rounds),
    Promise.all(keys.map(async (key, index) => bag(oid.shroudedKeyBag, encryptedKeyInfo(await seal(key, password, strength, rounds)), labels.keys[index]))),
  ]);
  const safes = [
    ...sealedCertificates ? [encryptedSafe(sealedCertificates.algorithm, sealedCertificates.content)] : [],
    ...keyBags.length > 0 ? [clearSafe(encoded(new Sequence({ value: keyBags })))] : [],
  ];
  const authenticated = encoded(new Sequence({ value: safes }));
  return encoded(new Sequence({ value: [new Integer({ value: 3 }), clearSafe(authenticated), await macData(authenticated, password, strength, rounds)] }));
}

interface Label {
  readonly friendlyName: string | null;
  readonly localKeyId: Uint8Array | null;
}

interface Labels { readonly certificates: readonly Label[]; readonly keys: readonly Label[] }

/** The leaf and its key have the friendly name that is asked for; a further certificate with a key has one of its own. */
function labelsOf(certificates: readonly Uint8Array[], keys: readonly Uint8Array[], friendlyName: string | null): Labels {
  const fields = certificates.map(readCertificate);
  const owned = keysOf(fields, keys);
  const identify = (key: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(publicKeyInfo(key)).digest());
  const labels = fields.map((certificate, index): Label => {
    const key = owned.get(certificate);
    return {
      friendlyName: index === 0 ? friendlyName : key ? certificate.commonName ?? certificate.subject : null,
      localKeyId: key ? identify(key) : null,
    };
  });
  return {
    certificates: labels,
    keys: keys.map((key) => labels[fields.findIndex((certificate) => owned.get(certificate) === key)] ?? { friendlyName: null, localKeyId: identify(key) }),
  };
}

function certificateBag(der: Uint8Array): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: oid.x509Certificate }), explicit(new OctetString({ valueHex: der }))] });
}

/** A SafeBag. DER wants the members of a SET in the order of their encodings. */
function bag(type: string, value: Sequence, label: Label | undefined): Sequence {
  const attributes = [
    ...typeof label?.friendlyName === "string" && label.friendlyName !== "" ? [attribute(oid.friendlyName, new BmpString({ value: label.friendlyName }))] : [],
    ...label?.localKeyId ? [attribute(oid.localKeyId, new OctetString({ valueHex: label.localKeyId }))] : [],
  ].map((element) => ({ element, order: hexadecimal(encoded(element)) })).sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ element }) => element);
  return new Sequence({ value: [new ObjectIdentifier({ value: type }), explicit(value), ...attributes.length > 0 ? [new Asn1Set({ value: attributes })] : []] });
}

const attribute = (type: string, value: BmpString | OctetString): Sequence =>
  new Sequence({ value: [new ObjectIdentifier({ value: type }), new Asn1Set({ value: [value] })] });

/** ContentInfo of plain data. */
function clearSafe(content: Uint8Array): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: oid.data }), explicit(new OctetString({ valueHex: content }))] });
}

/** ContentInfo of EncryptedData (RFC 5652, section 8): the encrypted octets stand under an implicit [0]. */
function encryptedSafe(cipher: Sequence, content: Uint8Array): Sequence {
  const sealed = new OctetString({ valueHex: content });
  sealed.idBlock.tagClass = 3;
  sealed.idBlock.tagNumber = 0;
  const encryptedContent = new Sequence({ value: [new ObjectIdentifier({ value: oid.data }), cipher, sealed] });
  return new Sequence({
    value: [new ObjectIdentifier({ value: oid.encryptedData }), explicit(new Sequence({ value: [new Integer({ value: 0 }), encryptedContent] }))],
  });
}

/** MacData (RFC 7292, section 4): an HMAC over the authenticated safe. */
async function macData(authenticated: Uint8Array, password: string, strength: Strength, iterations: number): Promise<Sequence> {
  const { hash, identifier, length, saltLength } = macs[strength];
  const salt = new Uint8Array(randomBytes(saltLength));
  const key = await derive({ kind: "pkcs12", hash, salt, iterations }, properOctets(password).utf16, "mac", length, freshBudget());
  const digest = new Uint8Array(createHmac(hash, key).update(authenticated).digest());
  return new Sequence({
    value: [
      new Sequence({ value: [algorithm(identifier, new Null()), new OctetString({ valueHex: digest })] }),
      new OctetString({ valueHex: salt }),
      new Integer({ value: iterations }),
    ],
  });
}

/** An element under an explicit [0]. */
const explicit = (element: Sequence | OctetString): Constructed => new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [element] });

const encoded = (element: Sequence): Uint8Array => new Uint8Array(element.toBER());

const hexadecimal = (bytes: Uint8Array): string => Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
