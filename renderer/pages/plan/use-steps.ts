// The steps of a running plan, as its events tell.
import { useEffect, useState } from "react";
import { useHost } from "../../host/host.tsx";
import { advance, noSteps, type Steps } from "./steps.ts";

/** Follows the plan with this id, or with any of them where the id is not known before it runs. */
export function useSteps(planId: string | null, count: number): Steps {
  const host = useHost();
  const [followed, setFollowed] = useState(() => ({ planId, steps: noSteps(count) }));
  useEffect(() => host.plan.progress((progress) => {
    if (planId !== null && progress.planId !== planId) return;
    setFollowed((before) => {
      const steps = before.planId === planId && before.steps.states.length === count ? before.steps : noSteps(count);
      return { planId, steps: advance(steps, progress) };
    });
  }), [host, planId, count]);
  return followed.planId === planId && followed.steps.states.length === count ? followed.steps : noSteps(count);
}
