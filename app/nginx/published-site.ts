// The sites that Lockstep wrote for the NGINX of a machine, as they stand there.
import { encodeBase64 } from "../base64.ts";
import type { Certificate } from "../certificates/certificate.ts";
import { describe } from "../certificates/describe.ts";
import { firstCertificate } from "../certificates/pem.ts";
import { asLockstepError, problem } from "../errors.ts";
import type { Machine, NginxInstallation } from "../machine.ts";
import { isLoopback } from "../santedb/endpoint.ts";
import { readWhole } from "../whole-file.ts";
import { parseDirectives, valuesOf } from "./directive.ts";
import { lintSites, namedPaths } from "./lint.ts";
import { formOf } from "./marker.ts";
import { editedFinding, readSite } from "./read-site.ts";
import { siteOf, targetsOf, type Server, type Site as Servers } from "./server.ts";
import type { ProxyState, PublishedSite, SiteFinding, SiteMaterial } from "./site.ts";

/** Bytes of a site's file, and of a certificate that it names, that are read. */
const siteLimit = 1024 * 1024;
const materialLimit = 4 * 1024 * 1024;

/** A file that Lockstep wrote. */
export interface OwnSite { readonly fileName: string; readonly path: string; readonly text: string; readonly mode: number; readonly servers: Servers }

/** In the order of their names; what cannot be read, or is not Lockstep's, is passed over. */
export async function ownSites({ files }: Machine, { sites }: NginxInstallation): Promise<readonly OwnSite[]> {
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
export const servingOf = ({ servers }: OwnSite): Server | undefined => servers.servers.find(({ proxied, isTls }) => isTls && proxied.length > 0);

/** Whether NGINX reads it: linked, where the machine has a folder of links. */
export async function isEnabled({ files }: Machine, { sites }: NginxInstallation, { fileName, path }: OwnSite): Promise<boolean> {
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
    const der = content && firstCertificate(content);
    return der ? describe(der, { hasPrivateKey: true, role: "leaf" }) : null;
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

/** By its file's name or path, or a host name that only one has. Throws not-found, input-invalid. */
export function siteNamed(sites: readonly OwnSite[], name: string): OwnSite {
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
    .some((each) => targetsOf(each, site.servers.upstreams).some((target) => target.port === port && isLoopback(target.host))));
  const enabled = await Promise.all(before.map((site) => isEnabled(machine, installation, site)));
  return (before.find((_, index) => enabled[index]) ?? before[0])?.fileName ?? null;
}
