import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { formOf, siteForm, siteMarker } from "../../../app/nginx/marker.ts";
import { renderSite } from "../../../app/nginx/render.ts";
import { siteSchema, type Site } from "../../../app/nginx/site.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);

const plain: Site = { kind: "icdr", serverNames: ["clinic.example.org"], upstreams: ["http://127.0.0.1:9000"], certificate: "/etc/ssl/clinic.pem", key: "/etc/ssl/clinic.key" };
const textOf = (changes: Partial<Site> = {}): string => renderSite({ ...plain, ...changes }).text;
const linesOf = (changes: Partial<Site> = {}): readonly string[] => textOf(changes).split("\n").map((line) => line.trim());
const codesOf = (changes: Partial<Site> = {}): readonly string[] => renderSite({ ...plain, nginxVersion: "1.22.1", ...changes }).findings.map(({ code }) => code);

/** The code and message with which a site is refused; undefined where it is rendered. */
function refusal(changes: Partial<Site>): { readonly code: string; readonly message: string } | undefined {
  try {
    renderSite({ ...plain, ...changes });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof LockstepError)) throw thrown;
    return thrown;
  }
}

/** Statements as NGINX's own reader parts them: words, and how deep in braces. Throws where NGINX would. */
function statements(text: string): readonly { readonly words: readonly string[]; readonly depth: number }[] {
  const found: { words: readonly string[]; depth: number }[] = [];
  let [words, depth, at] = [[] as string[], 0, 0];
  while (at < text.length) {
    const character = text.charAt(at);
    if (/\s/.test(character)) at += 1;
    else if (character === "#") at = text.indexOf("\n", at);
    else if (character === ";" || character === "{") {
      if (words.length === 0) throw new Error(`nothing stands before ${character} at ${at}`);
      found.push({ words, depth });
      if (character === "{") depth += 1;
      [words, at] = [[], at + 1];
    } else if (character === "}") {
      if (words.length > 0 || depth === 0) throw new Error(`a brace closes too early at ${at}`);
      [depth, at] = [depth - 1, at + 1];
    } else {
      const [read, value] = character === '"' ? quoted(text, at) : /^(?:\\.|[^\s;{\\])+/.exec(text.slice(at)) ?? [""];
      words.push(value ?? read);
      at += read.length;
      if (value !== undefined && !/[\s;{)]/.test(text.charAt(at))) throw new Error(`a word goes on after its quotes at ${at}`);
    }
  }
  if (depth > 0 || words.length > 0) throw new Error("the file ends too early");
  return found;
}

function quoted(text: string, at: number): readonly [read: string, value: string] {
  const read = /^"(?:\\[\s\S]|[^"\\])*"/.exec(text.slice(at))?.[0];
  if (read === undefined) throw new Error(`a quote is not closed at ${at}`);
  return [read, read.slice(1, -1).replace(/\\(["'\\trn])/g, (_, character: string) => ({ t: "\t", r: "\r", n: "\n" })[character] ?? character)];
}

const valuesOf = (text: string, directive: string): readonly string[] => statements(text).filter(({ words }) => words[0] === directive).map(({ words }) => words.slice(1).join(" "));

describe("a rendered site", () => {
  it("begins with the marker of Lockstep, whose form can be read back", () => {
    expect(textOf().startsWith(`${siteMarker}\n`)).toBe(true);
    expect(formOf(textOf())).toBe(siteForm);
    expect(formOf("server { listen 80; }\n# Lockstep site, form 1.")).toBeNull();
  });

  it("is the same text for the same site, and differs in one line for one value", () => {
    expect(textOf()).toBe(textOf());
    expect(textOf({ port: 8443, redirectFrom: 80, http2: true, bodyMegabytes: 64, timeoutSeconds: 120, hsts: false, webSocket: false })).toBe(textOf());
    const [before, after] = [textOf().split("\n"), textOf({ bodyMegabytes: 65 }).split("\n")];
    expect(after.filter((line, index) => line !== before[index])).toEqual(["    client_max_body_size 65m;"]);
  });

  it("is named after kind and host, and after the port where it is an unusual one", () => {
    expect(renderSite(plain).fileName).toBe("icdr-clinic.example.org.conf");
    expect(renderSite({ ...plain, kind: "dcdr", port: 8443 }).fileName).toBe("dcdr-clinic.example.org-8443.conf");
    expect(renderSite({ ...plain, serverNames: ["*.example.org"] }).fileName).toBe("icdr-_wildcard.example.org.conf");
  });

  it("listens where the kind recommends, on IPv4 and IPv6, unless told otherwise", () => {
    expect(valuesOf(textOf(), "listen")).toEqual(["8443 ssl http2", "[::]:8443 ssl http2", "8443 ssl http2", "[::]:8443 ssl http2", "80", "[::]:80", "80", "[::]:80"]);
    expect(valuesOf(textOf({ kind: "dcdr", redirectFrom: null, http2: false, listenOn: ["192.0.2.1", "[2001:DB8::0:1]"] }), "listen"))
      .toEqual(["192.0.2.1:443 ssl", "[2001:db8::1]:443 ssl", "192.0.2.1:443 ssl", "[2001:db8::1]:443 ssl"]);
  });

  it("leaves port 443 out of addresses, and no other", () => {
    expect(linesOf()).toContain("return 308 https://$host:8443$request_uri;");
    expect(linesOf({ kind: "dcdr" })).toContain("return 308 https://$host$request_uri;");
    expect(valuesOf(textOf({ kind: "dcdr" }), "proxy_redirect")).toEqual(["http://127.0.0.1:9000/ https://$host/"]);
  });

  it("writes what the version of NGINX knows", () => {
    const words = (nginxVersion: string) => statements(textOf({ nginxVersion })).map(({ words: [first = ""] }) => first);
    const seen = (nginxVersion: string) => ["http2", "ssl_reject_handshake", "proxy_cookie_flags"].map((directive) => words(nginxVersion).includes(directive));
    expect(seen("1.14.0")).toEqual([false, false, false]);
    expect(seen("1.19.3")).toEqual([false, false, true]);
    expect(seen("1.19.4")).toEqual([false, true, true]);
    expect(seen("1.25.0")).toEqual([false, true, true]);
    expect(seen("1.25.1")).toEqual([true, true, true]);
    expect(seen("2.0.0")).toEqual([true, true, true]);
    expect(textOf({ nginxVersion: "1.25.1" })).not.toContain("ssl http2");
    expect(valuesOf(textOf({ nginxVersion: "1.18.0" }), "ssl_certificate")).toEqual(["/etc/ssl/clinic.pem", "/etc/ssl/clinic.pem"]);
  });

  it("tells SanteDB the host that it listens under", () => {
    const host = (changes: Partial<Site>) => valuesOf(textOf(changes), "proxy_set_header").find((value) => value.startsWith("Host "));
    expect(host({})).toBe("Host 127.0.0.1:9000");
    expect(host({ upstreamHost: "sdb.local" })).toBe("Host sdb.local:9000");
    expect(host({ upstreamHost: "sdb.local:9200" })).toBe("Host sdb.local:9200");
    expect(host({ upstreamHost: "0.0.0.0:9000" })).toBe("Host 127.0.0.1:9000");
    expect(host({ upstreams: ["http://[::1]:9000/"] })).toBe("Host [::1]:9000");
    expect(host({ upstreams: ["http://sdb.local"] })).toBe("Host sdb.local");
  });

  it("knows WebSocket only where it is asked for", () => {
    expect(textOf()).not.toMatch(/upgrade/i);
    expect(valuesOf(textOf({ webSocket: true }), "map")).toEqual(["$http_upgrade $lockstep_upgrade", "$http_upgrade $lockstep_connection"]);
  });

  it("overwrites the header of client certificates, whether it asks for them or not", () => {
    const header = (changes: Partial<Site>) => valuesOf(textOf(changes), "proxy_set_header").filter((value) => value.startsWith("X-SSL-ClientCert"));
    expect(header({})).toEqual(["X-SSL-ClientCert "]);
    expect(header({ clientCertificates: { authorities: "/ca.pem", required: true } })).toEqual(["X-SSL-ClientCert $ssl_client_escaped_cert"]);
    expect(valuesOf(textOf({ clientCertificates: { authorities: "/ca.pem", required: false } }), "ssl_verify_client")).toEqual(["optional"]);
  });

  it("asks for HSTS only where it is wanted", () => {
    expect(textOf()).not.toContain("Strict-Transport-Security");
    expect(valuesOf(textOf({ hsts: true }), "add_header")).toEqual(["Strict-Transport-Security max-age=63072000 always"]);
  });

  it("keeps a path whole, whatever it is made of", () => {
    for (const path of ["/with blank/c.pem", '/"quoted"/c.pem', "/'single'/c.pem", "/back\\slash/\\n.pem", "/a;b{c}d#e/c.pem", "/žluť/c.pem", "C:\\nginx\\c.pem", "C:/nginx/c.pem"]) {
      expect(valuesOf(textOf({ certificate: path }), "ssl_certificate"), path).toEqual([path]);
    }
  });
});

describe("a value that no file can hold, or that cannot work, is refused by its name", () => {
  const refused: readonly (readonly [title: string, changes: Partial<Site>, named: string])[] = [
    ["a name with a line break", { serverNames: ["a.example.org\nlisten"] }, "a.example.org\nlisten"],
    ["a name with a line break at its end", { serverNames: ["a.example.org\n"] }, "server name"],
    ["a name with a semicolon", { serverNames: ["a.org;"] }, "a.org;"],
    ["a name with a brace", { serverNames: ["a.org{"] }, "a.org{"],
    ["a name with a variable", { serverNames: ["$host"] }, "$host"],
    ["a name with a quote", { serverNames: ['a".org'] }, 'a".org'],
    ["a regular expression for a name", { serverNames: ["~^a"] }, "~^a"],
    ["a name that matches all", { serverNames: ["_."] }, "_."],
    ["a wildcard in the middle", { serverNames: ["a.*.org"] }, "a.*.org"],
    ["a wildcard alone", { serverNames: ["*"] }, "*"],
    ["a name with a port", { serverNames: ["a.org:443"] }, "a.org:443"],
    ["a URL for a name", { serverNames: ["https://a.org"] }, "https://a.org"],
    ["an address for a name", { serverNames: ["192.0.2.7"] }, "192.0.2.7"],
    ["an IPv6 address for a name", { serverNames: ["2001:db8::1"] }, "2001:db8::1"],
    ["an empty name", { serverNames: [""] }, "server name"],
    ["a name twice", { serverNames: ["a.org", "A.ORG."] }, "a.org"],
    ["https as upstream", { upstreams: ["https://127.0.0.1:9000"] }, "https://127.0.0.1:9000"],
    ["an upstream with a path", { upstreams: ["http://127.0.0.1:9000/ami"] }, "http://127.0.0.1:9000/ami"],
    ["an upstream with a query", { upstreams: ["http://127.0.0.1:9000/?a"] }, "?a"],
    ["an upstream with a user", { upstreams: ["http://u@127.0.0.1:9000"] }, "u@"],
    ["an upstream without a scheme", { upstreams: ["127.0.0.1:9000"] }, "127.0.0.1:9000"],
    ["a socket as upstream", { upstreams: ["http://unix:/run/sdb.sock"] }, "unix:"],
    ["an upstream with a blank before it", { upstreams: [" http://127.0.0.1:9000"] }, "127.0.0.1:9000"],
    ["an upstream on every address", { upstreams: ["http://0.0.0.0:9000"] }, "0.0.0.0"],
    ["an upstream on every IPv6 address", { upstreams: ["http://[::]:9000"] }, "[::]"],
    ["an upstream at port 0", { upstreams: ["http://127.0.0.1:0"] }, ":0"],
    ["an upstream beyond the ports", { upstreams: ["http://127.0.0.1:65536"] }, ":65536"],
    ["an upstream that breaks out", { upstreams: ["http://127.0.0.1:9000; }"] }, "; }"],
    ["an upstream with a wildcard", { upstreams: ["http://*.example.org:9000"] }, "*.example.org"],
    ["an upstream twice", { upstreams: ["http://sdb", "http://SDB:80/"] }, "sdb:80"],
    ["an upstream that is NGINX itself", { upstreams: ["http://127.0.0.1:8443"] }, "127.0.0.1:8443"],
    ["one that is NGINX itself by IPv6", { upstreams: ["http://[::1]:8443"] }, "[::1]:8443"],
    ["one that is NGINX itself by name", { upstreams: ["http://localhost:8443"] }, "localhost:8443"],
    ["one that is NGINX's port for http", { redirectFrom: 9000 }, "127.0.0.1:9000"],
    ["one that is the site's own name", { upstreams: ["http://Clinic.example.org:8443"] }, "clinic.example.org:8443"],
    ["one that is an address listened on", { listenOn: ["192.0.2.1"], upstreams: ["http://192.0.2.1:8443"] }, "192.0.2.1:8443"],
    ["a host of SanteDB with a path", { upstreamHost: "sdb/ami" }, "sdb/ami"],
    ["a host of SanteDB that breaks out", { upstreamHost: "sdb; return 200" }, "sdb; return 200"],
    ["a host of SanteDB with a variable", { upstreamHost: "$http_host" }, "$http_host"],
    ["one port for both", { port: 80 }, "80"],
    ["an address to listen on that is a name", { listenOn: ["localhost"] }, "localhost"],
    ["one with a port", { listenOn: ["127.0.0.1:443"] }, "127.0.0.1:443"],
    ["one that is out of range", { listenOn: ["256.0.0.1"] }, "256.0.0.1"],
    ["one with a zone", { listenOn: ["fe80::1%eth0"] }, "fe80::1%eth0"],
    ["one twice", { listenOn: ["::1", "[0:0::1]"] }, "::1"],
    ["a relative path", { certificate: "ssl/c.pem" }, "ssl/c.pem"],
    ["a key in the home folder", { key: "~/c.key" }, "~/c.key"],
    ["a key that is data", { key: "data:$x" }, "data:$x"],
    ["a path with a variable", { certificate: "/ssl/$ssl_server_name.pem" }, "$ssl_server_name"],
    ["a path with a line break", { key: "/ssl/a\nb" }, "/ssl/a\nb"],
    ["a path with a NUL", { key: "/ssl/a\0b" }, "/ssl/a"],
    ["a path with a hidden character", { certificate: "/ssl/\u202egpj.pem" }, "certificate"],
    ["half of a character in a path", { certificate: "/ssl/\ud800" }, "certificate"],
    ["a path that is too long for NGINX", { certificate: `/${"a".repeat(4001)}` }, "/aaa"],
    ["one that is too long in bytes", { certificate: `/${"ž".repeat(2001)}` }, "/žžž"],
    ["authorities by a relative path", { clientCertificates: { authorities: "ca.pem", required: true } }, "ca.pem"],
    ["a version that is none", { nginxVersion: "latest" }, "latest"],
    ["half a version", { nginxVersion: "1.22" }, "1.22"],
    ["a version with more to it", { nginxVersion: "1.22.1; load_module x" }, "1.22.1; load_module x"],
    ["a version that is too old", { nginxVersion: "1.12.2" }, "1.12.2"],
  ];
  it.each(refused)("%s", (_, changes, named) => {
    const found = refusal(changes);
    expect(found?.code).toBe("input-invalid");
    expect(found?.message).toContain(named);
  });

  it("but not what only looks like it", () => {
    for (const changes of [
      { listenOn: ["192.0.2.1"], upstreams: ["http://127.0.0.1:8443"] }, { upstreams: ["http://192.0.2.9:8443"] }, { upstreams: ["http://sdb_1:9000", "http://sdb_1:9001"] },
      { serverNames: ["h", "*.h", "žluť.example.org", "a_b.example.org"] }, { listenOn: [] },
    ] satisfies Partial<Site>[]) expect(refusal(changes), JSON.stringify(changes)).toBeUndefined();
    expect(valuesOf(textOf({ serverNames: ["Žluť.Example.org."] }), "server_name")[1]).toBe("xn--lu-yta1h.example.org");
  });
});

describe("what a person should know is said", () => {
  it("and nothing of a plain site for a known version", () => expect(codesOf()).toEqual([]));

  const told: readonly (readonly [code: string, changes: Partial<Site>])[] = [
    ["site-ipv6-absent", { listenOn: ["0.0.0.0"] }],
    ["site-upstream-plain", { upstreams: ["http://127.0.0.1:9000", "http://sdb.example.org:9000"] }],
    ["site-port-of-icdr", { redirectFrom: 8080 }],
    ["site-hsts-every-port", { hsts: true }],
    ["site-name-wildcard", { serverNames: ["*.example.org"] }],
    ["site-name-long", { serverNames: [`${"a".repeat(40)}.example.org`] }],
    ["site-nginx-old", { nginxVersion: "1.18.0" }],
  ];
  it.each(told)("%s", (code, changes) => expect(codesOf(changes)).toEqual([code]));

  it("of a version that was not named, and of client certificates", () => {
    expect(renderSite(plain).findings.map(({ code }) => code)).toEqual(["site-http2-form"]);
    expect(codesOf({ clientCertificates: { authorities: "/ca.pem", required: true } })).toEqual(["site-client-certificates-unread"]);
    expect(codesOf({ clientCertificates: { authorities: "/ca.pem", required: false } })).toEqual(["site-client-certificates-unread", "site-client-certificates-optional"]);
    expect(codesOf({ kind: "dcdr", redirectFrom: 8080 })).toEqual([]);
  });
});

describe("no value", () => {
  const characters = (text: string) => fc.nat({ max: text.length - 1 }).map((place) => text.charAt(place));
  const shape = (text: string): readonly string[] => statements(text).map(({ words, depth }) => `${depth} ${words[0] ?? ""} ${words.length}`);

  it("of a path becomes more or less than one word", () => {
    const part = fc.oneof(characters("{};#\"'\\ \t\n\r\0$()~=%nrt"), fc.string({ minLength: 1, maxLength: 3, unit: "binary" }), fc.constantFrom("ssl", "\\\"", "; }", "server {"));
    const path = fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join("")}`);
    const expected = shape(textOf());
    let rendered = 0;
    fc.assert(fc.property(path, path, (certificate, key) => {
      if (refusal({ certificate, key })) return;
      rendered += 1;
      const text = textOf({ certificate, key });
      expect(shape(text)).toEqual(expected);
      expect(valuesOf(text, "ssl_certificate")).toEqual([certificate]);
      expect(valuesOf(text, "ssl_certificate_key")).toEqual([key]);
    }), { numRuns: runs * 2 });
    expect(rendered).toBeGreaterThan(runs / 30);
  });

  it("of a host, an address or a version breaks out: it is refused, or stands as a word of letters, digits, dots, colons, hyphens and brackets", () => {
    const nasty = fc.array(fc.oneof(characters("abz09.-_*:[]"), characters("{};#\"'\\ \n\0$/@%~ž。"), fc.constantFrom("127.0.0.1", "::1", "example", "localhost", ":80", ".org")), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
    const change: fc.Arbitrary<Partial<Site>> = fc.oneof(
      nasty.map((name) => ({ serverNames: [name] })), nasty.map((name) => ({ upstreams: [`http://${name}`] })), nasty.map((name) => ({ upstreamHost: name })),
      nasty.map((address) => ({ listenOn: [address] })), nasty.map((nginxVersion) => ({ nginxVersion })),
    );
    let rendered = 0;
    fc.assert(fc.property(change, (changes) => {
      if (!siteSchema.safeParse({ ...plain, ...changes }).success) return;
      const found = refusal(changes);
      if (found) {
        expect(found.code).toBe("input-invalid");
        return;
      }
      rendered += 1;
      const text = textOf(changes);
      for (const { words: [first = "", ...values] } of statements(text)) {
        if (first === "listen" || first === "server_name" || first === "server" || first.startsWith("proxy_")) for (const value of values) expect(value).toMatch(/^[\w.:*[\]$/~-]*$/);
      }
    }), { numRuns: runs * 5 });
    expect(rendered).toBeGreaterThan(runs / 10);
  });
});
