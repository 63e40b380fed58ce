// The stores of a Linux machine: folders of PEM files that openssl reads, with keys for root alone.
import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CertificateStore } from "../../../app/machine.ts";
import { openCertificateFolder } from "../../../main/machines/linux/certificate-folder.ts";
import { keyDer, makeCertificate, openssl, type Issued, type KeyKind } from "../../fixtures/certificates.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-store-"));
const isRoot = process.getuid?.() === 0;
let ownMask = 0;
let leaf: Issued;
let other: Issued;
let folder: string;
let store: CertificateStore;
beforeAll(() => {
  leaf = makeCertificate(join(root, "made"), null);
  other = makeCertificate(join(root, "made"), null, { commonName: "other.example.org" });
});
beforeEach(() => {
  ownMask = process.umask(0o022);
  folder = join(mkdtempSync(join(root, "case-")), "etc/lockstep/certificates");
  store = openCertificateFolder(folder);
});
afterEach(() => { process.umask(ownMask); });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8);
const certificateFile = (issued: Issued, name = "My"): string => join(folder, name, `${issued.thumbprint}.pem`);
const keyFile = (issued: Issued, name = "My"): string => join(folder, name, `${issued.thumbprint}.key.pem`);
const bytesOf = (issued: Issued): Uint8Array => keyDer(issued.keyFile);

