import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateSchema } from "../../../app/certificates/certificate.ts";
import { describe as describeCertificate } from "../../../app/certificates/describe.ts";
import { roleOf } from "../../../app/certificates/match.ts";
import { makeAuthority, makeCertificate, openssl, type Authority, type CertificateOptions, type KeyKind } from "../../fixtures/certificates.ts";
import { quick } from "../../fixtures/effort.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-describe-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let authority: Authority;
beforeAll(() => { authority = makeAuthority(join(directory, "authority")); });

const circumstances = { hasPrivateKey: false, role: "leaf" } as const;
const described = (options: CertificateOptions) => {
  const made = makeCertificate(directory, authority.intermediate, options);
  return { made, certificate: describeCertificate(made.der, circumstances) };
};

/** What `openssl x509` says, member by member. */
function opensslView(certificateFile: string) {
  const say = (...arguments_: string[]) => openssl(["x509", "-in", certificateFile, "-noout", ...arguments_]).toString().trim();
  const value = (line: string) => line.slice(line.indexOf("=") + 1);
  const name = (option: string) => value(say(option, "-nameopt", "RFC2253,-esc_msb,utf8")).trim();
  const time = (option: string) => value(say(option, "-dateopt", "iso_8601")).replace(" ", "T");
  return {
    subject: name("-subject"), issuer: name("-issuer"), serialNumber: value(say("-serial")),
    thumbprint: value(say("-fingerprint", "-sha1")).replaceAll(":", ""), sha256: value(say("-fingerprint", "-sha256")).replaceAll(":", ""),
    notBefore: time("-startdate"), notAfter: time("-enddate"),
  };
}

/** RFC 2253 as openssl prints it has no blank after an unescaped comma. */
const dense = <Value extends { readonly subject: string; readonly issuer: string }>(value: Value): Value =>
  ({ ...value, subject: value.subject.replace(/(?<!\\), /g, ","), issuer: value.issuer.replace(/(?<!\\), /g, ",") });

describe("describing a certificate", () => {
  it.each<[string, CertificateOptions]>([
    ["an ordinary one", { subject: "/C=BE/O=Clinic/OU=IT" }],
    ["letters beyond ASCII", { subject: "/C=BE/O=Hôpital Sint-Jan ñ Больница 病院" }],
    ["characters that RFC 4514 escapes", { subject: "/O=Jones, Smith \\+ Co; \"quoted\" <x> \\\\ =#1/OU= leading and trailing /L=#hash" }],
    ["a multi-valued part", { subject: "/O=One+OU=Two" }],
    ["mail address and serial number", { subject: "/serialNumber=0042/emailAddress=it@clinic.example.org" }],
    ["a date after 2050", { notBefore: new Date(0), notAfter: new Date(Date.UTC(2071, 1, 28, 23, 59, 59)) }],
  ])("says of %s what openssl says", (_, options) => {
    const { made, certificate } = described(options);
    expect(dense(certificate)).toMatchObject(opensslView(made.certificateFile));
    expect(certificateSchema.parse(certificate)).toEqual(certificate);
  });

  it("puts the most specific part first, a comma and a blank between", () => {
    expect(described({ subject: "/C=BE/O=Clinic" }).certificate.subject).toBe("CN=clinic-7.example.org, O=Clinic, C=BE");
  });

  it("shows a hidden character in a name as hexadecimal", () => {
    expect(described({ subject: "/O=Clinic\u200E\u202Egro" }).certificate.subject).toContain("O=Clinic\\E2\\80\\8E\\E2\\80\\AEgro");
  });

  it.each<[KeyKind, string]>([
    ["rsa:2048", "rsa:2048"], ["rsa:1024", "rsa:1024"], ["rsa-pss:2048", "rsa-pss:2048"],
    ["ec:p256", "ec:p256"], ["ec:p384", "ec:p384"], ["ec:p521", "ec:p521"], ["ed25519", "ed25519"], ["ed448", "ed448"],
  ])("calls a %s key %s", (key, keyType) => {
    expect(described({ key }).certificate.keyType).toBe(keyType);
  });

  it("gives DNS names and addresses in their order, IPv6 in its shortest form, and passes over mail and URIs", () => {
    const names = ["clinic-7.example.org", "*.clinic.example.org", "10.1.2.3", "2001:db8:0:0:1:0:0:1", "::1", "::ffff:10.1.2.3", "fe80::1:0:0", "xn--bcher-kva.example"];
    const { certificate } = described({ names: [], extensions: [`subjectAltName = ${names.map((name) => (name.includes(":") || /^\d+\./.test(name) ? `IP:${name}` : `DNS:${name}`)).join(",")},email:it@example.org,URI:http://x.example/`] });
    expect(certificate.names).toEqual(["clinic-7.example.org", "*.clinic.example.org", "10.1.2.3", "2001:db8::1:0:0:1", "::1", "::ffff:10.1.2.3", "fe80::1:0:0", "xn--bcher-kva.example"]);
  });

  it("falls back on the common name only where there is no alternative name at all", () => {
    expect(described({ names: [] }).certificate.names).toEqual(["clinic-7.example.org"]);
    expect(described({ names: [], extensions: ["subjectAltName = email:it@example.org"] }).certificate.names).toEqual([]);
  });

  it.skipIf(quick)("agrees with openssl on every root that Node trusts", () => {
    const file = join(directory, "root.pem");
    for (const pem of rootCertificates.filter((_, index) => index % 12 === 0)) {
      writeFileSync(file, pem);
      const der = new Uint8Array(new X509Certificate(pem).raw);
      expect(dense(describeCertificate(der, circumstances))).toMatchObject(opensslView(file));
      expect(roleOf(der)).not.toBe("intermediate");
    }
    for (const pem of rootCertificates) expect(() => describeCertificate(new Uint8Array(new X509Certificate(pem).raw), circumstances)).not.toThrow();
  });

  it("tells roots, intermediates and leaves apart", () => {
    expect([authority.root, authority.intermediate, makeCertificate(directory, authority.intermediate), makeCertificate(directory, null)].map(({ der }) => roleOf(der)))
      .toEqual(["root", "intermediate", "leaf", "leaf"]);
  });

  it("refuses what is no certificate with a code", () => {
    const request = new Uint8Array(openssl(["req", "-new", "-key", authority.root.keyFile, "-subj", "/CN=x", "-outform", "DER"]));
    for (const bytes of [new Uint8Array(), new Uint8Array([0x30, 0]), request, readFileSync(authority.root.certificateFile)]) {
      expect(() => describeCertificate(bytes, circumstances)).toThrow(expect.objectContaining({ code: "certificate-unreadable" }));
    }
  });
});
