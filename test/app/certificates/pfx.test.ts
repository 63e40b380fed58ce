import { execFileSync } from "node:child_process";
import { createHmac, pbkdf2Sync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify } from "../../../app/certificates/identify.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { thumbprint } from "../../../app/certificates/thumbprint.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { keyDer, makeAuthority, makeCertificate, makePfx, makeServerPfx, openssl, type Authority, type KeyKind, type Protection, type ServerPfx } from "../../fixtures/certificates.ts";
import { algorithm, integer, nothing, octetString, pbkdf2, sequence } from "../../fixtures/der.ts";
import { quick } from "../../fixtures/effort.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-pfx-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let authority: Authority;
beforeAll(() => { authority = makeAuthority(join(directory, "authority")); });

const pfx = (options: Partial<Parameters<typeof makeServerPfx>[0]> = {}): ServerPfx => makeServerPfx({ directory, authority, ...options });
const readBytes = (content: Uint8Array, password: string | null) => readMaterial([{ name: "server.pfx", content: new Uint8Array(content) }], password ?? undefined);
const read = ({ file }: { readonly file: string }, password: string | null) => readBytes(readFileSync(file), password);
const encryptionOf = (content: Uint8Array): string | null => identify({ name: "server.pfx", content: new Uint8Array(content) }).encryption;
const refusal = async (promise: Promise<unknown>): Promise<LockstepError> => promise.then(() => { throw new Error("was accepted"); }, (error: unknown) => error as LockstepError);
const hasCommand = (name: string): boolean => { try { execFileSync("which", [name]); return true; } catch { return false; } };

