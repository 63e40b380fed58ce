// Console output as a file: its size checked before it is read.
import { decodeTranscript } from "../../../app/http-sys/transcript-text.ts";
import { transcriptLimit } from "../../../app/http-sys/transcript-lines.ts";

/** Null where the file is larger than what is read. */
export async function readTranscriptFile(file: File): Promise<string | null> {
  return file.size > transcriptLimit ? null : decodeTranscript(new Uint8Array(await file.arrayBuffer()));
}
