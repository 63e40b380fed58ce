// Certificate material in another format: everything that was read is written again, the certificate with the key first.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Material } from "./certificate.ts";
import { chainOf, keysOf } from "./match.ts";
import { writePem } from "./pem-writer.ts";
import { writePfx } from "./pfx-writer.ts";
import { keyType, privateKeyOf } from "./private-key.ts";
import { unfitForServers } from "./suitability.ts";
import { readCertificate, type CertificateFields } from "./x509.ts";

export interface Target {
  /** `pfx-legacy` is 3DES and SHA-1, for Windows Server 2016 and older. */
  readonly to: "pem" | "pfx" | "pfx-legacy";
  /** Protects what is written; null where there is none. */
  readonly password: string | null;
}

export interface Converted {
  /** The file; a secret where it holds a key in the clear. */
  readonly content: Uint8Array;
  /** DER of the certificates in it, in their order. */
  readonly certificates: readonly Uint8Array[];
  /** Codes: key-unencrypted, pfx-legacy-encryption, key-kind-unusual. */
  readonly findings: readonly Finding[];
}

/**
 * Writes material in another format. The certificate that would be served comes first, then its chain, then the rest; all
 * keys are kept, each joined with its certificate. PEM without a password has its keys in the clear, which is a finding.
 * A PFX of certificates alone needs no password.
 *
 * Throws new-password-needed (a PFX with a key), certificate-missing (keys alone, but for PEM).
 */
export async function convert({ certificates, privateKeys }: Material, { to, password }: Target): Promise<Converted> {
  const { ordered, leaf, keys } = arranged(certificates.map(readCertificate), privateKeys);
  const written = ordered.map(({ der }) => der);
  const [privateKey = null, ...furtherKeys] = keys;
  const content = { certificates: written, privateKey, furtherKeys };
  switch (to) {
    case "pem":
      return {
        content: new TextEncoder().encode(await writePem({ ...content, password })), certificates: written,
        findings: privateKey && (password === null || password === "") ? [clearKeyFinding] : [],
      };
    case "pfx": case "pfx-legacy":
      if (!leaf) throw problem("certificate-missing", { file: "What is to be converted" });
      if (privateKey && password === null) throw problem("new-password-needed", { file: "The new PFX" });
      return {
        content: await writePfx({ ...content, friendlyName: leaf.commonName ?? leaf.alternativeNames?.[0] ?? leaf.subject, password: password ?? "", strength: to === "pfx" ? "modern" : "legacy" }),
        certificates: written,
        findings: [...keyKinds(keys), ...to === "pfx-legacy" ? [legacyFinding] : []],
      };
  }
}

interface Arrangement {
  readonly ordered: readonly CertificateFields[];
  readonly leaf: CertificateFields | undefined;
  /** The leaf's key first, where it has one. */
  readonly keys: readonly Uint8Array[];
}

/** A server's certificate before an authority's, one with its key before one without; else the order of the files. */
function arranged(all: readonly CertificateFields[], privateKeys: readonly Uint8Array[]): Arrangement {
  const owned = keysOf(all, privateKeys);
  const rank = (certificate: CertificateFields): number => (owned.has(certificate) ? 2 : 0) + (unfitForServers(certificate) === null ? 1 : 0);
  const [leaf] = [...all].sort((a, b) => rank(b) - rank(a));
  const chain = leaf ? chainOf(leaf, all) : [];
  const first = leaf && owned.get(leaf);
  return {
    leaf,
    ordered: [...chain, ...all.filter((certificate) => !chain.includes(certificate))],
    keys: [...first ? [first] : [], ...privateKeys.filter((key) => key !== first)],
  };
}

const clearKeyFinding: Finding = {
  code: "key-unencrypted", severity: "information", message: "The private key lies in the file in the clear.",
  hint: "Whoever can read the file has the key. Keep it readable by its owner alone, or protect it with a password.",
};

const legacyFinding: Finding = {
  code: "pfx-legacy-encryption", severity: "warning", message: "The file is encrypted with 3DES and SHA-1, which protect it poorly.",
  hint: "Use it only for Windows Server 2016 and older, and delete it once it has been imported.",
};

/** Kinds of key that Windows does not take from a PFX for TLS, each once. */
function keyKinds(keys: readonly Uint8Array[]): readonly Finding[] {
  const kinds = new Set(keys.map((key) => keyType(privateKeyOf(key))).filter((kind) => !/^(?:rsa:\d+|ec:p(?:256|384|521))$/.test(kind)));
  return [...kinds].map((kind) => ({
    code: "key-kind-unusual", severity: "warning", message: `The PFX has a key of the kind ${kind}, which Windows does not use for TLS and may refuse to import.`,
    hint: "For Windows, have the certificate issued for an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.",
  }));
}
