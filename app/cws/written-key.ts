// Keys written in a notation of their own: JSON Web Keys (RFC 7517) and RSAKeyValue in XML (XML Signature, 4.5.2; .NET's ToXmlString).
import { MalformedError } from "../certificates/asn1.ts";
import { decodeBase64 } from "../certificates/pem.ts";
import { otherKind } from "./der-key.ts";
import { privateKeyGiven, type GivenKey } from "./given-key.ts";
import { rsaNumbers, type RsaNumbers } from "./rsa-numbers.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The JSON Web Keys that a text is, alone or as a set; null where it is no such text. Throws UnusableKey, MalformedError. */
export function jsonWebKeys(text: string): readonly GivenKey[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const set: unknown = isRecord(value) && "keys" in value ? value["keys"] : value;
  const keys = (Array.isArray(set) ? set as readonly unknown[] : [set]).filter(isRecord).filter((key) => typeof key["kty"] === "string");
  return keys.length === 0 ? null : keys.map(jsonWebKey);
}

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const jsonKinds: Readonly<Record<string, string>> = { EC: "an EC key", OKP: "an Ed25519 key or one like it", oct: "a shared secret" };

function jsonWebKey(key: Readonly<Record<string, unknown>>): GivenKey {
  const read = (): RsaNumbers => {
    if (key["kty"] !== "RSA") throw otherKind(jsonKinds[String(key["kty"])] ?? "a key of a kind that is not known here");
    return rsaNumbers(urlOctets(key["n"]), urlOctets(key["e"]));
  };
  if (privateMembers.some((member) => member in key)) return privateKeyGiven("JWK", read);
  return { kind: "public", form: "jwk", numbers: read(), changes: ["It was a JSON Web Key, and is written as PEM."] };
}

function urlOctets(text: unknown): Uint8Array {
  const octets = typeof text === "string" && /^[\w-]+={0,2}$/.test(text) ? decodeBase64(text.replace(/-/g, "+").replace(/_/g, "/")) : null;
  if (octets === null) throw new MalformedError("a number of the JSON Web Key is missing or is not base64url.");
  return octets;
}

/** The RSAKeyValue elements of a text; null where it has none. Throws UnusableKey, MalformedError. */
export function xmlKeys(text: string): readonly GivenKey[] | null {
  if (/<(?:\w{1,40}:)?(?:DSA|EC)KeyValue[\s>]/.test(text)) throw otherKind(text.includes("DSAKeyValue") ? "a DSA key" : "an EC key");
  const [, ...elements] = text.split(/<(?:\w{1,40}:)?RSAKeyValue(?=[\s>])/);
  return elements.length === 0 ? null : elements.map(xmlKey);
}

function xmlKey(element: string): GivenKey {
  const [content = ""] = element.split(/<\/(?:\w{1,40}:)?RSAKeyValue/);
  const read = (): RsaNumbers => rsaNumbers(xmlOctets(content, "Modulus"), xmlOctets(content, "Exponent"));
  if (/<(?:\w{1,40}:)?(?:D|P|Q|DP|DQ|InverseQ)[\s>]/.test(content)) return privateKeyGiven("XML", read);
  return { kind: "public", form: "xml", numbers: read(), changes: ["It was an RSAKeyValue in XML, and is written as PEM."] };
}

function xmlOctets(content: string, name: "Modulus" | "Exponent"): Uint8Array {
  const octets = decodeBase64(new RegExp(`<(?:\\w{1,40}:)?${name}\\s{0,40}>([^<]*)<`).exec(content)?.[1] ?? "");
  if (octets === null) throw new MalformedError(`its ${name} is missing or is not base64.`);
  return octets;
}
