// Every way Lockstep can refuse or fail: a closed set of codes, each with what happened and what to do.

/**
 * The catalogue. `{name}` in a message is filled from the error's details, whose names the compiler derives from the
 * text, so that a message can never be shown with a hole in it.
 */
const catalogue = {
  // Asking wrongly
  "usage": { message: "{problem}", hint: "Run `lockstep --help` for the verbs and their options." },
  "input-invalid": { message: "The request is not of the expected form: {problem}", hint: "Correct the value named and try again." },
  "not-found": { message: "There is no {what} named {name}.", hint: "List what there is, and use a name from that list." },
  "not-allowed": { message: "This request did not come from a Lockstep window.", hint: "Open the address that Lockstep printed when it started." },
  "host-unreachable": { message: "Lockstep does not answer.", hint: "It may have ended. Start it again and open the address that it prints." },
  "address-used": { message: "This address has been used already; it opens one window.", hint: "Go back to the browser in which it was opened first, or stop Lockstep and start it again for a new address." },
  "host-busy": { message: "Lockstep is answering too many requests at once.", hint: "Wait a moment, then try again." },
  "unsupported": { message: "{what} is not supported on this machine.", hint: "Choose another machine with --machine, or see the documentation." },

  // Certificates and keys
  "password-needed": { message: "{file} is protected by a password.", hint: "Type the password, or pass it with --password-file." },
  "new-password-needed": { message: "{file} holds a private key, and needs a password to protect it.", hint: "Choose one, or pass it with --out-password-file." },
  "password-wrong": { message: "The password does not open {file}.", hint: "Check the password: capitals, a blank at its end, the keyboard layout. The file itself is whole." },
  "certificate-unreadable": { message: "{file} cannot be read as a certificate: {problem}", hint: "Ask for the file again, as PFX or PEM; it may have been cut short or changed on its way." },
  "cipher-unsupported": { message: "{file} is encrypted with {cipher}, which Lockstep does not read.", hint: "Export it again with AES-256 or 3DES." },
  "reading-too-long": { message: "Reading {file} was given up after {seconds} seconds.", hint: "It asks for more work than any known program writes. Ask for the file again, as PFX or PEM." },
  "certificate-missing": { message: "{file} holds no certificate.", hint: "Choose the file that holds the server's certificate; a private key alone is not enough." },
  "private-key-missing": { message: "{file} holds no private key for {subject}.", hint: "Export the certificate again with its private key, or give the key file together with the certificate." },
  "private-key-mismatch": { message: "The private key in {file} does not belong to {subject}.", hint: "Find the key that was made with this certificate's request, or have the certificate issued again." },
  "certificate-expired": { message: "The certificate of {subject} ended on {notAfter}.", hint: "Have it renewed. To use it all the same, say so with --allow-expired." },
  "certificate-not-yet-valid": { message: "The certificate of {subject} is valid only from {notBefore}.", hint: "Check this machine's clock, or wait. To use it all the same, say so with --allow-expired." },
  "certificate-not-for-servers": { message: "The certificate of {subject} cannot prove a server: {reason}", hint: "Choose the server's own certificate, not the authority that issued it." },
  "leaf-ambiguous": { message: "{file} holds {count} server certificates; only one can be bound.", hint: "Keep the certificate to be used, its key and its intermediates in the file." },
  "certificate-in-use": { message: "The certificate of {subject} is in use by {uses}.", hint: "Replace it there first, or remove it all the same with --force." },
  "key-not-exportable": { message: "The private key of {subject} cannot leave this machine's store.", hint: "Export the certificate alone, or have it issued again with a new key." },
  "request-invalid": { message: "The certificate request cannot be made: {problem}", hint: "Correct it and try again; nothing was kept." },
  "answer-mismatch": { message: "{file} does not answer the request: {problem}", hint: "Give the certificate that was issued for this request, or the key that belongs to it." },

  // Files
  "file-not-found": { message: "{file} does not exist.", hint: "Check the path." },
  "file-unreadable": { message: "{file} cannot be read: {reason}", hint: "Check that it is a file and that you may read it." },
  "file-too-large": { message: "{file} has {size} bytes; at most {limit} are read.", hint: "This is hardly the right file. Choose the one meant." },
  "file-empty": { message: "{file} is empty.", hint: "Ask for the file again; nothing arrived." },
  "file-read-only": { message: "{file} is read-only.", hint: "Take the read-only mark off, or find out who set it, and try again." },
  "file-unwritable": { message: "{file} cannot be written: {reason}", hint: "Check the rights on its folder, and that the disk is neither full nor read-only." },
  "disk-full": { message: "There is no room left to write {file}.", hint: "Free some room on that disk and try again." },
  "file-exists": { message: "{file} is there already.", hint: "Choose another name, or move it away; nothing is overwritten." },
  "file-changed-while-read": { message: "{file} was changed while it was read.", hint: "Wait until whoever writes it is done, then try again." },
  "file-changed": { message: "{file} was changed by someone else since the review.", hint: "Review the change again; nothing of the newer version is overwritten." },

  // SanteDB
  "configuration-malformed": { message: "{file} is not well-formed XML at line {line}, column {column}: {problem}", hint: "Correct the file at that place; SanteDB would not read it either." },
  "configuration-doctype": { message: "{file} has a DOCTYPE at line {line}, column {column}, which Lockstep refuses.", hint: "Remove the DOCTYPE; a SanteDB configuration never has one." },
  "configuration-too-deep": { message: "{file} nests its elements more than {limit} deep.", hint: "This is hardly a SanteDB configuration. Choose the right file." },
  "configuration-too-many": { message: "{file} has more than {limit} {what}.", hint: "This is hardly a SanteDB configuration. Choose the right file." },
  "configuration-encoding": { message: "{file} is not text in {encoding}.", hint: "Save it in the encoding that its first line declares." },
  "configuration-not-santedb": { message: "{file} is not a SanteDB configuration: {problem}", hint: "Choose the file whose root is SanteDBConfiguration." },
  "configuration-no-rest": { message: "{file} has no REST section, so it has no addresses to secure.", hint: "The section may be in an included file; choose that one." },
  "configuration-no-endpoint": { message: "{file} has a REST section without endpoints.", hint: "Start the service once so that it writes its endpoints, then try again." },
  "configuration-two-rest": { message: "{file}, line {line}, column {column}: this is a second REST section; SanteDB reads only the first, in {first}.", hint: "Remove the second one, then try again." },
  "configuration-protected": { message: "The REST section of {file} (line {line}, column {column}) is encrypted.", hint: "Only SanteDB itself can change it." },
  "configuration-address": { message: "{file}, line {line}, column {column}: {address} is not an address SanteDB can listen on.", hint: "Correct it to http://HOST:PORT/PATH; 0.0.0.0 stands for every address, + and * are not allowed." },
  "configuration-include-missing": { message: "{file}, line {line}, column {column}: the included file {include} does not exist.", hint: "SanteDB would not start. It looks for {path}; put the file there, or take the include out." },
  "configuration-include-cycle": { message: "{file}, line {line}, column {column}: {include} includes itself, directly or through others.", hint: "Take one of the includes of the circle out; SanteDB would not start." },
  "configuration-duplicate-service": { message: "{file}, line {line}, column {column}: there is a service named {service} already, in line {first}.", hint: "SanteDB uses only the first of them. Remove or rename one, then try again." },
  "configuration-setting": { message: "{file}: {problem}", hint: "Correct it in the file, or leave that setting as it is." },
  "configuration-reverted": { message: "{file} does not have the addresses that were written: {reason}", hint: "SanteDB puts its own older copy in place of a file that it cannot read. See its log for why it could not." },
  "backup-unreadable": { message: "{file} cannot be restored or compared: {reason}", hint: "Choose another backup." },
  "configuration-mixed-schemes": { message: "{file}, line {line}, column {column}: port {port} has both http and https endpoints; Windows serves one scheme a port.", hint: "Give them different ports, or make all of them http, then try again." },
  "configuration-many-ports": { message: "{file} listens on several ports ({ports}).", hint: "Name the port to secure with --port." },

  // CorEMR's web services
  "public-key-unusable": { message: "{file} cannot be registered: {problem}", hint: "{remedy}" },
  "key-not-pem": { message: "{file} is {form}, and CorEMR takes a public key in PEM only.", hint: "It is sound: convert it with --convert, or tick “Convert it”." },
  "private-key-given": { message: "{file} is a private key ({form}), not a public one. It was not kept.", hint: "Whoever saw it can sign as its user: if it came by mail or chat, make a new pair. To register its public half all the same, convert it with --convert, or tick “Convert it”." },
  "key-weak": { message: "The key in {file} is too weak: {problem}", hint: "{remedy}" },
  "key-known": { message: "This key is that of the {state} key user {user} already.", hint: "Make a new pair: a key belongs to one user, and is never used again once retired." },
  "key-user-name": { message: "A key user cannot be named so: {problem}", hint: "Use letters, digits, dots, hyphens and underscores; in the header nothing is escaped." },
  "key-user-exists": { message: "There is an active key user named {name} already.", hint: "A key cannot be changed once added. Add the new key under a new name, or retire the old one first." },
  "key-user-case": { message: "There is an active key user named {name}, which differs only in capitals.", hint: "Choose a name that nobody can mix up with it: to CorEMR they are two users." },
  "key-users-damaged": { message: "The journal of key users is damaged at entry {entry}: {problem}", hint: "Nothing is read from it or added to it. Put {file} back from a backup, or move it away with its head and add the users again." },
  "signing-key-unusable": { message: "{file} cannot sign: {problem}", hint: "Give the RSA private key whose public half is registered, in PEM or DER." },
  "body-too-large": { message: "The body has more than {limit} bytes.", hint: "No known service takes such a body." },
  "address-refused": { message: "{url} is not asked: {problem}", hint: "{remedy}" },
  "diagnosis-too-long": { message: "The diagnosis was given up after {seconds} seconds.", hint: "Try a smaller body; the signature itself can be checked with any." },

  // HTTP.sys
  "command-failed": { message: "`{program}` failed: {reason}.", hint: "{remedy}" },
  "binding-refused": { message: "Windows refused to bind {endpoint}: {reason}", hint: "{remedy}" },
  "binding-foreign": { message: "{endpoint} is bound by {owner}.", hint: "If it may be replaced, say so with --take-over; otherwise choose another port." },
  "binding-changed": { message: "The binding of {endpoint} was changed by someone else.", hint: "Review the change again." },
  "reservation-refused": { message: "Windows refused to reserve {url}: {reason}", hint: "{remedy}" },
  "reservation-conflict": { message: "{url} is already reserved for {accounts}.", hint: "Remove that reservation if nothing needs it, or run the service under that account." },
  "account-unknown": { message: "This machine knows no account named {account}.", hint: "Write it as DOMAIN\\name, .\\name, NT SERVICE\\name, or as a SID." },
  "account-is-not-service": { message: "The service {service} runs as {actual}, not as {account}.", hint: "Leave --account out, or change the service's account first." },
  "certificate-store-failed": { message: "The certificate store could not {act}: {reason}", hint: "Check that you may write to the machine's certificate store." },

  // This Linux machine
  "layout-refused": { message: "{file} cannot be used: {problem}", hint: "Correct it, or move it away; without it everything is looked for where Debian has it." },

  // NGINX and Mono
  "nginx-missing": { message: "NGINX is not installed on this machine.", hint: "Install it (on Debian and Ubuntu: apt install nginx), then try again." },
  "nginx-no-folder": { message: "{file} includes no folder of sites, so there is none to put a site into.", hint: "Make a folder, such as conf.d beside that file, and add `include conf.d/*.conf;` to its http block." },
  "nginx-broken": { message: "NGINX refuses its configuration as it is, before anything was changed: {reason}", hint: "Put that right first; `lockstep proxy lint` on the file says more. An NGINX that still runs would not come up again." },
  "nginx-refused": { message: "NGINX refuses the configuration: {reason}", hint: "{remedy}" },
  "nginx-not-reloaded": { message: "NGINX goes on with the configuration that it had: {reason}", hint: "See its error log. Most often another program holds a port that the site is to listen on." },
  "nginx-not-running": { message: "NGINX did not start: {reason}", hint: "See its error log, and whether another program holds a port that it is to listen on." },
  "site-foreign": { message: "{file} was not written by Lockstep.", hint: "Nothing of it is overwritten. Move it away, or publish under another host name or port." },
  "site-name-taken": { message: "{name} is served on port {port} already, by {file}, line {line}.", hint: "NGINX would take the first of the two and ignore the other. Take the name out there, or choose another port." },
  "site-unproven": { message: "The site does not do what it must: {problem}", hint: "{remedy}" },
  "upstream-silent": { message: "Nothing answers at {address}, where SanteDB is to be.", hint: "Start SanteDB, or correct the address of the upstream: what cannot be proven is not published." },
  "redirect-wrong": { message: "{url} answers {answer} instead of sending clients to {expected}.", hint: "Another server answers on that port; see what listens there." },
  "key-unsuitable": { message: "The private key of {subject} cannot be used: {reason}", hint: "{remedy}" },
  "mono-refused": { message: "Mono did not bind the certificate to port {port}: {reason}", hint: "{remedy}" },
  "site-port-plain": { message: "Port {port} is {found} in NGINX already, by {file}, line {line}, and is to be {wanted} here.", hint: "NGINX would speak TLS to the clients of both, or to none. Choose another port, or change that server." },
  "instance-speaks-tls": { message: "{instance} speaks TLS itself on port {port}.", hint: "Behind NGINX it must answer over http: take TLS off it with `lockstep endpoint unsecure` first." },

  // Services
  "service-missing": { message: "There is no service named {service}.", hint: "`lockstep service list` shows the services there are." },
  "service-will-not-stop": { message: "{service} did not stop within {seconds} seconds.", hint: "It was asked to stop and may still do so: watch it, and start it again if it does. Find out what it waits for before the next try." },
  "service-will-not-start": { message: "{service} did not start: {reason}.", hint: "{remedy}" },
  "service-died": { message: "{service} started and ended again: {reason}.", hint: "{remedy}" },

  // Proof
  "port-taken": { message: "Port {port} is held by another program.", hint: "Stop that program, or give SanteDB another port." },
  "not-listening": { message: "Nothing answers on {address}, port {port}.", hint: "See whether the service runs and whether a firewall stands between." },
  "handshake-failed": { message: "{address}, port {port}, does not complete a TLS handshake: {reason}", hint: "Most often there is no binding for that address and port." },
  "certificate-not-served": { message: "{address}, port {port}, serves {served} instead of {expected}.", hint: "A record with higher precedence answers there; see the bindings of this port." },
  "certificate-untrusted": { message: "{host} shows a certificate that is not trusted here: {reason}. Nothing was sent.", hint: "Have the right certificate bound, or send all the same with --allow-untrusted: whoever answers there could then use the signature." },
  "http-failed": { message: "{url} does not answer as it should: {reason}", hint: "See the service's log." },

  // Plans and their journal
  "plan-missing": { message: "This plan is no longer held.", hint: "Review the change again; a plan is kept until Lockstep ends." },
  "plan-outdated": { message: "{what} since this plan was made.", hint: "Review the change again; nothing was changed by it." },
  "plan-cancelled": { message: "The change was cancelled.", hint: "Nothing is left to do." },
  "machine-busy": { message: "Another change is under way.", hint: "Wait until it has ended, then try again." },
  "recovery-needed": { message: "An earlier change ({title}) was interrupted and is neither done nor undone.", hint: "Run `lockstep history recover` (or `--finish`), or choose it on the History page." },
  "nothing-to-undo": { message: "The change {id} is {outcome}; there is nothing to undo.", hint: "Only an applied change can be undone." },
  "not-undoable": { message: "“{title}” cannot be undone: {reason}.", hint: "Put it back by hand, from the files it came from." },
  "changed-since": { message: "{what} was changed after this change was applied.", hint: "Undo the later change first, or put it right by hand." },
  "cannot-finish": { message: "The interrupted change cannot be finished: {reason}", hint: "Undo it with `lockstep history recover`, then start again." },
  "not-put-back": { message: "{what} could not be put back: {reason}", hint: "The journal keeps how it was: `lockstep history show {id}`. `lockstep history recover` tries again; once it is put right by hand, `--keep` closes the record." },
  "journal-damaged": { message: "The journal is damaged at entry {entry}: {problem}", hint: "Keep the file for the record, and move it away to begin a new one." },
  "practice-unusable": { message: "The practice machine in {directory} cannot be used: {reason}", hint: "Choose another folder with --practice-dir, or delete this one to begin anew." },
  "internal": { message: "Lockstep met a condition that it does not know: {problem}", hint: "This is a fault in Lockstep. Copy the details for support." },
} as const satisfies Record<string, { readonly message: string; readonly hint: string }>;

