// The guard: whether a request comes from a window that this host itself has served. Other pages, other names for
// 127.0.0.1 (DNS rebinding), forms and plain links are told apart here, before anything is read or done.
import type { IncomingMessage } from "node:http";

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421 | 503;
  readonly allow?: string;
}

/** Checks that every request must pass. `origin` is this host's own: "http://127.0.0.1:8123". */
export function refuseRequest(request: IncomingMessage, origin: string): Refusal | null {
  const { headers, rawHeaders, url = "" } = request;
  // Only the plain form of a target: neither "http://…" (a proxy's) nor "*".
  if (!url.startsWith("/")) return { status: 400 };
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length !== 1) return { status: 400 };
  if (headers.host !== new URL(origin).host) return { status: 421 };
  if (headers.origin !== undefined && headers.origin !== origin) return { status: 403 };
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return { status: 403 };
  return null;
}

/** Checks that a call must pass besides: what a form or a foreign page cannot send without being asked about first. */
export function refuseCall(request: IncomingMessage, origin: string): Refusal | null {
  const { headers, method } = request;
  if (method !== "POST") return { status: 405, allow: "POST" };
  if (headers.origin !== origin || headers["x-lockstep"] !== "1") return { status: 403 };
  if (headers["content-encoding"] !== undefined) return { status: 415 };
  if (!/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(headers["content-type"] ?? "")) return { status: 415 };
  return null;
}
