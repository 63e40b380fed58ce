// `npm start`: what it sets up, what it opens, and how it ends.
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeClone, type Clone, type Running } from "./clone.ts";

const isRoot = process.getuid?.() === 0;
let clone: Clone;
let running: Running | null = null;
beforeAll(async () => {
  clone = await makeClone();
  // A web host that says what it was given, ends with 7 on SIGTERM, and is not told otherwise.
  await clone.write("main/cli/lockstep.ts", [
    "import { whenStarterEnds } from \"../web/lifeline.ts\";",
    "const ending = (why: string, code: number) => () => { process.stdout.write(`ended by ${why}\\n`); process.exit(code); };",
    "process.on(\"SIGTERM\", ending(\"SIGTERM\", 7));",
    "process.on(\"SIGINT\", ending(\"SIGINT\", 0));",
    "whenStarterEnds(ending(\"its starter's end\", 0));",
    "process.stdout.write(`ready ${process.pid} ${process.argv.slice(2).join(\" \")}\\n`);",
    "setTimeout(() => process.exit(9), 20_000);",
  ].join("\n"));
  expect((await clone.run(["scripts/build.mjs"]).ended).code).toBe(0);
});
afterAll(() => clone.end());
afterEach(async () => {
  running?.child.kill("SIGTERM");
  await running?.ended;
  running = null;
});

async function start(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Running> {
  running = clone.run(["scripts/start.mjs", ...args], environment);
  await expect.poll(() => running?.printed(), { timeout: 20_000 }).toMatch(/^ready .*\n/m);
  return running;
}
describe("starting", () => {
  it("hands all arguments on, and says nothing of its own when all is there", async () => {
    const { printed } = await start(["--no-open", "--practice-dir", "/p q"]);
    expect(printed()).toMatch(/^ready \d+ serve --no-open --practice-dir \/p q\n$/);
  });

  it("builds what changed first, and says so", async () => {
    await clone.write("renderer/main.tsx", "document.title = \"changed\";\n");
    const { printed } = await start(["--no-open"]);
    expect(printed()).toMatch(/^Built the window in \d+\.\d s\.\nready /);
  });

  it("says why it opens in the browser where there is no desktop", async () => {
    expect((await start()).printed()).toMatch(/^There is no desktop here, so Lockstep opens in the browser\.\nready \d+ serve\n$/);
  });

  it.runIf(isRoot)("opens no desktop window as root", async () => {
    expect((await start([], { DISPLAY: ":99" })).printed()).toContain("A desktop window does not run as root");
  });

  it("tells of a build that fails, and ends with 1", async () => {
    await clone.write("renderer/main.tsx", "document.title = ;\n");
    const { code, printed } = await clone.run(["scripts/start.mjs"]).ended;
    await clone.write("renderer/main.tsx", "document.title = \"mended\";\n");
    expect(code).toBe(1);
    expect(printed).toContain("Lockstep could not be built: ");
  });
});

describe("ending", () => {
  it.each([["SIGTERM", 7], ["SIGINT", 0]] as const)("%s reaches the web host, whose exit code becomes our own", async (signal, code) => {
    const { child, ended } = await start(["--no-open"]);
    child.kill(signal);
    const end = await ended;
    expect(end.code).toBe(code);
    expect(end.printed).toContain(`ended by ${signal}\n`);
  });

  it("killed outright, it still leaves no web host behind", async () => {
    const { child, ended } = await start(["--no-open"]);
    child.kill("SIGKILL");
    // Its output ends only when nobody holds the other end of it any more.
    expect((await ended).printed).toContain("ended by its starter's end");
  });
});

describe("installing", () => {
  beforeAll(async () => {
    // npm as it is told to its scripts; this one does what the test says.
    await clone.write("npm.js", "process.stdout.write(`npm's own words: ${process.argv.slice(2).join(\" \")}\\n`); await import(process.env.ACT);\n");
    await clone.write("link.mjs", `import { symlinkSync } from "node:fs"; symlinkSync(${JSON.stringify(join(import.meta.dirname, "../../node_modules"))}, "node_modules");\n`);
    await clone.write("fail.mjs", "process.stderr.write(\"network unreachable\\n\"); process.exit(5);\n");
  });
  afterEach(async () => {
    await rm(join(clone.folder, "node_modules"), { recursive: true, force: true });
    await symlink(join(import.meta.dirname, "../../node_modules"), join(clone.folder, "node_modules"));
  });
  const npm = (act: string): Readonly<Record<string, string>> => ({ npm_execpath: join(clone.folder, "npm.js"), ACT: join(clone.folder, act) });

  it("happens when the packages are missing, in plain words", async () => {
    await rm(join(clone.folder, "node_modules"));
    const { printed } = await start(["--no-open"], npm("link.mjs"));
    expect(printed()).toMatch(/^Installing the \d+ packages that Lockstep is built from\..*\nInstalled in \d+ s\.\nready /);
    expect(printed()).not.toContain("npm's own words");
  });

  it("happens when what is installed is not what the lock file says", async () => {
    await rm(join(clone.folder, "node_modules"));
    await mkdir(join(clone.folder, "node_modules"));
    await writeFile(join(clone.folder, "node_modules/.package-lock.json"), JSON.stringify({ packages: { "node_modules/zod": { version: "1.0.0" } } }));
    const { printed, code } = await clone.run(["scripts/start.mjs", "--no-open"], npm("fail.mjs")).ended;
    expect(printed).toContain("Installing the ");
    expect(code).toBe(5);
  });

  it("that fails shows npm's own words, says what to do, and ends with npm's code", async () => {
    await rm(join(clone.folder, "node_modules"));
    const { printed, code } = await clone.run(["scripts/start.mjs", "--no-open"], npm("fail.mjs")).ended;
    expect(code).toBe(5);
    expect(printed).toContain("npm's own words: ci --include=dev --no-audit --no-fund --loglevel=warn\nnetwork unreachable\n");
    expect(printed).toContain("The packages could not be installed: npm ci ended with 5");
  });
});
