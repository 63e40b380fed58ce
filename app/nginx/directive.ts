// Directives: a file of nginx as a tree, each directive with the file and line where it stands.
import type { SiteFinding } from "./site.ts";
import { tokenizer, type Word } from "./token.ts";

export interface Directive {
  readonly name: string;
  readonly parameters: readonly Word[];
  readonly file: string;
  /** Of its name, counted from 1. */
  readonly line: number;
  /** Of its ";" or "{", which nginx names in what it says of a directive. */
  readonly endLine: number;
  /** What stands in its braces; null for one that ";" ends, and for Lua. */
  readonly block: readonly Directive[] | null;
}

export interface ParsedFile {
  readonly directives: readonly Directive[];
  /** At most one: nginx stops at the first as well. Codes: syntax, binary, too-large. */
  readonly faults: readonly SiteFinding[];
}

/** Bytes of one file, directives of all files with their includes, and blocks within blocks, that are read. */
export const fileLimit = 10 * 1024 * 1024;
export const directiveLimit = 300_000;
export const depthLimit = 100;

/** The values of a directive without where they stand. */
export const valuesOf = ({ parameters }: Directive): readonly string[] => parameters.map(({ text }) => text);

export const tooLarge = (file: string, line: number, what: string): SiteFinding => ({
  code: "too-large", severity: "error", file, line, message: `It has ${what}; it is not read.`, mend: "This is hardly a file of NGINX that a person wrote. Give the one that is meant.",
});

export const syntax = (file: string, line: number, problem: string, mend: string): SiteFinding => ({ code: "syntax", severity: "error", file, line, message: `NGINX would not start: ${problem}.`, mend });

const dataBlocks: ReadonlySet<string> = new Set(["map", "geo", "types", "split_clients", "charset_map"]);

/** Whether a block's lines are data, and begin with no directive's name. */
export const holdsData = (name: string): boolean => dataBlocks.has(name);

interface OpenBlock { readonly name: string; readonly line: number; readonly directives: Directive[] }

/**
 * Text of bytes as nginx reads them, a byte order mark kept since nginx takes it for a part of the first word; or why it
 * is not read. Codes: too-large, binary.
 */
export function textOf(file: string, content: Uint8Array): { readonly text: string } | { readonly fault: SiteFinding } {
  if (content.length > fileLimit) return { fault: tooLarge(file, 1, `${content.length} bytes, more than ${fileLimit}`) };
  const zero = content.indexOf(0);
  if (zero === -1) return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(content) };
  let line = 1;
  for (let at = content.indexOf(0x0a); at !== -1 && at < zero; at = content.indexOf(0x0a, at + 1)) line++;
  const wide = content.length > 3 && (content[0] === 0xff && content[1] === 0xfe || content[0] === 0xfe && content[1] === 0xff || content[1] === 0 && content[3] === 0);
  return { fault: {
    code: "binary", severity: "error", file, line,
    message: wide ? "It is text in UTF-16, which NGINX does not read." : "It is no text: it holds zero bytes.",
    mend: wide ? "Save it as UTF-8 without a byte order mark." : "Give the configuration file itself, not an archive, a key store or a program.",
  } };
}

/** Reads text as the directives of a file. Never throws. */
export function parseDirectives(file: string, text: string): ParsedFile {
  const tokens = tokenizer(text);
  const top: Directive[] = [];
  const blocks: OpenBlock[] = [];
  let current = top;
  let count = 0;
  const failed = (fault: SiteFinding): ParsedFile => ({ directives: top, faults: [fault] });
  for (;;) {
    const token = tokens.next();
    switch (token.kind) {
      case "fault": return failed(faultFinding(file, token, blocks, text));
      case "end": {
        const [unclosed] = blocks.slice(-1);
        if (unclosed) return failed(syntax(file, token.line, `unexpected end of file, expecting "}"; the \`${shown(unclosed.name)}\` that begins at line ${unclosed.line} is not closed`, "Close every block with a brace of its own."));
        return { directives: top, faults: [] };
      }
      case "close": {
        if (blocks.length === 0) return failed(syntax(file, token.line, "unexpected \"}\"", "Take this brace out, or open the block that it is to close."));
        blocks.pop();
        current = blocks.at(-1)?.directives ?? top;
        break;
      }
      case "statement": {
        const [name, ...parameters] = token.words;
        if (count === 0 && name.text.startsWith("\uFEFF")) return failed(syntax(file, name.line, "the file begins with a byte order mark, which NGINX takes for a part of the first directive's name", "Save the file as UTF-8 without a byte order mark."));
        // A regular expression with bare braces: its first one has opened a block.
        if (name.text.includes("}") && !holdsData(blocks.at(-1)?.name ?? "")) return failed(syntax(file, token.endLine, `unknown directive "${shown(name.text)}"`, "Put the regular expression with its braces in quotes, or a blank or semicolon before the brace."));
        count++;
        if (count > directiveLimit) return failed(tooLarge(file, name.line, `more than ${directiveLimit} directives`));
        const place = { name: name.text, parameters, file, line: name.line, endLine: token.endLine };
        if (token.opens && name.text.endsWith("_by_lua_block")) {
          const fault = tokens.skipLua();
          if (fault) return failed(faultFinding(file, fault, blocks, text));
          current.push({ ...place, block: null });
        } else if (token.opens) {
          if (blocks.length >= depthLimit) return failed(tooLarge(file, name.line, `blocks that nest more than ${depthLimit} deep`));
          const directives: Directive[] = [];
          current.push({ ...place, block: directives });
          blocks.push({ name: name.text, line: name.line, directives });
          current = directives;
        } else current.push({ ...place, block: null });
      }
    }
  }
}

/** A word as a message shows it. */
export const shown = (text: string): string => text.length > 80 ? `${text.slice(0, 80)}…` : text;

function faultFinding(file: string, { line, problem }: { readonly line: number; readonly problem: string }, blocks: readonly OpenBlock[], text: string): SiteFinding {
  if (problem.startsWith("too long parameter,")) return syntax(file, line, problem, "Close the quotation that begins at this line.");
  if (problem.startsWith("too long")) return syntax(file, line, problem, "Break the word or comment up; NGINX keeps 4096 bytes of one.");
  if (problem.startsWith("unexpected end of file")) {
    const inside = blocks.at(-1);
    const place = inside ? `, within the \`${shown(inside.name)}\` of line ${inside.line}` : "";
    return syntax(file, line, `${problem}${place}`, text.trimEnd().endsWith("}") ? "Close the quotation or parameter that was begun." : "End the last directive with a semicolon, and close every quotation and block.");
  }
  return syntax(file, line, problem, "Look for a semicolon that is missing or one too many, or for a quotation that ends too soon; a regular expression with braces stands in quotes.");
}
