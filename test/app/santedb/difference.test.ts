import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfiguration } from "../../../app/santedb/configuration.ts";
import { applySplices, planConversion } from "../../../app/santedb/convert.ts";
import { differenceOf } from "../../../app/santedb/difference.ts";
import { bytesOf, dcdrConfiguration, generatedConfiguration, write } from "../../fixtures/configuration.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const shown = (text: string, splices: Parameters<typeof differenceOf>[1], context?: number): readonly string[] =>
  differenceOf(bytesOf(text), splices, context).map(({ sign, line, text: content }) => `${sign}${line} ${content}`);

describe("the difference that splices make", () => {
  it("shows each changed line old and new, with its neighbours", () => {
    const text = "one\ntwo\nthree\nfour\nfive\n";
    expect(shown(text, [{ offset: 8, remove: "three", insert: "3" }])).toEqual([" 2 two", "-3 three", "+3 3", " 4 four"]);
    expect(shown(text, [{ offset: 8, remove: "three", insert: "3" }], 0)).toEqual(["-3 three", "+3 3"]);
    expect(shown(text, [{ offset: 0, remove: "one", insert: "1" }, { offset: 4, remove: "two", insert: "2" }, { offset: 19, remove: "", insert: "5" }])).toEqual([
      "-1 one", "-2 two", "+1 1", "+2 2", " 3 three", " 4 four", "-5 five", "+5 5five", " 6 ",
    ]);
  });

  it("shows a line once, however many splices it has", () => {
    expect(shown("a b c", [{ offset: 0, remove: "a", insert: "x" }, { offset: 4, remove: "c", insert: "z" }])).toEqual(["-1 a b c", "+1 x b z"]);
  });

  it("counts CR, LF and CR LF as one line end each", () => {
    expect(shown("a\rb\r\nc\nd", [{ offset: 7, remove: "d", insert: "D" }])).toEqual([" 3 c", "-4 d", "+4 D"]);
    expect(shown("a\rb\r\nc\nd", [{ offset: 5, remove: "c", insert: "C" }])).toEqual([" 2 b", "-3 c", "+3 C", " 4 d"]);
  });

  it("follows a value that loses its line breaks", () => {
    expect(shown("a\nb=\"1\n2\n3\"\nc", [{ offset: 5, remove: "1\n2\n3", insert: "123" }])).toEqual([" 1 a", "-2 b=\"1", "-3 2", "-4 3\"", "+2 b=\"123\"", " 5 c"]);
  });

  it("leaves the byte order mark out, and reads UTF-16", () => {
    const bytes = write("a\nb", "utf-16be");
    expect(differenceOf(bytes, [{ offset: 2, remove: "a", insert: "\u017E" }])).toEqual([
      { sign: "-", line: 1, text: "a" }, { sign: "+", line: 1, text: "\u017E" }, { sign: " ", line: 2, text: "b" },
    ]);
    expect(differenceOf(write("é", "utf-8 with mark"), [{ offset: 3, remove: "é", insert: "e" }])).toEqual([{ sign: "-", line: 1, text: "é" }, { sign: "+", line: 1, text: "e" }]);
  });

  it("cuts a line without end around the place that changes, between whole characters", () => {
    const long = "é\u{1F600}".repeat(500_000);
    const [old, next] = differenceOf(bytesOf(`${long}HERE${long}`), [{ offset: 6 * 500_000, remove: "HERE", insert: "THERE" }]);
    expect(old?.text).toMatch(/^….{50,500}HERE.{50,500}…$/su);
    expect(next?.text).toMatch(/^….{50,500}THERE.{50,500}…$/su);
    expect(old?.text).not.toContain("\uFFFD");
  });

  it("stops after a thousand lines", () => {
    const text = "a\n".repeat(100_000);
    expect(differenceOf(bytesOf(text), Array.from({ length: 50_000 }, (_, index) => ({ offset: index * 4, remove: "a", insert: "b" })))).toHaveLength(1000);
  });

  it("is nothing where nothing changes", () => {
    expect(differenceOf(dcdrConfiguration(), [])).toEqual([]);
  });

  it("names the lines of the addresses that change", () => {
    const bytes = dcdrConfiguration();
    const { splices, changes } = planConversion(parseConfiguration(bytes, "f"), { scheme: "https" });
    const lines = differenceOf(bytes, splices);
    expect(lines.filter(({ sign }) => sign === "-").map(({ line }) => line)).toEqual(changes.map(({ line }) => line));
    expect(lines.filter(({ sign }) => sign === "+").map(({ text }) => text.includes("https://0.0.0.0:9200"))).toEqual([true, true, true, true, true, true]);
  });
});

describe("any difference", () => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-difference-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("has the lines that diff finds", () => {
    const [before, after] = [join(directory, "before"), join(directory, "after")];
    const byDiff = (): readonly string[] => {
      try {
        execFileSync("diff", ["-a", before, after], { encoding: "utf8" });
        return [];
      } catch (differing) {
        const { stdout } = differing as { stdout: string };
        return stdout.split("\n").filter((line) => /^[<>]/.test(line)).sort();
      }
    };
    fc.assert(fc.property(generatedConfiguration.filter(({ as, text }) => as === "utf-8" && !text.includes("\r")), ({ bytes }) => {
      const { splices } = planConversion(parseConfiguration(bytes, "f"), { scheme: "https" });
      writeFileSync(before, bytes);
      writeFileSync(after, applySplices(bytes, splices, "f"));
      const lines = differenceOf(bytes, splices, 0);
      if (lines.some(({ text }) => text.includes("…"))) return;
      expect(lines.map(({ sign, text }) => `${sign === "-" ? "<" : ">"} ${text}`).sort()).toEqual(byDiff());
    }), { numRuns: Math.ceil(runs / 5) });
  });
});
