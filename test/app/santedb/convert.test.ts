import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { LockstepError, type ErrorCode } from "../../../app/errors.ts";
import { parseConfiguration, type Configuration } from "../../../app/santedb/configuration.ts";
import { applySplices, planConversion, type Conversion, type Wanted } from "../../../app/santedb/convert.ts";
import { encodeText } from "../../../app/santedb/encoding.ts";
import { agsConfiguration, aroundRest, bytesOf, dcdrConfiguration, generatedConfiguration, write } from "../../fixtures/configuration.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const file = "santedb.config";
const parse = (bytes: Uint8Array): Configuration => parseConfiguration(bytes, file);

function converted(bytes: Uint8Array, wanted: Wanted): { bytes: Uint8Array; conversion: Conversion } {
  const conversion = planConversion(parse(bytes), wanted);
  return { bytes: applySplices(bytes, conversion.splices, file), conversion };
}

function refusedWith(act: () => unknown): ErrorCode {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof LockstepError) return thrown.code;
    throw thrown;
  }
  throw new Error("It was not refused.");
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(Buffer.from(other));
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const addresses = (...list: readonly string[]): Uint8Array => bytesOf(aroundRest(list.map((address, index) => `<service name="S${index}"><endpoint contract="C" address="${address}"/></service>`).join("\n")));
const addressesOf = (bytes: Uint8Array): readonly string[] => parse(bytes).endpoints.map(({ address }) => address);

/** What is left of a file when the splices' places are taken out of it. */
function outside(bytes: Uint8Array, { splices }: Conversion, part: "remove" | "insert", { encoding }: Configuration): Buffer {
  let shift = 0;
  let at = 0;
  const pieces: Uint8Array[] = [];
  for (const { offset, remove, insert } of splices) {
    const length = encodeText(part === "remove" ? remove : insert, encoding).length;
    pieces.push(bytes.subarray(at, offset + shift));
    at = offset + shift + length;
    if (part === "insert") shift += length - encodeText(remove, encoding).length;
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]);
}

