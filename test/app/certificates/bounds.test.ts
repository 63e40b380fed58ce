import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateFileLimit } from "../../../app/contract.ts";
import { makeCertificate, type Issued } from "../../fixtures/certificates.ts";
import {
  algorithm, bag, certificateBag, clearSafe, der, explicit, indefinite, integer, macData, nothing, objectIdentifier, octetString, pbes2, pbkdf2, pfx, scrypt, sealedKeyBag, sealedSafe, sequence,
} from "../../fixtures/der.ts";
import { quick } from "../../fixtures/effort.ts";
import type { Cost, ReadOnce } from "../../fixtures/read-once.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-bounds-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

const seconds = 5;
const mebibytes = 256;

/** The inner loop leaves these to `npm test`: each file is read in a process of its own. */
const thorough = describe.skipIf(quick);

let program: string;
let issued: Issued;
beforeAll(async () => {
  issued = makeCertificate(directory, null);
  const entry = join(import.meta.dirname, "../../fixtures/read-once.ts");
  await build({ configFile: false, logLevel: "error", ssr: { noExternal: true }, build: { ssr: entry, outDir: join(directory, "program"), rolldownOptions: { output: { entryFileNames: "read-once.mjs" } } } });
  program = join(directory, "program/read-once.mjs");
});

/** Reads files in a process of its own and holds it to the bounds. */
function costOf(files: readonly (Uint8Array | string)[], password = "x"): Cost {
  const task: ReadOnce = {
    password,
    files: files.map((content, index) => {
      const file = join(directory, `input-${index}`);
      writeFileSync(file, content);
      return file;
    }),
  };
  const cost = JSON.parse(execFileSync(process.execPath, [program], { input: JSON.stringify(task), encoding: "utf8", timeout: 60_000 })) as Cost;
  if (process.env["BOUNDS_SHOWN"] !== undefined) console.log(`${cost.outcome} ${cost.milliseconds.toFixed(0)} ms ${cost.memory.toFixed(0)} MiB ${cost.message}`);
  expect(cost.milliseconds, cost.message).toBeLessThan(seconds * 1000);
  expect(cost.memory, cost.message).toBeLessThan(mebibytes);
  return cost;
}

const refused = (content: Uint8Array | string, code = "certificate-unreadable"): void => { expect(costOf([content])).toMatchObject({ outcome: code }); };

const sha256 = "2.16.840.1.101.3.4.2.1";
const sha512 = "2.16.840.1.101.3.4.2.3";
const hmacs = { "SHA-1": "1.2.840.113549.2.7", "SHA-256": "1.2.840.113549.2.9", "SHA-512": "1.2.840.113549.2.11" } as const;
const billion = 1_000_000_000;
const sealed = new Uint8Array(64);
const filled = (content: Uint8Array, length = certificateFileLimit): Uint8Array => new Uint8Array(Buffer.alloc(length, content));
const repeated = (content: Uint8Array, count: number): readonly Uint8Array[] => Array.from({ length: count }, () => content);
/** A safe with a bag of a kind that is passed over, full of the smallest elements. */
const crowdedSafe = (elements: number): Uint8Array => clearSafe(bag("1.2.840.113549.1.12.10.1.5", sequence(filled(nothing, elements * 2))));

