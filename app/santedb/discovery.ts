// Finding the SanteDB instances of a machine through its services, and the configuration file that each of them reads.
import type { Certificate } from "../certificates/certificate.ts";
import { describe } from "../certificates/describe.ts";
import { asLockstepError, problem, type LockstepError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { knownSid } from "../http-sys/account.ts";
import type { Binding } from "../http-sys/binding.ts";
import type { Machine, ServiceRecord, StoredCertificate } from "../machine.ts";
import { configurationLimit, parseConfiguration, type Configuration } from "./configuration.ts";
import { planConversion } from "./convert.ts";
import { parseImagePath, type ImagePath } from "./image-path.ts";
import type { Instance } from "./instance.ts";

/** An instance whose configuration was read, with what a planner needs of it. */
export interface InstanceConfiguration {
  readonly instance: Instance;
  /** Path of the configuration file. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly configuration: Configuration;
}

/** The SanteDB instances of this machine. What is wrong with one of them stands in its findings. */
export async function discoverInstances(machine: Machine): Promise<readonly Instance[]> {
  const bound = await boundCertificates(machine);
  const instances: Instance[] = [];
  for (const service of await santeDbServices(machine)) {
    instances.push(describeInstance(service, await readService(machine, service), bound));
  }
  return instances;
}

/**
 * The instance of a name: that of a service, of an instance, or SanteDBWWW, the service name in the vendor's
 * instructions. Capitals do not matter. Throws not-found; input-invalid where several instances have the name;
 * file-not-found where the service has no configuration yet; and whatever keeps its configuration from being read.
 */
export async function findInstance(machine: Machine, name: string): Promise<InstanceConfiguration> {
  const service = chosen(await santeDbServices(machine), name);
  const read = await readService(machine, service);
  switch (read.state) {
    case "absent": throw problem("file-not-found", { file: read.file });
    case "unreadable": throw read.error;
    case "read": {
      const { file, bytes, configuration } = read;
      return { instance: describeInstance(service, read, await boundCertificates(machine)), file, bytes, configuration };
    }
  }
}

interface SanteDbService {
  readonly record: ServiceRecord;
  readonly image: ImagePath;
  readonly product: Instance["product"];
  /** The instance's name; an iCDR without one goes by its service's. */
  readonly name: string;
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function chosen(services: readonly SanteDbService[], name: string): SanteDbService {
  const byService = services.find(({ record }) => same(record.name, name));
  if (byService) return byService;
  const named = services.filter((service) =>
    same(service.name, name) || (same(name, "SanteDBWWW") && service.product === "dcdr-www" && same(service.name, "default")));
  const [only] = named;
  if (!only) throw problem("not-found", { what: "SanteDB instance", name });
  if (named.length > 1) {
    throw problem("input-invalid", { problem: `${name} is the name of several instances; use the service's name (${named.map(({ record }) => record.name).join(", ")}).` });
  }
  return only;
}

const productOfProgram: Readonly<Record<string, Instance["product"]>> = { "santedb-www": "dcdr-www", "santedb-dcg": "dcdr-gateway", "santedb": "icdr" };

/** Source: santedb-www, santedb-dcg and santedb-server, Program.cs of each. */
function recognise(record: ServiceRecord): SanteDbService | null {
  const image = parseImagePath(record.imagePath);
  const disconnected = /^sdb-(www|dcg)-(.+)$/i.exec(record.name);
  if (disconnected) {
    return { record, image, product: disconnected[1]?.toLowerCase() === "www" ? "dcdr-www" : "dcdr-gateway", name: image.name ?? disconnected[2] ?? "default" };
  }
  if (same(record.name, "SanteDBWWW")) return { record, image, product: "dcdr-www", name: image.name ?? "default" };
  const server = /^SanteDB(?:-(.+))?$/i.exec(record.name);
  const product = productOfProgram[image.program] ?? (server ? "icdr" : undefined);
  if (!product) return null;
  return { record, image, product, name: image.name ?? (product === "icdr" ? server?.[1] ?? record.name : "default") };
}

async function santeDbServices(machine: Machine): Promise<readonly SanteDbService[]> {
  return (await machine.services.list()).map(recognise).filter((service) => service !== null);
}

/**
 * Folders that may be the service account's %APPDATA%, the likeliest first. LocalSystem has one for 64-bit processes and
 * one for 32-bit ones. Windows is looked for beside the program folders, and on C: of a real Windows.
 */
function roamingFolders({ kind, files }: Machine, { record, image }: SanteDbService): { readonly folders: readonly string[]; readonly ofSystem: boolean } {
  const besidePrograms = /^(.+?)[\\/]Program Files(?: \(x86\))?[\\/]/i.exec(`${image.folder}/`)?.[1];
  const roots = [...new Set([...(besidePrograms === undefined ? [] : [besidePrograms]), ...(kind === "windows" ? ["C:"] : [])])];
  const account = record.account.slice(record.account.lastIndexOf("\\") + 1);
  const ofSystem: readonly (readonly string[])[] = (() => {
    switch (knownSid(record.account)) {
      case "S-1-5-18": return [["System32", "config", "systemprofile"], ["SysWOW64", "config", "systemprofile"]];
      case "S-1-5-19": return [["ServiceProfiles", "LocalService"]];
      case "S-1-5-20": return [["ServiceProfiles", "NetworkService"]];
      default: return [];
    }
  })();
  const profiles = ofSystem.length > 0 ? ofSystem.map((names) => ["Windows", ...names]) : [["Users", account], ["Windows", "ServiceProfiles", account]];
  return {
    folders: roots.flatMap((root) => profiles.map((names) => files.join(root, ...names, "AppData", "Roaming"))),
    ofSystem: ofSystem.length > 0,
  };
}

/** A name that stays within its folder when it becomes part of a path. */
const isPlainName = (name: string): boolean => name !== "." && name !== ".." && !/[\\/:*?"<>|]/.test(name) && !name.includes("\0");

/**
 * The configuration files that the versions of SanteDB read or have read, the newest rule first: the first that exists
 * is the one. Source: santedb-www, santedb-dcg and santedb-dc-core, their releases 2.0.17 to 3.0.2101.
 */
function candidates(machine: Machine, service: SanteDbService): readonly string[] {
  const { image, name, product } = service;
  const { files } = machine;
  if (image.config !== null) {
    const absolute = /^([a-z]:)?[\\/]/i.test(image.config);
    return [absolute ? image.config : files.join(image.folder, image.config)];
  }
  if (product === "icdr") {
    const named = image.name ?? (/^SanteDB-(.+)$/i.exec(service.record.name)?.[1] ?? null);
    return [files.join(image.folder, named !== null && isPlainName(named) ? `santedb.config.${named}.xml` : "santedb.config.xml")];
  }
  if (!isPlainName(name)) return [];
  const tag = product === "dcdr-www" ? "www" : "dcg";
  const { folders, ofSystem } = roamingFolders(machine, service);
  const beside = [
    files.join(image.folder, "instances", name, "config", "santedb.config"),
    files.join(image.folder, "instances", name, "santedb.config"),
  ];
  const roaming = folders.map((folder) => files.join(folder, "santedb", tag, name, "santedb.config"));
  return [
    ...(ofSystem ? [...beside, ...roaming] : [...roaming, ...beside]),
    ...folders.map((folder) => files.join(folder, "SanteDB", `${tag}-${name}`, "SanteDB.config")),
    ...folders.map((folder) => files.join(folder, `santedb-${tag}`, name, "SanteDB.config")),
  ];
}

/** What became of reading a service's configuration. `file` is the one read, or the first one looked for. */
type Read =
  | { readonly state: "absent"; readonly file: string; readonly looked: readonly string[] }
  | { readonly state: "unreadable"; readonly file: string; readonly others: readonly string[]; readonly error: LockstepError }
  | { readonly state: "read"; readonly file: string; readonly others: readonly string[]; readonly bytes: Uint8Array; readonly configuration: Configuration };

async function readService(machine: Machine, service: SanteDbService): Promise<Read> {
  const looked = candidates(machine, service);
  // One that cannot even be asked about counts as there: a file of an older rule must not be taken in its place.
  const present: string[] = [];
  for (const file of looked) {
    if (await machine.files.stat(file).catch(() => true) !== null) present.push(file);
  }
  const [file, ...others] = present;
  if (file === undefined) return { state: "absent", file: looked[0] ?? service.image.folder, looked };
  try {
    const bytes = await machine.files.read(file, configurationLimit);
    return { state: "read", file, others, bytes, configuration: parseConfiguration(bytes, file) };
  } catch (thrown) {
    return { state: "unreadable", file, others, error: asLockstepError(thrown) };
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
  const nothingKnown = { generation: "v3" as const, scheme: null, host: null, port: null, endpoints: [], certificate: null };
  switch (read.state) {
    case "absent":
      return {
        ...common, ...nothingKnown, configFile: null, findings: [{
          code: "configuration-not-found",
          severity: "error",
          message: `The service ${record.name} has no configuration file.`,
          hint: `Start it once so that it writes one. Looked for: ${read.looked.join(", ")}`,
        }],
      };
    case "unreadable":
      return { ...common, ...nothingKnown, configFile: read.file, findings: [errorFinding(read.error, "error"), ...decoyFindings(read)] };
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
        findings: [...configurationFindings(configuration), ...decoyFindings(read), ...bound.findings],
      };
    }
  }
}

/** What keeps a configuration that could be read from being secured. */
function configurationFindings(configuration: Configuration): readonly Finding[] {
  const { endpoints, file } = configuration;
  if (endpoints.length === 0) return [errorFinding(problem("configuration-no-endpoint", { file }), "error")];
  try {
    planConversion(configuration, { scheme: "https" });
    return [];
  } catch (thrown) {
    const error = asLockstepError(thrown);
    return [errorFinding(error, error.code === "configuration-many-ports" ? "information" : "error")];
  }
}

function decoyFindings({ file, others }: { readonly file: string; readonly others: readonly string[] }): readonly Finding[] {
  if (others.length === 0) return [];
  return [{
    code: "configuration-decoy",
    severity: "information",
    message: `Another configuration file lies where older versions looked: ${others.join(", ")}`,
    hint: `The service reads ${file}. Changing the other has no effect.`,
  }];
}
