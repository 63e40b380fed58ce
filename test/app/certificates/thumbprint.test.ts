import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanThumbprint, matchesListed } from "../../../app/certificates/pasted-thumbprint.ts";
import { thumbprint } from "../../../app/certificates/thumbprint.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const sha1 = "A909502DD82AE41433E6F83886B00D4277A32A7B";
const pairs = sha1.match(/../g) ?? [];
const numRuns = propertyRuns(300);
const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

describe("cleaning a pasted thumbprint", () => {
  it("leaves a clean one as it is", () => {
    expect(cleanThumbprint(sha1)).toEqual({ thumbprint: sha1, kind: "sha1", removed: [], problem: null });
  });

  it("takes away the mark that Windows' certificate dialogue puts first, and says so", () => {
    const pasted = `\u200Ea9 09 50 2d d8 2a e4 14 33 e6 f8 38 86 b0 0d 42 77 a3 2a 7b`;
    expect(cleanThumbprint(pasted)).toEqual({ thumbprint: sha1, kind: "sha1", removed: ["U+200E LEFT-TO-RIGHT MARK", "19 blanks"], problem: null });
  });

  it.each<[string, string, readonly string[]]>([
    ["colons, as openssl prints them", pairs.join(":"), ["19 colons"]],
    ["openssl's whole line", `SHA1 Fingerprint=${pairs.join(":")}`, ['the words "SHA1 Fingerprint="', "19 colons"]],
    ["the whole line of openssl 3", `sha1 Fingerprint=${pairs.join(":")}\n`, ['the words "sha1 Fingerprint="', "19 colons", "1 blank"]],
    ["PowerShell's label", `Thumbprint   : ${sha1}`, ['the words "Thumbprint   :"']],
    ["certutil's label", `Cert Hash(sha1): ${pairs.join(" ").toLowerCase()}`, ['the words "Cert Hash(sha1):"', "19 blanks"]],
    ["netsh's label", `    Certificate Hash             : ${sha1.toLowerCase()}`, ['the words "Certificate Hash             :"']],
    ["netsh's own argument", `certhash=${sha1}`, ['the words "certhash="']],
    ["keytool's label", `\t SHA1: ${pairs.join(":")}`, ['the words "SHA1:"', "19 colons"]],
    ["dashes", (sha1.match(/.{8}/g) ?? []).join("-"), ["4 dashes"]],
    ["a line end and a tab", `\t${sha1}\r\n`, ["3 blanks"]],
    ["a byte order mark and zero-width spaces", `\uFEFF${sha1.slice(0, 20)}\u200B\u200B${sha1.slice(20)}`, ["U+FEFF ZERO WIDTH NO-BREAK SPACE", "U+200B ZERO WIDTH SPACE (2 times)"]],
    ["a right-to-left mark", `${sha1}\u200F`, ["U+200F RIGHT-TO-LEFT MARK"]],
    ["the left-to-right mark at any other place", `${sha1.slice(0, 7)}\u200E${sha1.slice(7)}\u200E`, ["U+200E LEFT-TO-RIGHT MARK (2 times)"]],
    ["no-break spaces", sha1.replace(/(..)(?=.)/g, "$1\u00A0"), ["19 blanks"]],
    ["quotation marks", `"${sha1}"`, ["2 quotation marks"]],
    ["brackets and a full stop", `(${sha1}).`, ["2 brackets", "1 dot"]],
    ["what an old code page made of the mark", `?${sha1}`, ["1 question mark"]],
    ["0x", `0x${sha1.toLowerCase()}`, ["the prefix 0x"]],
    ["the octets of a program's source", `{ ${pairs.map((pair) => `0x${pair}`).join(", ")} }`, ["the prefix 0x (20 times)", "2 brackets", "21 blanks", "19 commas"]],
    ["an invisible character without a name here", `\u{E0001}${sha1}`, ["U+E0001 hidden character"]],
    ["the width of full-width characters", sha1.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)), [`${sha1.replace(/\D/g, "").length} full-width characters`]],
    ["the form base64", base64(sha1), ["the form base64"]],
    ["the text around it", `PS> Get-ChildItem Cert:\\LocalMachine\\My\n\nThumbprint                                Subject\n----------                                -------\n${sha1}  CN=clinic-7`, ["the text around it"]],
    ["the rest of netsh's command", `netsh http add sslcert ipport=0.0.0.0:9200 certhash=${sha1.toLowerCase()} appid={21f5b4d4-6d2e-4bb3-a4c7-0f9c8a3d4e5f}`, ["the text around it"]],
    ["the rest of certutil's answer", `Serial Number: 61000000045d6d5a8bc1\nCert Hash(sha1): ${pairs.join(" ")}\n  Key Container = te-7`, ["the text around it"]],
  ])("takes away %s", (_, pasted, removed) => {
    expect(cleanThumbprint(pasted)).toEqual({ thumbprint: sha1, kind: "sha1", removed, problem: null });
  });

  it.each<[string, string, string, RegExp]>([
    ["a SHA-256 fingerprint", "ab".repeat(32), "sha256", /SHA-256 fingerprint, not a thumbprint/],
    ["a SHA-256 fingerprint in base64", base64("ab".repeat(32)), "sha256", /SHA-256 fingerprint/],
    ["the pin of a public key", `sha256//${base64("ab".repeat(32))}`, "sha256", /hash of a public key/],
    ["a serial number", "0f".repeat(16), "serial-number", /serial number, not a thumbprint/],
    ["Windows' serial number with blanks", "61 0e 3b 4f 00 00 00 00 00 12", "serial-number", /serial number/],
    ["openssl's serial number", "serial=0A1B2C3D4E5F60718293A4B5C6D7E8F901234567", "serial-number", /serial number/],
    ["keytool's serial number", "Serial number: 5f3a2b1", "serial-number", /serial number/],
    ["a serial number in decimal", "338259482590348529034852903485290348", "serial-number", /serial number in decimal/],
    ["an MD5 fingerprint", `MD5 Fingerprint=${"AB:".repeat(15)}AB`, "unknown", /MD5 fingerprint/],
    ["an application's id", "{21f5b4d4-6d2e-4bb3-a4c7-0f9c8a3d4e5f}", "unknown", /GUID/],
    ["one digit lost", sha1.slice(1), "unknown", /^39 digits: one is missing/],
    ["three digits lost", sha1.slice(3), "unknown", /^37 digits: 3 are missing/],
    ["one digit too many", `${sha1}0`, "unknown", /^41 digits: one too many/],
    ["two digits too many", `${sha1}00`, "unknown", /^42 digits: 2 too many/],
    ["a wrong letter", `${sha1.slice(0, 39)}G`, "unknown", /place 40, U\+0047, is no hexadecimal digit/],
    ["a Cyrillic letter", sha1.replace("A", "А"), "unknown", /place 1 is a Cyrillic А \(U\+0410\), which only looks like A/],
    ["the letter O for zero", sha1.replace("0", "O"), "unknown", /place 3 is a letter O \(U\+004F\), which only looks like 0/],
    ["nothing", " \u200E ", "unknown", /No digit is left/],
    ["words", "CN=clinic-7", "unknown", /no thumbprint/],
    ["two thumbprints", `${sha1} and ${"B".repeat(40)}`, "unknown", /2 different thumbprints/],
  ])("tells %s for what it is", (_, pasted, kind, problem) => {
    const cleaned = cleanThumbprint(pasted);
    expect(cleaned.kind).toBe(kind);
    expect(cleaned.problem).toMatch(problem);
  });

  it("changes nothing into another digit: what only looks like one stays, and is named", () => {
    for (const alike of "АВСЕасеΑΒΕOoIl") expect(cleanThumbprint(alike + sha1.slice(1))).toMatchObject({ thumbprint: alike + sha1.slice(1), kind: "unknown" });
  });

  it("repeats nothing of a text that is far from a thumbprint, for it may be a password", () => {
    fc.assert(fc.property(fc.stringMatching(/^[g-z!$%&+~]{6,30}$/), (secret) => {
      const { problem } = cleanThumbprint(secret);
      expect(problem).toBe("This is no thumbprint, which is 40 digits from 0 to 9 and A to F. Open the certificate's details and copy the field Thumbprint.");
    }), { numRuns });
  });

  it.each(["", "   ", "thumbprint", "CN=clinic-7", `${sha1}00`, `${sha1.slice(0, 39)}G`, "12"])("calls %j unknown", (text) => {
    expect(cleanThumbprint(text).kind).toBe("unknown");
  });

  it("finds any thumbprint again whatever is strewn in, and tells all that it took away", () => {
    const names = new Map([
      [" ", "blank"], ["\u00A0", "blank"], ["\n", "blank"], [":", "colon"], ["-", "dash"], [",", "comma"], [";", "semicolon"], [".", "dot"], ["\u2013", "dash"],
      ["\u200E", "U+200E LEFT-TO-RIGHT MARK"], ["\u200B", "U+200B ZERO WIDTH SPACE"], ["\uFEFF", "U+FEFF ZERO WIDTH NO-BREAK SPACE"], ["\u0007", "U+0007 hidden character"],
    ]);
    const said = (name: string, times: number): string => name.startsWith("U+") ? times === 1 ? name : `${name} (${times} times)` : `${times} ${name}${times === 1 ? "" : name === "dash" ? "es" : "s"}`;
    const strewn = fc.array(fc.constantFrom("", "", ...names.keys()), { minLength: 40, maxLength: 40 });
    fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), strewn, fc.constantFrom("", "Thumbprint: ", "SHA1 Fingerprint=", "certhash="), fc.boolean(), (bytes, after, words, upper) => {
      const hex = Buffer.from(bytes).toString("hex");
      const text = words + after.map((character, index) => (hex[index] ?? "") + character).join("");
      const counts = new Map<string, number>();
      if (words !== "") counts.set(`the words "${words.trim()}"`, 1);
      for (const character of after) {
        const name = names.get(character);
        if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      const cleaned = cleanThumbprint(upper ? words + text.slice(words.length).toUpperCase() : text);
      expect(cleaned).toMatchObject({ thumbprint: hex.toUpperCase(), kind: "sha1", problem: null });
      expect([...cleaned.removed].sort()).toEqual([...counts].map(([name, times]) => (name.startsWith("the ") ? name : said(name, times))).sort());
    }), { numRuns });
  });

  it("never fails, and cleaning twice is cleaning once", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      const once = cleanThumbprint(text);
      if (once.kind !== "unknown") expect(cleanThumbprint(once.thumbprint)).toEqual({ ...once, removed: [] });
      expect(once.problem === null).toBe(once.kind === "sha1");
    }), { numRuns });
  });

  it("looks at no more than 4096 characters, and says so", () => {
    expect(cleanThumbprint(`${sha1}${" ".repeat(5000)}x`)).toMatchObject({ thumbprint: sha1, kind: "sha1", removed: ["the text after 4096 characters", "4056 blanks"] });
    expect(cleanThumbprint("a:".repeat(1_000_000)).kind).toBe("unknown");
  });
});

