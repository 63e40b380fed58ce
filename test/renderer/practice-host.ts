// A stand-in for the machine behind the window, in memory and from the same contract: what pages are developed and tested on.
import type { Certificate, Inspection } from "../../app/certificates/certificate.ts";
import type { Applied, HistoryDetail, MachineDescription, PlanView, SecureRequest, Verified } from "../../app/contract.ts";
import { problem, type LockstepError } from "../../app/errors.ts";
import type { Finding } from "../../app/finding.ts";
import type { Emit, Implementation } from "../../app/host.ts";
import type { OperationView } from "../../app/plan/operation.ts";
import type { Instance } from "../../app/santedb/instance.ts";
import { practiceCws } from "./practice-cws.ts";
import { practiceHttpSys } from "./practice-http-sys.ts";
import { practiceProxy } from "./practice-proxy.ts";
import { practiceCertificates } from "./practice-certificates.ts";
import { allKinds, manyInstances, practiceInstances } from "./practice-instances.ts";
import { linuxFailure, linuxInstances, onLinux, practiceLinux } from "./practice-linux.ts";

export interface Scenario {
  readonly machine?: Partial<MachineDescription>;
  /**
   * No instance; one plain one; three that stand differently; one secured with the very certificate that is offered; one
   * of every kind, with an iCDR in several files, a v2 with decoys and one that cannot be read; six hundred. On a Linux machine always an iCDR
   * and a dCDR.
   */
  readonly instances?: "none" | "one" | "three" | "secured" | "kinds" | "many";
  /** Services do not stop in time, unless their process may be ended. */
  readonly hangs?: boolean;
  /** Records of HTTP.sys: those of the secured instances; none; stale, foreign and strange ones beside them; five thousand. */
  readonly bindings?: "none" | "plain" | "tangled" | "many";
  /** Endpoints that each instance has beside the usual ones. */
  readonly endpoints?: number;
  /** The step that fails when a plan is applied. */
  readonly failAt?: "service.start" | "binding.set" | "certificate.import" | "proxy.reload" | "mono.bind";
  /** NGINX: none; one without sites that does not run; five sites that stand differently; three thousand. */
  readonly proxy?: "absent" | "none" | "some" | "many";
  /** Why no site can be published: a file of another's is in its place, or SanteDB does not answer. */
  readonly publishing?: "foreign" | "silent";
  /** On a Linux machine: there is no NGINX. */
  readonly nginx?: "absent";
  /** Milliseconds that a step takes. */
  readonly pace?: number;
  readonly interrupted?: boolean;
  /** Past changes in the record. */
  readonly past?: number;
  /** Certificates in the stores beside those in use. */
  readonly stored?: number;
  /** Which certificates of authorities are in the stores beside the others; an intermediate and its root where not said. */
  readonly authorities?: "none" | "no-root";
  /** Requests that wait for their answer. */
  readonly pending?: number;
  /** Key users: none; a handful, of which two are retired and one replaces another; four thousand. */
  readonly keyUsers?: "none" | "some" | "many";
  /** What comes to the listener: eight requests, or five hundred a second. */
  readonly requests?: "few" | "busy";
}

/** The password of every file whose name ends in .pfx. */
export const practicePassword = "correct horse";

const dayLength = 86_400_000;
export const fromNow = (days: number): string => new Date(Date.now() + days * dayLength + 3_600_000).toISOString();
export const hexadecimal = (seed: number, length: number): string => Array.from({ length }, (_, at) => ((seed * 31 + at * 7 + (at * at) % 13) % 16).toString(16).toUpperCase()).join("");

export function certificate(seed: number, name: string, from: number, to: number, role: Certificate["role"] = "leaf"): Certificate {
  return {
    subject: role === "leaf" ? `CN=${name}, O=District Health Office, C=KE` : `CN=${name}, O=Example Trust Services`,
    issuer: role === "root" ? `CN=${name}, O=Example Trust Services` : role === "intermediate" ? "CN=Example Root R1, O=Example Trust Services" : "CN=Example TLS CA 2, O=Example Trust Services",
    serialNumber: hexadecimal(seed + 3, 32), thumbprint: hexadecimal(seed, 40), sha256: hexadecimal(seed + 9, 64),
    notBefore: fromNow(from), notAfter: fromNow(to),
    names: role === "leaf" ? [name, `www.${name}`] : [], keyType: role === "leaf" ? "rsa:2048" : "rsa:4096", role, hasPrivateKey: role === "leaf",
  };
}

