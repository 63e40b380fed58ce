// An RSA public key in whatever form people hand it in, and what CorEMR takes of it: SubjectPublicKeyInfo in PEM.
import { createHash, type KeyObject } from "node:crypto";
import { MalformedError } from "../certificates/asn1.ts";
import { bitLength } from "../certificates/big-number.ts";
import { hexadecimal } from "../certificates/der.ts";
import { isJavaKeyStore, looksBinary } from "../certificates/file-form.ts";
import { decodeBase64, decodeText, type Block } from "../certificates/pem.ts";
import { pemBlock } from "../certificates/pem-block.ts";
import { publicKey } from "../certificates/public-key.ts";
import { LockstepError, problem } from "../errors.ts";
import type { KeyForm } from "./cws-view.ts";
import { keyInDer, keyOfCertificate } from "./der-key.ts";
import { askAgain, halfByOpenssl, privateKeyGiven, UnusableKey, type GivenKey, type PrivateKeyGiven, type PublicKeyGiven } from "./given-key.ts";
import { markedIn, mended } from "./marked-text.ts";
import { isPutty, isSshBlob, openSshKeys, openSshPrivateKey, puttyKey, sshKey } from "./openssh-key.ts";
import { publicKeyInfoOf, type RsaNumbers } from "./rsa-numbers.ts";
import { jsonWebKeys, xmlKeys } from "./written-key.ts";

export interface PublicKey extends RsaNumbers {
  readonly form: KeyForm;
  /** SubjectPublicKeyInfo in DER, the same octets for a key in whatever form it came. */
  readonly info: Uint8Array;
  /** The same in PEM, as CorEMR takes it. */
  readonly pem: string;
  readonly key: KeyObject;
  /** Of the modulus. */
  readonly bits: number;
  /** SHA-256 of `info`: 64 upper-case hexadecimal digits. */
  readonly fingerprint: string;
  /** What was changed to make `pem` of what was given, a sentence each; empty where it was that already. */
  readonly changes: readonly string[];
}

/** A file's content, or pasted text in UTF-8. The name is for messages. */
export interface KeyFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Octets at most, and no key with any text around it comes near. A key of 16,384 bits has three thousand. */
const largest = 1024 * 1024;

const formNames: Readonly<Record<Exclude<KeyForm, "pem">, string>> = {
  "pkcs1": "a public key in PKCS #1 (BEGIN RSA PUBLIC KEY)", "openssh": "a public key for OpenSSH", "ssh2": "a public key in SSH2 (RFC 4716)", "certificate": "a certificate",
  "certificate-request": "a certificate request", "jwk": "a JSON Web Key", "xml": "a public key in XML (RSAKeyValue)", "der": "a public key in DER", "base64": "a public key in base64 without its BEGIN and END lines",
  "private-key": "a private key",
};

/**
 * Reads the one RSA public key that was given. With `convert` also the public half of a private key, where it stands in
 * the clear. How strong the key is, is not asked here: see key-weakness.ts. The work grows with the size of what was
 * given, which is bounded. Throws public-key-unusable; and private-key-given, without `convert`.
 */
export function readPublicKey({ name, content }: KeyFile, convert = false): PublicKey {
  try {
    const given = keysIn(content);
    const secret = given.find((each): each is PrivateKeyGiven => each.kind === "private");
    if (secret && !convert) throw problem("private-key-given", { file: name, form: secret.form });
    return described(secret ? halfOf(secret) : theOne(given.filter((each) => each.kind === "public")));
  } catch (thrown) {
    if (thrown instanceof LockstepError) throw thrown;
    if (thrown instanceof UnusableKey) throw problem("public-key-unusable", { file: name, problem: thrown.message, remedy: thrown.remedy });
    if (thrown instanceof MalformedError) throw problem("public-key-unusable", { file: name, problem: thrown.message, remedy: askAgain });
    throw thrown;
  }
}

/** Throws key-not-pem for what is sound, but would have to be converted first. */
export function requirePem({ form }: Pick<PublicKey, "form">, file: string): void {
  if (form !== "pem") throw problem("key-not-pem", { file, form: formNames[form] });
}

