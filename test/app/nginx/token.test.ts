// nginx's words and directives, and text that was never meant for it: any is answered, in time that grows with its length only.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depthLimit, directiveLimit, fileLimit, parseDirectives, textOf, valuesOf, type Directive } from "../../../app/nginx/directive.ts";
import { lintSites } from "../../../app/nginx/lint.ts";
import { fitsPattern } from "../../../app/nginx/include.ts";
import { tokenizer, type Token } from "../../../app/nginx/token.ts";
import { propertyRuns, quick } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const now = new Date("2026-01-01T00:00:00Z");

function tokens(text: string): readonly Token[] {
  const reader = tokenizer(text);
  const all: Token[] = [];
  for (;;) {
    const token = reader.next();
    all.push(token);
    if (token.kind === "end" || token.kind === "fault") return all;
  }
}
const words = (text: string) => tokens(text).flatMap((token) => token.kind === "statement" ? [token.words.map((word) => word.text)] : []);
const fault = (text: string) => {
  const { faults } = parseDirectives("f", text);
  return faults[0] && `${faults[0].code} ${faults[0].line}: ${faults[0].message}`;
};
const outline = (directives: readonly Directive[]): unknown => directives.map((each) => each.block ? [each.name, ...valuesOf(each), outline(each.block)] : [each.name, ...valuesOf(each)].join(" "));

describe("words", () => {
  it.each([
    ["listen 80;", [["listen", "80"]]],
    ["a  b\tc\r\nd;", [["a", "b", "c", "d"]]],
    ["a \"b c\" 'd;{}#';", [["a", "b c", "d;{}#"]]],
    ["a \"it's\" 'say \"x\"';", [["a", "it's", "say \"x\""]]],
    ["a \"q\\\"q\" 'q\\'q' b\\ c \\t\\n\\d;", [["a", "q\"q", "q'q", "b\\ c", "\t\n\\d"]]],
    ["a; # b; c\nd;", [["a"], ["d"]]],
    ["a b#c;", [["a", "b#c"]]],
    ["a ${b}c $d{ }", [["a", "${b}c", "$d"]]],
    ["return 200 ${host}x;", [["return", "200", "${host}x"]]],
    ["location ~ \"^/x{1,3}$\" { }", [["location", "~", "^/x{1,3}$"]]],
    ["if ($a = \"b\") { }", [["if", "($a", "=", "b", ")"]]],
    ["a \"\";", [["a", ""]]],
  ])("of %j", (text, expected) => expect(words(text)).toEqual(expected));

  it("know the line on which each begins", () => {
    const [first] = tokens("\n a\n \"b\n c\"\n d;");
    expect(first).toMatchObject({ kind: "statement", endLine: 5, words: [{ line: 2 }, { line: 3 }, { line: 5 }] });
  });
});

describe("directives", () => {
  it("stand in their blocks", () => expect(outline(parseDirectives("f", "events{}http{server{listen 80;location / {return 204;}}}").directives)).toEqual([["events", []], ["http", [["server", ["listen 80", ["location", "/", ["return 204"]]]]]]]));

  it("are the same with lines that end as on Windows", () => {
    const text = "http {\n  server { # x\n    listen 80;\n    server_name a\n      b;\n  }\n}\n";
    expect(parseDirectives("f", text.replaceAll("\n", "\r\n"))).toEqual(parseDirectives("f", text));
  });

  it.each([
    "content_by_lua_block { local t = {a = {}} -- a brace }\n return '}' }",
    "content_by_lua_block { --[[ } \n ]] --[==[ }} ]==] x = [[ } ]] y = [=[ ]] } ]=] }",
    "set_by_lua_block $x { return \"\\\"}\" .. 'it\\'s }' }",
    "access_by_lua_block {\n if ngx.var.x then return \"{\" end\n t[1] = t[#t]\n}",
  ])("pass over Lua: %j", (lua) => expect(outline(parseDirectives("f", `location / { ${lua} proxy_pass http://a; }`).directives)).toEqual([["location", "/", [expect.stringMatching(/_by_lua_block/), "proxy_pass http://a"]]]));

  it.each([
    ["server {\n  listen 80;\n", "syntax 3: NGINX would not start: unexpected end of file, expecting \"}\"; the `server` that begins at line 1 is not closed."],
    ["server {\n  listen 80\n}\n", "syntax 3: NGINX would not start: unexpected \"}\"."],
    ["a;\n}\n", "syntax 2: NGINX would not start: unexpected \"}\"."],
    ["a;\n;\n", "syntax 2: NGINX would not start: unexpected \";\"."],
    ["a;\n{ }\n", "syntax 2: NGINX would not start: unexpected \"{\"."],
    ["a \"b\"c;", "syntax 1: NGINX would not start: unexpected \"c\"."],
    ["a \"b\n;\n", "syntax 3: NGINX would not start: unexpected end of file, expecting \";\" or \"}\"."],
    [`a\n"${"b".repeat(5000)}`, "syntax 2: NGINX would not start: too long parameter, probably missing terminating \"\"\" character."],
    [`a;\n#${"b".repeat(5000)}\n`, "syntax 2: NGINX would not start: too long parameter \"#bbbbbbbbb...\" started."],
    ["\uFEFFserver { }", "syntax 1: NGINX would not start: the file begins with a byte order mark, which NGINX takes for a part of the first directive's name."],
    ["x_by_lua_block {\n '}", "syntax 2: NGINX would not start: unexpected end of file; the Lua block that begins at line 1 is not closed."],
    ["x_by_lua_block { --[[ }", "syntax 1: NGINX would not start: unexpected end of file; the Lua block that begins at line 1 is not closed."],
  ])("that nginx would refuse, at its line: %j", (text, expected) => expect(fault(text)).toBe(expected));

  it.skipIf(quick)("are bounded in number, depth and size", () => {
    expect(fault("a;\n".repeat(directiveLimit))).toBeUndefined();
    expect(fault("a;\n".repeat(directiveLimit + 1))).toContain(`too-large ${directiveLimit + 1}`);
    expect(fault(`${"a{".repeat(depthLimit)}${"}".repeat(depthLimit)}`)).toBeUndefined();
    expect(fault(`${"a{\n".repeat(depthLimit + 1)}${"}".repeat(depthLimit + 1)}`)).toContain(`too-large ${depthLimit + 1}`);
    expect(textOf("f", new Uint8Array(fileLimit).fill(0x20))).toHaveProperty("text");
    expect(textOf("f", new Uint8Array(64 * 1024 * 1024))).toMatchObject({ fault: { code: "too-large", line: 1 } });
  });

  it("are no bytes of a program, nor UTF-16", () => {
    expect(textOf("f", bytes("a;\nb\0;"))).toMatchObject({ fault: { code: "binary", line: 2 } });
    expect(textOf("f", new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3b, 0]))).toMatchObject({ fault: { code: "binary", line: 1, message: expect.stringContaining("UTF-16") as string } });
  });
});

