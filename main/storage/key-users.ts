// Key users on disk: key-users.jsonl, and key-users.head, which tells what its end must be.
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../../app/errors.ts";
import { keyUserEntrySchema, type KeyUserJournal } from "../../app/cws/key-user-journal.ts";
import { openChainedLog } from "./chained-log.ts";
import { makeFolder } from "./file.ts";
import { withLock } from "./lock.ts";

/** How long one change waits for others to end, in milliseconds; each takes some. */
const patience = 10_000;

/** The key users of a folder. Nothing is created before the first entry. Readers wait for nobody. */
export function openKeyUsers(folder: string): KeyUserJournal {
  const log = openChainedLog({
    folder, name: "key-users", schema: keyUserEntrySchema, head: "every",
    damaged: (entry, reason, cause) => problem("key-users-damaged", { entry, problem: reason, file: join(folder, "key-users.jsonl") }, { cause }),
  });
  let appended = 0;
  return {
    appended: () => appended,
    entries: () => log.entries(),
    append: async (decide) => {
      // What is refused makes no folder; it is decided once more below, where nobody else adds anything.
      decide(await log.entries());
      await makeFolder(folder, 0o700);
      // By whichever path two processes come to the folder, its lock is one.
      const entries = await withLock(`key users ${await realpath(folder)}`, patience, async () => log.append(decide(await log.entries())));
      appended++;
      return entries;
    },
  };
}
