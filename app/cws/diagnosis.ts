// Why a signature is refused: the header read piece by piece, the signature opened once, its hash compared with what may have been signed.
import { createHash, type KeyObject } from "node:crypto";
import { hashNames, hashOf, signedBy, type Algorithm, type Hash, type Method, type ServiceVersion, type Signed } from "./algorithm.ts";
import { bodyVariants, unresolvedVariables, type Compression, type Variant } from "./body-variants.ts";
import type { Diagnosis, Mistake, MistakeCode } from "./cws-view.ts";
import { exactHeader, headerValue, readHeader, valueOf, type HeaderReading } from "./header.ts";
import { open, opens, openingKey, pssHash, type Opened, type OpeningKey } from "./opening.ts";
import { isBase64Like, readSignatureText, type TextReading } from "./signature-text.ts";
import { joined, verifyPieces, type Pieces } from "./signature.ts";

/** A user's public key, ready to open signatures. */
export interface RegisteredKey extends OpeningKey {
  readonly name: string;
  readonly isActive: boolean;
}

export interface DiagnosisQuestion {
  /** The whole line or its value, as a client sent it. */
  readonly header: string;
  readonly method: Method;
  /** The body as it arrived. */
  readonly body: Pieces;
  readonly undocumented?: Signed | undefined;
  readonly version?: ServiceVersion | undefined;
  readonly url?: string | undefined;
  /** Whose signature it should be; left out, that of the user whom the header names. */
  readonly user?: string | undefined;
  /** A public key by itself, in place of the users'. */
  readonly key?: KeyObject | undefined;
  readonly users: readonly RegisteredKey[];
}

