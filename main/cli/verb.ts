// A verb of the command line: what it takes, what it answers, and how a plan is carried out.
import type { Applied, PlanView } from "../../app/contract.ts";
import { problem, type LockstepError } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";
import type { OptionName, Options } from "./options.ts";
import { appliedText, planText, type Paint } from "./print.ts";

export interface Answer {
  /** The value of `--json`. */
  readonly value: unknown;
  readonly text: (paint: Paint) => string;
  /** 1: done, and the answer is no. */
  readonly exit?: 0 | 1;
}

export interface Context {
  readonly host: Host;
  readonly options: Options;
  /** Whether a person is at the terminal, and may be asked. */
  readonly attended: boolean;
  /** Asks the person at the terminal; false without one to ask. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Shows text for review before a question; silent with --json. */
  readonly show: (text: (paint: Paint) => string) => void;
  /** Writes to standard output at once: for verbs that go on until they are interrupted. */
  readonly write: (text: (paint: Paint) => string) => void;
  /** Ends when the person interrupts, or whoever started this program does. */
  readonly untilInterrupted: () => Promise<void>;
  /** Calls `cancel` when the person interrupts, until the function returned is called. */
  readonly onInterrupt: (cancel: () => void) => () => void;
}

export interface Verb {
  /** Operands as the help shows them; those in brackets may be left out. */
  readonly operands: readonly string[];
  readonly options: readonly OptionName[];
  readonly summary: string;
  /** Refused without --yes or a person to ask; so is --plan where there is none. */
  readonly plans?: boolean | ((options: Options) => boolean);
  /** Looks at files only: no machine is opened for it. */
  readonly needsNoMachine?: boolean | ((options: Options) => boolean);
  /** Whether these operands name files, so that no machine is made for them where there is none yet. */
  readonly fileAlone?: (operands: readonly string[]) => Promise<boolean>;
  readonly run: (operands: readonly string[], context: Context) => Promise<Answer>;
}

/** The operand at a place; what is optional and left out is empty. */
export const operand = (operands: readonly string[], index: number): string => operands[index] ?? "";

/** Whether a property of a verb that may hang on its options holds. */
export function holds(property: Verb["plans"], options: Options): boolean {
  return typeof property === "function" ? property(options) : property === true;
}

/** A plan as the value of `--json`. */
export const planned = ({ planId, title, outcome, files, operations, verified, findings, certificate }: PlanView) =>
  ({ outcome, planId, title, files, operations, verified, findings, certificate });

export const applied = (value: Applied): Answer => ({ value, text: (paint) => appliedText(value, paint) });

export const nobodyToAsk = (): LockstepError => problem("usage", { problem: "Nobody is there to ask. Say --yes to carry it out, or --plan to see what it would do." });

/**
 * Shows a plan, asks unless `asks` is false, and carries it out; only shows it with --plan. Throws usage where nobody can
 * be asked, plan-cancelled, and what applying throws.
 */
export async function carryOut(plan: PlanView, { host, options, attended, confirm, show, onInterrupt }: Context, asks = true): Promise<Answer> {
  if (options.plan === true || plan.outcome === "unchanged") return { value: planned(plan), text: (paint) => planText(plan, paint) };
  if (asks && options.yes !== true) {
    if (!attended) throw nobodyToAsk();
    show((paint) => planText(plan, paint));
    if (!(await confirm("Carry this out?"))) throw problem("plan-cancelled", {});
  }
  const release = onInterrupt(() => void host.plan.cancel({ planId: plan.planId }));
  try {
    return applied(await host.plan.apply({ planId: plan.planId }));
  } finally {
    release();
  }
}
