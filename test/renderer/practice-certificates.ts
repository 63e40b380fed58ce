// The stores and the pending requests of the stand-in machine: what the certificate pages are developed and tested on.
import { certificateSchema, type Certificate, type PendingRequest, type Use } from "../../app/certificates/certificate.ts";
import type { PlanView, UploadedFile } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Implementation } from "../../app/host.ts";
import type { OperationView } from "../../app/plan/operation.ts";
import { certificate, ended, finding, hexadecimal, intermediate, offered, operation, practicePassword, root, type HeldPlan, type Scenario } from "./practice-host.ts";

type Stored = Certificate & { readonly store: "My" | "CA" | "Root" };

interface Parts {
  readonly scenario: Scenario;
  /** The certificates that instances are served with now. */
  readonly inUse: () => readonly { readonly certificate: Certificate; readonly port: number; readonly service: string }[];
  /** Endpoints whose records name a certificate. */
  readonly boundTo: (thumbprint: string) => readonly string[];
  readonly hold: (plan: HeldPlan) => void;
  readonly nextId: () => string;
}

const block = (label: string, seed: number): string => `-----BEGIN ${label}-----\n${Array.from({ length: 12 }, (_, line) => hexadecimal(seed + line, 64)).join("\n")}\n-----END ${label}-----\n`;

/** Names, ages and kinds as a busy server's store has them; each thumbprint is its own. */
function manyCertificates(count: number): Stored[] {
  const places = ["clinic", "ward", "lab", "pharmacy", "hie", "gateway", "training", "backup"];
  return Array.from({ length: count }, (_, index) => {
    const base = certificate(index + 20, `${places[index % places.length] ?? "site"}-${index}.district-${index % 17}.example.org`, -((index * 13) % 700), ((index * 37) % 900) - 60);
    const own = index.toString(16).toUpperCase().padStart(8, "0");
    return {
      ...base, thumbprint: `${own}${base.thumbprint.slice(8)}`, sha256: `${own}${base.sha256.slice(8)}`, serialNumber: `7A${own}${base.serialNumber.slice(10)}`, keyType: index % 3 === 0 ? "ec:p256" : "rsa:2048",
      hasPrivateKey: index % 4 !== 0, store: "My" as const,
    };
  });
}

function pendingRequest(index: number): PendingRequest {
  const name = index === 0 ? "lab.example.org" : `site-${index}.example.org`;
  return {
    id: `request-${index + 1}`, subject: `CN=${name}, O=District Health Office, C=KE`, names: [name, `www.${name}`], keyType: index % 2 === 0 ? "rsa:2048" : "ec:p256",
    created: new Date(Date.now() - (index + 1) * 86_400_000).toISOString(), request: block("CERTIFICATE REQUEST", index), hasPassword: index % 2 === 0,
  };
}

const needsPassword = ({ name }: UploadedFile): boolean => name.endsWith(".pfx");

function readableFile(file: UploadedFile): UploadedFile {
  if (file.name.endsWith(".bin")) throw problem("certificate-unreadable", { file: file.name, problem: "it is neither PFX, PEM, DER nor PKCS#7" });
  return file;
}

