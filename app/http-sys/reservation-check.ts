// Whether every configured address may be listened on by its service's account, and which reservations are left over.
import type { Scheme } from "../santedb/endpoint.ts";
import { accountName, mayListenUnreserved } from "./account.ts";
import type { CheckedEndpoint, CheckedReservation, ReservationCheck } from "./http-sys-view.ts";
import { parsePrefix, type HostKind, type Prefix } from "./prefix.ts";
import type { Reservation } from "./reservation.ts";

/** An address that a service registers. */
export interface ConfiguredEndpoint {
  readonly instance: string;
  readonly address: string;
  readonly prefix: string;
  readonly account: string;
  readonly accountSid: string | null;
}

interface Prepared { readonly reservation: Reservation; readonly prefix: Prefix }

const keyOf = (scheme: Scheme, { hostKind, host, port }: Pick<Prefix, "hostKind" | "host" | "port">): string => `${scheme} ${hostKind} ${host} ${port}`;
const otherScheme = (scheme: Scheme): Scheme => (scheme === "http" ? "https" : "http");

/** Kinds of host whose prefixes get a request before one of this kind does. Source: MicrosoftDocs/win32, "UrlPrefix Strings". */
const strongerThan: Readonly<Record<HostKind, readonly HostKind[]>> = { strong: [], name: ["strong"], address: ["strong"], weak: ["strong", "name", "address"] };

/** The reservations by scheme, kind of host, host and port, the longest path first. */
class ReservationIndex {
  readonly #byKey = new Map<string, Prepared[]>();
  readonly #byPort = new Map<string, Prepared[]>();
  readonly unreadable: Reservation[] = [];