/** A key by its numbers, as one that was given in `form`. Throws UnusableKey where this platform computes with none like it. */
function described({ form, numbers, changes }: PublicKeyGiven): PublicKey {
  const info = publicKeyInfoOf(numbers);
  const key = publicKey(info);
  if (!key) throw new UnusableKey("its numbers are those of no RSA key.");
  return { ...numbers, form, info, pem: pemBlock("PUBLIC KEY", info), key, bits: bitLength(numbers.modulus), fingerprint: hexadecimal(createHash("sha256").update(info).digest()), changes };
}

function halfOf({ form, half }: PrivateKeyGiven): PublicKeyGiven {
  if (half instanceof UnusableKey) throw half;
  return { kind: "public", form: "private-key", numbers: half, changes: [`The public half was taken out of the private key (${form}); nothing else of it was kept.`] };
}

/** One key may come in several forms, such as a certificate with its public key beside it; the one nearest to PEM counts. */
function theOne(keys: readonly PublicKeyGiven[]): PublicKeyGiven {
  const [first] = keys;
  if (!first) throw new UnusableKey("it is none of the forms in which public keys come: PEM, PKCS #1, OpenSSH, SSH2, certificate, certificate request, JWK, XML, DER.");
  const different = new Set(keys.map(({ numbers }) => numbers.modulus)).size;
  if (different > 1) throw new UnusableKey(`it holds ${different} different public keys.`, "Give the one that is meant, alone.");
  return keys.find(({ form }) => form === "pem") ?? first;
}

/** Everything that is a key in what was given. Throws UnusableKey, MalformedError. */
function keysIn(content: Uint8Array): readonly GivenKey[] {
  if (content.length > largest) throw new UnusableKey(`it has ${content.length} bytes, and no public key has more than a few thousand.`, "This is hardly the right file. Choose the one meant.");
  if (content.length === 0) throw new UnusableKey("it is empty.", "Choose the file again, or paste the key again; nothing arrived.");
  if (isJavaKeyStore(content)) throw new UnusableKey("it is a Java key store.", "Take the certificate alone out of it: `keytool -exportcert -rfc -alias ALIAS -keystore FILE -file CERTIFICATE`, and give that.");
  if (content[0] === 0x30 && looksBinary(content)) return [inDer(content, "der", "It was DER, and is written as PEM.")];
  if (isSshBlob(content)) return [sshKey(content, "der", "It was a key in SSH's own encoding, and is written as PEM.")];
  return keysInText(decodeText(content), encodingChanges(content), true);
}

/** UTF-16 is what Windows' redirection writes. A mark at the beginning is what some editors put there. */
function encodingChanges([first, second, third]: Uint8Array): readonly string[] {
  if (first === 0xef && second === 0xbb && third === 0xbf) return ["The byte order mark at its beginning was left out."];
  return first === 0 || second === 0 || first === 0xff || first === 0xfe ? ["It was in UTF-16, and is plain ASCII now."] : [];
}

const privateMarker = /-----(?:BEGIN|END) ([A-Z0-9 ]{0,40}PRIVATE KEY)-----/;

/** `mayNest`: base64 of a whole text is looked into, once. */
function keysInText(given: string, encoding: readonly string[], mayNest: boolean): readonly GivenKey[] {
  if (given.includes("\0")) throw new UnusableKey("it holds NUL bytes, which no text has; it was changed on its way.");
  if (given.trim() === "") throw new UnusableKey("it is empty.", "Choose the file again, or paste the key again; nothing but blanks arrived.");
  const { text, changes } = mended(given);
  const told = (keys: readonly GivenKey[], further: readonly string[] = []): readonly GivenKey[] =>
    keys.map((key) => (key.kind === "public" ? { ...key, changes: [...encoding, ...changes, ...further, ...key.changes] } : key));

  // What is private is named before anything else is said of it.
  const secret = privateMarker.exec(text)?.[1];
  if (secret !== undefined) return [privateBlock(text, secret)];
  if (isPutty(text)) return [puttyKey(text)];
  const json = jsonWebKeys(text);
  if (json) return told(json);
  const marked = markedIn(text);
  if (marked) return told(marked.blocks.flatMap(keyOfBlock), marked.changes);
  if (/<(?:\w{1,40}:)?(?:RSA|DSA|EC)KeyValue[\s>]/.test(text)) return told(xmlKeys(text) ?? []);
  const lines = openSshKeys(text);
  if (lines.length > 0) return told(lines);
  return told(keysInBase64(text, mayNest));
}

