// Where a password comes from: a file, a pipe or standard input, never an argument or the environment.
import { problem } from "../../app/errors.ts";
import { readSecret, readSecretFile } from "../storage/secret.ts";
import type { Options } from "./options.ts";

/** The text of bytes as a password: one line end at its close is not part of it. */
export function asPassword(bytes: Uint8Array, file: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw problem("file-unreadable", { file, reason: "the password is not UTF-8 text" }, { cause });
  }
  return text.replace(/\r?\n$/, "");
}

/** Undefined when none was given. Throws usage when it was given twice, and what reading a secret throws. */
export async function readPassword(options: Options): Promise<string | undefined> {
  const file = options["password-file"];
  const fromInput = options["password-stdin"] === true;
  if (file !== undefined && fromInput) throw problem("usage", { problem: "Give the password by --password-file or by --password-stdin, not by both." });
  if (file !== undefined) return asPassword(await readSecretFile(file), file);
  return fromInput ? asPassword(await readSecret(process.stdin, "Standard input"), "Standard input") : undefined;
}
