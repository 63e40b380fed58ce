import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingSchema, type Finding } from "../../../app/finding.ts";
import { strengthFindings } from "../../../app/certificates/key-strength.ts";
import { daysOfValidity, lengthFinding, publicLifetimeLimit, validityFinding } from "../../../app/certificates/lifetime.ts";
import { suitability } from "../../../app/certificates/suitability.ts";
import { readCertificate } from "../../../app/certificates/x509.ts";
import { makeAuthority, makeCertificate, openssl, type Authority, type CertificateOptions, type Issued } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-suitability-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const now = new Date(Date.now() + 60_000); // What these tests make must have begun by then.
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);
let authority: Authority;
beforeAll(() => { authority = makeAuthority(join(directory, "authority")); });

const issue = (options: CertificateOptions = {}): Issued => makeCertificate(directory, authority.intermediate, { notAfter: days(180), ...options });
const findings = (options: CertificateOptions, hostName?: string): readonly Finding[] => suitability(issue(options).der, { now, hostName });
/** The one finding, which says something, what to do included. */
function only(found: readonly Finding[]): Finding {
  const [finding, ...more] = found;
  expect(more).toEqual([]);
  expect(findingSchema.parse(finding)).toEqual(finding);
  expect(finding?.message).toMatch(/^[A-Z0-9*"].*[.]$/s);
  expect(finding?.hint).toMatch(/^.{20,}[.]$/s);
  return finding ?? { code: "none", severity: "error", message: "", hint: "" };
}

describe("the time of a certificate", () => {
  const lifetime = (notBefore: string, notAfter: string, isSelfSigned = false) => ({ subject: "CN=x", notBefore: new Date(notBefore), notAfter: new Date(notAfter), isSelfSigned });

  it("is counted with both ends, and a second more is another day", () => {
    expect(daysOfValidity(lifetime("2026-04-01T00:00:00Z", "2026-10-17T23:59:59Z"))).toBe(200);
    expect(daysOfValidity(lifetime("2026-04-01T00:00:00Z", "2026-10-18T00:00:00Z"))).toBe(201);
    expect(daysOfValidity(lifetime("2026-04-01T00:00:00Z", "2026-04-01T00:00:00Z"))).toBe(1);
  });

  it.each<[string, number | null]>([
    ["2020-08-31T23:59:59Z", null], ["2020-09-01T00:00:00Z", 398], ["2026-03-14T23:59:59Z", 398], ["2026-03-15T00:00:00Z", 200], ["2027-03-14T23:59:59Z", 200],
    ["2027-03-15T00:00:00Z", 100], ["2029-03-14T23:59:59Z", 100], ["2029-03-15T00:00:00Z", 47], ["2049-01-01T00:00:00Z", 47],
  ])("from a public authority, beginning on %s, is %s days at most", (notBefore, most) => {
    expect(publicLifetimeLimit(new Date(notBefore))).toBe(most);
  });

  it.each<[string, string, boolean, string | null]>([
    ["2026-04-01T00:00:00Z", "2026-10-17T23:59:59Z", false, null],
    ["2026-04-01T00:00:00Z", "2026-10-18T00:00:00Z", false, "information"],
    ["2026-03-14T00:00:00Z", "2027-04-15T23:59:59Z", false, null],
    ["2029-03-15T00:00:00Z", "2029-05-01T00:00:00Z", false, "information"],
    ["2019-01-01T00:00:00Z", "2039-01-01T00:00:00Z", false, null],
    ["2026-04-01T00:00:00Z", "2027-04-01T00:00:00Z", true, null],
    ["2019-07-01T00:00:00Z", "2021-10-02T23:59:59Z", true, null],
    ["2019-07-01T00:00:00Z", "2021-10-03T00:00:00Z", true, "warning"],
    ["2026-04-01T00:00:00Z", "2036-04-01T00:00:00Z", false, "warning"],
  ])("from %s to %s (self-signed: %s) is too long: %s", (notBefore, notAfter, selfSigned, severity) => {
    expect(lengthFinding(lifetime(notBefore, notAfter, selfSigned))?.severity ?? null).toBe(severity);
  });

  it("is told with its days and the limit", () => {
    expect(only([lengthFinding(lifetime("2026-04-01T00:00:00Z", "2027-04-01T00:00:00Z"))].filter((each) => each !== null))).toMatchObject({
      code: "lifetime-too-long", message: "The certificate is valid for 366 days. From a public authority browsers would take 200 at most, for one that begins on 2026-04-01.",
    });
  });

  it.each<[string, string, string, string | null]>([
    ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "2026-01-01T00:00:00Z", null],
    ["2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "expires-soon"],
    ["2020-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "certificate-expired"],
    ["1951-01-01T00:00:00Z", "1952-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "certificate-expired"],
    ["2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z", null],
    ["2026-01-01T00:00:01Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "certificate-not-yet-valid"],
    ["9990-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "certificate-not-yet-valid"],
    ["2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "validity-inverted"],
    ["2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2030-06-01T00:00:00Z", "validity-inverted"],
  ])("from %s to %s is on %s: %s", (notBefore, notAfter, at, code) => {
    expect(validityFinding(lifetime(notBefore, notAfter), new Date(at))?.code ?? null).toBe(code);
  });

  it("is never, where a certificate begins after its end", () => {
    expect(only(findings({ notBefore: days(20), notAfter: days(10) }))).toMatchObject({ code: "validity-inverted", severity: "error", message: expect.stringContaining("never valid") });
  });
});

describe("the purpose of a certificate", () => {
  it.each<[string, CertificateOptions, string]>([
    ["a client's", { extendedKeyUsage: "clientAuth" }, "its extended key usage allows client authentication (1.3.6.1.5.5.7.3.2) only."],
    ["a programmer's", { extendedKeyUsage: "codeSigning,timeStamping" }, "its extended key usage allows code signing (1.3.6.1.5.5.7.3.3) and time stamping (1.3.6.1.5.5.7.3.8) only."],
    ["one nobody knows", { extendedKeyUsage: "1.2.3.4,emailProtection,clientAuth" }, "its extended key usage allows 1.2.3.4, e-mail protection (1.3.6.1.5.5.7.3.4) and client authentication (1.3.6.1.5.5.7.3.2) only."],
    ["an authority's", { isAuthority: true }, "it is an authority's certificate, made to issue others."],
    ["one that signs documents only", { extensions: ["keyUsage = critical,nonRepudiation"] }, "its key usage allows contentCommitment only, and no handshake."],
  ])("is named where it is another: %s", (_, options, reason) => {
    const finding = only(findings(options).filter(({ code }) => code === "certificate-not-for-servers"));
    expect(finding).toMatchObject({ severity: "error" });
    expect(finding.message).toMatch(new RegExp(`cannot prove a server: ${reason.replace(/[.()]/g, "\\$&")}$`));
  });

  it.each(["keyEncipherment", "keyAgreement", "keyEncipherment,dataEncipherment"])("wants a key usage that signs: %s does not", (usage) => {
    expect(only(findings({ extensions: [`keyUsage = critical,${usage}`] }))).toMatchObject({ code: "key-usage-missing", severity: "warning", message: expect.stringContaining(usage.replace(",", ", ")) });
  });
});

describe("the key and the signature of a certificate", () => {
  it.each<[CertificateOptions, string, RegExp]>([
    [{ key: "rsa:1024" }, "key-too-small", /1024 bits/],
    [{ key: "rsa-pss:2048" }, "key-kind-unusual", /rsa-pss:2048/],
    [{ key: "ec:p521" }, "key-kind-unusual", /P-521/],
    [{ key: "ed25519" }, "key-kind-unusual", /ed25519/],
    [{ digest: "sha1" }, "sha1-signature", /SHA-1/],
  ])("%j: %s", (options, code, message) => {
    expect(only(findings(options))).toMatchObject({ code, severity: "warning", message: expect.stringMatching(message) });
  });

  it.each<[CertificateOptions]>([[{ key: "rsa:2048" }], [{ key: "rsa:4096" }], [{ key: "ec:p256" }], [{ key: "ec:p384" }], [{ digest: "sha384" }]])("%j is as it should be", (options) => {
    expect(findings(options)).toEqual([]);
  });

  it("names a curve that Windows does not have", () => {
    const keyFile = join(directory, "curve.pem");
    openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1", "-out", keyFile]);
    expect(only(findings({ keyFile }))).toMatchObject({ code: "key-kind-unusual", message: expect.stringContaining("brainpoolP256r1") });
  });

  it("warns of the exponent 3, and calls the exponent 1 an error", () => {
    const keyFile = join(directory, "exponent.pem");
    openssl(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:3", "-out", keyFile]);
    const made = issue({ keyFile });
    expect(only(suitability(made.der, { now }))).toMatchObject({ code: "key-exponent-weak", severity: "warning", message: expect.stringContaining("exponent 3") });
    const fields = readCertificate(made.der);
    const jwk = fields.publicKey?.export({ format: "jwk" });
    const one = createPublicKey({ key: { ...jwk, e: "AQ" }, format: "jwk" });
    expect(only(strengthFindings({ ...fields, publicKey: one }))).toMatchObject({ code: "key-exponent-weak", severity: "error", message: expect.stringContaining("exponent 1") });
  });

  it("has no word on the hash of a home-made certificate's signature, which nobody checks", () => {
    expect(suitability(makeCertificate(directory, null, { digest: "sha1", notAfter: days(180) }).der, { now }).map(({ code }) => code)).toEqual(["self-signed"]);
  });
});

describe("the names of a certificate", () => {
  const named = (extension: string, hostName?: string) => findings({ names: [], extensions: [`subjectAltName = ${extension}`] }, hostName);

  it.each<[string, string, string, RegExp]>([
    ["an address as a DNS name", "DNS:10.1.2.3,DNS:clinic.example.org", "address-as-dns-name", /^10\.1\.2\.3 stands .* as a DNS name/],
    ["an IPv6 address as a DNS name", "DNS:2001:db8::1,DNS:clinic.example.org", "address-as-dns-name", /^2001:db8::1 stands/],
    ["a web address", "DNS:https://clinic.example.org/,DNS:clinic.example.org", "name-invalid", /"https:\/\/clinic\.example\.org\/" \(a web address\)/],
    ["a port", "DNS:clinic.example.org:9200", "name-invalid", /"clinic\.example\.org:9200" \(it has a port\)/],
    ["a part of a label as wildcard", "DNS:f*o.example.org", "name-invalid", /"f\*o\.example\.org" \(a wildcard/],
    ["a wildcard in the middle", "DNS:www.*.example.org", "name-invalid", /a wildcard/],
    ["a wildcard alone", "DNS:*", "name-invalid", /a wildcard/],
    ["a blank name", "DER:30:13:82:00:82:0f:63:6c:69:6e:69:63:2e:65:78:61:6d:70:6c:65:31", "name-invalid", /"" \(blank\)/],
    ["a blank in a name", "DER:30:0c:82:0a:63:6c:69:6e:20:69:63:2e:65:78", "name-invalid", /\(it has a blank\)/],
    ["letters beyond ASCII", "DER:30:10:82:0e:62:c3:bc:63:68:65:72:2e:65:78:61:6d:70:6c", "name-invalid", /\(letters beyond ASCII\)/],
    ["a mail address", "DNS:it@example.org", "name-invalid", /\(a mail address\)/],
    ["a dot at the end", "DNS:clinic.example.org.", "name-invalid", /\(it ends in a dot\)/],
    ["a label too long", `DNS:${"a".repeat(64)}.example.org`, "name-invalid", /no host name/],
    ["a wildcard for a top-level domain", "DNS:*.org", "wildcard-too-wide", /^\*\.org would stand/],
    ["a name of .local", "DNS:clinic-7.local", "names-internal", /names clinic-7\.local, which has a meaning/],
    ["a name of one label", "DNS:clinic-7,DNS:clinic.example.org", "names-internal", /names clinic-7, which has/],
    ["names of an own network", "DNS:a.home.arpa,DNS:b.internal,IP:192.168.0.1,IP:fd00::1", "names-internal", /names a\.home\.arpa, b\.internal, 192\.168\.0\.1, fd00::1, which have/],
  ])("tells of %s", (_, extension, code, message) => {
    expect(only(named(extension))).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    "DNS:clinic.example.org", "DNS:*.example.org", "DNS:a_b.example.org", "DNS:xn--bcher-kva.example", "DNS:CLINIC.example.org", "IP:203.0.113.7", "IP:2001:db8::7",
    "DNS:203.0.113.7,IP:203.0.113.7",
  ])("has nothing to say of %s", (extension) => {
    expect(named(extension)).toEqual([]);
  });

  it("look for an address among the addresses only, and for a name among the names", () => {
    expect(named("DNS:203.0.113.7,DNS:clinic.example.org", "203.0.113.7").map(({ code }) => code)).toEqual(["name-mismatch", "address-as-dns-name"]);
    expect(named("IP:203.0.113.7", "203.0.113.7")).toEqual([]);
  });

  it("are told where they do not hold the host, with a word on a wildcard that nearly does", () => {
    const wide = only(named("DNS:*.example.org", "a.b.example.org"));
    expect(wide).toMatchObject({ code: "name-mismatch", severity: "warning" });
    expect(wide.message).toBe("The certificate does not name a.b.example.org; it names *.example.org. *.example.org stands for exactly one label before the rest.");
    expect(only(named("DNS:a.example", "b.example")).message).toBe("The certificate does not name b.example; it names a.example.");
    expect(only(named("DNS:bücher.example".replace("ü", "-"), "bücher.example")).message).toContain("does not name xn--bcher-kva.example");
    const many = Array.from({ length: 9 }, (_, index) => `DNS:n${index}.example.org`).join(",");
    expect(only(named(many, "b.example")).message).toContain("n4.example.org and 4 more.");
  });

  it("in a home-made certificate may be of one's own network without a word", () => {
    expect(suitability(makeCertificate(directory, null, { names: ["clinic-7.local"], notAfter: days(180) }).der, { now }).map(({ code }) => code)).toEqual(["self-signed"]);
  });
});

describe("extensions that must be understood", () => {
  it("are named where hardly any client does", () => {
    expect(only(findings({ extensions: ["1.3.6.1.4.1.55555.7 = critical,ASN1:UTF8String:x"] }))).toMatchObject({ code: "extension-unknown-critical", severity: "warning", message: expect.stringContaining("1.3.6.1.4.1.55555.7") });
    expect(only(findings({ extensions: ["1.3.6.1.4.1.11129.2.4.3 = critical,ASN1:NULL"] })).message).toContain("precertificate");
  });

  it("are no matter where they need not be, or where every client does", () => {
    expect(findings({ extensions: ["1.3.6.1.4.1.55555.7 = ASN1:UTF8String:x", "certificatePolicies = critical,1.2.3.4"] })).toEqual([]);
  });

  it("are those that openssl does not know either", () => {
    for (const extension of ["1.3.6.1.4.1.55555.7 = critical,ASN1:UTF8String:x", "certificatePolicies = critical,1.2.3.4", "nsCertType = critical,server", "noCheck = critical,ignored"]) {
      const made = issue({ extensions: [extension] });
      const known = suitability(made.der, { now }).every(({ code }) => code !== "extension-unknown-critical");
      const verified = (() => {
        try {
          return openssl(["verify", "-partial_chain", "-trusted", authority.intermediate.certificateFile, made.certificateFile]).toString();
        } catch (error) {
          return String((error as { readonly stderr?: unknown }).stderr);
        }
      })();
      expect(known, extension).toBe(!verified.includes("unhandled critical extension"));
    }
  });
});
