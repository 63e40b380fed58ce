// `npm start`: installs and builds what is missing, says what it does, and opens Lockstep: its desktop window where
// Electron can be had, else the web host. Needs nothing but Node 20 and npm.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argv, env, exit, platform, stderr, stdout, versions } from "node:process";

const say = (line) => void stdout.write(`${line}\n`);

const [major, minor] = versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  stderr.write(`Lockstep needs Node 20.11 or newer; this is Node ${versions.node}. See https://nodejs.org.\n`);
  exit(2);
}
const root = join(import.meta.dirname, "..");
exit(await start(argv.slice(2)));

async function start(passedOn) {
  const { installDependencies } = await import("./dependencies.mjs");
  const { runProgram } = await import("./program.mjs");
  await installDependencies(say);
  const { buildAll } = await import("./build.mjs");
  try {
    await buildAll({ say });
  } catch (thrown) {
    stderr.write(`Lockstep could not be built: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return 1;
  }
  const desktop = passedOn.includes("--no-open") ? null : desktopProgram();
  if (desktop) {
    say("Opening Lockstep …");
    return runProgram(desktop, [root, ...passedOn], { cwd: root });
  }
  // The channel to the web host ends with this process, however that ends, and the web host with the channel.
  return runProgram(process.execPath, [join(root, "dist/lockstep.js"), "serve", ...passedOn], { cwd: root, stdio: ["inherit", "inherit", "inherit", "ipc"] });
}

/** Electron's program, where it is there and can show a window; else null, having said why. It is never downloaded here. */
function desktopProgram() {
  const folder = join(root, "node_modules/electron");
  if (platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    say("There is no desktop here, so Lockstep opens in the browser.");
    return null;
  }
  if (platform === "linux" && process.getuid() === 0) {
    say("A desktop window does not run as root, so Lockstep opens in the browser.");
    return null;
  }
  if (existsSync(join(folder, "path.txt"))) {
    const program = join(folder, "dist", readFileSync(join(folder, "path.txt"), "utf8").trim());
    if (existsSync(program)) return program;
  }
  say("Electron's program is not here, so Lockstep opens in the browser. To have a window of its own: node node_modules/electron/install.js");
  return null;
}
