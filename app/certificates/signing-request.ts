// Certificate requests (PKCS #10, RFC 2986): a key made, and a request for it.
import { generateKeyPair, sign, type KeyObject } from "node:crypto";
import {
  BitString, Boolean as Asn1Boolean, Constructed, Integer, Null, ObjectIdentifier, OctetString, Primitive, PrintableString, Sequence, Set as Asn1Set, Utf8String,
} from "asn1js";
import { problem } from "../errors.ts";
import { parse } from "./asn1.ts";
import { isAddress } from "./host-name.ts";
import { keyForMono } from "./mono-key.ts";
import { pemBlock } from "./pem-block.ts";
import { requestedHost } from "./requested-host.ts";

export type RequestKeyType = "rsa:2048" | "rsa:3072" | "rsa:4096" | "ec:p256" | "ec:p384";

/** Parts of a subject beside the common name; an empty one is left out. */
export interface RequestSubject {
  readonly organization?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  readonly locality?: string | undefined;
  readonly state?: string | undefined;
  /** Two letters, ISO 3166. */
  readonly country?: string | undefined;
}

export interface RequestOptions {
  /** A host, or any other text. Empty: none is asked for. */
  readonly commonName: string;
  /** DNS names, a wildcard as the first label allowed, and IP addresses, as people write them. */
  readonly names: readonly string[];
  readonly keyType: RequestKeyType;
  readonly subject?: RequestSubject | undefined;
}

export interface SigningRequest {
  /** Clear PKCS #8 DER; a secret. */
  readonly privateKey: Uint8Array;
  /** DER. */
  readonly request: Uint8Array;
  /** The request as authorities are given it. */
  readonly pem: string;
}

const mostNames = 100;
/** Upper bounds of X.520 as RFC 5280, appendix A.1, repeats them, in characters. */
const longest = { commonName: 64, organization: 64, organizationalUnit: 64, locality: 128, state: 128 } as const;

/**
 * Makes a key and a request for it, signed with SHA-256, or SHA-384 for P-384. The request asks for the names in
 * canonical form, each once; the common name is among them where it has the form of a host or address. A host too long
 * for a common name gives that place to the first name that fits. Making the key takes up to some seconds, off this thread.
 *
 * Throws request-invalid.
 */
export async function createRequest({ commonName, names, keyType, subject = {} }: RequestOptions): Promise<SigningRequest> {
  const wanted = commonName.trim();
  const host = wanted === "" ? null : requestedHost(checkedText("common name", wanted));
  const hosts = [...new Set([...host === null ? [] : [host], ...names.map(requestedName)])];
  if (hosts.length === 0) throw invalid("it names no host and no address.");
  if (hosts.length > mostNames) throw invalid(`it has ${hosts.length} names; at most ${mostNames} are taken.`);
  const title = host === null ? checkedLength("commonName", "common name", wanted) : hosts.find((name) => name.length <= longest.commonName) ?? "";
  const parts = subjectParts(title, subject);

  const { publicKey, privateKey } = await usableKey(keyType);
  const information = new Sequence({
    value: [
      new Integer({ value: 0 }), subjectName(parts), parse(new Uint8Array(publicKey.export({ type: "spki", format: "der" }))),
      new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [attribute(extensionRequest, requestedExtensions(hosts, keyType, parts.length === 0))] }),
    ],
  });
  const { signature, hash } = signatures[keyType];
  const signed = new Uint8Array(sign(hash, der(information), privateKey));
  const request = der(new Sequence({ value: [information, algorithmOf(signature, keyType), new BitString({ valueHex: signed })] }));
  return { privateKey: new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" })), request, pem: pemBlock("CERTIFICATE REQUEST", request) };
}

/** A key pair that serves everywhere: about one RSA key in a hundred has no numbers that Mono's TLS reads. */
async function usableKey(keyType: RequestKeyType): ReturnType<typeof freshKey> {
  for (;;) {
    const pair = await freshKey(keyType);
    if (!keyType.startsWith("rsa:") || keyForMono(new Uint8Array(pair.privateKey.export({ type: "pkcs8", format: "der" })))) return pair;
  }
}

/** A key pair, made off this thread. */
function freshKey(keyType: RequestKeyType): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject): void => {
      if (error) reject(error); else resolve({ publicKey, privateKey });
    };
    const [family, size = ""] = keyType.split(":");
    if (family === "rsa") generateKeyPair("rsa", { modulusLength: Number(size), publicExponent: 0x10001 }, done);
    else generateKeyPair("ec", { namedCurve: size.replace("p", "P-") }, done);
  });
}

const rsaWithSha256 = { signature: "1.2.840.113549.1.1.11", hash: "sha256" } as const;
const signatures = {
  "rsa:2048": rsaWithSha256,
  "rsa:3072": rsaWithSha256,
  "rsa:4096": rsaWithSha256,
  "ec:p256": { signature: "1.2.840.10045.4.3.2", hash: "sha256" },
  "ec:p384": { signature: "1.2.840.10045.4.3.3", hash: "sha384" },
} as const;

/** AlgorithmIdentifier of a signature: with RSA its parameters are NULL, with ECDSA there are none (RFC 3279, 2.2.1; RFC 5758, 3.2). */
function algorithmOf(identifier: string, keyType: RequestKeyType): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: identifier }), ...keyType.startsWith("rsa:") ? [new Null()] : []] });
}

/** The attribute in which a request asks for extensions (RFC 2985, 5.4.2). */
const extensionRequest = "1.2.840.113549.1.9.14";

