// What an examined key needs a person's word for before it is added.
import type { ExaminedKey } from "../../../app/cws/cws-view.ts";

/** `convert`: it is not what CorEMR takes, but can be made so. `weak`: it is shorter than recommended, and nothing else speaks against it. */
export function wordsNeeded({ form, findings }: ExaminedKey): readonly ("convert" | "weak")[] {
  return [
    ...(form !== "pem" ? ["convert" as const] : []),
    ...(findings.some(({ code }) => code === "key-short") ? ["weak" as const] : []),
  ];
}
