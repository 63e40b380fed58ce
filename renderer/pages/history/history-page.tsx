// The record of every change: searched, sorted newest first, opened with Enter.
import { useState, type KeyboardEvent } from "react";
import type { HistoryEntry } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage } from "../../messages/language.tsx";
import { formatMoment } from "../../messages/moment.ts";
import { addressOf } from "../../shell/route.ts";
import { Button, Empty, ForwardIcon, HistoryLargeIcon, SearchLargeIcon } from "../../ui/index.ts";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { SearchField } from "../search-field.tsx";
import { OutcomeLabel } from "./outcome-label.tsx";

const loadHistory = (host: Host) => host.history.list({});

/** Rows drawn at first, and by each "Show more": enough to scroll, few enough to stay quick. */
const pageLength = 200;

/** Arrow keys, Home and End move between the rows' links; Enter is the link's own. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a.record")];
  const at = links.findIndex((link) => link === document.activeElement);
  const targets: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 };
  const target = links[targets[event.key] ?? -1];
  if (at < 0 || !target) return;
  event.preventDefault();
  target.focus();
}

function Records({ entries }: { readonly entries: readonly HistoryEntry[] }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const [limit, setLimit] = useState(pageLength);
  return (
    <>
      <ul className="records" aria-label={say("history.list")} onKeyDown={moveFocus}>
        {entries.slice(0, limit).map((entry) => (
          <li key={entry.id}>
            <a className="record" href={addressOf({ page: "record", id: entry.id })}>
              <span className="record-title">{entry.title}</span>
              <span className="record-outcome"><OutcomeLabel outcome={entry.outcome} /></span>
              <span className="record-when dim">{formatMoment(entry.at, tag, now)}</span>
              <span className="record-who dim">{entry.by}</span>
              <ForwardIcon className="dim" aria-hidden="true" />
            </a>
          </li>
        ))}
      </ul>
      {entries.length > limit && <Button onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, entries.length - limit) })}</Button>}
    </>
  );
}

export function HistoryPage() {
  const { say } = useLanguage();
  const loaded = useLoaded(loadHistory);
  const [text, setText] = useState("");

  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const fits = (entry: HistoryEntry): boolean => {
    const all = `${entry.title} ${entry.by} ${say(`outcome.${entry.outcome}`)} ${entry.id}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return (
    <Page title={say("history.title")} lead={say("history.lead")}>
      <LoadedView loaded={loaded}>{(entries) => {
        if (entries.length === 0) return <section className="card"><Empty icon={<HistoryLargeIcon />} title={say("history.empty.title")}>{say("history.empty.hint")}</Empty></section>;
        const found = entries.filter(fits);
        return (
          <div className="stack">
            <div className="search-row">
              <SearchField label={say("history.search")} hint={say("history.searchHint")} text={text} onText={setText} />
              <span className="dim" role="status">{say("history.count", { count: found.length })}</span>
            </div>
            {found.length === 0
              ? <section className="card"><Empty icon={<SearchLargeIcon />} title={say("search.none", { text })}>{say("history.none.hint")}</Empty></section>
              : <Records entries={found} />}
          </div>
        );
      }}</LoadedView>
    </Page>
  );
}
