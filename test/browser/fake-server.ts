// Serves the built window with the headers and the API of the real web host, over a practice host in memory.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { contract } from "../../app/contract.ts";
import { asLockstepError, problem } from "../../app/errors.ts";
import type { Envelope, Implementation } from "../../app/host.ts";
import { createPracticeHost, type Scenario } from "../renderer/practice-host.ts";

const built = fileURLToPath(new URL("../../dist/renderer/", import.meta.url));

interface ManifestEntry { readonly file: string; readonly css?: readonly string[]; readonly assets?: readonly string[] }

const types: Readonly<Record<string, string>> = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml", html: "text/html; charset=utf-8" };

const policy = (nonce: string): string => [
  "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "img-src 'self' data:", "font-src 'self'", "connect-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join("; ");

async function pagesOf(): Promise<ReadonlyMap<string, Buffer>> {
  const manifest = JSON.parse(await readFile(`${built}.vite/manifest.json`, "utf8")) as Record<string, ManifestEntry>;
  const files = new Set(Object.values(manifest).flatMap(({ file, css, assets }) => [file, ...(css ?? []), ...(assets ?? [])]));
  return new Map(await Promise.all([...files, "index.html"].map(async (file) => [`/${file}`, await readFile(built + file)] as const)));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

/** Parameters of a call are checked against the contract, so that a page cannot send what the real host refuses. */
async function dispatch(implementation: Implementation, name: string, input: unknown): Promise<Envelope> {
  try {
    const [group = "", verb = ""] = name.split(".");
    const member = (contract as unknown as Record<string, Record<string, { input: { parse: (value: unknown) => unknown }; output: { parse: (value: unknown) => unknown } }>>)[group]?.[verb];
    const call = (implementation as unknown as Record<string, Record<string, (value: unknown) => Promise<unknown>>>)[group]?.[verb];
    if (!member || !call) throw problem("not-found", { what: "call", name });
    return { ok: true, value: member.output.parse(await call(member.input.parse(input))) };
  } catch (thrown) {
    return { ok: false, error: asLockstepError(thrown).report() };
  }
}

export interface FakeServer {
  /** With the one-time token in its fragment. */
  readonly address: string;
  readonly origin: string;
  /** Bodies of every call, for tests that look at what left the page. */
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly close: () => Promise<void>;
}

export async function startFakeServer(scenario: Scenario): Promise<FakeServer> {
  const pages = await pagesOf();
  const token = randomBytes(32).toString("base64url");
  const cookie = randomBytes(32).toString("base64url");
  const streams = new Set<ServerResponse>();
  const calls: { name: string; input: unknown }[] = [];
  let spent = false;
  const implementation = createPracticeHost(scenario, (name, payload) => {
    for (const stream of streams) stream.write(`event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`);
  });

  const answer = (response: ServerResponse, status: number, value: unknown) => {
    response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify(value));
  };
  const refuse = (response: ServerResponse, status: number) => answer(response, status, { ok: false, error: problem("not-allowed", {}).report() });

  const server = createServer((request, response) => {
    void (async () => {
      const path = (request.url ?? "/").split("?")[0] ?? "/";
      const page = pages.get(path === "/" ? "/index.html" : path);
      if (request.method === "GET" && page) {
        const nonce = randomBytes(16).toString("base64");
        const type = types[path === "/" ? "html" : path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
        const content = path === "/" ? page.toString("utf8").replace("__CSP_NONCE__", nonce) : page;
        response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": policy(nonce), "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin" }).end(content);
        return;
      }
      if (request.method === "POST" && request.headers["x-lockstep"] !== "1") { refuse(response, 403); return; }
      if (request.method === "POST" && path === "/api/session") {
        const given = (await bodyOf(request)) as { token?: unknown };
        if (spent || given.token !== token) { refuse(response, 401); return; }
        spent = true;
        response.setHeader("Set-Cookie", `lockstep=${cookie}; HttpOnly; SameSite=Strict; Path=/`);
        answer(response, 200, { ok: true, value: {} }); return;
      }
      if (!(request.headers.cookie ?? "").split(/;\s*/).includes(`lockstep=${cookie}`)) { refuse(response, 401); return; }
      if (request.method === "GET" && path === "/api/events") {
        response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" }).write(":\n\n");
        streams.add(response);
        response.on("close", () => streams.delete(response));
        return;
      }
      if (request.method === "POST" && path.startsWith("/api/")) {
        const name = path.slice("/api/".length);
        const input = await bodyOf(request);
        calls.push({ name, input });
        answer(response, 200, await dispatch(implementation, name, input)); return;
      }
      response.writeHead(404).end();
    })().catch(() => { if (!response.headersSent) refuse(response, 400); });
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin, calls, address: `${origin}/#token=${token}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
