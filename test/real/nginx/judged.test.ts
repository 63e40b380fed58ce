// A corpus of files, good and bad, judged by the real nginx and by the lint: what one refuses, the other does, at the same line.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintSites, namedPaths } from "../../../app/nginx/lint.ts";
import type { SiteFinding } from "../../../app/nginx/site.ts";
import { makeAuthority, makeCertificate, makeKey, openssl } from "../../fixtures/certificates.ts";
import { hasNginx, nginxProgram, refusesHandshakes } from "../../fixtures/nginx.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-judged-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Codes of what stops nginx; of certificates those that say so with the severity of an error. */
const refusals: ReadonlySet<string> = new Set([
  "syntax", "misplaced", "unknown-directive", "duplicate-directive", "duplicate-location", "duplicate-listen", "value", "include-missing", "include-circle",
  "certificate-missing", "certificate-unreadable", "certificate-order", "key-missing", "key-unreadable", "key-mismatch", "key-encrypted", "client-authorities-missing",
]);
/** Those whose line is where nginx itself puts it. */
const atSameLine: ReadonlySet<string> = new Set(["syntax", "misplaced", "unknown-directive", "duplicate-directive", "duplicate-location", "duplicate-listen", "value", "include-missing"]);

const server = (body: string, listen = "127.0.0.1:18443"): string => `server {\n  listen ${listen};\n  server_name a.example.org;\n  ${body}\n}\n`;
const tls = (body: string): string => server(body, "127.0.0.1:18443 ssl");
const pair = (certificate: string, key: string): string => tls(`ssl_certificate ${certificate};\n  ssl_certificate_key ${key};`);

/** A site within http; or, where it says `nginx.conf`, all files of a case. */
type Case = readonly [what: string, site: string | Readonly<Record<string, string>>];

