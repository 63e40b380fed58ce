import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Strength } from "../../../app/certificates/key-encryption.ts";
import { writePfx, type PfxContent } from "../../../app/certificates/pfx-writer.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { fixturePassword, keyDer, makeAuthority, makeCertificate, openssl, type Authority, type Issued, type KeyKind } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-pfx-writer-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const hasCommand = (name: string): boolean => { try { execFileSync("which", [name]); return true; } catch { return false; } };
const strengths: readonly Strength[] = ["modern", "legacy"];
const passwords = { "ASCII": fixturePassword, "accented": "contraseña é", "Cyrillic": "Пароль", "an emoji": "🔐 lock", "blanks at both ends": " b ", "200 characters": "x".repeat(200), "empty": "" } as const;
type PasswordName = keyof typeof passwords;

let authority: Authority;
const issued = new Map<KeyKind, Issued>();
beforeAll(() => { authority = makeAuthority(join(directory, "authority")); });

/** A server's certificate for a kind of key, made once. */
function server(kind: KeyKind = "ec:p256"): Issued {
  const made = issued.get(kind) ?? makeCertificate(directory, authority.intermediate, { key: kind });
  issued.set(kind, made);
  return made;
}

interface Written { readonly file: string; readonly passwordFile: string; readonly password: string; readonly bytes: Uint8Array }

let count = 0;
async function write(leaf: Issued, options: Partial<PfxContent> = {}): Promise<Written> {
  const { password = fixturePassword } = options;
  const bytes = await writePfx({
    certificates: [leaf.der, authority.intermediate.der, authority.root.der], privateKey: keyDer(leaf.keyFile), friendlyName: "Clinic 7", password, strength: "modern", ...options,
  });
  const file = join(directory, `written-${++count}.pfx`);
  writeFileSync(file, bytes);
  writeFileSync(`${file}.password`, password);
  return { file, passwordFile: `${file}.password`, password, bytes };
}

interface Seen {
  readonly certificates: readonly Uint8Array[];
  readonly keys: readonly Uint8Array[];
  /** The remarks before each block. */
  readonly attributes: readonly string[];
  /** What openssl says of the protection. */
  readonly protection: readonly string[];
}

