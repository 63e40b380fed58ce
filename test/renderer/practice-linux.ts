// The Linux machine of the stand-in: an iCDR and a dCDR that Mono runs, NGINX beside them; its plans are of the planners' own operations.
import type { Certificate } from "../../app/certificates/certificate.ts";
import type { PlanView, SecureRequest, Verified } from "../../app/contract.ts";
import { problem, type LockstepError } from "../../app/errors.ts";
import type { Finding } from "../../app/finding.ts";
import type { Implementation } from "../../app/host.ts";
import { readSite } from "../../app/nginx/read-site.ts";
import { renderSite } from "../../app/nginx/render.ts";
import { settle } from "../../app/nginx/settled-site.ts";
import type { PublishedSite, Site } from "../../app/nginx/site.ts";
import { inverse } from "../../app/plan/inverse.ts";
import type { DifferenceLine, Operation, OperationView } from "../../app/plan/operation.ts";
import { viewOf } from "../../app/plan/view.ts";
import { parseAddress } from "../../app/santedb/endpoint.ts";
import type { Instance, InstanceDetail } from "../../app/santedb/instance.ts";
import { lineDifference } from "../../app/santedb/line-difference.ts";
import { elliptic, finding, hexadecimal, intermediate, offered, type HeldPlan, type Scenario } from "./practice-host.ts";

interface Parts {
  readonly scenario: Scenario;
  readonly instances: () => readonly Instance[];
  readonly change: (service: string, part: Partial<Instance>) => void;
  readonly hold: (plan: HeldPlan) => void;
  readonly nextId: () => string;
}

const folder = { icdr: "/opt/santesuite/santedb/server", dcdr: "/var/lib/santedb/.config/santedb/www/default" } as const;
const icdrPaths = [["hdsi", "IHdsiServiceContract"], ["ami", "IAmiServiceContract"], ["fhir", "IFhirServiceContract"], ["auth", "IOAuthServiceContract"]] as const;
const dcdrPaths = [["auth", "IOAuthTokenContract"], ["ami", "IAmiServiceContract"], ["hdsi", "IHdsiServiceContract"], ["", "IWebServiceContract"]] as const;

function linuxInstance(product: "icdr" | "dcdr-www", name: string, service: string, port: number, paths: readonly (readonly [string, string])[], configFile: string): Instance {
  return {
    name, product, generation: "v3", service, state: "running", account: "santedb", configFile, scheme: "http", host: "0.0.0.0", port, certificate: null, findings: [],
    endpoints: paths.map(([path, contract]) => ({ service: path === "" ? "WWW" : path.toUpperCase(), contract: `SanteDB.Rest.${contract}`, address: `http://0.0.0.0:${port}/${path}` })),
  };
}

export const linuxInstances = (): Instance[] => [
  linuxInstance("icdr", "santedb", "santedb", 8080, icdrPaths, `${folder.icdr}/santedb.config.xml`),
  linuxInstance("dcdr-www", "default", "santedb-www", 9200, dcdrPaths, `${folder.dcdr}/santedb.config`),
];

const manager = "systemd";
const sites = { files: "/etc/nginx/sites-available", links: "/etc/nginx/sites-enabled" } as const;
const call = { arguments: [], service: { name: "nginx", manager }, wasRunning: true } satisfies Omit<Extract<Operation, { kind: "proxy.reload" }>, "kind">;
const loopbacks = ["127.0.0.1", "::1"] as const;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The same instance as a detail says it on Linux: no records of HTTP.sys, no shortcuts. */
export function onLinux(detail: InstanceDetail): InstanceDetail {
  const isServer = detail.product === "icdr";
  return {
    ...detail, displayName: isServer ? "SanteDB iCDR" : "SanteDB dCDR (default)", bindings: [], shortcuts: [], accountSid: "996", dependencies: isServer ? ["postgresql"] : [], dependants: [],
    imagePath: isServer ? `/usr/bin/mono-service -d:${folder.icdr} ${folder.icdr}/santedb.exe --no-daemon` : "/usr/bin/mono /opt/santesuite/santedb/www/santedb-www.exe --name=default --base=http://0.0.0.0:9200 --appsecret=***",
    candidates: [{ path: detail.configFile ?? "", rule: isServer ? "Beside the program" : "In the configuration folder of the user santedb", state: "used", modified: new Date(Date.now() - 3 * 86_400_000).toISOString() }],
    joins: isServer ? [{ direction: "by", instance: "santedb-www", address: "http://0.0.0.0:9200" }] : [{ direction: "to", instance: "santedb", address: "http://127.0.0.1:8080" }],
  };
}

