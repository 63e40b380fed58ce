// The wizard that asks for a certificate: names and kind of key, then the request to be given to an authority.
import { useRef, useState } from "react";
import type { MachineDescription, Requested } from "../../../app/contract.ts";
import { useAct, useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, CopyButton, Field, Input, Notice, Radio, RadioGroup, SaveIcon, Spinner } from "../../ui/index.ts";
import { keyName } from "../certificate/certificate-card.tsx";
import { NewPasswordFields, type NewPassword } from "../certificate/new-password.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { Heading, Page } from "../page.tsx";
import { Revealed } from "../revealed.tsx";
import { saveText } from "../save-file.ts";
import { WizardSteps } from "../wizard-steps.tsx";
import { faultText, nameNote, takeNames } from "./name-list.ts";
import { NameListField } from "./name-list-field.tsx";
import { faultOf, initialForm, offeredKeyTypes, partLimits, requestFileName, signingRequest, subjectParts, type FormFault, type RequestForm } from "./request-form.ts";
import { requestedName } from "./requested-name.ts";

function KeyTypeChoice({ value, onChange }: { readonly value: RequestForm["keyType"]; readonly onChange: (value: RequestForm["keyType"]) => void }) {
  const say = useSay();
  return (
    <Field label={say("request.key")}>
      <RadioGroup value={value} onChange={(_, data) => onChange(data.value as RequestForm["keyType"])}>
        {offeredKeyTypes.map((type) => (
          <Radio key={type} value={type} label={<span className="choice"><span>{keyName(type)}</span><span className="dim">{say(`request.key.${type}`)}</span></span>} />
        ))}
      </RadioGroup>
    </Field>
  );
}

/** The request made: to be copied or saved, and what to do with it. */
function MadeRequest({ made }: { readonly made: Requested }) {
  const say = useSay();
  return (
    <div className="stack">
      <div><Heading level={2}>{say("request.made.title")}</Heading><p className="lead">{say("request.made.lead")}</p></div>
      <section className="card">
        <div className="card-head">
          <h3 className="break">{made.names[0] ?? made.subject}</h3>
          <div className="row">
            <CopyButton text={made.request} name={say("request.made.copy")} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
            <Button appearance="primary" icon={<SaveIcon />} onClick={() => saveText(requestFileName(made.names, "csr"), made.request)}>{say("request.made.save")}</Button>
          </div>
        </div>
        <dl className="facts">
          <div className="fact"><dt>{say("certificate.names")}</dt><dd>{made.names.join(", ")}</dd></div>
          <div className="fact"><dt>{say("certificate.key")}</dt><dd>{keyName(made.keyType)}</dd></div>
          {made.subject !== "" && <div className="fact"><dt>{say("request.made.subject")}</dt><dd>{made.subject}</dd></div>}
        </dl>
        <pre className="code pem" tabIndex={0} aria-label={say("request.made.pem")}>{made.request}</pre>
      </section>
      <section className="card">
        <h3>{say("request.next.title")}</h3>
        <ol className="next-steps">
          <li>{say("request.next.send")}</li>
          <li>{say("request.next.wait")}</li>
          <li>{say("request.next.complete")} <a href={addressOf({ page: "complete", id: made.id })}>{say("request.next.link")}</a></li>
        </ol>
      </section>
      <Notice intent="information" title={say("request.keyKept.title")}
        actions={made.hasPassword ? <Button icon={<SaveIcon />} onClick={() => saveText(requestFileName(made.names, "key"), made.encryptedKey)}>{say("request.keyKept.save")}</Button> : undefined}>
        <p>{say(made.hasPassword ? "request.keyKept.password" : "request.keyKept.secret")}</p>
      </Notice>
    </div>
  );
}

