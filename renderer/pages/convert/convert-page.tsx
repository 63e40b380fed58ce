// Writes certificate files in another format: what they are, what they become, and the new file as a download.
import { useRef, useState, type Ref } from "react";
import type { Converted } from "../../../app/contract.ts";
import { useAct, useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, Checkbox, Field, Notice, Radio, RadioGroup, SaveIcon, Spinner } from "../../ui/index.ts";
import { commonName } from "../certificate/days-left.ts";
import { GatheredView, useHandedFiles } from "../certificate/gathered-view.tsx";
import { NewPasswordFields, type NewPassword } from "../certificate/new-password.tsx";
import { useCertificateFiles } from "../certificate/use-certificate-files.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Page } from "../page.tsx";
import { Revealed } from "../revealed.tsx";
import { saveContent } from "../save-file.ts";
import { convertRequest, formats, initialForm, protectionOf, protectionsFor, writesKey, type ConvertForm, type Format, type Protection, type Source } from "./convert-form.ts";

/** What was written, without its content. */
type Written = Omit<Converted, "content">;

function Result({ written }: { readonly written: Written }) {
  const say = useSay();
  return (
    <Notice intent="success" title={say("convert.done", { file: written.fileName })} announce>
      <p>{say(written.hasPrivateKey ? "convert.done.withKey" : "convert.done.withoutKey", { count: written.certificates.length })}</p>
      <ol className="written">
        {written.certificates.map(({ thumbprint, subject, role }) => <li key={thumbprint} className="break">{commonName(subject)} <span className="dim">{say(`certificate.role.${role}`)}</span></li>)}
      </ol>
      <FindingList findings={written.findings} label={say("convert.findings")} />
    </Notice>
  );
}

function FormatChoice({ form, source, password, onChange }: {
  readonly form: ConvertForm; readonly source: Source; readonly password: Ref<NewPassword>; readonly onChange: (form: ConvertForm) => void;
}) {
  const say = useSay();
  const possible = protectionsFor(form, source);
  const protection = protectionOf(form, source);
  return (
    <section className="card form">
      <Field label={say("export.format")}>
        <RadioGroup value={form.to} onChange={(_, { value }) => onChange({ ...form, to: value as Format })}>
          {formats.map((to) => <Radio key={to} value={to} label={<span className="choice"><span>{say(`export.${to}`)}</span><span className="dim">{say(`export.${to}.means`)}</span></span>} />)}
        </RadioGroup>
      </Field>
      {form.to === "pfx-legacy" && <Notice intent="warning" title={say("export.legacy.title")}><p>{say("export.legacy.text")}</p></Notice>}
      {source.hasKey && form.to !== "der" && (
        <Checkbox className="override" checked={form.withoutKey} label={say("convert.withoutKey")} onChange={(_, { checked }) => onChange({ ...form, withoutKey: checked === true })} />
      )}
      {possible.length > 1 && (
        <Field label={say("convert.protection")}>
          <RadioGroup value={protection ?? ""} onChange={(_, { value }) => onChange({ ...form, protection: value as Protection })}>
            {possible.map((each) => <Radio key={each} value={each} label={say(`convert.protection.${each}`)} />)}
          </RadioGroup>
        </Field>
      )}
      {protection === "clear" && <Notice intent="warning" title={say("convert.clear")} />}
      {protection === "new" && <NewPasswordFields ref={password} label={say("convert.password")} hint={say("convert.password.hint")} needed />}
    </section>
  );
}

export function ConvertPage() {
  const say = useSay();
  const host = useHost();
  const [form, setForm] = useState(initialForm);
  const [missing, setMissing] = useState<string | null>(null);
  const { act, run, reset } = useAct<Written | null>();
  const password = useRef<NewPassword>(null);
  const files = useCertificateFiles(() => {
    setMissing(null);
    reset();
  });
  useHandedFiles(files.add);
  const { gathered, inspection } = files;
  const source: Source = {
    hasKey: (inspection?.privateKeys.length ?? 0) > 0,
    hasPassword: gathered.some(({ identified }) => identified?.needsPassword === true),
  };

  const save = () => {
    if (act.state === "running" || files.reading) return;
    if (gathered.length === 0) {
      setMissing(say("convert.needed"));
      return;
    }
    if (gathered.some((each) => each.error !== null)) {
      setMissing(say("files.removeFirst"));
      return;
    }
    if (!inspection) {
      if ((files.password.current?.value ?? "") === "") files.password.current?.focus();
      else files.open();
      return;
    }
    const typed = protectionOf(form, source) === "new" ? password.current?.read() : undefined;
    if (typed === null) return;
    void run(async () => {
      const material = await files.material();
      if (material === null) return null;
      const { content, ...written } = await host.certificate.convert({ source: material, ...convertRequest(form, source, typed) });
      files.forget();
      password.current?.clear();
      saveContent(written.fileName, content);
      return written;
    });
  };

  const written = act.state === "done" ? act.value : null;
  return (
    <Page title={say("convert.title")} lead={say("convert.lead")}>
      <div className="wizard-body">
        <GatheredView files={files} heading={<h2>{say("files.list")}</h2>} dropTitle={say("convert.drop")} missing={missing} findings={[]} keyText={inspection && !source.hasKey ? say("convert.noKey") : undefined} />
        {inspection && (
          <div className="stack convert-form">
            <h2>{say("convert.form")}</h2>
            <FormatChoice form={form} source={source} password={password} onChange={(changed) => { setForm(changed); reset(); }} />
            {act.state === "failed" && <Revealed><ErrorNotice error={act.error} /></Revealed>}
            {written && <Revealed><Result written={written} /></Revealed>}
          </div>
        )}
      </div>
      <footer className="wizard-foot">
        <span className="grow dim">
          {act.state === "running" ? <Spinner size="tiny" className="start" label={say("convert.writing")} /> : inspection && writesKey(form, source) && say("convert.holdsKey")}
        </span>
        <Button appearance={files.question && !inspection ? "secondary" : "primary"} icon={<SaveIcon />} disabledFocusable={files.reading || act.state === "running"} onClick={save}>{say("convert.save")}</Button>
        <Button onClick={() => goTo({ page: "certificates" })}>{say("app.close")}</Button>
      </footer>
    </Page>
  );
}
