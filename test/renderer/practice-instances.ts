// The instances, configurations, backups and services of the stand-in machine: what their pages are developed and tested on.
import type { Certificate } from "../../app/certificates/certificate.ts";
import type { PlanView } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Implementation } from "../../app/host.ts";
import type { DifferenceLine, FileChange, OperationView } from "../../app/plan/operation.ts";
import type { Backup, ConfigurationView, ServiceView } from "../../app/santedb/configuration-view.ts";
import type { Instance, InstanceDetail } from "../../app/santedb/instance.ts";
import { ended, finding, fromNow, hexadecimal, instance, offered, operation, proofOf, soon, type HeldPlan, type Scenario } from "./practice-host.ts";

interface Parts {
  readonly scenario: Scenario;
  readonly instances: () => readonly Instance[];
  readonly change: (service: string, part: Partial<Instance>) => void;
  readonly hold: (plan: HeldPlan) => void;
  readonly nextId: () => string;
}

const serverFolder = "C:\\Program Files\\SanteSuite\\SanteDB\\Server";
const systemProfile = "C:\\Windows\\System32\\config\\systemprofile\\AppData\\Roaming";
const unreadable = problem("configuration-malformed", { file: `${systemProfile}\\santedb\\dcg\\clinic\\santedb.config`, line: 212, column: 9, problem: "unexpected close tag" });

const icdrPaths = [["api-docs", "ISwaggerService"], ["hdsi", "IHdsiServiceContract"], ["bis", "IBisServiceContract"], ["ami", "IAmiServiceContract"], ["fhir", "IFhirServiceContract"], ["auth", "IOAuthServiceContract"]] as const;

/** A dCDR over http, an iCDR in several files with that dCDR joined, a v2 with decoys, and one that cannot be read. */
export function allKinds(): Instance[] {
  return [
    instance("default", 9200, null),
    instance("SanteDB", 8443, soon, {
      product: "icdr", service: "SanteDB", account: "NT AUTHORITY\\NetworkService", configFile: `${serverFolder}\\santedb.config.xml`,
      endpoints: icdrPaths.map(([path, contract]) => ({ service: path.toUpperCase(), contract: `SanteDB.Rest.${contract}`, address: `https://0.0.0.0:8443/${path}` })),
      findings: [finding("reservation-plain", "warning", "http://+:8443/ is still reserved for NT AUTHORITY\\NetworkService.", "It does no harm. Remove it when nothing else needs it.")],
    }),
    instance("training", 9300, ended, {
      generation: "v2", state: "stopped", host: "127.0.0.1", configFile: `${systemProfile}\\SanteDB\\www-training\\SanteDB.config`,
      endpoints: instance("training", 9300, ended).endpoints.map((endpoint) => ({ ...endpoint, address: endpoint.address.replace("0.0.0.0", "127.0.0.1") })),
      findings: [
        finding("configuration-decoy", "information", `Another configuration file lies where other versions look: ${systemProfile}\\santedb\\www\\training\\santedb.config`, "The service does not read it. Change the one that is used."),
        finding("certificate-expired", "error", `The certificate of ${ended.subject} ended on ${ended.notAfter.slice(0, 10)}.`, "Have it renewed."),
      ],
    }),
    instance("clinic", 9400, null, {
      product: "dcdr-gateway", service: "sdb-dcg-clinic", state: "stop-pending", configFile: `${systemProfile}\\santedb\\dcg\\clinic\\santedb.config`,
      scheme: null, host: null, port: null, endpoints: [], findings: [{ code: unreadable.code, severity: "error", message: unreadable.message, hint: unreadable.hint }],
    }),
  ];
}

/** As a training centre has them: some secured, some not, some stopped. */
export function manyInstances(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => instance(`site-${index + 1}`, 9200 + index, index % 3 === 0 ? offered : index % 7 === 0 ? soon : null, {
    state: index % 11 === 0 ? "stopped" : "running",
    findings: index % 50 === 49 ? [finding("loopback-only", "information", `http://127.0.0.1:${9200 + index} answers this computer only.`, "Choose all addresses when other computers are to reach it.")] : [],
  }));
}

const roles: Readonly<Record<string, ServiceView["role"]>> = { auth: "authentication", hdsi: "hdsi", ami: "ami", bis: "bis", app: "application", "": "web", fhir: "fhir", "api-docs": "documentation" };

