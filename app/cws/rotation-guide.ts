// How a key user gets a new key while its clients go on working: names are unique and keys cannot be changed, so a second user overlaps the first.
import type { KeyUser } from "./cws-view.ts";

export interface RotationStep {
  readonly title: string;
  readonly text: string;
  /** A command that does it; null where people or other programs have to. */
  readonly command: readonly string[] | null;
}

export interface RotationGuide {
  readonly name: string;
  /** Free among all users, active and retired. */
  readonly newName: string;
  readonly steps: readonly RotationStep[];
}

const longestName = 64;

/** A name for the successor: with the year, "clinic7-2027", and counted on where that is taken. */
export function successorName(name: string, taken: readonly string[], year: number): string {
  const stem = name.replace(/-\d{4}(?:-\d{1,3})?$/, "");
  const used = new Set(taken.map((each) => each.toLowerCase()));
  for (let number = 1; ; number++) {
    const end = `-${year}${number === 1 ? "" : `-${number}`}`;
    const candidate = `${stem.slice(0, longestName - end.length)}${end}`;
    if (!used.has(candidate.toLowerCase())) return candidate;
  }
}

/** The steps in their order, for one of the active users. `users` are all there are. */
export function rotationGuide(name: string, users: readonly Pick<KeyUser, "name" | "state">[], now: Date): RotationGuide {
  const newName = successorName(name, users.map((user) => user.name), now.getUTCFullYear());
  return {
    name, newName,
    steps: [
      {
        title: "Make a new pair under a new name",
        text: `Names are unique among active users and a key cannot be changed once it is registered, so the new key needs a name of its own. ${name} goes on working meanwhile. Make the pair where the client runs, so that the private key never travels.`,
        command: ["lockstep", "key-user", "generate", newName, "--out-dir", "DIR", "--replaces", name],
      },
      {
        title: "Send the public half to CorEMR's staff",
        text: "Send the PEM file and the note, and read the fingerprint to them over the telephone. Wait until they say that it is registered.",
        command: ["lockstep", "key-user", "export", newName, "--out", "FILE"],
      },
      {
        title: "Switch the client",
        text: `Give the client the new private key and the new name. Both change together: a header that names ${name} and is signed with the new key is refused.`,
        command: null,
      },
      {
        title: "Test",
        text: `Send one request that only reads, and see that it is answered. Should it be refused, the client can go back to ${name}, which is still active.`,
        command: ["lockstep", "signature", "send", "URL", "--user", newName, "--key", "FILE"],
      },
      {
        title: "Retire the old one",
        text: `When no client signs as ${name} any more, ask CorEMR's staff to take it off their list, retire it here, and delete its private key wherever it lies. Its key is never taken again; its name may be.`,
        command: ["lockstep", "key-user", "retire", name],
      },
    ],
  };
}