describe.skipIf(process.platform === "win32")("the certificate folder", () => {
  it("lists nothing, and makes nothing, before the first import", async () => {
    expect(await store.list()).toEqual([]);
    expect(await store.find("My", leaf.thumbprint)).toBeNull();
    await store.remove("My", leaf.thumbprint);
    expect(existsSync(folder)).toBe(false);
  });

  it("keeps a certificate for all to read and its key for its owner alone, whatever this process's mask", async () => {
    process.umask(0o077);
    await store.import("My", leaf.der, bytesOf(leaf));
    expect([folder, join(folder, "My"), certificateFile(leaf), keyFile(leaf)].map(modeOf)).toEqual(["755", "755", "644", "600"]);
    expect(lstatSync(keyFile(leaf)).uid).toBe(process.geteuid?.());
    expect(readdirSync(join(folder, "My")).sort()).toEqual([`${leaf.thumbprint}.key.pem`, `${leaf.thumbprint}.pem`]);
  });

  it("openssl reads both, and finds that they belong together", async () => {
    await store.import("My", leaf.der, bytesOf(leaf));
    const certified = openssl(["x509", "-in", certificateFile(leaf), "-noout", "-pubkey"]).toString();
    expect(openssl(["pkey", "-in", keyFile(leaf), "-pubout"]).toString()).toBe(certified);
    expect(readFileSync(keyFile(leaf), "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readFileSync(certificateFile(leaf), "utf8").split("\n").every((line) => line.length <= 64)).toBe(true);
  });

  it("finds, lists, exports and proves what was imported, by a thumbprint in any case", async () => {
    await store.import("My", leaf.der, bytesOf(leaf));
    await store.import("CA", other.der, null);
    const stored = { store: "My", thumbprint: leaf.thumbprint, der: leaf.der, hasPrivateKey: true };
    const bare = { store: "CA", thumbprint: other.thumbprint, der: other.der, hasPrivateKey: false };
    const plain = (found: unknown): unknown => JSON.parse(JSON.stringify(found, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)));
    expect(plain(await store.find("My", leaf.thumbprint.toLowerCase()))).toEqual(plain(stored));
    expect(plain(await store.list())).toEqual(plain([stored, bare]));
    expect(plain(await store.list("CA"))).toEqual(plain([bare]));
    expect(await store.find("Root", leaf.thumbprint)).toBeNull();
    expect(Buffer.from(await store.exportKey("My", leaf.thumbprint) ?? []).equals(Buffer.from(bytesOf(leaf)))).toBe(true);
    expect(await store.exportKey("CA", other.thumbprint)).toBeNull();
    expect(await store.provesKey("My", leaf.thumbprint)).toBe(true);
    expect(await store.provesKey("CA", other.thumbprint)).toBe(false);
  });

  it.each<KeyKind>(["rsa:2048", "rsa-pss:2048", "ec:p384", "ec:p521", "ed25519", "ed448"])("a key of the kind %s proves itself by a signature", async (key) => {
    const issued = makeCertificate(join(root, "made"), null, { key });
    await store.import("My", issued.der, bytesOf(issued));
    expect(await store.provesKey("My", issued.thumbprint)).toBe(true);
  });

  it("importing again changes nothing, not even a file's time", async () => {
    await store.import("My", leaf.der, bytesOf(leaf));
    const before = [certificateFile(leaf), keyFile(leaf)].map((path) => [lstatSync(path).ino, lstatSync(path).mtimeMs]);
    await store.import("My", leaf.der, bytesOf(leaf));
    await store.import("My", leaf.der, null);
    expect([certificateFile(leaf), keyFile(leaf)].map((path) => [lstatSync(path).ino, lstatSync(path).mtimeMs])).toEqual(before);
  });

  it("adds a key that is missing, and one in place of a damaged or a wrong one", async () => {
    await store.import("My", leaf.der, null);
    expect((await store.find("My", leaf.thumbprint))?.hasPrivateKey).toBe(false);
    for (const spoil of [() => undefined, () => writeFileSync(keyFile(leaf), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), () => writeFileSync(keyFile(leaf), readFileSync(other.keyFile)), () => chmodSync(keyFile(leaf), 0o644)]) {
      spoil();
      await store.import("My", leaf.der, bytesOf(leaf));
      expect(await store.provesKey("My", leaf.thumbprint)).toBe(true);
      expect(modeOf(keyFile(leaf))).toBe("600");
    }
  });

  it("refuses what is no certificate, no key, or a pair that does not fit, and then makes nothing", async () => {
    for (const [certificate, key] of [[Buffer.from("no"), null], [leaf.der, Buffer.from("no")], [leaf.der, bytesOf(other)]] as const) {
      await expect(store.import("My", certificate, key)).rejects.toMatchObject({ code: "certificate-store-failed" });
    }
    expect(existsSync(folder)).toBe(false);
  });

  it("passes over what is foreign or damaged", async () => {
    await store.import("My", leaf.der, bytesOf(leaf));
    const my = join(folder, "My");
    writeFileSync(join(my, "README"), "hello");
    writeFileSync(join(my, `${"A".repeat(40)}.pem`), "no certificate");
    writeFileSync(join(my, `${"B".repeat(40)}.pem`), readFileSync(other.certificateFile));
    writeFileSync(join(my, `${"C".repeat(40)}.key.pem`), readFileSync(other.keyFile));
    writeFileSync(join(my, `${"E".repeat(40)}.pem`), "");
    mkdirSync(join(my, `${"D".repeat(40)}.pem`));
    symlinkSync(join(my, "nowhere"), join(my, `${"F".repeat(40)}.pem`));
    expect((await store.list()).map(({ thumbprint }) => thumbprint)).toEqual([leaf.thumbprint]);
    expect(await store.find("My", "A".repeat(40))).toBeNull();
    expect(await store.find("My", "../My/README")).toBeNull();
    writeFileSync(keyFile(leaf), "spoilt");
    expect(await store.provesKey("My", leaf.thumbprint)).toBe(false);
    await expect(store.exportKey("My", leaf.thumbprint)).rejects.toMatchObject({ code: "certificate-store-failed" });
  });

  it("a key of another certificate proves nothing", async () => {
    await store.import("My", leaf.der, bytesOf(leaf));
    writeFileSync(keyFile(leaf), readFileSync(other.keyFile));
    expect(await store.provesKey("My", leaf.thumbprint)).toBe(false);
  });

  it("mends a damaged certificate file", async () => {
    await store.import("My", leaf.der, null);
    writeFileSync(certificateFile(leaf), "cut short");
    expect(await store.find("My", leaf.thumbprint)).toBeNull();
    await store.import("My", leaf.der, null);
    expect(new X509Certificate(readFileSync(certificateFile(leaf))).raw.equals(Buffer.from(leaf.der))).toBe(true);
  });

  it("overwrites a key before it removes it, and removing again succeeds", async () => {
    await store.import("My", leaf.der, bytesOf(leaf));
    const kept = join(folder, "second-name");
    linkSync(keyFile(leaf), kept);
    const size = lstatSync(kept).size;
    await store.remove("My", leaf.thumbprint.toLowerCase());
    expect(readdirSync(join(folder, "My"))).toEqual([]);
    expect(readFileSync(kept).equals(Buffer.alloc(size))).toBe(true);
    await store.remove("My", leaf.thumbprint);
    await store.remove("My", "no thumbprint");
  });

  it("a link in the place of a key is removed, and what it leads to is left as it is", async () => {
    await store.import("My", leaf.der, null);
    const precious = join(root, "precious");
    writeFileSync(precious, "keep me");
    symlinkSync(precious, keyFile(leaf));
    await store.remove("My", leaf.thumbprint);
    expect(readFileSync(precious, "utf8")).toBe("keep me");
    expect(readdirSync(join(folder, "My"))).toEqual([]);
  });

  it("puts nothing into a folder that others may write, or that is a link", async () => {
    mkdirSync(join(folder, "My"), { recursive: true });
    const refused = { code: "certificate-store-failed" };
    for (const path of [folder, join(folder, "My")]) {
      chmodSync(path, 0o775);
      await expect(store.import("My", leaf.der, bytesOf(leaf))).rejects.toMatchObject({ ...refused, message: expect.stringContaining("others than its owner may write it") });
      chmodSync(path, 0o755);
    }
    mkdirSync(join(root, "elsewhere"), { recursive: true });
    symlinkSync(join(root, "elsewhere"), join(folder, "CA"));
    await expect(store.import("CA", leaf.der, null)).rejects.toMatchObject({ ...refused, message: expect.stringContaining("it is a link") });
    writeFileSync(join(folder, "Root"), "");
    await expect(store.import("Root", leaf.der, null)).rejects.toMatchObject({ ...refused, message: expect.stringContaining("it is no folder") });
    expect(readdirSync(join(folder, "My"))).toEqual([]);
    expect(readdirSync(join(root, "elsewhere"))).toEqual([]);
  });

  it.skipIf(!isRoot)("puts nothing into a folder of another user's", async () => {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, 65534, 65534);
    await expect(store.import("My", leaf.der, null)).rejects.toMatchObject({ code: "certificate-store-failed", message: expect.stringContaining("it belongs to the user 65534") });
  });

  it("on a full disk it imports all or nothing, and says so", async (context) => {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k,mode=755", "tmpfs", folder]);
    if (status !== 0) return context.skip("no file system can be mounted here");
    try {
      await store.import("My", other.der, bytesOf(other));
      const before = readdirSync(join(folder, "My")).sort();
      spawnSync("dd", ["if=/dev/zero", `of=${join(folder, "filler")}`, "bs=1k"]);
      await expect(store.import("My", leaf.der, bytesOf(leaf))).rejects.toMatchObject({ code: "disk-full" });
      expect(readdirSync(join(folder, "My")).sort()).toEqual(before);
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  it("many imports at once leave each certificate whole", async () => {
    await Promise.all([leaf, other].flatMap((issued) => Array.from({ length: 8 }, () => openCertificateFolder(folder).import("My", issued.der, bytesOf(issued)))));
    expect((await store.list()).map(({ thumbprint, hasPrivateKey }) => [thumbprint, hasPrivateKey]).sort()).toEqual([[leaf.thumbprint, true], [other.thumbprint, true]].sort());
    expect(readdirSync(join(folder, "My"))).toHaveLength(4);
    expect(await store.provesKey("My", leaf.thumbprint) && await store.provesKey("My", other.thumbprint)).toBe(true);
  });
});