function pathParts(address: string): { readonly scheme: string; readonly host: string; readonly port: number; readonly path: string } {
  const [, scheme = "http", host = "0.0.0.0", port = "80", path = ""] = /^(\w+):\/\/([^:/]+):(\d+)\/(.*)$/.exec(address) ?? [];
  return { scheme, host, port: Number(port), path };
}

/** What a file says; `includes` are files in the folder of the iCDR's program. */
function configurationOf(target: Instance, more: number): ConfigurationView {
  const file = target.configFile ?? "";
  const isServer = target.product === "icdr";
  const rest = isServer ? `${serverFolder}\\config\\rest.xml` : file;
  const line = (index: number) => 40 + index * 11;
  const further = Array.from({ length: more }, (_, index) => ({ service: `SITE-${index + 1}`, contract: "SanteDB.Rest.IAppletServiceContract", address: `${target.scheme ?? "http"}://${target.host ?? "0.0.0.0"}:${target.port ?? 9200}/site-${index + 1}` }));
  const services = [...target.endpoints, ...further].map(({ service, contract, address }, index): ServiceView => {
    const { scheme, host, port, path } = pathParts(address);
    return {
      name: service, role: roles[path] ?? "other", implementation: `SanteDB.Rest.${service}.${service}ServiceBehavior`,
      behaviors: ["SanteDB.Rest.Common.Security.TokenAuthorizationAccessBehavior", ...(isServer && path === "ami" ? ["SanteDB.Rest.Common.Security.ClientCertificateAccessBehavior"] : [])],
      endpoints: [
        {
          contract, address, kind: "http", scheme, host, port, path: `/${path}`, reach: host === "0.0.0.0" ? "every-address" : host === "127.0.0.1" ? "this-computer" : "one-host",
          certificate: isServer && scheme === "https" ? soon.thumbprint : null, clientCertificates: target.generation === "v2" ? null : isServer && path === "ami",
          file: rest, line: line(index) + 4, column: 88,
        },
        ...(isServer && path === "hdsi" ? [{
          contract: "SanteDB.Rest.IHdsiServiceContract", address: "llp://127.0.0.1:12100", kind: "other" as const, scheme: "llp", host: "127.0.0.1", port: 12100, path: null, reach: "this-computer" as const,
          certificate: null, clientCertificates: null, file: rest, line: line(index) + 8, column: 88,
        }] : []),
      ],
      file: rest, line: line(index),
    };
  });
  const section = (name: string, role: ConfigurationView["sections"][number]["role"], at: number, where = file, isProtected = false) => ({ name, role, protected: isProtected, file: where, line: at });
  const url = (role: ConfigurationView["urls"][number]["role"], value: string, element: string, attribute: string | null, at: number, where = file) => ({ role, value, element, attribute, file: where, line: at });
  const read = (name: string, seed: number, includedBy: ConfigurationView["files"][number]["includedBy"]) => ({ file: name, encoding: "UTF-8 with a byte order mark", size: 41_000 + seed * 731, sha256: hexadecimal(seed, 64), includedBy });
  return {
    file, generation: target.generation, version: target.generation === "v2" ? "2.5.10" : "3.0.2101.0",
    files: [read(file, target.scheme === "https" ? 4 : 1, null), ...(isServer ? [
      read(rest, 2, { file, line: 18 }), read(`${serverFolder}\\config\\hl7.xml`, 3, { file, line: 19 }), read(`${serverFolder}\\config\\hl7-sites.xml`, 5, { file: `${serverFolder}\\config\\hl7.xml`, line: 31 }),
    ] : [])],
    restFile: rest, baseAddress: isServer ? "https://hie.example.org" : null,
    sections: isServer ? [
      section("DataConfigurationSection", "data", 24, file, true), section("SecurityConfigurationSection", "security", 61, file, true), section("OAuthConfigurationSection", "oauth", 102),
      section("RestConfigurationSection", "rest", 3, rest), section("FhirServiceConfigurationSection", "fhir", 140, rest), section("Hl7ConfigurationSection", "hl7", 3, `${serverFolder}\\config\\hl7.xml`),
      section("DiagnosticsConfigurationSection", "other", 130),
    ] : [
      section(target.generation === "v2" ? "AgsConfigurationSection" : "RestConfigurationSection", "rest", 36), section("UpstreamConfigurationSection", "upstream", 190, file, true),
      section("RestClientConfigurationSection", "client", 204), section("SecurityConfigurationSection", "security", 260), section("ApplicationServiceContextConfigurationSection", "applications", 12),
    ],
    services,
    urls: isServer ? [
      url("issuer", "http://hie.example.org:8080/auth", "section", "issuerName", 102), url("fhir-base", "http://hie.example.org:8080/fhir", "base", null, 144, rest),
      url("base-address", "https://hie.example.org", "baseAddress", null, 5, rest), url("cors", "https://console.example.org", "resource", "domain", 214, rest), url("cors", "*", "resource", "domain", 221, rest),
      url("hl7-listener", "llp://0.0.0.0:2100", "endpoint", "address", 9, `${serverFolder}\\config\\hl7.xml`), url("hl7-listener", "sllp://0.0.0.0:2101", "endpoint", "address", 14, `${serverFolder}\\config\\hl7-sites.xml`),
    ] : [
      url("upstream", "https://hie.example.org:8443", "realm", "address", 193), url("client", "https://hie.example.org:8443/hdsi", "add", "address", 211), url("client", "https://hie.example.org:8443/ami", "add", "address", 219),
      url("other", "http://www.example.org/terms", "add", "value", 301),
    ],
    findings: isServer ? [finding("fhir-base-plain", "warning", "The FHIR base is still http://hie.example.org:8080/fhir.", "Answers of FHIR name it. Give the new base when the addresses are changed.")] : [],
  };
}

