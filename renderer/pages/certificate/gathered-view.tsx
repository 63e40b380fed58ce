// Gathering certificate files: the place to drop them, what they are, the password they need, and what was read.
import { useEffect, type ReactNode } from "react";
import type { Finding } from "../../../app/finding.ts";
import { useSay } from "../../messages/language.tsx";
import { Button, Notice, Spinner } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Revealed } from "../revealed.tsx";
import { CertificateCard } from "./certificate-card.tsx";
import { commonName } from "./days-left.ts";
import { DropTarget, DropZone } from "./drop-zone.tsx";
import { FileList } from "./file-list.tsx";
import { takeHandedFiles } from "./handed-on.ts";
import { PasswordField } from "./password-field.tsx";
import type { GatheredFiles } from "./use-certificate-files.ts";

/** Takes what another page handed on, when this page opens. */
export function useHandedFiles(add: (files: readonly File[]) => void): void {
  useEffect(() => {
    const files = takeHandedFiles();
    if (files.length > 0) add(files);
    // Once, as the page opens: what is handed on later is for another page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
}

export function GatheredView({ files, heading, dropTitle, addHint, missing, keyText, findings, onConvert, children }: {
  readonly files: GatheredFiles;
  readonly heading?: ReactNode;
  readonly dropTitle: string;
  readonly addHint?: string | undefined;
  /** What "Next" found missing, to be said here. */
  readonly missing: string | null;
  /** Said of the private key where the files are not expected to hold it. */
  readonly keyText?: string | undefined;
  /** What is worth knowing of all that was read. */
  readonly findings: readonly Finding[];
  readonly onConvert?: (() => void) | undefined;
  /** Stands under the files, over what was read. */
  readonly children?: ReactNode;
}) {
  const say = useSay();
  const { gathered, inspection, question, error, reading, tooMany, password, add, remove, open } = files;
  const said = tooMany ? say("secure.drop.tooMany") : missing;
  // What the list of files says already is not said twice.
  const told = gathered.flatMap(({ identified }) => identified?.findings.map(({ code }) => code) ?? []);
  const worthKnowing = findings.filter(({ code }) => !told.includes(code));
  const others = inspection?.certificates.filter(({ thumbprint }) => !inspection.chain.includes(thumbprint)) ?? [];
  const locked = gathered.filter(({ identified }) => identified?.needsPassword === true).length;
  return (
    <DropTarget label={say("secure.drop.input")} onFiles={add}>{(choose) => (
      <>
        {heading}
        {gathered.length === 0
          ? <DropZone title={dropTitle} hint={say("secure.drop.hint")} missing={missing !== null} onChoose={choose} />
          : (
            <section className="card files-card" aria-label={say("files.list")}>
              <FileList gathered={gathered} reading={reading} onRemove={remove} onConvert={onConvert} />
              <div className="row"><Button onClick={choose}>{say("files.add")}</Button><span className="dim">{addHint ?? say("files.add.hint")}</span></div>
            </section>
          )}
        {said !== null && <Revealed key={said}><Notice intent="error" title={said} announce /></Revealed>}
        {error && <Revealed><ErrorNotice error={error} /></Revealed>}
        {question && inspection === null && (
          <PasswordField question={question} busy={reading} input={password} onOpen={open} note={locked > 1 ? say("files.onePassword") : undefined} />
        )}
        {reading && gathered.every(({ identified }) => identified !== null) && <Spinner size="tiny" className="start" label={say("files.opening")} />}
        {children}
        {inspection && (
          <>
            <CertificateCard inspection={inspection} fileNames={gathered.map(({ file }) => file.name)} keyText={keyText} />
            {others.length > 0 && (
              <section className="card">
                <h3>{say("files.others")}</h3>
                <ul className="other-certificates">
                  {others.map(({ thumbprint, subject, role }) => <li key={thumbprint} className="break">{commonName(subject)} <span className="dim">{say(`certificate.role.${role}`)}</span></li>)}
                </ul>
              </section>
            )}
            {worthKnowing.length > 0 && <section className="card"><FindingList findings={worthKnowing} label={say("secure.findings")} /></section>}
          </>
        )}
      </>
    )}</DropTarget>
  );
}
