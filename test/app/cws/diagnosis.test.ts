// The diagnosis under anything that may be thrown at it. Which mistake is called what, is in mistakes.test.ts.
import { constants, createHash, createHmac, generateKeyPairSync, privateEncrypt, randomBytes, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diagnose, type DiagnosisQuestion, type RegisteredKey } from "../../../app/cws/diagnosis.ts";
import { openingKey } from "../../../app/cws/opening.ts";
import { zlibCompression } from "../../../main/cws/compression.ts";

const pairs = { clinic7: generateKeyPairSync("rsa", { modulusLength: 2048 }), clinic8: generateKeyPairSync("rsa", { modulusLength: 2048 }), lab: generateKeyPairSync("rsa", { modulusLength: 4096 }) };
const users: readonly RegisteredKey[] = Object.entries(pairs).map(([name, { publicKey }]) => ({ ...openingKey(publicKey), name, isActive: true }));
const ask = (header: string, body: Uint8Array | string = "", method: DiagnosisQuestion["method"] = "POST", more: Partial<DiagnosisQuestion> = {}) =>
  diagnose({ header, method, body: body.length === 0 ? [] : [Buffer.from(body)], users, ...more }, zlibCompression);
const headerFor = (user: string, signature: Uint8Array): string => `Authorization: CWS-SHA256 Access=${user}, Signature=${Buffer.from(signature).toString("base64")}`;
const codes = (header: string, body: Uint8Array | string = "", method: DiagnosisQuestion["method"] = "POST", more: Partial<DiagnosisQuestion> = {}) => ask(header, body, method, more).findings.map(({ code }) => code);
const body = `{"name":"Zoë","list":[1,2.50,{"a/b":true}]}`;
const good = headerFor("clinic7", sign("sha256", Buffer.from(body), pairs.clinic7.privateKey));

describe("random bytes", () => {
  it("of the right length are of unknown origin, a thousand times", () => {
    for (const [user, length] of [["clinic7", 256], ["lab", 512]] as const) {
      for (let round = 0; round < 500; round++) expect(codes(headerFor(user, randomBytes(length)), body)).toEqual(["signature.unknown-origin"]);
    }
  });
  it("that end like PSS are of unknown origin as well", () => {
    for (let round = 0; round < 300; round++) {
      const bytes = randomBytes(256);
      bytes[0] = 0;
      expect(codes(headerFor("clinic7", bytes), body)).toEqual(["signature.unknown-origin"]);
    }
  });
});

describe("any header", () => {
  it("is answered, and held for valid only where it is exactly right", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const { valid, findings } = ask(text, body);
      expect(valid).toBe(false);
      expect(findings.length).toBeGreaterThan(0);
    }), { numRuns: 2000 });
  });
  it("with a piece put in, taken out or doubled anywhere is not valid unless nothing changed", () => {
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(3), fc.constantFrom(" ", ",", "=", "\"", "\r\n", "\u200b", "Signature=", ", ", "%", "\u0000", "Access="), (at, length, piece) => {
      for (const changed of [good.slice(0, at) + piece + good.slice(at), good.slice(0, at) + good.slice(at + length)]) {
        const { valid, findings } = ask(changed, body);
        // Blanks around the value, and the end of the line, belong to no header's value.
        if (changed.replace(/^[ \t]*authorization:[ \t]*/i, "").replace(/\r\n$/, "").trim() === good.slice("Authorization: ".length)) continue;
        expect(valid, JSON.stringify(changed)).toBe(false);
        expect(findings.length, JSON.stringify(changed)).toBeGreaterThan(0);
      }
    }), { numRuns: 1500 });
  });
  it.each([["blanks", " "], ["quotes", "\""], ["commas", ","], ["line ends", "\r\n"], ["Access=", "Access="], ["Signature=", ", Signature="], ["equals signs", "="], ["base64", "QUJD"], ["percents", "%25"], ["backslashes", "\\"], ["zero-width spaces", "\u200b"], ["folds", "\r\n "]])("of a megabyte of %s is answered in time", (_, piece) => {
    const text = piece.repeat(Math.ceil(1024 * 1024 / piece.length)).slice(0, 1024 * 1024);
    for (const header of [text, `${text}x`, `Authorization: CWS-SHA256 Access=${text}x, Signature=${text}x`, `CWS-SHA256 ${text}`, `x${text}x`]) expect(ask(header, body).findings.length).toBeGreaterThan(0);
  }, 20_000);
});

