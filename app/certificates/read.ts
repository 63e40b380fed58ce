// Certificate files read: what a file holds is told by its content, never by its name.
import { createHash } from "node:crypto";
import { certificateFileLimit } from "../contract.ts";
import { problem } from "../errors.ts";
import { encoding, isBitString, isInteger, isSequence, isTagged, MalformedError, parse, sequence, type Element } from "./asn1.ts";
import type { Material } from "./certificate.ts";
import { decodeBase64, decodeText, isEncryptedKey, isPem, readEncryptedKey, readPem } from "./pem.ts";
import { isPfx, readPfx } from "./pfx.ts";
import { certificatesOf, isPkcs7 } from "./pkcs7.ts";
import { keyForm, toPkcs8 } from "./private-key.ts";
import { readFields } from "./x509.ts";

export interface CertificateFile {
  /** For messages only. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** No real set of files comes near; each one costs time in chains and lists. */
const mostCertificates = 500;
const mostKeys = 50;

/**
 * Reads PFX, PEM, DER (certificate or key) and PKCS #7, several files put together, duplicates left out. Every
 * certificate and key in the result has been parsed. The result may lack either: whoever needs them says so.
 *
 * Throws file-empty, file-too-large, certificate-unreadable, cipher-unsupported, password-needed, password-wrong.
 */
export async function readMaterial(files: readonly CertificateFile[], password: string | undefined): Promise<Material> {
  const materials: Material[] = [];
  for (const { name, content } of files) {
    if (content.length === 0) throw problem("file-empty", { file: name });
    if (content.length > certificateFileLimit) throw problem("file-too-large", { file: name, size: content.length, limit: certificateFileLimit });
    try {
      materials.push(checked(await readFile(content, password ?? null, name)));
    } catch (error) {
      if (error instanceof MalformedError) throw problem("certificate-unreadable", { file: name, problem: error.message });
      throw error;
    }
  }
  return {
    format: (materials.find(({ certificates }) => certificates.length > 0) ?? materials[0])?.format ?? "der",
    encryption: materials.find(({ encryption }) => encryption !== null)?.encryption ?? null,
    findings: materials.flatMap(({ findings }) => findings),
    certificates: distinct(materials.flatMap(({ certificates }) => certificates)),
    privateKeys: distinct(materials.flatMap(({ privateKeys }) => privateKeys)),
  };
}

async function readFile(bytes: Uint8Array, password: string | null, name: string): Promise<Material> {
  if (bytes[0] === 0x30 && looksBinary(bytes)) return readBinary(bytes, password, name);
  const text = decodeText(bytes);
  if (isPem(text)) return { format: "pem", findings: [], ...await readPem(text, password, name) };
  const decoded = decodeBase64(text);
  if (decoded?.[0] === 0x30) return readBinary(decoded, password, name);
  throw new MalformedError("it is neither PFX, PEM, DER nor PKCS #7.");
}

/** "0" begins text as well as a SEQUENCE: text has visible characters and line ends only. */
function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 256).some((byte) => byte > 0x7e || byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}

async function readBinary(bytes: Uint8Array, password: string | null, name: string): Promise<Material> {
  const element = parse(bytes);
  if (isPfx(element)) return readPfx(bytes, password, name);
  const empty = { format: "der", encryption: null, findings: [], certificates: [], privateKeys: [] } as const;
  if (isPkcs7(element)) return { ...empty, format: "pkcs7", certificates: certificatesOf(element) };
  if (keyForm(element) !== null) return { ...empty, privateKeys: [toPkcs8(bytes)] };
  if (isEncryptedKey(element)) {
    const { pkcs8, encryption } = await readEncryptedKey(element, password, name);
    return { ...empty, encryption, privateKeys: [pkcs8] };
  }
  if (isRequest(element)) return empty;
  if (isSigned(element)) return { ...empty, certificates: [encoding(element)] };
  throw new MalformedError("it is neither PFX, PEM, DER nor PKCS #7.");
}

/** The outline of a certificate: what is signed, the algorithm, the signature. */
function isSigned(element: Element): boolean {
  const members = isSequence(element) ? sequence(element) : [];
  return members.length === 3 && isSequence(members[0]) && isSequence(members[1]) && isBitString(members[2]);
}

/** A certificate request (RFC 2986): it ends its signed part with its attributes, [0]. It holds nothing to serve with. */
function isRequest(element: Element): boolean {
  return isSigned(element) && isTagged(sequence(sequence(element)[0]).at(-1), 0) && isInteger(sequence(sequence(element)[0])[0]);
}

function checked(material: Material): Material {
  if (material.certificates.length > mostCertificates) throw new MalformedError(`it holds more than ${mostCertificates} certificates.`);
  if (material.privateKeys.length > mostKeys) throw new MalformedError(`it holds more than ${mostKeys} private keys.`);
  for (const der of material.certificates) readFields(der);
  return material;
}

function distinct(encodings: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(encodings.map((der) => [createHash("sha256").update(der).digest("hex"), der] as const)).values()];
}