describe("reading a PFX", () => {
  it.each<[Protection, string | null]>([
    ["modern", "AES-256 (SHA-256)"], ["legacy", "3DES (SHA-1)"], ["aes128-sha512", "AES-128 (SHA-512)"], ["bags-3des-2key", "3DES with two keys (SHA-1)"],
    ["no-mac", "AES-256 (no integrity check)"], ["unencrypted", null],
  ])("opens the %s protection and says so", async (protection, encryption) => {
    const made = pfx({ protection, chain: "full" });
    const material = await read(made, made.password);
    expect(material.certificates.map(thumbprint)).toEqual([made.thumbprint, authority.intermediate.thumbprint, authority.root.thumbprint]);
    expect(material.privateKeys).toEqual([keyDer(made.keyFile)]);
    expect(material).toMatchObject({ format: "pfx", encryption });
    expect(encryptionOf(readFileSync(made.file))).toBe(encryption);
  });

  it.each<KeyKind>(["rsa:2048", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519"])("gives the key of a %s certificate as openssl does", async (key) => {
    const made = pfx({ key });
    const { privateKeys } = await read(made, made.password);
    const byOpenssl = openssl(["pkcs12", "-in", made.file, "-nocerts", "-nodes", "-passin", `file:${made.passwordFile}`]);
    writeFileSync(join(directory, "openssl-key.pem"), byOpenssl);
    expect(privateKeys).toEqual([keyDer(join(directory, "openssl-key.pem"))]);
  });

  it.each(["contraseña", "Пароль", "密码とパスワード", "🔐 lock", " blanks at both ends ", "x".repeat(200)])("takes the password %j, modern and legacy", async (password) => {
    for (const protection of ["modern", "legacy"] as const) {
      const made = pfx({ password, protection });
      expect((await read(made, password)).privateKeys).toHaveLength(1);
    }
  });

  it("opens a file with an empty password whether or not one is given", async () => {
    for (const protection of ["modern", "legacy"] as const) {
      const made = pfx({ password: "", protection });
      expect((await read(made, null)).privateKeys).toHaveLength(1);
      expect((await read(made, "")).privateKeys).toHaveLength(1);
      expect((await refusal(read(made, "anything"))).code).toBe("password-wrong");
    }
  });

  it("opens 600,000 rounds, and leaves others their turn meanwhile", async () => {
    const made = pfx();
    const file = join(directory, "rounds.pfx");
    openssl(["pkcs12", "-export", "-in", made.certificateFile, "-inkey", made.keyFile, "-iter", "600000", "-passout", `file:${made.passwordFile}`, "-out", file]);
    let turns = 0;
    const timer = setInterval(() => { turns++; }, 1);
    expect((await read({ file }, made.password)).privateKeys).toHaveLength(1);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it("reads a file with a key and no certificate, and one with a certificate and no key", async () => {
    const made = pfx();
    const keyOnly = join(directory, "key-only.pfx");
    const certificateOnly = join(directory, "certificate-only.pfx");
    openssl(["pkcs12", "-export", "-nocerts", "-inkey", made.keyFile, "-passout", `file:${made.passwordFile}`, "-out", keyOnly]);
    openssl(["pkcs12", "-export", "-nokeys", "-in", made.certificateFile, "-passout", `file:${made.passwordFile}`, "-out", certificateOnly]);
    expect(await read({ file: keyOnly }, made.password)).toMatchObject({ certificates: [], privateKeys: [keyDer(made.keyFile)] });
    expect(await read({ file: certificateOnly }, made.password)).toMatchObject({ certificates: [made.der], privateKeys: [] });
  });

  it.runIf(hasCommand("keytool") && !quick)("reads a store of Java's with several keys and their certificates", async () => {
    const made = [pfx({ key: "rsa:2048", fileName: "one.pfx" }), pfx({ key: "ec:p384", fileName: "two.pfx" })];
    const store = join(directory, "several.p12");
    for (const [index, { file, passwordFile }] of made.entries()) {
      execFileSync("keytool", ["-importkeystore", "-noprompt", "-srckeystore", file, "-srcstoretype", "PKCS12", "-srcstorepass:file", passwordFile, "-srcalias", "1", "-destalias", `key-${index}`, "-destkeystore", store, "-deststoretype", "PKCS12", "-deststorepass:file", passwordFile], { stdio: "pipe" });
    }
    const { certificates, privateKeys } = await read({ file: store }, made[0]?.password ?? null);
    expect(privateKeys).toEqual(expect.arrayContaining(made.map(({ keyFile }) => keyDer(keyFile))));
    expect(certificates).toEqual(expect.arrayContaining(made.map(({ der }) => der)));
  });

  it.runIf(hasCommand("pk12util") && !quick)("reads what NSS exports, with its indefinite lengths", async () => {
    const made = pfx({ friendlyName: "server", key: "rsa:2048" });
    const database = `sql:${join(directory, "nss")}`;
    mkdirSync(join(directory, "nss"));
    const run = (program: string, ...arguments_: string[]) => execFileSync(program, arguments_, { stdio: "pipe" });
    run("certutil", "-N", "-d", database, "--empty-password");
    run("pk12util", "-i", made.file, "-d", database, "-w", made.passwordFile);
    const file = join(directory, "nss.p12");
    run("pk12util", "-o", file, "-n", "server", "-d", database, "-w", made.passwordFile, "-c", "AES-256-CBC", "-C", "AES-128-CBC");
    expect(readFileSync(file)[1]).toBe(0x80);
    const material = await read({ file }, made.password);
    expect(material.certificates.map(thumbprint)).toContain(made.thumbprint);
    expect(material.privateKeys).toEqual([keyDer(made.keyFile)]);
    expect(material.encryption).toBe("AES-256 and AES-128 (SHA-256)");
    expect((await refusal(read({ file }, "not it"))).code).toBe("password-wrong");
  });
});

describe("PBMAC1, the integrity check of RFC 9579", () => {
  const sha256 = "1.2.840.113549.2.9";
  const sha512 = "1.2.840.113549.2.11";

  /** What openssl wrote without a MAC, with one of PBMAC1 put after it by hand: PBKDF2 over the password in UTF-8 gives the HMAC's key. */
  function withPbmac1(password: string, { prf = sha256, hmac = sha256, keyLength }: { readonly prf?: string; readonly hmac?: string; readonly keyLength?: number }): Buffer {
    const made = pfx({ protection: "no-mac", password });
    const [, offset = ""] = /^ *(\d+):d=3 .*OCTET STRING/m.exec(openssl(["asn1parse", "-inform", "DER", "-in", made.file]).toString()) ?? [];
    const contentFile = join(directory, "authenticated.der");
    openssl(["asn1parse", "-inform", "DER", "-in", made.file, "-strparse", offset, "-noout", "-out", contentFile]);
    const content = readFileSync(contentFile);
    const names = { [sha256]: "sha256", [sha512]: "sha512" } as Readonly<Record<string, string>>;
    const key = pbkdf2Sync(password, new Uint8Array(8), 3000, keyLength ?? 32, names[prf] ?? "");
    const mac = createHmac(names[hmac] ?? "", key).update(content).digest();
    const pbmac1 = algorithm("1.2.840.113549.1.5.14", sequence(pbkdf2(3000, prf, keyLength), algorithm(hmac, nothing)));
    const whole = readFileSync(made.file);
    const safe = whole.subarray(4 + 3); // After the header and the version.
    return Buffer.from(sequence(integer(3), safe, sequence(sequence(pbmac1, octetString(mac)), octetString(Buffer.from("NOT USED")), integer(1))));
  }

  it.each([[sha256, sha256, 32, "SHA-256"], [sha512, sha256, 32, "SHA-256"], [sha512, sha512, 64, "SHA-512"]])("is verified with PRF %s and HMAC %s", async (prf, hmac, keyLength, name) => {
    for (const password of ["Fixture password 7", "Contraseña 🔐"]) {
      const bytes = withPbmac1(password, { prf, hmac, keyLength });
      expect(await readBytes(bytes, password)).toMatchObject({ encryption: `AES-256 (PBMAC1 with ${name})`, privateKeys: [expect.any(Uint8Array)] });
      expect((await refusal(readBytes(bytes, `${password} `))).code).toBe("password-wrong");
      expect((await refusal(readBytes(bytes, null))).code).toBe("password-needed");
    }
  });

  it("tells a file that was changed from a wrong password, and asks for the length of its key", async () => {
    const bytes = withPbmac1("secret", { keyLength: 32 });
    const mac = bytes.lastIndexOf(Buffer.from([0x04, 0x20])) + 10;
    bytes[mac] = (bytes[mac] ?? 0) ^ 1;
    expect(await refusal(readBytes(bytes, "secret"))).toMatchObject({ code: "certificate-unreadable", message: expect.stringContaining("the password is right") });
    expect(await refusal(readBytes(withPbmac1("secret", {}), "secret"))).toMatchObject({ code: "certificate-unreadable", message: expect.stringContaining("key length") });
  });
});

describe("what a PFX is refused for", () => {
  it("without a password says that one is needed, before and not after trying to guess", async () => {
    for (const protection of ["modern", "legacy", "no-mac", "unencrypted"] as const) expect((await refusal(read(pfx({ protection }), null))).code).toBe("password-needed");
  });

  it("a password with a trailing blank is reported as wrong, not as damage", async () => {
    for (const protection of ["modern", "legacy", "no-mac", "unencrypted"] as const) {
      const made = pfx({ protection });
      const { code, message, hint } = await refusal(read(made, `${made.password} `));
      expect(code).toBe("password-wrong");
      expect(message + hint).not.toContain(made.password);
    }
  });

  it("a file changed on its way is told from a wrong password, because the right one still opens its key", async () => {
    for (const protection of ["modern", "legacy"] as const) {
      const made = pfx({ protection });
      const bytes = readFileSync(made.file);
      const salt = bytes.lastIndexOf(Buffer.from([0x04, 0x08]));
      bytes[salt + 5] = (bytes[salt + 5] ?? 0) ^ 1; // The MAC's salt: the MAC no longer agrees, the content is whole.
      expect((await refusal(readBytes(bytes, made.password))).code).toBe("certificate-unreadable");
      expect((await refusal(readBytes(bytes, "another"))).code).toBe("password-wrong");
    }
  });

  it("names an encryption that it does not read, without asking for the password first", async () => {
    const made = pfx({ protection: "legacy" });
    const bytes = readFileSync(made.file);
    const tripleDes = Buffer.from("060a2a864886f70d010c0103", "hex"); // 1.2.840.113549.1.12.1.3
    const rc4 = Buffer.from(tripleDes);
    rc4[rc4.length - 1] = 1;
    rc4.copy(bytes, bytes.indexOf(tripleDes));
    const { code, message } = await refusal(readBytes(bytes, null));
    expect(code).toBe("cipher-unsupported");
    expect(message).toContain("RC4-128");
    expect(encryptionOf(bytes)).toBe("3DES and RC4-128 (SHA-1)");
  });

  it("a file cut short is reported with how much of it is there", async () => {
    const made = pfx();
    const bytes = readFileSync(made.file);
    const { code, message } = await refusal(readBytes(bytes.subarray(0, 700), made.password));
    expect(code).toBe("certificate-unreadable");
    expect(message).toContain(`700 of ${bytes.length} bytes`);
  });

  it("rounds beyond what any program writes are refused at once", async () => {
    const made = pfx();
    const file = join(directory, "many.pfx");
    openssl(["pkcs12", "-export", "-in", made.certificateFile, "-inkey", made.keyFile, "-iter", "70000", "-passout", `file:${made.passwordFile}`, "-out", file]);
    const many = readFileSync(file);
    const at = many.lastIndexOf(Buffer.from([0x02, 0x03, 0x01, 0x11, 0x70])); // 70,000, the MAC's rounds
    expect(at).toBeGreaterThan(0);
    many[at + 2] = 0x7f;
    const begin = performance.now();
    expect((await refusal(readBytes(many, made.password))).code).toBe("certificate-unreadable");
    expect(performance.now() - begin).toBeLessThan(500);
  });

  it("nesting beyond all measure is refused, not followed", async () => {
    let nested = Buffer.from([0x30, 0x00]);
    while (nested.length < 60_000) nested = Buffer.concat([Buffer.from([0x30, 0x82, nested.length >> 8, nested.length & 0xff]), nested]);
    expect((await refusal(readBytes(nested, "x"))).code).toBe("certificate-unreadable");
    const endless = Buffer.alloc(100_000, Buffer.from([0x30, 0x80]));
    expect((await refusal(readBytes(endless, "x"))).code).toBe("certificate-unreadable");
  });

  it("holds a certificate of another key pair without noticing: matching is another question", async () => {
    const stranger = makeCertificate(directory, authority.intermediate, { commonName: "other.example.org" });
    const made = makePfx(stranger, { directory, fileName: "stranger.pfx" });
    expect((await read(made, made.password)).certificates).toEqual([stranger.der]);
  });
});
