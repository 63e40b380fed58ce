// One certificate of a store in full: what it says, its chain, what is wrong with it, what uses it, whether its key signs.
import { useCallback, type ReactNode } from "react";
import type { StoredDetail } from "../../../app/certificates/certificate.ts";
import type { MachineDescription } from "../../../app/contract.ts";
import type { LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, ConvertIcon, CopyButton, DeleteIcon, ErrorSmallIcon, ExportIcon, NoneSmallIcon, Notice, SuccessSmallIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { keyName } from "./certificate-card.tsx";
import { nameOf, type Store } from "./certificate-list.ts";
import { ChainPicture } from "./chain-picture.tsx";
import { DaysLeftLabel } from "./days-left-label.tsx";
import { useExportDialog } from "./export-dialog.tsx";
import { handCertificate } from "./handed-on.ts";
import { tellRemoval, type Removal } from "./removal.ts";
import { useRemoveDialog } from "./remove-dialog.tsx";
import { Thumbprint } from "./thumbprint.tsx";
import { UseList } from "./use-list.tsx";

function Above() {
  const say = useSay();
  return <a className="back-link" href={addressOf({ page: "certificates" })}>{say("certificates.title")}</a>;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return <div className="fact"><dt>{name}</dt><dd>{children}</dd></div>;
}

function PrivateKey({ detail: { privateKey, certificate } }: { readonly detail: StoredDetail }) {
  const say = useSay();
  switch (privateKey) {
    case "proven": return <span className="with-icon"><SuccessSmallIcon className="tone-success" />{say("stored.key.proven")}</span>;
    case "unusable": return <span className="with-icon tone-error"><ErrorSmallIcon className="tone-error" />{say("stored.key.unusable")}</span>;
    case "none": return (
      <>
        <span className="with-icon dim"><NoneSmallIcon />{say("stored.key.none")}</span>
        {certificate.store === "My" && certificate.role === "leaf" && <div className="dim">{say("stored.key.none.hint")}</div>}
      </>
    );
  }
}

function Facts({ detail }: { readonly detail: StoredDetail }) {
  const { say, tag } = useLanguage();
  const { certificate } = detail;
  return (
    <section className="card" aria-labelledby="facts-title">
      <h2 id="facts-title">{say("stored.facts")}</h2>
      <dl className="facts">
        <Fact name={say("stored.subject")}>{certificate.subject}</Fact>
        <Fact name={say("certificate.names")}>{certificate.names.length === 0 ? say("certificate.noNames") : certificate.names.join(", ")}</Fact>
        <Fact name={say("certificate.issuer")}>{certificate.issuer === certificate.subject ? say("certificate.selfIssued") : certificate.issuer}</Fact>
        <Fact name={say("certificate.validity")}>{say("certificate.validityText", { from: formatDay(certificate.notBefore, tag), to: formatDay(certificate.notAfter, tag) })}</Fact>
        <Fact name={say("certificate.key")}>{keyName(certificate.keyType)}</Fact>
        <Fact name={say("certificate.privateKey")}><PrivateKey detail={detail} /></Fact>
        <Fact name={say("certificate.thumbprint")}><Thumbprint value={certificate.thumbprint} /></Fact>
        <Fact name={say("stored.sha256")}><Thumbprint value={certificate.sha256} what={say("stored.sha256.what")} /></Fact>
        <Fact name={say("stored.serial")}><Thumbprint value={certificate.serialNumber} what={say("stored.serial.what")} /></Fact>
      </dl>
    </section>
  );
}

function Pem({ pem }: { readonly pem: string }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="pem-title">
      <header className="card-head">
        <h2 id="pem-title">{say("stored.pem")}</h2>
        <CopyButton text={pem} name={say("app.copyWhat", { what: say("stored.pem.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
      </header>
      <details className="evidence">
        <summary>{say("stored.pem.show")}</summary>
        <pre className="code pem" tabIndex={0}>{pem}</pre>
      </details>
    </section>
  );
}

function StoredView({ detail, error, machine: { elevates, kind } }: { readonly detail: StoredDetail; readonly error: LockstepError | null; readonly machine: MachineDescription }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const { certificate, chain, findings, uses } = detail;
  const exporting = useExportDialog(certificate);
  const leave = useCallback((removal: Removal) => {
    tellRemoval(removal);
    goTo({ page: "certificates" });
  }, []);
  const removing = useRemoveDialog(detail, elevates, leave);
  const secure = () => {
    handCertificate(certificate.thumbprint);
    goTo({ page: "secure", instance: null });
  };
  return (
    <Page title={nameOf(certificate)} above={<Above />} lead={<span className="spaced"><span>{say(`store.in.${certificate.store}`)}</span><DaysLeftLabel certificate={certificate} /></span>}>
      <div className="stack stored">
        <div className="row">
          {certificate.store === "My" && certificate.role === "leaf" && detail.privateKey === "proven" && <Button appearance="primary" onClick={secure}>{say("import.secure")}</Button>}
          {certificate.store === "My" && certificate.role === "leaf" && uses.length > 0 && kind !== "linux" && <Button icon={<ConvertIcon />} onClick={() => goTo({ page: "replace", thumbprint: certificate.thumbprint })}>{say("replace.actionShort")}</Button>}
          <Button {...restoresFocus} icon={<ExportIcon />} onClick={exporting.ask}>{say("stored.export")}</Button>
          <Button {...restoresFocus} icon={<DeleteIcon />} onClick={removing.ask}>{say("stored.remove")}</Button>
        </div>
        {error && !removing.engaged && <ErrorNotice error={error} />}
        {detail.privateKey === "unusable" && <Notice intent="error" title={say("stored.key.unusable.title")}><p>{say("stored.key.unusable.hint")}</p></Notice>}
        {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
        <div className="stored-columns">
          <Facts detail={detail} />
          <div className="stack">
            <section className="card" aria-labelledby="chain-title">
              <h2 id="chain-title">{say("stored.chain")}</h2>
              <ChainPicture chain={chain} />
            </section>
            <section className="card" aria-labelledby="uses-title">
              <h2 id="uses-title">{say("stored.uses")}</h2>
              {uses.length === 0 ? <p className="dim">{say("stored.uses.none")}</p> : <UseList uses={uses} label={say("stored.uses")} />}
            </section>
          </div>
        </div>
        <Pem pem={detail.pem} />
      </div>
      {exporting.dialog}
      {removing.dialog}
    </Page>
  );
}

export function StoredCertificatePage({ store, thumbprint, machine }: { readonly store: Store; readonly thumbprint: string; readonly machine: MachineDescription }) {
  const show = useCallback((host: Host) => host.certificate.show({ store, thumbprint }), [store, thumbprint]);
  const loaded = useLoaded(show);
  const detail = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last : null;
  if (!detail) return <><Above /><LoadedView loaded={loaded}>{() => null}</LoadedView></>;
  return <StoredView detail={detail} error={loaded.state === "failed" ? loaded.error : null} machine={machine} />;
}
