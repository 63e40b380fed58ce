// Mistakes that real tools made: that each is what it claims to be, by OpenSSL's word, and that the diagnosis names it.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mistakeCodes, type MistakeCode } from "../../../app/cws/cws-view.ts";
import { diagnose } from "../../../app/cws/diagnosis.ts";
import { openingKeyOfPem } from "../../../app/cws/opening.ts";
import { zlibCompression } from "../../../main/cws/compression.ts";
import { craftMistakes, type Crafted, type CraftedCase, type Made } from "../../fixtures/cws-mistakes.ts";
import { recipes } from "../../fixtures/cws-recipes.ts";

const runFile = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "lockstep-mistakes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let crafted: Crafted;
/** By the names of the cases. */
let seen: ReadonlyMap<string, Seen>;
beforeAll(async () => {
  crafted = await craftMistakes(folder);
  seen = await byOpenSsl(crafted.cases);
}, 120_000);

/** What a server holds the signature against. */
const expected = ({ method, body }: CraftedCase): Uint8Array => (method === "GET" || method === "HEAD" ? new Uint8Array() : body);
const right = ({ scheme, user, made }: CraftedCase): string => `Authorization: ${scheme} Access=${user}, Signature=${base64(made?.signature ?? new Uint8Array())}`;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const headerHash = ({ scheme }: CraftedCase): string => (scheme === "CWS-SHA1" ? "sha1" : "sha256");
/** The user that the header means, whatever the case of the name. */
const meant = ({ user }: CraftedCase): string => crafted.users.find(({ name }) => name.toLowerCase() === user.toLowerCase())?.name ?? "";

interface Seen {
  /** With the key, the hash and the padding that made it; for a payload, that it comes out again. */
  readonly overSigned: boolean;
  /** As the server checks it: with the key of the user meant and the header's hash. */
  readonly overExpected: boolean;
  /** Registered users whose key verifies it over what was signed. */
  readonly registered: readonly string[];
}

/** Asks the openssl program about every signature, in one script. */
async function byOpenSsl(cases: readonly CraftedCase[]): Promise<ReadonlyMap<string, Seen>> {
  const users = crafted.users.map(({ name }) => name);
  const made = cases.flatMap((entry) => (entry.made === null ? [] : [{ ...entry, made: entry.made }]));
  const questions = made.map((entry, index) => {
    const { signature, signed, hash, signer, padding } = entry.made;
    for (const [kind, bytes] of [["signature", signature], ["signed", signed], ["expected", expected(entry)]] as const) writeFileSync(join(folder, `q${index}.${kind}`), bytes);
    const verify = (digest: string, key: string, over: string, ...options: readonly string[]): string => `ask openssl dgst -${digest} -verify ${key}.public.pem ${options.join(" ")} -signature q${index}.signature q${index}.${over}`;
    const pss = padding === "pss" ? ["-sigopt rsa_padding_mode:pss"] : [];
    return [
      padding === "payload" ? `ask cmp q${index}.signed <(openssl pkeyutl -verifyrecover -pubin -inkey ${signer}.public.pem -in q${index}.signature)` : verify(hash, signer, "signed", ...pss),
      verify(headerHash(entry), meant(entry), "expected"),
      ...(entry.codes.includes("signature.unknown-origin") || entry.codes.includes("signature.length") || entry.codes.includes("signature.wrong-key") ? users.map((name) => verify(hash, name, "signed")) : []),
      "echo",
    ].join("\n");
  });
  writeFileSync(join(folder, "questions.sh"), ["ask() { if \"$@\" > /dev/null 2>&1; then printf 1; else printf 0; fi; }", ...questions].join("\n"));
  const { stdout } = await runFile("bash", ["questions.sh"], { cwd: folder });
  const answers = stdout.split("\n");
  return new Map(made.map(({ name }, index) => {
    const [overSigned, overExpected, ...each] = answers[index] ?? "";
    return [name, { overSigned: overSigned === "1", overExpected: overExpected === "1", registered: users.filter((_, at) => each[at] === "1") }];
  }));
}

/** What is so of a request, as far as openssl and a look at it tell. */
const facts = (entry: CraftedCase, made: Made, { overSigned, overExpected }: Seen) => ({
  overSigned, overExpected,
  sameBytes: base64(made.signed) === base64(expected(entry)),
  sameHash: made.hash === headerHash(entry),
  sameKey: made.signer === meant(entry),
  padding: made.padding,
  rightHeader: entry.header === right(entry),
});
type Facts = ReturnType<typeof facts>;
const sound: Facts = { overSigned: true, overExpected: true, sameBytes: true, sameHash: true, sameKey: true, padding: "pkcs1", rightHeader: true };

