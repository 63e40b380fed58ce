import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "../../../app/santedb/configuration.ts";
import { planEdit } from "../../../app/santedb/edit.ts";
import { dcdrConfiguration, generatedConfiguration } from "../../fixtures/configuration.ts";

const samples = fileURLToPath(new URL("../../../../shared/samples/santedb/", import.meta.url));
const hasMono = ((): boolean => {
  try {
    execFileSync("mcs", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

interface Seen { readonly endpoints: readonly string[]; readonly rest: string }

describe.skipIf(!hasMono)("a converted configuration, read by .NET's XML reader (Mono)", () => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-mono-"));
  const program = join(directory, "ConfigurationReader.exe");
  beforeAll(() => void execFileSync("mcs", ["-out:" + program, fileURLToPath(new URL("ConfigurationReader.cs", import.meta.url))]));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** One run for all files: the program's start takes longer than its work. */
  function seen(files: readonly string[]): readonly Seen[] {
    const result: { endpoints: string[]; rest: string }[] = [];
    for (const line of execFileSync("mono", [program, ...files], { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 }).split("\n")) {
      const [kind, ...fields] = line.split("\t");
      if (kind === "F") result.push({ endpoints: [], rest: "" });
      const last = result.at(-1);
      if (!last) continue;
      if (kind === "E") last.endpoints.push(fields.join(" "));
      if (kind === "H") last.rest = fields[0] ?? "";
    }
    expect(result).toHaveLength(files.length);
    return result;
  }

  function secured(bytes: Uint8Array): Uint8Array {
    const [edit] = planEdit([{ document: parseDocument(bytes, "santedb.config"), bytes, includedBy: null }], { scheme: "https" }).edits;
    return edit?.after ?? bytes;
  }

  /** Secures each, and compares what the reader sees before and after. */
  function compare(documents: readonly Uint8Array[]): void {
    const files = documents.flatMap((bytes, index) => [[`${index}-before.xml`, bytes], [`${index}-after.xml`, secured(bytes)]] as const).map(([name, bytes]) => {
      writeFileSync(join(directory, name), bytes);
      return join(directory, name);
    });
    const read = seen(files);
    let endpoints = 0;
    for (let index = 0; index < read.length; index += 2) {
      const [before, after] = [read[index], read[index + 1]];
      expect(after?.rest).toBe(before?.rest);
      expect(after?.endpoints).toEqual(before?.endpoints.map((endpoint) => {
        endpoints++;
        // A port that is left out is written down, since 80 would become 443.
        return endpoint.replace(/http(:\/\/(?:\[[^\]]*\]|[^/:\s]+))(:\d+)?/i, (_, authority: string, port: string | undefined) => `https${authority}${port ?? ":80"}`);
      }));
    }
    expect(endpoints).toBeGreaterThan(0);
  }

  it.skipIf(!existsSync(samples))("has every endpoint of the samples on https and all else as it was", () => {
    const withRest = [...readdirSync(samples), ...readdirSync(join(samples, "synthetic")).map((name) => join("synthetic", name))]
      .filter((name) => /rest\.config\.xml$|shape\.config$/.test(name));
    expect(withRest.length).toBeGreaterThanOrEqual(5);
    compare(withRest.map((name) => new Uint8Array(readFileSync(join(samples, name)))));
  });

  it("has every endpoint on https and all else as it was, in documents of every kind", () => {
    const documents = fc.sample(generatedConfiguration, { numRuns: 400 }).map(({ bytes }) => bytes);
    compare([dcdrConfiguration(), ...documents]);
  });
});