export function RequestWizard({ machine }: { readonly machine: MachineDescription }) {
  const say = useSay();
  const host = useHost();
  const [form, setForm] = useState(() => initialForm(machine.hostName));
  const [text, setText] = useState("");
  const [nameMistake, setNameMistake] = useState<string | null>(null);
  const [fault, setFault] = useState<FormFault | null>(null);
  const [foldedOut, setFoldedOut] = useState(false);
  const { act, run } = useAct<Requested>();
  const commonName = useRef<HTMLInputElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const country = useRef<HTMLInputElement>(null);
  const password = useRef<NewPassword>(null);

  const change = (part: Partial<RequestForm>) => {
    setForm((before) => ({ ...before, ...part }));
    setFault(null);
  };
  const common = requestedName(form.commonName);
  const commonMeans = common.kind === "fault" ? "" : nameNote(common, say);
  const commonFault = fault?.field === "commonName" ? fault.fault : null;

  const make = () => {
    if (act.state === "running") return;
    // What was typed but not added yet is meant as well.
    const taken = takeNames(text, form.names, say);
    const whole = { ...form, names: taken.names };
    setForm(whole);
    setText(taken.rest);
    setNameMistake(taken.mistake);
    const found = faultOf(whole);
    setFault(found);
    if (found?.field === "country") setFoldedOut(true);
    if (found?.field === "commonName") commonName.current?.focus();
    else if (taken.mistake !== null) nameField.current?.focus();
    else if (found?.field === "country") window.setTimeout(() => country.current?.focus());
    else {
      const typed = password.current?.read();
      if (typed === null) return;
      void run(() => host.certificate.request({ ...signingRequest(whole), names: [...signingRequest(whole).names], ...(typed !== undefined && { password: typed }) }));
    }
  };

  const close = () => goTo({ page: "certificates" });
  const made = act.state === "done" ? act.value : null;
  return (
    <Page title={say("request.title")}>
      <WizardSteps titles={[say("request.step.form"), say("request.step.made")]} current={made ? 1 : 0} finished={made !== null} />
      <div className="wizard-body" onKeyDown={(event) => {
        // Enter in a text field goes on, as in every Windows wizard.
        if (!made && event.key === "Enter" && event.target instanceof HTMLInputElement && (event.target.type === "text" || event.target.type === "password")) {
          event.preventDefault();
          make();
        }
      }}>
        {made ? <MadeRequest made={made} /> : (
          <div className="stack">
            <div><Heading level={2}>{say("request.form.title")}</Heading><p className="lead">{say("request.form.lead")}</p></div>
            {act.state === "failed" && <Revealed><ErrorNotice error={act.error} /></Revealed>}
            <section className="card form">
              <Field label={say("request.commonName")} hint={commonMeans === "" ? say("request.commonName.hint") : `${say("request.commonName.hint")} ${say("request.commonName.as", { form: commonMeans })}`} required
                {...(commonFault !== null && { validationState: "error" as const, validationMessage: commonFault === "missing" ? say("request.commonName.missing") : faultText(form.commonName.trim(), commonFault, say) })}>
                <Input ref={commonName} value={form.commonName} maxLength={260} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ commonName: value })} />
              </Field>
              <NameListField names={form.names} text={text} mistake={nameMistake} field={nameField}
                onChange={({ names, text: typed, mistake }) => { change({ names }); setText(typed); setNameMistake(mistake); }} />
              <KeyTypeChoice value={form.keyType} onChange={(keyType) => change({ keyType })} />
            </section>
            <details className="card folded" open={foldedOut} onToggle={(event) => setFoldedOut(event.currentTarget.open)}>
              <summary><span className="strong">{say("request.organisation")}</span> <span className="dim">{say("request.organisation.means")}</span></summary>
              <div className="form">
                {subjectParts.map((part) => (
                  <Field key={part} label={say(`request.part.${part}`)} {...(part === "country" && fault?.field === "country" && { validationState: "error" as const, validationMessage: say("request.part.country.wrong") })}>
                    <Input {...(part === "country" && { ref: country })} value={form.parts[part]} maxLength={partLimits[part]} autoComplete="off" onChange={(_, { value }) => change({ parts: { ...form.parts, [part]: value } })} />
                  </Field>
                ))}
              </div>
            </details>
            <section className="card form">
              <div><h3>{say("request.protect")}</h3><p className="dim">{say("request.protect.means")}</p></div>
              <NewPasswordFields ref={password} label={say("request.password")} hint={say("request.password.hint")} needed={false} />
            </section>
          </div>
        )}
      </div>
      <footer className="wizard-foot">
        <span className="grow">{act.state === "running" && <Spinner size="tiny" className="start" label={say(form.keyType === "rsa:4096" || form.keyType === "rsa:3072" ? "request.making.long" : "request.making")} />}</span>
        {made ? (
          <Button onClick={close}>{say("app.close")}</Button>
        ) : (
          <>
            <Button appearance="primary" onClick={make} disabledFocusable={act.state === "running"}>{say("request.commit")}</Button>
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        )}
      </footer>
    </Page>
  );
}