  constructor(reservations: readonly Reservation[]) {
    for (const reservation of reservations) {
      const prefix = parsePrefix(reservation.url);
      if (!prefix) {
        this.unreadable.push(reservation);
        continue;
      }
      const entry = { reservation, prefix };
      for (const [map, key] of [[this.#byKey, keyOf(prefix.scheme, prefix)], [this.#byPort, `${prefix.scheme} ${prefix.port}`]] as const) {
        const present = map.get(key);
        if (present) present.push(entry);
        else map.set(key, [entry]);
      }
    }
    for (const entries of this.#byKey.values()) entries.sort((one, other) => other.prefix.path.length - one.prefix.path.length);
  }

  covering(scheme: Scheme, prefix: Prefix): Prepared | null {
    return this.#byKey.get(keyOf(scheme, prefix))?.find((entry) => prefix.path.startsWith(entry.prefix.path)) ?? null;
  }

  /** A reservation of a stronger kind that takes the requests of a prefix. */
  shadowing(prefix: Prefix): Prepared | null {
    const kinds = strongerThan[prefix.hostKind];
    return this.#byPort.get(`${prefix.scheme} ${prefix.port}`)?.find((entry) => kinds.includes(entry.prefix.hostKind) && prefix.path.startsWith(entry.prefix.path)) ?? null;
  }
}

const mayListen = ({ accounts }: Reservation, sid: string): boolean =>
  accounts.some((account) => account.rights.includes("listen") && (account.sid === sid || broad.has(account.sid)));
/** Everyone, authenticated users, users: every service's account is among them. */
const broad: ReadonlySet<string> = new Set(["S-1-1-0", "S-1-5-11", "S-1-5-32-545"]);

const rootOf = (prefix: string): string => prefix.replace(/^(\w+:\/\/[^/]+\/).*$/, "$1");
const namesOf = ({ accounts }: Reservation): string => accounts.map(({ name }) => name).join(", ") || "nobody";

function checkEndpoint(endpoint: ConfiguredEndpoint, prefix: Prefix, index: ReservationIndex): { readonly checked: CheckedEndpoint; readonly used: readonly Prepared[]; readonly shadow: Prepared | null } {
  const { accountSid: sid, account } = endpoint;
  const shadow = index.shadowing(prefix);
  const found = index.covering(prefix.scheme, prefix);
  const result = (state: CheckedEndpoint["state"], message: string, hint: string) => ({
    checked: { instance: endpoint.instance, address: endpoint.address, prefix: endpoint.prefix, account, accountSid: sid, state, reservation: found?.reservation.url ?? null, message, hint },
    used: found ? [found] : [], shadow,
  });
  const add = `\`lockstep reservation add ${rootOf(endpoint.prefix)} --account ${/[\s\\]/.test(account) ? `"${account}"` : account}\``;
  if (shadow) {
    return result("shadowed", `${shadow.reservation.url} is reserved with a stronger host, so Windows hands its requests to whoever listens there.`,
      "Remove that reservation if nothing needs it; requests are answered with 400 or 503 while it is there.");
  }
  if (sid !== null && mayListenUnreserved(sid)) return result("not-needed", `${accountName(sid)} may listen on any address.`, "");
  if (found && sid !== null && mayListen(found.reservation, sid)) return result("reserved", `${account} may listen there.`, "");
  if (found) return result("other-account", `${found.reservation.url} is reserved for ${namesOf(found.reservation)}, not for ${account}.`, `${add} lets it listen as well.`);
  const wrong = index.covering(otherScheme(prefix.scheme), prefix);
  if (wrong) {
    return result("wrong-scheme", `Only ${wrong.reservation.url} is reserved; the scheme is part of a reservation, so it does not help ${prefix.scheme}.`,
      `${add}. The service is refused with Windows error 5 until then.`);
  }
  return result("missing", `Nobody reserved ${rootOf(endpoint.prefix)}.`, `${add}. The service is refused with Windows error 5 until then.`);
}

/**
 * Matches every configured address with the reservation that decides who may listen there, by scheme, kind of host, port
 * and path, and every reservation with what needs it. Source: MicrosoftDocs/win32, "Namespace Reservations, Registrations,
 * and Routing".
 */
export function checkReservations(endpoints: readonly ConfiguredEndpoint[], reservations: readonly Reservation[]): ReservationCheck {
  const index = new ReservationIndex(reservations);
  const used = new Set<Reservation>();
  const shadows = new Set<Reservation>();
  const ports = new Map<number, string>();
  const accounts = new Set<string>();
  const checked = endpoints.flatMap((endpoint) => {
    const prefix = parsePrefix(endpoint.prefix);
    if (!prefix) return [];
    ports.set(prefix.port, endpoint.instance);
    if (endpoint.accountSid?.startsWith("S-1-5-80-")) accounts.add(endpoint.accountSid);
    const { checked: result, used: of, shadow } = checkEndpoint(endpoint, prefix, index);
    for (const { reservation } of of) used.add(reservation);
    if (shadow) shadows.add(shadow.reservation);
    return [result];
  });
  const slashless = new Set(index.unreadable);
  return {
    endpoints: checked,
    reservations: reservations.map((reservation): CheckedReservation => {
      const { url } = reservation;
      if (slashless.has(reservation)) {
        return url.endsWith("/") ? { url, state: "other", message: "It is no prefix that SanteDB could listen on." }
          : { url, state: "slashless", message: "It has no slash at its end, so Windows matches nothing with it. Reserve it again with the slash." };
      }
      if (shadows.has(reservation)) return { url, state: "shadowing", message: "It takes the requests of an address that is configured with a weaker host." };
      if (used.has(reservation)) return { url, state: "used", message: `It lets ${namesOf(reservation)} listen.` };
      const port = parsePrefix(url)?.port ?? 0;
      const instance = ports.get(port);
      if (instance !== undefined) return { url, state: "left-over", message: `${instance} listens on port ${port}, but on no address that this covers.` };
      if (reservation.accounts.some(({ sid }) => accounts.has(sid))) return { url, state: "left-over", message: `It is for ${namesOf(reservation)}, which listens on no address that this covers.` };
      return { url, state: "other", message: "No instance of SanteDB is concerned." };
    }),
  };
}
