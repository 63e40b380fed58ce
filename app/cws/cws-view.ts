// Key users and signatures as windows and commands are told of them.
import { z } from "zod";
import { findingSchema } from "../finding.ts";
import { algorithms, methods, serviceVersions } from "./algorithm.ts";

/** SHA-256 over the SubjectPublicKeyInfo in DER: 64 upper-case hexadecimal digits, the same whatever form the key came in. */
export const fingerprintSchema = z.string().regex(/^[0-9A-F]{64}$/);

export const keyUserSchema = z.strictObject({
  name: z.string(),
  state: z.enum(["active", "retired"]),
  keyBits: z.number().int(),
  fingerprint: fingerprintSchema,
  /** ISO 8601 in UTC. */
  added: z.string(),
  retired: z.string().nullable(),
  /** Account name of the person who added it. */
  by: z.string(),
  /** Name of the key user that this one is to take over from; null where it was not said. */
  replaces: z.string().nullable(),
  /** SubjectPublicKeyInfo in PEM, as CorEMR takes it. */
  publicKey: z.string(),
});
export type KeyUser = Readonly<z.infer<typeof keyUserSchema>>;

/** What was given for a public key. `pem` is what CorEMR takes; all others are converted when that is asked for. */
export const keyFormSchema = z.enum(["pem", "pkcs1", "openssh", "ssh2", "certificate", "certificate-request", "jwk", "xml", "der", "base64", "private-key"]);
export type KeyForm = z.infer<typeof keyFormSchema>;

export const examinedKeySchema = z.strictObject({
  form: keyFormSchema,
  /** SubjectPublicKeyInfo in PEM. */
  publicKey: z.string(),
  keyBits: z.number().int(),
  /** Decimal. */
  exponent: z.string(),
  fingerprint: fingerprintSchema,
  /** What had to be changed to make it what CorEMR takes, a sentence each; empty where it was that already. */
  changes: z.array(z.string()),
  /** Weaknesses that are warned of, and users that have this key. */
  findings: z.array(findingSchema),
});
export type ExaminedKey = Readonly<z.infer<typeof examinedKeySchema>>;

export const addedKeyUserSchema = z.strictObject({ user: keyUserSchema, changes: z.array(z.string()), findings: z.array(findingSchema) });
export type AddedKeyUser = Readonly<z.infer<typeof addedKeyUserSchema>>;

export const generatedKeyUserSchema = z.strictObject({
  ...addedKeyUserSchema.shape,
  /** Path of the file that holds the private key, and is its only copy. */
  privateKeyFile: z.string(),
  encrypted: z.boolean(),
});
export type GeneratedKeyUser = Readonly<z.infer<typeof generatedKeyUserSchema>>;

export const exportedKeyUserSchema = z.strictObject({
  user: keyUserSchema,
  /** A name for the PEM file. */
  fileName: z.string(),
  publicKey: z.string(),
  /** A note to CorEMR's staff: what to register, and how to see that it is the right key. */
  note: z.string(),
});
export type ExportedKeyUser = Readonly<z.infer<typeof exportedKeyUserSchema>>;

/** The codes of the diagnosis. A part before the dot says where the mistake is. */
export const mistakeCodes = [
  "header.missing-scheme", "header.unknown-algorithm", "header.algorithm-case", "header.algorithm-not-in-version", "header.missing-access", "header.missing-signature",
  "header.separator", "header.quoted", "header.invisible-characters", "header.name-included", "header.folded", "header.other-name", "header.repeated-parameter", "header.unknown-parameter",
  "signature.base64url", "signature.base64-wrapped", "signature.percent-encoded", "signature.plus-became-space", "signature.hex", "signature.double-base64", "signature.escaped",
  "signature.not-base64", "signature.truncated", "signature.length", "signature.reversed", "signature.wrong-key", "signature.unknown-origin", "signature.user-case", "signature.user-retired",
  "signature.algorithm-mismatch", "signature.pss", "signature.raw-digest", "signature.double-hash",
  "body.line-endings", "body.trailing-newline", "body.trimmed", "body.bom", "body.charset", "body.json-reserialised", "body.json-escapes", "body.form-encoded", "body.compressed",
  "body.unresolved-variables", "body.get-must-sign-empty", "body.unicode-normalisation", "body.base64", "body.unknown-difference",
] as const;
export type MistakeCode = (typeof mistakeCodes)[number];

export const mistakeSchema = z.strictObject({
  code: z.enum(mistakeCodes),
  /** What is wrong, in plain words. */
  message: z.string(),
  /** What shows it: the place, the characters, the variant of the body whose hash the signature holds. Never the signature. */
  evidence: z.string(),
  /** What to do about it. */
  mend: z.string(),
});
export type Mistake = Readonly<z.infer<typeof mistakeSchema>>;

