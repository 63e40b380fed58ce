// Key users on disk: no acknowledged one is lost unnoticed, whatever happens to the files or to the processes that write them.
import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { build } from "vite";
import type { KeyUserEntry } from "../../../app/cws/key-user-journal.ts";
import { problem } from "../../../app/errors.ts";
import { openKeyUsers } from "../../../main/storage/key-users.ts";
import { quick } from "../../fixtures/effort.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-key-users-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = "2026-11-22T08:30:15.000Z";
const entry = (name: string): KeyUserEntry => ({ type: "added", at, by: "root", name, publicKey: `-----BEGIN PUBLIC KEY-----\nMIIB${name}\n-----END PUBLIC KEY-----\n`, replaces: null });
const names = (entries: readonly KeyUserEntry[]): string[] => entries.map(({ name }) => name);
const listed = (folder: string): Promise<string[]> => openKeyUsers(folder).entries().then(names);
/** The names, or the code of what was thrown. */
const outcome = (folder: string): Promise<string[] | string> => listed(folder).catch((thrown: { code: string }) => thrown.code);

let count = 0;
let folder: string;
let file: string;
let head: string;
beforeEach(() => {
  folder = join(root, String(count++), "key-users");
  file = join(folder, "key-users.jsonl");
  head = join(folder, "key-users.head");
});

async function filled(users: number): Promise<{ readonly journal: Buffer; readonly head: Buffer; readonly names: string[] }> {
  const journal = openKeyUsers(folder);
  for (let user = 0; user < users; user++) await journal.append(() => entry(`user-${user}`));
  return { journal: readFileSync(file), head: readFileSync(head), names: Array.from({ length: users }, (_, user) => `user-${user}`) };
}

