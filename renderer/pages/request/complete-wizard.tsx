// The wizard that joins an authority's answer with the key of its request, and imports both.
import { useEffect, useRef, useState, type RefObject } from "react";
import type { PendingRequest } from "../../../app/certificates/certificate.ts";
import type { MachineDescription } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatMoment } from "../../messages/moment.ts";
import { goTo } from "../../shell/route.ts";
import { Button, CertificateLargeIcon, Empty, Field, Notice, PasswordInput, Select, Spinner } from "../../ui/index.ts";
import { keyName } from "../certificate/certificate-card.tsx";
import { GatheredView, useHandedFiles } from "../certificate/gathered-view.tsx";
import { ObjectionNotice } from "../certificate/objection-notice.tsx";
import { useCertificateFiles } from "../certificate/use-certificate-files.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { ImportFoot } from "../import/import-foot.tsx";
import { judge } from "../import/import-form.ts";
import { ImportResult } from "../import/import-result.tsx";
import { ImportReview } from "../import/import-review.tsx";
import { usePlannedImport } from "../import/use-planned-import.ts";
import { LoadedView } from "../loaded-view.tsx";
import { Heading, Page } from "../page.tsx";
import { Revealed } from "../revealed.tsx";
import { WizardSteps } from "../wizard-steps.tsx";

const completeSteps = ["answer", "review", "result"] as const;
type CompleteStep = (typeof completeSteps)[number];

const loadRequests = (host: Host) => host.certificate.requests({});
const close = () => goTo({ page: "certificates" });

/** `id` is that of the pending request to begin with; null, and it is chosen on the page. */
export function CompleteWizard({ id, machine }: { readonly id: string | null; readonly machine: MachineDescription }) {
  const say = useSay();
  // Read once: when the answer is imported its request waits no more, and the page still speaks of it.
  const loaded = useLoaded(loadRequests, true);
  if (loaded.state !== "ready") return <Page title={say("complete.title")}><LoadedView loaded={loaded}>{() => null}</LoadedView></Page>;
  if (loaded.value.length > 0) return <Wizard id={id} pending={loaded.value} machine={machine} />;
  return (
    <Page title={say("complete.title")}>
      <section className="card no-request">
        <Empty icon={<CertificateLargeIcon />} title={say("complete.none.title")}>
          {say("complete.none.hint")}
        </Empty>
        <div className="row empty-actions">
          <Button appearance="primary" onClick={() => goTo({ page: "request" })}>{say("complete.none.request")}</Button>
          <Button onClick={() => goTo({ page: "import" })}>{say("complete.none.import")}</Button>
        </div>
      </section>
    </Page>
  );
}

function RequestChoice({ pending, value, onChange }: { readonly pending: readonly PendingRequest[]; readonly value: string; readonly onChange: (id: string) => void }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const chosen = pending.find(({ id }) => id === value);
  return (
    <section className="card form">
      <Field label={say("complete.request")} hint={chosen ? say("complete.request.chosen", { names: chosen.names.join(", "), key: keyName(chosen.keyType) }) : say("complete.request.any.means")}>
        <Select value={value} onChange={(_, data) => onChange(data.value)}>
          <option value="">{say("complete.request.any")}</option>
          {pending.map(({ id, names, subject, created }) => <option key={id} value={id}>{say("complete.request.option", { name: names[0] ?? subject, when: formatMoment(created, tag, now) })}</option>)}
        </Select>
      </Field>
    </section>
  );
}

/** How the key's password stands: it came up while planning, nothing was typed, the wrong one was, or what was typed was right. */
interface KeyQuestion { readonly state: "asked" | "missing" | "wrong" | "settled" }

