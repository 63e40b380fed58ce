import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectionSchema } from "../../../app/certificates/certificate.ts";
import { inspect } from "../../../app/certificates/inspect.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { certificateFileLimit } from "../../../app/contract.ts";
import { LockstepError } from "../../../app/errors.ts";
import { fixturePassword, keyDer, makeAuthority, makeCertificate, makePfx, openssl, type Authority, type Issued } from "../../fixtures/certificates.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-read-"));
afterAll(() => { rmSync(directory, { recursive: true }); });
const runs = propertyRuns(300);

let authority: Authority;
let server: Issued;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = makeCertificate(directory, authority.intermediate);
});

const read = (content: Uint8Array, password?: string, name = "file") => readMaterial([{ name, content: new Uint8Array(content) }], password);
const code = async (promise: Promise<unknown>): Promise<string> => promise.then(() => "accepted", (error: unknown) => (error as LockstepError).code);

describe("what a file holds is told by its content", () => {
  it("reads DER certificates and keys in every form, whatever the file is called", async () => {
    expect(await read(server.der, undefined, "really.txt")).toMatchObject({ format: "der", certificates: [server.der], privateKeys: [] });
    const rsa = makeCertificate(directory, authority.intermediate, { key: "rsa:2048" });
    expect((await read(keyDer(server.keyFile))).privateKeys).toEqual([keyDer(server.keyFile)]);
    expect((await read(openssl(["ec", "-in", server.keyFile, "-outform", "DER"]))).privateKeys).toEqual([keyDer(server.keyFile)]);
    expect((await read(openssl(["rsa", "-in", rsa.keyFile, "-traditional", "-outform", "DER"]))).privateKeys).toEqual([keyDer(rsa.keyFile)]);
    const sealed = openssl(["pkcs8", "-topk8", "-in", server.keyFile, "-passout", "pass:secret", "-outform", "DER"]);
    expect(await read(sealed, "secret")).toMatchObject({ encryption: "AES-256 (SHA-256)", privateKeys: [keyDer(server.keyFile)] });
    expect(await code(read(sealed))).toBe("password-needed");
    expect(await code(read(sealed, "Secret"))).toBe("password-wrong");
  });

  it("reads PKCS #7", async () => {
    const p7 = openssl(["crl2pkcs7", "-nocrl", "-certfile", authority.chainFile, "-outform", "DER"]);
    expect(await read(p7)).toMatchObject({ format: "pkcs7", certificates: [authority.intermediate.der, authority.root.der] });
  });

  it("reads base64 without a header", async () => {
    expect((await read(Buffer.from(Buffer.from(server.der).toString("base64")))).certificates).toEqual([server.der]);
    const made = makePfx(server, { directory, authority });
    const text = (readFileSync(made.file).toString("base64").match(/.{1,76}/g) ?? []).join("\r\n");
    expect(await read(Buffer.from(text), made.password)).toMatchObject({ format: "pfx", certificates: [server.der, authority.intermediate.der] });
  });

  it("lets zeros and line ends follow, as some transports add them", async () => {
    expect((await read(Buffer.concat([server.der, Buffer.from("\r\n")]))).certificates).toEqual([server.der]);
    expect(await code(read(Buffer.concat([server.der, Buffer.from("more")])))).toBe("certificate-unreadable");
  });

  it("puts several files together and takes each certificate and key once", async () => {
    const made = makePfx(server, { directory, authority });
    const files = [server.certificateFile, made.file, server.keyFile, authority.chainFile].map((name) => ({ name, content: new Uint8Array(readFileSync(name)) }));
    expect(await readMaterial(files, made.password)).toMatchObject({
      format: "pem", encryption: "AES-256 (SHA-256)",
      certificates: [server.der, authority.intermediate.der, authority.root.der], privateKeys: [keyDer(server.keyFile)],
    });
  });

  it("takes leaf, intermediates and sealed key given apart, and a file in the clear beside a sealed one", async () => {
    const sealed = openssl(["pkcs8", "-topk8", "-in", server.keyFile, "-passout", "pass:secret"]);
    const bare = join(directory, "bare.pfx");
    openssl(["pkcs12", "-export", "-nokeys", "-in", authority.chainFile, "-certpbe", "NONE", "-nomac", "-passout", "pass:", "-out", bare]);
    const files = [new Uint8Array(sealed), server.der, readFileSync(bare)].map((content, index) => ({ name: `file ${index}`, content: new Uint8Array(content) }));
    const whole = { certificates: [server.der, authority.intermediate.der, authority.root.der], privateKeys: [keyDer(server.keyFile)], encryption: "AES-256 (SHA-256)" };
    expect(await readMaterial(files, "secret")).toMatchObject(whole);
    await expect(readMaterial(files, undefined)).rejects.toMatchObject({ code: "password-needed", message: expect.stringContaining("file 0") });
    await expect(readMaterial(files, "Secret")).rejects.toMatchObject({ code: "password-wrong", message: expect.stringContaining("file 0") });
  });

  it("a certificate request holds nothing to serve with", async () => {
    const request = openssl(["req", "-new", "-key", server.keyFile, "-subj", "/CN=x", "-outform", "DER"]);
    expect(await read(request)).toMatchObject({ certificates: [], privateKeys: [] });
    expect(await code(inspect([{ name: "x.csr", content: new Uint8Array(request) }], undefined, new Date()))).toBe("certificate-missing");
  });
});

