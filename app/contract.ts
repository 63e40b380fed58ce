// The contract: every question a window may ask and every event it may hear. All hosts are derived from this object.
import { z } from "zod";
import {
  certificateSchema, identificationSchema, inspectionSchema, pendingRequestSchema, storedCertificateSchema, storedDetailSchema, storeSchema, thumbprintSchema, useSchema,
} from "./certificates/certificate.ts";
import {
  addedKeyUserSchema, algorithmSchema, diagnosisSchema, examinedKeySchema, exchangeSchema, exportedKeyUserSchema, generatedKeyUserSchema, keyUserSchema, listenerStateSchema, methodSchema,
  receivedSchema, serviceVersionSchema, signedSchema, snippetLanguages, snippetSchema,
} from "./cws/cws-view.ts";
import { findingSchema } from "./finding.ts";
import { bindingFlagsSchema, bindingSchema } from "./http-sys/binding.ts";
import { explanationSchema, reservationCheckSchema, transcriptSchema } from "./http-sys/http-sys-view.ts";
import { reservationSchema } from "./http-sys/reservation.ts";
import { transcriptLimit } from "./http-sys/transcript-lines.ts";
import { materialSchema, proxyStateSchema, renderedSiteSchema, siteFindingSchema, siteSchema } from "./nginx/site.ts";
import { differenceLineSchema, fileChangeSchema, operationViewSchema } from "./plan/operation.ts";
import { backupSchema, configurationViewSchema } from "./santedb/configuration-view.ts";
import { instanceDetailSchema, instanceSchema, serviceStateSchema } from "./santedb/instance.ts";

/** Bytes of a certificate file at most; no real one comes near. */
export const certificateFileLimit = 10 * 1024 * 1024;

const nothing = z.strictObject({});

/** A file as a window or a command hands it over: base64 in the contract, so that every host can carry it. */
export const uploadedFileSchema = z.strictObject({
  name: z.string().max(260),
  content: z.base64().max(Math.ceil(certificateFileLimit / 3) * 4),
});
export type UploadedFile = Readonly<z.infer<typeof uploadedFileSchema>>;

const files = z.array(uploadedFileSchema).min(1).max(16);
const password = z.string().max(1024);

/** Certificate material with what opens it. The password is used and forgotten. */
const certificateFiles = z.strictObject({ files, password: password.optional() });
export type CertificateFiles = Readonly<z.infer<typeof certificateFiles>>;

/**
 * An authority's answer, to be joined with the key of its request: of the request named, or from a file, or of whichever
 * pending request it answers. The password opens that key.
 */
const answerFiles = z.strictObject({
  answer: files,
  request: z.string().max(64).optional(),
  key: uploadedFileSchema.optional(),
  password: password.optional(),
});
export type AnswerFiles = Readonly<z.infer<typeof answerFiles>>;

const storeReference = z.strictObject({ store: storeSchema, thumbprint: thumbprintSchema });

export const importRequestSchema = z.strictObject({
  source: z.union([certificateFiles, answerFiles]),
  /** Puts roots of the files into the machine's Root store as well; without it they are left out. */
  includeRoots: z.boolean().optional(),
  allowExpired: z.boolean().optional(),
});
export type ImportRequest = Readonly<z.infer<typeof importRequestSchema>>;

export const convertRequestSchema = z.strictObject({
  source: z.union([certificateFiles, answerFiles, storeReference]),
  /** `pfx-legacy` is 3DES and SHA-1, for Windows Server 2016 and older. */
  to: z.enum(["pem", "der", "pfx", "pfx-legacy"]),
  /** Protects what is written; left out, the source's password does. */
  newPassword: password.optional(),
  /** Leaves the private key out. */
  withoutKey: z.boolean().optional(),
});
export type ConvertRequest = Readonly<z.infer<typeof convertRequestSchema>>;

export const convertedSchema = z.strictObject({
  /** A name for the file, after the certificate's. */
  fileName: z.string(),
  content: z.base64(),
  /** The certificates in it, the one with the key first. */
  certificates: z.array(certificateSchema),
  hasPrivateKey: z.boolean(),
  findings: z.array(findingSchema),
});
export type Converted = Readonly<z.infer<typeof convertedSchema>>;

