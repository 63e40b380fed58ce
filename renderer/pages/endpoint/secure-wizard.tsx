// The wizard that secures an endpoint: a certificate, where it is to answer, the review, and the proof.
import { useEffect, useRef, useState } from "react";
import type { Inspection } from "../../../app/certificates/certificate.ts";
import type { Applied, MachineDescription, PlanView } from "../../../app/contract.ts";
import { asLockstepError, problem, type LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, SaveIcon, ShieldIcon } from "../../ui/index.ts";
import { leafOf } from "../certificate/certificate-card.tsx";
import { takeHandedCertificate } from "../certificate/handed-on.ts";
import { useChosenCertificate } from "../certificate/use-chosen-certificate.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { useSteps } from "../plan/use-steps.ts";
import { saveText } from "../save-file.ts";
import { WizardSteps } from "../wizard-steps.tsx";
import { AddressStep } from "./address-step.tsx";
import { CertificateStep } from "./certificate-step.tsx";
import { commandScript, shellScript } from "./command-script.ts";
import { ProofStep } from "./proof-step.tsx";
import { ReviewStep } from "./review-step.tsx";
import { endpointsOn, initialForm, nameToProve, requestOf } from "./secure-form.ts";
import { faultsOf, initialSpeakerForm, namesOfCertificate, speakerRequest } from "./speaker-form.ts";
import { SpeakerStep } from "./speaker-step.tsx";

const wizardSteps = ["certificate", "address", "review", "proof"] as const;
type WizardStep = (typeof wizardSteps)[number];

const noOperations: PlanView["operations"] = [];
const loadInstances = (host: Host) => host.instance.list({});

