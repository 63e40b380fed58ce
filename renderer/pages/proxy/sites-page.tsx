// NGINX and the sites that Lockstep wrote for it: searched, filtered, sorted, opened; and a new one begun.
import { useMemo } from "react";
import type { PublishedSite } from "../../../app/nginx/site.ts";
import { useLoaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { AddIcon, Button, Empty, ErrorSmallIcon, NoneSmallIcon, ProxyLargeIcon, SuccessSmallIcon, WarningSmallIcon } from "../../ui/index.ts";
import { FilterGroup, NothingFound } from "../filtered-list.tsx";
import { keptView, useListView } from "../list-view.ts";
import { LoadedView } from "../loaded-view.tsx";
import { RowGrid } from "../row-grid.tsx";
import { SearchField } from "../search-field.tsx";
import { NginxCard } from "./nginx-card.tsx";
import { loadProxy } from "./proxy-state.ts";
import { Section } from "./section.tsx";
import { columns, entriesOf, findEntries, firstSort, noFilter, sortEntries, standings, type Filter, type Sort } from "./site-list.ts";
import { SiteRow } from "./site-row.tsx";

/** How the list was left, so that it is found the same after a site was looked at. */
const kept = keptView<Filter, Sort>(noFilter, firstSort);

const icons = {
  error: <ErrorSmallIcon className="tone-error" />, warning: <WarningSmallIcon className="tone-warning" />, off: <NoneSmallIcon />, good: <SuccessSmallIcon className="tone-success" />,
} as const;

function Sites({ sites }: { readonly sites: readonly PublishedSite[] }) {
  const { say, tag } = useLanguage();
  const entries = useMemo(() => entriesOf(sites), [sites]);
  const { filter, sort, show, grid, rows } = useListView(kept, noFilter, (wanted) => findEntries(entries, wanted).entries.length === 0);
  const sorted = useMemo(() => sortEntries(entries, sort, tag), [entries, sort, tag]);
  const found = useMemo(() => findEntries(sorted, filter), [sorted, filter]);
  return (
    <>
      <div className="search-row">
        <SearchField label={say("sites.search")} hint={say("sites.searchHint")} text={filter.text} onText={(text) => show({ filter: { ...filter, text } })} onDown={() => grid.current?.focus()} />
        <span className="dim" role="status">{say("sites.count", { count: found.entries.length })}</span>
      </div>
      <div className="filters">
        <FilterGroup label={say("sites.byStanding")} choices={[
          { key: "all", text: say("sites.byStanding.all"), count: found.all, chosen: filter.standing === null, onChoose: () => show({ filter: { ...filter, standing: null } }) },
          ...standings.map((standing) => ({
            key: standing, text: say(`sites.standing.${standing}`), count: found.standing[standing], chosen: filter.standing === standing, icon: icons[standing],
            onChoose: () => show({ filter: { ...filter, standing: filter.standing === standing ? null : standing } }),
          })),
        ]} />
      </div>
      {found.entries.length === 0 ? <NothingFound text={filter.text} filtered={say("sites.none.filter")} hint={say("sites.none.hint")} all={say("sites.none.all")} onAll={() => show({ filter: noFilter })} /> : (
        <RowGrid ref={grid} name="site-grid" label={say("sites.list")} row={SiteRow} columns={columns} titleOf={(column) => say(`sites.column.${column}`)} entries={found.entries} {...rows} />
      )}
    </>
  );
}

function NewSite({ first = false }: { readonly first?: boolean }) {
  const say = useSay();
  return (
    <div className={`row${first ? " empty-actions" : ""}`}>
      <Button appearance="primary" icon={<AddIcon />} onClick={() => goTo({ page: "publish", fileName: null })}>{say("sites.new")}</Button>
      {first && <Button onClick={() => goTo({ page: "lint" })}>{say("sites.lint")}</Button>}
    </div>
  );
}

export function SitesPage() {
  const say = useSay();
  const loaded = useLoaded(loadProxy);
  return (
    <Section name="sites">
      <div className="stack list-page">
        <LoadedView loaded={loaded}>{(state) => (
          <>
            <NginxCard state={state} />
            {state.sites.length === 0
              ? <section className="card"><Empty icon={<ProxyLargeIcon />} title={say("sites.empty.title")}>{say("sites.empty.hint")}</Empty><NewSite first /></section>
              : <><NewSite /><Sites sites={state.sites} /></>}
          </>
        )}</LoadedView>
      </div>
    </Section>
  );
}
