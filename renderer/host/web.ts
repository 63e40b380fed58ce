// The transport to the web host: calls as POST, events as server-sent events, the one-time token spent at the first load.
import { problem } from "../../app/errors.ts";
import type { CallName, Envelope, EventName, Transport } from "../../app/host.ts";

const headers = { "Content-Type": "application/json", "X-Lockstep": "1" };

const failed = (code: "host-unreachable"): Envelope => ({ ok: false, error: problem(code, {}).report() });

const isEnvelope = (value: unknown): value is Envelope => typeof value === "object" && value !== null && "ok" in value;

/** Characters from which a body goes as a blob: the browser takes one without keeping the page waiting, unlike a text. */
const largeBody = 1024 * 1024;

function bodyOf(input: unknown): string | Blob {
  const text = JSON.stringify(input);
  return text.length < largeBody ? text : new Blob([text]);
}

async function invoke(name: CallName, input: unknown): Promise<Envelope> {
  try {
    const response = await fetch(`/api/${name}`, { method: "POST", headers, body: bodyOf(input), credentials: "same-origin", cache: "no-store" });
    const answer: unknown = await response.json();
    return isEnvelope(answer) ? answer : failed("host-unreachable");
  } catch {
    return failed("host-unreachable");
  }
}

/** One stream serves every listener: a browser allows few connections to one host. */
function openEvents(): Transport["subscribe"] {
  const listeners = new Map<EventName, Set<(payload: unknown) => void>>();
  let source: EventSource | null = null;
  return (name, listener) => {
    source ??= new EventSource("/api/events");
    let heard = listeners.get(name);
    if (!heard) {
      const added = new Set<(payload: unknown) => void>();
      listeners.set(name, added);
      source.addEventListener(name, (event: MessageEvent<string>) => {
        const payload: unknown = JSON.parse(event.data);
        for (const each of added) each(payload);
      });
      heard = added;
    }
    const set = heard;
    set.add(listener);
    return () => { set.delete(listener); };
  };
}

/**
 * Turns the token of the address into a cookie that only this origin's requests carry, and takes it out of the address
 * and of the browser's history. A refused token is no error here: a reload has the cookie already; the first call tells.
 */
async function spendToken(): Promise<void> {
  const token = /^#token=([\w-]+)$/.exec(window.location.hash)?.[1];
  if (token === undefined) return;
  window.history.replaceState(null, "", "#/");
  await fetch("/api/session", { method: "POST", headers, body: JSON.stringify({ token }), credentials: "same-origin" }).catch(() => undefined);
}

/** Connects to the host that served this page. */
export async function connectWeb(): Promise<Transport> {
  await spendToken();
  return { invoke, subscribe: openEvents() };
}
