// Finding the SanteDB instances of a machine through its services, and the configuration that each of them reads.
import type { Certificate } from "../certificates/certificate.ts";
import { describe } from "../certificates/describe.ts";
import { asLockstepError, problem, type LockstepError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Binding } from "../http-sys/binding.ts";
import type { Machine, StoredCertificate } from "../machine.ts";
import { candidatePaths, type CandidatePath } from "./candidates.ts";
import type { Configuration } from "./configuration.ts";
import { configurationOf, readConfigurationFiles, type ConfigurationFiles } from "./configuration-files.ts";
import { planConversion } from "./convert.ts";
import type { Candidate, Instance } from "./instance.ts";
import { santeDbServices, serviceOfName, type SanteDbService } from "./service-recognition.ts";
import { settingFindings } from "./settings.ts";

/** An instance whose configuration was read, with what a planner needs of it. */
export interface InstanceConfiguration {
  readonly instance: Instance;
  /** The configuration file that its service reads; others may be included from it. */
  readonly file: string;
  readonly files: ConfigurationFiles;
  readonly configuration: Configuration;
}

/** An instance with all that was found out on the way: for its own page. */
export interface FoundInstance {
  readonly service: SanteDbService;
  readonly instance: Instance;
  readonly candidates: readonly Candidate[];
  /** Null where it cannot be read; the instance's findings say why. */
  readonly read: { readonly files: ConfigurationFiles; readonly configuration: Configuration | null } | null;
}

/** The SanteDB instances of this machine. What is wrong with one of them stands in its findings. */
export async function discoverInstances(machine: Machine): Promise<readonly Instance[]> {
  return (await findInstances(machine)).map(({ instance }) => instance);
}

/** The same, with their configurations. */
export async function findInstances(machine: Machine): Promise<readonly FoundInstance[]> {
  const [services, bound] = await Promise.all([santeDbServices(machine), boundCertificates(machine)]);
  return Promise.all(services.map(async (service): Promise<FoundInstance> => {
    const read = await readService(machine, service);
    return {
      service, instance: describeInstance(service, read, await monoBound(machine, service, read) ?? bound), candidates: read.candidates,
      read: read.state === "read" || (read.state === "unreadable" && read.files) ? { files: read.files as ConfigurationFiles, configuration: read.state === "read" ? read.configuration : null } : null,
    };
  }));
}

/**
 * The service that a name means, or the path of a file that it reads as its configuration or includes; null where there
 * is none. Throws input-invalid where several instances have the name.
 */
export async function findService(machine: Machine, name: string): Promise<SanteDbService | null> {
  const services = await santeDbServices(machine);
  const named = serviceOfName(services, name);
  if (named || !/[\\/]/.test(name)) return named;
  const real = (await machine.files.stat(name).catch(() => null))?.path;
  if (real === undefined) return null;
  for (const service of services) if (await readsFile(machine, await readService(machine, service), real)) return service;
  return null;
}

/** Whether a file, links followed, is one of those that were read. */
async function readsFile(machine: Machine, read: Read, real: string): Promise<boolean> {
  const own = read.state === "read" ? read.files.map(({ document }) => document.file) : read.state === "unreadable" ? [read.file] : [];
  for (const file of own) if ((await machine.files.stat(file).catch(() => null))?.path === real) return true;
  return false;
}

/**
 * The instance of a name or a file, as `findService` reads it. Throws not-found; input-invalid where several instances have the
 * name; file-not-found where the service has no configuration yet; and whatever keeps its configuration from being read.
 */
export async function findInstance(machine: Machine, name: string): Promise<InstanceConfiguration> {
  const service = await findService(machine, name);
  if (!service) throw problem("not-found", { what: "SanteDB instance", name });
  const read = await readService(machine, service);
  switch (read.state) {
    case "absent": throw problem("file-not-found", { file: read.file });
    case "unreadable": throw read.error;
    case "read": {
      const { file, files, configuration } = read;
      return { instance: describeInstance(service, read, await monoBound(machine, service, read) ?? await boundCertificates(machine)), file, files, configuration };
    }
  }
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What became of reading a service's configuration. `file` is the one read, or the first one looked for. */
type Read = { readonly file: string; readonly candidates: readonly Candidate[] } & (
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly error: LockstepError; readonly files: ConfigurationFiles | null }
  | { readonly state: "read"; readonly files: ConfigurationFiles; readonly configuration: Configuration });

/**
 * The first candidate that exists, of those that the program's version reads where the version is known. One that cannot
 * even be asked about counts as there: a file of an older rule must not be taken in its place.
 */
async function choose(machine: Machine, service: SanteDbService): Promise<{ readonly used: string | null; readonly candidates: readonly Candidate[]; readonly first: string }> {
  const paths = candidatePaths(machine, service);
  const found = await Promise.all(paths.map(async (candidate) => ({ ...candidate, stat: await machine.files.stat(candidate.path).catch(() => "unknown" as const) })));
  const fitting = (candidate: CandidatePath): boolean => candidate.fits !== false;
  const used = found.find((candidate) => candidate.stat !== null && fitting(candidate)) ?? null;
  return {
    used: used?.path ?? null, first: (paths.find(fitting) ?? paths[0])?.path ?? service.image.folder,
    candidates: found.map(({ path, rule, stat }) => ({
      path, rule, state: stat === null ? "absent" : path === used?.path ? "used" : "decoy", modified: stat === null || stat === "unknown" ? null : stat.modified,
    })),
  };
}