describe("finding what was pasted among listed certificates", () => {
  const listed = [
    { thumbprint: sha1, sha256: "AB".repeat(32), serialNumber: "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567" },
    { thumbprint: "B".repeat(40), sha256: "CD".repeat(32), serialNumber: "2A" },
  ] as const;
  const found = (pasted: string) => matchesListed(cleanThumbprint(pasted), listed).map(({ certificate, by }) => [listed.indexOf(certificate), by]);

  it("goes by the thumbprint, the SHA-256 fingerprint or the serial number, whichever fits", () => {
    expect(found(`\u200E${sha1.toLowerCase()}`)).toEqual([[0, "thumbprint"]]);
    expect(found(base64("cd".repeat(32)))).toEqual([[1, "sha256"]]);
    expect(found("2a")).toEqual([[1, "serialNumber"]]);
    expect(found("CN=clinic-7")).toEqual([]);
  });

  it("tells a serial number of 40 digits, which looks like a thumbprint", () => {
    expect(cleanThumbprint(listed[0].serialNumber).kind).toBe("sha1");
    expect(found(listed[0].serialNumber)).toEqual([[0, "serialNumber"]]);
  });

  it("compares serial numbers without leading zeros, and in decimal", () => {
    expect(found("00 00 00 2A")).toEqual([[1, "serialNumber"]]);
    expect(found("A1B2C3D4E5F60718293A4B5C6D7E8F901234567")).toEqual([[0, "serialNumber"]]);
    expect(found("42")).toEqual([[1, "serialNumber"]]);
    expect(found(BigInt(`0x${listed[0].serialNumber}`).toString())).toEqual([[0, "serialNumber"]]);
  });

  it("gives all that share a serial number, as certificates of different authorities may", () => {
    const twins = [{ ...listed[0], serialNumber: "01" }, { ...listed[1], serialNumber: "01" }];
    expect(matchesListed({ thumbprint: "01" }, twins).map(({ certificate }) => certificate)).toEqual(twins);
  });

  it("finds each certificate by each of its numbers, however many are listed", () => {
    const digits = (count: number) => fc.stringMatching(new RegExp(`^[1-9A-F][0-9A-F]{${count - 1}}$`));
    const many = fc.uniqueArray(fc.record({ thumbprint: digits(40), sha256: digits(64), serialNumber: digits(20) }), { minLength: 1, maxLength: 20, selector: ({ serialNumber }) => serialNumber });
    fc.assert(fc.property(many, (certificates) => {
      for (const each of certificates) {
        expect(matchesListed({ thumbprint: each.thumbprint }, certificates)[0]).toEqual({ certificate: each, by: "thumbprint" });
        expect(matchesListed({ thumbprint: each.sha256 }, certificates)[0]).toEqual({ certificate: each, by: "sha256" });
        expect(matchesListed({ thumbprint: `00${each.serialNumber}` }, certificates)).toContainEqual({ certificate: each, by: "serialNumber" });
      }
    }), { numRuns: Math.min(numRuns, 100) });
  });
});

describe("a certificate's thumbprint", () => {
  it("is SHA-1 over its bytes, upper case", () => {
    expect(thumbprint(new Uint8Array([1, 2, 3]))).toBe(createHash("sha1").update(Buffer.from([1, 2, 3])).digest("hex").toUpperCase());
  });
});
