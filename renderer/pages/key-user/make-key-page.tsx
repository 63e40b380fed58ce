// Makes a pair of keys: who it is for, how long it is, where its private half goes; then what to do with both halves.
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { GenerateKeyUser } from "../../../app/contract.ts";
import type { GeneratedKeyUser, KeyUser } from "../../../app/cws/cws-view.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { useAct, useSession, type Act } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, CopyButton, Field, Input, Notice, ProgressBar, Radio, RadioGroup } from "../../ui/index.ts";
import { NewPasswordFields, type NewPassword } from "../certificate/new-password.tsx";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Fact } from "../instance/fact.tsx";
import { Heading, Page } from "../page.tsx";
import { Revealed } from "../revealed.tsx";
import { Handover } from "./handover.tsx";
import { isAboutName, KeyUserNameField } from "./key-user-name-field.tsx";
import { AboveKeyUser, ShownKeyUser } from "./shown-key-user.tsx";
import { nextName } from "./succession.ts";

const keySizes = [4096, 3072, 2048] as const satisfies readonly GenerateKeyUser["keyBits"][];
type KeySize = (typeof keySizes)[number];

/** Milliseconds without a keystroke after which a file is suggested for the name. */
const suggestDelay = 250;

/** A path for the private key that follows the name, until a person writes one. */
function useSuggestedFile(name: string): { readonly file: string; readonly write: (file: string) => void } {
  const { host } = useSession();
  const [suggested, setSuggested] = useState("");
  const [written, setWritten] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    const timer = window.setTimeout(() => {
      if (name.trim() === "") {
        setSuggested("");
        return;
      }
      // Where none can be suggested, the person writes one.
      host.keyUser.suggestFile({ name: name.trim() }).then(({ path }) => { if (wanted) setSuggested(path); }, () => undefined);
    }, suggestDelay);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [host, name]);
  return { file: written ?? suggested, write: setWritten };
}

/** The wait for a key, in seconds: how long it takes is chance. */
function Making({ name }: { readonly name: string }) {
  const say = useSay();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const begun = performance.now();
    const timer = window.setInterval(() => setSeconds(Math.round((performance.now() - begun) / 1000)), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <div className="stack" role="group" aria-label={say("makeKey.making", { name })}>
      <Heading key="making" level={2}>{say("makeKey.making", { name })}</Heading>
      <p className="lead">{say("makeKey.making.lead")}</p>
      <ProgressBar aria-label={say("makeKey.making", { name })} thickness="large" shape="rounded" />
      <p className="dim">{say("makeKey.seconds", { count: seconds })}</p>
    </div>
  );
}