/** What must be so where that mistake, and no other, was made. */
function claimed(code: MistakeCode): Facts {
  switch (code) {
    case "header.algorithm-not-in-version": case "signature.user-case": case "signature.user-retired": return sound;
    case "signature.wrong-key": case "signature.unknown-origin": case "signature.length": return { ...sound, overExpected: false, sameKey: false };
    case "signature.algorithm-mismatch": return { ...sound, overExpected: false, sameHash: false };
    case "signature.pss": return { ...sound, overExpected: false, padding: "pss" };
    case "signature.raw-digest": return { ...sound, overExpected: false, sameBytes: false, padding: "payload" };
    case "signature.double-hash": return { ...sound, overExpected: false, sameBytes: false };
    default: return code.startsWith("body.") ? { ...sound, overExpected: false, sameBytes: false } : { ...sound, rightHeader: false };
  }
}

/** Where several mistakes were made, each takes away what it takes away alone. */
const claimedTogether = (codes: readonly MistakeCode[]): Facts => codes.map(claimed).reduce((one, other) => ({
  overSigned: one.overSigned && other.overSigned, overExpected: one.overExpected && other.overExpected, sameBytes: one.sameBytes && other.sameBytes, sameHash: one.sameHash && other.sameHash,
  sameKey: one.sameKey && other.sameKey, padding: one.padding === "pkcs1" ? other.padding : one.padding, rightHeader: one.rightHeader && other.rightHeader,
}), sound);

/** How what stands in the header becomes the signature again, for what is spoiled without loss. */
const undone: Readonly<Partial<Record<MistakeCode, (text: string, whole: string) => string>>> = {
  "signature.base64url": (text, whole) => text.replaceAll("-", "+").replaceAll("_", "/").padEnd(whole.length, "="),
  "signature.base64-wrapped": (text) => text.replace(/\r?\n| /g, ""),
  "signature.percent-encoded": decodeURIComponent,
  "signature.plus-became-space": (text) => text.replaceAll(" ", "+"),
  "signature.hex": (text) => Buffer.from(text, "hex").toString("base64"),
  "signature.double-base64": (text) => Buffer.from(text, "base64").toString("latin1"),
  "signature.escaped": (text) => JSON.parse(`"${text}"`) as string,
  "signature.reversed": (text) => Buffer.from(text, "base64").reverse().toString("base64"),
};

const signatureText = ({ header }: CraftedCase): string => header.split(", Signature=")[1] ?? "";
const keyBytes = (entry: CraftedCase): number => ({ lab: 512, Depot3: 384 })[meant(entry)] ?? 256;
/** A digest as it is, in hexadecimal of both cases, and in base64; all of them in base64. */
function formsOfDigest(entry: CraftedCase): readonly string[] {
  const digest = createHash(headerHash(entry)).update(expected(entry)).digest();
  return [digest, digest.toString("hex"), digest.toString("hex").toUpperCase(), digest.toString("base64")].map((form) => Buffer.from(form).toString("base64"));
}

const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const lettersOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1").replace(/[^A-Za-z0-9]/g, "");
const membersOf = (body: string): unknown => (body.startsWith("{") ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)));

/** What a body that was signed has to do with the one that came, on the word of Node.js. */
const related: Readonly<Partial<Record<MistakeCode, (signed: Uint8Array, came: Uint8Array) => void>>> = {
  "body.line-endings": (signed, came) => expect(text(signed).replaceAll("\r\n", "\n")).toBe(text(came).replaceAll("\r\n", "\n")),
  "body.trailing-newline": (signed, came) => expect(text(signed).replace(/\r?\n$/, "")).toBe(text(came).replace(/\r?\n$/, "")),
  "body.trimmed": (signed, came) => expect(text(signed)).toBe(text(came).trim()),
  "body.bom": (signed, came) => expect([`\uFEFF${text(signed)}`, text(signed).replace(/^\uFEFF/, "")]).toContain(text(came)),
  "body.charset": (signed, came) => expect(lettersOf(signed)).toBe(lettersOf(came)),
  "body.json-reserialised": (signed, came) => expect(JSON.parse(text(signed))).toEqual(JSON.parse(text(came))),
  "body.json-escapes": (signed, came) => expect(JSON.stringify(JSON.parse(text(signed)))).toBe(JSON.stringify(JSON.parse(text(came)))),
  "body.form-encoded": (signed, came) => {
    expect(membersOf(text(signed))).toEqual(membersOf(text(came)));
    expect(text(signed).startsWith("{")).not.toBe(text(came).startsWith("{"));
  },
  "body.compressed": (signed, came) => expect(expansionsOf(signed).includes(base64(came)) || expansionsOf(came).includes(base64(signed))).toBe(true),
  "body.unresolved-variables": (signed, came) => expect(text(signed).includes("{{")).not.toBe(text(came).includes("{{")),
  "body.get-must-sign-empty": (signed, came) => expect(signed.length === 0).not.toBe(came.length === 0),
  "body.unicode-normalisation": (signed, came) => expect(text(signed).normalize()).toBe(text(came).normalize()),
  "body.base64": (signed, came) => expect(text(signed)).toBe(base64(came)),
};

