// PEM text (RFC 7468 and what came before it): certificates and keys in any order, amid any other text.
import { problem } from "../errors.ts";
import { encoding, isObjectIdentifier, isOctetString, isSequence, MalformedError, octets, parse, parseFirst, sequence, type Element } from "./asn1.ts";
import type { Material } from "./certificate.ts";
import { freshBudget, passwordOctets, type Budget } from "./key-derivation.ts";
import { readDekInfo, readScheme, unseal, unsealDek, type Unsupported } from "./password-encryption.ts";
import { certificatesOf } from "./pkcs7.ts";
import { toPkcs8 } from "./private-key.ts";

const mostBlocks = 1000;

/** One block between BEGIN and END. */
interface Block {
  readonly label: string;
  /** Of its first line, counted from 1. */
  readonly line: number;
  /** Headers of RFC 1421, names in upper case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Uint8Array;
}

export type Contents = Pick<Material, "encryption" | "certificates" | "privateKeys">;

/** Text of a file: UTF-8, or UTF-16 with or without its mark, which Windows' redirection writes. Never fails; other bytes become nonsense. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe || first !== 0 && second === 0) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff || first === 0 && second !== 0) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** Whether text holds the beginning of a PEM block. */
export function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

/** Bytes of base64 in any number of lines; null where the text is something else. */
export function decodeBase64(text: string): Uint8Array | null {
  const dense = text.replace(/\s+|\\r|\\n/g, "");
  if (dense === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(dense)) return null;
  try {
    return Uint8Array.from(atob(dense), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/**
 * Reads all certificates and private keys of PEM text. Requests, parameters, revocation lists and public keys are passed
 * over. Encrypted keys are opened here and not by the platform, whose cryptography differs between Node and Electron.
 *
 * Throws certificate-unreadable, cipher-unsupported, password-needed, password-wrong; `file` is its name in messages.
 */
export async function readPem(text: string, password: string | null, file: string): Promise<Contents> {
  try {
    return await readBlocks([...blocks(text)], password, file);
  } catch (error) {
    if (error instanceof MalformedError) throw problem("certificate-unreadable", { file, problem: error.message });
    throw error;
  }
}

async function readBlocks(all: readonly Block[], password: string | null, file: string): Promise<Contents> {
  const certificates: Uint8Array[] = [];
  const privateKeys: Uint8Array[] = [];
  let encryption: string | null = null;
  let curve: Uint8Array | undefined;
  const budget = freshBudget();
  for (const block of all) {
    switch (block.label) {
      case "CERTIFICATE": case "X509 CERTIFICATE": case "TRUSTED CERTIFICATE":
        // A TRUSTED CERTIFICATE has OpenSSL's own remarks after the certificate.
        certificates.push(within(block, () => encoding(parseFirst(block.content))));
        break;
      case "PKCS7": case "CMS": case "PKCS #7 SIGNED DATA":
        certificates.push(...within(block, () => certificatesOf(parse(block.content))));
        break;
      case "EC PARAMETERS":
        curve = block.content;
        break;
      case "PRIVATE KEY": case "RSA PRIVATE KEY": case "EC PRIVATE KEY": case "DSA PRIVATE KEY": case "ENCRYPTED PRIVATE KEY": {
        const read = (der: Uint8Array) => toPkcs8(der, block.label === "EC PRIVATE KEY" ? curve : undefined);
        const key = await readKey(block, read, password, file, budget);
        privateKeys.push(key.pkcs8);
        encryption ??= key.encryption;
        break;
      }
      case "OPENSSH PRIVATE KEY":
        throw new MalformedError(`the key that begins at line ${block.line} is one for SSH, not for TLS.`);
    }
  }
  return { encryption, certificates, privateKeys };
}

interface ReadKey { readonly pkcs8: Uint8Array; readonly encryption: string | null }

async function readKey(block: Block, read: (der: Uint8Array) => Uint8Array, password: string | null, file: string, budget: Budget): Promise<ReadKey> {
  const dek = block.headers.get("DEK-INFO");
  if (dek !== undefined) {
    const scheme = readDekInfo(dek);
    if ("kind" in scheme) throw unsupported(scheme, file);
    if (password === null) throw problem("password-needed", { file });
    const pkcs8 = unsealDek(scheme, block.content, password, read);
    if (pkcs8 === null) throw problem("password-wrong", { file });
    return { pkcs8, encryption: `${scheme.cipher.name} (MD5)` };
  }
  if (block.label !== "ENCRYPTED PRIVATE KEY") return { pkcs8: within(block, () => read(block.content)), encryption: null };
  return readEncryptedKey(within(block, () => parse(block.content)), password, file, budget);
}

/** Whether a parsed element has the form of an EncryptedPrivateKeyInfo (RFC 5958). */
export function isEncryptedKey(element: Element): boolean {
  const [algorithm, content] = isSequence(element) ? sequence(element) : [];
  return isSequence(algorithm) && isObjectIdentifier(sequence(algorithm)[0]) && isOctetString(content);
}

/** Opens an EncryptedPrivateKeyInfo. Throws MalformedError, cipher-unsupported, password-needed, password-wrong. */
export async function readEncryptedKey(element: Element, password: string | null, file: string, budget: Budget = freshBudget()): Promise<ReadKey> {
  const [algorithm, sealed] = sequence(element);
  const scheme = readScheme(algorithm);
  if (scheme.kind === "unsupported") throw unsupported(scheme, file);
  const content = octets(sealed);
  if (password === null) throw problem("password-needed", { file });
  for (const form of passwordOctets(password)) {
    const pkcs8 = await unseal(scheme, content, form, budget, (clear) => toPkcs8(clear));
    if (pkcs8 !== null) return { pkcs8, encryption: `${scheme.name} (${scheme.hash})` };
  }
  throw problem("password-wrong", { file });
}

const unsupported = ({ name }: Unsupported, file: string) => problem("cipher-unsupported", { file, cipher: name });

/** Says in which block the damage is. */
function within<Value>({ label, line }: Block, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof MalformedError) throw new MalformedError(`in the ${label} that begins at line ${line}, ${error.message}`);
    throw error;
  }
}

/** The blocks of a text in order. Throws MalformedError for one without an end, and for content that is not base64. */
function* blocks(text: string): Generator<Block> {
  const beginning = /-----BEGIN ([A-Z0-9 #]{1,40})-----/g;
  let count = 0;
  let line = 1;
  let counted = 0;
  for (let begin = beginning.exec(text); begin; begin = beginning.exec(text)) {
    const [marker, label = ""] = begin;
    line += lineEnds(text, counted, begin.index);
    counted = begin.index;
    if (++count > mostBlocks) throw new MalformedError(`it holds more than ${mostBlocks} parts.`);
    const bodyStart = begin.index + marker.length;
    const end = text.indexOf("-----END ", bodyStart);
    const next = text.indexOf("-----BEGIN ", bodyStart);
    if (end === -1 || next !== -1 && next < end || !text.startsWith(`${label}-----`, end + "-----END ".length)) {
      throw new MalformedError(`the ${label} that begins at line ${line} has no end; it was cut short.`);
    }
    beginning.lastIndex = end;
    yield { label, line, ...body(text.slice(bodyStart, end), label, line) };
  }
  const last = text.lastIndexOf("-----BEGIN ");
  if (count === 0 || last > counted && !/[\r\n]/.test(text.slice(last))) throw new MalformedError("a PEM part has no end; it was cut short.");
}

/** Headers stand before the content, an empty line between them; a line that begins with a blank goes on with the one before. */
function body(text: string, label: string, line: number): Pick<Block, "headers" | "content"> {
  const headers = new Map<string, string>();
  const gap = text.includes(":") ? /\r?\n[ \t]*\r?\n/.exec(text.trimStart()) : null;
  const head = gap ? text.trimStart().slice(0, gap.index) : "";
  for (const header of head.split("\n")) {
    const colon = header.indexOf(":");
    if (colon > 0) headers.set(header.slice(0, colon).trim().toUpperCase(), header.slice(colon + 1).trim());
  }
  const content = decodeBase64(gap ? text.trimStart().slice(gap.index) : text);
  if (content === null) throw new MalformedError(`the ${label} that begins at line ${line} is not base64.`);
  return { headers, content };
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
