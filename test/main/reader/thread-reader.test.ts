// Reading in a thread of its own: the same answers as in this one, and an end to whatever does not end by itself.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directReader } from "../../../app/certificates/reader.ts";
import { createThreadReader } from "../../../main/reader/thread-reader.ts";
import { bundle } from "../../fixtures/bundle.ts";
import { makeServerPfx, type ServerPfx } from "../../fixtures/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-reader-"));
let pfx: ServerPfx;
let program: string;
beforeAll(async () => {
  pfx = makeServerPfx({ directory: folder, names: ["clinic-7.example.org"] });
  program = await bundle("main/reader/reader-thread.ts", ["app", "main/reader"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = () => [{ name: "server.pfx", content: new Uint8Array(readFileSync(pfx.file)) }];

/** A thread that does something else than reading. */
function misbehaving(source: string): string {
  const path = join(folder, `${Buffer.from(source).toString("hex").slice(0, 24)}.mjs`);
  writeFileSync(path, `import { parentPort } from "node:worker_threads"; parentPort.once("message", () => { ${source} });`);
  return path;
}

describe("a reader in a thread of its own", () => {
  it("answers as reading in this thread does", async () => {
    const reader = createThreadReader(program);
    const now = new Date("2026-11-24T00:00:00Z");
    expect(await reader.inspect(files(), pfx.password, now)).toEqual(await directReader.inspect(files(), pfx.password, now));
    expect(await reader.identify(files())).toEqual(await directReader.identify(files()));
    const material = await reader.read(files(), pfx.password);
    expect(material.certificates.map((der) => Buffer.from(der).toString("hex"))).toEqual([Buffer.from(pfx.der).toString("hex")]);
    expect(material.privateKeys).toHaveLength(1);
  });

  it("hands errors on whole, and quotes no password", async () => {
    const reader = createThreadReader(program);
    await expect(reader.read(files(), "a secret of mine")).rejects.toMatchObject({ code: "password-wrong", message: "The password does not open server.pfx.", aftermath: "untouched" });
    await expect(reader.read(files(), undefined)).rejects.toMatchObject({ code: "password-needed" });
  });

  it("lets this thread go on while it works", async () => {
    const slow = createThreadReader(program).read(files(), pfx.password);
    let turns = 0;
    const timer = setInterval(() => { turns++; }, 1);
    await slow;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it("is ended when it does not answer in time", async () => {
    const from = performance.now();
    await expect(createThreadReader(misbehaving("for (;;) ;"), 300).read(files(), "x")).rejects.toMatchObject({ code: "reading-too-long" });
    expect(performance.now() - from).toBeLessThan(3000);
  });

  it("is ended when it takes more memory than it may, and this process lives on", async () => {
    await expect(createThreadReader(misbehaving("const held = []; for (;;) held.push(Array(1e5).fill(held.length));")).read(files(), "x")).rejects.toMatchObject({ code: "reading-too-long" });
  });

  it("is a fault of Lockstep when it ends without an answer, or with an exception", async () => {
    await expect(createThreadReader(misbehaving("process.exit(0);")).read(files(), "x")).rejects.toMatchObject({ code: "internal" });
    const thrown: unknown = await createThreadReader(misbehaving("throw new Error('hunter2');")).read(files(), "hunter2").catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "internal" });
    expect((thrown as Error).message).not.toContain("hunter2");
  });

  it("cannot see the environment of the host", async () => {
    process.env["LOCKSTEP_TEST_SECRET"] = "hunter2";
    const answer = createThreadReader(misbehaving("parentPort.postMessage({ ok: true, value: Object.keys(process.env) });")).identify(files());
    expect(await answer).not.toContain("LOCKSTEP_TEST_SECRET");
    delete process.env["LOCKSTEP_TEST_SECRET"];
  });
});
