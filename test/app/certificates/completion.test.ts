import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complete } from "../../../app/certificates/completion.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { createRequest, type RequestOptions, type SigningRequest } from "../../../app/certificates/signing-request.ts";
import { LockstepError } from "../../../app/errors.ts";
import { fixturePassword, keyDer, makeAuthority, makeCertificate, openssl, type Authority, type Issued } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-completion-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let authority: Authority;
let made: SigningRequest;
let answer: Uint8Array;
beforeAll(async () => {
  authority = makeAuthority(join(directory, "authority"));
  made = await request();
  answer = issue(made);
});

const path = (name: string): string => join(directory, name);
const request = (options: Partial<RequestOptions> = {}): Promise<SigningRequest> =>
  createRequest({ commonName: "clinic-7.example.org", names: ["www.clinic-7.example.org", "10.1.2.3"], keyType: "ec:p256", ...options });

let count = 0;
/** What an authority does with a request: DER of the certificate, with the names of the request unless others are given. */
function issue({ pem }: SigningRequest, options: { readonly names?: string; readonly days?: number; readonly issuer?: Issued } = {}): Uint8Array {
  const { issuer = authority.intermediate } = options;
  const csr = path(`${++count}.csr`);
  const extensions = path(`${count}.cnf`);
  writeFileSync(csr, pem);
  writeFileSync(extensions, `basicConstraints = CA:FALSE\nextendedKeyUsage = serverAuth\n${options.names === undefined ? "" : `subjectAltName = ${options.names}\n`}`);
  return new Uint8Array(openssl([
    "x509", "-req", "-in", csr, ...options.names === undefined ? ["-copy_extensions", "copyall"] : [], "-extfile", extensions,
    "-CA", issuer.certificateFile, "-CAkey", issuer.keyFile, "-days", String(options.days ?? 90), "-outform", "DER",
  ]));
}

const pem = (der: Uint8Array): Buffer => openssl(["x509", "-inform", "DER"], der);
const read = (content: Uint8Array, password?: string) => readMaterial([{ name: "answer", content: new Uint8Array(content) }], password);
/** Completes the request with what one file holds. */
const completed = async (content: Uint8Array, { privateKey, request: asked }: SigningRequest = made) => complete(await read(content), privateKey, asked, "answer.cer", [content]);
const refusal = async (content: Uint8Array, of: SigningRequest = made): Promise<LockstepError> =>
  completed(content, of).then(() => { throw new Error("was accepted"); }, (error: unknown) => { if (error instanceof LockstepError) return error; throw error; });

