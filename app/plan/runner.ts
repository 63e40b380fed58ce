// The runner: carries a plan out step by step, or puts it back. Everything it does is in the journal before it is done.
import type { Outcome, Progress, Verified } from "../contract.ts";
import { asLockstepError, problem, type LockstepError } from "../errors.ts";
import type { Machine } from "../machine.ts";
import { explainService } from "../santedb/service-end.ts";
import { inverse } from "./inverse.ts";
import type { ChangeRecord, Entry, Journal } from "./journal.ts";
import { clearLeftovers } from "./leftovers.ts";
import type { Operation } from "./operation.ts";
import { perform } from "./perform.ts";
import { standardLimits, type Limits } from "./performance.ts";
import type { Materials, Plan } from "./plan.ts";
import { titleOf } from "./view.ts";

export interface RunnerParts {
  readonly machine: Machine;
  readonly journal: Journal;
  readonly progress: (progress: Progress) => void;
  readonly limits?: Limits;
}

export interface Ended {
  readonly outcome: Outcome;
  readonly verified: readonly Verified[];
  /** What went wrong first; null when nothing did. */
  readonly error: LockstepError | null;
}

/** How long the old state's proof is tried, in milliseconds, when its service did not come up. */
const impatience = 1000;

type Direction = "forward" | "back";
type EntryBody<E = Entry> = E extends Entry ? Omit<E, "planId" | "at"> : never;

/** One plan under way. Made anew for each run, undo or recovery; the caller holds the change lock. */
class Run {
  private readonly parts: RunnerParts;
  private readonly plan: Plan;
  private readonly materials: Materials;
  private readonly signal: AbortSignal | undefined;

  constructor(parts: RunnerParts, plan: Plan, materials: Materials, signal?: AbortSignal) {
    this.parts = parts;
    this.plan = plan;
    this.materials = materials;
    this.signal = signal;
  }

  async write(body: EntryBody): Promise<void> {
    await this.parts.journal.append({ ...body, planId: this.plan.id, at: this.parts.machine.clock.now().toISOString() });
  }

  /** A full disk or a damaged journal must not keep a machine from being put back: undoing goes on without its record. */
  private async writeIfPossible(body: EntryBody): Promise<void> {
    await this.write(body).catch(() => undefined);
  }

  private tell(direction: Direction, step: number, operation: Operation, state: Progress["state"]): void {
    this.parts.progress({ planId: this.plan.id, direction, step, of: this.plan.operations.length, title: titleOf(operation), state });
  }

  private do(operation: Operation, intend: () => Promise<void>, insist: boolean, limits = this.parts.limits ?? standardLimits) {
    const { machine } = this.parts;
    return perform(operation, { machine, materials: this.materials, limits, intend, insist, signal: this.signal });
  }

  /** Carries out the steps that `states` says are left. Gives the error that stopped it, or null. */
  async forward(states: readonly ChangeRecord["steps"][number]["state"][], touched: Set<number>, verified: Verified[]): Promise<LockstepError | null> {
    for (const [step, operation] of this.plan.operations.entries()) {
      if (states[step] === "done" || states[step] === "already") continue;
      if (this.signal?.aborted) return problem("plan-cancelled", {});
      this.tell("forward", step, operation, "running");
      try {
        const result = await this.do(operation, async () => {
          await this.write({ type: "intent", step, direction: "forward" });
          touched.add(step);
        }, false);
        // A step in doubt that is found done was done by us before the interruption, and is ours to undo.
        await this.write({ type: "done", step, direction: "forward", changed: result.changed || touched.has(step) });
        if (result.verified) verified.push(result.verified);
        this.tell("forward", step, operation, result.changed || operation.kind.startsWith("verify.") ? "done" : "already");
      } catch (thrown) {
        const error = this.signal?.aborted ? problem("plan-cancelled", {}, { cause: thrown }) : await this.cause(asLockstepError(thrown));
        await this.writeIfPossible({ type: "failed", step, direction: "forward", error: error.report() as never });
        this.tell("forward", step, operation, "failed");
        return error;
      }
    }
    return null;
  }

