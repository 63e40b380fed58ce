// A configuration with all that it includes, read from a machine: SanteDB appends the sections of each included file.
import { problem } from "../errors.ts";
import type { Files } from "../machine.ts";
import { folderOf } from "../path.ts";
import { configurationLimit, joinDocuments, parseDocument, type Configuration, type ConfigurationDocument, type Include } from "./configuration.ts";

/** Files of one configuration at most, and how deep one may include another. */
const fileLimit = 1000;
const depthLimit = 32;

export interface ConfigurationFile {
  readonly document: ConfigurationDocument;
  readonly bytes: Uint8Array;
  /** Null for the file that was asked for. */
  readonly includedBy: { readonly file: string; readonly include: Include } | null;
}

/** The file asked for first, then what it includes, in the order in which SanteDB reads them. */
export type ConfigurationFiles = readonly [ConfigurationFile, ...ConfigurationFile[]];

const isAbsolute = (path: string): boolean => /^(?:[a-z]:)?[\\/]/i.test(path);

/** Where an included file lies. A relative path starts at the folder of SanteDB's program. */
function includedPath(files: Files, path: string, programFolder: string): string {
  // Windows takes both slashes; elsewhere a backslash would be part of a name.
  const plain = programFolder.includes("\\") ? path : path.replaceAll("\\", "/");
  return isAbsolute(plain) ? plain : files.join(programFolder, plain);
}

/**
 * Reads a configuration file and everything that it includes. `programFolder` is the folder of SanteDB's program; for a
 * file that is known by itself alone, its own folder stands for it. Throws what reading and parsing throw, and
 * configuration-include-missing, configuration-include-cycle, configuration-too-many (over 1000 files), file-too-large
 * where all of them together have more than 64 MiB.
 */
export async function readConfigurationFiles(files: Files, file: string, programFolder = folderOf(file)): Promise<ConfigurationFiles> {
  const rest: ConfigurationFile[] = [];
  let size = 0;

  async function read(path: string, includedBy: ConfigurationFile["includedBy"]): Promise<ConfigurationFile> {
    const bytes = await files.read(path, configurationLimit);
    size += bytes.length;
    if (size > configurationLimit) throw problem("file-too-large", { file: path, size, limit: configurationLimit });
    return { document: parseDocument(bytes, path), bytes, includedBy };
  }

  async function follow({ document }: ConfigurationFile, above: readonly string[]): Promise<void> {
    for (const include of document.includes) {
      const place = { file: document.file, line: include.line, column: include.column, include: include.path };
      const path = includedPath(files, include.path, programFolder);
      const stat = await files.stat(path);
      if (!stat) throw problem("configuration-include-missing", { ...place, path });
      if (above.includes(stat.path) || above.length > depthLimit) throw problem("configuration-include-cycle", place);
      if (rest.length >= fileLimit) throw problem("configuration-too-many", { file, limit: fileLimit, what: "included files" });
      const included = await read(path, { file: document.file, include });
      rest.push(included);
      await follow(included, [...above, stat.path]);
    }
  }

  const main = await read(file, null);
  if (main.document.includes.length > 0) await follow(main, [(await files.stat(file))?.path ?? file]);
  return [main, ...rest];
}

/** The configuration that files make up. Throws as `joinDocuments`. */
export const configurationOf = (files: ConfigurationFiles): Configuration => joinDocuments(files.map(({ document }) => document));
