// The console's answers about key users.
import type { KeyUserJournal, PrivateKeyFiles } from "./cws/key-user-journal.ts";
import type { CertificateReader } from "./certificates/reader.ts";
import { problem } from "./errors.ts";
import type { Implementation } from "./host.ts";
import type { Clock } from "./machine.ts";

export interface KeyUserParts {
  readonly keyUsers: KeyUserJournal;
  readonly privateKeyFiles: PrivateKeyFiles;
  /** Opens private keys that are given in place of public ones. */
  readonly reader: CertificateReader;
  readonly clock: Clock;
  readonly by: string;
}

export function keyUserAnswers(_: KeyUserParts): Implementation["keyUser"] {
  const soon = (): Promise<never> => Promise.reject(problem("unsupported", { what: "This" }));
  return { list: soon, examine: soon, add: soon, retire: soon, export: soon, suggestFile: soon, generate: soon };
}
