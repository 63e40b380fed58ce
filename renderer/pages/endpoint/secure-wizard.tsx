// The wizard that secures an endpoint. It holds what was chosen; file contents and password pass through a ref and are dropped.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Inspection } from "../../../app/certificates/certificate.ts";
import type { Applied, MachineDescription, PlanView, UploadedFile } from "../../../app/contract.ts";
import { asLockstepError, problem, type LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, SaveIcon, ShieldIcon } from "../../ui/index.ts";
import { leafOf } from "../certificate/certificate-card.tsx";
import { certificateFilesLimit, readCertificateFiles } from "../certificate/certificate-files.ts";
import { takeHandedCertificate } from "../certificate/handed-on.ts";
import type { PasswordQuestion } from "../certificate/password-field.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { useSteps } from "../plan/use-steps.ts";
import { saveText } from "../save-file.ts";
import { WizardSteps } from "../wizard-steps.tsx";
import { AddressStep } from "./address-step.tsx";
import { CertificateStep } from "./certificate-step.tsx";
import { commandScript } from "./command-script.ts";
import { ProofStep } from "./proof-step.tsx";
import { ReviewStep } from "./review-step.tsx";
import { blocking, endpointsOn, initialForm, inspectionOf, nameToProve, requestOf } from "./secure-form.ts";

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

/** What must be forgotten: contents of the files and the password that opens them. */
interface Secret { readonly files: readonly UploadedFile[]; readonly password: string | undefined }

