// What the listener received, as it comes in: the newest first, never more than can be looked through.
import type { ListenerState, Received } from "../../../app/cws/cws-view.ts";

export const shownLimit = 200;

/** The log after one batch, whose requests come oldest first. What is known already, by its number, is not taken twice. */
export function take(state: ListenerState, batch: Pick<ListenerState, "valid" | "invalid"> & { readonly received: readonly Received[] }): ListenerState {
  const newest = state.received[0]?.number ?? 0;
  const fresh = batch.received.filter(({ number }) => number > newest).toReversed();
  return { ...state, valid: batch.valid, invalid: batch.invalid, received: [...fresh, ...state.received].slice(0, shownLimit) };
}

/** A state that was asked for, together with what was heard meanwhile: whichever is further on. */
export const later = (one: ListenerState, other: ListenerState | null): ListenerState => (other && other.valid + other.invalid > one.valid + one.invalid && other.address === one.address ? other : one);
