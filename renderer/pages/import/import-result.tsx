// An import under way; then what is in the stores now and whether its key signs, or what was put back and why.
import { useCallback } from "react";
import type { PlanView } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, Notice, Spinner, SuccessSmallIcon } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";
import { OperationList } from "../plan/operation-list.tsx";
import { StepProgress } from "../plan/step-progress.tsx";
import { importsOf } from "./import-form.ts";
import { StoredLink } from "./import-review.tsx";
import type { PlannedImport } from "./use-planned-import.ts";

/** Asks the store to sign with the key it has now. */
function KeyProof({ thumbprint }: { readonly thumbprint: string }) {
  const say = useSay();
  const show = useCallback((host: Host) => host.certificate.show({ store: "My", thumbprint }), [thumbprint]);
  const loaded = useLoaded(show, true);
  switch (loaded.state) {
    case "loading": return <Spinner size="tiny" className="start" label={say("import.key.proving")} />;
    case "failed": return <ErrorNotice error={loaded.error} />;
    case "ready": switch (loaded.value.privateKey) {
      case "proven": return <p className="with-icon"><SuccessSmallIcon className="tone-success" />{say("import.key.proven")}</p>;
      case "unusable":
      case "none": return <p className="with-icon tone-error"><ErrorSmallIcon />{say("import.key.unusable")}</p>;
    }
  }
}

export function ImportResult({ planned: { act, steps, cancelling }, plan, elevates }: { readonly planned: PlannedImport; readonly plan: PlanView; readonly elevates: boolean }) {
  const say = useSay();
  const count = importsOf(plan.operations);
  switch (act.state) {
    case "idle":
    case "running": return (
      <div className="stack">
        <div><Heading key="running" level={2}>{say("import.running", { count })}</Heading><p className="lead">{say("proof.running.lead")}</p></div>
        <StepProgress operations={plan.operations} steps={steps} cancelling={cancelling} elevates={elevates} />
      </div>
    );
    case "failed": {
      const cancelled = act.error.code === "plan-cancelled" && act.error.aftermath !== "not-put-back";
      return (
        <div className="stack">
          <Heading key="failed" level={2}>{say(cancelled ? "proof.cancelled.title" : act.error.aftermath === "not-put-back" ? "import.failed.partly.title" : "import.failed.title")}</Heading>
          {cancelled
            ? <Notice intent="information" announce title={say(act.error.aftermath === "put-back" ? "error.putBack" : "error.untouched")} />
            : <ErrorNotice error={act.error} afterAct />}
          <section className="card operations-card"><OperationList operations={plan.operations} label={say("proof.steps")} states={steps.states} evidence={false} /></section>
        </div>
      );
    }
    case "done": return (
      <div className="stack">
        <div><Heading key="done" level={2}>{say("import.done.title", { count })}</Heading><p className="lead">{say(plan.certificate ? "import.done.lead" : "import.done.authorities")}</p></div>
        {plan.certificate && (
          <section className="card stored-link">
            <StoredLink plan={plan} />
            <KeyProof thumbprint={plan.certificate.thumbprint} />
          </section>
        )}
        <section className="card operations-card">
          <OperationList operations={act.value.operations} label={say("import.done.steps")} states={act.value.operations.map((_, index) => steps.states[index] === "already" ? "already" : "done")} evidence={false} />
        </section>
        {act.value.findings.length > 0 && <section className="card"><FindingList findings={act.value.findings} label={say("review.findings")} /></section>}
      </div>
    );
  }
}