function candidatesOf(target: Instance): InstanceDetail["candidates"] {
  const used = { path: target.configFile ?? "", state: "used" as const, modified: fromNow(-3) };
  if (target.product === "icdr") return [{ ...used, rule: "Beside the program, with the service's name" }];
  const tag = target.product === "dcdr-www" ? "www" : "dcg";
  const rules = [
    [`C:\\Program Files\\SanteSuite\\SanteDB\\WWW\\instances\\${target.name}\\config\\santedb.config`, "From 3.0.1500 on, beside the program"],
    [`${systemProfile}\\santedb\\${tag}\\${target.name}\\santedb.config`, "3.0.480 to 3.0.1200, in the profile of the account"],
    [`${systemProfile}\\SanteDB\\${tag}-${target.name}\\SanteDB.config`, "Version 2, in the profile of the account"],
    [`C:\\Windows\\SysWOW64\\config\\systemprofile\\AppData\\Roaming\\santedb-${tag}\\${target.name}\\SanteDB.config`, "As the documentation has it; no release looks there"],
  ] as const;
  return rules.map(([path, rule]) => (path === used.path ? { ...used, rule }
    : target.generation === "v2" && path.includes(`\\santedb\\${tag}\\`) ? { path, rule, state: "decoy" as const, modified: fromNow(-400) }
    : { path, rule, state: "absent" as const, modified: null }));
}

const programs = { "dcdr-www": "C:\\Program Files\\SanteSuite\\SanteDB\\WWW\\santedb-www.exe", "dcdr-gateway": "C:\\Program Files\\SanteSuite\\SanteDB\\DCG\\santedb-dcg.exe", icdr: `${serverFolder}\\santedb.exe` } as const;
const sids: Readonly<Record<string, string>> = { localsystem: "S-1-5-18", "nt authority\\networkservice": "S-1-5-20", "nt authority\\network service": "S-1-5-20" };
const displayNames = { "dcdr-www": "SanteDB WWW", "dcdr-gateway": "SanteDB Gateway", icdr: "SanteDB iCDR Server" } as const;

