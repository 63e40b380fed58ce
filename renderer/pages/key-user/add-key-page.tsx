// Adds a public key that was given: what it is, what must be done to it, and under which name it is kept.
import { useEffect, useRef, useState } from "react";
import type { AddedKeyUser, ExaminedKey, KeyUser } from "../../../app/cws/cws-view.ts";
import { useAct, useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, Checkbox, Field, FileIcon, IntentIcon, Notice, OpenFileIcon, RemoveIcon, SecretTextarea, Spinner } from "../../ui/index.ts";
import { DropTarget } from "../certificate/drop-zone.tsx";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Fact } from "../instance/fact.tsx";
import { Heading, Page } from "../page.tsx";
import { Revealed } from "../revealed.tsx";
import { wordsNeeded } from "./examined-key.ts";
import { publicKeyFileTypes } from "./given-key-types.ts";
import { Handover } from "./handover.tsx";
import { isAboutName, KeyUserNameField } from "./key-user-name-field.tsx";
import { AboveKeyUser, ShownKeyUser } from "./shown-key-user.tsx";
import { nextName } from "./succession.ts";
import { useGivenKey, type GivenKey } from "./use-given-key.ts";

function Source({ given, missing }: { readonly given: GivenKey; readonly missing: boolean }) {
  const say = useSay();
  const { field, file, onText, choose, removeFile } = given;
  const fault = missing && { validationState: "error" as const, validationMessage: say("addKey.key.missing") };
  return (
    <DropTarget label={say("addKey.file")} accept={publicKeyFileTypes} onFiles={([first]) => { if (first) choose(first); }}>{(open) => (
      <section className="card transcript-form">
        {file ? (
          <div className="chosen-file">
            <FileIcon className="dim" /><span className="strong break grow">{file.name}</span>
            <Button appearance="subtle" size="small" icon={<RemoveIcon />} aria-label={say("files.remove", { file: file.name })} onClick={removeFile} />
          </div>
        ) : (
          <Field label={say("addKey.key")} hint={say("addKey.key.hint")} required {...fault}>
            {(control) => <SecretTextarea {...control} ref={field} rows={7} placeholder="-----BEGIN PUBLIC KEY-----" onChange={onText} />}
          </Field>
        )}
        <div className="row"><Button icon={<OpenFileIcon />} onClick={open}>{say("transcript.choose")}</Button></div>
      </section>
    )}</DropTarget>
  );
}

function ConvertChoice({ given, means }: { readonly given: GivenKey; readonly means: readonly string[] }) {
  const say = useSay();
  return (
    <div className="convert-choice">
      <Checkbox className="override" checked={given.convert} label={say("addKey.convert")} onChange={(_, { checked }) => given.setConvert(checked === true)} />
      {means.length > 0 && <ul className="plain-list">{means.map((change) => <li key={change}>{change}</li>)}</ul>}
    </div>
  );
}

/** What is said first of a key: that it is good as it is, that it can be made so, or that it is private. */
function Told({ examined, given, needed }: { readonly examined: ExaminedKey; readonly given: GivenKey; readonly needed: string | null }) {
  const say = useSay();
  const convertible = examined.form !== "pem" || examined.changes.length > 0;
  const known = examined.findings.filter(({ severity }) => severity === "error");
  const intent = known.length > 0 ? "error" : examined.form === "private-key" || wordsNeeded(examined).includes("weak") ? "warning" : convertible && !given.convert ? "information" : "success";
  return (
    <section className="card stack" role="group" aria-label={say("addKey.told")}>
      <div className="with-icon told-title"><IntentIcon intent={intent} /><span className="strong">{say(`keyForm.${examined.form}`)}</span></div>
      {examined.form === "private-key" && <p>{say("addKey.private.converted")}</p>}
      {convertible && <ConvertChoice given={given} means={examined.changes} />}
      <dl className="facts">
        <Fact name={say("keyUsers.column.key")}>{say("keyUser.rsaBits", { bits: String(examined.keyBits) })}{examined.exponent !== "65537" && <span className="dim"> {say("addKey.exponent", { exponent: examined.exponent })}</span>}</Fact>
        <Fact name={say("keyUsers.column.fingerprint")}><div className="read-out"><Thumbprint value={examined.fingerprint} what={say("keyUser.fingerprint.what")} /></div><div className="dim">{say("addKey.compare")}</div></Fact>
      </dl>
      <FindingList findings={examined.findings} label={say("review.findings")} />
      {needed !== null && <Revealed key={needed}><Notice intent="error" announce title={needed} /></Revealed>}
    </section>
  );
}

function Judged({ given, needed }: { readonly given: GivenKey; readonly needed: string | null }) {
  const say = useSay();
  const { examination } = given;
  switch (examination.state) {
    case "nothing": return null;
    case "looking": return <Spinner size="tiny" className="start late" label={say("files.looking")} />;
    case "told": return <Told examined={examination.examined} given={given} needed={needed} />;
    case "refused":
      if (examination.error.code !== "private-key-given") return <ErrorNotice error={examination.error} />;
      return (
        <Notice intent="error" announce title={say("addKey.private.title")}>
          <p>{say("addKey.private.exposed")}</p>
          <p>{say("addKey.private.new")}</p>
          <ConvertChoice given={given} means={[say("addKey.private.convert")]} />
        </Notice>
      );
  }
}

