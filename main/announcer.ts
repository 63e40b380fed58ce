// An announcer: hands each event of the contract to everyone who listens.
import type { Emit } from "../app/host.ts";

export interface Announcer {
  readonly emit: Emit;
  /** The function returned ends the subscription; calling it again does nothing. */
  readonly subscribe: (listener: Emit) => () => void;
}

/** Events reach every listener in the order raised. A listener that throws disturbs neither the others nor the raiser. */
export function createAnnouncer(): Announcer {
  const listeners = new Set<{ readonly hear: Emit }>();
  return {
    emit: (name, payload) => {
      for (const listener of [...listeners]) {
        try {
          listener.hear(name, payload);
        } catch {
          // A window that is just closing must not stop a change under way.
        }
      }
    },
    subscribe: (hear) => {
      const listener = { hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
