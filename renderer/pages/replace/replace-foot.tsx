// The buttons under each step of a replacement.
import type { Applied, MachineDescription, PlanView } from "../../../app/contract.ts";
import type { Act } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, SaveIcon, ShieldIcon } from "../../ui/index.ts";
import { commandScript } from "../endpoint/command-script.ts";
import { saveText } from "../save-file.ts";
import type { ReplaceStep } from "./replace-wizard.tsx";

/** Records that a plan sets anew. */
const bindingsIn = (plan: PlanView): number => plan.operations.filter(({ kind }) => kind === "binding.set").length;

/** `locked` says that a password is asked for, whose own button is then the first. */
export function ReplaceFoot({ step, plan, act, machine, cancelling, locked, onNext, onBack, onCommit, onCancel, onAgain, onClose }: {
  readonly step: ReplaceStep; readonly plan: PlanView | null; readonly act: Act<Applied>; readonly machine: MachineDescription; readonly cancelling: boolean; readonly locked: boolean;
  readonly onNext: () => void; readonly onBack: () => void; readonly onCommit: (plan: PlanView) => void; readonly onCancel: (plan: PlanView) => void; readonly onAgain: () => void; readonly onClose: () => void;
}) {
  const say = useSay();
  const shield = machine.elevates && { icon: <ShieldIcon />, "aria-describedby": "elevates" };
  const wanted = plan?.outcome === "planned";
  const count = plan ? bindingsIn(plan) : 0;
  return (
    <footer className="wizard-foot">
      <span className="grow dim">{step === "review" && wanted && say("review.promise")}</span>
      {machine.elevates && <span id="elevates" className="visually-hidden">{say("app.elevates")}</span>}
      {step === "certificate" && (
        <>
          <Button appearance={locked ? "secondary" : "primary"} onClick={onNext}>{say("app.next")}</Button>
          <Button onClick={onClose}>{say("app.cancel")}</Button>
        </>
      )}
      {step === "review" && plan && (
        <>
          {wanted && <Button appearance="subtle" icon={<SaveIcon />} onClick={() => saveText(`lockstep-${plan.planId}.cmd`, commandScript(plan, say("review.saveCommands.note")))}>{say("review.saveCommands")}</Button>}
          <Button onClick={onBack}>{say("app.back")}</Button>
          {wanted && <Button appearance="primary" {...shield} onClick={() => onCommit(plan)}>{count > 0 ? say("replace.commit", { count }) : say("review.commitPlain")}</Button>}
          <Button onClick={onClose}>{say(wanted ? "app.cancel" : "app.close")}</Button>
        </>
      )}
      {step === "proof" && plan && (
        <>
          {act.state === "running" && <Button onClick={() => onCancel(plan)} disabledFocusable={cancelling}>{say("app.cancel")}</Button>}
          {act.state === "failed" && <Button appearance="primary" onClick={onAgain}>{say("proof.toReview")}</Button>}
          {(act.state === "failed" || act.state === "done") && <Button onClick={() => goTo({ page: "record", id: plan.planId })}>{say("proof.toHistory")}</Button>}
          {(act.state === "failed" || act.state === "done") && <Button appearance={act.state === "done" ? "primary" : "secondary"} onClick={onClose}>{say("app.close")}</Button>}
        </>
      )}
    </footer>
  );
}
