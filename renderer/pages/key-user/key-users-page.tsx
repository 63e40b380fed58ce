// All key users: searched, filtered by state, sorted, opened; and a new one made or added.
import { useMemo } from "react";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { useLoaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { AddIcon, Button, Empty, ImportIcon, KeyLargeIcon } from "../../ui/index.ts";
import { FilterGroup, NothingFound } from "../filtered-list.tsx";
import { keptView, useListView } from "../list-view.ts";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { RowGrid } from "../row-grid.tsx";
import { SearchField } from "../search-field.tsx";
import { columns, entriesOf, findEntries, firstSort, noFilter, sortEntries, states, type Filter, type Sort } from "./key-user-list.ts";
import { KeyUserRow } from "./key-user-row.tsx";
import { loadKeyUsers } from "./key-users.ts";

/** How the list was left, so that it is found the same after a key user was looked at. */
const kept = keptView<Filter, Sort>(noFilter, firstSort);

function KeyUsers({ users }: { readonly users: readonly KeyUser[] }) {
  const { say, tag } = useLanguage();
  const entries = useMemo(() => entriesOf(users), [users]);
  const { filter, sort, show, grid, rows } = useListView(kept, noFilter, (wanted) => findEntries(entries, wanted).entries.length === 0);
  const sorted = useMemo(() => sortEntries(entries, sort, tag), [entries, sort, tag]);
  const found = useMemo(() => findEntries(sorted, filter), [sorted, filter]);
  return (
    <>
      <div className="search-row">
        <SearchField label={say("keyUsers.search")} hint={say("keyUsers.searchHint")} text={filter.text} onText={(text) => show({ filter: { ...filter, text } })} onDown={() => grid.current?.focus()} />
        <span className="dim" role="status">{say("keyUsers.count", { count: found.entries.length })}</span>
      </div>
      <div className="filters">
        <FilterGroup label={say("keyUsers.byState")} choices={[
          { key: "all", text: say("keyUsers.byState.all"), count: found.inAnyState, chosen: filter.state === null, onChoose: () => show({ filter: { ...filter, state: null } }) },
          ...states.map((state) => ({
            key: state, text: say(`keyUsers.byState.${state}`), count: found.inState[state], chosen: filter.state === state, onChoose: () => show({ filter: { ...filter, state: filter.state === state ? null : state } }),
          })),
        ]} />
      </div>
      {found.entries.length === 0 ? <NothingFound text={filter.text} filtered={say("keyUsers.none.filter")} hint={say("keyUsers.none.hint")} all={say("keyUsers.none.all")} onAll={() => show({ filter: noFilter })} /> : (
        <RowGrid ref={grid} name="key-user-grid" label={say("keyUsers.list")} row={KeyUserRow} columns={columns} titleOf={(column) => say(`keyUsers.column.${column}`)}
          entries={found.entries} {...rows} />
      )}
    </>
  );
}

function Actions({ first }: { readonly first: boolean }) {
  const say = useSay();
  return (
    <div className={`row${first ? " empty-actions" : ""}`} role="group" aria-label={say("keyUsers.actions")}>
      <Button appearance="primary" icon={<AddIcon />} onClick={() => goTo({ page: "make-key", replaces: null })}>{say("keyUsers.make")}</Button>
      <Button icon={<ImportIcon />} onClick={() => goTo({ page: "add-key", replaces: null })}>{say("keyUsers.add")}</Button>
    </div>
  );
}

export function KeyUsersPage() {
  const say = useSay();
  const loaded = useLoaded(loadKeyUsers);
  return (
    <Page title={say("keyUsers.title")} lead={say("keyUsers.lead")}>
      <LoadedView loaded={loaded}>{(users) => users.length === 0
        ? <section className="card"><Empty icon={<KeyLargeIcon />} title={say("keyUsers.empty.title")}>{say("keyUsers.empty.hint")}</Empty><Actions first /></section>
        : <div className="stack list-page"><Actions first={false} /><KeyUsers users={users} /></div>}</LoadedView>
    </Page>
  );
}
