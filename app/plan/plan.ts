// A plan: what will be done, in order, and how the machine answers now, so that putting back can be proven.
import { z } from "zod";
import { certificateSchema } from "../certificates/certificate.ts";
import { findingSchema } from "../finding.ts";
import { differenceLineSchema, operationSchema } from "./operation.ts";

export const planSchema = z.strictObject({
  /** "20261122-083015-9f3a": when it was made, and four random digits. */
  id: z.string().regex(/^\d{8}-\d{6}-[0-9a-f]{4}$/),
  title: z.string(),
  operations: z.array(operationSchema),
  /** Checks that held before the plan; they must hold again after everything is put back. */
  proof: z.array(operationSchema),
  findings: z.array(findingSchema),
  certificate: certificateSchema.nullable(),
  /** For the review and the record: the lines of each file that change. */
  differences: z.array(z.strictObject({ path: z.string(), lines: z.array(differenceLineSchema) })),
});
export type Plan = Readonly<z.infer<typeof planSchema>>;

/** What certificate.import needs and no plan may hold, by thumbprint. Secrets: kept in memory, dropped after use. */
export type Materials = ReadonlyMap<string, { readonly certificate: Uint8Array; readonly privateKey: Uint8Array | null }>;

const digits = (value: number, width = 2): string => String(value).padStart(width, "0");

/** An id that sorts by time and is read aloud without trouble. */
export function planId(now: Date, random: number): string {
  const date = `${digits(now.getUTCFullYear(), 4)}${digits(now.getUTCMonth() + 1)}${digits(now.getUTCDate())}`;
  const time = `${digits(now.getUTCHours())}${digits(now.getUTCMinutes())}${digits(now.getUTCSeconds())}`;
  return `${date}-${time}-${(random & 0xffff).toString(16).padStart(4, "0")}`;
}