/** `handed` is the thumbprint of a certificate of the Personal store to begin with. */
function Wizard({ instances, first, handed, machine }: {
  readonly instances: readonly Instance[]; readonly first: Instance; readonly handed: string | null; readonly machine: MachineDescription;
}) {
  const say = useSay();
  const host = useHost();
  const [step, setStep] = useState<WizardStep>("certificate");

  // Handles of the files, not their contents: with them the files can be read again after a plan was made.
  const [files, setFiles] = useState<readonly File[]>([]);
  /** The certificate of the Personal store that takes the place of files. */
  const [stored, setStored] = useState(handed);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  const [question, setQuestion] = useState<PasswordQuestion | null>(null);
  const [certificateError, setCertificateError] = useState<LockstepError | null>(null);
  const [reading, setReading] = useState(handed !== null);
  const [missing, setMissing] = useState<string | null>(null);
  const [allowExpired, setAllowExpired] = useState(false);
  const secret = useRef<Secret | null>(null);
  const password = useRef<HTMLInputElement>(null);
  /** "Next" was pressed while the files were still being read: it is followed as soon as they are. */
  const goOn = useRef(false);
  const attempt = useRef(0);

  const [form, setForm] = useState(() => initialForm(first));
  const [accountMissing, setAccountMissing] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [planError, setPlanError] = useState<LockstepError | null>(null);
  const [planned, setPlanned] = useState<{ readonly plan: PlanView; readonly request: string } | null>(null);

  const { act, run, reset } = useAct<Applied>();
  const [cancelling, setCancelling] = useState(false);
  const plan = planned?.plan ?? null;
  const steps = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);

  const instance = instances.find(({ service }) => service === form.instance) ?? first;
  const fileNames = files.map((file) => file.name);

  useEffect(() => () => {
    attempt.current++;
    secret.current = null;
  }, []);

  useEffect(() => {
    if (handed === null) return;
    const mine = ++attempt.current;
    const settle = (work: () => void) => {
      if (attempt.current !== mine) return;
      work();
      setReading(false);
    };
    host.certificate.show({ store: "My", thumbprint: handed }).then((detail) => settle(() => {
      const found = inspectionOf(detail);
      setInspection(found);
      setForm((before) => ({ ...before, hostName: nameToProve(leafOf(found), machine.hostName) }));
    }), (thrown: unknown) => settle(() => {
      setStored(null);
      setCertificateError(asLockstepError(thrown));
    }));
  }, [handed, host, machine.hostName]);

  const askPassword = useCallback((error: LockstepError, names: readonly string[], again: boolean): boolean => {
    if (error.code !== "password-needed" && error.code !== "password-wrong") return false;
    const file = names.length === 1 ? names[0] ?? "" : names.find((each) => error.message.includes(each)) ?? names.join(", ");
    setQuestion({ file, reason: error.code === "password-wrong" ? "wrong" : again ? "again" : "needed" });
    return true;
  }, []);

  const inspect = async (chosen: readonly File[], typed: string | undefined) => {
    const mine = ++attempt.current;
    const current = () => attempt.current === mine;
    setReading(true);
    setCertificateError(null);
    setMissing(null);
    try {
      const contents = await readCertificateFiles(chosen);
      const found = await host.certificate.inspect({ files: [...contents], ...(typed !== undefined && { password: typed }) });
      if (!current()) return;
      secret.current = { files: contents, password: typed };
      if (password.current) password.current.value = "";
      setInspection(found);
      setQuestion(null);
      setForm((before) => (before.hostName === "" ? { ...before, hostName: nameToProve(leafOf(found), machine.hostName) } : before));
      if (goOn.current) leaveWith(found);
    } catch (thrown) {
      if (!current()) return;
      goOn.current = false;
      const error = asLockstepError(thrown);
      if (!askPassword(error, chosen.map((file) => file.name), false)) {
        setQuestion(null);
        setCertificateError(error);
      }
    }
    if (current()) setReading(false);
  };

  const takeFiles = (chosen: readonly File[]) => {
    secret.current = null;
    goOn.current = false;
    setInspection(null);
    setQuestion(null);
    setAllowExpired(false);
    setPlanned(null);
    setForm((before) => (inspection && before.hostName === nameToProve(leafOf(inspection), machine.hostName) ? { ...before, hostName: "" } : before));
    if (chosen.length > certificateFilesLimit) {
      setMissing(say("secure.drop.tooMany"));
      return;
    }
    setFiles(chosen);
    setStored(null);
    void inspect(chosen, undefined);
  };

  const openWithPassword = () => {
    const typed = password.current?.value ?? "";
    setPlanned(null);
    void inspect(files, typed);
  };

  const leaveCertificate = () => {
    if (question && !inspection) {
      openWithPasswordIfTyped();
      return;
    }
    if (inspection) leaveWith(inspection);
    else if (reading && files.length > 0) goOn.current = true;
    else setMissing(say("secure.drop.needed"));
  };
  const leaveWith = (found: Inspection) => {
    goOn.current = false;
    const { override, refused } = blocking(found);
    const problemFound = refused ? say("secure.blocked", { reason: refused.message }) : override && !allowExpired ? say("secure.allowNeeded") : null;
    setMissing(problemFound);
    if (problemFound === null) setStep("address");
  };
  const openWithPasswordIfTyped = () => {
    if ((password.current?.value ?? "") === "") password.current?.focus();
    else openWithPassword();
  };

  const makePlan = async () => {
    if (form.account === "" && form.otherAccount.trim() === "") {
      setAccountMissing(true);
      return;
    }
    const request = requestOf(form, instance, allowExpired);
    const asked = JSON.stringify(request);
    if (planned?.request === asked && act.state === "idle") {
      setStep("review");
      return;
    }
    const mine = ++attempt.current;
    const current = () => attempt.current === mine;
    setAccountMissing(false);
    setPlanError(null);
    setPlanning(true);
    try {
      const held = secret.current ?? { files: await readCertificateFiles(files), password: undefined };
      const made = await host.endpoint.planSecure({
        ...request, certificate: stored === null ? { files: [...held.files], ...(held.password !== undefined && { password: held.password }) } : { thumbprint: stored },
      });
      if (!current()) return;
      secret.current = null;
      reset();
      setPlanned({ plan: made, request: asked });
      setStep("review");
    } catch (thrown) {
      if (!current()) return;
      const error = asLockstepError(thrown);
      if (askPassword(error, fileNames, true)) {
        secret.current = null;
        setInspection(null);
        setStep("certificate");
      } else {
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
  const close = () => goTo({ page: "overview" });

  const shield = machine.elevates && { icon: <ShieldIcon />, "aria-describedby": "elevates" };
  const count = endpointsOn(instance, form.port ?? instance.port);
  const finished = act.state === "done" || plan?.outcome === "unchanged";

  return (
    <Page title={say("secure.title", { name: instance.name })}>
      <WizardSteps titles={wizardSteps.map((each) => say(`secure.step.${each}`))} current={wizardSteps.indexOf(step)} finished={act.state === "done"} />
      <div className="wizard-body" onKeyDown={(event) => {
        // Enter in a text field goes on, as in every Windows wizard.
        if (step === "address" && event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type !== "radio" && event.target.type !== "checkbox") {
          event.preventDefault();
          if (!planning) void makePlan();
        }
      }}>
        {step === "certificate" && (
          <CertificateStep inspection={inspection} fileNames={stored === null ? fileNames : null} question={question} error={certificateError} busy={reading} missing={missing}
            allowExpired={allowExpired} password={password} onFiles={takeFiles} onOpen={openWithPassword}
            onAllowExpired={(allow) => { setAllowExpired(allow); setMissing(null); }} />
        )}
        {step === "address" && (
          <AddressStep instances={instances} instance={instance} form={form} accountMissing={accountMissing} planning={planning} error={planError} onChange={(changed) => { setForm(changed); setAccountMissing(false); }} />
        )}
        {step === "review" && plan && <ReviewStep plan={plan} />}
        {step === "proof" && plan && <ProofStep name={instance.name} plan={plan} act={act} steps={steps} cancelling={cancelling} elevates={machine.elevates} />}
      </div>
      <footer className="wizard-foot">
        <span className="grow dim">{step === "review" && plan?.outcome === "planned" && say("review.promise")}</span>
        {machine.elevates && <span id="elevates" className="visually-hidden">{say("app.elevates")}</span>}
        {step === "certificate" && (
          <>
            <Button appearance={question && !inspection ? "secondary" : "primary"} onClick={leaveCertificate}>{say("app.next")}</Button>
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
              <Button appearance="subtle" icon={<SaveIcon />} onClick={() => saveText(`lockstep-${plan.planId}.cmd`, commandScript(plan, say("review.saveCommands.note")))}>{say("review.saveCommands")}</Button>
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