  /** A check that fails because the service is gone says so, instead of naming the silence that follows. */
  private async cause(error: LockstepError): Promise<LockstepError> {
    if (!["not-listening", "handshake-failed", "http-failed"].includes(error.code)) return error;
    for (const operation of this.plan.operations) {
      if (operation.kind !== "service.start") continue;
      const record = await this.parts.machine.services.find(operation.service).catch(() => null);
      if (record && record.state !== "running") {
        const { reason, remedy } = explainService(operation.manager, operation.service, record.exitCode);
        return problem("service-died", { service: operation.service, reason, remedy }, { cause: error });
      }
    }
    return error;
  }

  /**
   * Puts back the steps in `touched`, last first, whatever fails on the way, and proves the old state again. The proof
   * decides about the service, and about NGINX: one that would not stop, or not reload, and serves as before is as it was.
   */
  async back(touched: ReadonlySet<number>, verified: Verified[], insist: boolean): Promise<readonly LockstepError[]> {
    const failures: LockstepError[] = [];
    const doubts: LockstepError[] = [];
    let runningOn: LockstepError | null = null;
    for (const step of [...touched].sort((left, right) => right - left)) {
      const operation = this.plan.operations[step];
      const undoing = operation && inverse(operation);
      if (!undoing) continue;
      this.tell("back", step, undoing, "running");
      try {
        // A service that runs on may write its own copy over the file, and the one kept would be gone by then.
        if (undoing.kind === "file.restore" && runningOn) throw runningOn;
        const { changed } = await this.do(undoing, () => this.writeIfPossible({ type: "intent", step, direction: "back" }), insist);
        await this.writeIfPossible({ type: "done", step, direction: "back", changed });
        this.tell("back", step, undoing, "done");
      } catch (thrown) {
        const error = asLockstepError(thrown);
        if (undoing.kind === "service.stop") runningOn = error;
        (undoing.kind === "service.start" || undoing.kind === "proxy.reload" ? doubts : failures).push(error);
        await this.writeIfPossible({ type: "failed", step, direction: "back", error: error.report() as never });
        this.tell("back", step, undoing, "failed");
      }
    }
    // A service that is known not to have started needs no patience.
    const limits = this.parts.limits ?? standardLimits;
    const proofLimits = doubts.length > 0 ? { ...limits, verify: Math.min(limits.verify, impatience) } : limits;
    for (const [index, check] of this.plan.proof.entries()) {
      const step = this.plan.operations.length + index;
      this.tell("back", step, check, "running");
      try {
        const result = await this.do(check, () => Promise.resolve(), insist, proofLimits);
        if (result.verified) verified.push(result.verified);
        this.tell("back", step, check, "done");
      } catch (thrown) {
        failures.push(asLockstepError(thrown));
        this.tell("back", step, check, "failed");
      }
    }
    return this.plan.proof.length > 0 && failures.length === 0 ? [] : [...failures, ...doubts];
  }

  async end(outcome: Outcome, verified: readonly Verified[]): Promise<void> {
    await this.write({ type: "ended", outcome, verified: [...verified] });
  }

  /** Turns round, puts back, and records how it ended. */
  async turn(reason: "failed" | "cancelled" | "undo" | "recovery", touched: ReadonlySet<number>): Promise<Ended> {
    if (reason === "undo") await this.write({ type: "turned", reason });
    else await this.writeIfPossible({ type: "turned", reason });
    const verified: Verified[] = [];
    const failures = await this.back(touched, verified, reason !== "undo");
    const [first] = failures;
    const wanted: Outcome = reason === "failed" || reason === "cancelled" ? reason : "undone";
    const outcome: Outcome = first ? "not-put-back" : wanted;
    await this.end(outcome, verified).catch(() => undefined);
    const error = first
      ? problem("not-put-back", { what: failures.length > 1 ? `${failures.length} steps` : "One step", reason: failures.map(({ message }) => message).join(" "), id: this.plan.id },
        { cause: first, evidence: first.evidence, aftermath: "not-put-back", planId: this.plan.id })
      : null;
    return { outcome, verified, error };
  }
}