async function readService(machine: Machine, service: SanteDbService): Promise<Read> {
  const { used, candidates, first } = await choose(machine, service);
  if (used === null) return { state: "absent", file: first, candidates };
  let files: ConfigurationFiles | null = null;
  try {
    files = await readConfigurationFiles(machine.files, used, service.image.folder);
    return { state: "read", file: used, candidates, files, configuration: configurationOf(files) };
  } catch (thrown) {
    return { state: "unreadable", file: used, candidates, error: asLockstepError(thrown), files };
  }
}

/** The certificates that answer on IPv4, by port, and what kept them from being known. */
interface Bound {
  readonly byPort: (port: number) => Certificate | null;
  readonly findings: readonly Finding[];
}

async function boundCertificates(machine: Machine): Promise<Bound> {
  try {
    const [bindings, stored] = await Promise.all([machine.httpSys.bindings(), machine.certificates.list("My")]);
    return { byPort: (port) => certificateOf(bindings, stored, port), findings: [] };
  } catch (thrown) {
    return { byPort: () => null, findings: [errorFinding(asLockstepError(thrown), "warning")] };
  }
}

/** What Mono presents on the port of an instance that speaks TLS itself; null on a machine without Mono. */
async function monoBound({ mono }: Machine, { record }: SanteDbService, read: Read): Promise<Bound | null> {
  if (!mono) return null;
  const [first] = read.state === "read" ? read.configuration.endpoints : [];
  if (first?.scheme !== "https") return { byPort: () => null, findings: [] };
  try {
    const pair = await mono.bound(await mono.user(record), first.port);
    const certificate = pair?.certificate ? describe(pair.certificate, { hasPrivateKey: pair.privateKey !== null, role: "leaf" }) : null;
    return { byPort: (port) => (port === first.port ? certificate : null), findings: [] };
  } catch (thrown) {
    return { byPort: () => null, findings: [errorFinding(asLockstepError(thrown), "warning")] };
  }
}

/** The certificate that a client sees which reaches the port over IPv4: of the record for all addresses, else of a name. */
function certificateOf(bindings: readonly Binding[], stored: readonly StoredCertificate[], port: number): Certificate | null {
  const binding = bindings.find(({ endpoint }) => endpoint === `0.0.0.0:${port}`)
    ?? bindings.find(({ family, endpoint }) => family === "sni" && endpoint.endsWith(`:${port}`));
  if (!binding || !same(binding.store, "MY")) return null;
  const found = stored.find(({ store, thumbprint }) => store === "My" && thumbprint === binding.thumbprint);
  if (!found) return null;
  try {
    return describe(found.der, { hasPrivateKey: found.hasPrivateKey, role: "leaf" });
  } catch {
    // A certificate that Lockstep cannot read is not worth the list of all instances.
    return null;
  }
}

const errorFinding = ({ code, message, hint }: LockstepError, severity: Finding["severity"]): Finding => ({ code, severity, message, hint });

function describeInstance({ record, product, name }: SanteDbService, read: Read, bound: Bound): Instance {
  const common = { name, product, service: record.name, state: record.state, account: record.account };
  const decoys = read.candidates.filter(({ state }) => state === "decoy").map(({ path }) => path);
  const nothingKnown = { generation: "v3" as const, scheme: null, host: null, port: null, endpoints: [], certificate: null };
  switch (read.state) {
    case "absent":
      return {
        ...common, ...nothingKnown, configFile: null, findings: [{
          code: "configuration-not-found",
          severity: "error",
          message: `The service ${record.name} has no configuration file.`,
          hint: `Start it once so that it writes one. Looked for: ${read.candidates.map(({ path }) => path).join(", ")}`,
        }, ...decoyFindings(read.file, decoys)],
      };
    case "unreadable":
      return { ...common, ...nothingKnown, configFile: read.file, findings: [errorFinding(read.error, "error"), ...decoyFindings(read.file, decoys)] };
    case "read": {
      const { configuration, file } = read;
      const { endpoints, others, generation } = configuration;
      const port = endpoints[0]?.port ?? null;
      const ofPort = endpoints.filter((endpoint) => endpoint.port === port);
      const schemes = new Set(ofPort.map(({ scheme }) => scheme));
      const hosts = ofPort.map(({ host }) => host);
      return {
        ...common,
        generation,
        configFile: file,
        scheme: schemes.size === 1 ? ofPort[0]?.scheme ?? null : null,
        host: hosts.find((host) => host === "0.0.0.0") ?? hosts[0] ?? null,
        port,
        endpoints: [...endpoints, ...others].map(({ service, contract, address }) => ({ service, contract, address })),
        certificate: port === null ? null : bound.byPort(port),
        findings: [...configurationFindings(configuration), ...decoyFindings(file, decoys), ...bound.findings],
      };
    }
  }
}

/** What keeps a configuration that could be read from being secured. */
function configurationFindings(configuration: Configuration): readonly Finding[] {
  const { endpoints, file, documents } = configuration;
  const settings = settingFindings(documents);
  if (endpoints.length === 0) return [errorFinding(problem("configuration-no-endpoint", { file }), "error"), ...settings];
  try {
    planConversion(configuration, { scheme: "https" });
    return settings;
  } catch (thrown) {
    const error = asLockstepError(thrown);
    return [errorFinding(error, error.code === "configuration-many-ports" ? "information" : "error"), ...settings];
  }
}

function decoyFindings(file: string, others: readonly string[]): readonly Finding[] {
  if (others.length === 0) return [];
  return [{
    code: "configuration-decoy",
    severity: "information",
    message: `${others.length === 1 ? "Another configuration file lies" : `${others.length} other configuration files lie`} where other versions look: ${others.join(", ")}`,
    hint: `The service reads ${file}. Changing ${others.length === 1 ? "the other" : "the others"} has no effect.`,
  }];
}
