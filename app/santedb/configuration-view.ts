// A configuration as a window or a command shows it: its files, sections, services and URLs, each with its place.
import { z } from "zod";
import { findingSchema } from "../finding.ts";

/** What a section is for, as far as addresses are concerned. */
export const sectionRoles = ["rest", "hl7", "client", "upstream", "oauth", "fhir", "data", "security", "applications", "other"] as const;
export type SectionRole = (typeof sectionRoles)[number];

/** What a REST service is for, by its contract. */
export const serviceRoles = ["authentication", "hdsi", "ami", "bis", "application", "web", "fhir", "gs1", "documentation", "other"] as const;
export type ServiceRole = (typeof serviceRoles)[number];

/** What a URL outside the endpoints means. Lockstep lists them and changes none, but where it is asked to. */
export const urlRoles = ["upstream", "client", "issuer", "fhir-base", "base-address", "cors", "hl7-listener", "other"] as const;
export type UrlRole = (typeof urlRoles)[number];

/** Where something stands: line and column counted from 1. */
const place = { file: z.string(), line: z.number().int() };

export const endpointViewSchema = z.strictObject({
  contract: z.string(),
  address: z.string(),
  /** `other` is none of HTTP.sys's business (llp); `invalid` keeps the service from starting. */
  kind: z.enum(["http", "other", "invalid"]),
  scheme: z.string().nullable(),
  host: z.string().nullable(),
  port: z.number().int().nullable(),
  path: z.string().nullable(),
  /** Who can reach it: this computer alone, everyone over any of its addresses, or those who use this one host. */
  reach: z.enum(["this-computer", "every-address", "one-host"]).nullable(),
  /** Value by which the file names a certificate; null where it names none. It does not decide what is served. */
  certificate: z.string().nullable(),
  /** Whether the file asks for client certificates; null where it does not say. */
  clientCertificates: z.boolean().nullable(),
  ...place,
  column: z.number().int(),
});

export const serviceViewSchema = z.strictObject({
  name: z.string(),
  role: z.enum(serviceRoles),
  implementation: z.string(),
  /** Type names of its service behaviours, without their assemblies. */
  behaviors: z.array(z.string()),
  endpoints: z.array(endpointViewSchema),
  ...place,
});
export type ServiceView = Readonly<z.infer<typeof serviceViewSchema>>;

export const sectionViewSchema = z.strictObject({
  /** Local name of its type: "RestConfigurationSection". */
  name: z.string(),
  role: z.enum(sectionRoles),
  /** Encrypted by SanteDB: kept byte for byte. */
  protected: z.boolean(),
  ...place,
});

export const urlViewSchema = z.strictObject({
  role: z.enum(urlRoles),
  value: z.string(),
  /** Local name of the element, and of the attribute; null for the element's text. */
  element: z.string(),
  attribute: z.string().nullable(),
  ...place,
});
export type UrlView = Readonly<z.infer<typeof urlViewSchema>>;

export const configurationViewSchema = z.strictObject({
  /** The file that was asked for. */
  file: z.string(),
  generation: z.enum(["v2", "v3"]).nullable(),
  version: z.string().nullable(),
  /** The file and those that it includes, in the order in which SanteDB reads them. */
  files: z.array(z.strictObject({
    file: z.string(),
    encoding: z.string(),
    size: z.number().int(),
    sha256: z.string(),
    /** The file that includes it, and the line there; null for the first. */
    includedBy: z.strictObject(place).nullable(),
  })),
  /** The file in which the REST section stands; null where none has it. */
  restFile: z.string().nullable(),
  /** External address behind a proxy, where the REST section names one. */
  baseAddress: z.string().nullable(),
  sections: z.array(sectionViewSchema),
  services: z.array(serviceViewSchema),
  urls: z.array(urlViewSchema),
  findings: z.array(findingSchema),
});
export type ConfigurationView = Readonly<z.infer<typeof configurationViewSchema>>;

export const backupKinds = ["lockstep", "santedb", "configuration-tool", "other"] as const;

export const backupSchema = z.strictObject({
  file: z.string(),
  /** Who made it: Lockstep before a change, SanteDB at every save, its Configuration Tool, or a person. */
  kind: z.enum(backupKinds),
  /** When it was made: from its name where that tells, else when the file was last written. */
  at: z.string(),
  /** Bytes on the disk. */
  size: z.number().int(),
  /** Of its content, unpacked where it is compressed; null where Lockstep cannot unpack it. */
  sha256: z.string().nullable(),
  /** What it is to the present file. */
  relation: z.enum(["same", "different", "unknown"]),
  /** Scheme of its endpoints; null where they cannot be read, or have none or both. */
  scheme: z.enum(["http", "https"]).nullable(),
  /** The change before which Lockstep made it, and whether it still is what was kept then; null for others'. */
  change: z.string().nullable(),
  intact: z.boolean().nullable(),
  /** Whether it can be restored, and compared. */
  readable: z.boolean(),
});
export type Backup = Readonly<z.infer<typeof backupSchema>>;
