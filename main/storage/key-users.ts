// Key users on disk.
import { problem } from "../../app/errors.ts";
import type { KeyUserJournal } from "../../app/cws/key-user-journal.ts";

export function openKeyUsers(_: string): KeyUserJournal {
  const soon = (): Promise<never> => Promise.reject(problem("unsupported", { what: "This" }));
  return { entries: soon, append: soon };
}