describe("converting the endpoints of a port", () => {
  it("changes the scheme of all six endpoints, and not another byte", () => {
    const before = dcdrConfiguration();
    const { bytes, conversion } = converted(before, { scheme: "https" });
    expect(textOf(bytes)).toBe(textOf(before).replaceAll("http://0.0.0.0:9200/", "https://0.0.0.0:9200/"));
    expect(conversion).toMatchObject({ port: 9200, host: "0.0.0.0" });
    expect(conversion.changes.map(({ from, to }) => `${from} ${to}`)).toContain("http://0.0.0.0:9200/ami https://0.0.0.0:9200/ami");
    expect(conversion.splices).toHaveLength(6);
    expect(conversion.splices.every(({ remove, insert }) => remove === "http" && insert === "https")).toBe(true);
  });

  it("has nothing to do a second time", () => {
    const { bytes } = converted(dcdrConfiguration(), { scheme: "https" });
    expect(planConversion(parse(bytes), { scheme: "https" })).toMatchObject({ splices: [], changes: [] });
  });

  it("has nothing to do in a REST section without endpoints", () => {
    expect(planConversion(parse(bytesOf(aroundRest(""))), { scheme: "https" })).toEqual({ splices: [], changes: [], warnings: [], port: null, host: null });
  });

  it("changes the host too where that is asked", () => {
    const { bytes, conversion } = converted(addresses("http://127.0.0.1:9200/ami", "http://127.0.0.1:9200/"), { scheme: "https", host: "0.0.0.0" });
    expect(addressesOf(bytes)).toEqual(["https://0.0.0.0:9200/ami", "https://0.0.0.0:9200/"]);
    expect(conversion.host).toBe("0.0.0.0");
    expect(conversion.warnings).toEqual([]);
  });

  it("writes down a port that was not written, so that it stays the same", () => {
    const { bytes, conversion } = converted(addresses("http://clinic/ami", "http://clinic"), { scheme: "https" });
    expect(addressesOf(bytes)).toEqual(["https://clinic:80/ami", "https://clinic:80"]);
    expect(conversion.changes.map(({ to }) => to)).toEqual(["https://clinic:80/ami", "https://clinic:80"]);
    expect(addressesOf(converted(addresses("https://[::1]/"), { scheme: "http", host: "0.0.0.0" }).bytes)).toEqual(["http://0.0.0.0:443/"]);
  });

  it("keeps to the port asked for, and leaves others as they are", () => {
    const before = addresses("http://h:8080/a", "http://h:9200/b", "llp://h:2100", "http://h:8080/c");
    expect(refusedWith(() => planConversion(parse(before), { scheme: "https" }))).toBe("configuration-many-ports");
    expect(refusedWith(() => planConversion(parse(before), { scheme: "https", port: 1 }))).toBe("input-invalid");
    expect(addressesOf(converted(before, { scheme: "https", port: 8080 }).bytes)).toEqual(["https://h:8080/a", "http://h:9200/b", "https://h:8080/c"]);
  });

  it("refuses a port with both schemes, and only that port", () => {
    const before = addresses("http://h:8080/a", "https://h:8080/b", "http://h:9200/c");
    expect(refusedWith(() => planConversion(parse(before), { scheme: "https", port: 8080 }))).toBe("configuration-mixed-schemes");
    expect(addressesOf(converted(before, { scheme: "https", port: 9200 }).bytes)).toEqual(["http://h:8080/a", "https://h:8080/b", "https://h:9200/c"]);
  });

  it("refuses an address that would keep the service from starting, with its line", () => {
    const act = (): unknown => planConversion(parse(addresses("http://h:9200/a", "http://+:9200/")), { scheme: "https" });
    expect(refusedWith(act)).toBe("configuration-address");
    expect(act).toThrow("line 4, column 52: http://+:9200/ is not");
  });

  it.each(["+", "*", "", "a b", "h:1", "h/", "::1", "user@h"])("refuses %s as a host", (host) => {
    expect(refusedWith(() => planConversion(parse(addresses("http://h:9200/")), { scheme: "https", host }))).toBe("input-invalid");
  });

  it("rewrites the whole value where its beginning is spelt with entities, and escapes it for its quote", () => {
    const before = bytesOf(aroundRest(`<service><endpoint address='&#x68;ttp://h:1/a&amp;b&apos;"'/><endpoint address="http://h:1/&#x61;&amp;"/></service>`));
    expect(textOf(converted(before, { scheme: "https" }).bytes)).toContain(`address='https://h:1/a&amp;b&#x27;"'/><endpoint address="https://h:1/&#x61;&amp;"`);
  });

  it("writes a letter that the file's encoding does not have as a reference", () => {
    const text = aroundRest(`<service><endpoint address="&#104;ttp://h:1/&#x017E;&#xE9;"/></service>`, { declaration: "<?xml version='1.0' encoding='iso-8859-1'?>" });
    const { bytes } = converted(write(text, "iso-8859-1"), { scheme: "https" });
    expect(Buffer.from(bytes).toString("latin1")).toContain(`"https://h:1/&#x17E;\u00e9"`);
    expect(addressesOf(bytes)).toEqual(["https://h:1/\u017E\u00e9"]);
  });

  it("converts a v2 file", () => {
    const before = agsConfiguration();
    expect(textOf(converted(before, { scheme: "https" }).bytes)).toBe(textOf(before).replace("http://0.0.0.0", "https://0.0.0.0"));
  });
});

describe("what a conversion warns of", () => {
  const warnings = (bytes: Uint8Array, wanted: Wanted = { scheme: "https" }): readonly string[] => planConversion(parse(bytes), wanted).warnings.map(({ code, message }) => `${code}: ${message}`);

  it("an address that answers this machine only", () => {
    expect(warnings(addresses("http://127.0.0.1:9200/a", "http://localhost:9200/b"))).toEqual(["loopback-only: https://127.0.0.1:9200 answers this machine only."]);
    expect(warnings(addresses("http://127.0.0.1:9200/a", "http://0.0.0.0:9200/b"))).toEqual([]);
  });

  it("an address that stands twice, with which the service may not start", () => {
    expect(warnings(addresses("http://0.0.0.0:9200/ami", "http://0.0.0.0:9200/AMI/"))).toEqual(["address-twice: Line 4 has the same address as line 3: http://0.0.0.0:9200/AMI/."]);
  });

  it("URLs elsewhere that still name the port with the old scheme, which are never touched", () => {
    const before = bytesOf(aroundRest(`<service><endpoint address="http://0.0.0.0:9200/"/></service><baseAddress>http://clinic:9200</baseAddress>`, {
      after: `<section xsi:type="O" issuerName="http://clinic:9200/auth"/><section xsi:type="U" realm="https://clinic:9200" b="http://clinic:8080/"/>
        <section xsi:type="C"><resource domain="http://a:9200/x?y,http://b:9200"/></section>`,
    }));
    expect(warnings(before)).toEqual([
      "address-elsewhere: http://clinic:9200 still stands in line 3 of santedb.config (<baseAddress>).",
      "address-elsewhere: http://clinic:9200/auth still stands in line 5 of santedb.config (issuerName of a <section>).",
      "address-elsewhere: http://a:9200/x?y still stands in line 6 of santedb.config (domain of a <resource>).",
      "address-elsewhere: http://b:9200 still stands in line 6 of santedb.config (domain of a <resource>).",
    ]);
    expect(textOf(converted(before, { scheme: "https" }).bytes)).toBe(textOf(before).replace("http://0.0.0.0", "https://0.0.0.0"));
  });

  it("twenty such URLs one by one, and the rest by their number", () => {
    const list = warnings(bytesOf(aroundRest(`<service><endpoint address="http://h:9200/"/></service>`, { after: `<a b="http://h:9200/"/>`.repeat(50) })));
    expect(list).toHaveLength(21);
    expect(list.at(-1)).toContain("30 more places");
  });
});

