// One task done in a thread of its own, which is ended when it takes too long or too much.
import { Worker, type ResourceLimits } from "node:worker_threads";
import { fromReport, problem, type ErrorReport, type LockstepError } from "../app/errors.ts";

/** What the thread's program posts, once: it takes one message, answers it, and ends. */
export type TaskAnswer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorReport };

export interface ThreadTask {
  /** Path of the thread's built program. */
  readonly program: string;
  readonly message: unknown;
  /** Milliseconds. */
  readonly limit: number;
  readonly resourceLimits: ResourceLimits;
  /** What is thrown when time or memory ran out. */
  readonly tooLong: () => LockstepError;
  /** Begins "… ended without an answer". */
  readonly who: string;
}

/** Gives what the program answers, or throws what it threw; the thread is gone then. */
export function inThread<Value>({ program, message, limit, resourceLimits, tooLong, who }: ThreadTask): Promise<Value> {
  return new Promise((resolve, reject) => {
    // Neither environment nor arguments, nor anything of this process's standard streams: no task needs them.
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
    worker.once("message", (answer: TaskAnswer) => end(() => (answer.ok ? resolve(answer.value as Value) : reject(fromReport(answer.error)))));
    worker.once("error", (thrown: Error & { code?: string }) => end(() => reject(
      thrown.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooLong() : problem("internal", { problem: `${who} ended (${thrown.code ?? thrown.name})` }, { cause: thrown }),
    )));
    worker.once("exit", () => end(() => reject(problem("internal", { problem: `${who} ended without an answer` }))));
    worker.postMessage(message);
  });
}
