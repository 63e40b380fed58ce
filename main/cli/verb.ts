// A verb of the command line: what it takes, what it answers, and how a plan is carried out.
import type { Applied, PlanView } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
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
  /** Asks the person at the terminal; false without one to ask. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Shows text for review before a question; silent with --json. */
  readonly show: (text: (paint: Paint) => string) => void;
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
  readonly run: (operands: readonly string[], context: Context) => Promise<Answer>;
}

/** The operand at a place; what is optional and left out is empty. */
export const operand = (operands: readonly string[], index: number): string => operands[index] ?? "";

/** Whether a property of a verb that may hang on its options holds. */
export function holds(property: Verb["plans"], options: Options): boolean {
  return typeof property === "function" ? property(options) : property === true;
}

/** A plan as the value of `--json`. */
export const planned = ({ planId, title, outcome, operations, verified, findings, certificate }: PlanView) =>
  ({ outcome, planId, title, operations, verified, findings, certificate });

export const applied = (value: Applied): Answer => ({ value, text: (paint) => appliedText(value, paint) });

/** Shows a plan, asks, and carries it out; only shows it with --plan. Throws plan-cancelled and what applying throws. */
export async function carryOut(plan: PlanView, { host, options, confirm, show, onInterrupt }: Context): Promise<Answer> {
  if (options.plan === true || plan.outcome === "unchanged") return { value: planned(plan), text: (paint) => planText(plan, paint) };
  if (options.yes !== true) {
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
