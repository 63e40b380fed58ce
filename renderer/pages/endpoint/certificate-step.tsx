// The first step: the certificate's files are dropped or chosen, opened with their password, and told about.
import type { ReactNode, RefObject } from "react";
import type { Inspection } from "../../../app/certificates/certificate.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { useSay } from "../../messages/language.tsx";
import { Button, Notice, Spinner } from "../../ui/index.ts";
import { CertificateCard } from "../certificate/certificate-card.tsx";
import { DropTarget, DropZone } from "../certificate/drop-zone.tsx";
import { ObjectionNotice } from "../certificate/objection-notice.tsx";
import { PasswordField, type PasswordQuestion } from "../certificate/password-field.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Heading } from "../page.tsx";
import { blocking } from "./secure-form.ts";

export function CertificateStep({ inspection, fileNames, question, error, busy, missing, allowExpired, password, texts, before, fromStore, onFiles, onOpen, onAllowExpired }: {
  readonly inspection: Inspection | null;
  /** Null while the certificate is one of the machine's Personal store. */
  readonly fileNames: readonly string[] | null;
  readonly question: PasswordQuestion | null;
  readonly error: LockstepError | null;
  readonly busy: boolean;
  /** What "Next" found missing, to be said here. */
  readonly missing: string | null;
  readonly allowExpired: boolean;
  /** The field itself; its value is read when needed and kept nowhere else. */
  readonly password: RefObject<HTMLInputElement | null>;
  /** In place of the words of a wizard that secures. */
  readonly texts?: { readonly title: string; readonly lead: string };
  /** What stands above the choice. */
  readonly before?: ReactNode;
  /** The choice of a certificate of the machine, in place of files. */
  readonly fromStore?: ReactNode;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onOpen: () => void;
  readonly onAllowExpired: (allow: boolean) => void;
}) {
  const say = useSay();
  const { refused, override } = inspection ? blocking(inspection) : { refused: null, override: null };
  const objection = refused ?? override;
  const others = inspection?.findings.filter((each) => each !== objection) ?? [];
  const large = inspection === null && question === null;
  const reading = <Spinner size="tiny" label={fileNames ? say("secure.drop.reading", { files: fileNames.join(", ") }) : say("app.loading")} />;
  return (
    <DropTarget label={say("secure.drop.input")} onFiles={onFiles}>{(choose) => (
      <>
        <div><Heading level={2}>{texts?.title ?? say("secure.certificate.title")}</Heading><p className="lead">{texts?.lead ?? say("secure.certificate.lead")}</p></div>
        {before}
        {large && (
          <DropZone title={say("secure.drop.title")} hint={say("secure.drop.hint")} missing={missing !== null} onChoose={choose}
            busy={busy ? reading : undefined} />
        )}
        {large && !busy && fromStore}
        {missing !== null && !objection && <Notice intent="error" title={missing} announce />}
        {error && <ErrorNotice error={error} />}
        {question && inspection === null && (
          <>
            <PasswordField question={question} busy={busy} input={password} onOpen={onOpen} />
            <div className="row">{busy ? reading : <Button onClick={choose}>{say("secure.drop.again")}</Button>}</div>
          </>
        )}
        {objection && <ObjectionNotice objection={objection} refused={refused !== null} missing={missing} allowExpired={allowExpired} onAllowExpired={onAllowExpired} />}
        {inspection && (
          <>
            <CertificateCard inspection={inspection} fileNames={fileNames} actions={<Button onClick={choose}>{say(fileNames ? "secure.drop.again" : "secure.drop.instead")}</Button>} />
            {others.length > 0 && <section className="card"><FindingList findings={others} label={say("secure.findings")} /></section>}
          </>
        )}
      </>
    )}</DropTarget>
  );
}
