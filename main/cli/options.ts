// The options of the command line, and how arguments are read into a verb, its operands and its options.
import { parseArgs } from "node:util";
import { problem } from "../../app/errors.ts";

/** Every option there is. A verb names those it takes; the global ones go with any verb, before or after it. */
const options = {
  "machine": { type: "string" },
  "practice-dir": { type: "string" },
  "practice-kind": { type: "string" },
  "data-dir": { type: "string" },
  "json": { type: "boolean" },
  "yes": { type: "boolean", short: "y" },
  "plan": { type: "boolean" },
  "lang": { type: "string" },
  "help": { type: "boolean", short: "h" },
  "version": { type: "boolean" },
  "certificate": { type: "string" },
  "key": { type: "string", multiple: true },
  "password-file": { type: "string" },
  "password-stdin": { type: "boolean" },
  "account": { type: "string" },
  "address": { type: "string" },
  "port": { type: "string" },
  "host-name": { type: "string" },
  "allow-expired": { type: "boolean" },
  "take-over": { type: "boolean" },
  "finish": { type: "boolean" },
  "keep": { type: "boolean" },
  "no-open": { type: "boolean" },
  "to": { type: "string" },
  "out": { type: "string" },
  "out-dir": { type: "string" },
  "out-password-file": { type: "string" },
  "with-key": { type: "boolean" },
  "without-key": { type: "boolean" },
  "name": { type: "string" },
  "san": { type: "string", multiple: true },
  "organization": { type: "string" },
  "organizational-unit": { type: "string" },
  "locality": { type: "string" },
  "state": { type: "string" },
  "country": { type: "string" },
  "store": { type: "string" },
  "search": { type: "string" },
  "include-root": { type: "boolean" },
  "force": { type: "boolean" },
  "client-certificates": { type: "string" },
  "client-issuer": { type: "string", multiple: true },
  "base-address": { type: "string" },
  "fhir-base": { type: "string" },
  "end-process": { type: "boolean" },
  "transcript": { type: "string" },
  "application": { type: "string" },
  "flag": { type: "string", multiple: true },
  "delegate": { type: "boolean" },
  "kind": { type: "string" },
  "server-name": { type: "string", multiple: true },
  "upstream": { type: "string", multiple: true },
  "upstream-host": { type: "string" },
  "redirect-from": { type: "string" },
  "listen-on": { type: "string", multiple: true },
  "client-authorities": { type: "string" },
  "client-required": { type: "boolean" },
  "hsts": { type: "boolean" },
  "web-socket": { type: "boolean" },
  "no-http2": { type: "boolean" },
  "body-megabytes": { type: "string" },
  "timeout-seconds": { type: "string" },
  "nginx-version": { type: "string" },
  "by": { type: "string" },
  "site-port": { type: "string" },
  "public-key": { type: "string" },
  "convert": { type: "boolean" },
  "allow-weak": { type: "boolean" },
  "replaces": { type: "string" },
  "user": { type: "string" },
  "algorithm": { type: "string" },
  "method": { type: "string" },
  "body-file": { type: "string" },
  "header": { type: "string" },
  "cws-version": { type: "string" },
  "undocumented": { type: "string" },
  "url": { type: "string" },
  "content-type": { type: "string" },
  "add-header": { type: "string", multiple: true },
  "answer-key": { type: "string" },
  "answer-header": { type: "string" },
  "allow-untrusted": { type: "boolean" },
} as const;

export type OptionName = keyof typeof options;
export type Options = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true; strict: true }>>["values"];

export const globalOptions: readonly OptionName[] = ["machine", "practice-dir", "practice-kind", "data-dir", "json", "yes", "plan", "lang", "help", "version"];

export interface Arguments { readonly options: Options; readonly words: readonly string[] }

/** Reads arguments. Throws usage for an unknown option, one without its value, and a secret given in the open. */
export function readArguments(args: readonly string[]): Arguments {
  if (args.some((argument) => /^--?(password|pw|passphrase)(=|$)/i.test(argument))) {
    throw problem("usage", { problem: "A password is never given on the command line, where every process can read it. Use --password-file or --password-stdin." });
  }
  // What is wrong with an argument is told with the argument.
  if (args.some((argument) => /PRIVATE KEY-{2,5}/.test(argument))) {
    throw problem("usage", { problem: "A private key is never given on the command line, where every process can read it. Give the path of its file, and take this key for known to others." });
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { options: values, words: positionals };
  } catch (thrown) {
    // The parser's own words, without its advice on how to pass an operand that begins with a dash.
    throw problem("usage", { problem: (thrown as Error).message.split(". To specify")[0] ?? "The arguments cannot be read." });
  }
}

/** The whole number of an option; undefined where it is not given. Throws usage. */
export function numberOf(options: Options, name: "port" | "site-port" | "redirect-from" | "body-megabytes" | "timeout-seconds", most: number): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(Number.isInteger(number) && number > 0 && number <= most)) throw problem("usage", { problem: `--${name} takes a number from 1 to ${most}, not ${text}.` });
  return number;
}

/** The number of `--port`; undefined where it is not given. Throws usage. */
export const portOf = (options: Options): number | undefined => numberOf(options, "port", 65535);

/** One of a closed set, by whatever case it is typed in. Throws usage. */
export function oneOf<Value extends string>(values: readonly Value[], text: string, option: string): Value {
  const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw problem("usage", { problem: `${option} takes one of ${values.join(", ")}, not ${text.slice(0, 60)}.` });
  return found;
}
