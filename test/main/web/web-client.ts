// A window as the web host sees one, without a browser: it spends the token, keeps the cookie, calls and hears events.
import { request as httpRequest, type IncomingMessage } from "node:http";
import { createHost, type Envelope, type Host } from "../../../app/host.ts";

export interface WebClient {
  readonly host: Host;
  readonly cookie: string;
  readonly close: () => void;
}

/** Opens the printed address as a page does. */
export async function openWebClient(address: string): Promise<WebClient> {
  const { origin, hash } = new URL(address);
  const opened = await post(origin, "/api/session", { token: hash.replace("#token=", "") }, {});
  const cookie = opened.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  if (cookie === "") throw new Error(`no session: ${opened.status} ${opened.body}`);
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const stream = await hearEvents(origin, cookie, ({ event, data }) => {
    for (const listener of listeners.get(event) ?? []) listener(JSON.parse(data));
  });
  return {
    cookie,
    close: () => stream.destroy(),
    host: createHost({
      invoke: async (name, input) => JSON.parse((await post(origin, `/api/${name}`, input, { Cookie: cookie })).body) as Envelope,
      subscribe: (name, listener) => {
        const all = listeners.get(name) ?? new Set();
        listeners.set(name, all.add(listener));
        return () => void all.delete(listener);
      },
    }),
  };
}

export interface Answered { readonly status: number; readonly headers: IncomingMessage["headers"]; readonly body: string }

/** One POST with the headers of a page of our own. */
export function post(origin: string, path: string, input: unknown, headers: Readonly<Record<string, string>>): Promise<Answered> {
  const body = JSON.stringify(input);
  return new Promise((resolve, reject) => {
    const request = httpRequest(origin + path, { method: "POST", headers: { "Origin": origin, "Content-Type": "application/json", "X-Lockstep": "1", "Sec-Fetch-Site": "same-origin", "Content-Length": Buffer.byteLength(body), ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

export interface StreamEvent { readonly id: string; readonly event: string; readonly data: string }

/** Opens the event stream and resolves once it carries events. */
export function hearEvents(origin: string, cookie: string, listener: (event: StreamEvent) => void, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${origin}/api/events`, { agent: false, headers: { Cookie: cookie, Accept: "text/event-stream", ...headers } }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`event stream: ${response.statusCode ?? 0}`));
        return;
      }
      let rest = "";
      response.setEncoding("utf8");
      response.on("error", () => undefined);
      response.on("data", (text: string) => {
        const blocks = (rest + text).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const fields = Object.fromEntries(block.split("\n").filter((line) => line !== "" && !line.startsWith(":")).map((line) => line.split(/: (.*)/s, 2) as [string, string]));
          if (fields["event"] !== undefined) listener({ id: fields["id"] ?? "", event: fields["event"], data: fields["data"] ?? "" });
        }
        resolve(response);
      });
    });
    request.on("error", reject);
    request.end();
  });
}
