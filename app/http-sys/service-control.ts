// Service control: the sc commands that a plan runs, and what their exit codes mean. An exit code is the Win32 code.
import type { Command } from "../machine.ts";
import { win32Meaning } from "./win32.ts";

export const startService = (name: string): Command => ["sc", "start", name];
export const stopService = (name: string): Command => ["sc", "stop", name];
/** Ends a process at once; its service is then stopped with 1067. */
export const endProcess = (processId: number): Command => ["taskkill", "/F", "/PID", String(processId)];

const remedies: ReadonlyMap<number, string> = new Map([
  [2, "Check the path of its program in the service's properties."],
  [5, "Run Lockstep as administrator; if the service itself answered so, reserve its URL for its account."],
  [32, "End the program that holds the port, or give the service another port."],
  [1051, "Stop the services that depend on it first; `lockstep service stop` does so."],
  [1053, "Read the service's own log; its program hangs or waits for something."],
  [1056, "Nothing needs to be done."],
  [1058, "Set its start type to Automatic or Manual."],
  [1060, "Check the name of the service."],
  [1061, "Wait until it has finished starting or stopping, and try again."],
  [1062, "Nothing needs to be done."],
  [1068, "Start the services that it needs first, and see what keeps them from running."],
  [1067, "Read the service's own log; most often its configuration is at fault."],
  [1069, "Check the account and its password in the service's properties."],
]);

export interface Explanation {
  /** Win32 code; null where the output holds none. */
  readonly code: number | null;
  /** End of a sentence, without a full stop. */
  readonly reason: string;
  /** A whole sentence. */
  readonly remedy: string;
}

/** Explains an exit code of sc, or the Win32 exit code of a service itself. */
export function explainServiceControl(code: number): Explanation {
  if (code === 0) return { code, reason: "it ended without an error", remedy: "Read the service's own log." };
  return { code, reason: win32Meaning(code), remedy: remedies.get(code) ?? "Look the number up with `net helpmsg`." };
}
