// HTTP as a hostile client writes it: bytes into a socket, bytes out of it.
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export const portOf = (address: string): number => Number(new URL(address).port);

/** Opens a connection that nobody need read; errors of its own are expected. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** Sends the bytes and gives all that comes back until the other side ends the connection, or the time is over. */
export async function exchange(port: number, ...sent: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const socket = await openSocket(port);
  const received: Buffer[] = [];
  const ended = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    socket.on("close", () => resolve());
    socket.setTimeout(20_000, () => socket.destroy());
  });
  for (const bytes of sent) if (socket.writable && !socket.write(bytes)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), ended]);
  await ended;
  return parse(Buffer.concat(received).toString("latin1"));
}

/** Splits the first answer in a stream of them. */
export function parse(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: rest.join("\r\n\r\n") };
}

/** A request in plain form. A header of value null is left out. */
export function requestText(method: string, target: string, headers: Readonly<Record<string, string | null>>, body = ""): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [`${method} ${target} HTTP/1.1`, ...lines, "", body].join("\r\n");
}