function detailOf(target: Instance, all: readonly Instance[], more: number): InstanceDetail {
  const server = all.find(({ product }) => product === "icdr");
  const record = (endpoint: string, one: Certificate) => ({ endpoint, family: "ip" as const, thumbprint: one.thumbprint, applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store: "MY", flags: {} });
  const isDefault = target.product === "dcdr-www" && target.name === "default";
  return {
    ...target, displayName: `${displayNames[target.product]} (${target.name})`,
    imagePath: target.product === "icdr" ? `"${programs.icdr}" --name=${target.name}` : `${programs[target.product]} --name="${target.name}" --base="http://0.0.0.0:${target.port ?? 9200}" --appsecret="…"`,
    version: target.scheme === null ? null : target.generation === "v2" ? "2.5.10.0" : "3.0.2101.0", processId: target.state === "stopped" ? 0 : 4711, accountSid: sids[target.account.toLowerCase()] ?? null,
    candidates: candidatesOf(target), configuration: target.scheme === null ? null : configurationOf(target, more),
    bindings: target.certificate && target.port !== null ? [record(`0.0.0.0:${target.port}`, target.certificate), record(`[::]:${target.port}`, target.certificate)] : [],
    dependencies: target.product === "icdr" ? ["postgresql-x64-14"] : ["HTTP"], dependants: target.product === "icdr" && server ? ["sdb-import"] : [],
    joins: !server ? [] : target.product === "icdr" ? [{ direction: "by", instance: "default", address: "http://0.0.0.0:9200" }] : isDefault ? [{ direction: "to", instance: "SanteDB", address: "https://hie.example.org:8443" }] : [],
    shortcuts: target.product === "dcdr-www" ? [{ path: `C:\\Users\\Public\\Desktop\\SanteDB (${target.name}).url`, url: `http://127.0.0.1:${target.port ?? 9200}` }] : [],
  };
}

