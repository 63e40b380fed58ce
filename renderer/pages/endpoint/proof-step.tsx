// The last step: the plan under way, then what was proven, or what was put back and why.
import type { Applied, PlanView } from "../../../app/contract.ts";
import type { Act } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Notice, SuccessSmallIcon } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";
import { OperationList } from "../plan/operation-list.tsx";
import { provenBeside, provenOtherwise } from "../plan/served.ts";
import { StepProgress } from "../plan/step-progress.tsx";
import type { Steps } from "../plan/steps.ts";
import { VerifiedTable } from "../plan/verified-table.tsx";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { commonName } from "../certificate/days-left.ts";

/** The headings of the step, as the change comes along. */
export interface ProofTexts { readonly running: string; readonly failed: string; readonly done: string; readonly unchanged: string }

/** `name` is that of the instance that is secured; a wizard that does something else gives its own `texts`. */
export function ProofStep({ name, texts, plan, act, steps, cancelling, elevates }: {
  readonly name: string; readonly texts?: ProofTexts; readonly plan: PlanView; readonly act: Act<Applied>; readonly steps: Steps; readonly cancelling: boolean; readonly elevates: boolean;
}) {
  const say = useSay();
  switch (act.state) {
    case "idle":
    case "running": return (
      <div className="stack">
        <div><Heading key="running" level={2}>{texts?.running ?? say("proof.running", { name })}</Heading><p className="lead">{say("proof.running.lead")}</p></div>
        <StepProgress operations={plan.operations} steps={steps} cancelling={cancelling} elevates={elevates} />
      </div>
    );
    case "failed": {
      const cancelled = act.error.code === "plan-cancelled" && act.error.aftermath !== "not-put-back";
      return (
        <div className="stack">
          <Heading key="failed" level={2}>{cancelled ? say("proof.cancelled.title") : texts?.failed ?? say("proof.failed.title", { name })}</Heading>
          {cancelled
            ? <Notice intent="information" announce title={say(act.error.aftermath === "put-back" ? "error.putBack" : "error.untouched")} />
            : <ErrorNotice error={act.error} afterAct />}
          <section className="card operations-card"><OperationList operations={plan.operations} label={say("proof.steps")} states={steps.states} evidence={false} /></section>
        </div>
      );
    }
    case "done": {
      const planned = plan.certificate?.thumbprint ?? null;
      const otherwise = provenOtherwise(act.value.operations);
      return (
        <div className="stack">
          <div>
            <Heading key="done" level={2}>{act.value.outcome === "unchanged" ? texts?.unchanged ?? say("proof.unchanged.title", { name }) : texts?.done ?? say("proof.done.title", { name })}</Heading>
            <p className="lead">{say("proof.done.lead", { count: act.value.verified.length })}</p>
          </div>
          <section className="card">
            <h3>{say("proof.served")}</h3>
            <VerifiedTable verified={act.value.verified} planned={planned} own={provenBeside(plan.operations, planned)} label={say("proof.served")} />
            {plan.certificate && (
              <div className="planned">
                <span className="strong break">{commonName(plan.certificate.subject)}</span>
                <Thumbprint value={plan.certificate.thumbprint} />
              </div>
            )}
          </section>
          {otherwise.length > 0 && (
            <section className="card">
              <h3 id="also-proven">{say("proof.alsoProven")}</h3>
              <ul className="checks" aria-labelledby="also-proven">
                {otherwise.map((title) => <li key={title}><span className="step-icon"><SuccessSmallIcon className="tone-success" /></span><span>{title}</span></li>)}
              </ul>
            </section>
          )}
          {act.value.findings.length > 0 && <section className="card"><FindingList findings={act.value.findings} label={say("review.findings")} /></section>}
        </div>
      );
    }
  }
}
