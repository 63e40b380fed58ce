// The socket side of the endpoint that checks what clients send: HTTP on 127.0.0.1, bodies read within bounds.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { bodyLimit } from "../../app/contract.ts";
import type { Heard, Listen, Reply } from "../../app/cws/listener.ts";
import { problem } from "../../app/errors.ts";

/** Bounds of time in milliseconds, and of number. A client under test may keep many connections. */
const limits = { headersTimeout: 10_000, requestTimeout: 60_000, idleTimeout: 30_000, connections: 512, bytesAtOnce: 2 * bodyLimit } as const;

function answerWith(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Content-Length": Buffer.byteLength(body), "Cache-Control": "no-store" });
  response.end(body);
}

/**
 * Answers together what was read together: checking takes longer than writing, and a client that is woken for each answer
 * by itself costs more than both.
 */
function createAnswering(): (response: ServerResponse, reply: Reply) => void {
  let ready: (readonly [ServerResponse, Reply])[] = [];
  const flush = (): void => {
    const now = ready;
    ready = [];
    for (const [response, reply] of now) answerWith(response, reply);
  };
  return (response, reply) => {
    if (ready.length === 0) setImmediate(flush);
    ready.push([response, reply]);
  };
}

const failed = (status: number, error: string): Reply => ({ status, body: JSON.stringify({ valid: false, error }) });

/** Whoever sends the header twice has both of them looked at, which `headers` would not. */
function headerOf({ rawHeaders }: IncomingMessage): string | null {
  let header: string | null = null;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === "authorization".length && name.toLowerCase() === "authorization") header = header === null ? rawHeaders[index + 1] ?? "" : `${header}, ${rawHeaders[index + 1] ?? ""}`;
  }
  return header;
}

/** Listens on 127.0.0.1. Throws port-taken. */
export const listenForRequests: Listen = async (wanted, answer) => {
  const answerSoon = createAnswering();
  let held = 0;
  const server = createServer({ headersTimeout: limits.headersTimeout, requestTimeout: limits.requestTimeout, keepAliveTimeout: limits.idleTimeout, maxHeaderSize: 64 * 1024 }, (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let refused = false;
    const refuse = (reply: Reply): void => {
      if (refused) return;
      refused = true;
      chunks.length = 0;
      response.shouldKeepAlive = false;
      answerWith(response, reply);
      request.resume();
    };
    response.once("close", () => { held -= size; });
    request.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      held += chunk.length;
      if (size > bodyLimit) refuse(failed(413, `The body has more than ${bodyLimit} bytes.`));
      else if (held > limits.bytesAtOnce) refuse(failed(503, "Too many large bodies at once."));
      else if (!refused) chunks.push(chunk);
    });
    request.once("end", () => {
      if (refused) return;
      const heard: Heard = { method: request.method ?? "", path: request.url ?? "", header: headerOf(request), contentType: request.headers["content-type"] ?? null, body: chunks };
      try {
        const reply = answer(heard);
        if ("then" in reply) void reply.then((value) => answerWith(response, value), () => answerWith(response, failed(500, "The request could not be checked.")));
        else answerSoon(response, reply);
      } catch {
        answerWith(response, failed(500, "The request could not be checked."));
      }
    });
  });
  server.maxConnections = limits.connections;
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "EADDRINUSE" || error.code === "EACCES" ? problem("port-taken", { port: wanted }, { cause: error }) : error));
    server.listen({ host: "127.0.0.1", port: wanted }, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound ? bound.port : wanted);
    });
  });
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
};