/** Kinds of key that a request can be made for. */
export const keyTypes = ["rsa:2048", "rsa:3072", "rsa:4096", "ec:p256", "ec:p384"] as const;
export const keyTypeSchema = z.enum(keyTypes);

export const signingRequestSchema = z.strictObject({
  commonName: z.string().max(260),
  /** DNS names and IP addresses beside the common name. */
  names: z.array(z.string().max(260)).max(100),
  keyType: keyTypeSchema,
  organization: z.string().max(64).optional(),
  organizationalUnit: z.string().max(64).optional(),
  locality: z.string().max(128).optional(),
  state: z.string().max(128).optional(),
  country: z.string().max(2).optional(),
  /** Encrypts the key until the answer comes; left out, a secret that Lockstep keeps does. */
  password: password.optional(),
});
export type SigningRequest = Readonly<z.infer<typeof signingRequestSchema>>;

export const requestedSchema = z.strictObject({
  ...pendingRequestSchema.shape,
  /** The encrypted key in PEM, to be kept elsewhere as well. */
  encryptedKey: z.string(),
});
export type Requested = Readonly<z.infer<typeof requestedSchema>>;

export const planSourceSchema = z.union([certificateFiles, z.strictObject({ thumbprint: thumbprintSchema })]);

/** A URL without a path, under which clients reach an instance from outside. */
const externalAddress = z.string().max(2048);

/** What may be changed in a configuration besides its addresses; each only where it is asked for. */
const configurationWishes = {
  /** Whether clients must show a certificate: `clientCerts` of every endpoint of the port, and the behaviour that reads it. */
  clientCertificates: z.boolean().optional(),
  /** Thumbprints of authorities in the machine's stores whose client certificates are taken. */
  clientIssuers: z.array(thumbprintSchema).max(100).optional(),
  /** The REST section's `baseAddress`. */
  baseAddress: externalAddress.optional(),
  /** The FHIR section's `base`: its scheme, host and port; the path stays. */
  fhirBase: externalAddress.optional(),
};

/** A configuration by the path of its file, or by the name of its instance or service. */
const configurationName = z.string().min(1).max(4096);

export const configurationRequestSchema = z.strictObject({
  of: configurationName,
  address: z.string().max(260).optional(),
  port: z.number().int().min(1).max(65535).optional(),
  /** Written into the endpoints as the iCDR's Configuration Tool does. A thumbprint of the machine's Personal store. */
  certificate: thumbprintSchema.optional(),
  ...configurationWishes,
});
export type ConfigurationRequest = Readonly<z.infer<typeof configurationRequestSchema>>;

export const secureRequestSchema = z.strictObject({
  /** Name of the instance or its service, or the path of its configuration. */
  instance: z.string().max(4096),
  certificate: planSourceSchema,
  /** Account that the service runs as; left out, the service control manager is asked. */
  account: z.string().max(260).optional(),
  /** Host part of the addresses: "0.0.0.0" for all, "127.0.0.1" for this computer only. Left out, it stays as it is. */
  address: z.string().max(260).optional(),
  port: z.number().int().min(1).max(65535).optional(),
  /** Host name that is also proven; left out, the machine's or the certificate's own. */
  hostName: z.string().max(260).optional(),
  allowExpired: z.boolean().optional(),
  takeOver: z.boolean().optional(),
  /** Who speaks TLS; left out, Windows' HTTP.sys there and NGINX on Linux. */
  by: z.enum(["http-sys", "nginx", "mono"]).optional(),
  /** With NGINX: the site before the instance. What is left out is taken from the certificate and the instance; `port` above is then the instance's own. */
  site: siteSchema.omit({ kind: true, upstreams: true, certificate: true, key: true }).partial().optional(),
  ...configurationWishes,
});
export type SecureRequest = Readonly<z.infer<typeof secureRequestSchema>>;

/** A site to be published, and its certificate: by the paths that the site names, or out of files or the machine's store. */
export const publishRequestSchema = z.strictObject({
  site: z.strictObject({ ...siteSchema.shape, certificate: siteSchema.shape.certificate.optional(), key: siteSchema.shape.key.optional() }),
  certificate: planSourceSchema.optional(),
  allowExpired: z.boolean().optional(),
});
export type PublishRequest = Readonly<z.infer<typeof publishRequestSchema>>;

