// What the contract says about HTTP.sys beyond its records: explanations, checks, and pasted output read.
import { z } from "zod";
import { certificateSchema } from "../certificates/certificate.ts";
import { findingSchema } from "../finding.ts";
import { serviceStateSchema } from "../santedb/instance.ts";
import { bindingFamilySchema, bindingFlagsSchema, bindingSchema } from "./binding.ts";

const answerSchema = z.strictObject({
  /** Address of this machine that the client reaches, without brackets. */
  address: z.string(),
  port: z.number().int(),
  /** Name that the client asks for; null when it sends none. */
  serverName: z.string().nullable(),
  /** Endpoint of the record that answers; null when none does. */
  winner: z.string().nullable(),
  thumbprint: z.string().nullable(),
  /** Every record of the port, the winner first. */
  considered: z.array(z.strictObject({ endpoint: z.string(), reason: z.string() })),
  /** Whole sentence: what the client sees. */
  outcome: z.string(),
});
export type Answer = Readonly<z.infer<typeof answerSchema>>;

export const explanationSchema = z.strictObject({
  ...answerSchema.shape,
  /** The record that answers, whole. */
  binding: bindingSchema.nullable(),
  /** The certificate that it names, where the machine's store has it. */
  certificate: certificateSchema.nullable(),
  /** The same for every address asked about; the first is the one above. */
  answers: z.array(answerSchema),
  findings: z.array(findingSchema),
});
export type Explanation = Readonly<z.infer<typeof explanationSchema>>;

/**
 * `reserved`: its account may listen. `not-needed`: its account may listen on anything. The rest keeps it from starting
 * or from being reached: nobody reserved it; only the other scheme is; it is reserved for other accounts; a stronger
 * reservation takes its requests.
 */
export const endpointStateSchema = z.enum(["reserved", "not-needed", "missing", "wrong-scheme", "other-account", "shadowed"]);

export const checkedEndpointSchema = z.strictObject({
  instance: z.string(),
  address: z.string(),
  /** As HTTP.sys registers it. */
  prefix: z.string(),
  /** Account that the service runs as, and its SID; null where it is not known here. */
  account: z.string(),
  accountSid: z.string().nullable(),
  state: endpointStateSchema,
  /** The reservation that decides; null where there is none. */
  reservation: z.string().nullable(),
  /** Whole sentences. */
  message: z.string(),
  hint: z.string(),
});
export type CheckedEndpoint = Readonly<z.infer<typeof checkedEndpointSchema>>;

/** `used` by an address that is configured; `left-over` from one that is not any more; `slashless` helps nobody; `other` is none of SanteDB's business. */
export const reservationStateSchema = z.enum(["used", "left-over", "shadowing", "slashless", "other"]);
export const checkedReservationSchema = z.strictObject({ url: z.string(), state: reservationStateSchema, message: z.string() });
export type CheckedReservation = Readonly<z.infer<typeof checkedReservationSchema>>;

export const reservationCheckSchema = z.strictObject({ endpoints: z.array(checkedEndpointSchema), reservations: z.array(checkedReservationSchema) });
export type ReservationCheck = Readonly<z.infer<typeof reservationCheckSchema>>;

export const transcriptOptionSchema = z.strictObject({
  label: z.string(),
  value: z.string(),
  /** The flag that it is, by its place in the record; null where the place does not tell. */
  flag: z.string().nullable(),
});

export const transcriptBindingSchema = z.strictObject({
  endpoint: z.string(),
  family: bindingFamilySchema,
  /** Null where the text holds none, or not all of it. */
  thumbprint: z.string().nullable(),
  applicationId: z.string().nullable(),
  application: z.string().nullable(),
  /** "MY" where netsh printed "(null)"; null where the text ends before it. */
  store: z.string().nullable(),
  /** Those whose value is known in the language of the text. */
  flags: bindingFlagsSchema,
  /** Every line after the store, as it stands. */
  options: z.array(transcriptOptionSchema),
  extended: z.array(z.strictObject({ id: z.number().int(), values: z.array(z.string()) })),
  /** Line of the text on which the record begins. */
  line: z.number().int(),
});
export type TranscriptBinding = Readonly<z.infer<typeof transcriptBindingSchema>>;

export const transcriptReservationSchema = z.strictObject({
  url: z.string(),
  /** Null where the text ends before it, or where it cannot be read. */
  sddl: z.string().nullable(),
  accounts: z.array(z.strictObject({ name: z.string(), sid: z.string().nullable(), rights: z.array(z.enum(["listen", "delegate"])) })),
  line: z.number().int(),
});
export type TranscriptReservation = Readonly<z.infer<typeof transcriptReservationSchema>>;

export const transcriptServiceSchema = z.strictObject({
  name: z.string(),
  state: serviceStateSchema.nullable(),
  /** Win32 exit code of the last run. */
  exitCode: z.number().int().nullable(),
  imagePath: z.string().nullable(),
  account: z.string().nullable(),
  line: z.number().int(),
});
export type TranscriptService = Readonly<z.infer<typeof transcriptServiceSchema>>;

export const transcriptRegistrationSchema = z.strictObject({ processId: z.number().int().nullable(), url: z.string(), line: z.number().int() });
export type TranscriptRegistration = Readonly<z.infer<typeof transcriptRegistrationSchema>>;

export const transcriptSchema = z.strictObject({
  bindings: z.array(transcriptBindingSchema),
  reservations: z.array(transcriptReservationSchema),
  /** Addresses that stand on a line of their own. */
  listenList: z.array(z.string()),
  services: z.array(transcriptServiceSchema),
  registrations: z.array(transcriptRegistrationSchema),
  /** Why the command failed; null where the text is no failure. `code` is the Win32 code, null where the text has none. */
  failure: z.strictObject({ code: z.number().int().nullable(), reason: z.string(), remedy: z.string() }).nullable(),
  findings: z.array(findingSchema),
});
export type Transcript = Readonly<z.infer<typeof transcriptSchema>>;
