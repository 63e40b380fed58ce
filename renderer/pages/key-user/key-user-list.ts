// The key users as a list: found by what a person types, filtered by state, sorted by what stands in a column.
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { predecessorOf, successorsOf } from "./succession.ts";

export const states = ["active", "retired"] as const satisfies readonly KeyUser["state"][];
export type State = (typeof states)[number];
export const columns = ["name", "state", "key", "fingerprint", "added"] as const;
export type Column = (typeof columns)[number];

export interface Sort { readonly column: Column; readonly descending: boolean }
/** Active ones first, by name. */
export const firstSort: Sort = { column: "state", descending: false };

/** A key user with what the list asks of it again and again. */
export interface Entry {
  /** The fingerprint: a name may be given again, a key may not. */
  readonly id: string;
  readonly user: KeyUser;
  /** Names of the one that it took over from, and of the newest that took over from it. */
  readonly replaces: string | null;
  readonly replacedBy: string | null;
  /** All that can be searched for, in lower case. */
  readonly text: string;
}

export function entriesOf(users: readonly KeyUser[]): readonly Entry[] {
  // Few took over from another; only they are looked at together.
  const related = users.filter(({ replaces }) => replaces !== null);
  const names = new Set(related.map(({ replaces }) => replaces));
  const involved = users.filter(({ name, replaces }) => replaces !== null || names.has(name));
  return users.map((user) => {
    const replaces = user.replaces === null ? null : predecessorOf(user, involved)?.name ?? user.replaces;
    const replacedBy = names.has(user.name) ? successorsOf(user, involved)[0]?.name ?? null : null;
    const grouped = (user.fingerprint.match(/.{4}/g) ?? []).join(" ");
    return { id: user.fingerprint, user, replaces, replacedBy, text: [user.name, user.by, replaces ?? "", replacedBy ?? "", user.fingerprint, grouped].join("\n").toLowerCase() };
  });
}

/** Alike entries stand by name, then by when they were added. Names are compared in the reader's language (BCP 47). */
export function sortEntries(entries: readonly Entry[], { column, descending }: Sort, language: string): readonly Entry[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const byName = (one: Entry, other: Entry) => collator.compare(one.user.name, other.user.name);
  const byAdded = (one: Entry, other: Entry) => other.user.added.localeCompare(one.user.added);
  const byColumn: Readonly<Record<Column, (one: Entry, other: Entry) => number>> = {
    name: byName,
    state: (one, other) => states.indexOf(one.user.state) - states.indexOf(other.user.state),
    key: (one, other) => one.user.keyBits - other.user.keyBits,
    fingerprint: (one, other) => (one.id < other.id ? -1 : 1),
    added: byAdded,
  };
  const compare = byColumn[column];
  const direction = descending ? -1 : 1;
  return entries.toSorted((one, other) => direction * compare(one, other) || byName(one, other) || byAdded(one, other));
}

export interface Filter {
  readonly text: string;
  /** Null for all states. */
  readonly state: State | null;
}

export const noFilter: Filter = { text: "", state: null };

export interface Found {
  /** In the order of the entries given. */
  readonly entries: readonly Entry[];
  /** How many each choice of state would show. */
  readonly inState: Readonly<Record<State, number>>;
  readonly inAnyState: number;
}

/** Words are found in any order, wherever they stand; a fingerprint also in its groups. Characters that cannot be seen are passed over. */
export function findEntries(entries: readonly Entry[], { text, state }: Filter): Found {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  const matching = words.length === 0 ? entries : entries.filter(({ text: all }) => words.every((word) => all.includes(word)));
  const inState = { active: 0, retired: 0 };
  for (const { user } of matching) inState[user.state]++;
  return { entries: state === null ? matching : matching.filter(({ user }) => user.state === state), inState, inAnyState: matching.length };
}
