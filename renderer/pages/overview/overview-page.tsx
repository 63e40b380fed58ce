// The overview: how this machine stands, said in words first, and what to do next.
import type { MachineDescription } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { formatDay, formatMoment } from "../../messages/moment.ts";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, Empty, ForwardIcon, ServerLargeIcon, UndoIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { commonName, daysLeft } from "../certificate/days-left.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { FindingList } from "../finding-list.tsx";
import { OutcomeLabel } from "../history/outcome-label.tsx";
import { useUndoDialog } from "../history/undo-dialog.tsx";
import { ServiceState } from "../instance/service-state.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { certificateOf, instancesLoader, securingRoute, type FrontedInstance } from "./front.ts";
import { InstanceAddress } from "./instance-address.tsx";
import { isSecured, nextStep, summarise } from "./overview.ts";

const loadHistory = (host: Host) => host.history.list({});
const loadCertificates = async (host: Host) => (await host.certificate.list({})).filter(({ store, role }) => store === "My" && role === "leaf");

/** Recent changes shown here; History has all. */
const recentCount = 5;
/** Certificates shown here: those that end first. The Certificates page has all. */
const soonestCount = 8;
/** Length of the bar for the longest that public authorities issue. */
const longestDays = 200;

function leadText(instances: readonly FrontedInstance[], now: Date, machine: MachineDescription, say: Say): string {
  const { total, secured, ended, soonest } = summarise(instances, now);
  if (total === 0) return say("overview.lead.none", { host: machine.hostName });
  const state = secured === total ? say("overview.lead.all", { count: total })
    : secured === 0 ? say("overview.lead.noneSecured", { count: total })
    : say("overview.lead.some", { count: secured, total });
  const endings = [
    ...(ended > 0 ? [say("overview.lead.ended", { count: ended })] : []),
    ...(soonest === null ? [] : [soonest === 0 ? say("overview.lead.soonestToday") : say("overview.lead.soonest", { count: soonest })]),
  ];
  return [state, ...endings].join(" ");
}

function NextStepCard({ instances }: { readonly instances: readonly FrontedInstance[] }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const next = nextStep(instances, now);
  if (!next) return null;
  const { name } = next.instance;
  const date = next.kind === "renew" ? formatDay(next.certificate.notAfter, tag) : "";
  const [title, why, action] = next.kind === "secure"
    ? [say("overview.next.secure", { name }), say("overview.next.secure.why"), say("overview.secure")]
    : [say("overview.next.renew", { name }),
      next.left.standing === "ended" ? say("overview.next.renew.ended", { date }) : say("overview.next.renew.soon", { count: next.left.days, date }),
      say("overview.replace")];
  return (
    <section className="card next-step" aria-label={title}>
      <div className="grow">
        <h2>{title}</h2>
        <div className="dim">{why}</div>
      </div>
      <Button appearance="primary" onClick={() => goTo(securingRoute(next.instance))}>{action}</Button>
    </section>
  );
}

function InstanceRow({ instance }: { readonly instance: FrontedInstance }) {
  const say = useSay();
  const certificate = certificateOf(instance);
  const secured = isSecured(instance);
  const { name } = instance;
  return (
    <>
      <tr role="row">
        <td role="cell"><a className="strong" href={addressOf({ page: "instance", service: instance.service })}>{name}</a><div className="dim">{say(`product.${instance.product}`)}</div></td>
        <td role="cell" data-label={say("overview.column.address")}>
          <InstanceAddress instance={instance} />
        </td>
        <td role="cell" data-label={say("overview.column.certificate")}>
          {certificate
            ? <><span className="break">{commonName(certificate.subject)}</span><div><DaysLeftLabel certificate={certificate} /></div></>
            : <span className="dim">{say("overview.certificate.none")}</span>}
        </td>
        <td role="cell" data-label={say("overview.column.service")}><ServiceState state={instance.state} /></td>
        <td role="cell" className="table-action">
          {instance.endpoints.length > 0 && (
            <Button aria-label={say(secured ? "overview.replaceWhich" : "overview.secureWhich", { name })} onClick={() => goTo(securingRoute(instance))}>
              {say(secured ? "overview.replace" : "overview.secure")}
            </Button>
          )}
        </td>
      </tr>
      {instance.findings.length > 0 && (
        <tr role="row" className="table-findings">
          <td role="cell" colSpan={5}><FindingList findings={instance.findings} label={name} /></td>
        </tr>
      )}
    </>
  );
}

