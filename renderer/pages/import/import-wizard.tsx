// The wizard that imports certificates: files of any kind together, what they would put where, and what came of it.
import { useEffect, useRef, useState } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, Notice, Spinner } from "../../ui/index.ts";
import { GatheredView, useHandedFiles } from "../certificate/gathered-view.tsx";
import { handFiles } from "../certificate/handed-on.ts";
import { ObjectionNotice } from "../certificate/objection-notice.tsx";
import { useCertificateFiles } from "../certificate/use-certificate-files.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { Heading, Page } from "../page.tsx";
import { Revealed } from "../revealed.tsx";
import { WizardSteps } from "../wizard-steps.tsx";
import { ImportFoot } from "./import-foot.tsx";
import { judge } from "./import-form.ts";
import { ImportResult } from "./import-result.tsx";
import { ImportReview } from "./import-review.tsx";
import { usePlannedImport } from "./use-planned-import.ts";

const importSteps = ["files", "review", "result"] as const;
type ImportStep = (typeof importSteps)[number];

const loadRequests = (host: Host) => host.certificate.requests({});

export function ImportWizard({ machine }: { readonly machine: MachineDescription }) {
  const say = useSay();
  const [step, setStep] = useState<ImportStep>("files");
  const [missing, setMissing] = useState<string | null>(null);
  /** "Next" was pressed while the files were still being read: it is followed as soon as they are. */
  const goOn = useRef(false);
  const [allowExpired, setAllowExpired] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [error, setError] = useState<LockstepError | null>(null);
  const planned = usePlannedImport();
  const requests = useLoaded(loadRequests, true);
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
  const judged = inspection && judge(inspection, false);
  const keyRefused = judged !== null && judged.keyMissing !== null && error !== null && error.code === judged.keyMissing.code;
  const waiting = requests.state === "ready" ? requests.value.length : 0;

  const makePlan = async () => {
    if (!inspection || !judged) return;
    setError(null);
    setPlanning(true);
    try {
      const source = await files.material();
      if (source === null) setStep("files");
      else if (await planned.make({ source, ...(allowExpired && { allowExpired }) }, judged.roots.length > 0)) {
        files.forget();
        setStep("review");
      }
    } catch (thrown) {
      const failure = asLockstepError(thrown);
      setStep("files");
      if (!files.askAgain(failure)) setError(failure);
    }
    setPlanning(false);
  };

  const next = () => {
    if (planning) return;
    goOn.current = files.reading;
    if (files.reading) return;
    if (gathered.length === 0) setMissing(say("secure.drop.needed"));
    else if (gathered.some((each) => each.error !== null)) setMissing(say("files.removeFirst"));
    else if (files.question && !inspection) {
      if ((files.password.current?.value ?? "") === "") files.password.current?.focus();
      else files.open();
    } else if (judged?.override && !allowExpired) setMissing(say("secure.allowNeeded"));
    else if (planned.plan && planned.act.state === "idle") setStep("review");
    else void makePlan();
  };

  useEffect(() => {
    if (goOn.current && !files.reading) next();
  });

  const close = () => goTo({ page: "certificates" });
  const handOn = (page: "convert" | "complete") => {
    handFiles(gathered.map(({ file }) => file));
    goTo(page === "convert" ? { page } : { page, id: null });
  };
  const { plan } = planned;
  return (
    <Page title={say("import.title")}>
      <WizardSteps titles={importSteps.map((each) => say(`import.step.${each}`))} current={importSteps.indexOf(step)} finished={planned.act.state === "done"} />
      <div className="wizard-body">
        {step === "files" && (
          <GatheredView files={files} dropTitle={say("import.drop")} missing={judged?.override ? null : missing} findings={judged?.findings ?? []} onConvert={() => handOn("convert")}
            heading={<div><Heading level={2}>{say("import.files.title")}</Heading><p className="lead">{say("import.files.lead")}</p></div>}>
            {judged?.override && (
              <Revealed key={missing}><ObjectionNotice objection={judged.override} refused={false} missing={missing} allowExpired={allowExpired} onAllowExpired={(allow) => { letGo(); setAllowExpired(allow); }} /></Revealed>
            )}
            {judged?.keyMissing && (
              // A new key lets the notice be read out again when Next was pressed in spite of it.
              <Revealed key={error?.code}><Notice intent={keyRefused ? "error" : "warning"} title={judged.keyMissing.message} announce
                actions={waiting > 0 ? <Button onClick={() => handOn("complete")}>{say("import.isAnswer")}</Button> : undefined}>
                <p>{say(waiting > 0 ? "import.keyMissing.answer" : "import.keyMissing")}</p>
              </Notice></Revealed>
            )}
            {planning && <Spinner size="tiny" className="start" label={say("import.planning")} />}
            {error && !keyRefused && <Revealed><ErrorNotice error={error} /></Revealed>}
          </GatheredView>
        )}
        {step === "review" && plan && <ImportReview planned={planned} plan={plan} roots={judged?.roots ?? []} />}
        {step === "result" && plan && <ImportResult planned={planned} plan={plan} elevates={machine.elevates} />}
      </div>
      <footer className="wizard-foot">
        {step === "files" ? (
          <>
            <span className="grow" />
            <Button appearance={files.question && !inspection ? "secondary" : "primary"} disabledFocusable={files.reading || planning} onClick={next}>{say("app.next")}</Button>
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        ) : plan && (
          <ImportFoot step={step} planned={planned} plan={plan} machine={machine} onBack={() => setStep("files")}
            onCommit={() => { setStep("result"); planned.commit(); }} onAgain={() => void makePlan()} />
        )}
      </footer>
    </Page>
  );
}
