// The review of a replacement that has nothing to replace.
import type { PlanView } from "../../../app/contract.ts";
import { useSay } from "../../messages/language.tsx";
import { Notice } from "../../ui/index.ts";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";

export function NothingUses({ plan }: { readonly plan: PlanView }) {
  const say = useSay();
  return (
    <div className="stack">
      <Heading level={2}>{say("review.unchanged.title")}</Heading>
      {plan.findings.length > 0
        ? <section className="card"><FindingList findings={plan.findings} label={say("review.findings")} /></section>
        : <Notice intent="success" title={say("planDialog.unchanged")} />}
    </div>
  );
}
