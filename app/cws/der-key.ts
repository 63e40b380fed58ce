// Keys in DER: SubjectPublicKeyInfo, PKCS #1, certificates and requests; and the private keys that are handed in instead.
import { firstEncoding, MalformedError } from "../certificates/asn1.ts";
import { bitsOf, contentOf, identifierOf, members, tag, valueIn, type Value } from "../certificates/der.ts";
import { describeRequest, type RequestDescription } from "../certificates/request-description.ts";
import { readFields } from "../certificates/x509.ts";
import { LockstepError } from "../errors.ts";
import type { KeyForm } from "./cws-view.ts";
import { halfByOpenssl, privateKeyGiven, rsaNeeded, UnusableKey, type GivenKey, type PrivateKeyGiven } from "./given-key.ts";
import { positiveOctets, rsaEncryption, rsaNumbers, type RsaNumbers } from "./rsa-numbers.ts";

/** What an element is; `pem` is SubjectPublicKeyInfo, the content of what CorEMR takes. */
type DerForm = Extract<KeyForm, "pem" | "pkcs1" | "certificate" | "certificate-request">;
export type DerKey = PrivateKeyGiven | Extract<GivenKey, { kind: "public" }> & { readonly form: DerForm };

/** The key that one DER element is or holds. Throws UnusableKey, MalformedError. Nothing in it is computed with. */
export function keyInDer(der: Uint8Array): DerKey {
  // Before anything that damage could stop: a private key that was cut short is a private key.
  if (beginsPrivate(der)) return privateInDer(der);
  const parts = members(valueIn(der), tag.sequence);
  const tags = parts.map((part) => part.tag);
  const [first] = parts;
  if (is(tags, [tag.integer, tag.integer])) return { kind: "public", form: "pkcs1", numbers: numbersOf(parts), changes: ["It was PKCS #1 (BEGIN RSA PUBLIC KEY), and is written as BEGIN PUBLIC KEY."] };
  if (is(tags, [tag.sequence, tag.bitString])) return { kind: "public", form: "pem", numbers: numbersOfInfo(valueIn(der)), changes: [] };
  if (is(tags, [tag.sequence, tag.octetString])) return privateKeyGiven("encrypted PKCS #8", () => { throw new UnusableKey("its private key is encrypted, and Lockstep asks for no password here.", halfByOpenssl); });
  if (is(tags, [tag.sequence, tag.sequence, tag.bitString])) return members(first, tag.sequence)[0]?.tag === tag.integer ? keyOfRequest(der, first) : keyOfCertificate(der);
  if (first?.tag === tag.identifier) throw new UnusableKey("it is a PKCS #7 bundle of certificates.", "Take the one certificate out of it: `openssl pkcs7 -print_certs -in FILE`, or `lockstep certificate convert FILE --to pem --out CERTIFICATE`.");
  throw new UnusableKey("it is DER, but neither a public key nor anything that holds one.");
}

/** A certificate, whatever remarks of OpenSSL's own follow it. */
export function keyOfCertificate(der: Uint8Array): DerKey {
  const { subject, publicKeyInfo } = readFields(firstEncoding(der));
  return {
    kind: "public", form: "certificate", numbers: numbersOfInfo(valueIn(publicKeyInfo)),
    changes: [`The public key was taken out of the certificate of ${subject === "" ? "nobody named" : subject.slice(0, 200)}. Its names and its expiry mean nothing to CorEMR and were left out.`],
  };
}

function keyOfRequest(der: Uint8Array, information: Value | undefined): DerKey {
  const numbers = numbersOfInfo(members(information, tag.sequence)[2]);
  const { subject, signatureValid } = requestIn(der);
  if (!signatureValid) throw new MalformedError("the certificate request's signature does not hold; it was changed on its way.");
  return {
    kind: "public", form: "certificate-request", numbers,
    changes: [`The public key was taken out of the certificate request for ${subject === "" ? "nobody named" : subject.slice(0, 200)}; what else it asks for means nothing to CorEMR and was left out.`],
  };
}