const accepted: readonly Case[] = [
  ["nothing", ""],
  ["a plain server", server("return 204;")],
  ["quotes of both kinds", server("return 200 \"it's ; { } #\"; location /x { return 200 'say \"x\"'; }")],
  ["escapes", server("return 200 \"a\\\"b\\\\c\\td\";")],
  ["comments", "# a { b ; \" '\nserver { # c }\n  listen 127.0.0.1:18443; # d\n  return 204; #e\n}\n#"],
  ["a sharp within a word", server("return 200 a#b;")],
  ["lines that end as on Windows", server("return 200 \"a\";\n location ~ \"^/x{1,2}$\" { return 204; }").replaceAll("\n", "\r\n")],
  ["a regular expression with braces in quotes", server("location ~ \"^/[a-z]{1,3}$\" { return 204; }")],
  ["the same in single quotes", server("location ~* '^/[a-z]{1,3}/' { return 204; }")],
  ["a variable in braces", server("return 200 \"${host}x\"; location /y { return 200 ${host}y; } set $a ${host};")],
  ["a variable before a word", server("return 301 https://$host$request_uri;")],
  ["an if", server("if ($host = \"b\") { return 404; } if ($request_method !~ ^(GET|HEAD)$ ) { return 405; }")],
  ["a map", "map $http_upgrade $up {\n  default upgrade;\n  '' '';\n  ~^x{2} y;\n}\n".replace("~^x{2}", "\"~^x{2}\"")],
  ["a geo and a split", "geo $g { default 0; 127.0.0.1/32 1; }\nsplit_clients $remote_addr $v { 50% a; * b; }"],
  ["types", "types { text/html html htm; image/png png; }"],
  ["an upstream", `upstream u { server 127.0.0.1:9200 weight=2; keepalive 4; }\n${server("location / { proxy_pass http://u; }")}`],
  ["proxy with headers", server("location / { proxy_pass http://127.0.0.1:9200; proxy_http_version 1.1; proxy_set_header Host x; proxy_set_header X-A \"\"; proxy_redirect off; proxy_read_timeout 1h30m; proxy_send_timeout \"1m 30s\"; }")],
  ["a variable upstream", server("resolver 127.0.0.1; location / { proxy_pass http://$host:9200; }")],
  ["names of every kind", "server { listen 127.0.0.1:18443; server_name a.example.org .b.example.org *.c.example.org d.* \"~^x{1,2}$\" _ \"\"; }"],
  ["two servers of one name", server("") + server("")],
  ["two servers of one address", server("") + server("").replace("a.example", "b.example")],
  ["a server without a name", "server { listen 127.0.0.1:18443; }"],
  ["redirects of each kind", server("return 308 https://a.example.org:8443$request_uri;") + server("rewrite ^/x(.*)$ /y$1 permanent;", "127.0.0.1:18444")],
  ["limits", server("client_max_body_size 64m; client_body_buffer_size 128k; location /u { client_max_body_size 0; }")],
  ["locations of each kind", server("location / { } location = / { } location ^~ /s { } location ~ \\.php$ { } location ~ \\.php$ { } location @n { } location /a/ { location /a/b { } }")],
  ["a header", server("add_header X-A b always; add_header Strict-Transport-Security \"max-age=1\";")],
  ["servers in one line", "server{listen 127.0.0.1:18443;location /{return 204;}}server{listen 127.0.0.1:18444;}"],
  ["empty words", server("set $a \"\"; return 200 '';")],
  ["a long word of 4000 bytes", server(`return 200 "${"x".repeat(4000)}";`)],
  ["an include of nothing by a pattern", "include none/*.conf;"],
  ["an include", { "site.conf": "include parts/*.conf;\ninclude parts/b.inc;", "parts/a.conf": server(""), "parts/b.inc": "server_tokens off;" }],
  ["one file included twice", { "site.conf": `${server("include parts/h.inc;")}${server("include parts/h.inc;", "127.0.0.1:18444")}`, "parts/h.inc": "add_header X-A b;" }],
  ["a name that swallows the next line", server("server_name b.example.org\n  c.example.org;")],
  ["options of listen", "server { listen 127.0.0.1:18443 default_server backlog=5 so_keepalive=on; }"],
  ["one server on two ports", "server { listen 127.0.0.1:18443; listen 127.0.0.1:18444; }"],
  ["a certificate with its key", pair("../good/chain.pem", "../good/key.pem")],
  ["a certificate by its full path", pair(`${folder}/good/chain.pem`, `${folder}/good/key.pem`)],
  ["a leaf alone", pair("../good/leaf.pem", "../good/key.pem")],
  ["an expired certificate", pair("../good/expired.pem", "../good/key.pem")],
  ["certificate and key in one file", pair("../good/both.pem", "../good/both.pem")],
  ["an encrypted key with its password", tls("ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/sealed.pem; ssl_password_file ../good/password;")],
  // An older one does not know the word, which the lint cannot tell.
  ...refusesHandshakes ? [
    ["refused handshakes", tls("ssl_reject_handshake on; ssl_protocols TLSv1.2 TLSv1.3;")],
    ["refused handshakes and a server", `${tls("ssl_reject_handshake on;")}${pair("../good/chain.pem", "../good/key.pem").replace("a.example", "b.example")}`],
  ] as const : [],
  ["certificates of clients", tls("ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/key.pem; ssl_client_certificate ../good/ca.pem; ssl_verify_client optional;")],
  ["authorities that are not there, of clients that are not asked", tls("ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/key.pem; ssl_client_certificate ../good/none.pem;")],
  ["certificates for all servers", `ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/key.pem;\n${tls("")}`],
  ["ssl and plain on one port", `${pair("../good/chain.pem", "../good/key.pem")}${server("ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/key.pem;").replace("a.example", "b.example")}`],
  ["no file but nginx.conf", { "nginx.conf": "pid nginx.pid;\nerror_log stderr;\nevents { worker_connections 64; }\n" }],
];

