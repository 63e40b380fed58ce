// What a certificate request (PKCS #10, RFC 2986) asks for, and whether a file is one.
import { constants, createPublicKey, verify, type KeyObject, type PublicKeyInput } from "node:crypto";
import { problem } from "../errors.ts";
import {
  content, encoding, isBitString, isInteger, isTagged, MalformedError, objectIdentifier, octets, parse, sequence, set, tagged, type Element,
} from "./asn1.ts";
import { commonName as commonNameOf, formatName } from "./distinguished-name.ts";
import { formatAddress } from "./host-name.ts";
import { decodeBase64, decodeText } from "./pem.ts";
import { keyType as keyTypeOf } from "./private-key.ts";

export interface RequestDescription {
  /** As `formatName` writes it; empty where the request leaves it to the names. */
  readonly subject: string;
  /** DNS names and IP addresses of the subject alternative name; the common name where there is none. */
  readonly names: readonly string[];
  /** "rsa:2048", "ec:p256", …; "unknown" where this platform does not know the algorithm. */
  readonly keyType: string;
  /** The request is signed with the key that it asks for, which proves that its sender has that key. */
  readonly signatureValid: boolean;
}

/** Reads a request in DER and checks its signature. Throws request-invalid for what is none. */
export function describeRequest(der: Uint8Array): RequestDescription {
  try {
    return described(parse(der));
  } catch (error) {
    if (error instanceof MalformedError) throw problem("request-invalid", { problem: `what was given is no certificate request: ${error.message}` });
    throw error;
  }
}

/** Whether a file is a request, in DER, PEM or bare base64: what people hand in by mistake for the answer to it. Never fails. */
export function isRequestFile(file: Uint8Array): boolean {
  if (file.length > largestRequest) return false;
  const text = decodeText(file);
  if (/-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(text)) return true;
  const der = file[0] === 0x30 ? file : decodeBase64(text);
  try {
    return der !== null && described(parse(der)).keyType !== "";
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/** A hundred names and a key of 16,384 bits stay far below. */
const largestRequest = 128 * 1024;

function described(request: Element): RequestDescription {
  const [information, algorithm, signature] = sequence(request);
  const [version, subject, keyInfo, attributes] = sequence(information);
  if (!isInteger(version) || !information || !isBitString(signature) || !signature) throw new MalformedError("it is no certificate request.");
  sequence(keyInfo);
  const publicKey = keyInfo ? publicKeyOf(encoding(keyInfo)) : null;
  const title = commonNameOf(subject);
  return {
    subject: formatName(subject),
    names: requestedNames(attributes) ?? (title === null ? [] : [title]),
    keyType: publicKey ? keyTypeOf(publicKey) : "unknown",
    signatureValid: publicKey !== null && isSigned(encoding(information), algorithm, content(signature), publicKey),
  };
}

function publicKeyOf(keyInfo: Uint8Array): KeyObject | null {
  try {
    // The typings ask for a Buffer; any Uint8Array is taken.
    return createPublicKey({ key: keyInfo, format: "der", type: "spki" } as PublicKeyInput);
  } catch {
    return null;
  }
}

/** The extensions asked for (RFC 2985, 5.4.2), under that name or the one of Windows' own requests. */
const extensionRequests = ["1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14"];

function requestedNames(attributes: Element | undefined): readonly string[] | null {
  for (const attribute of isTagged(attributes, 0) ? tagged(attributes, 0) : []) {
    const [type, values] = sequence(attribute);
    if (!extensionRequests.includes(objectIdentifier(type))) continue;
    for (const extension of sequence(set(values)[0])) {
      const members = sequence(extension);
      if (objectIdentifier(members[0]) === "2.5.29.17") return sequence(parse(octets(members.at(-1)))).flatMap(requestedHostOf);
    }
  }
  return null;
}

/** GeneralName: [2] is a DNS name, [7] an address (RFC 5280, 4.2.1.6). What is not visible ASCII stands as \xNN. */
function requestedHostOf(name: Element): readonly string[] {
  const visible = (octet: number): string => (octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\x${octet.toString(16).toUpperCase().padStart(2, "0")}`);
  if (isTagged(name, 2)) return [Array.from(content(name), visible).join("")];
  const address = isTagged(name, 7) ? formatAddress(content(name)) : null;
  return address === null ? [] : [address];
}

/** Hashes of the signatures that requests have; null where the algorithm hashes by itself. */
const signatureHashes: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.5": "sha1", "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.1": "sha1", "1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null, "1.3.101.113": null,
};

const digests: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
};

const rsaPss = "1.2.840.113549.1.1.10";

/** `bitString` is the content of a BIT STRING: first the number of bits to leave off its end, which is 0, then the signature. */
function isSigned(signed: Uint8Array, algorithm: Element | undefined, bitString: Uint8Array, key: KeyObject): boolean {
  const [identifier, parameters] = sequence(algorithm);
  const oid = objectIdentifier(identifier);
  const hash = oid === rsaPss ? pssHash(parameters) : signatureHashes[oid];
  if (hash === undefined || bitString[0] !== 0) return false;
  const signature = bitString.subarray(1);
  try {
    return verify(hash, signed, oid === rsaPss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO } : key, signature);
  } catch {
    return false; // A signature that this kind of key does not make.
  }
}

/** RSASSA-PSS names its hash in its parameters; SHA-1 where it does not (RFC 4055, 3.1). */
function pssHash(parameters: Element | undefined): string | undefined {
  const hash = parameters && sequence(parameters).find((member) => isTagged(member, 0));
  return hash ? digests[objectIdentifier(sequence(tagged(hash, 0)[0])[0])] : "sha1";
}