thorough("a file that asks for too much work", () => {
  it.each<[string, () => Uint8Array]>([
    ["10⁹ rounds of PBKDF2", () => sequence(pbes2(pbkdf2(billion, hmacs["SHA-256"])), octetString(sealed))],
    ["10⁹ rounds of PKCS #12's own derivation", () => sequence(algorithm("1.2.840.113549.1.12.1.3", sequence(octetString(sealed), integer(billion))), octetString(sealed))],
    ["10⁹ rounds of PBKDF1", () => sequence(algorithm("1.2.840.113549.1.5.3", sequence(octetString(sealed.subarray(0, 8)), integer(billion))), octetString(sealed))],
    ["10⁹ rounds for the MAC", () => pfx([clearSafe()], macData(sha256, sealed.subarray(0, 32), billion))],
    ["10⁹ rounds for PBMAC1", () => pfx([clearSafe()], sequence(sequence(algorithm("1.2.840.113549.1.5.14", sequence(pbkdf2(billion, hmacs["SHA-256"], 32), algorithm(hmacs["SHA-256"], nothing))), octetString(sealed.subarray(0, 32))), octetString(sealed), integer(1)))],
    ["scrypt in a gigabyte", () => sequence(pbes2(scrypt(2 ** 20, 8, 1)), octetString(sealed))],
    ["scrypt with 2³⁰ blocks", () => sequence(pbes2(scrypt(2 ** 30, 1, 1)), octetString(sealed))],
    ["scrypt ten thousand times over", () => sequence(pbes2(scrypt(2 ** 14, 8, 10_000)), octetString(sealed))],
    ["500 sealed keys of 600,000 rounds each", () => pfx([clearSafe(...Array.from({ length: 500 }, (_, index) => sealedKeyBag(pbes2(pbkdf2(600_000 + index, hmacs["SHA-256"])), sealed)))])],
    ["RC2 over ten megabytes", () => pfx([sealedSafe(algorithm("1.2.840.113549.1.12.1.6", sequence(octetString(sealed), integer(1))), new Uint8Array(certificateFileLimit - 1024))], macData(sha256, sealed.subarray(0, 32), 1))],
  ])("%s: is refused", (_, make) => {
    expect(["certificate-unreadable", "password-wrong"]).toContain(costOf([make()]).outcome);
  });

  it.each(Object.entries(hmacs))("as many rounds of PBKDF2 with %s as are let through end in time, with a password of several forms", (_, prf) => {
    const sealedWith = (rounds: number) => costOf([sequence(pbes2(pbkdf2(rounds, prf)), octetString(sealed))], "é");
    const outcomes = [500_000, 1_700_000, 4_000_000].map((rounds) => sealedWith(rounds).outcome);
    expect(outcomes[0]).toBe("password-wrong");
    expect(outcomes.at(-1)).toBe("certificate-unreadable");
  }, 60_000);

  it("as many rounds of PKCS #12's own derivation as are let through end in time", () => {
    const outcomes = [690_000, 3_800_000, 7_700_000].flatMap((rounds) => ([[sha256, 32], [sha512, 64]] as const).map(([digest, length]) => costOf([pfx([clearSafe()], macData(digest, sealed.subarray(0, length), rounds))], "é").outcome));
    expect(outcomes[0]).toBe("password-wrong");
    expect(outcomes.at(-1)).toBe("certificate-unreadable");
  }, 60_000);

  it("the largest scrypt that is let through ends in time", () => {
    expect(costOf([sequence(pbes2(scrypt(2 ** 16, 8, 1)), octetString(sealed))], "é").outcome).toBe("password-wrong");
    expect(["password-wrong", "certificate-unreadable"]).toContain(costOf([sequence(pbes2(scrypt(2 ** 16, 8, 16)), octetString(sealed))], "é").outcome);
  }, 60_000);
});

thorough("a file of a shape that no program writes", () => {
  it.each<[string, () => Uint8Array]>([
    ["a length of four gigabytes", () => Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x00)],
    ["a length of 2⁶⁴", () => Uint8Array.of(0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x30, 0x00)],
    ["a length of 127 octets", () => filled(Uint8Array.of(0xff), 200).with(0, 0x30)],
    ["four gigabytes inside", () => sequence(Uint8Array.of(0x04, 0x84, 0xff, 0xff, 0xff, 0xff), new Uint8Array(1000))],
    ["an inner element that goes beyond the outer one", () => sequence(sequence(Uint8Array.of(0x04, 0x10)), new Uint8Array(100))],
    ["two thousand levels", () => Array.from({ length: 2000 }).reduce<Uint8Array>((nested) => sequence(nested), new Uint8Array())],
    ["levels without end", () => filled(Uint8Array.of(0x30, 0x80))],
    ["marked ends and nothing else", () => filled(Uint8Array.of(0x30, 0x80, 0x00, 0x00))],
    ["five million elements", () => sequence(filled(nothing))],
    ["five million octet strings in a row", () => der(0x24, filled(Uint8Array.of(0x04, 0x00)))],
    ["safes of tiny elements, two million in all", () => pfx(repeated(crowdedSafe(15_000), 150), macData(sha256, sealed.subarray(0, 32), 1))],
    ["an object identifier of ten megabytes", () => sequence(der(0x06, filled(Uint8Array.of(1), certificateFileLimit - 20)))],
    ["an object identifier of one endless number", () => sequence(der(0x06, filled(Uint8Array.of(0xff), certificateFileLimit - 20)))],
    ["an integer of ten megabytes", () => sequence(der(0x02, filled(Uint8Array.of(0x7f), certificateFileLimit - 20)))],
    ["text of ten megabytes", () => sequence(der(0x0c, filled(Uint8Array.of(0xc3, 0xa9), certificateFileLimit - 20)))],
    ["a time of ten megabytes", () => sequence(der(0x17, filled(Uint8Array.of(0x31), certificateFileLimit - 20)))],
    ["a tag of a thousand octets", () => Uint8Array.from([0x3f, ...repeated(Uint8Array.of(0x81), 1000).flatMap((octet) => [...octet]), 1, 0])],
    ["an RSA key of a megabit", () => sequence(integer(0), algorithm("1.2.840.113549.1.1.1", nothing), octetString(sequence(integer(0), ...repeated(der(0x02, filled(Uint8Array.of(0x7f), 131_072)), 8))))],
    ["a DSA key whose public half takes long to find", () => sequence(integer(0), algorithm("1.2.840.10040.4.1", sequence(...repeated(der(0x02, filled(Uint8Array.of(0x7f), 8000)), 3))), octetString(der(0x02, filled(Uint8Array.of(0x7f), 7999))))],
    ["random bytes behind a sequence's tag", () => sequence(randomBytes(certificateFileLimit - 10))],
    ["zeros", () => new Uint8Array(certificateFileLimit)],
  ])("%s: is refused", (_, make) => {
    refused(make().subarray(0, certificateFileLimit));
  });

  it("reads BER with marked ends and strings in pieces", () => {
    const content = issued.der;
    const pieces = Array.from({ length: Math.ceil(content.length / 100) }, (_, index) => octetString(content.subarray(index * 100, index * 100 + 100)));
    const safe = indefinite(0x30, objectIdentifier("1.2.840.113549.1.7.1"), indefinite(0xa0, indefinite(0x24, octetString(indefinite(0x30, indefinite(
      0x30, objectIdentifier("1.2.840.113549.1.12.10.1.3"), indefinite(0xa0, indefinite(0x30, objectIdentifier("1.2.840.113549.1.9.22.1"), indefinite(0xa0, indefinite(0x24, ...pieces)))),
    ))))));
    expect(costOf([indefinite(0x30, integer(3), indefinite(0x30, objectIdentifier("1.2.840.113549.1.7.1"), indefinite(0xa0, indefinite(0x24, octetString(indefinite(0x30, safe))))))]).outcome).toBe("read");
  });
});

