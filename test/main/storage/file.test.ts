import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, closeSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { build } from "vite";
import { atomicWrite, createFile, eraseFile, eraseLeftovers, nodeFiles, removeAllLeftovers, removeFile, removeLeftovers } from "../../../main/storage/file.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-file-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "case-"));
  file = join(folder, "santedb.config");
  writeFileSync(file, "old");
});

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = async (path: string): Promise<string> => Buffer.from(await nodeFiles.read(path, 1000)).toString();
const isRoot = process.getuid?.() === 0;

describe("reading a file", () => {
  it("gives its bytes, up to the limit and not beyond", async () => {
    expect(await text(file)).toBe("old");
    expect(Buffer.from(await nodeFiles.read(file, 3)).toString()).toBe("old");
    await expect(nodeFiles.read(file, 2)).rejects.toMatchObject({ code: "file-too-large" });
  });

  it("does not read a file that is far too large", async () => {
    truncateSync(file, 8 * 1024 ** 4);
    const begun = Date.now();
    await expect(nodeFiles.read(file, 1000)).rejects.toMatchObject({ code: "file-too-large" });
    expect(Date.now() - begun).toBeLessThan(1000);
  });

  it("bounds a file that has no size of its own", async () => {
    await expect(nodeFiles.read("/proc/kallsyms", 1000)).rejects.toMatchObject({ code: "file-too-large" });
    expect((await nodeFiles.read("/proc/self/stat", 5000)).length).toBeGreaterThan(10);
  });

  it("tells what is missing, empty, a folder or a device", async () => {
    await expect(nodeFiles.read(join(folder, "none"), 10)).rejects.toMatchObject({ code: "file-not-found" });
    await expect(nodeFiles.read(join(file, "below"), 10)).rejects.toMatchObject({ code: "file-not-found" });
    await expect(nodeFiles.read(folder, 10)).rejects.toMatchObject({ code: "file-unreadable" });
    await expect(nodeFiles.read("/dev/zero", 10)).rejects.toMatchObject({ code: "file-unreadable" });
    writeFileSync(file, "");
    await expect(nodeFiles.read(file, 10)).rejects.toMatchObject({ code: "file-empty" });
    expect(await nodeFiles.stat(join(folder, "none"))).toBeNull();
    await expect(nodeFiles.stat(folder)).rejects.toMatchObject({ code: "file-unreadable" });
  });

  it("does not wait for the writer of a pipe", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(nodeFiles.read(pipe, 10)).rejects.toMatchObject({ code: "file-unreadable" });
    await expect(nodeFiles.stat(pipe)).rejects.toMatchObject({ code: "file-unreadable" });
  });

  it("follows a link, and says where the file really is", async () => {
    symlinkSync(file, join(folder, "link"));
    expect(await nodeFiles.stat(join(folder, "link"))).toEqual({ path: file, size: 3, readOnly: false, modified: statSync(file).mtime.toISOString() });
  });
});

