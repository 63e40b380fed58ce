// The person at the terminal: shown progress, asked questions, heard when they interrupt.
import { createInterface } from "node:readline/promises";
import type { Progress } from "../../app/contract.ts";
import type { EventName, EventPayload } from "../../app/host.ts";
import type { Console } from "../console-port.ts";
import { painter, printable, type Paint } from "./print.ts";

export interface Terminal {
  event<Name extends EventName>(name: Name, payload: EventPayload<Name>): void;
  /** A practice machine was made: where it is, and that its services go on. */
  made(machine: NonNullable<Console["made"]>): void;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly show: (text: (paint: Paint) => string) => void;
  readonly onInterrupt: (cancel: () => void) => () => void;
  readonly untilInterrupted: () => Promise<void>;
  end(): void;
}

const marks = { running: "…", done: "✓", already: "=", failed: "✗" } as const;

/** Progress goes to standard error, one line a step that ended; on a terminal the step under way stands below. */
export function terminal(json: boolean): Terminal {
  const stream = process.stderr;
  const paint = painter(stream);
  const clearing = stream.isTTY && !json;
  let open = false;
  const clear = (): void => {
    if (open) stream.write("\r\u001b[2K");
    open = false;
  };
  const progress = ({ direction, step, of, title, state }: Progress): void => {
    clear();
    // On the way back the checks of the old state follow the plan's own steps.
    const count = step < of ? `${step + 1}/${of}` : "";
    const place = paint("dim", direction === "back" ? `undo ${count}`.trim() : count);
    const line = `${marks[state]} ${place} ${printable(title)}`;
    if (state !== "running") stream.write(`${line}\n`);
    else if (clearing) {
      stream.write(line.slice(0, Math.max(20, stream.columns - 1)));
      open = true;
    }
  };
  return {
    event: (name, payload) => {
      if (name === "plan.progress") progress(payload as Progress);
    },
    made: ({ directory, services }) => {
      const stops = services.map((name) => `\`lockstep service stop ${printable(name)}\``).join(", then ");
      if (!json) stream.write(`Made a practice machine in ${printable(directory)}. What it started runs until ${stops}.\n`);
    },
    show: (text) => {
      if (!json) stream.write(text(paint));
    },
    confirm: async (question) => {
      const prompt = createInterface({ input: process.stdin, output: stream });
      try {
        return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
      } catch {
        // Ctrl+C at a question is a no.
        stream.write("\n");
        return false;
      } finally {
        prompt.close();
      }
    },
    onInterrupt: (cancel) => {
      const hear = (): void => {
        stream.write("\nCancelled: everything is being put back.\n");
        cancel();
      };
      process.on("SIGINT", hear);
      process.on("SIGTERM", hear);
      return () => {
        process.off("SIGINT", hear);
        process.off("SIGTERM", hear);
      };
    },
    untilInterrupted: () => new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
    }),
    end: clear,
  };
}
