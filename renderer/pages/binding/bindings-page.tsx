// All records of HTTP.sys: searched, filtered by kind, sorted, opened; and a new one added.
import { useMemo } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import type { Binding } from "../../../app/http-sys/binding.ts";
import { useLoaded, type Loaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { AddIcon, BindingLargeIcon, Button, ConvertIcon, Empty, useRestoreFocusTarget } from "../../ui/index.ts";
import type { StoredCertificate } from "../certificate/certificate-list.ts";
import { FilterGroup, NothingFound } from "../filtered-list.tsx";
import { keptView, useListView } from "../list-view.ts";
import { LoadedView } from "../loaded-view.tsx";
import { RowGrid } from "../row-grid.tsx";
import { SearchField } from "../search-field.tsx";
import { columns, entriesOf, families, findEntries, firstSort, noFilter, sortEntries, type Filter, type Found, type Sort } from "./binding-list.ts";
import { BindingRow } from "./binding-row.tsx";
import { useBindingDialog } from "./binding-dialog.tsx";
import { loadBindings, type Bound } from "./bound.ts";
import { Section } from "./section.tsx";

/** How the list was left, so that it is found the same after a record was looked at. */
const kept = keptView<Filter, Sort>(noFilter, firstSort);

function Filters({ filter, found, onFilter }: { readonly filter: Filter; readonly found: Found; readonly onFilter: (filter: Filter) => void }) {
  const say = useSay();
  return (
    <div className="filters">
      <FilterGroup label={say("bound.byKind")} choices={[
        { key: "all", text: say("bound.byKind.all"), count: found.inAnyFamily, chosen: filter.family === null, onChoose: () => onFilter({ ...filter, family: null }) },
        ...families.map((family) => ({
          key: family, text: say(`family.${family}`), count: found.inFamily[family], chosen: filter.family === family, onChoose: () => onFilter({ ...filter, family: filter.family === family ? null : family }),
        })),
      ]} />
    </div>
  );
}

function Bindings({ bindings, certificates }: { readonly bindings: readonly Binding[]; readonly certificates: readonly StoredCertificate[] | null }) {
  const { say, tag } = useLanguage();
  const entries = useMemo(() => entriesOf(bindings, certificates, ({ family }) => [say(`family.${family}`)]), [bindings, certificates, say]);
  const { filter, sort, show, grid, rows } = useListView(kept, noFilter, (wanted) => findEntries(entries, wanted).entries.length === 0);
  const sorted = useMemo(() => sortEntries(entries, sort, tag), [entries, sort, tag]);
  const found = useMemo(() => findEntries(sorted, filter), [sorted, filter]);

  return (
    <>
      <div className="search-row">
        <SearchField label={say("bound.search")} hint={say("bound.searchHint")} text={filter.text} onText={(text) => show({ filter: { ...filter, text } })} onDown={() => grid.current?.focus()} />
        <span className="dim" role="status">{say("bound.count", { count: found.entries.length })}</span>
      </div>
      <Filters filter={filter} found={found} onFilter={(changed) => show({ filter: changed })} />
      {found.entries.length === 0 ? <NothingFound text={filter.text} filtered={say("bound.none.filter")} hint={say("bound.none.hint")} all={say("bound.none.all")} onAll={() => show({ filter: noFilter })} /> : (
        <RowGrid ref={grid} name="binding-grid" label={say("bound.list")} row={BindingRow} columns={columns} titleOf={(column) => say(`bound.column.${column}`)}
          entries={found.entries} {...rows} />
      )}
    </>
  );
}

/** Keeps what was read while it is read again, so that a form that is open keeps its choices. */
const certificatesIn = (loaded: Loaded<Bound>): readonly StoredCertificate[] => (loaded.state === "ready" ? loaded.value.certificates : null) ?? noCertificates;
const noCertificates: readonly StoredCertificate[] = [];

export function BindingsPage({ machine }: { readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(loadBindings);
  const restoresFocus = useRestoreFocusTarget();
  const add = useBindingDialog(machine.elevates, certificatesIn(loaded));
  return (
    <Section name="bindings">
      <div className="stack list-page">
        <div className="row" role="group" aria-label={say("bound.actions")}>
          <Button {...restoresFocus} appearance="primary" icon={<AddIcon />} onClick={() => add.ask({ binding: null, takeOver: false })}>{say("binding.action.add")}</Button>
          <Button icon={<ConvertIcon />} onClick={() => goTo({ page: "replace", thumbprint: null })}>{say("replace.actionAny")}</Button>
        </div>
        <LoadedView loaded={loaded}>{({ bindings, certificates }) => bindings.length === 0
          ? <section className="card"><Empty icon={<BindingLargeIcon />} title={say("bound.empty.title")}>{say("bound.empty.hint")}</Empty></section>
          : <Bindings bindings={bindings} certificates={certificates} />}</LoadedView>
      </div>
      {add.dialog}
    </Section>
  );
}
