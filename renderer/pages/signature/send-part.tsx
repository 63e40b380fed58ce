// Signs a request, sends it, and shows both it and the answer.
import { useRef, useState } from "react";
import type { Exchange } from "../../../app/cws/cws-view.ts";
import { asLockstepError } from "../../../app/errors.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Checkbox, Field, Input, Spinner, Textarea } from "../../ui/index.ts";
import { readCertificateFiles } from "../certificate/certificate-files.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { publicKeyFileTypes } from "../key-user/given-key-types.ts";
import { offeredKeyUsers } from "../key-user/key-users.ts";
import { Revealed } from "../revealed.tsx";
import { useDraft, type Draft } from "./draft.ts";
import { ExchangeView } from "./exchange-view.tsx";
import { FileField } from "./file-field.tsx";
import { readHeaderLines } from "./header-lines.ts";
import { PrivateKeyField } from "./private-key-field.tsx";
import { AlgorithmField, BodyField, MethodField, UploadProgress, UserField } from "./request-fields.tsx";
import { usePrivateKey } from "./use-private-key.ts";
import { useUpload } from "./use-upload.ts";

/** Refusals that a person's word overrides. */
const overridable: readonly string[] = ["address-refused", "handshake-failed"];

/** Headers as they were typed last, while the window is open. */
let lastHeaders = "Content-Type: application/json";

export function SendPart() {
  const say = useSay();
  const host = useHost();
  const users = useLoaded(offeredKeyUsers);
  const [draft, change] = useDraft();
  const [headers, setHeaders] = useState(lastHeaders);
  const [answerKey, setAnswerKey] = useState<File | null>(null);
  const [answerHeader, setAnswerHeader] = useState("");
  const [allowUntrusted, setAllowUntrusted] = useState(false);
  const [missing, setMissing] = useState<readonly ("url" | "user" | "headers")[]>([]);
  const privateKey = usePrivateKey();
  const upload = useUpload();
  const { act, run } = useAct<Exchange | null>();
  const [turn, setTurn] = useState(0);
  const urlField = useRef<HTMLInputElement>(null);
  const read = readHeaderLines(headers);
  const alter = (part: Partial<Draft>) => {
    setMissing([]);
    change(part);
  };

  const send = () => {
    if (act.state === "running") return;
    const lacking = [
      ...(/^https?:\/\/./i.test(draft.url.trim()) ? [] : ["url" as const]), ...(draft.user.trim() === "" ? ["user" as const] : []), ...(read.wrong === null ? [] : ["headers" as const]),
    ];
    setMissing(lacking);
    if (lacking.includes("url")) urlField.current?.focus();
    void run(async () => {
      try {
        const key = await privateKey.read();
        if (lacking.length > 0 || !key) return null;
        const [answerPublicKey] = answerKey ? await readCertificateFiles([answerKey]) : [];
        const body = draft.method === "GET" || draft.method === "HEAD" ? undefined : await upload.send(draft.body);
        if (body === null) return null;
        const exchange = await host.signature.send({
          url: draft.url.trim(), user: draft.user.trim(), ...key, algorithm: draft.algorithm, method: draft.method, undocumented: draft.undocumented, ...(body && { body }),
          ...(read.headers.length > 0 && { headers: [...read.headers] }), ...(answerPublicKey && { answerKey: answerPublicKey }),
          ...(answerHeader.trim() !== "" && { answerHeader: answerHeader.trim() }), ...(allowUntrusted && { allowUntrusted }),
        });
        privateKey.forget();
        setTurn((before) => before + 1);
        return exchange;
      } catch (thrown) {
        if (privateKey.ask(asLockstepError(thrown))) return null;
        throw thrown;
      }
    });
  };
  return (
    <div className="stack">
      <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); send(); }}>
        <section className="card tester-form">
          <div className="field-pair method-first">
            <div><MethodField draft={draft} onChange={alter} /></div>
            <Field label={say("send.url")} required {...(missing.includes("url") && { validationState: "error" as const, validationMessage: say("send.url.missing") })}>
              <Input ref={urlField} className="mono" type="url" value={draft.url} maxLength={8192} spellCheck={false} autoComplete="off" placeholder="https://coremr.example.org/ws/patients" onChange={(_, { value }) => alter({ url: value })} />
            </Field>
          </div>
          <div className="field-pair">
            <div><UserField draft={draft} users={users.state === "ready" ? users.value : []} missing={missing.includes("user")} onChange={alter} /></div>
            <div><PrivateKeyField privateKey={privateKey} /></div>
          </div>
          <div className="field-pair">
            <Field label={say("send.headers")} hint={say("send.headers.hint")} {...(missing.includes("headers") && read.wrong !== null && { validationState: "error" as const, validationMessage: say("send.headers.wrong", { line: read.wrong }) })}>
              <Textarea className="transcript-text" rows={2} value={headers} spellCheck={false} autoComplete="off" onChange={(_, { value }) => { lastHeaders = value; setMissing([]); setHeaders(value); }} />
            </Field>
            <div><AlgorithmField draft={draft} onChange={alter} /></div>
          </div>
          <BodyField draft={draft} onChange={alter} />
          <details className="evidence more">
            <summary>{say("send.more")}</summary>
            <div className="tester-form">
              <FileField label={say("send.answerKey")} hint={say("send.answerKey.hint")} choose={say("transcript.choose")} accept={publicKeyFileTypes} file={answerKey} onFile={setAnswerKey} onRemove={() => setAnswerKey(null)} />
              <Field label={say("send.answerHeader")} hint={say("send.answerHeader.hint")}>
                <Input className="mono" value={answerHeader} maxLength={256} spellCheck={false} autoComplete="off" placeholder="Authorization" onChange={(_, { value }) => setAnswerHeader(value)} />
              </Field>
            </div>
          </details>
          <UploadProgress upload={upload} />
          <div className="row">
            <Button type="submit" appearance="primary" disabledFocusable={act.state === "running"}>{say("send.commit", { method: draft.method })}</Button>
            {act.state === "running" && !upload.progress && <Spinner size="tiny" label={say("send.sending")} />}
          </div>
        </section>
        {act.state === "failed" && (
          <Revealed key={act.error.message}>
            <ErrorNotice error={act.error} />
            {overridable.includes(act.error.code) && <Checkbox className="override" checked={allowUntrusted} label={say("send.untrusted")} onChange={(_, { checked }) => setAllowUntrusted(checked === true)} />}
          </Revealed>
        )}
      </form>
      {act.state === "done" && act.value && <Revealed key={turn}><ExchangeView exchange={act.value} /></Revealed>}
    </div>
  );
}
