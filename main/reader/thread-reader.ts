// Certificate files read in a thread of their own, which is ended when it takes too long or too much.
import type { Identification, Inspection, Material } from "../../app/certificates/certificate.ts";
import type { CertificateFile } from "../../app/certificates/read.ts";
import type { CertificateReader } from "../../app/certificates/reader.ts";
import { problem } from "../../app/errors.ts";
import { inThread } from "../thread-task.ts";
import type { ReadingTask } from "./message.ts";

/** Milliseconds for one task. The slowest files of real programs take a third of it. */
export const readingLimit = 5000;

/** MiB that the thread's objects may take; with the files themselves it stays below 256. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/**
 * A reader that starts one thread a task. `program` is the built form of reader-thread.ts. Calls throw what the readers
 * throw, and reading-too-long where the thread was ended after `limit` milliseconds or by its limit of memory.
 */
export function createThreadReader(program: string, limit: number = readingLimit): CertificateReader {
  const ask = <Value>(task: ReadingTask): Promise<Value> => inThread<Value>({
    program, limit, resourceLimits, who: "the reader of certificates",
    message: { ...task, files: task.files.map(({ name, content }) => ({ name, content: new Uint8Array(content) })) },
    tooLong: () => problem("reading-too-long", { file: namesOf(task.files), seconds: Math.round(limit / 1000) }),
  });
  return {
    identify: (files) => ask<readonly Identification[]>({ task: "identify", files }),
    inspect: (files, password, now) => ask<Inspection>({ task: "inspect", files, password, now }),
    read: (files, password) => ask<Material>({ task: "read", files, password }),
  };
}

const namesOf = (files: readonly CertificateFile[]): string => files.map(({ name }) => name).join(", ");
