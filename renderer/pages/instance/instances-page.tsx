// All instances of the machine: searched, sorted, opened; and a configuration opened by its file.
import { useMemo, useState, type KeyboardEvent } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import { useLoaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, Empty, Field, Input, IntentIcon, OpenFileIcon, SearchLargeIcon, ServerLargeIcon, SortDownIcon, SortUpIcon } from "../../ui/index.ts";
import { commonName } from "../certificate/days-left.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { certificateOf, instancesLoader, type FrontedInstance } from "../overview/front.ts";
import { InstanceAddress } from "../overview/instance-address.tsx";
import { isSecured } from "../overview/overview.ts";
import { Page } from "../page.tsx";
import { SearchField } from "../search-field.tsx";
import { columns, entriesOf, findEntries, firstSort, pathTyped, sortEntries, type Column, type Entry, type Sort } from "./instance-list.ts";
import { ServiceState } from "./service-state.tsx";

/** Rows drawn at first, and by each "Show more": enough to scroll, few enough to stay quick. */
const pageLength = 100;

/** How the list was left, so that it is found the same after an instance was looked at. */
let left: { readonly text: string; readonly sort: Sort } = { text: "", sort: firstSort };

/** Broken, where it must be, between domain and name. */
function Account({ name }: { readonly name: string }) {
  const end = name.indexOf("\\") + 1;
  return <>{name.slice(0, end)}<wbr />{name.slice(end)}</>;
}

function Row({ entry: { instance, worst } }: { readonly entry: Entry }) {
  const say = useSay();
  const certificate = certificateOf(instance);
  return (
    <tr role="row">
      <td role="cell" className="instance-name">
        <a className="strong break" href={addressOf({ page: "instance", service: instance.service })}>{instance.name}</a>
        <div className="dim">{say("instances.product", { product: say(`product.${instance.product}`), generation: say(`generation.${instance.generation}`) })}</div>
      </td>
      <td role="cell" data-label={say("overview.column.address")}>
        <InstanceAddress instance={instance} />
      </td>
      <td role="cell" data-label={say("overview.column.certificate")}>
        {certificate
          ? <><span className="break">{commonName(certificate.subject)}</span><div><DaysLeftLabel certificate={certificate} /></div></>
          : <span className="dim">{say("overview.certificate.none")}</span>}
      </td>
      <td role="cell" data-label={say("overview.column.service")}><ServiceState state={instance.state} /><div className="dim break"><Account name={instance.account} /></div></td>
      <td role="cell" data-label={say("instances.column.finding")}>
        {worst === null ? <span className="dim">{say("instances.finding.none")}</span> : (
          <span className="worst" title={worst.message}>
            <IntentIcon intent={worst.severity} />
            <span>
              <span className="visually-hidden">{say(`severity.${worst.severity}`)}: </span><span className="clamped">{worst.message}</span>
              {instance.findings.length > 1 && <div className="dim">{say("instances.finding.more", { count: instance.findings.length - 1 })}</div>}
            </span>
          </span>
        )}
      </td>
    </tr>
  );
}

const columnKeys = {
  name: "overview.column.name", address: "overview.column.address", certificate: "overview.column.certificate", service: "overview.column.service", finding: "instances.column.finding",
} as const satisfies Record<Column, string>;

