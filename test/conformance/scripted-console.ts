// A console that answers the whole contract from fixed values, and fails on request in every way a real one can.
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { certificateSchema } from "../../app/certificates/certificate.ts";
import type { Applied, PlanView } from "../../app/contract.ts";
import type { Diagnosis, KeyUser, ListenerState } from "../../app/cws/cws-view.ts";
import { LockstepError, problem } from "../../app/errors.ts";
import type { Implementation } from "../../app/host.ts";
import type { ConfigurationView } from "../../app/santedb/configuration-view.ts";
import type { Instance } from "../../app/santedb/instance.ts";
import type { OperationView } from "../../app/plan/operation.ts";
import { createAnnouncer } from "../../main/announcer.ts";
import type { Console } from "../../main/console-port.ts";

type Inputs = { readonly [Group in keyof Implementation]: { readonly [Verb in keyof Implementation[Group]]: Implementation[Group][Verb] extends (input: infer Input) => unknown ? Input : never } };

/** A valid question for every call of the contract. */
export const questions: Inputs = {
  machine: { describe: {} },
  certificate: {
    inspect: { files: [{ name: "server.pfx", content: "AAEC" }], password: "correct horse" }, list: {},
    identify: { files: [{ name: "server.pfx", content: "AAEC" }] },
    show: { store: "My", thumbprint: "A".repeat(40), hostName: "clinic-7.example.org" },
    whereUsed: { thumbprint: "A".repeat(40) },
    planImport: { source: { files: [{ name: "server.pfx", content: "AAEC" }], password: "correct horse" }, includeRoots: true },
    planRemove: { store: "CA", thumbprint: "A".repeat(40), force: true },
    convert: { source: { answer: [{ name: "answer.cer", content: "AAEC" }], request: "request-1", password: "correct horse" }, to: "pfx", newPassword: "battery staple" },
    request: { commonName: "clinic-7.example.org", names: ["127.0.0.1"], keyType: "ec:p256", organization: "Größe & Ναι", password: "correct horse" },
    requests: {},
    discardRequest: { id: "request-1" },
  },
  binding: {
    list: {}, explain: { target: "127.0.0.1:9200", serverName: "clinic-7.example.org", transcript: "IP:port : 0.0.0.0:9200" },
    planSet: { endpoint: "0.0.0.0:9200", certificate: "A".repeat(40), applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", flags: { clientcertnegotiation: true, sslctlstorename: "Größe" }, takeOver: true },
    planRemove: { endpoint: "[::]:9200", takeOver: true },
  },
  reservation: {
    list: {}, check: {}, planAdd: { url: "https://+:9200/", account: "NT AUTHORITY\\NETWORK SERVICE", delegate: true }, planRemove: { url: "https://+:9200/", account: "S-1-5-20" },
  },
  listenList: { show: {} },
  transcript: { read: { text: "IP:port : 0.0.0.0:9200\r\n" } },
  instance: { list: {}, show: { name: "default" } },
  configuration: {
    show: { of: "C:\\santedb.config" },
    planSecure: { of: "default", address: "0.0.0.0", port: 9200, certificate: "A".repeat(40), clientCertificates: true, clientIssuers: ["B".repeat(40)], baseAddress: "https://clinic-7.example.org", fhirBase: "https://clinic-7.example.org" },
    planUnsecure: { of: "default" }, backups: { of: "default" },
    compare: { of: "default", backup: "C:\\santedb.config.bak" }, planRestore: { of: "default", backup: "C:\\santedb.config.bak" },
  },
  service: {
    list: {}, plan: { name: "sdb-www-default", verb: "restart", endProcess: true },
    start: { name: "sdb-www-default" }, stop: { name: "sdb-www-default", endProcess: true }, restart: { name: "sdb-www-default" },
  },
  endpoint: {
    planSecure: { instance: "default", certificate: { thumbprint: "A".repeat(40) }, port: 9200, allowExpired: true }, planUnsecure: { instance: "default", port: 9200 },
    planReplaceCertificate: { old: "B".repeat(40), certificate: { thumbprint: "A".repeat(40) }, allowExpired: true, takeOver: true },
  },
  proxy: {
    render: { kind: "icdr", serverNames: ["clinic-7.example.org"], upstreams: ["http://127.0.0.1:8080"], certificate: "/etc/ssl/clinic-7.pem", key: "/etc/ssl/clinic-7.key", port: 8443, redirectFrom: null, hsts: true },
    lint: { files: [{ name: "site.conf", content: "AAEC" }], materials: [{ path: "/etc/ssl/clinic-7.key", content: null, mode: 0o644 }] },
    state: {},
    planPublish: { site: { kind: "icdr", serverNames: ["clinic-7.example.org"], upstreams: ["http://127.0.0.1:8080"] }, certificate: { thumbprint: "A".repeat(40) }, allowExpired: true },
    planUnpublish: { name: "icdr-clinic-7.example.org.conf" },
  },
  keyUser: {
    list: {}, examine: { key: { name: "clinic7.pem", content: "AAEC" }, convert: true },
    add: { name: "clinic7", key: { name: "Größe & Ναι.pub", content: "AAEC" }, convert: true, allowWeak: true, replaces: "clinic7-2026" },
    retire: { name: "clinic7" }, export: { name: "clinic7" }, suggestFile: { name: "clinic7" },
    generate: { name: "clinic7", keyBits: 4096, privateKeyFile: "/home/root/clinic7.private.pem", password: "correct horse ", replaces: "clinic7-2026" },
  },
  body: { begin: {}, append: { id: "body-1", content: "AAEC" }, discard: { id: "body-1" } },
  signature: {
    sign: { user: "clinic7", key: { name: "clinic7.private.pem", content: "AAEC" }, password: "correct horse ", algorithm: "CWS-SHA256", method: "DELETE", body: { content: "AAEC" }, undocumented: "empty" },
    diagnose: {
      header: "Authorization: CWS-SHA256 Access=clinic7,\r\n Signature=\u201cAAEC\u201d", method: "POST", body: { id: "body-1" }, user: "clinic7", publicKey: { name: "clinic7.pem", content: "AAEC" }, version: "V1",
      url: "https://emr.example.org/ws/patient", undocumented: "body",
    },
    send: {
      user: "clinic7", key: { name: "clinic7.private.pem", content: "AAEC" }, algorithm: "CWS-SHA1", method: "POST", body: { id: "body-1" }, url: "https://emr.example.org/ws/patient",
      headers: [{ name: "Content-Type", value: "application/json" }], answerKey: { name: "coremr.pem", content: "AAEC" }, answerHeader: "X-Signature", allowUntrusted: true,
    },
    snippet: { language: "php", user: "clinic7", algorithm: "CWS-SHA256", method: "GET", url: "https://emr.example.org/ws/patient?name=Zoë" },
  },
  listener: { start: { port: 0, version: "V2", undocumented: "body" }, stop: {}, state: {} },
  plan: { apply: { planId: "plan-1" }, cancel: { planId: "plan-1" } },
  history: { list: {}, show: { id: "change-1" }, planUndo: { id: "change-1" }, undo: { id: "change-1" }, recover: { direction: "undo" } },
};

const certificate: z.infer<typeof certificateSchema> = {
  subject: "CN=clinic-7.example.org, O=Größe & Ναι", issuer: "CN=Test CA", serialNumber: "0A1B", thumbprint: "A".repeat(40), sha256: "B".repeat(64),
  notBefore: "2026-01-01T00:00:00.000Z", notAfter: "2027-01-01T00:00:00.000Z", names: ["clinic-7.example.org", "127.0.0.1"], keyType: "rsa:2048", role: "leaf", hasPrivateKey: true,
};
const binding = { endpoint: "0.0.0.0:9200", family: "ip" as const, thumbprint: "A".repeat(40), applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store: "MY", flags: { usagecheck: true } };
const answer = {
  address: "127.0.0.1", port: 9200, serverName: "clinic-7.example.org", winner: "0.0.0.0:9200", thumbprint: "A".repeat(40),
  considered: [{ endpoint: "0.0.0.0:9200", reason: "It stands for all addresses." }], outcome: "0.0.0.0:9200 answers.",
};
const operation: OperationView = {
  kind: "binding.set", title: "Bind the certificate", commands: [["netsh", "http", "add", "sslcert", "ipport=0.0.0.0:9200", `certhash=${"A".repeat(40)}`]],
  details: ["0.0.0.0:9200"], difference: [{ sign: "-", line: 3, text: "<endpoint address=\"http://0.0.0.0:9200/\"/>" }, { sign: "+", line: 3, text: "<endpoint address=\"https://0.0.0.0:9200/\"/>" }],
};
const verified = [{ address: "127.0.0.1", port: 9200, serverName: null, thumbprint: "A".repeat(40), protocol: "TLSv1.3", path: "/", httpStatus: 200 }, { address: "::1", port: 9200, serverName: "clinic-7.example.org", thumbprint: null, protocol: "HTTP/1.1", path: "/", httpStatus: null }];
const findings = [{ code: "certificate-ends-soon", severity: "warning" as const, message: "It ends in 20 days.", hint: "Have it renewed." }];
const files = [{
  file: "C:\\santedb.config", backup: "C:\\santedb.config.bak", sha256Before: "C".repeat(64), sha256After: "D".repeat(64),
  changes: [{ service: "HDSI", contract: "IHdsiServiceContract", from: "http://0.0.0.0:9200/hdsi", to: "https://0.0.0.0:9200/hdsi", line: 14, column: 60 }],
  settings: [{ name: "clientCerts" as const, of: "HDSI", from: "false", to: "true", line: 15, column: 20 }],
}];
const configuration: ConfigurationView = {
  file: "C:\\santedb.config", generation: "v3", version: "3.0.2101.0", restFile: "C:\\config\\rest.xml", baseAddress: null,
  files: [
    { file: "C:\\santedb.config", encoding: "utf-8", size: 4711, sha256: "C".repeat(64), includedBy: null },
    { file: "C:\\config\\rest.xml", encoding: "utf-16le", size: 815, sha256: "D".repeat(64), includedBy: { file: "C:\\santedb.config", line: 7 } },
  ],
  sections: [{ name: "RestConfigurationSection", role: "rest", protected: false, file: "C:\\config\\rest.xml", line: 3 }],
  services: [{
    name: "HDSI", role: "hdsi", implementation: "SanteDB.HdsiServiceBehavior", behaviors: ["SanteDB.ErrorServiceBehavior"], file: "C:\\config\\rest.xml", line: 4,
    endpoints: [{
      contract: "IHdsiServiceContract", address: "http://0.0.0.0:9200/hdsi", kind: "http", scheme: "http", host: "0.0.0.0", port: 9200, path: "/hdsi", reach: "every-address",
      certificate: null, clientCertificates: false, file: "C:\\config\\rest.xml", line: 5, column: 60,
    }],
  }],
  urls: [{ role: "upstream", value: "http://icdr.example.org:8080/", element: "realm", attribute: "address", file: "C:\\santedb.config", line: 9 }],
  findings,
};
const plan: PlanView = { planId: "plan-1", files, title: "Secure default", outcome: "planned", operations: [operation], findings, certificate, verified: [] };
const applied: Applied = { outcome: "applied", planId: "plan-1", files, title: "Secure default", operations: [operation], verified, findings };
const pending = {
  id: "request-1", subject: "CN=clinic-7.example.org", names: ["clinic-7.example.org"], keyType: "ec:p256", created: "2026-11-22T02:00:00.000Z",
  request: "-----BEGIN CERTIFICATE REQUEST-----\nAAEC\n-----END CERTIFICATE REQUEST-----\n", hasPassword: true,
};
const entry = { id: "change-1", at: "2026-11-22T02:00:00.000Z", title: "Secure default", outcome: "applied" as const, by: "root" };

const instance: Instance = {
  name: "default", product: "dcdr-www", generation: "v3", service: "sdb-www-default", state: "running", account: "LocalSystem", configFile: "C:\\santedb.config", scheme: "http", host: "0.0.0.0", port: 9200,
  endpoints: [{ service: "HDSI", contract: "IHdsiServiceContract", address: "http://0.0.0.0:9200/hdsi" }], certificate: null, findings: [],
};

const keyUser: KeyUser = {
  name: "clinic7", state: "active", keyBits: 4096, fingerprint: "E".repeat(64), added: "2026-11-22T02:00:00.000Z", retired: null, by: "Größe", replaces: "clinic7-2026",
  publicKey: "-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\n",
};
const addedKeyUser = { user: keyUser, changes: ["The byte order mark at its beginning was left out."], findings };
const diagnosis: Diagnosis = {
  valid: false, user: "clinic7", algorithm: "CWS-SHA256",
  findings: [{ code: "body.line-endings", message: "The body that was signed ends its lines with CR LF.", evidence: "SHA-256 of “Zoë” with CR LF.", mend: "Sign the bytes that are sent." }],
  opened: { by: "clinic7", hash: "SHA-256", signedDigest: "ab".repeat(32), expectedDigest: null },
};
const received = { number: 1, at: "2026-11-22T02:00:00.000Z", method: "POST", path: "/ws/patient?name=Zo%C3%AB", bodyBytes: 17, contentType: "application/json", header: "CWS-SHA256 Access=clinic7, Signature=…", diagnosis };
const listenerState: ListenerState = { address: "http://127.0.0.1:49152", valid: 3, invalid: 1, received: [received, { ...received, number: 2, contentType: null, header: null, diagnosis: { ...diagnosis, user: null, algorithm: null, opened: null } }] };

/** What the console answers to each valid question, and what therefore must arrive at the other end of every host. */
export const answers: { readonly [Group in keyof Implementation]: { readonly [Verb in keyof Implementation[Group]]: Implementation[Group][Verb] extends (...input: never) => Promise<infer Output> ? Output : never } } = {
  machine: { describe: { kind: "practice", hostName: "clinic-7.example.org", elevates: false, interrupted: null } },
  certificate: {
    inspect: { format: "pfx", encryption: "AES-256 (SHA-256)", certificates: [certificate], privateKeys: [{ keyType: "rsa:2048", matches: "A".repeat(40) }, { keyType: "ed25519", matches: null }], chain: ["A".repeat(40)], findings },
    list: [{ ...certificate, store: "My" }],
    identify: [{ name: "server.pfx", format: "pfx", encryption: "AES-256 (SHA-256)", needsPassword: true, findings }],
    show: {
      certificate: { ...certificate, store: "My" }, pem: "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n", chain: [certificate], findings,
      uses: [{ kind: "binding", subject: "0.0.0.0:9200" }], privateKey: "proven",
    },
    whereUsed: [{ kind: "binding", subject: "0.0.0.0:9200" }, { kind: "configuration", subject: "C:\\santedb.config" }],
    planImport: plan, planRemove: plan,
    convert: { fileName: "clinic-7.example.org.pfx", content: "AAEC", certificates: [certificate], hasPrivateKey: true, findings },
    request: { ...pending, encryptedKey: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAEC\n-----END ENCRYPTED PRIVATE KEY-----\n" },
    requests: [pending],
    discardRequest: {},
  },
  binding: { list: [binding], explain: { ...answer, binding, certificate, answers: [answer, { ...answer, address: "::1", winner: null, thumbprint: null }], findings }, planSet: plan, planRemove: plan },
  reservation: {
    list: [{ url: "https://+:9200/", sddl: "D:(A;;GX;;;NS)", accounts: [{ name: "NT AUTHORITY\\NETWORK SERVICE", sid: "S-1-5-20", rights: ["listen"] }] }],
    check: {
      endpoints: [{
        instance: "default", address: "https://0.0.0.0:9200/ami", prefix: "https://+:9200/ami/", account: ".\\santedb", accountSid: null, state: "wrong-scheme", reservation: null, message: "Only http is reserved.", hint: "Reserve it.",
      }],
      reservations: [{ url: "http://+:9200/", state: "left-over", message: "Nobody needs it." }],
    },
    planAdd: plan, planRemove: plan,
  },
  listenList: { show: { addresses: ["127.0.0.1", "::1"], findings } },
  transcript: {
    read: {
      bindings: [{
        endpoint: "0.0.0.0:9200", family: "ip", thumbprint: null, applicationId: null, application: null, store: "MY", flags: { reject: true }, line: 3,
        options: [{ label: "Größe", value: "Ναι", flag: null }], extended: [{ id: 0, values: ["1048576"] }],
      }],
      reservations: [{ url: "https://+:9200/", sddl: null, accounts: [{ name: "Jeder", sid: null, rights: ["listen"] }], line: 9 }],
      listenList: [], services: [{ name: "Spooler", state: "running", exitCode: 0, imagePath: null, account: null, line: 1 }],
      registrations: [{ processId: 944, url: "HTTP://+:5985/WSMAN/", line: 24 }],
      failure: { code: 183, reason: "it exists already", remedy: "Remove it first." }, findings,
    },
  },
  instance: {
    list: [instance],
    show: {
      ...instance, displayName: "SanteDB WWW (default)", imagePath: "C:\\Program Files\\santedb-www.exe --name=\"default\"", version: "3.0.2101.0", processId: 4711, accountSid: "S-1-5-18",
      candidates: [{ path: "C:\\santedb.config", rule: "3.0.1500 and newer", state: "used", modified: "2026-11-22T02:00:00.000Z" }],
      configuration, dependencies: ["HTTP"], dependants: [], joins: [{ direction: "to", instance: null, address: "http://icdr.example.org:8080/" }],
      bindings: [{ endpoint: "0.0.0.0:9200", family: "ip", thumbprint: "A".repeat(40), applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store: "MY", flags: {} }],
      shortcuts: [{ path: "C:\\Users\\Public\\Desktop\\SanteDB.url", url: "http://127.0.0.1:9200/" }],
    },
  },
  configuration: {
    show: configuration, planSecure: plan, planUnsecure: plan, planRestore: plan,
    backups: [{
      file: "C:\\santedb.config.20261122-020000-9f3a.bak", kind: "lockstep", at: "2026-11-22T02:00:00.000Z", size: 4711, sha256: "C".repeat(64), relation: "different", scheme: "http",
      change: "20261122-020000-9f3a", intact: true, readable: true,
    }],
    compare: { file: "C:\\santedb.config", backup: "C:\\santedb.config.bak", lines: [{ sign: "-", line: 3, text: "Zoë" }] },
  },
  service: {
    plan, list: [{ name: "sdb-www-default", displayName: "SanteDB WWW (default)", state: "running", account: "LocalSystem", accountSid: "S-1-5-18", processId: 4711, startType: "automatic", dependencies: ["HTTP"], dependants: [] }], start: applied, stop: applied, restart: { ...applied, outcome: "unchanged" },
  },
  endpoint: { planSecure: plan, planUnsecure: plan, planReplaceCertificate: plan },
  proxy: {
    render: { fileName: "icdr.conf", text: "# Größe\n", findings: [] },
    lint: { findings: [{ code: "redirect-port", severity: "error", file: "site.conf", line: 7, message: "Größe", mend: "Ναι" }] },
    state: {
      nginx: { version: "1.22.1", running: true, files: "/etc/nginx/sites-available", links: "/etc/nginx/sites-enabled" }, reason: null,
      sites: [{
        fileName: "icdr-clinic-7.example.org.conf", path: "/etc/nginx/sites-available/icdr-clinic-7.example.org.conf", enabled: true, serverNames: ["clinic-7.example.org"], port: 8443, redirectFrom: 80,
        upstreams: ["http://127.0.0.1:8080"], certificatePath: "/etc/ssl/Größe.pem", certificate: null, findings: [],
        site: { kind: "icdr", serverNames: ["clinic-7.example.org"], upstreams: ["http://127.0.0.1:8080"], certificate: "/etc/ssl/Größe.pem", key: "/etc/ssl/Größe.key", clientCertificates: { authorities: "/etc/ssl/ca.pem", required: false }, redirectFrom: null },
      }, {
        fileName: "dcdr-hie.example.org.conf", path: "/etc/nginx/sites-available/dcdr-hie.example.org.conf", enabled: false, serverNames: ["hie.example.org"], port: null, redirectFrom: null, upstreams: [],
        certificatePath: null, certificate: null, site: null, findings: [{ code: "site-edited", severity: "warning", file: "dcdr-hie.example.org.conf", line: 1, message: "Größe", mend: "Ναι" }],
      }],
    },
    planPublish: plan, planUnpublish: plan,
  },
  keyUser: {
    list: [keyUser, { ...keyUser, name: "clinic7-2026", state: "retired", retired: "2026-11-22T02:00:01.000Z", replaces: null }],
    examine: { form: "openssh", publicKey: keyUser.publicKey, keyBits: 4096, exponent: "65537", fingerprint: keyUser.fingerprint, changes: addedKeyUser.changes, findings },
    add: addedKeyUser, retire: { ...keyUser, state: "retired", retired: "2026-11-22T02:00:01.000Z" },
    export: { user: keyUser, fileName: "clinic7.public.pem", publicKey: keyUser.publicKey, note: "User name:    clinic7\nNaïve & Größe\n" },
    suggestFile: { path: "/home/root/clinic7.private.pem" },
    generate: { ...addedKeyUser, privateKeyFile: "/home/root/clinic7.private.pem", encrypted: true },
  },
  body: { begin: { id: "body-1" }, append: { bytes: 3 }, discard: {} },
  signature: {
    sign: { header: "Authorization: CWS-SHA256 Access=clinic7, Signature=AAEC", algorithm: "CWS-SHA256", user: "clinic7", signature: "AAEC", fingerprint: keyUser.fingerprint, signedBytes: 0, digest: "cd".repeat(32), findings },
    diagnose: diagnosis,
    send: {
      request: { method: "POST", url: "https://emr.example.org/ws/patient", headers: [{ name: "Authorization", value: "CWS-SHA256 Access=clinic7, Signature=…" }], bodyBytes: 3 },
      response: { protocol: "HTTP/1.1", status: 201, reason: "Created", headers: [{ name: "Content-Type", value: "application/json" }], text: "{\"name\":\"Zoë\"}", bodyBytes: 15, truncated: false },
      tls: { protocol: "TLSv1.3", thumbprint: "A".repeat(40), problem: null }, clientTime: "2026-11-22T02:00:00.000Z", serverTime: null, milliseconds: 12.5,
      answerSignature: { state: "found", diagnosis: { ...diagnosis, valid: true, findings: [] } }, findings,
    },
    snippet: { language: "php", fileName: "sign.php", text: "<?php\r\n// Zoë\n", needs: "PHP 7.1 or newer with the openssl extension" },
  },
  listener: { start: listenerState, stop: { ...listenerState, address: null }, state: listenerState },
  plan: { apply: applied, cancel: {} },
  history: {
    list: [entry],
    show: { ...entry, finishedAt: null, steps: [{ operation, state: "done", at: "2026-11-22T02:00:01.000Z" }], verified, error: { code: "service-died", message: "It died.", hint: "Read its log.", aftermath: "put-back" }, canUndo: true, canFinish: false },
    planUndo: plan, undo: { ...applied, outcome: "undone" }, recover: [applied],
  },
};

export const failure = {
  code: "binding-refused" as const, message: "Windows refused to bind 0.0.0.0:9200: SSL Certificate add failed, Error: 1312", hint: "Import the certificate first.",
  command: ["netsh", "http", "add", "sslcert", "ipport=0.0.0.0:9200"], output: "\r\nSSL Certificate add failed, Error: 1312\r\nAnmeldung läßt sich nicht …\r\n\r\n",
};

export interface ScriptedConsole extends Console {
  /** Bytes of each file that `certificate.inspect` was given, as SHA-256 in hexadecimal. */
  readonly received: string[];
  readonly closed: () => boolean;
}

/** Plan ids with a meaning: "failing", "lost", "faulty", "bad-answer", "waiting" (until "release") and "progress:COUNT". */
export function createScriptedConsole(): ScriptedConsole {
  const announcer = createAnnouncer();
  const received: string[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => { release = resolve; });
  let closed = false;

  const apply = async (planId: string): Promise<Applied> => {
    const evidence = { command: failure.command, output: failure.output };
    switch (planId) {
      case "failing": throw new LockstepError(failure.code, failure.message, failure.hint, { evidence }).after("put-back", planId);
      case "lost": throw problem("not-put-back", { what: "The binding", reason: "refused", id: planId }, { evidence, aftermath: "not-put-back", planId });
      case "faulty": throw new TypeError("undefined is not a function");
      case "bad-answer": return { ...applied, surplus: "private-key" } as Applied;
      case "waiting": await released; break;
      case "release": release(); break;
      default: {
        const of = Number(/^progress:(\d+)$/.exec(planId)?.[1] ?? 0);
        for (let step = 0; step < of; step++) announcer.emit("plan.progress", { planId, direction: "forward", step, of, title: `Step ${step}\nof ${of}`, state: "running" });
        if (of > 0) announcer.emit("history.changed", { id: planId });
      }
    }
    return { ...applied, planId };
  };

  const always = <Group extends keyof Implementation>(group: Group): Implementation[Group] =>
    Object.fromEntries(Object.entries(answers[group]).map(([verb, answer]) => [verb, () => Promise.resolve(answer)])) as unknown as Implementation[Group];

  return {
    received,
    closed: () => closed,
    subscribe: announcer.subscribe,
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    implementation: {
      machine: always("machine"), binding: always("binding"), reservation: always("reservation"), listenList: always("listenList"), transcript: always("transcript"), instance: always("instance"), configuration: always("configuration"), service: always("service"), endpoint: always("endpoint"), history: always("history"),
      proxy: always("proxy"), keyUser: always("keyUser"), body: always("body"), signature: always("signature"), listener: always("listener"),
      certificate: {
        ...always("certificate"),
        inspect: ({ files, password }) => {
          if (password === undefined) return Promise.reject(problem("password-needed", { file: files[0]?.name ?? "" }));
          if (password.endsWith(" ")) return Promise.reject(problem("password-wrong", { file: files[0]?.name ?? "" }));
          if (password === "quoted back") return Promise.reject(new SyntaxError(`Unexpected token in ${password}`));
          received.push(...files.map(({ content }) => createHash("sha256").update(Buffer.from(content, "base64")).digest("hex")));
          return Promise.resolve(answers.certificate.inspect);
        },
      },
      plan: { apply: ({ planId }) => apply(planId), cancel: () => Promise.resolve({}) },
    },
  };
}
