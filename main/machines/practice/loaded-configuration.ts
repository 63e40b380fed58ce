// A configuration as SanteDB itself keeps it while it runs: read once, gone back on without a word, written back at the end.
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LockstepError } from "../../../app/errors.ts";
import { folderOf } from "../../../app/path.ts";
import { configurationLimit, parseDocument, type Configuration } from "../../../app/santedb/configuration.ts";
import { configurationOf, readConfigurationFiles } from "../../../app/santedb/configuration-files.ts";
import { atomicWrite, nodeFiles } from "../../storage/file.ts";

export interface Loading {
  /** The main file, and the folder of the program, where paths of included files start. */
  readonly file: string;
  readonly programFolder: string;
  /** SanteDB 3 keeps a copy beside its file, and goes back to it. */
  readonly keepsCopy: boolean;
  /** Takes the main file for one that cannot be read, whatever it holds. */
  readonly cannotRead: boolean;
}

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /**
   * Changes. Writes what was loaded back over what came into its files meanwhile, as SanteDB does when it saves; edits
   * are lost. A save renews SanteDB's own copy as well, where there is one; where no file has changed nothing is saved,
   * and the copy stays as old as it is. (The real one saves at other times too, which would renew the copy earlier.)
   */
  save(): Promise<void>;
}

const pack = promisify(gzip);

/** What .NET's reader fails on. A file that is well-formed and wrong keeps the service from starting instead. */
const unreadable: readonly string[] = [
  "file-empty", "configuration-malformed", "configuration-encoding", "configuration-doctype", "configuration-too-deep", "configuration-not-santedb",
] satisfies readonly LockstepError["code"][];

async function canBeRead(file: string): Promise<boolean> {
  try {
    parseDocument(await nodeFiles.read(file, configurationLimit), file);
    return true;
  } catch (thrown) {
    if (thrown instanceof LockstepError) return !unreadable.includes(thrown.code);
    throw thrown;
  }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** The content of a file; null where it is missing or cannot be read. */
const contentNow = (read: Promise<Uint8Array>): Promise<Uint8Array | null> => read.catch((thrown: unknown) => {
  if (thrown instanceof LockstepError) return null;
  throw thrown;
});

/**
 * Reads a configuration with all that it includes. Where the main file cannot be read and SanteDB's copy lies beside it,
 * the copy takes its place and nothing tells of it. Throws as `readConfigurationFiles` and `configurationOf`.
 * Source: santedb-dc-core, FileConfigurationService.Reload.
 */
export async function loadConfiguration({ file, programFolder, keepsCopy, cannotRead }: Loading): Promise<LoadedConfiguration> {
  const copy = nodeFiles.join(folderOf(file), "santedb.bak.gz");
  if (keepsCopy && (cannotRead || !(await canBeRead(file)))) {
    const kept = await contentNow(nodeFiles.readGzip(copy, configurationLimit));
    if (kept) await atomicWrite(file, kept);
  }
  const files = await readConfigurationFiles(nodeFiles, file, programFolder);
  const [main] = files;
  return {
    configuration: configurationOf(files),
    save: async () => {
      let saved = false;
      for (const { document, bytes } of files) {
        const present = await contentNow(nodeFiles.read(document.file, configurationLimit));
        if (present && sameBytes(present, bytes)) continue;
        await atomicWrite(document.file, bytes);
        saved = true;
      }
      if (saved && keepsCopy && await nodeFiles.stat(copy)) await atomicWrite(copy, await pack(main.bytes));
    },
  };
}