function Made({ made: { user, privateKeyFile, encrypted, findings } }: { readonly made: GeneratedKeyUser }) {
  const say = useSay();
  return (
    <div className="stack">
      <div><Heading key="made" level={2}>{say("makeKey.made.title", { name: user.name })}</Heading><p className="lead">{say("makeKey.made.lead")}</p></div>
      <Notice intent="warning" title={say("makeKey.only.title")}>
        <p className="copyable"><span className="mono break">{privateKeyFile}</span><CopyButton text={privateKeyFile} name={say("app.copyWhat", { what: say("file.path.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} /></p>
        <p>{say(encrypted ? "makeKey.only.encrypted" : "makeKey.only.clear")}</p>
      </Notice>
      {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
      <section className="card" aria-labelledby="next-title">
        <h3 id="next-title">{say("makeKey.next.title")}</h3>
        <ol className="next-steps">
          <li>{say("makeKey.next.move")}</li>
          <li>{say("makeKey.next.send")}</li>
          <li>{say("makeKey.next.compare")}</li>
          <li>{say("makeKey.next.test")} <a href={addressOf({ page: "signature", part: "make" })}>{say("signature.title")}</a></li>
        </ol>
      </section>
      <section className="card">
        <dl className="facts">
          <Fact name={say("keyUsers.column.fingerprint")}><div className="read-out"><Thumbprint value={user.fingerprint} what={say("keyUser.fingerprint.what")} /></div></Fact>
          <Fact name={say("keyUsers.column.key")}>{say("keyUser.rsaBits", { bits: String(user.keyBits) })}</Fact>
        </dl>
      </section>
      <Handover user={user} />
    </div>
  );
}

type Missing = "name" | "file";

function MakeKey({ replaces, suggestedName }: { readonly replaces: KeyUser | null; readonly suggestedName: string }) {
  const say = useSay();
  const { host } = useSession();
  const [name, setName] = useState(suggestedName);
  const [keyBits, setKeyBits] = useState<KeySize>(keySizes[0]);
  const { file, write } = useSuggestedFile(name);
  const [missing, setMissing] = useState<Missing | null>(null);
  const { act, run, reset } = useAct<GeneratedKeyUser>();
  const nameField = useRef<HTMLInputElement>(null);
  const fileField = useRef<HTMLInputElement>(null);
  const password = useRef<NewPassword>(null);
  const named = name.trim();

  const make = () => {
    if (act.state === "running") return;
    const lacking = named === "" ? "name" : file.trim() === "" ? "file" : null;
    setMissing(lacking);
    if (lacking !== null) {
      (lacking === "name" ? nameField : fileField).current?.focus();
      return;
    }
    const typed = password.current?.read();
    if (typed === null) return;
    void run(() => host.keyUser.generate({ name: named, keyBits, privateKeyFile: file.trim(), ...(typed !== undefined && { password: typed }), ...(replaces && { replaces: replaces.name }) }));
  };
  const close = () => goTo(replaces ? { page: "rotate-key", fingerprint: replaces.fingerprint } : { page: "key-users" });
  const change = () => {
    setMissing(null);
    if (act.state === "failed") reset();
  };
  return (
    <Page title={say("makeKey.title")} above={<AboveKeyUser {...(replaces && { user: replaces })} />} {...(act.state === "idle" && { lead: say("makeKey.lead") })}>
      <div className="wizard-body" onKeyDown={(event) => {
        // Enter in a text field goes on, as in every Windows wizard.
        if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement) || event.target.type === "radio") return;
        event.preventDefault();
        make();
      }}>
        <MakeView act={act} name={named} replaces={replaces}>
          <section className="card form">
            <KeyUserNameField field={nameField} name={name} error={act.state === "failed" ? act.error : null} missing={missing === "name"} onName={(typed) => { change(); setName(typed); }} />
            <Field label={say("makeKey.size")}>
              <RadioGroup value={String(keyBits)} onChange={(_, { value }) => { change(); setKeyBits(keySizes.find((size) => String(size) === value) ?? keySizes[0]); }}>
                {keySizes.map((size) => <Radio key={size} value={String(size)} label={<span className="choice"><span>{say("keyUser.bits", { bits: String(size) })}</span><span className="dim">{say(`makeKey.size.${size}`)}</span></span>} />)}
              </RadioGroup>
            </Field>
          </section>
          <section className="card form">
            <div><h2 className="part-title">{say("makeKey.private")}</h2><p className="dim">{say("makeKey.private.means")}</p></div>
            <Field label={say("makeKey.file")} hint={say("makeKey.file.hint")} required {...(missing === "file" && { validationState: "error" as const, validationMessage: say("makeKey.file.missing") })}>
              <Input ref={fileField} className="mono" value={file} maxLength={4096} spellCheck={false} autoComplete="off" onChange={(_, { value }) => { change(); write(value); }} />
            </Field>
            <NewPasswordFields ref={password} label={say("makeKey.password")} hint={say("makeKey.password.hint")} needed={false} />
          </section>
        </MakeView>
      </div>
      <footer className="wizard-foot">
        <span className="grow" />
        {act.state === "done"
          ? (
            <>
              <Button appearance="primary" onClick={() => goTo(replaces ? { page: "rotate-key", fingerprint: replaces.fingerprint } : { page: "key-user", fingerprint: act.value.user.fingerprint })}>{say(replaces ? "makeKey.toRotation" : "makeKey.show")}</Button>
              <Button onClick={() => goTo({ page: "key-users" })}>{say("app.close")}</Button>
            </>
          )
          : act.state === "running" ? <span className="dim">{say("makeKey.stay")}</span> : (
            <>
              <Button appearance="primary" onClick={make}>{named === "" ? say("makeKey.commitAny") : say("makeKey.commit", { name: named })}</Button>
              <Button onClick={close}>{say("app.cancel")}</Button>
            </>
          )}
      </footer>
    </Page>
  );
}

/** The form stays in the page while a key is made, so that a failure finds it as it was, its password too. */
function MakeView({ act, name, replaces, children }: { readonly act: Act<GeneratedKeyUser>; readonly name: string; readonly replaces: KeyUser | null; readonly children: ReactNode }) {
  const say = useSay();
  const failure: LockstepError | null = act.state === "failed" && !isAboutName(act.error) ? act.error : null;
  if (act.state === "done") return <Made made={act.value} />;
  return (
    <>
      {act.state === "running" && <Making name={name} />}
      <div className="stack" hidden={act.state === "running"}>
        {replaces && <Notice intent="information" title={say("rotation.for", { name: replaces.name })}><p>{say("rotation.for.hint")}</p></Notice>}
        {failure && <Revealed><ErrorNotice error={failure} /></Revealed>}
        {children}
      </div>
    </>
  );
}

/** `replaces` is the fingerprint of the key user that the new one is to take over from. */
export function MakeKeyPage({ replaces }: { readonly replaces: string | null }) {
  const { now } = useSession();
  if (replaces === null) return <MakeKey replaces={null} suggestedName="" />;
  return <ShownKeyUser fingerprint={replaces}>{(user, users) => <MakeKey replaces={user} suggestedName={nextName(user.name, users, now)} />}</ShownKeyUser>;
}