function attribute(type: string, value: Sequence): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: type }), new Asn1Set({ value: [value] })] });
}

/** Where the subject is empty the names are all there is to go by, and therefore critical (RFC 5280, 4.2.1.6). */
function requestedExtensions(hosts: readonly string[], keyType: RequestKeyType, withoutSubject: boolean): Sequence {
  return new Sequence({
    value: [
      extension("2.5.29.17", withoutSubject, generalNames(hosts)),
      extension("2.5.29.15", true, keyType.startsWith("rsa:") ? signAndEncipher : signOnly),
      extension("2.5.29.37", false, der(new Sequence({ value: [new ObjectIdentifier({ value: serverAuthentication })] }))),
    ],
  });
}

const serverAuthentication = "1.3.6.1.5.5.7.3.1";

/** An Extension (RFC 5280, 4.1); FALSE is the default, and left out. */
function extension(identifier: string, critical: boolean, value: Uint8Array): Sequence {
  return new Sequence({ value: [new ObjectIdentifier({ value: identifier }), ...critical ? [new Asn1Boolean({ value: true })] : [], new OctetString({ valueHex: value })] });
}

/**
 * KeyUsage (RFC 5280, 4.2.1.3) as DER: digitalSignature, and keyEncipherment for RSA, whose key decrypts in TLS 1.2 with
 * old clients.
 */
const signOnly = Uint8Array.of(0x03, 0x02, 0x07, 0x80);
const signAndEncipher = Uint8Array.of(0x03, 0x02, 0x05, 0xa0);

const invalid = (what: string) => problem("request-invalid", { problem: what });

/** A name for a message, whatever its length. */
const shown = (name: string): string => `“${name.length > 100 ? `${name.slice(0, 100)}…` : name}”`;

function requestedName(text: string): string {
  const host = requestedHost(checkedText("name", text.trim()));
  if (host !== null) return host;
  throw invalid(text.includes("*")
    ? `${shown(text.trim())} is no name that a certificate can have: a wildcard is the whole first label, with two more after it, such as *.clinic.example.org.`
    : `${shown(text.trim())} is neither a host name nor an IP address. Leave out https://, ports and paths.`);
}

type SubjectPart = readonly [type: keyof typeof attributeTypes, value: string];

const attributeTypes = { C: "2.5.4.6", ST: "2.5.4.8", L: "2.5.4.7", O: "2.5.4.10", OU: "2.5.4.11", CN: "2.5.4.3" } as const;

/** A Name: UTF-8, and for the country the printable string that RFC 5280, appendix A.1, asks for. */
function subjectName(parts: readonly SubjectPart[]): Sequence {
  return new Sequence({
    value: parts.map(([type, value]) => new Asn1Set({
      value: [new Sequence({ value: [new ObjectIdentifier({ value: attributeTypes[type] }), type === "C" ? new PrintableString({ value }) : new Utf8String({ value })] })],
    })),
  });
}

/** GeneralNames in DER (RFC 5280, 4.2.1.6): [2] for a DNS name, [7] for an address. */
function generalNames(hosts: readonly string[]): Uint8Array<ArrayBuffer> {
  return der(new Sequence({
    value: hosts.map((host) => isAddress(host)
      ? new Primitive({ idBlock: { tagClass: 3, tagNumber: 7 }, valueHex: addressOctets(host) })
      : new Primitive({ idBlock: { tagClass: 3, tagNumber: 2 }, valueHex: new TextEncoder().encode(host) })),
  }));
}

/** The 4 or 16 octets of an address in canonical text. */
function addressOctets(address: string): Uint8Array {
  if (!address.includes(":")) return Uint8Array.from(address.split("."), Number);
  const [front = [], back = []] = address.split("::").map((half) => half.split(":").filter((group) => group !== "").flatMap(groupOctets));
  return Uint8Array.from([...front, ...Array.from({ length: 16 - front.length - back.length }, () => 0), ...back]);
}

/** A group of four digits as two octets; the last may be an IPv4 address. */
function groupOctets(group: string): readonly number[] {
  if (group.includes(".")) return group.split(".").map(Number);
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

const der = (element: Sequence): Uint8Array<ArrayBuffer> => new Uint8Array(element.toBER());

function subjectParts(title: string, { organization, organizationalUnit, locality, state, country }: RequestSubject): readonly SubjectPart[] {
  const code = country?.trim().toUpperCase() ?? "";
  if (code !== "" && !/^[A-Z]{2}$/.test(code)) throw invalid("the country is a code of two letters, such as BE.");
  // The most general part stands first in the encoding, and last where people read it.
  return ([
    ["C", code],
    ["ST", checkedLength("state", "state", state)],
    ["L", checkedLength("locality", "locality", locality)],
    ["O", checkedLength("organization", "organization", organization)],
    ["OU", checkedLength("organizationalUnit", "organizational unit", organizationalUnit)],
    ["CN", title],
  ] as const).filter(([, value]) => value !== "");
}

function checkedLength(part: keyof typeof longest, what: string, text = ""): string {
  const value = checkedText(what, text.trim());
  const length = Array.from(value).length;
  if (length > longest[part]) throw invalid(`the ${what} has ${length} characters; at most ${longest[part]} fit.`);
  return value;
}

/** Characters that cannot be seen have no place here, but for the joiners that some scripts are written with. */
function checkedText(what: string, text: string): string {
  const hidden = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.exec(text)?.[0];
  if (hidden === undefined) return text;
  const number = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw invalid(`the ${what} holds a character that cannot be seen (U+${number}); type it anew.`);
}
