// Files on disk: the one place that reads and writes whole files. A write is a temporary file, fsync, rename, fsync.
import { randomBytes } from "node:crypto";
import { constants, createReadStream, type Stats } from "node:fs";
import { access, copyFile, link, lstat, mkdir, open, readdir, readlink, realpath, rename, stat, symlink, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { LockstepError, problem } from "../../app/errors.ts";
import type { Files, FileStat } from "../../app/machine.ts";

const codeOf = (thrown: unknown): string => (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "");
/** The file, or a folder on its path, is not there. */
export const isMissing = (thrown: unknown): boolean => codeOf(thrown) === "ENOENT" || codeOf(thrown) === "ENOTDIR";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "access is denied",
  EPERM: "the operation is not permitted",
  EROFS: "the disk is read-only",
  EISDIR: "it is a folder",
  ELOOP: "its links run in a circle",
  ENAMETOOLONG: "its name is too long",
  EMFILE: "too many files are open",
  EBUSY: "another program uses it",
  EIO: "the disk reports an error",
  EXDEV: "it is a link to another disk",
};

/** Why a system call failed, in words where they are known, as the end of a sentence. */
const reasonOf = (thrown: unknown): string => reasons[codeOf(thrown)] ?? (codeOf(thrown) || (thrown instanceof Error ? thrown.message : String(thrown)));

/** What a failed write comes to: disk-full, file-not-found or file-unwritable. A LockstepError stays what it is. */
export function fileProblem(path: string, thrown: unknown): LockstepError {
  if (thrown instanceof LockstepError) return thrown;
  if (codeOf(thrown) === "ENOSPC" || codeOf(thrown) === "EDQUOT") return problem("disk-full", { file: path }, { cause: thrown });
  if (isMissing(thrown)) return problem("file-not-found", { file: path }, { cause: thrown });
  return problem("file-unwritable", { file: path, reason: reasonOf(thrown) }, { cause: thrown });
}

/** What a failed reading comes to: file-not-found or file-unreadable. A LockstepError stays what it is. */
export function readProblem(path: string, thrown: unknown): LockstepError {
  if (thrown instanceof LockstepError) return thrown;
  if (isMissing(thrown)) return problem("file-not-found", { file: path }, { cause: thrown });
  return problem("file-unreadable", { file: path, reason: reasonOf(thrown) }, { cause: thrown });
}

function requireFile(path: string, found: Stats): void {
  if (found.isFile()) return;
  throw problem("file-unreadable", { file: path, reason: found.isDirectory() ? "it is a folder" : "it is no ordinary file" });
}

/** No one may write: the read-only mark on Windows, no write bit elsewhere. Holds for root too, who could write all the same. */
const isReadOnly = (found: Stats): boolean => (found.mode & 0o222) === 0;

/** Reads a file whole. Throws file-not-found, file-unreadable, file-empty, file-too-large; the limit is in bytes. */
export async function readFile(path: string, limit: number): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    requireFile(path, await stat(path));
    // Non-blocking, so that a pipe put in the file's place meanwhile cannot hold this up.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    requireFile(path, found);
    if (found.size > limit) throw problem("file-too-large", { file: path, size: found.size, limit });
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      // One byte more than expected, so that the end is seen; a file that grows meanwhile is still bounded.
      const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(Math.max(found.size, 4096) + 1 - size, limit + 1 - size)));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      size += bytesRead;
      if (size > limit) throw problem("file-too-large", { file: path, size, limit });
      chunks.push(chunk.subarray(0, bytesRead));
    }
    if (size === 0) throw problem("file-empty", { file: path });
    // What was written to while it was read is neither the old file nor the new one. The kernel's own files have no size.
    const after = await file.stat();
    if (found.size > 0 && (size !== found.size || after.size !== found.size || after.mtimeMs !== found.mtimeMs)) throw problem("file-changed-while-read", { file: path });
    const [only] = chunks;
    return chunks.length === 1 && only ? only : Buffer.concat(chunks, size);
  } catch (thrown) {
    throw readProblem(path, thrown);
  } finally {
    await file?.close();
  }
}

/** The last bytes of a file, at most `limit`; all of a shorter one. Throws file-not-found, file-unreadable. */
export async function fileEnd(path: string, limit: number): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    requireFile(path, await stat(path));
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    requireFile(path, found);
    const end = Buffer.alloc(Math.min(found.size, limit));
    const { bytesRead } = await file.read(end, 0, end.length, found.size - end.length);
    return end.subarray(0, bytesRead);
  } catch (thrown) {
    throw readProblem(path, thrown);
  } finally {
    await file?.close();
  }
}

