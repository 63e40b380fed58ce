// The bytes of console output as text: what matters in it is ASCII, whatever code page it was written in.

/** Decodes UTF-16 by its mark, else UTF-8 where it is such, else one byte a character, as every OEM code page begins. */
export function decodeTranscript(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