/** Answers every call of `certificate` but `inspect`. A file whose name has "wrong" in it answers no request. */
export function practiceCertificates({ scenario, inUse, boundTo, hold, nextId }: Parts): Omit<Implementation["certificate"], "inspect"> {
  let added: Stored[] = manyCertificates(scenario.stored ?? 0);
  let removed: readonly string[] = [];
  let pending = Array.from({ length: scenario.pending ?? 0 }, (_, index) => pendingRequest(index));

  const stored = (): Stored[] => {
    const served = inUse().map(({ certificate: one }) => ({ ...one, store: "My" as const }));
    const authorities = scenario.authorities === "none" ? [] : [{ ...intermediate, store: "CA" as const }, ...(scenario.authorities === "no-root" ? [] : [{ ...root, store: "Root" as const }])];
    const all = [...served, ...added, ...authorities];
    return [...new Map(all.map((one) => [`${one.store} ${one.thumbprint}`, one])).values()].filter(({ thumbprint }) => !removed.includes(thumbprint));
  };
  const found = (store: string, thumbprint: string): Stored => {
    const one = stored().find((each) => each.store === store && each.thumbprint === thumbprint);
    if (!one) throw problem("not-found", { what: "certificate in that store", name: thumbprint });
    return one;
  };
  const withoutStore = (one: Stored): Certificate => certificateSchema.strip().parse(one);
  const chainOf = (one: Stored): Stored[] => [
    one, ...stored().filter(({ role }) => one.role !== "root" && (role === "root" || role === "intermediate" && one.role === "leaf")),
  ];
  const usesOf = (thumbprint: string): Use[] => [
    ...boundTo(thumbprint).map((subject): Use => ({ kind: "binding", subject })),
    ...inUse().filter(({ certificate: one }) => one.thumbprint === thumbprint).map(({ service }): Use => ({ kind: "service", subject: service })),
  ];
  const refuseLocked = (files: readonly UploadedFile[], password: string | undefined) => {
    const locked = files.find(needsPassword);
    if (locked && password === undefined) throw problem("password-needed", { file: locked.name });
    if (locked && password !== practicePassword) throw problem("password-wrong", { file: locked.name });
  };
  const planned = (title: string, operations: OperationView[], part: Partial<PlanView>, succeed: () => void): PlanView => {
    const view: PlanView = { planId: nextId(), title, outcome: operations.length === 0 ? "unchanged" : "planned", files: [], operations, findings: [], certificate: null, verified: [], ...part };
    if (operations.length > 0) hold({ view, succeed: () => { succeed(); return []; } });
    return view;
  };
  const answered = (id: string | undefined, password: string | undefined, answer: readonly UploadedFile[]): PendingRequest => {
    const request = id === undefined ? pending[0] : pending.find((each) => each.id === id);
    if (!request) throw problem("not-found", { what: "pending request", name: id ?? "that this answers" });
    const file = answer[0]?.name ?? "";
    if (file.includes("wrong")) throw problem("answer-mismatch", { file, problem: "the certificate in it is for an EC key on P-256; the request has an RSA key of 2048 bits." });
    if (request.hasPassword && password === undefined) throw problem("password-needed", { file: "The key of this request" });
    if (request.hasPassword && password !== practicePassword) throw problem("password-wrong", { file: "The key of this request" });
    return request;
  };

  return {
    identify: async ({ files }) => Promise.resolve(files.map((file) => readableFile(file)).map((file) => ({
      name: file.name, format: needsPassword(file) ? "pfx" as const : "pem" as const, encryption: needsPassword(file) ? "AES-256 (SHA-256)" : null, needsPassword: needsPassword(file),
      findings: needsPassword(file) ? [finding("pfx-modern-encryption", "information", `${file.name} is encrypted with AES-256 and SHA-256. Windows Server 2016 and older cannot open it, and say that the password is wrong.`, "For such a server, convert it first.")] : [],
    }))),
    list: () => Promise.resolve(stored()),
    show: async ({ store, thumbprint }) => {
      const one = found(store, thumbprint);
      return Promise.resolve({
        certificate: one, pem: block("CERTIFICATE", one.thumbprint.charCodeAt(0)), chain: chainOf(one).map(withoutStore),
        findings: Date.parse(one.notAfter) < Date.now() ? [finding("certificate-expired", "error", `The certificate of ${one.subject} ended on ${one.notAfter.slice(0, 10)}.`, "Have it renewed; clients refuse it.")] : [],
        uses: usesOf(thumbprint), privateKey: !one.hasPrivateKey ? "none" as const : one.thumbprint.endsWith("7") ? "unusable" as const : "proven" as const,
      });
    },
    whereUsed: ({ thumbprint }) => Promise.resolve(usesOf(thumbprint)),
    planImport: async ({ source, includeRoots, allowExpired }) => {
      const completed = "answer" in source ? answered(source.request, source.password, source.answer) : null;
      if ("files" in source) refuseLocked(source.files, source.password);
      const isEnded = "files" in source && source.files.some(({ name }) => name.includes("ended"));
      const leaf: Certificate = completed ? certificate(70, completed.names[0] ?? "", -1, 199) : isEnded ? ended : offered;
      if (isEnded && allowExpired !== true) throw problem("certificate-expired", { subject: leaf.subject, notAfter: leaf.notAfter });
      if ("files" in source && source.files.every(({ name }) => name.endsWith(".crt"))) throw problem("private-key-missing", { file: source.files[0]?.name ?? "", subject: leaf.subject });
      const operations = [
        operation("certificate.import", `Import the certificate ${leaf.subject} and its private key into the machine's Personal store`, { details: [leaf.thumbprint] }),
        ...(includeRoots === true ? [operation("certificate.import", `Import the certificate ${root.subject} into the machine's Trusted Root Certification Authorities store`, { details: [root.thumbprint] })] : []),
      ];
      const isThere = stored().some(({ thumbprint }) => thumbprint === leaf.thumbprint);
      return Promise.resolve(planned(`Import ${leaf.names[0] ?? ""}`, isThere ? [] : operations, { certificate: leaf }, () => {
        added = [{ ...leaf, store: "My" }, ...added];
        removed = removed.filter((thumbprint) => thumbprint !== leaf.thumbprint);
        pending = pending.filter(({ id }) => id !== completed?.id);
      }));
    },
    planRemove: async ({ store, thumbprint, force }) => {
      const one = found(store, thumbprint);
      const uses = usesOf(thumbprint);
      if (uses.length > 0 && force !== true) throw problem("certificate-in-use", { subject: one.subject, uses: uses.map(({ subject }) => subject).join(", ") });
      return Promise.resolve(planned(`Remove ${one.names[0] ?? one.subject}`, [
        operation("certificate.remove", `Remove the certificate ${one.subject} from the machine's ${store === "My" ? "Personal" : store} store`, { details: [one.thumbprint] }),
      ], {
        certificate: withoutStore(one),
        findings: one.hasPrivateKey ? [finding("private-key-lost", "warning", "Its private key goes with it and cannot be brought back.", "Export it first, if it may be needed again.")] : [],
      }, () => { removed = [...removed, thumbprint]; }));
    },
    convert: async ({ source, to, newPassword, withoutKey }) => {
      if ("files" in source) refuseLocked(source.files, source.password);
      if ("answer" in source) answered(source.request, source.password, source.answer);
      const leaf = "thumbprint" in source ? withoutStore(found(source.store, source.thumbprint)) : offered;
      const hasPrivateKey = withoutKey !== true && leaf.hasPrivateKey;
      if (to.startsWith("pfx") && hasPrivateKey && newPassword === undefined && !("password" in source)) throw problem("new-password-needed", { file: "The new PFX" });
      return Promise.resolve({
        fileName: `${leaf.names[0] ?? "certificate"}.${to === "pfx-legacy" ? "pfx" : to}`, content: btoa(block("CERTIFICATE", 3)), certificates: [leaf, intermediate], hasPrivateKey,
        findings: to === "pfx-legacy" ? [finding("pfx-legacy-encryption", "warning", "It is protected with 3DES and SHA-1, which are old and weak.", "Use it for Windows Server 2016 and older only, and delete it once it is imported.")] : [],
      });
    },
    request: async ({ commonName, names, keyType, password }) => {
      if (commonName.trim() === "") throw problem("request-invalid", { problem: "it has no name." });
      const made: PendingRequest = {
        ...pendingRequest(pending.length), id: `request-${nextId()}`, subject: `CN=${commonName}`, names: [...new Set([commonName, ...names])], keyType,
        created: new Date().toISOString(), hasPassword: password !== undefined,
      };
      pending = [made, ...pending];
      return Promise.resolve({ ...made, encryptedKey: block("ENCRYPTED PRIVATE KEY", 9) });
    },
    requests: () => Promise.resolve([...pending]),
    discardRequest: ({ id }) => {
      pending = pending.filter((each) => each.id !== id);
      return Promise.resolve({});
    },
  };
}