export const bindingRequestSchema = z.strictObject({
  /** "0.0.0.0:9200", "[::]:9200", "name:443", or a port alone for the central certificate store. */
  endpoint: z.string().max(300),
  /** Thumbprint of a certificate of the machine's Personal store; left out, that of the present record. */
  certificate: thumbprintSchema.optional(),
  /** GUID of the application; left out, that of the present record, or SanteDB's. */
  applicationId: z.string().max(64).optional(),
  /** Those that are named change; all others stay as they are. */
  flags: bindingFlagsSchema.optional(),
  takeOver: z.boolean().optional(),
});
export type BindingRequest = Readonly<z.infer<typeof bindingRequestSchema>>;

const reservedUrl = z.string().min(1).max(2048);

export const reservationRequestSchema = z.strictObject({
  /** scheme://host:port/path/, where the host may be "+" or "*". */
  url: reservedUrl,
  /** In any spelling that Windows accepts, or a SID. */
  account: z.string().min(1).max(260),
  /** Whether the account may pass the right on, too. */
  delegate: z.boolean().optional(),
});
export type ReservationRequest = Readonly<z.infer<typeof reservationRequestSchema>>;

export const replaceRequestSchema = z.strictObject({
  /** Thumbprint of the certificate that is to go. */
  old: thumbprintSchema,
  certificate: planSourceSchema,
  allowExpired: z.boolean().optional(),
  takeOver: z.boolean().optional(),
});
export type ReplaceRequest = Readonly<z.infer<typeof replaceRequestSchema>>;

/** What a client is to be explained: an address or a name of this machine with a port, "[::1]:9200", "clinic.example.org". */
export const explainRequestSchema = z.strictObject({
  target: z.string().min(1).max(400),
  /** Name that the client asks for at an address. */
  serverName: z.string().max(260).optional(),
  /** Output of `netsh http show sslcert` of another machine, whose records are explained in place of this one's. */
  transcript: z.string().max(transcriptLimit).optional(),
});
export type ExplainRequest = Readonly<z.infer<typeof explainRequestSchema>>;

export const verifiedSchema = z.strictObject({
  address: z.string(),
  port: z.number().int(),
  serverName: z.string().nullable(),
  /** Of the certificate really served; null over plain http. */
  thumbprint: thumbprintSchema.nullable(),
  protocol: z.string(),
  /** Path that was asked for, and the status of the answer; null where no HTTP answer came. */
  path: z.string(),
  httpStatus: z.number().int().nullable(),
});
export type Verified = Readonly<z.infer<typeof verifiedSchema>>;

export const planViewSchema = z.strictObject({
  planId: z.string(),
  /** The configuration files that it changes. */
  files: z.array(fileChangeSchema),
  title: z.string(),
  outcome: z.enum(["planned", "unchanged"]),
  operations: z.array(operationViewSchema),
  findings: z.array(findingSchema),
  /** The certificate that will be served, for a plan that serves one. */
  certificate: certificateSchema.nullable(),
  /** What was proven while planning; filled where nothing is to be done. */
  verified: z.array(verifiedSchema),
});
export type PlanView = Readonly<z.infer<typeof planViewSchema>>;

export const appliedSchema = z.strictObject({
  outcome: z.enum(["applied", "unchanged", "undone", "planned", "kept"]),
  planId: z.string(),
  files: z.array(fileChangeSchema),
  title: z.string(),
  operations: z.array(operationViewSchema),
  verified: z.array(verifiedSchema),
  findings: z.array(findingSchema),
});
export type Applied = Readonly<z.infer<typeof appliedSchema>>;

export const outcomeSchema = z.enum(["applied", "undone", "failed", "cancelled", "interrupted", "not-put-back", "kept"]);
/**
 * What became of a change: `applied`; `undone` on request or by recovery; `failed` or `cancelled`, and all put back;
 * `interrupted`, neither done nor undone; `not-put-back`, undoing failed; `kept`, left half done because a person said so.
 */
export type Outcome = z.infer<typeof outcomeSchema>;

export const historyEntrySchema = z.strictObject({
  id: z.string(),
  at: z.string(),
  title: z.string(),
  outcome: outcomeSchema,
  /** Account name of the person at the keyboard. */
  by: z.string(),
});
export type HistoryEntry = Readonly<z.infer<typeof historyEntrySchema>>;

export const historyStepSchema = z.strictObject({
  operation: operationViewSchema,
  state: z.enum(["pending", "running", "done", "already", "failed", "undone", "not-undone"]),
  at: z.string().nullable(),
});

