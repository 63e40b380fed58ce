import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { configurationLimit, parseConfiguration, type Configuration } from "../../../app/santedb/configuration.ts";
import { agsConfiguration, aroundRest, bytesOf, dcdrConfiguration, generatedConfiguration, write } from "../../fixtures/configuration.ts";
import { propertyRuns, quick } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const parse = (text: string | Uint8Array): Configuration => parseConfiguration(typeof text === "string" ? bytesOf(text) : text, "santedb.config");

function refusal(act: () => unknown): LockstepError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof LockstepError) return thrown;
    throw thrown;
  }
  throw new Error("It was not refused.");
}
const refused = (text: string | Uint8Array): string => refusal(() => parse(text)).code;
const endpoint = (attributes: string): string => aroundRest(`<service name="AMI"><endpoint ${attributes}/></service>`);

describe("reading a configuration", () => {
  it("finds the endpoints of a v3 file with their place", () => {
    const { endpoints, generation, version, mentions } = parse(dcdrConfiguration());
    expect(generation).toBe("v3");
    expect(version).toBe("3.0.2101.0");
    expect(endpoints.map(({ service, scheme, host, port, path }) => `${service} ${scheme} ${host} ${port} ${path}`)).toEqual([
      "Authentication http 0.0.0.0 9200 /auth", "HDSI http 0.0.0.0 9200 /hdsi", "AMI http 0.0.0.0 9200 /ami",
      "BIS http 0.0.0.0 9200 /bis", "APP http 0.0.0.0 9200 /app", "WWW http 0.0.0.0 9200 /",
    ]);
    const lines = new TextDecoder().decode(dcdrConfiguration()).split("\r\n");
    expect(endpoints[0]).toMatchObject({ contract: "SanteDB.Rest.OAuth.IOAuthServiceContract, SanteDB.Rest.OAuth", line: 14, column: (lines[13] ?? "").indexOf("http://") + 1 });
    expect(mentions).toMatchObject([{ section: "RestClientConfigurationSection", element: "add", attribute: "address", value: "http://icdr.example.org:8080/ami", line: lines.findIndex((line) => line.includes("icdr.example.org")) + 1 }]);
  });

  it("finds the endpoint of a v2 file", () => {
    const { endpoints, generation } = parse(agsConfiguration());
    expect(generation).toBe("v2");
    expect(endpoints).toMatchObject([{ service: "AMI", address: "http://0.0.0.0:9200/ami", line: 5 }]);
  });

  it("knows the REST section by its type's namespace and name, whatever prefix it has", () => {
    const section = (type: string): string => `<c:SanteDBConfiguration xmlns:c="http://santedb.org/configuration" xmlns:m="http://santedb.org/mobile/configuration" xmlns:o="urn:other" xmlns:t="http://www.w3.org/2001/XMLSchema-instance">
      <c:section t:type="${type}"><c:service name="x"><c:endpoint address="http://h:1/"/></c:service></c:section></c:SanteDBConfiguration>`;
    expect(parse(section("c:RestConfigurationSection")).endpoints).toHaveLength(1);
    expect(refused(section("o:RestConfigurationSection"))).toBe("configuration-no-rest");
    expect(refused(section("RestConfigurationSection"))).toBe("configuration-no-rest");
    expect(refused(section("unknown:RestConfigurationSection"))).toBe("configuration-no-rest");
    expect(parse(section("m:AgsConfigurationSection")).endpoints).toHaveLength(0);
  });

  it("gives an empty list for a REST section without endpoints", () => {
    expect(parse(aroundRest(""))).toMatchObject({ endpoints: [], others: [] });
    expect(parse(aroundRest("<service name='AMI'/>"))).toMatchObject({ endpoints: [], others: [] });
  });

  it("lists what HTTP.sys has no part in apart from the endpoints", () => {
    const { endpoints, others } = parse(aroundRest("<service name='HL7'><endpoint address='llp://127.0.0.1:12100'/><endpoint address='http://+:1/'/><endpoint contract='c'/></service>"));
    expect(endpoints).toEqual([]);
    expect(others).toMatchObject([{ kind: "other", scheme: "llp" }, { kind: "invalid", address: "http://+:1/", line: 3 }, { kind: "invalid", address: "", contract: "c" }]);
  });

  it("lists included files and URLs that stand elsewhere, in attributes and in text", () => {
    const { documents: [document], mentions } = parse(aroundRest("<baseAddress>http://clinic.example.org:9200/</baseAddress>", {
      before: "<include>config/rest.xml</include><include><![CDATA[ config/b.xml ]]></include>\n",
      after: "<section xsi:type='OAuthConfigurationSection' issuerName='http://clinic.example.org/auth'><base>http://a/fhir</base></section>",
    }));
    expect(document?.includes.map(({ path }) => path)).toEqual(["config/rest.xml", "config/b.xml"]);
    expect(mentions).toMatchObject([
      { section: "RestConfigurationSection", element: "baseAddress", attribute: null, value: "http://clinic.example.org:9200/", line: 4 },
      { section: "OAuthConfigurationSection", element: "section", attribute: "issuerName", value: "http://clinic.example.org/auth", line: 6 },
      { section: "OAuthConfigurationSection", element: "base", attribute: null, value: "http://a/fhir", line: 6 },
    ]);
  });

  it("counts lines and columns from 1, a byte order mark and the low half of a pair included as editors do", () => {
    const oneLine = endpoint("address='http://h:1/'").replaceAll("\n", "");
    const plain = parse(write(oneLine, "utf-8")).endpoints[0];
    expect(plain).toMatchObject({ line: 1, column: oneLine.indexOf("http://h:1/") + 1 });
    expect(parse(write(oneLine, "utf-8 with mark")).endpoints[0]).toMatchObject({ line: 1, column: plain?.column });
    expect(parse(endpoint("x='\u{1F600}' address='http://h:1/'")).endpoints[0]).toMatchObject({ line: 3, column: '<service name="AMI"><endpoint x=\'\u{1F600}\' address=\''.length + 1 });
  });

  it("places every address of any document where it really stands", () => {
    fc.assert(fc.property(generatedConfiguration, ({ text, as, bytes, endpoints, generation }) => {
      const found = parse(bytes);
      expect(found.generation).toBe(generation);
      expect(found.others).toEqual([]);
      expect(found.endpoints.map(({ service, contract, address }) => ({ service, contract, address }))).toEqual(endpoints.map(({ service, contract, address }) => ({ service, contract, address })));
      for (const [index, { written, line, column }] of found.endpoints.entries()) {
        expect(written.text).toBe(endpoints[index]?.written);
        const length = write(written.text, as).length - write("", as).length;
        const there = bytes.subarray(written.offset, written.offset + length);
        expect(Buffer.from(there).equals(Buffer.from(write(written.text, as).subarray(write("", as).length)))).toBe(true);
        const rest = text.split(/\r\n|\r|\n/).slice(line - 1).join("\n").slice(column - 1);
        expect(rest.startsWith(written.text.replace(/\r\n?/g, "\n"))).toBe(true);
        expect(rest.charAt(written.text.replace(/\r\n?/g, "\n").length)).toBe(written.quote);
      }
    }), { numRuns: runs });
  });
});

