import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealKey } from "../../../app/certificates/key-encryption.ts";
import { writePem, type PemContent } from "../../../app/certificates/pem-writer.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { fixturePassword, keyDer, makeAuthority, makeCertificate, openssl, type Authority, type Issued, type KeyKind } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-pem-writer-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const hasCommand = (name: string): boolean => { try { execFileSync("which", [name]); return true; } catch { return false; } };
const kinds: readonly KeyKind[] = ["rsa:2048", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519"];

let authority: Authority;
let server: Issued;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = makeCertificate(directory, authority.intermediate);
});

const write = (leaf: Issued, options: Partial<PemContent> = {}): Promise<string> =>
  writePem({ certificates: [leaf.der, authority.intermediate.der], privateKey: keyDer(leaf.keyFile), password: null, ...options });

function saved(text: string, name = "written.pem"): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

const read = (text: string, password?: string) => readMaterial([{ name: "x.pem", content: new TextEncoder().encode(text) }], password);
const labels = (text: string): readonly string[] => [...text.matchAll(/-----BEGIN (.+?)-----/g)].map(([, label = ""]) => label);
const certificatesIn = (text: string) => (text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map((block) => new Uint8Array(new X509Certificate(block).raw));

describe("PEM that was written", () => {
  it("has the leaf first, then its chain, then the key, each under a line that says whose it is", async () => {
    const text = await write(server);
    expect(labels(text)).toEqual(["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]);
    expect(text.match(/^(?:Certificate|Private key).*$/gm)).toEqual([
      "Certificate of CN=clinic-7.example.org",
      "Certificate of CN=Fixture Issuing CA, O=Lockstep fixtures, C=BE",
      "Private key of CN=clinic-7.example.org",
    ]);
  });

  it("is ASCII in lines of at most 64 between the markers, ended by line feeds, as openssl writes it", async () => {
    const text = await write(server);
    expect(text).toMatch(/^[\x20-\x7e\n]+\n$/);
    expect(text).not.toMatch(/\n\n\n|\n\n$/);
    const [block = ""] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(text) ?? [];
    expect(block).toBe(openssl(["x509", "-in", server.certificateFile]).toString());
  });

  it.each(kinds)("gives openssl and our own reader a %s key as it was, in the clear and encrypted", async (kind) => {
    const leaf = makeCertificate(directory, authority.intermediate, { key: kind });
    const key = keyDer(leaf.keyFile);
    for (const password of [null, fixturePassword, "contraseña 🔐"]) {
      const text = await write(leaf, { password });
      expect(labels(text)).toEqual(["CERTIFICATE", "CERTIFICATE", password === null ? "PRIVATE KEY" : "ENCRYPTED PRIVATE KEY"]);
      const file = saved(text);
      writeFileSync(`${file}.password`, password ?? "");
      expect(new Uint8Array(openssl(["pkcs8", "-topk8", "-nocrypt", "-in", file, ...password === null ? [] : ["-passin", `file:${file}.password`], "-outform", "DER"]))).toEqual(key);
      expect(new Uint8Array(openssl(["x509", "-in", file, "-outform", "DER"]))).toEqual(leaf.der);
      expect(await read(text, password ?? undefined)).toMatchObject({
        format: "pem", encryption: password === null ? null : "AES-256 (SHA-256)", certificates: [leaf.der, authority.intermediate.der], privateKeys: [key],
      });
    }
    await expect(read(await write(leaf, { password: fixturePassword }), "not it")).rejects.toMatchObject({ code: "password-wrong" });
  });

  it("counts an empty password as none, because it protects nothing", async () => {
    expect(labels(await write(server, { password: "" }))).toContain("PRIVATE KEY");
  });

  it("holds certificates alone, a key alone, or several keys", async () => {
    expect(labels(await write(server, { privateKey: null }))).toEqual(["CERTIFICATE", "CERTIFICATE"]);
    const alone = await write(server, { certificates: [] });
    expect(alone.startsWith("Private key\n-----BEGIN PRIVATE KEY-----\n")).toBe(true);
    const other = makeCertificate(directory, authority.intermediate, { commonName: "other.example.org" });
    const both = await write(server, { certificates: [server.der, other.der], furtherKeys: [keyDer(other.keyFile)] });
    expect(both.match(/^Private key.*$/gm)).toEqual(["Private key of CN=clinic-7.example.org", "Private key of CN=other.example.org"]);
    expect((await read(both)).privateKeys).toEqual([keyDer(server.keyFile), keyDer(other.keyFile)]);
  });

  it("lets no subject end a line, look like a marker, or leave ASCII", async () => {
    const marker = "-----BEGIN CERTIFICATE-----";
    for (const [commonName, remark] of [
      [marker, /^Certificate of CN=(?:\\2D){4}-BEGIN CERTIFICATE(?:\\2D){4}-$/m],
      ["Clinique Saint-Élie 🔐", /^Certificate of CN=Clinique Saint-\\C3\\89lie \\F0\\9F\\94\\90$/m],
      [`a\nb\r\n${marker}`, /^Certificate of CN=a\\0Ab\\0D\\0A(?:\\2D){4}-BEGIN/m],
    ] as const) {
      // openssl itself takes a line end in a subject only as the bytes of a value.
      const odd = withSubject(commonName);
      const text = await writePem({ certificates: [odd.der, authority.intermediate.der], privateKey: keyDer(odd.keyFile), password: null });
      expect(text).toMatch(remark);
      expect(text).toMatch(/^[\x20-\x7e\n]+$/);
      expect(labels(text)).toEqual(["CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"]);
      expect((await read(text)).certificates).toEqual([odd.der, authority.intermediate.der]);
      expect(new Uint8Array(openssl(["x509", "-in", saved(text), "-outform", "DER"]))).toEqual(odd.der);
    }
    const long = withSubject("x".repeat(60), `/O=${"y".repeat(64)}/OU=${"z".repeat(64)}/L=${"v".repeat(100)}`);
    const lines = (await writePem({ certificates: [long.der], privateKey: null, password: null })).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(230);
  });
});

describe("PEM that was written, as others read it", () => {
  it("openssl finds the same certificates as those written, and a key that belongs to the first", async () => {
    const file = saved(await write(server, { certificates: [server.der, authority.intermediate.der, authority.root.der] }));
    const bundle = openssl(["crl2pkcs7", "-nocrl", "-certfile", file]);
    expect(certificatesIn(openssl(["pkcs7", "-print_certs"], bundle).toString())).toEqual([server.der, authority.intermediate.der, authority.root.der]);
    expect(openssl(["pkey", "-in", file, "-pubout"])).toEqual(openssl(["x509", "-in", file, "-noout", "-pubkey"]));
  });

  it.runIf(hasCommand("nginx"))("nginx takes the one file for its certificate and its key, in the clear and with a password file", async () => {
    for (const password of [null, fixturePassword]) {
      const file = saved(await write(server, { password }));
      writeFileSync(`${file}.password`, password ?? "");
      const configuration = saved([
        `pid ${join(directory, "nginx.pid")};`, "events {}", "http {", "access_log off;",
        ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((use) => `${use}_temp_path ${join(directory, use)};`), "server {", `listen unix:${join(directory, "nginx.sock")} ssl;`,
        `ssl_certificate ${file};`, `ssl_certificate_key ${file};`, ...password === null ? [] : [`ssl_password_file ${file}.password;`], "}", "}", "",
      ].join("\n"), "nginx.conf");
      const { status, stderr } = spawnSync("nginx", ["-t", "-p", directory, "-e", "stderr", "-c", configuration], { encoding: "utf8" });
      expect(stderr).toContain("test is successful");
      expect(status).toBe(0);
    }
  });

  it.runIf(hasCommand("certutil"))("NSS imports the leaf from it", async () => {
    const file = saved(await write(server, { privateKey: null, certificates: [server.der] }));
    const database = `sql:${mkdtempSync(join(directory, "nss-"))}`;
    execFileSync("certutil", ["-N", "-d", database, "--empty-password"], { stdio: "pipe" });
    execFileSync("certutil", ["-A", "-d", database, "-n", "server", "-t", ",,", "-a", "-i", file], { stdio: "pipe" });
    expect(new Uint8Array(execFileSync("certutil", ["-L", "-d", database, "-n", "server", "-r"], { stdio: "pipe" }))).toEqual(server.der);
  });

  it.runIf(hasCommand("certtool"))("GnuTLS reads the certificates and the encrypted key", async () => {
    const file = saved(await write(server, { password: fixturePassword }));
    expect(execFileSync("certtool", ["--certificate-info", "--infile", file], { stdio: "pipe" }).toString()).toContain("Subject: CN=clinic-7.example.org");
    const key = execFileSync("certtool", ["--key-info", "--infile", file, "--password", fixturePassword], { stdio: "pipe" }).toString();
    expect(key).toMatch(/^Public Key Info:\n\tPublic Key Algorithm: EC\/ECDSA$/m);
  });

  it.runIf(hasCommand("keytool"))("Java lists its certificates, where no key stands beside them", async () => {
    const file = saved(await write(server, { privateKey: null }));
    const printed = spawnSync("keytool", ["-printcert", "-rfc", "-file", file], { encoding: "utf8" });
    expect(certificatesIn(printed.stdout)).toEqual([server.der, authority.intermediate.der]);
  });
});

describe("a key that was sealed", () => {
  it("is PBES2 with AES-256 and at least 100,000 rounds of HMAC-SHA-256, in DER and PEM alike", async () => {
    const key = keyDer(server.keyFile);
    const { der, pem } = await sealKey(key, fixturePassword);
    const parsed = openssl(["asn1parse", "-inform", "DER"], der).toString();
    for (const part of ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc"]) expect(parsed).toContain(part);
    expect(Number.parseInt(/INTEGER\s+:([0-9A-F]+)/.exec(parsed)?.[1] ?? "", 16)).toBeGreaterThanOrEqual(100_000);
    const file = saved(pem, "sealed.pem");
    writeFileSync(`${file}.password`, fixturePassword);
    const opened = ["DER", "PEM"].map((form) => {
      const source = form === "PEM" ? file : join(directory, "sealed.der");
      if (form === "DER") writeFileSync(source, der);
      return new Uint8Array(openssl(["pkcs8", "-inform", form, "-in", source, "-passin", `file:${file}.password`, "-outform", "PEM"]));
    });
    for (const text of opened) expect((await read(new TextDecoder().decode(text))).privateKeys).toEqual([key]);
    expect((await readMaterial([{ name: "key.der", content: der }], fixturePassword)).privateKeys).toEqual([key]);
    expect(Buffer.from(der).includes(Buffer.from(key.subarray(-40)))).toBe(false);
    expect((await sealKey(key, fixturePassword)).der).not.toEqual(der);
    expect(readFileSync(file, "utf8")).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
  });
});

/** A self-signed certificate whose common name may hold anything, given to openssl as a configuration's value. */
function withSubject(commonName: string, more = ""): Issued {
  if (!/[\r\n]/.test(commonName)) return makeCertificate(directory, null, { commonName, subject: more, names: ["clinic-7.example.org"] });
  const made = makeCertificate(directory, null, { commonName: "@".repeat(Buffer.byteLength(commonName)), names: ["clinic-7.example.org"] });
  // The subject's bytes are put in place afterwards; a subject is read from a certificate whose signature nobody has checked.
  const der = Buffer.from(made.der);
  const filler = Buffer.from("@".repeat(Buffer.byteLength(commonName)));
  for (let at = der.indexOf(filler); at !== -1; at = der.indexOf(filler)) Buffer.from(commonName).copy(der, at);
  return { ...made, der: new Uint8Array(der) };
}
