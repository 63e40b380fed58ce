// Where a password comes from: a file or standard input, never an argument or the environment.
import { problem } from "../../app/errors.ts";
import { nodeFiles } from "../storage/file.ts";
import type { Options } from "./options.ts";

const longest = 4096;

/** The text of bytes as a password: one line end at its close is not part of it. */
function asPassword(bytes: Uint8Array, file: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw problem("file-unreadable", { file, reason: "the password is not UTF-8 text" }, { cause });
  }
  return text.replace(/\r?\n$/, "");
}

/** Undefined when none was given. Throws usage when it was given twice, and what reading a file throws. */
export async function readPassword(options: Options): Promise<string | undefined> {
  const file = options["password-file"];
  if (file !== undefined && options["password-stdin"] === true) throw problem("usage", { problem: "Give the password by --password-file or by --password-stdin, not by both." });
  if (file !== undefined) {
    const stat = await nodeFiles.stat(file);
    return stat?.size === 0 ? "" : asPassword(await nodeFiles.read(file, longest), file);
  }
  if (options["password-stdin"] !== true) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longest) throw problem("file-too-large", { file: "The password", size, limit: longest });
    chunks.push(chunk);
  }
  return asPassword(Buffer.concat(chunks), "Standard input");
}
