import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Material } from "../../../app/certificates/certificate.ts";
import { inspectionSchema } from "../../../app/certificates/certificate.ts";
import { inspect } from "../../../app/certificates/inspect.ts";
import { selectServerCertificate } from "../../../app/certificates/server-certificate.ts";
import { provesKey } from "../../../app/certificates/sign-proof.ts";
import { suitability } from "../../../app/certificates/suitability.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { keyDer, makeAuthority, makeCertificate, makeKey, makePfx, openssl, type Authority, type CertificateOptions, type Issued } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-server-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const now = new Date(Date.now() + 60_000); // What these tests make must have begun by then.
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);
/** Within what browsers take of a public authority. */
const ordinary: CertificateOptions = { notAfter: days(180) };
const ended: CertificateOptions = { notBefore: days(-100), notAfter: days(-10) };
const notBegun: CertificateOptions = { notBefore: days(10), notAfter: days(100) };

let authority: Authority;
let server: Issued;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = issue();
});

const issue = (options: CertificateOptions = {}): Issued => makeCertificate(directory, authority.intermediate, { ...ordinary, ...options });
const material = (certificates: readonly Issued[], keys: readonly Issued[]): Material =>
  ({ format: "pem", encryption: null, findings: [], certificates: certificates.map(({ der }) => der), privateKeys: keys.map(({ keyFile }) => keyDer(keyFile)) });
const select = (certificates: readonly Issued[], keys: readonly Issued[], allowExpired = false) =>
  selectServerCertificate(material(certificates, keys), { now, allowExpired, fileName: "server.pfx" });
const refusal = (work: () => unknown): LockstepError => { try { work(); } catch (error) { return error as LockstepError; } throw new Error("was accepted"); };
const codes = (issued: Issued, options: { readonly hostName?: string; readonly issuers?: readonly Issued[] } = {}): readonly string[] =>
  suitability(issued.der, { now, hostName: options.hostName, issuers: options.issuers?.map(({ der }) => der) }).map(({ code }) => code);

