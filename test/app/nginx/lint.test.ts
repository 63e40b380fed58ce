// Files of NGINX before SanteDB: each fault of the documented sample by code and line, nothing in a sound site, and what is wrong elsewhere.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { lintSites, namedPaths, type SiteFile } from "../../../app/nginx/lint.ts";
import { siteFindingSchema, type SiteFinding, type SiteMaterial } from "../../../app/nginx/site.ts";
import { weakCiphers } from "../../../app/nginx/encryption.ts";
import { makeAuthority, makeCertificate, makeKey, openssl, type Authority, type CertificateOptions, type Issued } from "../../fixtures/certificates.ts";
import { quick } from "../../fixtures/effort.ts";

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "../../fixtures/nginx", name), "utf8");
const sound = fixture("sound.conf");
const now = new Date();
const file = (name: string, text: string): SiteFile => ({ name, content: new TextEncoder().encode(text) });
const lint = (text: string, materials: readonly SiteMaterial[] = [], ...others: readonly SiteFile[]) => lintSites([file("/etc/nginx/sites-available/santedb", text), ...others], materials, now);
const brief = ({ line, code, severity }: SiteFinding): string => `${line} ${code} ${severity}`;
const troubles = (findings: readonly SiteFinding[]): readonly string[] => findings.filter(({ severity }) => severity !== "information").map(brief);
/** The sound site with one thing changed; throws where that is not in it. */
const changed = (from: string | RegExp, to: string, text = sound): string => {
  const result = text.replace(from, to);
  if (result === text) throw new Error(`not in the fixture: ${String(from)}`);
  return result;
};
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split("\n").length;

describe("the documented sample", () => {
  it("has each of its faults named by code and line", () => {
    const findings = lintSites([file("/etc/nginx/services-available/santedb", fixture("documented.conf"))], [], now);
    expect(findings.map(brief)).toEqual([
      "1 sites-folder warning",
      "3 server-tokens information",
      "4 unknown-hosts warning", "4 tls-versions warning", "5 unknown-hosts warning",
      "10 client-certificate-spoofable error", "10 real-ip-missing warning", "10 forwarded-proto-missing information", "10 host-not-pinned information", "10 body-limit warning",
      "11 forwarded-for-appended warning",
      "17 unknown-hosts warning", "17 port-clash warning", "18 unknown-hosts warning",
      "20 redirect-port error", "20 redirect-301 warning",
    ]);
    for (const finding of findings) siteFindingSchema.parse(finding);
  });

  it("with client certificates passes them raw", () => {
    const text = fixture("documented.conf").replace("proxy_pass_request_headers on;", "proxy_set_header X-SSL-ClientCert $ssl_client_cert;").replace("    server_name", "    ssl_client_certificate /ca.pem; ssl_verify_client on;\n    server_name");
    const codes = lint(text).map(({ code }) => code);
    expect(codes).toContain("client-certificate-raw");
    expect(codes).not.toContain("client-certificate-spoofable");
  });

  it("with SanteDB on the same computer cannot start both", () => {
    const text = fixture("documented.conf").replace("internal-ip-address:8080/", "127.0.0.1:8080/");
    expect(lint(text).map(brief)).toContain("17 port-clash error");
  });
});

describe("a sound site", () => {
  it("has nothing to find", () => expect(lint(sound)).toEqual([]));
  it("has nothing to find with lines that end as on Windows", () => expect(lint(sound.replaceAll("\n", "\r\n"))).toEqual([]));
  it("has nothing to find within nginx.conf", () => expect(lintSites([file("/etc/nginx/nginx.conf", "events {}\nhttp {\n  include mime.types;\n  include sites-enabled/*;\n}\n"), file("/etc/nginx/mime.types", "types { text/html html; }"), file("/etc/nginx/sites-enabled/s", sound)], [], now)).toEqual([]));
  it("has nothing to find in what nginx -T prints of it", () => expect(lintSites([file("-", `nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n\n# configuration file /etc/nginx/conf.d/s.conf:\n${sound}\n`)], [], now)).toEqual([]));
});

