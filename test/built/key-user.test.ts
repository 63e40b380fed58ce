// The key-user verbs on the built program: keys handed in, made, looked at, retired and sent on, as an administrator does it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openssl } from "../fixtures/certificates.ts";
import { fileHashes, lockstep, type RunOptions } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-key-user-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => join(folder, ...names);
const data = at("data");
const person = (args: readonly string[], options?: RunOptions) => lockstep(["key-user", ...args, "--data-dir", data], options);
const script = (args: readonly string[], options?: RunOptions) => person([...args, "--json"], options);
const failed = async (args: readonly string[], options?: RunOptions) => {
  const { status, json, stdout } = await script(args, options);
  expect(json.ok, stdout).toBe(false);
  return [status, json.error.code] as const;
};

/** A pair of OpenSSL's: NAME.private and NAME.public. */
function pair(name: string, bits = 2048): void {
  openssl(["genrsa", "-out", at(`${name}.private`), String(bits)]);
  openssl(["rsa", "-in", at(`${name}.private`), "-pubout", "-out", at(`${name}.public`)]);
}
const digest = (file: string): string => {
  const der = openssl(["pkey", "-pubin", "-in", file, "-outform", "DER"]);
  return openssl(["dgst", "-sha256", "-r"], der).toString().slice(0, 64).toUpperCase();
};

beforeAll(() => {
  for (const name of ["first", "second", "third"]) pair(name);
  pair("short", 1024);
  writeFileSync(at("pkcs1.public"), openssl(["rsa", "-in", at("second.private"), "-RSAPublicKey_out"]));
  openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at("ec.private")]);
});

