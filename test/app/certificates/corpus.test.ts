import type * as NodeCrypto from "node:crypto";
import type * as NodeTls from "node:tls";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Material } from "../../../app/certificates/certificate.ts";
import { identify } from "../../../app/certificates/identify.ts";
import { privateKeyType, publicKeyInfo } from "../../../app/certificates/private-key.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { makeCorpus, present, type CorpusFile, type Maker } from "../../fixtures/certificate-corpus.ts";
import { quick } from "../../fixtures/effort.ts";

/** While `closed`, node:crypto does nothing here that Electron's BoringSSL does not do, or does otherwise. */
const openssl = vi.hoisted(() => ({ closed: false, refused: 0 }));

vi.mock("node:crypto", async (importOriginal) => {
  const original = await importOriginal<typeof NodeCrypto>();
  const rsaPss = Buffer.from("06092a864886f70d01010a", "hex");
  const shared = new Set(["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des-ede3-cbc"]);
  const refuse = (what: string): never => {
    openssl.refused++;
    throw new Error(`${what} is OpenSSL's alone`);
  };
  const guardKey = (input: unknown): void => {
    if (!openssl.closed) return;
    if (typeof input === "string" || input instanceof Uint8Array) refuse("a key in PEM");
    const { format, type, key, passphrase } = input as { format?: string; type?: string; key?: unknown; passphrase?: unknown };
    if (passphrase !== undefined) refuse("a passphrase");
    if (format === "pem") refuse("a key in PEM");
    if (type === "pkcs8" && key instanceof Uint8Array && (Buffer.from(key).includes(rsaPss) || key[4] === 0x30)) refuse("a key of RSA-PSS, or an encrypted one");
  };
  return {
    ...original,
    createPrivateKey: (input: Parameters<typeof original.createPrivateKey>[0]) => {
      guardKey(input);
      return original.createPrivateKey(input);
    },
    createPublicKey: (input: Parameters<typeof original.createPublicKey>[0]) => {
      if (!(input instanceof original.KeyObject)) guardKey(input);
      return original.createPublicKey(input);
    },
    createDecipheriv: (algorithm: string, key: Uint8Array, iv: Uint8Array) => {
      if (openssl.closed && !shared.has(algorithm)) refuse(algorithm);
      return original.createDecipheriv(algorithm, key, iv);
    },
  };
});
vi.mock("node:tls", async (importOriginal) => ({ ...await importOriginal<typeof NodeTls>(), createSecureContext: () => { throw new Error("it parses as OpenSSL does"); } }));

const directory = mkdtempSync(join(tmpdir(), "lockstep-corpus-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

let corpus: readonly CorpusFile[];
const materials = new Map<CorpusFile, Material>();

const read = ({ name, content }: CorpusFile, password: string | undefined) => readMaterial([{ name, content }], password);
const code = async (promise: Promise<unknown>): Promise<string> => promise.then(() => "accepted", (error: unknown) => (error as LockstepError).code);
const base64 = (encodings: readonly Uint8Array[]): readonly string[] => encodings.map((der) => Buffer.from(der).toString("base64"));

async function readsAsOpenSslDoes(file: CorpusFile): Promise<Material> {
  const material = await read(file, file.password).catch((error: unknown) => { throw new Error(`${file.name}: ${String(error)}`, { cause: error }); });
  expect(base64(material.certificates), file.name).toEqual(base64(file.certificates));
  expect(base64(material.privateKeys), file.name).toEqual(base64(file.privateKeys));
  return material;
}

describe.skipIf(quick)("files that the real tools write", () => {
  beforeAll(async () => { corpus = await makeCorpus(directory); }, 300_000);

  it("are 120 at least, of every tool that is here", () => {
    const of = (maker: Maker): number => corpus.filter((file) => file.maker === maker).length;
    console.log(`corpus: ${corpus.length} files (${(["openssl", "pk12util", "certtool", "keytool"] as const).map((maker) => `${maker} ${of(maker)}`).join(", ")})`);
    expect(of("openssl")).toBeGreaterThanOrEqual(120);
    for (const maker of ["pk12util", "certtool", "keytool"] as const) if (present(maker)) expect(of(maker)).toBeGreaterThanOrEqual(4);
    for (const file of corpus) expect(file.certificates.length + file.privateKeys.length, file.name).toBeGreaterThan(0);
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  });

  it("are read, certificates and keys exactly as OpenSSL takes them out", async () => {
    for (const file of corpus) materials.set(file, await readsAsOpenSslDoes(file));
  }, 180_000);

  it("tell how they are protected before any password, the same as after it", () => {
    expect(materials.size).toBe(corpus.length);
    for (const [{ name, content, password }, { format, encryption, findings }] of materials) {
      const from = performance.now();
      const identified = identify({ name, content });
      expect(performance.now() - from, name).toBeLessThan(200);
      expect(identified, name).toEqual({ name, format, encryption, findings, needsPassword: password !== undefined });
    }
  });

  it("say that a wrong password is one, and that one is needed", async () => {
    for (const file of corpus.filter(({ sealed, maker }) => sealed && (maker === "openssl" || maker === "keytool"))) {
      expect(await code(read(file, `${file.password ?? ""} `)), file.name).toBe("password-wrong");
      expect(await code(read(file, undefined)), file.name).toBe("password-needed");
    }
  }, 180_000);

  it("are read the same with every path closed that OpenSSL has and BoringSSL has not", async () => {
    openssl.closed = true;
    try {
      for (const file of corpus) await readsAsOpenSslDoes(file);
      expect(openssl.refused).toBe(0);
      const kinds = new Set(corpus.flatMap(({ privateKeys }) => privateKeys).map((key) => {
        expect(publicKeyInfo(key).length).toBeGreaterThan(40);
        return privateKeyType(key);
      }));
      expect([...kinds].sort()).toEqual(["ec:p256", "ec:p384", "ec:p521", "ed25519", "rsa-pss:2048", "rsa:2048", "rsa:4096"]);
      const { createPrivateKey, createDecipheriv } = await import("node:crypto");
      const { createSecureContext } = await import("node:tls");
      expect(() => createPrivateKey({ key: "", passphrase: "x" })).toThrow("OpenSSL's alone");
      expect(() => createDecipheriv("rc2-cbc", new Uint8Array(16), new Uint8Array(8))).toThrow("OpenSSL's alone");
      expect(() => createSecureContext({})).toThrow("as OpenSSL does");
    } finally {
      openssl.closed = false;
    }
  }, 180_000);
});

describe("the source", () => {
  it("hands the platform no password and no file to parse; only the practice machine's listener makes a context, of what was read", () => {
    const root = join(import.meta.dirname, "../../..");
    const sources = ["app", "main"].flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((name) => join(root, room, name)))
      .filter((path) => /\.(?:ts|tsx|mts|js)$/.test(path));
    expect(sources.length).toBeGreaterThan(50);
    for (const path of sources) {
      const text = readFileSync(path, "utf8");
      expect(text, path).not.toMatch(/passphrase['"]?\s*[:,}\]]/);
      if (!path.endsWith(join("practice", "listener.ts"))) expect(text, path).not.toContain("createSecureContext");
    }
  });
});
