// Processes of this machine as /proc and the control groups show them.
import { join } from "node:path";
import { LockstepError } from "../../../app/errors.ts";
import { linkedPath, ownerOf, readFile } from "../../storage/file.ts";

/** Bytes of one of the kernel's files at most. */
const limit = 1024 * 1024;

/** The text of one of the kernel's files; null where there is none, or nothing in it, or it may not be read. */
async function text(path: string): Promise<string | null> {
  try {
    return Buffer.from(await readFile(path, limit)).toString("utf8");
  } catch (thrown) {
    if (thrown instanceof LockstepError) return null;
    throw thrown;
  }
}

const folderOf = (processId: number): string => join("/proc", String(processId));

interface Stat {
  /** "R", "S", "Z" and so on. */
  readonly state: string;
  readonly flags: number;
}

/** Source: proc(5), /proc/PID/stat; its name in parentheses may hold anything. */
async function statOf(processId: number): Promise<Stat | null> {
  const stat = await text(join(folderOf(processId), "stat"));
  const [state, , , , , , flags] = stat?.slice(stat.lastIndexOf(")") + 1).trim().split(" ") ?? [];
  return state === undefined || flags === undefined ? null : { state, flags: Number(flags) };
}

const lives = (stat: Stat | null): stat is Stat => stat !== null && stat.state !== "Z" && stat.state !== "X";

/** Lives, and is more than what is left of one whose end nobody has asked about. */
export const isRunning = async (processId: number): Promise<boolean> => lives(await statOf(processId));

/** PF_EXITING and PF_KTHREAD. Source: Linux, include/linux/sched.h. */
const withoutArguments = 0x4 | 0x20_0000;

/**
 * Whether one whose arguments are empty is to have some: it is just becoming another program. One that is ending has none any
 * more, and the kernel's own never have any. Source: Linux, fs/proc/base.c, get_mm_cmdline.
 */
export async function isBecomingProgram(processId: number): Promise<boolean> {
  const stat = await statOf(processId);
  return lives(stat) && (stat.flags & withoutArguments) === 0;
}

/** Its arguments; empty where it is none or they may not be read, and for the moment in which it becomes another program. */
export async function argumentsOf(processId: number): Promise<readonly string[]> {
  const line = await text(join(folderOf(processId), "cmdline"));
  return line === null ? [] : line.replace(/\0+$/, "").split("\0");
}

/** What it was given as environment; empty where that may not be read. */
export async function environmentOf(processId: number): Promise<ReadonlyMap<string, string>> {
  const entries = (await text(join(folderOf(processId), "environ")))?.split("\0") ?? [];
  return new Map(entries.filter((entry) => entry.includes("=")).map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
}

/** The number of the user whose rights it has; null where it is gone. */
export const userOf = (processId: number): Promise<number | null> => ownerOf(folderOf(processId));

/** The folder it works in; null where that may not be seen. */
export const workingFolderOf = (processId: number): Promise<string | null> => linkedPath(join(folderOf(processId), "cwd"));

/** Where the control groups that systemd keeps may be: alone, beside older ones, or as an older one. Source: systemd, docs/CGROUP_DELEGATION.md. */
const groupFolders: readonly string[] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

/**
 * The processes of a control group in ascending order, without those of groups below it. `group` is a path as systemd names
 * it, below `folder`, or wherever this machine has its groups.
 */
export async function processesOf(group: string, folder: string | null): Promise<readonly number[]> {
  if (group === "" || group.split("/").includes("..")) return [];
  for (const root of folder === null ? groupFolders : [folder]) {
    const processes = await text(join(root, group, "cgroup.procs"));
    if (processes !== null) return processes.split("\n").filter((line) => /^\d+$/.test(line)).map(Number).sort((one, other) => one - other);
  }
  return [];
}
