import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateSchema } from "../../../app/certificates/certificate.ts";
import type { Place } from "../../../app/certificates/certification-path.ts";
import { explain } from "../../../app/certificates/chain.ts";
import { chainOf, keysOf, mayIssue } from "../../../app/certificates/match.ts";
import { suitability } from "../../../app/certificates/suitability.ts";
import { readCertificate } from "../../../app/certificates/x509.ts";
import { keyDer, makeAuthority, makeCertificate, openssl, type Authority, type CertificateOptions, type Issued } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-chain-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const now = new Date(Date.now() + 60_000); // What these tests make must have begun by then.
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);
const leafBelow = (issuer: Issued, options: CertificateOptions = {}): Issued => makeCertificate(directory, issuer, { notAfter: days(180), ...options });
/** An authority below another, or a root; what `options` do not say is as it should be. */
const authorityBelow = (issuer: Issued | null, commonName: string, options: CertificateOptions = {}): Issued =>
  makeCertificate(directory, issuer, { commonName, names: [], extendedKeyUsage: null, isAuthority: true, notAfter: days(3650), ...options });

let authority: Authority;
let root: Issued;
let policy: Issued;
let issuing: Issued;
let leaf: Issued;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  root = authorityBelow(null, "Deep Root CA");
  policy = authorityBelow(root, "Deep Policy CA");
  issuing = authorityBelow(policy, "Deep Issuing CA");
  leaf = leafBelow(issuing);
});

const found = (one: Issued, issuers: readonly Issued[], place: Place = "files") => suitability(one.der, { now, issuers: issuers.map(({ der }) => der), place });
const told = (one: Issued, issuers: readonly Issued[], place: Place = "files") => found(one, issuers, place).map(({ code, severity }) => [code, severity]);