export const offered = certificate(5, "clinic-7.example.org", -9, 178);
/** That of files with "ec-" in their name. */
export const elliptic: Certificate = { ...certificate(23, "clinic-7.example.org", -9, 178), keyType: "ec:p256" };
export const ended = certificate(2, "old-clinic.example.org", -400, -12);
export const soon = certificate(8, "hie.example.org", -170, 12);
export const intermediate = certificate(11, "Example TLS CA 2", -900, 900, "intermediate");
export const root = certificate(13, "Example Root R1", -3000, 3000, "root");

const paths = [["auth", "IOAuthTokenContract"], ["hdsi", "IHdsiServiceContract"], ["ami", "IAmiServiceContract"], ["bis", "IBisServiceContract"], ["app", "IAppletServiceContract"], ["", "IWebServiceContract"]] as const;

export function instance(name: string, port: number, certificateOf: Certificate | null, part: Partial<Instance> = {}): Instance {
  const scheme = certificateOf ? "https" : "http";
  return {
    name, product: "dcdr-www", generation: "v3", service: `sdb-www-${name}`, state: "running", account: "LocalSystem",
    configFile: `C:\\Program Files\\SanteSuite\\SanteDB\\WWW\\instances\\${name}\\config\\santedb.config`,
    scheme, host: "0.0.0.0", port, certificate: certificateOf, findings: [],
    endpoints: paths.map(([path, contract]) => ({ service: path === "" ? "WWW" : path.toUpperCase(), contract: `SanteDB.Rest.${contract}`, address: `${scheme}://0.0.0.0:${port}/${path}` })),
    ...part,
  };
}

function instancesOf(scenario: Scenario): Instance[] {
  if (scenario.machine?.kind === "linux" && scenario.instances !== "none") return linuxInstances();
  switch (scenario.instances ?? "one") {
    case "none": return [];
    case "one": return [instance("default", 9200, null)];
    case "secured": return [instance("default", 9200, offered)];
    case "kinds": return allKinds();
    case "many": return manyInstances(600);
    case "three": return [
      instance("default", 9200, soon),
      instance("gateway", 9201, ended, { product: "dcdr-gateway", service: "sdb-dcg-gateway", state: "stopped", account: "NT AUTHORITY\\NETWORK SERVICE" }),
      instance("training", 9300, null, {
        host: "127.0.0.1",
        findings: [{ code: "loopback-only", severity: "information", message: "http://127.0.0.1:9300 answers this computer only.", hint: "Choose all addresses when other computers are to reach it." }],
      }),
    ];
  }
}

export const operation = (kind: string, title: string, part: Partial<OperationView> = {}): OperationView => ({ kind, title, commands: [], details: [], difference: null, ...part });