/** Whether a folder is there, links followed. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}

/** Names of the folders in a folder; empty where there is no such folder. Throws file-unreadable. */
export async function listFolders(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw readProblem(folder, thrown);
  }
}

/** The rights of a file as POSIX numbers them; null on Windows, which has none such. Throws file-not-found, file-unreadable. */
export async function fileMode(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    requireFile(path, found);
    return process.platform === "win32" ? null : found.mode & 0o7777;
  } catch (thrown) {
    throw readProblem(path, thrown);
  }
}

/** Makes a change of a folder's entries durable. Windows keeps them in its own journal and opens no folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes what was written to a file, and its new name, durable where the system flushes both with the file. Fails in silence: what was done is done. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, "r+").catch(() => null);
  await file?.sync().catch(() => undefined);
  await file?.close();
}

const temporaryEnd = ".lockstep.tmp";
const temporaryStart = (fileName: string): string => `${fileName.slice(0, 120)}.`;

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) !== "ESRCH";
  }
};

/**
 * Removes what processes that were killed while writing this file left beside it; with null as the file's name, while writing
 * any file of the folder. What cannot be removed stays: nothing depends on it.
 */
async function removeLeftoversIn(folder: string, fileName: string | null, remove: (path: string) => Promise<void> = unlink): Promise<void> {
  const start = fileName === null ? "" : temporaryStart(fileName);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(start) || !name.endsWith(temporaryEnd)) continue;
    const own = name.slice(start.length, -temporaryEnd.length);
    const writer = (fileName === null ? /\.(\d{1,10})-[0-9a-f]{16}$/ : /^(\d{1,10})-[0-9a-f]{16}$/).exec(own)?.[1];
    if (writer !== undefined && !isAlive(Number(writer))) await remove(join(folder, name)).catch(() => undefined);
  }
}

/** Removes what killed processes left half written beside a file, links followed. It never fails, for nothing depends on it. */
export async function removeLeftovers(path: string): Promise<void> {
  const real = await resolved(path).then((target) => target.path, () => path);
  await removeLeftoversIn(dirname(real), basename(real));
}

/** The same for every file of a folder that nobody but this program writes to. */
export const removeAllLeftovers = (folder: string): Promise<void> => removeLeftoversIn(folder, null);

/** The same for a file that holds a secret, in a folder that nobody else may write: what is left is overwritten first. */
export const eraseLeftovers = (path: string): Promise<void> => removeLeftoversIn(dirname(path), basename(path), overwriteAndRemove);

interface Manner { readonly mode: number; readonly owner: { readonly uid: number; readonly gid: number } | null }

/** Writes a new file with a name of its own beside `path`, durable, and gives that name. Leaves nothing on failure. */
async function writeTemporary(path: string, content: Uint8Array, { mode, owner }: Manner): Promise<string> {
  const temporary = join(dirname(path), `${temporaryStart(basename(path))}${process.pid}-${randomBytes(8).toString("hex")}${temporaryEnd}`);
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(content);
    if (process.platform !== "win32") {
      if (owner) {
        const made = await file.stat();
        if (made.uid !== owner.uid || made.gid !== owner.gid) await file.chown(owner.uid, owner.gid);
      }
      await file.chmod(mode & 0o7777);
    }
    await file.sync();
    await file.close();
    return temporary;
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    throw thrown;
  }
}

/** The file itself, links followed; the path as given when there is none yet. */
async function resolved(path: string): Promise<{ readonly path: string; readonly found: Stats | null }> {
  try {
    const real = await realpath(path);
    return { path: real, found: await stat(real) };
  } catch (thrown) {
    if (isMissing(thrown)) return { path, found: null };
    throw thrown;
  }
}

/**
 * Gives a file new content, or makes it: whoever looks sees the old or the new one, whole; durable on return. Rights and
 * owner of a present file stay, unless `mode` says otherwise; a new one is for its owner only, unless `mode` says
 * otherwise. Throws file-not-found (for a missing folder), file-unwritable, disk-full.
 */
export async function atomicWrite(path: string, content: Uint8Array, options: { readonly mode?: number } = {}): Promise<void> {
  try {
    const target = await resolved(path);
    await removeLeftoversIn(dirname(target.path), basename(target.path));
    const temporary = await writeTemporary(target.path, content, { mode: options.mode ?? target.found?.mode ?? 0o600, owner: target.found });
    try {
      await rename(temporary, target.path);
    } catch (thrown) {
      await unlink(temporary).catch(() => undefined);
      throw thrown;
    }
    await syncFolder(dirname(target.path));
  } catch (thrown) {
    throw fileProblem(path, thrown);
  }
}

/**
 * Makes a file that must not be there yet, whole and durable; for its owner only unless `mode` says otherwise. Throws
 * file-exists, file-not-found (for a missing folder), file-unwritable, disk-full.
 */
