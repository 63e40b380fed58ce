// How an argument array is typed at the prompt of a POSIX shell or written into its script, and which commands belong there.
import { problem } from "../errors.ts";
import { quoteCommand } from "./quote.ts";

// What no shell takes for anything but itself. A tilde, braces and everything that is not ASCII are quoted.
const plain = /^[A-Za-z0-9_.:/=+,@%-]+$/;
const control = /[\u0000-\u001f\u007f]/;

/** Words that a shell takes for its own grammar where a command begins. */
const reserved: readonly string[] = ["case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while", "time", "function", "select", "coproc"];

function quoteArgument(argument: string, isProgram: boolean): string {
  if (control.test(argument)) throw problem("input-invalid", { problem: "a command argument holds a control character" });
  // A name and an equals sign before the program would set a variable.
  if (plain.test(argument) && !(isProgram && (argument.includes("=") || reserved.includes(argument)))) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

/**
 * One line that runs exactly these arguments in any POSIX shell: within apostrophes nothing means anything but the next
 * apostrophe (POSIX.1-2017, Shell Command Language, 2.2.2). Throws input-invalid for a control character, which cannot be typed.
 */
export function quoteForShell(arguments_: readonly string[]): string {
  return arguments_.map((argument, index) => quoteArgument(argument, index === 0)).join(" ");
}

/** Programs of Linux that plans run. */
const programs: readonly string[] = ["nginx", "systemctl", "service", "runuser"];

/** Whether a command is one of Linux, and so is typed in a POSIX shell. */
export const isForShell = ([program = ""]: readonly string[]): boolean => programs.includes(program.replace(/^\/.*\//, ""));

/** A command as it is typed where it runs: a POSIX shell for commands of Linux, else a Windows prompt. Throws as both. */
export const typedCommand = (command: readonly string[]): string => (isForShell(command) ? quoteForShell(command) : quoteCommand(command));

/** The same, argument by argument. */
export const typedArguments = (command: readonly string[]): readonly string[] =>
  command.map((argument, index) => (isForShell(command) ? quoteArgument(argument, index === 0) : quoteCommand([argument])));