describe("a right signature", () => {
  it("has no finding", () => expect(ask(good, body)).toEqual({ valid: true, user: "clinic7", algorithm: "CWS-SHA256", findings: [], opened: null }));
  it("under another body has one, whatever the body", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const found = ask(good, bytes);
      expect(found.valid).toBe(false);
      expect(found.findings.every(({ code }) => code.startsWith("body."))).toBe(true);
    }), { numRuns: 150 });
  });
  it("under another method has one where the method signs nothing", () => expect(codes(good, body, "GET")).toEqual(["body.get-must-sign-empty"]));
  it("of a retired user is not taken", () => expect(codes(good, body, "POST", { users: users.map((user) => ({ ...user, isActive: user.name !== "clinic7" })) })).toEqual(["signature.user-retired"]));
  it("of another user than the one asked for says whose it is", () => expect(codes(good, body, "POST", { user: "clinic8" })).toEqual(["signature.wrong-key"]));
  it("is found under a key by itself, whatever the registered users", () => {
    expect(ask(good, body, "POST", { users: [], key: pairs.clinic7.publicKey }).valid).toBe(true);
    expect(codes(good, body, "POST", { users: [], key: pairs.clinic8.publicKey })).toEqual(["signature.unknown-origin"]);
  });
});

describe("what is no signature of the kind", () => {
  const raw = (bytes: Uint8Array): string => headerFor("clinic7", bytes);
  it("ECDSA and HMAC are of unknown origin, as they come from no RSA key", () => {
    expect(codes(raw(sign("sha256", Buffer.from(body), generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)), body)).toEqual(["signature.unknown-origin"]);
    expect(codes(raw(createHmac("sha256", "secret").update(body).digest()), body)).toEqual(["signature.unknown-origin"]);
  });
  it("the private operation on a hash without any padding is a raw digest", () => {
    const block = Buffer.alloc(256);
    createHash("sha256").update(body).digest().copy(block, 224);
    expect(codes(raw(privateEncrypt({ key: pairs.clinic7.privateKey, padding: constants.RSA_NO_PADDING }, block)), body)).toEqual(["signature.raw-digest"]);
  });
  it("one of a larger and of a smaller key has the wrong length", () => {
    for (const bits of [512, 1024, 3072]) expect(codes(raw(sign("sha256", Buffer.from(body), generateKeyPairSync("rsa", { modulusLength: bits }).privateKey)), body)).toEqual(["signature.length"]);
  });
});

it("variables are guessed by the names of members, in the usual spellings", () => {
  const sent = '{"patient_id":"123","birthDate":"1991-04-17","n":5}';
  for (const text of ['{"patient_id":"{{patientId}}","birthDate":"{{birth_date}}","n":5}', '{"patient_id":"123","birthDate":"{{birthDate}}","n":{{n}}}', '{"patient_id":"${PATIENT_ID}","birthDate":"1991-04-17","n":5}']) {
    const found = codes(headerFor("clinic7", sign("sha256", Buffer.from(text), pairs.clinic7.privateKey)), sent);
    expect(found).toEqual(text.includes("birth_date") ? ["body.unknown-difference"] : ["body.unresolved-variables"]);
  }
});

it.each([["Bearer eyJhbGciOiJSUzI1NiJ9", "header.unknown-algorithm"], ["Basic YWRhOnNlY3JldA==", "header.unknown-algorithm"], ["", "header.missing-scheme"], ["Authorization:", "header.missing-scheme"]])("another kind of header is one mistake: %s", (header, code) => {
  expect(codes(header, body)).toEqual([code]);
});

it("no evidence quotes the signature", () => {
  const [, signature = ""] = good.split("Signature=");
  for (const header of [good.replace("CWS-SHA256", "Bearer"), good.replace(", ", ";"), `${good}x`, good.replace("Signature=", "sig="), signature, `Authorization: ${signature}`, `Access=${signature}, Signature=`]) {
    expect(JSON.stringify(ask(header, "other").findings), header.slice(0, 40)).not.toContain(signature.slice(60, 100));
  }
});