describe("making splices", () => {
  const splices = [{ offset: 0, remove: "ab", insert: "X" }, { offset: 4, remove: "", insert: "YZ" }];

  it("leaves everything else byte for byte", () => {
    expect(textOf(applySplices(bytesOf("abcdef"), splices, file))).toBe("XcdYZef");
    expect(textOf(applySplices(bytesOf("abcdef"), [...splices].reverse(), file))).toBe("XcdYZef");
    expect(textOf(applySplices(bytesOf("abcdef"), [], file))).toBe("abcdef");
  });

  it.each([
    ["another text stands there", [{ offset: 1, remove: "ab", insert: "X" }]],
    ["the file ends before", [{ offset: 5, remove: "fg", insert: "X" }]],
    ["the place lies beyond the end", [{ offset: 7, remove: "", insert: "X" }]],
    ["they overlap", [{ offset: 0, remove: "abc", insert: "X" }, { offset: 2, remove: "cd", insert: "X" }]],
  ])("is refused where %s", (_, wrong) => {
    expect(refusedWith(() => applySplices(bytesOf("abcdef"), wrong, file))).toBe("file-changed");
  });

  it("is refused in the middle of a UTF-16 unit", () => {
    expect(refusedWith(() => applySplices(write("<a/>", "utf-16le"), [{ offset: 3, remove: "", insert: "X" }], file))).toBe("file-changed");
  });
});

describe("any configuration", () => {
  it("is converted inside its addresses only, and every endpoint keeps its host, port and path", () => {
    fc.assert(fc.property(generatedConfiguration, ({ bytes, reversible }) => {
      const before = parse(bytes);
      const there = converted(bytes, { scheme: "https" });
      const after = parse(there.bytes);
      expect(outside(there.bytes, there.conversion, "insert", before).equals(outside(bytes, there.conversion, "remove", before))).toBe(true);
      expect(after.endpoints.map(({ host, port, path, service, contract }) => ({ host, port, path, service, contract }))).toEqual(
        before.endpoints.map(({ host, port, path, service, contract }) => ({ host, port, path, service, contract })));
      expect(after.endpoints.every(({ scheme }) => scheme === "https")).toBe(true);
      expect(there.conversion.changes.map(({ to }) => to)).toEqual(after.endpoints.map(({ address }) => address));
      expect(there.conversion.changes.map(({ from }) => from)).toEqual(before.endpoints.map(({ address }) => address));
      expect(after.mentions.map(({ value }) => value)).toEqual(before.mentions.map(({ value }) => value));
      for (const { offset, remove } of there.conversion.splices) {
        const inside = before.endpoints.some(({ written }) => offset >= written.offset && offset + encodeText(remove, before.encoding).length <= written.offset + encodeText(written.text, before.encoding).length);
        expect(inside).toBe(true);
      }
      const back = converted(there.bytes, { scheme: "http" });
      expect(parse(back.bytes).endpoints.every(({ scheme }) => scheme === "http")).toBe(true);
      if (reversible) expect(sameBytes(back.bytes, bytes)).toBe(true);
    }), { numRuns: runs });
  });

  it("that was damaged is refused with a code, or changed inside its addresses only", () => {
    const damage = fc.oneof(
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat(10_000) }),
      fc.record({ kind: fc.constant("flip" as const), at: fc.nat(10_000), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant("repeat" as const), at: fc.nat(10_000), length: fc.nat(200) }),
    );
    // Few enough tries, and it may be that none survives.
    let survived = 0;
    fc.assert(fc.property(generatedConfiguration, fc.array(damage, { minLength: 1, maxLength: 3 }), ({ bytes }, damages) => {
      const damaged = damages.reduce<Uint8Array>((content, harm) => {
        const at = harm.at % Math.max(1, content.length);
        if (harm.kind === "cut") return content.slice(0, at);
        if (harm.kind === "repeat") return new Uint8Array([...content.subarray(0, at), ...content.subarray(at, at + harm.length), ...content.subarray(at)]);
        return content.map((byte, index) => (index === at ? byte ^ (1 << harm.bit) : byte));
      }, bytes);
      try {
        const before = parse(damaged);
        const { bytes: after, conversion } = converted(damaged, { scheme: "https" });
        expect(outside(after, conversion, "insert", before).equals(outside(damaged, conversion, "remove", before))).toBe(true);
        expect(parse(after).endpoints.map(({ port }) => port)).toEqual(before.endpoints.map(({ port }) => port));
        survived++;
      } catch (thrown) {
        if (!(thrown instanceof LockstepError)) throw thrown;
        expect(thrown.code).not.toBe("internal");
        expect(thrown.code).not.toBe("file-changed");
      }
    }), { numRuns: Math.max(runs, 300) });
    expect(survived).toBeGreaterThan(0);
  });
});