thorough("a bundle of ten thousand certificates", () => {
  it("is answered in time as PEM, PKCS #7 and PFX", () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(issued.der).toString("base64")}\n-----END CERTIFICATE-----\n`;
    refused(pem.repeat(10_000).slice(0, certificateFileLimit));
    const p7 = (certificates: readonly Uint8Array[]) => sequence(objectIdentifier("1.2.840.113549.1.7.2"), explicit(0, sequence(integer(1), der(0x31), sequence(objectIdentifier("1.2.840.113549.1.7.1")), explicit(0, ...certificates), der(0x31))));
    refused(p7(repeated(issued.der, 10_000)));
    refused(pfx([clearSafe(...repeated(certificateBag(issued.der), 10_000))]));
    expect(costOf([p7(repeated(issued.der, 500))]).outcome).toBe("read");
    expect(costOf([pem.repeat(500)]).outcome).toBe("read");
    expect(costOf([pfx([clearSafe(...repeated(certificateBag(issued.der), 500))])]).outcome).toBe("read");
  }, 60_000);
});

thorough("ten megabytes of text", () => {
  const begin = "-----BEGIN PRIVATE KEY-----";
  it.each<[string, string, string?]>([
    ["base64 that is none at its very end", `${"A".repeat(certificateFileLimit - 1)}!`],
    ["base64 of one block", `${begin}\n${"A".repeat(certificateFileLimit - 100)}\n-----END PRIVATE KEY-----\n`],
    ["beginnings without end", "-----BEGIN ".repeat(certificateFileLimit / 11)],
    ["whole beginnings without end", `${begin}\n`.repeat(certificateFileLimit / 28)],
    ["labels that never end", `-----BEGIN ${"A".repeat(38)}`.repeat(certificateFileLimit / 49)],
    ["one label that never ends", `-----BEGIN ${"A".repeat(certificateFileLimit - 11)}`],
    ["dashes", "-".repeat(certificateFileLimit)],
    ["blanks", " ".repeat(certificateFileLimit)],
    ["line ends", "\r\n".repeat(certificateFileLimit / 2)],
    ["a header of blanks", `${begin}\nA:${" ".repeat(certificateFileLimit - 200)}\n\nAAAA\n-----END PRIVATE KEY-----`],
    ["headers without end", `${begin}\n${"A: b\n".repeat(2_000_000)}-----END PRIVATE KEY-----`],
    ["lines of blanks where headers end", `${begin}\nA: b\n${`${" ".repeat(1000)}x\n`.repeat(10_000)}-----END PRIVATE KEY-----`],
    ["backslashes", "\\n".repeat(certificateFileLimit / 2)],
    ["equals signs", `AA${"=".repeat(certificateFileLimit - 2)}`],
    ["many small blocks", `-----BEGIN X-----\nAAAA\n-----END X-----\n`.repeat(200_000)],
    ["blocks of tiny elements", `-----BEGIN CERTIFICATE-----\n${Buffer.from(sequence(sequence(filled(nothing, 7000)), sequence(nothing), der(0x03, Uint8Array.of(0)))).toString("base64")}\n-----END CERTIFICATE-----\n`.repeat(500)],
  ])("%s: is refused", (_, text) => {
    refused(text.slice(0, certificateFileLimit));
  });

  it("in UTF-16 is refused as fast", () => {
    refused(Buffer.from(`\uFEFF${"A".repeat(certificateFileLimit / 2 - 2)}!`, "utf16le").subarray(0, certificateFileLimit));
  });
});

thorough("all files together", () => {
  it("have 16 MB at most", () => {
    const file = new Uint8Array(2 * 1024 * 1024);
    const cost = costOf(repeated(file, 9));
    expect(cost).toMatchObject({ outcome: "file-too-large" });
    expect(cost.message).toContain("16777216");
  });

  it("share one budget for the work that they ask for", () => {
    const heavy = Array.from({ length: 16 }, (_, index) => sequence(pbes2(pbkdf2(600_000 + index, hmacs["SHA-512"])), octetString(sealed)));
    expect(["certificate-unreadable", "password-wrong"]).toContain(costOf(heavy).outcome);
  });
});
