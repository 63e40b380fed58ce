import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify } from "../../../app/certificates/identify.ts";
import { readMaterial } from "../../../app/certificates/read.ts";
import { LockstepError } from "../../../app/errors.ts";
import { fixturePassword, makeAuthority, makeCertificate, openssl } from "../../fixtures/certificates.ts";
import { bag, certificateBag, clearSafe, der, indefinite, integer, objectIdentifier, octetString } from "../../fixtures/der.ts";
import { quick } from "../../fixtures/effort.ts";

// `FUZZ_SEED=… npx vitest run test/app/certificates/fuzz.test.ts` repeats a run; FUZZ_RUNS takes the place of the number of inputs a reader.
const seed = Number(process.env["FUZZ_SEED"] ?? randomInt(2 ** 31));
const runs = Number(process.env["FUZZ_RUNS"] ?? (quick ? 2_000 : 100_000));

const directory = mkdtempSync(join(tmpdir(), "lockstep-fuzz-"));
afterAll(() => { rmSync(directory, { recursive: true }); });

/** Milliseconds that one input may take, and MiB by which the process may grow over a whole run. */
const slowest = 5000;
const growth = 96;

type Chance = (below: number) => number;

/** Mulberry32: quick, and the same in every run of a seed. */
function chanceOf(start: number): Chance {
  let state = start | 0;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * below);
  };
}

const interesting = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x1f, 0x20, 0x24, 0x2d, 0x30, 0x31, 0x3d, 0x3f, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa3, 0xfe, 0xff];
const insertions = [[0x30, 0x80], [0x00, 0x00], [0x05, 0x00], [0x04, 0x00], [0x02, 0x01, 0x7f], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], [0x24, 0x80], [0xa0, 0x00], [0x1f, 0xff, 0xff], [0x0a], [0x0d, 0x0a, 0x0d, 0x0a], [0x3a, 0x20]];

/** Where elements seem to have their headers: found by following lengths into whatever looks constructed or holds more. */
function headersIn(bytes: Uint8Array, from = 0, to = bytes.length, found: number[] = []): readonly number[] {
  for (let at = from; at + 2 <= to && found.length < 2000;) {
    found.push(at);
    const first = bytes[at + 1] ?? 0;
    const count = first > 0x80 ? first & 0x7f : 0;
    const length = first < 0x80 ? first : bytes.subarray(at + 2, at + 2 + Math.min(count, 4)).reduce((sum, octet) => sum * 256 + octet, 0);
    const start = at + 2 + count;
    if ((bytes[at] ?? 0) & 0x20 || [0x03, 0x04].includes(bytes[at] ?? 0)) headersIn(bytes, start, Math.min(to, start + length), found);
    at = start + length;
  }
  return found;
}

interface Seed { readonly bytes: Uint8Array; readonly headers: readonly number[] }