describe("one thing changed in a sound site", () => {
  it.each<readonly [code: string, severity: string, from: string | RegExp, to: string, at: string]>([
    ["redirect-port", "error", "https://clinic-7.example.org:8443$request_uri", "https://$host$request_uri", "return 308"],
    ["redirect-port", "error", "https://clinic-7.example.org:8443$request_uri", "https://$http_host$request_uri", "return 308"],
    ["redirect-port", "error", "https://clinic-7.example.org:8443$request_uri", "https://clinic-7.example.org$request_uri", "return 308"],
    ["redirect-port", "error", "https://clinic-7.example.org:8443$request_uri", "https://clinic-7.example.org:9443$request_uri", "return 308"],
    ["redirect-301", "warning", "return 308", "return 301", "return 301"],
    ["redirect-301", "warning", "return 308 https://clinic-7.example.org:8443$request_uri;", "location / { rewrite ^ https://clinic-7.example.org:8443$request_uri permanent; }", "rewrite"],
    ["client-certificate-spoofable", "error", "proxy_set_header X-SSL-ClientCert \"\";\n", "\n", "proxy_pass"],
    ["client-certificate-spoofable", "error", "X-SSL-ClientCert \"\"", "X-SSL-ClientCert $http_x_ssl_clientcert", "X-SSL-ClientCert"],
    ["client-certificate-raw", "warning", "X-SSL-ClientCert \"\"", "x-ssl-clientcert $ssl_client_raw_cert", "x-ssl-clientcert"],
    ["forwarded-for-appended", "warning", "X-Forwarded-For $remote_addr", "X-Forwarded-For $proxy_add_x_forwarded_for", "X-Forwarded-For"],
    ["forwarded-for-appended", "warning", "X-Forwarded-For $remote_addr", "X-Forwarded-For \"$http_x_forwarded_for, $remote_addr\"", "X-Forwarded-For"],
    ["forwarded-for-missing", "warning", "proxy_set_header X-Forwarded-For $remote_addr;", "", "proxy_pass"],
    ["real-ip-missing", "warning", "proxy_set_header X-Real-IP $remote_addr;", "", "proxy_pass"],
    ["host-not-pinned", "warning", "Host 127.0.0.1:9200", "Host $host", "Host $host"],
    ["host-not-pinned", "warning", "proxy_set_header Host 127.0.0.1:9200;", "", "proxy_pass"],
    ["body-limit", "warning", "client_max_body_size 64m;", "", "proxy_pass"],
    ["body-limit", "warning", "client_max_body_size 64m;", "client_max_body_size 2M;", "client_max_body_size"],
    ["tls-versions", "warning", "ssl_certificate_key /etc/lockstep/key.pem;\n    ssl_protocols TLSv1.2 TLSv1.3;", "ssl_certificate_key /etc/lockstep/key.pem;", "listen 8443 ssl http2;"],
    ["tls-versions", "warning", "key.pem;\n    ssl_protocols TLSv1.2", "key.pem;\n    ssl_protocols TLSv1.1 TLSv1.2", "ssl_protocols TLSv1.1"],
    ["tls-ciphers", "warning", /ssl_ciphers [^;]*;/, "ssl_ciphers HIGH:RC4-SHA;", "ssl_ciphers"],
    ["proxy-to-itself", "error", "http://sdb_9200", "http://127.0.0.1:8443", "proxy_pass"],
    ["proxy-to-itself", "error", "http://sdb_9200", "https://clinic-7.example.org:8443/x", "proxy_pass"],
    ["hsts-short", "warning", "server_tokens off;", "server_tokens off; add_header Strict-Transport-Security \"max-age=300\";", "server_tokens"],
    ["hsts-on-http", "warning", "return 308", "add_header Strict-Transport-Security max-age=63072000 always; return 308", "add_header"],
    ["semicolon-missing", "warning", "server_name clinic-7.example.org;\n    ssl_certificate ", "server_name clinic-7.example.org\n    ssl_certificate ", "server_name clinic-7"],
    ["unknown-directive", "error", "proxy_read_timeout", "proxy_read_timeuot", "proxy_read_timeuot"],
    ["misplaced", "error", "server_tokens off;", "location /x { listen 80; }", "location /x"],
    ["value", "error", "client_max_body_size 64m", "client_max_body_size 64mb", "client_max_body_size"],
    ["certificate-missing", "error", /ssl_certificate .*\n.*key.pem;/, "", "listen 8443 ssl http2;"],
    ["key-missing", "error", /ssl_certificate_key .*\n/, "\n", "ssl_certificate "],
    ["client-authorities-missing", "error", "server_tokens off;", "server_tokens off; ssl_verify_client on;", "ssl_verify_client"],
    ["client-certificate-unproven", "error", "X-SSL-ClientCert \"\"", "X-SSL-ClientCert $ssl_client_escaped_cert; ssl_verify_client optional_no_ca", "X-SSL-ClientCert"],
    ["duplicate-directive", "error", "server_tokens off;", "server_tokens off; client_max_body_size 1g;", "client_max_body_size 64m"],
    ["duplicate-location", "error", "location / {", "location ^~ / { }\n    location / {", "location / {"],
    ["duplicate-listen", "error", "listen 8443 ssl http2;", "listen 8443 ssl http2; listen *:8443 ssl;", "listen 8443 ssl http2;"],
    ["server-name-conflict", "warning", "server_name _;\n    return", "server_name CLINIC-7.example.org;\n    return", "server_name clinic-7.example.org;\n    return"],
    ["unknown-hosts", "warning", "listen 80 default_server;", "listen 81 default_server;", "listen 80;"],
    ["sites-folder", "warning", "map $http_upgrade", "include /etc/nginx/services-enabled/*; map $http_upgrade", "include"],
  ])("has %s (%s): %s becomes %s", (code, severity, from, to, at) => {
    const text = changed(from, to);
    expect(lint(text).map(brief)).toContain(`${lineOf(text, at)} ${code} ${severity}`);
  });

  it.each<readonly [what: string, from: string | RegExp, to: string]>([
    ["variables where a template has them", /8443/g, "${HTTPS_PORT}"],
    ["variables in the name", /clinic-7\.example\.org/g, "$SERVER"],
    ["a variable upstream", "http://sdb_9200", "http://$upstream"],
    ["a redirect to a port in a variable", "https://clinic-7.example.org:8443$request_uri", "https://$host:$https_port$request_uri"],
    ["a static site beside it", /$/, "server { listen 8081; listen [::]:8081; server_name static.example.org; root /srv; location ~ \"\\.(png|jpg){1,2}$\" { expires 30d; } }"],
    ["headers not passed at all", "proxy_set_header X-SSL-ClientCert \"\";", "proxy_pass_request_headers off;"],
    ["Lua", "server_tokens off;", "server_tokens off; access_by_lua_block { if ngx.var.x == \"}\" then return end }"],
    ["directives of other modules", "server_tokens off;", "server_tokens off; more_clear_headers Server; brotli on; js_import x.js;"],
    ["words that NGINX 1.29.7 was the first to know", "keepalive 16;", "keepalive 16 local;"],
    ["streams of HTTP/3", "server_tokens off;", "server_tokens off; http3_max_concurrent_streams 64;"],
    ["no limit to bodies", "client_max_body_size 64m", "client_max_body_size 0"],
    ["nginx's own ciphers", /ssl_ciphers [^;]*;/, "ssl_ciphers HIGH:!aNULL:!MD5;"],
    ["a body limit of a gigabyte", "client_max_body_size 64m", "client_max_body_size 1g"],
  ])("is no trouble: %s", (_, from, to) => expect(troubles(lint(changed(from, to)))).toEqual([]));
});