/** Numbers that are the same in every run. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * below);
  };
}

describe("the journal of key users", () => {
  it("is not there before the first user, and not made for what is refused", async () => {
    expect(await listed(folder)).toEqual([]);
    await expect(openKeyUsers(folder).append(() => { throw problem("key-user-exists", { name: "a" }); })).rejects.toMatchObject({ code: "key-user-exists" });
    expect(existsSync(folder)).toBe(false);
  });

  it("gives back what was added, in order, also to another process, and its head tells of the last", async () => {
    const { names: added } = await filled(3);
    expect(await listed(folder)).toEqual(added);
    expect(JSON.parse(readFileSync(head, "utf8"))).toMatchObject({ sequence: 3 });
    expect([statSync(file).mode & 0o077, statSync(head).mode & 0o077, statSync(folder).mode & 0o077]).toEqual([0, 0, 0]);
  });

  it("hands the deciding function the entries as they are, and appends nothing when it throws", async () => {
    await filled(2);
    const before = readFileSync(file);
    await expect(openKeyUsers(folder).append((entries) => {
      expect(names(entries)).toEqual(["user-0", "user-1"]);
      throw problem("key-known", { user: "user-0", state: "active" });
    })).rejects.toMatchObject({ code: "key-known" });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("is read anew when its files changed, also by as many bytes as before", async () => {
    const { journal } = await filled(3);
    const open = openKeyUsers(folder);
    expect(names(await open.entries())).toHaveLength(3);
    const changed = Buffer.from(journal.toString("utf8").replace("user-1", "user-9"));
    expect(changed).toHaveLength(journal.length);
    writeFileSync(file, changed);
    utimesSync(file, new Date(), new Date());
    await expect(open.entries()).rejects.toMatchObject({ code: "key-users-damaged" });
    writeFileSync(file, journal);
    expect(names(await open.entries())).toHaveLength(3);
    rmSync(head);
    await expect(open.entries()).rejects.toMatchObject({ code: "key-users-damaged" });
  });

  it("cannot be read where it is a folder, and says so", async () => {
    mkdirSync(file, { recursive: true });
    await expect(listed(folder)).rejects.toMatchObject({ code: "file-unreadable" });
  });
});

describe("an append that was interrupted", () => {
  it("has its torn entry replaced by the next", async () => {
    const { journal, names: added } = await filled(2);
    for (const torn of ["{", "{\"sequence\":3,\"entry\":{\"type\":\"added\"", journal.toString("utf8").split("\n")[0] ?? ""]) {
      writeFileSync(file, Buffer.concat([journal, Buffer.from(torn)]));
      writeFileSync(head, JSON.stringify({ sequence: 2, hash: (JSON.parse(journal.toString("utf8").split("\n")[1] ?? "") as { hash: string }).hash }));
      expect(await listed(folder)).toEqual(added);
      expect(names(await openKeyUsers(folder).append(() => entry("next")))).toEqual([...added, "next"]);
      expect(await listed(folder)).toEqual([...added, "next"]);
    }
  });

  it("between an entry and its head leaves the entry, and may happen again and again", async () => {
    const { names: added } = await filled(2);
    for (let turn = 0; turn < 3; turn++) {
      const child = await appender(`cut-${turn}`, 1, { ending: true });
      expect([await ended(child), child.printed()]).toEqual([null, []]);
      added.push(`cut-${turn}-0`);
      expect(await listed(folder)).toEqual(added);
      expect(JSON.parse(readFileSync(head, "utf8"))).toMatchObject({ sequence: added.length - 1 });
    }
    expect(names(await openKeyUsers(folder).append(() => entry("next")))).toEqual([...added, "next"]);
    expect(JSON.parse(readFileSync(head, "utf8"))).toMatchObject({ sequence: added.length + 1 });
  });

  it("of the very first entry leaves it without a head", async () => {
    await filled(1);
    rmSync(head);
    expect(await listed(folder)).toEqual(["user-0"]);
    await openKeyUsers(folder).append(() => entry("next"));
    expect(await listed(folder)).toEqual(["user-0", "next"]);
    expect(JSON.parse(readFileSync(head, "utf8"))).toMatchObject({ sequence: 2 });
  });

  it("by a head that cannot be written takes the entry back", async () => {
    const { names: added } = await filled(2);
    const kept = readFileSync(head);
    rmSync(head);
    mkdirSync(head);
    await expect(openKeyUsers(folder).append(() => entry("lost"))).rejects.toMatchObject({ code: "file-unreadable" });
    rmSync(head, { recursive: true });
    writeFileSync(head, kept);
    expect(await listed(folder)).toEqual(added);
  });
});

describe("damage", () => {
  it.each<[string, (whole: Awaited<ReturnType<typeof filled>>) => void]>([
    ["a head that is gone", () => rmSync(head)],
    ["a head that is empty", () => truncateSync(head, 0)],
    ["a head that is no JSON", () => writeFileSync(head, "{")],
    ["a head two entries behind", ({ journal }) => writeFileSync(head, JSON.stringify({ sequence: 1, hash: (JSON.parse(journal.toString("utf8").split("\n")[0] ?? "") as { hash: string }).hash }))],
    ["a head before any entry", () => writeFileSync(head, JSON.stringify({ sequence: 0, hash: "0".repeat(64) }))],
    ["a head with another hash", () => writeFileSync(head, JSON.stringify({ sequence: 3, hash: "a".repeat(64) }))],
    ["a journal that is gone", () => rmSync(file)],
    ["a journal that is empty", () => truncateSync(file, 0)],
    ["a last entry that is gone", ({ journal }) => truncateSync(file, journal.lastIndexOf(0x0a, journal.length - 2) + 1)],
    ["a first entry that is gone", ({ journal }) => writeFileSync(file, journal.subarray(journal.indexOf(0x0a) + 1))],
    ["entries in another order", ({ journal }) => {
      const [one, two, three] = journal.toString("utf8").split("\n");
      writeFileSync(file, `${String(one)}\n${String(three)}\n${String(two)}\n`);
    }],
    ["an entry that is no entry", () => appendFileSync(file, "{}\n")],
  ])("is named, and nothing is added to it: %s", async (_, spoil) => {
    spoil(await filled(3));
    const error = await listed(folder).then(() => null, (thrown: { code: string; message: string; hint: string }) => thrown);
    expect(error?.code).toBe("key-users-damaged");
    expect(error?.message).toMatch(/at entry \d/);
    expect(error?.hint).toContain(file);
    await expect(openKeyUsers(folder).append(() => entry("next"))).rejects.toMatchObject({ code: "key-users-damaged" });
  });

  /** Every acknowledged user is listed, or the damage named. */
  const holds = async (added: readonly string[]): Promise<boolean> => {
    const result = await outcome(folder);
    return result === "key-users-damaged" || JSON.stringify(result) === JSON.stringify(added);
  };

  it.skipIf(quick)("by cutting the journal anywhere is named, a thousand times", async () => {
    const { journal } = await filled(8);
    const chance = chanceOf(1);
    for (let turn = 0; turn < 1000; turn++) {
      writeFileSync(file, journal.subarray(0, chance(journal.length)));
      expect(await outcome(folder)).toBe("key-users-damaged");
    }
  });

  it.skipIf(quick)("by a flipped bit anywhere in the journal is named, a thousand times", async () => {
    const { journal } = await filled(8);
    const chance = chanceOf(2);
    for (let turn = 0; turn < 1000; turn++) {
      const changed = Buffer.from(journal);
      const place = chance(changed.length);
      changed[place] = (changed[place] ?? 0) ^ 1 << chance(8);
      writeFileSync(file, changed);
      expect(await outcome(folder), `bit at ${place}`).toBe("key-users-damaged");
    }
  });

  it.skipIf(quick)("by a flipped bit anywhere in the head, or by cutting it, is named or harmless", async () => {
    const { head: whole, names: added } = await filled(8);
    for (let place = 0; place < whole.length; place++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(whole);
        changed[place] = (changed[place] ?? 0) ^ 1 << bit;
        writeFileSync(head, changed);
        expect(await outcome(folder), `bit ${bit} at ${place}`).toBe("key-users-damaged");
      }
      writeFileSync(head, whole.subarray(0, place));
      expect(await outcome(folder), `cut at ${place}`).toBe("key-users-damaged");
    }
    writeFileSync(head, whole);
    expect(await outcome(folder)).toEqual(added);
  });

  it.skipIf(quick)("by both files being cut or changed at once is named, a thousand times", async () => {
    const { journal, head: whole, names: added } = await filled(8);
    const chance = chanceOf(3);
    const spoil = (bytes: Buffer): Buffer => {
      if (chance(2) === 0) return bytes.subarray(0, chance(bytes.length));
      const changed = Buffer.from(bytes);
      const place = chance(changed.length);
      changed[place] = (changed[place] ?? 0) ^ 1 << chance(8);
      return changed;
    };
    for (let turn = 0; turn < 1000; turn++) {
      writeFileSync(file, spoil(journal));
      writeFileSync(head, spoil(whole));
      expect(await holds(added)).toBe(true);
    }
  });
});

