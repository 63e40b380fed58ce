// Each member of an inspection against what openssl says of the same certificate, for all that subjects, names, serial
// numbers and dates can hold; and hosts against openssl's own comparison.
import { execFileSync } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Certificate } from "../../../app/certificates/certificate.ts";
import { canonicalHost, coversHost, isAddress } from "../../../app/certificates/host-name.ts";
import { inspect } from "../../../app/certificates/inspect.ts";
import { chainOf } from "../../../app/certificates/match.ts";
import { isSigned, readCertificate } from "../../../app/certificates/x509.ts";
import { makeAuthority, makeCertificate, makeKey, openssl, type CertificateOptions, type Issued, type KeyKind } from "../../fixtures/certificates.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-agreement-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let keyFile: string;
beforeAll(() => { keyFile = makeKey(join(directory, "key.pem"), "ec:p256"); });
let count = 0;

interface Oddity {
  /** Lines of the subject in openssl's configuration. */
  readonly subject?: readonly string[];
  readonly names?: readonly string[];
  /** As `-set_serial` takes it. */
  readonly serial?: string;
  readonly days?: number;
  /** The string types that openssl may take, by its own bits. */
  readonly stringMask?: string;
  readonly key?: KeyKind;
  readonly arguments?: readonly string[];
}

/** A self-signed certificate with what a request's configuration can say; gives its PEM file. */
function makeOdd({ subject = ["CN = clinic-7.example.org"], names = [], serial = "0x1234", days = 100, stringMask = "utf8only", key, arguments: more = [] }: Oddity): string {
  const path = join(directory, `odd-${count++}`);
  writeFileSync(`${path}.cnf`, [
    "oid_section = oids", "[oids]", "oddType = 1.3.6.1.4.1.55555.1.2", "hugeType = 2.25.329800735698586629295641978511506172918",
    "[req]", "distinguished_name = dn", "prompt = no", "utf8 = yes", `string_mask = ${stringMask}`, "x509_extensions = extensions",
    "[dn]", ...subject,
    "[extensions]", "basicConstraints = CA:FALSE", ...(names.length === 0 ? [] : [`subjectAltName = ${names.join(",")}`]), "",
  ].join("\n"));
  openssl(["req", "-x509", "-new", "-config", `${path}.cnf`, "-key", key === undefined ? keyFile : makeKey(`${path}.key`, key), "-set_serial", serial, "-days", String(days), "-out", `${path}.pem`, ...more]);
  return `${path}.pem`;
}

const issued = (options: CertificateOptions): string => makeCertificate(directory, null, { keyFile, ...options }).certificateFile;

/** What openssl says of a certificate, in the words of an inspection. */
function opensslView(file: string): Omit<Certificate, "hasPrivateKey" | "role"> {
  const say = (...options: string[]) => openssl(["x509", "-in", file, "-noout", ...options]).toString();
  const lines = say("-subject", "-issuer", "-serial", "-startdate", "-enddate", "-fingerprint", "-sha1", "-nameopt", "RFC2253,-esc_msb,utf8", "-dateopt", "iso_8601").split("\n");
  const value = (start: string): string => lines.find((line) => line.startsWith(start))?.slice(start.length) ?? "missing";
  const time = (start: string): string => value(start).replace(" ", "T");
  const text = say("-text");
  const extension = say("-ext", "subjectAltName").split("\n").find((line) => line.startsWith("    ")) ?? "";
  const names = extension.trim().split(/, (?=(?:DNS|IP Address|email|URI|othername|DirName|Registered ID):)/).flatMap((name) => {
    const [, kind, host = ""] = /^(DNS|IP Address):(.*)$/.exec(name) ?? [];
    return kind === undefined ? [] : [kind === "DNS" ? host : canonicalHost(host) ?? host];
  });
  const commonNames = say("-subject", "-nameopt", "sname,sep_multiline,utf8").split("\n").filter((line) => line.startsWith("    CN=")).map((line) => line.slice(7).replace(/ \+ emailAddress=.*/, ""));
  const bits = /Public-Key: \((\d+) bit\)/.exec(text)?.[1] ?? "";
  const algorithm = /Public Key Algorithm: (\S+)/.exec(text)?.[1] ?? "";
  const curve = /NIST CURVE: P-(\d+)/.exec(text)?.[1] ?? "";
  const keyTypes: Readonly<Record<string, string>> = { "rsaEncryption": `rsa:${bits}`, "rsassaPss": `rsa-pss:${bits}`, "id-ecPublicKey": `ec:p${curve}`, "ED25519": "ed25519", "ED448": "ed448" };
  return {
    subject: value("subject="), issuer: value("issuer="), serialNumber: value("serial="),
    thumbprint: value("sha1 Fingerprint=").replaceAll(":", ""),
    sha256: (say("-fingerprint", "-sha256").split("=")[1] ?? "").trim().replaceAll(":", ""),
    notBefore: time("notBefore="), notAfter: time("notAfter="),
    names: extension === "" ? commonNames.slice(-1) : names,
    keyType: keyTypes[algorithm] ?? algorithm,
  };
}

