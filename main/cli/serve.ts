// The verb `serve`: the console as a page in the browser, until it is stopped.
import { fileURLToPath } from "node:url";
import { problem } from "../../app/errors.ts";
import { openBrowser } from "../browser.ts";
import { openConsole } from "../console.ts";
import type { ConsoleOptions } from "../console-port.ts";
import { whenStarterEnds } from "../web/lifeline.ts";
import { loadPages } from "../web/pages.ts";
import { startWebHost } from "../web/server.ts";
import { globalOptions, type Options } from "./options.ts";

/** The built window, beside the program; this file lies in a chunk of it. */
const builtWindow = import.meta.url.includes("/chunks/") ? "../renderer" : "./renderer";

/** Runs until SIGINT, SIGTERM or SIGHUP; then lets a change under way end, and gives the exit status. */
export async function serve(operands: readonly string[], options: Options, opening: ConsoleOptions): Promise<number> {
  if (operands.length > 0) throw problem("usage", { problem: "`serve` takes no operand." });
  const unknown = (Object.keys(options) as (keyof Options)[]).find((option) => !globalOptions.includes(option) && option !== "no-open" && option !== "port");
  if (unknown !== undefined) throw problem("usage", { problem: `\`serve\` does not take --${unknown}.` });
  const port = options.port === undefined ? undefined : Number(options.port);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    whenStarterEnds(resolve);
  });
  const console = await openConsole({ ...opening, resident: true });
  try {
    const host = await startWebHost({
      implementation: console.implementation, subscribe: (listener) => console.subscribe(listener), pages: await loadPages(fileURLToPath(new URL(builtWindow, import.meta.url))),
      ...(port !== undefined && { port }),
    });
    try {
      process.stdout.write(`Lockstep is ready at ${host.address}\n`);
      process.stdout.write("The practice machine is open: nothing on this computer is changed. Ctrl+C ends Lockstep and what it started.\n");
      if (options["no-open"] !== true) openBrowser(host.address);
      await stopped;
    } finally {
      await host.close();
    }
  } finally {
    await console.close();
  }
  return 0;
}
