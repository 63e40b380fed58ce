// The thread that works on signatures: it takes one task, answers it, and ends.
import { parentPort } from "node:worker_threads";
import { directSignatures } from "../../app/cws/signatures.ts";
import { asLockstepError } from "../../app/errors.ts";
import type { TaskAnswer } from "../thread-task.ts";
import { zlibCompression } from "./compression.ts";
import type { SignatureTask } from "./message.ts";

const signatures = directSignatures(zlibCompression);

function perform(task: SignatureTask): Promise<unknown> {
  switch (task.task) {
    case "sign": return signatures.sign(task.algorithm, task.pieces, task.privateKey);
    case "diagnose": return signatures.diagnose(task.question);
  }
}

parentPort?.once("message", (task: SignatureTask) => {
  void perform(task).then(
    (value): TaskAnswer => ({ ok: true, value }),
    (thrown: unknown): TaskAnswer => ({ ok: false, error: asLockstepError(thrown).report() }),
  ).then((answer) => parentPort?.postMessage(answer));
});