export type ErrorCode = keyof typeof catalogue;

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Texts<Code extends ErrorCode> = (typeof catalogue)[Code]["message" | "hint"];

/** The details that the texts of a code need. */
export type Details<Code extends ErrorCode> = { readonly [Name in Names<Texts<Code>>]: string | number };

/** What became of the machine: nothing was begun; all was put back; something could not be put back. */
export type Aftermath = "untouched" | "put-back" | "not-put-back";

/** A program that was run and what it answered, kept for support. Never holds a secret. */
export interface CommandEvidence {
  readonly command: readonly string[];
  readonly output: string;
}

/** An error as every host hands it on: plain data, safe to show and to copy. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly aftermath: Aftermath;
  readonly command?: readonly string[] | undefined;
  readonly output?: string | undefined;
  readonly planId?: string | undefined;
}

export interface ErrorExtras {
  readonly cause?: unknown;
  readonly evidence?: CommandEvidence | undefined;
  readonly aftermath?: Aftermath;
  readonly planId?: string;
}

/** The one error that Lockstep throws on purpose. Anything else that is thrown is a fault and becomes `internal`. */
export class LockstepError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly aftermath: Aftermath;
  readonly evidence: CommandEvidence | undefined;
  readonly planId: string | undefined;

  constructor(code: ErrorCode, message: string, hint: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = "LockstepError";
    this.code = code;
    this.hint = hint;
    this.aftermath = extras.aftermath ?? "untouched";
    this.evidence = extras.evidence;
    this.planId = extras.planId;
  }

  /** The same error after the runner has dealt with it. */
  after(aftermath: Aftermath, planId: string): LockstepError {
    return new LockstepError(this.code, this.message, this.hint, { cause: this.cause, evidence: this.evidence, aftermath, planId });
  }

  report(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      aftermath: this.aftermath,
      ...(this.evidence && { command: this.evidence.command, output: this.evidence.output }),
      ...(this.planId !== undefined && { planId: this.planId }),
    };
  }
}

const fill = (text: string, details: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ""));

/** Makes the error of a code. The details are those that its texts name. */
export function problem<Code extends ErrorCode>(code: Code, details: Details<Code>, extras: ErrorExtras = {}): LockstepError {
  const { message, hint } = catalogue[code];
  return new LockstepError(code, fill(message, details), fill(hint, details), extras);
}

/** Any thrown value as a LockstepError; what was not thrown on purpose becomes `internal`. */
export function asLockstepError(thrown: unknown): LockstepError {
  if (thrown instanceof LockstepError) return thrown;
  return problem("internal", { problem: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) }, { cause: thrown });
}

/** Turns a report that crossed a process boundary, or comes out of the record, back into the error that it was. */
export function fromReport(report: Omit<ErrorReport, "code"> & { readonly code: string }): LockstepError {
  return new LockstepError(report.code as ErrorCode, report.message, report.hint, {
    aftermath: report.aftermath,
    ...(report.command && { evidence: { command: report.command, output: report.output ?? "" } }),
    ...(report.planId !== undefined && { planId: report.planId }),
  });
}

export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[];