export async function createFile(path: string, content: Uint8Array, mode = 0o600): Promise<void> {
  try {
    if (await isThere(path)) throw problem("file-exists", { file: path });
    await removeLeftoversIn(dirname(path), basename(path));
    const temporary = await writeTemporary(path, content, { mode, owner: null });
    try {
      // A second name is refused where the first is taken, unlike a new name for the old.
      await link(temporary, path).catch(async (thrown: unknown) => {
        if (codeOf(thrown) === "EEXIST") throw problem("file-exists", { file: path }, { cause: thrown });
        if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(thrown))) throw thrown;
        await copyFile(temporary, path, constants.COPYFILE_EXCL);
      });
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
    await syncFolder(dirname(path));
  } catch (thrown) {
    throw fileProblem(path, thrown);
  }
}

/** Makes a folder and those above it, unless it is there; durable on return where the one around it may be read. Throws file-unwritable, disk-full. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true, mode });
    for (let made = resolve(path); first !== undefined && made.length >= resolve(first).length; made = dirname(made)) await syncFolder(dirname(made)).catch(() => undefined);
  } catch (thrown) {
    throw fileProblem(path, thrown);
  }
}

/** The number of the user whom a file or folder belongs to, links followed; null where it cannot be asked. */
export const ownerOf = (path: string): Promise<number | null> => stat(path).then(({ uid }) => uid, () => null);

/** What a link of the kernel's leads to; null where it may not be seen. */
export const linkedPath = (path: string): Promise<string | null> => readlink(path).catch(() => null);

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, (thrown: unknown) => {
    if (isMissing(thrown)) return false;
    throw thrown;
  });
}

/** Gives the present file a second name; where the file system knows no second names, a copy with its rights and owner. */
async function keepAs(backup: string, path: string, found: Stats): Promise<void> {
  try {
    await link(path, backup);
  } catch (thrown) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES"].includes(codeOf(thrown))) throw thrown;
    const copy = await writeTemporary(backup, await readFile(path, found.size), { mode: found.mode, owner: found });
    await rename(copy, backup).catch(async (failed: unknown) => {
      await unlink(copy).catch(() => undefined);
      throw failed;
    });
  }
}

/** How a new file takes the place of an old one in one step. All paths are those of the files themselves, links followed. */
export interface Exchange {
  /** Gives `temporary` the name `path`, and what had it the name `backup`, which is free. Changes nothing when it fails. */
  readonly replace: (temporary: string, path: string, backup: string, found: Stats) => Promise<void>;
  /** Gives `backup` the name `path`, whatever has it. */
  readonly putBack: (backup: string, path: string) => Promise<void>;
}

const renaming: Exchange = {
  replace: async (temporary, path, backup, found) => {
    await keepAs(backup, path, found);
    await rename(temporary, path).catch(async (failed: unknown) => {
      await unlink(backup).catch(() => undefined);
      throw failed;
    });
  },
  putBack: async (backup, path) => {
    await rename(backup, path);
    // Two names of one file are left as they are by rename, which says it succeeded. Source: POSIX rename.
    if (await isThere(backup)) await unlink(backup);
  },
};

/** See Files.replace in app/machine.ts. A temporary file that a killed process left for this file is removed. */
async function replaceWith(exchange: Exchange, path: string, content: Uint8Array, backup: string): Promise<void> {
  let temporary: string | null = null;
  try {
    const { path: real, found } = await resolved(path);
    if (!found) throw problem("file-not-found", { file: path });
    requireFile(path, found);
    if (isReadOnly(found)) throw problem("file-read-only", { file: path });
    await access(real, constants.W_OK);
    if (await isThere(backup)) throw problem("file-unwritable", { file: path, reason: `${basename(backup)} is there already` });
    await removeLeftoversIn(dirname(real), basename(real));
    temporary = await writeTemporary(real, content, { mode: found.mode, owner: found });
    await exchange.replace(temporary, real, backup, found);
    temporary = null;
    await syncFolder(dirname(real));
    if (dirname(backup) !== dirname(real)) await syncFolder(dirname(backup));
  } catch (thrown) {
    if (temporary !== null) await unlink(temporary).catch(() => undefined);
    throw fileProblem(path, thrown);
  }
}

/** See Files.putBack in app/machine.ts. Throws file-not-found when the backup is gone. */
async function putBackWith(exchange: Exchange, path: string, backup: string): Promise<void> {
  try {
    const { path: real } = await resolved(path);
    await removeLeftoversIn(dirname(real), basename(real));
    if (!await isThere(backup)) throw problem("file-not-found", { file: backup });
    await exchange.putBack(backup, real);
    await syncFolder(dirname(real));
    if (dirname(backup) !== dirname(real)) await syncFolder(dirname(backup));
  } catch (thrown) {
    throw isMissing(thrown) ? problem("file-not-found", { file: backup }, { cause: thrown }) : fileProblem(path, thrown);
  }
}

