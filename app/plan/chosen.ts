// The certificate that a plan is to serve: out of files or the machine's store, and the steps that put it there.
import { explain } from "../certificates/chain.ts";
import type { Certificate } from "../certificates/certificate.ts";
import { describe } from "../certificates/describe.ts";
import type { CertificateReader } from "../certificates/reader.ts";
import { selectServerCertificate } from "../certificates/server-certificate.ts";
import { certificateFilesOf, issuersIn } from "../certificates/source.ts";
import { suitability } from "../certificates/suitability.ts";
import { thumbprint as thumbprintOf } from "../certificates/thumbprint.ts";
import type { SecureRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine, StoredCertificate } from "../machine.ts";
import type { Operation } from "./operation.ts";
import type { Materials } from "./plan.ts";

/** The certificate to serve, from files or out of the store. */
export interface Chosen {
  readonly certificate: Certificate;
  readonly findings: readonly Finding[];
  readonly leaf: Uint8Array;
  readonly privateKey: Uint8Array | null;
  readonly intermediates: readonly Uint8Array[];
}

/**
 * Reads the certificate to serve and proves that its key is there. Throws what reading throws, not-found,
 * private-key-missing, certificate-expired and its like.
 */
export async function choose(machine: Machine, reader: CertificateReader, request: Pick<SecureRequest, "certificate" | "allowExpired">, hostName: string | undefined): Promise<Chosen> {
  const now = machine.clock.now();
  if ("thumbprint" in request.certificate) {
    const { thumbprint } = request.certificate;
    const found = await machine.certificates.find("My", thumbprint);
    if (!found) throw problem("not-found", { what: "certificate in the machine's Personal store", name: thumbprint });
    const certificate = describe(found.der, { hasPrivateKey: found.hasPrivateKey, role: "leaf" });
    if (!found.hasPrivateKey || !(await machine.certificates.provesKey("My", thumbprint))) {
      throw problem("private-key-missing", { file: "The machine's Personal store", subject: certificate.subject });
    }
    const selected = selectServerCertificate({ format: "der", encryption: null, findings: [], certificates: [found.der], privateKeys: [] },
      { now, allowExpired: request.allowExpired === true, fileName: thumbprint, keyElsewhere: true });
    const issuers = (await issuersIn(machine.certificates)).map(({ der }) => der);
    const { findings } = explain(selected.leaf, issuers, { now, hostName });
    return { certificate, findings, leaf: found.der, privateKey: null, intermediates: [] };
  }
  const files = certificateFilesOf(request.certificate.files);
  const material = await reader.read(files, request.certificate.password);
  const selected = selectServerCertificate(material, { now, allowExpired: request.allowExpired === true, fileName: files.map(({ name }) => name).join(", ") });
  const ofName = hostName === undefined ? [] : suitability(selected.leaf, { now, hostName }).filter(({ code }) => code === "name-mismatch");
  return { ...selected, findings: [...selected.findings, ...ofName] };
}

/** The steps that put it and its intermediates into the stores, where they are not there yet. */
export function importSteps(chosen: Chosen, stored: readonly StoredCertificate[]): { readonly operations: readonly Operation[]; readonly materials: Materials } {
  const operations: Operation[] = [];
  const materials = new Map<string, { certificate: Uint8Array; privateKey: Uint8Array | null }>();
  const { thumbprint, subject } = chosen.certificate;
  const leaf = stored.find((entry) => entry.store === "My" && entry.thumbprint === thumbprint);
  if (!leaf?.hasPrivateKey) {
    operations.push({ kind: "certificate.import", store: "My", thumbprint, subject, withKey: true });
    materials.set(thumbprint, { certificate: chosen.leaf, privateKey: chosen.privateKey });
  }
  for (const der of chosen.intermediates) {
    const name = thumbprintOf(der);
    if (stored.some((entry) => entry.store === "CA" && entry.thumbprint === name)) continue;
    operations.push({ kind: "certificate.import", store: "CA", thumbprint: name, subject: describe(der, { hasPrivateKey: false, role: "intermediate" }).subject, withKey: false });
    materials.set(name, { certificate: der, privateKey: null });
  }
  return { operations, materials };
}
