import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Material } from "../../../app/certificates/certificate.ts";
import { convert, type Target } from "../../../app/certificates/conversion.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { fixturePassword, keyDer, makeAuthority, makeCertificate, makePfx, openssl, type Authority, type Issued, type KeyKind, type Protection } from "../../fixtures/certificates.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-conversion-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let authority: Authority;
let server: Issued;
beforeAll(() => {
  authority = makeAuthority(join(directory, "authority"));
  server = makeCertificate(directory, authority.intermediate);
});

const path = (name: string): string => join(directory, name);
const read = (content: Uint8Array, password?: string): Promise<Material> => readMaterial([{ name: "file", content: new Uint8Array(content) }], password);
const material = (certificates: readonly Issued[], keys: readonly Issued[]): Material =>
  ({ format: "pem", encryption: null, findings: [], certificates: certificates.map(({ der }) => der), privateKeys: keys.map(({ keyFile }) => keyDer(keyFile)) });
const codes = async (of: Material, target: Target): Promise<readonly [string, string][]> => (await convert(of, target)).findings.map(({ code, severity }) => [code, severity]);
const targets = ["pem", "pfx", "pfx-legacy"] as const;

describe("converting", () => {
  it.each<[KeyKind, Protection]>([["rsa:2048", "modern"], ["rsa:2048", "legacy"], ["ec:p256", "aes128-sha512"], ["ec:p384", "no-mac"], ["ec:p521", "bags-3des-2key"], ["ed25519", "modern"], ["rsa-pss:2048", "unencrypted"]])(
    "keeps everything of a PFX for %s, %s, whatever it is converted to and back", async (key, protection) => {
      const leaf = makeCertificate(directory, authority.intermediate, { key });
      const { file, password } = makePfx(leaf, { directory, authority, chain: "full", protection });
      const original = await read(readFileSync(file), password);
      for (const to of targets) {
        const { content, certificates } = await convert(original, { to, password: "andere Größe" });
        const again = await read(content, "andere Größe");
        expect(again.certificates).toEqual([leaf.der, authority.intermediate.der, authority.root.der]);
        expect(again.privateKeys).toEqual([keyDer(leaf.keyFile)]);
        expect(certificates).toEqual(again.certificates);
        expect(again.encryption).toBe(to === "pfx-legacy" ? "3DES (SHA-1)" : "AES-256 (SHA-256)");
      }
    });

  it("makes for old Windows what openssl reads as 3DES and SHA-1, from a modern file", async () => {
    const made = makePfx(server, { directory, authority });
    const { content } = await convert(await read(readFileSync(made.file), made.password), { to: "pfx-legacy", password: made.password });
    writeFileSync(path("legacy.pfx"), content);
    const options = ["pkcs12", "-in", path("legacy.pfx"), "-passin", `file:${made.passwordFile}`, "-noenc"];
    writeFileSync(path("legacy.pem"), openssl([...options, "-nocerts"]));
    expect(keyDer(path("legacy.pem"))).toEqual(keyDer(server.keyFile));
    expect(new Uint8Array(openssl(["x509", "-outform", "DER"], openssl([...options, "-nokeys", "-clcerts"])))).toEqual(server.der);
  });

  it("puts the certificate with the key first, then its chain, then the rest, in whatever order they were", async () => {
    const stranger = makeCertificate(directory, null, { commonName: "other.example.org" });
    const { root, intermediate } = authority;
    for (const order of [[root, stranger, intermediate, server], [stranger, server, root, intermediate]]) {
      for (const to of targets) {
        const { content } = await convert(material(order, [server]), { to, password: fixturePassword });
        expect((await read(content, fixturePassword)).certificates).toEqual([server, intermediate, root, stranger].map(({ der }) => der));
      }
    }
  });

  it("names a PFX after its server, so that Windows' list shows it", async () => {
    const { content } = await convert(material([server, authority.intermediate], [server]), { to: "pfx", password: fixturePassword });
    writeFileSync(path("named.pfx"), content);
    writeFileSync(path("password"), fixturePassword);
    const said = openssl(["pkcs12", "-in", path("named.pfx"), "-passin", `file:${path("password")}`, "-noenc"]).toString();
    expect(said.match(/friendlyName: .*/g)).toEqual(["friendlyName: clinic-7.example.org", "friendlyName: clinic-7.example.org"]);
  });

  it("keeps several keys, each with its certificate", async () => {
    const other = makeCertificate(directory, authority.intermediate, { commonName: "other.example.org", key: "rsa:2048" });
    for (const to of targets) {
      const { content } = await convert(material([authority.intermediate, other, server], [server, other]), { to, password: fixturePassword });
      const again = await read(content, fixturePassword);
      expect(again.certificates).toEqual([other.der, authority.intermediate.der, server.der]);
      expect(again.privateKeys).toEqual([keyDer(other.keyFile), keyDer(server.keyFile)]);
    }
  });

  it("keeps a key to which no certificate belongs", async () => {
    const other = makeCertificate(directory, null);
    for (const to of targets) {
      const { content } = await convert(material([server], [other]), { to, password: fixturePassword });
      expect(await read(content, fixturePassword)).toMatchObject({ certificates: [server.der], privateKeys: [keyDer(other.keyFile)] });
    }
  });

  it("writes certificates alone, in a PFX without a password too", async () => {
    for (const to of targets) {
      const { content, findings } = await convert(material([authority.intermediate, server], []), { to, password: null });
      expect(await read(content)).toMatchObject({ certificates: [server.der, authority.intermediate.der], privateKeys: [] });
      expect(findings.map(({ code }) => code)).toEqual(to === "pfx-legacy" ? ["pfx-legacy-encryption"] : []);
    }
  });

  it("writes a key alone as PEM, and as nothing else", async () => {
    const { content } = await convert(material([], [server]), { to: "pem", password: fixturePassword });
    expect((await read(content, fixturePassword)).privateKeys).toEqual([keyDer(server.keyFile)]);
    for (const to of ["pfx", "pfx-legacy"] as const) await expect(convert(material([], [server]), { to, password: fixturePassword })).rejects.toMatchObject({ code: "certificate-missing" });
  });
});

