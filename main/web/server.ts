// The web host: the contract over HTTP on 127.0.0.1, for computers without a desktop.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { z } from "zod";
import { asLockstepError, problem } from "../../app/errors.ts";
import type { Emit, Implementation } from "../../app/host.ts";
import { dispatch, isCall } from "../dispatch.ts";
import { envelopeAnswer, pageAnswer, refusalAnswer, send, type Answer } from "./answer.ts";
import { createEventStreams } from "./event-streams.ts";
import { refuseCall, refuseRequest } from "./guard.ts";
import type { Pages } from "./pages.ts";
import { announcedLength, bodyLimit, isTooLarge, parseJson, readBody } from "./request-body.ts";
import { createSession } from "./session.ts";

export interface WebHostOptions {
  readonly implementation: Implementation;
  readonly subscribe: (listener: Emit) => () => void;
  readonly pages: Pages;
  /** Left out, any free one. */
  readonly port?: number;
}

export interface WebHost {
  /** What the person opens; the token in its fragment is good once. */
  readonly address: string;
  /** Stops listening, ends the event streams, and gives calls under way two seconds to be answered. */
  readonly close: () => Promise<void>;
}

/** Bounds of time in milliseconds, and of number. A window needs a handful of connections. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  idleTimeout: 5_000,
  closingTimeout: 2_000,
  connections: 256,
  headers: 64,
  callsAtOnce: 64,
  bytesAtOnce: 6 * bodyLimit,
} as const;

const openingSchema = z.strictObject({ token: z.string().max(256) });

/** Starts to listen on 127.0.0.1. Throws port-taken. */
export async function startWebHost({ implementation, subscribe, pages, port: wanted = 0 }: WebHostOptions): Promise<WebHost> {
  const server = createServer({
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.idleTimeout,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = limits.connections;
  server.maxHeadersCount = limits.headers;
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "EADDRINUSE" ? problem("port-taken", { port: wanted }, { cause: error }) : error));
    server.listen({ host: "127.0.0.1", port: wanted }, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound ? bound.port : wanted);
    });
  });
  // As a browser writes it: port 80 goes unsaid.
  const { origin } = new URL(`http://127.0.0.1:${port}`);
  const session = createSession(port);
  const streams = createEventStreams(subscribe);
  let callsAtOnce = 0;
  let bytesAtOnce = 0;

  /** Gives "events" for a request that is to become an event stream. `invite` asks for a body that waits to be asked for. */
  const answer = async (request: IncomingMessage, invite: () => void): Promise<Answer | "events"> => {
    const path = request.url ?? "";
    const refusal = refuseRequest(request, origin);
    if (refusal) return refusalAnswer(refusal);
    if (!path.startsWith("/api/")) return pageAnswer(request, pages);
    if (path === "/api/events") {
      if (request.method !== "GET") return refusalAnswer({ status: 405, allow: "GET" });
      return session.holds(request.headers.cookie) ? "events" : refusalAnswer({ status: 401 });
    }
    const callRefusal = refuseCall(request, origin);
    if (callRefusal) return refusalAnswer(callRefusal);
    if (path === "/api/session") return bounded(request, invite, (input) => answerOpening(request, input));
    if (!session.holds(request.headers.cookie)) return refusalAnswer({ status: 401 });
    const name = path.slice("/api/".length);
    if (!isCall(name)) return refusalAnswer({ status: 404 });
    return bounded(request, invite, async (input) => envelopeAnswer(200, await dispatch(implementation, name, input)));
  };

  /** Reads the body and answers it, so long as not too much is asked at once. */
  const bounded = async (request: IncomingMessage, invite: () => void, respond: (input: unknown) => Answer | Promise<Answer>): Promise<Answer> => {
    const announced = Math.min(announcedLength(request), bodyLimit);
    if (callsAtOnce >= limits.callsAtOnce || bytesAtOnce + announced > limits.bytesAtOnce) return refusalAnswer({ status: 503 }, problem("host-busy", {}));
    callsAtOnce += 1;
    bytesAtOnce += announced;
    try {
      return await respond(parseJson(await readBody(request, invite)));
    } catch (thrown) {
      const error = asLockstepError(thrown);
      return isTooLarge(error) ? refusalAnswer({ status: 413 }, error) : envelopeAnswer(200, { ok: false, error: error.report() });
    } finally {
      callsAtOnce -= 1;
      bytesAtOnce -= announced;
    }
  };

  /** A page that is loaded again still has its cookie, and is let in whatever token stands in its address. */
  const answerOpening = (request: IncomingMessage, input: unknown): Answer => {
    if (session.holds(request.headers.cookie)) return envelopeAnswer(200, { ok: true, value: {} });
    const asked = openingSchema.safeParse(input);
    const opening = session.open(asked.success ? asked.data.token : "");
    switch (opening.outcome) {
      case "opened": return envelopeAnswer(200, { ok: true, value: {} }, { "Set-Cookie": opening.setCookie });
      case "spent": return refusalAnswer({ status: 401 }, problem("address-used", {}));
      case "wrong": return refusalAnswer({ status: 401 });
    }
  };

  const listener = (request: IncomingMessage, response: ServerResponse, invite: () => void): void => {
    request.on("error", () => response.destroy());
    response.on("error", () => response.destroy());
    answer(request, invite)
      .then((given) => given === "events" ? streams.open(request, response) : send(request, response, given))
      .catch(() => response.destroy());
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => listener(request, response, () => undefined));
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => listener(request, response, () => response.writeContinue()));
  server.on("clientError", answerMalformed);

  return {
    address: `${origin}/#token=${session.token}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      streams.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), limits.closingTimeout).unref();
    }),
  };
}

/** What is not HTTP, is too long or takes too long gets one line, and the connection ends. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${malformedStatus(error.code)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function malformedStatus(code: string | undefined): string {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT": return "408 Request Timeout";
    case "HPE_HEADER_OVERFLOW": return "431 Request Header Fields Too Large";
    default: return "400 Bad Request";
  }
}
