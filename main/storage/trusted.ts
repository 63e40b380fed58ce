// Files and folders that root relies on: nobody but root and who runs this program may write them, and none is a link.
import { constants, type Stats } from "node:fs";
import { chmod, lstat, open, stat } from "node:fs/promises";
import { problem } from "../../app/errors.ts";
import { fileProblem, isMissing, makeFolder, readProblem } from "./file.ts";

/** What speaks against relying on it, as the end of a sentence; null where nothing does. */
function distrust({ uid, mode }: Stats): string | null {
  if (uid !== 0 && uid !== process.geteuid?.()) return `it belongs to the user ${uid}, who is neither root nor who runs this`;
  if ((mode & 0o022) !== 0) return `others than its owner may write it (rights ${(mode & 0o7777).toString(8)})`;
  return null;
}

/**
 * Reads such a file; null where there is none. `refused` makes the error for one that is not to be relied on. Throws
 * what it makes, file-unreadable, file-too-large.
 */
export async function readTrustedFile(path: string, limit: number, refused: (reason: string) => Error): Promise<Uint8Array | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((thrown: unknown) => {
    if (isMissing(thrown)) return null;
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ELOOP") throw refused("it is a link");
    throw readProblem(path, thrown);
  });
  if (!file) return null;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw refused("it is no ordinary file");
    const reason = distrust(found);
    if (reason !== null) throw refused(reason);
    if (found.size > limit) throw problem("file-too-large", { file: path, size: found.size, limit });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * What speaks against relying on a folder, as the end of a sentence; null where nothing does, or where it is not there. A link
 * does, unless it is `followed`. Throws file-unreadable.
 */
export async function distrustOfFolder(path: string, { followed = false }: { readonly followed?: boolean } = {}): Promise<string | null> {
  const found = await (followed ? stat : lstat)(path).catch((thrown: unknown) => {
    if (isMissing(thrown)) return null;
    throw readProblem(path, thrown);
  });
  if (!found) return null;
  if (found.isSymbolicLink()) return "it is a link";
  return found.isDirectory() ? distrust(found) : "it is no folder";
}

/** Makes such a folder with exactly these rights, unless it is there and to be relied on. Throws file-unwritable, disk-full. */
export async function makeTrustedFolder(path: string, mode: number): Promise<void> {
  const isThere = await lstat(path).then(() => true, () => false);
  if (!isThere) {
    await makeFolder(path, mode);
    // The rights that were asked for may have been narrowed by this process's mask.
    await chmod(path, mode).catch((thrown: unknown) => { throw fileProblem(path, thrown); });
  }
  const reason = await distrustOfFolder(path);
  if (reason !== null) throw problem("file-unwritable", { file: path, reason });
}