export const errorReportSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  aftermath: z.enum(["untouched", "put-back", "not-put-back"]),
  command: z.array(z.string()).optional(),
  output: z.string().optional(),
  planId: z.string().optional(),
});

export const historyDetailSchema = z.strictObject({
  ...historyEntrySchema.shape,
  finishedAt: z.string().nullable(),
  steps: z.array(historyStepSchema),
  verified: z.array(verifiedSchema),
  error: errorReportSchema.nullable(),
  canUndo: z.boolean(),
  /** For an interrupted change: whether it can also be carried through. */
  canFinish: z.boolean(),
});
export type HistoryDetail = Readonly<z.infer<typeof historyDetailSchema>>;

export const machineDescriptionSchema = z.strictObject({
  kind: z.enum(["windows", "linux", "practice"]),
  hostName: z.string(),
  /** Changes here need administrator rights, so the commit button carries the shield. */
  elevates: z.boolean(),
  /** An interrupted change that must be undone or finished before anything else; its id. */
  interrupted: z.string().nullable(),
});
export type MachineDescription = Readonly<z.infer<typeof machineDescriptionSchema>>;

export const serviceSchema = z.strictObject({
  name: z.string(),
  displayName: z.string(),
  state: serviceStateSchema,
  account: z.string(),
  /** Null where the account is not known on this machine. */
  accountSid: z.string().nullable(),
  processId: z.number().int(),
  startType: z.enum(["automatic", "manual", "disabled"]),
  /** Services that it needs, and those that need it. */
  dependencies: z.array(z.string()),
  dependants: z.array(z.string()),
});

export const progressSchema = z.strictObject({
  planId: z.string(),
  direction: z.enum(["forward", "back"]),
  /** Index into the plan's operations, going on with the checks of the old state when put back; the count of operations. */
  step: z.number().int(),
  of: z.number().int(),
  title: z.string(),
  state: z.enum(["running", "done", "already", "failed"]),
});
export type Progress = Readonly<z.infer<typeof progressSchema>>;

/** Bytes of one piece of a body, and of a body. */
export const bodyPieceLimit = 4 * 1024 * 1024;
export const bodyLimit = 128 * 1024 * 1024;
/** Characters of a header line that is looked at. */
export const headerLimit = 1024 * 1024;

/** A public key in whatever form it came: the bytes of a file, or pasted text in UTF-8. */
const publicKeySource = z.strictObject({
  key: uploadedFileSchema,
  /** Takes what is sound but not PEM, or the public half of a private key, and makes of it what CorEMR takes. */
  convert: z.boolean().optional(),
});

const keyUserName = z.string().max(1024);

export const addKeyUserSchema = z.strictObject({
  name: keyUserName,
  ...publicKeySource.shape,
  /** Takes a key of 1024 to 2047 bits all the same. */
  allowWeak: z.boolean().optional(),
  /** Name of the key user that this one is to take over from. */
  replaces: keyUserName.optional(),
});
export type AddKeyUser = Readonly<z.infer<typeof addKeyUserSchema>>;

export const generateKeyUserSchema = z.strictObject({
  name: keyUserName,
  keyBits: z.union([z.literal(2048), z.literal(3072), z.literal(4096)]),
  /** Path of the file that is made for the private key. One that is there is never overwritten. */
  privateKeyFile: z.string().min(1).max(4096),
  /** Encrypts the private key. */
  password: password.optional(),
  replaces: keyUserName.optional(),
});
export type GenerateKeyUser = Readonly<z.infer<typeof generateKeyUserSchema>>;

/** A body: its bytes where it is small, or what was put together piece by piece. Left out, it is empty. */
const bodySource = z.union([z.strictObject({ content: z.base64().max(Math.ceil(bodyPieceLimit / 3) * 4) }), z.strictObject({ id: z.string().max(64) })]);
export type BodySource = Readonly<z.infer<typeof bodySource>>;

/** What is signed of a request. `undocumented` says what DELETE, PATCH and OPTIONS sign; left out, their body. */
const requestParts = { method: methodSchema, body: bodySource.optional(), undocumented: z.enum(["body", "empty"]).optional() };

