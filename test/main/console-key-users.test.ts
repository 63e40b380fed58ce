// Key users through the console's answers, on real files: what only happens when something comes between.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { keyUserAnswers } from "../../app/console-key-users.ts";
import type { PrivateKeyFiles } from "../../app/cws/key-user-journal.ts";
import { openKeyUsers } from "../../main/storage/key-users.ts";
import { privateKeyFiles } from "../../main/storage/private-key-file.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-console-key-users-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(root, "case-")); });

const clock = { now: () => new Date("2026-11-22T08:30:15.000Z"), wait: () => Promise.resolve(false) };
const answers = (files: PrivateKeyFiles = privateKeyFiles) => keyUserAnswers({ keyUsers: openKeyUsers(join(folder, "key-users")), privateKeyFiles: files, clock, by: "root" });

describe("making a pair", () => {
  it("keeps the private key, and says where, when somebody else takes the name meanwhile", async () => {
    const other = answers();
    const racing = answers({
      ...privateKeyFiles,
      create: async (path, content) => {
        await privateKeyFiles.create(path, content);
        await other.generate({ name: "clinic7", keyBits: 2048, privateKeyFile: join(folder, "other.pem") });
      },
    });
    const file = join(folder, "mine.pem");
    const error = await racing.generate({ name: "clinic7", keyBits: 2048, privateKeyFile: file }).then(() => null, (thrown: { code: string; message: string; hint: string }) => thrown);
    expect(error?.code).toBe("key-user-exists");
    expect(error?.hint).toContain(file);
    // What the hint says can be done.
    const half = execFileSync("openssl", ["rsa", "-in", file, "-pubout"], { stdio: ["ignore", "pipe", "ignore"] });
    const added = await other.add({ name: "clinic7-2", key: { name: "half.pem", content: half.toString("base64") } });
    expect(added.user.publicKey).toBe(half.toString());
    expect(await other.list({})).toHaveLength(2);
  });

  it("forgets the private key: what was handed to the file is zeros afterwards", async () => {
    let handed: Uint8Array | undefined;
    const made = await answers({ ...privateKeyFiles, create: (path, content) => {
      handed = content;
      return privateKeyFiles.create(path, content);
    } }).generate({ name: "clinic7", keyBits: 2048, privateKeyFile: join(folder, "mine.pem") });
    expect(handed?.every((octet) => octet === 0)).toBe(true);
    const secret = readFileSync(join(folder, "mine.pem"), "utf8").split("\n")[5] ?? "";
    expect(secret).toHaveLength(64);
    expect(JSON.stringify(made)).not.toContain(secret);
    for (const name of ["key-users.jsonl", "key-users.head"]) expect(readFileSync(join(folder, "key-users", name), "utf8")).not.toContain(secret);
  });

  it("adds nobody where the file cannot be made", async () => {
    const subject = answers();
    for (const [path, code] of [[join(folder, "missing", "mine.pem"), "file-not-found"], ["relative.pem", "file-unwritable"], ["/dev/null", "file-exists"]] as const) {
      await expect(subject.generate({ name: "clinic7", keyBits: 2048, privateKeyFile: path })).rejects.toMatchObject({ code });
    }
    expect(await subject.list({})).toEqual([]);
    expect(existsSync(join(folder, "key-users"))).toBe(false);
  });

  it("takes an empty password for none", async () => {
    const file = join(folder, "mine.pem");
    expect(await answers().generate({ name: "clinic7", keyBits: 2048, privateKeyFile: file, password: "" })).toMatchObject({ encrypted: false });
    expect(readFileSync(file, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe("a path for a private key", () => {
  it("is one that nothing has, in the person's own folder", async () => {
    const { path } = await answers().suggestFile({ name: "../clinic 7" });
    expect(path).toMatch(/\/_clinic_7(-\d+)?\.private\.pem$/);
    expect(existsSync(path)).toBe(false);
  });
});
