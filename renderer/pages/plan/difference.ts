// A file difference as it is drawn: without the indentation that all of its lines share, so that what changes is seen.
import type { DifferenceLine } from "../../../app/plan/operation.ts";

/** Blanks and tabs with which every line begins, in characters; empty lines do not count. */
export function commonIndent(lines: readonly DifferenceLine[]): number {
  const filled = lines.map(({ text }) => text).filter((text) => text.trim() !== "");
  const [first = ""] = filled;
  let length = /^[ \t]*/.exec(first)?.[0].length ?? 0;
  while (length > 0 && !filled.every((text) => text.startsWith(first.slice(0, length)))) length--;
  return length;
}

/** Whether lines of the file were left out between this line and the one drawn above it. */
export function afterGap(lines: readonly DifferenceLine[], index: number): boolean {
  const [above, line] = [lines[index - 1], lines[index]];
  return above !== undefined && line !== undefined && line.line > above.line + 1;
}
