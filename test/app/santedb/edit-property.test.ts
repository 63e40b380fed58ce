import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { parseDocument, type ConfigurationDocument } from "../../../app/santedb/configuration.ts";
import type { ConfigurationFiles } from "../../../app/santedb/configuration-files.ts";
import { planEdit, type ConfigurationEdit } from "../../../app/santedb/edit.ts";
import { byteLength, encodeText } from "../../../app/santedb/encoding.ts";
import { generatedConfiguration } from "../../fixtures/configuration.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

/** Twice ten thousand in npm test; fewer in the inner loop. */
const runs = propertyRuns(10_000);

const filesOf = (bytes: Uint8Array): ConfigurationFiles => [{ document: parseDocument(bytes, "santedb.config"), bytes, includedBy: null }];
const secure = (bytes: Uint8Array): ConfigurationEdit | undefined => planEdit(filesOf(bytes), { scheme: "https" }).edits[0];
const unsecure = (bytes: Uint8Array): ConfigurationEdit | undefined => planEdit(filesOf(bytes), { scheme: "http" }).edits[0];

/**
 * Compares two files byte for byte outside of the values of the endpoints' addresses, whose places in each are given in
 * ascending order. Made without the splices: only where the addresses stand is taken from the reader.
 */
function sameOutsideAddresses(before: Uint8Array, after: Uint8Array, old: ConfigurationDocument, next: ConfigurationDocument): boolean {
  const values = ({ rest, encoding }: ConfigurationDocument) => [...rest?.endpoints ?? [], ...rest?.others ?? []]
    .map(({ written: { offset, text } }) => ({ start: offset, end: offset + byteLength(text, 0, text.length, encoding) }))
    .sort((one, other) => one.start - other.start);
  const [olds, news] = [values(old), values(next)];
  if (olds.length !== news.length) return false;
  let [from, to] = [0, 0];
  for (const [index, value] of olds.entries()) {
    const other = news[index] ?? value;
    if (!Buffer.from(before.subarray(from, value.start)).equals(after.subarray(to, other.start))) return false;
    [from, to] = [value.end, other.end];
  }
  return Buffer.from(before.subarray(from)).equals(after.subarray(to));
}

type Harm =
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "repeat"; readonly at: number; readonly length: number }
  | { readonly kind: "insert"; readonly at: number; readonly text: string };

const harm: fc.Arbitrary<Harm> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(10_000) }),
  fc.record({ kind: fc.constant("flip" as const), at: fc.nat(10_000), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("repeat" as const), at: fc.nat(10_000), length: fc.nat(200) }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.nat(10_000), text: fc.constantFrom(" ", "\n", "<x/>", "<!-- > -->", "&", "]]>", "\u0000", "<", "'", "address=\"http://h:1/\"", "<endpoint address='http://0.0.0.0:9200/x'/>", "<include>x</include>", "<!DOCTYPE x>") }),
);

function harmed(content: Uint8Array, { at: wanted, ...what }: Harm): Uint8Array {
  const at = wanted % Math.max(1, content.length);
  switch (what.kind) {
    case "cut": return content.slice(0, at);
    case "repeat": return new Uint8Array([...content.subarray(0, at), ...content.subarray(at, at + what.length), ...content.subarray(at)]);
    case "flip": return content.map((byte, index) => (index === at ? byte ^ (1 << what.bit) : byte));
    case "insert": return new Uint8Array([...content.subarray(0, at), ...encodeText(what.text, "utf-8"), ...content.subarray(at)]);
  }
}

describe("securing a configuration", () => {
  it("changes the values of its endpoints' addresses and not another byte, and unsecuring gives the old bytes back", () => {
    fc.assert(fc.property(generatedConfiguration, ({ bytes, reversible, endpoints }) => {
      const edit = secure(bytes);
      expect(edit?.changes.length ?? 0).toBe(endpoints.length);
      if (!edit) return;
      const [old, next] = [parseDocument(bytes, "before"), parseDocument(edit.after, "after")];
      expect(sameOutsideAddresses(bytes, edit.after, old, next)).toBe(true);
      expect(next.rest?.endpoints.map(({ scheme, host, port, path }) => `${scheme} ${host} ${port} ${path}`)).toEqual(old.rest?.endpoints.map(({ host, port, path }) => `https ${host} ${port} ${path}`));
      expect(secure(edit.after)).toBeUndefined();
      const back = unsecure(edit.after)?.after;
      if (reversible) expect(back && Buffer.from(back).equals(bytes)).toBe(true);
      else expect(back && sameOutsideAddresses(bytes, back, old, parseDocument(back, "back"))).toBe(true);
    }), { numRuns: runs });
  }, 240_000);

  it("of a damaged file is refused with a code, or changes nothing outside the addresses either", () => {
    // Few enough tries, and it may be that none survives.
    let survived = 0;
    fc.assert(fc.property(generatedConfiguration, fc.array(harm, { minLength: 1, maxLength: 3 }), ({ bytes }, harms) => {
      const damaged = harms.reduce(harmed, bytes);
      try {
        const edit = secure(damaged);
        if (!edit) return;
        survived++;
        expect(sameOutsideAddresses(damaged, edit.after, parseDocument(damaged, "before"), parseDocument(edit.after, "after"))).toBe(true);
      } catch (thrown) {
        if (!(thrown instanceof LockstepError)) throw thrown;
        expect(["internal", "file-changed"]).not.toContain(thrown.code);
      }
    }), { numRuns: Math.max(runs, 300) });
    expect(survived).toBeGreaterThan(0);
  }, 240_000);
});
