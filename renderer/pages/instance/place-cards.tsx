// What belongs to an instance around its configuration: where it lies, what is joined, what is bound, which shortcuts lead there.
import type { Candidate, InstanceDetail } from "../../../app/santedb/instance.ts";
import { useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatMoment } from "../../messages/moment.ts";
import { addressOf } from "../../shell/route.ts";
import { ForwardIcon, NoneSmallIcon, Notice, SuccessSmallIcon, WarningSmallIcon } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";

function CandidateIcon({ state }: { readonly state: Candidate["state"] }) {
  switch (state) {
    case "used": return <SuccessSmallIcon className="tone-success" />;
    case "decoy": return <WarningSmallIcon className="tone-warning" />;
    case "absent": return <NoneSmallIcon className="dim" />;
  }
}

function CandidateList({ candidates, label }: { readonly candidates: readonly Candidate[]; readonly label: string }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  return (
    <ul className="places" aria-label={label}>
      {candidates.map(({ path, rule, state, modified }) => (
        <li key={path}>
          <CandidateIcon state={state} />
          <div className="grow">
            <div className="spaced"><span className={state === "used" ? "strong" : undefined}>{say(`places.${state}`)}</span>{modified !== null && <span className="dim">{say("places.modified", { when: formatMoment(modified, tag, now) })}</span>}</div>
            <div className="mono break">{path}</div>
            <div className="dim small">{rule}</div>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Which file the service reads, and which it does not. Where none lies is folded away. */
export function PlacesCard({ candidates }: { readonly candidates: readonly Candidate[] }) {
  const say = useSay();
  const present = [...candidates.filter(({ state }) => state === "used"), ...candidates.filter(({ state }) => state === "decoy")];
  const absent = candidates.filter(({ state }) => state === "absent");
  if (candidates.length === 0) return null;
  return (
    <section className="card" aria-labelledby="places-title">
      <h2 id="places-title">{say("places.title")}</h2>
      {present.length === 0 ? <p className="dim">{say("places.none")}</p> : <CandidateList candidates={present} label={say("places.title")} />}
      {absent.length > 0 && (
        <details className="evidence" {...(present.length === 0 && { open: true })}>
          <summary>{say("places.absentCount", { count: absent.length })}</summary>
          <CandidateList candidates={absent} label={say("places.absentCount", { count: absent.length })} />
        </details>
      )}
    </section>
  );
}

export function JoinsCard({ joins }: { readonly joins: InstanceDetail["joins"] }) {
  const say = useSay();
  if (joins.length === 0) return null;
  return (
    <section className="card" aria-labelledby="joins-title">
      <h2 id="joins-title">{say("joins.title")}</h2>
      <ul className="places">
        {joins.map(({ direction, instance, address }) => (
          <li key={`${direction} ${address}`}>
            <div className="grow">
              <div><span>{say(`joins.${direction}`)}</span> {instance === null ? <span className="dim">{say("joins.elsewhere")}</span> : <a href={addressOf({ page: "instance", service: instance })}>{instance}</a>}</div>
              <div className="mono break">{address}</div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Records of HTTP.sys: they decide which certificate is served. */
export function BindingsCard({ detail: { bindings, port, scheme } }: { readonly detail: InstanceDetail }) {
  const say = useSay();
  if (port === null || (bindings.length === 0 && scheme !== "https")) return null;
  return (
    <section className="card" aria-labelledby="bindings-title">
      <header className="card-head">
        <h2 id="bindings-title">{say("bindings.title", { port: String(port) })}</h2>
        <a href={addressOf({ page: "answers", target: `127.0.0.1:${port}` })} className="with-icon">{say("section.name.answers")}<ForwardIcon /></a>
      </header>
      {bindings.length === 0 ? <p className="tone-warning">{say("bindings.none")}</p> : (
        <ul className="places">
          {bindings.map(({ endpoint, thumbprint, application, store }) => (
            <li key={endpoint}>
              <div className="grow">
                <div className="spaced"><a className="mono strong" href={addressOf({ page: "binding", endpoint })}>{endpoint}</a><span className="dim">{application ?? say("bindings.unknown")}</span></div>
                {thumbprint === null ? <span className="dim">{say("bindings.noCertificate")}</span>
                  : store.toUpperCase() === "MY" ? <a href={addressOf({ page: "certificate", store: "My", thumbprint })}><Thumbprint value={thumbprint} copy={false} /></a>
                  : <span className="spaced"><Thumbprint value={thumbprint} copy={false} /><span className="dim">{say("bindings.store", { store })}</span></span>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Shortcuts that still lead to http though the instance answers over https alone. */
export function ShortcutNotice({ detail: { scheme, shortcuts } }: { readonly detail: InstanceDetail }) {
  const say = useSay();
  const stale = scheme === "https" ? shortcuts.filter(({ url }) => /^http:/i.test(url)) : [];
  if (stale.length === 0) return null;
  return (
    <Notice intent="warning" title={say("shortcuts.title", { count: stale.length })}>
      <ul className="shortcuts">{stale.map(({ path, url }) => <li key={path}><span className="mono break">{path}</span> <span className="dim">→ <span className="mono break">{url}</span></span></li>)}</ul>
      <p>{say("shortcuts.hint")}</p>
    </Notice>
  );
}