function Instances({ instances }: { readonly instances: readonly FrontedInstance[] }) {
  const say = useSay();
  return (
    <section className="card instances" aria-labelledby="instances-title">
      <h2 id="instances-title">{say("overview.instances")}</h2>
      {instances.length === 0 ? <Empty icon={<ServerLargeIcon />} title={say("overview.instances.empty.title")}>{say("overview.instances.empty.hint")}</Empty> : (
        <table className="table" role="table" aria-labelledby="instances-title">
          <thead role="rowgroup">
            <tr role="row">
              {(["name", "address", "certificate", "service"] as const).map((column) => <th key={column} role="columnheader" scope="col">{say(`overview.column.${column}`)}</th>)}
              <th role="columnheader" scope="col"><span className="visually-hidden">{say("overview.column.action")}</span></th>
            </tr>
          </thead>
          <tbody role="rowgroup">{instances.map((instance) => <InstanceRow key={instance.service} instance={instance} />)}</tbody>
        </table>
      )}
    </section>
  );
}

function Certificates() {
  const say = useSay();
  const { now } = useSession();
  const loaded = useLoaded(loadCertificates);
  return (
    <section className="card" aria-labelledby="certificates-title">
      <header className="card-head">
        <h2 id="certificates-title">{say("overview.certificates")}</h2>
        <a href={addressOf({ page: "certificates" })} className="with-icon">{say("overview.certificates.all")}<ForwardIcon /></a>
      </header>
      <LoadedView loaded={loaded}>{(certificates) => certificates.length === 0 ? <p className="dim">{say("overview.certificates.empty")}</p> : (
        <ul className="remaining">
          {certificates.toSorted((one, other) => Date.parse(one.notAfter) - Date.parse(other.notAfter)).slice(0, soonestCount).map((certificate) => {
            const { standing, days } = daysLeft(certificate, now);
            const share = standing === "ended" ? 100 : Math.max(2, Math.min(100, (days / longestDays) * 100));
            return (
              <li key={certificate.thumbprint} title={certificate.thumbprint}>
                <a className="remaining-name break" href={addressOf({ page: "certificate", store: certificate.store, thumbprint: certificate.thumbprint })}>{commonName(certificate.subject)}</a>
                <DaysLeftLabel certificate={certificate} />
                <span className={`remaining-bar remaining-${standing}`} aria-hidden="true"><span style={{ inlineSize: `${share}%` }} /></span>
              </li>
            );
          })}
        </ul>
      )}</LoadedView>
    </section>
  );
}

function RecentChanges() {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const loaded = useLoaded(loadHistory);
  const undo = useUndoDialog();
  const restoresFocus = useRestoreFocusTarget();
  return (
    <section className="card" aria-labelledby="changes-title">
      <header className="card-head">
        <h2 id="changes-title">{say("overview.changes")}</h2>
        {loaded.state === "ready" && loaded.value.length > 0 && <a href={addressOf({ page: "history" })} className="with-icon">{say("overview.changes.all")}<ForwardIcon /></a>}
      </header>
      <LoadedView loaded={loaded}>{(entries) => entries.length === 0 ? <p className="dim">{say("overview.changes.empty")}</p> : (
        <ul className="changes">
          {entries.slice(0, recentCount).map((entry) => (
            <li key={entry.id}>
              <div className="grow">
                <a href={addressOf({ page: "record", id: entry.id })}>{entry.title}</a>
                <div className="spaced dim"><OutcomeLabel outcome={entry.outcome} /><span>{formatMoment(entry.at, tag, now)}</span></div>
              </div>
              {entry.outcome === "applied" && (
                <Button {...restoresFocus} appearance="subtle" icon={<UndoIcon />} aria-label={say("undo.actionWhich", { title: entry.title })} onClick={() => undo.ask(entry)}>{say("undo.action")}</Button>
              )}
            </li>
          ))}
        </ul>
      )}</LoadedView>
      {undo.dialog}
    </section>
  );
}

export function OverviewPage({ machine }: { readonly machine: MachineDescription }) {
  const say = useSay();
  const { now } = useSession();
  const loaded = useLoaded(instancesLoader(machine.kind));
  return (
    <Page title={say("overview.title")} lead={loaded.state === "ready" ? leadText(loaded.value, now, machine, say) : undefined}>
      <LoadedView loaded={loaded}>{(instances) => (
        <div className="stack">
          <NextStepCard instances={instances} />
          <Instances instances={instances} />
          <div className="columns"><Certificates /><RecentChanges /></div>
        </div>
      )}</LoadedView>
    </Page>
  );
}