/** A PFX as openssl sees it, with its default provider alone: nothing of its legacy algorithms is loaded. */
function seenByOpenssl({ file, passwordFile, password }: Written): Seen {
  const run = spawnSync("openssl", ["pkcs12", "-in", file, "-passin", password === "" ? "pass:" : `file:${passwordFile}`, "-info", "-noenc"], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const blocks = [...run.stdout.matchAll(/([^-]*(?:-[^-]+)*)-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \2-----\n/g)].map(([all, remarks = "", label = ""]) => ({ remarks, label, pem: all.slice(remarks.length) }));
  return {
    certificates: blocks.filter(({ label }) => label === "CERTIFICATE").map(({ pem }) => new Uint8Array(new X509Certificate(pem).raw)),
    keys: blocks.filter(({ label }) => label === "PRIVATE KEY").map(({ pem }) => new Uint8Array(openssl(["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], pem))),
    attributes: blocks.map(({ remarks }) => remarks),
    protection: run.stderr.split("\n").filter((line) => /Iteration/.test(line)),
  };
}

describe("a PFX that was written, as OpenSSL reads it", () => {
  it.each<[KeyKind, Strength]>(["rsa:2048", "rsa:4096", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519"].flatMap((kind) => strengths.map((strength) => [kind as KeyKind, strength] as [KeyKind, Strength])))(
    "holds a %s key and its chain byte for byte, %s", async (kind, strength) => {
      const leaf = server(kind);
      const seen = seenByOpenssl(await write(leaf, { strength }));
      expect(seen.certificates).toEqual([leaf.der, authority.intermediate.der, authority.root.der]);
      expect(seen.keys).toEqual([keyDer(leaf.keyFile)]);
    });

  it("is protected throughout as was asked", async () => {
    expect(seenByOpenssl(await write(server())).protection).toEqual([
      "MAC: sha256, Iteration 100000",
      "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256",
      "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256",
    ]);
    expect(seenByOpenssl(await write(server(), { strength: "legacy" })).protection).toEqual([
      "MAC: sha1, Iteration 10000",
      "PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000",
      "Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000",
    ]);
  });

  it("joins leaf and key by one localKeyID and one friendly name, and leaves the issuers without", async () => {
    for (const strength of strengths) {
      const [leaf = "", intermediate = "", root = "", key = ""] = seenByOpenssl(await write(server(), { strength })).attributes;
      const [, identifier] = /localKeyID: ((?:[0-9A-F]{2} ){20})/.exec(leaf) ?? [];
      expect(identifier).toBeDefined();
      expect(key).toContain(`localKeyID: ${identifier ?? ""}`);
      for (const remarks of [leaf, key]) expect(remarks).toContain("friendlyName: Clinic 7");
      for (const remarks of [intermediate, root]) expect(remarks).toContain("Bag Attributes: <No Attributes>");
    }
  });

  it.each(strengths.flatMap((strength) => (Object.keys(passwords) as PasswordName[]).map((name) => [name, strength] as const)))("opens with a password that is %s, %s", async (name, strength) => {
    const leaf = server();
    const written = await write(leaf, { password: passwords[name], strength });
    expect(seenByOpenssl(written).keys).toEqual([keyDer(leaf.keyFile)]);
    writeFileSync(written.passwordFile, `${written.password}!`);
    expect(() => seenByOpenssl({ ...written, password: "another" })).toThrow(/invalid password/);
  });

  it("holds several keys, each with the certificate that it belongs to, and stays below the rounds that .NET takes", async () => {
    const [first, second, third] = [server(), server("rsa:2048"), server("ec:p384")];
    const written = await write(first, {
      certificates: [first.der, authority.intermediate.der, second.der, third.der], furtherKeys: [third, second].map(({ keyFile }) => keyDer(keyFile)),
    });
    const { certificates, keys, attributes, protection } = seenByOpenssl(written);
    expect(certificates).toEqual([first.der, authority.intermediate.der, second.der, third.der]);
    expect(keys).toEqual([first, third, second].map(({ keyFile }) => keyDer(keyFile)));
    const identifiers = attributes.map((remarks) => /localKeyID: ([0-9A-F ]+)/.exec(remarks)?.[1]);
    expect(identifiers.slice(4)).toEqual([identifiers[0], identifiers[3], identifiers[2]]);
    expect(new Set(identifiers).size).toBe(4); // Three, and none for the issuer.
    const many = await write(first, { furtherKeys: Array.from({ length: 9 }, () => keyDer(second.keyFile)) });
    for (const [{ protection: lines }, parts] of [[{ protection }, 5], [seenByOpenssl(many), 12]] as const) {
      const rounds = lines.map((line) => Number(/Iteration (\d+)/.exec(line)?.[1]));
      expect(rounds).toHaveLength(parts);
      expect(rounds.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(600_000);
      expect(Math.min(...rounds)).toBeGreaterThanOrEqual(50_000);
    }
  });

  it("may hold certificates alone, or a key alone", async () => {
    const leaf = server();
    expect(seenByOpenssl(await write(leaf, { privateKey: null }))).toMatchObject({ certificates: [leaf.der, authority.intermediate.der, authority.root.der], keys: [] });
    expect(seenByOpenssl(await write(leaf, { certificates: [] }))).toMatchObject({ certificates: [], keys: [keyDer(leaf.keyFile)] });
  });

  it("holds a key that belongs to none of its certificates without joining them", async () => {
    const { attributes } = seenByOpenssl(await write(server(), { privateKey: keyDer(server("ec:p384").keyFile) }));
    expect(attributes[0]).toContain("friendlyName: Clinic 7");
    expect(attributes[0]).not.toContain("localKeyID");
    expect(attributes[3]).toContain("localKeyID");
    expect(attributes[3]).not.toContain("friendlyName");
  });

  it("is DER: lengths definite, and each SET in the order of its members' encodings", async () => {
    // A short name makes the friendly name's attribute the lesser of the two, a long one the greater.
    for (const friendlyName of ["7", "A name that is longer than an identifier", null]) {
      const { bytes } = await write(server(), { friendlyName });
      const parse = (der: Uint8Array, ...options: string[]) => openssl(["asn1parse", "-inform", "DER", ...options], der).toString();
      const within = (der: Uint8Array, offset: string): Uint8Array => {
        const file = join(directory, "part.der");
        parse(der, "-strparse", offset, "-noout", "-out", file);
        return readFileSync(file);
      };
      expect(parse(bytes)).not.toMatch(/l=inf/);
      const safes = within(bytes, /^ *(\d+):d=3 .*OCTET STRING/m.exec(parse(bytes))?.[1] ?? "");
      const clear = parse(safes).slice(parse(safes).lastIndexOf(":pkcs7-data"));
      const bags = parse(within(safes, /^ *(\d+):.*OCTET STRING/m.exec(clear)?.[1] ?? ""));
      const order = [...bags.matchAll(/OBJECT\s+:(friendlyName|localKeyID)/g)].map(([, name]) => name);
      expect(order).toEqual(friendlyName === null ? ["localKeyID"] : friendlyName === "7" ? ["friendlyName", "localKeyID"] : ["localKeyID", "friendlyName"]);
    }
  });

  it("is another file each time, and shows nothing of key, certificate or password", async () => {
    const leaf = server();
    const [one, other] = [await write(leaf), await write(leaf)];
    expect(Buffer.from(one.bytes).equals(other.bytes)).toBe(false);
    for (const part of [Buffer.from(leaf.der.subarray(-40)), Buffer.from(keyDer(leaf.keyFile).subarray(-40)), Buffer.from(fixturePassword), Buffer.from(fixturePassword, "utf16le")]) expect(Buffer.from(one.bytes).includes(part)).toBe(false);
  });
});

describe("a PFX that was written, as others read it", () => {
  it.each(strengths)("our own reader gives back what was written, %s", async (strength) => {
    const leaf = server();
    for (const password of Object.values(passwords)) {
      const { bytes } = await write(leaf, { password, strength });
      const material = await readMaterial([{ name: "server.pfx", content: bytes }], password);
      expect(material).toMatchObject({
        format: "pfx", encryption: strength === "modern" ? "AES-256 (SHA-256)" : "3DES (SHA-1)",
        certificates: [leaf.der, authority.intermediate.der, authority.root.der], privateKeys: [keyDer(leaf.keyFile)],
      });
    }
    const { bytes } = await write(leaf, { strength });
    await expect(readMaterial([{ name: "server.pfx", content: bytes }], `${fixturePassword} `)).rejects.toMatchObject({ code: "password-wrong" });
  });

  it.runIf(hasCommand("pk12util") && hasCommand("certutil"))("NSS imports it and gives certificate and key out again (not Ed25519, which it does not know)", async () => {
    const kinds = (["rsa:2048", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521"] as const).map((kind) => ({ kind, password: fixturePassword, strength: "modern" as const }));
    const words = strengths.flatMap((strength) => Object.values(passwords).map((password) => ({ kind: "ec:p256" as const, password, strength })));
    for (const { kind, password, strength } of [...kinds, ...words]) {
      const leaf = server(kind);
      const { file, passwordFile } = await write(leaf, { password, strength });
      const database = emptyDatabase();
      const run = (program: string, ...arguments_: string[]) => execFileSync(program, [...arguments_, "-d", `sql:${database}`], { stdio: "pipe" });
      run("pk12util", "-i", file, ...password === "" ? ["-W", ""] : ["-w", passwordFile]);
      expect(run("certutil", "-K").toString(), kind).toMatch(/^< 0> .*Clinic 7$/m);
      expect(new Uint8Array(run("certutil", "-L", "-n", "Clinic 7", "-r"))).toEqual(leaf.der);
      if (password !== fixturePassword || strength !== "modern") continue;
      run("pk12util", "-o", join(database, "out.p12"), "-n", "Clinic 7", "-w", passwordFile);
      const out = await readMaterial([{ name: "out.p12", content: readFileSync(join(database, "out.p12")) }], password);
      // NSS writes EC keys in a form of its own, so what the key is made of is compared.
      const text = (der: Uint8Array) => openssl(["pkey", "-inform", "DER", "-noout", "-text"], der).toString();
      expect(out.privateKeys.map(text), kind).toEqual([text(keyDer(leaf.keyFile))]);
    }
  }, 120_000);

  it.runIf(hasCommand("certtool"))("GnuTLS opens it with every password, and finds the key and the certificates", async () => {
    for (const strength of strengths) {
      for (const [kind, password] of [...(["rsa:2048", "ec:p384", "ed25519"] as const).map((one) => [one, fixturePassword] as const), ...Object.values(passwords).map((one) => ["ec:p256", one] as const)]) {
        const leaf = server(kind);
        const { file } = await write(leaf, { password, strength });
        const text = execFileSync("certtool", ["--p12-info", "--inder", "--infile", file, "--password", password], { stdio: "pipe" }).toString();
        const blocks = text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
        const certificates = blocks.filter((block) => block.includes("BEGIN CERTIFICATE")).map((block) => new Uint8Array(new X509Certificate(block).raw));
        expect(certificates).toEqual([leaf.der, authority.intermediate.der, authority.root.der]);
        const key = join(directory, "gnutls.key");
        writeFileSync(key, blocks.find((block) => block.includes("PRIVATE KEY")) ?? "");
        const pkcs8 = openssl(["pkcs8", "-topk8", "-nocrypt", "-in", key, "-passin", `pass:${password}`, "-outform", "DER"]);
        expect(openssl(["pkey", "-inform", "DER", "-pubout"], pkcs8)).toEqual(openssl(["pkey", "-in", leaf.keyFile, "-pubout"]));
      }
    }
  }, 60_000);

  it.runIf(hasCommand("keytool"))("Java takes it as a private key entry, with every password with which it takes OpenSSL's own files", async () => {
    const lists = (file: string, passwordFile: string): boolean =>
      /clinic 7/i.test(spawnSync("keytool", ["-list", "-storetype", "PKCS12", "-keystore", file, "-storepass:file", passwordFile], { encoding: "utf8" }).stdout.match(/^.*PrivateKeyEntry.*$/m)?.[0] ?? "");
    for (const [kind, strength] of [["rsa:2048", "modern"], ["rsa:2048", "legacy"], ["ec:p384", "modern"], ["ed25519", "modern"]] as const) {
      const leaf = server(kind);
      const { file, passwordFile } = await write(leaf, { strength });
      expect(lists(file, passwordFile), kind).toBe(true);
      const copy = join(directory, `java-${kind.replace(":", "-")}-${strength}.p12`);
      execFileSync("keytool", ["-importkeystore", "-noprompt", "-srcstoretype", "PKCS12", "-srckeystore", file, "-srcstorepass:file", passwordFile, "-deststoretype", "PKCS12", "-destkeystore", copy, "-deststorepass:file", passwordFile], { stdio: "pipe" });
      const out = await readMaterial([{ name: "java.p12", content: readFileSync(copy) }], fixturePassword);
      expect(out.certificates[0], kind).toEqual(leaf.der);
      expect(openssl(["pkey", "-inform", "DER", "-pubout"], out.privateKeys[0])).toEqual(openssl(["pkey", "-in", leaf.keyFile, "-pubout"]));
    }
    const opens: string[] = [];
    for (const name of ["ASCII", "accented", "an emoji", "200 characters"] as const) {
      const password = passwords[name];
      const leaf = server();
      const { file, passwordFile } = await write(leaf, { password });
      const byOpenssl = join(directory, "openssl.p12");
      openssl(["pkcs12", "-export", "-in", leaf.certificateFile, "-inkey", leaf.keyFile, "-name", "Clinic 7", "-passout", `file:${passwordFile}`, "-out", byOpenssl]);
      const listed = lists(file, passwordFile);
      expect(listed, name).toBe(lists(byOpenssl, passwordFile));
      if (listed) opens.push(name);
    }
    // keytool of Java 17 opens neither OpenSSL's files nor these when the password is not ASCII.
    expect(opens).toEqual(expect.arrayContaining(["ASCII", "200 characters"]));
  }, 120_000);

  it("a name of any language stands beside the certificate", async () => {
    const { bytes, passwordFile, file } = await write(server(), { friendlyName: "Clinique é 🔐" });
    expect((await readMaterial([{ name: "x.pfx", content: bytes }], fixturePassword)).privateKeys).toHaveLength(1);
    if (!hasCommand("pk12util")) return;
    expect(execFileSync("pk12util", ["-l", file, "-w", passwordFile, "-d", `sql:${emptyDatabase()}`], { stdio: "pipe" }).toString()).toContain("Friendly Name: Clinique é 🔐");
  });
});

function emptyDatabase(): string {
  const database = join(directory, `nss-empty-${++count}`);
  mkdirSync(database);
  execFileSync("certutil", ["-N", "-d", `sql:${database}`, "--empty-password"], { stdio: "pipe" });
  return database;
}
