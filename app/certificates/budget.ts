// What reading a set of files may cost: one budget for all of them, spent before the work is done.
import { elementCount, MalformedError, parse, type Element } from "./asn1.ts";

/** What one reading may still spend, in nanoseconds, and the keys that it has derived already. */
export interface Budget {
  left: number;
  readonly derived: Map<string, Promise<Uint8Array>>;
}

/**
 * Three and a half seconds for all parts of all files together. A file of 600,000 rounds, the most that known writers use,
 * takes one of them at worst, and a password that does not open it two.
 */
export const freshBudget = (): Budget => ({ left: 3.5e9, derived: new Map() });

/** Takes `nanoseconds` off the budget. Throws MalformedError where it does not suffice. */
export function spend(budget: Budget, nanoseconds: number): void {
  if (nanoseconds > budget.left) throw new MalformedError("it asks for more work than the files of any known program.");
  budget.left -= nanoseconds;
}

/** Nanoseconds that asn1js takes for an element, and the collection of its garbage. */
const elementCost = 10_000;

/** Parses as `parse` does, for what stands in files by the hundred. */
export function parseWithin(bytes: Uint8Array, budget: Budget): Element {
  spendOnParsing(bytes, budget);
  return parse(bytes);
}

/** Spends what parsing will cost whoever does it. Throws MalformedError. */
export function spendOnParsing(bytes: Uint8Array, budget: Budget): void {
  spend(budget, elementCount(bytes) * elementCost);
}
