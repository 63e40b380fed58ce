// The console as its hosts see it: what answers the contract, what raises its events, and how it is ended.
import type { Emit, Implementation } from "../app/host.ts";
import type { PracticeKind } from "./machines/practice/kind-name.ts";

export interface ConsoleOptions {
  /** Left out, the machine of this operating system; practice where neither fits. */
  readonly machine?: "windows" | "linux" | "practice";
  /** State of the practice machine; created on first use. Left out, a folder of the user's own. */
  readonly practiceDirectory?: string;
  /** What a practice machine that is made has on it; one that is there must be of this kind. Left out, a v3 dCDR, and anything. */
  readonly practiceKind?: PracticeKind;
  /** Journal, key users, settings. Left out, a folder beside what they tell of. */
  readonly dataDirectory?: string;
  /** A window or the web host, which owns the practice machine: what it turns on ends with it. */
  readonly resident?: boolean;
  /** The practice service's own program, where it does not lie beside this one. */
  readonly serviceProgram?: string;
  /** The program of the thread that reads certificate files, likewise. */
  readonly readerProgram?: string;
  /** The program of the thread that works on signatures, likewise. */
  readonly signatureProgram?: string;
}

export interface Console {
  readonly implementation: Implementation;
  /** A practice machine that was made by opening it: its folder, and its services in the order to stop them; left out where there was one. */
  readonly made?: { readonly directory: string; readonly services: readonly string[] };
  /** Gives every event to the listener, in the order raised, until the function returned is called. */
  readonly subscribe: (listener: Emit) => () => void;
  /** Lets a running change come to its end, then lets go of everything. Closing twice is closing once. */
  readonly close: () => Promise<void>;
}

export type OpenConsole = (options: ConsoleOptions) => Promise<Console>;
