// The arguments of the desktop program: which machine it opens, and where it keeps its state.
import { parseArgs } from "node:util";
import type { ConsoleOptions } from "../console-port.ts";
import { kindNamed } from "../machines/practice/kind-name.ts";

const machines = ["windows", "linux", "practice"] as const;

/** Takes the arguments after the program's name; those of Chromium (--no-sandbox, …) are passed over. Throws usage. */
export function consoleOptions(argv: readonly string[]): ConsoleOptions {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    options: { "machine": { type: "string" }, "practice-dir": { type: "string" }, "practice-kind": { type: "string" }, "data-dir": { type: "string" } },
  });
  const machine = machines.find((name) => name === values.machine);
  const practiceDirectory = values["practice-dir"];
  const kind = values["practice-kind"];
  const dataDirectory = values["data-dir"];
  return {
    ...(machine !== undefined && { machine }),
    ...(typeof practiceDirectory === "string" && { practiceDirectory }),
    // Not passed over where it is unknown: a machine of another kind than was meant would be made, and stay.
    ...(typeof kind === "string" && { practiceKind: kindNamed(kind) }),
    ...(typeof dataDirectory === "string" && { dataDirectory }),
  };
}