/** What comes of the step that fails, as Linux says it; null for a step of another system. */
export function linuxFailure({ kind, commands: [command = []] }: OperationView): LockstepError | null {
  if (kind === "proxy.reload") {
    return problem("nginx-refused", { reason: 'host not found in upstream "sanetdb.example.org:8080" in /etc/nginx/conf.d/old.conf:3', remedy: "Correct the upstream's name, or give its address." }, {
      evidence: { command, output: 'nginx: [emerg] host not found in upstream "sanetdb.example.org:8080" in /etc/nginx/conf.d/old.conf:3\nnginx: configuration file /etc/nginx/nginx.conf test failed\n' } });
  }
  if (kind === "mono.bind") {
    return problem("mono-refused", { port: 9200, reason: "there is already a certificate for that port", remedy: "Review the change again." }, { evidence: { command, output: "error: there is already a certificate for that port.\n" } });
  }
  if (kind === "service.start" && command[0] === "systemctl") {
    return problem("service-will-not-start", { service: command[2] ?? "", reason: "its program ended with status 78", remedy: "Read the service's own log; journalctl has it." }, { evidence: { command, output: "" } });
  }
  return null;
}

interface Edit { readonly write: Extract<Operation, { kind: "file.write" }>; readonly lines: readonly DifferenceLine[]; readonly after: Partial<Instance> }

/** What changes in the instance's file; null where it stays as it is. */
function editOf({ configFile, endpoints, host }: Instance, { address, baseAddress }: SecureRequest, scheme: "http" | "https"): Edit | null {
  const path = configFile ?? "";
  const next = endpoints.map((each) => ({ ...each, address: each.address.replace(/^https?:\/\/([^:/]+)/, (_, at: string) => `${scheme}://${address ?? at}`) }));
  const changes = next.flatMap(({ service, contract, address: to }, index) => {
    const from = endpoints[index]?.address ?? "";
    return from === to ? [] : [{ service, contract, from, to, line: 44 + index * 11, column: 88 }];
  });
  const settings = baseAddress === undefined ? [] : [{ name: "baseAddress" as const, of: "RestConfigurationSection", from: "", to: baseAddress, line: 38, column: 12 }];
  if (changes.length === 0 && settings.length === 0) return null;
  const endpointText = (contract: string, at: string): string => `        <endpoint contract="${contract}, SanteDB.Rest" address="${at}">`;
  return {
    write: { kind: "file.write", path, backup: `${path}.20261122-081002.lockstep`, sha256Before: hexadecimal(1, 64), sha256After: hexadecimal(4, 64), splices: [], changes, settings },
    lines: [
      ...settings.flatMap(({ line, to }): DifferenceLine[] => [
        { sign: "-", line, text: '    <section xsi:type="RestConfigurationSection">' }, { sign: "+", line, text: `    <section xsi:type="RestConfigurationSection" baseAddress="${to}">` },
      ]),
      ...changes.flatMap(({ contract, from, to, line }): DifferenceLine[] => [{ sign: "-", line, text: endpointText(contract, from) }, { sign: "+", line, text: endpointText(contract, to) }]),
    ],
    after: { endpoints: next, host: address ?? host, scheme },
  };
}

const proven = (address: string, port: number, serverName: string | null, thumbprint: string | null, part: Partial<Verified> = {}): Verified =>
  ({ address, port, serverName, thumbprint, protocol: thumbprint === null ? "http" : "TLSv1.3", path: "/", httpStatus: null, ...part });

const pathOf = (address: string): string => {
  const parsed = parseAddress(address);
  return parsed.kind === "http" ? parsed.path : "/";
};

