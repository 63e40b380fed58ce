// One published site in full: where its file is, what it serves, its certificate, what is wrong with it; changed or taken away.
import { useState } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import { problem } from "../../../app/errors.ts";
import type { ProxyState, PublishedSite } from "../../../app/nginx/site.ts";
import { useLoaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, CopyButton, DeleteIcon, EditIcon, Notice, useRestoreFocusTarget } from "../../ui/index.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { commonName } from "../certificate/days-left.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { byGravity } from "../finding-order.ts";
import { Fact } from "../instance/fact.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { NotPublishable } from "./nginx-card.tsx";
import { loadProxy } from "./proxy-state.ts";
import { nameOfSite, unpublishRequest } from "./requests.ts";
import { SiteFindings } from "./site-findings.tsx";

export function AboveSite() {
  const say = useSay();
  return <a className="back-link" href={addressOf({ page: "proxy" })}>{say("proxy.title")}</a>;
}

/** As clients write it; the port of https is left out. */
const addressOfName = (name: string, port: number | null): string => `https://${name}${port === null || port === 443 ? "" : `:${port}`}/`;

function SiteFacts({ site: { path, enabled, serverNames, port, redirectFrom, upstreams } }: { readonly site: PublishedSite }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="site-title">
      <h2 id="site-title">{say("site.facts")}</h2>
      <dl className="facts">
        <Fact name={say("site.addresses")}><ul className="plain-lines">{serverNames.map((name) => <li key={name} className="mono break">{addressOfName(name, port)}</li>)}</ul></Fact>
        <Fact name={say("site.redirect")}>{redirectFrom === null ? say("site.redirect.none") : say("site.redirect.from", { port: String(redirectFrom) })}</Fact>
        <Fact name={say("sites.column.upstreams")}><ul className="plain-lines">{upstreams.map((upstream) => <li key={upstream} className="mono break">{upstream}</li>)}</ul></Fact>
        <Fact name={say("site.file")}>
          <span className="copyable"><span className="mono break">{path}</span><CopyButton text={path} name={say("app.copyWhat", { what: path })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} /></span>
          <div className="dim">{say(enabled ? "site.enabled" : "site.disabled")}</div>
        </Fact>
      </dl>
    </section>
  );
}

function CertificateFacts({ site: { certificatePath, certificate } }: { readonly site: PublishedSite }) {
  const { say, tag } = useLanguage();
  return (
    <section className="card" aria-labelledby="site-certificate-title">
      <h2 id="site-certificate-title">{say("sites.column.certificate")}</h2>
      {!certificate && <Notice intent="error" title={say("sites.noCertificate")}><p>{say("site.noCertificate.hint")}</p></Notice>}
      <dl className="facts">
        {certificate && (
          <>
            <Fact name={say("certificates.column.name")}><span className="strong break">{commonName(certificate.subject)}</span></Fact>
            <Fact name={say("certificate.names")}>{certificate.names.join(", ")}</Fact>
            <Fact name={say("certificate.validity")}><span className="spaced">{say("certificate.validityText", { from: formatDay(certificate.notBefore, tag), to: formatDay(certificate.notAfter, tag) })} <DaysLeftLabel certificate={certificate} /></span></Fact>
            <Fact name={say("certificate.thumbprint")}><Thumbprint value={certificate.thumbprint} /></Fact>
          </>
        )}
        {certificatePath !== null && <Fact name={say("certificate.file")}><span className="mono break">{certificatePath}</span></Fact>}
      </dl>
    </section>
  );
}

function SiteView({ site, state, elevates }: { readonly site: PublishedSite; readonly state: ProxyState; readonly elevates: boolean }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const plan = usePlanDialog(elevates);
  return (
    <Page title={nameOfSite(site)} above={<AboveSite />} lead={say(site.enabled ? "site.lead" : "site.lead.off")}>
      <div className="stack">
        {state.reason !== null && <NotPublishable reason={state.reason} />}
        <div className="row" role="group" aria-label={say("site.actions")}>
          <Button icon={<EditIcon />} onClick={() => goTo({ page: "publish", fileName: site.fileName })}>{say("site.change")}</Button>
          {state.reason === null && <Button {...restoresFocus} icon={<DeleteIcon />} onClick={() => plan.ask(unpublishRequest(say, site))}>{say("site.unpublish")}</Button>}
        </div>
        {site.findings.length > 0 && (
          <section className="card" aria-labelledby="site-findings-title">
            <h2 id="site-findings-title">{say("review.findings")}</h2>
            <SiteFindings findings={site.findings.toSorted(byGravity)} label={say("review.findings")} />
          </section>
        )}
        <SiteFacts site={site} />
        <CertificateFacts site={site} />
      </div>
      {plan.dialog}
    </Page>
  );
}

/** Once shown, a site that was taken away stays until the page is left, so that its dialog can say what came of it. */
export function SitePage({ fileName, machine }: { readonly fileName: string; readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(loadProxy);
  const [shown, setShown] = useState<PublishedSite | null>(null);
  const state = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last : null;
  const present = state?.sites.find((site) => site.fileName === fileName);
  if (present && present !== shown) setShown(present);
  const site = present ?? shown;
  if (!state) return <><AboveSite /><LoadedView loaded={loaded}>{() => null}</LoadedView></>;
  if (site) {
    return (
      <>
        <SiteView site={site} state={state} elevates={machine.elevates} />
        {!present && <p className="visually-hidden" role="status">{say("site.gone")}</p>}
      </>
    );
  }
  return (
    <Page title={fileName} above={<AboveSite />}>
      <ErrorNotice error={problem("not-found", { what: "site", name: fileName })} actions={<Button onClick={() => goTo({ page: "proxy" })}>{say("sites.none.all")}</Button>} />
    </Page>
  );
}