function KeyPassword({ question, input }: { readonly question: KeyQuestion | null; readonly input: RefObject<HTMLInputElement | null> }) {
  const say = useSay();
  useEffect(() => {
    if (!question || question.state === "settled") return;
    input.current?.focus();
    input.current?.select();
  }, [question, input]);
  const mistake = question?.state === "missing" ? say("secure.password.empty") : question?.state === "wrong" ? say("complete.password.wrong") : null;
  return (
    <section className="card form">
      <Field label={say("complete.password")} hint={say("complete.password.hint")} required {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
        {(control) => <PasswordInput {...control} ref={input} maxLength={1024} show={say("secure.password.show")} hide={say("secure.password.hide")} />}
      </Field>
    </section>
  );
}

function Wizard({ id, pending, machine }: { readonly id: string | null; readonly pending: readonly PendingRequest[]; readonly machine: MachineDescription }) {
  const say = useSay();
  const [only, ...further] = pending;
  const [request, setRequest] = useState(() => pending.find((each) => each.id === id)?.id ?? (further.length === 0 && id === null ? only?.id : undefined) ?? "");
  const [step, setStep] = useState<CompleteStep>("answer");
  const [missing, setMissing] = useState<string | null>(null);
  const [allowExpired, setAllowExpired] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [error, setError] = useState<LockstepError | null>(null);
  const [keyQuestion, setKeyQuestion] = useState<KeyQuestion | null>(null);
  const keyPassword = useRef<HTMLInputElement>(null);
  const planned = usePlannedImport();
  const letGo = () => {
    setMissing(null);
    setError(null);
    planned.reset();
  };
  const files = useCertificateFiles(() => {
    letGo();
    setAllowExpired(false);
  });
  useHandedFiles(files.add);

  const { gathered, inspection } = files;
  const judged = inspection && judge(inspection, true);
  const chosen = pending.find((each) => each.id === request);
  const needsPassword = chosen ? chosen.hasPassword : keyQuestion !== null;
  // Once a plan stands, its password is forgotten and not needed again.
  const asksPassword = needsPassword && !planned.plan;

  /** The password typed was right; that one is needed stays known. */
  const settleQuestion = () => setKeyQuestion((before) => before && { state: "settled" });

  const makePlan = async () => {
    if (!inspection || !judged) return;
    const typed = keyPassword.current?.value ?? "";
    if (needsPassword && typed === "") {
      setStep("answer");
      setKeyQuestion({ state: "missing" });
      return;
    }
    setError(null);
    setPlanning(true);
    try {
      const source = await files.material();
      if (source === null) setStep("answer");
      else {
        const password = typed === "" ? source.password : typed;
        const answer = { answer: source.files, ...(request !== "" && { request }), ...(password !== undefined && { password }) };
        if (await planned.make({ source: answer, ...(allowExpired && { allowExpired }) }, judged.roots.length > 0)) {
          files.forget();
          settleQuestion();
          setStep("review");
        }
      }
    } catch (thrown) {
      const failure = asLockstepError(thrown);
      setStep("answer");
      if (failure.code === "password-needed" || failure.code === "password-wrong") {
        setKeyQuestion({ state: failure.code === "password-wrong" ? "wrong" : "asked" });
      } else {
        setError(failure);
        settleQuestion();
      }
    }
    setPlanning(false);
  };

  const next = () => {
    if (planning || files.reading) return;
    if (gathered.length === 0) setMissing(say("complete.needed"));
    else if (gathered.some((each) => each.error !== null)) setMissing(say("files.removeFirst"));
    else if (files.question && !inspection) {
      if ((files.password.current?.value ?? "") === "") files.password.current?.focus();
      else files.open();
    } else if (judged?.override && !allowExpired) setMissing(say("secure.allowNeeded"));
    else if (planned.plan && planned.act.state === "idle") setStep("review");
    else void makePlan();
  };
  const again = () => {
    letGo();
    if (needsPassword || files.gathered.some(({ identified }) => identified?.needsPassword === true)) setStep("answer");
    else void makePlan();
  };

  const { plan } = planned;
  return (
    <Page title={say("complete.title")}>
      <WizardSteps titles={completeSteps.map((each) => say(`complete.step.${each}`))} current={completeSteps.indexOf(step)} finished={planned.act.state === "done"} />
      <div className="wizard-body" onKeyDown={(event) => {
        // Enter in the password's field goes on, as in every Windows wizard.
        if (step === "answer" && event.key === "Enter" && event.target === keyPassword.current) {
          event.preventDefault();
          next();
        }
      }}>
        {step === "answer" && (
          <GatheredView files={files} dropTitle={say("complete.drop")} addHint={say("complete.addHint")} missing={judged?.override ? null : missing} findings={judged?.findings ?? []} keyText={say("complete.key.waits")}
            heading={(
              <>
                <div><Heading level={2}>{say("complete.answer.title")}</Heading><p className="lead">{say("complete.answer.lead")}</p></div>
                {id !== null && !pending.some((each) => each.id === id) && <Notice intent="warning" title={say("complete.gone")} />}
                <RequestChoice pending={pending} value={request} onChange={(next) => { letGo(); setKeyQuestion(null); setRequest(next); }} />
              </>
            )}>
            {error && <Revealed><ErrorNotice error={error} /></Revealed>}
            {judged?.override && (
              <Revealed key={missing}><ObjectionNotice objection={judged.override} refused={false} missing={missing} allowExpired={allowExpired} onAllowExpired={(allow) => { letGo(); setAllowExpired(allow); }} /></Revealed>
            )}
            {asksPassword && <KeyPassword question={keyQuestion} input={keyPassword} />}
            {planning && <Spinner size="tiny" className="start" label={say("import.planning")} />}
          </GatheredView>
        )}
        {step === "review" && plan && <ImportReview planned={planned} plan={plan} roots={judged?.roots ?? []} />}
        {step === "result" && plan && <ImportResult planned={planned} plan={plan} elevates={machine.elevates} />}
      </div>
      <footer className="wizard-foot">
        {step === "answer" ? (
          <>
            <span className="grow" />
            <Button appearance={files.question && !inspection ? "secondary" : "primary"} disabledFocusable={files.reading || planning} onClick={next}>{say("app.next")}</Button>
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        ) : plan && (
          <ImportFoot step={step} planned={planned} plan={plan} machine={machine} onBack={() => setStep("answer")}
            onCommit={() => { setStep("result"); planned.commit(); }} onAgain={again} />
        )}
      </footer>
    </Page>
  );
}
