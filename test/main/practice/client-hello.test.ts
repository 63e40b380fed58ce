import { execFile } from "node:child_process";
import fc from "fast-check";
import { createServer, type Server } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helloLimit, readHello } from "../../../main/machines/practice/client-hello.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);

let server: Server;
let port: number;
let received: (hello: Buffer) => void = () => undefined;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", (chunk) => {
      received(chunk);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
});
afterAll(() => server.close());

/** What a client sends first. */
function helloOf(client: () => void): Promise<Buffer> {
  return new Promise((resolve) => {
    received = resolve;
    client();
  });
}

const nodeHello = (options: { servername?: string; maxVersion?: "TLSv1.2" | "TLSv1.3" }): Promise<Buffer> =>
  helloOf(() => void connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }).on("error", () => undefined));
const opensslHello = (...options: string[]): Promise<Buffer> =>
  helloOf(() => void execFile("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...options], () => undefined).stdin?.end());

/** The same ClientHello in records of at most so many bytes. */
function fragmented(hello: Buffer, size: number): Buffer {
  const content = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) {
    const part = content.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

describe("a ClientHello", () => {
  it("of a real client tells the name it asks for, in any version", async () => {
    expect(readHello(await nodeHello({ servername: "Clinic-7.Example.org" }))).toEqual({ kind: "complete", serverName: "clinic-7.example.org" });
    expect(readHello(await nodeHello({ servername: "a.example", maxVersion: "TLSv1.2" }))).toEqual({ kind: "complete", serverName: "a.example" });
    expect(readHello(await opensslHello("-servername", "b.example", "-tls1_2"))).toEqual({ kind: "complete", serverName: "b.example" });
    expect(readHello(await opensslHello("-servername", "c.example", "-alpn", "h2,http/1.1"))).toEqual({ kind: "complete", serverName: "c.example" });
  });

  it("without a name is complete too", async () => {
    expect(readHello(await nodeHello({}))).toEqual({ kind: "complete", serverName: null });
    expect(readHello(await opensslHello("-noservername"))).toEqual({ kind: "complete", serverName: null });
  });

  it("wants more bytes as long as it is cut, at every length, and in records of any size", async () => {
    const hello = await nodeHello({ servername: "clinic-7.example.org" });
    for (let length = 0; length < hello.length; length++) expect(readHello(hello.subarray(0, length)).kind, String(length)).toBe("incomplete");
    for (const size of [1, 2, 3, 17, 200]) {
      const whole = fragmented(hello, size);
      expect(readHello(whole)).toEqual({ kind: "complete", serverName: "clinic-7.example.org" });
      expect(readHello(whole.subarray(0, -1)).kind).toBe("incomplete");
    }
  });

  it("is not plain text, an alert, or anything endless", () => {
    for (const text of ["GET / HTTP/1.1\r\n", "\x15\x03\x01\x00\x02\x02\x28", "\x16\x02\x00\x00\x01\x01", "\x16\x03\x01\x00\x00", "\x16\x03\x01\xff\xff"]) {
      expect(readHello(Buffer.from(text, "latin1")).kind, JSON.stringify(text)).toBe("invalid");
    }
    expect(readHello(Buffer.from([22, 3, 1, 0x10, 0, 1, 0xff, 0xff, 0xff])).kind).toBe("invalid");
    expect(readHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])).kind).toBe("invalid");
  });

  it("that was damaged never throws and never names what is no host name", async () => {
    const hello = await nodeHello({ servername: "clinic-7.example.org" });
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(hello.length), (changes, length) => {
      const damaged = Buffer.from(hello);
      for (const [at, value] of changes) damaged[at] = value;
      const read = readHello(damaged.subarray(0, length));
      if (read.kind === "complete" && read.serverName !== null) expect(read.serverName).toMatch(/^[\x21-\x7e]{1,255}$/);
    }), { numRuns: runs });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(["complete", "incomplete", "invalid"]).toContain(readHello(Buffer.concat([Buffer.from([22, 3, 1]), noise])).kind);
    }), { numRuns: runs });
    const endless = Buffer.concat(Array.from({ length: helloLimit / 8 }, () => Buffer.from([22, 3, 1, 0, 1, 1])));
    expect(readHello(endless).kind).toBe("invalid");
  });
});