/** openssl puts no blank after the comma between parts. */
const dense = (name: string): string => name.replace(/(?<!\\), /g, ",");

describe("an inspection agrees with openssl, member by member", () => {
  it.each<[string, () => string]>([
    ["RSA of 2048 bits", () => issued({ key: "rsa:2048" })],
    ["RSA of 2047 bits", () => makeOdd({ arguments: ["-newkey", "rsa:2047", "-nodes", "-keyout", join(directory, "odd.key")] })],
    ["RSA-PSS", () => makeOdd({ key: "rsa-pss:2048" })],
    ["P-256", () => issued({ key: "ec:p256" })],
    ["P-384", () => makeOdd({ key: "ec:p384" })],
    ["P-521", () => makeOdd({ key: "ec:p521" })],
    ["Ed25519", () => makeOdd({ key: "ed25519" })],
    ["Ed448", () => makeOdd({ key: "ed448" })],
    ["characters that are escaped", () => makeOdd({ subject: ['O = "Jones, Smith + Co; <x> = 1"', "OU = back\\\\slash", 'L = " blanks at both ends "', 'ST = "#hash"', "CN = x"] })],
    ["one blank, and a quotation mark", () => makeOdd({ subject: ['O = " "', "CN = x\\\"y"] })],
    ["parts of several values", () => makeOdd({ subject: ["C = BE", "O = One", "+OU = Two", "+L = Three", "CN = x", "+emailAddress = it@clinic.example.org"] })],
    ["letters beyond ASCII, in UTF-8", () => makeOdd({ subject: ["O = Hôpital Сент-Джон 病院", "CN = Ñandú 🏥"] })],
    ["letters beyond ASCII, in BMPString", () => makeOdd({ subject: ["O = Hôpital Сент-Джон 病院", "CN = Ñandú"], stringMask: "MASK:0x800" })],
    ["letters beyond ASCII, in UniversalString", () => makeOdd({ subject: ["O = Hôpital 病院 🏥"], stringMask: "MASK:0x100" })],
    ["letters beyond ASCII, in TeletexString", () => makeOdd({ subject: ["O = Hôpital Ñandú"], stringMask: "MASK:0x4" })],
    ["PrintableString and IA5String", () => makeOdd({ subject: ["C = BE", "O = Clinic", "CN = clinic-7.example.org", "emailAddress = it@clinic.example.org"], stringMask: "nombstr" })],
    ["no subject at all", () => makeOdd({ subject: [], names: ["DNS:clinic-7.example.org"], arguments: ["-subj", "/"] })],
    ["domain components and user ids", () => makeOdd({ subject: ["0.DC = org", "1.DC = example", "2.DC = clinic", "UID = te-7", "CN = x"] })],
    ["types that nobody knows", () => makeOdd({ subject: ["oddType = value", "hugeType = value", "CN = x"] })],
    ["types that are seldom met", () => makeOdd({ subject: [
      "SN = Doe", "GN = Jane", "initials = J", "title = Dr", "description = d", "postalCode = 1000", "street = s", "serialNumber = 0042", "pseudonym = p", "dnQualifier = q",
      "generationQualifier = III", "businessCategory = b", "organizationIdentifier = VATBE-0000", "telephoneNumber = +32", "jurisdictionC = BE", "unstructuredName = u", "name = n", "role = r", "mail = m@x.example"] })],
    ["control characters", () => makeOdd({ subject: ["O = tab\\there", "CN = bell\u0007"] })],
    ["several common names", () => makeOdd({ subject: ["0.CN = first.example.org", "1.CN = second.example.org", "O = last"] })],
    ["names of all kinds", () => makeOdd({ names: [
      "DNS:clinic-7.example.org", "DNS:*.clinic.example.org", "IP:10.1.2.3", "IP:2001:db8::1:0:0:1", "IP:::1", "IP:::ffff:10.1.2.3", "DNS:xn--bcher-kva.example", "email:it@example.org",
      "URI:https://x.example/a", "RID:1.2.3.4", "DNS:UPPER.example.org", "DNS:a_b.example.org", "IP:fe80::"] })],
    ["names without a host", () => makeOdd({ names: ["email:it@example.org"] })],
    ["a serial number of one digit", () => makeOdd({ serial: "7" })],
    ["the serial number 0", () => makeOdd({ serial: "0" })],
    ["a serial number with its highest bit set", () => makeOdd({ serial: "0xFF00000000000001" })],
    ["a serial number of 20 octets", () => makeOdd({ serial: "0x7A1B2C3D4E5F60718293A4B5C6D7E8F901234567" })],
    ["a serial number of 20 octets and a sign", () => makeOdd({ serial: "0xFA1B2C3D4E5F60718293A4B5C6D7E8F901234567" })],
    ["a serial number with a zero in front", () => makeOdd({ serial: "0x0A0B" })],
    ["an end after 2050", () => makeOdd({ days: 20_000 })],
    ["a beginning before 2000 and an end on the last day of all", () => issued({ notBefore: new Date(Date.UTC(1951, 0, 1)), notAfter: new Date(Date.UTC(9999, 11, 31, 23, 59, 59)) })],
  ])("%s", async (_, make) => {
    const file = make();
    const { certificates } = await inspect([{ name: "x.pem", content: new Uint8Array(readFileSync(file)) }], undefined, new Date());
    const [certificate] = certificates;
    if (!certificate) throw new Error("one certificate");
    const { hasPrivateKey, role, ...members } = certificate;
    expect({ ...members, subject: dense(members.subject), issuer: dense(members.issuer) }).toEqual(opensslView(file));
    expect({ hasPrivateKey, role }).toEqual({ hasPrivateKey: false, role: "leaf" });
  });

  it("a negative serial number stands as its octets, as Windows shows it; openssl writes a sign", () => {
    const file = makeOdd({ serial: "-1" });
    expect(readCertificate(derOf(file)).serialNumber).toBe("FF");
    expect(openssl(["x509", "-in", file, "-noout", "-serial"]).toString().trim()).toBe("serial=-01");
  });

  it.each<KeyKind>(["rsa:2048", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519", "ed448"])("checks the signature of an authority with a key of the kind %s", (key) => {
    const { root, intermediate } = makeAuthority(join(directory, key.replace(":", "-")), { key });
    const [issuer, certificate] = [readCertificate(root.der), readCertificate(intermediate.der)];
    expect(isSigned(certificate, issuer.publicKey)).toBe(true);
    expect(certificate.x509.verify(issuer.x509.publicKey)).toBe(true);
    const touched = Uint8Array.from(intermediate.der);
    touched[100] = (touched[100] ?? 0) ^ 1;
    expect(isSigned({ signature: { ...certificate.signature, signed: touched.subarray(4) } }, issuer.publicKey)).toBe(false);
    expect(isSigned(certificate, certificate.publicKey)).toBe(false);
  });

  it("takes the same certificates for an issuer as openssl does", () => {
    const one = makeAuthority(join(directory, "one"));
    const same = makeAuthority(join(directory, "same-name"));
    const other = makeAuthority(join(directory, "other"), { name: "Other" });
    const leaf = makeCertificate(directory, one.intermediate);
    const all: readonly Issued[] = [leaf, one.intermediate, one.root, same.intermediate, same.root, other.intermediate, other.root, makeCertificate(directory, null)];
    for (const certificate of all) {
      for (const issuer of all) {
        if (issuer === certificate) continue;
        expect(chainOf(readCertificate(certificate.der), [readCertificate(issuer.der)]).length === 2).toBe(verifiesWith(certificate.certificateFile, issuer.certificateFile));
      }
    }
  });
});

