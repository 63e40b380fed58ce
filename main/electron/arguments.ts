// The arguments of the desktop program: which machine it opens, and where it keeps its state.
import { parseArgs } from "node:util";
import type { ConsoleOptions } from "../console-port.ts";

const machines = ["windows", "linux", "practice"] as const;

/** Takes the arguments after the program's name; those of Chromium (--no-sandbox, …) are passed over. */
export function consoleOptions(argv: readonly string[]): ConsoleOptions {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    options: { "machine": { type: "string" }, "practice-dir": { type: "string" }, "data-dir": { type: "string" } },
  });
  const machine = machines.find((name) => name === values.machine);
  const practiceDirectory = values["practice-dir"];
  const dataDirectory = values["data-dir"];
  return {
    ...(machine !== undefined && { machine }),
    ...(typeof practiceDirectory === "string" && { practiceDirectory }),
    ...(typeof dataDirectory === "string" && { dataDirectory }),
  };
}