const signingParts = {
  user: keyUserName,
  /** The private key: PEM or DER in any form. Used and forgotten. */
  key: uploadedFileSchema,
  password: password.optional(),
  algorithm: algorithmSchema,
  ...requestParts,
};
export const signRequestSchema = z.strictObject(signingParts);
export type SignRequest = Readonly<z.infer<typeof signRequestSchema>>;

export const diagnoseRequestSchema = z.strictObject({
  /** The whole line or its value, exactly as a client sent it, line breaks and all. */
  header: z.string().max(headerLimit),
  ...requestParts,
  /** The user whose key it should be; left out, the one that the header names. */
  user: keyUserName.optional(),
  /** A key by itself, in place of the registered ones. */
  publicKey: uploadedFileSchema.optional(),
  /** Of the services that the header is for; left out, V2. */
  version: serviceVersionSchema.optional(),
  /** URL that was asked, which a mistaken client may have signed. */
  url: z.string().max(8192).optional(),
});
export type DiagnoseRequest = Readonly<z.infer<typeof diagnoseRequestSchema>>;

export const sendRequestSchema = z.strictObject({
  ...signingParts,
  url: z.string().max(8192),
  /** Further headers, such as Content-Type; those that Lockstep sets itself are refused. */
  headers: z.array(z.strictObject({ name: z.string().max(256), value: z.string().max(16_384) })).max(100).optional(),
  /** CorEMR's public key, with which answers are signed; and the header that carries that signature, Authorization where left out. */
  answerKey: uploadedFileSchema.optional(),
  answerHeader: z.string().max(256).optional(),
  /** Sends although the server's certificate is not trusted, or over plain http to another computer. */
  allowUntrusted: z.boolean().optional(),
});
export type SendRequest = Readonly<z.infer<typeof sendRequestSchema>>;

export const snippetRequestSchema = z.strictObject({
  language: z.enum(snippetLanguages), user: keyUserName, algorithm: algorithmSchema, method: methodSchema, url: z.string().max(8192),
});
export type SnippetRequest = Readonly<z.infer<typeof snippetRequestSchema>>;

const query = <Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output) => ({ kind: "query", input, output }) as const;
const command = <Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output) => ({ kind: "command", input, output }) as const;
const event = <Payload extends z.ZodType>(payload: Payload) => ({ kind: "event", payload }) as const;

const planReference = z.strictObject({ planId: z.string().max(64) });
const historyReference = z.strictObject({ id: z.string().max(64) });
const serviceReference = z.strictObject({ name: z.string().max(260) });
/** `endProcess` lets a process be ended that does not stop in time. */
const serviceControl = z.strictObject({ ...serviceReference.shape, endProcess: z.boolean().optional() });
const configurationReference = z.strictObject({ of: configurationName });
const backupReference = z.strictObject({ of: configurationName, backup: z.string().min(1).max(4096) });

