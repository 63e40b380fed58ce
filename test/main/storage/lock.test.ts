import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { build } from "vite";
import { withLock } from "../../../main/storage/lock.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** A process of its own that uses the lock; `body` is the module's text after the import. */
async function otherProcess(name: string, body: string): Promise<() => ReturnType<typeof spawn>> {
  const entry = join(folder, `${name}.ts`);
  writeFileSync(entry, `import { withLock } from ${JSON.stringify(join(import.meta.dirname, "../../../main/storage/lock.ts"))};\n${body}`);
  await build({ root: folder, configFile: false, logLevel: "error", ssr: { noExternal: true }, build: { ssr: entry, outDir: join(folder, name), target: "node20", rolldownOptions: { output: { entryFileNames: "program.mjs" } } } });
  return () => spawn(process.execPath, [join(folder, name, "program.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
}

const ended = (child: ReturnType<typeof spawn>): Promise<void> => new Promise((resolve) => child.on("close", () => resolve()));

describe("a lock", () => {
  it("lets one work at a time in a process, and gives what the work gives", async () => {
    let inside = 0;
    let most = 0;
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => withLock(`${folder} one`, 10_000, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(2);
      inside -= 1;
      return index;
    })));
    expect(most).toBe(1);
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("is let go of when the work fails, and hands the failure on", async () => {
    await expect(withLock(`${folder} two`, 100, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await withLock(`${folder} two`, 100, () => Promise.resolve("again"))).toBe("again");
  });

  it("is refused as machine-busy when its turn does not come in time", async () => {
    await withLock(`${folder} three`, 100, async () => {
      const begun = Date.now();
      await expect(withLock(`${folder} three`, 150, () => Promise.resolve())).rejects.toMatchObject({ code: "machine-busy" });
      expect(Date.now() - begun).toBeGreaterThanOrEqual(140);
      expect(Date.now() - begun).toBeLessThan(2000);
      expect(await withLock(`${folder} another`, 100, () => Promise.resolve("other names are free"))).toBe("other names are free");
    });
  });

  it("keeps processes apart: no increment of a shared counter is lost", async () => {
    const counter = join(folder, "counter");
    writeFileSync(counter, "0");
    const program = await otherProcess("count", `
      import { readFileSync, writeFileSync } from "node:fs";
      for (let turn = 0; turn < 40; turn++) await withLock(${JSON.stringify(`${folder} count`)}, 20000, async () => {
        const value = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
        await new Promise((resolve) => setTimeout(resolve, 1));
        writeFileSync(${JSON.stringify(counter)}, String(value + 1));
      });`);
    await Promise.all([program(), program(), program()].map(ended));
    expect(readFileSync(counter, "utf8")).toBe("120");
  });

  it("is free the moment its holder is killed", async () => {
    const program = await otherProcess("hold", `
      await withLock(${JSON.stringify(`${folder} hold`)}, 1000, () => {
        process.stdout.write("held");
        return new Promise((resolve) => setTimeout(resolve, 60000));
      });`);
    const child = program();
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    await expect(withLock(`${folder} hold`, 100, () => Promise.resolve())).rejects.toMatchObject({ code: "machine-busy" });
    const waiting = withLock(`${folder} hold`, 10_000, () => Promise.resolve(Date.now()));
    await pause(50);
    const killed = Date.now();
    child.kill("SIGKILL");
    expect(await waiting - killed).toBeLessThan(1000);
  });
});