/**
 * Carries a plan out. On success gives outcome "applied". On a failure or when `signal` is raised everything is put back
 * and the outcome is "failed", "cancelled" or "not-put-back"; the error then says what went wrong first, with its
 * aftermath. Throws only when the journal refuses the plan before anything was changed.
 */
export async function applyPlan(parts: RunnerParts, plan: Plan, materials: Materials, by: string, signal?: AbortSignal): Promise<Ended> {
  const run = new Run(parts, plan, materials, signal);
  await run.write({ type: "begun", by, plan });
  const touched = new Set<number>();
  const verified: Verified[] = [];
  let error = await run.forward([], touched, verified);
  if (!error) {
    try {
      await run.end("applied", verified);
      return { outcome: "applied", verified, error: null };
    } catch (thrown) {
      // The change stands but cannot be recorded as done, so it must not stay.
      error = asLockstepError(thrown);
    }
  }
  const reason = error.code === "plan-cancelled" ? "cancelled" : "failed";
  const ended = await run.turn(reason, touched);
  return { ...ended, error: ended.error ?? error.after(touched.size === 0 ? "untouched" : "put-back", plan.id) };
}

/**
 * Steps that changed the machine, or may have, and were not put back yet. Where putting one back failed, all are done
 * over: a service that was started before its file could be put back must be stopped and started again.
 */
export function stepsToPutBack(record: ChangeRecord): ReadonlySet<number> {
  const over = record.steps.some(({ state }) => state === "not-undone");
  return new Set(record.steps.flatMap(({ state }, step) =>
    ["running", "done", "failed", "not-undone"].includes(state) || (state === "undone" && over) ? [step] : []));
}

/** Undoes an applied change. The caller has made sure that nothing of it was changed since. Error as for applyPlan. */
export async function undoChange(parts: RunnerParts, record: ChangeRecord): Promise<Ended> {
  return new Run(parts, record.plan, new Map()).turn("undo", stepsToPutBack(record));
}

/** Ends an interrupted change by putting it back. Safe to repeat. */
export async function recoverBack(parts: RunnerParts, record: ChangeRecord): Promise<Ended> {
  await clearLeftovers(parts.machine, record.plan.operations);
  return new Run(parts, record.plan, new Map()).turn("recovery", stepsToPutBack(record));
}

/** Ends an interrupted change in the record alone: what is half done stays, for a person to put right by hand. */
export async function recoverNot(parts: RunnerParts, record: ChangeRecord): Promise<Ended> {
  await clearLeftovers(parts.machine, record.plan.operations);
  await new Run(parts, record.plan, new Map()).end("kept", []);
  return { outcome: "kept", verified: [], error: null };
}

/** Ends an interrupted change by carrying it through; puts it back when that fails. */
export async function recoverForward(parts: RunnerParts, record: ChangeRecord): Promise<Ended> {
  await clearLeftovers(parts.machine, record.plan.operations);
  const run = new Run(parts, record.plan, new Map());
  const touched = new Set(stepsToPutBack(record));
  const verified: Verified[] = [];
  // Steps in doubt are done again, which finds out; checks are repeated, because only a present proof counts.
  const states = record.steps.map(({ state }, step) => (record.plan.operations[step]?.kind.startsWith("verify.") ? "pending" : state));
  const error = await run.forward(states, touched, verified);
  if (error) {
    const ended = await run.turn("failed", touched);
    return { ...ended, error: ended.error ?? error.after("put-back", record.plan.id) };
  }
  await run.end("applied", verified);
  return { outcome: "applied", verified, error: null };
}
