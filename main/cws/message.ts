// What goes between a host and the thread that works on signatures for it.
import type { Algorithm } from "../../app/cws/algorithm.ts";
import type { DiagnosisQuestion } from "../../app/cws/diagnosis.ts";
import type { Pieces } from "../../app/cws/signature.ts";

/** One task a thread; the key travels in memory. */
export type SignatureTask =
  | { readonly task: "sign"; readonly algorithm: Algorithm; readonly pieces: Pieces; readonly privateKey: Uint8Array }
  | { readonly task: "diagnose"; readonly question: DiagnosisQuestion };
