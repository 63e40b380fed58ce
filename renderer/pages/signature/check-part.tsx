// Checks a header that a client sent: whether it holds for its body, and if not, the mistake that explains it.
import { useEffect, useRef, useState } from "react";
import type { Diagnosis } from "../../../app/cws/cws-view.ts";
import { serviceVersions, type ServiceVersion } from "../../../app/cws/algorithm.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Empty, Field, Input, SecretTextarea, Select, SignatureLargeIcon, Spinner } from "../../ui/index.ts";
import { readCertificateFiles } from "../certificate/certificate-files.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { publicKeyFileTypes } from "../key-user/given-key-types.ts";
import { offeredKeyUsers } from "../key-user/key-users.ts";
import { Revealed } from "../revealed.tsx";
import { DiagnosisView } from "./diagnosis-view.tsx";
import { useDraft, type Draft } from "./draft.ts";
import { FileField } from "./file-field.tsx";
import { exactText, maskHeader } from "./masked-header.ts";
import { MaskedText } from "./masked-header.tsx";
import { BodyField, MethodField, UploadProgress } from "./request-fields.tsx";
import { useUpload } from "./use-upload.ts";

/** Whose key it should be: the user that the header names, one that is chosen, or a key by itself. */
type Whose = "header" | "key" | `user ${string}`;

interface Checked { readonly diagnosis: Diagnosis; readonly masked: ReturnType<typeof maskHeader> }

export function CheckPart() {
  const say = useSay();
  const host = useHost();
  const loaded = useLoaded(offeredKeyUsers);
  const [draft, change] = useDraft();
  const upload = useUpload();
  const { act, run, reset } = useAct<Checked | null>();
  const [whose, setWhose] = useState<Whose>("header");
  const [keyFile, setKeyFile] = useState<File | null>(null);
  const [version, setVersion] = useState<ServiceVersion>("V2");
  const [missing, setMissing] = useState<"header" | "key" | null>(null);
  const [turn, setTurn] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  /** The header as it was pasted, line ends and all. It is a credential, and forgotten with the page. */
  const pasted = useRef<string | null>(null);
  useEffect(() => () => { pasted.current = null; }, []);
  const users = loaded.state === "ready" ? loaded.value.filter(({ state }) => state === "active") : [];
  // A verdict holds only for what it was given, one that is still to come too.
  const changed = () => {
    setMissing(null);
    upload.cancel();
    reset();
  };
  const alter = (part: Partial<Draft>) => {
    changed();
    change(part);
  };

  const check = () => {
    if (act.state === "running") return;
    const header = exactText(field.current?.value ?? "", pasted.current);
    const lacking = header.trim() === "" ? "header" : whose === "key" && !keyFile ? "key" : null;
    setMissing(lacking);
    if (lacking === "header") field.current?.focus();
    if (lacking !== null) return;
    void run(async () => {
      const body = draft.method === "GET" || draft.method === "HEAD" ? undefined : await upload.send(draft.body);
      if (body === null) return null;
      const [publicKey] = whose === "key" && keyFile ? await readCertificateFiles([keyFile]) : [];
      const diagnosis = await host.signature.diagnose({
        header, method: draft.method, undocumented: draft.undocumented, version, ...(body && { body }), ...(publicKey && { publicKey }),
        ...(whose.startsWith("user ") && { user: whose.slice("user ".length) }), ...(draft.url.trim() !== "" && { url: draft.url.trim() }),
      });
      setTurn((before) => before + 1);
      return { diagnosis, masked: maskHeader(header) };
    });
  };
  return (
    <div className="tester">
      <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); check(); }}>
        <section className="card tester-form">
          <Field label={say("check.header")} hint={say("check.header.hint")} required {...(missing === "header" && { validationState: "error" as const, validationMessage: say("check.header.missing") })}>
            {(control) => (
              <SecretTextarea {...control} ref={field} rows={5} placeholder="Authorization: CWS-SHA256 Access=clinic7, Signature=…" onChange={changed}
                onPaste={(event) => {
                  const { value, selectionStart, selectionEnd } = event.currentTarget;
                  // What takes the place of all that stood there is the whole header.
                  pasted.current = selectionEnd - selectionStart === value.length ? event.clipboardData.getData("text") : null;
                }} />
            )}
          </Field>
          <MethodField draft={draft} onChange={alter} />
          <BodyField draft={draft} onChange={alter} />
          <Field label={say("check.whose")}>
            <Select value={whose} onChange={(_, { value }) => { changed(); setWhose(value as Whose); }}>
              <option value="header">{say("check.whose.header")}</option>
              {users.map(({ name, fingerprint }) => <option key={fingerprint} value={`user ${name}`}>{name}</option>)}
              <option value="key">{say("check.whose.key")}</option>
            </Select>
          </Field>
          {whose === "key" && (
            <FileField label={say("check.key")} hint={say("check.key.hint")} choose={say("transcript.choose")} accept={publicKeyFileTypes} file={keyFile} mistake={missing === "key" ? say("check.key.missing") : null}
              onFile={(file) => { changed(); setKeyFile(file); }} onRemove={() => { changed(); setKeyFile(null); }} />
          )}
          <details className="evidence more">
            <summary>{say("check.more")}</summary>
            <div className="tester-form">
              <Field label={say("check.version")} hint={say("check.version.hint")}>
                <Select value={version} onChange={(_, { value }) => { changed(); setVersion(serviceVersions.find((each) => each === value) ?? "V2"); }}>
                  {serviceVersions.toReversed().map((each) => <option key={each} value={each}>{say(`serviceVersion.${each}`)}</option>)}
                </Select>
              </Field>
              <Field label={say("check.url")} hint={say("check.url.hint")}>
                <Input className="mono" type="url" value={draft.url} maxLength={8192} spellCheck={false} autoComplete="off" onChange={(_, { value }) => alter({ url: value })} />
              </Field>
            </div>
          </details>
          <UploadProgress upload={upload} />
          <div className="row">
            <Button type="submit" appearance="primary" disabledFocusable={act.state === "running"}>{say("check.commit")}</Button>
            {act.state === "running" && !upload.progress && <Spinner size="tiny" label={say("check.checking")} />}
          </div>
        </section>
      </form>
      <div className="stack" role="region" aria-label={say("check.result")} aria-live="polite">
        {act.state === "failed" && <Revealed><ErrorNotice error={act.error} /></Revealed>}
        {act.state === "done" && act.value
          ? (
            <Revealed key={turn}>
              <div className="diagnosis">
                <DiagnosisView diagnosis={act.value.diagnosis} />
                <section className="card checked-header"><span className="dim">{say("check.checked")}</span><span className="mono break"><MaskedText {...act.value.masked} /></span></section>
              </div>
            </Revealed>
          )
          : act.state !== "failed" && <section className="card"><Empty icon={<SignatureLargeIcon />} title={say("check.empty.title")}>{say("check.empty.hint")}</Empty></section>}
      </div>
    </div>
  );
}
