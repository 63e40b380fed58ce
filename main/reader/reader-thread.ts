// The thread that reads certificate files: it takes one task, answers it, and ends. Whatever a file does to it, only it is hurt.
import { parentPort } from "node:worker_threads";
import { directReader } from "../../app/certificates/reader.ts";
import { asLockstepError } from "../../app/errors.ts";
import type { TaskAnswer } from "../thread-task.ts";
import type { ReadingTask } from "./message.ts";

function perform(task: ReadingTask): Promise<unknown> {
  switch (task.task) {
    case "identify": return directReader.identify(task.files);
    case "inspect": return directReader.inspect(task.files, task.password, task.now);
    case "read": return directReader.read(task.files, task.password);
  }
}

parentPort?.once("message", (task: ReadingTask) => {
  void perform(task).then(
    (value): TaskAnswer => ({ ok: true, value }),
    // The text of a fault may quote what it met, and here that may be a password.
    (thrown: unknown): TaskAnswer => ({ ok: false, error: { ...asLockstepError(thrown).report(), ...(isFault(thrown) && { message: "Lockstep met a condition that it does not know while reading a file." }) } }),
  ).then((answer) => parentPort?.postMessage(answer));
});

const isFault = (thrown: unknown): boolean => asLockstepError(thrown).code === "internal";
