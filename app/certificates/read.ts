// Certificate files read: certificates and keys out of all forms in which people are handed them, put together.
import { createHash } from "node:crypto";
import { problem } from "../errors.ts";
import { MalformedError } from "./asn1.ts";
import { freshBudget, spendOnParsing, type Budget } from "./budget.ts";
import type { Material } from "./certificate.ts";
import { asUnreadable, formOf, inPlace, mostCertificates, type FileForm, type Part } from "./file-form.ts";
import { encryptionOf, protectionFindings, unsupportedPart } from "./identify.ts";
import { passwordOctets } from "./key-derivation.ts";
import { unseal } from "./password-encryption.ts";
import { openPfx } from "./pfx.ts";
import { toPkcs8 } from "./private-key.ts";
import { readFields } from "./x509.ts";

export interface CertificateFile {
  /** For messages only. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Octets of all files together. */
const totalLimit = 16 * 1024 * 1024;
const mostKeys = 50;

type Contents = Pick<Material, "certificates" | "privateKeys">;

/**
 * Reads PFX, PEM, DER (certificate or key) and PKCS #7, several files put together, duplicates left out. Every
 * certificate and key in the result has been parsed. The result may lack either: whoever needs them says so.
 *
 * Keys are opened here and not by the platform, whose cryptography differs between Node and Electron. Whatever the files
 * hold, the answer comes within seconds: one budget bounds the work of all of them.
 *
 * Throws file-empty, file-too-large, certificate-unreadable, cipher-unsupported, password-needed, password-wrong.
 */
export async function readMaterial(files: readonly CertificateFile[], password: string | undefined): Promise<Material> {
  const size = files.reduce((sum, { content }) => sum + content.length, 0);
  if (size > totalLimit) throw problem("file-too-large", { file: files.map(({ name }) => name).join(", "), size, limit: totalLimit });
  const budget = freshBudget();
  const forms = files.map((file) => ({ file: file.name, form: formOf(file, budget) }));
  for (const { file, form } of forms) {
    const unsupported = unsupportedPart(form);
    if (unsupported) throw problem("cipher-unsupported", { file, cipher: unsupported.name });
  }
  const contents: Contents[] = [];
  for (const { file, form } of forms) contents.push(await open(form, password ?? null, file, budget));
  return {
    format: (forms.find((_, index) => (contents[index]?.certificates.length ?? 0) > 0) ?? forms[0])?.form.format ?? "der",
    encryption: forms.map(({ form }) => encryptionOf(form)).find((encryption) => encryption !== null) ?? null,
    findings: forms.flatMap(({ file, form }) => protectionFindings(form, file)),
    certificates: distinct(contents.flatMap(({ certificates }) => certificates)),
    privateKeys: distinct(contents.flatMap(({ privateKeys }) => privateKeys)),
  };
}

async function open({ parts }: FileForm, password: string | null, file: string, budget: Budget): Promise<Contents> {
  try {
    const opened: Contents[] = [];
    for (const part of parts) opened.push(await openPart(part, password, file, budget));
    const contents = { certificates: opened.flatMap(({ certificates }) => certificates), privateKeys: opened.flatMap(({ privateKeys }) => privateKeys) };
    if (contents.certificates.length > mostCertificates) throw new MalformedError(`it holds more than ${mostCertificates} certificates.`);
    if (contents.privateKeys.length > mostKeys) throw new MalformedError(`it holds more than ${mostKeys} private keys.`);
    return contents;
  } catch (error) {
    throw asUnreadable(error, file);
  }
}

async function openPart(part: Part, password: string | null, file: string, budget: Budget): Promise<Contents> {
  switch (part.kind) {
    case "certificates": return { certificates: inPlace(part.place, () => checked(part.certificates, budget)), privateKeys: [] };
    case "key": return { certificates: [], privateKeys: [inPlace(part.place, () => toPkcs8(part.der, part.curve))] };
    case "sealed-key": return { certificates: [], privateKeys: [await openKey(part, password, file, budget)] };
    case "pfx": {
      const { certificates, privateKeys } = await openPfx(part.pfx, password, file, budget);
      return { certificates: checked(certificates, budget), privateKeys };
    }
  }
}

/** An encrypted key has nothing that tells a wrong password from damage; what does not open is a wrong password. */
async function openKey({ sealed: { scheme, content }, curve }: Extract<Part, { kind: "sealed-key" }>, password: string | null, file: string, budget: Budget): Promise<Uint8Array> {
  if (scheme.kind === "unsupported") throw problem("cipher-unsupported", { file, cipher: scheme.name });
  for (const form of passwordOctets(password)) {
    const key = await unseal(scheme, content, form, budget, (clear) => toPkcs8(clear, curve));
    if (key !== null) return key;
  }
  throw problem(password === null ? "password-needed" : "password-wrong", { file });
}

function checked(certificates: readonly Uint8Array[], budget: Budget): readonly Uint8Array[] {
  if (certificates.length > mostCertificates) throw new MalformedError(`it holds more than ${mostCertificates} certificates.`);
  for (const der of certificates) {
    spendOnParsing(der, budget);
    readFields(der);
  }
  return certificates;
}

function distinct(encodings: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(encodings.map((der) => [createHash("sha256").update(der).digest("hex"), der] as const)).values()];
}
