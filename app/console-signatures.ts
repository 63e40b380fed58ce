// The console's answers about signatures: made, diagnosed, sent, received.
import type { KeyUserJournal } from "./cws/key-user-journal.ts";
import type { CertificateReader } from "./certificates/reader.ts";
import { problem } from "./errors.ts";
import type { Implementation } from "./host.ts";
import type { Clock } from "./machine.ts";

export interface SignatureParts {
  readonly keyUsers: KeyUserJournal;
  readonly reader: CertificateReader;
  readonly clock: Clock;
}

export function signatureAnswers(_: SignatureParts): Pick<Implementation, "body" | "signature" | "listener"> {
  const soon = (): Promise<never> => Promise.reject(problem("unsupported", { what: "This" }));
  return {
    body: { begin: soon, append: soon, discard: soon },
    signature: { sign: soon, diagnose: soon, send: soon, snippet: soon },
    listener: { start: soon, stop: soon, state: soon },
  };
}