function requestIn(der: Uint8Array): RequestDescription {
  try {
    return describeRequest(der);
  } catch (thrown) {
    if (thrown instanceof LockstepError) throw new MalformedError("it is a certificate request that is damaged.");
    throw thrown;
  }
}

/** RSAPublicKey (RFC 8017, A.1.1), or the same two members of RSAPrivateKey. */
function numbersOf([modulus, exponent]: readonly Value[]): RsaNumbers {
  return rsaNumbers(positiveOctets(modulus), positiveOctets(exponent));
}

const kinds: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.10": "an RSA-PSS key, which is bound to another padding than CorEMR checks", "1.2.840.113549.1.1.7": "an RSA-OAEP key, which is for encryption only",
  "1.2.840.10045.2.1": "an EC key", "1.2.840.10040.4.1": "a DSA key", "1.2.840.113549.1.3.1": "a Diffie-Hellman key", "1.2.840.10046.2.1": "a Diffie-Hellman key",
  "1.3.101.110": "an X25519 key", "1.3.101.111": "an X448 key", "1.3.101.112": "an Ed25519 key", "1.3.101.113": "an Ed448 key",
};

/** Throws UnusableKey for a key of another kind. */
export const otherKind = (what: string): UnusableKey => new UnusableKey(`it is ${what}, and CorEMR takes RSA keys only.`, rsaNeeded);

function requireRsa(algorithm: Value | undefined): void {
  const identifier = identifierOf(members(algorithm, tag.sequence)[0]);
  if (identifier !== rsaEncryption) throw otherKind(kinds[identifier] ?? `a key of a kind that is not known here (${identifier})`);
}

function numbersOfInfo(info: Value | undefined): RsaNumbers {
  const [algorithm, key] = members(info, tag.sequence);
  requireRsa(algorithm);
  return numbersOf(members(valueIn(bitsOf(key)), tag.sequence));
}

/** A sequence that begins with a version of one octet: all private keys and key stores do, and no public key. */
function beginsPrivate(der: Uint8Array): boolean {
  const length = der[1] ?? 0;
  const start = 2 + (length > 0x80 ? length & 0x7f : 0);
  return der[0] === tag.sequence && der[start] === tag.integer && der[start + 1] === 1;
}

function privateInDer(der: Uint8Array): PrivateKeyGiven {
  const [, second, third] = shallow(der);
  if (second?.tag === tag.octetString) return privateKeyGiven("EC", () => { throw otherKind("an EC key"); });
  if (second?.tag === tag.sequence && third?.tag !== tag.octetString && third !== undefined) {
    return privateKeyGiven("in a PFX", () => { throw new UnusableKey("its keys are in a PFX.", "Take the certificate alone out of it: `openssl pkcs12 -in FILE -clcerts -nokeys -out CERTIFICATE`, and give that."); });
  }
  if (second?.tag === tag.sequence) {
    return privateKeyGiven("PKCS #8", () => {
      requireRsa(second);
      return numbersOf(members(valueIn(contentOf(third, tag.octetString)), tag.sequence).slice(1));
    });
  }
  if (shallow(der).length === 6) return privateKeyGiven("DSA", () => { throw otherKind("a DSA key"); });
  return privateKeyGiven("PKCS #1", () => numbersOf(members(valueIn(der), tag.sequence).slice(1)));
}

/** The members, none where damage hides them. */
function shallow(der: Uint8Array): readonly Value[] {
  try {
    return members(valueIn(der), tag.sequence);
  } catch (thrown) {
    if (thrown instanceof MalformedError) return [];
    throw thrown;
  }
}

const is = (tags: readonly number[], expected: readonly number[]): boolean => tags.length === expected.length && tags.every((each, index) => each === expected[index]);
