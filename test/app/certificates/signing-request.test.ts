import { execFileSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { publicKeyInfo } from "../../../app/certificates/private-key.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { describeRequest, isRequestFile } from "../../../app/certificates/request-description.ts";
import { createRequest, type RequestKeyType, type RequestOptions, type SigningRequest } from "../../../app/certificates/signing-request.ts";
import { LockstepError } from "../../../app/errors.ts";
import { keyDer, makeCertificate, makeKey, openssl, type KeyKind } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-request-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const hasCommand = (name: string): boolean => { try { execFileSync("which", [name]); return true; } catch { return false; } };
const create = (options: Partial<RequestOptions> = {}): Promise<SigningRequest> =>
  createRequest({ commonName: "clinic-7.example.org", names: [], keyType: "ec:p256", ...options });
const refusal = async (options: Partial<RequestOptions>): Promise<string> =>
  create(options).then(() => "was accepted", (error: unknown) => (error instanceof LockstepError && error.code === "request-invalid" ? error.message : String(error)));

/** What openssl says of a request whose signature it has verified. */
function text({ request }: Pick<SigningRequest, "request">): string {
  return openssl(["req", "-inform", "DER", "-verify", "-noout", "-text", "-nameopt", "RFC2253,-esc_msb,utf8"], request).toString();
}
const namesIn = (said: string): readonly string[] => (/Subject Alternative Name:.*\n\s*(.*)/.exec(said)?.[1] ?? "").split(", ").filter((name) => name !== "");
const subjectIn = (said: string): string | undefined => /Subject: ?(.*)/.exec(said)?.[1];

describe("a request that was made", () => {
  it.each<[RequestKeyType, RegExp, RegExp]>([
    ["rsa:2048", /Public-Key: \(2048 bit\)/, /sha256WithRSAEncryption/],
    ["rsa:3072", /Public-Key: \(3072 bit\)/, /sha256WithRSAEncryption/],
    ["rsa:4096", /Public-Key: \(4096 bit\)/, /sha256WithRSAEncryption/],
    ["ec:p256", /NIST CURVE: P-256/, /ecdsa-with-SHA256/],
    ["ec:p384", /NIST CURVE: P-384/, /ecdsa-with-SHA384/],
  ])("for %s is signed with its own key, as openssl verifies", async (keyType, size, signature) => {
    const made = await create({ keyType, names: ["www.clinic-7.example.org"] });
    const said = text(made);
    expect(said).toMatch(size);
    expect(said).toMatch(signature);
    expect(said).toMatch(keyType.startsWith("rsa:") ? /Key Usage: critical\n\s*Digital Signature, Key Encipherment\n/ : /Key Usage: critical\n\s*Digital Signature\n/);
    expect(said).toMatch(/Extended Key Usage: \n\s*TLS Web Server Authentication\n/);
    expect(namesIn(said)).toEqual(["DNS:clinic-7.example.org", "DNS:www.clinic-7.example.org"]);
    expect(describeRequest(made.request)).toEqual({ subject: "CN=clinic-7.example.org", names: ["clinic-7.example.org", "www.clinic-7.example.org"], keyType, signatureValid: true });

    const publicKey = openssl(["req", "-inform", "DER", "-noout", "-pubkey"], made.request);
    expect(new Uint8Array(createPublicKey(publicKey).export({ type: "spki", format: "der" }))).toEqual(publicKeyInfo(made.privateKey));
    const key = join(directory, "key.der");
    writeFileSync(key, made.privateKey);
    expect(new Uint8Array(openssl(["pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", key, "-outform", "DER"]))).toEqual(made.privateKey);
    expect(openssl(["req", "-outform", "DER"], made.pem)).toEqual(Buffer.from(made.request));
    expect(made.pem).toBe(openssl(["req", "-inform", "DER"], made.request).toString());
  }, 60_000);

  it("leaves others their turn while a long key is made", async () => {
    let turns = 0;
    const timer = setInterval(() => { turns++; }, 1);
    await create({ keyType: "rsa:3072" });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it("has another key each time", async () => {
    expect((await create()).privateKey).not.toEqual((await create()).privateKey);
  });

  it.runIf(hasCommand("certtool"))("is verified by GnuTLS as well", async () => {
    for (const keyType of ["rsa:2048", "ec:p384"] as const) {
      const file = join(directory, "gnutls.csr");
      writeFileSync(file, (await create({ keyType })).pem);
      expect(execFileSync("certtool", ["--crq-info", "--infile", file], { stdio: "pipe" }).toString()).toMatch(/Self signature: verified/);
    }
  });
});

describe("the names of a request", () => {
  it("are canonical, each once, the common name first", async () => {
    const made = await create({
      commonName: " Clinic-7.Example.ORG. ",
      names: ["CLINIC-7.example.org", "*.Clinic.example.org", "münchen.example.org", "xn--mnchen-3ya.example.org", "10.1.2.3", "2001:DB8:0:0::7", "[2001:db8::7]", "::ffff:10.1.2.4", "server01", "a_b.example.org"],
    });
    const expected = ["clinic-7.example.org", "*.clinic.example.org", "xn--mnchen-3ya.example.org", "10.1.2.3", "2001:db8::7", "::ffff:10.1.2.4", "server01", "a_b.example.org"];
    expect(describeRequest(made.request)).toMatchObject({ subject: "CN=clinic-7.example.org", names: expected });
    expect(namesIn(text(made))).toEqual([
      "DNS:clinic-7.example.org", "DNS:*.clinic.example.org", "DNS:xn--mnchen-3ya.example.org", "IP Address:10.1.2.3",
      "IP Address:2001:DB8:0:0:0:0:0:7", "IP Address:0:0:0:0:0:FFFF:A01:204", "DNS:server01", "DNS:a_b.example.org",
    ]);
  });

  it("keep every octet of an address, wherever its zeros stand", async () => {
    const addresses = ["0.0.0.0", "255.255.255.255", "::", "::1", "fe80::", "2001:db8:1:2:3:4:5:6", "2001:0:0:1::1", "1::8", "::ffff:0.0.0.1", "64:ff9b::a01:203"];
    const made = await create({ commonName: "", names: addresses });
    const bytes = (said: string) => said.replace("IP Address:", "").split(":").map((group) => Number.parseInt(group, 16));
    const said = namesIn(text(made));
    expect(said.slice(0, 2)).toEqual(["IP Address:0.0.0.0", "IP Address:255.255.255.255"]);
    expect(said.slice(2).map(bytes)).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [0xfe80, 0, 0, 0, 0, 0, 0, 0], [0x2001, 0xdb8, 1, 2, 3, 4, 5, 6], [0x2001, 0, 0, 1, 0, 0, 0, 1],
      [1, 0, 0, 0, 0, 0, 0, 8], [0, 0, 0, 0, 0, 0xffff, 0, 1], [0x64, 0xff9b, 0, 0, 0, 0, 0xa01, 0x203],
    ]);
    expect(describeRequest(made.request).names).toEqual(["0.0.0.0", "255.255.255.255", "::", "::1", "fe80::", "2001:db8:1:2:3:4:5:6", "2001:0:0:1::1", "1::8", "::ffff:0.0.0.1", "64:ff9b::a01:203"]);
  });

  it("need not hold the common name where that is no host", async () => {
    const made = await create({ commonName: "Clinique Saint-Élie, étage 7", names: ["clinic-7.example.org"] });
    expect(namesIn(text(made))).toEqual(["DNS:clinic-7.example.org"]);
    expect(subjectIn(text(made))).toBe("CN=Clinique Saint-Élie\\, étage 7");
    expect(describeRequest(made.request)).toMatchObject({ subject: "CN=Clinique Saint-Élie\\, étage 7", names: ["clinic-7.example.org"] });
  });

  it("may be all there is; then they are critical, and the subject is empty", async () => {
    const said = text(await create({ commonName: "", names: ["10.1.2.3"] }));
    expect(said).toMatch(/Subject Alternative Name: critical\n/);
    expect(subjectIn(said)).toBe("");
    expect(text(await create())).not.toMatch(/Subject Alternative Name: critical/);
  });

  it("give the first that fits to the common name where the one asked for is longer than 64 characters", async () => {
    const long = `${"a".repeat(60)}.example.org`;
    expect(describeRequest((await create({ commonName: long, names: ["short.example.org"] })).request)).toMatchObject({ subject: "CN=short.example.org", names: [long, "short.example.org"] });
    expect(describeRequest((await create({ commonName: long })).request)).toMatchObject({ subject: "", names: [long] });
  });

  it("may be a hundred", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `host-${index}.example.org`);
    expect(describeRequest((await create({ commonName: "", names })).request).names).toEqual(names);
    expect(await refusal({ names })).toMatch(/it has 101 names; at most 100/);
    expect(describeRequest((await create({ names: names.map(() => "one.example.org") })).request).names).toEqual(["clinic-7.example.org", "one.example.org"]);
  });
});

