import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { HttpRequest } from "../../app/machine.ts";
import { nodeNetwork } from "../../main/machines/network.ts";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-network-"));
const authority = makeAuthority(join(folder, "ca"));
const leaf = makeCertificate(folder, authority.intermediate);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

async function serve(server: Server, host = "127.0.0.1"): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  running.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}
const tlsServer = (more: object = {}) => createTlsServer({
  key: readFileSync(leaf.keyFile), cert: [leaf, authority.intermediate].map(({ certificateFile }) => readFileSync(certificateFile, "utf8")).join("\n"), ...more,
});
const target = (port: number, more: Partial<HttpRequest> = {}): HttpRequest => ({ address: "127.0.0.1", port, serverName: null, timeout: 1000, scheme: "http", host: "h", path: "/", ...more });

describe("a handshake", () => {
  it("gives the served certificate and the chain as sent, trusting nobody", async () => {
    const names: (string | false)[] = [];
    const port = await serve(tlsServer().on("secureConnection", (socket) => names.push(socket.servername ?? false)));
    const answer = await nodeNetwork.tls(target(port, { serverName: "clinic-7.example.org" }));
    expect(answer).toMatchObject({ thumbprint: leaf.thumbprint, protocol: "TLSv1.3", cipher: expect.stringMatching(/^TLS_/) as string });
    expect(answer.chain.map((der) => Buffer.from(der))).toEqual([Buffer.from(leaf.der), Buffer.from(authority.intermediate.der)]);
    await nodeNetwork.tls(target(port));
    await nodeNetwork.tls(target(port, { serverName: "127.0.0.1" }));
    expect(names).toEqual(["clinic-7.example.org", false, false]);
  });

  it("is made with old servers too", async () => {
    for (const version of ["TLSv1", "TLSv1.1", "TLSv1.2"] as const) {
      const port = await serve(tlsServer({ minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }));
      expect((await nodeNetwork.tls(target(port))).protocol).toBe(version);
    }
  });

  it("fails as not-listening where nothing listens", async () => {
    const port = await serve(createServer());
    running.pop()?.server.close();
    await expect(nodeNetwork.tls(target(port))).rejects.toMatchObject({ code: "not-listening" });
    await expect(nodeNetwork.http(target(port))).rejects.toMatchObject({ code: "not-listening" });
  });

  it("fails with its reason where the other side resets, talks plainly, or says nothing", async () => {
    const resetting = await serve(createServer((socket) => socket.once("data", () => socket.resetAndDestroy())));
    const plain = await serve(createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const silent = await serve(createServer());
    const closing = await serve(createServer((socket) => socket.once("data", () => socket.end())));
    const reason = (port: number) => nodeNetwork.tls(target(port, { timeout: 300 })).then(() => "served", (error: unknown) => String(error));
    expect(await reason(resetting)).toContain("the connection was reset");
    expect(await reason(closing)).toMatch(/handshake: (the connection was reset|.*disconnected)/);
    expect(await reason(plain)).toContain("plain text");
    expect(await reason(silent)).toContain("no answer within 0.3 seconds");
  });
});

describe("a request", () => {
  it("asks for exactly the path and host, over a connection of its own, and keeps 4 KiB", async () => {
    const seen: unknown[] = [];
    const port = await serve(createHttpServer((request, response) => {
      seen.push([request.method, request.url, request.headers.host, request.headers.connection]);
      response.setHeader("Server", "Fixture");
      response.end("é".repeat(100_000));
    }), "::1");
    const answer = await nodeNetwork.http(target(port, { address: "::1", host: "clinic-7.example.org:9200", path: "/ami?x=1" }));
    expect(answer).toMatchObject({ status: 200, server: "Fixture", tls: null });
    expect(answer.body.length).toBe(4096);
    expect(seen).toEqual([["GET", "/ami?x=1", "clinic-7.example.org:9200", "close"]]);
  });

  it("follows no redirect, and gives any status", async () => {
    const port = await serve(createHttpServer((_, response) => response.writeHead(302, { Location: "http://elsewhere.example/" }).end()));
    expect((await nodeNetwork.http(target(port))).status).toBe(302);
  });

  it("fails as http-failed when the answer is nonsense, endless, cut, or never comes", async () => {
    const nonsense = await serve(createServer((socket) => socket.once("data", () => socket.end("hello\r\n\r\n"))));
    const headers = await serve(createServer((socket) => socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(20_000)}`))));
    const cut = await serve(createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))));
    const silent = await serve(createServer());
    const dripping = await serve(createServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
      const drip = setInterval(() => socket.write("."), 20);
      socket.once("close", () => clearInterval(drip));
    }));
    for (const port of [nonsense, headers, cut, silent, dripping]) {
      await expect(nodeNetwork.http(target(port, { timeout: 400 }))).rejects.toMatchObject({ code: "http-failed" });
    }
    await expect(nodeNetwork.http(target(silent, { timeout: 200 }))).rejects.toThrow("no answer within 0.2 seconds");
    await expect(nodeNetwork.http(target(silent, { path: "/\r\nX: y" }))).rejects.toMatchObject({ code: "http-failed" });
  });
});

describe("names and addresses", () => {
  it("resolve as on this computer, to nothing where there is nothing", async () => {
    expect(await nodeNetwork.loopbacks()).toContain("127.0.0.1");
    expect(await nodeNetwork.resolve("localhost")).not.toEqual([]);
    expect(await nodeNetwork.resolve("nowhere.invalid")).toEqual([]);
  });
});
