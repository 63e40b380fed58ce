// The packages that Lockstep is built from: whether they are here as the lock file says, and their installation.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { arch, env, exit, platform, stderr } from "node:process";
import { runProgram } from "./program.mjs";

const root = join(import.meta.dirname, "..");
const readJson = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));

/**
 * Installs the packages unless they are here. Says every few seconds how far it is; npm's own words are shown only when
 * it fails, and then this process ends with its exit code.
 * @param {(line: string) => void} say
 */
export async function installDependencies(say) {
  if (installedFits()) return;
  const packages = packagesForHere();
  say(`Installing the ${packages.length} packages that Lockstep is built from. This is done once and takes about a minute.`);
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  const words = [];
  const ticker = setInterval(() => say(`  … ${seconds()} s, ${packages.filter(isUnpacked).length} of ${packages.length} packages unpacked`), 5_000);
  // npm tells its scripts where it lies; run by Node itself it needs no shell on any system.
  const [program, ...first] = env.npm_execpath?.endsWith(".js") ? [process.execPath, env.npm_execpath] : ["npm"];
  const code = await runProgram(program, [...first, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=warn"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], hear: (chunk) => words.push(chunk) });
  clearInterval(ticker);
  if (code !== 0) {
    stderr.write(`${Buffer.concat(words).toString("utf8")}\nThe packages could not be installed: npm ci ended with ${code}, and its words are above.\n`);
    stderr.write("Check that this computer reaches the package registry, then try again.\n");
    exit(code);
  }
  say(`Installed in ${seconds()} s.`);
}

/** Whether every package of the lock file that this computer needs lies in node_modules in the version named. */
function installedFits() {
  try {
    const wanted = readJson("package-lock.json").packages;
    const installed = readJson("node_modules/.package-lock.json").packages;
    return Object.entries(wanted).every(([path, { version, optional, link }]) =>
      path === "" || link || (installed[path] ? installed[path].version === version && isUnpacked(path) : optional === true));
  } catch {
    return false;
  }
}

/** Folders of the packages that npm will put on a computer of this kind. */
function packagesForHere() {
  const fits = (allowed, own) => allowed === undefined || allowed.includes(own);
  return Object.entries(readJson("package-lock.json").packages)
    .filter(([path, { os, cpu }]) => path !== "" && fits(os, platform) && fits(cpu, arch))
    .map(([path]) => path);
}

/** npm makes all folders first; the description is among the last things in one. */
const isUnpacked = (path) => existsSync(join(root, path, "package.json"));
