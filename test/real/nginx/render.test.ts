// What Lockstep renders, read and served by Debian's nginx, in front of a server that tells what reached it.
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderSite } from "../../../app/nginx/render.ts";
import { nameLimit } from "../../../app/nginx/settled-site.ts";
import type { Site } from "../../../app/nginx/site.ts";
import { makeAuthority, makeCertificate, type Authority, type Issued } from "../../fixtures/certificates.ts";
import { freePorts, hasNginx, lostClient, marksCookies, nginxVersion, privateNginx, refusesHandshakes, type PrivateNginx } from "../../fixtures/nginx.ts";
import { echoUpstream, type Echo, type EchoUpstream } from "./echo-upstream.ts";

const name = "clinic.example.org";
const folder = mkdtempSync(join(tmpdir(), "lockstep-render-"));
let authority: Authority;
let clients: Authority;
let server: Issued;
let chain: string;

const hasIpv6 = await new Promise<boolean>((resolve) => {
  const probe = createServer();
  probe.once("error", () => resolve(false));
  probe.listen(0, "::1", () => probe.close(() => resolve(true)));
});
const here = hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

/** Leaf and intermediate in one file, as NGINX wants them. */
function chainFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, readFileSync(server.certificateFile, "utf8") + readFileSync(authority.intermediate.certificateFile, "utf8"));
  return path;
}

const site = (changes: Partial<Site> = {}): Site => ({
  kind: "icdr", serverNames: [name], upstreams: ["http://127.0.0.1:9000"], certificate: chain, key: server.keyFile, listenOn: here, nginxVersion, ...changes,
});

