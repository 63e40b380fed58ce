import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanThumbprint, thumbprint } from "../../../app/certificates/thumbprint.ts";

const sha1 = "A909502DD82AE41433E6F83886B00D4277A32A7B";

describe("cleaning a pasted thumbprint", () => {
  it("leaves a clean one as it is", () => {
    expect(cleanThumbprint(sha1)).toEqual({ thumbprint: sha1, kind: "sha1", removed: [] });
  });

  it("takes away the mark that Windows' certificate dialogue puts first, and says so", () => {
    const pasted = `\u200Ea9 09 50 2d d8 2a e4 14 33 e6 f8 38 86 b0 0d 42 77 a3 2a 7b`;
    expect(cleanThumbprint(pasted)).toEqual({ thumbprint: sha1, kind: "sha1", removed: ["U+200E LEFT-TO-RIGHT MARK", "19 blanks"] });
  });

  it.each<[string, string, readonly string[]]>([
    ["colons, as openssl prints them", (sha1.match(/../g) ?? []).join(":"), ["19 colons"]],
    ["openssl's whole line", `SHA1 Fingerprint=${(sha1.match(/../g) ?? []).join(":")}`, ['the words "SHA1 Fingerprint="', "19 colons"]],
    ["PowerShell's or certutil's label", `Cert Hash(sha1): ${sha1}`.replace("Cert ", ""), ['the words "Hash(sha1):"']],
    ["dashes", (sha1.match(/.{8}/g) ?? []).join("-"), ["4 dashes"]],
    ["a line end and a tab", `\t${sha1}\r\n`, ["3 blanks"]],
    ["a byte order mark and zero-width spaces", `\uFEFF${sha1.slice(0, 20)}\u200B\u200B${sha1.slice(20)}`, ["U+FEFF ZERO WIDTH NO-BREAK SPACE", "U+200B ZERO WIDTH SPACE (2 times)"]],
    ["a right-to-left mark", `${sha1}\u200F`, ["U+200F RIGHT-TO-LEFT MARK"]],
    ["no-break spaces", sha1.replace(/(..)(?=.)/g, "$1\u00A0"), ["19 blanks"]],
    ["quotation marks", `"${sha1}"`, ["2 quotation marks"]],
    ["what an old code page made of the mark", `?${sha1}`, ["1 question mark"]],
    ["0x", `0x${sha1.toLowerCase()}`, ["the prefix 0x"]],
    ["an invisible character without a name here", `\u{E0001}${sha1}`, ["U+E0001 hidden character"]],
  ])("takes away %s", (_, pasted, removed) => {
    expect(cleanThumbprint(pasted)).toEqual({ thumbprint: sha1, kind: "sha1", removed });
  });

  it("tells SHA-256 and serial numbers from thumbprints", () => {
    expect(cleanThumbprint("ab".repeat(32))).toMatchObject({ thumbprint: "AB".repeat(32), kind: "sha256" });
    expect(cleanThumbprint("0f".repeat(16))).toMatchObject({ thumbprint: "0F".repeat(16), kind: "serial-number" });
    expect(cleanThumbprint("61 0e 3b 4f 00 00 00 00 00 12")).toMatchObject({ kind: "serial-number" });
    expect(cleanThumbprint(sha1.slice(1))).toMatchObject({ kind: "serial-number" });
  });

  it.each(["", "   ", "thumbprint", "CN=clinic-7", `${sha1}00`, `${sha1.slice(0, 39)}G`, "12"])("calls %j unknown", (text) => {
    expect(cleanThumbprint(text).kind).toBe("unknown");
  });

  it("finds any thumbprint again whatever separators and marks are strewn in", () => {
    const noise = fc.constantFrom("", " ", ":", "-", "\u200E", "\u200B", "\uFEFF", "\u00A0", "\n");
    fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.array(noise, { minLength: 41, maxLength: 41 }), fc.boolean(), (bytes, between, upper) => {
      const hex = Buffer.from(bytes).toString("hex");
      const strewn = between.map((character, index) => character + (hex[index] ?? "")).join("");
      const cleaned = cleanThumbprint(upper ? strewn.toUpperCase() : strewn);
      expect(cleaned).toMatchObject({ thumbprint: hex.toUpperCase(), kind: "sha1" });
      expect(cleaned.removed.length === 0).toBe(strewn === hex);
    }), { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 300) });
  });

  it("never fails, and cleaning twice is cleaning once", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      const once = cleanThumbprint(text);
      if (once.kind !== "unknown") expect(cleanThumbprint(once.thumbprint)).toEqual({ ...once, removed: [] });
    }), { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 300) });
  });
});

describe("a certificate's thumbprint", () => {
  it("is SHA-1 over its bytes, upper case", () => {
    expect(thumbprint(new Uint8Array([1, 2, 3]))).toBe(createHash("sha1").update(Buffer.from([1, 2, 3])).digest("hex").toUpperCase());
  });
});
