import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LockstepError } from "../../../app/errors.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { fixturePassword, keyDer, makeAuthority, makeCertificate, makeKey, openssl, type Authority, type Issued } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-pem-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let authority: Authority;
let server: Issued;
let rsa: Issued;
let certificate: string;
let key: string;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = makeCertificate(directory, authority.intermediate);
  rsa = makeCertificate(directory, authority.intermediate, { key: "rsa:2048" });
  certificate = readFileSync(server.certificateFile, "utf8");
  key = readFileSync(server.keyFile, "utf8");
});

const bytes = (content: string | Uint8Array): Uint8Array => (typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content));
const read = (content: string | Uint8Array, password?: string) => readMaterial([{ name: "server.pem", content: bytes(content) }], password);
const refusal = async (promise: Promise<unknown>): Promise<LockstepError> => promise.then(() => { throw new Error("was accepted"); }, (error: unknown) => error as LockstepError);
const pair = () => ({ format: "pem", certificates: [server.der], privateKeys: [keyDer(server.keyFile)] });

describe("reading PEM", () => {
  it("takes certificate and key in either order", async () => {
    expect(await read(certificate + key)).toMatchObject({ ...pair(), encryption: null });
    expect(await read(key + certificate)).toMatchObject(pair());
  });

  it("takes a bundle in any order, and each certificate once", async () => {
    const [intermediate, root] = [authority.intermediate, authority.root].map(({ certificateFile }) => readFileSync(certificateFile, "utf8"));
    const { certificates, privateKeys } = await read(`${root ?? ""}${key}${certificate}${intermediate ?? ""}${certificate}${key}`);
    expect(certificates).toEqual([authority.root.der, server.der, authority.intermediate.der]);
    expect(privateKeys).toHaveLength(1);
  });

  it.each<[string, (text: string) => string | Uint8Array]>([
    ["Windows line ends", (text) => text.replaceAll("\n", "\r\n")],
    ["old Macintosh line ends", (text) => text.replaceAll("\n", "\r")],
    ["a byte order mark", (text) => `\uFEFF${text}`],
    ["UTF-16 with its mark, as PowerShell's > writes it", (text) => Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16 without a mark", (text) => Buffer.from(text, "utf16le")],
    ["big-endian UTF-16", (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
    ["text before, between and after", (text) => `0 s:CN=x\nThe server's files:\n\n${text}\n-- \nKind regards`],
    ["indented lines, as in YAML", (text) => text.replace(/^/gm, "    ")],
    ["blanks at the ends of lines and empty lines", (text) => text.replaceAll("\n", " \t\n\n")],
    ["line ends written as \\n, as in an environment variable", (text) => text.trim().replaceAll("\n", "\\n")],
    ["everything on one line", (text) => text.replaceAll("\n", " ")],
  ])("takes %s", async (_, dress) => {
    expect(await read(dress(certificate + key))).toMatchObject(pair());
  });

  it("takes what openssl writes: Bag Attributes, TRUSTED and X509 labels, text before the certificate", async () => {
    const file = join(directory, "bag.pfx");
    openssl(["pkcs12", "-export", "-in", server.certificateFile, "-inkey", server.keyFile, "-name", "-----BEGIN of a name", "-passout", "pass:x", "-out", file]);
    expect(await read(openssl(["pkcs12", "-in", file, "-nodes", "-passin", "pass:x"]).toString().replace("-----BEGIN of", "of"))).toMatchObject(pair());
    expect(await read(openssl(["x509", "-in", server.certificateFile, "-trustout", "-addtrust", "serverAuth", "-text"]).toString() + key)).toMatchObject(pair());
    expect(await read(certificate.replaceAll(" CERTIFICATE", " X509 CERTIFICATE") + key)).toMatchObject(pair());
  });

  it("takes keys as PKCS #8, PKCS #1 and SEC 1, with the curve before the key or not", async () => {
    const pkcs1 = openssl(["rsa", "-in", rsa.keyFile, "-traditional"]).toString();
    expect(pkcs1).toContain("BEGIN RSA PRIVATE KEY");
    expect((await read(pkcs1)).privateKeys).toEqual([keyDer(rsa.keyFile)]);
    const sec1 = openssl(["ec", "-in", server.keyFile]).toString();
    expect(sec1).toContain("BEGIN EC PRIVATE KEY");
    expect((await read(sec1)).privateKeys).toEqual([keyDer(server.keyFile)]);
    const withParameters = openssl(["ecparam", "-name", "secp384r1", "-genkey"]).toString();
    expect(withParameters).toContain("BEGIN EC PARAMETERS");
    writeFileSync(join(directory, "parameters.pem"), withParameters);
    expect((await read(withParameters)).privateKeys).toEqual([keyDer(join(directory, "parameters.pem"))]);
  });

  it("takes a PKCS #7 bundle and passes over requests, parameters, public keys and revocation lists", async () => {
    const p7 = openssl(["crl2pkcs7", "-nocrl", "-certfile", authority.chainFile]).toString();
    expect((await read(p7)).certificates).toEqual([authority.intermediate.der, authority.root.der]);
    const others = openssl(["pkey", "-in", server.keyFile, "-pubout"]).toString()
      + openssl(["req", "-new", "-key", server.keyFile, "-subj", "/CN=x"]).toString();
    expect(await read(others + certificate + key)).toMatchObject(pair());
    expect(await read(others)).toMatchObject({ certificates: [], privateKeys: [] });
  });
});

describe("blocks that hold more than their label says", () => {
  it("takes a list of certificates that is labelled as one, as Windows' authorities send it", async () => {
    const p7 = openssl(["crl2pkcs7", "-nocrl", "-certfile", authority.chainFile]).toString();
    expect(await read(p7.replaceAll("PKCS7", "CERTIFICATE"))).toMatchObject({ format: "pem", certificates: [authority.intermediate.der, authority.root.der] });
  });

  it("takes a PFX as text, as GnuTLS writes it", async () => {
    const file = join(directory, "text.pfx");
    openssl(["pkcs12", "-export", "-in", server.certificateFile, "-inkey", server.keyFile, "-passout", "pass:x", "-out", file]);
    const text = `-----BEGIN PKCS12-----\n${readFileSync(file).toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PKCS12-----\n`;
    expect(await read(text, "x")).toMatchObject({ ...pair(), format: "pfx" });
    expect((await refusal(read(text, "y"))).code).toBe("password-wrong");
    expect(await read(text + readFileSync(authority.chainFile, "utf8"), "x")).toMatchObject({ format: "pem", certificates: [server.der, authority.intermediate.der, authority.root.der] });
  });
});

describe("encrypted keys in PEM", () => {
  const legacy = ["-provider", "default", "-provider", "legacy"];
  const sealed = (...arguments_: string[]): string => openssl(["pkcs8", "-topk8", ...legacy, "-in", server.keyFile, "-passout", `pass:${fixturePassword}`, ...arguments_]).toString();

  it.each<[string, readonly string[], string]>([
    ["AES-256", ["-v2", "aes-256-cbc"], "AES-256 (SHA-256)"],
    ["AES-192", ["-v2", "aes-192-cbc"], "AES-192 (SHA-256)"],
    ["AES-128 with SHA-512", ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"], "AES-128 (SHA-512)"],
    ["AES-256 with SHA-1", ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"], "AES-256 (SHA-1)"],
    ["3DES", ["-v2", "des3"], "3DES (SHA-256)"],
    ["3DES as PKCS #12 has it", ["-v1", "PBE-SHA1-3DES"], "3DES (SHA-1)"],
    ["scrypt", ["-scrypt"], "AES-256 (scrypt)"],
    ["RC2 in PBES2", ["-v2", "rc2"], "RC2-128 (SHA-256)"],
    ["DES with MD5, PKCS #5's oldest", ["-v1", "PBE-MD5-DES"], "DES (MD5)"],
    ["RC2 with SHA-1, of PKCS #5", ["-v1", "PBE-SHA1-RC2-64"], "RC2-64 (SHA-1)"],
    ["RC2 as PKCS #12 has it", ["-v1", "PBE-SHA1-RC2-40"], "RC2-40 (SHA-1)"],
  ])("opens PKCS #8 with %s", async (_, arguments_, encryption) => {
    const text = sealed(...arguments_);
    expect(text).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect(await read(certificate + text, fixturePassword)).toMatchObject({ ...pair(), encryption });
    expect((await refusal(read(certificate + text, `${fixturePassword}!`))).code).toBe("password-wrong");
    expect((await refusal(read(certificate + text))).code).toBe("password-needed");
  });

  it.each([["aes128", "AES-128"], ["aes192", "AES-192"], ["aes256", "AES-256"], ["des3", "3DES"], ["des", "DES"], ["rc2-cbc", "RC2-128"], ["rc2-64-cbc", "RC2-64"], ["rc2-40-cbc", "RC2-40"]])("opens an old key with DEK-Info %s", async (cipher, name) => {
    const text = openssl(["ec", ...legacy, "-in", server.keyFile, `-${cipher}`, "-passout", `pass:${fixturePassword}`]).toString();
    expect(text).toContain("DEK-Info");
    for (const variant of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r"), text.replace(/^/gm, "  ")]) {
      expect(await read(certificate + variant, fixturePassword)).toMatchObject({ ...pair(), encryption: `${name} (MD5)` });
    }
    expect((await refusal(read(certificate + text, "wrong"))).code).toBe("password-wrong");
    expect((await refusal(read(certificate + text))).code).toBe("password-needed");
  });

  it("names a cipher that it does not read", async () => {
    const text = openssl(["ec", "-in", server.keyFile, "-camellia256", "-passout", `pass:${fixturePassword}`]).toString();
    expect(await refusal(read(text, fixturePassword))).toMatchObject({ code: "cipher-unsupported", message: expect.stringContaining("CAMELLIA-256-CBC") });
  });
});

describe("damaged PEM", () => {
  it("says at which line the damaged part begins", async () => {
    const error = await refusal(read(`first line\n${certificate}${key.replace(/\n.{20}/, "\n!!!!")}`));
    expect(error.code).toBe("certificate-unreadable");
    expect(error.message).toContain(`line ${1 + certificate.split("\n").length}`);
  });

  it("says that a part without an end was cut short", async () => {
    expect(await refusal(read(certificate.slice(0, 300)))).toMatchObject({ code: "certificate-unreadable", message: expect.stringContaining("no end") });
  });

  it("shows nothing of a damaged key", async () => {
    const damaged = key.replace(/(?<=KEY-----\n.{40})..../, "AAAA");
    const { message, hint } = await refusal(read(damaged));
    for (const line of damaged.split("\n").filter((part) => /^[A-Za-z0-9+/=]{8,}$/.test(part))) expect(message + hint).not.toContain(line.slice(0, 16));
  });

  it("says of a key for SSH that it is one", async () => {
    const text = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
    expect((await refusal(read(text))).message).toContain("SSH");
  });

  it("a thousand parts are the most that is read, and are read in no time", async () => {
    const begin = performance.now();
    expect((await refusal(read(`${"x\n".repeat(1000)}${certificate}`.repeat(1001)))).code).toBe("certificate-unreadable");
    expect(performance.now() - begin).toBeLessThan(3000);
  });

  it("keys of every kind come out as openssl's own PKCS #8", async () => {
    for (const kind of ["ec:p521", "ed25519", "rsa-pss:2048"] as const) {
      const file = makeKey(join(directory, `${kind.replace(":", "-")}.pem`), kind);
      expect((await read(readFileSync(file))).privateKeys).toEqual([keyDer(file)]);
    }
  });
});
