// The command line of a service, and the program that it is about once Mono and what else stands in front is taken off.
import { isAbsolute, join } from "node:path";
import { redactImagePath } from "../../../app/santedb/image-path.ts";

/** Options of mono whose value is the next word. Source: mono(1). */
const monoWithValue: ReadonlySet<string> = new Set(["--config", "--aot-path", "--path"]);

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const isProgram = (word: string): boolean => /\.exe$/i.test(word);

interface Rest { readonly words: readonly string[]; readonly folder: string | null }

/** Takes one program off the front, with its own options; null where it is one that stands for itself. */
function withoutFirst({ words: [first = "", ...words], folder }: Rest): Rest | null {
  switch (baseName(first)) {
    case "env": {
      const from = words.findIndex((word) => !word.startsWith("-") && !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word));
      return from < 0 ? null : { words: words.slice(from), folder };
    }
    case "exec":
    case "nohup":
    case "setsid":
      return { words, folder };
    case "mono":
    case "mono-sgen":
    case "mono-boehm": {
      let from = 0;
      while (words[from]?.startsWith("-") === true) from += monoWithValue.has(words[from] ?? "") ? 2 : 1;
      return { words: words.slice(from), folder };
    }
    // Its options stand before the program or, as often, behind it. Source: mono-service(1).
    case "mono-service":
    case "mono-service2":
    case "mono-service.exe": {
      const own = (word: string): boolean => /^-[dlmn]:/.test(word) || word === "--debug" || word === "--no-daemon";
      const chosen = words.find((word) => word.startsWith("-d:"))?.slice(3);
      return { words: words.filter((word) => !own(word)), folder: chosen ?? folder };
    }
    // What a shell is given cannot be read in full; a program of .NET's stands out in it.
    case "sh":
    case "bash":
    case "dash": {
      const from = words.findIndex(isProgram);
      return from < 0 ? null : { words: words.slice(from).map((word) => word.replace(/[;'"]+$/, "")), folder };
    }
    default:
      return null;
  }
}

/**
 * "/opt/santesuite/santedb/www/santedb-www.exe --name=default" of a line that has mono, mono-service, env or a shell in
 * front; the line itself where nothing of the kind is. A program without a path is looked for in the folder that
 * mono-service was given, or else in the one that the service works in. Secrets are blotted out.
 */
export function programLine(line: string, workingFolder: string | null): string {
  let rest: Rest = { words: line.trim().split(/\s+/), folder: workingFolder };
  for (let next = withoutFirst(rest); next !== null; next = withoutFirst(rest)) rest = next;
  const [program = "", ...words] = rest.words;
  const whole = !isAbsolute(program) && isProgram(program) && rest.folder !== null ? join(rest.folder, program) : program;
  return redactImagePath([whole, ...words].join(" "));
}
