// The event streams: the contract's events on their way to every open window, as server-sent events (HTML, 9.2).
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Emit } from "../../app/host.ts";
import { eventPayload } from "../dispatch.ts";
import { answerHeaders } from "./content-policy.ts";

/**
 * A browser opens six connections to a host, for all its windows together. Four streams leave two for calls; a fifth
 * window takes the place of the oldest, which comes back by itself and is then told what it missed.
 */
const streamLimit = 4;
const keptEvents = 512;
/** Bytes that a window may leave unread before it is let go. */
const backlogLimit = 1024 * 1024;
const heartbeatMilliseconds = 15_000;
const retryMilliseconds = 2_000;

export interface EventStreams {
  /** Takes over a response: from now on it carries events. */
  open(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
}

export function createEventStreams(subscribe: (listener: Emit) => () => void): EventStreams {
  const streams = new Set<ServerResponse>();
  const kept: { readonly id: number; readonly text: string }[] = [];
  let lastId = 0;

  const send = (stream: ServerResponse, text: string): void => {
    stream.write(text);
    if (stream.writableLength > backlogLimit) stream.destroy();
  };
  const unsubscribe = subscribe((name, payload) => {
    const checked = eventPayload(name, payload);
    if (checked === null) return;
    lastId += 1;
    const text = `id: ${lastId}\nevent: ${name}\ndata: ${JSON.stringify(checked)}\n\n`;
    kept.push({ id: lastId, text });
    if (kept.length > keptEvents) kept.shift();
    for (const stream of streams) send(stream, text);
  });
  const heartbeat = setInterval(() => {
    for (const stream of streams) send(stream, ": still here\n\n");
  }, heartbeatMilliseconds).unref();

  return {
    open: (request, response) => {
      const [oldest] = streams;
      if (oldest && streams.size >= streamLimit) {
        streams.delete(oldest);
        oldest.end();
      }
      streams.add(response);
      response.on("close", () => streams.delete(response));
      response.writeHead(200, { ...answerHeaders, "Content-Type": "text/event-stream; charset=utf-8" });
      send(response, `retry: ${retryMilliseconds}\n\n`);
      const seen = request.headers["last-event-id"];
      if (typeof seen === "string" && /^\d{1,15}$/.test(seen)) {
        for (const { id, text } of kept) if (id > Number(seen)) send(response, text);
      }
      // From here on; a window that is let go before it hears anything must be able to say so too.
      send(response, `id: ${lastId}\n\n`);
    },
    close: () => {
      unsubscribe();
      clearInterval(heartbeat);
      for (const stream of streams) stream.end();
    },
  };
}
