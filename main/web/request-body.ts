// A request body: read within bounds of size, nesting and count, and understood as JSON.
import type { IncomingMessage } from "node:http";
import { LockstepError, problem } from "../../app/errors.ts";

/** Bytes of a body at most: sixteen files of usual size, or one at the contract's limit, as base64. */
export const bodyLimit = 24 * 1024 * 1024;

const depthLimit = 64;
const memberLimit = 100_000;

/** Refused for its size alone; the host answers it with 413. */
export const isTooLarge = (thrown: unknown): boolean => thrown instanceof LockstepError && thrown.code === "file-too-large";

/** How many bytes a body may come to, by what its headers say; the limit where they say nothing. */
export function announcedLength(request: IncomingMessage): number {
  const length = request.headers["content-length"];
  return length === undefined ? bodyLimit : Number(length);
}

/**
 * Reads the body; `invite` is called first, for a sender that waits to be asked. Throws file-too-large as soon as the
 * limit is passed, announced or not; the rest is left unread.
 */
export async function readBody(request: IncomingMessage, invite: () => void): Promise<Buffer> {
  if (announcedLength(request) > bodyLimit) throw tooLarge(announcedLength(request));
  invite();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw tooLarge(size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const tooLarge = (size: number): LockstepError => problem("file-too-large", { file: "The request", size, limit: bodyLimit });

/** Throws input-invalid for what is not UTF-8, not JSON, nested more than 64 deep or of more than 100,000 members. */
export function parseJson(body: Buffer): unknown {
  if (!withinBounds(body)) throw problem("input-invalid", { problem: "it is nested too deep or has too many members" });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the text.
    throw problem("input-invalid", { problem: "it is not JSON in UTF-8" });
  }
}

const quote = 0x22, backslash = 0x5c, comma = 0x2c, openBracket = 0x5b, closeBracket = 0x5d, openBrace = 0x7b, closeBrace = 0x7d;

/** Counts without building anything: a few bytes of text can ask for a hundred times their size in memory. */
function withinBounds(body: Buffer): boolean {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < body.length; at++) {
    switch (body[at]) {
      case quote: at = endOfString(body, at); break;
      case openBracket: case openBrace: depth += 1; members += 1; break;
      case closeBracket: case closeBrace: depth -= 1; break;
      case comma: members += 1; break;
      default: break;
    }
    if (depth > depthLimit || members > memberLimit) return false;
  }
  return true;
}

/** Index of the quote that ends the string begun at `start`; the body's length when none does. */
function endOfString(body: Buffer, start: number): number {
  for (let end = body.indexOf(quote, start + 1); end !== -1; end = body.indexOf(quote, end + 1)) {
    let before = end;
    while (body[before - 1] === backslash) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return body.length;
}