function Added({ added: { user, changes, findings } }: { readonly added: AddedKeyUser }) {
  const say = useSay();
  return (
    <div className="stack">
      <div><Heading key="added" level={2}>{say("addKey.added.title", { name: user.name })}</Heading><p className="lead">{say("addKey.added.lead")}</p></div>
      {changes.length > 0 && <Notice intent="information" title={say("addKey.added.changes")}><ul className="plain-list">{changes.map((change) => <li key={change}>{change}</li>)}</ul></Notice>}
      {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
      <Handover user={user} />
    </div>
  );
}

type Missing = "key" | "name" | "convert" | "weak";

function AddKey({ replaces, suggestedName }: { readonly replaces: KeyUser | null; readonly suggestedName: string }) {
  const say = useSay();
  const { host } = useSession();
  const given = useGivenKey(say("addKey.pasted"));
  const [name, setName] = useState(suggestedName);
  const [allowWeak, setAllowWeak] = useState(false);
  const [missing, setMissing] = useState<Missing | null>(null);
  const { act, run, reset } = useAct<AddedKeyUser>();
  const nameField = useRef<HTMLInputElement>(null);
  const { examination, convert, field } = given;
  const examined = examination.state === "told" ? examination.examined : null;
  const words = examined ? wordsNeeded(examined) : [];
  const weak = words.includes("weak");
  const named = name.trim();
  const change = () => {
    setMissing(null);
    if (act.state === "failed") reset();
  };

  /** "Add" was pressed while the key was still looked at: it is followed as soon as it was. */
  const goOn = useRef(false);

  const add = () => {
    if (act.state === "running") return;
    goOn.current = examination.state === "looking";
    if (goOn.current) return;
    const lacking: Missing | null = examination.state === "nothing" ? "key" : words.includes("convert") && !convert ? "convert" : weak && !allowWeak ? "weak" : named === "" ? "name" : null;
    setMissing(lacking);
    if (lacking === "key") field.current?.focus();
    else if (lacking === "name") nameField.current?.focus();
    if (lacking !== null || !examined) return;
    void run(async () => {
      const key = await given.read();
      // What was read may be newer than what was examined; the host judges it once more.
      const added = await host.keyUser.add({ name: named, key: key ?? { name: say("addKey.pasted"), content: "" }, ...(convert && { convert: true }), ...(allowWeak && { allowWeak: true }), ...(replaces && { replaces: replaces.name }) });
      if (field.current) field.current.value = "";
      return added;
    });
  };
  useEffect(() => {
    if (goOn.current && examination.state !== "looking") add();
  });
  const close = () => goTo(replaces ? { page: "rotate-key", fingerprint: replaces.fingerprint } : { page: "key-users" });
  const done = act.state === "done" ? act.value : null;
  const needed = missing === "convert" ? say("addKey.convert.needed") : missing === "weak" ? say("addKey.weak.needed") : null;
  return (
    <Page title={say("addKey.title")} above={<AboveKeyUser {...(replaces && { user: replaces })} />} {...(!done && { lead: say("addKey.lead") })}>
      <div className="wizard-body">
        {done ? <Added added={done} /> : (
          <div className="stack" onKeyDown={(event) => {
            if (event.key !== "Enter" || event.target !== nameField.current) return;
            event.preventDefault();
            add();
          }}>
            {replaces && <Notice intent="information" title={say("rotation.for", { name: replaces.name })}><p>{say("rotation.for.hint")}</p></Notice>}
            <Source given={{ ...given, onText: () => { change(); given.onText(); }, choose: (file) => { change(); given.choose(file); } }} missing={missing === "key"} />
            <Judged given={{ ...given, setConvert: (converting) => { change(); given.setConvert(converting); } }} needed={needed} />
            {weak && (
              <Notice intent="warning" title={say("addKey.weak.title")}>
                <Checkbox className="override" checked={allowWeak} label={say("addKey.weak.allow")} onChange={(_, { checked }) => { change(); setAllowWeak(checked === true); }} />
              </Notice>
            )}
            <section className="card form">
              <KeyUserNameField field={nameField} name={name} error={act.state === "failed" ? act.error : null} missing={missing === "name"} onName={(typed) => { change(); setName(typed); }} />
            </section>
            {act.state === "failed" && !isAboutName(act.error) && <Revealed><ErrorNotice error={act.error} /></Revealed>}
          </div>
        )}
      </div>
      <footer className="wizard-foot">
        <span className="grow">{act.state === "running" && <Spinner size="tiny" className="start" label={say("addKey.adding")} />}</span>
        {done ? (
          <>
            <Button appearance="primary" onClick={() => goTo(replaces ? { page: "rotate-key", fingerprint: replaces.fingerprint } : { page: "key-user", fingerprint: done.user.fingerprint })}>{say(replaces ? "makeKey.toRotation" : "makeKey.show")}</Button>
            <Button onClick={() => goTo({ page: "key-users" })}>{say("app.close")}</Button>
          </>
        ) : (
          <>
            <Button appearance="primary" disabledFocusable={act.state === "running"} onClick={add}>{named === "" ? say("addKey.commitAny") : say("addKey.commit", { name: named })}</Button>
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        )}
      </footer>
    </Page>
  );
}

/** `replaces` is the fingerprint of the key user that the new one is to take over from. */
export function AddKeyPage({ replaces }: { readonly replaces: string | null }) {
  const { now } = useSession();
  if (replaces === null) return <AddKey replaces={null} suggestedName="" />;
  return <ShownKeyUser fingerprint={replaces}>{(user, users) => <AddKey replaces={user} suggestedName={nextName(user.name, users, now)} />}</ShownKeyUser>;
}