beforeAll(() => {
  authority = makeAuthority(join(folder, "ca"));
  clients = makeAuthority(join(folder, "clients"), { name: "Clients" });
  server = makeCertificate(join(folder, "server"), authority.intermediate, { commonName: name, names: [name, "second.example.org", "*.wild.example.org"] });
  chain = chainFile(join(folder, "chain.pem"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasNginx)("nginx -t", () => {
  let nginx: PrivateNginx;
  beforeAll(() => { nginx = privateNginx(); });
  afterAll(() => nginx.close());
  const judge = (sites: readonly Site[], around?: readonly string[]) => nginx.judge(sites.map(renderSite), around);
  const fine = { status: 0, complaints: "" };

  it("passes every kind of site without a word", () => {
    const authorities = clients.chainFile;
    const anywhere = { listenOn: undefined };
    const odd = ["with blank", 'a "quote"', "it's", "back\\slash\\n", "semi;colon", "{brace}", "#hash", "žluť", "per%cent", "~tilde"].map((part) => {
      const at = join(folder, "odd", part);
      const certificate = chainFile(join(at, "chain.pem"));
      copyFileSync(server.keyFile, join(at, "key"));
      return { certificate, key: join(at, "key"), clientCertificates: { authorities: certificate, required: true } };
    });
    const sites: readonly Partial<Site>[] = [
      {}, anywhere, { ...anywhere, kind: "dcdr" }, { kind: "dcdr" }, { port: 9443 }, { redirectFrom: null }, { redirectFrom: 8080 }, { listenOn: ["127.0.0.1"] }, { listenOn: ["0.0.0.0", "127.0.0.1"] },
      { serverNames: [name, "second.example.org"] }, { serverNames: ["*.wild.example.org"] }, { serverNames: ["h"] }, { serverNames: ["localhost", "a_b.example.org"] }, { serverNames: ["žluť.example.org"] },
      { serverNames: ["a".repeat(nameLimit)] }, { serverNames: Array.from({ length: 50 }, (_, index) => `n${index}.${"b".repeat(30)}.org`) },
      { upstreams: ["http://127.0.0.1:9000", "http://127.0.0.1:9001", "http://[::1]:9002"] }, { upstreams: ["http://localhost:9000"] }, { upstreams: ["http://127.0.0.1"], redirectFrom: null },
      { upstreamHost: "sdb.local" }, { upstreamHost: "sdb.local:9200" }, { upstreamHost: "0.0.0.0" }, { upstreamHost: "[::1]" },
      { clientCertificates: { authorities, required: true } }, { clientCertificates: { authorities, required: false } },
      { hsts: true }, { webSocket: true }, { http2: false }, { bodyMegabytes: 1 }, { bodyMegabytes: 10_240 }, { timeoutSeconds: 1 }, { timeoutSeconds: 86_400 },
      { kind: "dcdr", hsts: true, webSocket: true, clientCertificates: { authorities, required: true }, serverNames: [name, "*.wild.example.org"], upstreams: ["http://127.0.0.1:9000", "http://127.0.0.1:9001"] },
      ...odd,
    ];
    expect(sites.length).toBeGreaterThan(30);
    for (const changes of sites) expect(judge([site(changes)]), JSON.stringify(changes)).toEqual(fine);
  });

  it("passes what is written for an older one, whose word for HTTP/2 a newer one warns of", () => {
    const sites: readonly Partial<Site>[] = [
      { nginxVersion: "1.14.0" }, { nginxVersion: "1.18.0", webSocket: true }, ...(marksCookies ? [{ nginxVersion: "1.19.3", http2: false }] : []), ...(refusesHandshakes ? [{ nginxVersion: undefined }] : []),
    ];
    for (const changes of sites) {
      const { status, complaints } = judge([site(changes)]);
      expect([status, complaints.split("\n").filter((line) => line !== "" && !line.includes('the "listen ... http2" directive is deprecated'))], JSON.stringify(changes)).toEqual([0, []]);
    }
  });

  it("passes sites beside each other on one port, and beside a default server of somebody else", () => {
    const beside = [site({ webSocket: true }), site({ kind: "dcdr", port: 8443, serverNames: ["second.example.org"], webSocket: true }), site({ kind: "dcdr", serverNames: ["third.example.org"] })];
    expect(judge(beside)).toEqual(fine);
    expect(judge(beside, ["server { listen 127.0.0.1:80 default_server; server_name _; root /nowhere; }"])).toEqual(fine);
  });

  it("refuses a longer name until its table of names is made larger, as the finding says", () => {
    const long = site({ serverNames: [`${"a".repeat(nameLimit - 1)}.b`] });
    expect(judge([long]).complaints).toContain("server_names_hash_bucket_size");
    const [finding] = renderSite(long).findings.filter(({ code }) => code === "site-name-long");
    const remedy = /`(.*)`/.exec(finding?.hint ?? "")?.[1] ?? "";
    expect(judge([long], [remedy])).toEqual(fine);
    const longest = site({ port: 65535, serverNames: [`${`${"a".repeat(61)}.`.repeat(4)}abc.b`] });
    expect(judge([longest], [remedy])).toEqual(fine);
  });
});

interface Answer { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

function ask(options: RequestOptions & { readonly content?: Uint8Array; readonly plain?: boolean }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (options.plain === true ? httpRequest : httpsRequest)({ host: "127.0.0.1", ca: readFileSync(authority.root.certificateFile), servername: name, agent: false, ...options,
      headers: { Host: `${name}:${options.port ?? ""}`, ...options.headers as Record<string, string> } }, (response) => {
      let body = "";
      response.on("data", (chunk) => { body += String(chunk); });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.on("upgrade", () => reject(new Error("upgraded")));
    request.end(options.content);
  });
}

const echoOf = ({ body }: Answer): Echo => JSON.parse(body) as Echo;

describe.skipIf(!hasNginx)("under nginx, a site", () => {
  let nginx: PrivateNginx;
  let upstream: EchoUpstream;
  let other: EchoUpstream;
  let ports: Readonly<Record<"main" | "http" | "all" | "dead" | "nobody" | "old" | "oldHttp" | "required" | "optional", number>>;

  beforeAll(async () => {
    [upstream, other] = await Promise.all([echoUpstream(), echoUpstream()]);
    const [main, http, all, dead, nobody, old, oldHttp, required, optional] = await freePorts(9) as [number, number, number, number, number, number, number, number, number];
    ports = { main, http, all, dead, nobody, old, oldHttp, required, optional };
    const upstreams = [`http://127.0.0.1:${upstream.port}`];
    nginx = privateNginx();
    await nginx.start([
      site({ port: main, redirectFrom: http, upstreams }),
      site({ kind: "dcdr", serverNames: ["second.example.org"], port: main, redirectFrom: http, upstreams: [`http://127.0.0.1:${other.port}`] }),
      site({ port: all, redirectFrom: null, upstreams: [...upstreams, `http://127.0.0.1:${other.port}`], upstreamHost: "sdb.local", webSocket: true, hsts: true, serverNames: [name, "*.wild.example.org"], bodyMegabytes: 1 }),
      site({ port: dead, redirectFrom: null, upstreams: [`http://127.0.0.1:${nobody}`] }),
      site({ port: old, redirectFrom: oldHttp, upstreams, nginxVersion: "1.18.0", http2: false, timeoutSeconds: 1 }),
      ...[required, optional].map((port) => site({ port, redirectFrom: null, upstreams, clientCertificates: { authorities: clients.chainFile, required: port === required } })),
    ].map(renderSite), main);
  });
  afterAll(async () => {
    await nginx.close();
    await Promise.all([upstream.close(), other.close()]);
  });

  const sClient = (port: number, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...args], { input: "", encoding: "utf8", timeout: 10_000 });
    return { status, said: stdout + stderr };
  };

  it("speaks TLS 1.2 and 1.3, and nothing older", () => {
    for (const protocol of ["-tls1_2", "-tls1_3"]) expect(sClient(ports.main, protocol, "-servername", name).status, protocol).toBe(0);
    for (const protocol of ["-tls1", "-tls1_1"]) {
      const { status, said } = sClient(ports.main, protocol, "-servername", name, "-cipher", "ALL:@SECLEVEL=0");
      expect([status, /alert protocol version/.test(said)], said).toEqual([1, true]);
    }
    const weak = sClient(ports.main, "-tls1_2", "-servername", name, "-cipher", "AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
    expect([weak.status, /alert handshake failure/.test(weak.said)], weak.said).toEqual([1, true]);
  });

  it("shows a complete chain to who trusts the root only", () => {
    const { status, said } = sClient(ports.main, "-servername", name, "-verify_hostname", name, "-verify_return_error", "-CAfile", authority.root.certificateFile);
    expect(status, said).toBe(0);
    expect(said).toContain("Verify return code: 0 (ok)");
  });

  it(`${refusesHandshakes ? "refuses the handshake" : "closes after the handshake, which it cannot refuse,"} for an unknown name and for none`, async () => {
    for (const args of [["-servername", "other.example.org"], ["-noservername"]]) {
      const { status, said } = sClient(ports.main, ...args);
      expect([status, /unrecognized name/.test(said)], said).toEqual(refusesHandshakes ? [1, true] : [0, false]);
      expect(said.includes("BEGIN CERTIFICATE"), said).toBe(!refusesHandshakes);
    }
    const before = upstream.seen.length;
    await expect(ask({ port: ports.old, servername: "other.example.org", headers: { Host: "other.example.org" }, checkServerIdentity: () => undefined })).rejects.toThrow(/hang up/);
    expect(upstream.seen.length).toBe(before);
  });

  it("lets no other host through under its own name", async () => {
    const before = upstream.seen.length;
    for (const host of ["other.example.org", "_icdr-clinic.example.org", "clinicXexample.org", `${name}.evil.org`, "127.0.0.1"]) {
      for (const port of [ports.main, ports.old]) await expect(ask({ port, headers: { Host: host } }), host).rejects.toThrow(/hang up|reset/);
    }
    expect(upstream.seen.length).toBe(before);
    expect((await ask({ port: ports.main, headers: { Host: name.toUpperCase() } })).status).toBe(200);
  });

  it("stands beside another one on its port: each name leads to its own SanteDB", async () => {
    expect(echoOf(await ask({ port: ports.main })).port).toBe(upstream.port);
    expect(echoOf(await ask({ port: ports.main, servername: "second.example.org", headers: { Host: "second.example.org" } })).port).toBe(other.port);
  });

  it("takes the names of a wildcard", async () => {
    const wild = (host: string) => ask({ port: ports.all, servername: host, headers: { Host: host }, checkServerIdentity: () => undefined });
    expect((await wild("a.wild.example.org")).status).toBe(200);
    expect(echoOf(await wild("b.wild.example.org")).headers["x-forwarded-host"]).toBe(`b.wild.example.org:${ports.all}`);
  });

  it("sends clients from http on to https: 308, with host, port and query", async () => {
    const { status, headers } = await ask({ plain: true, port: ports.http, method: "POST", path: "/ami/x?y=%20z", headers: { Host: `${name}:${ports.http}` } });
    expect([status, headers.location]).toEqual([308, `https://${name}:${ports.main}/ami/x?y=%20z`]);
    expect(headers.server).toBe("nginx");
    const followed = await ask({ port: ports.main, method: "POST", path: "/ami/x?y=%20z", content: new Uint8Array(3) });
    expect(echoOf(followed)).toMatchObject({ method: "POST", url: "/ami/x?y=%20z", bytes: 3 });
  });

  it("closes the connection for an unknown host over http", async () => {
    for (const host of ["other.example.org", "127.0.0.1", ""]) await expect(ask({ plain: true, port: ports.http, headers: { Host: host } }), host).rejects.toThrow(/hang up|reset/);
  });

  const spoofed = {
    "x-ssl-clientcert": "forged", "x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6", "x-forwarded-proto": "gopher", "x-forwarded-host": "evil.example.org", "forwarded": "for=6.6.6.6",
  };
  const truth = () => ({ "host": `127.0.0.1:${upstream.port}`, "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": `${name}:${ports.main}` });

  it("tells SanteDB who asks, and lets no client say it", async () => {
    for (const headers of [spoofed, {}]) {
      const { headers: arrived, names } = echoOf(await ask({ port: ports.main, headers }));
      expect(arrived).toMatchObject(truth());
      expect(names.filter((each) => each === "x-ssl-clientcert" || each === "forwarded")).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    }
    const absolute = echoOf(await ask({ port: ports.main, path: `https://${name}/a`, headers: { Host: "evil.example.org" } }));
    expect(absolute.headers).toMatchObject(truth());
  });

  it("speaks HTTP/2, with the same care", async () => {
    const session = connectHttp2(`https://127.0.0.1:${ports.main}`, { ca: readFileSync(authority.root.certificateFile), servername: name });
    try {
      const stream = session.request({ ":path": "/hdsi", ":authority": `${name}:${ports.main}`, ...spoofed });
      let body = "";
      stream.on("data", (chunk) => { body += String(chunk); });
      await new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
      expect(session.alpnProtocol).toBe("h2");
      const { headers, names } = JSON.parse(body) as Echo;
      expect(headers).toMatchObject(truth());
      expect(names).not.toContain("x-ssl-clientcert");
    } finally {
      session.destroy();
    }
    expect(sClient(ports.old, "-servername", name, "-alpn", "h2,http/1.1").said).toContain("ALPN protocol: http/1.1");
  });

  it("takes 20 MB, and no more than it was told", async () => {
    expect(echoOf(await ask({ port: ports.main, method: "PUT", content: new Uint8Array(20 * 1024 * 1024) })).bytes).toBe(20 * 1024 * 1024);
    expect((await ask({ port: ports.all, method: "PUT", headers: { Expect: "100-continue", "Content-Length": String(2 * 1024 * 1024) } })).status).toBe(413);
  });

  it("turns SanteDB's own address in answers into the one that clients use", async () => {
    const moved = await ask({ port: ports.main, path: "/moved" });
    expect([moved.status, moved.headers.location]).toEqual([302, `https://${name}:${ports.main}/elsewhere?a=b`]);
    expect((await ask({ port: ports.all, path: "/moved" })).headers.location).toBe(`https://${name}:${ports.all}/elsewhere?a=b`);
    const [session = "", plain = ""] = (await ask({ port: ports.main })).headers["set-cookie"] ?? [];
    expect(session.split("; ").map((part) => part.toLowerCase()).sort()).toEqual([`domain=${name}`, "httponly", "path=/", ...(marksCookies ? ["secure"] : []), "session=1"]);
    expect(plain.toLowerCase()).toBe(marksCookies ? "plain=2; secure" : "plain=2");
  });

  it("shares the load among several SanteDBs, which are told one host", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask({ port: ports.all })));
    const echoes = answers.map(echoOf);
    expect(new Set(echoes.map(({ port }) => port))).toEqual(new Set([upstream.port, other.port]));
    expect(new Set(echoes.map(({ headers }) => headers.host))).toEqual(new Set([`sdb.local:${upstream.port}`]));
  });

  it("asks browsers for https by choice only", async () => {
    expect((await ask({ port: ports.all })).headers["strict-transport-security"]).toBe("max-age=63072000");
    expect((await ask({ port: ports.main })).headers["strict-transport-security"]).toBeUndefined();
  });

  /** The first bytes that come back for a wish to upgrade, and what comes for four more. */
  function upgrade(port: number, protocol: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ port, host: "127.0.0.1", servername: name, ca: readFileSync(authority.root.certificateFile), ALPNProtocols: ["http/1.1"] }, () => {
        socket.write(`GET /socket HTTP/1.1\r\nHost: ${name}:${port}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`);
      });
      let said = "";
      socket.on("data", (chunk) => {
        said += String(chunk);
        if (said.endsWith("ping")) socket.destroy();
        else if (said.startsWith("HTTP/1.1 101")) socket.write("ping");
        else socket.end();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(said));
    });
  }

  it("lets a WebSocket through where it is asked for, and no other upgrade", async () => {
    expect(await upgrade(ports.all, "websocket")).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nping$/);
    for (const [port, protocol] of [[ports.main, "websocket"], [ports.all, "h2c"]] as const) {
      const before = upstream.seen.length + other.seen.length;
      expect(await upgrade(port, protocol)).toMatch(/^HTTP\/1\.1 200 /);
      expect(upstream.seen.length + other.seen.length).toBe(before + 1);
      const last = [upstream.seen.at(-1), other.seen.at(-1)].filter((echo) => echo?.url === "/socket");
      for (const echo of last) if (echo?.headers.upgrade !== undefined) expect(echo.headers.upgrade).toBe("websocket");
    }
    expect(upstream.seen.concat(other.seen).filter(({ headers }) => headers.upgrade === "h2c")).toEqual([]);
  });

  it("keeps its connections to SanteDB where nothing is upgraded", async () => {
    for (const port of [ports.main, ports.all]) expect(echoOf(await ask({ port })).headers.connection).not.toBe("close");
  });

  it("asks clients for a certificate, and hands on which one it verified", async () => {
    const client = makeCertificate(join(folder, "client"), clients.intermediate, { commonName: "tablet-7", extendedKeyUsage: "clientAuth" });
    const stranger = makeCertificate(join(folder, "client"), null, { commonName: "stranger", extendedKeyUsage: "clientAuth" });
    const shown = ({ certificateFile, keyFile }: Issued) => ({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) });
    const header = (answer: Answer) => echoOf(answer).headers["x-ssl-clientcert"];
    for (const port of [ports.required, ports.optional]) {
      const arrived = header(await ask({ port, ...shown(client), headers: { "X-SSL-ClientCert": "forged" } }));
      expect(arrived).toMatch(/^-----BEGIN%20CERTIFICATE-----%0A[\w%+/=.-]+$/);
      expect(new X509Certificate(decodeURIComponent(String(arrived))).raw.equals(Buffer.from(client.der))).toBe(true);
      expect((await ask({ port, ...shown(stranger) })).status).toBe(400);
    }
    const before = upstream.seen.length;
    expect((await ask({ port: ports.required, headers: { "X-SSL-ClientCert": "forged" } })).status).toBe(400);
    expect(upstream.seen.length).toBe(before);
    expect(header(await ask({ port: ports.optional, headers: { "X-SSL-ClientCert": "forged" } }))).toBeUndefined();
  });

  it("answers 502 where no SanteDB answers, and 504 where it takes too long", async () => {
    expect((await ask({ port: ports.dead })).status).toBe(502);
    expect((await ask({ port: ports.old, path: "/never" })).status).toBe(504);
  });

  it.skipIf(!hasIpv6)("answers over IPv6, and names the client's address", async () => {
    expect(echoOf(await ask({ host: "::1", port: ports.main })).headers).toMatchObject({ "x-real-ip": "::1", "x-forwarded-for": "::1" });
    expect((await ask({ plain: true, host: "::1", port: ports.http })).status).toBe(308);
  });

  it("has a session taken up again, so that clients need no second full handshake", () => {
    const session = join(folder, "session.pem");
    expect(sClient(ports.main, "-tls1_2", "-servername", name, "-sess_out", session).said).toContain("New, TLSv1.2");
    expect(sClient(ports.main, "-tls1_2", "-servername", name, "-sess_in", session).said).toContain("Reused, TLSv1.2");
  });

  it("leaves nothing in the log of errors that is one of the file", () => {
    expect(nginx.errors().split("\n").filter((line) => /\[(warn|emerg|alert|crit)\]/.test(line) && !/SSL_do_handshake|is buffered to a temporary file/.test(line) && (lostClient === null || !line.includes(lostClient)))).toEqual([]);
  });
});