describe("the subject of a request", () => {
  it("has its parts in the order that people read, the country in capitals", async () => {
    const made = await create({ subject: { organization: "Clinique Saint-Élie", organizationalUnit: "IT + care", locality: "Liège", state: "", country: "be" } });
    expect(describeRequest(made.request).subject).toBe("CN=clinic-7.example.org, OU=IT \\+ care, O=Clinique Saint-Élie, L=Liège, C=BE");
    expect(subjectIn(text(made))).toBe("CN=clinic-7.example.org,OU=IT \\+ care,O=Clinique Saint-Élie,L=Liège,C=BE");
    const types = openssl(["req", "-inform", "DER", "-noout", "-subject", "-nameopt", "show_type,sep_multiline,utf8"], made.request).toString();
    expect(types).toMatch(/C=PRINTABLESTRING:BE/);
    expect(types).toMatch(/O=UTF8STRING:Clinique Saint-Élie/);
  });

  it("takes any text as text: nothing in it is read as a further part", async () => {
    const organization = "Clinic, Inc. + CN=evil.example.org; #x \\ \"quoted\" <b>";
    const { request } = await create({ subject: { organization } });
    const value = openssl(["req", "-inform", "DER", "-noout", "-subject", "-nameopt", "sep_multiline,utf8,lname"], request).toString();
    expect(value.split("\n").slice(1)).toEqual([`    organizationName=${organization}`, "    commonName=clinic-7.example.org", ""]);
    expect(`subject=${describeRequest(request).subject.replace(", O=", ",O=")}\n`).toBe(openssl(["req", "-inform", "DER", "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb"], request).toString());
  });
});

