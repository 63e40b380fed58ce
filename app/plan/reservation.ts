// The planners of single URL reservations: one account more, one less, or the whole of it taken away.
import type { ReservationRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { accountName, knownSid, mayListenUnreserved, sddlTrustee } from "../http-sys/account.ts";
import { normalPrefix, parsePrefix } from "../http-sys/prefix.ts";
import type { Reservation } from "../http-sys/reservation.ts";
import { formatSddl, parseSddl, sameAccounts, type Right } from "../http-sys/sddl.ts";
import type { Machine } from "../machine.ts";
import type { Operation } from "./operation.ts";
import { planId, type Plan } from "./plan.ts";

/** The URL as Windows reserves it. A slash left out at the end is put there; `mended` says so. Throws input-invalid. */
function urlOf(text: string): { readonly url: string; readonly mended: boolean } {
  const url = normalPrefix(text.trim());
  if (parsePrefix(url)) return { url, mended: false };
  if (parsePrefix(`${url}/`)) return { url: `${url}/`, mended: true };
  throw problem("input-invalid", { problem: `${text.slice(0, 200)} is no URL that can be reserved: write scheme, host and port, such as https://+:9200/.` });
}

async function sidOf(machine: Machine, account: string): Promise<string> {
  const sid = knownSid(account) ?? await machine.accounts.sid(account);
  if (sid === null) throw problem("account-unknown", { account });
  return sid;
}

const titleOf = (sid: string, account: string): string => (accountName(sid) === sid ? account : accountName(sid));
const accountsText = ({ accounts }: Reservation): string => accounts.map(({ name }) => name).join(", ");
const find = (reservations: readonly Reservation[], url: string): Reservation | null => reservations.find((reservation) => reservation.url.toLowerCase() === url.toLowerCase()) ?? null;

/** Everyone who has a right, with the rights wanted for one account. */
function merged(present: Reservation | null, sid: string, rights: readonly Right[]): string {
  if (!present) return formatSddl([{ trustee: sddlTrustee(sid), rights }]);
  const accounts = parseSddl(present.sddl);
  if (!accounts) throw problem("reservation-conflict", { url: present.url, accounts: `a descriptor that Lockstep does not read, ${present.sddl.slice(0, 200)}` });
  const own = accounts.find((account) => account.sid === sid);
  const wanted = [...new Set([...own?.rights ?? [], ...rights])];
  const others = accounts.filter((account) => account !== own).map(({ sid: trustee, rights: kept }) => ({ trustee, rights: kept }));
  return formatSddl([...others, { trustee: sddlTrustee(sid), rights: wanted }]);
}

/** Replaces what is reserved by another descriptor; none where nobody is left. */
function steps(present: Reservation | null, url: string, sddl: string | null, account: string): Operation[] {
  return [
    ...(present ? [{ kind: "reservation.remove" as const, url: present.url, sddl: present.sddl, account: accountsText(present) }] : []),
    ...(sddl === null ? [] : [{ kind: "reservation.add" as const, url, sddl, account }]),
  ];
}

function planOf(machine: Machine, random: number, title: string, operations: Operation[], findings: readonly Finding[]): Plan {
  return { id: planId(machine.clock.now(), random), title, operations, proof: [], certificate: null, differences: [], findings: [...findings] };
}

/**
 * Reads the machine and gives the plan that lets an account listen on a URL; those who may already still may. Throws
 * input-invalid, account-unknown, reservation-conflict for a descriptor that cannot be read.
 */
export async function planReservationAdd(machine: Machine, request: ReservationRequest, random: number): Promise<Plan> {
  const { url, mended } = urlOf(request.url);
  const sid = await sidOf(machine, request.account);
  const account = titleOf(sid, request.account);
  const rights: readonly Right[] = request.delegate === true ? ["listen", "delegate"] : ["listen"];
  const reservations = await machine.httpSys.reservations();
  const present = find(reservations, url);
  const sddl = merged(present, sid, rights);
  const prefix = parsePrefix(url);
  const other = prefix && find(reservations, url.replace(/^https?/, prefix.scheme === "http" ? "https" : "http"));
  const findings: Finding[] = [
    ...(mended ? [{ code: "slash-added", severity: "information" as const, message: `A slash was put at the end: ${url}.`, hint: "Windows reserves nothing without it (error 87)." }] : []),
    ...(mayListenUnreserved(sid) ? [{ code: "reservation-not-needed", severity: "information" as const, message: `${account} may listen on any address without a reservation.`, hint: "It does no harm." }] : []),
    ...(other ? [{ code: "other-scheme-reserved", severity: "information" as const, message: `${other.url} is reserved as well. A port serves one of the schemes at a time.`, hint: "Remove the one that is not used any more." }] : []),
  ];
  const operations = present && sameAccounts(present.sddl, sddl) ? [] : steps(present, present?.url ?? url, sddl, account);
  return planOf(machine, random, `Reserve ${url} for ${account}`, operations, findings);
}

/**
 * Reads the machine and gives the plan that takes a reservation away, or one account out of it. Throws input-invalid,
 * not-found, account-unknown, reservation-conflict.
 */
export async function planReservationRemove(machine: Machine, request: { readonly url: string; readonly account?: string | undefined }, random: number): Promise<Plan> {
  const reservations = await machine.httpSys.reservations();
  // One that is listed can be removed as it is listed, also where it is no whole prefix.
  const present = find(reservations, request.url.trim()) ?? find(reservations, urlOf(request.url).url);
  if (!present) throw problem("not-found", { what: "reservation", name: request.url });
  if (request.account === undefined) {
    return planOf(machine, random, `Remove the reservation of ${present.url}`, steps(present, present.url, null, ""), []);
  }
  const sid = await sidOf(machine, request.account);
  const accounts = parseSddl(present.sddl);
  if (!accounts) throw problem("reservation-conflict", { url: present.url, accounts: `a descriptor that Lockstep does not read, ${present.sddl.slice(0, 200)}` });
  const left = accounts.filter((account) => account.sid !== sid);
  const account = titleOf(sid, request.account);
  if (left.length === accounts.length) throw problem("not-found", { what: `account of ${present.url}`, name: account });
  const sddl = left.length === 0 ? null : formatSddl(left.map(({ sid: trustee, rights }) => ({ trustee, rights })));
  return planOf(machine, random, `Take ${account} out of the reservation of ${present.url}`, steps(present, present.url, sddl, left.map(({ name }) => name).join(", ")), []);
}
