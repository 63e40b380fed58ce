// A site: NGINX in front of a SanteDB server, as a person describes it. Rendering it is in render.ts.
import { z } from "zod";
import { certificateSchema } from "../certificates/certificate.ts";
import { findingSchema } from "../finding.ts";

const port = z.number().int().min(1).max(65535);
/** An absolute path on the machine where NGINX runs. */
const path = z.string().min(1).max(4096);

export const siteSchema = z.strictObject({
  /** An iCDR is recommended to be on 8443, a dCDR on 443. */
  kind: z.enum(["icdr", "dcdr"]),
  serverNames: z.array(z.string().min(1).max(253)).min(1).max(50),
  /** Port for https; left out, what is recommended for the kind. */
  port: port.optional(),
  /** Port for http, from which clients are sent on; left out, 80; null for none. */
  redirectFrom: port.nullable().optional(),
  /** Addresses to listen on, IPv4 and IPv6; left out, all of both. */
  listenOn: z.array(z.string().min(1).max(64)).max(16).optional(),
  /** http://HOST:PORT of each SanteDB that answers; several share the load. */
  upstreams: z.array(z.string().min(1).max(2048)).min(1).max(32),
  /** Host that SanteDB listens under, as its addresses say; left out, that of the first upstream. */
  upstreamHost: z.string().min(1).max(260).optional(),
  /** The certificate with its intermediates, leaf first, and its key. */
  certificate: path,
  key: path,
  /** Asks clients for a certificate of these authorities. */
  clientCertificates: z.strictObject({ authorities: path, required: z.boolean() }).optional(),
  /** Tells browsers to ask this host name over https only, on every port. */
  hsts: z.boolean().optional(),
  webSocket: z.boolean().optional(),
  /** Left out, yes. */
  http2: z.boolean().optional(),
  /** Megabytes of a request's body; left out, 64. Seconds that SanteDB may take; left out, 120. */
  bodyMegabytes: z.number().int().min(1).max(10_240).optional(),
  timeoutSeconds: z.number().int().min(1).max(86_400).optional(),
  /** Version of NGINX that will read it, "1.22.1"; left out, one that suits 1.19.4 and newer. */
  nginxVersion: z.string().max(32).optional(),
});
export type Site = Readonly<z.infer<typeof siteSchema>>;

export const renderedSiteSchema = z.strictObject({
  /** A name for the file, after kind and host name. */
  fileName: z.string(),
  text: z.string(),
  findings: z.array(findingSchema),
});
export type RenderedSite = Readonly<z.infer<typeof renderedSiteSchema>>;

export const siteFindingSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(["error", "warning", "information"]),
  /** Name of the file that it is about, and its line counted from 1. */
  file: z.string(),
  line: z.number().int(),
  message: z.string(),
  mend: z.string(),
});
export type SiteFinding = Readonly<z.infer<typeof siteFindingSchema>>;

/** A certificate or key that a site names, as it was found where NGINX would read it. */
export const materialSchema = z.strictObject({
  path,
  /** Base64; null where there is no such file, or it may not be read. */
  content: z.base64().max(4 * 1024 * 1024).nullable(),
  /** Rights as POSIX numbers them (0o600); null where the system has none. */
  mode: z.number().int().min(0).max(0o7777).nullable(),
});
export type SiteMaterial = Readonly<z.infer<typeof materialSchema>>;

/** A file of NGINX that Lockstep wrote, as it stands on the machine. */
export const publishedSiteSchema = z.strictObject({
  /** Name of the file, by which it is unpublished. */
  fileName: z.string(),
  path: z.string(),
  /** Whether NGINX reads it: linked, where the machine has a folder of links. */
  enabled: z.boolean(),
  serverNames: z.array(z.string()),
  /** Port for https, and that from which clients are sent on; null where the file has none. */
  port: z.number().int().nullable(),
  redirectFrom: z.number().int().nullable(),
  /** http://HOST:PORT of each. */
  upstreams: z.array(z.string()),
  /** Path of the certificate, and the certificate that is read there; null where it cannot be read. */
  certificatePath: z.string().nullable(),
  certificate: certificateSchema.nullable(),
  /** What it was written from; null where it was changed by hand since, or another version of Lockstep wrote it. */
  site: siteSchema.nullable(),
  /** What is wrong with it; codes as `proxy lint` gives them. */
  findings: z.array(siteFindingSchema),
});
export type PublishedSite = Readonly<z.infer<typeof publishedSiteSchema>>;

export const proxyStateSchema = z.strictObject({
  /** The NGINX of this machine; null where there is none. */
  nginx: z.strictObject({
    version: z.string(), running: z.boolean(),
    /** Folder of the files, and that of the links which turn them on; null where there is none such. */
    files: z.string(), links: z.string().nullable(),
  }).nullable(),
  /** Why nothing can be published from here; null where it can. */
  reason: z.string().nullable(),
  sites: z.array(publishedSiteSchema),
});
export type ProxyState = Readonly<z.infer<typeof proxyStateSchema>>;
