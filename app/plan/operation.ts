// An operation: one thing a plan does to a machine. A closed union; its inverse is an operation again.
import { z } from "zod";
import { thumbprintSchema } from "../certificates/certificate.ts";
import { bindingSchema } from "../http-sys/binding.ts";
import { siteSchema } from "../nginx/site.ts";

const port = z.number().int().min(1).max(65535);
const sha256 = z.string().regex(/^[0-9A-F]{64}$/);
const store = z.enum(["My", "CA", "Root"]);
/** DER in base64. A certificate is public; its key never stands in an operation. */
const der = z.base64().max(100_000);

export const changeSchema = z.strictObject({
  service: z.string(),
  contract: z.string(),
  from: z.string(),
  to: z.string(),
  /** Of the attribute's value, both counted from 1, columns in UTF-16 units. */
  line: z.number().int(),
  column: z.number().int(),
});
/** One address of a configuration that changes. */
export type Change = Readonly<z.infer<typeof changeSchema>>;

export const settingSchema = z.strictObject({
  name: z.enum(["certificate", "clientCerts", "clientCertificateBehavior", "baseAddress", "fhirBase"]),
  /** The service and endpoint, or the section, that it belongs to. */
  of: z.string(),
  /** As a person reads it; "" for what is not there. */
  from: z.string(),
  to: z.string(),
  line: z.number().int(),
  column: z.number().int(),
});
/** One thing of a configuration, beside its addresses, that changes. */
export type Setting = Readonly<z.infer<typeof settingSchema>>;

export const spliceSchema = z.strictObject({
  /** In bytes from the start of the file, byte order mark included. */
  offset: z.number().int().nonnegative(),
  /** Text that must stand there, and text that takes its place, both in the file's own encoding once written. */
  remove: z.string(),
  insert: z.string(),
});
export type Splice = Readonly<z.infer<typeof spliceSchema>>;

const manager = z.enum(["systemd", "init"]);

/** A file as it is put whole; null for none. Of text that everybody may read: a site, a certificate with its intermediates. */
const wholeFile = z.strictObject({ text: z.string().max(4 * 1024 * 1024), mode: z.number().int().min(0).max(0o7777) }).nullable();

/** How the NGINX of the machine is called, and whether it ran when the plan was made. */
const nginxCall = {
  arguments: z.array(z.string()),
  service: z.strictObject({ name: z.string(), manager }).nullable(),
  wasRunning: z.boolean(),
};

const monoUser = z.strictObject({ name: z.string(), environment: z.array(z.tuple([z.string(), z.string()])) });

