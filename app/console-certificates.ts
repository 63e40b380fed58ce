// The console's answers about certificates: files, the machine's stores, and requests that wait for their answer.
import { encodeBase64 } from "./base64.ts";
import type { Certificate } from "./certificates/certificate.ts";
import { explain } from "./certificates/chain.ts";
import { convert } from "./certificates/conversion.ts";
import { describeFields } from "./certificates/describe.ts";
import { sealKey } from "./certificates/key-encryption.ts";
import { keysOf, roleOfFields } from "./certificates/match.ts";
import { pemBlock } from "./certificates/pem-block.ts";
import { pendingView, type KeptRequest } from "./certificates/pending-requests.ts";
import { publicKeyInfo } from "./certificates/private-key.ts";
import { describeRequest } from "./certificates/request-description.ts";
import { createRequest } from "./certificates/signing-request.ts";
import { certificateFilesOf, describeAll, issuersIn, readable, readSource, readStored, type Sourced, type Sources } from "./certificates/source.ts";
import { sha256Fingerprint } from "./certificates/thumbprint.ts";
import { whereUsed } from "./certificates/where-used.ts";
import { readCertificate } from "./certificates/x509.ts";
import type { ConvertRequest, Converted, PlanView, SigningRequest } from "./contract.ts";
import { problem } from "./errors.ts";
import type { Implementation } from "./host.ts";
import type { Machine } from "./machine.ts";
import { planImport } from "./plan/import.ts";
import { planId, type Materials, type Plan } from "./plan/plan.ts";
import { planRemove } from "./plan/remove.ts";

export interface CertificateParts extends Omit<Sources, "certificates"> {
  readonly machine: Machine;
  readonly random: () => number;
  /** Throws recovery-needed while a change is neither done nor undone. */
  readonly refuseWhileInterrupted: () => Promise<void>;
  /** Keeps a plan for review; `applied` is called once it was carried through. */
  readonly hold: (plan: Plan, materials: Materials, applied?: () => Promise<void>) => PlanView;
}

/** Certificates described at most, of those that were listed before: they never change. */
const mostRemembered = 20_000;

export function certificateAnswers({ machine, reader, pending, random, refuseWhileInterrupted, hold }: CertificateParts): Implementation["certificate"] {
  const sources: Sources = { reader, pending, certificates: machine.certificates };
  const remembered = new Map<string, Certificate>();

  function described(der: Uint8Array, thumbprint: string, hasPrivateKey: boolean): Certificate | null {
    const known = remembered.get(thumbprint);
    if (known) return { ...known, hasPrivateKey };
    const [fields] = readable(der);
    if (!fields) return null;
    const value = describeFields(fields, { hasPrivateKey, role: roleOfFields(fields) });
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(thumbprint, value);
    return value;
  }

  async function find(store: "My" | "CA" | "Root", thumbprint: string) {
    const found = await machine.certificates.find(store, thumbprint);
    if (!found) throw problem("not-found", { what: `certificate in the machine's ${store} store`, name: thumbprint });
    return found;
  }

  const sourceOf = ({ source, withoutKey }: ConvertRequest): Promise<Sourced> => "thumbprint" in source
    ? readStored(machine.certificates, source.store, source.thumbprint, withoutKey !== true)
    : readSource(sources, source);

  async function converted(request: ConvertRequest): Promise<Converted> {
    const { source, to, newPassword, withoutKey } = request;
    const sourced = await sourceOf(request);
    const material = withoutKey === true || to === "der" ? { ...sourced.material, privateKeys: [] } : sourced.material;
    const all = material.certificates.map(readCertificate);
    const withKey = new Set(keysOf(all, material.privateKeys).keys());
    const [leaf] = [...withKey, ...all];
    if (!leaf) throw problem("certificate-missing", { file: sourced.fileName });
    const name = leaf.alternativeNames?.[0] ?? leaf.commonName ?? "certificate";
    const password = newPassword ?? ("password" in source ? source.password : undefined) ?? null;
    const { content, certificates, findings } = to === "der" ? { content: leaf.der, certificates: [leaf.der], findings: [] } : await convert(material, { to, password });
    return {
      fileName: `${name.replace("*", "wildcard").replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, 100)}.${extensions[to]}`,
      content: encodeBase64(content),
      certificates: describeAll(certificates.flatMap((der) => all.find((one) => one.der === der) ?? readCertificate(der)), withKey),
      hasPrivateKey: withKey.size > 0,
      findings: [...sourced.findings, ...findings],
    };
  }

  async function requested({ commonName, names, keyType, password, ...parts }: SigningRequest) {
    const made = await createRequest({ commonName, names, keyType, subject: parts });
    const { subject, names: granted } = describeRequest(made.request);
    const kept: KeptRequest = {
      id: planId(machine.clock.now(), random()), subject, names: [...granted], keyType, created: machine.clock.now().toISOString(),
      request: made.pem, hasPassword: password !== undefined,
      encryptedKey: (await sealKey(made.privateKey, password ?? await pending.secret())).pem,
      publicKey: sha256Fingerprint(publicKeyInfo(made.privateKey)),
    };
    await pending.keep(kept);
    return { ...pendingView(kept), encryptedKey: kept.encryptedKey };
  }

  return {
    inspect: ({ files, password }) => reader.inspect(certificateFilesOf(files), password, machine.clock.now()),
    identify: async ({ files }) => [...await reader.identify(certificateFilesOf(files))],
    list: async () => (await machine.certificates.list()).flatMap(({ store, der, thumbprint, hasPrivateKey }) => {
      const certificate = described(der, thumbprint, hasPrivateKey);
      return certificate ? [{ ...certificate, store }] : [];
    }),
    show: async ({ store, thumbprint, hostName }) => {
      const { der, hasPrivateKey } = await find(store, thumbprint);
      const fields = readCertificate(der);
      const [issuers, uses, proven] = await Promise.all([
        issuersIn(machine.certificates), whereUsed(machine, thumbprint), hasPrivateKey ? machine.certificates.provesKey(store, thumbprint) : false,
      ]);
      const { chain, findings } = explain(der, issuers.map((issuer) => issuer.der), { now: machine.clock.now(), hostName });
      return {
        certificate: { ...describeFields(fields, { hasPrivateKey, role: roleOfFields(fields) }), store },
        pem: pemBlock("CERTIFICATE", der),
        chain: chain.map((one, index) => (index === 0 ? { ...one, hasPrivateKey } : one)), findings: [...findings], uses: [...uses],
        privateKey: !hasPrivateKey ? "none" : proven ? "proven" : "unusable",
      };
    },
    whereUsed: async ({ thumbprint }) => [...await whereUsed(machine, thumbprint)],
    planImport: async ({ source, includeRoots, allowExpired }) => {
      await refuseWhileInterrupted();
      const sourced = await readSource(sources, source);
      const { plan, materials } = await planImport(machine, sourced, { includeRoots: includeRoots === true, allowExpired: allowExpired === true }, random());
      const { request } = sourced;
      return hold(plan, materials, request ? () => pending.discard(request.id) : undefined);
    },
    planRemove: async ({ store, thumbprint, force }) => {
      await refuseWhileInterrupted();
      return hold(await planRemove(machine, { store, thumbprint, force: force === true }, random()), new Map());
    },
    convert: converted,
    request: requested,
    requests: async () => (await pending.list()).map(pendingView),
    discardRequest: async ({ id }) => {
      await pending.discard(id);
      return {};
    },
  };
}

const extensions = { "pem": "pem", "der": "cer", "pfx": "pfx", "pfx-legacy": "pfx" } as const;
