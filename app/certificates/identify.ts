// What a certificate file is and how it is protected, told before any password is asked for: its identifiers lie in the clear.
import type { Finding } from "../finding.ts";
import { freshBudget } from "./budget.ts";
import type { Identification } from "./certificate.ts";
import { formOf, type FileForm, type Part } from "./file-form.ts";
import { hashName } from "./key-derivation.ts";
import { isWeak, type Sealed, type Unsupported } from "./password-encryption.ts";
import { hasClearKey, sealedKeys, sealedSafes, type Pfx } from "./pfx.ts";
import type { CertificateFile } from "./read.ts";

/**
 * Identifies a file. No key is derived, so the answer comes at once; a sealed part may turn out to have an empty password.
 * Throws file-empty, file-too-large, certificate-unreadable.
 */
export function identify(file: CertificateFile): Identification {
  const form = formOf(file, freshBudget());
  return {
    name: file.name,
    format: form.format,
    encryption: encryptionOf(form),
    needsPassword: form.parts.some(isLocked),
    findings: [...protectionFindings(form, file.name)],
  };
}

/** A PFX in the clear asks for its password all the same, to prove that it is whole. */
function isLocked(part: Part): boolean {
  switch (part.kind) {
    case "certificates": case "key": return false;
    case "sealed-key": return true;
    case "pfx": return part.pfx.mac !== null || sealedIn(part.pfx).length > 0;
  }
}

/** How a file is protected: "AES-256 (SHA-256)"; null where nothing in it is encrypted. */
export function encryptionOf({ parts }: FileForm): string | null {
  return parts.map(encryptionOfPart).find((encryption) => encryption !== null) ?? null;
}

function encryptionOfPart(part: Part): string | null {
  switch (part.kind) {
    case "certificates": case "key": return null;
    case "sealed-key": return part.sealed.scheme.kind === "unsupported" ? part.sealed.scheme.name : `${part.sealed.scheme.name} (${part.sealed.scheme.hash})`;
    case "pfx": return encryptionOfPfx(part.pfx);
  }
}

function encryptionOfPfx(pfx: Pfx): string | null {
  const names = [...new Set(sealedIn(pfx).map(({ scheme }) => scheme.name))];
  return names.length === 0 ? null : `${names.join(" and ")} (${integrityOf(pfx)})`;
}

function integrityOf({ mac }: Pfx): string {
  if (mac === null) return "no integrity check";
  if (mac.kind === "unsupported") return mac.name;
  return mac.way === "pbmac1" ? `PBMAC1 with ${hashName[mac.hash]}` : hashName[mac.hash];
}

/** Keys before certificates: the key's protection is what matters to whoever asks. */
const sealedIn = (pfx: Pfx): readonly Sealed[] => [...sealedKeys(pfx), ...sealedSafes(pfx)];

/** The first part of a file that is protected in a way which is known by name only; null where there is none. */
export function unsupportedPart({ parts }: FileForm): Unsupported | null {
  return parts.flatMap(unsupportedIn)[0] ?? null;
}

function unsupportedIn(part: Part): readonly Unsupported[] {
  const unsupported = (sealed: readonly Sealed[]) => sealed.flatMap(({ scheme }) => (scheme.kind === "unsupported" ? [scheme] : []));
  switch (part.kind) {
    case "certificates": case "key": return [];
    case "sealed-key": return unsupported([part.sealed]);
    case "pfx": return [...unsupported(sealedIn(part.pfx)), ...part.pfx.mac?.kind === "unsupported" ? [part.pfx.mac] : []];
  }
}

/**
 * What about the protection of a file deserves saying, each once. Codes: encryption-unsupported, pfx-weak-encryption,
 * key-weak-encryption, pfx-no-mac, pfx-modern-encryption, key-unencrypted. `name` is the file's.
 */
export function protectionFindings(form: FileForm, name: string): readonly Finding[] {
  const unsupported = unsupportedPart(form);
  const found = [...unsupported ? [unsupportedFinding(unsupported, name)] : [], ...form.parts.flatMap((part) => findingsOf(part, name))];
  const order = ["error", "warning", "information"] as const;
  const distinct = [...new Map(found.map((finding) => [finding.code, finding] as const)).values()];
  return order.flatMap((severity) => distinct.filter((finding) => finding.severity === severity));
}

