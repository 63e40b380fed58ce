// The clock of this computer.
import type { Clock } from "../../app/machine.ts";

export const systemClock: Clock = {
  now: () => new Date(),
  wait: (milliseconds, signal) => new Promise((resolve) => {
    if (signal?.aborted) {
      resolve(true);
      return;
    }
    const raised = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", raised);
      resolve(false);
    }, milliseconds);
    signal?.addEventListener("abort", raised, { once: true });
  }),
};
