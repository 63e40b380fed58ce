// Measures reading: a PFX of many rounds against OpenSSL, and certificates described against what the platform's own parser takes.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "../../app/certificates/describe.ts";
import { readMaterial } from "../../app/certificates/read.ts";
import { makeCertificate, makeServerPfx, openssl } from "../fixtures/certificates.ts";

type Row = (title: string, ratio: number, detail: string) => void;

const rounds = 600_000;
const certificates = 1000;
const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

async function milliseconds(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

export async function readingBench(row: Row): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-bench-reading-"));
  try {
    for (const [title, args] of [["modern", []], ["3DES, SHA-1", ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"]]] as const) await manyRounds(row, directory, title, args);
    await manyCertificates(row, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In turn, so that a change of the machine's pace falls on both; the first of each warms up. */
async function manyRounds(row: Row, directory: string, title: string, protection: readonly string[]): Promise<void> {
  const made = makeServerPfx({ directory, key: "rsa:2048" });
  const file = join(directory, "rounds.pfx");
  openssl(["pkcs12", "-export", "-in", made.certificateFile, "-inkey", made.keyFile, "-iter", `${rounds}`, ...protection, "-passout", `file:${made.passwordFile}`, "-out", file]);
  const content = new Uint8Array(readFileSync(file));
  const runs: { readonly theirs: number; readonly ours: number }[] = [];
  for (let run = 0; run < 6; run++) {
    const theirs = await milliseconds(() => execFileSync("openssl", ["pkcs12", "-in", file, "-passin", `file:${made.passwordFile}`, "-noenc", "-out", "/dev/null"], { stdio: "ignore" }));
    const ours = await milliseconds(() => readMaterial([{ name: "rounds.pfx", content }], made.password));
    runs.push({ theirs, ours });
  }
  const [theirs, ours] = [median(runs.slice(1).map((run) => run.theirs)), median(runs.slice(1).map((run) => run.ours))];
  row(`reading a PFX of ${rounds.toLocaleString("en")} rounds (${title}) against openssl`, ours / theirs, `${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms`);
}

/** A certificate described in full, against its fingerprint from the platform's parser: the least that anyone does with one. */
async function manyCertificates(row: Row, directory: string): Promise<void> {
  const issued = ["rsa:2048", "ec:p256"].flatMap((key) => [makeCertificate(directory, null, { key: key as "rsa:2048" | "ec:p256", names: ["clinic-7.example.org", "10.0.0.7"] })]);
  const ders = Array.from({ length: certificates }, (_, index) => issued[index % issued.length]?.der ?? new Uint8Array());
  const runs: { readonly theirs: number; readonly ours: number }[] = [];
  for (let run = 0; run < 6; run++) {
    const theirs = await milliseconds(() => ders.map((der) => new X509Certificate(der).fingerprint));
    const ours = await milliseconds(() => ders.map((der) => describe(der, { hasPrivateKey: false, role: "leaf" })));
    runs.push({ theirs, ours });
  }
  const each = (time: number): string => `${(time / certificates * 1000).toFixed(0)} µs`;
  const [theirs, ours] = [median(runs.slice(1).map((run) => run.theirs)), median(runs.slice(1).map((run) => run.ours))];
  row(`${certificates.toLocaleString("en")} certificates described against their fingerprints`, ours / theirs, `${each(ours)} each against ${each(theirs)}`);
}
