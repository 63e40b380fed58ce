// Where Lockstep keeps what is its own, as each operating system wants it.
import { homedir } from "node:os";
import { join } from "node:path";

/** The user's data folder for Lockstep. Sources: XDG Base Directory, Windows Known Folders, Apple's file system guide. */
export function dataFolder(platform: NodeJS.Platform = process.platform, environment: NodeJS.ProcessEnv = process.env): string {
  switch (platform) {
    case "win32": return join(environment["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Lockstep");
    case "darwin": return join(homedir(), "Library", "Application Support", "Lockstep");
    default: return join(environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "lockstep");
  }
}

/** The folder that Lockstep keeps for the whole of a Windows machine, whoever works on it. */
export function machineFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["ProgramData"] ?? "C:\\ProgramData", "Lockstep");
}

/** Likewise of a Linux machine; who is not root has a folder of their own, and can change little. Source: Filesystem Hierarchy Standard 5.8. */
export function linuxFolder(isRoot: boolean = process.geteuid?.() === 0): string {
  return isRoot ? "/var/lib/lockstep" : join(dataFolder(), "linux");
}
