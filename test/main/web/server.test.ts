// What the web host serves, to whom, and what it refuses.
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Envelope } from "../../../app/host.ts";
import type { Pages } from "../../../main/web/pages.ts";
import { startWebHost, type WebHost } from "../../../main/web/server.ts";
import { createScriptedConsole, type ScriptedConsole } from "../../conformance/scripted-console.ts";
import { exchange, openSocket, parse, portOf, requestText } from "./raw-http.ts";
import { hearEvents, openWebClient, post, type StreamEvent } from "./web-client.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const pages: Pages = new Map([
  ["/", { type: "text/html; charset=utf-8", body: text("<!doctype html><meta name=\"csp-nonce\" content=\"__CSP_NONCE__\"><p>Lockstep</p>"), immutable: false }],
  ["/assets/main-0a1b2c3d.js", { type: "text/javascript; charset=utf-8", body: text("export {};"), immutable: true }],
]);

interface Running { readonly webHost: WebHost; readonly console: ScriptedConsole; readonly port: number; readonly origin: string; readonly token: string }

async function start(): Promise<Running> {
  const console = createScriptedConsole();
  const webHost = await startWebHost({ implementation: console.implementation, subscribe: console.subscribe, pages });
  const { origin, hash } = new URL(webHost.address);
  return { webHost, console, origin, port: portOf(webHost.address), token: hash.slice("#token=".length) };
}

const envelopeOf = (body: string): Envelope => JSON.parse(body) as Envelope;
const codeOf = (body: string): string => {
  const envelope = envelopeOf(body);
  return envelope.ok ? "" : envelope.error.code;
};