/** Removes one file, durably, and what killed writers of it left; succeeds when it is not there. Throws file-unwritable. */
export async function removeFile(path: string): Promise<void> {
  await removeLeftoversIn(dirname(path), basename(path));
  try {
    await unlink(path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    if (!isMissing(thrown)) throw fileProblem(path, thrown);
  }
}

/** Writes zeros over a file where it lies, then removes it; a link itself is removed. Throws what the system calls throw. */
async function overwriteAndRemove(path: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  try {
    const found = await file?.stat();
    if (file && found?.isFile() === true) {
      await file.write(Buffer.alloc(found.size), 0, found.size, 0);
      await file.sync();
    }
  } finally {
    await file?.close();
  }
  await unlink(path);
}

/** Overwrites a secret where it lies before its file is removed, and what killed writers of it left; succeeds when it is not there. Throws file-unwritable. */
export async function eraseFile(path: string): Promise<void> {
  await eraseLeftovers(path);
  try {
    await overwriteAndRemove(path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    if (!isMissing(thrown)) throw fileProblem(path, thrown);
  }
}

async function fileStat(path: string): Promise<FileStat | null> {
  try {
    const { path: real, found } = await resolved(path);
    if (!found) return null;
    requireFile(path, found);
    await access(real, constants.R_OK);
    return { path: real, size: found.size, readOnly: isReadOnly(found), modified: found.mtime.toISOString() };
  } catch (thrown) {
    throw readProblem(path, thrown);
  }
}

/** See Files.put in app/machine.ts. */
async function putFile(path: string, content: Uint8Array, mode: number): Promise<void> {
  try {
    const present = await lstat(path).catch((thrown: unknown) => {
      if (isMissing(thrown)) return null;
      throw thrown;
    });
    if (present?.isSymbolicLink() === true) throw problem("file-unwritable", { file: path, reason: "it is a link" });
    if (present) requireFile(path, present);
  } catch (thrown) {
    throw fileProblem(path, thrown);
  }
  await atomicWrite(path, content, { mode });
}

/** See Files.linkTarget in app/machine.ts. */
async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (thrown) {
    // EINVAL: it is a file of another kind. Source: POSIX readlink.
    if (isMissing(thrown) || codeOf(thrown) === "EINVAL") return null;
    throw readProblem(path, thrown);
  }
}

/** See Files.link in app/machine.ts. */
async function makeLink(path: string, target: string): Promise<void> {
  try {
    await symlink(target, path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") throw problem("file-exists", { file: path }, { cause: thrown });
    throw fileProblem(path, thrown);
  }
}

const unpack = promisify(gunzip);

/** See Files.readGzip in app/machine.ts. */
async function readGzip(path: string, limit: number): Promise<Uint8Array> {
  const packed = await readFile(path, limit);
  try {
    return await unpack(packed, { maxOutputLength: limit });
  } catch (thrown) {
    if (codeOf(thrown) === "ERR_BUFFER_TOO_LARGE") throw problem("file-too-large", { file: path, size: limit + 1, limit }, { cause: thrown });
    throw problem("file-unreadable", { file: path, reason: "it is no whole gzip file" }, { cause: thrown });
  }
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw readProblem(folder, thrown);
  }
}

/** The port for files of this computer, with the exchange that its operating system does best. */
export function filesWith(exchange: Exchange): Files {
  return {
    stat: fileStat,
    read: readFile,
    readGzip,
    list: listFiles,
    replace: (path, content, backup) => replaceWith(exchange, path, content, backup),
    putBack: (path, backup) => putBackWith(exchange, path, backup),
    remove: removeFile,
    tidy: removeLeftovers,
    put: putFile,
    mode: fileMode,
    linkTarget,
    link: makeLink,
    join: (folder, ...names) => join(folder, ...names),
  };
}

/** Files as POSIX exchanges them. On Windows access lists would become those of the folder; its own adapter keeps the file's. */
export const nodeFiles: Files = filesWith(renaming);

/** Bytes that are read at once. */
const pieceSize = 1024 * 1024;

/** The content of a file or pipe, piece by piece, empty or not. Throws file-not-found, file-unreadable. */
export async function* filePieces(path: string): AsyncIterable<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: pieceSize }) as AsyncIterable<Buffer>) yield piece;
  } catch (thrown) {
    throw readProblem(path, thrown);
  }
}
