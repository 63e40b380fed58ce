// The buttons under the review and the result of an import.
import type { MachineDescription, PlanView } from "../../../app/contract.ts";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, ShieldIcon } from "../../ui/index.ts";
import { handCertificate } from "../certificate/handed-on.ts";
import { importsOf } from "./import-form.ts";
import type { PlannedImport } from "./use-planned-import.ts";

const close = () => goTo({ page: "certificates" });

/** `onAgain` plans once more after a failure, which leads back to the review. */
export function ImportFoot({ step, planned, plan, machine, onBack, onCommit, onAgain }: {
  readonly step: "review" | "result"; readonly planned: PlannedImport; readonly plan: PlanView; readonly machine: MachineDescription;
  readonly onBack: () => void; readonly onCommit: () => void; readonly onAgain: () => void;
}) {
  const say = useSay();
  const { act, cancelling, cancel } = planned;
  const shield = machine.elevates && { icon: <ShieldIcon />, "aria-describedby": "elevates" };
  const { certificate } = plan;
  const secure = certificate && <Button onClick={() => { handCertificate(certificate.thumbprint); goTo({ page: "secure", instance: null }); }}>{say("import.secure")}</Button>;
  const show = certificate && <Button appearance="primary" onClick={() => goTo({ page: "certificate", store: "My", thumbprint: certificate.thumbprint })}>{say("import.show")}</Button>;
  if (step === "review") {
    return (
      <>
        <span className="grow dim">{plan.outcome === "planned" && say("review.promise")}</span>
        {machine.elevates && <span id="elevates" className="visually-hidden">{say("app.elevates")}</span>}
        <Button onClick={onBack}>{say("app.back")}</Button>
        {plan.outcome === "planned" ? <Button appearance="primary" {...shield} onClick={onCommit}>{say("import.commit", { count: importsOf(plan.operations) })}</Button> : show}
        <Button onClick={close}>{say(plan.outcome === "planned" ? "app.cancel" : "app.close")}</Button>
      </>
    );
  }
  switch (act.state) {
    case "idle":
    case "running": return <><span className="grow" /><Button onClick={cancel} disabledFocusable={cancelling}>{say("app.cancel")}</Button></>;
    case "failed": return (
      <>
        <span className="grow" />
        <Button appearance="primary" onClick={onAgain}>{say("proof.toReview")}</Button>
        <Button onClick={() => goTo({ page: "record", id: plan.planId })}>{say("proof.toHistory")}</Button>
        <Button onClick={close}>{say("app.close")}</Button>
      </>
    );
    case "done": return (
      <>
        <span className="grow" />
        {secure}
        {show}
        <Button appearance={show ? "secondary" : "primary"} onClick={close}>{say("app.close")}</Button>
      </>
    );
  }
}