export function SecureWizard({ name, machine }: { readonly name: string | null; readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(loadInstances, true);
  const [stored] = useState(takeHandedCertificate);
  if (loaded.state !== "ready") return <Page title={name === null ? say("secure.titleAny") : say("secure.title", { name })}><LoadedView loaded={loaded}>{() => null}</LoadedView></Page>;
  const instances = loaded.value.filter(({ endpoints }) => endpoints.length > 0);
  const first = name === null ? instances[0] : loaded.value.find(({ service }) => service === name) ?? loaded.value.find((each) => each.name === name);
  if (first) return <Wizard instances={instances.includes(first) ? instances : [first, ...instances]} first={first} handed={stored} machine={machine} />;
  return (
    <Page title={say("secure.titleAny")}>
      <ErrorNotice error={problem("not-found", { what: "instance", name: name ?? "" })} actions={<Button onClick={() => goTo({ page: "overview" })}>{say("unknown.action")}</Button>} />
    </Page>
  );
}

/** `handed` is the thumbprint of a certificate of the Personal store to begin with. */
function Wizard({ instances, first, handed, machine }: {
  readonly instances: readonly Instance[]; readonly first: Instance; readonly handed: string | null; readonly machine: MachineDescription;
}) {
  const say = useSay();
  const host = useHost();
  const [step, setStep] = useState<WizardStep>("certificate");

  const onLinux = machine.kind === "linux";
  const [form, setForm] = useState(() => initialForm(first));
  /** On Linux, in the place of the form. */
  const [speaker, setSpeaker] = useState(() => initialSpeakerForm(first));
  /** The person wanted to go on, so that what is missing or wrong is said. */
  const [tried, setTried] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [planError, setPlanError] = useState<LockstepError | null>(null);
  const [planned, setPlanned] = useState<{ readonly plan: PlanView; readonly request: string } | null>(null);

  const { act, run, reset } = useAct<Applied>();
  const [cancelling, setCancelling] = useState(false);
  const plan = planned?.plan ?? null;
  const steps = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);

  const instance = instances.find(({ service }) => service === (onLinux ? speaker : form).instance) ?? first;
  const attempt = useRef(0);
  useEffect(() => () => { attempt.current++; }, []);
  const suggested = (found: Inspection): string => nameToProve(leafOf(found), machine.hostName);
  const suggestedNames = (found: Inspection): string => {
    const leaf = leafOf(found);
    return leaf ? namesOfCertificate(leaf) : "";
  };
  const chosen = useChosenCertificate({
    handed,
    changed: (former) => {
      attempt.current++;
      setPlanned(null);
      setPlanning(false);
      // A name that was only suggested goes with its certificate.
      setForm((before) => (former && before.hostName === suggested(former) ? { ...before, hostName: "" } : before));
      setSpeaker((before) => (former ? {
        ...before,
        ...(before.hostName === suggested(former) && { hostName: "" }),
        ...(before.serverNames === suggestedNames(former) && { serverNames: "" }),
      } : before));
    },
    inspected: (found) => {
      setForm((before) => (before.hostName === "" ? { ...before, hostName: suggested(found) } : before));
      setSpeaker((before) => ({
        ...before,
        ...(before.hostName === "" && { hostName: suggested(found) }),
        ...(before.serverNames === "" && { serverNames: suggestedNames(found) }),
      }));
    },
  });

  const certificate = chosen.inspection ? leafOf(chosen.inspection) : plan?.certificate ?? undefined;
  const faults = onLinux ? faultsOf(speaker, certificate) : [];
  const accountMissing = !onLinux && form.account === "" && form.otherAccount.trim() === "";

  const makePlan = async () => {
    if (accountMissing || faults.length > 0) {
      setTried(true);
      return;
    }
    const request = onLinux ? speakerRequest(speaker, instance, chosen.allowExpired) : requestOf(form, instance, chosen.allowExpired);
    const asked = JSON.stringify(request);
    if (planned?.request === asked && act.state === "idle") {
      setStep("review");
      return;
    }
    const mine = ++attempt.current;
    const current = () => attempt.current === mine;
    setTried(false);
    setPlanError(null);
    setPlanning(true);
    try {
      const made = await host.endpoint.planSecure({ ...request, certificate: await chosen.source() });
      if (!current()) return;
      chosen.forget();
      reset();
      setPlanned({ plan: made, request: asked });
      setStep("review");
    } catch (thrown) {
      if (!current()) return;
      const error = asLockstepError(thrown);
      if (chosen.askAgain(error)) setStep("certificate");
      else {
        setPlanError(error);
        setStep("address");
      }
    }
    if (current()) setPlanning(false);
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
  const save = (made: PlanView) => {
    const [script, ending] = onLinux ? [shellScript, "sh"] as const : [commandScript, "cmd"] as const;
    saveText(`lockstep-${made.planId}.${ending}`, script(made, say("review.saveCommands.note")));
  };
  const close = () => goTo({ page: "overview" });

  const shield = machine.elevates && { icon: <ShieldIcon />, "aria-describedby": "elevates" };
  const count = endpointsOn(instance, (onLinux ? speaker : form).port ?? instance.port);
  const finished = act.state === "done" || plan?.outcome === "unchanged";

  return (
    <Page title={say("secure.title", { name: instance.name })}>
      <WizardSteps titles={wizardSteps.map((each) => say(each === "address" && onLinux ? "secure.step.speaker" : `secure.step.${each}`))} current={wizardSteps.indexOf(step)} finished={act.state === "done"} />
      <div className="wizard-body" onKeyDown={(event) => {
        // Enter in a text field goes on, as in every Windows wizard.
        if (step === "address" && event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type !== "radio" && event.target.type !== "checkbox") {
          event.preventDefault();
          if (!planning) void makePlan();
        }
      }}>
        {step === "certificate" && (
          <CertificateStep inspection={chosen.inspection} fileNames={chosen.fileNames} question={chosen.question} error={chosen.error} busy={chosen.reading} missing={chosen.missing}
            allowExpired={chosen.allowExpired} password={chosen.password} onFiles={chosen.takeFiles} onOpen={chosen.open} onAllowExpired={chosen.setAllowExpired} />
        )}
        {step === "address" && (onLinux ? (
          <SpeakerStep instances={instances} instance={instance} form={speaker} certificate={certificate} faults={faults} tried={tried} planning={planning} error={planError} onChange={(changed) => { setSpeaker(changed); setTried(false); }} />
        ) : (
          <AddressStep instances={instances} instance={instance} form={form} accountMissing={tried && accountMissing} planning={planning} error={planError} onChange={(changed) => { setForm(changed); setTried(false); }} />
        ))}
        {step === "review" && plan && <ReviewStep plan={plan} />}
        {step === "proof" && plan && <ProofStep name={instance.name} plan={plan} act={act} steps={steps} cancelling={cancelling} elevates={machine.elevates} />}
      </div>
      <footer className="wizard-foot">
        <span className="grow dim">{step === "review" && plan?.outcome === "planned" && say("review.promise")}</span>
        {machine.elevates && <span id="elevates" className="visually-hidden">{say("app.elevates")}</span>}
        {step === "certificate" && (
          <>
            <Button appearance={chosen.question && !chosen.inspection ? "secondary" : "primary"} onClick={() => chosen.leave(() => setStep("address"))}>{say("app.next")}</Button>
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        )}
        {step === "address" && (
          <>
            <Button onClick={() => setStep("certificate")}>{say("app.back")}</Button>
            <Button appearance="primary" onClick={() => { if (!planning) void makePlan(); }}>{say("app.next")}</Button>
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        )}
        {step === "review" && plan && (
          <>
            {plan.outcome === "planned" && (
              <Button appearance="subtle" icon={<SaveIcon />} onClick={() => save(plan)}>{say("review.saveCommands")}</Button>
            )}
            <Button onClick={() => setStep("address")}>{say("app.back")}</Button>
            {plan.outcome === "planned" && (
              <Button appearance="primary" {...shield} onClick={() => commit(plan)}>{count > 0 ? say("review.commit", { count }) : say("review.commitPlain")}</Button>
            )}
            <Button onClick={close}>{say(finished ? "app.close" : "app.cancel")}</Button>
          </>
        )}
        {step === "proof" && plan && (
          <>
            {act.state === "running" && <Button onClick={() => cancel(plan)} disabledFocusable={cancelling}>{say("app.cancel")}</Button>}
            {act.state === "failed" && <Button appearance="primary" onClick={() => void makePlan()}>{say("proof.toReview")}</Button>}
            {(act.state === "failed" || act.state === "done") && <Button onClick={() => goTo({ page: "record", id: plan.planId })}>{say("proof.toHistory")}</Button>}
            {act.state === "done" && <Button appearance="primary" onClick={close}>{say("app.close")}</Button>}
            {act.state === "failed" && <Button onClick={close}>{say("app.close")}</Button>}
          </>
        )}
      </footer>
    </Page>
  );
}
