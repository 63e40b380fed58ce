// A certificate as Lockstep tells of it, and the material read from a file. Pure values; reading is in read.ts.
import { z } from "zod";
import { findingSchema, type Finding } from "../finding.ts";

/** SHA-1 over the DER encoding: 40 upper-case hexadecimal digits, as Windows names a certificate. */
export const thumbprintSchema = z.string().regex(/^[0-9A-F]{40}$/);

export const certificateSchema = z.strictObject({
  /** RFC 4514 order as Windows and OpenSSL print it: most specific part first, "CN=…, O=…". */
  subject: z.string(),
  issuer: z.string(),
  /** Upper-case hexadecimal without separators or leading zero octets beyond the encoding's own. */
  serialNumber: z.string(),
  thumbprint: thumbprintSchema,
  /** SHA-256 over the DER encoding, 64 upper-case hexadecimal digits. */
  sha256: z.string().regex(/^[0-9A-F]{64}$/),
  /** ISO 8601 in UTC. */
  notBefore: z.string(),
  notAfter: z.string(),
  /** DNS names and IP addresses of the subject alternative name; the common name where there is no such extension. */
  names: z.array(z.string()),
  /** "rsa:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519", … */
  keyType: z.string(),
  role: z.enum(["leaf", "intermediate", "root"]),
  hasPrivateKey: z.boolean(),
});

export type Certificate = Readonly<z.infer<typeof certificateSchema>>;

export const inspectionSchema = z.strictObject({
  format: z.enum(["pfx", "pem", "der", "pkcs7"]),
  /** How the file is protected, from its clear parts: "AES-256 (SHA-256)", "3DES (SHA-1)"; null when it is in the clear. */
  encryption: z.string().nullable(),
  certificates: z.array(certificateSchema),
  privateKeys: z.array(z.strictObject({ keyType: z.string(), matches: thumbprintSchema.nullable() })),
  /** The leaf's thumbprint first, then each issuer found, as far as the chain goes. */
  chain: z.array(thumbprintSchema),
  findings: z.array(findingSchema),
});

export type Inspection = Readonly<z.infer<typeof inspectionSchema>>;

/** What a file is and how it is protected, from what is in the clear. */
export const identificationSchema = z.strictObject({
  name: z.string(),
  format: inspectionSchema.shape.format,
  encryption: z.string().nullable(),
  needsPassword: z.boolean(),
  findings: z.array(findingSchema),
});
export type Identification = Readonly<z.infer<typeof identificationSchema>>;

export const storeSchema = z.enum(["My", "CA", "Root"]);

/** A certificate in one of the machine's stores. */
export const storedCertificateSchema = z.strictObject({ ...certificateSchema.shape, store: storeSchema });

/** Something that a certificate serves, and would be without if the certificate went away. */
export const useSchema = z.strictObject({
  kind: z.enum(["binding", "configuration", "service", "proxy"]),
  /** "0.0.0.0:9200", the path of a file, the name of a service. */
  subject: z.string(),
});
export type Use = Readonly<z.infer<typeof useSchema>>;

/** Everything about one certificate in a store. */
export const storedDetailSchema = z.strictObject({
  certificate: storedCertificateSchema,
  pem: z.string(),
  /** The certificate first, then each issuer that the stores hold. */
  chain: z.array(certificateSchema),
  findings: z.array(findingSchema),
  uses: z.array(useSchema),
  /** `proven`: a signature was made with the key and checked; `unusable`: the store refers to a key that does not sign. */
  privateKey: z.enum(["none", "proven", "unusable"]),
});
export type StoredDetail = Readonly<z.infer<typeof storedDetailSchema>>;

/** A request that waits for its answer. Its key is kept encrypted. */
export const pendingRequestSchema = z.strictObject({
  id: z.string(),
  subject: z.string(),
  names: z.array(z.string()),
  keyType: z.string(),
  /** ISO 8601 in UTC. */
  created: z.string(),
  /** PKCS #10 in PEM: what the authority is given. */
  request: z.string(),
  /** Whether a password of the person's own opens the key; otherwise it is a secret that Lockstep keeps. */
  hasPassword: z.boolean(),
});
export type PendingRequest = Readonly<z.infer<typeof pendingRequestSchema>>;

/**
 * What was read from one or several files: DER certificates and clear PKCS#8 keys. It holds secrets: it is kept in
 * memory only, and never put into a plan, a journal, an error or an answer.
 */
export interface Material {
  readonly format: Inspection["format"];
  readonly encryption: string | null;
  /** What about the files themselves deserves saying, such as encryption that older Windows cannot open. */
  readonly findings: readonly Finding[];
  /** DER, in the order in which they stand in the files, each once. */
  readonly certificates: readonly Uint8Array[];
  /** Clear PKCS#8 DER. */
  readonly privateKeys: readonly Uint8Array[];
}

/** What is needed to serve TLS with a certificate: its chain as far as the files hold it, and its key. */
export interface ServerCertificate {
  readonly certificate: Certificate;
  /** DER of the leaf. */
  readonly leaf: Uint8Array;
  /** Clear PKCS#8 DER of the leaf's key; a secret. */
  readonly privateKey: Uint8Array;
  /** DER, nearest issuer first; roots left out. */
  readonly intermediates: readonly Uint8Array[];
}
