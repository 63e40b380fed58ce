// The reservations of the machine, and whether every configured address is provided for.
import { useMemo, useState } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import type { ReservationCheck } from "../../../app/http-sys/http-sys-view.ts";
import type { Reservation } from "../../../app/http-sys/reservation.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { AddIcon, Button, Empty, IntentIcon, ProtectedLargeIcon, SearchLargeIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { LoadedView } from "../loaded-view.tsx";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { SearchField } from "../search-field.tsx";
import { Accounts } from "./accounts.tsx";
import { unreserveRequest } from "./requests.ts";
import { endpointIntent, findRows, groupEndpoints, helpsToReserve, reservationIntent, rowsOf, type CheckedRow, type EndpointGroup } from "./reservation-list.ts";
import { useReserveDialog, type ReserveStart } from "./reserve-dialog.tsx";
import { Section } from "./section.tsx";

async function loadReservations(host: Host): Promise<{ readonly reservations: readonly Reservation[]; readonly check: ReservationCheck }> {
  const [reservations, check] = await Promise.all([host.reservation.list({}), host.reservation.check({})]);
  return { reservations, check };
}

/** Rows drawn at first, and by each "Show more". */
const pageLength = 100;

function Group({ group: { first, addresses, url }, onReserve }: { readonly group: EndpointGroup; readonly onReserve: (start: ReserveStart) => void }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  return (
    <li>
      <IntentIcon intent={endpointIntent(first.state)} />
      <div className="grow">
        <div className="spaced"><span className="strong">{say(`endpointState.${first.state}`)}</span><span className="mono break">{url}</span></div>
        <div className="dim">{say("reservations.endpoint", { instance: first.instance, account: first.account })}</div>
        <div className="break">{first.message}</div>
        {addresses.length > 1 && <details className="evidence small"><summary>{say("reservations.addresses", { count: addresses.length })}</summary><ul>{addresses.map((each) => <li key={each} className="mono break">{each}</li>)}</ul></details>}
      </div>
      {helpsToReserve(first.state) && (
        <Button {...restoresFocus} aria-label={say("reservations.reserveWhich", { url })} onClick={() => onReserve({ url, account: first.account })}>{say("reservations.reserve")}</Button>
      )}
    </li>
  );
}

function Check({ check, onReserve }: { readonly check: ReservationCheck; readonly onReserve: (start: ReserveStart) => void }) {
  const say = useSay();
  const [limit, setLimit] = useState(pageLength);
  const groups = useMemo(() => groupEndpoints(check.endpoints), [check]);
  return (
    <section className="card" aria-labelledby="check-title">
      <h3 id="check-title">{say("reservations.check")}</h3>
      {groups.length === 0 ? <p className="dim">{say("reservations.check.none")}</p> : (
        <ul className="checked" aria-labelledby="check-title">{groups.slice(0, limit).map((group) => <Group key={group.key} group={group} onReserve={onReserve} />)}</ul>
      )}
      {groups.length > limit && <Button onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, groups.length - limit) })}</Button>}
    </section>
  );
}

function Row({ row: { reservation, state, message }, onRemove }: { readonly row: CheckedRow; readonly onRemove: (url: string) => void }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  return (
    <li>
      {state && <IntentIcon intent={reservationIntent(state)} />}
      <div className="grow">
        <div className="spaced"><span className="mono strong break">{reservation.url}</span>{state && <span className="dim">{say(`reservationState.${state}`)}</span>}</div>
        <Accounts accounts={reservation.accounts} sddl={reservation.sddl} />
        {state !== "used" && state !== "other" && message !== "" && <div className="break">{message}</div>}
      </div>
      <Button {...restoresFocus} appearance="subtle" aria-label={say("reservations.removeWhich", { url: reservation.url })} onClick={() => onRemove(reservation.url)}>{say("stored.remove")}</Button>
    </li>
  );
}

function List({ rows, onRemove }: { readonly rows: readonly CheckedRow[]; readonly onRemove: (url: string) => void }) {
  const say = useSay();
  const [text, setText] = useState("");
  const [limit, setLimit] = useState(pageLength);
  const found = useMemo(() => findRows(rows, text), [rows, text]);
  return (
    <section className="card" aria-labelledby="list-title">
      <h3 id="list-title">{say("reservations.list")}</h3>
      {rows.length === 0 ? <Empty icon={<ProtectedLargeIcon />} title={say("reservations.empty.title")}>{say("reservations.empty.hint")}</Empty> : (
        <>
          <div className="search-row">
            <SearchField label={say("reservations.search")} hint={say("reservations.searchHint")} text={text} onText={setText} />
            <span className="dim" role="status">{say("reservations.count", { count: found.length })}</span>
          </div>
          {found.length === 0 && <Empty icon={<SearchLargeIcon />} title={say("search.none", { text: text.trim() })}><Button onClick={() => setText("")}>{say("reservations.all")}</Button></Empty>}
          <ul className="checked" aria-labelledby="list-title">{found.slice(0, limit).map((row) => <Row key={row.reservation.url} row={row} onRemove={onRemove} />)}</ul>
          {found.length > limit && <Button onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, found.length - limit) })}</Button>}
        </>
      )}
    </section>
  );
}

export function ReservationsPage({ machine }: { readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(loadReservations);
  const restoresFocus = useRestoreFocusTarget();
  const reserve = useReserveDialog(machine.elevates);
  const remove = usePlanDialog(machine.elevates);
  return (
    <Section name="reservations">
      <div className="stack">
        <div className="row"><Button {...restoresFocus} appearance="primary" icon={<AddIcon />} onClick={() => reserve.ask({ url: "", account: "" })}>{say("reservations.reserve")}</Button></div>
        <LoadedView loaded={loaded}>{({ reservations, check }) => (
          <>
            <Check check={check} onReserve={reserve.ask} />
            <List rows={rowsOf(reservations, check)} onRemove={(url) => remove.ask(unreserveRequest(say, url))} />
          </>
        )}</LoadedView>
      </div>
      {reserve.dialog}
      {remove.dialog}
    </Section>
  );
}