function backupsOf(file: string): Backup[] {
  const made = (name: string, kind: Backup["kind"], days: number, part: Partial<Backup>): Backup => ({
    file: `${file}${name}`, kind, at: fromNow(-days), size: 41_731, sha256: hexadecimal(days + 1, 64), relation: "different", scheme: "http", change: null, intact: null, readable: true, ...part,
  });
  return [
    made(".20261120-091402.lockstep", "lockstep", 2, { change: "20261120-091402-9f3a", intact: true }),
    made(".20261101-160733.lockstep", "lockstep", 21, { change: "20261101-160733-77aa", intact: false, scheme: "https" }),
    made(".bak.gz", "santedb", 1, { size: 6_204, relation: "same", scheme: null }),
    made(".bak.bz2", "santedb", 300, { size: 5_011, sha256: null, relation: "unknown", scheme: null, readable: false }),
    made("_20260918101500.bak", "configuration-tool", 65, { scheme: "https" }),
    made(" - Copy", "other", 90, { size: 38_112 }),
  ].toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** A file whose name has "missing" in it is not there; one with "broken" is no XML; a backup with "same" is as the file. */
export function practiceInstances({ scenario, instances, change, hold, nextId }: Parts): {
  readonly planUnsecure: Implementation["endpoint"]["planUnsecure"];
  readonly calls: Pick<Implementation, "instance" | "configuration" | "service">;
} {
  const more = scenario.endpoints ?? 0;
  const controls = scenario.machine?.kind === "linux" ? "systemctl" : "sc";
  const named = (name: string): Instance => {
    const byService = instances().find(({ service }) => service === name);
    const all = byService ? [byService] : instances().filter((each) => each.name === name);
    const [one] = all;
    if (!one) throw problem("not-found", { what: "SanteDB instance", name });
    return one;
  };
  /** Schemes of files that belong to no instance, as plans have changed them. */
  const loose = new Map<string, "http" | "https">();
  const owner = (of: string): { readonly target: Instance; readonly file: string } => {
    if (!/[\\/]/.test(of)) {
      const target = named(of);
      if (target.scheme === null) throw unreadable;
      return { target, file: target.configFile ?? "" };
    }
    if (of.includes("missing")) throw problem("file-not-found", { file: of });
    if (of.includes("broken")) throw problem("configuration-malformed", { file: of, line: 14, column: 3, problem: "unclosed tag: section" });
    const target = instances().find(({ configFile }) => configFile === of) ?? { ...instance("file", 9200, loose.get(of) === "https" ? offered : null), service: "", configFile: of };
    return { target, file: of };
  };
  const linesOf = ({ endpoints }: Instance, to: "http" | "https"): DifferenceLine[] => endpoints.flatMap((endpoint, index): DifferenceLine[] => {
    const line = 44 + index * 11;
    const from = `        <endpoint contract="${endpoint.contract}, SanteDB.Rest" address="${endpoint.address}">`;
    return [{ sign: " ", line: line - 1, text: `      <service name="${endpoint.service}">` }, { sign: "-", line, text: from }, { sign: "+", line, text: from.replace(/https?:\/\//, `${to}://`) }];
  });
  const fileChange = (target: Instance, file: string, to: "http" | "https"): FileChange => ({
    file, settings: [], sha256Before: hexadecimal(1, 64), sha256After: hexadecimal(4, 64), backup: `${file}.20261122-081002.lockstep`,
    changes: target.endpoints.map(({ service, contract, address }, index) => ({ service, contract, from: address, to: address.replace(/^https?/, to), line: 44 + index * 11, column: 88 })),
  });
  const write = (target: Instance, file: string, to: "http" | "https"): OperationView => operation("file.write", `Keep a copy of ${file.split("\\").at(-1) ?? ""} and change ${target.endpoints.length} addresses in it`, {
    details: [file, `Copy: ${file}.20261122-081002.lockstep`, `SHA-256 now ${hexadecimal(1, 64)}`, `SHA-256 then ${hexadecimal(4, 64)}`], difference: linesOf(target, to),
  });
  const stop = (service: string, endProcess?: number): OperationView => (endProcess === undefined
    ? operation("service.stop", `Stop the service ${service}`, { commands: [[controls, "stop", service]] })
    : operation("service.stop", `Stop the service ${service}; where it does not stop in time, end its process ${endProcess}`, { commands: [["sc", "stop", service], ["taskkill", "/PID", String(endProcess), "/F"]] }));
  const start = (service: string): OperationView => operation("service.start", `Start the service ${service}`, { commands: [[controls, "start", service]] });
  const around = (target: Instance, steps: readonly OperationView[]): OperationView[] => (target.service !== "" && target.state === "running" ? [stop(target.service), ...steps, start(target.service)] : [...steps]);
  const answers = (port: number, scheme: string): OperationView => operation("verify.http", `Prove that ${scheme}://127.0.0.1:${port}/auth answers`);
  const planned = (title: string, operations: OperationView[], part: Partial<PlanView>, succeed: HeldPlan["succeed"]): PlanView => {
    const view: PlanView = { planId: nextId(), title, outcome: operations.length === 0 ? "unchanged" : "planned", files: [], operations, findings: [], certificate: null, verified: [], ...part };
    if (operations.length > 0) hold({ view, succeed });
    return view;
  };
  const addresses = (of: string, to: "http" | "https"): PlanView => {
    const { target, file } = owner(of);
    const title = `Change ${file.split("\\").at(-1) ?? ""} to ${to}`;
    if (target.scheme === to) return planned(title, [], {}, () => []);
    const steps = [write(target, file, to), operation("verify.configuration", `Read ${file.split("\\").at(-1) ?? ""} again and see that it has these addresses`, { details: [file] })];
    return planned(title, around(target, steps), {
      files: [fileChange(target, file, to)],
      findings: to === "https" ? [finding("binding-missing", "warning", `No certificate is bound to port ${target.port ?? 0}.`, "Until one is bound, connections to it are reset. Use Secure to do both at once.")] : [],
    }, () => {
      loose.set(file, to);
      change(target.service, { scheme: to, endpoints: target.endpoints.map((each) => ({ ...each, address: each.address.replace(/^https?/, to) })) });
      return [];
    });
  };

  return {
    // Async, so that what is thrown is a rejection.
    planUnsecure: async ({ instance: name }) => {
      const target = named(name);
      const port = target.port ?? 9200;
      const file = target.configFile ?? "";
      return Promise.resolve(planned(`Take TLS off ${target.name}`, [
        ...around(target, [
          write(target, file, "http"),
          operation("binding.remove", `Remove the binding of 0.0.0.0:${port}`, { commands: [["netsh", "http", "delete", "sslcert", `ipport=0.0.0.0:${port}`]] }),
          operation("reservation.remove", `Remove the reservation of https://+:${port}/ for ${target.account}`, { commands: [["netsh", "http", "delete", "urlacl", `url=https://+:${port}/`]] }),
        ]), answers(port, "http"),
      ], {
        files: [fileChange(target, file, "http")],
        findings: [finding("plain-http", "warning", "Passwords and records will cross the network in the clear.", "Do this only while you look for a fault, or behind a proxy that speaks TLS.")],
      }, () => {
        change(target.service, { scheme: "http", certificate: null, endpoints: target.endpoints.map((each) => ({ ...each, address: each.address.replace(/^https/, "http") })) });
        return proofOf(port, null, null);
      }));
    },
    calls: {
      instance: {
        list: async () => Promise.resolve([...instances()]),
        show: async ({ name }) => Promise.resolve(detailOf(named(name), instances(), more)),
      },
      configuration: {
        show: async ({ of }) => {
          const { target, file } = owner(of);
          return Promise.resolve({ ...configurationOf(target, more), file });
        },
        planSecure: async ({ of }) => Promise.resolve(addresses(of, "https")),
        planUnsecure: async ({ of }) => Promise.resolve(addresses(of, "http")),
        backups: async ({ of }) => Promise.resolve(backupsOf(/[\\/]/.test(of) ? of : named(of).configFile ?? "")),
        compare: async ({ of, backup }) => {
          const { target, file } = owner(of);
          if (backup.endsWith(".bak.gz")) return Promise.resolve({ file, backup, lines: [] });
          return Promise.resolve({ file, backup, lines: linesOf(target, target.scheme === "https" ? "http" : "https") });
        },
        planRestore: async ({ of, backup }) => {
          const { target, file } = owner(of);
          if (backup.endsWith(".bz2")) throw problem("backup-unreadable", { file: backup, reason: "it is compressed with bzip2" });
          if (backup.endsWith(".bak.gz")) return Promise.resolve(planned("Restore santedb.config", [], {}, () => []));
          const to = target.scheme === "https" ? "http" : "https";
          return Promise.resolve(planned(`Restore ${file.split("\\").at(-1) ?? ""} from ${backup.split("\\").at(-1) ?? ""}`, [
            ...around(target, [operation("file.replace", `Keep a copy of ${file.split("\\").at(-1) ?? ""} and put ${backup.split("\\").at(-1) ?? ""} in its place`, {
              details: [file, `From: ${backup}`, `Copy: ${file}.20261122-081002.lockstep`, `SHA-256 now ${hexadecimal(1, 64)}`, `SHA-256 then ${hexadecimal(4, 64)}`], difference: linesOf(target, to),
            }), operation("verify.configuration", `Read ${file.split("\\").at(-1) ?? ""} again and see that it has these addresses`, { details: [file] })]),
            ...(target.service === "" ? [] : [answers(target.port ?? 9200, to)]),
          ], { files: [fileChange(target, file, to)] }, () => {
            loose.set(file, to);
            return target.service === "" ? [] : proofOf(target.port ?? 9200, null, null);
          }));
        },
      },
      service: {
        list: async () => Promise.resolve(instances().map((each) => {
          const { displayName, processId, accountSid, dependencies, dependants } = detailOf(each, instances(), 0);
          return { name: each.service, displayName, state: each.state, account: each.account, accountSid, processId, startType: each.product === "dcdr-gateway" ? "manual" as const : "automatic" as const, dependencies, dependants };
        })),
        plan: async ({ name, verb, endProcess }) => {
          const target = named(name);
          const { dependants, processId } = detailOf(target, instances(), 0);
          const ending = endProcess && processId !== 0 ? processId : undefined;
          const runs = target.state !== "stopped";
          const stops = runs ? [...dependants.map((each) => stop(each)), stop(target.service, ending)] : [];
          const starts = [start(target.service), ...dependants.map(start), ...(target.port === null ? [] : [answers(target.port, target.scheme ?? "http")])];
          const titles = { start: "Start", stop: "Stop", restart: "Restart" } as const;
          const steps = verb === "stop" ? stops : verb === "start" ? (runs ? [] : starts) : [...stops, ...starts];
          return Promise.resolve(planned(`${titles[verb]} ${target.service}`, steps, {
            findings: verb !== "start" && dependants.length > 0 ? [finding("dependants", "information", `${dependants.join(", ")} needs this service and is stopped with it.`, verb === "restart" ? "It is started again afterwards." : "")] : [],
          }, () => {
            change(target.service, { state: verb === "stop" ? "stopped" : "running" });
            return verb === "stop" || target.port === null ? [] : proofOf(target.port, null, target.certificate?.thumbprint ?? null);
          }));
        },
        start: () => Promise.reject(problem("unsupported", { what: "Starting a service without a review" })),
        stop: () => Promise.reject(problem("unsupported", { what: "Stopping a service without a review" })),
        restart: () => Promise.reject(problem("unsupported", { what: "Restarting a service without a review" })),
      },
    },
  };
}
