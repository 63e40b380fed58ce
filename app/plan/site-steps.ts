// The steps that publish one site: the certificate where NGINX reads it, the trial, the file, the link, the reload, the proof.
import { askedName } from "../certificates/host-name.ts";
import { pemBlock } from "../certificates/pem-block.ts";
import { readStored } from "../certificates/source.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine, StoredCertificate } from "../machine.ts";
import { formOf } from "../nginx/marker.ts";
import { editedFinding } from "../nginx/read-site.ts";
import { renderSite } from "../nginx/render.ts";
import { settle, type SettledSite } from "../nginx/settled-site.ts";
import type { Server } from "../nginx/server.ts";
import type { Site } from "../nginx/site.ts";
import { lineDifference } from "../santedb/line-difference.ts";
import { importSteps, type Chosen } from "./chosen.ts";
import { listensOn, nginxCall, servedNow, type NginxNow } from "./nginx-now.ts";
import type { DifferenceLine, Operation } from "./operation.ts";
import type { Materials, Plan } from "./plan.ts";
import { isTaken, tryVerify } from "./proof.ts";
import { readWhole } from "../whole-file.ts";

/** One path that must answer through NGINX; with `status`, as SanteDB itself answers there. */
export interface ProvenPath { readonly path: string; readonly status?: number }

export interface SiteSteps {
  /** What puts the certificate where NGINX reads it, and the trial of the site. */
  readonly prepare: readonly Operation[];
  /** The site itself, and NGINX taking it; empty where all is so already. */
  readonly publish: readonly Operation[];
  /** What must hold then. */
  readonly checks: readonly Operation[];
  /** What NGINX serves now, which must be so again when everything is put back. */
  readonly proof: readonly Operation[];
  readonly materials: Materials;
  readonly findings: readonly Finding[];
  readonly differences: Plan["differences"];
}

export interface SiteWanted {
  /** With its certificate's paths. */
  readonly site: Site;
  readonly chosen: Chosen;
  /** Whether the certificate is to be brought into the machine's store; else it lies at the site's paths. */
  readonly imports: boolean;
  readonly paths: readonly ProvenPath[];
}

/** The lines that change. What ends the last of them is no line of its own. */
export function linesBetween(before: string, after: string): readonly DifferenceLine[] {
  const [one, other] = [before, after].map((text) => new TextEncoder().encode(text.replace(/\n$/, "")));
  return one && other ? lineDifference(one, other, 2) : [];
}

/** The certificate with its intermediates as NGINX sends them. */
async function chainText(machine: Machine, { leaf, intermediates, certificate }: Chosen, isStored: boolean): Promise<string> {
  const stored = isStored && intermediates.length === 0 ? (await readStored(machine.certificates, "My", certificate.thumbprint, false)).material.certificates : [leaf, ...intermediates];
  return stored.map((der) => pemBlock("CERTIFICATE", der)).join("");
}

/**
 * Throws site-foreign, site-name-taken, site-port-plain, port-taken, input-invalid, and what keeps files from being read.
 * Nothing is changed.
 */
