// The third step: everything the plan does, as it will be run; or that nothing is left to do, with the proof.
import type { PlanView } from "../../../app/contract.ts";
import { useSay } from "../../messages/language.tsx";
import { Notice } from "../../ui/index.ts";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";
import { groupOperations } from "../plan/operation-groups.ts";
import { OperationList } from "../plan/operation-list.tsx";
import { VerifiedTable } from "../plan/verified-table.tsx";

export function ReviewStep({ plan }: { readonly plan: PlanView }) {
  const say = useSay();
  const findings = plan.findings.length > 0 && <section className="card"><FindingList findings={plan.findings} label={say("review.findings")} /></section>;
  if (plan.outcome === "unchanged") {
    return (
      <div className="stack">
        <Heading level={2}>{say("review.unchanged.title")}</Heading>
        <Notice intent="success" title={say("review.unchanged.lead")} />
        <section className="card"><VerifiedTable verified={plan.verified} planned={plan.certificate?.thumbprint ?? null} label={say("proof.served")} /></section>
        {findings}
      </div>
    );
  }
  return (
    <div className="stack">
      <div><Heading level={2}>{say("review.title")}</Heading><p className="lead">{say("review.lead", { count: groupOperations(plan.operations).length })}</p></div>
      {findings}
      <section className="card operations-card"><OperationList operations={plan.operations} label={say("review.steps")} evidence /></section>
    </div>
  );
}
