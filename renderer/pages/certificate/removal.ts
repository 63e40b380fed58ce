// A certificate that was just removed on its own page: told on the list until that is left.
import { useSyncExternalStore } from "react";
import { addressOf } from "../../shell/route.ts";

export interface Removal {
  readonly name: string;
  /** The change in the history. */
  readonly planId: string;
}

let removal: Removal | null = null;
const listeners = new Set<() => void>();

function set(next: Removal | null): void {
  removal = next;
  for (const listener of listeners) listener();
}

function forgetElsewhere(): void {
  if (window.location.hash !== addressOf({ page: "certificates" })) set(null);
}

/** To be called before the list is opened. */
export function tellRemoval(done: Removal): void {
  window.addEventListener("hashchange", forgetElsewhere);
  set(done);
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** The removal to tell of, and the function that ends it. */
export function useRemoval(): readonly [removal: Removal | null, dismiss: () => void] {
  return [useSyncExternalStore(subscribe, () => removal), () => set(null)];
}