describe("patterns of includes", () => {
  it.each([["*.conf", "a.conf", true], ["*.conf", ".a.conf", false], ["*.conf", "a.conf.bak", false], ["a?c", "abc", true], ["[a-c]x", "bx", true], ["[!a-c]x", "bx", false], ["*a*b", "xxaxxb", true], ["*", "x", true], ["a", "b", false]])("%s and %s: %s", (pattern, name, fits) => expect(fitsPattern(pattern, name)).toBe(fits));

  it("come to an end however many stars they have", () => {
    expect(fitsPattern(`${"*a".repeat(2000)}b`, "a".repeat(20_000))).toBe(false);
  }, 120_000);
});

describe("any text", () => {
  const piece = fc.constantFrom(
    "server", "{", "}", ";", "\"", "'", "\\", "#", "\n", "\r\n", " ", "$", "${", "listen 80", "listen ${PORT} ssl", "listen [::]:443 ssl default_server", "location / {", "location ~ x{1,2}", "proxy_pass http://127.0.0.1:8080;", "proxy_pass $x;",
    "include", "include *;", "http {", "upstream u {", "server_name a b ~x $y;", "return 301 https://$host$request_uri;", "content_by_lua_block {", "--[[", "]]", "[=[", "map $a $b {", "ssl_certificate x;", "ssl_ciphers ALL:!x;", "add_header Strict-Transport-Security max-age=1;", "\uFEFF", "é", "\0", "# configuration file /a:\n",
  );

  it("is answered without an error", () => fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 60 }), (pieces) => {
    const findings = lintSites([{ name: "f", content: bytes(pieces.join(" ")) }, { name: "x", content: bytes(pieces.slice(1).join("")) }], [], now);
    for (const { line, message, mend } of findings) {
      expect(line).toBeGreaterThan(0);
      expect(message).not.toBe("");
      expect(mend).not.toBe("");
    }
  }), { numRuns: runs }));

  it("of bytes as well", () => fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (content) => {
    lintSites([{ name: "f", content }], [], now);
  }), { numRuns: runs }));

  it("comes back from its words as it was written", () => {
    const word = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/[\0$]/.test(text));
    const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;
    fc.assert(fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 5 }), { maxLength: 8 }), (lines) => {
      const text = lines.map((line) => `${line.map(quoted).join(" ")};`).join("\n");
      expect(words(text)).toEqual(lines);
    }), { numRuns: runs });
  });

  const megabytes = 4 * 1024 * 1024;
  const repeated = (unit: string): string => unit.repeat(Math.floor(megabytes / unit.length));
  it.skipIf(quick).each(["{", "}", "\"", "'", "\\", "#", ";", "$", "${", "a ", "a;", "a{", "a\n", "# b\n", "\n", "x_by_lua_block{[", "x_by_lua_block{--[[", "x_by_lua_block{'", "include *;", "include x;\n", "server{listen 80;}", "server_name a.b;\n", "location ~ (", "upstream u{server a:1;}\n", "return 301 https://$host$request_uri;\n"])("of megabytes of %j comes to an end", (unit) => {
    // What grew with its square would not end within the minutes that this test is given.
    lintSites([{ name: "f", content: bytes(repeated(unit)) }], [], now);
  }, 120_000);

  it.skipIf(quick)("of Lua in megabytes likewise", () => {
    for (const unit of ["[[", "]]", "[=", "--", "--[[", "\"", "'", "{", "\\"]) {
      parseDirectives("f", `x_by_lua_block {${repeated(unit)}`);
    }
  }, 120_000);
});
