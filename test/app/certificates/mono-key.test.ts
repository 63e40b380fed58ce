// RSA keys in numbers that Mono's TLS reads. That Mono itself agrees is shown in test/real/mono.
import type * as crypto from "node:crypto";
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { isReadByMono, keyForMono } from "../../../app/certificates/mono-key.ts";
import { createRequest } from "../../../app/certificates/signing-request.ts";
import { rsaKeyWith } from "../../fixtures/rsa-numbers.ts";

/** Keys that are dealt out in place of fresh ones, the first of them first. */
const { dealt } = vi.hoisted(() => ({ dealt: [] as KeyObject[] }));
vi.mock("node:crypto", async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  type Done = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void;
  return {
    ...original,
    generateKeyPair: (kind: "rsa", options: { modulusLength: number }, done: Done) => {
      const key = dealt.shift();
      if (key) done(null, original.createPublicKey(key), key);
      else original.generateKeyPair(kind, options, done);
    },
  };
});

const pkcs8 = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
const parsed = (der: Uint8Array): KeyObject => createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
const publicHalf = (key: KeyObject) => createPublicKey(key).export({ type: "spki", format: "der" });
const message = Buffer.from("the same signature");

describe("an RSA key for Mono", () => {
  it.each([1024, 2048, 3072] as const)("of %i bits with numbers of full length is taken as it stands", (size) => {
    const key = pkcs8(rsaKeyWith(null, size));
    expect(isReadByMono(key)).toBe(true);
    expect(keyForMono(key)).toBe(key);
  });

  it.each([["d", 1024], ["d", 2048], ["qi", 1024], ["qi", 2048]] as const)("with a short %s of %i bits is the same key in other numbers", (short, size) => {
    const key = rsaKeyWith(short, size);
    expect(isReadByMono(pkcs8(key))).toBe(false);
    const found = keyForMono(pkcs8(key));
    if (!found) throw new Error("there is none");
    expect(isReadByMono(found)).toBe(true);
    expect(publicHalf(parsed(found))).toEqual(publicHalf(key));
    expect(sign("sha256", message, parsed(found))).toEqual(sign("sha256", message, key));
    expect(keyForMono(found)).toBe(found);
  });

  it.each(["p", "q"] as const)("whose numbers are rubbish is none: %s is 1", (name) => {
    const short = rsaKeyWith("d", 1024).export({ format: "jwk" });
    const damaged = createPrivateKey({ key: { ...short, [name]: "AQ" }, format: "jwk" });
    expect([isReadByMono(pkcs8(damaged)), keyForMono(pkcs8(damaged))]).toEqual([false, null]);
  });

  it.each(["dp", "dq"] as const)("with a short %s has no other numbers", (short) => {
    const key = pkcs8(rsaKeyWith(short, 1024));
    expect([isReadByMono(key), keyForMono(key)]).toEqual([false, null]);
  });

  it.each([
    ["a modulus that does not fill its octets", () => generateKeyPairSync("rsa", { modulusLength: 1023 }).privateKey],
    ["a public exponent over 32 bits", () => rsaKeyWith(null, 1024, 0x1_0000_0001n)],
    ["EC", () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
    ["Ed25519", () => generateKeyPairSync("ed25519").privateKey],
    ["RSA-PSS", () => generateKeyPairSync("rsa-pss", { modulusLength: 1024 }).privateKey],
  ] as const)("is none: %s", (_, make) => {
    const key = pkcs8(make());
    expect([isReadByMono(key), keyForMono(key)]).toEqual([false, null]);
  });
});

describe("a fresh key for a request", () => {
  it("is another one where Mono could not be made to read the first", async () => {
    const [hopeless, good] = [rsaKeyWith("dp"), rsaKeyWith("d")];
    dealt.push(hopeless, good);
    expect((await createRequest({ commonName: "clinic-7.example.org", names: [], keyType: "rsa:2048" })).privateKey).toEqual(pkcs8(good));
    expect(dealt).toEqual([]);
    expect(keyForMono((await createRequest({ commonName: "clinic-7.example.org", names: [], keyType: "rsa:2048" })).privateKey)).not.toBeNull();
  });
});