describe("refusing a configuration", () => {
  it("says which file has no REST section", () => {
    expect(refused(`<SanteDBConfiguration xmlns="http://santedb.org/configuration"/>`)).toBe("configuration-no-rest");
  });

  it("takes a second REST section for the mistake that it is", () => {
    const error = refusal(() => parse(aroundRest("", { after: "<section xsi:type='RestConfigurationSection'/>" })));
    expect(error.code).toBe("configuration-two-rest");
    expect(error.message).toContain("line 5, column 1: this is a second REST section; SanteDB reads only the first, in line 2.");
  });

  it("tells an encrypted REST section from a missing one, and lets other encrypted sections be", () => {
    const wrapper = (type: string): string => `<section xsi:type="SanteDBProtectedConfigurationSectionWrapper" t="${type}"><c>AAAA</c></section>`;
    const document = (section: string): string => aroundRest("").replace("<section xsi:type=\"RestConfigurationSection\">\n\n</section>", section);
    expect(refused(document(wrapper("SanteDB.Rest.Common.Configuration.RestConfigurationSection, SanteDB.Rest.Common, Version=3.0.0.0")))).toBe("configuration-protected");
    expect(refused(document(wrapper("SanteDB.Core.Configuration.Data.DataConfigurationSection, SanteDB.Core.Api")))).toBe("configuration-no-rest");
    expect(parse(aroundRest("", { after: wrapper("SanteDB.Core.Security.Configuration.SecurityConfigurationSection, SanteDB.Core.Api") })).endpoints).toEqual([]);
  });

  it.each([
    ["another root", "<configuration/>"],
    ["the right root without its namespace", "<SanteDBConfiguration/>"],
    ["a fragment", `<RestServiceConfiguration xmlns="http://santedb.org/configuration" name="AMI"/>`],
  ])("refuses %s", (_, text) => expect(refused(text)).toBe("configuration-not-santedb"));

  it.each([
    ["before the root", `<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE SanteDBConfiguration [<!ENTITY a "b">]>${aroundRest("")}`, 3],
    ["that never ends", `<!DOCTYPE x [${"<!ENTITY a 'b'>".repeat(10_000)}`, 1],
    ["in small letters", `<!doctype html><html/>`, 1],
    ["in UTF-16", write(`<!DOCTYPE a>${aroundRest("")}`, "utf-16be"), 1],
  ])("refuses a DOCTYPE %s", (_, text, line) => {
    const error = refusal(() => parse(text));
    expect(error.code).toBe("configuration-doctype");
    expect(error.message).toContain(`line ${line}`);
  });

  it.each([
    ["an element that is never closed", aroundRest("<service>"), 4, "a closing tag does not fit the element that is open."],
    ["a file cut short", aroundRest("").slice(0, 140), 2, "SanteDBConfiguration is never closed"],
    ["text after the root", `${aroundRest("")}trailing`, 5, "text outside the root"],
    ["an entity of HTML", endpoint("address='http://a&nbsp;b'"), 3, "an entity is used that XML does not have"],
    ["an attribute given twice", endpoint("address='http://h:1/' address='http://h:2/'"), 3, "address is given twice"],
    ["a prefix without a declaration", aroundRest("<x:service/>"), 3, "the prefix \"x\" is not declared"],
    ["a control character", aroundRest("\u0001"), 3, "a character stands where XML does not allow it"],
    ["an attribute without quotes", endpoint("address=http://h:1/"), 3, "unquoted attribute value"],
    ["XML 1.1", `<?xml version="1.1"?>${aroundRest("")}`, 1, "XML 1.0 only"],
    ["two byte order marks", `\uFEFF\uFEFF${aroundRest("")}`, 1, "text outside the root"],
    ["random text", "hello", 1, "text outside the root"],
  ])("says where %s makes the file malformed", (_, text, line, words) => {
    const error = refusal(() => parse(text));
    expect(error.code).toBe("configuration-malformed");
    expect(error.message).toContain(`line ${line}, `);
    expect(error.message).toContain(words);
  });

  it("names the column of what is wrong", () => {
    expect(refusal(() => parse(aroundRest("  <a b=1/>"))).message).toContain("line 3, column 8:");
  });

  it.each([
    ["UTF-8 that is none", new Uint8Array([...bytesOf("<a>"), 0xff, 0xfe]), "is not text in utf-8"],
    ["half a UTF-16 character", write("<a/>", "utf-16le").subarray(0, 9), "is not text in utf-16le"],
    ["a lone surrogate", write("<a>\uD800</a>", "utf-16le"), "is not text in utf-16le"],
    ["an unknown encoding", bytesOf(`<?xml version="1.0" encoding="windows-1252"?><a/>`), "windows-1252"],
    ["a mark against the declaration", write(`<?xml version='1.0' encoding='utf-16'?><a/>`, "utf-8 with mark"), "utf-16"],
    ["UTF-16 that says UTF-8", write(`<?xml version='1.0' encoding='utf-8'?><a/>`, "utf-16le"), "utf-8"],
    ["UTF-8 that says UTF-16", write(`<?xml version='1.0' encoding='utf-16'?><a/>`, "utf-8"), "utf-16"],
    ["a mark on Latin-1", write(`<?xml version='1.0' encoding='iso-8859-1'?><a/>`, "utf-8 with mark"), "iso-8859-1"],
    ["a letter in ASCII", write(`<?xml version='1.0' encoding='us-ascii'?><a>é</a>`, "iso-8859-1"), "us-ascii"],
  ])("refuses %s as a matter of encoding", (_, bytes, words) => {
    const error = refusal(() => parse(bytes));
    expect(error.code).toBe("configuration-encoding");
    expect(error.message).toContain(words);
  });

  it("reads UTF-16 without a byte order mark, as .NET does", () => {
    expect(parse(write(endpoint("address='http://h:1/'"), "utf-16le").subarray(2)).endpoints).toHaveLength(1);
    expect(parse(write(endpoint("address='http://h:1/'"), "utf-16be").subarray(2)).endpoints).toMatchObject([{ address: "http://h:1/" }]);
  });

  it("refuses an empty file and one beyond all measure before looking into it", () => {
    expect(refused(new Uint8Array())).toBe("file-empty");
    expect(refused(new Uint8Array(configurationLimit + 1))).toBe("file-too-large");
  });
});

