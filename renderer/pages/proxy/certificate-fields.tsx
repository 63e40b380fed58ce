// The certificate of a site: by its paths on the server, out of the machine's store, or from files.
import { useMemo } from "react";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Field, Notice, Radio, RadioGroup, Spinner } from "../../ui/index.ts";
import { loadCertificates } from "../binding/bound.ts";
import { CertificateCard } from "../certificate/certificate-card.tsx";
import { CertificatePicker } from "../certificate/certificate-picker.tsx";
import { DropTarget, DropZone } from "../certificate/drop-zone.tsx";
import { ObjectionNotice } from "../certificate/objection-notice.tsx";
import { PasswordField } from "../certificate/password-field.tsx";
import type { ChosenCertificate } from "../certificate/use-chosen-certificate.ts";
import { blocking } from "../endpoint/secure-form.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { PathFields, type FieldsProps } from "./site-fields.tsx";
import type { CertificateBy } from "./site-form.ts";

const ways = ["paths", "store", "files"] as const satisfies readonly CertificateBy[];

function Stored({ chosen }: { readonly chosen: ChosenCertificate }) {
  const say = useSay();
  const certificates = useLoaded(loadCertificates, true);
  const offered = useMemo(() => (certificates.state === "ready" ? certificates.value : []), [certificates]);
  return (
    <CertificatePicker label={say("newSite.by.store")} hint={say("picker.hint")} none={say("picker.choose")} certificates={offered} chosen={chosen.stored ?? ""}
      mistake={chosen.missing !== null && chosen.stored === null ? chosen.missing : null} onChoose={chosen.takeStored} />
  );
}

/** What was read of the certificate that was chosen, and what stands against it. */
function Told({ chosen, onChoose }: { readonly chosen: ChosenCertificate; readonly onChoose?: () => void }) {
  const say = useSay();
  const { inspection, missing, allowExpired } = chosen;
  if (!inspection) return null;
  const { refused, override } = blocking(inspection);
  const objection = refused ?? override;
  const others = inspection.findings.filter((each) => each !== objection);
  return (
    <>
      {objection && <ObjectionNotice objection={objection} refused={refused !== null} missing={missing} allowExpired={allowExpired} onAllowExpired={chosen.setAllowExpired} />}
      <CertificateCard inspection={inspection} fileNames={chosen.fileNames} actions={onChoose && <Button size="small" onClick={onChoose}>{say("secure.drop.again")}</Button>} />
      <FindingList findings={others} label={say("secure.findings")} />
    </>
  );
}

function FromFiles({ chosen }: { readonly chosen: ChosenCertificate }) {
  const say = useSay();
  const { inspection, question, error, reading, missing, fileNames } = chosen;
  const busy = reading ? <Spinner size="tiny" label={say("secure.drop.reading", { files: (fileNames ?? []).join(", ") })} /> : undefined;
  return (
    <DropTarget label={say("secure.drop.input")} onFiles={chosen.takeFiles}>{(choose) => (
      <>
        {!inspection && !question && <DropZone title={say("secure.drop.title")} hint={say("secure.drop.hint")} missing={missing !== null} busy={busy} onChoose={choose} />}
        {missing !== null && !inspection && <Notice intent="error" title={missing} announce />}
        {error && <ErrorNotice error={error} />}
        {question && !inspection && (
          <>
            <PasswordField question={question} busy={reading} input={chosen.password} onOpen={chosen.open} />
            <div className="row">{busy ?? <Button size="small" onClick={choose}>{say("secure.drop.again")}</Button>}</div>
          </>
        )}
        <Told chosen={chosen} onChoose={choose} />
      </>
    )}</DropTarget>
  );
}

/** Where the file is only saved, not `published`, its certificate lies on the server that it is taken to. */
export function CertificateFields({ form, mistakeOf, chosen, published, onChange }: FieldsProps & { readonly chosen: ChosenCertificate; readonly published: boolean }) {
  const say = useSay();
  const { certificateBy } = form;
  const choose = (by: CertificateBy) => {
    chosen.takeStored("");
    onChange({ certificateBy: by });
  };
  return (
    <div className="stack certificate-fields" role="group" aria-labelledby="certificate-by">
      <h3 id="certificate-by">{say("sites.column.certificate")}</h3>
      {published && <Field label={say("newSite.by")}>
        <RadioGroup value={certificateBy} onChange={(_, { value }) => choose(ways.find((each) => each === value) ?? "paths")}>
          {ways.map((each) => <Radio key={each} value={each} label={say(`newSite.by.${each}`)} />)}
        </RadioGroup>
      </Field>}
      {certificateBy === "paths" && <PathFields form={form} mistakeOf={mistakeOf} onChange={onChange} />}
      {certificateBy === "store" && (
        <>
          <Stored chosen={chosen} />
          {chosen.reading && <Spinner size="tiny" className="start" label={say("app.loading")} />}
          {chosen.error && <ErrorNotice error={chosen.error} />}
          <Told chosen={chosen} />
        </>
      )}
      {certificateBy === "files" && <FromFiles chosen={chosen} />}
    </div>
  );
}
