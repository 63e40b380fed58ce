// The emulated HTTP.sys tables: certificate records, reservations and listen list, as they stand in http-sys.json.
import { z } from "zod";
import { applicationName } from "../../../app/http-sys/application.ts";
import { bindingFlagsSchema, familyOf, type Binding } from "../../../app/http-sys/binding.ts";
import type { Reservation } from "../../../app/http-sys/reservation.ts";
import { accountsOf } from "../../../app/http-sys/sddl.ts";

export const sslCertRecordSchema = z.strictObject({
  endpoint: z.string().max(300),
  /** Upper-case hexadecimal; null for a record of the central certificate store. */
  thumbprint: z.string().regex(/^(?:[0-9A-F]{2}){1,64}$/).nullable(),
  applicationId: z.string().max(40),
  /** Null where the command named none; netsh shows it as "(null)", and MY is meant. */
  store: z.string().max(260).nullable(),
  flags: bindingFlagsSchema,
});
export type SslCertRecord = Readonly<z.infer<typeof sslCertRecordSchema>>;

export const httpSysTablesSchema = z.strictObject({
  version: z.literal(1),
  sslcert: z.array(sslCertRecordSchema).max(10_000),
  urlacl: z.array(z.strictObject({ url: z.string().max(2048), sddl: z.string().max(8192) })).max(10_000),
  iplisten: z.array(z.string().max(64)).max(1000),
});
export type HttpSysTables = Readonly<z.infer<typeof httpSysTablesSchema>>;

/** The records as HTTP.sys's own interface gives them. */
export function bindingsOf({ sslcert }: HttpSysTables): readonly Binding[] {
  return sslcert.flatMap((record) => {
    const family = familyOf(record.endpoint);
    if (family === null) return [];
    const { endpoint, thumbprint, applicationId, store, flags } = record;
    return [{ endpoint, family, thumbprint, applicationId, application: applicationName(applicationId), store: store ?? "MY", flags }];
  });
}

export function reservationsOf({ urlacl }: HttpSysTables): readonly Reservation[] {
  return urlacl.map(({ url, sddl }) => ({ url, sddl, accounts: accountsOf(sddl) }));
}
