#!/usr/bin/env node
// The command line: reads arguments, opens the console, runs one verb, prints one answer. Loads little until it must.
import { asLockstepError, problem, type LockstepError } from "../../app/errors.ts";
import type { ConsoleOptions } from "../console-port.ts";
import { kindNamed } from "../machines/practice/kind-name.ts";
import { globalOptions, readArguments, type Options } from "./options.ts";
import { errorText, painter } from "./print.ts";
import { version } from "./version.ts";

const exitOf: Readonly<Record<LockstepError["aftermath"], number>> = { "untouched": 3, "put-back": 4, "not-put-back": 5 };

/** Writes all of it before going on, also into a pipe that is read slowly; a reader that left is no error. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.on("error", () => resolve());
    stream.write(text, () => resolve());
  });
}

async function report(thrown: unknown, json: boolean): Promise<number> {
  const error = asLockstepError(thrown);
  if (json) await write(process.stdout, `${JSON.stringify({ ok: false, error: error.report() })}\n`);
  else await write(process.stderr, errorText(error.report(), painter(process.stderr)));
  return error.code === "usage" || error.code === "input-invalid" ? 2 : exitOf[error.aftermath];
}

function machineKind(text: string): "windows" | "linux" | "practice" {
  if (text === "windows" || text === "linux" || text === "practice") return text;
  throw problem("usage", { problem: `--machine takes windows, linux or practice, not ${text}.` });
}

function consoleOptions(options: Options): ConsoleOptions {
  if (options.lang !== undefined && options.lang !== "en") throw problem("usage", { problem: `The command line speaks en only, not ${options.lang}.` });
  return {
    ...(options.machine !== undefined && { machine: machineKind(options.machine) }),
    ...(options["practice-dir"] !== undefined && { practiceDirectory: options["practice-dir"] }),
    ...(options["practice-kind"] !== undefined && { practiceKind: kindNamed(options["practice-kind"]) }),
    ...(options["data-dir"] !== undefined && { dataDirectory: options["data-dir"] }),
  };
}

async function runVerb(words: readonly string[], options: Options): Promise<number> {
  const json = options.json === true;
  const [{ verbs }, { holds, nobodyToAsk }] = await Promise.all([import("./verbs.ts"), import("./verb.ts")]);
  const name = [words.slice(0, 2).join(" "), words[0] ?? ""].find((candidate) => Object.hasOwn(verbs, candidate));
  const verb = name === undefined ? undefined : verbs[name];
  if (name === undefined || !verb) throw problem("usage", { problem: words.length === 0 ? "No verb was given." : `There is no verb "${words.slice(0, 2).join(" ")}".` });
  if (options.help === true) {
    const { verbHelp } = await import("./help.ts");
    await write(process.stdout, verbHelp(name, verb));
    return 0;
  }
  const operands = words.slice(name.split(" ").length);
  const needed = verb.operands.filter((word) => !word.startsWith("[")).length;
  if (operands.length < needed || operands.length > verb.operands.length) {
    throw problem("usage", { problem: `\`${name}\` takes ${verb.operands.length === 0 ? "no operand" : verb.operands.join(" ")}.` });
  }
  const unknown = (Object.keys(options) as (keyof Options)[]).find((option) => !globalOptions.includes(option) && !verb.options.includes(option));
  if (unknown !== undefined) throw problem("usage", { problem: `\`${name}\` does not take --${unknown}.` });
  const attended = !json && process.stdin.isTTY;
  if (holds(verb.plans, options) && options.yes !== true && options.plan !== true && !attended) throw nobodyToAsk();

  const [{ openConsole, openConsoleForFiles, openConsoleWithoutMachine }, { createHost }, { dispatch }, { terminal }] = await Promise.all([
    import("../console.ts"), import("../../app/host.ts"), import("../dispatch.ts"), import("./terminal.ts"),
  ]);
  const opening = consoleOptions(options);
  const console = holds(verb.needsNoMachine, options) ? openConsoleWithoutMachine(opening)
    : await verb.fileAlone?.(operands) === true ? await openConsoleForFiles(opening)
    : await openConsole(opening);
  const tell = terminal(json);
  if (console.made !== undefined) tell.made(console.made);
  const ending = console.subscribe((event, payload) => tell.event(event, payload));
  try {
    const host = createHost({ invoke: (call, input) => dispatch(console.implementation, call, input), subscribe: (wanted, listener) => console.subscribe((event, payload) => {
      if (event === wanted) listener(payload);
    }) });
    const answer = await verb.run(operands, { host, options, attended, confirm: tell.confirm, show: tell.show, onInterrupt: tell.onInterrupt, untilInterrupted: tell.untilInterrupted,
      write: (text) => void process.stdout.write(text(painter(process.stdout))),
    });
    tell.end();
    await write(process.stdout, json ? `${JSON.stringify({ ok: true, value: answer.value })}\n` : answer.text(painter(process.stdout)));
    return answer.exit ?? 0;
  } finally {
    tell.end();
    ending();
    await console.close();
  }
}

async function main(args: readonly string[]): Promise<number> {
  // Read by hand first, so that an error in the arguments is told in the form that was asked for.
  let json = args.includes("--json");
  try {
    const { options, words } = readArguments(args);
    json = options.json === true;
    if (options.version === true) {
      await write(process.stdout, json ? `${JSON.stringify({ ok: true, value: { version } })}\n` : `lockstep ${version}\n`);
      return 0;
    }
    if (words.length === 0 && options.help === true) {
      const { help } = await import("./help.ts");
      await write(process.stdout, help());
      return 0;
    }
    if (words[0] === "serve") {
      const { serve } = await import("./serve.ts");
      return await serve(words.slice(1), options, consoleOptions(options));
    }
    return await runVerb(words, options);
  } catch (thrown) {
    return await report(thrown, json);
  }
}

const status = await main(process.argv.slice(2));
// What is left open (a pipe to a service that goes on) must not keep the command from ending.
process.exit(status);
