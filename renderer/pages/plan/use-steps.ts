// The steps of a running plan, as its events tell.
import { useEffect, useState } from "react";
import type { OperationView } from "../../../app/plan/operation.ts";
import { useHost } from "../../host/host.tsx";
import { advance, advanceUndo, noSteps, type Steps } from "./steps.ts";

/** Follows the plan with this id. */
export function useSteps(planId: string, operations: readonly OperationView[]): Steps {
  return useFollowed(planId, operations, advance);
}

/** Follows the undoing of a change: its events count back through the change's own steps, and are known by their titles. */
export function useUndoSteps(planId: string, operations: readonly OperationView[]): Steps {
  return useFollowed(planId, operations, advanceUndo);
}

function useFollowed(planId: string, operations: readonly OperationView[], next: typeof advanceUndo): Steps {
  const host = useHost();
  const [followed, setFollowed] = useState(() => ({ planId, operations, steps: noSteps(operations.length) }));
  useEffect(() => host.plan.progress((progress) => {
    if (progress.planId !== planId) return;
    setFollowed((before) => {
      const steps = before.planId === planId && before.operations === operations ? before.steps : noSteps(operations.length);
      return { planId, operations, steps: next(steps, progress, operations) };
    });
  }), [host, planId, operations, next]);
  return followed.planId === planId && followed.operations === operations ? followed.steps : noSteps(operations.length);
}