const samples = fileURLToPath(new URL("../../../../shared/samples/santedb/", import.meta.url));
const withRest = ["icdr-docker-hist-santedb.rest.config.xml", "icdr-docker-v2-rest.config.xml", "icdr-docker-v3-rest.config.xml", "synthetic/dcdr-v2-ags-shape.config", "synthetic/dcdr-v3-shape.config"];

/** xmllint, the independent reader: the endpoints' addresses, and the whole document in canonical form. */
const xmllint = (path: string, ...options: readonly string[]): string => execFileSync("xmllint", [...options, path], { encoding: "utf8" });
const hasXmllint = ((): boolean => { try { execFileSync("xmllint", ["--version"], { stdio: "ignore" }); return true; } catch { return false; } })();

describe.skipIf(!existsSync(samples))("the files of real SanteDB repositories", () => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-samples-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(withRest)("%s is converted and back, byte for byte", (name) => {
    const before = new Uint8Array(readFileSync(join(samples, name)));
    const there = converted(before, { scheme: "https" });
    const endpoints = parse(before).endpoints.length;
    expect(there.conversion.changes).toHaveLength(endpoints);
    expect(there.bytes.length).toBe(before.length + endpoints);
    expect(sameBytes(converted(there.bytes, { scheme: "http" }).bytes, before)).toBe(true);
  });

  it.each(readdirSync(samples).filter((name) => name.endsWith(".xml") && !withRest.includes(name)))("%s, which has no REST section, is refused with a code", (name) => {
    const code = refusedWith(() => parse(new Uint8Array(readFileSync(join(samples, name)))));
    expect(["configuration-no-rest", "configuration-not-santedb"]).toContain(code);
  });

  it.skipIf(!hasXmllint).each(withRest)("%s converted reads for xmllint as before but for the scheme of its endpoints", (name) => {
    const original = join(samples, name);
    const changed = join(directory, name.replace("/", "-"));
    writeFileSync(changed, converted(new Uint8Array(readFileSync(original)), { scheme: "https" }).bytes);
    const canonical = xmllint(original, "--c14n");
    const expected = canonical.replace(/<(\w+:)?endpoint [^>]*>/g, (tag) => tag.replace(' address="http://', ' address="https://'));
    expect(xmllint(changed, "--c14n")).toBe(expected);
    if (canonical.includes("endpoint ")) expect(xmllint(changed, "--xpath", '//*[local-name()="endpoint"]/@address')).not.toContain("http://");
  });
});

describe.skipIf(!hasXmllint)("a generated configuration, read by xmllint", () => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-xmllint-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("has the addresses that Lockstep reads, before and after the conversion", () => {
    const path = join(directory, "santedb.config");
    const seen = (bytes: Uint8Array, generation: "v2" | "v3"): readonly string[] => {
      writeFileSync(path, bytes);
      const type = generation === "v3" ? "RestConfigurationSection" : "AgsConfigurationSection";
      const namespace = generation === "v3" ? "http://santedb.org/configuration" : "http://santedb.org/mobile/configuration";
      const endpoint = `//*[local-name()="section" and @*[local-name()="type" and contains(., "${type}")]]/*[local-name()="service" and namespace-uri()="${namespace}"]/*[local-name()="endpoint" and namespace-uri()="${namespace}"]`;
      const count = Number(xmllint(path, "--xpath", `count(${endpoint})`));
      return Array.from({ length: count }, (_, index) => xmllint(path, "--xpath", `string((${endpoint})[${index + 1}]/@address)`).replace(/\n$/, ""));
    };
    fc.assert(fc.property(generatedConfiguration, ({ bytes, generation }) => {
      expect(seen(bytes, generation)).toEqual(addressesOf(bytes));
      const { bytes: after } = converted(bytes, { scheme: "https" });
      expect(seen(after, generation)).toEqual(addressesOf(after));
    }), { numRuns: Math.ceil(runs / 15) });
  });
});
