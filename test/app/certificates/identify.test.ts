import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identificationSchema, type Identification } from "../../../app/certificates/certificate.ts";
import { identify } from "../../../app/certificates/identify.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { LockstepError } from "../../../app/errors.ts";
import { fixturePassword, makeAuthority, makeCertificate, openssl, type Authority, type Issued } from "../../fixtures/certificates.ts";
import { algorithm, integer, macData, octetString, pfx, sealedSafe, sequence } from "../../fixtures/der.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-identify-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let authority: Authority;
let server: Issued;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = makeCertificate(directory, authority.intermediate);
});

const told = (content: Uint8Array | string): Identification => {
  const identified = identify({ name: "server.file", content: typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content) });
  expect(identificationSchema.parse(identified)).toEqual(identified);
  return identified;
};
const codes = ({ findings }: Identification): readonly string[] => findings.map(({ code, severity }) => `${severity} ${code}`);
const exported = (...args: readonly string[]): Buffer => openssl(["pkcs12", "-export", "-legacy", "-in", server.certificateFile, "-inkey", server.keyFile, "-passout", `pass:${fixturePassword}`, ...args]);
const sealing = (key: string, certificates: string, mac: string): readonly string[] => ["-keypbe", key, "-certpbe", certificates, "-macalg", mac];
const refusal = (content: Uint8Array): string => {
  try {
    told(content);
    return "accepted";
  } catch (error) {
    return error instanceof LockstepError ? error.code : "a fault";
  }
};

describe("what a PFX is, told before any password", () => {
  it("OpenSSL's present default: Windows Server 2016 cannot open it, and how to convert it", () => {
    const modern = told(openssl(["pkcs12", "-export", "-in", server.certificateFile, "-inkey", server.keyFile, "-passout", "pass:x"]));
    expect(modern).toMatchObject({ name: "server.file", format: "pfx", encryption: "AES-256 (SHA-256)", needsPassword: true });
    expect(codes(modern)).toEqual(["information pfx-modern-encryption"]);
    const [finding] = modern.findings;
    expect(finding?.message).toContain("server.file is protected with AES-256 (SHA-256)");
    expect(finding?.message).toMatch(/Windows Server 2016 and older cannot open.*password is incorrect/);
    expect(finding?.hint).toContain("lockstep certificate convert FILE --to pfx-legacy --out F");
  });

  it("what any Windows opens has nothing to say against it", () => {
    expect(codes(told(exported(...sealing("PBE-SHA1-3DES", "PBE-SHA1-3DES", "sha1"))))).toEqual([]);
  });

  it("a newer hash alone is enough for older Windows to fail", () => {
    const identified = told(exported(...sealing("PBE-SHA1-3DES", "PBE-SHA1-3DES", "sha256")));
    expect(identified.encryption).toBe("3DES (SHA-256)");
    expect(codes(identified)).toEqual(["information pfx-modern-encryption"]);
    expect(told(exported(...sealing("NONE", "NONE", "sha256"))).findings[0]?.message).toContain("an integrity check by SHA-256");
  });

  it("encryption that anyone opens is said of the key, or of the certificates alone", () => {
    const certificates = told(exported(...sealing("PBE-SHA1-3DES", "PBE-SHA1-RC2-40", "sha1")));
    expect(codes(certificates)).toEqual(["warning pfx-weak-encryption"]);
    expect(certificates.findings[0]?.message).toMatch(/^The certificates in server\.file are encrypted with RC2-40.*private key is protected apart from them, with 3DES\.$/);
    const key = told(exported(...sealing("PBE-SHA1-RC2-40", "PBE-SHA1-RC2-40", "sha1")));
    expect(codes(key)).toEqual(["warning pfx-weak-encryption"]);
    expect(key.findings[0]?.message).toMatch(/^The private key in server\.file is encrypted with RC2-40/);
    expect(codes(told(exported(...sealing("DES-CBC", "DES-CBC", "sha1"))))).toEqual(["warning pfx-weak-encryption", "information pfx-modern-encryption"]);
  });

  it("a file without integrity check, and one with its key in the clear", () => {
    expect(codes(told(exported(...sealing("PBE-SHA1-3DES", "PBE-SHA1-3DES", "sha1"), "-nomac")))).toEqual(["warning pfx-no-mac"]);
    const open = told(exported(...sealing("NONE", "NONE", "sha1"), "-nomac"));
    expect(open).toMatchObject({ encryption: null, needsPassword: false });
    expect(codes(open)).toEqual(["warning pfx-no-mac", "information key-unencrypted"]);
    expect(told(exported(...sealing("NONE", "NONE", "sha1")))).toMatchObject({ encryption: null, needsPassword: true });
  });

  it("encryption that Lockstep does not read is named, and no password asked in vain", async () => {
    const rc4 = algorithm("1.2.840.113549.1.12.1.1", sequence(octetString(new Uint8Array(8)), integer(2048)));
    const content = pfx([sealedSafe(rc4, new Uint8Array(16))], macData("1.3.14.3.2.26", new Uint8Array(20), 2048));
    const identified = told(content);
    expect(identified.encryption).toBe("RC4-128 (SHA-1)");
    expect(codes(identified)).toEqual(["error encryption-unsupported", "warning pfx-weak-encryption"]);
    await expect(readMaterial([{ name: "server.pfx", content }], undefined)).rejects.toMatchObject({ code: "cipher-unsupported", message: expect.stringContaining("RC4-128") });
  });

  it("derives nothing: a file of 600,000 rounds is told at once", () => {
    const content = exported(...sealing("AES-256-CBC", "AES-256-CBC", "sha256"), "-iter", "600000");
    const from = performance.now();
    expect(told(content).needsPassword).toBe(true);
    expect(performance.now() - from).toBeLessThan(100);
  });
});