describe("key-user add", () => {
  it("registers a PEM key as it is, and tells its fingerprint as OpenSSL computes it", async () => {
    const { status, json } = await script(["add", "clinic7", "--public-key", at("first.public")]);
    expect(status, JSON.stringify(json)).toBe(0);
    expect(json.value).toMatchObject({ user: { name: "clinic7", state: "active", keyBits: 2048, fingerprint: digest(at("first.public")), retired: null, replaces: null, publicKey: readFileSync(at("first.public"), "utf8") }, changes: [] });
    expect(json.value.findings.map(({ code, severity }: { code: string; severity: string }) => `${severity} ${code}`)).toEqual(["information key-2048"]);
  });

  it("opens no machine and makes none", async () => {
    const home = at("home");
    const { status } = await lockstep(["key-user", "list"], { environment: { XDG_DATA_HOME: home } });
    expect([status, existsSync(home)]).toEqual([0, false]);
  });

  it("asks for --convert where a key is sound and not PEM, and then says what it did", async () => {
    expect(await failed(["add", "clinic8", "--public-key", at("pkcs1.public")])).toEqual([3, "key-not-pem"]);
    const { status, stdout } = await person(["add", "clinic8", "--public-key", at("pkcs1.public"), "--convert", "--replaces", "clinic7"]);
    expect(status).toBe(0);
    for (const part of ["Added the key user clinic8", "It was PKCS #1", digest(at("second.public")).slice(0, 4), "lockstep key-user export clinic8", "lockstep key-user guide clinic7"]) expect(stdout).toContain(part);
  });

  it("reads a key from standard input", async () => {
    const { status, json } = await script(["add", "clinic9", "--public-key", "-"], { input: readFileSync(at("third.public"), "utf8") });
    expect([status, json.value.user.fingerprint]).toEqual([0, digest(at("third.public"))]);
    expect(await failed(["add", "clinic10", "--public-key", "-"])).toEqual([3, "file-empty"]);
  });

  it("takes no private key, and shows and keeps nothing of it", async () => {
    const secret = readFileSync(at("first.private"), "utf8");
    const hashes = fileHashes(data);
    const { status, stdout, stderr } = await person(["add", "clinic10", "--public-key", at("first.private")]);
    expect(status).toBe(3);
    expect(stderr).toContain("private-key-given");
    for (const line of secret.split("\n").filter((each) => each.length > 20 && !each.startsWith("-"))) expect(stdout + stderr).not.toContain(line);
    expect(fileHashes(data)).toEqual(hashes);
    // Its public half is that of clinic7.
    expect(await failed(["add", "clinic10", "--public-key", at("first.private"), "--convert"])).toEqual([3, "key-known"]);
  });

  it("does not say a key again that was itself given where its file should be", async () => {
    const secret = readFileSync(at("first.private"), "utf8");
    for (const args of [["examine", secret], ["add", "clinic10", "--public-key", secret], ["add", "clinic10", `--public-key=${secret}`], ["add", "clinic10", "--public-key", secret.split("\n").slice(1, -2).join("")], [secret]]) {
      for (const json of [[], ["--json"]]) {
        const { status, stdout, stderr } = await person([...args, ...json]);
        expect(status).toBe(2);
        expect(stdout + stderr).not.toContain(secret.slice(100, 140));
      }
    }
  });

  it("refuses what cannot be a key user, each with its code, and adds nothing", async () => {
    const hashes = fileHashes(data);
    const fresh = at("fresh.public");
    openssl(["rsa", "-in", at("short.private"), "-pubout", "-out", fresh]);
    expect(await failed(["add", "clinic7", "--public-key", fresh, "--allow-weak"])).toEqual([3, "key-user-exists"]);
    expect(await failed(["add", "CLINIC7", "--public-key", fresh, "--allow-weak"])).toEqual([3, "key-user-case"]);
    expect(await failed(["add", "clinic 7", "--public-key", fresh])).toEqual([3, "key-user-name"]);
    expect(await failed(["add", "clinic\u200b7", "--public-key", fresh])).toEqual([3, "key-user-name"]);
    expect(await failed(["add", "x, Signature=y", "--public-key", fresh])).toEqual([3, "key-user-name"]);
    expect(await failed(["add", "clinic10", "--public-key", fresh])).toEqual([3, "key-weak"]);
    expect(await failed(["add", "clinic10", "--public-key", at("ec.private")])).toEqual([3, "private-key-given"]);
    expect(await failed(["add", "clinic10", "--public-key", at("nowhere")])).toEqual([3, "file-not-found"]);
    expect(await failed(["add", "clinic10", "--public-key", fresh, "--allow-weak", "--replaces", "nobody"])).toEqual([3, "not-found"]);
    expect(await failed(["add", "clinic10"])).toEqual([2, "usage"]);
    expect(await failed(["add", "clinic10", "--public-key", fresh, "--allow-weak", "--plan"])).toEqual([2, "usage"]);
    expect(fileHashes(data)).toEqual(hashes);
  });

  it("takes a short key when that is said, and warns", async () => {
    const { status, json } = await script(["add", "weak", "--public-key", at("short.public"), "--allow-weak"]);
    expect(status).toBe(0);
    expect(json.value.findings).toMatchObject([{ code: "key-short", severity: "warning" }]);
  });
});

describe("key-user list and show", () => {
  it("give every member that others rely on", async () => {
    const { json } = await script(["list"]);
    expect(json.value.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)).toEqual(["clinic7 active", "clinic8 active", "clinic9 active", "weak active"]);
    for (const user of json.value as Readonly<Record<string, unknown>>[]) expect(Object.keys(user)).toEqual(expect.arrayContaining(["name", "state", "keyBits", "fingerprint", "added", "retired"]));
    expect((await person(["list"])).stdout).toMatch(/^NAME .*\nclinic7 +active +2048 bits/);
  });

  it("show a fingerprint in groups of four", async () => {
    const { stdout } = await person(["show", "clinic8"]);
    expect(stdout.replace(/\s/g, "")).toContain(digest(at("second.public")));
    expect(stdout).toMatch(/([0-9A-F]{4} ){7}[0-9A-F]{4}\n/);
    expect(stdout).toContain("from clinic7");
    expect(await failed(["show", "nobody"])).toEqual([3, "not-found"]);
  });
});

