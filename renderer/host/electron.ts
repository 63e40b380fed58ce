// The transport to Electron's main process: one function a contract member, exposed by the preload script.
import { problem } from "../../app/errors.ts";
import type { CallName, Envelope, EventName, Transport } from "../../app/host.ts";

/** What the preload script puts on the window. */
export interface LockstepBridge {
  readonly calls: { readonly [Name in CallName]: (input: unknown) => Promise<Envelope> };
  readonly events: { readonly [Name in EventName]: (listener: (payload: unknown) => void) => () => void };
}

declare global {
  interface Window { readonly lockstep?: LockstepBridge }
}

/** The bridge of this window as a transport. */
export function connectElectron(bridge: LockstepBridge): Transport {
  return {
    invoke: async (name, input) => {
      try {
        return await bridge.calls[name](input);
      } catch {
        return { ok: false, error: problem("host-unreachable", {}).report() };
      }
    },
    subscribe: (name, listener) => bridge.events[name](listener),
  };
}
