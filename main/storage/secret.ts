// Reading a secret from a file or a pipe: the one file that need not be an ordinary one, so that a password manager can hand it over.
import { createReadStream } from "node:fs";
import { problem } from "../../app/errors.ts";

/** Bytes of a secret at most, and how long a pipe may take to give it, in milliseconds. */
const longest = 4096;
const patience = 10_000;

/** Reads a stream to its end. Throws file-too-large past 4096 bytes, and file-unreadable when it fails or does not end. */
export async function readSecret(stream: NodeJS.ReadableStream & { destroy?(error?: Error): unknown }, name: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => stream.destroy?.(new Error("it does not end")), patience);
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > longest) throw problem("file-too-large", { file: name, size, limit: longest });
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT") throw problem("file-not-found", { file: name }, { cause: thrown });
    if (code === "file-too-large") throw thrown;
    throw problem("file-unreadable", { file: name, reason: code === "EISDIR" ? "it is a folder" : message }, { cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the secret in a file, or in whatever a path such as /dev/fd/63 stands for. Throws as readSecret, and file-not-found. */
export function readSecretFile(path: string): Promise<Uint8Array> {
  return readSecret(createReadStream(path, { highWaterMark: longest + 1 }), path);
}