describe("key-user examine", () => {
  it("says what a file is, and keeps nothing", async () => {
    const hashes = fileHashes(data);
    const { status, json } = await script(["examine", at("pkcs1.public")]);
    expect(json.value).toMatchObject({ form: "pkcs1", keyBits: 2048, exponent: "65537", publicKey: readFileSync(at("second.public"), "utf8") });
    // That key is registered already: the answer is no.
    expect([status, json.value.findings.map(({ code }: { code: string }) => code)]).toEqual([1, ["key-2048", "key-known"]]);
    expect(await failed(["examine", at("ec.private")])).toEqual([3, "private-key-given"]);
    expect(await failed(["examine", at("ec.private"), "--convert"])).toEqual([3, "public-key-unusable"]);
    expect(fileHashes(data)).toEqual(hashes);
  });
});

describe("key-user export", () => {
  it("prints the PEM and nothing else", async () => {
    const { status, stdout, stderr } = await person(["export", "clinic8"]);
    expect([status, stdout, stderr]).toEqual([0, readFileSync(at("second.public"), "utf8"), ""]);
  });

  it("writes the PEM, with a note whose command gives the very digits in it", async () => {
    const { status, stdout } = await person(["export", "clinic8", "--out", at("for-coremr.pem")]);
    expect(status).toBe(0);
    const command = /^ {4}(openssl .*)$/m.exec(stdout)?.[1] ?? "";
    expect(command).toContain("for-coremr.pem");
    const printed = execFileSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
    const digits = /([0-9a-f]{64})/.exec(printed)?.[1]?.toUpperCase() ?? "none";
    expect(stdout.replace(/\s/g, "")).toContain(digits);
    expect(await failed(["export", "clinic8", "--out", at("for-coremr.pem")])).toEqual([3, "file-exists"]);
  });
});

describe("key-user generate", () => {
  it("makes a pair that signs, its private half for its owner alone", async () => {
    const out = at("made");
    const { status, json } = await script(["generate", "lab", "--out-dir", out, "--key", "rsa:2048", "--replaces", "clinic7"]);
    expect(status, JSON.stringify(json)).toBe(0);
    expect(json.value).toMatchObject({ user: { name: "lab", keyBits: 2048, replaces: "clinic7" }, privateKeyFile: join(out, "lab.private.pem"), publicKeyFile: join(out, "lab.public.pem"), encrypted: false });
    expect(readdirSync(out).sort()).toEqual(["lab.private.pem", "lab.public.pem"]);
    expect(statSync(join(out, "lab.private.pem")).mode & 0o777).toBe(0o600);
    expect(json.value.user.fingerprint).toBe(digest(join(out, "lab.public.pem")));
    writeFileSync(at("body"), "{\"a\":1}");
    openssl(["dgst", "-sha256", "-sign", join(out, "lab.private.pem"), "-out", at("body.signature"), at("body")]);
    expect(openssl(["dgst", "-sha256", "-verify", join(out, "lab.public.pem"), "-signature", at("body.signature"), at("body")]).toString()).toContain("Verified OK");
  });

  it("makes 4096 bits when nothing is said, encrypts with a password, and prints what goes to CorEMR", async () => {
    writeFileSync(at("password"), "Zweites Paßwort 😀\n");
    const { status, stdout } = await person(["generate", "lab-4096", "--out-dir", at("made"), "--password-file", at("password")]);
    expect(status).toBe(0);
    for (const part of ["4096 bits", "encrypted with your password", "Please register this public key", "openssl pkey -pubin -in lab-4096.public.pem"]) expect(stdout).toContain(part);
    const file = at("made", "lab-4096.private.pem");
    expect(readFileSync(file, "utf8")).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    const half = openssl(["rsa", "-in", file, "-passin", `file:${at("password")}`, "-pubout"]).toString();
    expect(half).toBe(readFileSync(at("made", "lab-4096.public.pem"), "utf8"));
  });

  it("writes over nothing, and makes no key for what is refused", async () => {
    const hashes = fileHashes(folder);
    expect(await failed(["generate", "lab", "--out-dir", at("made"), "--key", "rsa:2048"])).toEqual([3, "file-exists"]);
    expect(await failed(["generate", "clinic7", "--out-dir", at("made"), "--key", "rsa:2048"])).toEqual([3, "key-user-exists"]);
    expect(await failed(["generate", "a b", "--out-dir", at("elsewhere")])).toEqual([3, "key-user-name"]);
    expect(await failed(["generate", "c", "--out-dir", at("elsewhere"), "--key", "ec:p256"])).toEqual([2, "usage"]);
    expect(fileHashes(folder)).toEqual(hashes);
  });
});