describe("servers of one port", () => {
  const server = (listen: string, more = "return 444;") => `server { listen ${listen}; server_name a.example.org; ${more} }\n`;

  it("speak one scheme", () => {
    expect(lint(`server { listen 8443 ssl default_server; ssl_reject_handshake on; ssl_protocols TLSv1.3; }\n${server("8443")}`).map(brief)).toEqual(["2 port-clash error", "2 certificate-missing error"]);
    expect(lint(`${server("8443 ssl default_server", "ssl_reject_handshake on; ssl_protocols TLSv1.3;")}${server("8444")}`)).toEqual([]);
  });
  it("have one default, and one set of the socket's options", () => {
    expect(lint(`${server("80 default_server")}${server("*:80 default_server").replace("a.", "b.")}`).map(brief)).toEqual(["2 duplicate-listen error"]);
    expect(lint(`${server("80 backlog=5")}${server("80 backlog=6").replace("a.", "b.")}`).map(brief)).toEqual(["2 duplicate-listen error"]);
  });
  it("are told apart by address", () => expect(lint(`${server("80 default_server")}${server("[::]:80 default_server")}${server("127.0.0.1:80 default_server")}`)).toEqual([]));
});

describe("a redirect of a server that answers to every name", () => {
  const site = sound.replace(/server \{\s+listen 80;[^}]*\}/, "");
  const everyName = (redirect: string, more = ""): readonly string[] =>
    lint(`${changed("return 444;", `return ${redirect};`, site)}${more}`).filter(({ code }) => code.startsWith("redirect-")).map(({ code, severity }) => `${code} ${severity}`);

  it("loses the port of each that has none of its own there", () => {
    expect(everyName("308 https://$host$request_uri")).toEqual(["redirect-port warning"]);
    expect(lint(changed("return 444;", "return 308 https://$host$request_uri;", site)).find(({ code }) => code === "redirect-port")).toMatchObject({
      message: "The redirect leads to port 443, and clinic-7.example.org is on 8443: clients are sent to nothing, or to another server. It has no server of its own here.",
      mend: "Write the port: return 308 https://$host:8443$request_uri;",
    });
    const second = sound.slice(sound.indexOf("server {", sound.indexOf("ssl_reject_handshake")), sound.indexOf("server {\n    listen 80 default")).replace("clinic-7.", "clinic-8.");
    expect(lint(`${changed("return 444;", "return 308 https://$host$request_uri;", site)}${second}`).find(({ code }) => code === "redirect-port")?.message).toMatch(/ It has no server of its own here, nor have 1 more\.$/);
  });
  it("loses method and body likewise", () => expect(everyName("301 https://$host:8443$request_uri")).toEqual(["redirect-301 warning"]));
  it("is right with the port, or where the names have servers of their own", () => {
    expect(everyName("308 https://$host:8443$request_uri")).toEqual([]);
    for (const name of ["clinic-7.example.org", "*.example.org", ".example.org", ".clinic-7.example.org", "clinic-7.*", "~^clinic"]) {
      expect(everyName("308 https://$host$request_uri", `server { listen 80; listen [::]:80; server_name ${name}; return 308 https://clinic-7.example.org:8443$request_uri; }`), name).toEqual([]);
    }
  });
  it("may have a name of another's pattern all the same", () => expect(everyName("308 https://$host$request_uri", "server { listen 80; server_name *.example.com *.clinic-7.example.org .7.example.org clinic.*; return 444; }")).toEqual(["redirect-port warning"]));
  it("leads nowhere by $server_name", () => {
    expect(everyName("308 https://$server_name$request_uri")).toEqual(["redirect-name error"]);
    expect(everyName("308 https://${server_name}:8443$request_uri")).toEqual(["redirect-name error"]);
    for (const name of ["*.example.org", "~^clinic", "\"\""]) expect(lint(changed("server_name _;\n    return 444;", `server_name ${name}; return 308 https://$server_name:8443$request_uri;`, site)).map(({ code }) => code), name).toContain("redirect-name");
    for (const name of ["clinic-7.example.org", ".clinic-7.example.org", "$SERVER"]) expect(lint(changed("server_name _;\n    return 444;", `server_name ${name}; return 308 https://$server_name:8443$request_uri;`, site)).map(({ code }) => code), name).not.toContain("redirect-name");
  });
});

