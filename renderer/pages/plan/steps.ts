// How far a plan has come: the state of each step, and one measure that only ever grows.
import type { HistoryDetail, Progress } from "../../../app/contract.ts";
import type { OperationView } from "../../../app/plan/operation.ts";

export type StepState = HistoryDetail["steps"][number]["state"];

export interface Steps {
  readonly states: readonly StepState[];
  /** Between 0 and 1. It never falls: while things are put back it stays where it was. */
  readonly fraction: number;
  readonly current: Progress | null;
}

export const noSteps = (count: number): Steps => ({ states: Array<StepState>(count).fill("pending"), fraction: 0, current: null });

/** A step that failed stays failed when what it had half done was put back. */
const reached = (before: StepState, progress: Progress): StepState => {
  if (progress.direction === "forward") return progress.state;
  switch (progress.state) {
    case "running": return before === "failed" ? "failed" : "running";
    case "done":
    case "already": return before === "failed" ? "failed" : "undone";
    case "failed": return "not-undone";
  }
};

/** The steps after one more event. Events of a step outside the plan are passed over. */
export function advance(steps: Steps, progress: Progress): Steps {
  const states = steps.states.map((state, index) => (index === progress.step ? reached(state, progress) : state));
  const settled = progress.state === "done" || progress.state === "already" ? 1 : 0;
  const forward = progress.direction === "forward" && progress.of > 0 ? (progress.step + settled) / progress.of : 0;
  return { states, fraction: Math.min(1, Math.max(steps.fraction, forward)), current: progress };
}

/** The same for a change that is undone on request: its steps back are the steps forward of what was asked for. */
export function advanceUndo(steps: Steps, progress: Progress, operations: readonly OperationView[]): Steps {
  const step = operations.findIndex(({ title }) => title === progress.title);
  return step < 0 ? steps : advance(steps, { ...progress, direction: "forward", step, of: operations.length });
}
