// A file that is put whole: whether it is there as it should be.
import { asLockstepError, problem } from "./errors.ts";
import type { Files, WholeFile } from "./machine.ts";

/** Bytes of such a file at most. */
export const wholeFileLimit = 4 * 1024 * 1024;

/**
 * The file as it is; null where there is none. Rights of a system that has none count as 0o644. Throws file-unreadable,
 * file-too-large, and what is no UTF-8 as file-unreadable: it could not be put back to the byte.
 */
export async function readWhole(files: Files, path: string): Promise<WholeFile | null> {
  let content: Uint8Array;
  try {
    content = await files.read(path, wholeFileLimit);
  } catch (thrown) {
    const error = asLockstepError(thrown);
    if (error.code === "file-not-found") return null;
    if (error.code !== "file-empty") throw error;
    content = new Uint8Array();
  }
  return { text: decoded(content, path), mode: await files.mode(path) ?? 0o644 };
}

function decoded(content: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch (thrown) {
    throw problem("file-unreadable", { file, reason: "it is not text in UTF-8" }, { cause: thrown });
  }
}

/** Whether the file is there with this content and these rights, or not there where it is to be none. */
export async function isWhole(files: Files, path: string, wanted: WholeFile | null): Promise<boolean> {
  const present = await readWhole(files, path).catch(() => undefined);
  if (present === undefined) return false;
  return present === null || wanted === null ? present === wanted : present.text === wanted.text && present.mode === wanted.mode;
}