/**
 * A process of its own that appends users named PREFIX-0, PREFIX-1, … to a folder, and prints each name once its append
 * returned. With `ending` it kills itself when its first entry is durable, and nothing else was done since.
 */
let program: Promise<string> | undefined;
async function appender(prefix: string, users: number, { into = folder, ending = false } = {}): Promise<ChildProcess & { printed: () => string[] }> {
  program ??= (async () => {
    const source = join(root, "appender.ts");
    writeFileSync(source, `
      import { writeSync } from "node:fs";
      import { open } from "node:fs/promises";
      import { openKeyUsers } from ${JSON.stringify(join(import.meta.dirname, "../../../main/storage/key-users.ts"))};
      const [folder = "", prefix = "", users = "", ending = ""] = process.argv.slice(2);
      if (ending === "true") {
        const probe = await open("/dev/null");
        const prototype = Object.getPrototypeOf(probe);
        const { datasync } = prototype;
        prototype.datasync = async function () {
          await datasync.call(this);
          process.kill(process.pid, "SIGKILL");
        };
      }
      const journal = openKeyUsers(folder);
      for (let user = 0; user < Number(users); user++) {
        const name = \`\${prefix}-\${user}\`;
        await journal.append(() => ({ type: "added", at: ${JSON.stringify(at)}, by: "root", name, publicKey: "x".repeat(800), replaces: null }));
        writeSync(1, \`\${name}\\n\`);
      }
    `);
    const outDir = join(root, "appender");
    await build({ root, configFile: false, logLevel: "error", ssr: { noExternal: true }, build: { ssr: source, outDir, target: "node20", rolldownOptions: { output: { entryFileNames: "program.mjs" } } } });
    return join(outDir, "program.mjs");
  })();
  const child = spawn(process.execPath, [await program, into, prefix, String(users), String(ending)], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk) => { printed += String(chunk); });
  return Object.assign(child, { printed: () => printed.split("\n").slice(0, -1) });
}
const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on("close", resolve));

describe.skipIf(quick)("several processes", () => {
  it("that append at once lose nothing, also when they know the folder by different paths, and whoever reads meanwhile sees no damage", async () => {
    mkdirSync(folder, { recursive: true });
    const other = `${folder}-by-another-name`;
    symlinkSync(folder, other);
    const children = await Promise.all([appender("one", 40), appender("two", 40, { into: other })]);
    const state = { running: true };
    const both = Promise.all(children.map(ended)).finally(() => { state.running = false; });
    const reader = openKeyUsers(folder);
    let [readings, seen] = [0, 0];
    while (state.running) {
      const { length } = await reader.entries();
      expect(length).toBeGreaterThanOrEqual(seen);
      seen = length;
      readings += 1;
      await pause(1);
    }
    expect(await both).toEqual([0, 0]);
    expect(readings).toBeGreaterThan(20);
    const all = await listed(folder);
    expect(all.toSorted()).toEqual(children.flatMap((child) => child.printed()).toSorted());
    expect(all).toHaveLength(80);
  });

  it("that are killed while they append lose no user whose append had returned", async () => {
    const chance = chanceOf(Date.now());
    const acknowledged: string[] = [];
    for (let turn = 0; turn < 25; turn++) {
      const child = await appender(`turn${turn}`, 10_000);
      const closed = ended(child);
      // From the first moments of the process, when nothing is written yet, to well into its writing.
      while (child.printed().length === 0 && turn % 5 !== 0) await pause(1);
      await pause(chance(60));
      child.kill("SIGKILL");
      expect(await closed).toBeNull();
      acknowledged.push(...child.printed());
      const all = await listed(folder);
      expect(acknowledged.filter((name) => !all.includes(name))).toEqual([]);
      // At most the one append that was under way had not returned.
      expect(all.length - acknowledged.length).toBeLessThanOrEqual(turn + 1);
    }
    expect(acknowledged.length).toBeGreaterThan(25);
    expect(names(await openKeyUsers(folder).append(() => entry("after all"))).at(-1)).toBe("after all");
  });
});
