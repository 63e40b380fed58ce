// A binding: the HTTP.sys record that gives an address and port, or a name and port, its certificate.
import { z } from "zod";
import { flagDefaults } from "./flag-defaults.ts";

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
  /** Of the newest generation (Server 2025). That netsh takes these two by the same rule of naming is not proven. */
  disablesessionid: z.boolean().optional(),
  enablecachingclienthello: z.boolean().optional(),
});

/** What a record carries that netsh has no parameter for: it is lost when the record is removed and added again. */
export const unsettableSchema = z.strictObject({
  /** Bits of DefaultFlags and of DefaultCertCheckMode that no flag names. */
  flags: z.number().int().nonnegative(),
  checkMode: z.number().int().nonnegative(),
  /** PropertyIds of the extended properties that have a value of their own: 0 receive window, 1 limits of HTTP/2 settings. */
  properties: z.array(z.number().int().nonnegative()),
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
  /** Left out where there is nothing of the kind. */
  unsettable: unsettableSchema.optional(),
});

export type BindingFamily = z.infer<typeof bindingFamilySchema>;
export type Unsettable = Readonly<z.infer<typeof unsettableSchema>>;
export type BindingFlags = Readonly<z.infer<typeof bindingFlagsSchema>>;
export type Binding = Readonly<z.infer<typeof bindingSchema>>;

/** An endpoint taken apart: a CCS record has no host. An IPv6 address stands without its brackets. */
export interface EndpointParts {
  readonly family: BindingFamily;
  readonly host: string;
  readonly port: number;
}

const portNumber = (digits: string): number | null => {
  const port = Number(digits);
  return port >= 1 && port <= 65535 ? port : null;
};

/** Whether a text is an IPv4 address in its four decimal parts. */
export const isIPv4 = (host: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(host);

/** Whether a text without brackets is an IPv6 address, an embedded IPv4 address and a zone allowed. Source: RFC 4291, 2.2. */
export function isIPv6(host: string): boolean {
  const [address = "", zone, ...more] = host.split("%");
  if (more.length > 0 || zone === "" || address.length > 45) return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    for (const [place, part] of parts.entries()) {
      const last = place === parts.length - 1 && index === halves.length - 1;
      if (/^[\da-f]{1,4}$/i.test(part)) groups += 1;
      else if (last && isIPv4(part)) groups += 2;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 && (groups > 0 || address === "::") : groups === 8;
}

/** Takes "0.0.0.0:9200", "[::]:9200", "name:443" or "443" apart. Null for anything else. */
export function parseEndpoint(endpoint: string): EndpointParts | null {
  const [, bracketed, named, digits = ""] = /^(?:\[([^[\]]+)\]:|([^\s:[\]]+):)?(\d{1,5})$/.exec(endpoint) ?? [];
  const port = portNumber(digits);
  if (port === null) return null;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { family: "ip", host: bracketed.toLowerCase(), port } : null;
  if (named === undefined) return { family: "ccs", host: "", port };
  if (isIPv4(named)) return { family: "ip", host: named, port };
  // A name whose last label is a number could only be an address gone wrong.
  return /^(?:[\p{L}\p{N}_*-]{1,63}\.)*(?!\d+$)[\p{L}\p{N}_*-]{1,63}\.?$/u.test(named) ? { family: "sni", host: named.toLowerCase(), port } : null;
}

/** Family of a written endpoint; null when it is none. */
export function familyOf(endpoint: string): BindingFamily | null {
  return parseEndpoint(endpoint)?.family ?? null;
}

/** Upper-case GUID in braces, from one with or without them; null when it is no GUID. */
export function parseGuid(text: string): string | null {
  const digits = /^\{?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\}?$/i.exec(text.trim())?.[1];
  return digits === undefined ? null : `{${digits.toUpperCase()}}`;
}

/** The flags that differ from their defaults, in the order of the schema. */
export function significantFlags(flags: BindingFlags): readonly (readonly [name: keyof BindingFlags, value: boolean | number | string])[] {
  const names = bindingFlagsSchema.keyof().options;
  return names.flatMap((name) => {
    const value = flags[name];
    return value === undefined || value === flagDefaults[name] ? [] : [[name, value] as const];
  });
}

/** Whether two records say the same; spelling of names, and members that only repeat a default, do not count. */
export function sameBinding(one: Binding, other: Binding): boolean {
  const fold = (binding: Binding): string => JSON.stringify([
    binding.endpoint.toLowerCase(), binding.family, binding.thumbprint?.toUpperCase() ?? null,
    binding.applicationId.toUpperCase(), binding.store.toUpperCase(), significantFlags(binding.flags),
  ]);
  return fold(one) === fold(other);
}
