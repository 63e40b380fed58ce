// The wizard that puts one certificate in the place of another, wherever this machine uses it.
import { useEffect, useMemo, useRef, useState } from "react";
import type { Applied, MachineDescription, PlanView } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Checkbox, Spinner } from "../../ui/index.ts";
import { loadCertificates } from "../binding/bound.ts";
import { CertificatePicker } from "../certificate/certificate-picker.tsx";
import { useChosenCertificate } from "../certificate/use-chosen-certificate.ts";
import { CertificateStep } from "../endpoint/certificate-step.tsx";
import { ProofStep } from "../endpoint/proof-step.tsx";
import { ReviewStep } from "../endpoint/review-step.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { Page } from "../page.tsx";
import { useSteps } from "../plan/use-steps.ts";
import { Revealed } from "../revealed.tsx";
import { WizardSteps } from "../wizard-steps.tsx";
import { NothingUses } from "./nothing-uses.tsx";
import { OldCertificate } from "./old-certificate.tsx";
import { ReplaceFoot } from "./replace-foot.tsx";

const steps = ["certificate", "review", "proof"] as const;
export type ReplaceStep = (typeof steps)[number];

const noOperations: PlanView["operations"] = [];

/** `thumbprint` is that of the certificate that is to go; null lets it be chosen. */
export function ReplaceWizard({ thumbprint, machine }: { readonly thumbprint: string | null; readonly machine: MachineDescription }) {
  const say = useSay();
  const host = useHost();
  const certificates = useLoaded(loadCertificates, true);
  const [step, setStep] = useState<ReplaceStep>("certificate");
  const [old, setOld] = useState(thumbprint);
  const [oldMissing, setOldMissing] = useState(false);
  const [takeOver, setTakeOver] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [error, setError] = useState<LockstepError | null>(null);
  const [plan, setPlan] = useState<PlanView | null>(null);
  const [cancelling, setCancelling] = useState(false);
  const { act, run, reset } = useAct<Applied>();
  const progress = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);
  const attempt = useRef(0);
  useEffect(() => () => { attempt.current++; }, []);
  const letGo = () => {
    attempt.current++;
    setError(null);
    setPlan(null);
    setPlanning(false);
    reset();
  };
  const chosen = useChosenCertificate({ changed: letGo });
  const offered = useMemo(() => (certificates.state === "ready" ? certificates.value : []), [certificates]);

  const makePlan = async () => {
    if (old === null) return;
    const mine = ++attempt.current;
    const current = () => attempt.current === mine;
    setError(null);
    setPlanning(true);
    try {
      const certificate = await chosen.source();
      const made = await host.endpoint.planReplaceCertificate({ old, certificate, ...(chosen.allowExpired && { allowExpired: true }), ...(takeOver && { takeOver }) });
      if (!current()) return;
      chosen.forget();
      reset();
      setPlan(made);
      setStep("review");
    } catch (thrown) {
      if (!current()) return;
      const failure = asLockstepError(thrown);
      setStep("certificate");
      if (!chosen.askAgain(failure)) setError(failure);
    }
    setPlanning(false);
  };

  const next = () => {
    if (planning) return;
    setOldMissing(old === null);
    chosen.leave(() => {
      if (old === null) return;
      if (plan && act.state === "idle") setStep("review");
      else void makePlan();
    });
  };
  const commit = (made: PlanView) => {
    setCancelling(false);
    setStep("proof");
    void run(() => host.plan.apply({ planId: made.planId }));
  };
  const cancel = (made: PlanView) => {
    setCancelling(true);
    host.plan.cancel({ planId: made.planId }).catch(() => setCancelling(false));
  };

  const fromStore = (
    <section className="card">
      <CertificatePicker label={say("replace.fromStore")} hint={say("picker.hint")} none={say("picker.choose")} certificates={offered} {...(old !== null && { except: old })}
        chosen={chosen.stored ?? ""} mistake={null} onChoose={chosen.takeStored} />
    </section>
  );
  return (
    <Page title={say("replace.title")}>
      <WizardSteps titles={steps.map((each) => say(`replace.step.${each}`))} current={steps.indexOf(step)} finished={act.state === "done"} />
      <div className="wizard-body">
        {step === "certificate" && (
          <div className="stack">
            <CertificateStep texts={{ title: say("replace.certificate.title"), lead: say("replace.certificate.lead") }} inspection={chosen.inspection} fileNames={chosen.fileNames} question={chosen.question}
              error={chosen.error} busy={chosen.reading} missing={chosen.missing} allowExpired={chosen.allowExpired} password={chosen.password} onFiles={chosen.takeFiles} onOpen={chosen.open} onAllowExpired={chosen.setAllowExpired}
              fromStore={fromStore}
              before={<OldCertificate thumbprint={old} mistake={oldMissing && old === null ? say("replace.old.missing") : null} {...(thumbprint === null && { onChoose: (other: string | null) => { letGo(); setOld(other); setTakeOver(false); } })} />} />
            {planning && <Spinner size="tiny" className="start" label={say("secure.address.planning")} />}
            {error && !planning && (
              <Revealed key={error.message}>
                <div className="stack">
                  <ErrorNotice error={error} />
                  {error.code === "binding-foreign" && <Checkbox checked={takeOver} label={say("replace.takeOver")} onChange={(_, { checked }) => setTakeOver(checked === true)} />}
                </div>
              </Revealed>
            )}
          </div>
        )}
        {step === "review" && plan && (plan.outcome === "unchanged" && plan.verified.length === 0 ? <NothingUses plan={plan} /> : <ReviewStep plan={plan} />)}
        {step === "proof" && plan && (
          <ProofStep name="" plan={plan} act={act} steps={progress} cancelling={cancelling} elevates={machine.elevates}
            texts={{ running: say("replace.running"), failed: say("replace.failed"), done: say("replace.done"), unchanged: say("replace.unchanged") }} />
        )}
      </div>
      <ReplaceFoot step={step} plan={plan} act={act} machine={machine} cancelling={cancelling} locked={chosen.question !== null && chosen.inspection === null}
        onNext={next} onBack={() => setStep("certificate")} onCommit={commit} onCancel={cancel} onAgain={() => void makePlan()} onClose={() => goTo({ page: "bindings" })} />
    </Page>
  );
}
