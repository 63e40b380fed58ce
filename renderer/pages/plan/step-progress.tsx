// A plan under way: one bar that never restarts, the step's name, and every step with its state.
import type { OperationView } from "../../../app/plan/operation.ts";
import { useSay } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { ProgressBar } from "../../ui/index.ts";
import { OperationList } from "./operation-list.tsx";
import type { Steps } from "./steps.ts";

function sentence({ current }: Steps, cancelling: boolean, elevates: boolean, say: Say): string {
  if (current?.direction === "back") return say("proof.back", { title: current.title });
  if (cancelling) return say("proof.cancelling");
  if (current) return say("proof.step", { step: current.step + 1, of: current.of, title: current.title });
  return say(elevates ? "proof.waiting" : "proof.start");
}

export function StepProgress({ operations, steps, cancelling, elevates }: {
  readonly operations: readonly OperationView[]; readonly steps: Steps; readonly cancelling: boolean; readonly elevates: boolean;
}) {
  const say = useSay();
  const back = steps.current?.direction === "back";
  return (
    <>
      <p className="progress-text" aria-live="polite">{sentence(steps, cancelling, elevates, say)}</p>
      <ProgressBar aria-label={say("proof.progress")} value={steps.fraction} max={1} thickness="large" shape="rounded" {...(back && { color: "error" as const })} />
      <div className="card operations-card"><OperationList operations={operations} label={say("proof.steps")} states={steps.states} evidence={false} /></div>
    </>
  );
}