describe("choosing the server certificate", () => {
  it("takes the leaf that has a key, its intermediates nearest first, and leaves the root out", () => {
    const second = makeCertificate(directory, authority.intermediate, { commonName: "Second CA", isAuthority: true, names: [], extendedKeyUsage: null });
    const leaf = makeCertificate(directory, second, ordinary);
    const chosen = select([authority.root, authority.intermediate, second, server, leaf], [leaf]);
    expect(chosen.leaf).toEqual(leaf.der);
    expect(chosen.intermediates).toEqual([second.der, authority.intermediate.der]);
    expect(chosen.chain.map(({ thumbprint, role }) => [thumbprint, role])).toEqual([
      [leaf.thumbprint, "leaf"], [second.thumbprint, "intermediate"], [authority.intermediate.thumbprint, "intermediate"], [authority.root.thumbprint, "root"],
    ]);
    expect(chosen.certificate).toMatchObject({ thumbprint: leaf.thumbprint, hasPrivateKey: true, role: "leaf" });
    expect(chosen.privateKey).toEqual(keyDer(leaf.keyFile));
    expect(chosen.findings).toEqual([]);
  });

  it("is not misled by an issuer of the same name with another key", () => {
    const impostor = makeAuthority(join(directory, "impostor"));
    const chosen = select([impostor.intermediate, impostor.root, authority.intermediate, server], [server]);
    expect(chosen.intermediates).toEqual([authority.intermediate.der]);
  });

  it("of a certificate and its renewal for one key takes the one that is valid now", () => {
    const key = { key: "ec:p256", keyFile: server.keyFile } as const;
    expect(select([issue({ ...key, ...ended }), server, issue({ ...key, ...notBegun })], [server]).leaf).toEqual(server.der);
  });

  it("a key may lie elsewhere, in the machine's store", () => {
    const chosen = selectServerCertificate(material([server], []), { now, allowExpired: false, fileName: "store", keyElsewhere: true });
    expect(chosen.certificate).toMatchObject({ thumbprint: server.thumbprint, hasPrivateKey: true });
    expect("privateKey" in chosen).toBe(false);
  });

  it.each<[string, () => readonly [readonly Issued[], readonly Issued[]], string]>([
    ["nothing", () => [[], []], "certificate-missing"],
    ["a key alone", () => [[], [server]], "certificate-missing"],
    ["a certificate without its key", () => [[server, authority.intermediate], []], "private-key-missing"],
    ["a certificate with another's key", () => [[server], [authority.root]], "private-key-mismatch"],
    ["an authority alone", () => [[authority.root], []], "certificate-not-for-servers"],
    ["an authority with its key", () => [[authority.root], [authority.root]], "certificate-not-for-servers"],
    ["an intermediate with its key", () => [[authority.intermediate], [authority.intermediate]], "certificate-not-for-servers"],
    ["a client's certificate", () => { const client = issue({ extendedKeyUsage: "clientAuth" }); return [[client], [client]]; }, "certificate-not-for-servers"],
    ["two servers with their keys", () => { const other = issue(); return [[server, other], [server, other]]; }, "leaf-ambiguous"],
    ["one that has ended", () => { const one = issue(ended); return [[one], [one]]; }, "certificate-expired"],
    ["one that has not begun", () => { const one = issue(notBegun); return [[one], [one]]; }, "certificate-not-yet-valid"],
  ])("of %s says so", (_, make, code) => {
    const [certificates, keys] = make();
    expect(refusal(() => select(certificates, keys))).toMatchObject({ code });
  });

  it("takes one that has ended or not begun only when told to, and still says it", () => {
    const one = issue(ended);
    expect(select([one], [one], true).findings).toContainEqual(expect.objectContaining({ code: "certificate-expired", severity: "error" }));
    const other = issue(notBegun);
    expect(select([other], [other], true).findings).toContainEqual(expect.objectContaining({ code: "certificate-not-yet-valid", severity: "error" }));
  });

  it("takes a home-made certificate, also one that openssl marked as an authority unasked", () => {
    const proper = makeCertificate(directory, null);
    const marked = makeCertificate(directory, null, { isAuthority: true, extendedKeyUsage: null });
    const key = makeKey(join(directory, "home.pem"), "ec:p256");
    const home = openssl(["req", "-x509", "-new", "-key", key, "-subj", "/CN=clinic-7.example.org", "-days", "90", "-outform", "DER"]);
    for (const one of [proper, marked, { ...server, der: new Uint8Array(home), keyFile: key }]) {
      const chosen = select([one], [one]);
      expect(chosen).toMatchObject({ leaf: one.der, intermediates: [], certificate: { role: "leaf" } });
      expect(chosen.findings).toContainEqual(expect.objectContaining({ code: "self-signed", severity: "information" }));
    }
    const authorityByName = openssl(["req", "-x509", "-new", "-key", key, "-subj", "/CN=Clinic Root CA", "-days", "90", "-outform", "DER"]);
    expect(refusal(() => select([{ ...server, der: new Uint8Array(authorityByName), keyFile: key }], [{ ...server, keyFile: key }])).code).toBe("certificate-not-for-servers");
  });

  it("a key that fits by name but no longer signs is damage", () => {
    const rsa = issue({ key: "rsa:2048" });
    const pkcs8 = Uint8Array.from(keyDer(rsa.keyFile));
    for (const at of [400, 620, 760]) pkcs8.set([1, 2, 3, 4], at); // Exponent and primes; the modulus, and so the public key, stay.
    expect(provesKey(rsa.der, pkcs8)).toBe(false);
    expect(refusal(() => selectServerCertificate({ ...material([rsa], []), privateKeys: [pkcs8] }, { now, allowExpired: false, fileName: "server.pfx" })).code)
      .toBe("certificate-unreadable");
  });
});

describe("the proof by signature", () => {
  it.each(["rsa:2048", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519", "ed448"] as const)("holds for a %s key and its certificate only", (key) => {
    const one = issue({ key });
    const other = issue({ key });
    expect(provesKey(one.der, keyDer(one.keyFile))).toBe(true);
    expect(provesKey(one.der, keyDer(other.keyFile))).toBe(false);
    expect(provesKey(one.der, keyDer(server.keyFile))).toBe(key === "ec:p256" && one.thumbprint === server.thumbprint);
    expect(provesKey(one.der, new Uint8Array(50))).toBe(false);
  });
});

