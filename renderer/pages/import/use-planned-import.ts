// An import planned, reviewed and carried out: the same for files and for an authority's answer.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Applied, ImportRequest, PlanView } from "../../../app/contract.ts";
import { useAct, useHost, type Act } from "../../host/host.tsx";
import type { Steps } from "../plan/steps.ts";
import { useSteps } from "../plan/use-steps.ts";

export interface PlannedImport {
  /** The plan as the person wants it; null until one was made. */
  readonly plan: PlanView | null;
  /** Whether trusting the roots of the files would change anything. */
  readonly rootsOffered: boolean;
  readonly includeRoots: boolean;
  readonly setIncludeRoots: (include: boolean) => void;
  readonly act: Act<Applied>;
  readonly steps: Steps;
  readonly cancelling: boolean;
  /**
   * Plans the import. Where the files hold roots it is planned with and without them at once, so that the password can be
   * forgotten before the person decides. False where the page moved on meanwhile. Throws what planning throws.
   */
  readonly make: (request: Omit<ImportRequest, "includeRoots">, hasRoots: boolean) => Promise<boolean>;
  readonly commit: () => void;
  readonly cancel: () => void;
  /** Lets go of the plan: what it was made from has changed. */
  readonly reset: () => void;
}

interface Plans { readonly plain: PlanView; readonly trusting: PlanView | null }

const noOperations: PlanView["operations"] = [];

export function usePlannedImport(): PlannedImport {
  const host = useHost();
  const [plans, setPlans] = useState<Plans | null>(null);
  const [includeRoots, setIncludeRoots] = useState(false);
  const [cancelling, setCancelling] = useState(false);
  const { act, run, reset: resetAct } = useAct<Applied>();
  const attempt = useRef(0);
  const rootsOffered = plans !== null && plans.trusting !== null && plans.trusting.operations.length > plans.plain.operations.length;
  const plan = plans && (rootsOffered && includeRoots ? plans.trusting : plans.plain);
  const steps = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);

  useEffect(() => () => { attempt.current++; }, []);
  const reset = useCallback(() => {
    attempt.current++;
    setPlans(null);
    resetAct();
  }, [resetAct]);

  return {
    plan, rootsOffered, includeRoots, setIncludeRoots, act, steps, cancelling, reset,
    make: async (request, hasRoots) => {
      const mine = ++attempt.current;
      const plain = await host.certificate.planImport(request);
      const trusting = hasRoots ? await host.certificate.planImport({ ...request, includeRoots: true }) : null;
      if (attempt.current !== mine) return false;
      resetAct();
      setPlans({ plain, trusting });
      return true;
    },
    commit: () => {
      if (!plan) return;
      setCancelling(false);
      void run(() => host.plan.apply({ planId: plan.planId }));
    },
    cancel: () => {
      if (!plan) return;
      setCancelling(true);
      host.plan.cancel({ planId: plan.planId }).catch(() => setCancelling(false));
    },
  };
}