const isEqual = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((octet, index) => octet === other[index]);
const hexadecimal = (octets: Uint8Array): string => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
const digestOf = (hash: Hash, ...pieces: Pieces): Uint8Array => {
  const hashing = createHash(hash);
  for (const piece of pieces) hashing.update(piece);
  return hashing.digest();
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const start = (octets: Uint8Array): string => `${hexadecimal(octets).slice(0, 16)}…`;

const allHashes: readonly Hash[] = ["sha256", "sha1", "sha512", "sha384", "md5"];

interface Subject {
  readonly question: DiagnosisQuestion;
  readonly compression: Compression;
  /** What is to be signed. */
  readonly message: Pieces;
  readonly signsEmpty: boolean;
  readonly algorithm: Algorithm | null;
  readonly user: string | null;
}

interface Outcome { readonly findings: readonly Mistake[]; readonly opened: Diagnosis["opened"] }

const mistake = (code: MistakeCode, message: string, evidence: string, mend: string): Mistake => ({ code, message, evidence, mend });

/** The diagnosis of a header that is exactly right and whose signature holds, by the short way; null for any other, which only `diagnose` tells apart. */
export function diagnoseValid(question: DiagnosisQuestion): Diagnosis | null {
  const { header, version = "V2", users } = question;
  const found = exactHeader(valueOf(header));
  if (found === null || version === "V1" && found.algorithm !== "CWS-SHA1") return null;
  if (question.user !== undefined && question.user !== found.user) return null;
  const key = question.key ?? users.find(({ name, isActive }) => isActive && name === found.user)?.key;
  if (key === undefined || !verifyPieces(found.algorithm, messageOf(question), found.signature, key)) return null;
  return { valid: true, user: found.user, algorithm: found.algorithm, findings: [], opened: null };
}

function messageOf({ method, undocumented, body }: DiagnosisQuestion): Pieces {
  return signedBy(method, undocumented) === "empty" ? [] : body;
}

/** Says whether a signed header holds, and if not, which mistake was made. Whatever it is given, there is an answer, and work that grows with the length of header and body. */
export function diagnose(question: DiagnosisQuestion, compression: Compression): Diagnosis {
  const valid = diagnoseValid(question);
  if (valid !== null) return valid;
  const reading = readHeader(question.header, question.version);
  const { scheme, user, findings } = reading;
  const { findings: more, opened } = reading.signature === null ? { findings: [], opened: null } : diagnoseSignature(reading, reading.signature, question, compression);
  const all = [...findings, ...more];
  if (all.length > 0) return { valid: false, user, algorithm: scheme, findings: all, opened };
  // Blanks around the value belong to the line and not to the header; the verdict is the platform's.
  return (reading.algorithm && user !== null && reading.signature !== null ? diagnoseValid({ ...question, header: headerValue(reading.algorithm, user, reading.signature) }) : null)
    ?? { valid: false, user, algorithm: scheme, findings: [unlikeAny], opened };
}

const unlikeAny = mistake("signature.unknown-origin", "The signature does not hold, and shows no mistake that is known here.", "Opened, it looks right; checked, it does not hold.", "Sign anew, and compare the two.");

function diagnoseSignature({ algorithm, user }: HeaderReading, text: string, question: DiagnosisQuestion, compression: Compression): Outcome {
  const { expected, findings: aboutUser, whose } = expectedKey(question, user);
  const candidates = [...(expected ? [expected] : []), ...question.users.filter(({ key }) => key !== expected?.key)];
  const lengths = [...new Set(candidates.map(({ length }) => length)), 512, 256, 384];
  const reading = readSignatureText(text, lengths);
  const spelling = reading ? spellingMistakes(reading, text) : [];
  if (reading === null) return { findings: [...aboutUser, unreadable(text)], opened: null };

  const subject: Subject = { question, compression, message: messageOf(question), signsEmpty: signedBy(question.method, question.undocumented) === "empty", algorithm, user };
  const found = maker(reading.bytes, expected, question.users, subject);
  if (found !== null) {
    const { by, opened, isReversed } = found;
    const { findings, opened: told } = diagnoseOpened(opened, subject, by);
    return { findings: [...aboutUser, ...spelling, ...(isReversed ? [reversed] : []), ...whoseMistake(by, expected, whose, user, aboutUser), ...findings], opened: told };
  }
  return { findings: [...aboutUser, ...spelling.filter(({ code }) => code !== "signature.truncated"), unopened(reading, expected, whose, spelling)], opened: null };
}

interface Candidate extends OpeningKey { readonly name: string | null }

/** The key that should have made the signature, and what is wrong with the user's name. */
function expectedKey({ key, user: wanted, users }: DiagnosisQuestion, user: string | null): { readonly expected: Candidate | null; readonly findings: readonly Mistake[]; readonly whose: string | null } {
  if (key !== undefined) return { expected: { ...openingKey(key), name: null }, findings: [], whose: null };
  const active = users.filter(({ isActive }) => isActive);
  const name = wanted ?? user;
  if (name === null) return { expected: null, findings: [], whose: null };
  const exact = active.find((one) => one.name === name);
  const cased = exact ?? active.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const named = user === null || cased === undefined || user === cased.name || user.toLowerCase() !== cased.name.toLowerCase() ? [] : [mistake(
    "signature.user-case", "The user's name is written in other capitals than it was registered in.", `The header says “${user}”; registered is “${cased.name}”.`, `Write Access=${cased.name}.`,
  )];
  if (cased !== undefined) return { expected: cased, findings: named, whose: cased.name };
  const retired = users.find((one) => one.name === name);
  if (retired === undefined) return { expected: null, findings: [], whose: name };
  return {
    expected: retired, whose: name,
    findings: [mistake("signature.user-retired", "The user was retired; its key is no longer taken.", `“${name}” is among the retired key users.`, "Sign as the user that took over from it, with that user's key.")],
  };
}

interface Made { readonly by: Candidate; readonly opened: Opened; readonly isReversed: boolean }

/** Whose key made the signature: the expected one, else any other; null where none opens it. */
function maker(signature: Uint8Array, expected: Candidate | null, users: readonly RegisteredKey[], subject: Subject): Made | null {
  const others = users.filter(({ key }) => key !== expected?.key);
  let unsure: Made | null = null;
  for (const by of expected ? [expected, ...others] : others) {
    const opened = open(signature, by);
    if (opens(opened)) return { by, opened, isReversed: false };
    if (opened.kind === "pss" && matchesPss(opened, subject)) return { by, opened, isReversed: false };
    // CryptoAPI gives signatures with their last octet first.
    if (by !== expected) continue;
    const turned = open(signature.slice().reverse(), by);
    if (opens(turned)) unsure = { by, opened: turned, isReversed: true };
  }
  return unsure;
}

const matchesPss = (opened: Extract<Opened, { kind: "pss" }>, { message, question }: Subject): boolean =>
  [message, question.body, []].some((pieces) => isEqual(pssHash(digestOf(opened.hash, ...pieces), opened.salt, opened.hash), opened.hashed));

const reversed = mistake("signature.reversed", "The bytes of the signature are in reverse order, as Windows' CryptoAPI gives them.", "Read from its last byte to its first, the key opens it.", "Reverse the bytes before encoding them, or sign by CNG or .NET.");

/** A header that names nobody has one mistake, not two. */
function whoseMistake(by: Candidate, expected: Candidate | null, whose: string | null, user: string | null, aboutUser: readonly Mistake[]): readonly Mistake[] {
  if (by !== expected) return expected === null && whose === null ? [] : [wrongKeyMistake(by, whose)];
  return by.name !== null && user !== null && by.name !== user && aboutUser.length === 0 ? [wrongKeyMistake(by, user)] : [];
}

function wrongKeyMistake(by: Candidate, expected: string | null): Mistake {
  const name = by.name ?? "";
  return mistake(
    "signature.wrong-key", `The signature was made with the key of ${name}${expected === null ? "" : `, not with that of ${expected}`}.`,
    `The public key of “${name}” opens it${expected === null ? "" : `; that of “${expected}” does not, or is not registered`}.`,
    expected === null ? `Write Access=${name}, or sign with the key of the user that is meant.` : `Sign with the private key of ${expected}, or write Access=${name}.`,
  );
}

const spellings: Readonly<Partial<Record<MistakeCode, readonly [message: string, evidence: string, mend: string]>>> = {
  "signature.hex": ["The signature is written in hexadecimal digits; it belongs in base64.", "It has hexadecimal digits only.", "Encode the signature's bytes in base64, on one line."],
  "signature.double-base64": ["The signature was encoded in base64 twice.", "Taking base64 off gives base64 once more.", "Encode the bytes once. Many libraries give base64 already."],
  "signature.percent-encoded": ["The signature was encoded as if for a URL; in the header nothing is escaped.", "It holds percent signs, such as %2B, %2F or %3D.", "Send the base64 as it is, without URL encoding."],
  "signature.escaped": ["The signature was escaped, as for JSON or HTML; in the header nothing is escaped.", "It holds backslashes or ampersands.", "Send the base64 as it is."],
  "signature.base64url": ["The signature is in base64url, with - and _ in place of + and /.", "It holds characters that only base64url has.", "Encode it in ordinary base64, with + and / and the padding."],
  "signature.plus-became-space": ["The plus signs of the signature have become blanks, as happens where text passes for form data.", "With plus signs in the place of its blanks it has the right length.", "Send the header without decoding it as a form or a URL."],
  "signature.base64-wrapped": ["The base64 of the signature was broken into lines, and they were joined by blanks.", "Without its blanks it has the right length.", "Encode on one line: `openssl base64 -A`, `base64 -w0`."],
  "signature.truncated": ["The signature's end is missing: its padding was cut off.", "With equals signs at its end it has the right length.", "Send the whole base64, with the equals signs that end it."],
};

function spellingMistakes({ codes }: TextReading, text: string): readonly Mistake[] {
  return codes.map((code) => {
    const [message, evidence, mend] = spellings[code] ?? ["", "", ""];
    return mistake(code, message, `${evidence} (${text.length} characters.)`, mend);
  });
}

function unreadable(text: string): Mistake {
  if (isBase64Like(text)) return mistake("signature.truncated", "The signature's end is missing.", `${text.length} characters of base64 cannot be whole; their number is a multiple of four.`, "Send the whole base64, with the equals signs that end it.");
  return mistake("signature.not-base64", "The signature is no base64.", `It has ${text.length} characters, some of which base64 has not.`, "Encode the signature's bytes in base64, on one line.");
}

/** What bytes are that come from other cryptography than RSA; null where nothing tells. */
function otherKind(bytes: Uint8Array): string | null {
  // SEQUENCE of two INTEGERs (RFC 3279, 2.2.3).
  if (bytes[0] === 0x30 && bytes[1] === bytes.length - 2 && bytes[2] === 0x02) return "one of ECDSA or DSA";
  // Not SHA-384: the first line of base64 that was wrapped has 48 bytes too.
  const hash = allHashes.find((one) => digestOf(one).length === bytes.length && bytes.length <= 32);
  return hash === undefined ? null : `as long as a hash or an HMAC by ${hashNames[hash]}`;
}

/** Octets that signatures have, by the usual sizes of keys. */
const usualLengths: readonly number[] = [64, 96, 128, 192, 256, 384, 512, 1024, 2048];

function unopened({ bytes }: TextReading, expected: Candidate | null, whose: string | null, spelling: readonly Mistake[]): Mistake {
  const key = whose === null ? "the key" : `the key of ${whose}`;
  const other = otherKind(bytes);
  if (other !== null) {
    return mistake(
      "signature.unknown-origin", `This is no RSA signature, but ${other}.`, `It has ${bytes.length} bytes${expected === null ? "" : `; a signature by ${key} (${expected.length * 8} bits) has ${expected.length}`}.`,
      "Sign with an RSA private key, whose public half is registered.",
    );
  }
  if (expected !== null && bytes.length !== expected.length) {
    const evidence = `It has ${bytes.length} bytes; a signature by ${key} (${expected.length * 8} bits) has ${expected.length}.`;
    if (bytes.length < expected.length && !usualLengths.includes(bytes.length)) return mistake("signature.truncated", "The signature's end is missing.", evidence, "Send the whole base64. Look for a field or variable that is too short for it.");
    return mistake("signature.length", "The signature is not as long as one by this key.", evidence, usualLengths.includes(bytes.length) ? `It may come from a key of ${bytes.length * 8} bits: sign with the key that is registered.` : "Send the signature's bytes in base64, and nothing else.");
  }
  if (expected === null && !usualLengths.includes(bytes.length)) {
    return mistake(spelling.some(({ code }) => code === "signature.truncated") || bytes.length < 512 ? "signature.truncated" : "signature.length", "The signature has a length that no usual key gives.", `It has ${bytes.length} bytes.`, "Send the whole base64 of the signature, and nothing else.");
  }
  const registered = whose === null ? "No registered key" : expected === null ? `“${whose}” is no active key user here, and no registered key` : `Neither the key of “${whose}” nor any other registered key`;
  return mistake(
    "signature.unknown-origin", "No known key made this signature: it was made with another private key, or is no RSA signature at all.",
    `${expected !== null && whose === null ? "The public key that was given does not open it" : `${registered} opens it`}.`, "Compare the fingerprints: `openssl pkey -in PRIVATE -pubout -outform DER | openssl dgst -sha256` gives that of the private key in use. Register its public half, or sign with the key that is registered.",
  );
}

/** What the signer put in, against what was to be signed. */
function diagnoseOpened(opened: Opened, subject: Subject, by: Candidate): Outcome {
  switch (opened.kind) {
    case "noise": throw new Error("only what was opened is looked at");
    case "digest": {
      const { findings, expected } = diagnoseDigest(opened.hash, opened.digest, subject);
      return { findings, opened: { by: by.name, hash: hashNames[opened.hash], signedDigest: hexadecimal(opened.digest), expectedDigest: hexadecimal(expected) } };
    }
    case "payload": return { findings: diagnosePayload(opened, subject), opened: { by: by.name, hash: null, signedDigest: null, expectedDigest: null } };
    case "pss": {
      const isHashOf = (pieces: Pieces): boolean => isEqual(pssHash(digestOf(opened.hash, ...pieces), opened.salt, opened.hash), opened.hashed);
      const pss = mistake("signature.pss", "The signature is padded by RSASSA-PSS; the services take PKCS #1 v1.5.", `It is PSS with ${hashNames[opened.hash]} and a salt of ${opened.salt.length} bytes.`, "Choose PKCS #1 v1.5 (RSASSA-PKCS1-v1_5) as padding.");
      const bodyMistakes = isHashOf(subject.message) ? [] : bodyMistakesOf(subject, isHashOf, null);
      return { findings: [pss, ...bodyMistakes], opened: { by: by.name, hash: hashNames[opened.hash], signedDigest: null, expectedDigest: hexadecimal(digestOf(opened.hash, ...subject.message)) } };
    }
  }
}

function diagnoseDigest(hash: Hash, digest: Uint8Array, subject: Subject): { readonly findings: readonly Mistake[]; readonly expected: Uint8Array } {
  const { algorithm, message } = subject;
  const expected = digestOf(hash, ...message);
  const mismatch = algorithm === null || hashOf[algorithm] === hash ? [] : [mistake(
    "signature.algorithm-mismatch", `The header says ${algorithm}, but the signature was made with ${hashNames[hash]}.`, `The signature itself names ${hashNames[hash]}.`,
    hash === "sha1" ? "Name the hash when signing; PHP's openssl_sign takes SHA-1 unless told OPENSSL_ALGO_SHA256. Or write CWS-SHA1." : hash === "sha256" ? "Write CWS-SHA256, or sign with SHA-1." : `Sign with ${hashNames[hashOf[algorithm]]}.`,
  )];
  if (isEqual(digest, expected)) return { findings: mismatch, expected };
  const twice = doubleHash(hash, digest, subject);
  if (twice !== null) return { findings: [...mismatch, twice], expected };
  const isHashOf = (pieces: Pieces): boolean => isEqual(digestOf(hash, ...pieces), digest);
  return { findings: [...mismatch, ...bodyMistakesOf(subject, isHashOf, { hash, signed: digest, expected })], expected };
}

/** Ways in which programs write a hash. */
function* writtenHashes(pieces: Pieces): Iterable<readonly [what: string, bytes: Uint8Array]> {
  for (const hash of allHashes) {
    const digest = digestOf(hash, ...pieces);
    const name = hashNames[hash];
    const hex = hexadecimal(digest);
    const base64 = btoa(String.fromCharCode(...digest));
    yield [`the ${name} hash of the body`, digest];
    for (const [form, text] of [["in hexadecimal digits", hex], ["in capital hexadecimal digits", hex.toUpperCase()], ["in base64", base64]] as const) {
      yield [`the ${name} hash of the body, written ${form}`, utf8(text)];
      yield [`the ${name} hash of the body, written ${form}, with a line end`, utf8(`${text}\n`)];
    }
  }
}

const hashedTwice = (what: string): Mistake =>
  mistake("signature.double-hash", "The body was hashed before it was signed, and signing hashed the hash once more.", `The signature is that of ${what}.`, "Give the signing function the body itself; it hashes what it is given.");

function doubleHash(hash: Hash, digest: Uint8Array, { message, question }: Subject): Mistake | null {
  for (const pieces of message.length === 0 && question.body.length > 0 ? [message, question.body] : [message]) {
    for (const [what, bytes] of writtenHashes(pieces)) if (isEqual(digestOf(hash, bytes), digest)) return hashedTwice(what);
  }
  return null;
}

/** PKCS #1 v1.5 around something that names no hash. */
function diagnosePayload({ payload, isPadded }: Extract<Opened, { kind: "payload" }>, subject: Subject): readonly Mistake[] {
  const raw = (evidence: string): Mistake => mistake(
    "signature.raw-digest", "The signature does not say with which hash it was made: the private key was used on the hash, or on the body, by itself.", isPadded ? evidence : `${evidence} It is not padded either.`,
    "Sign with a function for signatures (openssl_sign, crypto.sign, SignData), not with one that encrypts by the private key.",
  );
  for (const [what, bytes] of writtenHashes(subject.message)) if (isEqual(bytes, payload)) return [raw(`It holds ${what}, and nothing before it.`)];
  const whole = (pieces: Pieces): boolean => isEqual(joined(pieces), payload);
  if (subject.message.length > 0 && whole(subject.message)) return [raw("It holds the body itself, unhashed.")];
  const hash = allHashes.find((one) => digestOf(one).length === payload.length);
  const text = String.fromCharCode(...payload);
  const fromHex = /^[0-9a-fA-F]+\n?$/.test(text) ? allHashes.find((one) => digestOf(one).length * 2 === text.trim().length) : undefined;
  const by = hash ?? fromHex;
  if (by === undefined) return [raw(`It holds ${payload.length} bytes that are no known form of a hash.`)];
  const isHashOf = (pieces: Pieces): boolean => {
    const digest = digestOf(by, ...pieces);
    return hash === undefined ? hexadecimal(digest) === text.trim().toLowerCase() : isEqual(digest, payload);
  };
  return [raw(`It holds ${payload.length} bytes, as long as ${hash === undefined ? "the digits of " : ""}a ${hashNames[by]} hash, and nothing before them.`), ...bodyMistakesOf(subject, isHashOf, null)];
}

interface Digests { readonly hash: Hash; readonly signed: Uint8Array; readonly expected: Uint8Array }

/** Which mistake made other bytes of the body than arrived. `isHashOf` tells whether the signature is that of some bytes. */
function bodyMistakesOf(subject: Subject, isHashOf: (pieces: Pieces) => boolean, digests: Digests | null): readonly Mistake[] {
  const { question, signsEmpty, user, compression } = subject;
  const body = joined(question.body);
  for (const variant of bodyVariants(body, signsEmpty, { method: question.method, user, url: question.url ?? null }, compression)) {
    if (isHashOf([variant.bytes])) return variantMistakes(variant);
  }
  const compared = digests === null ? "" : ` Its ${hashNames[digests.hash]} is ${start(digests.signed)}; that of what should have been signed is ${start(digests.expected)}`;
  if (signsEmpty || body.length === 0) {
    return [mistake("body.get-must-sign-empty", signsEmpty ? `A ${question.method} signs the empty string; something else was signed here.` : "A request without a body signs the empty string; something else was signed here.", `The signature is that of bytes that are not known here.${compared}.`, explained["body.get-must-sign-empty"][1])];
  }
  const variables = unresolvedVariables(body);
  if (variables.length > 0) {
    const [message, mend] = explained["body.unresolved-variables"];
    return [mistake("body.unresolved-variables", message, `The body that was sent holds ${variables.join(", ")}.${compared}.`, mend)];
  }
  const [message, mend] = explained["body.unknown-difference"];
  return [mistake("body.unknown-difference", message, `No usual variant of the body fits.${compared}.`, mend)];
}

type BodyCode = Extract<MistakeCode, `body.${string}`>;

const explained: Readonly<Record<BodyCode, readonly [message: string, mend: string]>> = {
  "body.line-endings": ["The body was signed with other line ends than it was sent with.", "Sign the very bytes that are sent. Read the file as bytes, not as text; with curl send it by --data-binary."],
  "body.trailing-newline": ["The body was signed with another line end at its close than it was sent with.", "Sign the very bytes that are sent: `printf` in place of `echo`, and no editor's last line end on one side only."],
  "body.trimmed": ["Blanks at the beginning or close of the body were there on one side only.", "Sign the very bytes that are sent, neither trimmed nor padded."],
  "body.bom": ["A byte order mark at the beginning of the body was there on one side only.", "Write the file in UTF-8 without a mark, or sign the bytes of the file as they are sent."],
  "body.charset": ["The body was signed in another character encoding than it was sent in.", "Make bytes of the text once, in UTF-8; sign those bytes, and send those bytes."],
  "body.json-reserialised": ["The JSON was written anew between signing and sending, so that its bytes changed.", "Make the text once, keep it in a variable, sign it and send it; do not hand an object to the client library."],
  "body.json-escapes": ["The JSON was signed with other escapes than it was sent with.", "Make the text once, keep it in a variable, sign it and send it."],
  "body.form-encoded": ["The body was encoded as a form on one side only.", "Send the body as it is, with Content-Type: application/json; with curl by --data-binary, in PHP as a string and not as an array."],
  "body.compressed": ["The body was compressed on one side only.", "Sign the bytes that are sent; or send them without compression."],
  "body.unresolved-variables": ["The body was signed while variables of a tool were still in it, or sent so.", "Sign after the tool has put the values in, or let a program of your own do both."],
  "body.get-must-sign-empty": ["What was signed does not fit the method: GET signs the empty string, POST and PUT sign their body.", "For a GET, and wherever there is no body, sign the empty string: `printf '' | openssl dgst -sha256 -sign KEY`. For a POST or PUT sign the body."],
  "body.unicode-normalisation": ["Letters with marks were composed in another way when signed than when sent.", "Make bytes of the text once; sign those bytes, and send those bytes."],
  "body.base64": ["The body was encoded in base64 on one side only.", "Sign the very bytes that are sent."],
  "body.unknown-difference": ["The key, the padding and the hash are right; the bytes that were signed are not those that were sent.", "Write down the bytes that are signed and those that are sent, and compare them: `xxd FILE`."],
};

function variantMistakes({ codes, what }: Variant): readonly Mistake[] {
  return codes.map((code) => {
    const [message, mend] = explained[code as BodyCode];
    return mistake(code, message, `The signature is that of ${what}.`, mend);
  });
}
