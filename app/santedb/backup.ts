// Copies of a configuration beside it: Lockstep's own, SanteDB's, its Configuration Tool's; told apart by their names.
import { problem } from "../errors.ts";
import type { Files } from "../machine.ts";
import { fileNameOf, folderOf } from "../path.ts";
import { sha256 } from "../plan/hash.ts";
import { configurationLimit, parseDocument } from "./configuration.ts";
import type { Backup } from "./configuration-view.ts";

/** Where a file is kept before a change, beside it. `planId` tells the time. */
export function backupPath(files: Files, file: string, planId: string): string {
  return files.join(folderOf(file), `${fileNameOf(file)}.${planId}.bak`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

interface Recognised { readonly kind: Backup["kind"]; readonly at: string | null; readonly change: string | null }

/** What the digits of a name say, "20261122083015", as UTC; null where they are no time. */
function timeOf(digits: string): string | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/**
 * What a file's name says of a copy of `file`; null where it is none. Sources: santedb-dc-core FileConfigurationService
 * (santedb.bak.gz, SanteDB.bak.bz2), santedb-server SaveConfigurationTask (FILE_yyyyMMddHHmmss.bak).
 */
export function recogniseBackup(file: string, name: string): Recognised | null {
  const own = fileNameOf(file);
  const stem = own.replace(/\.(config|xml)$/i, "").replace(/\.config$/i, "");
  const ours = new RegExp(`^${escaped(own)}\\.((\\d{8})-(\\d{6})-[0-9a-f]{4})\\.bak(?:\\.displaced)?$`, "i").exec(name);
  if (ours) return { kind: "lockstep", at: timeOf(`${ours[2] ?? ""}${ours[3] ?? ""}`), change: ours[1] ?? null };
  if (new RegExp(`^${escaped(stem)}\\.bak\\.(gz|bz2)$`, "i").test(name)) return { kind: "santedb", at: null, change: null };
  const tool = new RegExp(`^${escaped(own)}_(\\d{14})\\.bak$`, "i").exec(name);
  // The tool writes local time; without the machine's zone, the time of the file is the better one.
  if (tool) return { kind: "configuration-tool", at: null, change: null };
  if (new RegExp(`^${escaped(own)}[._ -].{1,80}$`, "i").test(name) && /\.(bak|old|orig|save|backup|copy)\b/i.test(name)) return { kind: "other", at: null, change: null };
  return null;
}

/** The content of a backup, unpacked. Throws as Files.read, and backup-unreadable for a packing that Lockstep does not know. */
export async function readKept(files: Files, path: string): Promise<Uint8Array> {
  if (/\.gz$/i.test(path)) return files.readGzip(path, configurationLimit);
  if (/\.bz2$/i.test(path)) throw problem("backup-unreadable", { file: path, reason: "it is packed with bzip2, which Lockstep does not unpack." });
  return files.read(path, configurationLimit);
}

function schemeOf(content: Uint8Array, file: string): Backup["scheme"] {
  try {
    const { rest } = parseDocument(content, file);
    const schemes = new Set(rest?.endpoints.map(({ scheme }) => scheme) ?? []);
    const [only = null] = schemes;
    return schemes.size === 1 ? only : null;
  } catch {
    // A backup that is no configuration any more is listed all the same.
    return null;
  }
}

/**
 * The copies beside `file`, newest first. `keptBefore` gives the SHA-256 that a backup of Lockstep's had when it was made,
 * by its path, as the journal has it. Throws what reading the folder throws.
 */
export async function listBackups(files: Files, file: string, keptBefore: ReadonlyMap<string, string>): Promise<readonly Backup[]> {
  const folder = folderOf(file);
  const present = await files.read(file, configurationLimit).then(sha256, () => null);
  const backups: Backup[] = [];
  for (const name of await files.list(folder)) {
    const recognised = recogniseBackup(file, name);
    if (!recognised) continue;
    const path = files.join(folder, name);
    const stat = await files.stat(path).catch(() => null);
    if (!stat) continue;
    const content = await readKept(files, path).catch(() => null);
    const digest = content && sha256(content);
    const expected = keptBefore.get(path);
    backups.push({
      file: path, kind: recognised.kind, at: recognised.at ?? stat.modified, size: stat.size, sha256: digest,
      relation: digest === null || present === null ? "unknown" : digest === present ? "same" : "different",
      scheme: content && schemeOf(content, path),
      change: recognised.change, intact: expected === undefined ? null : digest === expected,
      readable: content !== null,
    });
  }
  return backups.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}
