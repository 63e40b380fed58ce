// The sites that Lockstep wrote: which there are, and the planner that takes one away.
import { decodeText, blocksOf } from "../certificates/pem.ts";
import type { Certificate } from "../certificates/certificate.ts";
import { describe } from "../certificates/describe.ts";
import { encodeBase64 } from "../base64.ts";
import { asLockstepError, problem } from "../errors.ts";
import type { Machine, NginxInstallation } from "../machine.ts";
import { parseDirectives, valuesOf } from "../nginx/directive.ts";
import { lintSites, namedPaths } from "../nginx/lint.ts";
import { formOf } from "../nginx/marker.ts";
import { editedFinding, readSite } from "../nginx/read-site.ts";
import { siteOf, targetsOf, type Server, type Site as Servers } from "../nginx/server.ts";
import type { ProxyState, PublishedSite, SiteFinding, SiteMaterial } from "../nginx/site.ts";
import type { PlannedChange } from "./configuration.ts";
import { nginxCall, nginxNow, reachedBy, servedNow } from "./nginx-now.ts";
import type { Operation } from "./operation.ts";
import { planId } from "./plan.ts";
import { linesBetween } from "./site-steps.ts";
import { readWhole } from "./whole-file.ts";

/** Bytes of a site's file, and of a certificate that it names, that are read. */
const siteLimit = 1024 * 1024;
const materialLimit = 4 * 1024 * 1024;

interface OwnSite { readonly fileName: string; readonly path: string; readonly text: string; readonly mode: number; readonly servers: Servers }

async function ownSites({ files }: Machine, { sites }: NginxInstallation): Promise<readonly OwnSite[]> {
  const names = (await files.list(sites.files)).filter((name) => name.endsWith(".conf")).sort();
  const found = await Promise.all(names.map(async (fileName): Promise<readonly OwnSite[]> => {
    const path = files.join(sites.files, fileName);
    const stat = await files.stat(path).catch(() => null);
    if (!stat || stat.size > siteLimit) return [];
    const whole = await readWhole(files, path).catch(() => null);
    return whole && formOf(whole.text) !== null ? [{ fileName, path, ...whole, servers: siteOf(parseDirectives(path, whole.text).directives) }] : [];
  }));
  return found.flat();
}

/** The server of a site that passes requests on. */
const servingOf = ({ servers }: OwnSite): Server | undefined => servers.servers.find(({ proxied, isTls }) => isTls && proxied.length > 0);

async function isEnabled({ files }: Machine, { sites }: NginxInstallation, { fileName, path }: OwnSite): Promise<boolean> {
  if (sites.links === null) return true;
  const [link, own] = await Promise.all([files.stat(files.join(sites.links, fileName)).catch(() => null), files.stat(path).catch(() => null)]);
  return link !== null && own !== null && link.path === own.path;
}

async function materialsOf({ files }: Machine, site: OwnSite): Promise<readonly SiteMaterial[]> {
  const content = new TextEncoder().encode(site.text);
  return Promise.all(namedPaths([{ name: site.path, content }]).materials.flatMap(([path]) => path ?? []).map(async (path): Promise<SiteMaterial> => ({
    path, content: await files.read(path, materialLimit).then(encodeBase64, () => null), mode: await files.mode(path).catch(() => null),
  })));
}

function certificateIn(content: Uint8Array | null): Certificate | null {
  try {
    const block = content && blocksOf(decodeText(content)).find(({ label }) => label === "CERTIFICATE");
    return block ? describe(block.content, { hasPrivateKey: true, role: "leaf" }) : null;
  } catch {
    return null;
  }
}

function editedFindings({ path, text }: OwnSite): readonly SiteFinding[] {
  const edited = editedFinding(text);
  return edited ? [{ code: edited.code, severity: edited.severity, file: path, line: 1, message: edited.message, mend: edited.hint }] : [];
}

async function describeSite(machine: Machine, installation: NginxInstallation, site: OwnSite): Promise<PublishedSite> {
  const serving = servingOf(site);
  const certificatePath = serving?.scope.own.get("ssl_certificate")?.[0]?.parameters[0]?.text ?? null;
  const content = certificatePath === null ? null : await machine.files.read(certificatePath, materialLimit).catch(() => null);
  const redirecting = site.servers.servers.find(({ isTls, answer }) => !isTls && answer !== null && valuesOf(answer)[0] === "308");
  return {
    fileName: site.fileName, path: site.path, enabled: await isEnabled(machine, installation, site),
    serverNames: (serving?.names ?? []).map(({ name }) => name),
    port: serving?.listens[0]?.port ?? null,
    redirectFrom: redirecting?.listens[0]?.port ?? null,
    upstreams: serving ? [...new Set(serving.proxied.flatMap((each) => targetsOf(each, site.servers.upstreams)).map(({ scheme, host, port }) => `${scheme}://${host}:${port}`))] : [],
    certificatePath, certificate: certificateIn(content), site: readSite(site.text),
    findings: [...editedFindings(site), ...lintSites([{ name: site.path, content: new TextEncoder().encode(site.text) }], await materialsOf(machine, site), machine.clock.now())],
  };
}