function keysInBase64(text: string, mayNest: boolean): readonly GivenKey[] {
  const standard = /[+/]/.test(text) ? text : text.replace(/-/g, "+").replace(/_/g, "/");
  const bytes = decodeBase64(standard.trim().replace(/^["']|["']$/g, ""));
  if (bytes === null) return [];
  if (bytes[0] === 0x30) return [inDer(bytes, "base64", "Its BEGIN and END lines were added.")];
  if (isSshBlob(bytes)) return [sshKey(bytes, "base64", "It was the middle part of an OpenSSH line, and is written as PEM.")];
  if (!mayNest || looksBinary(bytes)) return [];
  return keysInText(decodeText(bytes), ["It was in base64 twice, once too often."], false).map((key) => (key.kind === "public" ? { ...key, form: "base64" } : key));
}

/** A key in DER that stood in no PEM block, so that it has to be written as one. */
function inDer(der: Uint8Array, form: "der" | "base64", change: string): GivenKey {
  const key = keyInDer(der);
  if (key.kind === "private") return { ...key, form: `${key.form} in ${form === "der" ? "DER" : "base64"}` };
  return key.form === "pem" || key.form === "pkcs1" ? { ...key, form, changes: [change] } : key;
}

function keyOfBlock({ label, content, line }: Block): readonly GivenKey[] {
  switch (label) {
    case "PUBLIC KEY": case "RSA PUBLIC KEY": case "CERTIFICATE REQUEST": case "NEW CERTIFICATE REQUEST": {
      const key = keyInDer(content);
      if (key.kind === "private") return [{ ...key, form: `${key.form} in a block marked ${label}` }];
      const wrong = key.form === "pem" && label !== "PUBLIC KEY" || key.form === "pkcs1" && label !== "RSA PUBLIC KEY";
      return [wrong && key.form === "pem" ? { ...key, changes: [`Its lines said ${label}, and say PUBLIC KEY now, which is what it holds.`] } : key];
    }
    case "CERTIFICATE": case "X509 CERTIFICATE": case "TRUSTED CERTIFICATE": return [keyOfCertificate(content)];
    case "SSH2 PUBLIC KEY": return [sshKey(content, "ssh2", "It was a key in SSH2 (RFC 4716); it was written as PEM, and its comment left out.")];
    default: throw new UnusableKey(`what begins at its line ${line} is marked ${label}, which is no public key.`);
  }
}

/** A private key between its markers. What cannot be read of it is not told beyond that. */
function privateBlock(text: string, label: string): PrivateKeyGiven {
  const form = `BEGIN ${label}`;
  if (label === "ENCRYPTED PRIVATE KEY" || label.startsWith("SSH2") || /^Proc-Type:[ \t]*4,ENCRYPTED/im.test(text)) {
    return privateKeyGiven(form, () => { throw new UnusableKey("its private key is encrypted, and Lockstep asks for no password here.", halfByOpenssl); });
  }
  return privateKeyGiven(form, () => {
    const block = markedIn(text)?.blocks.find((each) => each.label === label);
    if (!block) throw new MalformedError("it was cut short.");
    const key = label === "OPENSSH PRIVATE KEY" ? openSshPrivateKey(block.content) : keyInDer(block.content);
    if (key.kind === "public") throw new MalformedError("it is not what its marker says.");
    if (key.half instanceof UnusableKey) throw key.half;
    return key.half;
  });
}
