// All certificates of the machine's stores: searched, filtered, sorted, opened; and the requests that wait for their answer.
import { useMemo } from "react";
import type { Host } from "../../../app/host.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, CertificateLargeIcon, ConvertIcon, Empty, ErrorSmallIcon, ImportIcon, Notice, RequestIcon, WarningSmallIcon } from "../../ui/index.ts";
import { FilterGroup, NothingFound } from "../filtered-list.tsx";
import { keptView, useListView } from "../list-view.ts";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { RowGrid } from "../row-grid.tsx";
import { SearchField } from "../search-field.tsx";
import { columns, endings, entriesOf, findEntries, firstSort, noFilter, sortEntries, stores, type Filter, type Found, type Sort, type StoredCertificate } from "./certificate-list.ts";
import { CertificateRow } from "./certificate-row.tsx";
import { PastedNotice } from "./pasted-notice.tsx";
import { readPasted } from "./pasted-number.ts";
import { PendingRequests } from "./pending-requests.tsx";
import { useRemoval } from "./removal.ts";

const loadCertificates = (host: Host) => host.certificate.list({});

/** How the list was left, so that it is found the same after a certificate was looked at; but not empty, after it was removed. */
const kept = keptView<Filter, Sort>(noFilter, firstSort);

function Filters({ filter, found, onFilter }: { readonly filter: Filter; readonly found: Found; readonly onFilter: (filter: Filter) => void }) {
  const say = useSay();
  return (
    <div className="filters">
      <FilterGroup label={say("certificates.byStore")} choices={[
        { key: "all", text: say("certificates.byStore.all"), count: found.inAnyStore, chosen: filter.store === null, onChoose: () => onFilter({ ...filter, store: null }) },
        ...stores.map((store) => ({
          key: store, text: say(`store.${store}`), count: found.inStore[store], chosen: filter.store === store, onChoose: () => onFilter({ ...filter, store: filter.store === store ? null : store }),
        })),
      ]} />
      <FilterGroup label={say("certificates.byEnding")} choices={endings.map((ending) => ({
        key: ending, text: say(`certificates.byEnding.${ending}`), count: found.ending[ending], chosen: filter.ending === ending,
        icon: ending === "soon" ? <WarningSmallIcon className="tone-warning" /> : <ErrorSmallIcon className="tone-error" />,
        onChoose: () => onFilter({ ...filter, ending: filter.ending === ending ? null : ending }),
      }))} />
    </div>
  );
}

function Certificates({ certificates }: { readonly certificates: readonly StoredCertificate[] }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const entries = useMemo(() => entriesOf(certificates, now), [certificates, now]);
  const { filter, sort, show, grid, rows } = useListView(kept, noFilter, (wanted) => findEntries(entries, wanted, readPasted(wanted.text, entries).number).entries.length === 0);
  const sorted = useMemo(() => sortEntries(entries, sort, tag), [entries, sort, tag]);
  const pasted = useMemo(() => readPasted(filter.text, entries), [filter.text, entries]);
  const found = useMemo(() => findEntries(sorted, filter, pasted.number), [sorted, filter, pasted.number]);

  return (
    <>
      <div className="search-row">
        <SearchField label={say("certificates.search")} hint={say("certificates.searchHint")} text={filter.text}
          onText={(text) => show({ filter: { ...filter, text } })} onDown={() => grid.current?.focus()} />
        <span className="dim" role="status">{say("certificates.count", { count: found.entries.length })}</span>
      </div>
      <Filters filter={filter} found={found} onFilter={(changed) => show({ filter: changed })} />
      <PastedNotice pasted={pasted} />
      {found.entries.length === 0
        ? <NothingFound text={filter.text} filtered={say("certificates.none.filter")} hint={say(pasted.is === "thumbprint" ? "certificates.none.thumbprint" : "certificates.none.hint")}
          all={say("certificates.none.all")} onAll={() => show({ filter: noFilter })} />
        : (
          <RowGrid ref={grid} name="certificate-grid" label={say("certificates.list")} row={CertificateRow} columns={columns} titleOf={(column) => say(`certificates.column.${column}`)}
            entries={found.entries} {...rows} />
        )}
    </>
  );
}

/** Says what became of the certificate whose page led here. */
function RemovalNotice() {
  const say = useSay();
  const [removal, dismiss] = useRemoval();
  if (!removal) return null;
  return (
    <Notice intent="success" announce title={say("remove.done", { name: removal.name })} actions={<Button size="small" onClick={dismiss}>{say("app.close")}</Button>}>
      <p><a href={addressOf({ page: "record", id: removal.planId })}>{say("proof.toHistory")}</a></p>
    </Notice>
  );
}

export function CertificatesPage() {
  const say = useSay();
  const loaded = useLoaded(loadCertificates);
  return (
    <Page title={say("certificates.title")} lead={say("certificates.lead")}>
      <div className="stack list-page">
        <div className="row" role="group" aria-label={say("certificates.actions")}>
          <Button appearance="primary" icon={<ImportIcon />} onClick={() => goTo({ page: "import" })}>{say("certificates.import")}</Button>
          <Button icon={<RequestIcon />} onClick={() => goTo({ page: "request" })}>{say("certificates.request")}</Button>
          <Button icon={<ConvertIcon />} onClick={() => goTo({ page: "convert" })}>{say("certificates.convert")}</Button>
        </div>
        <RemovalNotice />
        <PendingRequests />
        <LoadedView loaded={loaded}>{(certificates) => certificates.length === 0
          ? <section className="card"><Empty icon={<CertificateLargeIcon />} title={say("certificates.empty.title")}>{say("certificates.empty.hint")}</Empty></section>
          : <Certificates certificates={certificates} />}</LoadedView>
      </div>
    </Page>
  );
}
