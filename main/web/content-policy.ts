// The content policy: what a page of Lockstep may load and do, the same in the web host and in the desktop shell.
import { randomBytes } from "node:crypto";

/** 128 bits as base64, fresh for every page load: the style elements that the page makes itself must carry it. */
export function createNonce(): string {
  return randomBytes(16).toString("base64");
}

/**
 * Headers of a page. Scripts come from files only and no text ever becomes one (trusted types); a page is not framed,
 * sends no form, and talks to its own host alone. Source: Content Security Policy Level 3.
 */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  return {
    ...answerHeaders,
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
  };
}

/** Headers of everything else: should it ever be shown as a page, it may do nothing. */
export const answerHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};