describe("what a conversion says", () => {
  it("of a key in the clear: only where there is one, and no password", async () => {
    const all = material([server], [server]);
    expect(await codes(all, { to: "pem", password: null })).toEqual([["key-unencrypted", "information"]]);
    expect(await codes(all, { to: "pem", password: "" })).toEqual([["key-unencrypted", "information"]]);
    expect(await codes(all, { to: "pem", password: fixturePassword })).toEqual([]);
    expect(await codes(material([server], []), { to: "pem", password: null })).toEqual([]);
  });

  it("of a PFX with a key and no password: that one is needed; an empty one is one", async () => {
    const all = material([server], [server]);
    for (const to of ["pfx", "pfx-legacy"] as const) {
      await expect(convert(all, { to, password: null })).rejects.toMatchObject({ code: "new-password-needed" });
      expect(await read((await convert(all, { to, password: "" })).content, "")).toMatchObject({ privateKeys: [keyDer(server.keyFile)] });
    }
  });

  it("of the old encryption, and of keys that Windows does not use, once each", async () => {
    const unusual = makeCertificate(directory, authority.intermediate, { key: "ed25519" });
    const another = makeCertificate(directory, authority.intermediate, { key: "ed25519" });
    expect(await codes(material([server], [server]), { to: "pfx", password: "x" })).toEqual([]);
    expect(await codes(material([unusual, another], [unusual, another]), { to: "pfx", password: "x" })).toEqual([["key-kind-unusual", "warning"]]);
    expect(await codes(material([unusual], [unusual]), { to: "pfx-legacy", password: "x" })).toEqual([["key-kind-unusual", "warning"], ["pfx-legacy-encryption", "warning"]]);
    expect(await codes(material([unusual], [unusual]), { to: "pem", password: "x" })).toEqual([]);
  });
});
