// An inspection: everything that can be said of certificate files before they are used.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Inspection, Material } from "./certificate.ts";
import { describeFields } from "./describe.ts";
import { chainOf, keysOf, roleOfFields } from "./match.ts";
import { privateKeyType } from "./private-key.ts";
import { readMaterial, type CertificateFile } from "./read.ts";
import { suitabilityOf, unfitForServers } from "./suitability.ts";
import { thumbprint } from "./thumbprint.ts";
import { readCertificate, type CertificateFields } from "./x509.ts";

/**
 * Reads files and says what is in them. The certificate that would be served comes first, then its chain, then the rest.
 * What keeps it from being used is a finding here and an error only where it is used. Codes beside those of `suitability`
 * and of the readers: private-key-missing, private-key-mismatch, leaf-ambiguous, chain-order, root-included,
 * certificates-unrelated.
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
  const inChain = new Set(chain);
  return {
    format: material.format,
    encryption: material.encryption,
    certificates: [...chain, ...all.filter((certificate) => !inChain.has(certificate))].map((certificate) => describeFields(certificate, {
      hasPrivateKey: keys.has(certificate),
      role: certificate === leaf && unfitForServers(leaf) === null ? "leaf" : roleOfFields(certificate),
    })),
    privateKeys: material.privateKeys.map((key) => {
      const owner = [leaf, ...all].find((certificate) => keys.get(certificate) === key);
      return { keyType: privateKeyType(key), matches: owner ? thumbprint(owner.der) : null };
    }),
    chain: chain.map(({ der }) => thumbprint(der)),
    findings: [
      ...keyFindings(leaf, material, keys, now),
      ...suitabilityOf(leaf, { now, issuers: all, place: "files" }),
      // Certificates of several files, or in a PFX, stand in no order that anyone would send them in.
      ...files.length === 1 && material.format === "pem" ? orderFindings(chain, all) : [],
      ...companyFindings(chain, all, keys),
      ...material.findings,
    ],
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

/** RFC 8446, 4.4.2, and RFC 5246, 7.4.2: the server's certificate is sent first. TLS 1.2 wants each issuer right after. */
function orderFindings(chain: readonly CertificateFields[], all: readonly CertificateFields[]): readonly Finding[] {
  const places = chain.map((certificate) => all.indexOf(certificate));
  return places[0] === 0 && places.every((place, index) => index === 0 || place > (places[index - 1] ?? -1)) ? [] : [{
    code: "chain-order", severity: "information", message: "In the file the certificates do not stand in the order of the chain, the server's own first and each issuer after it.",
    hint: "Lockstep puts them in order by itself; nginx and others need them in order, and `certificate convert --to pem` writes them so.",
  }];
}

/** What is in the files beside the certificate and its intermediates. */
function companyFindings(chain: readonly CertificateFields[], all: readonly CertificateFields[], keys: Keys): readonly Finding[] {
  const root = chain.slice(1).find(({ isSelfSigned }) => isSelfSigned);
  const related = new Set([...chain, ...[...keys.keys()].flatMap((certificate) => chainOf(certificate, all))]);
  const unrelated = all.filter((certificate) => !related.has(certificate));
  const findings: Finding[] = [];
  if (root) {
    findings.push({
      code: "root-included", severity: "information", message: `The files hold the root as well: ${root.subject}. Clients trust it only if they have it already, so to send it is of no use.`,
      hint: "It is not sent, and this machine is not made to trust it unless that is asked for.",
    });
  }
  if (unrelated.length > 0) {
    const subjects = unrelated.slice(0, 3).map(({ subject }) => subject);
    findings.push({
      code: "certificates-unrelated", severity: "information",
      message: `${unrelated.length === 1 ? "One certificate in the files does" : `${unrelated.length} certificates in the files do`} not belong to the chain: ${[...subjects, ...unrelated.length > 3 ? [`and ${unrelated.length - 3} more`] : []].join("; ")}.`,
      hint: "If one of them was meant to be served, give it with its key; otherwise they can be left out.",
    });
  }
  return findings;
}