export const operationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("certificate.import"), store, thumbprint: thumbprintSchema, subject: z.string(), withKey: z.boolean(), certificate: der.optional() }),
  /** `certificate` is kept where removing can be undone: where no key is lost with it. */
  z.strictObject({ kind: z.literal("certificate.remove"), store, thumbprint: thumbprintSchema, subject: z.string(), certificate: der.optional() }),
  z.strictObject({ kind: z.literal("reservation.add"), url: z.string(), sddl: z.string(), account: z.string() }),
  z.strictObject({ kind: z.literal("reservation.remove"), url: z.string(), sddl: z.string(), account: z.string() }),
  z.strictObject({ kind: z.literal("binding.set"), previous: bindingSchema.nullable(), next: bindingSchema }),
  z.strictObject({ kind: z.literal("binding.remove"), previous: bindingSchema }),
  z.strictObject({
    kind: z.literal("file.write"), path: z.string(), backup: z.string(), sha256Before: sha256, sha256After: sha256,
    splices: z.array(spliceSchema), changes: z.array(changeSchema), settings: z.array(settingSchema).optional(),
  }),
  /** Gives a file the content of another one, such as a backup; what it was is kept as `backup`. */
  z.strictObject({ kind: z.literal("file.replace"), path: z.string(), source: z.string(), backup: z.string(), sha256Before: sha256, sha256After: sha256 }),
  z.strictObject({ kind: z.literal("file.restore"), path: z.string(), backup: z.string(), sha256Before: sha256, sha256After: sha256 }),
  /** `endProcess` is the process that may be ended where the service does not stop in time; without it, it is left alone. */
  z.strictObject({ kind: z.literal("service.stop"), service: z.string(), manager: manager.optional(), endProcess: z.number().int().positive().optional() }),
  z.strictObject({ kind: z.literal("service.start"), service: z.string(), manager: manager.optional() }),
  /** Puts, changes or removes a file whole. `of` says what it is, for its title: "site" of NGINX, or "chain". */
  z.strictObject({ kind: z.literal("file.put"), path: z.string(), of: z.enum(["site", "chain"]), previous: wholeFile, next: wholeFile }),
  /** Makes, changes or removes a symbolic link. */
  z.strictObject({ kind: z.literal("link.set"), path: z.string(), previous: z.string().nullable(), next: z.string().nullable() }),
  /** That NGINX takes its configuration as it is, before anything of it is changed. Undoing it has NGINX take what was put back. */
  z.strictObject({ kind: z.literal("proxy.check"), ...nginxCall }),
  /** NGINX takes the configuration that is there: by a reload, or by starting where it did not run. */
  z.strictObject({ kind: z.literal("proxy.reload"), ...nginxCall }),
  /** NGINX ends, as it did not run before. */
  z.strictObject({ kind: z.literal("proxy.stop"), ...nginxCall }),
  /** What Mono presents on a port to whom `user` listens for; null for nothing. `folder` is where the pair is handed over. */
  z.strictObject({
    kind: z.literal("mono.bind"), user: monoUser, program: z.string(), port, folder: z.string(), previous: thumbprintSchema.nullable(), next: thumbprintSchema.nullable(),
  }),
  /** That the site, tried in an NGINX of its own, does what it must: names, certificate, redirect, forwarded headers, size of bodies. */
  z.strictObject({ kind: z.literal("verify.site"), site: siteSchema, thumbprint: thumbprintSchema }),
  /** That clients which come over http are sent on to `location`. */
  z.strictObject({ kind: z.literal("verify.redirect"), address: z.string(), port, host: z.string(), path: z.string(), location: z.string() }),
  /** That clients who ask for `serverName` there are no longer shown the certificate: nobody listens, the handshake is refused, or another one is shown. */
  z.strictObject({ kind: z.literal("verify.absence"), address: z.string(), port, serverName: z.string().nullable(), thumbprint: thumbprintSchema }),
  z.strictObject({
    kind: z.literal("verify.tls"), address: z.string(), port, serverName: z.string().nullable(), thumbprint: thumbprintSchema,
    /** Asked for after the handshake, whatever the answer; left out, the root. */
    path: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("verify.http"), scheme: z.enum(["http", "https"]), address: z.string(), port,
    serverName: z.string().nullable(), host: z.string(), path: z.string(),
    /** The status that SanteDB itself gives there; left out, any that is SanteDB's own. */
    status: z.number().int().optional(),
  }),
  /** That the file, read again, has these addresses: SanteDB puts an older file in place of one that it cannot read. */
  z.strictObject({
    kind: z.literal("verify.configuration"), path: z.string(),
    endpoints: z.array(z.strictObject({ service: z.string(), contract: z.string(), address: z.string() })),
  }),
]);

export type Operation = Readonly<z.infer<typeof operationSchema>>;
export type OperationOf<Kind extends Operation["kind"]> = Extract<Operation, { kind: Kind }>;

/** One line of a file difference. */
export const differenceLineSchema = z.strictObject({
  sign: z.enum([" ", "-", "+"]),
  /** Line number in the old file for " " and "-", in the new one for "+". */
  line: z.number().int(),
  text: z.string(),
});
export type DifferenceLine = Readonly<z.infer<typeof differenceLineSchema>>;

/** A configuration file that a plan changes. */
export const fileChangeSchema = z.strictObject({
  file: z.string(),
  changes: z.array(changeSchema),
  settings: z.array(settingSchema),
  sha256Before: z.string(),
  sha256After: z.string(),
  /** Where the file is kept as it was. */
  backup: z.string(),
});
export type FileChange = Readonly<z.infer<typeof fileChangeSchema>>;

/** An operation as people see it: what it does, and exactly what it runs. */
export const operationViewSchema = z.strictObject({
  kind: z.string(),
  title: z.string(),
  /** Argument arrays, run as they stand, in this order; empty where no program is run. */
  commands: z.array(z.array(z.string())),
  /** Thumbprint, path, or what the step needs to find; one line each. */
  details: z.array(z.string()),
  /** For a file: the lines that change, with their neighbours. */
  difference: z.array(differenceLineSchema).nullable(),
});
export type OperationView = Readonly<z.infer<typeof operationViewSchema>>;
