// A SanteDB instance as found through its service, with what its configuration says. Discovery is in discovery.ts.
import { z } from "zod";
import { certificateSchema } from "../certificates/certificate.ts";
import { findingSchema } from "../finding.ts";
import { bindingSchema } from "../http-sys/binding.ts";
import { configurationViewSchema } from "./configuration-view.ts";

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

export const candidateSchema = z.strictObject({
  path: z.string(),
  /** Which versions of SanteDB look there. */
  rule: z.string(),
  /** `used` is what the service reads; a `decoy` exists and is not read; `absent` does not exist. */
  state: z.enum(["used", "decoy", "absent"]),
  /** When it was last written; null where it does not exist. */
  modified: z.string().nullable(),
});
export type Candidate = Readonly<z.infer<typeof candidateSchema>>;

export const instanceDetailSchema = z.strictObject({
  ...instanceSchema.shape,
  displayName: z.string(),
  /** Command line as the service control manager stores it, secrets blotted out. */
  imagePath: z.string(),
  /** Version of its program; null where the machine cannot tell. */
  version: z.string().nullable(),
  /** 0 when not running. */
  processId: z.number().int(),
  /** Null where the account is not known on this machine. */
  accountSid: z.string().nullable(),
  /** Where its configuration may lie, in the order in which it is looked for. */
  candidates: z.array(candidateSchema),
  /** Null where it cannot be read; the findings say why. */
  configuration: configurationViewSchema.nullable(),
  /** Records of HTTP.sys for its port. */
  bindings: z.array(bindingSchema),
  /** Services that it needs, and those that need it. */
  dependencies: z.array(z.string()),
  dependants: z.array(z.string()),
  /** `to`: this instance is joined to that iCDR; `by`: that dCDR is joined to this one. `instance` is null when it is not of this machine. */
  joins: z.array(z.strictObject({ direction: z.enum(["to", "by"]), instance: z.string().nullable(), address: z.string() })),
  /** Links on the desktop and in the Start menu that lead to its port. */
  shortcuts: z.array(z.strictObject({ path: z.string(), url: z.string() })),
});
export type InstanceDetail = Readonly<z.infer<typeof instanceDetailSchema>>;
