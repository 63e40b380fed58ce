// The builds: what they leave, when they run again, and what they clear away.
import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClone, type Clone } from "./clone.ts";

describe("the build", () => {
  let clone: Clone;
  beforeAll(async () => {
    clone = await makeClone();
  });
  afterAll(() => clone.end());
  const build = async (...args: readonly string[]): Promise<string> => {
    const { code, printed } = await clone.run(["scripts/build.mjs", ...args]).ended;
    expect(printed).not.toMatch(/warn/i);
    expect(code).toBe(0);
    return printed.replace(/\d+\.\d s/g, "N s");
  };
  const built = {
    main: "Built the command line and the web host in N s.\n", electron: "Built the desktop shell in N s.\n", preload: "Built the desktop shell's preload in N s.\n", renderer: "Built the window in N s.\n",
  };

  it("says in one line each what it built", async () => {
    expect(await build()).toBe(built.main + built.electron + built.preload + built.renderer);
  });

  it("builds nothing when nothing changed", async () => {
    expect(await build()).toBe("Everything is built and up to date.\n");
  });

  it("leaves programs that run without node_modules, and whose first line names Node", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "lockstep-built-"));
    await cp(join(clone.folder, "dist"), join(elsewhere, "dist"), { recursive: true });
    await cp(join(clone.folder, "package.json"), join(elsewhere, "package.json"));
    expect(await readFile(join(elsewhere, "dist/lockstep.js"), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(spawnSync(process.execPath, [join(elsewhere, "dist/lockstep.js"), "x"], { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "answer 42 later x\n", stderr: "" });
    expect(spawnSync(process.execPath, [join(elsewhere, "dist/practice-service.js")], { encoding: "utf8" }).stdout).toBe("service\n");
    await rm(elsewhere, { recursive: true });
  });

  it("leaves a shell that is an ES module and a preload that is one CommonJS file, both asking for electron", async () => {
    expect(await readFile(join(clone.folder, "dist/electron/main.js"), "utf8")).toMatch(/^import \{ app \} from "electron";$/m);
    const preload = await readFile(join(clone.folder, "dist/electron/preload.cjs"), "utf8");
    expect(preload).toContain("require(\"electron\")");
    expect(preload).not.toMatch(/^(import|export) /m);
  });

  it("leaves a window whose manifest names its files", async () => {
    const manifest = JSON.parse(await readFile(join(clone.folder, "dist/renderer/.vite/manifest.json"), "utf8")) as Record<string, { file: string }>;
    for (const { file } of Object.values(manifest)) expect((await stat(join(clone.folder, "dist/renderer", file))).isFile()).toBe(true);
  });

  it("builds again what a change concerns, and only that", async () => {
    await clone.write("renderer/main.tsx", "document.title = \"changed\";\n");
    expect(await build()).toBe(built.renderer);
    await clone.write("main/electron/preload.ts", "import { contextBridge } from \"electron\";\ncontextBridge.exposeInMainWorld(\"answer\", 7);\n");
    expect(await build()).toBe(built.electron + built.preload);
    await clone.write("app/answer.ts", "export const answer: number = 43;\n");
    expect(await build()).toBe(built.main + built.electron + built.preload + built.renderer);
  });

  it("clears away the chunks of the build before, and nothing of the other builds", async () => {
    const chunks = (): Promise<string[]> => readdir(join(clone.folder, "dist/chunks"));
    const before = await chunks();
    await clone.write("main/cli/later.ts", "export const later = \"even later\";\n");
    await build();
    const after = await chunks();
    expect(after).toHaveLength(before.length);
    expect(after).not.toEqual(before);
    expect((await stat(join(clone.folder, "dist/electron/main.js"))).isFile()).toBe(true);
  });

  it("builds again what was deleted, and everything when told to", async () => {
    await rm(join(clone.folder, "dist/lockstep.js"));
    expect(await build()).toBe(built.main);
    await rm(join(clone.folder, "dist/.built"));
    expect(await build("preload")).toBe(built.preload);
    expect(await build("--force", "preload")).toBe(built.preload);
  });

  it("that fails says so, ends with 1, and is tried again the next time", async () => {
    await clone.write("main/cli/later.ts", "export const later = ;\n");
    for (let time = 0; time < 2; time++) {
      const { code, printed } = await clone.run(["scripts/build.mjs", "main"]).ended;
      expect(code).toBe(1);
      expect(printed).toContain("The build failed: ");
      expect(printed).toContain("later.ts");
    }
    await clone.write("main/cli/later.ts", "export const later = \"mended\";\n");
    expect(await build("main")).toBe(built.main);
  });

  it("of a name that there is not says which there are", async () => {
    const { code, printed } = await clone.run(["scripts/build.mjs", "mian"]).ended;
    expect([code, printed]).toEqual([1, "The build failed: There is no build named mian; there are main, electron, preload, renderer.\n"]);
  });
});
