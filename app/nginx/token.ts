// How nginx cuts its files into words: quotes, escapes, comments, variables in braces, and Lua between braces.
// The rules are those of ngx_conf_read_token in nginx's src/core/ngx_conf_file.c; its messages and lines are nginx's own.

export interface Word {
  /** Without its quotes, its escapes resolved. */
  readonly text: string;
  /** Counted from 1; a word's first line. */
  readonly line: number;
}

export type Token =
  /** Words that ";" ends or "{" opens a block for; `endLine` is the line of that character. */
  | { readonly kind: "statement"; readonly words: readonly [Word, ...Word[]]; readonly opens: boolean; readonly endLine: number }
  | { readonly kind: "close"; readonly line: number }
  | { readonly kind: "end"; readonly line: number }
  /** What nginx would refuse. Nothing after it is read. */
  | { readonly kind: "fault"; readonly line: number; readonly problem: string };

export interface Tokenizer {
  next(): Token;
  /** Passes over Lua up to the brace that closes the block that was just opened. Null, or the fault met. */
  skipLua(): Extract<Token, { kind: "fault" }> | null;
}

/** Characters that nginx keeps of one word or comment (NGX_CONF_BUFFER). */
export const longestWord = 4096;

const lf = 0x0a;
const backslash = 0x5c;
const dollar = 0x24;
const [open, close, semicolon, sharp, doubleQuote, singleQuote, closeParenthesis, minus] = [0x7b, 0x7d, 0x3b, 0x23, 0x22, 0x27, 0x29, 0x2d];
const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d || code === lf;

const escapes: Readonly<Record<string, string>> = { "\"": "\"", "'": "'", "\\": "\\", "t": "\t", "r": "\r", "n": "\n" };
const unescape = (raw: string): string => raw.includes("\\") ? raw.replace(/\\(["'\\trn])/g, (_, character: string) => escapes[character] ?? character) : raw;

/** Reads text from its beginning. Never throws; takes time in proportion to the text. */
export function tokenizer(text: string): Tokenizer {
  let at = 0;
  let line = 1;

  const fault = (problem: string, where = line) => ({ kind: "fault", line: where, problem }) as const;

  const passTo = (until: number): void => {
    for (; at < until; at++) if (text.charCodeAt(at) === lf) line++;
  };

  const next = (): Token => {
    const words: Word[] = [];
    let between = true;
    let needsSpace = false;
    let escaped = false;
    let variable = false;
    let quote = 0;
    let start = at;
    let startLine = line;
    const statement = (opens: boolean): Token => {
      const [first, ...rest] = words;
      return first ? { kind: "statement", words: [first, ...rest], opens, endLine: line } : fault(`unexpected "${opens ? "{" : ";"}"`);
    };
    for (;;) {
      if (at >= text.length) return words.length > 0 || !between ? fault("unexpected end of file, expecting \";\" or \"}\"") : { kind: "end", line };
      if (!between && at - start >= longestWord) {
        return fault(quote === 0 ? `too long parameter "${text.slice(start, start + 10)}..." started` : `too long parameter, probably missing terminating "${String.fromCharCode(quote)}" character`, startLine);
      }
      const code = text.charCodeAt(at++);
      if (code === lf) line++;
      if (escaped) {
        escaped = false;
        continue;
      }
      if (needsSpace) {
        if (isBlank(code)) {
          between = true;
          needsSpace = false;
          continue;
        }
        if (code === semicolon || code === open) return statement(code === open);
        if (code !== closeParenthesis) return fault(`unexpected "${text.charAt(at - 1)}"`);
        between = true;
        needsSpace = false;
      }
      if (between) {
        start = at - 1;
        startLine = line;
        if (isBlank(code)) continue;
        switch (code) {
          case semicolon: case open: return statement(code === open);
          case close: return words.length > 0 ? fault("unexpected \"}\"") : { kind: "close", line };
          case sharp: {
            const end = text.indexOf("\n", at);
            const length = (end === -1 ? text.length : end) - start;
            if (length > longestWord || length === longestWord && end !== -1) return fault(`too long parameter "${text.slice(start, start + 10)}..." started`, startLine);
            at = end === -1 ? text.length : end;
            continue;
          }
          case backslash: escaped = true; break;
          case doubleQuote: case singleQuote:
            quote = code;
            start++;
            break;
          case dollar: variable = true; break;
          default:
        }
        between = false;
        continue;
      }
      // "${name}": the brace belongs to the variable.
      if (code === open && variable) continue;
      variable = false;
      if (code === backslash) {
        escaped = true;
        continue;
      }
      if (code === dollar) {
        variable = true;
        continue;
      }
      const ends = quote === 0 ? isBlank(code) || code === semicolon || code === open : code === quote;
      if (!ends) continue;
      words.push({ text: unescape(text.slice(start, at - 1)), line: startLine });
      if (quote !== 0) {
        quote = 0;
        needsSpace = true;
        continue;
      }
      if (code === semicolon || code === open) return statement(code === open);
      between = true;
    }
  };

  /** Where a long bracket of Lua ends that begins at `from` ("[[", "[=["); -1 where none begins there, the text's length where it has no end. */
  const longBracketEnd = (from: number): number => {
    const level = /^\[(=*)\[/.exec(text.slice(from, from + 64))?.[1];
    if (level === undefined) return -1;
    const end = text.indexOf(`]${level}]`, from + level.length + 2);
    return end === -1 ? text.length : end + level.length + 2;
  };

  /** Where a string of Lua ends whose quote stands before `from`. */
  const stringEnd = (from: number, quote: number): number => {
    for (let index = from; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code === backslash) index++;
      else if (code === quote) return index + 1;
    }
    return text.length;
  };

  const skipLua = (): Extract<Token, { kind: "fault" }> | null => {
    const opened = line;
    let depth = 1;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === lf) line++;
      at++;
      if (code === open) depth++;
      else if (code === close) {
        depth--;
        if (depth === 0) return null;
      } else if (code === doubleQuote || code === singleQuote) passTo(stringEnd(at, code));
      else if (code === minus && text.charCodeAt(at) === minus) {
        const long = longBracketEnd(at + 1);
        const lineEnd = text.indexOf("\n", at);
        passTo(long !== -1 ? long : lineEnd === -1 ? text.length : lineEnd);
      } else if (code === 0x5b) {
        const long = longBracketEnd(at - 1);
        if (long !== -1) passTo(long);
      }
    }
    return fault(`unexpected end of file; the Lua block that begins at line ${opened} is not closed`);
  };

  return { next, skipLua };
}
