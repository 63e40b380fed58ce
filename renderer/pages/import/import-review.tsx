// What an import will do, step by step, and whether the roots of the files are to be trusted; or that all is there already.
import type { Certificate } from "../../../app/certificates/certificate.ts";
import type { PlanView } from "../../../app/contract.ts";
import { useSay } from "../../messages/language.tsx";
import { addressOf } from "../../shell/route.ts";
import { Checkbox, Notice } from "../../ui/index.ts";
import { commonName } from "../certificate/days-left.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";
import { groupOperations } from "../plan/operation-groups.ts";
import { OperationList } from "../plan/operation-list.tsx";
import type { PlannedImport } from "./use-planned-import.ts";

function RootChoice({ roots, planned: { includeRoots, setIncludeRoots } }: { readonly roots: readonly Certificate[]; readonly planned: PlannedImport }) {
  const say = useSay();
  const names = roots.map(({ subject }) => commonName(subject)).join(", ");
  return (
    <section className="card root-choice">
      <Checkbox className="override" checked={includeRoots} onChange={(_, { checked }) => setIncludeRoots(checked === true)}
        label={say("import.roots", { count: roots.length, names })} aria-describedby="roots-meaning" />
      <p className="dim" id="roots-meaning">{say("import.roots.means")}</p>
    </section>
  );
}

/** The certificate that a plan is about, with the way to its page. */
export function StoredLink({ plan }: { readonly plan: PlanView }) {
  const { certificate } = plan;
  if (!certificate) return null;
  return (
    <div className="planned">
      <a className="strong break" href={addressOf({ page: "certificate", store: "My", thumbprint: certificate.thumbprint })}>{commonName(certificate.subject)}</a>
      <Thumbprint value={certificate.thumbprint} />
    </div>
  );
}

export function ImportReview({ planned, plan, roots }: { readonly planned: PlannedImport; readonly plan: PlanView; readonly roots: readonly Certificate[] }) {
  const say = useSay();
  const choice = planned.rootsOffered && <RootChoice roots={roots} planned={planned} />;
  // Where the choice stands on the page, it says the same.
  const findings = plan.findings.filter(({ code }) => !planned.rootsOffered || code !== "root-left-out");
  const worthKnowing = findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>;
  if (plan.outcome === "unchanged") {
    return (
      <div className="stack">
        <Heading level={2}>{say("import.unchanged.title")}</Heading>
        <Notice intent="success" title={say(plan.certificate ? "import.unchanged.lead" : "import.unchanged.authorities")} />
        {plan.certificate && <section className="card stored-link"><StoredLink plan={plan} /></section>}
        {choice}
        {worthKnowing}
      </div>
    );
  }
  return (
    <div className="stack">
      <div><Heading level={2}>{say("import.review.title")}</Heading><p className="lead">{say("review.lead", { count: groupOperations(plan.operations).length })}</p></div>
      {worthKnowing}
      <section className="card operations-card"><OperationList operations={plan.operations} label={say("review.steps")} evidence /></section>
      {choice}
    </div>
  );
}