const refused: readonly Case[] = [
  ["a block without its end", "server {\n  listen 127.0.0.1:18443;\n"],
  ["a brace too many", `${server("")}}\n`],
  ["no semicolon before a brace", "server {\n  listen 127.0.0.1:18443\n}\n"],
  ["no semicolon before a directive", "server {\n  listen 127.0.0.1:18443\n  server_name a;\n}\n"],
  ["no semicolon in a location", server("location / {\n    root /a\n    index b;\n  }")],
  ["no semicolon at the end of the file", "server_tokens off"],
  ["two semicolons", server("return 204;;")],
  ["a block without a name", server("{ }")],
  ["an open quotation", server("return 200 \"a;")],
  ["an open quotation of 5000 bytes", server(`return 200 "a;${" x".repeat(2500)}`)],
  ["a comment of 5000 bytes", `#${"x".repeat(5000)}\n${server("")}`],
  ["a word right after a quotation", server("return 200 \"a\"b;")],
  ["a regular expression with bare braces", server("location ~ ^/x{1,3}$ { return 204; }")],
  ["a byte order mark", `\uFEFF${server("")}`],
  ["a backslash at the end", "server_tokens off;\nroot /a\\"],
  ["a misspelt directive", server("retrun 204;")],
  ["a misspelt server", "sevrer { listen 127.0.0.1:18443; }"],
  ["listen within http", "listen 127.0.0.1:18443;"],
  ["a location within http", "location / { }"],
  ["a server within a server", server("server { }")],
  ["proxy_pass within a server", server("proxy_pass http://127.0.0.1:9200;")],
  ["a listen within a location", server("location / { listen 127.0.0.1:18444; }")],
  ["a server without its block", "server;"],
  ["a block for return", server("return 204 { }")],
  ["too many values", server("root /a /b;")],
  ["too few values", server("root;")],
  ["neither on nor off", server("sendfile maybe;")],
  ["no size", server("client_max_body_size 64mb;")],
  ["no time", server("location / { proxy_pass http://127.0.0.1:9200; proxy_read_timeout soon; }")],
  ["no version of TLS", server("ssl_protocols TLSv1.2 TLSv9;")],
  ["no URL", server("location / { proxy_pass 127.0.0.1:9200; }")],
  ["no status", server("return ok;")],
  ["no port", "server { listen 127.0.0.1:99999; }"],
  ["no option of listen", "server { listen 127.0.0.1:18443 tls; }"],
  ["the same value twice", server("client_max_body_size 1m;\n  client_max_body_size 2m;")],
  ["the same location twice", server("location /a { }\n  location /a { }")],
  ["the same location twice in two ways", server("location /a { }\n  location ^~ /a { }")],
  ["the same exact location twice", server("location = /a { }\n  location =/a { }")],
  ["the same address twice", "server {\n  listen 127.0.0.1:18443;\n  listen 127.0.0.1:18443;\n}"],
  ["two defaults", "server { listen 127.0.0.1:18443 default_server; }\nserver { listen 127.0.0.1:18443 default_server; server_name b; }"],
  ["the socket's options twice", "server { listen 127.0.0.1:18443 backlog=4; }\nserver { listen 127.0.0.1:18443 backlog=5; server_name b; }"],
  ["an include that is not there", "include none.conf;"],
  ["an include within a server that is not there", server("include snippets/none.conf;")],
  ["includes in a circle", { "site.conf": "include parts/a.inc;", "parts/a.inc": "include parts/b.inc;", "parts/b.inc": "include parts/a.inc;" }],
  ["an include with a fault", { "site.conf": "include parts/a.inc;", "parts/a.inc": "server {\n listen 127.0.0.1:18443\n}\n" }],
  ["TLS without a certificate", tls("return 204;")],
  ["TLS without a key", tls("ssl_certificate ../good/chain.pem;")],
  ["refused handshakes and a server without a certificate", `${tls("ssl_reject_handshake on;")}${tls("").replace("a.example", "b.example")}`],
  ["a certificate that is not there", pair("../good/none.pem", "../good/key.pem")],
  ["a certificate that is none", pair("../good/text.pem", "../good/key.pem")],
  ["an empty certificate", pair("../good/empty.pem", "../good/key.pem")],
  ["a certificate in DER", pair("../good/leaf.der", "../good/key.pem")],
  ["a key in the certificate's place", pair("../good/key.pem", "../good/key.pem")],
  ["a key that is not there", pair("../good/chain.pem", "../good/none.pem")],
  ["a key that is none", pair("../good/chain.pem", "../good/text.pem")],
  ["a certificate in the key's place", pair("../good/chain.pem", "../good/chain.pem")],
  ["another key", pair("../good/chain.pem", "../good/other.pem")],
  ["an encrypted key", pair("../good/chain.pem", "../good/sealed.pem")],
  ["the intermediate first", pair("../good/turned.pem", "../good/key.pem")],
  ["clients' certificates without authorities", tls("ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/key.pem; ssl_verify_client on;")],
  ["authorities that are not there", tls("ssl_certificate ../good/chain.pem; ssl_certificate_key ../good/key.pem; ssl_client_certificate ../good/none.pem; ssl_verify_client optional;")],
  ["a second http", { "nginx.conf": "pid nginx.pid;\nerror_log stderr;\nevents { }\nhttp { }\nhttp { }\n" }],
];