/** openssl's word on the same chain, with its last certificate trusted. */
function opensslVerifies(one: Issued, issuers: readonly Issued[], trusted: Issued): boolean {
  const file = join(directory, "untrusted.pem");
  writeFileSync(file, Buffer.concat(issuers.map(({ certificateFile }) => readFileSync(certificateFile))));
  try {
    execFileSync("openssl", ["verify", "-partial_chain", "-no_check_time", "-trusted", trusted.certificateFile, ...(issuers.length > 0 ? ["-untrusted", file] : []), one.certificateFile], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

describe("what is missing from a chain", () => {
  it("is nothing where it goes up to the root, or up to where only the root can follow", () => {
    expect(found(leaf, [issuing, policy, root])).toEqual([]);
    expect(found(leaf, [policy, issuing])).toEqual([]);
    // Whether "Deep Policy CA" is a root that was left out or an intermediate that is missing, the name does not tell.
    expect(found(leaf, [issuing])).toEqual([]);
  });

  it("is the leaf's own issuer, by its name", () => {
    const [finding] = found(leaf, [policy, root]);
    expect(finding).toMatchObject({ code: "chain-incomplete", severity: "warning" });
    expect(finding?.message).toContain("CN=Deep Issuing CA, is not in the files.");
  });

  it("is an issuer higher up, where a root is given that nothing leads to", () => {
    const [finding] = found(leaf, [issuing, root]);
    expect(finding).toMatchObject({ code: "chain-incomplete", severity: "warning" });
    expect(finding?.message).toContain("ends with CN=Deep Issuing CA: the certificate of its issuer, CN=Deep Policy CA, is not in the files");
    expect(finding?.message).toContain("CN=Deep Root CA");
    expect(finding?.hint).toContain("if it is a root, nothing is missing");
  });

  it("is told apart from an issuer of that name with another key", () => {
    const impostor = authorityBelow(policy, "Deep Issuing CA");
    const [finding] = found(leaf, [impostor, policy, root]);
    expect(finding?.message).toContain("One of that name is in the files, but with another key.");
  });

  it("is looked for where the issuers come from", () => {
    expect(found(leaf, [], "stores")[0]).toMatchObject({ severity: "warning", message: expect.stringContaining("is not in this machine's stores") });
    expect(found(leaf, [issuing, root], "stores")).toEqual([expect.objectContaining({ code: "chain-incomplete", severity: "information", message: expect.stringContaining("CN=Deep Policy CA, is not in this machine's stores") })]);
    expect(found(leaf, [issuing, root], "both")).toEqual([]);
    expect(found(leaf, [root], "both")[0]?.message).toContain("is not in the files or in this machine's stores");
  });
});

describe("authorities that clients refuse", () => {
  const below = (options: CertificateOptions, leafOptions: CertificateOptions = {}) => {
    const issuer = authorityBelow(root, "Odd Issuing CA", options);
    return { issuer, one: leafBelow(issuer, leafOptions) };
  };

  it.each<[string, CertificateOptions, CertificateOptions, string, string]>([
    ["has ended", { notBefore: days(-100), notAfter: days(-1) }, {}, "intermediate-expired", "warning"],
    ["has not begun", { notBefore: days(1) }, {}, "intermediate-not-yet-valid", "warning"],
    ["ends before the leaf", { notAfter: days(100) }, {}, "intermediate-expires-first", "information"],
    ["ends before the leaf, and soon", { notAfter: days(20) }, {}, "intermediate-expires-first", "warning"],
    ["is signed with SHA-1", { digest: "sha1" }, {}, "intermediate-sha1", "warning"],
    ["is marked as none", { isAuthority: false }, {}, "intermediate-not-authority", "warning"],
    ["may sign no certificates", { extensions: ["keyUsage = critical,digitalSignature,cRLSign"] }, {}, "intermediate-not-authority", "warning"],
  ])("one that %s", (_, options, leafOptions, code, severity) => {
    const { issuer, one } = below(options, leafOptions);
    expect(told(one, [issuer, root])).toEqual([[code, severity]]);
    const [finding] = found(one, [issuer, root]);
    expect(finding?.message).toContain("CN=Odd Issuing CA");
  });

  it("one that is no authority does not become part of the chain, as openssl refuses it", () => {
    for (const options of [{ isAuthority: false }, { extensions: ["keyUsage = critical,digitalSignature,cRLSign"] }]) {
      const { issuer, one } = below(options);
      expect(chainOf(readCertificate(one.der), [readCertificate(issuer.der)])).toHaveLength(1);
      expect(opensslVerifies(one, [issuer], root)).toBe(false);
    }
  });

  it("one below an authority that allows none below it, as openssl refuses it too", () => {
    for (const [length, exceeded] of [[0, true], [1, false]] as const) {
      const strict = authorityBelow(root, "Strict CA", { extensions: [`basicConstraints = critical,CA:TRUE,pathlen:${length}`] });
      const issuer = authorityBelow(strict, "Below Strict CA");
      const one = leafBelow(issuer);
      expect(told(one, [issuer, strict, root])).toEqual(exceeded ? [["path-length-exceeded", "warning"]] : []);
      expect(opensslVerifies(one, [issuer, strict], root)).toBe(!exceeded);
      if (exceeded) expect(found(one, [issuer, strict, root])[0]?.message).toBe("CN=Strict CA allows no intermediate authority below it, and the chain has 1: clients refuse it.");
    }
  });

  it("a root's own SHA-1 signature is no matter; that it has ended is", () => {
    const old = authorityBelow(null, "Old Root CA", { digest: "sha1" });
    expect(told(leafBelow(old), [old])).toEqual([]);
    const gone = authorityBelow(null, "Gone Root CA", { notBefore: days(-100), notAfter: days(-1) });
    expect(told(leafBelow(gone), [gone])).toEqual([["intermediate-expired", "warning"]]);
  });

  it("an authority of version 1, which has no way to say that it is one, may issue as a root only", () => {
    const [keyFile, file] = [join(directory, "v1.key"), join(directory, "v1.pem")];
    openssl(["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-subj", "/CN=Root of version 1", "-out", `${file}.csr`]);
    openssl(["x509", "-req", "-in", `${file}.csr`, "-signkey", keyFile, "-days", "900", "-out", file]);
    const fields = readCertificate(new Uint8Array(openssl(["x509", "-in", file, "-outform", "DER"])));
    expect(fields).toMatchObject({ version: 1, isAuthority: false, alternativeNames: null });
    expect(mayIssue(fields)).toBe(true);
    expect(mayIssue({ ...fields, isSelfSigned: false })).toBe(false);
  });
});

describe("chains", () => {
  const read = (...all: readonly Issued[]) => all.map(({ der }) => readCertificate(der));
  const subjects = (one: Issued, pool: readonly Issued[]) => chainOf(readCertificate(one.der), read(...pool)).map(({ subject }) => subject);

  it("are put in order whatever the order of the pool", () => {
    for (const pool of [[root, policy, issuing], [policy, issuing, root], [issuing, root, policy]]) {
      expect(subjects(leaf, [authority.root, ...pool, leaf, authority.intermediate])).toEqual(["CN=clinic-7.example.org", "CN=Deep Issuing CA", "CN=Deep Policy CA", "CN=Deep Root CA"]);
    }
  });

  it("go by the root rather than by a cross-signed copy of it, and by what ends last", () => {
    const crossed = authorityBelow(authority.root, "Deep Root CA", { keyFile: root.keyFile });
    const chain = chainOf(readCertificate(leaf.der), read(crossed, issuing, policy, root));
    expect(chain).toHaveLength(4);
    const shorter = authorityBelow(policy, "Deep Issuing CA", { keyFile: issuing.keyFile, notAfter: days(300) });
    expect(chainOf(readCertificate(leaf.der), read(shorter, issuing))[1]?.notAfter).toEqual(readCertificate(issuing.der).notAfter);
  });

  it("do not run in circles where two authorities vouch for each other", () => {
    const one = authorityBelow(root, "One");
    const two = authorityBelow(one, "Two");
    const back = authorityBelow(two, "One", { keyFile: one.keyFile });
    expect(chainOf(readCertificate(leafBelow(two).der), read(back, two)).map(({ subject }) => subject)).toEqual(["CN=clinic-7.example.org", "CN=Two", "CN=One"]);
  });

  it("take names as the same that differ in case and blanks only (RFC 5280, 7.1)", () => {
    const loud = authorityBelow(null, "Loud CA", { subject: "/O=Two  Words" });
    const one = leafBelow(loud);
    const quiet = makeCertificate(directory, null, { commonName: "loud ca", subject: "/O=two words", keyFile: loud.keyFile, names: [], extendedKeyUsage: null, isAuthority: true, notAfter: days(3650) });
    expect(subjects(one, [quiet])).toHaveLength(2);
    expect(opensslVerifies(one, [], quiet)).toBe(true);
  });

  it("of 10,000 certificates are found within a moment", () => {
    const other = { ...readCertificate(leaf.der) };
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...other, subject: `CN=host-${index}.example.org` }));
    const started = performance.now();
    expect(chainOf(readCertificate(leaf.der), [...many, ...read(issuing, policy, root)])).toHaveLength(4);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("keys", () => {
  it("belong to their certificate however its public key is written: a point may be compressed", () => {
    const spki = join(directory, "compressed.pem");
    openssl(["ec", "-in", leaf.keyFile, "-pubout", "-conv_form", "compressed", "-out", spki]);
    const file = join(directory, "compressed.crt");
    openssl(["x509", "-new", "-subj", "/CN=x", "-force_pubkey", spki, "-CA", root.certificateFile, "-CAkey", root.keyFile, "-days", "100", "-out", file]);
    const compressed = readCertificate(new Uint8Array(openssl(["x509", "-in", file, "-outform", "DER"])));
    expect(compressed.publicKeyInfo.length).toBeLessThan(readCertificate(leaf.der).publicKeyInfo.length);
    expect([...keysOf([compressed], [keyDer(root.keyFile), keyDer(leaf.keyFile)])]).toEqual([[compressed, keyDer(leaf.keyFile)]]);
  });
});

describe("explaining a certificate of the stores", () => {
  const pool = () => [authority.root, issuing, policy, root].map(({ der }) => der);

  it("gives its chain, the leaf first, and what there is to say", () => {
    const { chain, findings } = explain(leaf.der, pool(), { now, hostName: "clinic-7.example.org" });
    expect(chain.map(({ thumbprint, role }) => [thumbprint, role])).toEqual([[leaf.thumbprint, "leaf"], [issuing.thumbprint, "intermediate"], [policy.thumbprint, "intermediate"], [root.thumbprint, "root"]]);
    for (const each of chain) expect(certificateSchema.parse(each)).toEqual(each);
    expect(findings).toEqual([]);
  });

  it("judges the name only where one is given", () => {
    expect(explain(leaf.der, pool(), { now, hostName: undefined }).findings).toEqual([]);
    expect(explain(leaf.der, pool(), { now, hostName: "other.example.org" }).findings.map(({ code }) => code)).toEqual(["name-mismatch"]);
  });

  it("has no word on serving about an authority, but on its time and signature", () => {
    expect(explain(issuing.der, pool(), { now })).toMatchObject({ findings: [], chain: [{ role: "intermediate" }, { role: "intermediate" }, { role: "root" }] });
    expect(explain(root.der, pool(), { now })).toMatchObject({ findings: [], chain: [{ role: "root" }] });
    const weak = authorityBelow(root, "Weak CA", { digest: "sha1", notAfter: days(10) });
    expect(explain(weak.der, pool(), { now }).findings.map(({ code }) => code)).toEqual(["expires-soon", "sha1-signature"]);
  });

  it("passes over what it cannot read in the stores, and refuses it in place of the certificate", () => {
    expect(explain(leaf.der, [new Uint8Array([0x30, 0]), ...pool()], { now }).chain).toHaveLength(4);
    expect(() => explain(new Uint8Array([0x30, 0]), pool(), { now })).toThrow(expect.objectContaining({ code: "certificate-unreadable" }));
  });
});
