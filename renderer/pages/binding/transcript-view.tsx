// What was found in another computer's output: why it failed, what is worth knowing, and every record.
import { useState, type ReactNode } from "react";
import type { Transcript, TranscriptBinding } from "../../../app/http-sys/http-sys-view.ts";
import { useSay } from "../../messages/language.tsx";
import { Button, Notice } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { FindingList } from "../finding-list.tsx";
import { Accounts } from "./accounts.tsx";
import { AnswerForm, useAsking } from "./answer-view.tsx";
import { changedFlags } from "./flag-list.ts";
import { SettingBadges } from "./setting-badges.tsx";

const pageLength = 50;

/** A titled list of which the beginning is drawn. */
function Part<Item>({ title, items, keyOf, children }: { readonly title: string; readonly items: readonly Item[]; readonly keyOf: (item: Item) => string; readonly children: (item: Item) => ReactNode }) {
  const say = useSay();
  const [limit, setLimit] = useState(pageLength);
  if (items.length === 0) return null;
  return (
    <section className="card" aria-label={title}>
      <h3>{title}</h3>
      <ul className="checked" aria-label={title}>{items.slice(0, limit).map((item) => <li key={keyOf(item)}>{children(item)}</li>)}</ul>
      {items.length > limit && <Button onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, items.length - limit) })}</Button>}
    </section>
  );
}

function Line({ line }: { readonly line: number }) {
  const say = useSay();
  return <span className="dim small line-of">{say("tree.line", { line })}</span>;
}

function Record({ record: { endpoint, family, thumbprint, application, applicationId, store, flags, options, line } }: { readonly record: TranscriptBinding }) {
  const say = useSay();
  return (
    <>
      <div className="grow">
        <div className="spaced"><span className="mono strong break">{endpoint}</span><span className="dim">{say(`family.${family}`)}</span></div>
        {thumbprint === null ? <div className="dim">{say(family === "ccs" ? "bound.central" : "transcript.noThumbprint")}</div> : <Thumbprint value={thumbprint} />}
        <div className="dim break">{application ?? applicationId ?? say("binding.unknownApplication")}{store !== null && `, ${say("bindings.store", { store })}`}</div>
        <SettingBadges flags={changedFlags(flags)} all />
        {options.length > 0 && (
          <details className="evidence small">
            <summary>{say("transcript.options")}</summary>
            <ul>{options.map(({ label, value, flag }, index) => <li key={index} className="mono break">{label}: {value}{flag !== null && <span className="dim"> ({flag})</span>}</li>)}</ul>
          </details>
        )}
      </div>
      <Line line={line} />
    </>
  );
}

function Records({ transcript: { bindings, reservations, services, registrations, listenList } }: { readonly transcript: Transcript }) {
  const say = useSay();
  const lineKey = ({ line }: { readonly line: number }) => String(line);
  return (
    <>
      <Part title={say("transcript.bindings", { count: bindings.length })} items={bindings} keyOf={lineKey}>{(record) => <Record record={record} />}</Part>
      <Part title={say("transcript.reservations", { count: reservations.length })} items={reservations} keyOf={lineKey}>{({ url, accounts, sddl, line }) => (
        <><div className="grow"><div className="mono strong break">{url}</div><Accounts accounts={accounts} sddl={sddl} /></div><Line line={line} /></>
      )}</Part>
      <Part title={say("transcript.services", { count: services.length })} items={services} keyOf={lineKey}>{({ name, state, exitCode, imagePath, account, line }) => (
        <>
          <div className="grow">
            <div className="spaced"><span className="strong break">{name}</span>{state !== null && <span className={state === "running" ? "dim" : "tone-warning"}>{say(`service.${state}`)}</span>}{account !== null && <span className="dim break">{account}</span>}</div>
            {exitCode !== null && exitCode !== 0 && <div className="tone-error">{say("transcript.exitCode", { code: String(exitCode) })}</div>}
            {imagePath !== null && <div className="mono break dim">{imagePath}</div>}
          </div>
          <Line line={line} />
        </>
      )}</Part>
      <Part title={say("transcript.registrations", { count: registrations.length })} items={registrations} keyOf={lineKey}>{({ url, processId, line }) => (
        <><div className="grow spaced"><span className="mono break">{url}</span>{processId !== null && <span className="dim">{say("serviceCard.process", { id: String(processId) })}</span>}</div><Line line={line} /></>
      )}</Part>
      <Part title={say("transcript.listenList")} items={listenList} keyOf={(address) => address}>{(address) => <span className="mono">{address}</span>}</Part>
    </>
  );
}

function Asked({ text }: { readonly text: string }) {
  const say = useSay();
  const asking = useAsking({ target: "", serverName: "" }, text);
  return (
    <section className="stack" aria-labelledby="asked-title">
      <h3 id="asked-title">{say("transcript.ask")}</h3>
      <AnswerForm asking={asking} certificates={[]} records={false} />
    </section>
  );
}

export function TranscriptView({ transcript, text }: { readonly transcript: Transcript; readonly text: string }) {
  const say = useSay();
  const { failure, findings, bindings, reservations, services, registrations, listenList } = transcript;
  const empty = [bindings, reservations, services, registrations, listenList].every(({ length }) => length === 0);
  return (
    <div className="stack" role="group" aria-label={say("transcript.result")}>
      {failure && (
        <Notice intent="error" announce title={say("transcript.failed", { reason: failure.reason })}>
          <p>{failure.remedy}</p>
          {failure.code !== null && !failure.reason.includes(String(failure.code)) && <p className="dim">{say("transcript.code", { code: String(failure.code) })}</p>}
        </Notice>
      )}
      {empty && !failure && <Notice intent="warning" announce title={say("transcript.nothing.title")}><p>{say("transcript.nothing.hint")}</p></Notice>}
      {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
      <Records transcript={transcript} />
      {bindings.length > 0 && <Asked text={text} />}
    </div>
  );
}
