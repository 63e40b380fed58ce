// What a person means by a name where a configuration is asked for: a file, an instance, or its service.
import { asLockstepError, problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";
import { configurationLimit, type Configuration } from "./configuration.ts";
import { configurationOf, readConfigurationFiles, type ConfigurationFiles } from "./configuration-files.ts";
import { findInstances, type FoundInstance } from "./discovery.ts";
import { santeDbServices, serviceOfName } from "./service-recognition.ts";

/** A file that a name means, and whose it is; not read yet. */
export interface Located {
  /** The file itself, or the one that the instance's service reads. */
  readonly file: string;
  /** The instance whose service reads it; null for a file that no service of this machine reads. */
  readonly owner: FoundInstance | null;
  readonly findings: readonly Finding[];
}

export interface Target extends Located {
  readonly files: ConfigurationFiles;
  /** Null where no file of it has a REST section. */
  readonly configuration: Configuration | null;
}

const isPath = (name: string): boolean => /[\\/]|^[a-z]:/i.test(name);

/** The path that the vendor's instructions give, in any drive and of any instance. */
const documentedPath = /[\\/]AppData[\\/]Roaming[\\/]santedb-(www|dcg)[\\/]([^\\/]+)[\\/]SanteDB\.config$/i;

function ofInstance(owner: FoundInstance, findings: readonly Finding[] = []): Located {
  const file = owner.instance.configFile;
  if (file === null) throw problem("file-not-found", { file: owner.candidates[0]?.path ?? owner.instance.name });
  return { file, owner, findings };
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
 * instance or a service. Throws not-found, file-not-found, file-unreadable, input-invalid.
 */
export async function locate(machine: Machine, name: string): Promise<Located> {
  const services = await santeDbServices(machine);
  const service = serviceOfName(services, name);
  const stat = service ? null : await machine.files.stat(name).catch((thrown: unknown) => { throw asLockstepError(thrown); });
  const all = services.length === 0 ? [] : await findInstances(machine);
  const named = service && all.find((each) => each.service.record.name === service.record.name);
  if (named) return ofInstance(named);
  if (stat) {
    const owner = await ownerOf(machine, stat.path, all);
    return owner ? ofInstance(owner) : { file: name, owner: null, findings: await decoyOf(machine, stat.path, all) };
  }
  const documented = documentedPath.exec(name);
  const meant = documented && all.find(({ instance }) => instance.product === (documented[1]?.toLowerCase() === "www" ? "dcdr-www" : "dcdr-gateway") && instance.name.toLowerCase() === documented[2]?.toLowerCase());
  if (meant) {
    return ofInstance(meant, [{
      code: "documented-path", severity: "information", message: `${name} is the path of the vendor's instructions; ${meant.instance.service} reads ${meant.instance.configFile ?? "another file"}.`, hint: "",
    }]);
  }
  throw isPath(name) ? problem("file-not-found", { file: name }) : problem("not-found", { what: "SanteDB instance or file", name });
}

/** Finds what a name means, and reads it. Throws as `locate`, and what keeps the files from being read. */
export async function findTarget(machine: Machine, name: string): Promise<Target> {
  const located = await locate(machine, name);
  const { owner, file } = located;
  // Read anew where it could not be read, for the error with its line and column.
  const files = owner?.read?.files ?? await readConfigurationFiles(machine.files, file, owner?.service.image.folder);
  const hasRest = files.some(({ document }) => document.rest !== null);
  return { ...located, files, configuration: hasRest ? configurationOf(files) : null };
}

/** A file as it lies there, understood or not. */
export interface RawFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that a name means for whoever looks for their backups: with what they include where that can be read, else the
 * one file alone, since a damaged file is what backups are for. Throws as `locate` and Files.read.
 */
export async function rawFiles(machine: Machine, name: string): Promise<Located & { readonly raw: readonly RawFile[]; readonly configuration: Configuration | null }> {
  try {
    const target = await findTarget(machine, name);
    return { ...target, raw: target.files.map(({ document: { file }, bytes }) => ({ file, bytes })) };
  } catch (thrown) {
    const { code } = asLockstepError(thrown);
    if (!code.startsWith("configuration-")) throw thrown;
    const located = await locate(machine, name);
    return { ...located, configuration: null, raw: [{ file: located.file, bytes: await machine.files.read(located.file, configurationLimit) }] };
  }
}
