// The lines of pasted console output: label and value, told apart without knowing the language of the label.

/** Characters that are read at most, and of one line; what is longer is no output of netsh. */
export const transcriptLimit = 4 * 1024 * 1024;
const lineLimit = 16_384;

export interface TranscriptLine {
  /** Counted from 1. */
  readonly number: number;
  /** The whole line without blanks at its ends. */
  readonly text: string;
  /** Null on a line that is no label with a value. */
  readonly label: string | null;
  /** "" where the label stands alone. */
  readonly value: string;
}

const isBlank = (character: string): boolean => character === "" || character === " " || character === "\t" || character === "\u00a0";

/** Where label and value meet: at a colon between blanks, else at the first that a blank or the end follows. */
function meeting(text: string): number {
  let loose = -1;
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) {
    if (!isBlank(text.charAt(at + 1))) continue;
    if (at > 0 && isBlank(text.charAt(at - 1))) return at;
    if (loose < 0) loose = at;
  }
  return loose >= 0 ? loose : text.indexOf("\uff1a");
}

/** A line that holds a value, by itself or after a label. Lines without any, and those that are too long, are left out. */
export function linesOf(transcript: string): readonly TranscriptLine[] {
  return transcript.slice(0, transcriptLimit).split(/\r\n|\r|\n/).flatMap((raw, index): TranscriptLine[] => {
    // Marks of the order of writing come along when a console is copied through a word processor.
    const text = raw.length > lineLimit ? "" : raw.replace(/[\u200b\u200e\u200f\ufeff\0]/g, "").trim();
    if (text === "") return [];
    const at = meeting(text);
    return [at > 0
      ? { number: index + 1, text, label: text.slice(0, at).trim(), value: text.slice(at + 1).trim() }
      : { number: index + 1, text, label: null, value: text }];
  });
}