/** Answers what differs on Linux. NGINX is there unless the scenario says otherwise. */
export function practiceLinux({ scenario, instances, change, hold, nextId }: Parts): {
  readonly planSecure: Implementation["endpoint"]["planSecure"];
  readonly planUnsecure: Implementation["endpoint"]["planUnsecure"];
  readonly proxyState: Implementation["proxy"]["state"];
  /** What undoes a step of these plans; undefined for a step of another plan, null where nothing does. */
  readonly undo: (step: OperationView) => OperationView | null | undefined;
} {
  const operations = new Map<OperationView, Operation>();
  let published: readonly PublishedSite[] = [];
  const view = (operation: Operation, differences: Parameters<typeof viewOf>[1] = []): OperationView => {
    const shown = viewOf(operation, differences);
    operations.set(shown, operation);
    return shown;
  };
  const imports = (leaf: Certificate): readonly Operation[] => [
    { kind: "certificate.import", store: "My", thumbprint: leaf.thumbprint, subject: leaf.subject, withKey: true },
    { kind: "certificate.import", store: "CA", thumbprint: intermediate.thumbprint, subject: intermediate.subject, withKey: false },
  ];
  const planned = (title: string, steps: readonly Operation[], differences: readonly { readonly path: string; readonly lines: DifferenceLine[] }[], leaf: Certificate | null, findings: Finding[], succeed: () => readonly Verified[]): PlanView => {
    const made: PlanView = {
      planId: nextId(), title, outcome: "planned", files: [], operations: steps.map((step) => view(step, [...differences])), findings, certificate: leaf, verified: [],
    };
    hold({ view: made, succeed });
    return made;
  };

  function byNginx(target: Instance, request: SecureRequest, leaf: Certificate): PlanView {
    const port = target.port ?? 8080;
    const upstream = `127.0.0.1:${port}`;
    const certificatePath = `/etc/lockstep/certificates/${leaf.thumbprint}.chain.pem`;
    const site: Site = {
      ...request.site, kind: target.product === "icdr" ? "icdr" : "dcdr", serverNames: request.site?.serverNames ?? leaf.names, upstreams: [`http://${upstream}`],
      ...((request.address ?? target.host) !== "0.0.0.0" && { upstreamHost: upstream }),
      certificate: certificatePath, key: `/etc/lockstep/certificates/${leaf.thumbprint}.key.pem`, nginxVersion: "1.22.1",
    };
    const settled = settle(site);
    const { fileName, text, findings } = renderSite(site);
    const path = `${sites.files}/${fileName}`;
    const [name = ""] = settled.serverNames;
    const authority = settled.port === 443 ? name : `${name}:${settled.port}`;
    const edit = editOf(target, request, "http");
    const paths = target.endpoints.map(({ address }) => pathOf(address));
    const steps: readonly Operation[] = [
      ...(edit ? [
        { kind: "service.stop", service: target.service, manager }, edit.write, { kind: "service.start", service: target.service, manager },
        { kind: "verify.configuration", path: edit.write.path, endpoints: edit.after.endpoints ?? [] },
        { kind: "verify.http", scheme: "http", address: "127.0.0.1", port, serverName: null, host: upstream, path: paths[0] ?? "/" },
      ] satisfies readonly Operation[] : []),
      ...imports(leaf),
      { kind: "file.put", path: certificatePath, of: "chain", previous: null, next: { text: "", mode: 0o644 } },
      { kind: "verify.site", site, thumbprint: leaf.thumbprint },
      { kind: "proxy.check", ...call },
      { kind: "file.put", path, of: "site", previous: null, next: { text, mode: 0o644 } },
      { kind: "link.set", path: `${sites.links}/${fileName}`, previous: null, next: path },
      { kind: "proxy.reload", ...call },
      ...loopbacks.map((address): Operation => ({ kind: "verify.tls", address, port: settled.port, serverName: name, thumbprint: leaf.thumbprint })),
      ...paths.map((each): Operation => ({ kind: "verify.http", scheme: "https", address: "127.0.0.1", port: settled.port, serverName: name, host: authority, path: each })),
      ...(settled.redirectFrom === null ? [] : loopbacks.map((address): Operation => ({ kind: "verify.redirect", address, port: settled.redirectFrom ?? 80, host: name, path: "/lockstep?proof=1", location: `https://${authority}/lockstep?proof=1` }))),
      ...published.map((other): Operation => ({ kind: "verify.tls", address: "127.0.0.1", port: other.port ?? 443, serverName: other.serverNames[0] ?? null, thumbprint: other.certificate?.thumbprint ?? "" })),
    ];
    const others = published;
    return planned(`Secure ${target.endpoints.length} endpoints of ${target.name} through NGINX, as ${name}`, steps, [
      ...(edit ? [{ path: edit.write.path, lines: [...edit.lines] }] : []), { path, lines: [...lineDifference(bytes(""), bytes(text), 2)] },
    ], leaf, [
      ...findings.filter(({ code }) => code !== "site-http2-form"),
      ...(request.address === undefined && target.host === "0.0.0.0" ? [finding("plain-http-open", "warning", `Port ${port} goes on answering over plain http, also to other computers.`, "Have SanteDB listen for this computer alone with --address 127.0.0.1, or close the port in the firewall.")] : []),
      ...(request.baseAddress === undefined && target.product === "icdr" ? [finding("base-address-unset", "information", "SanteDB is not told the address that clients use, and writes its own into links.", `Say it with --base-address https://${authority}; the service is then restarted.`)] : []),
    ], () => {
      if (edit) change(target.service, edit.after);
      published = [...published, {
        fileName, path, enabled: true, serverNames: [...settled.serverNames], port: settled.port, redirectFrom: settled.redirectFrom, upstreams: [`http://${upstream}`],
        certificatePath, certificate: leaf, site: readSite(text), findings: [],
      }];
      return [
        ...(edit ? [proven("127.0.0.1", port, null, null, { path: paths[0] ?? "/", httpStatus: 200 })] : []),
        ...loopbacks.map((address) => proven(address, settled.port, name, leaf.thumbprint)),
        ...paths.map((each, index) => proven("127.0.0.1", settled.port, name, leaf.thumbprint, { path: each, httpStatus: index === 0 ? 200 : 401 })),
        ...others.map((other) => proven("127.0.0.1", other.port ?? 443, other.serverNames[0] ?? null, other.certificate?.thumbprint ?? null)),
      ];
    });
  }

  /** Takes the site before an instance away; null where none stands there. */
  function offNginx(target: Instance): PlanView | null {
    const site = published.find(({ upstreams }) => upstreams.includes(`http://127.0.0.1:${target.port ?? 0}`));
    if (!site?.site || !site.certificate) return null;
    const { text } = renderSite(site.site);
    const [name = ""] = site.serverNames;
    const { thumbprint } = site.certificate;
    return planned(`Take ${name} off NGINX`, [
      { kind: "proxy.check", ...call },
      { kind: "link.set", path: `${sites.links}/${site.fileName}`, previous: site.path, next: null },
      { kind: "file.put", path: site.path, of: "site", previous: { text, mode: 0o644 }, next: null },
      { kind: "proxy.reload", ...call },
      ...loopbacks.map((address): Operation => ({ kind: "verify.absence", address, port: site.port ?? 443, serverName: name, thumbprint })),
    ], [{ path: site.path, lines: [...lineDifference(bytes(text), bytes(""), 2)] }], null, [
      finding("certificate-stays", "information", "The certificate and its key stay where they are.", "Remove them with `lockstep certificate remove`, if nothing else needs them."),
    ], () => {
      published = published.filter((each) => each !== site);
      return [];
    });
  }

  function byMono(target: Instance, request: SecureRequest, leaf: Certificate): PlanView {
    if (!leaf.keyType.startsWith("rsa")) {
      throw problem("key-unsuitable", { subject: leaf.subject, reason: `it is ${leaf.keyType}, and Mono reads RSA keys only`, remedy: "Have the certificate issued again with an RSA key, or put NGINX in front with --by nginx." });
    }
    const port = target.port ?? 9200;
    const edit = editOf(target, request, "https");
    const name = request.hostName ?? null;
    const paths = target.endpoints.map(({ address }) => pathOf(address));
    const steps: readonly Operation[] = [
      ...imports(leaf), { kind: "service.stop", service: target.service, manager }, ...(edit ? [edit.write] : []),
      {
        kind: "mono.bind", user: { name: "santedb", environment: [["HOME", "/var/lib/santedb"]] }, program: "/usr/bin/httpcfg", port, folder: "/run/lockstep/santedb-9200", previous: null, next: leaf.thumbprint,
      },
      { kind: "service.start", service: target.service, manager },
      { kind: "verify.tls", address: "127.0.0.1", port, serverName: name, thumbprint: leaf.thumbprint },
      ...paths.map((path): Operation => ({ kind: "verify.http", scheme: "https", address: "127.0.0.1", port, serverName: name, host: `${name ?? "127.0.0.1"}:${port}`, path })),
    ];
    return planned(`Secure ${target.endpoints.length} endpoints of ${target.name} by Mono itself with ${leaf.names[0] ?? ""}`, steps, edit ? [{ path: edit.write.path, lines: [...edit.lines] }] : [], leaf, [
      finding("mono-limits", "warning", "Mono speaks TLS 1.2 at most, asks every client for a certificate, and makes requests wait seconds while clients hold idle connections.", "NGINX has none of these limits: --by nginx."),
      finding("mono-leaf-only", "warning", "Mono sends the certificate alone, without its intermediates, whatever is bound.", "Clients that do not have the intermediates will not trust it. Install them there, or use --by nginx."),
      finding("mono-per-user", "information", `The binding is of the user santedb and port ${port}: under another account or on another port there is none.`, "Secure the instance again after such a change."),
    ], () => {
      change(target.service, { ...edit?.after, certificate: leaf });
      return [proven("127.0.0.1", port, name, leaf.thumbprint, { protocol: "TLSv1.2" }), ...paths.map((path, index) => proven("127.0.0.1", port, name, leaf.thumbprint, { protocol: "TLSv1.2", path, httpStatus: index === 0 ? 200 : 401 }))];
    });
  }

  function offMono(target: Instance): PlanView | null {
    const edit = editOf(target, { instance: target.service, certificate: { thumbprint: "" } }, "http");
    if (!edit) return null;
    const port = target.port ?? 9200;
    return planned(`Take TLS off ${target.name}`, [
      { kind: "service.stop", service: target.service, manager }, edit.write,
      { kind: "mono.bind", user: { name: "santedb", environment: [["HOME", "/var/lib/santedb"]] }, program: "/usr/bin/httpcfg", port, folder: "/run/lockstep/santedb-9200", previous: target.certificate?.thumbprint ?? null, next: null },
      { kind: "service.start", service: target.service, manager },
      { kind: "verify.http", scheme: "http", address: "127.0.0.1", port, serverName: null, host: `127.0.0.1:${port}`, path: "/" },
    ], [{ path: edit.write.path, lines: [...edit.lines] }], null, [], () => {
      change(target.service, { ...edit.after, certificate: null });
      return [proven("127.0.0.1", port, null, null, { httpStatus: 200 })];
    });
  }

  return {
    // Async, so that what is thrown is a rejection.
    planSecure: async (request) => {
      const target = instances().find(({ name, service }) => service === request.instance || name === request.instance);
      if (!target) throw problem("not-found", { what: "instance", name: request.instance });
      const given = "files" in request.certificate ? request.certificate : null;
      if (given?.files.some(({ name }) => name.endsWith(".pfx")) === true && given.password === undefined) throw problem("password-needed", { file: given.files[0]?.name ?? "" });
      const leaf = given?.files.some(({ name }) => name.includes("ec-")) === true ? elliptic : offered;
      if (request.by === "mono") return Promise.resolve(byMono(target, request, leaf));
      if (scenario.nginx === "absent") throw problem("nginx-missing", {});
      return Promise.resolve(byNginx(target, request, leaf));
    },
    planUnsecure: async ({ instance: wanted }) => {
      const target = instances().find(({ name, service }) => service === wanted || name === wanted);
      if (!target) throw problem("not-found", { what: "instance", name: wanted });
      const off = target.scheme === "https" ? offMono(target) : offNginx(target);
      if (!off) throw problem("not-found", { what: "site of Lockstep's before the instance", name: target.name });
      return Promise.resolve(off);
    },
    proxyState: () => Promise.resolve(scenario.nginx === "absent"
      ? { nginx: null, reason: "NGINX is not installed on this machine. Install it (on Debian and Ubuntu: apt install nginx), then try again.", sites: [] }
      : { nginx: { version: "1.22.1", running: true, ...sites }, reason: null, sites: [...published] }),
    undo: (step) => {
      const operation = operations.get(step);
      if (!operation) return undefined;
      const back = inverse(operation);
      return back && view(back);
    },
  };
}