describe("suitability", () => {
  it("has nothing to say of a good certificate with its chain", () => {
    expect(codes(server, { hostName: "clinic-7.example.org", issuers: [authority.intermediate] })).toEqual([]);
  });

  it.each<[string, CertificateOptions, string]>([
    ["certificate-expired", ended, "error"],
    ["certificate-not-yet-valid", notBegun, "error"],
    ["expires-soon", { notAfter: days(29) }, "warning"],
    ["certificate-not-for-servers", { extendedKeyUsage: "clientAuth,emailProtection" }, "error"],
    ["certificate-not-for-servers", { isAuthority: true }, "error"],
    ["key-too-small", { key: "rsa:1024" }, "warning"],
    ["key-kind-unusual", { key: "ed25519" }, "warning"],
    ["sha1-signature", { digest: "sha1" }, "warning"],
    ["name-only-in-subject", { names: [] }, "warning"],
  ])("finds %s", (code, options, severity) => {
    expect(suitability(issue(options).der, { now }).map((finding) => [finding.code, finding.severity])).toEqual([[code, severity]]);
  });

  it("expects no word on validity 31 days before the end, nor without an extended key usage, nor with any", () => {
    expect(codes(issue({ notAfter: days(31) }))).toEqual([]);
    expect(codes(issue({ extendedKeyUsage: null }))).toEqual([]);
    expect(codes(issue({ extendedKeyUsage: "anyExtendedKeyUsage" }))).toEqual([]);
    expect(codes(issue({ extendedKeyUsage: "clientAuth,serverAuth" }))).toEqual([]);
  });

  it("finds a missing issuer when the files at hand are given, and does not ask for the root", () => {
    expect(codes(server)).toEqual([]);
    expect(codes(server, { issuers: [] })).toEqual(["chain-incomplete"]);
    expect(codes(server, { issuers: [authority.root] })).toEqual(["chain-incomplete"]);
    expect(codes(server, { issuers: [authority.intermediate] })).toEqual([]);
    expect(codes(makeCertificate(directory, null), { issuers: [] })).toEqual(["self-signed"]);
  });

  it("finds a name that is not covered, for names, wildcards and addresses", () => {
    const one = issue({ names: ["*.clinic.example.org", "203.0.113.3", "2001:db8::7"] });
    expect(codes(one, { hostName: "a.clinic.example.org" })).toEqual([]);
    expect(codes(one, { hostName: "2001:db8:0::7" })).toEqual([]);
    for (const hostName of ["clinic.example.org", "a.b.clinic.example.org", "203.0.113.4", "other.example.org"]) expect(codes(one, { hostName })).toEqual(["name-mismatch"]);
  });

  it("agrees with openssl's own host check", () => {
    const one = issue({ names: ["*.clinic.example.org", "host.example.org", "203.0.113.3"] });
    for (const hostName of ["a.clinic.example.org", "A.CLINIC.example.org", "clinic.example.org", "a.b.clinic.example.org", "host.example.org", "x.host.example.org"]) {
      const answer = openssl(["x509", "-in", one.certificateFile, "-noout", "-checkhost", hostName]).toString();
      expect(codes(one, { hostName }).length === 0, hostName).toBe(answer.includes("does match"));
    }
  });
});

describe("inspecting files", () => {
  it("shows the leaf first, its chain, which key fits, and how the file is protected", async () => {
    const made = makePfx(server, { directory, authority, chain: "full" });
    const inspection = await inspect([{ name: "server.pfx", content: new Uint8Array(readFileSync(made.file)) }], made.password, now);
    expect(inspectionSchema.parse(inspection)).toEqual(inspection);
    expect(inspection).toMatchObject({
      format: "pfx", encryption: "AES-256 (SHA-256)",
      chain: [server.thumbprint, authority.intermediate.thumbprint, authority.root.thumbprint],
      privateKeys: [{ keyType: "ec:p256", matches: server.thumbprint }],
    });
    expect(inspection.certificates.map(({ thumbprint, role, hasPrivateKey }) => [thumbprint, role, hasPrivateKey])).toEqual([
      [server.thumbprint, "leaf", true], [authority.intermediate.thumbprint, "intermediate", false], [authority.root.thumbprint, "root", false],
    ]);
  });

  it("puts certificate and key from two files together", async () => {
    const [certificate, key] = [server.certificateFile, server.keyFile].map((file) => ({ name: file, content: new Uint8Array(readFileSync(file)) }));
    if (!certificate || !key) throw new Error("two files");
    expect((await inspect([key, certificate], undefined, now)).privateKeys).toEqual([{ keyType: "ec:p256", matches: server.thumbprint }]);
    const lone = await inspect([certificate], undefined, now);
    expect(lone.findings.map(({ code }) => code)).toEqual(["private-key-missing", "chain-incomplete"]);
    await expect(inspect([key], undefined, now)).rejects.toMatchObject({ code: "certificate-missing" });
  });

  it("tells of a key that does not fit, of an authority alone, of two servers", async () => {
    const findings = async (certificates: readonly Issued[], keys: readonly Issued[]) => {
      const content = Buffer.concat([...certificates.map(({ certificateFile }) => readFileSync(certificateFile)), ...keys.map(({ keyFile }) => readFileSync(keyFile))]);
      return (await inspect([{ name: "x.pem", content }], undefined, now)).findings.map(({ code }) => code).filter((code) => code !== "key-unencrypted");
    };
    expect(await findings([server, authority.intermediate], [authority.root])).toEqual(["private-key-mismatch"]);
    expect(await findings([authority.root], [authority.root])).toEqual(["certificate-not-for-servers", "name-only-in-subject", "self-signed"]);
    const other = issue();
    expect(await findings([server, other, authority.intermediate], [server, other])).toEqual(["leaf-ambiguous"]);
  });
});
