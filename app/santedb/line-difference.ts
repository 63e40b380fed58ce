// The lines in which two whole files differ, for a person who compares or restores a backup.
import { diffArrays } from "diff";
import type { DifferenceLine } from "../plan/operation.ts";
import { decodeText, encodingOf, textStart } from "./encoding.ts";

const shownLimit = 1000;
/** UTF-16 units of a line that are shown. */
const lineLimit = 960;
/** Beyond so many lines inserted and removed, or milliseconds, the difference is told as one block. */
const editLimit = 20_000;
const timeLimit = 2000;

function linesOf(bytes: Uint8Array): readonly string[] {
  try {
    const encoding = encodingOf(bytes, "");
    return decodeText(bytes.subarray(textStart(bytes, encoding)), encoding, "").split(/\r\n|\r|\n/);
  } catch {
    // One of the two may be damaged; it is shown as well as it can be.
    return new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
  }
}

const shown = (text: string): string => (text.length > lineLimit ? `${text.slice(0, lineLimit)}…` : text);

interface Block { readonly sign: DifferenceLine["sign"]; readonly lines: readonly string[] }

function blocksOf(before: readonly string[], after: readonly string[]): readonly Block[] {
  // What is alike at both ends needs no search.
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const [oldPart, newPart] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  // Undefined where it was given up; its types do not say so.
  const parts: ReturnType<typeof diffArrays<string>> | undefined = diffArrays<string>([...oldPart], [...newPart], { maxEditLength: editLimit, timeout: timeLimit });
  return [
    { sign: " ", lines: before.slice(0, head) },
    ...(parts
      ? parts.map(({ added, removed, value }): Block => ({ sign: added ? "+" : removed ? "-" : " ", lines: value }))
      : [{ sign: "-" as const, lines: oldPart }, { sign: "+" as const, lines: newPart }]),
    { sign: " ", lines: before.slice(before.length - tail) },
  ];
}

/**
 * The lines that differ, each block with `context` lines that do not: "-" stands in `before`, "+" in `after`. At most
 * 1000 lines; line ends and byte order marks are not compared.
 */
export function lineDifference(before: Uint8Array, after: Uint8Array, context: number): readonly DifferenceLine[] {
  const result: DifferenceLine[] = [];
  let oldLine = 1;
  let newLine = 1;
  const blocks = blocksOf(linesOf(before), linesOf(after));
  for (const [index, { sign, lines }] of blocks.entries()) {
    if (sign === " ") {
      const isFirst = index === 0;
      const isLast = blocks.slice(index + 1).every((block) => block.lines.length === 0);
      for (const [at, text] of lines.entries()) {
        const near = (!isFirst && at < context) || (!isLast && at >= lines.length - context);
        if (near) result.push({ sign, line: oldLine + at, text: shown(text) });
      }
      oldLine += lines.length;
      newLine += lines.length;
    } else {
      const first = sign === "-" ? oldLine : newLine;
      // One at a time: a block may have more lines than one call takes arguments.
      for (const [at, text] of lines.slice(0, shownLimit).entries()) result.push({ sign, line: first + at, text: shown(text) });
      if (sign === "-") oldLine += lines.length;
      else newLine += lines.length;
    }
    if (result.length > shownLimit) break;
  }
  return result.slice(0, shownLimit);
}