describe("what a request is refused for", () => {
  it.each<[string, Partial<RequestOptions>, RegExp]>([
    ["no name at all", { commonName: "" }, /names no host/],
    ["a common name that is no host, alone", { commonName: "Our clinic" }, /names no host/],
    ["an address of the web", { names: ["https://clinic-7.example.org/"] }, /“https:\/\/clinic-7.example.org\/” is neither/],
    ["a port", { names: ["clinic-7.example.org:8443"] }, /is neither/],
    ["a mail address", { names: ["admin@example.org"] }, /is neither/],
    ["blanks within", { names: ["clinic 7.example.org"] }, /is neither/],
    ["an empty name", { names: ["  "] }, /“” is neither/],
    ["two dots together", { names: ["clinic..example.org"] }, /is neither/],
    ["a hyphen in front", { names: ["-clinic.example.org"] }, /is neither/],
    ["a label of 64", { names: [`${"a".repeat(64)}.example.org`] }, /is neither/],
    ["half an address", { names: ["10.1.2"] }, /is neither/],
    ["an address out of range", { names: ["10.1.2.300"] }, /is neither/],
    ["a wildcard inside", { names: ["clinic.*.example.org"] }, /a wildcard is the whole first label/],
    ["half a wildcard", { names: ["c*.example.org"] }, /a wildcard/],
    ["two wildcards", { names: ["*.*.example.org"] }, /a wildcard/],
    ["a wildcard over everything", { names: ["*"] }, /a wildcard/],
    ["a wildcard right under the top", { names: ["*.org"] }, /a wildcard/],
    ["a wildcard of addresses", { names: ["*.10.1.2.3"] }, /a wildcard/],
    ["a line end", { commonName: "clinic-7.example.org\r\nCN=other" }, /the common name holds a character that cannot be seen \(U\+000D\)/],
    ["a hidden mark", { names: ["\u200Eclinic-7.example.org"] }, /the name holds a character that cannot be seen \(U\+200E\)/],
    ["a zero", { subject: { organization: "a\0b" } }, /the organization holds .* \(U\+0000\)/],
    ["half an emoji", { subject: { locality: "\uD83D" } }, /the locality holds .* \(U\+D83D\)/],
    ["a country in words", { subject: { country: "Belgium" } }, /two letters/],
    ["a country in digits", { subject: { country: "B1" } }, /two letters/],
    ["a common name of 65 that is no host", { commonName: `Our ${"x".repeat(61)}`, names: ["a.example.org"] }, /the common name has 65 characters; at most 64 fit/],
    ["an organization of 65", { subject: { organization: "x".repeat(65) } }, /the organization has 65/],
    ["a state of 129", { subject: { state: "x".repeat(129) } }, /the state has 129/],
  ])("%s", async (_, options, reason) => {
    expect(await refusal(options)).toMatch(reason);
  });

  it("counts characters and not their bytes, and takes what fits exactly", async () => {
    expect(describeRequest((await create({ subject: { organization: "🔐".repeat(64) } })).request).subject).toContain("🔐".repeat(64));
    expect(await refusal({ subject: { organization: "🔐".repeat(65) } })).toMatch(/has 65 characters/);
  });
});

