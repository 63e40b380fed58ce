// `config` on the built program: files of every kind secured and back, bad ones refused with their place and nothing written.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { agsConfiguration, aroundRest, dcdrConfiguration, write } from "../fixtures/configuration.ts";
import { lockstep, type Ran } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = join(folder, "data");
/** No practice machine is there, and none is made: only files are named. */
const config = (...args: readonly string[]): Promise<Ran> => lockstep(["config", ...args, "--practice-dir", join(folder, "machine"), "--data-dir", data, "--json"]);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").toUpperCase();

let count = 0;
/** A folder of its own with these files; gives the path of the first. */
function files(contents: Readonly<Record<string, Uint8Array | string>>): string {
  const directory = join(folder, `case ${++count}`);
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return join(directory, Object.keys(contents)[0] ?? "");
}

describe("config secure FILE", () => {
  it("says what it changed, keeps the file as it was beside it, and config unsecure brings the bytes back", async () => {
    const before = dcdrConfiguration();
    const file = files({ "santedb.config": before });
    const { status, json, stdout } = await config("secure", file);
    expect(status, stdout).toBe(0);
    const { value } = json;
    const after = readFileSync(file);
    expect(value).toMatchObject({ file, sha256Before: sha256(before), sha256After: sha256(after), outcome: "applied" });
    expect(value.changes).toHaveLength(6);
    expect(value.changes[2]).toEqual({ service: "AMI", contract: "SanteDB.Rest.AMI.IAmiServiceContract, SanteDB.Rest.AMI", from: "http://0.0.0.0:9200/ami", to: "https://0.0.0.0:9200/ami", line: 30, column: 92, file });
    expect(value.warnings).toEqual([]);
    expect(readFileSync(String(value.backup)).equals(before)).toBe(true);
    expect(new TextDecoder().decode(after)).toBe(new TextDecoder().decode(before).replaceAll('address="http://0.0.0.0', 'address="https://0.0.0.0'));
    expect((await config("secure", file)).json.value).toMatchObject({ outcome: "unchanged", changes: [], sha256Before: sha256(after), sha256After: sha256(after), backup: null });
    expect((await config("unsecure", file)).json.value).toMatchObject({ outcome: "applied", sha256After: sha256(before) });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(join(folder, "machine"))).toBe(false);
  });

  it("changes the REST section where it stands, in an included file", async () => {
    const root = `<SanteDBConfiguration xmlns="http://santedb.org/configuration"><include>config\\rest.xml</include></SanteDBConfiguration>`;
    const file = files({ "santedb.config.xml": root, "config/rest.xml": dcdrConfiguration({ port: 8080 }) });
    const { json, stdout } = await config("secure", file, "--address", "127.0.0.1");
    const rest = join(file, "../config/rest.xml");
    expect(json.value, stdout).toMatchObject({ file: rest, changes: expect.objectContaining({ length: 6 }) as unknown });
    expect(json.value.changes[0]).toMatchObject({ to: "https://127.0.0.1:8080/auth", file: rest });
    expect(readFileSync(file, "utf8")).toBe(root);
    expect(json.value.warnings.map(({ code }: { code: string }) => code)).toEqual(["loopback-only"]);
  });

  it("with --plan changes nothing, and says what it would", async () => {
    const file = files({ "SanteDB.config": agsConfiguration() });
    const { json } = await config("secure", file, "--plan");
    expect(json.value).toMatchObject({ outcome: "planned", changes: [{ to: "https://0.0.0.0:9200/ami" }], sha256Before: sha256(agsConfiguration()) });
    expect(readdirSync(join(file, ".."))).toEqual(["SanteDB.config"]);
  });

  const samples = fileURLToPath(new URL("../../../shared/samples/santedb/", import.meta.url));
  it.skipIf(!existsSync(samples))("and back gives the original bytes for every sample, or refuses it with a code", async () => {
    const copies = join(folder, "samples");
    cpSync(samples, copies, { recursive: true });
    const names = [...readdirSync(copies), ...readdirSync(join(copies, "synthetic")).map((name) => join("synthetic", name))].filter((name) => /\.(xml|config)$/.test(name));
    expect(names.length).toBeGreaterThanOrEqual(16);
    let changed = 0;
    for (const name of names) {
      const file = join(copies, name);
      chmodSync(file, 0o644);
      const before = readFileSync(file);
      const { json } = await config("secure", file);
      if (json.ok) {
        changed += Number(json.value.changes.length);
        for (const change of json.value.changes) expect(change.to).toBe(change.from.replace("http:", "https:"));
        expect((await config("unsecure", file)).json, name).toMatchObject({ ok: true });
      } else {
        expect(json.error.code, name).toMatch(/^configuration-/);
      }
      expect(readFileSync(file).equals(before), name).toBe(true);
    }
    expect(changed).toBe(8);
  }, 120_000);
});

