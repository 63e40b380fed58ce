// Distinguished names: the subject and the issuer of a certificate as text (RFC 4514).
import { encoding, MalformedError, type Element } from "./asn1.ts";
import { hexadecimal, identifierOf, latin1, members, tag, valueIn, type Value } from "./der.ts";

/** Short names as OpenSSL and Windows print them. */
const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street",
  "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description", "2.5.4.15": "businessCategory",
  "2.5.4.16": "postalAddress", "2.5.4.17": "postalCode", "2.5.4.18": "postOfficeBox", "2.5.4.19": "physicalDeliveryOfficeName",
  "2.5.4.20": "telephoneNumber", "2.5.4.41": "name", "2.5.4.42": "GN", "2.5.4.43": "initials", "2.5.4.44": "generationQualifier",
  "2.5.4.45": "x500UniqueIdentifier", "2.5.4.46": "dnQualifier", "2.5.4.51": "houseIdentifier", "2.5.4.54": "dmdName", "2.5.4.65": "pseudonym", "2.5.4.72": "role",
  "2.5.4.97": "organizationIdentifier", "0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.3": "mail",
  "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.44": "uid", "1.2.840.113549.1.9.1": "emailAddress", "1.2.840.113549.1.9.2": "unstructuredName",
  "1.2.840.113549.1.9.8": "unstructuredAddress",
  "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL", "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST", "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
};

/**
 * A Name, the most specific part first: "CN=clinic-7.example.org, O=Clinic, C=BE". Special characters are escaped as
 * RFC 4514 says; characters that cannot be seen stand as the hexadecimal of their UTF-8. An unknown type stands as its
 * OID with the hexadecimal of the encoded value. The same as `openssl x509 -nameopt RFC2253,-esc_msb` with ", " between.
 * Throws MalformedError.
 */
export function formatName(name: Value | Element | undefined): string {
  return partsOf(name).reverse().map((part) => [...members(part, tag.set)].reverse().map(formatAttribute).join("+")).join(", ");
}

/** The last common name in a Name, unescaped; null where there is none. Throws MalformedError. */
export function commonName(name: Value | Element | undefined): string | null {
  const values = partsOf(name).flatMap((part) => members(part, tag.set)).map((attribute) => members(attribute, tag.sequence))
    .filter(([type]) => identifierOf(type) === "2.5.4.3").map(([, value]) => value && text(value));
  return values.at(-1) ?? null;
}

function partsOf(name: Value | Element | undefined): Value[] {
  return [...members(name && "idBlock" in name ? valueIn(encoding(name)) : name, tag.sequence)];
}

function formatAttribute(attribute: Value): string {
  const [type, value] = members(attribute, tag.sequence);
  if (!value) throw new MalformedError("a part of its subject or issuer has no value.");
  const identifier = identifierOf(type);
  const known = shortNames[identifier];
  const string = text(value);
  return known !== undefined && string !== null ? `${known}=${escaped(string)}` : `${known ?? identifier}=#${hexadecimal(value.encoding)}`;
}

function escaped(value: string): string {
  if (/^[A-Za-z0-9.@_-][A-Za-z0-9.@_ -]*$/.test(value) && !value.endsWith(" ")) return value;
  const [, first = "", middle = "", last = ""] = /^([ #]?)(.*?)( ?)$/s.exec(value) ?? [];
  return [first && `\\${first}`, middle.replace(/[,+"\\<>;]/g, "\\$&"), last && "\\ "].join("")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => Array.from(utf8.encode(character), (octet) => `\\${hexadecimal([octet])}`).join(""));
}

const utf8 = new TextEncoder();
// A mark at the beginning is a character of the name like any other.
const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const fromUtf16 = new TextDecoder("utf-16be", { ignoreBOM: true });

/** The text of a string type; null for any other type. A TeletexString is read as Latin-1, as everyone writes it. */
function text({ tag: type, content }: Value): string | null {
  switch (type) {
    case 12: return utf8Text(content);
    case 18: case 19: case 20: case 22: case 26: return latin1(content);
    case 28: return Array.from({ length: content.length >> 2 }, (_, index) => codePoint(content.subarray(index * 4, index * 4 + 4))).join("");
    case 30: return fromUtf16.decode(content);
    default: return null;
  }
}

function utf8Text(octets: Uint8Array): string {
  try {
    return fromUtf8.decode(octets);
  } catch {
    throw new MalformedError("a part of its subject or issuer is no text.");
  }
}

function codePoint(octets: Uint8Array): string {
  const number = octets.reduce((value, octet) => value * 256 + octet, 0);
  return number <= 0x10ffff ? String.fromCodePoint(number) : "\uFFFD";
}
