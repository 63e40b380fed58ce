// The pure parts of the proxy's pages: what a form becomes, what is wrong with it, colours, the list, files that are checked.
import { describe, expect, it } from "vitest";
import { certificateFileLimit, contract } from "../../app/contract.ts";
import { LockstepError } from "../../app/errors.ts";
import { fileLimit as readLimit } from "../../app/nginx/directive.ts";
import { readSite } from "../../app/nginx/read-site.ts";
import { renderSite } from "../../app/nginx/render.ts";
import { recommendedPort, settle } from "../../app/nginx/settled-site.ts";
import type { PublishedSite, Site, SiteFinding } from "../../app/nginx/site.ts";
import { fileLimit, filesLimit, groupFindings, isMaterial, linesOf, materialLimit, materialPathsIn, placesOf, shownFiles, together, totalLimit } from "../../renderer/pages/proxy/checked-files.ts";
import { colourLine, colourLines, goesOn } from "../../renderer/pages/proxy/directive-colour.ts";
import { upstreamsOf } from "../../renderer/pages/proxy/offered-upstreams.ts";
import { changedSettings, clashes, emptyForm, entriesIn, faultsOf, formOfPublished, publishedOf, recommended, refusalOf, siteOf, type FieldName, type SiteForm } from "../../renderer/pages/proxy/site-form.ts";
import { entriesOf, findEntries, firstSort, noFilter, sortEntries } from "../../renderer/pages/proxy/site-list.ts";
import { bodyLimit } from "../../main/web/request-body.ts";
import { createPracticeHost, instance } from "./practice-host.ts";

const filled: SiteForm = { ...emptyForm, names: "hie.example.org\nwww.hie.example.org", upstreams: "http://10.4.0.11:8080, http://10.4.0.12:8080", certificate: " /etc/ssl/chain.pem ", key: "/etc/ssl/key.pem" };

