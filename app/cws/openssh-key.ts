// Keys as SSH programs write them: OpenSSH lines (RFC 4253, 6.6), SSH2 (RFC 4716), OpenSSH's own private keys, PuTTY's .ppk.
import { joined, MalformedError } from "../certificates/asn1.ts";
import { latin1 } from "../certificates/der.ts";
import { decodeBase64 } from "../certificates/pem.ts";
import { otherKind } from "./der-key.ts";
import { privateKeyGiven, UnusableKey, type PrivateKeyGiven, type PublicKeyGiven } from "./given-key.ts";
import { rsaNumbers, type RsaNumbers } from "./rsa-numbers.ts";

const kinds: Readonly<Record<string, string>> = { "ssh-dss": "a DSA key", "ssh-ed25519": "an Ed25519 key", "ssh-ed448": "an Ed448 key" };

/** `AAAA` is the length of the key's kind; the same characters on the lines after it belong to it where it was broken. */
const line = /(?:^|[\s,"])((?:ssh|ecdsa|sk-ssh|sk-ecdsa|rsa-sha2)-[\w@.-]{1,60})[ \t]{1,8}(AAAA[A-Za-z0-9+/]*(?:\r?\n[A-Za-z0-9+/]{20,})*={0,2})/g;

/** The keys of OpenSSH lines in a text, options before and comments after them left out. Throws UnusableKey, MalformedError. */
export function openSshKeys(text: string): readonly PublicKeyGiven[] {
  return Array.from(text.matchAll(line), ([, , base64 = ""]) => {
    const blob = decodeBase64(base64);
    if (blob === null) throw new MalformedError("the key in it was cut short.");
    return sshKey(blob, "openssh", "It was an OpenSSH line; the key was written as PEM, and its comment left out.");
  });
}

/** The blob of an SSH public key. Throws UnusableKey, MalformedError. */
export function sshKey(blob: Uint8Array, form: PublicKeyGiven["form"], change: string): PublicKeyGiven {
  return { kind: "public", form, numbers: numbersOfBlob(blob), changes: [change] };
}

/** Whether bytes begin as the blob of an RSA key does. */
export const isSshBlob = (bytes: Uint8Array): boolean => latin1(bytes.subarray(0, 11)) === "\0\0\0\x07ssh-rsa";

/** The body of an SSH2 block without its headers, of which each may go on in further lines (RFC 4716, 3.3). */
export function withoutHeaders(body: string): string {
  return body.replace(/\\\r?\n/g, "").split(/\r?\n/).filter((each) => !each.includes(":")).join("\n");
}

/** The container begins with its magic; the public half stands in it unencrypted (openssh-portable, PROTOCOL.key). */
export function openSshPrivateKey(content: Uint8Array): PrivateKeyGiven {
  return privateKeyGiven("OpenSSH", () => {
    const magic = "openssh-key-v1\0";
    if (latin1(content.subarray(0, magic.length)) !== magic) throw new MalformedError("it is not what OpenSSH writes.");
    const [, , , rest] = stringsOf(content.subarray(magic.length), 3);
    const [blob] = stringsOf((rest ?? new Uint8Array()).subarray(4), 1);
    return numbersOfBlob(blob ?? new Uint8Array());
  });
}

export const isPutty = (text: string): boolean => /^\s*PuTTY-User-Key-File-\d/.test(text);

/** PuTTY's file has its public half in lines of its own, never encrypted (PuTTY manual, appendix C). */
export function puttyKey(text: string): PrivateKeyGiven {
  return privateKeyGiven("PuTTY", () => {
    const lines = text.split(/\r\n|\r|\n/);
    const at = lines.findIndex((each) => each.startsWith("Public-Lines:"));
    const count = Number(/^Public-Lines: *(\d{1,3})$/.exec(lines[at]?.trim() ?? "")?.[1] ?? 0);
    const blob = decodeBase64(lines.slice(at + 1, at + 1 + count).join(""));
    if (blob === null) throw new MalformedError("its public half is damaged.");
    return numbersOfBlob(blob);
  });
}

function numbersOfBlob(blob: Uint8Array): RsaNumbers {
  const [kind = new Uint8Array(), exponent, modulus, rest] = stringsOf(blob, 3);
  const name = latin1(kind.subarray(0, 80));
  if (name.includes("-cert-")) throw new UnusableKey("it is an OpenSSH certificate.", "Give the public key that it was made for, the .pub file beside it.");
  if (name !== "ssh-rsa") throw otherKind(kinds[name] ?? (name.includes("ecdsa") ? "an EC key" : name.includes("ed25519") ? "an Ed25519 key" : "a key of a kind that is not known here"));
  if (!exponent || !modulus || rest === undefined || rest.length > 0) throw new MalformedError("the key in it was cut short, or something follows it.");
  for (const number of [exponent, modulus]) if ((number[0] ?? 0) > 0x7f) throw new MalformedError("a number in it is negative: whatever wrote it left out a zero.");
  return rsaNumbers(modulus, exponent);
}

/** So many strings, each after its length in four octets (RFC 4251, 5), as far as they go, and what follows them. */
function stringsOf(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  while (found.length < count && at < bytes.length) {
    const length = bytes.subarray(at, at + 4).reduce((sum, octet) => sum * 256 + octet, 0);
    if (at + 4 + length > bytes.length) throw new MalformedError("the key in it was cut short.");
    found.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return [...found, joined([bytes.subarray(at)])];
}
