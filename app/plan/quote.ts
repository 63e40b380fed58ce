// How an argument array is typed at a Windows command prompt, or written into a batch file.
import { problem } from "../errors.ts";

/** A percent sign is written differently at the prompt and in a batch file; nothing else is. */
export type Place = "prompt" | "batch";

// Characters that neither cmd.exe nor PowerShell nor CommandLineToArgvW takes for anything but themselves.
const plain = /^[\p{L}\p{N}_.:/\\=+\-[\]*?~]+$/u;
const control = /[\u0000-\u001f\u007f]/;

/** Quotes for CommandLineToArgvW: backslashes double only where they stand before a quotation mark. */
const inQuotes = (text: string): string => `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;

function quoteValue(value: string, place: Place): string {
  if (value.includes('"')) {
    // A quotation mark inside would end cmd.exe's quoting, so each of its own characters is escaped instead.
    const escaped = inQuotes(value).replace(/[()!^"<>&|]/g, "^$&");
    return escaped.replaceAll("%", place === "batch" ? "%%" : "^%");
  }
  if (place === "batch") return inQuotes(value.replaceAll("%", "%%"));
  return value.includes("%")
    ? value.split("%").map((part) => (part === "" ? "" : inQuotes(part))).join("^%")
    : inQuotes(value);
}

function quoteArgument(argument: string, place: Place): string {
  if (control.test(argument)) throw problem("input-invalid", { problem: "a command argument holds a control character" });
  if (plain.test(argument)) return argument;
  const [, name, value] = /^([A-Za-z][\w-]*=)(.+)$/u.exec(argument) ?? [];
  return name === undefined || value === undefined ? quoteValue(argument, place) : name + quoteValue(value, place);
}

/**
 * One line that runs exactly these arguments. It is meant for cmd.exe with delayed expansion off, which is its default;
 * braces and semicolons are quoted too, so that PowerShell reads a line without percent signs in the same way.
 * Rules: CommandLineToArgvW, and cmd.exe's order of percent expansion before carets before quotation marks.
 * Throws input-invalid for a control character, which cannot be typed.
 */
export function quoteCommand(arguments_: readonly string[], place: Place = "prompt"): string {
  return arguments_.map((argument) => quoteArgument(argument, place)).join(" ");
}
