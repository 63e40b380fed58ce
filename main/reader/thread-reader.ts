// Certificate files read in a thread of their own, which is ended when it takes too long or too much.
import { Worker } from "node:worker_threads";
import type { Identification, Inspection, Material } from "../../app/certificates/certificate.ts";
import type { CertificateFile } from "../../app/certificates/read.ts";
import type { CertificateReader } from "../../app/certificates/reader.ts";
import { fromReport, problem, type LockstepError } from "../../app/errors.ts";
import type { ReadingAnswer, ReadingTask } from "./message.ts";

/** Milliseconds for one task. The slowest files of real programs take a third of it. */
export const readingLimit = 5000;

/** MiB that the thread's objects may take; with the files themselves it stays below 256. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/**
 * A reader that starts one thread a task. `program` is the built form of reader-thread.ts. Calls throw what the readers
 * throw, and reading-too-long where the thread was ended after `limit` milliseconds or by its limit of memory.
 */
export function createThreadReader(program: string, limit: number = readingLimit): CertificateReader {
  return {
    identify: (files) => ask<readonly Identification[]>(program, limit, { task: "identify", files }),
    inspect: (files, password, now) => ask<Inspection>(program, limit, { task: "inspect", files, password, now }),
    read: (files, password) => ask<Material>(program, limit, { task: "read", files, password }),
  };
}

function ask<Value>(program: string, limit: number, task: ReadingTask): Promise<Value> {
  const tooLong = (): LockstepError => problem("reading-too-long", { file: namesOf(task.files), seconds: Math.round(limit / 1000) });
  return new Promise((resolve, reject) => {
    // Neither environment nor arguments, nor anything of this process's standard streams: a reader needs none of them.
    const worker = new Worker(program, { resourceLimits, env: {}, argv: [], execArgv: [], stdin: false, stdout: true, stderr: true });
    const timer = setTimeout(() => end(() => reject(tooLong())), limit);
    let ended = false;
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      settle();
      void worker.terminate();
    };
    worker.once("message", (answer: ReadingAnswer) => end(() => (answer.ok ? resolve(answer.value as Value) : reject(fromReport(answer.error)))));
    worker.once("error", (thrown: Error & { code?: string }) => end(() => reject(
      thrown.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooLong() : problem("internal", { problem: `the reader of certificates ended (${thrown.code ?? thrown.name})` }, { cause: thrown }),
    )));
    worker.once("exit", () => end(() => reject(problem("internal", { problem: "the reader of certificates ended without an answer" }))));
    worker.postMessage({ ...task, files: task.files.map(({ name, content }) => ({ name, content: new Uint8Array(content) })) });
  });
}

const namesOf = (files: readonly CertificateFile[]): string => files.map(({ name }) => name).join(", ");
