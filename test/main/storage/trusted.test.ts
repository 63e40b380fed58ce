// Files that root relies on, and secrets that are erased.
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { eraseFile } from "../../../main/storage/file.ts";
import { distrustOfFolder, makeTrustedFolder } from "../../../main/storage/trusted.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-trusted-"));
const isRoot = process.getuid?.() === 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(root, "case-")); });

describe.skipIf(process.platform === "win32")("a folder to rely on", () => {
  it("is made with exactly the rights that were asked for, and found as it is the second time", async () => {
    const own = process.umask(0o077);
    try {
      await makeTrustedFolder(join(folder, "a/b"), 0o755);
      await makeTrustedFolder(join(folder, "private"), 0o700);
      await makeTrustedFolder(join(folder, "a/b"), 0o700);
    } finally {
      process.umask(own);
    }
    expect(["a/b", "private"].map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))).toEqual(["755", "700"]);
  });

  it("is none that others may write, nor a link, nor a file", async () => {
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    await expect(makeTrustedFolder(open, 0o700)).rejects.toMatchObject({ code: "file-unwritable", message: expect.stringContaining("others than its owner may write it (rights 777)") });
    symlinkSync(folder, join(folder, "link"));
    await expect(makeTrustedFolder(join(folder, "link"), 0o700)).rejects.toMatchObject({ code: "file-unwritable", message: expect.stringContaining("it is a link") });
    expect(await distrustOfFolder(join(folder, "link"), { followed: true })).toBeNull();
    writeFileSync(join(folder, "file"), "");
    await expect(makeTrustedFolder(join(folder, "file"), 0o700)).rejects.toMatchObject({ code: "file-unwritable", message: expect.stringContaining("it is no folder") });
    expect(await distrustOfFolder(join(folder, "nothing"))).toBeNull();
  });

  it.skipIf(!isRoot)("is none of another user's", async () => {
    chownSync(folder, 65534, 65534);
    expect(await distrustOfFolder(folder)).toContain("it belongs to the user 65534");
  });
});

describe("erasing a file", () => {
  it("overwrites all of it before it is removed; a second name shows that", async () => {
    const [secret, second] = [join(folder, "secret"), join(folder, "second")];
    writeFileSync(secret, "s".repeat(10_000));
    linkSync(secret, second);
    await eraseFile(secret);
    expect(existsSync(secret)).toBe(false);
    expect(readFileSync(second).equals(Buffer.alloc(10_000))).toBe(true);
  });

  it("succeeds where there is nothing", async () => {
    await eraseFile(join(folder, "nothing"));
    await eraseFile(join(folder, "no/folder"));
  });

  it.skipIf(process.platform === "win32")("removes a link and leaves what it leads to", async () => {
    writeFileSync(join(folder, "kept"), "kept");
    symlinkSync(join(folder, "kept"), join(folder, "link"));
    await eraseFile(join(folder, "link"));
    expect(existsSync(join(folder, "link"))).toBe(false);
    expect(readFileSync(join(folder, "kept"), "utf8")).toBe("kept");
  });
});
