// `npm start`: installs and builds what is missing, says what it does, and opens Lockstep: its desktop window where
// Electron can be had, else the web host. Needs nothing but Node 20 and npm.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { argv, env, exit, platform, stderr, stdout, versions } from "node:process";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const say = (line) => void stdout.write(`${line}\n`);

/** The child that runs at the moment; signals are passed on to it. */
let running = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (running) running.kill(signal);
    else exit(128 + constants.signals[signal]);
  });
}

if (Number(versions.node.split(".")[0]) < 20) {
  stderr.write(`Lockstep needs Node 20 or newer; this is Node ${versions.node}. See https://nodejs.org.\n`);
  exit(2);
}
exit(await start(argv.slice(2)));

async function start(passedOn) {
  if (!installedFits()) {
    const code = await install();
    if (code !== 0) return code;
  }
  const { buildAll } = await import("./build.mjs");
  try {
    let told = false;
    await buildAll({ say, beginning: () => {
      if (!told) say("Building Lockstep …");
      told = true;
    } });
  } catch (thrown) {
    stderr.write(`Lockstep could not be built: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return 1;
  }
  const desktop = passedOn.includes("--no-open") ? null : desktopProgram();
  if (desktop) {
    say("Opening Lockstep …");
    return run(desktop, [root, ...passedOn]);
  }
  // The channel to the child ends with this process, however that ends; the web host then ends too.
  return run(process.execPath, [join(root, "dist/lockstep.js"), "serve", ...passedOn], ["inherit", "inherit", "inherit", "ipc"]);
}

/** Whether every package of the lock file that this computer needs lies in node_modules in the version named. */
function installedFits() {
  try {
    const wanted = readJson("package-lock.json").packages;
    const installed = readJson("node_modules/.package-lock.json").packages;
    return Object.entries(wanted).every(([path, { version, optional, link }]) =>
      path === "" || link || (installed[path] ? installed[path].version === version : optional === true));
  } catch {
    return false;
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

/** Runs `npm ci`, saying every few seconds how far it is; npm's own words are shown only when it fails. */
async function install() {
  const count = Object.keys(readJson("package-lock.json").packages).filter((path) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path)).length;
  say(`Installing the ${count} packages that Lockstep is built from. This is done once and takes about a minute.`);
  const begun = Date.now();
  const words = [];
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  const ticker = setInterval(() => say(`  … ${seconds()} s, ${countInstalled()} of ${count} packages unpacked`), 5_000);
  // npm tells its scripts where it lies; run by Node itself it needs no shell on any system.
  const [program, first] = env.npm_execpath?.endsWith(".js") ? [process.execPath, [env.npm_execpath]] : ["npm", []];
  const code = await run(program, [...first, "ci", "--no-audit", "--no-fund", "--loglevel=warn"], ["ignore", "pipe", "pipe"], (chunk) => words.push(chunk));
  clearInterval(ticker);
  if (code === 0) {
    say(`Installed in ${seconds()} s.`);
  } else {
    stderr.write(`${Buffer.concat(words).toString("utf8")}\nThe packages could not be installed (npm ci ended with ${code}; its words are above).\n`);
    stderr.write("Check that this computer reaches the package registry, then run `npm start` again.\n");
  }
  return code;
}

function countInstalled() {
  try {
    const names = readdirSync(join(root, "node_modules")).filter((name) => !name.startsWith("."));
    const scoped = names.filter((name) => name.startsWith("@")).map((scope) => readdirSync(join(root, "node_modules", scope)).length);
    return scoped.reduce((sum, size) => sum + size, names.length - scoped.length);
  } catch {
    return 0;
  }
}

/** Electron's program, where it is there and can show a window; else null, having said why. It is never downloaded here. */
function desktopProgram() {
  const folder = join(root, "node_modules/electron");
  if (platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    say("There is no desktop here, so Lockstep opens in the browser.");
    return null;
  }
  if (platform === "linux" && process.getuid?.() === 0) {
    say("The desktop window does not run as root, so Lockstep opens in the browser.");
    return null;
  }
  if (existsSync(join(folder, "path.txt"))) {
    const program = join(folder, "dist", readFileSync(join(folder, "path.txt"), "utf8").trim());
    if (existsSync(program)) return program;
  }
  say("Electron is not here, so Lockstep opens in the browser. For a window of its own: node node_modules/electron/install.js");
  return null;
}

/** Runs a program to its end and gives its exit code; where a signal ended it, 128 and the signal's number. */
function run(program, args, stdio = "inherit", hear = () => undefined) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio, windowsHide: false, shell: platform === "win32" && program === "npm" });
    running = child;
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.on("error", (error) => {
      running = null;
      stderr.write(`${program} cannot be run: ${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code, signal) => {
      running = null;
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