describe("a site's form", () => {
  it("becomes a site with nothing in it that is recommended anyway", () => {
    expect(siteOf(filled, null)).toEqual({
      kind: "icdr", serverNames: ["hie.example.org", "www.hie.example.org"], upstreams: ["http://10.4.0.11:8080", "http://10.4.0.12:8080"], certificate: "/etc/ssl/chain.pem", key: "/etc/ssl/key.pem",
    });
    expect(siteOf({ ...filled, port: "8443", redirectFrom: "80", bodyMegabytes: "64", timeoutSeconds: "120" }, null)).toEqual(siteOf(filled, null));
  });

  it("becomes a site with all that differs", () => {
    const site = siteOf({
      ...filled, kind: "dcdr", port: "8443", redirects: false, listenOn: "10.4.0.2 2001:db8::1", upstreamHost: "sdb.local:8080", clientCertificates: true, authorities: "/etc/ssl/ca.pem", required: false,
      hsts: true, webSocket: true, http2: false, bodyMegabytes: "200", timeoutSeconds: "600", nginxVersion: "1.25.3",
    }, "1.22.1");
    expect(site).toMatchObject({
      kind: "dcdr", port: 8443, redirectFrom: null, listenOn: ["10.4.0.2", "2001:db8::1"], upstreamHost: "sdb.local:8080", clientCertificates: { authorities: "/etc/ssl/ca.pem", required: false },
      hsts: true, webSocket: true, http2: false, bodyMegabytes: 200, timeoutSeconds: 600, nginxVersion: "1.25.3",
    });
    expect(contract.proxy.render.input.parse(site)).toEqual(site);
  });

  it("is written for the NGINX of the machine where no other is named", () => expect(siteOf(filled, "1.22.1").nginxVersion).toBe("1.22.1"));

  it("names no path where the certificate comes from elsewhere: the plan does", () => {
    const form: SiteForm = { ...filled, certificateBy: "store" };
    expect(publishedOf(form, null)).not.toHaveProperty("certificate");
    expect(publishedOf(form, null)).not.toHaveProperty("key");
    expect(renderSite(siteOf(form, null)).text).toContain("/PLANNED/chain.pem");
    expect(publishedOf(filled, null)).toEqual(siteOf(filled, null));
    for (const site of [publishedOf(form, null), publishedOf(filled, null)]) expect(contract.proxy.planPublish.input.parse({ site })).toEqual({ site });
  });

  it("knows the defaults that are rendered", () => {
    for (const kind of ["icdr", "dcdr"] as const) {
      const settled = settle(siteOf({ ...filled, kind }, null));
      expect({ port: settled.port, redirectFrom: settled.redirectFrom, bodyMegabytes: settled.bodyMegabytes, timeoutSeconds: settled.timeoutSeconds, http2: settled.http2, hsts: settled.hsts, webSocket: settled.webSocket }).toEqual({
        port: recommended.port[kind], redirectFrom: recommended.redirectFrom, bodyMegabytes: recommended.bodyMegabytes, timeoutSeconds: recommended.timeoutSeconds, http2: emptyForm.http2, hsts: emptyForm.hsts, webSocket: emptyForm.webSocket,
      });
    }
    expect(recommended.port).toEqual(recommendedPort);
  });

  it("takes one entry a line, or parted by commas and blanks", () => expect(entriesIn(" a, b\r\n\nc; d ")).toEqual(["a", "b", "c", "d"]));

  it("says what is missing, and nothing else, at first", () => {
    expect(faultsOf(emptyForm)).toEqual({ names: { kind: "missing" }, upstreams: { kind: "missing" }, certificate: { kind: "missing" }, key: { kind: "missing" } });
    expect(faultsOf({ ...emptyForm, certificateBy: "files" })).toEqual({ names: { kind: "missing" }, upstreams: { kind: "missing" } });
    expect(faultsOf({ ...filled, clientCertificates: true })).toEqual({ authorities: { kind: "missing" } });
    expect(faultsOf(filled)).toEqual({});
  });

  it("takes no number, list or name that the contract refuses", () => {
    for (const port of ["0", "65536", "https", "8 443", "-1", "1e3", "99999999"]) expect(faultsOf({ ...filled, port }), port).toEqual({ port: { kind: "number", from: 1, to: 65_535 } });
    expect(faultsOf({ ...filled, redirects: false, redirectFrom: "x" })).toEqual({});
    expect(faultsOf({ ...filled, bodyMegabytes: "10241", timeoutSeconds: "86401" })).toEqual({ bodyMegabytes: { kind: "number", from: 1, to: 10_240 }, timeoutSeconds: { kind: "number", from: 1, to: 86_400 } });
    const many = Array.from({ length: 51 }, (_, index) => `a${index}.example.org`);
    expect(faultsOf({ ...filled, names: many.join("\n") })).toEqual({ names: { kind: "many", limit: 50 } });
    expect(faultsOf({ ...filled, names: "a".repeat(254) })).toEqual({ names: { kind: "long", limit: 253 } });
    const most: SiteForm = {
      ...filled, names: many.slice(0, 50).join("\n"), upstreams: Array.from({ length: 32 }, (_, index) => `http://10.0.0.1:${8000 + index}`).join("\n"), listenOn: Array.from({ length: 16 }, (_, index) => `10.0.1.${index}`).join(" "),
      port: "65535", redirectFrom: "1", bodyMegabytes: "10240", timeoutSeconds: "86400",
    };
    expect(faultsOf(most)).toEqual({});
    expect(contract.proxy.render.input.safeParse(siteOf(most, null)).success).toBe(true);
  });

  it.each<[field: FieldName, part: Partial<SiteForm>]>([
    ["names", { names: "10.0.0.1" }], ["names", { names: "a_b!" }], ["names", { names: "a.example.org a.example.org" }],
    ["upstreams", { upstreams: "https://10.0.0.1:8080" }], ["upstreams", { upstreams: "http://127.0.0.1:8443" }], ["upstreams", { upstreams: "http://a:1 http://a:1" }],
    ["certificate", { certificate: "chain.pem" }], ["key", { key: "key.pem" }], ["key", { key: "/etc/$key" }], ["authorities", { clientCertificates: true, authorities: "ca.pem" }],
    ["listenOn", { listenOn: "eth0" }], ["upstreamHost", { upstreamHost: "a b" }], ["port", { port: "80" }], ["nginxVersion", { nginxVersion: "new" }], ["nginxVersion", { nginxVersion: "1.10.0" }],
  ])("is told of at %s what a file cannot hold: %o", async (field, part) => {
    const { proxy } = createPracticeHost({}, () => undefined);
    const refused = await proxy.render(siteOf({ ...filled, ...part }, null)).then(() => null, (thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(LockstepError);
    const { field: said, text } = refusalOf((refused as LockstepError).message);
    expect(said).toBe(field);
    expect(text).not.toContain("The request is not");
  });

  it("counts the rarely used settings that are not at their default", () => {
    expect(changedSettings(emptyForm)).toBe(0);
    expect(changedSettings({ ...emptyForm, hsts: true, http2: false, listenOn: "10.0.0.1", port: "9" })).toBe(3);
  });

  it("is filled with everything that a published site was written from, what is recommended left empty", () => {
    const site: Site = {
      kind: "icdr", serverNames: ["hie.example.org", "www.hie.example.org"], port: 9443, redirectFrom: 8081, listenOn: ["192.0.2.1", "::"], upstreams: ["http://127.0.0.1:8080", "http://[::1]:8082"], upstreamHost: "hie.local:8080",
      certificate: "/etc/ssl/c.pem", key: "/etc/ssl/k.pem", clientCertificates: { authorities: "/etc/ssl/ca.pem", required: false }, hsts: true, webSocket: true, http2: false, bodyMegabytes: 512, timeoutSeconds: 600, nginxVersion: "1.22.1",
    };
    const of = (given: Site): PublishedSite => ({
      fileName: renderSite(given).fileName, path: "", enabled: true, serverNames: ["other"], port: 1, redirectFrom: null, upstreams: [], certificatePath: null, certificate: null, site: readSite(renderSite(given).text), findings: [],
    });
    expect(siteOf(formOfPublished(of(site)), "1.22.1")).toEqual(site);
    const plain: Site = { kind: "dcdr", serverNames: ["clinic.example.org"], upstreams: ["http://127.0.0.1:9200"], certificate: "/c", key: "/k" };
    expect(formOfPublished(of(plain))).toEqual({ ...emptyForm, kind: "dcdr", names: "clinic.example.org", upstreams: "http://127.0.0.1:9200", certificate: "/c", key: "/k" });
    expect(formOfPublished(of({ ...plain, redirectFrom: null, nginxVersion: "1.27.0" })), "the version is always that of the machine").toMatchObject({ redirects: false, redirectFrom: "", nginxVersion: "" });
    expect(faultsOf(formOfPublished(of(plain)))).toEqual({});
  });

  it("whose file has another name becomes a site beside the one that is changed: after that one where both have a name on one port", () => {
    const published: PublishedSite = { fileName: "icdr-a.example.org.conf", path: "", enabled: true, serverNames: ["a.example.org", "b.example.org"], port: 8443, redirectFrom: 80, upstreams: [], certificatePath: null, certificate: null, site: null, findings: [] };
    const form = { ...emptyForm, names: "a.example.org" };
    expect(clashes(form, published), "the port for http too").toBe(true);
    expect(clashes({ ...form, port: "9443" }, published)).toBe(true);
    expect(clashes({ ...form, port: "9443", redirects: false }, published)).toBe(false);
    expect(clashes({ ...form, port: "9443", redirectFrom: "8081" }, published)).toBe(false);
    expect(clashes({ ...form, names: "c.example.org\nB.example.org" }, published)).toBe(true);
    expect(clashes({ ...form, names: "c.example.org" }, published)).toBe(false);
    expect(clashes(form, { ...published, enabled: false })).toBe(false);
  });

  it("is filled with what a file tells that was changed by hand", () => {
    const published: PublishedSite = {
      fileName: "dcdr-clinic.example.org-8444.conf", path: "", enabled: true, serverNames: ["clinic.example.org"], port: 8444, redirectFrom: null, upstreams: ["http://127.0.0.1:9200"], certificatePath: "/etc/ssl/c.pem", certificate: null, site: null, findings: [],
    };
    expect(formOfPublished(published)).toEqual({ ...emptyForm, kind: "dcdr", names: "clinic.example.org", upstreams: "http://127.0.0.1:9200", certificate: "/etc/ssl/c.pem", port: "8444", redirects: false });
    expect(formOfPublished({ ...published, port: 443, redirectFrom: 80 })).toMatchObject({ port: "", redirects: true, redirectFrom: "" });
    expect(formOfPublished({ ...published, certificatePath: null }).certificate).toBe("");
  });

  it("offers SanteDB where it answers over plain http, through loopback", () => {
    expect(upstreamsOf([instance("default", 9200, null), instance("own", 9201, null, { host: "10.0.0.5", product: "icdr" }), instance("secured", 9202, null, { scheme: "https" })])).toEqual([
      { name: "default", address: "http://127.0.0.1:9200", kind: "dcdr" }, { name: "own", address: "http://10.0.0.5:9201", kind: "icdr" },
    ]);
  });
});

describe("the colours of a line", () => {
  const shades = (line: string, continues = false) => colourLine(line, continues).filter(({ text }) => text.trim() !== "").map(({ shade, text }) => `${shade} ${text.trim()}`);

  it("tell directives, variables, strings and comments apart", () => {
    expect(shades('    add_header X "a # b; c" always; # it\'s said')).toEqual(["directive add_header", "plain X", 'string "a # b; c"', "plain always", "mark ;", "comment # it's said"]);
    expect(shades("location / { return 308 https://$host$request_uri; }")).toEqual(["directive location", "plain /", "mark {", "directive return", "plain 308 https://", "variable $host", "variable $request_uri", "mark ;", "mark }"]);
    expect(shades("rewrite a#b ${x}c;")).toEqual(["directive rewrite", "plain a#b", "variable ${x}", "plain c", "mark ;"]);
  });

  it("know a directive that goes on in the next line", () => {
    expect(goesOn("proxy_set_header Host", false)).toBe(true);
    expect(goesOn("# a comment;", true)).toBe(true);
    expect(goesOn("server { # one", false)).toBe(false);
    expect(shades("    127.0.0.1;", true)).toEqual(["plain 127.0.0.1", "mark ;"]);
  });

  it("never lose or add a character", () => {
    const { text } = renderSite(siteOf({ ...filled, hsts: true, webSocket: true, clientCertificates: true, authorities: "/etc/ssl/my ca.pem" }, null));
    for (const each of [text, 'a "open', "\\# x", "#", "", "\t{}};", "$", "${", "é€ 'ü' “x”"]) expect(colourLines(each).map((spans) => spans.map((span) => span.text).join("")).join("\n")).toBe(each);
  });
});

const finding = (file: string, line: number, severity: SiteFinding["severity"], message = "m"): SiteFinding => ({ code: "c", severity, file, line, message, mend: "" });

describe("the list of sites", () => {
  const site = (name: string, part: Partial<PublishedSite> = {}): PublishedSite => ({ fileName: `icdr-${name}.conf`, path: "", enabled: true, serverNames: [name], port: 8443, redirectFrom: 80, upstreams: ["http://127.0.0.1:8080"], certificatePath: null, certificate: null, site: null, findings: [], ...part });
  const entries = entriesOf([site("b"), site("a10", { port: 443 }), site("a9", { findings: [finding("f", 2, "information"), finding("f", 9, "error", "broken")] }), site("c", { enabled: false, findings: [finding("f", 1, "error")] }), site("d", { findings: [finding("f", 1, "warning")] })]);

  it("has one status a row, the gravest", () => expect(entries.map(({ standing, finding: told }) => [standing, told?.message])).toEqual([["good", undefined], ["good", undefined], ["error", "broken"], ["off", "m"], ["warning", "m"]]));
  it("is sorted by names as people count, or by state", () => {
    expect(sortEntries(entries, firstSort, "en").map(({ site: { serverNames } }) => serverNames[0])).toEqual(["a9", "a10", "b", "c", "d"]);
    expect(sortEntries(entries, { column: "state", descending: false }, "en").map(({ standing }) => standing)).toEqual(["error", "warning", "off", "good", "good"]);
    expect(sortEntries(entries, { column: "port", descending: true }, "en").at(-1)?.site.port).toBe(443);
  });
  it("is found by any words, in findings too, and counted by state", () => {
    expect(findEntries(entries, { ...noFilter, text: "8443 Broken" }).entries.map(({ id }) => id)).toEqual(["icdr-a9.conf"]);
    expect(findEntries(entries, noFilter).standing).toEqual({ error: 1, warning: 1, off: 1, good: 2 });
    expect(findEntries(entries, { text: "a", standing: "off" })).toMatchObject({ entries: [], all: 2 });
  });
});

describe("files that are checked", () => {
  const file = (name: string, text: string | null) => ({ name, text });

  it("are no larger than what is read, and go through every host", () => {
    expect(fileLimit).toBe(readLimit);
    expect(fileLimit).toBeLessThanOrEqual(certificateFileLimit);
    expect(Math.ceil(totalLimit / 3) * 4 + 512 * filesLimit, "as base64, with their names").toBeLessThanOrEqual(bodyLimit);
    expect(Math.ceil(materialLimit / 3) * 4).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it("are read for themselves unless another includes them", () => {
    const files = [file("a.conf", "server {}"), file("nginx.conf", 'http {\n include /etc/nginx/sites-enabled/*.conf;\n\tinclude "my types";\n}'), file("my types", "types {}"), file("readme", null)];
    expect(placesOf(files)).toEqual([{ name: "/etc/nginx/sites-enabled/a.conf", root: false }, { name: "nginx.conf", root: true }, { name: "my types", root: false }, { name: "readme", root: true }]);
    expect(placesOf([file("a", "include b;"), file("b", "include a;")])).toEqual([{ name: "a", root: true }, { name: "b", root: true }]);
    expect(placesOf([file("a", "server {}"), file("b", "# include a;")])).toEqual([{ name: "a", root: true }, { name: "b", root: true }]);
    expect(placesOf([file("a", "include x/[;"), file("[", "")])).toHaveLength(2);
  });

  it("name certificates and keys, each once", () => {
    expect(materialPathsIn([file("a", "ssl_certificate /etc/a.pem;\n  ssl_certificate_key '/etc/b c.key' ;\nssl_certificate /etc/a.pem;\n# ssl_certificate /x;\nssl_certificate_by_lua x;"), file("b", null)])).toEqual(["/etc/a.pem", "/etc/b c.key"]);
    expect(["a.PEM", "a.key", "a.conf", "pem"].map(isMaterial)).toEqual([true, true, false, false]);
  });

  it("of what `nginx -T` printed are shown one by one", () => {
    expect(shownFiles([file("T.txt", "# configuration file /etc/nginx/nginx.conf:\nhttp {}\n\n# configuration file /etc/nginx/a.conf:\nserver {}\n"), file("b.bin", null)])).toEqual([
      file("/etc/nginx/nginx.conf", "http {}\n\n"), file("/etc/nginx/a.conf", "server {}\n"), file("b.bin", null),
    ]);
  });

  it("are told of in their order, the gravest first, each finding once", () => {
    const [one, two, three] = [finding("b", 9, "error"), finding("b", 1, "warning"), finding("a", 4, "information")];
    expect(together([[two, one], [one, three]], [file("b", ""), file("a", "")])).toEqual([one, two, three]);
    expect([...groupFindings([one, two, three], "file").keys()]).toEqual(["b", "a"]);
  });

  it("have lines of any number and length", () => {
    const lines = linesOf(`server {\r\n  listen\n\n    80;\n${"x".repeat(5000)}\n`);
    expect(lines.count).toBe(5);
    expect([0, 1, 2, 3].map(lines.line)).toEqual(["server {", "  listen", "", "    80;"]);
    expect(lines.line(4)).toHaveLength(1001);
    expect([0, 1, 2, 3, 4].map(lines.continues)).toEqual([false, false, true, true, false]);
    expect(linesOf("").count).toBe(1);
    expect(linesOf("a\n\n").count).toBe(2);
    expect(linesOf("\n".repeat(3_000_000)).count).toBe(1_000_000);
  });
});