describe("key-user guide", () => {
  it("names the commands of a change of keys with overlap, in their order", async () => {
    const { status, stdout } = await person(["guide", "clinic7"]);
    expect(status).toBe(0);
    const commands = [...stdout.matchAll(/^ {3}(lockstep .*)$/gm)].map(([, command = ""]) => command.replaceAll(String(new Date().getUTCFullYear()), "YEAR"));
    expect(commands.filter((command) => command.startsWith("lockstep key-user"))).toEqual([
      "lockstep key-user generate clinic7-YEAR --out-dir DIR --replaces clinic7", "lockstep key-user export clinic7-YEAR --out FILE", "lockstep key-user retire clinic7",
    ]);
    expect(await failed(["guide", "nobody"])).toEqual([3, "not-found"]);
  });
});

describe("key-user retire", () => {
  it("asks, and is refused where nobody can be asked", async () => {
    const hashes = fileHashes(data);
    expect(await failed(["retire", "clinic7"])).toEqual([2, "usage"]);
    expect((await script(["retire", "clinic7", "--plan"])).json.value.outcome).toBe("planned");
    expect(fileHashes(data)).toEqual(hashes);
  });

  // `script` of util-linux gives the program a terminal.
  it.runIf(spawnSync("script", ["--version"]).status === 0)("asks a person, for whom anything but yes is a no", async () => {
    const program = join(import.meta.dirname, "../../dist/lockstep.js");
    const ask = (answer: string) => spawnSync("script", ["-qec", `"${process.execPath}" "${program}" key-user retire clinic9 --data-dir "${data}"`, "/dev/null"], { input: answer, encoding: "utf8", timeout: 20_000 });
    const no = ask("\n");
    expect(no.stdout).toContain("Retire clinic9?");
    expect([no.status, (await script(["show", "clinic9"])).json.value.state]).toEqual([3, "active"]);
    expect([ask("y\n").status, (await script(["show", "clinic9"])).json.value.state]).toEqual([0, "retired"]);
  });

  it("frees the name and never the key", async () => {
    const { status, json } = await script(["retire", "clinic7", "--yes"]);
    expect([status, json.value.state]).toEqual([0, "retired"]);
    expect(await failed(["retire", "clinic7", "--yes"])).toEqual([3, "not-found"]);
    expect(await failed(["add", "clinic7", "--public-key", at("first.public")])).toEqual([3, "key-known"]);
    expect((await script(["generate", "clinic7", "--out-dir", at("made"), "--key", "rsa:2048"])).status).toBe(0);
    const users = (await script(["list"])).json.value.filter(({ name }: { name: string }) => name === "clinic7");
    expect(users).toMatchObject([{ state: "active" }, { state: "retired", fingerprint: digest(at("first.public")) }]);
  });
});

describe("the journal of key users", () => {
  it("is refused with the place of its damage, and nothing is added to it", async () => {
    const file = join(data, "key-users", "key-users.jsonl");
    truncateSync(file, statSync(file).size - 700);
    const { status, json } = await script(["list"]);
    expect([status, json.error.code]).toEqual([3, "key-users-damaged"]);
    expect(json.error.message).toMatch(/at entry \d+/);
    expect(json.error.hint).toContain(file);
    expect(await failed(["generate", "never", "--out-dir", at("made")])).toEqual([3, "key-users-damaged"]);
    expect(existsSync(at("made", "never.private.pem"))).toBe(false);
  });
});
