// A finding: something a check has to say about a certificate, a configuration or a machine.
import { z } from "zod";

export const findingSchema = z.strictObject({
  /** Stable, kebab-case; support staff search for it. */
  code: z.string(),
  severity: z.enum(["error", "warning", "information"]),
  message: z.string(),
  hint: z.string(),
});

export type Finding = Readonly<z.infer<typeof findingSchema>>;
