// A line of NGINX taken apart for its colours: comments, the directive's name, strings, variables. Only for the eye; lint judges.

export type Shade = "comment" | "directive" | "string" | "variable" | "mark" | "plain";
export interface Span { readonly shade: Shade; readonly text: string }

/** Quoted text with its escapes; a variable; braces and semicolons; blanks; a word, in which "#" begins no comment. */
const parts = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\$\{\w+\}|\$\w+|[{};]|\s+|#.*|(?:[^\s{};$\\]|\\.)+|[\s\S]/g;

/** `continues` says that a directive of the lines above has not ended yet. The spans together are the line. */
export function colourLine(line: string, continues: boolean): readonly Span[] {
  const spans: Span[] = [];
  let isNext = !continues;
  let afterBlank = true;
  for (const [text] of line.matchAll(parts)) {
    const shade = shadeOf(text, isNext, afterBlank);
    if (shade === "comment") {
      spans.push({ shade, text: line.slice(spans.reduce((length, span) => length + span.text.length, 0)) });
      return spans;
    }
    const last = spans.at(-1);
    if (last?.shade === shade && shade === "plain") spans[spans.length - 1] = { shade, text: last.text + text };
    else spans.push({ shade, text });
    if (shade === "mark") isNext = true;
    else if (text.trim() !== "") isNext = false;
    afterBlank = shade === "mark" || text.trim() === "";
  }
  return spans;
}

function shadeOf(text: string, isNext: boolean, afterBlank: boolean): Shade {
  if (text.startsWith("#") && afterBlank) return "comment";
  if (/^[{};]$/.test(text)) return "mark";
  if (/^["']/.test(text) && afterBlank) return "string";
  if (/^\$(?:\w|\{)/.test(text)) return "variable";
  return isNext && text.trim() !== "" ? "directive" : "plain";
}

/** Whether a directive goes on after this line. */
export function goesOn(line: string, continues: boolean): boolean {
  const code = colourLine(line, continues).filter(({ shade, text }) => shade !== "comment" && text.trim() !== "");
  const last = code.at(-1);
  return last === undefined ? continues : last.shade !== "mark";
}

/** All lines of a short text. */
export function colourLines(text: string): readonly (readonly Span[])[] {
  let continues = false;
  return text.split("\n").map((line) => {
    const spans = colourLine(line, continues);
    continues = goesOn(line, continues);
    return spans;
  });
}
