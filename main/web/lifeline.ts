// The lifeline: a host that was started by another program ends when that program ends, however it ends.

/** Calls back once when the program that started this one over a channel is gone; never where there is no channel. */
export function whenStarterEnds(callback: () => void): void {
  if (process.connected) process.once("disconnect", callback);
}