function operationsFor(target: Instance, request: SecureRequest): OperationView[] {
  const port = target.port ?? 9200;
  const host = request.address ?? target.host ?? "0.0.0.0";
  const account = request.account ?? target.account;
  const difference = target.endpoints.flatMap((endpoint, index) => {
    const line = 214 + index * 9;
    const from = `        <endpoint contract="${endpoint.contract}, SanteDB.Rest" address="${endpoint.address}">`;
    const to = from.replace(/http:\/\/[^:]+:/, `https://${host}:`);
    return [{ sign: "-" as const, line, text: from }, { sign: "+" as const, line, text: to }];
  });
  return [
    operation("certificate.import", `Import the certificate ${offered.subject} and its private key into the machine's Personal store`, { details: [offered.thumbprint] }),
    operation("certificate.import", `Import the certificate ${intermediate.subject} into the machine's Intermediate Certification Authorities store`, { details: [intermediate.thumbprint] }),
    ...(account === "LocalSystem" ? [] : [operation("reservation.add", `Reserve https://+:${port}/ for ${account}`, {
      commands: [["netsh", "http", "add", "urlacl", `url=https://+:${port}/`, "sddl=D:(A;;GX;;;NS)"]],
    })]),
    operation("binding.set", `Bind 0.0.0.0:${port} to the certificate`, {
      commands: [["netsh", "http", "add", "sslcert", `ipport=0.0.0.0:${port}`, `certhash=${offered.thumbprint}`, "appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "certstorename=MY"]],
    }),
    operation("service.stop", `Stop the service ${target.service}`, { commands: [["sc", "stop", target.service]] }),
    operation("file.write", "Keep a copy of santedb.config and change 6 addresses in it", {
      details: [target.configFile ?? "", `SHA-256 now ${hexadecimal(1, 64)}`, `SHA-256 then ${hexadecimal(4, 64)}`], difference,
    }),
    operation("service.start", `Start the service ${target.service}`, { commands: [["sc", "start", target.service]] }),
    operation("verify.tls", `Prove that 127.0.0.1:${port} presents this certificate`),
    operation("verify.tls", `Prove that [::1]:${port} presents this certificate`),
    ...(request.hostName === undefined ? [] : [operation("verify.tls", `Prove that ${request.hostName}:${port} presents this certificate`)]),
    operation("verify.http", `Prove that https://127.0.0.1:${port}/ami answers`),
  ];
}

export function proofOf(port: number, hostName: string | null, thumbprint: string | null): Verified[] {
  const one = (address: string, serverName: string | null): Verified => ({ address, port, serverName, thumbprint, protocol: thumbprint === null ? "http" : "TLSv1.3", path: "/", httpStatus: 200 });
  const endpoint = (path: string, httpStatus: number): Verified => ({ ...one("127.0.0.1", hostName), path, httpStatus });
  return [
    one("127.0.0.1", null), one("::1", null),
    ...(hostName === null ? [] : [one("127.0.0.1", hostName), endpoint("/auth", 200), endpoint("/ami", 401), endpoint("/hdsi", 401)]),
  ];
}

export const finding = (code: string, severity: Finding["severity"], message: string, hint: string): Finding => ({ code, severity, message, hint });

/** A plan for review, and what its success changes here and proves. */
export interface HeldPlan { readonly view: PlanView; readonly succeed: () => readonly Verified[] }

/** The other side of a Host for one scenario. `emit` carries its events. */
export function createPracticeHost(scenario: Scenario, emit: Emit): Implementation {
  const pace = scenario.pace ?? 15;
  const plans = new Map<string, HeldPlan>();
  const records: HistoryDetail[] = [];
  const cancelled = new Set<string>();
  let instances = instancesOf(scenario);
  let interrupted: string | null = null;
  let counter = 0;
  let failing = scenario.failAt !== undefined;
  const pause = () => new Promise((resolve) => { setTimeout(resolve, pace); });
  const nextId = () => `20261122-08${String(10 + ++counter).padStart(4, "0")}-9f3a`;

  const hold = (plan: HeldPlan) => void plans.set(plan.view.planId, plan);
  const { planUnsecure, calls } = practiceInstances({
    scenario, hold, nextId, instances: () => instances,
    change: (service, part) => { instances = instances.map((each) => (each.service === service ? { ...each, ...part } : each)); },
  });

  const linux = scenario.machine?.kind === "linux" ? practiceLinux({
    scenario, hold, nextId, instances: () => instances,
    change: (service, part) => { instances = instances.map((each) => (each.service === service ? { ...each, ...part } : each)); },
  }) : null;

  const { planReplaceCertificate, boundTo, ...httpSys } = practiceHttpSys({
    scenario, hold, nextId, instances: () => instances,
    replaced: (old) => { instances = instances.map((each) => (each.certificate?.thumbprint === old ? { ...each, certificate: offered } : each)); },
  });

  const record = (id: string, title: string, steps: HistoryDetail["steps"], part: Partial<HistoryDetail>) => {
    records.unshift({
      id, at: new Date().toISOString(), title, outcome: "applied", by: "CLINIC-7\\Amina", finishedAt: new Date().toISOString(),
      steps, verified: [], error: null, canUndo: true, canFinish: false, ...part,
    });
    emit("history.changed", { id });
  };

  for (let index = scenario.past ?? 0; index > 0; index--) {
    records.push({
      id: `20261001-${String(index).padStart(6, "0")}-77aa`, at: new Date(Date.now() - (scenario.past ?? 0) * 3_600_000 + index * 3_600_000 - 2 * dayLength).toISOString(),
      title: index % 3 === 0 ? `Secure gateway with hie.example.org` : `Secure training with clinic-${index}.example.org`,
      outcome: index % 7 === 0 ? "failed" : index % 5 === 0 ? "undone" : "applied", by: index % 2 === 0 ? "CLINIC-7\\Amina" : "CLINIC-7\\Administrator",
      finishedAt: null, steps: [], verified: [], error: null, canUndo: false, canFinish: false,
    });
  }
  if (scenario.interrupted) {
    const [target] = instances;
    const id = nextId();
    interrupted = id;
    if (target) record(id, "Secure default with clinic-7.example.org", operationsFor(target, { instance: target.name, certificate: { thumbprint: offered.thumbprint } }).map((each, index) => ({
      operation: each, state: index < 3 ? "done" : "pending", at: index < 3 ? new Date().toISOString() : null,
    })), { outcome: "interrupted", finishedAt: null, canUndo: false, canFinish: true });
  }

  const found = (id: string): HistoryDetail => {
    const one = records.find((each) => each.id === id);
    if (!one) throw problem("not-found", { what: "change", name: id });
    return one;
  };
  const replace = (id: string, part: Partial<HistoryDetail>) => {
    const at = records.findIndex((each) => each.id === id);
    const before = records[at];
    if (before) records[at] = { ...before, ...part };
    emit("history.changed", { id });
  };

  function undoOf(id: string): PlanView {
    const { title, outcome, steps } = found(id);
    if (outcome !== "applied") throw problem("nothing-to-undo", { id, outcome });
    const operations = steps.map(({ operation: each }) => each).filter(({ kind }) => kind !== "verify.tls" && kind !== "verify.http").toReversed().flatMap((each): OperationView[] => {
      const back = linux?.undo(each);
      return back === undefined ? [undoneOnWindows(each)] : back === null ? [] : [back];
    });
    return { planId: `${id}-undo`, title: `Undo: ${title}`, outcome: "planned", files: [], operations, findings: [], certificate: null, verified: [] };
  }

  function undoneOnWindows(each: OperationView): OperationView {
    switch (each.kind) {
      case "certificate.import": return operation("certificate.remove", each.title.replace("Import", "Remove").replace(" and its private key into", " from").replace(" into", " from"), { details: each.details });
      case "binding.set": return operation("binding.remove", each.title.replace(/Bind (\S+) .*/, "Remove the binding of $1"), { commands: [["netsh", "http", "delete", "sslcert", `ipport=${/0\.0\.0\.0:\d+/.exec(each.title)?.[0] ?? ""}`]] });
      case "reservation.add": return operation("reservation.remove", each.title.replace("Reserve", "Remove the reservation of"), { commands: [["netsh", "http", "delete", "urlacl", `url=${/https:\S+/.exec(each.title)?.[0] ?? ""}`]] });
      case "service.stop": return operation("service.start", each.title.replace("Stop", "Start"), { commands: [["sc", "start", each.title.split(" ").at(-1) ?? ""]] });
      case "service.start": return operation("service.stop", each.title.replace("Start", "Stop"), { commands: [["sc", "stop", each.title.split(" ").at(-1) ?? ""]] });
      case "file.write": return operation("file.restore", "Put santedb.config back as it was", { details: each.details.slice(0, 1) });
      default: return each;
    }
  }

  async function back(planId: string, operations: readonly OperationView[], from: number): Promise<void> {
    for (let step = from; step >= 0; step--) {
      const title = operations[step]?.title ?? "";
      emit("plan.progress", { planId, direction: "back", step, of: operations.length, title, state: "running" });
      await pause();
      emit("plan.progress", { planId, direction: "back", step, of: operations.length, title, state: "done" });
    }
  }

  async function apply(planId: string): Promise<Applied> {
    const held = plans.get(planId);
    plans.delete(planId);
    if (!held) throw problem("plan-missing", {});
    const { operations, title } = held.view;
    const fail = async (step: number, error: LockstepError, outcome: "failed" | "cancelled") => {
      await back(planId, operations, step - 1);
      const after = error.after("put-back", planId);
      record(planId, title, operations.map((each, index) => ({ operation: each, state: index < step ? "undone" : index === step && outcome === "failed" ? "failed" : "pending", at: null })), {
        outcome, canUndo: false, error: { ...after.report(), ...(after.evidence && { command: [...after.evidence.command] }) } as HistoryDetail["error"],
      });
      return after;
    };
    for (const [step, each] of operations.entries()) {
      if (cancelled.has(planId)) throw await fail(step, problem("plan-cancelled", {}), "cancelled");
      emit("plan.progress", { planId, direction: "forward", step, of: operations.length, title: each.title, state: "running" });
      await pause();
      if (scenario.hangs && each.kind === "service.stop" && !each.title.includes("end its process")) {
        emit("plan.progress", { planId, direction: "forward", step, of: operations.length, title: each.title, state: "failed" });
        throw await fail(step, problem("service-will-not-stop", { service: each.title.split(" ").at(-1) ?? "", seconds: 30 }, {
          evidence: { command: each.commands[0] ?? [], output: "\r\nSERVICE_NAME: the service\r\n        STATE              : 3  STOP_PENDING\r\n" } }), "failed");
      }
      if (failing && each.kind === scenario.failAt) {
        failing = false;
        emit("plan.progress", { planId, direction: "forward", step, of: operations.length, title: each.title, state: "failed" });
        const error = linuxFailure(each) ?? (each.kind === "certificate.import" ? problem("certificate-store-failed", { act: "import the certificate", reason: "access is denied (0x80070005)" }) : each.kind === "service.start"
          ? problem("service-will-not-start", { service: "sdb-www-default", reason: "it did not answer the start or stop request in time (Windows error 1053)", remedy: "Read the service's own log; its program hangs or waits for something." }, {
            evidence: { command: ["sc", "start", "sdb-www-default"], output: "[SC] StartService FAILED 1053:\r\n\r\nThe service did not respond to the start or control request in a timely fashion.\r\n" } })
          : each.kind === "proxy.reload" ? problem("nginx-not-reloaded", { reason: "bind() to 0.0.0.0:8443 failed (98: Address already in use)" }, {
            evidence: { command: ["nginx", "-s", "reload"], output: "2026/11/28 10:12:01 [emerg] 412#412: bind() to 0.0.0.0:8443 failed (98: Address already in use)\n" } })
          : problem("binding-refused", { endpoint: "0.0.0.0:9200", reason: "a record exists already (Win32 183)", remedy: "Review the change again." }, {
            evidence: { command: each.commands[0] ?? [], output: "\r\nSSL Certificate add failed, Error: 183\r\nCannot create a file when that file already exists.\r\n\r\n" } }));
        throw await fail(step, error, "failed");
      }
      emit("plan.progress", { planId, direction: "forward", step, of: operations.length, title: each.title, state: each.title.includes("Example TLS CA 2") ? "already" : "done" });
    }
    const verified = [...held.succeed()];
    record(planId, title, operations.map((each) => ({ operation: each, state: "done", at: new Date().toISOString() })), { verified });
    return { outcome: "applied", planId, files: held.view.files, title, operations, verified, findings: [] };
  }

  return {
    machine: {
      describe: () => Promise.resolve({ kind: "practice", hostName: "clinic-7.example.org", elevates: false, interrupted, ...scenario.machine }),
    },
    certificate: {
      inspect: ({ files, password }) => {
        const protectedFile = files.find(({ name }) => name.endsWith(".pfx"));
        if (protectedFile && password === undefined) return Promise.reject(problem("password-needed", { file: protectedFile.name }));
        if (protectedFile && password !== practicePassword) return Promise.reject(problem("password-wrong", { file: protectedFile.name }));
        if (files.some(({ content }) => content === "")) return Promise.reject(problem("file-empty", { file: files[0]?.name ?? "" }));
        if (files.every(({ name }) => name.endsWith(".bin"))) return Promise.reject(problem("certificate-unreadable", { file: files[0]?.name ?? "", problem: "it is neither PFX, PEM, DER nor PKCS#7" }));
        if (files.every(({ name }) => name.endsWith(".key"))) return Promise.reject(problem("certificate-missing", { file: files[0]?.name ?? "" }));
        const isEnded = files.some(({ name }) => name.includes("ended"));
        const authorities = files.some(({ name }) => name.includes("without-root")) ? [intermediate] : [intermediate, root];
        const leaf = isEnded ? ended : files.some(({ name }) => name.includes("ec-")) ? elliptic : offered;
        const withKey = !files.every(({ name }) => name.endsWith(".crt"));
        const answer: Inspection = {
          format: protectedFile ? "pfx" : "pem", encryption: protectedFile ? "AES-256 (SHA-256)" : null,
          certificates: [leaf, ...authorities], privateKeys: withKey ? [{ keyType: leaf.keyType, matches: leaf.thumbprint }] : [],
          chain: [leaf, ...authorities].map(({ thumbprint }) => thumbprint),
          findings: [
            ...(isEnded ? [finding("certificate-expired", "error", `The certificate of ${leaf.subject} ended on ${leaf.notAfter.slice(0, 10)}.`, "Have it renewed.")] : []),
            ...(withKey ? [] : [finding("private-key-missing", "error", `${files[0]?.name ?? ""} holds no private key for ${leaf.subject}.`, "Export the certificate again with its private key, or give the key file together with the certificate.")]),
          ],
        };
        return Promise.resolve(answer);
      },
      ...practiceCertificates({ scenario, inUse: () => instances.flatMap(({ certificate: one, port, service }) => (one ? [{ certificate: one, port: port ?? 0, service }] : [])), boundTo, hold, nextId }),
    },
    ...httpSys,
    ...calls,
    ...(linux && { instance: { ...calls.instance, show: async (input) => onLinux(await calls.instance.show(input)) } }),
    ...practiceCws({ scenario, emit }),
    proxy: { ...practiceProxy({ scenario, hold, nextId }).proxy, ...(linux && { state: linux.proxyState }) },
    endpoint: {
      planUnsecure: linux?.planUnsecure ?? planUnsecure,
      planReplaceCertificate,
      planSecure: linux?.planSecure ?? ((request) => {
        const target = instances.find(({ name, service }) => service === request.instance || name === request.instance);
        if (!target) return Promise.reject(problem("not-found", { what: "instance", name: request.instance }));
        if ("files" in request.certificate && request.certificate.files.some(({ name }) => name.endsWith(".pfx")) && request.certificate.password === undefined) {
          return Promise.reject(problem("password-needed", { file: request.certificate.files[0]?.name ?? "" }));
        }
        if (request.account === "Nobody") return Promise.reject(problem("account-unknown", { account: request.account }));
        const hostName = request.hostName ?? null;
        const port = target.port ?? 9200;
        const title = `Secure ${target.name} with clinic-7.example.org`;
        if (target.certificate?.thumbprint === offered.thumbprint) {
          return Promise.resolve({ planId: nextId(), title, outcome: "unchanged", files: [], operations: [], findings: [], certificate: offered, verified: proofOf(port, hostName, offered.thumbprint) });
        }
        const view: PlanView = {
          planId: nextId(), title, outcome: "planned", files: [], operations: operationsFor(target, request), certificate: offered, verified: [],
          findings: [finding("upstream-plain", "warning", "UpstreamConfigurationSection still names http://hie.example.org:9200.", "It is not changed. Join the upstream again once that server answers over https.")],
        };
        hold({
          view, succeed: () => {
            instances = instances.map((each) => (each.service === target.service ? { ...each, scheme: "https", certificate: offered } : each));
            return proofOf(port, hostName, offered.thumbprint);
          },
        });
        return Promise.resolve(view);
      }),
    },
    plan: {
      apply: ({ planId }) => apply(planId),
      cancel: ({ planId }) => {
        cancelled.add(planId);
        return Promise.resolve({});
      },
    },
    history: {
      list: () => Promise.resolve(records.map(({ id, at, title, outcome, by }) => ({ id, at, title, outcome, by }))),
      // Async, so that what is not found is a rejection.
      show: async ({ id }) => Promise.resolve(found(id)),
      planUndo: async ({ id }) => Promise.resolve(undoOf(id)),
      undo: async ({ id }) => {
        const { operations, planId, title } = undoOf(id);
        await back(planId, operations.toReversed(), operations.length - 1);
        replace(id, { outcome: "undone", canUndo: false });
        instances = instancesOf(scenario);
        return { outcome: "undone", planId, files: [], title, operations, verified: proofOf(9200, null, null), findings: [] };
      },
      recover: async ({ direction }) => {
        await pause();
        const id = interrupted;
        interrupted = null;
        if (id === null) return [];
        replace(id, { outcome: direction === "undo" ? "undone" : "applied", canFinish: false });
        return [{ outcome: direction === "undo" ? "undone" : "applied", planId: id, files: [], title: found(id).title, operations: [], verified: [], findings: [] }];
      },
    },
  };
}
