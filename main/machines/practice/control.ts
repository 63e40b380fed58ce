// How a practice service is asked and told: one line of JSON each way over loopback, with a token from its state file.
import { createHash, timingSafeEqual } from "node:crypto";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { LockstepError } from "../../../app/errors.ts";
import { readFile } from "../../storage/file.ts";

/**
 * services/NAME.json, for its owner only, there while the service runs. A process is known by its token, never by its id
 * or port alone: both may long belong to another program.
 */
export const runningSchema = z.strictObject({
  pid: z.number().int().positive(),
  controlPort: z.number().int().min(1).max(65535),
  token: z.string().regex(/^[0-9a-f]{64}$/),
  startedAt: z.string(),
});
export type Running = Readonly<z.infer<typeof runningSchema>>;

export const runningPath = (directory: string, service: string): string => join(directory, "services", `${service}.json`);

/** `power-off` ends the process as a cut cable would, whatever its faults; `kill` gives it no time to record that either. */
export const requestSchema = z.strictObject({ token: z.string().max(100), ask: z.enum(["state", "stop", "power-off", "kill"]) });
export type ControlRequest = Readonly<z.infer<typeof requestSchema>>;

export const answerSchema = z.strictObject({
  proof: z.string(),
  state: z.enum(["start-pending", "running", "stop-pending"]),
  pid: z.number().int().positive(),
  /** False when the request cannot be taken in this state. */
  taken: z.boolean(),
});
export type ControlAnswer = Readonly<z.infer<typeof answerSchema>>;

/** Bytes of a line at most, and milliseconds for one exchange. */
export const lineLimit = 4096;
export const exchangeLimit = 5000;

/** What only the owner of the token can answer, and what does not give the token away. */
export const proofOf = (token: string): string => createHash("sha256").update(`practice service ${token}`).digest("hex");

export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Reads one line, at most 4 KiB. Null when the connection ends or the line is too long. */
export function readLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = "";
    const finish = (line: string | null): void => {
      socket.off("data", take).off("close", ended).off("end", ended);
      resolve(line);
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\n");
      if (end >= 0 && end <= lineLimit) finish(text.slice(0, end));
      else if (text.length > lineLimit) finish(null);
    };
    const ended = (): void => finish(null);
    socket.on("data", take).on("close", ended).on("end", ended);
  });
}

/** What services/NAME.json says; null when there is none that can be read. */
export async function readRunning(directory: string, service: string): Promise<Running | null> {
  try {
    return runningSchema.parse(JSON.parse(Buffer.from(await readFile(runningPath(directory, service), lineLimit)).toString("utf8")));
  } catch (thrown) {
    if (thrown instanceof LockstepError || thrown instanceof SyntaxError || thrown instanceof z.ZodError) return null;
    throw thrown;
  }
}

/**
 * Asks the process of a service. Null when it does not run: no file, nobody at the port, or somebody without the token.
 * A process that takes the connection and is too busy to answer counts as running, as Windows goes on saying too.
 */
export async function askService(directory: string, service: string, ask: ControlRequest["ask"]): Promise<ControlAnswer | null> {
  const running = await readRunning(directory, service);
  if (!running) return null;
  const { token, controlPort, pid } = running;
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: controlPort });
    let connected = false;
    const finish = (answer: ControlAnswer | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(connected ? { proof: "", state: "running", pid, taken: false } : null), exchangeLimit);
    socket.on("error", () => finish(null));
    socket.once("connect", () => {
      connected = true;
      socket.write(`${JSON.stringify({ token, ask } satisfies ControlRequest)}\n`);
    });
    void readLine(socket).then((line) => {
      const parsed = line === null ? null : answerSchema.safeParse(parseJson(line));
      finish(parsed?.success === true && sameSecret(parsed.data.proof, proofOf(token)) ? parsed.data : null);
    });
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
