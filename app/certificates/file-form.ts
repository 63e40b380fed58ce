// What a file is, told by its content and never by its name, and what can be told of it before any password.
import { certificateFileLimit } from "../contract.ts";
import { problem, type LockstepError } from "../errors.ts";
import { encoding, firstEncoding, isBitString, isInteger, isSequence, isTagged, MalformedError, sequence, type Element } from "./asn1.ts";
import { parseWithin, type Budget } from "./budget.ts";
import type { Material } from "./certificate.ts";
import { readDekInfo, type Sealed } from "./password-encryption.ts";
import { blocksOf, decodeBase64, decodeText, isPem, type Block } from "./pem.ts";
import { isPfx, isSealedKey, readPfx, readSealedKey, type Pfx } from "./pfx.ts";
import { certificatesOf, isPkcs7 } from "./pkcs7.ts";
import { keyForm } from "./private-key.ts";
import type { CertificateFile } from "./read.ts";

/** No real set of files comes near; each one costs time in chains and lists. */
export const mostCertificates = 500;

/** A thing in a file. Certificates are cut out here, and read by whoever opens the file. */
export type Part =
  | { readonly kind: "certificates"; readonly certificates: readonly Uint8Array[]; readonly place: string }
  | { readonly kind: "key"; readonly der: Uint8Array; readonly curve: Uint8Array | undefined; readonly place: string }
  | { readonly kind: "sealed-key"; readonly sealed: Sealed; readonly curve: Uint8Array | undefined; readonly place: string }
  | { readonly kind: "pfx"; readonly pfx: Pfx; readonly place: string };

export interface FileForm {
  readonly format: Material["format"];
  /** In the order of the file. The `place` of a part begins messages about it: "in the PRIVATE KEY that begins at line 3, ", or nothing. */
  readonly parts: readonly Part[];
}

/** Throws file-empty, file-too-large, certificate-unreadable. */
export function formOf({ name, content }: CertificateFile, budget: Budget): FileForm {
  if (content.length === 0) throw problem("file-empty", { file: name });
  if (content.length > certificateFileLimit) throw problem("file-too-large", { file: name, size: content.length, limit: certificateFileLimit });
  try {
    return formOfContent(content, budget);
  } catch (error) {
    throw asUnreadable(error, name);
  }
}

/** What MalformedError says, as the error of a file; anything else as it is. */
export function asUnreadable(error: unknown, file: string): LockstepError {
  if (error instanceof MalformedError) return problem("certificate-unreadable", { file, problem: error.message });
  throw error;
}

const unknownForm = (): MalformedError => new MalformedError("it is neither PFX, PEM, DER nor PKCS #7.");

function formOfContent(bytes: Uint8Array, budget: Budget): FileForm {
  if (bytes[0] === sequenceTag && looksBinary(bytes)) return formOfBinary(bytes, budget);
  if (isJavaKeyStore(bytes)) throw new MalformedError("it is a Java key store of the old kind. `keytool -importkeystore -deststoretype PKCS12` makes a PFX of it.");
  const text = decodeText(bytes);
  if (isPem(text)) return formOfBlocks(blocksOf(text), budget);
  const decoded = decodeBase64(text);
  if (decoded?.[0] === sequenceTag) return formOfBinary(decoded, budget);
  throw unknownForm();
}

const sequenceTag = 0x30;

/** "0" begins text as well as a SEQUENCE: text has visible characters and line ends only. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 256).some((byte) => byte > 0x7e || byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}

/** JKS and JCEKS (openjdk/jdk, sun/security/provider/JavaKeyStore.java). */
export function isJavaKeyStore(bytes: Uint8Array): boolean {
  return [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]].some((magic) => magic.every((octet, index) => bytes[index] === octet));
}

function formOfBinary(bytes: Uint8Array, budget: Budget): FileForm {
  const place = "";
  if (isPkcs7(bytes)) return { format: "pkcs7", parts: [{ kind: "certificates", certificates: certificatesOf(bytes, mostCertificates), place }] };
  const element = parseWithin(bytes, budget);
  if (isPfx(element)) return { format: "pfx", parts: [{ kind: "pfx", pfx: readPfx(element, budget), place }] };
  if (keyForm(element) !== null) return { format: "der", parts: [{ kind: "key", der: encoding(element), curve: undefined, place }] };
  if (isSealedKey(element)) return { format: "der", parts: [{ kind: "sealed-key", sealed: readSealedKey(element), curve: undefined, place }] };
  if (isRequest(element)) return { format: "der", parts: [] };
  if (isSigned(element)) return { format: "der", parts: [{ kind: "certificates", certificates: [encoding(element)], place }] };
  throw unknownForm();
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

/**
 * Certificates and keys in any order. Requests, parameters, revocation lists and public keys are passed over. GnuTLS
 * writes a PFX as one block.
 */
function formOfBlocks(blocks: readonly Block[], budget: Budget): FileForm {
  const [only, ...others] = blocks;
  if (only?.label === "PKCS12" && others.length === 0) return within(only, () => formOfBinary(only.content, budget));
  let curve: Uint8Array | undefined;
  const parts: Part[] = [];
  for (const block of blocks) {
    if (block.label === "EC PARAMETERS") curve = block.content;
    else parts.push(...within(block, () => partsOfBlock(block, curve, budget)));
  }
  return { format: "pem", parts };
}

function partsOfBlock(block: Block, curve: Uint8Array | undefined, budget: Budget): readonly Part[] {
  const place = placeOf(block);
  switch (block.label) {
    case "CERTIFICATE": case "X509 CERTIFICATE": case "TRUSTED CERTIFICATE": case "PKCS7": case "CMS": case "PKCS #7 SIGNED DATA":
      // Windows' authorities label a list as a certificate; a TRUSTED CERTIFICATE has OpenSSL's own remarks after it.
      return [{ kind: "certificates", certificates: isPkcs7(block.content) ? certificatesOf(block.content, mostCertificates) : [firstEncoding(block.content)], place }];
    case "PRIVATE KEY": case "RSA PRIVATE KEY": case "EC PRIVATE KEY": case "DSA PRIVATE KEY": case "ANY PRIVATE KEY": {
      const parameters = block.label === "EC PRIVATE KEY" ? curve : undefined;
      const dek = block.headers.get("DEK-INFO");
      if (dek === undefined) return [{ kind: "key", der: block.content, curve: parameters, place }];
      return [{ kind: "sealed-key", sealed: { scheme: readDekInfo(dek), content: block.content }, curve: parameters, place }];
    }
    case "ENCRYPTED PRIVATE KEY":
      return [{ kind: "sealed-key", sealed: readSealedKey(parseWithin(block.content, budget)), curve: undefined, place }];
    case "PKCS12": {
      const { parts } = formOfBinary(block.content, budget);
      return parts.map((part) => ({ ...part, place }));
    }
    case "OPENSSH PRIVATE KEY":
      throw new MalformedError("there is a key for SSH, not for TLS.");
    default:
      return [];
  }
}

const placeOf = ({ label, line }: Block): string => `in the ${label} that begins at line ${line}, `;

/** Says in which block the damage is. */
function within<Value>(block: Block, work: () => Value): Value {
  return inPlace(placeOf(block), work);
}

/** Does what may find damage, and says where. */
export function inPlace<Value>(place: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof MalformedError && !error.message.startsWith(place)) throw new MalformedError(`${place}${error.message}`);
    throw error;
  }
}