export const diagnosisSchema = z.strictObject({
  /** The header is exactly as it must be, and its signature is that of the body under the user's key. */
  valid: z.boolean(),
  /** As the header names it; null where it names none. */
  user: z.string().nullable(),
  /** As the header names it, whether known or not; null where it names none. */
  algorithm: z.string().nullable(),
  /** In the order in which to mend them. Empty where valid. */
  findings: z.array(mistakeSchema),
  /** What could be read out of the signature itself; null where it could not be opened. */
  opened: z.strictObject({
    /** Registered user whose key opens it; null for a key given by itself. */
    by: z.string().nullable(),
    /** "SHA-256" and the like. */
    hash: z.string().nullable(),
    /** Hexadecimal digests of what was signed, and of what should have been; null where unknown. */
    signedDigest: z.string().nullable(),
    expectedDigest: z.string().nullable(),
  }).nullable(),
});
export type Diagnosis = Readonly<z.infer<typeof diagnosisSchema>>;

export const signedSchema = z.strictObject({
  /** The whole line, "Authorization: …". Whoever has it can use it again: see docs/threat-model.md. */
  header: z.string(),
  algorithm: z.enum(algorithms),
  user: z.string(),
  signature: z.string(),
  /** Of the public half of the key that signed. */
  fingerprint: fingerprintSchema,
  /** Bytes that were signed, and their digest in hexadecimal. */
  signedBytes: z.number().int(),
  digest: z.string(),
  findings: z.array(findingSchema),
});
export type SignedHeader = Readonly<z.infer<typeof signedSchema>>;

const headerLines = z.array(z.strictObject({ name: z.string(), value: z.string() }));

/** What was sent and what came back. Signatures in headers are masked. */
export const exchangeSchema = z.strictObject({
  request: z.strictObject({ method: z.string(), url: z.string(), headers: headerLines, bodyBytes: z.number().int() }),
  response: z.strictObject({
    /** "HTTP/1.1" */
    protocol: z.string(),
    status: z.number().int(),
    reason: z.string(),
    headers: headerLines,
    /** At most the first 64 KiB, as text where it is text; null where it is not. */
    text: z.string().nullable(),
    bodyBytes: z.number().int(),
    /** More came than was read. */
    truncated: z.boolean(),
  }),
  /** "TLSv1.3" and why the certificate is not trusted, or null where it is; null over plain http. */
  tls: z.strictObject({ protocol: z.string(), thumbprint: z.string(), problem: z.string().nullable() }).nullable(),
  /** This computer's clock when it was sent, and the Date that the server gave; ISO 8601 in UTC. */
  clientTime: z.string(),
  serverTime: z.string().nullable(),
  milliseconds: z.number(),
  /** Whether CorEMR's signature of the answer holds: not asked for, not there, or what was found. */
  answerSignature: z.discriminatedUnion("state", [
    z.strictObject({ state: z.literal("not-asked") }), z.strictObject({ state: z.literal("absent") }), z.strictObject({ state: z.literal("found"), diagnosis: diagnosisSchema }),
  ]),
  findings: z.array(findingSchema),
});
export type Exchange = Readonly<z.infer<typeof exchangeSchema>>;

export const receivedSchema = z.strictObject({
  /** Counts up from 1 since listening began. */
  number: z.number().int(),
  at: z.string(),
  method: z.string(),
  /** Path and query. */
  path: z.string(),
  bodyBytes: z.number().int(),
  contentType: z.string().nullable(),
  /** As it came, the signature masked; null where the request had none. */
  header: z.string().nullable(),
  diagnosis: diagnosisSchema,
});
export type Received = Readonly<z.infer<typeof receivedSchema>>;

export const listenerStateSchema = z.strictObject({
  /** "http://127.0.0.1:PORT", null while nothing listens. */
  address: z.string().nullable(),
  /** Requests since it began: those that held, and those that did not. */
  valid: z.number().int(),
  invalid: z.number().int(),
  /** The newest, newest first; at most 200. */
  received: z.array(receivedSchema),
});
export type ListenerState = Readonly<z.infer<typeof listenerStateSchema>>;

export const snippetLanguages = ["php", "node", "csharp", "powershell", "python", "java", "curl"] as const;
export const snippetSchema = z.strictObject({
  language: z.enum(snippetLanguages),
  /** A name for the file. */
  fileName: z.string(),
  text: z.string(),
  /** What it needs to run, "PHP 7.1 or newer with the openssl extension". */
  needs: z.string(),
});
export type Snippet = Readonly<z.infer<typeof snippetSchema>>;

export const methodSchema = z.enum(methods);
export const algorithmSchema = z.enum(algorithms);
export const serviceVersionSchema = z.enum(serviceVersions);
