// Which key user took over from which, and under what name the next one may.
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { successorName } from "../../../app/cws/rotation-guide.ts";

/** The one that a key user was to take over from: a name may be given again, so the last that bore it by then. Null where there is none. */
export function predecessorOf(user: KeyUser, users: readonly KeyUser[]): KeyUser | null {
  const earlier = users.filter((each) => each.name === user.replaces && each.fingerprint !== user.fingerprint && each.added <= user.added);
  return earlier.toSorted((one, other) => other.added.localeCompare(one.added))[0] ?? null;
}

/** Those that were to take over from a key user, the newest first. */
export function successorsOf(user: KeyUser, users: readonly KeyUser[]): readonly KeyUser[] {
  return users.filter((each) => each.replaces === user.name && predecessorOf(each, users)?.fingerprint === user.fingerprint).toSorted((one, other) => other.added.localeCompare(one.added));
}

/** A name for the next key of a user, which no other ever had. */
export const nextName = (name: string, users: readonly KeyUser[], now: Date): string => successorName(name, users.map((user) => user.name), now.getFullYear());