describe("bad input", () => {
  it("an empty file, one too large and text that is none of it are refused at once with their codes", async () => {
    const begin = performance.now();
    expect(await code(read(new Uint8Array()))).toBe("file-empty");
    expect(await code(read(new Uint8Array(certificateFileLimit + 1)))).toBe("file-too-large");
    expect(await code(read(Buffer.from("Dear colleague, please find the certificate attached.")))).toBe("certificate-unreadable");
    expect(await code(read(randomBytes(1_000_000)))).toBe("certificate-unreadable");
    expect(await code(read(Buffer.concat([Buffer.from([0x30, 0x83, 0x98, 0x96, 0x7b]), randomBytes(9_999_995)])))).toBe("certificate-unreadable");
    expect(await code(read(Buffer.alloc(certificateFileLimit, "A")))).toBe("certificate-unreadable");
    expect(await code(read(Buffer.alloc(certificateFileLimit, "-----BEGIN ")))).toBe("certificate-unreadable");
    expect(await code(read(Buffer.alloc(certificateFileLimit, "\n")))).toBe("certificate-unreadable");
    expect(await code(read(Buffer.alloc(certificateFileLimit, Buffer.from([0x30, 0x80]))))).toBe("certificate-unreadable");
    expect(performance.now() - begin).toBeLessThan(8000);
  });

  it("every file cut short is refused, and named", async () => {
    const made = makePfx(server, { directory, authority });
    const pfx = readFileSync(made.file);
    const pem = readFileSync(server.certificateFile);
    for (const whole of [pfx, Buffer.from(server.der), Buffer.from(keyDer(server.keyFile))]) {
      for (let length = 1; length < whole.length; length += Math.ceil(whole.length / 60)) expect(await code(read(whole.subarray(0, length), made.password))).toBe("certificate-unreadable");
    }
    for (let length = 1; length < pem.length - 2; length += 17) expect(await code(read(pem.subarray(0, length)))).toBe("certificate-unreadable");
    await expect(read(pfx.subarray(0, 500), made.password, "cut.pfx")).rejects.toThrow(/^cut\.pfx cannot be read/);
  });

  it("bytes changed anywhere give material or a plain error, never a fault, a secret or a wait", async () => {
    const modern = makePfx(server, { directory, authority, fileName: "modern.pfx" });
    const legacy = makePfx(server, { directory, authority, fileName: "legacy.pfx", protection: "legacy" });
    const open = makePfx(server, { directory, authority, fileName: "open.pfx", protection: "unencrypted" });
    const noMac = makePfx(server, { directory, authority, fileName: "no-mac.pfx", protection: "no-mac" });
    const clear = Buffer.concat([readFileSync(server.certificateFile), readFileSync(server.keyFile)]);
    const sealed = openssl(["pkcs8", "-topk8", "-in", server.keyFile, "-passout", `pass:${fixturePassword}`]);
    const dek = openssl(["ec", "-in", server.keyFile, "-aes256", "-passout", `pass:${fixturePassword}`]);
    const p7 = openssl(["crl2pkcs7", "-nocrl", "-certfile", authority.chainFile, "-outform", "DER"]);
    const originals = [...[modern, legacy, open, noMac].map(({ file }) => readFileSync(file)), clear, sealed, dek, p7, server.der, keyDer(server.keyFile)];
    const keyText = readFileSync(server.keyFile, "utf8").split("\n")[1] ?? "";
    const change = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), to: fc.nat(255) });
    await fc.assert(fc.asyncProperty(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 4 }), async (original, changes) => {
      const bytes = new Uint8Array(original);
      for (const { at, to } of changes) bytes[Math.floor(at * bytes.length)] = to;
      const begin = performance.now();
      try {
        const inspection = await inspect([{ name: "changed", content: bytes }], fixturePassword, new Date());
        expect(inspectionSchema.safeParse(inspection).success).toBe(true);
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        const said = JSON.stringify(error.report());
        expect(error.code).not.toBe("internal");
        expect(said).not.toContain(fixturePassword);
        expect(said).not.toContain(keyText.slice(10, 30));
      }
      expect(performance.now() - begin).toBeLessThan(20_000);
    }), { numRuns: runs });
  }, 600_000);

  it("random bytes behind any first byte are refused, not crashed on", async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(0x30, 0x2d, 0xff, 0xfe, 0x00, 0x4d), fc.uint8Array({ maxLength: 400 }), async (first, rest) => {
      expect(["certificate-unreadable", "accepted"]).toContain(await code(read(new Uint8Array([first, ...rest]), "x")));
    }), { numRuns: runs });
  });
});
