// Reading JSON within bounds: what the counter lets through, JSON.parse reads; what it refuses is really too much.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../main/web/request-body.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const depthOf = (value: unknown): number => (typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0);

describe("a JSON body", () => {
  it("of any shape and any text, so long as it is not nested too deep, is read as JSON.parse reads it", () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: "binary" }), (value) => {
      const text = JSON.stringify(value);
      expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
    }), { numRuns: runs });
  });

  it("whatever its bytes are is read as JSON.parse would, or refused as input-invalid", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom("{", "}", "[", "]", "\"", "\\", ",", ":", "1", "null", " ", "é", "\\u0022"), { maxLength: 40 }), (parts) => {
      const text = parts.join("");
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => parseJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: "input-invalid" }) as Error);
        return;
      }
      expect(depthOf(expected)).toBeLessThanOrEqual(64);
      expect(parseJson(Buffer.from(text))).toEqual(expected);
    }), { numRuns: runs });
  });

  it("is read at 64 levels and refused at 65", () => {
    const nested = (levels: number): Buffer => Buffer.from("[".repeat(levels) + "]".repeat(levels));
    expect(depthOf(parseJson(nested(64)))).toBe(64);
    expect(() => parseJson(nested(65))).toThrow();
  });

  it("of 24 MB takes well under a second, whatever stands in it", () => {
    for (const text of [`"${"A".repeat(24_000_000)}"`, `"${"\\\"".repeat(12_000_000)}"`, `"${"\\\\".repeat(12_000_000)}"`, "\"".repeat(24_000_000), " ".repeat(24_000_000)]) {
      const begun = performance.now();
      try {
        parseJson(Buffer.from(text));
      } catch {
        // Refused is as good as read.
      }
      expect(performance.now() - begun).toBeLessThan(3_000);
    }
  });
});
