// Where the configuration file of a SanteDB service may lie: by product, version and account, in many places over the years.
import { knownSid } from "../http-sys/account.ts";
import type { Machine } from "../machine.ts";
import type { SanteDbService } from "./service-recognition.ts";

export interface CandidatePath {
  readonly path: string;
  /** Which versions look there, for a person. */
  readonly rule: string;
  /** Whether the version of this service looks there; null where its version is not known. */
  readonly fits: boolean | null;
}

/** Folders in which Windows and its users' folders lie. Windows is looked for beside the program folders, and on C: of a real Windows. */
export function systemDrives({ kind }: Pick<Machine, "kind">, folder: string): readonly string[] {
  const besidePrograms = /^(.+?)[\\/]Program Files(?: \(x86\))?[\\/]/i.exec(`${folder}/`)?.[1];
  return [...new Set([...(besidePrograms === undefined ? [] : [besidePrograms]), ...(kind === "windows" ? ["C:"] : [])])];
}

/**
 * Folders that may be the service account's %APPDATA%, the likeliest first. LocalSystem has one for 64-bit processes and
 * one for 32-bit ones.
 */
function roamingFolders(machine: Machine, { record, image }: SanteDbService): { readonly folders: readonly string[]; readonly ofSystem: boolean } {
  const account = record.account.slice(record.account.lastIndexOf("\\") + 1);
  const ofSystem: readonly (readonly string[])[] = (() => {
    switch (knownSid(record.account)) {
      case "S-1-5-18": return [["System32", "config", "systemprofile"], ["SysWOW64", "config", "systemprofile"]];
      case "S-1-5-19": return [["ServiceProfiles", "LocalService"]];
      case "S-1-5-20": return [["ServiceProfiles", "NetworkService"]];
      default: return [];
    }
  })();
  const profiles = ofSystem.length > 0 ? ofSystem.map((names) => ["Windows", ...names]) : [["Users", account], ["Windows", "ServiceProfiles", account]];
  return {
    folders: systemDrives(machine, image.folder).flatMap((root) => profiles.map((names) => machine.files.join(root, ...names, "AppData", "Roaming"))),
    ofSystem: ofSystem.length > 0,
  };
}

/** A name that stays within its folder when it becomes part of a path. */
const isPlainName = (name: string): boolean => name !== "." && name !== ".." && !/[\\/:*?"<>|]/.test(name) && !name.includes("\0");

/** "3.0.2101.0" as one number that sorts as versions do; null for what is no version. */
function versionNumber(version: string | null): number | null {
  const [, major, minor, build] = /^(\d{1,4})\.(\d{1,4})\.(\d{1,5})/.exec(version ?? "") ?? [];
  return build === undefined ? null : (Number(major) * 10_000 + Number(minor)) * 100_000 + Number(build);
}

const v = (major: number, minor: number, build: number): number => (major * 10_000 + minor) * 100_000 + build;

/**
 * A dCDR's on Linux: below ~/.config of its user or what XDG_CONFIG_HOME says. No version is known of a program there, so
 * that the newest rule whose file exists is taken. Source: santedb-www, santedb-dcg and santedb-dc-core.
 */
function linuxPaths({ files }: Machine, { image, name, record }: SanteDbService, tag: "www" | "dcg"): readonly CandidatePath[] {
  const ofUser = record.applicationData === undefined ? [] : [
    { path: files.join(record.applicationData, "santedb", tag, name, "santedb.config"), rule: "version 3, of the service's user", fits: null },
    { path: files.join(record.applicationData, "SanteDB", `${tag}-${name}`, "SanteDB.config"), rule: "version 2", fits: null },
  ];
  return [
    ...ofUser.slice(0, 1),
    { path: files.join(image.folder, "instances", name, "config", "santedb.config"), rule: "version 3.0.1500 and newer, beside the program", fits: null },
    { path: files.join(image.folder, "instances", name, "santedb.config"), rule: "builds of January 2024", fits: null },
    ...ofUser.slice(1),
  ];
}

/**
 * The configuration files that the versions of SanteDB read or have read, the newest rule first. Source: santedb-www,
 * santedb-dcg and santedb-dc-core, their releases 2.0.17 to 3.0.2101; the last from the vendor's instructions.
 */
export function candidatePaths(machine: Machine, service: SanteDbService): readonly CandidatePath[] {
  const { image, name, product, record } = service;
  const { files } = machine;
  if (image.config !== null) {
    const absolute = /^([a-z]:)?[\\/]/i.test(image.config);
    return [{ path: absolute ? image.config : files.join(image.folder, image.config), rule: "named in the service's command line", fits: true }];
  }
  const onLinux = record.manager !== undefined;
  if (product === "icdr") {
    const named = image.name ?? (onLinux ? null : /^SanteDB-(.+)$/i.exec(record.name)?.[1] ?? null);
    const file = named !== null && isPlainName(named) ? `santedb.config.${named}.xml` : "santedb.config.xml";
    return [{ path: files.join(image.folder, file), rule: "beside the program", fits: true }];
  }
  if (!isPlainName(name)) return [];
  const tag = product === "dcdr-www" ? "www" : "dcg";
  if (onLinux) return linuxPaths(machine, service, tag);
  const { folders, ofSystem } = roamingFolders(machine, service);
  const version = versionNumber(record.version);
  const fits = (from: number, to: number, account = true): boolean | null => (version === null ? null : version >= from && version < to && account);
  const newest = v(3, 0, 1500);
  const beside: CandidatePath = { path: files.join(image.folder, "instances", name, "config", "santedb.config"), rule: "version 3.0.1500 and newer, under a system account", fits: fits(newest, Infinity, ofSystem) };
  const early: CandidatePath = { path: files.join(image.folder, "instances", name, "santedb.config"), rule: "builds of January 2024", fits: fits(v(3, 0, 1201), newest) };
  const roaming = folders.map((folder): CandidatePath => ({
    path: files.join(folder, "santedb", tag, name, "santedb.config"),
    rule: ofSystem ? "versions 3.0.480 to 3.0.1200" : "versions 3.0.480 to 3.0.1200, and 3.0.1500 and newer under a person's account",
    fits: version === null ? null : fits(v(3, 0, 0), v(3, 0, 1201)) === true || fits(newest, Infinity, !ofSystem) === true,
  }));
  return [
    ...(ofSystem ? [beside, early, ...roaming] : [...roaming, beside, early]),
    ...folders.map((folder): CandidatePath => ({ path: files.join(folder, "SanteDB", `${tag}-${name}`, "SanteDB.config"), rule: "version 2", fits: fits(0, v(3, 0, 0)) })),
    ...folders.map((folder): CandidatePath => ({ path: files.join(folder, `santedb-${tag}`, name, "SanteDB.config"), rule: "the vendor's instructions; no known version", fits: version === null ? null : false })),
  ];
}
