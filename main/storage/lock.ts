// A lock between processes that the operating system itself releases, however its holder ends.
import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { userInfo } from "node:os";
import { problem } from "../../app/errors.ts";

/**
 * A listening address that only one process can hold: an abstract socket on Linux (no file, so nothing is left behind by
 * a kill), a first-instance named pipe on Windows. Both end with their process. Elsewhere there is neither.
 */
function addressOf(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 32);
  const user = userInfo();
  switch (process.platform) {
    case "linux": return `\0lockstep-${user.uid}-${digest}`;
    case "win32": return `\\\\.\\pipe\\lockstep-${createHash("sha256").update(user.username).digest("hex").slice(0, 16)}-${digest}`;
    default: throw problem("unsupported", { what: `Locking between processes on ${process.platform}` });
  }
}

interface Holding { release(): Promise<void> }

/** Takes the lock if it is free; null when it is held. */
function tryTake(address: string): Promise<Holding | null> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<Socket>();
    // Whoever waits stays connected, and learns from the end of the connection that the lock is free.
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => undefined).on("close", () => waiting.delete(socket)).unref().resume();
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(null);
      else reject(error);
    });
    server.listen({ path: address, exclusive: true }, () => {
      server.unref();
      resolve({
        release: () => new Promise((released) => {
          server.close(() => released());
          for (const socket of waiting) socket.destroy();
        }),
      });
    });
  });
}

/** Ends when the present holder lets go or ends, or after `limit` milliseconds. */
function holderGone(address: string, limit: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ path: address });
    const timer = setTimeout(() => socket.destroy(), limit);
    socket.on("error", () => undefined).resume();
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/**
 * Does the work while no other caller, in this process or another one of the same user on this machine, does work under
 * the same name. Waits at most `timeout` milliseconds for its turn, in no particular order. Not re-entrant: work must not
 * ask for the same name again. Throws machine-busy when its turn does not come, and whatever the work throws.
 */
export async function withLock<Value>(name: string, timeout: number, work: () => Promise<Value>): Promise<Value> {
  const address = addressOf(name);
  const until = Date.now() + timeout;
  for (;;) {
    const holding = await tryTake(address);
    if (holding) {
      try {
        return await work();
      } finally {
        await holding.release();
      }
    }
    const left = until - Date.now();
    if (left <= 0) throw problem("machine-busy", {});
    await holderGone(address, left);
    // Those who waited together wake together: a short random pause lets one of them pass.
    await pause(Math.min(Math.random() * 8, Math.max(0, until - Date.now())));
  }
}
