// Builds everything that is not up to date, and says in one line each what it built.
// `node scripts/build.mjs [--force] [main|electron|preload|renderer …]`
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..");
const recordFile = join(root, "dist/.built");

/** What each build is called, which Vite configuration makes it, and which folders and files it is made from. */
const builds = {
  main: { title: "the command line and the web host", config: "scripts/vite.main.ts", from: ["app", "main"], but: ["main/electron"] },
  electron: { title: "the desktop shell", config: "scripts/vite.electron.ts", from: ["app", "main"], but: ["main/cli"] },
  preload: { title: "the desktop shell's preload", config: "scripts/vite.preload.ts", from: ["app", "main/electron"], but: [] },
  renderer: { title: "the window", config: "scripts/vite.renderer.ts", from: ["app", "renderer", "assets"], but: [] },
};
const fromAlways = ["package.json", "package-lock.json", "tsconfig.base.json", "scripts/build.mjs"];

/**
 * Builds what is named (default: everything), unless its inputs and outputs are as the last build left them.
 * @param {{ names?: readonly string[], force?: boolean, say?: (line: string) => void, beginning?: (title: string) => void }} options
 *   `beginning` is called before each build, `say` after it
 * @returns {Promise<readonly string[]>} the names of what was really built
 */
export async function buildAll({ names = Object.keys(builds), force = false, say = (line) => void stdout.write(`${line}\n`), beginning = () => undefined } = {}) {
  const built = [];
  for (const name of names) {
    const build = builds[name];
    if (!build) throw new Error(`There is no build named ${name}; there are ${Object.keys(builds).join(", ")}.`);
    const inputs = await fingerprint([...build.from, build.config, ...fromAlways], build.but);
    const { [name]: last, ...others } = await readRecord();
    if (!force && last?.inputs === inputs && (await allThere(last.outputs))) continue;

    const begun = performance.now();
    beginning(build.title);
    await writeRecord(others);
    const outputs = await runVite(build.config);
    for (const stale of last?.outputs ?? []) if (!outputs.includes(stale)) await rm(join(root, stale), { force: true });
    await writeRecord({ ...(await readRecord()), [name]: { inputs, outputs } });
    built.push(name);
    say(`Built ${build.title} in ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
  }
  return built;
}

async function runVite(config) {
  const { build, loadConfigFromFile } = await import("vite");
  const environment = { command: "build", mode: "production" };
  const loaded = await loadConfigFromFile(environment, join(root, config), root, "silent");
  if (!loaded) throw new Error(`${config} cannot be read.`);
  const results = [await build({ ...loaded.config, configFile: false, mode: environment.mode })].flat();
  const folder = resolve(loaded.config.root ?? root, loaded.config.build?.outDir ?? "dist");
  return results.flatMap(({ output }) => output.map(({ fileName }) => tidy(relative(root, join(folder, fileName))))).sort();
}

/** SHA-256 over the names and contents of all input files. */
async function fingerprint(from, but) {
  const hash = createHash("sha256");
  for (const file of (await Promise.all(from.map(filesUnder))).flat().sort()) {
    if (but.some((left) => file.startsWith(`${left}/`)) || file.endsWith(".tsbuildinfo")) continue;
    hash.update(`${file}\0`).update(createHash("sha256").update(await readFile(join(root, file))).digest());
  }
  return hash.digest("hex");
}

async function filesUnder(path) {
  const found = await stat(join(root, path)).catch(() => null);
  if (!found) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => tidy(relative(root, join(entry.parentPath ?? entry.path, entry.name))));
}

const tidy = (path) => path.split(sep).join("/");

async function allThere(files) {
  const found = await Promise.all(files.map((file) => stat(join(root, file)).then(() => true, () => false)));
  return found.every(Boolean);
}

/** An absent or unreadable record means that nothing is known to be built. */
async function readRecord() {
  try {
    return JSON.parse(await readFile(recordFile, "utf8"));
  } catch {
    return {};
  }
}

async function writeRecord(record) {
  await mkdir(join(root, "dist"), { recursive: true });
  await writeFile(recordFile, `${JSON.stringify(record, null, 1)}\n`);
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const names = argv.slice(2).filter((argument) => argument !== "--force");
  try {
    const built = await buildAll({ force: argv.includes("--force"), ...(names.length > 0 && { names }) });
    if (built.length === 0) stdout.write("Everything is built and up to date.\n");
  } catch (thrown) {
    stderr.write(`The build failed: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    exit(1);
  }
}