describe("describing a request", () => {
  const made = (kind: KeyKind, ...options: string[]): Uint8Array => {
    const key = makeKey(join(directory, `${kind.replace(":", "-")}.pem`), kind);
    return openssl(["req", "-new", "-utf8", "-key", key, "-subj", "/C=BE/O=Clinic/CN=clinic-7.example.org", "-outform", "DER", ...options]);
  };

  it.each<KeyKind>(["rsa:2048", "rsa-pss:2048", "ec:p256", "ec:p384", "ec:p521", "ed25519", "ed448"])("says of openssl's request for a %s key what openssl says", (kind) => {
    expect(describeRequest(made(kind, "-addext", "subjectAltName=DNS:a.example.org,DNS:*.b.example.org,IP:10.1.2.3,IP:2001:db8::7,email:x@example.org"))).toEqual({
      subject: "CN=clinic-7.example.org, O=Clinic, C=BE", names: ["a.example.org", "*.b.example.org", "10.1.2.3", "2001:db8::7"], keyType: kind, signatureValid: true,
    });
  });

  it("checks signatures by every hash, and RSA-PSS by any key", () => {
    for (const digest of ["sha1", "sha256", "sha384", "sha512"]) {
      expect(describeRequest(made("rsa:2048", `-${digest}`)).signatureValid, digest).toBe(true);
      expect(describeRequest(made("ec:p256", `-${digest}`)).signatureValid, digest).toBe(true);
      expect(describeRequest(made("rsa:2048", `-${digest}`, "-sigopt", "rsa_padding_mode:pss")).signatureValid, digest).toBe(true);
    }
  });

  it("takes the common name for the name where there are no others", () => {
    expect(describeRequest(made("ec:p256")).names).toEqual(["clinic-7.example.org"]);
    expect(describeRequest(openssl(["req", "-new", "-key", makeKey(join(directory, "k.pem"), "ec:p256"), "-subj", "/", "-outform", "DER"]))).toMatchObject({ subject: "", names: [] });
  });

  it("reads the attribute that Windows' own requests use", () => {
    const windows = Buffer.from(made("ec:p256", "-addext", "subjectAltName=DNS:a.example.org"));
    const [ours, theirs] = [Buffer.from("06092a864886f70d01090e", "hex"), Buffer.from("060a2b0601040182370201 0e".replace(" ", ""), "hex")];
    // One octet longer, so the lengths around it grow by one each.
    const at = windows.indexOf(ours);
    const grown = Buffer.concat([windows.subarray(0, at), theirs, windows.subarray(at + ours.length)]);
    for (let outer = 0; outer < at;) {
      const tag = grown[outer];
      const long = grown[outer + 1] === 0x81 ? 3 : grown[outer + 1] === 0x82 ? 4 : 2;
      const length = long === 2 ? grown[outer + 1] ?? 0 : grown.subarray(outer + 2, outer + long).reduce((sum, octet) => sum * 256 + octet, 0);
      if (outer + long + length < at) { outer += long + length; continue; }
      if (long === 4) grown.writeUInt16BE(length + 1, outer + 2); else grown[outer + long - 1] = length + 1;
      expect(tag === 0x30 || tag === 0xa0).toBe(true);
      outer += long;
    }
    expect(describeRequest(grown)).toMatchObject({ names: ["a.example.org"], signatureValid: false });
  });

  it("sees that a request was changed after it was signed", async () => {
    const { request } = await create();
    const changed = Buffer.from(request);
    changed[changed.indexOf("clinic-7")] = "k".charCodeAt(0);
    expect(describeRequest(changed)).toMatchObject({ subject: "CN=klinic-7.example.org", signatureValid: false });
  });

  it("shows what cannot be seen in a name", async () => {
    const { request } = await create({ names: ["abcdef.example.org"] });
    const odd = Buffer.from(request);
    odd.writeUInt8(0x0a, odd.indexOf("abcdef") + 2);
    expect(describeRequest(odd).names).toEqual(["clinic-7.example.org", "ab\\x0Adef.example.org"]);
  });

  it("refuses what is no request with a code, wherever it is cut short or changed", async () => {
    const { request } = await create({ names: ["a.example.org", "10.1.2.3"] });
    const certificate = makeCertificate(directory, null);
    const foreign = [new Uint8Array(), new Uint8Array(50), certificate.der, keyDer(certificate.keyFile), new TextEncoder().encode("clinic-7.example.org")];
    for (const bytes of foreign) expect(() => describeRequest(bytes)).toThrow(expect.objectContaining({ code: "request-invalid" }) as Error);
    for (let length = 0; length < request.length; length++) expect(() => describeRequest(request.subarray(0, length))).toThrow(LockstepError);
    let invalid = 0;
    for (let at = 0; at < request.length; at++) {
      for (const bit of [0x01, 0x80]) {
        const changed = Uint8Array.from(request, (octet, index) => (index === at ? octet ^ bit : octet));
        try {
          const said = describeRequest(changed);
          // Not every octet is signed: the outermost length is not. What is described as signed must be what was signed.
          if (said.signatureValid) expect(said, `octet ${at}`).toEqual(describeRequest(request)); else invalid++;
        } catch (error) {
          if (!(error instanceof LockstepError)) throw error;
        }
      }
    }
    expect(invalid).toBeGreaterThan(100);
  });

  it("recognises a file that is a request, in every form in which it is handed back", async () => {
    const { request, pem } = await create();
    const bytes = (content: string) => new TextEncoder().encode(content);
    for (const file of [request, bytes(pem), bytes(`\uFEFF${pem.replaceAll("\n", "\r\n")}`), bytes(pem.replaceAll("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")), bytes(Buffer.from(request).toString("base64"))]) {
      expect(isRequestFile(file)).toBe(true);
    }
    const certificate = makeCertificate(directory, null);
    for (const file of [certificate.der, readFileSync(certificate.certificateFile), readFileSync(certificate.keyFile), bytes("no"), new Uint8Array(), new Uint8Array(1_000_000)]) expect(isRequestFile(file)).toBe(false);
    expect(await readMaterial([{ name: "x.csr", content: request }], undefined)).toMatchObject({ certificates: [], privateKeys: [] });
  });
});
