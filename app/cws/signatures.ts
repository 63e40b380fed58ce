// The port for work on signatures that may take long: bodies of a hundred megabytes, a thousand variants of one, a thousand keys.
import { createPrivateKey, type PrivateKeyInput } from "node:crypto";
import type { Algorithm } from "./algorithm.ts";
import type { Compression } from "./body-variants.ts";
import type { Diagnosis } from "./cws-view.ts";
import { diagnose, diagnoseValid, type DiagnosisQuestion } from "./diagnosis.ts";
import { signPieces, type Pieces } from "./signature.ts";

/** Each call ends within bounds that the adapter names, or throws diagnosis-too-long. */
export interface Signatures {
  /** The signature in base64. `privateKey` is clear PKCS #8 of an RSA key. */
  sign(algorithm: Algorithm, pieces: Pieces, privateKey: Uint8Array): Promise<string>;
  diagnose(question: DiagnosisQuestion): Promise<Diagnosis>;
  /** The diagnosis of what holds, at once and by the short way; null for all else. The body is hashed in the thread that asks. */
  check(question: DiagnosisQuestion): Diagnosis | null;
}

/** Works in the thread that asks: for a worker, and for tests. */
export function directSignatures(compression: Compression): Signatures {
  return {
    // The typings ask for a Buffer; any Uint8Array is taken.
    sign: (algorithm, pieces, privateKey) => Promise.resolve().then(() => signPieces(algorithm, pieces, createPrivateKey({ key: privateKey, format: "der", type: "pkcs8" } as PrivateKeyInput))),
    diagnose: (question) => Promise.resolve().then(() => diagnose(question, compression)),
    check: diagnoseValid,
  };
}