describe("includes", () => {
  const at = (name: string, text: string) => file(`/etc/nginx/${name}`, text);
  const codes = (...files: readonly SiteFile[]) => lintSites(files, [], now).map(({ file: name, line, code, severity }) => `${name}:${line} ${code} ${severity}`);

  it("that are not there stop nginx", () => expect(codes(at("nginx.conf", "http {\n  include a.conf;\n  include none/*.conf;\n}"))).toEqual(["/etc/nginx/nginx.conf:2 include-missing error"]));
  it("are not missed where one file was dropped into a window", () => expect(codes(file("site", "include snippets/x.conf;\n"))).toEqual(["site:1 include-missing information"]));
  it("that run in a circle are named", () => expect(codes(at("nginx.conf", "http { include a.conf; }"), at("a.conf", "\ninclude b.conf;"), at("b.conf", "include a.conf;"))).toEqual(["/etc/nginx/b.conf:1 include-circle error"]));
  it("that include themselves are named", () => expect(codes(at("nginx.conf", "include nginx.conf;"))).toEqual(["/etc/nginx/nginx.conf:1 include-circle error"]));
  it("hold faults of their own", () => expect(codes(at("sites-available/s", "server { include snippets/x.conf; }"), at("snippets/x.conf", "root /a\n"))).toEqual(["/etc/nginx/snippets/x.conf:2 syntax error"]));
  it("that double each time are not followed to their end", () => {
    const files = Array.from({ length: 40 }, (_, index) => at(`${index}.conf`, `include ${index + 1}.conf;\ninclude ${index + 1}.conf;\n`));
    expect(codes(...files, at("40.conf", "root /a;"))).toEqual([expect.stringContaining("too-large error")]);
  });
  it("within includes are not followed without end", () => {
    const files = Array.from({ length: 400 }, (_, index) => at(`${index}.conf`, `include ${index + 1}.conf;\n`));
    expect(codes(...files, at("400.conf", "root /a;"))).toEqual([expect.stringContaining("too-large error")]);
  });
  it("are handed over where nginx looks for them", () => expect(namedPaths([at("sites-available/s", `include snippets/*.conf;\n${sound}`)])).toEqual({
    includes: [["/etc/nginx/snippets/*.conf", "/etc/nginx/sites-available/snippets/*.conf", "snippets/*.conf"]], materials: [["/etc/lockstep/chain.pem"], ["/etc/lockstep/key.pem"]],
  }));
  it("bring what holds for every server", () => expect(troubles(lint(changed(/client_max_body_size 64m;/, "include snippets/body.conf;"), [], at("snippets/body.conf", "client_max_body_size 1m;"))).length).toBe(1));
});

