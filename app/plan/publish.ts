// The planner that publishes a site of NGINX before a SanteDB.
import { encodeBase64 } from "../base64.ts";
import type { CertificateReader } from "../certificates/reader.ts";
import { certificateFileLimit, type PublishRequest } from "../contract.ts";
import { asLockstepError, problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";
import { formatVersion, oldestVersion, parseVersion } from "../nginx/version.ts";
import { addressPort, httpAuthority, settle, type HostPort, type SettledSite } from "../nginx/settled-site.ts";
import type { Site } from "../nginx/site.ts";
import { fileNameOf } from "../path.ts";
import { discoverInstances } from "../santedb/discovery.ts";
import { isLoopback, parseAddress } from "../santedb/endpoint.ts";
import { choose, type Chosen } from "./chosen.ts";
import { nginxNow, type NginxNow } from "./nginx-now.ts";
import { planId } from "./plan.ts";
import { tryVerify } from "./proof.ts";
import type { Planned } from "./secure.ts";
import { siteSteps, type ProvenPath } from "./site-steps.ts";

const lookTimeout = 3000;

/** The certificate to serve: out of the request, or at the paths that the site names. Throws what reading throws, and key-unsuitable. */
export async function chooseForSite(machine: Machine, reader: CertificateReader, { site, certificate, allowExpired }: PublishRequest): Promise<Chosen> {
  const wish = { ...(allowExpired !== undefined && { allowExpired }) };
  const [name] = site.serverNames;
  const hostName = name?.startsWith("*.") === true ? undefined : name;
  if (certificate) return choose(machine, reader, { certificate, ...wish }, hostName);
  const { certificate: first, key: second } = site;
  if (first === undefined || second === undefined) throw problem("input-invalid", { problem: "a site needs a certificate: its path and that of its key, files, or the thumbprint of one in the machine's store." });
  const contents = await Promise.all([...new Set([first, second])].map(async (path) => ({ name: fileNameOf(path), content: encodeBase64(await machine.files.read(path, certificateFileLimit)) })));
  try {
    return await choose(machine, reader, { certificate: { files: contents }, ...wish }, hostName);
  } catch (thrown) {
    if (asLockstepError(thrown).code !== "password-needed") throw thrown;
    throw problem("key-unsuitable", { subject: fileNameOf(first), reason: `${second} is protected by a password, and NGINX has nobody to ask for it`, remedy: "Leave --key out and give Lockstep the password with --password-file: it writes the key for root alone to read." }, { cause: thrown });
  }
}

/** The site with all that is left out filled in from the machine; `loopbacks` are the addresses that it has. */
export function siteFor({ nginx, installation }: NginxNow, { site, certificate }: PublishRequest, thumbprint: string, loopbacks: readonly string[]): Site {
  const version = parseVersion(installation.version);
  if (!version) throw problem("nginx-broken", { reason: `it says that it is version ${installation.version}; ${formatVersion(oldestVersion)} and newer are known` });
  const files = nginx.certificateFiles(thumbprint);
  return {
    ...site, nginxVersion: formatVersion(version),
    // NGINX does not start where it is to listen over IPv6 on a machine without.
    ...(site.listenOn === undefined && !loopbacks.some((address) => address.includes(":")) && { listenOn: ["0.0.0.0"] }),
    certificate: certificate || site.certificate === undefined ? files.certificate : site.certificate,
    key: certificate || site.key === undefined ? files.key : site.key,
  };
}

/** How each upstream answers by itself. */
interface Upstream { readonly at: HostPort; readonly status: number | null; readonly isMonoRefusal: boolean }

async function lookAt(machine: Machine, settled: SettledSite, at: HostPort, path: string): Promise<Upstream> {
  const bare = at.host.replace(/^\[(.*)\]$/, "$1");
  const addresses = /^[\d.]+$|:/.test(bare) ? [bare] : await machine.network.resolve(bare);
  for (const address of addresses) {
    const answer = await machine.network.http({ address, port: at.port, scheme: "http", serverName: null, host: httpAuthority(settled.upstreamHost), path, timeout: lookTimeout }).catch(() => null);
    if (answer) return { at, status: answer.status, isMonoRefusal: answer.status === 400 && answer.body.includes("Bad Request (Invalid host)") };
  }
  return { at, status: null, isMonoRefusal: false };
}

/** Paths of the instance of this machine that answers at an upstream; the root where there is none such. */
async function pathsOf(machine: Machine, { upstreams }: SettledSite): Promise<readonly string[]> {
  const [first] = upstreams;
  if (!first || !isLoopback(first.host)) return ["/"];
  const found = (await discoverInstances(machine).catch(() => [])).find(({ port, scheme }) => port === first.port && scheme === "http");
  const paths = (found?.endpoints ?? []).flatMap(({ address }) => {
    const parsed = parseAddress(address);
    return parsed.kind === "http" && parsed.port === first.port ? [parsed.path] : [];
  });
  return paths.length > 0 ? [...new Set(paths)] : ["/"];
}

/**
 * Reads the machine and gives the plan that publishes a site; changes nothing. A plan without operations means that all is
 * so already, and `verified` says how that was seen.
 *
 * Throws what reading the certificate throws, and unsupported, nginx-missing, nginx-broken, site-foreign, site-name-taken,
 * site-port-plain, port-taken, upstream-silent, key-unsuitable, input-invalid.
 */
export async function planPublish(machine: Machine, reader: CertificateReader, request: PublishRequest, random: number): Promise<Planned> {
  const chosen = await chooseForSite(machine, reader, request);
  const now = await nginxNow(machine);
  const site = siteFor(now, request, chosen.certificate.thumbprint, await machine.network.loopbacks());
  const settled = settle(site);
  const paths = await pathsOf(machine, settled);
  const looks = await Promise.all(settled.upstreams.map((at) => lookAt(machine, settled, at, paths[0] ?? "/")));
  const silent = looks.filter(({ status }) => status === null);
  if (silent.length === looks.length) throw problem("upstream-silent", { address: looks.map(({ at }) => addressPort(at)).join(", ") });
  const [answering] = looks.filter(({ status }) => status !== null);
  const proven = await Promise.all(paths.map(async (path): Promise<ProvenPath> => {
    const { status } = answering ? await lookAt(machine, settled, answering.at, path) : { status: null };
    return { path, ...(status !== null && { status }) };
  }));
  const stored = await machine.certificates.list();
  const steps = await siteSteps(machine, now, { site, chosen, imports: request.certificate !== undefined, paths: proven }, stored);
  const operations = steps.publish.length === 0 ? [] : [...steps.prepare, ...steps.publish, ...steps.checks];
  return {
    plan: {
      id: planId(machine.clock.now(), random),
      title: `Publish ${settled.serverNames[0] ?? ""} on port ${settled.port}`,
      operations, proof: [...steps.proof], certificate: { ...chosen.certificate, hasPrivateKey: true },
      findings: [...steps.findings, ...silent.map(silentFinding), ...(answering?.isMonoRefusal === true ? [hostFinding(settled)] : [])],
      differences: steps.differences,
    },
    materials: steps.materials,
    verified: operations.length === 0 ? await tryVerify(machine, steps.checks) : [],
  };
}

const silentFinding = ({ at }: Upstream): Finding => ({
  code: "upstream-silent", severity: "warning", message: `Nothing answers at ${addressPort(at)} now.`, hint: "NGINX passes it over while others answer. Start SanteDB there, or take the address out.",
});

const hostFinding = ({ upstreamHost }: SettledSite): Finding => ({
  code: "upstream-host", severity: "warning", message: `SanteDB answers 400 to ${httpAuthority(upstreamHost)}: it does not listen under this host name, or not under this path.`,
  hint: "Name the host of its own addresses with --upstream-host, if clients are answered 400.",
});