function findingsOf(part: Part, name: string): readonly Finding[] {
  switch (part.kind) {
    case "certificates": return [];
    case "key": return [clearKey(name)];
    case "sealed-key": return isWeak(part.sealed.scheme) ? [weakKey("key-weak-encryption", part.sealed, name)] : [];
    case "pfx": return [
      ...weaknessOf(part.pfx, name),
      ...part.pfx.mac === null ? [noMac(name)] : [],
      ...isModern(part.pfx) ? [modern(part.pfx, name)] : [],
      ...hasClearKey(part.pfx) ? [clearKey(name)] : [],
    ];
  }
}

const unsupportedFinding = (unsupported: Unsupported, name: string): Finding => ({
  code: "encryption-unsupported", severity: "error", message: `${name} is encrypted with ${unsupported.name}, which Lockstep does not read.`,
  hint: "Export it again with AES-256 or 3DES.",
});

/** Whatever came after Windows Server 2016: PBES2, and integrity checks with anything but SHA-1. */
function isModern(pfx: Pfx): boolean {
  const { mac } = pfx;
  return sealedIn(pfx).some(({ scheme }) => scheme.kind === "scheme" && scheme.family === "modern")
    || mac?.kind === "mac" && (mac.way === "pbmac1" || mac.hash !== "sha1");
}

const modern = (pfx: Pfx, name: string): Finding => ({
  code: "pfx-modern-encryption", severity: "information",
  message: `${name} is protected with ${encryptionOfPfx(pfx) ?? `an integrity check by ${integrityOf(pfx)}`}. Windows Server 2016 and older cannot open such a file, and say that its password is incorrect.`,
  hint: "If such a Windows has to open it, convert it first: `lockstep certificate convert FILE --to pfx-legacy --out F`, or the Convert button.",
});

function weaknessOf(pfx: Pfx, name: string): readonly Finding[] {
  const key = sealedKeys(pfx).find(({ scheme }) => isWeak(scheme));
  if (key) return [weakKey("pfx-weak-encryption", key, name)];
  const safe = sealedSafes(pfx).find(({ scheme }) => isWeak(scheme));
  const [strongKey] = sealedKeys(pfx);
  if (!safe) return [];
  return [{
    code: "pfx-weak-encryption", severity: "warning",
    message: strongKey
      ? `The certificates in ${name} are encrypted with ${safe.scheme.name}, which anyone opens with a little time. Its private key is protected apart from them, with ${strongKey.scheme.name}.`
      : `${name} is encrypted with ${safe.scheme.name}, which anyone opens with a little time.`,
    hint: "Convert it to modern protection: `lockstep certificate convert FILE --to pfx --out F`, or the Convert button.",
  }];
}

const weakKey = (code: "pfx-weak-encryption" | "key-weak-encryption", { scheme }: Sealed, name: string): Finding => ({
  code, severity: "warning", message: `The private key in ${name} is encrypted with ${scheme.name}, which anyone opens with a little time.`,
  hint: "Convert it to modern protection: `lockstep certificate convert FILE --to pfx --out F`, or the Convert button. Then delete this file; if strangers may have had it, ask for a certificate with a new key.",
});

const noMac = (name: string): Finding => ({
  code: "pfx-no-mac", severity: "warning", message: `${name} has no integrity check: whether it was changed on its way cannot be told.`,
  hint: "Ask for the file again with one. Converting it adds one to what is there now: `lockstep certificate convert FILE --to pfx --out F`, or the Convert button.",
});

const clearKey = (name: string): Finding => ({
  code: "key-unencrypted", severity: "information", message: `The private key in ${name} lies in the clear: whoever can read the file has the key.`,
  hint: "Let only administrators read it, or keep a PFX with a password in its place: `lockstep certificate convert FILE --to pfx --out F --out-password-file P`, or the Convert button.",
});
