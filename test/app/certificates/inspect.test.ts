import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MalformedError } from "../../../app/certificates/asn1.ts";
import { inspectionSchema, type Inspection } from "../../../app/certificates/certificate.ts";
import { describeFields } from "../../../app/certificates/describe.ts";
import { inspect } from "../../../app/certificates/inspect.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { suitabilityOf } from "../../../app/certificates/suitability.ts";
import { readFields } from "../../../app/certificates/x509.ts";
import { makeAuthority, makeCertificate, makePfx, openssl, type Authority, type CertificateOptions, type Issued } from "../../fixtures/certificates.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-inspect-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const now = new Date(Date.now() + 60_000); // What these tests make must have begun by then.
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);

let authority: Authority;
let server: Issued;
const issue = (options: CertificateOptions = {}): Issued => makeCertificate(directory, authority.intermediate, { notAfter: days(180), ...options });
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = issue();
});

const inspected = async (names: readonly string[], password?: string): Promise<Inspection> => {
  const inspection = await inspect(names.map((name) => ({ name, content: new Uint8Array(readFileSync(name)) })), password, now);
  expect(inspectionSchema.parse(inspection)).toEqual(inspection);
  return inspection;
};
/** One PEM file of certificates and keys in the order given. */
function pemOf(...files: readonly string[]): string {
  const file = join(directory, "bundle.pem");
  writeFileSync(file, Buffer.concat(files.map((each) => readFileSync(each))));
  return file;
}
const codes = ({ findings }: Inspection): readonly string[] => findings.map(({ code }) => code).filter((code) => code !== "key-unencrypted");

describe("what an inspection says of the files", () => {
  it("is nothing where the server's certificate stands first, its intermediate after it, and its key anywhere", async () => {
    for (const files of [
      [server.certificateFile, authority.intermediate.certificateFile, server.keyFile], [server.keyFile, server.certificateFile, authority.intermediate.certificateFile],
    ]) expect(codes(await inspected([pemOf(...files)]))).toEqual([]);
  });

  it("names the order where it is another, which Lockstep mends and others do not", async () => {
    const file = pemOf(authority.intermediate.certificateFile, server.certificateFile, server.keyFile);
    const inspection = await inspected([file]);
    expect(codes(inspection)).toEqual(["chain-order"]);
    expect(inspection.chain).toEqual([server.thumbprint, authority.intermediate.thumbprint]);
    expect(inspection.certificates.map(({ role }) => role)).toEqual(["leaf", "intermediate"]);
    expect(codes(await inspected([pemOf(server.certificateFile, authority.root.certificateFile, authority.intermediate.certificateFile, server.keyFile)]))).toEqual(["chain-order", "root-included"]);
  });

  it("has no word on the order of several files, nor of a PFX", async () => {
    expect(codes(await inspected([authority.intermediate.certificateFile, server.keyFile, server.certificateFile]))).toEqual([]);
    const made = makePfx(server, { directory, authority });
    expect(codes(await inspected([made.file], made.password)).filter((code) => code !== "pfx-modern-encryption")).toEqual([]);
  });

  it("names the root, which is sent for nothing", async () => {
    const { findings, chain } = await inspected([pemOf(server.certificateFile, authority.chainFile, server.keyFile)]);
    expect(findings).toContainEqual(expect.objectContaining({ code: "root-included", severity: "information", message: expect.stringContaining("CN=Fixture Root CA") }));
    expect(chain).toHaveLength(3);
  });

  it("counts and names what does not belong to the chain", async () => {
    const strangers = [issue({ commonName: "a.example.org" }), issue({ commonName: "b.example.org" })];
    const { findings } = await inspected([pemOf(server.certificateFile, server.keyFile, authority.intermediate.certificateFile, ...strangers.map(({ certificateFile }) => certificateFile))]);
    expect(findings).toContainEqual(expect.objectContaining({
      code: "certificates-unrelated", severity: "information", message: "2 certificates in the files do not belong to the chain: CN=a.example.org; CN=b.example.org.",
    }));
    const [one] = strangers;
    const lone = await inspected([pemOf(server.certificateFile, server.keyFile, authority.intermediate.certificateFile, one?.certificateFile ?? "")]);
    expect(lone.findings.find(({ code }) => code === "certificates-unrelated")?.message).toBe("One certificate in the files does not belong to the chain: CN=a.example.org.");
  });

  it("counts no certificate that has its own key there, nor its authorities", async () => {
    const other = makeAuthority(join(directory, "other"), { name: "Other" });
    const ended = makeCertificate(directory, other.intermediate, { notBefore: days(-100), notAfter: days(-10) });
    expect(codes(await inspected([pemOf(server.certificateFile, server.keyFile, authority.intermediate.certificateFile, ended.certificateFile, ended.keyFile, other.intermediate.certificateFile)]))).toEqual([]);
  });

  it("repeats what the readers found about how the files are protected", async () => {
    const made = makePfx(server, { directory, authority });
    const content = new Uint8Array(readFileSync(made.file));
    const { findings } = await inspect([{ name: "server.pfx", content }], made.password, now);
    const material = await readMaterial([{ name: "server.pfx", content }], made.password);
    expect(material.findings.length).toBeGreaterThan(0);
    for (const finding of material.findings) expect(findings).toContainEqual(finding);
    expect(codes(await inspected([server.keyFile, server.certificateFile, authority.intermediate.certificateFile]))).toEqual([]);
    expect((await inspected([pemOf(server.keyFile, server.certificateFile)])).findings.map(({ code }) => code)).toContain("key-unencrypted");
  });
});

