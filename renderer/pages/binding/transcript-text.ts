// Console output as a file: its size checked, decoded whatever the console wrote.

/** Bytes of a file, and characters of a text, at most: the contract's transcriptLimit, which a test compares. */
export const transcriptLimit = 4 * 1024 * 1024;

/** UTF-16 where a byte order mark says so, else UTF-8, else Latin-1, so that no file is refused for its letters. */
export function decodeTranscript(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/** Null where the file is larger than what is read. */
export async function readTranscriptFile(file: File): Promise<string | null> {
  return file.size > transcriptLimit ? null : decodeTranscript(new Uint8Array(await file.arrayBuffer()));
}
