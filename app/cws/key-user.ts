// Key users as their journal tells of them, and the rules by which one is added or retired.
import { problem } from "../errors.ts";
import type { KeyUser } from "./cws-view.ts";
import type { KeyUserEntry } from "./key-user-journal.ts";
import { nameProblem } from "./key-user-name.ts";
import { readPublicKey, type PublicKey } from "./public-key.ts";

/** A key user with the key itself. */
export interface RegisteredKey {
  readonly user: KeyUser;
  readonly key: PublicKey;
}

const known = new WeakMap<KeyUserEntry, PublicKey>();

/** Read once an entry: entries never change. */
function keyOf(entry: Extract<KeyUserEntry, { type: "added" }>): PublicKey {
  const found = known.get(entry) ?? readPublicKey({ name: `The public key of ${entry.name}`, content: new TextEncoder().encode(entry.publicKey) });
  known.set(entry, found);
  return found;
}

/** All that were ever added, in the order of the contract: active ones by name, then retired ones, the newest first. Throws public-key-unusable, input-invalid for entries that contradict each other. */
export function keyUsersOf(entries: readonly KeyUserEntry[]): readonly RegisteredKey[] {
  const active = new Map<string, RegisteredKey>();
  const retired: RegisteredKey[] = [];
  for (const entry of entries) {
    const present = active.get(entry.name);
    switch (entry.type) {
      case "added": {
        if (present) throw contradiction(entry.name, "is added twice");
        const key = keyOf(entry);
        active.set(entry.name, {
          key,
          user: { name: entry.name, state: "active", keyBits: key.bits, fingerprint: key.fingerprint, added: entry.at, retired: null, by: entry.by, replaces: entry.replaces, publicKey: key.pem },
        });
        break;
      }
      case "retired":
        if (!present) throw contradiction(entry.name, "is retired without being active");
        active.delete(entry.name);
        retired.push({ key: present.key, user: { ...present.user, state: "retired", retired: entry.at } });
    }
  }
  return [...[...active.values()].sort(byName), ...retired.reverse()];
}

const contradiction = (name: string, what: string) => problem("internal", { problem: `the key user ${name} ${what} in the journal` });

/** Without regard to capitals first, so that alike names stand together. */
function byName({ user: { name: one } }: RegisteredKey, { user: { name: other } }: RegisteredKey): number {
  const [small, otherSmall] = [one.toLowerCase(), other.toLowerCase()];
  return small < otherSmall ? -1 : small > otherSmall ? 1 : one < other ? -1 : one > other ? 1 : 0;
}

/** The active one of a name, or else the one of that name that was retired last. Throws not-found. */
export function registered(users: readonly RegisteredKey[], name: string): RegisteredKey {
  const found = users.find(({ user }) => user.name === name);
  if (!found) throw problem("not-found", { what: "key user", name: shown(name) });
  return found;
}

/** The active one of a name. Throws not-found. */
export function activeUser(users: readonly RegisteredKey[], name: string): RegisteredKey {
  const found = users.find(({ user }) => user.name === name && user.state === "active");
  if (!found) throw problem("not-found", { what: "active key user", name: shown(name) });
  return found;
}

/** Whose key has this modulus, active or retired; null where nobody's has. Another exponent makes no other key of it. */
export function holderOf(users: readonly RegisteredKey[], { modulus }: Pick<PublicKey, "modulus">): KeyUser | null {
  return users.find(({ key }) => key.modulus === modulus)?.user ?? null;
}

/** Whether one of this name can be added. Throws key-user-name, key-user-exists, key-user-case, not-found for one to be replaced that was never there. */
export function requireAddable(users: readonly RegisteredKey[], name: string, replaces: string | undefined): void {
  const wrong = nameProblem(name);
  if (wrong !== null) throw problem("key-user-name", { problem: wrong });
  const alike = users.find(({ user }) => user.state === "active" && user.name.toLowerCase() === name.toLowerCase())?.user.name;
  if (alike === name) throw problem("key-user-exists", { name });
  if (alike !== undefined) throw problem("key-user-case", { name: alike });
  if (replaces !== undefined) registered(users, replaces);
}

/** Throws key-known. */
export function requireUnknown(users: readonly RegisteredKey[], key: Pick<PublicKey, "modulus">): void {
  const holder = holderOf(users, key);
  if (holder) throw problem("key-known", { user: holder.name, state: holder.state });
}

/** A name that somebody typed, in a message: as much as a name may have. */
const shown = (name: string): string => name.slice(0, 64);