export async function siteSteps(machine: Machine, now: NginxNow, { site, chosen, imports, paths }: SiteWanted, stored: readonly StoredCertificate[]): Promise<SiteSteps> {
  const { installation: { sites } } = now;
  const settled = settle(site);
  const rendered = renderSite(site);
  const path = machine.files.join(sites.files, rendered.fileName);
  const { thumbprint } = chosen.certificate;
  const present = await ownFile(machine, path);
  const link = sites.links === null ? null : await linkStep(machine, machine.files.join(sites.links, rendered.fileName), path, present !== null);
  const others = now.servers.filter(({ directive }) => !isOwnFile(directive.file, path, link?.path ?? null));
  refuseConflicts(others, settled);
  const loopbacks = await machine.network.loopbacks();
  await refuseTaken(machine, now, settled, loopbacks);

  const chain = imports ? await chainStep(machine, site.certificate, await chainText(machine, chosen, stored.some((each) => each.store === "My" && each.thumbprint === thumbprint))) : null;
  const { operations: imported, materials } = imports ? importSteps(chosen, stored) : { operations: [], materials: new Map() };
  const text = { text: rendered.text, mode: 0o644 };
  const written: readonly Operation[] = present?.text === rendered.text ? [] : [{ kind: "file.put", path, of: "site", previous: present, next: present ? { ...text, mode: present.mode } : text }];
  const edited = present && written.length > 0 ? editedFinding(present.text) : null;
  const linked = link?.operation ? [link.operation] : [];

  const checks = checksOf(settled, thumbprint, paths, loopbacks);
  const beside = await servedNow(machine, others, loopbacks);
  const served = written.length === 0 && linked.length === 0 && now.state.masterId !== 0 ? await tryVerify(machine, checks) : [];
  const isServed = served.length === checks.length && served.every((answer) => answer.thumbprint === null || answer.thumbprint === thumbprint);
  const call = nginxCall(now);
  const needed = !isServed || imported.length > 0 || chain !== null;
  return {
    prepare: needed ? [...imported, ...(chain ? [chain] : []), { kind: "verify.site", site, thumbprint }] : [],
    publish: needed ? [{ kind: "proxy.check", ...call }, ...written, ...linked, { kind: "proxy.reload", ...call }] : [],
    checks: needed ? [...checks, ...beside] : checks,
    proof: needed ? [...await servedNow(machine, now.servers, loopbacks), ...await absentNow(machine, checks)] : [],
    materials: needed ? materials : new Map(),
    findings: [...chosen.findings, ...(edited ? [edited] : []), ...rendered.findings.filter(({ code }) => code !== "site-http2-form"), ...defaultFindings(others, settled)],
    differences: [
      ...(written.length > 0 ? [{ path, lines: [...linesBetween(present?.text ?? "", rendered.text)] }] : []),
    ],
  };
}

/** The file that Lockstep wrote there before; null where there is none. Throws site-foreign. */
async function ownFile(machine: Machine, path: string): Promise<{ readonly text: string; readonly mode: number } | null> {
  if (await machine.files.linkTarget(path) !== null) throw problem("site-foreign", { file: path });
  const present = await readWhole(machine.files, path).catch(() => {
    throw problem("site-foreign", { file: path });
  });
  if (present && formOf(present.text) === null) throw problem("site-foreign", { file: path });
  return present;
}

/** The link that turns a site on, and what makes it where it is not there. Throws site-foreign for anything else in its place. */
async function linkStep({ files }: Machine, path: string, target: string, isWritten: boolean): Promise<{ readonly path: string; readonly operation: Operation | null }> {
  const says = await files.linkTarget(path);
  if (says === null) {
    const there = await files.stat(path).catch(() => "unreadable" as const);
    if (there !== null) throw problem("site-foreign", { file: path });
    return { path, operation: { kind: "link.set", path, previous: null, next: target } };
  }
  if (says === target) return { path, operation: null };
  const [real, wanted] = await Promise.all([files.stat(path).catch(() => null), isWritten ? files.stat(target).catch(() => null) : null]);
  if (real && wanted && real.path === wanted.path) return { path, operation: null };
  throw problem("site-foreign", { file: path });
}

const isOwnFile = (file: string, path: string, link: string | null): boolean => file === path || file === link;

/** NGINX takes the first of two servers with one name on one port, and speaks TLS on a whole port or not at all. */
function refuseConflicts(others: readonly Server[], { serverNames, port, redirectFrom }: SettledSite): void {
  for (const server of others) {
    for (const [wanted, isTls] of [[port, true], ...(redirectFrom === null ? [] : [[redirectFrom, false] as const])] as const) {
      for (const listen of listensOn(server, wanted)) {
        const { file, line } = listen.directive;
        if (listen.isTls !== isTls) throw problem("site-port-plain", { port: wanted, found: listen.isTls ? "https" : "plain http", wanted: isTls ? "https" : "plain http", file, line });
        const taken = server.names.find(({ name }) => serverNames.includes(name));
        if (taken) throw problem("site-name-taken", { name: taken.name, port: wanted, file: taken.directive.file, line: taken.directive.line });
      }
    }
  }
}

