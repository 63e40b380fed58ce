// The test that the desktop program makes of the cryptography it runs on.
import type * as Crypto from "node:crypto";
import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it, vi } from "vitest";
import { missingCryptography } from "../../../app/certificates/self-test.ts";

const absent = vi.hoisted(() => new Set<string>());
vi.mock("node:crypto", async (original) => {
  const real = await original<typeof Crypto>();
  return {
    ...real,
    createDecipheriv: (cipher: string, ...rest: [Uint8Array, Uint8Array]) => {
      if (absent.has(cipher)) throw new Error("unknown cipher");
      return real.createDecipheriv(cipher, ...rest);
    },
    createHash: (hash: string) => real.createHash(absent.has(hash) ? "sha256" : hash),
  };
});
afterEach(() => absent.clear());

describe("what the platform's cryptography must offer", () => {
  it("is all there in Node", async () => {
    expect(await missingCryptography()).toEqual([]);
  });

  it("is named where it is missing, or answers otherwise than it should", async () => {
    absent.add("des-ede3-cbc");
    absent.add("md5");
    expect(await missingCryptography()).toEqual(["MD5", "DES-EDE3-CBC"]);
  });

  it("is compared with answers that OpenSSL gives as well", () => {
    const zeros = (cipher: string, octets: number, length: number): string => {
      const key = Array.from({ length: octets }, (_, index) => index.toString(16).padStart(2, "0")).join("");
      return execFileSync("openssl", ["enc", "-d", `-${cipher}`, "-K", key, "-iv", "00".repeat(length), "-nopad"], { input: Buffer.alloc(length) }).toString("hex").slice(0, 8);
    };
    expect([zeros("aes-128-cbc", 16, 16), zeros("aes-192-cbc", 24, 16), zeros("aes-256-cbc", 32, 16), zeros("des-ede3-cbc", 24, 8)]).toEqual(["7b1d29a1", "6287f7fa", "6d9f08eb", "31b3ee88"]);
  });
});