describe("what other files are", () => {
  it("certificates need no password and have nothing to say about it", () => {
    expect(told(server.der)).toEqual({ name: "server.file", format: "der", encryption: null, needsPassword: false, findings: [] });
    expect(told(readFileSync(authority.chainFile))).toMatchObject({ format: "pem", needsPassword: false, findings: [] });
    expect(told(openssl(["crl2pkcs7", "-nocrl", "-certfile", authority.chainFile, "-outform", "DER"]))).toMatchObject({ format: "pkcs7", needsPassword: false });
    expect(told(openssl(["req", "-new", "-key", server.keyFile, "-subj", "/CN=x"]))).toMatchObject({ format: "pem", needsPassword: false, findings: [] });
  });

  it("a key in the clear is said once, in PEM and in DER", () => {
    const key = readFileSync(server.keyFile, "utf8");
    expect(codes(told(key + readFileSync(server.certificateFile, "utf8") + key))).toEqual(["information key-unencrypted"]);
    expect(codes(told(openssl(["pkey", "-in", server.keyFile, "-outform", "DER"])))).toEqual(["information key-unencrypted"]);
  });

  it("a sealed key tells its encryption, weak ones with a warning", () => {
    const sealed = (...args: readonly string[]) => openssl(["pkcs8", "-topk8", "-provider", "default", "-provider", "legacy", "-in", server.keyFile, "-passout", "pass:x", ...args]);
    expect(told(sealed())).toEqual({ name: "server.file", format: "pem", encryption: "AES-256 (SHA-256)", needsPassword: true, findings: [] });
    expect(told(sealed("-scrypt", "-outform", "DER"))).toMatchObject({ format: "der", encryption: "AES-256 (scrypt)", needsPassword: true });
    const weak = told(sealed("-v1", "PBE-MD5-DES"));
    expect(weak.encryption).toBe("DES (MD5)");
    expect(codes(weak)).toEqual(["warning key-weak-encryption"]);
    const dek = told(openssl(["pkey", "-provider", "default", "-provider", "legacy", "-in", server.keyFile, "-traditional", "-des-cbc", "-passout", "pass:x"]));
    expect(dek).toMatchObject({ encryption: "DES (MD5)", needsPassword: true });
  });

  it("what is no certificate file is refused as reading refuses it", () => {
    expect(refusal(new Uint8Array())).toBe("file-empty");
    expect(refusal(new TextEncoder().encode("Dear colleague"))).toBe("certificate-unreadable");
    expect(refusal(server.der.subarray(0, 100))).toBe("certificate-unreadable");
    expect(() => told(Uint8Array.of(0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2))).toThrow(/Java key store.*keytool/);
  });
});

describe("what is told before the password", () => {
  it("stands with the material as well", async () => {
    const content = new Uint8Array(exported(...sealing("AES-256-CBC", "PBE-SHA1-RC2-40", "sha256")));
    const { findings, encryption } = await readMaterial([{ name: "server.file", content }], fixturePassword);
    expect({ findings, encryption }).toEqual({ findings: told(content).findings, encryption: told(content).encryption });
    expect(findings.map(({ code }) => code)).toEqual(["pfx-weak-encryption", "pfx-modern-encryption"]);
  });
});