interface Verdict { readonly status: number | null; readonly said: string; readonly findings: readonly SiteFinding[] }

const frame = "pid nginx.pid;\nerror_log stderr;\nevents { }\nhttp {\n  access_log off;\n  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n  include site.conf;\n}\n";

function judge(number: number, [, site]: Case): Verdict {
  const directory = join(folder, String(number));
  const files = typeof site === "string" ? { "site.conf": site } : site;
  for (const [name, text] of Object.entries({ "nginx.conf": frame, ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const ran = spawnSync(nginxProgram, ["-t", "-p", directory, "-c", join(directory, "nginx.conf")], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 10_000 });
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => /\.(conf|inc)$/.test(path) && path !== "nginx.conf");
  const given = ["nginx.conf", ...paths].map((path) => ({ name: join(directory, path), content: readFileSync(join(directory, path)) }));
  const materials = namedPaths(given).materials.map((places) => {
    const [path = ""] = places.filter((place) => place.startsWith("/"));
    return { path, content: existsSync(path) ? readFileSync(path).toString("base64") : null, mode: 0o600 };
  });
  return { status: ran.status, said: `${ran.stdout}${ran.stderr}`, findings: lintSites(given, materials, new Date()).filter(({ code, severity }) => severity === "error" && refusals.has(code)) };
}

describe.skipIf(!hasNginx)("nginx and the lint", () => {
  let verdicts: ReadonlyMap<string, Verdict>;

  beforeAll(() => {
    const good = join(folder, "good");
    mkdirSync(good);
    const authority = makeAuthority(join(folder, "ca"));
    const names = ["a.example.org", "b.example.org"];
    const leaf = makeCertificate(join(folder, "issued"), authority.intermediate, { names });
    const expired = makeCertificate(join(folder, "issued"), authority.intermediate, { names, keyFile: leaf.keyFile, notBefore: new Date(Date.now() - 9e8), notAfter: new Date(Date.now() - 8e8) });
    const [leafText, issuer, key] = [leaf.certificateFile, authority.intermediate.certificateFile, leaf.keyFile].map((file) => readFileSync(file, "utf8"));
    const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(good, name), content);
    write("chain.pem", `${leafText}${issuer}`);
    write("turned.pem", `${issuer}${leafText}`);
    write("leaf.pem", `${leafText}`);
    write("leaf.der", leaf.der);
    write("expired.pem", `${readFileSync(expired.certificateFile, "utf8")}${issuer}`);
    write("key.pem", `${key}`);
    write("both.pem", `${leafText}${issuer}${key}`);
    write("ca.pem", readFileSync(authority.root.certificateFile));
    write("text.pem", "hello\n");
    write("empty.pem", "");
    write("password", "x\n");
    write("sealed.pem", openssl(["pkcs8", "-topk8", "-in", leaf.keyFile, "-passout", "pass:x"]));
    makeKey(join(good, "other.pem"), "ec:p256");
    chmodSync(folder, 0o755);
    verdicts = new Map([...accepted, ...refused].map((each, number) => [each[0], judge(number, each)]));
  }, 60_000);

  const verdict = (what: string): Verdict => verdicts.get(what) ?? { status: null, said: "", findings: [] };

  it("have a corpus worth the name", () => {
    expect(accepted.length + refused.length).toBeGreaterThanOrEqual(60);
    expect(new Set([...accepted, ...refused].map(([what]) => what)).size).toBe(accepted.length + refused.length);
  });

  it.each(accepted.map(([what]) => what))("both take %s", (what) => {
    const { status, said, findings } = verdict(what);
    expect(status, said).toBe(0);
    expect(findings).toEqual([]);
  });

  it.each(refused.map(([what]) => what))("both refuse %s", (what) => {
    const { status, said, findings } = verdict(what);
    expect(status, said).not.toBe(0);
    expect(findings, said).not.toEqual([]);
    const [, file, line] = / in (\/\S+):(\d+)$/m.exec(said) ?? [];
    const [first] = findings.filter(({ code }) => atSameLine.has(code));
    if (first && file !== undefined) expect(`${first.file}:${first.line}`, said).toBe(`${file}:${line ?? ""}`);
  });
});