const derOf = (file: string): Uint8Array => new Uint8Array(openssl(["x509", "-in", file, "-outform", "DER"]));

function verifiesWith(certificate: string, issuer: string): boolean {
  try {
    execFileSync("openssl", ["verify", "-partial_chain", "-no_check_time", "-trusted", issuer, certificate], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** openssl's word on whether a certificate's names stand for a host: a name by -checkhost, an address by -checkip. */
function opensslCovers(certificateFile: string, host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return openssl(["x509", "-in", certificateFile, "-noout", isAddress(canonicalHost(bare) ?? "") ? "-checkip" : "-checkhost", bare]).toString().includes("does match");
}

const covers = (file: string, host: string): boolean => coversHost(readCertificate(derOf(file)), host);

describe("hosts that a certificate stands for agree with openssl", () => {
  const certificates = new Map<string, string>();
  const certificateFor = (names: string): string => {
    const file = certificates.get(names) ?? makeOdd({ names: names.split(" ") });
    certificates.set(names, file);
    return file;
  };

  const host = "DNS:clinic.example.org";
  const wild = "DNS:*.example.org";
  it.each<[string, string]>([
    ...["clinic.example.org", "CLINIC.Example.ORG", "www.clinic.example.org", "example.org", "xclinic.example.org", "clinic.example.orgx", "clinic.example", "clinic", "clinic-example.org", "clinicxexample.org"]
      .map((each): [string, string] => [host, each]),
    ...["a.example.org", "A.EXAMPLE.org", "a.b.example.org", "example.org", "a.example.com", "aexample.org", "a-b.example.org", "a1.example.org", "xn--bcher-kva.example.org", "example.org.example.org", "a.example.org.evil.test", "*.example.org"]
      .map((each): [string, string] => [wild, each]),
    ...["example.org", "a.org", "org"].map((each): [string, string] => ["DNS:*.org", each]),
    ...["www.a.example.org", "www.example.org", "b.www.example.org"].map((each): [string, string] => ["DNS:www.*.example.org", each]),
    ...["a.b.example.org", "b.example.org", "a.c.example.org", "x.a.b.example.org"].map((each): [string, string] => ["DNS:*.b.example.org", each]),
    ...["localhost", "LOCALHOST", "localhost.localdomain", "clinic-7"].map((each): [string, string] => ["DNS:localhost", each]),
    ...["xn--bcher-kva.example", "XN--BCHER-KVA.example", "bucher.example"].map((each): [string, string] => ["DNS:xn--bcher-kva.example", each]),
    ...["www.xn--bcher-kva.example", "xn--bcher-kva.example"].map((each): [string, string] => ["DNS:*.xn--bcher-kva.example", each]),
    ...["10.1.2.3", "10.1.2.4", "10.1.2.30", "110.1.2.3", "::ffff:10.1.2.3", "clinic.example.org"].map((each): [string, string] => ["IP:10.1.2.3", each]),
    ...["2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:0db8::0001", "[2001:db8::1]", "2001:db8::2", "::1", "2001:db8::"].map((each): [string, string] => ["IP:2001:db8::1", each]),
    ...["10.1.2.3", "10.1.2.4"].map((each): [string, string] => ["DNS:10.1.2.3", each]),
    ...["2001:db8::1"].map((each): [string, string] => ["DNS:2001:db8::1", each]),
    ...["10.1.2.3", "1.2.3"].map((each): [string, string] => ["DNS:*.1.2.3", each]),
    ...["a.example", "b.example", "10.0.0.1", "x.c.example", "c.example", "d.example"].map((each): [string, string] => ["DNS:a.example DNS:b.example IP:10.0.0.1 DNS:*.c.example", each]),
    ...["a_b.example.org", "a-b.example.org", "_a.example.org"].map((each): [string, string] => ["DNS:a_b.example.org", each]),
    ...["it@example.org", "example.org"].map((each): [string, string] => ["email:it@example.org", each]),
    ...["x.example", "https://x.example/"].map((each): [string, string] => ["URI:https://x.example/", each]),
    ["DNS:https://clinic.example.org/", "clinic.example.org"], ["DNS:clinic.example.org:9200", "clinic.example.org"],
    ["DNS:c*c.example.org", "clinic.example.org"], ["DNS:**.example.org", "a.example.org"], ["DNS:*", "localhost"], ["DNS:*.", "localhost"],
  ])("%s for %s", (names, each) => {
    const file = certificateFor(names);
    expect(covers(file, each)).toBe(opensslCovers(file, each));
  });

  it.each<[string, string, string, boolean]>([
    ["RFC 9525, 6.3: a wildcard is a whole label, and openssl still takes a part of one", "DNS:clin*.example.org", "clinic.example.org", false],
    ["the same at the label's beginning", "DNS:*ic.example.org", "clinic.example.org", false],
    ["a dot at the end of a host only says that it is complete", "DNS:clinic.example.org", "clinic.example.org.", true],
    ["letters beyond ASCII are compared as A-labels, which openssl leaves to its caller", "DNS:xn--bcher-kva.example", "bücher.example", true],
    ["the same below a wildcard", "DNS:*.xn--bcher-kva.example", "www.bücher.example", true],
    ["a host that begins with a dot is none; openssl takes it for any host below", "DNS:clinic.example.org", ".example.org", false],
    ["an underscore in a label is a letter like any other; openssl's wildcard passes over it", "DNS:*.example.org", "a_b.example.org", true],
  ])("differs on purpose: %s", (_, names, each, covered) => {
    const file = certificateFor(names);
    expect(covers(file, each)).toBe(covered);
    expect(opensslCovers(file, each)).toBe(!covered);
  });

  it("whatever the labels", () => {
    const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,4}[a-z0-9])?$/);
    const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const pattern = fc.tuple(domain, fc.boolean()).map(([name, wildcard]) => (wildcard ? `*.${name}` : name));
    const related = fc.tuple(pattern, domain, label, fc.integer({ min: 0, max: 5 })).map(([name, other, first, how]) => {
      const plain = name.replace(/^\*\./, "");
      const each = [other, plain, `${first}.${plain}`, `${first}.${first}.${plain}`, plain.toUpperCase(), `${first}${plain}`][how] ?? other;
      return { name, each };
    });
    fc.assert(fc.property(related, ({ name, each }) => {
      const file = makeOdd({ names: [`DNS:${name}`] });
      expect(covers(file, each), `${name} for ${each}`).toBe(opensslCovers(file, each));
    }), { numRuns: Math.min(propertyRuns(40), 1000) });
  }, 600_000);
});
