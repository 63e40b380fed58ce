// Where key users are kept: a journal that only grows. An entry adds a user or retires one; none is ever changed.
import { z } from "zod";

const common = { at: z.iso.datetime(), by: z.string(), name: z.string() };

export const keyUserEntrySchema = z.discriminatedUnion("type", [
  /** `publicKey` is the SubjectPublicKeyInfo in PEM. */
  z.strictObject({ type: z.literal("added"), ...common, publicKey: z.string(), replaces: z.string().nullable() }),
  z.strictObject({ type: z.literal("retired"), ...common }),
]);
export type KeyUserEntry = Readonly<z.infer<typeof keyUserEntrySchema>>;

export interface KeyUserJournal {
  /** How many entries were appended through this journal since it was opened: for whoever keeps what it read. */
  appended(): number;
  /** In order. An entry torn by a power cut is not there. Throws key-users-damaged, file-unreadable. */
  entries(): Promise<readonly KeyUserEntry[]>;
  /**
   * Changes. Hands `decide` the entries as they are while no other process adds one, and appends what it gives; what it
   * throws, appends nothing. Durable on return. Gives all entries. Throws key-users-damaged, machine-busy, disk-full, file-unwritable.
   */
  append(decide: (entries: readonly KeyUserEntry[]) => KeyUserEntry): Promise<readonly KeyUserEntry[]>;
}

/** Files for private keys, which are written once and not kept otherwise. */
export interface PrivateKeyFiles {
  /** A path in the person's own folder that nothing has yet. Nothing is made. */
  suggest(name: string): Promise<string>;
  /** Throws file-exists: asked before a key is made, since making one takes seconds. */
  requireAbsent(path: string): Promise<void>;
  /** Changes. Makes the file, for its owner alone, durable on return. Throws file-exists, file-not-found (for a missing folder), file-unwritable, disk-full. */
  create(path: string, content: Uint8Array): Promise<void>;
}