it("of weak ciphers those are named that are brought in", () => {
  expect(weakCiphers("ALL:!aNULL")).toEqual(["ALL"]);
  expect(weakCiphers("HIGH:!aNULL:!MD5")).toEqual([]);
  expect(weakCiphers("ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-DES-CBC3-SHA")).toEqual(["ECDHE-RSA-DES-CBC3-SHA"]);
  expect(weakCiphers("EECDH+AESGCM:EDH+AESGCM:!RC4:!3DES")).toEqual([]);
  expect(weakCiphers("kRSA:!3DES:DES-CBC3-SHA:+RC4")).toEqual([]);
});

it("a thousand sound sites have no error", () => {
  const sites = Array.from({ length: 1000 }, (_, index) => sound.replace(/^map[^}]*}\n/m, "").replaceAll("default_server", "").replace(/server \{\n.*_;\n.*reject[^}]*}/s, "").replaceAll("clinic-7", `clinic-${index}`).replaceAll("sdb_9200", `sdb_${index}`));
  const text = sites.join("\n");
  const content = new TextEncoder().encode(text);
  const findings = lintSites([{ name: "a", content }], [], now);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
});

it.skipIf(quick).each<readonly [what: string, text: string]>([
  ["a large group behind many locations", `upstream u {${" server a:1;".repeat(50_000)} }\nserver { listen 80; ${Array.from({ length: 20_000 }, (_, index) => `location /${index} { proxy_pass http://u; }`).join("\n")} }`],
  ["many headers for many locations", `${"proxy_set_header A b;".repeat(50_000)}server { listen 80; ${Array.from({ length: 20_000 }, (_, index) => `location /${index} { proxy_pass http://u; }`).join("\n")} }`],
  ["many names on many addresses", `server { ${Array.from({ length: 20_000 }, (_, index) => `listen ${index + 1};`).join("")} server_name ${Array.from({ length: 400 }, (_, index) => `a${index}`).join(" ")} ; ${Array.from({ length: 200 }, (_, line) => `server_name ${Array.from({ length: 400 }, (__, index) => `a${line}x${index}`).join(" ")};`).join("")} }`],
  ["many servers of one name that send clients on", Array.from({ length: 8000 }, () => "server { listen 80; server_name a; return 301 https://$host$request_uri; }server { listen 443 ssl; server_name a; location / { proxy_pass http://127.0.0.1:1; } }").join("\n")],
  ["many servers that send every name on", `${Array.from({ length: 9000 }, (_, index) => `server { listen ${index + 1}; return 308 https://$host$request_uri; }`).join("")}${Array.from({ length: 9000 }, (_, index) => `server { listen 10.0.0.1:443 ssl; server_name a${index}; location / { proxy_pass http://10.0.0.2:1; } }`).join("")}`],
  ["many certificates for many servers", `${"ssl_certificate /a; ssl_certificate_key /b;".repeat(20_000)}${"server { listen 443 ssl; }".repeat(20_000)}`],
])("%s: judged in time that grows with the text only", (_, text) => {
  // What grew with its square would not end within the minutes that this test is given.
  lint(text, [{ path: "/a", content: null, mode: null }]);
}, 120_000);

describe("certificates and keys", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-lint-"));
  let authority: Authority;
  const text = (path: string): string => readFileSync(path, "utf8");
  const issue = (options: CertificateOptions = {}): Issued => makeCertificate(join(folder, "issued"), authority.intermediate, { names: ["clinic-7.example.org"], ...options });
  const material = (path: string, content: string | null, mode: number | null = 0o600): SiteMaterial => ({ path, content: content === null ? null : Buffer.from(content).toString("base64"), mode });
  const judged = (chain: string | null, key: string | null, mode?: number, site = sound) => lint(site, [material("/etc/lockstep/chain.pem", chain), material("/etc/lockstep/key.pem", key, mode)]).map(brief);
  const certificateLine = lineOf(sound, "ssl_certificate ");
  const keyLine = certificateLine + 1;
  const nameLine = certificateLine - 1;
  const chained = (leaf: Issued): string => `${text(leaf.certificateFile)}${text(authority.intermediate.certificateFile)}`;

  beforeAll(() => {
    authority = makeAuthority(join(folder, "ca"));
  });

  it("that belong together are in order", () => {
    const leaf = issue();
    expect(judged(chained(leaf), text(leaf.keyFile))).toEqual([]);
  });
  it("are not judged where none were handed over", () => expect(lint(sound, [])).toEqual([]));
  it("are missing", () => expect(judged(null, null)).toEqual([`${certificateLine} certificate-missing error`, `${keyLine} key-missing error`]));
  it("are no PEM", () => {
    const leaf = issue();
    expect(judged("hello", text(leaf.keyFile))).toEqual([`${certificateLine} certificate-unreadable error`]);
    expect(judged(chained(leaf), "hello")).toEqual([`${keyLine} key-unreadable error`]);
    expect(judged(text(leaf.keyFile), text(leaf.certificateFile))).toEqual([`${certificateLine} certificate-unreadable error`, `${keyLine} key-missing error`]);
    expect(judged("", "")).toEqual([`${certificateLine} certificate-unreadable error`, `${keyLine} key-unreadable error`]);
  });
  it("have ended", () => {
    const leaf = issue({ notBefore: new Date(now.getTime() - 90 * 86_400_000), notAfter: new Date(now.getTime() - 86_400_000) });
    expect(judged(chained(leaf), text(leaf.keyFile))).toEqual([`${certificateLine} certificate-expired error`]);
  });
  it("stand for another name", () => {
    const leaf = issue({ names: ["other.example.org"] });
    expect(judged(chained(leaf), text(leaf.keyFile))).toEqual([`${nameLine} certificate-name error`]);
    const wild = issue({ names: ["*.example.org"] });
    expect(judged(chained(wild), text(wild.keyFile))).toEqual([]);
    expect(judged(chained(wild), text(wild.keyFile), 0o600, changed("server_name clinic-7.example.org;\n    ssl", "server_name *.example.org \"~^x{1,2}\" $y;\n    ssl"))).toEqual([]);
  });
  it("need not stand for the names of a server that turns everybody away", () => {
    const leaf = issue();
    const site = changed("ssl_reject_handshake on;", "ssl_certificate /etc/lockstep/chain.pem; ssl_certificate_key /etc/lockstep/key.pem; return 444;", changed("server_name _;", "server_name nobody.example.org;"));
    expect(judged(chained(leaf), text(leaf.keyFile), 0o600, site)).toEqual([]);
  });
  it("shared by two sites are told where each names them", () => {
    const leaf = issue({ names: ["*.example.org"] });
    const other = changed(/^[^]*?(?=server \{\n {4}listen 8443 ssl http2;)/, "").split("server {\n    listen 80 default")[0]?.replace("clinic-7", "clinic-8") ?? "";
    expect(judged(text(leaf.certificateFile), text(leaf.keyFile), 0o644, `${sound}${other}`)).toEqual([
      `${certificateLine} certificate-leaf-only warning`, `${keyLine} key-readable-by-all warning`, expect.stringMatching(/certificate-leaf-only/), expect.stringMatching(/key-readable/),
    ]);
  });
  it("lack an intermediate, or come in the wrong order", () => {
    const leaf = issue();
    expect(judged(text(leaf.certificateFile), text(leaf.keyFile))).toEqual([`${certificateLine} certificate-leaf-only warning`]);
    expect(judged(`${text(authority.intermediate.certificateFile)}${text(leaf.certificateFile)}`, text(leaf.keyFile))).toEqual([`${certificateLine} certificate-order error`]);
    expect(judged(`${text(leaf.certificateFile)}${text(authority.root.certificateFile)}${text(authority.intermediate.certificateFile)}`, text(leaf.keyFile))).toEqual([`${certificateLine} certificate-order warning`]);
  });
  it("do not belong together", () => {
    const leaf = issue();
    expect(judged(chained(leaf), text(makeKey(join(folder, "other.pem"), "ec:p256")))).toEqual([`${keyLine} key-mismatch error`]);
  });
  it("have an encrypted key, unless its password is named", () => {
    const leaf = issue();
    const sealed = String(openssl(["pkcs8", "-topk8", "-in", leaf.keyFile, "-passout", "pass:x"]));
    expect(judged(chained(leaf), sealed)).toEqual([`${keyLine} key-encrypted error`]);
    expect(judged(chained(leaf), sealed, 0o600, changed("server_tokens off;", "server_tokens off; ssl_password_file /etc/lockstep/password;"))).toEqual([]);
  });
  it("have a key that everybody may read", () => {
    const leaf = issue();
    expect(judged(chained(leaf), text(leaf.keyFile), 0o644)).toEqual([`${keyLine} key-readable-by-all warning`]);
    expect(judged(chained(leaf), text(leaf.keyFile), 0o640)).toEqual([]);
  });
});
