// A folder that another user may write, as root must use it: held open, so that what is done in it is done in this folder,
// whatever takes its name meanwhile; and no link in it is followed. Linux only: names are looked up through /proc/self/fd.
import { constants, type Stats } from "node:fs";
import { chmod, lstat, mkdir, open, rmdir, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { problem } from "../../app/errors.ts";
import { fileProblem, isMissing, readProblem, syncFolder } from "./file.ts";

export interface Owner { readonly uid: number; readonly gid: number }

/** Of this process. */
export const ownId = (): number => process.getuid?.() ?? -1;

const codeOf = (thrown: unknown): string => (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "");
/** What opening says of a link that is not to be followed. */
const isLink = (thrown: unknown): boolean => codeOf(thrown) === "ELOOP";

/** Never through a link, and never held up by a pipe in the file's place. */
const careful = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Why a file is not what its owner alone can have put there; null where it is. A second name may be that of somebody else's file. */
function suspicion(found: Stats, owners: readonly number[]): string | null {
  if (!found.isFile()) return "it is no ordinary file";
  if (found.nlink !== 1) return "it has a second name";
  return owners.includes(found.uid) ? null : "it belongs to another user";
}

export class OthersFolder {
  readonly path: string;
  readonly owner: number;
  private readonly handle: FileHandle;

  private constructor(path: string, handle: FileHandle, { uid }: Stats) {
    this.path = path;
    this.handle = handle;
    this.owner = uid;
  }

  /**
   * Holds a folder; null where there is none. `followed`: links on the way to it are, so that whose it is must be looked at.
   * Throws file-unreadable, for a link too where it is not followed.
   */
  static async open(path: string, links: "followed" | "refused"): Promise<OthersFolder | null> {
    let handle: FileHandle;
    try {
      // A link is refused as no folder by the system itself.
      handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | (links === "refused" ? constants.O_NOFOLLOW : 0));
    } catch (thrown) {
      if (codeOf(thrown) === "ENOTDIR" && await lstat(path).then((found) => !found.isDirectory(), () => false)) {
        throw problem("file-unreadable", { file: path, reason: "it is a link, or no folder" }, { cause: thrown });
      }
      if (isMissing(thrown)) return null;
      throw readProblem(path, thrown);
    }
    return new OthersFolder(path, handle, await handle.stat());
  }

  private at(name: string): string {
    return `/proc/self/fd/${this.handle.fd}/${basename(name)}`;
  }

  /** Whether the name is taken, by a link too. */
  async has(name: string): Promise<boolean> {
    return lstat(this.at(name)).then(() => true, (thrown: unknown) => {
      if (isMissing(thrown)) return false;
      throw readProblem(join(this.path, name), thrown);
    });
  }

  /** A file's content; null where there is none, where it is a link or another user's than `owners`, cannot be read, or has more bytes than `limit`. */
  async read(name: string, limit: number, owners: readonly number[]): Promise<Uint8Array | null> {
    const file = await open(this.at(name), constants.O_RDONLY | careful).catch(() => null);
    try {
      const found = await file?.stat();
      if (!file || !found || suspicion(found, owners) !== null || found.size > limit) return null;
      const content = Buffer.alloc(found.size);
      const { bytesRead } = await file.read(content, 0, content.length, 0);
      return content.subarray(0, bytesRead);
    } catch {
      return null;
    } finally {
      await file?.close();
    }
  }

  /** Makes a file that must not be there, for its owner alone; durable on return, but for its name. Throws file-exists, file-unwritable, disk-full. */
  async create(name: string, content: Uint8Array, owner: Owner): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.at(name), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | careful, 0o600);
      await file.writeFile(content);
      await file.chmod(0o600);
      await file.chown(owner.uid, owner.gid);
      await file.sync();
    } catch (thrown) {
      if (codeOf(thrown) === "EEXIST") throw problem("file-exists", { file: join(this.path, name) }, { cause: thrown });
      throw fileProblem(join(this.path, name), thrown);
    } finally {
      await file?.close();
    }
  }

  /** Gives a file the rights 0600. Throws file-unwritable for a link, and for what is not surely the file of `owner`; file-not-found. */
  async restrict(name: string, owner: number): Promise<void> {
    const path = join(this.path, name);
    let file: FileHandle | null = null;
    try {
      file = await open(this.at(name), constants.O_RDONLY | careful);
      const found = await file.stat();
      const reason = suspicion(found, [owner]);
      if (reason !== null) throw problem("file-unwritable", { file: path, reason });
      if ((found.mode & 0o7777) !== 0o600) {
        await file.chmod(0o600);
        await file.sync();
      }
    } catch (thrown) {
      throw isLink(thrown) ? problem("file-unwritable", { file: path, reason: "it is a link" }, { cause: thrown }) : fileProblem(path, thrown);
    } finally {
      await file?.close();
    }
  }

  /** Removes a name, its file overwritten with zeros first where that is surely one of `owners`. Succeeds when it is not there. Throws file-unwritable. */
  async erase(name: string, owners: readonly number[]): Promise<void> {
    const file = await open(this.at(name), constants.O_WRONLY | careful).catch(() => null);
    try {
      const found = await file?.stat();
      if (file && found && suspicion(found, owners) === null && found.size > 0) {
        const zeros = Buffer.alloc(65_536);
        for (let at = 0; at < found.size; at += zeros.length) await file.write(zeros, 0, Math.min(zeros.length, found.size - at), at);
        await file.sync();
      }
      await unlink(this.at(name));
    } catch (thrown) {
      if (!isMissing(thrown)) throw fileProblem(join(this.path, name), thrown);
    } finally {
      await file?.close();
    }
  }

  /** Gives the folder away, or takes it: who does not own it cannot change what is in it. Throws file-unwritable. */
  async give(owner: Owner | null, mode: number): Promise<void> {
    try {
      await this.handle.chown(owner?.uid ?? ownId(), owner?.gid ?? process.getgid?.() ?? -1);
      await this.handle.chmod(mode);
    } catch (thrown) {
      throw fileProblem(this.path, thrown);
    }
  }

  /** Makes what became of the names in it durable. */
  async sync(): Promise<void> {
    await this.handle.sync().catch(() => undefined);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/**
 * Makes a folder for this process alone, in one that nobody else can write; that one is made, for everybody to pass through,
 * where it is not there. Throws file-exists, file-unwritable, disk-full.
 */
export async function makeOwnFolder(path: string): Promise<void> {
  const around = dirname(path);
  try {
    const first = await mkdir(around, { recursive: true, mode: 0o711 });
    // Whatever file creation mask this process has.
    for (let made = resolve(around); first !== undefined && made.length >= resolve(first).length; made = dirname(made)) await chmod(made, 0o711);
    const found = await lstat(around);
    if (!found.isDirectory() || ![0, ownId()].includes(found.uid) || (found.mode & 0o022) !== 0) throw problem("file-unwritable", { file: around, reason: "others may write there" });
    await mkdir(path, { mode: 0o700 });
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") throw problem("file-exists", { file: path }, { cause: thrown });
    throw fileProblem(path, thrown);
  }
}

/** Removes an empty folder, durably; succeeds when it is not there. Throws file-unwritable, where something is in it too. */
export async function removeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
    await syncFolder(dirname(path));
  } catch (thrown) {
    if (codeOf(thrown) === "ENOTEMPTY") throw problem("file-unwritable", { file: path, reason: "something else lies in it" }, { cause: thrown });
    if (!isMissing(thrown)) throw fileProblem(path, thrown);
  }
}
