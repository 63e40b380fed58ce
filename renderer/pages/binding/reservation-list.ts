// The reservations and the addresses that need them, as they are shown: what is alike together, what is amiss first.
import type { CheckedEndpoint, ReservationCheck } from "../../../app/http-sys/http-sys-view.ts";
import type { Reservation } from "../../../app/http-sys/reservation.ts";
import type { Intent } from "../../ui/index.ts";

/** Addresses of an instance that stand alike: same scheme, host, port and account, decided by the same reservation. */
export interface EndpointGroup {
  readonly key: string;
  readonly first: CheckedEndpoint;
  readonly addresses: readonly string[];
  /** What to reserve for them: their prefix without a path. */
  readonly url: string;
}

const rootOf = (prefix: string): string => prefix.replace(/^(\w+:\/\/[^/]+\/).*$/, "$1");

const endpointOrder = { "missing": 0, "wrong-scheme": 1, "other-account": 2, "shadowed": 3, "reserved": 4, "not-needed": 5 } as const satisfies Record<CheckedEndpoint["state"], number>;

export function groupEndpoints(endpoints: readonly CheckedEndpoint[]): readonly EndpointGroup[] {
  const groups = new Map<string, CheckedEndpoint[]>();
  for (const endpoint of endpoints) {
    const { instance, prefix, account, state, reservation, message } = endpoint;
    const key = JSON.stringify([instance, rootOf(prefix), account, state, reservation, message]);
    const present = groups.get(key);
    if (present) present.push(endpoint);
    else groups.set(key, [endpoint]);
  }
  return [...groups].flatMap(([key, alike]) => {
    const [first] = alike;
    return first ? [{ key, first, addresses: alike.map(({ address }) => address), url: rootOf(first.prefix) }] : [];
  }).toSorted((one, other) => endpointOrder[one.first.state] - endpointOrder[other.first.state]);
}

/** Whether one more reservation would put an address right. */
export const helpsToReserve = (state: CheckedEndpoint["state"]): boolean => state === "missing" || state === "wrong-scheme" || state === "other-account";

export function endpointIntent(state: CheckedEndpoint["state"]): Intent {
  switch (state) {
    case "missing":
    case "wrong-scheme":
    case "other-account":
    case "shadowed": return "error";
    case "reserved":
    case "not-needed": return "success";
  }
}

type ReservationState = ReservationCheck["reservations"][number]["state"];

export interface CheckedRow {
  readonly reservation: Reservation;
  /** Null while it was not checked. */
  readonly state: ReservationState | null;
  readonly message: string;
  /** All that can be searched for, in lower case. */
  readonly text: string;
}

const reservationOrder = { "shadowing": 0, "slashless": 1, "left-over": 2, "used": 3, "other": 4 } as const satisfies Record<ReservationState, number>;

/** What is amiss first, then what is used, then what is none of SanteDB's business; in each by URL. */
export function rowsOf(reservations: readonly Reservation[], check: ReservationCheck): readonly CheckedRow[] {
  const checked = new Map(check.reservations.map((each) => [each.url, each]));
  const orderOf = (state: ReservationState | null) => (state === null ? 5 : reservationOrder[state]);
  return reservations.map((reservation) => {
    const found = checked.get(reservation.url);
    const texts = [reservation.url, reservation.sddl, ...reservation.accounts.flatMap(({ name, sid }) => [name, sid])];
    return { reservation, state: found?.state ?? null, message: found?.message ?? "", text: texts.join("\n").toLowerCase() };
  }).toSorted((one, other) => orderOf(one.state) - orderOf(other.state) || one.reservation.url.localeCompare(other.reservation.url, "en", { numeric: true }));
}

export function reservationIntent(state: ReservationState): Intent {
  switch (state) {
    case "shadowing":
    case "slashless": return "error";
    case "left-over": return "warning";
    case "used": return "success";
    case "other": return "information";
  }
}

/** Words are found in any order. */
export function findRows(rows: readonly CheckedRow[], text: string): readonly CheckedRow[] {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? rows : rows.filter(({ text: all }) => words.every((word) => all.includes(word)));
}