function Head({ sort, onSort }: { readonly sort: Sort; readonly onSort: (sort: Sort) => void }) {
  const say = useSay();
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map((column) => {
          const sorted = sort.column === column;
          return (
            <th key={column} role="columnheader" scope="col" aria-sort={!sorted ? "none" : sort.descending ? "descending" : "ascending"}>
              <button type="button" onClick={() => onSort({ column, descending: sorted && !sort.descending })}>{say(columnKeys[column])}{sorted && (sort.descending ? <SortDownIcon /> : <SortUpIcon />)}</button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

const linksIn = (list: Element | null): readonly HTMLAnchorElement[] => [...(list?.querySelectorAll<HTMLAnchorElement>(".instance-name a") ?? [])];

/** Arrow keys, Home and End move between the rows' links; Enter is the link's own. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const links = linksIn(event.currentTarget);
  const at = links.findIndex((link) => link === document.activeElement);
  const targets: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 };
  const target = links[targets[event.key] ?? -1];
  if (at < 0 || !target) return;
  event.preventDefault();
  target.focus();
}

function Instances({ instances }: { readonly instances: readonly FrontedInstance[] }) {
  const { say, tag } = useLanguage();
  const [view, setView] = useState(left);
  const [limit, setLimit] = useState(pageLength);
  const show = (part: Partial<typeof view>) => {
    left = { ...view, ...part };
    setView(left);
  };
  const entries = useMemo(() => entriesOf(instances, (instance) => [
    say(`product.${instance.product}`), say(`generation.${instance.generation}`), say(`service.${instance.state}`), ...(isSecured(instance) ? [] : [say("overview.certificate.none")]),
  ]), [instances, say]);
  const found = useMemo(() => findEntries(sortEntries(entries, view.sort, tag), view.text), [entries, view, tag]);
  return (
    <>
      <div className="search-row">
        <SearchField label={say("instances.search")} hint={say("instances.searchHint")} text={view.text} onText={(text) => show({ text })}
          onDown={() => linksIn(document.querySelector(".instance-table"))[0]?.focus()} />
        <span className="dim" role="status">{say("instances.count", { count: found.length })}</span>
      </div>
      {found.length === 0 ? (
        <section className="card">
          <Empty icon={<SearchLargeIcon />} title={say("search.none", { text: view.text.trim() })}>
            <p>{say("instances.none.hint")}</p>
            <p className="empty-action"><Button onClick={() => show({ text: "" })}>{say("instances.none.all")}</Button></p>
          </Empty>
        </section>
      ) : (
        <section className="card instances">
          <table className="table instance-table" role="table" aria-label={say("instances.list")} aria-rowcount={found.length + 1} onKeyDown={moveFocus}>
            <Head sort={view.sort} onSort={(sort) => show({ sort })} />
            <tbody role="rowgroup">{found.slice(0, limit).map((entry) => <Row key={entry.instance.service} entry={entry} />)}</tbody>
          </table>
        </section>
      )}
      {found.length > limit && <div><Button onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, found.length - limit) })}</Button></div>}
    </>
  );
}

/** Opens a configuration that belongs to no service here, such as a copy from another server. */
function OpenFile() {
  const say = useSay();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const open = () => {
    const path = pathTyped(text);
    setMissing(path === "");
    if (path !== "") goTo({ page: "file", path });
  };
  return (
    <section className="card open-file">
      <Field className="grow" label={say("instances.open")} hint={say("instances.open.hint")} {...(missing && { validationState: "error" as const, validationMessage: say("instances.open.missing") })}>
        <Input className="mono" value={text} maxLength={4096} spellCheck={false} autoComplete="off" placeholder={say("instances.open.placeholder")}
          onChange={(_, { value }) => { setText(value); setMissing(false); }} onKeyDown={(event) => { if (event.key === "Enter") open(); }} />
      </Field>
      <Button icon={<OpenFileIcon />} onClick={open}>{say("instances.open.action")}</Button>
    </section>
  );
}

export function InstancesPage({ machine }: { readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(instancesLoader(machine.kind));
  return (
    <Page title={say("instances.title")} lead={say("instances.lead")}>
      <div className="stack">
        <LoadedView loaded={loaded}>{(instances) => instances.length === 0
          ? <section className="card"><Empty icon={<ServerLargeIcon />} title={say("overview.instances.empty.title")}>{say("overview.instances.empty.hint")}</Empty></section>
          : <Instances instances={instances} />}</LoadedView>
        <OpenFile />
      </div>
    </Page>
  );
}
