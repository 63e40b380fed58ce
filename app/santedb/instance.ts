// A SanteDB instance as found through its service, with what its configuration says. Discovery is in discovery.ts.
import { z } from "zod";
import { certificateSchema } from "../certificates/certificate.ts";
import { findingSchema } from "../finding.ts";

export const serviceStateSchema = z.enum([
  "stopped", "start-pending", "stop-pending", "running", "continue-pending", "pause-pending", "paused",
]);
export type ServiceState = z.infer<typeof serviceStateSchema>;

export const instanceSchema = z.strictObject({
  name: z.string(),
  product: z.enum(["dcdr-www", "dcdr-gateway", "icdr"]),
  generation: z.enum(["v2", "v3"]),
  /** Windows service name, "sdb-www-default". */
  service: z.string(),
  state: serviceStateSchema,
  /** Account as the service control manager names it. */
  account: z.string(),
  /** The file that the service reads; null when none of the candidates exists. */
  configFile: z.string().nullable(),
  scheme: z.enum(["http", "https"]).nullable(),
  /** Host as the configuration has it: "0.0.0.0", "127.0.0.1", a name. */
  host: z.string().nullable(),
  port: z.number().int().nullable(),
  endpoints: z.array(z.strictObject({ service: z.string(), contract: z.string(), address: z.string() })),
  /** The certificate that the winning IPv4 binding of the port names, when it is in the store; null otherwise. */
  certificate: certificateSchema.nullable(),
  /** What keeps this instance from being understood or secured. */
  findings: z.array(findingSchema),
});

export type Instance = Readonly<z.infer<typeof instanceSchema>>;
