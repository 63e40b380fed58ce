// The journal of changes on disk: what a half-done change is put back from.
import { problem } from "../../app/errors.ts";
import { entrySchema, type Journal } from "../../app/plan/journal.ts";
import { openChainedLog } from "./chained-log.ts";

/**
 * The journal of a data folder: journal.jsonl, and journal.head with the hash of the last entry that ended a change, so
 * that newest entries cannot be cut off unnoticed. Nothing is created before the first entry. Only the holder of the
 * change lock appends.
 */
export function openJournal(folder: string): Journal {
  const log = openChainedLog({
    folder, name: "journal", schema: entrySchema, head: ({ type }) => type === "ended",
    damaged: (entry, reason, cause) => problem("journal-damaged", { entry, problem: reason }, { cause }),
  });
  return {
    entries: () => log.entries(),
    append: async (entry) => {
      await log.append(entry);
    },
  };
}
