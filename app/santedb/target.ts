// What a person means by a name where a configuration is asked for: a file, an instance, or its service.
import { asLockstepError, problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";
import type { Configuration } from "./configuration.ts";
import { configurationOf, readConfigurationFiles, type ConfigurationFiles } from "./configuration-files.ts";
import { findInstances, type FoundInstance } from "./discovery.ts";
import { santeDbServices, serviceOfName } from "./service-recognition.ts";

export interface Target {
  /** The file itself, or the one that the instance's service reads. */
  readonly file: string;
  readonly files: ConfigurationFiles;
  /** Null where no file of it has a REST section. */
  readonly configuration: Configuration | null;
  /** The instance whose service reads it; null for a file that no service of this machine reads. */
  readonly owner: FoundInstance | null;
  readonly all: readonly FoundInstance[];
  readonly findings: readonly Finding[];
}

const isPath = (name: string): boolean => /[\\/]|^[a-z]:/i.test(name);

/** The path that the vendor's instructions give, in any drive and of any instance. */
const documentedPath = /[\\/]AppData[\\/]Roaming[\\/]santedb-(www|dcg)[\\/]([^\\/]+)[\\/]SanteDB\.config$/i;

async function ofInstance(found: FoundInstance, all: readonly FoundInstance[], machine: Machine, findings: readonly Finding[]): Promise<Target> {
  const file = found.instance.configFile;
  if (file === null) throw problem("file-not-found", { file: found.candidates[0]?.path ?? found.instance.name });
  // Read anew where it could not be read, for the error with its line and column.
  const files = found.read?.files ?? await readConfigurationFiles(machine.files, file, found.service.image.folder);
  return { file, files, configuration: found.read?.configuration ?? null, owner: found, all, findings };
}

/** The instance whose service reads a file, as its configuration or included into it; links followed. */
async function ownerOf(machine: Machine, real: string, all: readonly FoundInstance[]): Promise<FoundInstance | null> {
  for (const found of all) {
    const own = found.read?.files.map(({ document }) => document.file) ?? (found.instance.configFile === null ? [] : [found.instance.configFile]);
    for (const file of own) {
      if ((await machine.files.stat(file).catch(() => null))?.path === real) return found;
    }
  }
  return null;
}

async function decoyOf(machine: Machine, real: string, all: readonly FoundInstance[]): Promise<readonly Finding[]> {
  for (const { candidates, instance } of all) {
    for (const { path, state } of candidates) {
      if (state !== "decoy" || (await machine.files.stat(path).catch(() => null))?.path !== real) continue;
      return [{
        code: "configuration-decoy", severity: "warning",
        message: `The service ${instance.service} does not read this file; it reads ${instance.configFile ?? "another one"}.`,
        hint: `Changing this file has no effect. Name the instance (${instance.name}) to change the right one.`,
      }];
    }
  }
  return [];
}

/**
 * Finds what a name means. A path is a file; one that a service reads stands for its whole configuration, and the path of
 * the vendor's instructions for the instance that it is meant for, where no such file is. Else the name is that of an
 * instance or a service. Throws not-found, file-not-found, input-invalid, and what keeps the files from being read.
 */
export async function findTarget(machine: Machine, name: string): Promise<Target> {
  const services = await santeDbServices(machine);
  const service = serviceOfName(services, name);
  const stat = service ? null : await machine.files.stat(name).catch((thrown: unknown) => { throw asLockstepError(thrown); });
  const all = services.length === 0 ? [] : await findInstances(machine);
  const found = (wanted: string): FoundInstance | undefined => all.find((each) => each.service.record.name === wanted);
  if (service) {
    const own = found(service.record.name);
    if (own) return ofInstance(own, all, machine, []);
  }
  if (stat) {
    const owner = await ownerOf(machine, stat.path, all);
    if (owner) return ofInstance(owner, all, machine, []);
    const files = await readConfigurationFiles(machine.files, name);
    const hasRest = files.some(({ document }) => document.rest !== null);
    return { file: name, files, configuration: hasRest ? configurationOf(files) : null, owner: null, all, findings: await decoyOf(machine, stat.path, all) };
  }
  const documented = documentedPath.exec(name);
  const meant = documented && all.find(({ instance }) => instance.product === (documented[1]?.toLowerCase() === "www" ? "dcdr-www" : "dcdr-gateway") && instance.name.toLowerCase() === documented[2]?.toLowerCase());
  if (meant) {
    return ofInstance(meant, all, machine, [{
      code: "documented-path", severity: "information", message: `${name} is the path of the vendor's instructions; ${meant.instance.service} reads ${meant.instance.configFile ?? "another file"}.`, hint: "",
    }]);
  }
  throw isPath(name) ? problem("file-not-found", { file: name }) : problem("not-found", { what: "SanteDB instance or file", name });
}
