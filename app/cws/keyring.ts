// The registered users' public keys, ready to open signatures.
import type { RegisteredKey } from "./diagnosis.ts";
import type { KeyUserEntry } from "./key-user-journal.ts";
import { keyUsersOf } from "./key-user.ts";
import { openingKey } from "./opening.ts";

/** Keys of all users that there ever were, active ones first. Throws what reading the entries throws. */
export function registeredKeys(entries: readonly KeyUserEntry[]): readonly RegisteredKey[] {
  return keyUsersOf(entries).map(({ user, key }) => ({ ...openingKey(key.key), name: user.name, isActive: user.state === "active" }));
}