describe("the web host's address", () => {
  it("is on 127.0.0.1 alone, with a token of 256 bits in its fragment, new each time", async () => {
    const [one, other] = [await start(), await start()];
    expect(one.webHost.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    expect(one.token).not.toBe(other.token);
    await Promise.all([one.webHost.close(), other.webHost.close()]);
  });

  it("is refused with port-taken when the port wanted is held by another program", async () => {
    const one = await start();
    await expect(startWebHost({ implementation: one.console.implementation, subscribe: one.console.subscribe, pages, port: one.port })).rejects.toMatchObject({ code: "port-taken" });
    await one.webHost.close();
  });

  it("is free again after closing, also while a window holds its event stream", async () => {
    const one = await start();
    const client = await openWebClient(one.webHost.address);
    const begun = performance.now();
    await one.webHost.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    await expect(openSocket(one.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    client.close();
  });
});

describe("a session", () => {
  it("is opened once by the token, which becomes a cookie that scripts and other sites cannot use", async () => {
    const { webHost, origin, token, port } = await start();
    const opened = await post(origin, "/api/session", { token }, {});
    expect(opened.status).toBe(200);
    expect(opened.headers["set-cookie"]).toEqual([expect.stringMatching(new RegExp(`^lockstep-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`))]);
    expect(opened.body).not.toContain(token);
    await webHost.close();
  });

  it("a spent token opens nothing, and the refusal says what to do", async () => {
    const { webHost, origin, token } = await start();
    await post(origin, "/api/session", { token }, {});
    const again = await post(origin, "/api/session", { token }, {});
    expect(again.status).toBe(401);
    expect(again.headers["set-cookie"]).toBeUndefined();
    expect(envelopeOf(again.body)).toMatchObject({ ok: false, error: { code: "address-used", hint: expect.stringContaining("start it again") as string } });
    await webHost.close();
  });

  it("a page loaded again is let in by its cookie, whatever token stands in its address", async () => {
    const { webHost, origin, token } = await start();
    const { cookie, close } = await openWebClient(webHost.address);
    expect((await post(origin, "/api/session", { token }, { Cookie: cookie })).status).toBe(200);
    expect((await post(origin, "/api/session", { token: "none" }, { Cookie: `other=1; ${cookie}; more=2` })).status).toBe(200);
    expect((await post(origin, "/api/machine.describe", {}, { Cookie: cookie })).status).toBe(200);
    close();
    await webHost.close();
  });

  it.each([["a wrong token", { token: "A".repeat(43) }], ["no token", {}], ["a token that is no text", { token: 7 }], ["a token of 1 MB", { token: "A".repeat(1024 * 1024) }], ["a list", []]])(
    "%s opens nothing, and the right one still does", async (_, body) => {
      const { webHost, origin, token } = await start();
      const refused = await post(origin, "/api/session", body, {});
      expect(refused.status).toBe(401);
      expect(codeOf(refused.body)).toBe("not-allowed");
      expect((await post(origin, "/api/session", { token }, {})).status).toBe(200);
      await webHost.close();
    });

  it("whoever guesses a hundred times is not listened to any more", async () => {
    const { webHost, origin, token } = await start();
    for (let guess = 0; guess < 101; guess++) await post(origin, "/api/session", { token: `guess-${guess}` }, {});
    expect((await post(origin, "/api/session", { token }, {})).status).toBe(401);
    await webHost.close();
  });

  it("the cookie of another Lockstep on this computer opens nothing", async () => {
    const [one, other] = [await start(), await start()];
    const { cookie, close } = await openWebClient(one.webHost.address);
    expect((await post(other.origin, "/api/machine.describe", {}, { Cookie: cookie })).status).toBe(401);
    expect((await post(other.origin, "/api/machine.describe", {}, { Cookie: cookie.replace(String(one.port), String(other.port)) })).status).toBe(401);
    close();
    await Promise.all([one.webHost.close(), other.webHost.close()]);
  });
});

describe("the pages", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.webHost.close());
  const get = (target: string, headers: Readonly<Record<string, string | null>> = {}, method = "GET"): ReturnType<typeof exchange> =>
    exchange(running.port, requestText(method, target, { Host: `127.0.0.1:${running.port}`, Connection: "close", ...headers }));

  it("come with a policy that allows no inline script, no frame, and no other host", async () => {
    const { status, head } = await get("/");
    expect(status).toBe(200);
    expect(head).toMatch(/content-security-policy: default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/]{22}=='; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'/i);
    for (const header of ["X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Resource-Policy: same-origin", "Cache-Control: no-store"]) expect(head).toContain(header);
    expect(head).not.toMatch(/unsafe-|access-control|x-powered-by/i);
  });

  it("carry the nonce of the policy, fresh at every load", async () => {
    const loads = await Promise.all([get("/"), get("/")]);
    const nonces = loads.map(({ head, body }) => {
      const nonce = /'nonce-([^']+)'/.exec(head)?.[1] ?? "";
      expect(body).toContain(`content="${nonce}"`);
      return nonce;
    });
    expect(new Set(nonces).size).toBe(2);
  });

  it("files named by their content may be kept by the browser; types are exact", async () => {
    const { status, head, body } = await get("/assets/main-0a1b2c3d.js");
    expect([status, body]).toEqual([200, "export {};"]);
    expect(head).toContain("Content-Type: text/javascript; charset=utf-8");
    expect(head).toContain("Cache-Control: private, max-age=31536000, immutable");
  });

  it("HEAD is answered without the page", async () => {
    expect(await get("/", {}, "HEAD")).toMatchObject({ status: 200, body: "" });
  });

  it.each(["/../package.json", "/assets/../../package.json", "/..%2fpackage.json", "/%2e%2e/package.json", "/assets\\..\\..\\package.json", "//etc/passwd", "/index.html", "/.vite/manifest.json", "/?x", "/assets/", "/assets/main-0a1b2c3d.js%00", "/etc/passwd", "/ASSETS/main-0a1b2c3d.js"])(
    "nothing else is served: %s", async (target) => {
      expect((await get(target)).status).toBe(404);
    });

  it.each(["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "POST"])("%s is no way to ask for a page", async (method) => {
    const { status, head } = await get("/", { "Content-Length": "0" }, method);
    expect(status).toBe(405);
    expect(head).toContain("Allow: GET, HEAD");
  });
});

