// The fields of the request that every part of the tester has: its user, algorithm, method and body.
import { useDeferredValue, useId, useMemo, useState } from "react";
import { algorithms, isDocumented, methods, signedBy } from "../../../app/cws/algorithm.ts";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatSize } from "../../messages/size.ts";
import { Button, Field, Input, Notice, ProgressBar, Radio, RadioGroup, Select, Textarea } from "../../ui/index.ts";
import { inlineLimit, lineEndsOf, textBytes, type BodyDraft, type LineEnd } from "./body-source.ts";
import type { Draft } from "./draft.ts";
import { FileField } from "./file-field.tsx";
import type { Upload } from "./use-upload.ts";

interface Part { readonly draft: Draft; readonly onChange: (part: Partial<Draft>) => void }

/** Picked from the active key users, or typed. */
export function UserField({ draft, users, missing, onChange }: Part & { readonly users: readonly KeyUser[]; readonly missing: boolean }) {
  const say = useSay();
  const list = useId();
  const active = users.filter(({ state }) => state === "active");
  const known = active.find(({ name }) => name === draft.user.trim());
  const hint = known ? say("keyUser.rsaBits", { bits: String(known.keyBits) }) : draft.user.trim() === "" ? say("signature.user.hint") : say("signature.user.unknown");
  return (
    <Field label={say("signature.user")} hint={hint} required {...(missing && { validationState: "error" as const, validationMessage: say("signature.user.missing") })}>
      {(control) => (
        <>
          <Input {...control} list={list} value={draft.user} maxLength={1024} spellCheck={false} autoComplete="off" onChange={(_, { value }) => onChange({ user: value })} />
          <datalist id={list}>{active.map(({ name, fingerprint }) => <option key={fingerprint} value={name} />)}</datalist>
        </>
      )}
    </Field>
  );
}

export function AlgorithmField({ draft, onChange }: Part) {
  const say = useSay();
  return (
    <>
      <Field label={say("signature.algorithm")} hint={say(`signature.algorithm.${draft.algorithm}`)}>
        <Select value={draft.algorithm} onChange={(_, { value }) => onChange({ algorithm: algorithms.find((each) => each === value) ?? algorithms[0] })}>
          {algorithms.map((each) => <option key={each} value={each}>{each}</option>)}
        </Select>
      </Field>
      {draft.algorithm === "CWS-SHA1" && <Notice intent="warning" title={say("signature.sha1.title")}><p>{say("signature.sha1.hint")}</p></Notice>}
    </>
  );
}

export function MethodField({ draft, onChange }: Part) {
  const say = useSay();
  return (
    <>
      <Field label={say("signature.method")}>
        <Select value={draft.method} onChange={(_, { value }) => onChange({ method: methods.find((each) => each === value) ?? "POST" })}>
          {methods.map((each) => <option key={each} value={each}>{each}</option>)}
        </Select>
      </Field>
      {!isDocumented(draft.method) && draft.method !== "HEAD" && (
        <Field label={say("signature.undocumented", { method: draft.method })} hint={say("signature.undocumented.hint")}>
          <RadioGroup value={draft.undocumented} onChange={(_, { value }) => onChange({ undocumented: value === "empty" ? "empty" : "body" })}>
            <Radio value="body" label={say("signature.undocumented.body")} />
            <Radio value="empty" label={say("signature.undocumented.empty")} />
          </RadioGroup>
        </Field>
      )}
    </>
  );
}

/** How many bytes a text has, told a moment after it was typed, so that typing never waits for it. */
function TextSize({ body }: { readonly body: BodyDraft }) {
  const { say, tag } = useLanguage();
  const counted = useDeferredValue(body);
  const bytes = useMemo(() => textBytes(counted.text, counted.lineEnd).length, [counted]);
  return <span className="dim" role="status">{bytes === 0 ? say("signature.body.empty") : say(counted.text.includes("\n") ? `signature.body.size.${counted.lineEnd}` : "signature.body.size", { size: formatSize(bytes, tag) })}</span>;
}

/** `whatItIs` is the label; a GET and a HEAD have none. */
export function BodyField({ draft, onChange }: Part) {
  const say = useSay();
  const [mixed, setMixed] = useState(false);
  const { body, method } = draft;
  const change = (part: Partial<BodyDraft>) => onChange({ body: { ...body, ...part } });
  if (method === "GET" || method === "HEAD") return <p className="dim empty-signed">{say("signature.body.get", { method })}</p>;
  return (
    <div className="body-field">
      {body.file === null && (
        <>
          <Field label={say("signature.body")} {...(mixed && { validationState: "warning" as const, validationMessage: say("signature.body.mixed") })}>
            <Textarea className="transcript-text" rows={7} value={body.text} spellCheck={false} autoComplete="off"
              onChange={(_, { value }) => { setMixed(false); change({ text: value }); }}
              onPaste={(event) => {
                const ends = lineEndsOf(event.clipboardData.getData("text"));
                // A field keeps LF alone: what was pasted as the whole body keeps its line ends by the choice below.
                if (ends === null || body.text !== "") return;
                setMixed(ends === "mixed");
                if (ends !== "mixed" && ends !== body.lineEnd) window.setTimeout(() => onChange({ body: { ...body, text: event.target instanceof HTMLTextAreaElement ? event.target.value : body.text, lineEnd: ends } }));
              }} />
          </Field>
          <div className="body-foot">
            <RadioGroup layout="horizontal" aria-label={say("signature.lineEnd")} value={body.lineEnd} onChange={(_, { value }) => change({ lineEnd: value as LineEnd })}>
              <Radio value="lf" label={say("signature.lineEnd.lf")} />
              <Radio value="crlf" label={say("signature.lineEnd.crlf")} />
            </RadioGroup>
            <TextSize body={body} />
          </div>
        </>
      )}
      <FileField label={say("signature.bodyFile")} hint={say(body.file && body.file.size > inlineLimit ? "signature.bodyFile.large" : "signature.bodyFile.hint")} choose={say("signature.bodyFile.choose")} accept="" quiet
        file={body.file} onFile={(file) => change({ file })} onRemove={() => change({ file: null })} />
      {method !== "POST" && method !== "PUT" && signedBy(method, draft.undocumented) === "empty" && <p className="dim">{say("signature.body.unsigned")}</p>}
    </div>
  );
}

/** Shows nothing while nothing large is on its way. */
export function UploadProgress({ upload: { progress, cancel } }: { readonly upload: Upload }) {
  const { say, tag } = useLanguage();
  if (!progress) return null;
  return (
    <div className="upload" role="group" aria-label={say("signature.upload")}>
      <ProgressBar aria-label={say("signature.upload")} value={progress.sent} max={progress.of} thickness="large" shape="rounded" />
      <span className="dim">{say("signature.upload.sent", { sent: formatSize(progress.sent, tag), of: formatSize(progress.of, tag) })}</span>
      <Button size="small" onClick={cancel}>{say("app.cancel")}</Button>
    </div>
  );
}