describe("reading certificates by the thousand", () => {
  const runs = propertyRuns(2000);

  it("takes less than half a millisecond each", () => {
    const ders = Array.from({ length: 1000 }, () => Uint8Array.from(server.der));
    const describeAll = () => ders.map((der) => describeFields(readFields(der), { hasPrivateKey: false, role: "leaf" }));
    describeAll();
    const started = performance.now();
    expect(describeAll()).toHaveLength(1000);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("gives values or MalformedError for certificates with any octets changed, cut off or put in", () => {
    const seeds = [server.der, authority.root.der, issue({ key: "rsa:2048", names: ["*.example.org", "10.1.2.3", "2001:db8::1"], extensions: ["certificatePolicies = 1.2.3"] }).der];
    // What changes a length is refused at once; only octets changed in place reach what lies behind the outline.
    const change = fc.record({ at: fc.nat(), octet: fc.nat(255), how: fc.constantFrom("set", "set", "set", "set", "set", "set", "cut", "insert", "remove") });
    let read = 0;
    fc.assert(fc.property(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 }), (seed, changes) => {
      const der = changes.reduce<number[]>((octets, { at, octet, how }) => {
        const place = at % Math.max(1, octets.length);
        switch (how) {
          case "set": return octets.with(Math.min(place, octets.length - 1), octet);
          case "cut": return octets.slice(0, Math.max(1, place));
          case "insert": return octets.toSpliced(place, 0, octet);
          case "remove": return octets.length > 1 ? octets.toSpliced(place, 1) : octets;
          default: throw new Error(how);
        }
      }, [...seed]);
      try {
        const fields = readFields(Uint8Array.from(der));
        describeFields(fields, { hasPrivateKey: false, role: "leaf" });
        suitabilityOf(fields, { now, hostName: "clinic-7.example.org", issuers: [fields] });
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }), { numRuns: runs });
    expect(read).toBeGreaterThan(runs / 20);
  });

  it("reads a certificate in BER, with lengths that are not given, as the same", () => {
    const definite = readFields(server.der);
    const inner = server.der.subarray(4);
    const indefinite = Uint8Array.from([0x30, 0x80, ...inner, 0, 0]);
    const { subject, serialNumber, notAfter, alternativeNames, keyType } = readFields(indefinite);
    expect({ subject, serialNumber, notAfter, alternativeNames, keyType }).toEqual({
      subject: definite.subject, serialNumber: definite.serialNumber, notAfter: definite.notAfter, alternativeNames: definite.alternativeNames, keyType: definite.keyType,
    });
    expect(() => readFields(indefinite.subarray(0, -2))).toThrow(MalformedError);
  });

  it("refuses what is none, and a date that is not in the calendar", () => {
    const request = new Uint8Array(openssl(["req", "-new", "-key", server.keyFile, "-subj", "/CN=x", "-outform", "DER"]));
    expect(() => readFields(request)).toThrow(MalformedError);
    const at = server.der.findIndex((octet, index) => octet === 0x17 && server.der[index + 1] === 0x0d);
    for (const text of ["270230000000Z", "271301000000Z", "270101250000Z", "27010100000 Z"]) {
      const der = Uint8Array.from(server.der);
      der.set(Buffer.from(text), at + 2);
      expect(() => readFields(der), text).toThrow(MalformedError);
    }
  });
});
