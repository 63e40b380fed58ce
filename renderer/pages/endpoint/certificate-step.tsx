// The first step: the certificate's files are dropped or chosen, opened with their password, and told about.
import { useEffect, useRef, useState, type DragEvent, type RefObject } from "react";
import type { Inspection } from "../../../app/certificates/certificate.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { useSay } from "../../messages/language.tsx";
import { AddFileIcon, Button, Checkbox, Field, Notice, PasswordInput, Spinner } from "../../ui/index.ts";
import { CertificateCard } from "../certificate/certificate-card.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";
import { certificateFileTypes } from "./certificate-files.ts";
import { blocking } from "./secure-form.ts";

/** How the file that needs a password stands: it was just met, the password was wrong, or it has to be typed again. */
export interface PasswordQuestion { readonly file: string; readonly reason: "needed" | "wrong" | "again" }

function PasswordField({ question, busy, input, onOpen }: {
  readonly question: PasswordQuestion; readonly busy: boolean; readonly input: RefObject<HTMLInputElement | null>; readonly onOpen: () => void;
}) {
  const say = useSay();
  const [empty, setEmpty] = useState(false);
  useEffect(() => {
    if (busy) return;
    input.current?.focus();
    input.current?.select();
  }, [question, busy, input]);
  const open = () => {
    const missing = (input.current?.value ?? "") === "";
    setEmpty(missing);
    if (missing) input.current?.focus();
    else onOpen();
  };
  const mistake = empty ? say("secure.password.empty") : question.reason === "wrong" ? say("secure.password.wrong", { file: question.file }) : null;
  return (
    <form className="card password" onSubmit={(event) => { event.preventDefault(); if (!busy) open(); }}>
      {question.reason === "again" && <p>{say("secure.password.again")}</p>}
      <Field label={say("secure.password.label", { file: question.file })} hint={say("secure.password.hint")}
        {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
        {(control) => <PasswordInput {...control} ref={input} maxLength={1024} show={say("secure.password.show")} hide={say("secure.password.hide")} />}
      </Field>
      <Button type="submit" appearance="primary" className="password-open">{say("secure.password.open")}</Button>
    </form>
  );
}

export function CertificateStep({ inspection, fileNames, question, error, busy, missing, allowExpired, password, onFiles, onOpen, onAllowExpired }: {
  readonly inspection: Inspection | null;
  readonly fileNames: readonly string[];
  readonly question: PasswordQuestion | null;
  readonly error: LockstepError | null;
  readonly busy: boolean;
  /** What "Next" found missing, to be said here. */
  readonly missing: string | null;
  readonly allowExpired: boolean;
  /** The field itself; its value is read when needed and kept nowhere else. */
  readonly password: RefObject<HTMLInputElement | null>;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onOpen: () => void;
  readonly onAllowExpired: (allow: boolean) => void;
}) {
  const say = useSay();
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const choose = () => chooser.current?.click();
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) onFiles(files);
  };
  const drop = {
    onDragEnter: (event: DragEvent) => { event.preventDefault(); setOver(true); },
    onDragOver: (event: DragEvent) => { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; },
    onDragLeave: (event: DragEvent) => { if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false); },
    onDrop,
  };
  const { refused, override } = inspection ? blocking(inspection) : { refused: null, override: null };
  const objection = refused ?? override;
  const others = inspection?.findings.filter((each) => each !== objection) ?? [];
  const large = inspection === null && question === null;
  return (
    <div className={`stack drop-target${over ? " drop-over" : ""}`} {...drop}>
      <div><Heading level={2}>{say("secure.certificate.title")}</Heading><p className="lead">{say("secure.certificate.lead")}</p></div>
      <input ref={chooser} type="file" multiple accept={certificateFileTypes} hidden aria-label={say("secure.drop.input")}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }} />
      {large && (
        <button type="button" className={`drop-zone${missing === null ? "" : " drop-missing"}`} onClick={choose} aria-describedby="drop-hint">
          {busy ? <Spinner size="small" label={say("secure.drop.reading", { files: fileNames.join(", ") })} /> : (
            <>
              <AddFileIcon className="accent" />
              <span className="strong">{say("secure.drop.title")}</span>
              <span className="dim" id="drop-hint">{say("secure.drop.hint")}</span>
            </>
          )}
        </button>
      )}
      {missing !== null && !objection && <Notice intent="error" title={missing} announce />}
      {error && <ErrorNotice error={error} />}
      {question && inspection === null && (
        <>
          <PasswordField question={question} busy={busy} input={password} onOpen={onOpen} />
          <div className="row">{busy ? <Spinner size="tiny" label={say("secure.drop.reading", { files: fileNames.join(", ") })} /> : <Button onClick={choose}>{say("secure.drop.again")}</Button>}</div>
        </>
      )}
      {objection && (
        // A new key lets the notice be read out again when Next was pressed in spite of it.
        <Notice key={missing} intent={refused || missing !== null ? "error" : "warning"} title={missing ?? objection.message} announce>
          {missing !== null && !refused && <p>{objection.message}</p>}
          <p>{objection.hint}</p>
          {!refused && (
            <Checkbox className="override" checked={allowExpired} onChange={(_, { checked }) => onAllowExpired(checked === true)}
              label={say(objection.code === "certificate-expired" ? "secure.allowExpired" : "secure.allowNotYet")} />
          )}
        </Notice>
      )}
      {inspection && (
        <>
          <CertificateCard inspection={inspection} fileNames={fileNames} actions={<Button onClick={choose}>{say("secure.drop.again")}</Button>} />
          {others.length > 0 && <section className="card"><FindingList findings={others} label={say("secure.findings")} /></section>}
        </>
      )}
    </div>
  );
}
