// The app:// scheme: the window's pages, out of a closed list in memory. Nothing is ever found by joining paths.
import type { CustomScheme } from "electron";
import { answerHeaders, createNonce, pageHeaders } from "../web/content-policy.ts";
import { withNonce, type Pages } from "../web/pages.ts";

/** Standard, so that it has origins and relative addresses; secure, so that the clipboard can be written. */
export const scheme: CustomScheme = { scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true } };

export const appOrigin = "app://lockstep";

/** Answers one request of a window for a page. */
export function answerAppRequest(pages: Pages, { method, url }: Pick<Request, "method" | "url">): Response {
  const path = url.startsWith(`${appOrigin}/`) ? url.slice(appOrigin.length) : null;
  const page = path === null ? undefined : pages.get(path);
  if (!page) return new Response(null, { status: 404, headers: answerHeaders });
  if (method !== "GET") return new Response(null, { status: 405, headers: { ...answerHeaders, Allow: "GET" } });
  const nonce = createNonce();
  const body = path === "/" ? withNonce(page, nonce) : page.body;
  return new Response(new Uint8Array(body), { status: 200, headers: { ...pageHeaders(nonce), "Content-Type": page.type } });
}

/** Whether an address is one of the window's own. */
export function isOwnPage(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`);
}