function mutated(seeds: readonly Seed[], chance: Chance): Uint8Array {
  if (chance(40) === 0) return Uint8Array.from({ length: chance(600) }, (_, index) => (index === 0 ? 0x30 : chance(256)));
  const pick = (): Seed => seeds[chance(seeds.length)] ?? { bytes: new Uint8Array(), headers: [] };
  const origin = pick();
  let bytes = new Uint8Array(origin.bytes);
  for (let times = Math.max(1, chance(4)); times > 0; times--) {
    const at = chance(bytes.length);
    const length = 1 + chance(chance(4) === 0 ? 300 : 20);
    switch (chance(10)) {
      case 0: case 1: bytes[at] = (bytes[at] ?? 0) ^ 1 << chance(8); break;
      case 2: bytes[at] = interesting[chance(interesting.length)] ?? 0; break;
      case 3: case 4: {
        const header = (origin.headers[chance(origin.headers.length)] ?? 0) + chance(2);
        if (header < bytes.length) bytes[header] = chance(2) === 0 ? (bytes[header] ?? 0) + chance(5) - 2 & 0xff : interesting[chance(interesting.length)] ?? 0;
        break;
      }
      case 5: bytes = bytes.slice(0, at); break;
      case 6: bytes = spliced(bytes, at, 0, bytes.subarray(at, at + length)); break;
      case 7: bytes = spliced(bytes, at, length, new Uint8Array()); break;
      case 8: {
        const { bytes: other } = pick();
        const from = chance(other.length);
        bytes = spliced(bytes, at, chance(2) === 0 ? length : 0, other.subarray(from, from + length));
        break;
      }
      case 9: bytes = spliced(bytes, at, 0, Uint8Array.from(insertions[chance(insertions.length)] ?? [])); break;
    }
  }
  return bytes;
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(Math.min(bytes.length, at) + insert.length + Math.max(0, bytes.length - at - remove));
  result.set(bytes.subarray(0, at));
  result.set(insert, Math.min(bytes.length, at));
  if (at + remove < bytes.length) result.set(bytes.subarray(at + remove), at + insert.length);
  return result;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
function memory(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

let counted = 0;

/** Puts mutations of the originals through a reader. Every outcome is a value, or an error with a code that is meant. */
async function fuzz(title: string, originals: readonly Uint8Array[], count: number, reader: (content: Uint8Array) => unknown): Promise<void> {
  const chance = chanceOf(seed + title.length * 7919);
  const seeds = originals.map((bytes) => ({ bytes, headers: headersIn(bytes) }));
  const codes = new Map<string, number>();
  const before = memory();
  const began = performance.now();
  let longest = 0;
  for (let input = 0; input < count; input++) {
    const bytes = mutated(seeds, chance);
    const from = performance.now();
    let outcome = "value";
    try {
      const answer = reader(bytes);
      if (answer instanceof Promise) await answer;
    } catch (thrown) {
      const context = `${title}, input ${input} of seed ${seed}: ${Buffer.from(bytes).toString("base64").slice(0, 4000)}`;
      if (!(thrown instanceof LockstepError)) throw new Error(`not an error that is meant: ${String(thrown)} for ${context}`, { cause: thrown });
      if (thrown.code === "internal") throw new Error(`a fault: ${thrown.message} for ${context}`, { cause: thrown });
      if (thrown.message.includes(fixturePassword)) throw new Error(`the password is in the message for ${context}`, { cause: thrown });
      outcome = thrown.code;
    }
    codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    const milliseconds = performance.now() - from;
    longest = Math.max(longest, milliseconds);
    if (milliseconds > slowest) throw new Error(`${milliseconds.toFixed(0)} ms for ${title}, input ${input} of seed ${seed}`);
  }
  const grown = memory() - before;
  counted += count;
  console.log(`fuzz ${title}: ${count} inputs, seed ${seed}, ${((performance.now() - began) / 1000).toFixed(1)} s, slowest ${longest.toFixed(0)} ms, ${grown.toFixed(1)} MiB more; ${[...codes].map(([code, times]) => `${code} ${times}`).join(", ")}`);
  expect(grown).toBeLessThan(growth);
  expect(codes.size, "some inputs are read and some refused").toBeGreaterThan(1);
}

const file = (content: Uint8Array) => ({ name: "file", content });
const read = (content: Uint8Array) => readMaterial([file(content)], fixturePassword);
const bytesOf = (content: Uint8Array | string): Uint8Array => (typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content));

interface Originals {
  readonly pfx: readonly Uint8Array[];
  readonly pem: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
  readonly lists: readonly Uint8Array[];
  readonly keys: readonly Uint8Array[];
  readonly sealedKeys: readonly Uint8Array[];
  readonly text: readonly Uint8Array[];
}

let originals: Originals;
beforeAll(() => { originals = makeOriginals(); });

/** Small files of every kind, sealed with one round. */
function makeOriginals(): Originals {
  const authority = makeAuthority(join(directory, "authority"));
  const ec = makeCertificate(directory, authority.intermediate, { names: ["clinic-7.example.org", "10.0.0.7"] });
  const rsa = makeCertificate(directory, null, { key: "rsa:1024", extensions: ["certificatePolicies = 1.2.3.4"] });
  const pss = makeCertificate(directory, null, { key: "rsa-pss:2048" });
  const edwards = makeCertificate(directory, null, { key: "ed25519" });
  const pass = ["-passout", `pass:${fixturePassword}`];
  const legacy = ["-provider", "default", "-provider", "legacy"];
  const pfxOf = (...args: readonly string[]): Uint8Array => bytesOf(openssl(["pkcs12", "-export", "-legacy", "-in", ec.certificateFile, "-inkey", ec.keyFile, "-iter", "1", ...pass, ...args]));
  const sealed = (...args: readonly string[]): Uint8Array => bytesOf(openssl(["pkcs8", "-topk8", ...legacy, "-in", ec.keyFile, "-iter", "1", ...pass, ...args]));
  const pkey = (from: string, ...args: readonly string[]): Uint8Array => bytesOf(openssl(["pkey", "-in", from, ...args]));
  const dek = (cipher: string): Uint8Array => bytesOf(openssl(["pkey", ...legacy, "-in", ec.keyFile, "-traditional", `-${cipher}`, ...pass]));
  const list = (form: string): Uint8Array => bytesOf(openssl(["crl2pkcs7", "-nocrl", "-certfile", authority.chainFile, "-outform", form]));
  const pem = [ec.certificateFile, ec.keyFile].map((name) => readFileSync(name));
  const base64 = Buffer.from(ec.der).toString("base64").replace(/.{64}/g, "$&\r\n");
  const ber = indefinite(0x30, integer(3), indefinite(0x30, objectIdentifier("1.2.840.113549.1.7.1"), indefinite(0xa0, indefinite(0x24, octetString(
    indefinite(0x30, clearSafe(certificateBag(ec.der), bag("1.2.840.113549.1.12.10.1.1", bytesOf(openssl(["pkcs8", "-topk8", "-nocrypt", "-in", ec.keyFile, "-outform", "DER"]))))),
  )))));
  return {
    pfx: [
      pfxOf("-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256"), pfxOf("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1"),
      pfxOf("-keypbe", "NONE", "-certpbe", "NONE", "-nomac"), pfxOf("-keypbe", "AES-128-CBC", "-certpbe", "NONE", "-nomac"), pfxOf("-keypbe", "DES-CBC", "-certpbe", "RC2-CBC", "-nomac"), ber,
    ],
    pem: [
      bytesOf(Buffer.concat(pem)), bytesOf(Buffer.concat([readFileSync(rsa.certificateFile), pkey(rsa.keyFile, "-traditional")])), sealed("-v2", "aes128"), sealed("-v1", "PBE-MD5-DES"),
      dek("aes-128-cbc"), dek("des-cbc"), list("PEM"), bytesOf(openssl(["ecparam", "-name", "prime256v1", "-genkey"])), bytesOf(openssl(["x509", "-in", ec.certificateFile, "-trustout", "-addtrust", "serverAuth"])),
    ],
    certificates: [ec.der, rsa.der, pss.der, edwards.der, authority.root.der],
    lists: [list("DER"), der(0x30, objectIdentifier("1.2.840.113549.1.7.2"), indefinite(0xa0, indefinite(0x30, integer(1), der(0x31), der(0x30, objectIdentifier("1.2.840.113549.1.7.1")), indefinite(0xa0, ec.der), der(0x31))))],
    keys: [
      ...[ec, rsa, pss, edwards].map(({ keyFile }) => pkey(keyFile, "-outform", "DER")), ...[ec, rsa].map(({ keyFile }) => pkey(keyFile, "-traditional", "-outform", "DER")),
      ...[ec, pss].map(({ keyFile }) => bytesOf(openssl(["pkcs8", "-topk8", "-nocrypt", "-in", keyFile, "-outform", "DER"]))),
    ],
    sealedKeys: [sealed("-v2", "aes256", "-outform", "DER"), sealed("-v1", "PBE-SHA1-3DES", "-outform", "DER"), sealed("-v1", "PBE-MD5-RC2-64", "-outform", "DER"), sealed("-v2", "rc2", "-outform", "DER")],
    text: [
      bytesOf(base64), bytesOf(Buffer.from(`\uFEFF${Buffer.concat(pem).toString()}`, "utf16le")), bytesOf(Buffer.from(base64, "utf16le").swap16()), bytesOf(`Dear colleague,\r\n\r\n${Buffer.concat(pem).toString().replace(/^/gm, "   ")}\r\nKind regards`),
      bytesOf(Buffer.concat(pem).toString().replaceAll("\n", "\\n")), bytesOf(Buffer.concat(pem).toString().replaceAll("\n", "\r")),
    ],
  };
}

describe("mutations of real files give a value or an error that is meant, in time and without growth", () => {
  it("PFX", () => fuzz("PFX", originals.pfx, runs, read), 600_000);
  it("PEM", () => fuzz("PEM", originals.pem, runs, read), 600_000);
  it("DER certificates", () => fuzz("DER certificates", originals.certificates, runs, read), 600_000);
  it("PKCS #7", () => fuzz("PKCS #7", originals.lists, runs, read), 600_000);
  it("keys in the clear", () => fuzz("keys in the clear", originals.keys, runs, read), 600_000);
  it("sealed keys", () => fuzz("sealed keys", originals.sealedKeys, runs, read), 600_000);
  it("text in its encodings", () => fuzz("text", originals.text, runs, read), 600_000);
  it("identifying", () => fuzz("identifying", Object.values(originals).flat() as readonly Uint8Array[], runs, (content) => identify(file(content))), 600_000);

  it("were as many as promised", () => {
    console.log(`fuzz: ${counted} inputs in all, seed ${seed}`);
    expect(counted).toBe(8 * runs);
    if (!quick && process.env["FUZZ_RUNS"] === undefined) expect(runs).toBeGreaterThanOrEqual(100_000);
  });
});
