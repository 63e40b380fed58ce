// A binding: the HTTP.sys record that gives an address and port, or a name and port, its certificate.
import { z } from "zod";

/** `ip`: "0.0.0.0:9200", "[::]:9200", "10.1.2.3:443"; `sni`: "name:443"; `ccs`: a bare port. Source: netsh http add sslcert. */
export const bindingFamilySchema = z.enum(["ip", "sni", "ccs"]);

/**
 * Everything else a record carries. Names are those of `netsh http add sslcert`; a member left out is at its default.
 * Kept as written on replacement, so that nobody's setting is lost with a certificate.
 */
export const bindingFlagsSchema = z.strictObject({
  verifyclientcertrevocation: z.boolean().optional(),
  verifyrevocationwithcachedclientcertonly: z.boolean().optional(),
  usagecheck: z.boolean().optional(),
  revocationfreshnesstime: z.number().int().nonnegative().optional(),
  urlretrievaltimeout: z.number().int().nonnegative().optional(),
  sslctlidentifier: z.string().optional(),
  sslctlstorename: z.string().optional(),
  dsmapperusage: z.boolean().optional(),
  clientcertnegotiation: z.boolean().optional(),
  reject: z.boolean().optional(),
  disablehttp2: z.boolean().optional(),
  disablequic: z.boolean().optional(),
  disablelegacytls: z.boolean().optional(),
  disabletls12: z.boolean().optional(),
  disabletls13: z.boolean().optional(),
  disableocspstapling: z.boolean().optional(),
  enabletokenbinding: z.boolean().optional(),
  logextendedevents: z.boolean().optional(),
  enablesessionticket: z.boolean().optional(),
});

export const bindingSchema = z.strictObject({
  endpoint: z.string(),
  family: bindingFamilySchema,
  /** Upper-case hexadecimal; null for a CCS record, which names no certificate. */
  thumbprint: z.string().nullable(),
  /** GUID in braces, upper case. */
  applicationId: z.string(),
  /** Name of a known owner of the applicationId ("SanteDB", "IIS", …), else null. */
  application: z.string().nullable(),
  /** Store name as Windows means it: an omitted one is "MY". */
  store: z.string(),
  flags: bindingFlagsSchema,
});

export type BindingFamily = z.infer<typeof bindingFamilySchema>;
export type BindingFlags = Readonly<z.infer<typeof bindingFlagsSchema>>;
export type Binding = Readonly<z.infer<typeof bindingSchema>>;
