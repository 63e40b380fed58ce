// What every operation's performing shares: what it is given, what it gives, how it waits.
import type { Verified } from "../contract.ts";
import { asLockstepError, type CommandEvidence } from "../errors.ts";
import type { Command, CommandResult, Machine } from "../machine.ts";
import type { Materials } from "./plan.ts";

/** Milliseconds. Windows' own service controls give up after 30 s as well. */
export interface Limits {
  readonly service: number;
  readonly verify: number;
  /** A service that runs this long after it came up is taken to have started. */
  readonly settled: number;
}
export const standardLimits: Limits = { service: 30_000, verify: 15_000, settled: 400 };

export interface Performance {
  /** False: everything was already as the operation wants it. */
  readonly changed: boolean;
  readonly verified: Verified | null;
}

export interface Circumstances {
  readonly machine: Machine;
  readonly materials: Materials;
  readonly limits: Limits;
  /** Called once, after the operation was found to be needed and before the first change. Must be durable on return. */
  readonly intend: () => Promise<void>;
  /**
   * Putting back what an unfinished plan did: a file that the service itself rewrote meanwhile is kept under another name
   * instead of being refused.
   */
  readonly insist: boolean;
  readonly signal?: AbortSignal | undefined;
}

export const unchanged: Performance = { changed: false, verified: null };
export const changed: Performance = { changed: true, verified: null };
/** Milliseconds between two looks. */
export const pollEvery = 50;

/** One command with what it answered, kept for an error. */
export async function run(machine: Machine, command: Command): Promise<{ result: CommandResult; evidence: CommandEvidence }> {
  const result = await machine.commands.run(command);
  return { result, evidence: { command, output: result.output } };
}

/** Tries until it holds or the limit (milliseconds) is over; a listener may need a moment after its service says RUNNING. */
export async function eventually<Value>({ machine, limits, signal }: Circumstances, attempt: () => Promise<Value>): Promise<Value> {
  const until = machine.clock.now().getTime() + limits.verify;
  for (let pause = pollEvery; ; pause = Math.min(pause * 2, 1000)) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = asLockstepError(thrown);
      if (error.code === "internal" || signal?.aborted || machine.clock.now().getTime() + pause >= until) throw error;
      await machine.clock.wait(pause, signal);
    }
  }
}