describe("replacing a file", () => {
  it("keeps the old one as the backup, and its rights and owner on both", async () => {
    chmodSync(file, 0o640);
    if (isRoot) chownSync(file, 1234, 2345);
    const before = statSync(file);
    await nodeFiles.replace(file, bytes("new"), `${file}.bak`);
    expect([await text(file), await text(`${file}.bak`)]).toEqual(["new", "old"]);
    for (const { mode, uid, gid } of [statSync(file), statSync(`${file}.bak`)]) expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
    expect(statSync(`${file}.bak`).ino).toBe(before.ino);
    expect(readdirSync(folder).sort()).toEqual(["santedb.config", "santedb.config.bak"]);
  });

  it("is undone by putting the backup back: the very same file again", async () => {
    const { ino } = statSync(file);
    await nodeFiles.replace(file, bytes("new"), `${file}.bak`);
    await nodeFiles.putBack(file, `${file}.bak`);
    expect(await text(file)).toBe("old");
    expect(statSync(file).ino).toBe(ino);
    expect(readdirSync(folder)).toEqual(["santedb.config"]);
    await expect(nodeFiles.putBack(file, `${file}.bak`)).rejects.toMatchObject({ code: "file-not-found" });
  });

  it("that was cut between its two steps is put back too: two names of one file", async () => {
    linkSync(file, `${file}.bak`);
    await nodeFiles.putBack(file, `${file}.bak`);
    expect(readdirSync(folder)).toEqual(["santedb.config"]);
    expect(await text(file)).toBe("old");
  });

  it("is refused for a read-only file, even to one who may write everything", async () => {
    chmodSync(file, 0o444);
    expect((await nodeFiles.stat(file))?.readOnly).toBe(true);
    await expect(nodeFiles.replace(file, bytes("new"), `${file}.bak`)).rejects.toMatchObject({ code: "file-read-only" });
    expect(readdirSync(folder)).toEqual(["santedb.config"]);
    expect(await text(file)).toBe("old");
  });

  it("never overwrites a backup", async () => {
    writeFileSync(`${file}.bak`, "precious");
    await expect(nodeFiles.replace(file, bytes("new"), `${file}.bak`)).rejects.toMatchObject({ code: "file-unwritable" });
    expect([await text(file), await text(`${file}.bak`)]).toEqual(["old", "precious"]);
  });

  it("changes the file that a link names, and leaves the link", async () => {
    mkdirSync(join(folder, "real"));
    const real = join(folder, "real", "file");
    writeFileSync(real, "old");
    const link = join(folder, "link");
    symlinkSync(real, link);
    await nodeFiles.replace(link, bytes("new"), `${link}.bak`);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect([await text(real), await text(`${link}.bak`)]).toEqual(["new", "old"]);
    await nodeFiles.putBack(link, `${link}.bak`);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect([await text(real), readdirSync(folder).sort(), readdirSync(join(folder, "real"))]).toEqual(["old", ["link", "real", "santedb.config"], ["file"]]);
  });

  it("of a missing file or in a missing folder changes nothing", async () => {
    await expect(nodeFiles.replace(join(folder, "none"), bytes("new"), join(folder, "none.bak"))).rejects.toMatchObject({ code: "file-not-found" });
    await expect(atomicWrite(join(folder, "none", "file"), bytes("new"))).rejects.toMatchObject({ code: "file-not-found" });
    await expect(nodeFiles.replace(file, bytes("new"), join(folder, "none", "bak"))).rejects.toMatchObject({ code: "file-not-found" });
    expect(readdirSync(folder)).toEqual(["santedb.config"]);
    expect(await text(file)).toBe("old");
  });

  it("shows whoever looks the old or the new file, never a part of one", async () => {
    const contents = ["a".repeat(200_000), "b".repeat(300_000)];
    writeFileSync(file, contents[0] ?? "");
    const looking = new AbortController();
    const looker = (async () => {
      let looks = 0;
      while (!looking.signal.aborted) {
        expect(contents).toContain(readFileSync(file, "utf8"));
        looks += 1;
        await new Promise((resolve) => { setImmediate(resolve); });
      }
      return looks;
    })();
    for (let turn = 0; turn < 30; turn++) await atomicWrite(file, bytes(contents[turn % 2] ?? ""));
    looking.abort();
    expect(await looker).toBeGreaterThan(10);
  });

  it("clears away what a killed writer of the same file left, and nothing else", async () => {
    const program = join(root, "writer");
    const entry = join(root, "writer.ts");
    writeFileSync(entry, `import { atomicWrite } from ${JSON.stringify(join(import.meta.dirname, "../../../main/storage/file.ts"))};
      const content = Buffer.alloc(64 * 1024 * 1024, 120);
      process.stdout.write("begun");
      for (;;) await atomicWrite(process.argv[2] ?? "", content);`);
    await build({ root, configFile: false, logLevel: "error", ssr: { noExternal: true }, build: { ssr: entry, outDir: program, target: "node20", rolldownOptions: { output: { entryFileNames: "program.mjs" } } } });
    let left: string[] = [];
    for (let attempt = 0; attempt < 10 && left.length === 0; attempt++) {
      const child = spawn(process.execPath, [join(program, "program.mjs"), file], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await new Promise((resolve) => { setTimeout(resolve, 10 + attempt * 7); });
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      left = readdirSync(folder).filter((name) => name !== basename(file));
    }
    expect(left.length).toBeGreaterThan(0);
    expect(["old", "x".repeat(64 * 1024 * 1024)]).toContain(readFileSync(file, "utf8"));
    writeFileSync(join(folder, "santedb.config.mine.lockstep.tmp"), "somebody's own");
    writeFileSync(join(folder, `santedb.config.${process.pid}-0123456789abcdef.lockstep.tmp`), "of a living writer");
    await atomicWrite(file, bytes("after"));
    expect(readdirSync(folder).sort()).toEqual(["santedb.config", `santedb.config.${process.pid}-0123456789abcdef.lockstep.tmp`, "santedb.config.mine.lockstep.tmp"].sort());
    expect(await text(file)).toBe("after");
  });
});

describe("removing a file", () => {
  it("succeeds when it is not there", async () => {
    await nodeFiles.remove(file);
    await nodeFiles.remove(file);
    expect(existsSync(file)).toBe(false);
    await expect(nodeFiles.remove(folder)).rejects.toMatchObject({ code: "file-unwritable" });
  });
});

describe("writing a file", () => {
  it("makes it for its owner only, unless told otherwise", async () => {
    await atomicWrite(join(folder, "key"), bytes("secret"));
    expect(statSync(join(folder, "key")).mode & 0o777).toBe(0o600);
    await atomicWrite(join(folder, "certificate"), bytes("public"), { mode: 0o644 });
    expect(statSync(join(folder, "certificate")).mode & 0o777).toBe(0o644);
    await atomicWrite(join(folder, "certificate"), bytes("public 2"));
    expect(statSync(join(folder, "certificate")).mode & 0o777).toBe(0o644);
  });
});

/** A disk of 1 MiB of its own; null where this account may not mount one. */
function smallDisk(options: string): string | null {
  const disk = mkdtempSync(join(root, "disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=1m,${options}`, "tmpfs", disk], { stdio: "ignore" });
    return disk;
  } catch {
    return null;
  }
}

describe("a disk", () => {
  it("that is full gives disk-full, and all is as it was", async (context) => {
    const disk = smallDisk("mode=755");
    if (disk === null) return context.skip("no file system can be mounted here");
    try {
      const config = join(disk, "santedb.config");
      writeFileSync(config, "o".repeat(300_000));
      await expect(nodeFiles.replace(config, Buffer.alloc(900_000), `${config}.bak`)).rejects.toMatchObject({ code: "disk-full" });
      expect(readdirSync(disk)).toEqual(["santedb.config"]);
      await nodeFiles.replace(config, Buffer.alloc(300_000), `${config}.bak`);
      // Not a byte is left, and the backup is put back all the same.
      try {
        writeFileSync(join(disk, "filler"), Buffer.alloc(1024 * 1024));
      } catch {
        // It fills what there is.
      }
      await expect(atomicWrite(config, Buffer.alloc(500_000))).rejects.toMatchObject({ code: "disk-full" });
      await nodeFiles.putBack(config, `${config}.bak`);
      expect(readFileSync(config, "utf8")).toBe("o".repeat(300_000));
      expect(readdirSync(disk).sort()).toEqual(["filler", "santedb.config"]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  it("that is read-only gives file-unwritable", async (context) => {
    const disk = smallDisk("mode=755");
    if (disk === null) return context.skip("no file system can be mounted here");
    try {
      const config = join(disk, "santedb.config");
      writeFileSync(config, "old");
      execFileSync("mount", ["-o", "remount,ro", disk]);
      await expect(nodeFiles.replace(config, bytes("new"), `${config}.bak`)).rejects.toMatchObject({ code: "file-unwritable", message: expect.stringContaining("read-only") as string });
      await expect(nodeFiles.remove(config)).rejects.toMatchObject({ code: "file-unwritable" });
      expect(await text(config)).toBe("old");
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  it.for([["immutable", "i"], ["append-only", "a"]])("whose file is marked %s gives file-unwritable, and no litter", async ([, mark], context) => {
    try {
      execFileSync("chattr", [`+${mark}`, file], { stdio: "ignore" });
    } catch {
      return context.skip("this file system knows no such marks, or this account may not set them");
    }
    try {
      await expect(nodeFiles.replace(file, bytes("new"), `${file}.bak`)).rejects.toMatchObject({ code: "file-unwritable" });
    } finally {
      execFileSync("chattr", [`-${mark}`, file]);
    }
    expect(readdirSync(folder)).toEqual(["santedb.config"]);
    expect(await text(file)).toBe("old");
  });
});

describe("what a killed writer of a file left", () => {
  it.each([
    ["the file is removed", (path: string) => removeFile(path)],
    ["a secret is erased", (path: string) => eraseFile(path)],
    ["that is asked for", (path: string) => removeLeftovers(path)],
    ["that is asked for of a secret", (path: string) => eraseLeftovers(path)],
    ["the file is made, where it is not there", async (path: string) => {
      rmSync(path);
      await createFile(path, bytes("new"));
    }],
  ])("is cleared away when %s, and nothing else", async (_, act) => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const left = `${file}.${dead}-0123456789abcdef.lockstep.tmp`;
    const others = [`${file}.${process.pid}-0123456789abcdef.lockstep.tmp`, `${file}.more.${dead}-0123456789abcdef.lockstep.tmp`, `${file}.${dead}-0123456789abcdef.tmp`];
    for (const path of [left, ...others]) writeFileSync(path, "half");
    await act(file);
    expect([left, ...others].map(existsSync)).toEqual([false, true, true, true]);
    for (const missing of [join(folder, "nowhere"), join(folder, "nowhere", "file")]) await expect(removeLeftovers(missing)).resolves.toBeUndefined();
    await removeAllLeftovers(folder);
    expect([left, ...others].map(existsSync)).toEqual([false, true, false, true]);
  });

  it("holds nothing of a secret once that is erased, whoever has it open", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const left = `${file}.${dead}-0123456789abcdef.lockstep.tmp`;
    writeFileSync(left, "a private key");
    const held = openSync(left, "r");
    try {
      await eraseLeftovers(file);
      expect(readFileSync(held).equals(Buffer.alloc("a private key".length))).toBe(true);
    } finally {
      closeSync(held);
    }
    expect(existsSync(left)).toBe(false);
  });
});