describe("completing a request", () => {
  it.each<[string, () => Uint8Array]>([
    ["PEM", () => Buffer.concat([pem(answer), readFileSync(authority.chainFile)])],
    ["PEM with the root first, as some portals send it", () => Buffer.concat([readFileSync(authority.root.certificateFile), readFileSync(authority.intermediate.certificateFile), pem(answer)])],
    ["P7B in DER", () => openssl(["crl2pkcs7", "-nocrl", "-certfile", bundle(), "-outform", "DER"])],
    ["P7B in PEM", () => openssl(["crl2pkcs7", "-nocrl", "-certfile", bundle()])],
    ["base64 without a header", () => Buffer.from(openssl(["crl2pkcs7", "-nocrl", "-certfile", bundle(), "-outform", "DER"]).toString("base64"))],
  ])("joins certificate, chain and key from %s", async (_, content) => {
    const { leaf, privateKey, certificates, findings } = await completed(content());
    expect(leaf).toEqual(answer);
    expect(certificates).toEqual([answer, authority.intermediate.der, authority.root.der]);
    expect(privateKey).toBe(made.privateKey);
    expect(findings).toEqual([]);
  });

  const bundle = (): string => {
    const file = path("bundle.pem");
    writeFileSync(file, Buffer.concat([readFileSync(authority.chainFile), pem(answer)]));
    return file;
  };

  it("takes a certificate alone in DER, and one in a PFX without its key", async () => {
    expect((await completed(answer)).certificates).toEqual([answer]);
    writeFileSync(path("answer.pem"), pem(answer));
    writeFileSync(path("password"), fixturePassword);
    const pfx = openssl(["pkcs12", "-export", "-nokeys", "-in", path("answer.pem"), "-certfile", authority.chainFile, "-passout", `file:${path("password")}`]);
    const { certificates } = complete(await read(pfx, fixturePassword), made.privateKey, made.request, "answer.pfx");
    expect(certificates).toEqual([answer, authority.intermediate.der, authority.root.der]);
  });

  it("leaves out certificates that do not belong to the chain", async () => {
    const stranger = makeCertificate(directory, null, { commonName: "other.example.org" });
    expect((await completed(Buffer.concat([readFileSync(stranger.certificateFile), pem(answer)]))).certificates).toEqual([answer]);
  });

  it("makes what openssl verifies: the certificate is for the key, under the authority", async () => {
    for (const keyType of ["rsa:2048", "ec:p384"] as const) {
      const one = await request({ keyType });
      const { leaf, certificates } = await completed(Buffer.concat([pem(issue(one)), readFileSync(authority.chainFile)]), one);
      writeFileSync(path("leaf.pem"), pem(leaf));
      writeFileSync(path("chain.pem"), Buffer.concat(certificates.slice(1).map(pem)));
      expect(openssl(["verify", "-purpose", "sslserver", "-verify_hostname", "www.clinic-7.example.org", "-CAfile", authority.root.certificateFile, "-untrusted", path("chain.pem"), path("leaf.pem")]).toString()).toContain("OK");
      expect(openssl(["x509", "-in", path("leaf.pem"), "-noout", "-pubkey"])).toEqual(openssl(["pkey", "-inform", "DER", "-pubout"], one.privateKey));
    }
  });

  it("takes the one issued last of several for the same key", async () => {
    const older = makeDated(made, new Date(Date.now() - 40 * 86_400_000));
    for (const order of [[older, answer], [answer, older]]) expect((await completed(Buffer.concat(order.map(pem)))).leaf).toEqual(answer);
  });

  it("does without the request, where only the key was kept", async () => {
    expect(complete(await read(issue(made, { names: "DNS:other.example.org" })), made.privateKey, null, "answer.cer")).toMatchObject({ findings: [] });
  });
});

describe("an answer that differs from the request", () => {
  it("lacks names", async () => {
    const { findings } = await completed(issue(made, { names: "DNS:clinic-7.example.org" }));
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([["answer-names-missing", "warning"]]);
    expect(findings[0]?.message).toContain("www.clinic-7.example.org, 10.1.2.3");
  });

  it("holds more names", async () => {
    const { findings } = await completed(issue(made, { names: "DNS:clinic-7.example.org,DNS:www.clinic-7.example.org,IP:10.1.2.3,DNS:added.example.org" }));
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([["answer-names-added", "information"]]);
    expect(findings[0]?.message).toContain("added.example.org");
    expect(findings[0]?.message).not.toContain("www");
  });

  it("lacks nothing where a wildcard covers it, nor where case or the form of an address differ", async () => {
    const { findings } = await completed(issue(made, { names: "DNS:CLINIC-7.example.org,DNS:*.clinic-7.example.org,IP:10.1.2.3" }));
    expect(findings.map(({ code }) => code)).toEqual(["answer-names-added"]);
    expect(findings[0]?.message).toMatch(/: \*\.clinic-7\.example\.org\.$/);
  });

  it("lacks a wildcard that was asked for, though it has names under it", async () => {
    const wild = await request({ commonName: "*.clinic-7.example.org", names: [] });
    const { findings } = await completed(issue(wild, { names: "DNS:www.clinic-7.example.org" }), wild);
    expect(findings.map(({ code }) => code)).toEqual(["answer-names-missing", "answer-names-added"]);
  });

  it("has no names at all", async () => {
    const bare = issue(made, { names: "email:x@example.org" });
    expect((await completed(bare)).findings[0]?.message).toContain("clinic-7.example.org, www.clinic-7.example.org, 10.1.2.3");
  });
});

