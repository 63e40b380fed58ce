// Work on signatures, in a thread of its own wherever it may take longer than a blink.
import { createPrivateKey } from "node:crypto";
import type { Diagnosis } from "../../app/cws/cws-view.ts";
import { diagnoseValid } from "../../app/cws/diagnosis.ts";
import { signPieces, type Pieces } from "../../app/cws/signature.ts";
import type { Signatures } from "../../app/cws/signatures.ts";
import { problem } from "../../app/errors.ts";
import { inThread } from "../thread-task.ts";
import type { SignatureTask } from "./message.ts";

/** Milliseconds for one task: variants of a body of 100 MB take a quarter of it. */
const taskLimit = 60_000;

/** MiB that the thread's objects may take; bodies and their variants are not among them. */
const resourceLimits = { maxOldGenerationSizeMb: 1536, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

/** Bytes that are hashed at once in the thread that asks: some milliseconds. */
const smallBody = 2 * 1024 * 1024;

/** Octets of a private key by which a signature takes some milliseconds: 4096 bits have 2,400. One of 16,384 bits takes half a second. */
const usualKey = 2500;

const bytesOf = (pieces: Pieces): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** `program` is the built form of signature-thread.ts. */
export function createThreadSignatures(program: string, limit: number = taskLimit): Signatures {
  const ask = <Value>(message: SignatureTask): Promise<Value> => inThread<Value>({
    program, message, limit, resourceLimits, who: "the thread for signatures", tooLong: () => problem("diagnosis-too-long", { seconds: Math.round(limit / 1000) }),
  });
  return {
    sign: (algorithm, pieces, privateKey) => bytesOf(pieces) <= smallBody && privateKey.length <= usualKey
      ? Promise.resolve().then(() => signPieces(algorithm, pieces, createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" })))
      : ask<string>({ task: "sign", algorithm, pieces, privateKey }),
    // What holds has nothing to be searched for.
    diagnose: async (question) => (bytesOf(question.body) <= smallBody ? diagnoseValid(question) : null) ?? ask<Diagnosis>({ task: "diagnose", question }),
    check: diagnoseValid,
  };
}