describe("a request that no window of ours has sent", () => {
  let running: Running;
  let cookie: string;
  let closeClient: () => void;
  beforeAll(async () => {
    running = await start();
    ({ cookie, close: closeClient } = await openWebClient(running.webHost.address));
  });
  afterAll(async () => {
    closeClient();
    await running.webHost.close();
  });
  /** A call that would be answered, but for what is changed in its headers. */
  const call = (changed: Readonly<Record<string, string | null>>, target = "/api/machine.describe", body = "{}"): ReturnType<typeof exchange> =>
    exchange(running.port, requestText("POST", target, {
      "Host": `127.0.0.1:${running.port}`, "Origin": running.origin, "Content-Type": "application/json", "X-Lockstep": "1", "Cookie": cookie, "Content-Length": String(body.length), "Connection": "close", ...changed,
    }, body));

  it("is told from one that has: this one is answered", async () => {
    const { status, body } = await call({});
    expect(status).toBe(200);
    expect(envelopeOf(body)).toMatchObject({ ok: true, value: { kind: "practice" } });
  });

  it.each([
    ["a name that was pointed at 127.0.0.1 (DNS rebinding)", "rebound.example.org"], ["that name with our port", "rebound.example.org:PORT"], ["localhost", "localhost:PORT"], ["another port", "127.0.0.1:1"],
    ["no port", "127.0.0.1"], ["the address written otherwise", "127.1:PORT"], ["as a number", "2130706433:PORT"], ["IPv6", "[::1]:PORT"], ["an empty one", ""], ["one with a user", "a@127.0.0.1:PORT"],
  ])("under %s as Host gets 421", async (_, host) => {
    expect((await call({ Host: host.replace("PORT", String(running.port)) })).status).toBe(421);
    expect((await exchange(running.port, requestText("GET", "/", { Host: host.replace("PORT", String(running.port)), Connection: "close" }))).status).toBe(421);
  });

  it.each([["two of them", "Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT\r\n"], ["none", ""]])("with %s as Host gets 400", async (_, hosts) => {
    expect((await exchange(running.port, `GET / HTTP/1.1\r\n${hosts.replaceAll("PORT", String(running.port))}Connection: close\r\n\r\n`)).status).toBe(400);
  });

  it.each(["http://evil.example.org", "null", "http://127.0.0.1", "http://localhost:PORT", "https://127.0.0.1:PORT", "http://127.0.0.1:PORT.evil.example.org", null])("from the origin %s gets 403", async (origin) => {
    const { status, body } = await call({ Origin: origin?.replace("PORT", String(running.port)) ?? null });
    expect([status, codeOf(body)]).toEqual([403, "not-allowed"]);
  });

  it.each(["cross-site", "same-site", "anything"])("that the browser marks %s gets 403, for calls, events and pages", async (site) => {
    expect((await call({ "Sec-Fetch-Site": site })).status).toBe(403);
    for (const target of ["/", "/api/events"]) {
      expect((await exchange(running.port, requestText("GET", target, { "Host": `127.0.0.1:${running.port}`, "Cookie": cookie, "Sec-Fetch-Site": site, "Connection": "close" }))).status).toBe(403);
    }
  });

  it.each([["a form", "application/x-www-form-urlencoded", 415], ["a form with a file", "multipart/form-data; boundary=x", 415], ["plain text", "text/plain", 415], ["nothing", null, 415], ["JSON in another encoding", "application/json; charset=utf-16", 415], ["JSON in UTF-8, said so", "application/json; charset=UTF-8", 200]] as const)(
    "sent as %s gets %s", async (_, type, expected) => {
      expect((await call({ "Content-Type": type })).status).toBe(expected);
    });

  it("without the header that only a script of ours sets gets 403", async () => {
    expect((await call({ "X-Lockstep": null })).status).toBe(403);
    expect((await call({ "X-Lockstep": "0" })).status).toBe(403);
  });

  it("compressed gets 415: nothing is ever inflated", async () => {
    expect((await call({ "Content-Encoding": "gzip" })).status).toBe(415);
  });

  it("without the cookie gets 401, before anything is read", async () => {
    const refused = [null, "", "lockstep=1", cookie.slice(0, -1), `${cookie}x`, cookie.toUpperCase()].map((value) => call({ "Cookie": value, "Content-Length": "1000000", "Connection": null }));
    for (const { status, body } of await Promise.all(refused)) expect([status, codeOf(body)]).toEqual([401, "not-allowed"]);
    expect((await exchange(running.port, requestText("GET", "/api/events", { Host: `127.0.0.1:${running.port}`, Connection: "close" }))).status).toBe(401);
  }, 60_000);

  it.each(["/api/machine.destroy", "/api/plan.progress", "/api/", "/api/machine", "/api/machine.describe/", "/api/__proto__", "/api/constructor.name", "/api/machine.describe?x=1", "/api/toString"])("for %s, which is no operation, gets 404", async (target) => {
    expect((await call({}, target)).status).toBe(404);
  });

  it("by GET gets 405 for an operation, by POST for the events", async () => {
    expect((await exchange(running.port, requestText("GET", "/api/machine.describe", { Host: `127.0.0.1:${running.port}`, Cookie: cookie, Connection: "close" }))).status).toBe(405);
    expect((await call({}, "/api/events")).status).toBe(405);
  });

  it("in a proxy's form, or by CONNECT, gets nothing", async () => {
    expect((await exchange(running.port, requestText("GET", `http://127.0.0.1:${running.port}/`, { Host: `127.0.0.1:${running.port}`, Connection: "close" }))).status).toBe(400);
    expect((await exchange(running.port, requestText("OPTIONS", "*", { Host: `127.0.0.1:${running.port}`, Connection: "close" }))).status).toBe(400);
    expect((await exchange(running.port, requestText("CONNECT", `127.0.0.1:${running.port}`, { Host: `127.0.0.1:${running.port}` }))).status).toBe(0);
  });

  it("asking to become a WebSocket becomes none", async () => {
    const answer = await exchange(running.port, requestText("GET", "/api/events", { "Host": `127.0.0.1:${running.port}`, "Connection": "Upgrade, close", "Upgrade": "websocket", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13" }));
    expect(answer.status).toBe(401);
  });
});

describe("a body", () => {
  let running: Running;
  let cookie: string;
  let closeClient: () => void;
  beforeAll(async () => {
    running = await start();
    ({ cookie, close: closeClient } = await openWebClient(running.webHost.address));
  });
  afterAll(async () => {
    closeClient();
    await running.webHost.close();
  });
  const head = (headers: Readonly<Record<string, string>>): string => requestText("POST", "/api/certificate.inspect", {
    "Host": `127.0.0.1:${running.port}`, "Origin": running.origin, "Content-Type": "application/json", "X-Lockstep": "1", "Cookie": cookie, ...headers,
  });
  const send = (body: string | Uint8Array): ReturnType<typeof exchange> => exchange(running.port, head({ "Content-Length": String(Buffer.byteLength(body)), "Connection": "close" }), body);

  it("of 25 MB gets 413, and the sender can read the answer although it was still sending", async () => {
    const { status, body } = await exchange(running.port, head({ "Content-Length": String(25 * 1024 * 1024) }), Buffer.alloc(25 * 1024 * 1024, 0x20));
    expect([status, codeOf(body)]).toEqual([413, "file-too-large"]);
  });

  it("of 25 MB whose length was not said gets 413 as well", async () => {
    const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(0x100000, 0x20), Buffer.from("\r\n")]);
    const { status } = await exchange(running.port, head({ "Transfer-Encoding": "chunked" }), ...Array.from({ length: 25 }, () => chunk), "0\r\n\r\n");
    expect(status).toBe(413);
  });

  it("announced as larger than anything is refused at once", async () => {
    const begun = performance.now();
    const socket = await openSocket(running.port);
    const answer = new Promise<string>((resolve) => socket.once("data", (bytes: Buffer) => resolve(bytes.toString("latin1"))));
    socket.write(head({ "Content-Length": "999999999999999" }));
    expect(parse(await answer).status).toBe(413);
    expect(performance.now() - begun).toBeLessThan(2_000);
    socket.destroy();
  });

  it("that was refused is not listened to for longer than five seconds, however steadily it comes", async () => {
    const socket = await openSocket(running.port);
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    let received = "";
    socket.on("data", (bytes: Buffer) => void (received += bytes.toString("latin1")));
    socket.write(head({ "Content-Length": "10000000", "Cookie": "none" }));
    const begun = performance.now();
    const drip = setInterval(() => socket.writable && socket.write("x".repeat(1_000)), 100);
    await closed;
    clearInterval(drip);
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(parse(received).status).toBe(401);
  });

  it("that waits to be asked for is asked for only after the checks", async () => {
    const socket = await openSocket(running.port);
    const received: string[] = [];
    socket.on("data", (bytes: Buffer) => received.push(bytes.toString("latin1")));
    const body = "{\"files\":[{\"name\":\"a\",\"content\":\"AAEC\"}],\"password\":\"p\"}";
    socket.write(head({ "Content-Length": String(body.length), "Expect": "100-continue", "Connection": "close" }));
    await expect.poll(() => received.join("")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write(body);
    await expect.poll(() => received.join("")).toContain("HTTP/1.1 200 OK");
    const refused = await openSocket(running.port);
    const first = new Promise<string>((resolve) => refused.once("data", (bytes: Buffer) => resolve(bytes.toString("latin1"))));
    refused.write(head({ "Content-Length": "10", "Expect": "100-continue", "Cookie": "none" }));
    expect(parse(await first).status).toBe(401);
    socket.destroy();
    refused.destroy();
  });

  it.each([["nothing", ""], ["half of JSON", "{\"files\":"], ["two values", "{}{}"], ["what is not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])], ["100,000 brackets", "[".repeat(100_000)], ["24 MB of brackets", "[".repeat(24_000_000)], ["objects in objects", "{\"a\":".repeat(65) + "1" + "}".repeat(65)], ["a million members", `[${"0,".repeat(1_000_000)}0]`], ["a million empty objects", `[${"{},".repeat(1_000_000)}{}]`], ["a prototype", "{\"__proto__\":{\"files\":[]}}"]])(
    "that is %s is input-invalid", async (_, body) => {
      const before = process.memoryUsage().rss;
      const answer = await send(body);
      expect(answer.status).toBe(200);
      expect(codeOf(answer.body)).toBe("input-invalid");
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    });

  it("with brackets and escaped quotes inside its texts is read for what it is", async () => {
    const name = "a\\\"[[[[{{{{,,,,".repeat(12);
    const answer = await send(JSON.stringify({ files: [{ name, content: "AAEC" }], password: "\\\\\"" + "[".repeat(200) }));
    expect(envelopeOf(answer.body).ok).toBe(true);
  });

  it("that ends before its length leaves no trace", async () => {
    const socket = await openSocket(running.port);
    socket.write(head({ "Content-Length": "1000" }) + "{");
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await post(running.origin, "/api/machine.describe", {}, { Cookie: cookie })).status).toBe(200);
  });
});

describe("bytes that are hardly HTTP", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.webHost.close());
  const host = (): string => `Host: 127.0.0.1:${running.port}\r\n`;

  it.each([
    ["two lengths", (): string => `POST /api/session HTTP/1.1\r\n${host()}Content-Length: 4\r\nContent-Length: 5\r\n\r\nGET /`],
    ["a length and chunks", (): string => `POST /api/session HTTP/1.1\r\n${host()}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`],
    ["chunks and something else", (): string => `POST /api/session HTTP/1.1\r\n${host()}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["chunks, misspelt", (): string => `POST /api/session HTTP/1.1\r\n${host()}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["a blank before the colon", (): string => `POST /api/session HTTP/1.1\r\n${host()}Content-Length : 4\r\n\r\nabcd`],
    ["a negative length", (): string => `POST /api/session HTTP/1.1\r\n${host()}Content-Length: -1\r\n\r\n`],
    ["a length in hexadecimal", (): string => `POST /api/session HTTP/1.1\r\n${host()}Content-Length: 0x4\r\n\r\nabcd`],
    ["a bare line feed in a header", (): string => `GET / HTTP/1.1\nHost: 127.0.0.1:${running.port}\n\n`],
    ["a NUL in a header", (): string => `GET / HTTP/1.1\r\n${host()}X: a\0b\r\n\r\n`],
    ["an unknown method", (): string => `FETCH / HTTP/1.1\r\n${host()}\r\n`],
    ["an unknown version", (): string => `GET / HTTP/9.9\r\n${host()}\r\n`],
    ["a TLS handshake", (): string => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["HTTP/2", (): string => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["noise", (): string => "\x00\xff\xfe".repeat(1000)],
  ])("%s: refused with 400, and the connection ends", async (_, bytes) => {
    const { status, head } = await exchange(running.port, Buffer.from(bytes(), "latin1"));
    expect(status).toBe(400);
    expect(head).toContain("Connection: close");
  });

  it("headers of 64 KB get 431", async () => {
    expect((await exchange(running.port, `GET / HTTP/1.1\r\n${host()}X-Long: ${"a".repeat(65_536)}\r\n\r\n`)).status).toBe(431);
  });

  it("a chunk that never says its size in digits ends the connection", async () => {
    const { status } = await exchange(running.port, `POST /api/session HTTP/1.1\r\n${host()}Origin: ${running.origin}\r\nX-Lockstep: 1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect([0, 400]).toContain(status);
  });

  it.concurrent("a header sent one letter a second is not waited for longer than ten seconds", async () => {
    const socket = await openSocket(running.port);
    const begun = performance.now();
    let received = "";
    socket.on("data", (bytes: Buffer) => void (received += bytes.toString("latin1")));
    socket.write("GET / HTTP/1.1\r\nX: ");
    const drip = setInterval(() => socket.writable && socket.write("a"), 1_000);
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    clearInterval(drip);
    expect(performance.now() - begun).toBeLessThan(14_000);
    expect(parse(received).status).toBe(408);
  });

  it.concurrent("a connection that says nothing is closed", async () => {
    const socket = await openSocket(running.port);
    socket.resume();
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  });
});

describe("many at once", () => {
  it("1,000 silent connections: a window that is open goes on hearing, and new ones come in when they are gone", async () => {
    const { webHost, origin, port, console } = await start();
    const { host, close } = await openWebClient(webHost.address);
    const heard: string[] = [];
    host.history.changed(({ id }) => void heard.push(id));
    const sockets = (await Promise.allSettled(Array.from({ length: 1_000 }, () => openSocket(port)))).flatMap((made) => made.status === "fulfilled" ? [made.value] : []);
    await console.implementation.plan.apply({ planId: "progress:1" });
    await expect.poll(() => heard).toEqual(["progress:1"]);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => fetch(`${origin}/`, { signal: AbortSignal.timeout(2_000) }).then(({ status }) => status, () => 0), { timeout: 10_000 }).toBe(200);
    expect((await host.machine.describe({})).kind).toBe("practice");
    close();
    await webHost.close();
  });

  it("more calls than can be under way are refused with 503, and the others are answered", async () => {
    const { webHost, origin, console } = await start();
    const { cookie, close } = await openWebClient(webHost.address);
    const waiting = Array.from({ length: 80 }, () => post(origin, "/api/plan.apply", { planId: "waiting" }, { Cookie: cookie }));
    const refused = await Promise.race(waiting);
    expect([refused.status, codeOf(refused.body)]).toEqual([503, "host-busy"]);
    const counted: number[] = [];
    for (const call of waiting) void call.then(({ status }) => counted.push(status));
    await expect.poll(() => counted).toHaveLength(16);
    await console.implementation.plan.apply({ planId: "release" });
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(64);
    expect(statuses.filter((status) => status === 503)).toHaveLength(16);
    close();
    await webHost.close();
  });

  it("a window that reads nothing is let go instead of being remembered for ever", async () => {
    const { webHost, origin, port, console } = await start();
    const { cookie, close } = await openWebClient(webHost.address);
    const stalled = await openSocket(port);
    stalled.write(requestText("GET", "/api/events", { Host: `127.0.0.1:${port}`, Cookie: cookie }));
    await new Promise((resolve) => stalled.once("readable", resolve));
    let closed = false;
    stalled.on("close", () => (closed = true));
    for (let round = 0; round < 100; round++) {
      await console.implementation.plan.apply({ planId: "progress:1000" });
      await new Promise((resolve) => setImmediate(resolve));
    }
    stalled.resume();
    await expect.poll(() => closed, { timeout: 10_000 }).toBe(true);
    expect((await fetch(`${origin}/`)).status).toBe(200);
    close();
    await webHost.close();
  });
});

describe("the events", () => {
  it("a window that lost its connection is told what it missed, in order, once", async () => {
    const { webHost, origin, console } = await start();
    const { cookie, close } = await openWebClient(webHost.address);
    const heard: StreamEvent[] = [];
    const stream = await hearEvents(origin, cookie, (event) => heard.push(event));
    await console.implementation.plan.apply({ planId: "progress:3" });
    await expect.poll(() => heard.length).toBe(4);
    stream.destroy();
    await console.implementation.plan.apply({ planId: "progress:5" });
    const again = await hearEvents(origin, cookie, (event) => heard.push(event), { "Last-Event-ID": heard.at(-1)?.id ?? "" });
    await expect.poll(() => heard.length).toBe(10);
    expect(heard.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    again.destroy();
    close();
    await webHost.close();
  });

  it("a fifth window takes the place of the oldest, so that a browser's six connections never run out", async () => {
    const { webHost, origin, console } = await start();
    const { cookie, close } = await openWebClient(webHost.address);
    close();
    const heard: string[][] = [[], [], [], [], []];
    const streams: IncomingMessage[] = [];
    for (const list of heard) streams.push(await hearEvents(origin, cookie, ({ event }) => list.push(event)));
    await expect.poll(() => streams[0]?.complete).toBe(true);
    await console.implementation.plan.apply({ planId: "progress:1" });
    await expect.poll(() => heard.map(({ length }) => length)).toEqual([0, 2, 2, 2, 2]);
    for (const stream of streams) stream.destroy();
    await webHost.close();
  });

  it("are not given to a request without the session", async () => {
    const { webHost, origin } = await start();
    await expect(hearEvents(origin, "lockstep=none", () => undefined)).rejects.toThrow("401");
    await webHost.close();
  });

  it("one that the contract does not allow stays inside", async () => {
    const console = createScriptedConsole();
    let raise: (() => void) | undefined;
    const webHost = await startWebHost({
      implementation: console.implementation, pages,
      subscribe: (listener) => {
        raise = () => listener("history.changed", { id: "x", secret: "hunter2" } as { id: string });
        return () => undefined;
      },
    });
    const { origin } = new URL(webHost.address);
    const { cookie, close } = await openWebClient(webHost.address);
    const heard: StreamEvent[] = [];
    const stream = await hearEvents(origin, cookie, (event) => heard.push(event));
    raise?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard).toEqual([]);
    stream.destroy();
    close();
    await webHost.close();
  });
});

describe("an answer", () => {
  it("that nobody takes does not hold its connection for ever, nor the memory of it", async () => {
    const { webHost, port } = await start();
    const socket = await openSocket(port);
    socket.pause();
    for (let count = 0; count < 500; count++) socket.write(requestText("GET", "/", { Host: `127.0.0.1:${port}` }));
    expect(await new Promise<number>((resolve, reject) => {
      const request = httpRequest({ port, host: "127.0.0.1", path: "/" }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on("error", reject);
      request.end();
    })).toBe(200);
    socket.destroy();
    await webHost.close();
  });
});
