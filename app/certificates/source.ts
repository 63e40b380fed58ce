// Where certificate material comes from: files, an authority's answer with the key of its request, or one of the stores.
import { decodeBase64 } from "../base64.ts";
import type { AnswerFiles, CertificateFiles, UploadedFile } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { CertificateStore, StoreName } from "../machine.ts";
import type { Material } from "./certificate.ts";
import { complete, withoutCertificate } from "./completion.ts";
import { describeFields } from "./describe.ts";
import { chainOf, isSelfSigned, roleOfFields } from "./match.ts";
import type { KeptRequest, PendingRequests } from "./pending-requests.ts";
import type { CertificateFile } from "./read.ts";
import type { CertificateReader } from "./reader.ts";
import { sha256Fingerprint } from "./thumbprint.ts";
import { publicKeyOf, readCertificate, type CertificateFields } from "./x509.ts";

export interface Sources {
  readonly reader: CertificateReader;
  readonly pending: PendingRequests;
  readonly certificates: CertificateStore;
}

export interface Sourced {
  readonly material: Material;
  /** Names of the files, for messages. */
  readonly fileName: string;
  /** The pending request that the material answers. */
  readonly request: KeptRequest | null;
  /** What joining an answer with its request showed; what files are like stands in the material. */
  readonly findings: readonly Finding[];
}

/** Files of the contract as the readers take them. */
export function certificateFilesOf(files: readonly UploadedFile[]): readonly CertificateFile[] {
  return files.map(({ name, content }) => ({ name, content: decodeBase64(content) }));
}

const namesOf = (files: readonly UploadedFile[]): string => files.map(({ name }) => name).join(", ");

/** Reads files, or joins an answer with its key. Throws what reading throws, not-found, answer-mismatch, private-key-missing. */
export async function readSource(sources: Sources, source: CertificateFiles | AnswerFiles): Promise<Sourced> {
  if ("answer" in source) return readAnswer(sources, source);
  const material = await sources.reader.read(certificateFilesOf(source.files), source.password);
  return { material, fileName: namesOf(source.files), request: null, findings: [] };
}

async function readAnswer(sources: Sources, source: AnswerFiles): Promise<Sourced> {
  const fileName = namesOf(source.answer);
  const files = certificateFilesOf(source.answer);
  const answer = await sources.reader.read(files, source.password);
  const kept = await requestFor(sources.pending, source, answer, files, fileName);
  const privateKey = kept ? await openKey(sources, kept, source.password) : await readKey(sources.reader, source);
  const joined = complete(answer, privateKey, kept ? pemContent(kept.request) : null, fileName, files.map(({ content }) => content));
  return {
    material: { ...answer, certificates: joined.certificates, privateKeys: [joined.privateKey] },
    fileName, request: kept, findings: joined.findings,
  };
}

/** The pending request that is meant: named, recognised by its key file, or by the public key in the answer. Null for a key of its own. */
async function requestFor(pending: PendingRequests, { request, key }: AnswerFiles, answer: Material, files: readonly CertificateFile[], fileName: string): Promise<KeptRequest | null> {
  const all = await pending.list();
  if (request !== undefined) {
    const named = all.find(({ id }) => id === request);
    if (!named) throw problem("not-found", { what: "pending certificate request", name: request });
    return named;
  }
  if (key !== undefined) {
    const text = new TextDecoder().decode(decodeBase64(key.content)).replace(/\s+/g, "");
    return all.find(({ encryptedKey }) => encryptedKey.replace(/\s+/g, "") === text) ?? null;
  }
  const answered = new Set(answer.certificates.map((der) => publicKeyOf(readCertificate(der))).map((key) => key && sha256Fingerprint(key.export({ type: "spki", format: "der" }))));
  const found = all.find(({ publicKey }) => answered.has(publicKey));
  if (found) return found;
  if (answer.certificates.length === 0) throw withoutCertificate(answer, fileName, files.map(({ content }) => content));
  throw problem("answer-mismatch", { file: fileName, problem: all.length === 0 ? "no request waits here for its answer." : `it answers none of the ${all.length} requests that wait here.` });
}

async function openKey({ reader, pending }: Sources, { names, subject, encryptedKey, hasPassword }: KeptRequest, password: string | undefined): Promise<Uint8Array> {
  const name = `The key of the request for ${names[0] ?? subject}`;
  if (hasPassword && password === undefined) throw problem("password-needed", { file: name });
  const { privateKeys: [key] } = await reader.read([{ name, content: new TextEncoder().encode(encryptedKey) }], hasPassword ? password : await pending.secret());
  if (!key) throw problem("private-key-missing", { file: name, subject });
  return key;
}

async function readKey(reader: CertificateReader, { key, password }: AnswerFiles): Promise<Uint8Array> {
  const file = key ? certificateFilesOf([key]) : [];
  const { privateKeys: [found] } = await reader.read(file, password);
  if (!found) throw problem("private-key-missing", { file: key?.name ?? "", subject: "the answer" });
  return found;
}

/** The bytes of the one block in PEM that Lockstep wrote itself. */
function pemContent(pem: string): Uint8Array {
  return decodeBase64(pem.replace(/-----[^-]+-----/g, "").replace(/\s+/g, ""));
}

/**
 * A stored certificate with its chain as far as the stores hold it, its root left out, and its key unless it is unwanted
 * or there is none. Throws not-found, key-not-exportable.
 */
export async function readStored(certificates: CertificateStore, store: StoreName, thumbprint: string, withKey: boolean): Promise<Sourced> {
  const found = await certificates.find(store, thumbprint);
  if (!found) throw problem("not-found", { what: `certificate in the machine's ${store} store`, name: thumbprint });
  const fields = readCertificate(found.der);
  const key = withKey && found.hasPrivateKey ? await certificates.exportKey(store, thumbprint) : null;
  if (withKey && found.hasPrivateKey && key === null) throw problem("key-not-exportable", { subject: fields.subject });
  const chain = chainOf(fields, await issuersIn(certificates));
  return {
    material: {
      format: "der", encryption: null, findings: [],
      certificates: chain.filter((one) => one === fields || !isSelfSigned(one)).map(({ der }) => der),
      privateKeys: key ? [key] : [],
    },
    fileName: fields.subject, request: null, findings: [],
  };
}

/** Every authority's certificate in the stores; what cannot be read is passed over. */
export async function issuersIn(certificates: CertificateStore): Promise<readonly CertificateFields[]> {
  const stored = [...await certificates.list("CA"), ...await certificates.list("Root")];
  return stored.flatMap(({ der }) => readable(der));
}

/** The certificate's fields, or nothing where it cannot be read. */
export function readable(der: Uint8Array): readonly CertificateFields[] {
  try {
    return [readCertificate(der)];
  } catch {
    return [];
  }
}

/** The certificates of material as values, those with a key marked. */
export function describeAll(certificates: readonly CertificateFields[], withKey: ReadonlySet<CertificateFields>) {
  return certificates.map((fields) => describeFields(fields, { hasPrivateKey: withKey.has(fields), role: roleOfFields(fields) }));
}
