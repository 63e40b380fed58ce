// An inspection: everything that can be said of certificate files before they are used.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Inspection, Material } from "./certificate.ts";
import { describeFields } from "./describe.ts";
import { chainOf, keysOf, roleOfFields } from "./match.ts";
import { keyType, privateKeyOf } from "./private-key.ts";
import { readMaterial, type CertificateFile } from "./read.ts";
import { suitabilityOf, unfitForServers } from "./suitability.ts";
import { thumbprint } from "./thumbprint.ts";
import { readCertificate, type CertificateFields } from "./x509.ts";

/**
 * Reads files and says what is in them. The certificate that would be served comes first, then its chain, then the rest.
 * What keeps it from being used is a finding here and an error only where it is used.
 *
 * Throws certificate-missing and what `readMaterial` throws.
 */
export async function inspect(files: readonly CertificateFile[], password: string | undefined, now: Date): Promise<Inspection> {
  const file = files.map(({ name }) => name).join(", ");
  const material = await readMaterial(files, password);
  const all = material.certificates.map(readCertificate);
  const keys = keysOf(all, material.privateKeys);
  const leaf = likeliestLeaf(all, keys, now);
  if (!leaf) throw problem("certificate-missing", { file });
  const chain = chainOf(leaf, all);
  return {
    format: material.format,
    encryption: material.encryption,
    certificates: [...chain, ...all.filter((certificate) => !chain.includes(certificate))].map((certificate) => describeFields(certificate, {
      hasPrivateKey: keys.has(certificate),
      role: certificate === leaf && unfitForServers(leaf) === null ? "leaf" : roleOfFields(certificate),
    })),
    privateKeys: material.privateKeys.map((key) => {
      const owner = [leaf, ...all].find((certificate) => keys.get(certificate) === key);
      return { keyType: keyType(privateKeyOf(key)), matches: owner ? thumbprint(owner.der) : null };
    }),
    chain: chain.map(({ der }) => thumbprint(der)),
    findings: [...keyFindings(leaf, material, keys, now), ...suitabilityOf(leaf, { now, issuers: all })],
  };
}

type Keys = ReadonlyMap<CertificateFields, Uint8Array>;

/** Fit for servers before unfit, with its key before without, valid before not; else in the order of the files. */
function likeliestLeaf(all: readonly CertificateFields[], keys: Keys, now: Date): CertificateFields | undefined {
  const score = (certificate: CertificateFields): number =>
    (unfitForServers(certificate) === null ? 4 : 0)
    + (keys.has(certificate) ? 2 : 0)
    + (isValid(certificate, now) ? 1 : 0);
  return all.map((certificate) => ({ certificate, score: score(certificate) })).sort((a, b) => b.score - a.score)[0]?.certificate;
}

function isValid({ notBefore, notAfter }: CertificateFields, now: Date): boolean {
  return notBefore <= now && now <= notAfter;
}

function keyFindings(leaf: CertificateFields, { privateKeys }: Material, keys: Keys, now: Date): readonly Finding[] {
  if (privateKeys.length === 0) {
    return [{
      code: "private-key-missing", severity: "error", message: `There is no private key for ${leaf.subject} in the files.`,
      hint: "Export the certificate again with its private key, or give the key file together with the certificate.",
    }];
  }
  if (!keys.has(leaf)) {
    return [{
      code: "private-key-mismatch", severity: "error", message: `The private key in the files does not belong to ${leaf.subject}.`,
      hint: "Find the key that was made with this certificate's request, or have the certificate issued again.",
    }];
  }
  const usable = [...keys.keys()].filter((certificate) => unfitForServers(certificate) === null && isValid(certificate, now));
  return usable.length < 2 ? [] : [{
    code: "leaf-ambiguous", severity: "error", message: `The files hold ${usable.length} server certificates with their keys; only one can be bound.`,
    hint: "Keep the certificate to be used, its key and its intermediates.",
  }];
}