describe.skipIf(quick)("files made to hurt", () => {
  const within = (milliseconds: number, act: () => void): void => {
    const start = performance.now();
    act();
    expect(performance.now() - start).toBeLessThan(milliseconds);
  };

  it("stops at the 257th level of a million", () => {
    within(3000, () => expect(refused(aroundRest("<a>".repeat(1_000_000)))).toBe("configuration-too-deep"));
    expect(parse(aroundRest("<a>".repeat(254) + "</a>".repeat(254))).endpoints).toEqual([]);
    expect(refused(aroundRest("<a>".repeat(255) + "</a>".repeat(255)))).toBe("configuration-too-deep");
  });

  it("stops where a prefix would be looked up from deep down for every one of millions of elements", () => {
    const nested = `${"<a>".repeat(250)}${"<q:a q:b=''/>".repeat(250_000)}`;
    within(5000, () => expect(refused(aroundRest("", { after: nested }).replace("xmlns:xsi", "xmlns:q='urn:q' xmlns:xsi"))).toBe("configuration-too-many"));
  });

  it("stops at the 1001st attribute of an element", () => {
    const attributes = (count: number): string => aroundRest(`<a ${Array.from({ length: count }, (_, index) => `a${index}=""`).join(" ")}/>`);
    within(3000, () => expect(refused(attributes(500_000))).toBe("configuration-too-many"));
    expect(parse(attributes(1000)).endpoints).toEqual([]);
  });

  it("stops at more endpoints and includes than any system has", () => {
    within(5000, () => {
      expect(refused(aroundRest(`<service>${"<endpoint address='http://h:1/'/>".repeat(100_001)}</service>`))).toBe("configuration-too-many");
      expect(refused(aroundRest("", { before: "<include>a</include>".repeat(1001) }))).toBe("configuration-too-many");
    });
  });

  it.each([
    ["an attribute of line breaks", `<a b="${"\n".repeat(13_000_000)}"/>`],
    ["a comment of dashes", `<!--${"-a".repeat(6_500_000)}-->`],
    ["a CDATA section of brackets", `<![CDATA[${"]".repeat(13_000_000)}]]>`],
  ])("does not gather %s without end", (_, content) => {
    expect(refused(aroundRest(content))).toBe("configuration-too-many");
  });

  it("reads 20 MB with an address at its end, wherever the pieces fall", () => {
    const filler = `<add key="Zoë" value="Some.Type, Some.Assembly"/>\r\n`;
    const text = aroundRest(`<service name="AMI"><endpoint address="http://0.0.0.0:9200/ami"/></service>`, { before: filler.repeat(400_000) });
    const bytes = bytesOf(text);
    expect(bytes.length).toBeGreaterThan(20_000_000);
    within(10_000, () => {
      const [found] = parse(bytes).endpoints;
      expect(found).toMatchObject({ line: 400_003, column: 40 });
      expect(found?.written.offset).toBe(Buffer.from(bytes).indexOf("http://0.0.0.0:9200/ami"));
    });
  });

  it.each([
    ["blanks", " "],
    ["line ends of two characters", "\r\n"],
    ["pairs of surrogates", "\u{1F600}"],
  ])("places an address right that lies across two pieces, after %s", (_, filling) => {
    const piece = 1024 * 1024;
    const document = (before: string): string => aroundRest(`<service name="AMI"><endpoint address="http://0.0.0.0:9200/ami"/></service>`, { before });
    for (const as of ["utf-8", "utf-16be"] as const) {
      const mark = write("", as).length;
      const size = write(filling, as).length - mark;
      for (const cut of [-2, -1, 0, 1, 2, 3, 12, 24]) {
        const fixed = write(document("\n").split("http://0.0")[0] ?? "", as).length;
        const count = Math.floor((piece - fixed - cut * (mark === 0 ? 1 : 2) + mark) / size);
        const text = document(`${filling.repeat(count)}\n`);
        const [found] = parse(write(text, as)).endpoints;
        expect(found).toMatchObject({ line: 4 + (filling === "\r\n" ? count : 0), column: 40, written: { text: "http://0.0.0.0:9200/ami", offset: write(text.split("http://0.0")[0] ?? "", as).length } });
      }
    }
  });
});
