// The journal: what was intended and what was done, entry by entry; and what a sequence of entries amounts to.
import { z } from "zod";
import { outcomeSchema, errorReportSchema, verifiedSchema, type HistoryEntry, type Outcome, type Verified } from "../contract.ts";
import { planSchema, type Plan } from "./plan.ts";

const direction = z.enum(["forward", "back"]);
const step = z.number().int().nonnegative();
const common = { planId: z.string(), at: z.iso.datetime() };

export const entrySchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("begun"), ...common, by: z.string(), plan: planSchema }),
  /** Written before a step is done, and only when the step would change something: a later reader knows that the change is ours. */
  z.strictObject({ type: z.literal("intent"), ...common, step, direction }),
  /** `changed` is false where the step found everything as it should be; undoing then leaves it alone. */
  z.strictObject({ type: z.literal("done"), ...common, step, direction, changed: z.boolean() }),
  z.strictObject({ type: z.literal("failed"), ...common, step, direction, error: errorReportSchema }),
  /** From here on the plan is put back. */
  z.strictObject({ type: z.literal("turned"), ...common, reason: z.enum(["failed", "cancelled", "undo", "recovery"]) }),
  z.strictObject({ type: z.literal("ended"), ...common, outcome: outcomeSchema, verified: z.array(verifiedSchema) }),
]);
export type Entry = Readonly<z.infer<typeof entrySchema>>;

/** Where entries are kept. An entry is durable when `append` returns; entries come back in order. */
export interface Journal {
  /** Throws journal-damaged, disk-full, file-unwritable. Only the holder of the change lock may append. */
  append(entry: Entry): Promise<void>;
  /** Throws journal-damaged. An entry torn by a power cut is not there. */
  entries(): Promise<readonly Entry[]>;
}

export type StepState = "pending" | "running" | "done" | "already" | "failed" | "undone" | "not-undone";

export interface StepRecord { readonly state: StepState; readonly at: string | null }

/** One plan as the journal tells of it. */
export interface ChangeRecord {
  readonly plan: Plan;
  readonly at: string;
  readonly by: string;
  readonly steps: readonly StepRecord[];
  readonly direction: "forward" | "back";
  /** Why it was last turned back; null when it never was. */
  readonly turned: "failed" | "cancelled" | "undo" | "recovery" | null;
  /** Null while no end is recorded. */
  readonly ended: Outcome | null;
  readonly finishedAt: string | null;
  readonly verified: readonly Verified[];
  readonly error: z.infer<typeof errorReportSchema> | null;
}

function begun(entry: Extract<Entry, { type: "begun" }>): ChangeRecord {
  return {
    plan: entry.plan, at: entry.at, by: entry.by, direction: "forward", turned: null, ended: null, finishedAt: null, verified: [], error: null,
    steps: entry.plan.operations.map(() => ({ state: "pending", at: null })),
  };
}

function withStep(record: ChangeRecord, index: number, state: StepState, at: string): ChangeRecord {
  return { ...record, steps: record.steps.map((old, position) => (position === index ? { state, at } : old)) };
}

function advanced(record: ChangeRecord, entry: Entry): ChangeRecord {
  switch (entry.type) {
    case "begun": return record;
    case "intent": return entry.direction === "forward" ? withStep(record, entry.step, "running", entry.at) : record;
    case "done": {
      const isCheck = record.plan.operations[entry.step]?.kind.startsWith("verify.") === true;
      return withStep(record, entry.step, entry.direction === "back" ? "undone" : entry.changed || isCheck ? "done" : "already", entry.at);
    }
    case "failed": return {
      ...withStep(record, entry.step, entry.direction === "back" ? "not-undone" : "failed", entry.at),
      error: record.error ?? entry.error,
    };
    case "turned": return { ...record, direction: "back", turned: entry.reason, ended: null, finishedAt: null };
    case "ended": return { ...record, ended: entry.outcome, finishedAt: entry.at, verified: entry.verified };
  }
}

/** The changes that a journal tells of, oldest first. */
export function changesOf(entries: readonly Entry[]): readonly ChangeRecord[] {
  const records = new Map<string, ChangeRecord>();
  for (const entry of entries) {
    const record = entry.type === "begun" ? begun(entry) : records.get(entry.planId);
    if (record) records.set(entry.planId, advanced(record, entry));
  }
  return [...records.values()];
}

/** Neither done nor undone: cut short, or not wholly put back. */
export function isOpen(record: ChangeRecord): boolean {
  return record.ended === null || record.ended === "not-put-back" || record.ended === "interrupted";
}

export function outcomeOf(record: ChangeRecord): Outcome {
  return record.ended ?? "interrupted";
}

export function historyEntry(record: ChangeRecord): HistoryEntry {
  return { id: record.plan.id, at: record.at, title: record.plan.title, outcome: outcomeOf(record), by: record.by };
}

/**
 * Whether an interrupted change can still be carried through: it was going forward, and what remains needs no
 * certificate or key that only the person at the keyboard had.
 */
export function canFinish(record: ChangeRecord): boolean {
  return isOpen(record) && record.direction === "forward"
    && record.plan.operations.every((operation, index) =>
      operation.kind !== "certificate.import" || (!operation.withKey && operation.certificate !== undefined) || record.steps[index]?.state === "done" || record.steps[index]?.state === "already");
}
