// The Host as the pages have it: a context, values that are read again when something changed, and acts.
import { createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { asLockstepError, type LockstepError } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";

interface Session {
  readonly host: Host;
  /** Counts up whenever everything shown should be read again. */
  readonly version: number;
  /** When it was last read. */
  readonly now: Date;
  readonly refresh: () => void;
}

const SessionContext = createContext<Session | null>(null);

/** Gives the pages their Host. What they show is read again after every change, on F5, and when the window is seen again. */
export function HostProvider({ host, children }: { readonly host: Host; readonly children: ReactNode }) {
  const [read, setRead] = useState(() => ({ version: 0, now: new Date() }));
  const refresh = useCallback(() => setRead(({ version }) => ({ version: version + 1, now: new Date() })), []);

  useLayoutEffect(() => {
    const unsubscribe = host.history.changed(refresh);
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "F5" || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      refresh();
    };
    const onVisible = () => { if (document.visibilityState === "visible") refresh(); };
    window.addEventListener("keydown", onKey);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      unsubscribe();
      window.removeEventListener("keydown", onKey);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [host, refresh]);

  const session = useMemo(() => ({ host, ...read, refresh }), [host, read, refresh]);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("HostProvider is missing above this component");
  return session;
}

export const useHost = (): Host => useSession().host;

/** A value being read. While it is read again the last one stays. */
export type Loaded<Value> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: Value }
  | { readonly state: "failed"; readonly error: LockstepError; readonly last: Value | null };

/**
 * Reads a value, and reads it again whenever something may have changed, unless it is wanted `once`. `read` must be the
 * same function from one render to the next.
 */
export function useLoaded<Value>(read: (host: Host) => Promise<Value>, once = false): Loaded<Value> {
  const session = useSession();
  const { host } = session;
  const version = once ? 0 : session.version;
  const [loaded, setLoaded] = useState<{ readonly by: unknown; readonly result: Loaded<Value> }>({ by: read, result: { state: "loading" } });
  useEffect(() => {
    let wanted = true;
    const settle = (next: (before: Loaded<Value>) => Loaded<Value>) => {
      if (wanted) setLoaded(({ by, result }) => ({ by: read, result: next(by === read ? result : { state: "loading" }) }));
    };
    read(host).then(
      (value) => settle(() => ({ state: "ready", value })),
      (thrown: unknown) => settle((before) => ({
        state: "failed", error: asLockstepError(thrown),
        last: before.state === "ready" ? before.value : before.state === "failed" ? before.last : null,
      })),
    );
    return () => { wanted = false; };
  }, [host, read, version]);
  return loaded.by === read ? loaded.result : { state: "loading" };
}

/** An act under way, or what became of it. */
export type Act<Value> =
  | { readonly state: "idle" }
  | { readonly state: "running" }
  | { readonly state: "done"; readonly value: Value }
  | { readonly state: "failed"; readonly error: LockstepError };

/** Runs one act at a time and keeps its outcome; `reset` forgets it, and whatever is still to come of it. */
export function useAct<Value>(): { readonly act: Act<Value>; readonly run: (work: () => Promise<Value>) => Promise<void>; readonly reset: () => void } {
  const [act, setAct] = useState<Act<Value>>({ state: "idle" });
  const current = useRef(0);
  const run = useCallback(async (work: () => Promise<Value>) => {
    const mine = ++current.current;
    const settle = (result: Act<Value>) => { if (current.current === mine) setAct(result); };
    settle({ state: "running" });
    try {
      settle({ state: "done", value: await work() });
    } catch (thrown) {
      settle({ state: "failed", error: asLockstepError(thrown) });
    }
  }, []);
  const reset = useCallback(() => {
    current.current++;
    setAct({ state: "idle" });
  }, []);
  return { act, run, reset };
}