describe("an answer that is none is explained:", () => {
  it("only the authority's certificate", async () => {
    const one = await refusal(authority.intermediate.der);
    expect(one).toMatchObject({ code: "answer-mismatch", message: "answer.cer does not answer the request: it holds only the certificate of an authority, CN=Fixture Issuing CA, O=Lockstep fixtures, C=BE, not the one that was issued." });
    expect((await refusal(readFileSync(authority.chainFile))).message).toMatch(/it holds only certificates of authorities \(CN=Fixture Issuing CA, .* and 1 more\)/);
  });

  it("the request itself, in every form", async () => {
    for (const content of [made.request, new TextEncoder().encode(made.pem), Buffer.from(Buffer.from(made.request).toString("base64"))]) {
      expect(await refusal(content)).toMatchObject({ code: "answer-mismatch", message: expect.stringMatching(/it is a certificate request, not the certificate/) as string });
    }
    // Without the file itself at hand, a request in DER is still known for one.
    expect(() => complete({ format: "der", encryption: null, findings: [], certificates: [], privateKeys: [] }, made.privateKey, null, "x.csr")).toThrow(/it is a certificate request/);
  });

  it("no certificate at all", async () => {
    const key = openssl(["pkey", "-inform", "DER"], made.privateKey);
    expect(await refusal(key)).toMatchObject({ code: "certificate-missing" });
    expect(await refusal(made.privateKey)).toMatchObject({ code: "certificate-missing" });
  });

  it("a key of another kind", async () => {
    const rsa = await request({ keyType: "rsa:2048" });
    expect((await refusal(issue(rsa))).message).toMatch(/CN=clinic-7\.example\.org, was issued for a key of another kind \(rsa:2048, where the request's is ec:p256\)/);
    expect((await refusal(answer, rsa)).message).toMatch(/\(ec:p256, where the request's is rsa:2048\)/);
  });

  it("another key of the same kind, as an earlier request for the same names had", async () => {
    expect((await refusal(issue(await request()))).message).toMatch(/for another key of the same kind \(ec:p256\)\. It may answer an earlier or a later request/);
  });

  it("other names, with those that were asked for", async () => {
    const other = await request({ commonName: "lab.example.org", names: [] });
    expect((await refusal(issue(other))).message).toMatch(
      /issued for other names, lab\.example\.org \(the request asked for clinic-7\.example\.org, www\.clinic-7\.example\.org, 10\.1\.2\.3\), and for another key of the same kind \(ec:p256\)/);
  });

  it("several certificates, none of them for this key", async () => {
    const others = await Promise.all(["lab.example.org", "ward.example.org"].map((commonName) => request({ commonName, names: [] })));
    const { message } = await refusal(Buffer.concat([...others.map((one) => pem(issue(one))), readFileSync(authority.chainFile)]));
    expect(message).toMatch(/it holds 2 certificates, for lab\.example\.org, ward\.example\.org, and none is for the key of this request/);
    // One among them for the same names is the one to speak of.
    const again = await request();
    expect((await refusal(Buffer.concat([pem(issue(others[0] ?? again)), pem(issue(again))]))).message).toMatch(/CN=clinic-7\.example\.org, was issued for another key of the same kind/);
  });

  it("and no message holds anything of the key", async () => {
    const shown = (await refusal(issue(await request()))).message;
    for (let at = 0; at + 8 < made.privateKey.length; at++) expect(shown).not.toContain(Buffer.from(made.privateKey.subarray(at, at + 8)).toString("base64").slice(0, 10));
    await expect(read(answer).then((material) => complete(material, new Uint8Array(50), null, "x"))).rejects.toMatchObject({ code: "certificate-unreadable" });
  });
});

/** The same request answered at another time. */
function makeDated({ privateKey }: SigningRequest, notBefore: Date): Uint8Array {
  const folder = path("dated");
  mkdirSync(folder, { recursive: true });
  const keyFile = join(folder, "key.pem");
  writeFileSync(keyFile, openssl(["pkey", "-inform", "DER"], privateKey));
  expect(keyDer(keyFile)).toEqual(privateKey);
  return makeCertificate(folder, authority.intermediate, { keyFile, notBefore }).der;
}
