// Distinguished names: the subject and the issuer of a certificate as text (RFC 4514).
import { content, encoding, MalformedError, objectIdentifier, sequence, set, type Element } from "./asn1.ts";

/** Short names as OpenSSL and Windows print them. */
const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street",
  "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description", "2.5.4.15": "businessCategory",
  "2.5.4.17": "postalCode", "2.5.4.41": "name", "2.5.4.42": "GN", "2.5.4.43": "initials", "2.5.4.46": "dnQualifier",
  "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier", "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress", "1.2.840.113549.1.9.2": "unstructuredName",
  "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL", "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST", "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
};

/**
 * A Name, the most specific part first: "CN=clinic-7.example.org, O=Clinic, C=BE". Special characters are escaped as
 * RFC 4514 says; characters that cannot be seen stand as the hexadecimal of their UTF-8. An unknown type stands as its
 * OID with the hexadecimal of the encoded value. The same as `openssl x509 -nameopt RFC2253,-esc_msb` with ", " between.
 */
export function formatName(name: Element | undefined): string {
  return [...sequence(name)].reverse().map((part) => [...set(part)].reverse().map(formatAttribute).join("+")).join(", ");
}

/** The last common name in a Name, unescaped; null where there is none. */
export function commonName(name: Element | undefined): string | null {
  const values = sequence(name).flatMap((part) => set(part)).map(sequence)
    .filter(([type]) => objectIdentifier(type) === "2.5.4.3").map(([, value]) => text(value));
  return values.at(-1) ?? null;
}

function formatAttribute(attribute: Element): string {
  const [type, value] = sequence(attribute);
  const identifier = objectIdentifier(type);
  const known = shortNames[identifier];
  const string = value && text(value);
  if (known !== undefined && string !== null && string !== undefined) return `${known}=${escaped(string)}`;
  if (!value) throw new MalformedError("a part of its subject or issuer has no value.");
  return `${known ?? identifier}=#${Array.from(encoding(value), hexadecimal).join("")}`;
}

function escaped(value: string): string {
  return value
    .replace(/[,+"\\<>;]/g, (character) => `\\${character}`)
    .replace(/^[ #]/, (character) => `\\${character}`)
    .replace(/(?<=.) $/s, "\\ ")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => Array.from(new TextEncoder().encode(character), (octet) => `\\${hexadecimal(octet)}`).join(""));
}

const hexadecimal = (octet: number): string => octet.toString(16).toUpperCase().padStart(2, "0");

/** The text of a string type; null for any other type. A TeletexString is read as Latin-1, as everyone writes it. */
function text(value: Element | undefined): string | null {
  if (value?.idBlock.tagClass !== 1 || value.idBlock.isConstructed) return null;
  const octets = content(value);
  switch (value.idBlock.tagNumber) {
    case 12: return new TextDecoder().decode(octets);
    case 18: case 19: case 20: case 22: case 26: return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
    case 28: return Array.from({ length: octets.length >> 2 }, (_, index) => codePoint(octets.subarray(index * 4, index * 4 + 4))).join("");
    case 30: return new TextDecoder("utf-16be").decode(octets);
    default: return null;
  }
}

function codePoint(octets: Uint8Array): string {
  const number = octets.reduce((value, octet) => value * 256 + octet, 0);
  return number <= 0x10ffff ? String.fromCodePoint(number) : "\uFFFD";
}
