// What an examined key needs a person's word for before it is added.
import type { ExaminedKey } from "../../../app/cws/cws-view.ts";

/** Bits below which a key is weak. */
const leastBits = 2048;

/** `convert`: it is not what CorEMR takes, but can be made so. `weak`: it is shorter than recommended. */
export function wordsNeeded({ form, changes, keyBits, findings }: ExaminedKey): readonly ("convert" | "weak")[] {
  return [
    ...(form !== "pem" || changes.length > 0 ? ["convert" as const] : []),
    ...(keyBits < leastBits || findings.some(({ code }) => code === "key-weak") ? ["weak" as const] : []),
  ];
}
