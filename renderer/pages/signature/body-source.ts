// The body of a request as it is typed or chosen, and as the contract takes it: a large one goes in pieces and is never held whole.
import { encodeBase64 } from "../../../app/base64.ts";
import type { BodySource } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { contentOf } from "../certificate/certificate-files.ts";

export type LineEnd = "lf" | "crlf";

/** The file counts where there is one, else the text. In a text field each line ends with LF, whatever was pasted. */
export interface BodyDraft { readonly text: string; readonly lineEnd: LineEnd; readonly file: File | null }

/** Bytes up to which a body goes along with the call; of each piece of a longer one. The contract takes twice the latter. */
export const inlineLimit = 1024 * 1024;
export const pieceLength = 2 * 1024 * 1024;

/** The very bytes of a typed text: UTF-8 without a mark at its beginning. */
export const textBytes = (text: string, lineEnd: LineEnd): Uint8Array<ArrayBuffer> => new TextEncoder().encode(lineEnd === "lf" ? text : text.replace(/\n/g, "\r\n"));

/** The line ends of a text that was pasted: one kind, several, or null for none. */
export function lineEndsOf(text: string): LineEnd | "mixed" | null {
  const crlf = text.match(/\r\n/g)?.length ?? 0;
  const others = text.replace(/\r\n/g, "").match(/\r|\n/g)?.length ?? 0;
  if (crlf === 0) return others === 0 ? null : text.includes("\r") ? "mixed" : "lf";
  return others === 0 ? "crlf" : "mixed";
}

/** Where each piece of so many bytes begins and ends. */
export function piecesOf(size: number): readonly { readonly start: number; readonly end: number }[] {
  return Array.from({ length: Math.ceil(size / pieceLength) }, (_, at) => ({ start: at * pieceLength, end: Math.min(size, (at + 1) * pieceLength) }));
}

/** Gives undefined for an empty body, and null where `signal` ended it. Throws file-unreadable, body-too-large. */
export async function sourceOf(host: Host, { text, lineEnd, file }: BodyDraft, onSent: (sent: number, of: number) => void, signal: AbortSignal): Promise<BodySource | undefined | null> {
  const content: Blob | null = file ?? (text.length > inlineLimit ? new Blob([textBytes(text, lineEnd)]) : null);
  if (content === null) return text === "" ? undefined : { content: encodeBase64(textBytes(text, lineEnd)) };
  if (content.size === 0) return undefined;
  const name = file?.name ?? "";
  if (content.size <= inlineLimit) return { content: await contentOf(content, name) };
  const { id } = await host.body.begin({});
  const discard = () => host.body.discard({ id }).catch(() => ({}));
  try {
    for (const { start, end } of piecesOf(content.size)) {
      onSent(start, content.size);
      const piece = await contentOf(content.slice(start, end), name);
      if (signal.aborted) break;
      await host.body.append({ id, content: piece });
    }
  } catch (thrown) {
    await discard();
    throw thrown;
  }
  if (!signal.aborted) return { id };
  await discard();
  return null;
}