/** The NGINX of a machine and the sites that Lockstep wrote for it. Never throws for what merely keeps it from publishing. */
export async function proxyState(machine: Machine): Promise<ProxyState> {
  const { nginx, kind } = machine;
  if (!nginx) {
    return { nginx: null, reason: kind === "practice" ? "This is the practice machine, which has no NGINX. A site can be written and checked here, and published on a Linux server." : "Lockstep publishes sites on Linux.", sites: [] };
  }
  try {
    const installation = await nginx.find();
    if (!installation) return { nginx: null, reason: problem("nginx-missing", {}).message, sites: [] };
    const [{ masterId }, sites] = await Promise.all([nginx.state(), ownSites(machine, installation)]);
    return {
      nginx: { version: installation.version, running: masterId !== 0, files: installation.sites.files, links: installation.sites.links },
      reason: null, sites: await Promise.all(sites.map((site) => describeSite(machine, installation, site))),
    };
  } catch (thrown) {
    const { code, message } = asLockstepError(thrown);
    if (code === "internal") throw thrown;
    return { nginx: null, reason: message, sites: [] };
  }
}

function siteNamed(sites: readonly OwnSite[], name: string): OwnSite {
  const wanted = name.toLowerCase();
  const byFile = sites.find(({ fileName, path }) => [fileName, fileName.replace(/\.conf$/, ""), path].some((each) => each.toLowerCase() === wanted));
  if (byFile) return byFile;
  const byHost = sites.filter((site) => servingOf(site)?.names.some((each) => each.name === wanted));
  if (byHost.length > 1) throw problem("input-invalid", { problem: `several sites have the host name ${name}; give the file's name (${byHost.map(({ fileName }) => fileName).join(", ")}).` });
  if (!byHost[0]) throw problem("not-found", { what: "site of Lockstep's", name });
  return byHost[0];
}

/** The site of Lockstep's that passes requests on to a port of this computer, one that is on before others; null where none does. */
export async function siteBefore(machine: Machine, installation: NginxInstallation, port: number): Promise<string | null> {
  const before = (await ownSites(machine, installation)).filter((site) => servingOf(site)?.proxied
    .some((each) => targetsOf(each, site.servers.upstreams).some((target) => target.port === port && /^127\.|^localhost$|^\[::1\]$/.test(target.host))));
  const enabled = await Promise.all(before.map((site) => isEnabled(machine, installation, site)));
  return (before.find((_, index) => enabled[index]) ?? before[0])?.fileName ?? null;
}

/**
 * Reads the machine and gives the plan that takes a site away: its link, its file, and NGINX going on without it. The
 * certificate stays in the machine's store. Throws not-found, input-invalid, unsupported, nginx-missing, nginx-broken.
 */
export async function planUnpublish(machine: Machine, name: string, random: number): Promise<PlannedChange> {
  const now = await nginxNow(machine);
  const { installation } = now;
  const site = siteNamed(await ownSites(machine, installation), name);
  const link = installation.sites.links === null ? null : machine.files.join(installation.sites.links, site.fileName);
  const says = link === null ? null : await machine.files.linkTarget(link);
  const enabled = await isEnabled(machine, installation, site);
  const loopbacks = await machine.network.loopbacks();
  const isOwn = ({ directive: { file } }: Server): boolean => file === site.path || file === link;
  const [own, beside] = await Promise.all([servedNow(machine, now.servers.filter(isOwn), loopbacks), servedNow(machine, now.servers, loopbacks, isOwn)]);
  const call = nginxCall(now);
  const running = now.state.masterId !== 0 && enabled;
  const operations: readonly Operation[] = [
    ...(running ? [{ kind: "proxy.check" as const, ...call }] : []),
    ...(link !== null && says !== null && enabled ? [{ kind: "link.set" as const, path: link, previous: says, next: null }] : []),
    { kind: "file.put", path: site.path, of: "site", previous: { text: site.text, mode: site.mode }, next: null },
    ...(running ? [{ kind: "proxy.reload" as const, ...call }, ...absences(own, now.servers.filter((server) => !isOwn(server)), loopbacks), ...beside] : []),
  ];
  const serving = servingOf(site);
  return {
    plan: {
      id: planId(machine.clock.now(), random), title: `Take ${serving?.names[0]?.name ?? site.fileName} off NGINX`, operations: [...operations],
      proof: running ? [...own, ...beside] : [], certificate: null,
      findings: [{
        code: "certificate-stays", severity: "information", message: "The certificate and its key stay where they are.",
        hint: "Remove them with `lockstep certificate remove`, if nothing else needs them.",
      }],
      differences: [{ path: site.path, lines: [...linesBetween(site.text, "")] }],
    },
    verified: [],
  };
}

/** That what was served is served no more; where another server would show the same certificate to any name, nothing is proven by it. */
function absences(own: readonly Operation[], others: readonly Server[], loopbacks: readonly string[]): readonly Operation[] {
  return own.flatMap((check): readonly Operation[] => {
    if (check.kind !== "verify.tls") return [];
    const { address, port, serverName, thumbprint } = check;
    const remains = others.some((server) => !server.refuses && server.listens.some((listen) => listen.port === port && reachedBy(listen, loopbacks).includes(address)));
    return remains ? [] : [{ kind: "verify.absence", address, port, serverName, thumbprint }];
  });
}
