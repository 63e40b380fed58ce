// The kinds of practice machine by name, and what each of them stands for. What they hold is in kinds.ts.
import { problem } from "../../../app/errors.ts";

export const practiceKinds = ["dcdr-v3", "dcdr-v3-old-path", "dcdr-v2", "gateway", "icdr", "icdr-joined", "low-privilege"] as const;
export type PracticeKind = (typeof practiceKinds)[number];

export const defaultKind: PracticeKind = "dcdr-v3";

/** For people who choose one. */
export const kindMeanings: Readonly<Record<PracticeKind, string>> = {
  "dcdr-v3": "a dCDR of version 3, its configuration beside the program (the default)",
  "dcdr-v3-old-path": "an early version 3, its configuration in LocalSystem's profile, with leftovers elsewhere",
  "dcdr-v2": "a 32-bit dCDR of version 2, its configuration in the SysWOW64 profile",
  "gateway": "a dCDR gateway, already on https with the certificate that its installer makes",
  "icdr": "an iCDR, its configuration spread over included files",
  "icdr-joined": "an iCDR with a dCDR joined to it, whose service depends on the iCDR's",
  "low-privilege": "a dCDR of version 3 that runs as an ordinary account, with a reservation for http",
};

/** The kind of that name. Throws usage. */
export function kindNamed(name: string): PracticeKind {
  const kind = practiceKinds.find((known) => known === name);
  if (kind === undefined) throw problem("usage", { problem: `--practice-kind takes ${practiceKinds.join(", ")}, not ${name}.` });
  return kind;
}