describe("bad input", () => {
  const endpoint = (address: string, service = "AMI"): string => `<service name="${service}"><endpoint contract="C" address="${address}"/></service>`;
  const included = (...names: readonly string[]): string => `<SanteDBConfiguration xmlns="http://santedb.org/configuration">\n${names.map((name) => ` <include>${name}</include>\n`).join("")}</SanteDBConfiguration>`;
  const good = dcdrConfiguration();

  const cases: readonly (readonly [string, Readonly<Record<string, Uint8Array | string>>, string, string])[] = [
    ["cut short", { "a.config": good.slice(0, 900) }, "configuration-malformed", "line 12, column 92"],
    ["with a tag that does not fit", { "a.config": aroundRest("<service></servce>") }, "configuration-malformed", "line 3, column "],
    ["with trailing garbage", { "a.config": Buffer.concat([good, Buffer.from("iguration>\r\n")]) }, "configuration-malformed", "Configuration Tool leaves the end of a longer, older file"],
    ["with a DOCTYPE and entities", { "a.config": `<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>${aroundRest("")}` }, "configuration-doctype", "line 2, column 1"],
    ["with an entity that XML does not have", { "a.config": aroundRest(endpoint("http://&host;:9200/")) }, "configuration-malformed", "line 3"],
    ["of nested elements without end", { "a.config": aroundRest("<a>".repeat(100_000)) }, "configuration-too-deep", "256"],
    ["with bytes that are not UTF-8", { "a.config": Buffer.concat([good.slice(0, 2000), Buffer.from([0xc3, 0x28]), good.slice(2000)]) }, "configuration-encoding", "utf-8"],
    ["whose mark contradicts its declaration", { "a.config": write("<?xml version='1.0' encoding='utf-8'?><a/>", "utf-16le") }, "configuration-encoding", "utf-8"],
    ["in half UTF-16", { "a.config": write(aroundRest(endpoint("http://0.0.0.0:9200/")), "utf-16le").slice(0, -1) }, "configuration-encoding", "utf-16le"],
    ["with two REST sections", { "a.config": aroundRest("", { after: "<section xsi:type='RestConfigurationSection'/>" }) }, "configuration-two-rest", "line 5, column 1"],
    ["with two REST sections in two files", { "a.config": included("b.xml", "c.xml"), "b.xml": good, "c.xml": good }, "configuration-two-rest", "c.xml, line "],
    ["whose include is missing", { "a.config": included("config/b.xml") }, "configuration-include-missing", "line 2, column 2"],
    ["whose includes run in a circle", { "a.config": included("b.xml"), "b.xml": included("a.config") }, "configuration-include-cycle", "b.xml, line 2, column 2"],
    ["with a service twice", { "a.config": aroundRest(`${endpoint("http://0.0.0.0:9200/a")}\n${endpoint("http://0.0.0.0:9200/b")}`) }, "configuration-duplicate-service", "line 4, column 1: there is a service named AMI already, in line 3"],
    ["with an address that is no URI", { "a.config": aroundRest(endpoint("not a uri")) }, "configuration-address", "line 3, column "],
    ["with a relative address", { "a.config": aroundRest(endpoint("/ami")) }, "configuration-address", "line 3, column 53: /ami"],
    ["with a plus for the host", { "a.config": aroundRest(endpoint("http://+:9200/ami")) }, "configuration-address", "http://+:9200/ami"],
    ["with both schemes on one port", { "a.config": aroundRest(`${endpoint("http://0.0.0.0:9200/a")}\n${endpoint("https://0.0.0.0:9200/b", "HDSI")}`) }, "configuration-mixed-schemes", "line 4, column "],
    ["with several ports", { "a.config": aroundRest(`${endpoint("http://0.0.0.0:1/a")}\n${endpoint("http://0.0.0.0:2/b", "HDSI")}`) }, "configuration-many-ports", "1, 2"],
    ["whose REST section is encrypted", { "a.config": `<SanteDBConfiguration xmlns="http://santedb.org/configuration" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n<section xsi:type="SanteDBProtectedConfigurationSectionWrapper" t="SanteDB.Rest.Common.Configuration.RestConfigurationSection, SanteDB.Rest.Common"><c>AAAA</c></section></SanteDBConfiguration>` }, "configuration-protected", "line 2, column 1"],
    ["of something else", { "a.config": "<configuration><appSettings/></configuration>" }, "configuration-not-santedb", "its root is configuration"],
    ["that is empty", { "a.config": "" }, "file-empty", "a.config"],
  ];
  it.each(cases)("a file %s is refused, and nothing written", async (_, contents, code, words) => {
    const file = files(contents);
    const before = readdirSync(join(file, "..")).map((name) => [name, readFileSync(join(file, "..", name)).toString("latin1")]);
    const { status, json, stdout } = await config("secure", file);
    expect(json?.error?.code, stdout).toBe(code);
    expect(`${String(json.error.message)} ${String(json.error.hint)}`).toContain(words);
    expect(json.error.aftermath).toBe("untouched");
    expect(status).toBe(3);
    expect(readdirSync(join(file, "..")).map((name) => [name, readFileSync(join(file, "..", name)).toString("latin1")])).toEqual(before);
  });

  it("a read-only file is refused, and nothing written", async () => {
    const file = files({ "santedb.config": good });
    chmodSync(file, 0o444);
    expect((await config("secure", file)).json.error).toMatchObject({ code: "file-read-only", aftermath: "untouched" });
    expect(readdirSync(join(file, ".."))).toEqual(["santedb.config"]);
  });

  it("a full disk is told, and the file stays as it was", async ({ skip }) => {
    const file = files({ "santedb.config": good });
    const disk = join(file, "..");
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status !== 0) skip("no file system can be mounted here");
    try {
      writeFileSync(file, good);
      spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "filler")}`, "bs=4k"]);
      const { status, json, stdout } = await config("secure", file);
      expect(json.error, stdout).toMatchObject({ code: "disk-full", aftermath: "put-back" });
      expect(status).toBe(4);
      expect(readFileSync(file).equals(good)).toBe(true);
      expect(readdirSync(disk).sort()).toEqual(["filler", "santedb.config"]);
    } finally {
      spawnSync("umount", [disk]);
    }
  });

  it("what is neither a file nor an instance is said not to be there", async () => {
    expect((await config("show", join(folder, "none.config"))).json.error).toMatchObject({ code: "file-not-found" });
    expect((await config("show", folder)).json.error).toMatchObject({ code: "file-unreadable" });
  });
});

describe("backups", () => {
  it("are listed with whose they are, compared, and restored", async () => {
    const original = dcdrConfiguration();
    const file = files({ "santedb.config": original, "santedb.bak.gz": gzipSync(dcdrConfiguration({ port: 9300 })), "SanteDB.bak.bz2": "BZh9", "santedb.config_20260102030405.bak": agsConfiguration(), "notes.txt": "x", "santedb.config.old": "<broken" });
    const first = (await config("secure", file)).json.value.backup as string;
    const { value } = (await config("backups", file)).json;
    expect(value.map(({ kind, relation, scheme, intact, readable }: Record<string, unknown>) => ({ kind, relation, scheme, intact, readable }))).toEqual(expect.arrayContaining([
      { kind: "lockstep", relation: "different", scheme: "http", intact: true, readable: true },
      { kind: "santedb", relation: "different", scheme: "http", intact: null, readable: true },
      { kind: "santedb", relation: "unknown", scheme: null, intact: null, readable: false },
      { kind: "configuration-tool", relation: "different", scheme: "http", intact: null, readable: true },
      { kind: "other", relation: "different", scheme: null, intact: null, readable: true },
    ]));
    expect(value).toHaveLength(5);
    expect(value.find((each: { file: string }) => each.file === first)).toMatchObject({ sha256: sha256(original), at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string });

    const compared = await config("compare", file, "santedb.bak.gz");
    expect(compared.status).toBe(1);
    expect(compared.json.value.lines.filter(({ sign }: { sign: string }) => sign === "+")[0].text).toContain(":9300");
    expect((await config("restore", file, "santedb.bak.gz", "--plan")).json.value).toMatchObject({ outcome: "planned" });
    const restored = await config("restore", file, "santedb.bak.gz");
    expect(restored.json.value, restored.stdout).toMatchObject({ outcome: "applied", files: [{ file, sha256After: sha256(dcdrConfiguration({ port: 9300 })) }] });
    expect(readFileSync(file).equals(dcdrConfiguration({ port: 9300 }))).toBe(true);

    expect((await config("restore", file, first)).json.value.outcome).toBe("applied");
    expect(readFileSync(file).equals(original)).toBe(true);
    expect((await config("restore", file, first)).json.value.outcome).toBe("unchanged");
  });

  it("of a file that is damaged are listed and restored all the same", async () => {
    const file = files({ "santedb.config": "<SanteDBConfiguration", "santedb.bak.gz": gzipSync(dcdrConfiguration()) });
    expect((await config("show", file)).json.error).toMatchObject({ code: "configuration-malformed" });
    expect((await config("backups", file)).json.value).toMatchObject([{ kind: "santedb", relation: "different", scheme: "http" }]);
    expect((await config("restore", file, "santedb.bak.gz")).json).toMatchObject({ ok: true, value: { outcome: "applied" } });
    expect(readFileSync(file).equals(dcdrConfiguration())).toBe(true);
  });

  it("that cannot be read, are no configuration any more, or lie elsewhere are refused", async () => {
    const file = files({ "santedb.config": dcdrConfiguration(), "santedb.bak.bz2": "BZh9", "santedb.config.old": "<broken", "santedb.bak.gz": "not gzip" });
    expect((await config("restore", file, "santedb.bak.bz2")).json.error).toMatchObject({ code: "backup-unreadable" });
    expect((await config("restore", file, "santedb.config.old")).json.error).toMatchObject({ code: "backup-unreadable" });
    expect((await config("restore", file, "santedb.bak.gz")).json.error).toMatchObject({ code: "backup-unreadable" });
    expect((await config("restore", file, "/etc/passwd")).json.error).toMatchObject({ code: "not-found" });
    expect(readFileSync(file).equals(dcdrConfiguration())).toBe(true);
  });
});
