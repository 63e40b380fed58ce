// The practice machine's event log: a line for each failure, and none for what goes as it should.
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { atomicWrite } from "../../storage/file.ts";
import { withLock } from "../../storage/lock.ts";

export interface PracticeEvent {
  readonly source: "Service Control Manager" | "Schannel" | "HttpEvent" | "SanteDB";
  /** As Windows numbers them: 7000 did not start, 7023 ended with an error, 7031 ended unexpectedly. */
  readonly id: number;
  readonly text: string;
}

const linesKept = 500;
const lockPatience = 5000;

export const eventLogPath = (directory: string): string => join(directory, "logs", "events.log");

/** Adds an event. The oldest are dropped beyond 500. */
export async function recordEvent(directory: string, { source, id, text }: PracticeEvent): Promise<void> {
  const path = eventLogPath(directory);
  const line = [new Date().toISOString(), "Error", source, id, text.replace(/\s+/g, " ").slice(0, 2000)].join("\t");
  await withLock(`practice ${path}`, lockPatience, async () => {
    await mkdir(dirname(path), { recursive: true });
    const present = await readFile(path, "utf8").catch(() => "");
    const lines = [...present.split("\n").filter((known) => known !== "").slice(1 - linesKept), line];
    await atomicWrite(path, Buffer.from(`${lines.join("\n")}\n`), { mode: 0o644 });
  });
}
