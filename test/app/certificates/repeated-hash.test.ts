import { createHash, randomBytes, randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashedAgain, type RepeatedHash } from "../../../app/certificates/repeated-hash.ts";

const hashes = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256"] as const satisfies readonly RepeatedHash[];

function byPlatform(hash: RepeatedHash, digest: Uint8Array, times: number): string {
  let last = Buffer.from(digest);
  for (let round = 0; round < times; round++) last = createHash(hash).update(last).digest();
  return last.toString("hex");
}

describe("a hash of a hash of a hash", () => {
  it.each(hashes)("of %s is what the platform makes of it", (hash) => {
    for (let trial = 0; trial < 200; trial++) {
      const digest = createHash(hash).update(randomBytes(8)).digest();
      const times = trial === 0 ? 0 : randomInt(1, 40);
      expect(Buffer.from(hashedAgain(hash, digest, times)).toString("hex")).toBe(byPlatform(hash, digest, times));
    }
    for (const octet of [0x00, 0x7f, 0x80, 0xff]) {
      const digest = new Uint8Array(createHash(hash).digest().length).fill(octet);
      expect(Buffer.from(hashedAgain(hash, digest, 1000)).toString("hex")).toBe(byPlatform(hash, digest, 1000));
    }
  });

  it("takes a digest that stands within other bytes, and leaves it as it is", () => {
    const whole = new Uint8Array(randomBytes(100));
    const digest = whole.subarray(7, 39);
    const before = Buffer.from(whole).toString("hex");
    expect(Buffer.from(hashedAgain("sha256", digest, 5)).toString("hex")).toBe(byPlatform("sha256", digest, 5));
    expect(Buffer.from(whole).toString("hex")).toBe(before);
  });
});