/** A query changes nothing on the machine; a command does, or lets go of something held. */
export const contract = {
  machine: {
    describe: query(nothing, machineDescriptionSchema),
  },
  certificate: {
    /** Throws password-needed, password-wrong, certificate-unreadable, certificate-missing, cipher-unsupported, file-empty. */
    inspect: query(certificateFiles, inspectionSchema),
    /** Says what files are and how they are protected, from what is in the clear. No password is needed and no key derived. */
    identify: query(z.strictObject({ files }), z.array(identificationSchema)),
    list: query(nothing, z.array(storedCertificateSchema)),
    /** Throws not-found. */
    show: query(z.strictObject({ ...storeReference.shape, hostName: z.string().max(260).optional() }), storedDetailSchema),
    whereUsed: query(z.strictObject({ thumbprint: thumbprintSchema }), z.array(useSchema)),
    /** Leaves and their keys to Personal, intermediates to their store. Throws what reading throws, and private-key-missing. */
    planImport: query(importRequestSchema, planViewSchema),
    /** Throws not-found, certificate-in-use unless forced. */
    planRemove: query(z.strictObject({ ...storeReference.shape, force: z.boolean().optional() }), planViewSchema),
    /** Throws what reading throws, new-password-needed, key-not-exportable, answer-mismatch. */
    convert: query(convertRequestSchema, convertedSchema),
    /** Makes a key and a request for it, and keeps both until the answer comes. Throws request-invalid. */
    request: command(signingRequestSchema, requestedSchema),
    /** The requests that wait for their answer, newest first. */
    requests: query(nothing, z.array(pendingRequestSchema)),
    /** Lets go of a request and its key for good. */
    discardRequest: command(z.strictObject({ id: z.string().max(64) }), nothing),
  },
  binding: {
    list: query(nothing, z.array(bindingSchema)),
    /** Which record answers a client, and why no other does. Throws input-invalid. */
    explain: query(explainRequestSchema, explanationSchema),
    /** Throws input-invalid, not-found, private-key-missing, binding-foreign. */
    planSet: query(bindingRequestSchema, planViewSchema),
    planRemove: query(z.strictObject({ endpoint: z.string().max(300), takeOver: z.boolean().optional() }), planViewSchema),
  },
  reservation: {
    list: query(nothing, z.array(reservationSchema)),
    /** Every configured address with the reservation that decides, and every reservation with what needs it. */
    check: query(nothing, reservationCheckSchema),
    /** Throws input-invalid, account-unknown, reservation-conflict. */
    planAdd: query(reservationRequestSchema, planViewSchema),
    /** Takes the whole away, or one account out of it. Throws not-found as well. */
    planRemove: query(z.strictObject({ url: reservedUrl, account: z.string().max(260).optional() }), planViewSchema),
  },
  listenList: {
    /** Addresses that HTTP.sys listens on; empty means all. */
    show: query(nothing, z.strictObject({ addresses: z.array(z.string()), findings: z.array(findingSchema) })),
  },
  transcript: {
    /** Reads pasted console output of another machine. Nothing of this machine is looked at. */
    read: query(z.strictObject({ text: z.string().max(transcriptLimit) }), transcriptSchema),
  },
  instance: {
    list: query(nothing, z.array(instanceSchema)),
    /** By the name of the instance or its service, or the path of a file that it reads. Throws not-found, input-invalid for a name that several have. */
    show: query(z.strictObject({ name: z.string().max(4096) }), instanceDetailSchema),
  },
  configuration: {
    /** Throws not-found, and what keeps the file or one that it includes from being read. */
    show: query(configurationReference, configurationViewSchema),
    /** Moves the addresses of a port to https, or back to http; stops and starts the service where a running one reads the file. */
    planSecure: query(configurationRequestSchema, planViewSchema),
    planUnsecure: query(configurationRequestSchema, planViewSchema),
    /** Copies beside the file, newest first. */
    backups: query(configurationReference, z.array(backupSchema)),
    /** The lines in which the present file differs from a backup: "-" stands in the file, "+" in the backup. */
    compare: query(backupReference, z.strictObject({ file: z.string(), backup: z.string(), lines: z.array(differenceLineSchema) })),
    planRestore: query(backupReference, planViewSchema),
  },
  service: {
    list: query(nothing, z.array(serviceSchema)),
    /** What starting, stopping or restarting would do, services that depend on it included. */
    plan: query(z.strictObject({ ...serviceControl.shape, verb: z.enum(["start", "stop", "restart"]) }), planViewSchema),
    start: command(serviceControl, appliedSchema),
    stop: command(serviceControl, appliedSchema),
    restart: command(serviceControl, appliedSchema),
  },
  endpoint: {
    /** Reads the machine and says what securing would do. The plan is held until applied or the host ends. */
    planSecure: query(secureRequestSchema, planViewSchema),
    /** Takes TLS off an instance again: configuration, binding and reservation together. */
    planUnsecure: query(z.strictObject({ instance: z.string().max(4096), port: z.number().int().min(1).max(65535).optional() }), planViewSchema),
    /** One certificate in the place of another, in every record and configuration of this machine. */
    planReplaceCertificate: query(replaceRequestSchema, planViewSchema),
  },
  proxy: {
    /** The file for a site, always the same for the same site. Throws input-invalid for what no file can hold. */
    render: query(siteSchema, renderedSiteSchema),
    /** What is wrong with files of NGINX, or with one that `nginx -T` printed. The first is read; others are what it includes. */
    lint: query(z.strictObject({ files: z.array(uploadedFileSchema).min(1).max(2000), materials: z.array(materialSchema).max(200).optional() }), z.strictObject({ findings: z.array(siteFindingSchema) })),
    /** The NGINX of this machine and the sites that Lockstep wrote for it. */
    state: query(nothing, proxyStateSchema),
    /** Writes the site, turns it on, has NGINX take it, and proves it. Throws nginx-missing, nginx-broken, site-foreign, site-name-taken, upstream-silent, port-taken, and what reading the certificate throws. */
    planPublish: query(publishRequestSchema, planViewSchema),
    /** By the file's name, or a host name that only one site has. Throws not-found, input-invalid, nginx-missing, nginx-broken. */
    planUnpublish: query(z.strictObject({ name: z.string().min(1).max(300) }), planViewSchema),
  },
  keyUser: {
    /** Active ones first, by name; then retired ones, the newest first. Throws key-users-damaged. */
    list: query(nothing, z.array(keyUserSchema)),
    /** Says what was given for a public key, and what CorEMR would be given. Keeps nothing. Throws public-key-unusable, private-key-given. */
    examine: query(publicKeySource, examinedKeySchema),
    /** Throws also key-user-name, key-user-exists, key-user-case, key-known, key-not-pem unless converting, key-weak. */
    add: command(addKeyUserSchema, addedKeyUserSchema),
    /** No longer active; its name may be given again, its key may not. Throws not-found. */
    retire: command(z.strictObject({ name: keyUserName }), keyUserSchema),
    /** What CorEMR's staff needs to register it. Throws not-found. */
    export: query(z.strictObject({ name: keyUserName }), exportedKeyUserSchema),
    /** A path in the user's own folder for a private key of that name; nothing is made. */
    suggestFile: query(z.strictObject({ name: keyUserName }), z.strictObject({ path: z.string() })),
    /** Makes a pair, writes the private half to its file, and adds the public one. Throws also file-exists, file-unwritable. */
    generate: command(generateKeyUserSchema, generatedKeyUserSchema),
  },
  body: {
    /** Begins a body that comes in pieces. It is held until it is discarded, was not used for half an hour, or a newer one needs its room. */
    begin: command(nothing, z.strictObject({ id: z.string() })),
    /** Throws not-found, body-too-large. Gives the bytes so far. */
    append: command(z.strictObject({ id: z.string().max(64), content: z.base64().max(Math.ceil(bodyPieceLimit / 3) * 4) }), z.strictObject({ bytes: z.number().int() })),
    discard: command(z.strictObject({ id: z.string().max(64) }), nothing),
  },
  signature: {
    /** Throws signing-key-unusable, password-needed, password-wrong, key-user-name. */
    sign: query(signRequestSchema, signedSchema),
    /** Whether a header holds, with the findings of the diagnosis where it does not. Throws not-found, public-key-unusable. */
    diagnose: query(diagnoseRequestSchema, diagnosisSchema),
    /** Signs and sends, following no redirect. Throws also address-refused, not-listening, handshake-failed, http-failed. */
    send: command(sendRequestSchema, exchangeSchema),
    snippet: query(snippetRequestSchema, snippetSchema),
  },
  listener: {
    /** A local endpoint that checks what clients send, against the registered users. Port 0 or none takes a free one. Throws port-taken. */
    start: command(z.strictObject({ port: z.number().int().min(0).max(65535).optional(), version: serviceVersionSchema.optional(), undocumented: z.enum(["body", "empty"]).optional() }), listenerStateSchema),
    stop: command(nothing, listenerStateSchema),
    state: query(nothing, listenerStateSchema),
    /** The newest requests, oldest first, at most ten times a second; `valid` and `invalid` count all. */
    received: event(z.strictObject({ valid: z.number().int(), invalid: z.number().int(), received: z.array(receivedSchema) })),
  },
  plan: {
    apply: command(planReference, appliedSchema),
    /** Asks a running plan to stop before its next step and put everything back. */
    cancel: command(planReference, nothing),
    progress: event(progressSchema),
  },
  history: {
    list: query(nothing, z.array(historyEntrySchema)),
    show: query(historyReference, historyDetailSchema),
    /** What undoing would do, step by step. */
    planUndo: query(historyReference, planViewSchema),
    undo: command(historyReference, appliedSchema),
    /** For every interrupted change: put it back, carry it through, or leave the machine as it is and only close the record. */
    recover: command(z.strictObject({ direction: z.enum(["undo", "finish", "keep"]) }), z.array(appliedSchema)),
    /** Raised whenever an entry was added or its outcome changed. */
    changed: event(historyReference),
  },
} as const;

export type Contract = typeof contract;
