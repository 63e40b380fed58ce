// An answer of the web host as a value, and the one place that puts it on the wire.
import type { IncomingMessage, ServerResponse } from "node:http";
import { problem, type LockstepError } from "../../app/errors.ts";
import type { Envelope } from "../../app/host.ts";
import { answerHeaders, createNonce, pageHeaders } from "./content-policy.ts";
import type { Refusal } from "./guard.ts";
import { withNonce, type Pages } from "./pages.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Milliseconds that the other side may take nothing, or go on sending what was refused, before it is let go. */
const sendingTimeout = 30_000;
const refusedBodyTimeout = 5_000;
/** Bytes of a refused body that are read and thrown away, so that the answer is not lost with the connection. */
const refusedBodyLimit = 64 * 1024 * 1024;

export function envelopeAnswer(status: number, envelope: Envelope, headers: Answer["headers"] = {}): Answer {
  return {
    status,
    headers: { ...answerHeaders, ...headers, "Content-Type": "application/json; charset=utf-8" },
    body: new TextEncoder().encode(JSON.stringify(envelope)),
  };
}

export function refusalAnswer({ status, allow }: Refusal, error: LockstepError = problem("not-allowed", {})): Answer {
  return envelopeAnswer(status, { ok: false, error: error.report() }, allow === undefined ? {} : { Allow: allow });
}

/** A page needs no session: there is nothing secret in it. */
export function pageAnswer(request: IncomingMessage, pages: Pages): Answer {
  const path = request.url ?? "";
  const page = pages.get(path);
  if (!page) return refusalAnswer({ status: 404 });
  if (request.method !== "GET" && request.method !== "HEAD") return refusalAnswer({ status: 405, allow: "GET, HEAD" });
  const nonce = createNonce();
  return {
    status: 200,
    headers: {
      ...pageHeaders(nonce),
      "Content-Type": page.type,
      ...(page.immutable && { "Cache-Control": "private, max-age=31536000, immutable" }),
    },
    body: path === "/" ? withNonce(page, nonce) : page.body,
  };
}

/** Sends an answer. Where the request's body is still on its way, the connection ends with the answer. */
export function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  response.socket?.setTimeout(sendingTimeout);
  const unread = !request.complete;
  response.writeHead(status, { ...headers, "Content-Length": body.length, ...(unread && { Connection: "close" }) });
  if (!unread) {
    response.end(body);
    return;
  }
  response.write(body);
  let refused = 0;
  request.on("data", (chunk: Buffer) => {
    refused += chunk.length;
    if (refused > refusedBodyLimit) response.destroy();
  });
  request.on("end", () => response.end());
  const timer = setTimeout(() => response.destroy(), refusedBodyTimeout).unref();
  response.on("close", () => clearTimeout(timer));
}