/** A port that another program holds: a reload would say nothing, and the old configuration would go on. */
async function refuseTaken(machine: Machine, { servers, state }: NginxNow, { port, redirectFrom, listenOn }: SettledSite, loopbacks: readonly string[]): Promise<void> {
  for (const wanted of [port, ...(redirectFrom === null ? [] : [redirectFrom])]) {
    if (state.masterId !== 0 && servers.some((server) => listensOn(server, wanted).length > 0)) continue;
    for (const address of addressesOf(listenOn, loopbacks)) if (await isTaken(machine, address, wanted)) throw problem("port-taken", { port: wanted });
  }
}

/** Where clients on this machine reach a site. */
function addressesOf(listenOn: readonly string[], loopbacks: readonly string[]): readonly string[] {
  return [...new Set(listenOn.flatMap((address) => (address === "0.0.0.0" ? loopbacks.filter((each) => !each.includes(":")) : address === "::" ? loopbacks.filter((each) => each.includes(":")) : [address])))];
}

function checksOf({ serverNames, port, redirectFrom, listenOn, clientCertificates }: SettledSite, thumbprint: string, paths: readonly ProvenPath[], loopbacks: readonly string[]): readonly Operation[] {
  const addresses = addressesOf(listenOn, loopbacks);
  const [first] = addresses;
  if (first === undefined) return [];
  const names = serverNames.map(askedName);
  const [name = ""] = names;
  const authority = port === 443 ? name : `${name}:${port}`;
  const wantsClients = clientCertificates?.required === true;
  const [asked] = paths;
  return [
    ...addresses.map((address): Operation => ({ kind: "verify.tls", address, port, serverName: name, thumbprint, ...(asked && { path: asked.path }) })),
    ...names.slice(1).map((serverName): Operation => ({ kind: "verify.tls", address: first, port, serverName, thumbprint })),
    // Nobody here has a client's certificate to show.
    ...(wantsClients ? [] : paths.map(({ path, status }): Operation => ({
      kind: "verify.http", scheme: "https", address: first, port, serverName: name, host: authority, path, ...(status !== undefined && { status }),
    }))),
    ...(redirectFrom === null ? [] : addresses.map((address): Operation => ({
      kind: "verify.redirect", address, port: redirectFrom, host: name, path: "/lockstep?proof=1", location: `https://${authority}/lockstep?proof=1`,
    }))),
  ];
}

const lookTimeout = 3000;

/** Of the clients that are to be shown a certificate, those that are not shown it now. */
async function absentNow({ network }: Machine, checks: readonly Operation[]): Promise<readonly Operation[]> {
  const looked = await Promise.all(checks.map(async (check): Promise<readonly Operation[]> => {
    if (check.kind !== "verify.tls") return [];
    const { address, port, serverName, thumbprint } = check;
    const shown = await network.tls({ address, port, serverName, timeout: lookTimeout }).then((answer) => answer.thumbprint, () => null);
    return shown === thumbprint ? [] : [{ kind: "verify.absence", address, port, serverName, thumbprint }];
  }));
  return looked.flat();
}

/** Writes the chain file where it is not as it must be. Throws site-foreign for a link in its place. */
async function chainStep(machine: Machine, path: string, text: string): Promise<Operation | null> {
  if (await machine.files.linkTarget(path) !== null) throw problem("site-foreign", { file: path });
  const previous = await readWhole(machine.files, path);
  return previous?.text === text ? null : { kind: "file.put", path, of: "chain", previous, next: { text, mode: 0o644 } };
}

/** Another file's server that says it is the default one gets the names that nobody has. */
function defaultFindings(others: readonly Server[], { port }: SettledSite): readonly Finding[] {
  const [found] = others.flatMap((server) => listensOn(server, port).filter(({ isDefault }) => isDefault && !server.refuses));
  return found ? [{
    code: "site-default-elsewhere", severity: "information",
    message: `Whoever asks port ${port} for an unknown host name is answered by ${found.directive.file}, line ${found.directive.line}, which says that it is the default server.`,
    hint: "Nothing of this site is shown there. Take `default_server` out if nobody is to answer unknown names.",
  }] : [];
}