function expansionsOf(bytes: Uint8Array): readonly string[] {
  return [gunzipSync, inflateSync, brotliDecompressSync].flatMap((expand) => {
    try {
      return [expand(bytes).toString("base64")];
    } catch {
      return [];
    }
  });
}

/** What else must be so, for a single code. */
function lookCloser(code: MistakeCode | "correct", entry: CraftedCase, made: Made, { registered }: Seen): void {
  const undo = code === "correct" ? undefined : undone[code];
  if (code !== "correct") related[code]?.(made.signed, expected(entry));
  if (undo !== undefined) expect(undo(signatureText(entry), base64(made.signature))).toBe(base64(made.signature));
  if (code === "signature.truncated") expect(right(entry).startsWith(entry.header)).toBe(true);
  if (code === "signature.not-base64") expect(signatureText(entry)).toMatch(/[^A-Za-z0-9+/=]/);
  if (code === "signature.double-hash" || code === "signature.raw-digest") expect(formsOfDigest(entry)).toContain(base64(made.signed));
  if (code === "signature.wrong-key") expect(registered).toEqual([made.signer]);
  if (code === "signature.unknown-origin" || code === "signature.length") {
    expect(registered).toEqual([]);
    expect(made.signature.length === keyBytes(entry)).toBe(code === "signature.unknown-origin");
  }
  expect(entry.version === "V1" && entry.scheme === "CWS-SHA256").toBe(code === "header.algorithm-not-in-version");
  expect(crafted.users.some(({ name }) => name === entry.user)).toBe(code !== "signature.user-case");
  expect(crafted.users.find(({ name }) => name === meant(entry))?.state).toBe(code === "signature.user-retired" ? "retired" : "active");
}

/** For what no key made there is only the length to look at. */
function lookAtNoise(code: MistakeCode | "correct", entry: CraftedCase): void {
  if (code === "header.missing-signature") {
    expect(entry.header).not.toContain("Signature");
    return;
  }
  expect(["signature.unknown-origin", "signature.length"]).toContain(code);
  expect(Buffer.from(signatureText(entry), "base64").length === keyBytes(entry)).toBe(code === "signature.unknown-origin");
}

const titled = ({ codes }: Pick<CraftedCase, "codes">): string => codes.join(" and ") || "correct";

describe("the crafted requests", () => {
  it("are more than a hundred mistakes and twenty correct ones, by tools of many kinds", () => {
    expect(recipes.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) !== index)).toEqual([]);
    expect(recipes.filter(({ codes }) => codes.length > 0).length).toBeGreaterThan(100);
    expect(recipes.filter(({ codes }) => codes.length === 0).length).toBeGreaterThanOrEqual(20);
    expect([...new Set(recipes.map(({ by }) => by))].sort()).toEqual(["node", "openssl", "php", "python", "shell"]);
  });

  it("have every code, and nothing else", () => expect([...new Set(recipes.flatMap(({ codes }) => codes))].sort()).toEqual([...mistakeCodes].sort()));

  it("were all made", ({ skip }) => {
    if (crafted.absent.length > 0) skip(`without ${crafted.absent.join(", ")}`);
    expect(crafted.cases).toHaveLength(recipes.length);
  });

  it.each([...new Set(recipes.map(titled))])("are what they claim, by OpenSSL's word: %s", (title) => {
    const cases = crafted.cases.filter((entry) => titled(entry) === title);
    for (const entry of cases) {
      const found = seen.get(entry.name);
      expect(entry.made === null, entry.name).toBe(found === undefined);
      const code = entry.codes[0] ?? "correct";
      if (entry.made === null || found === undefined) lookAtNoise(code, entry);
      else {
        expect({ name: entry.name, ...facts(entry, entry.made, found) }).toEqual({ name: entry.name, ...claimedTogether(entry.codes) });
        if (entry.codes.length < 2) lookCloser(code, entry, entry.made, found);
      }
    }
    expect(cases.length + crafted.absent.length).toBeGreaterThan(0);
  });
});

/** Gives the codes of the diagnosis, in its order. */
function diagnosed({ header, method, body, version, url }: CraftedCase): { readonly valid: boolean; readonly codes: readonly string[] } {
  const users = crafted.users.map(({ name, publicKeyPem, state }) => ({ ...openingKeyOfPem(publicKeyPem), name, isActive: state === "active" }));
  const { valid, findings } = diagnose({ header, method, body: body.length === 0 ? [] : [body], version, url, users }, zlibCompression);
  return { valid, codes: findings.map(({ code }) => code) };
}

describe("the diagnosis", () => {
  it.each(recipes.map((recipe) => ({ title: `${titled(recipe)}: ${recipe.name}`, ...recipe })))("names $title", ({ name, codes, by }) => {
    const entry = crafted.cases.find((candidate) => candidate.name === name);
    if (entry === undefined) expect(crafted.absent, `made by ${by}`).not.toEqual([]);
    else expect(diagnosed(entry)).toEqual({ valid: codes.length === 0, codes });
  });
});
