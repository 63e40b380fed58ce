// The port: what Lockstep needs from a machine. One adapter each for Windows, Linux and practice stands behind it.
//
// Promises that every adapter keeps:
// - Nothing here changes the machine except where the comment says "changes".
// - A failure is a LockstepError with the code named; anything else thrown is a fault.
// - Every call ends: a wait is bounded by the time limit given or named.
// - Calls may run at the same time; two changes of the same thing must be ordered by the caller (the runner does).
// - No secret is passed in arguments, environment or file names, nor logged.
import type { Binding } from "./http-sys/binding.ts";
import type { Reservation } from "./http-sys/reservation.ts";
import type { ServiceState } from "./santedb/instance.ts";

export interface Machine {
  readonly kind: "windows" | "linux" | "practice";
  /** The machine's own DNS name, lower case. */
  readonly hostName: string;
  readonly certificates: CertificateStore;
  readonly httpSys: HttpSys;
  readonly services: Services;
  readonly accounts: Accounts;
  readonly files: Files;
  readonly commands: Commands;
  readonly network: Network;
  readonly clock: Clock;
  /** Null on machines where Lockstep does not rule NGINX. */
  readonly nginx: Nginx | null;
  /** Null on machines where SanteDB does not run on Mono. */
  readonly mono: Mono | null;
}

/** LocalMachine stores that Lockstep touches: Personal, intermediate authorities, and Root, which is written only when a person says so. */
export type StoreName = "My" | "CA" | "Root";

export interface StoredCertificate {
  readonly store: StoreName;
  /** 40 upper-case hexadecimal digits. */
  readonly thumbprint: string;
  readonly der: Uint8Array;
  /** The store refers to a private key; whether it can be used, only `provesKey` tells. */
  readonly hasPrivateKey: boolean;
}

export interface CertificateStore {
  /** All certificates of one store, or of all three. Order is not significant. */
  list(store?: StoreName): Promise<readonly StoredCertificate[]>;
  find(store: StoreName, thumbprint: string): Promise<StoredCertificate | null>;
  /**
   * Changes. Puts a certificate into a store; with `privateKey` (clear PKCS#8 DER) the key goes persistently into the
   * machine's key set. Importing what is there already succeeds and adds a missing key. All or nothing, durable on
   * return. Throws certificate-store-failed, disk-full.
   */
  import(store: StoreName, certificate: Uint8Array, privateKey: Uint8Array | null): Promise<void>;
  /** Changes. Removes a certificate and the key that it refers to. Removing what is not there succeeds. */
  remove(store: StoreName, thumbprint: string): Promise<void>;
  /** Removes what processes that were killed while importing a certificate left of it and its key. Never fails: nothing depends on it. */
  tidy(store: StoreName, thumbprint: string): Promise<void>;
  /** Clear PKCS#8 DER of the key, a secret; null where there is none or the store does not let it go. */
  exportKey(store: StoreName, thumbprint: string): Promise<Uint8Array | null>;
  /** A signature made with the stored key and checked with the certificate. False when there is none or it fails. */
  provesKey(store: StoreName, thumbprint: string): Promise<boolean>;
}

/** HTTP.sys as its own interface answers (httpapi), not as netsh prints. Changes go through `commands`. */
export interface HttpSys {
  bindings(): Promise<readonly Binding[]>;
  reservations(): Promise<readonly Reservation[]>;
  /** Empty means all addresses. */
  listenList(): Promise<readonly string[]>;
}

export interface ServiceRecord {
  readonly name: string;
  readonly displayName: string;
  /** Command line as the service control manager stores it, secrets in it (--appsecret) replaced by asterisks. */
  readonly imagePath: string;
  /** Account as stored: LocalSystem, NT AUTHORITY\NetworkService, .\name, NT SERVICE\name. */
  readonly account: string;
  readonly state: ServiceState;
  /** 0 when not running. */
  readonly processId: number;
  /** Win32 exit code of the last run; 0 none, 1077 never started. */
  readonly exitCode: number;
  readonly startType: "automatic" | "manual" | "disabled";
  /** Version of its program file, "3.0.2101.0"; null where the file does not tell. */
  readonly version: string | null;
  /** Names of the services that it needs. */
  readonly dependencies: readonly string[];
  /** What controls it; left out, Windows' own service control manager. */
  readonly manager?: ServiceManager;
  /** Folder in which its account keeps configurations, where that does not follow from the account's name: on Linux ~/.config or what XDG_CONFIG_HOME says. */
  readonly applicationData?: string;
}

/** systemd, or a script of /etc/init.d with a process-id file. */
export type ServiceManager = "systemd" | "init";

export interface Services {
  list(): Promise<readonly ServiceRecord[]>;
  /** Null where there is no such service. State is current, not cached. Control is by `commands` (sc start, sc stop). */
  find(name: string): Promise<ServiceRecord | null>;
}

export interface Accounts {
  /**
   * SID string of an account, in any spelling Windows accepts, also a SID itself. Null when unknown.
   * Well-known accounts need no machine: see app/http-sys/account.ts, which adapters use first.
   */
  sid(account: string): Promise<string | null>;
}

export interface FileStat {
  /** The file itself, links followed. */
  readonly path: string;
  readonly size: number;
  /** The read-only mark is set, or no one may write. */
  readonly readOnly: boolean;
  /** When it was last written, ISO 8601 in UTC. */
  readonly modified: string;
}

/** The text of a file that is put or removed whole, with its rights as POSIX numbers them (0o644). */
export interface WholeFile { readonly text: string; readonly mode: number }

export interface Files {
  /** Null when there is no such file. Throws file-unreadable for a folder, a device, or without rights. */
  stat(path: string): Promise<FileStat | null>;
  /** Throws file-not-found, file-unreadable, file-empty, file-too-large (limit in bytes, checked before reading). */
  read(path: string, limit: number): Promise<Uint8Array>;
  /**
   * The content of a gzip file, unpacked. Throws what `read` throws, and file-unreadable where it is no whole gzip file.
   * The limit holds for what comes out.
   */
  readGzip(path: string, limit: number): Promise<Uint8Array>;
  /** Names of the files in a folder, not of its folders; empty where there is no such folder. Throws file-unreadable. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * Changes. Keeps the present file as `backup` (a path in the same folder that must not exist), then gives `path` the
   * new content. Whoever looks sees the old file or the new one, whole; rights and owner stay; durable on return.
   * Throws file-read-only, file-unwritable, disk-full; then nothing is changed and no backup is left.
   */
  replace(path: string, content: Uint8Array, backup: string): Promise<void>;
  /** Changes. Makes `backup` the file again, needing no room on the disk; the backup is then gone. Durable on return. */
  putBack(path: string, backup: string): Promise<void>;
  /** Changes. Removes one file, or a link and not what it leads to; succeeds when it is not there. */
  remove(path: string): Promise<void>;
  /** Removes what processes that were killed while writing a file left beside it. Never fails: nothing depends on it. */
  tidy(path: string): Promise<void>;
  /**
   * Changes. Makes a file, or gives it new content and rights; whole at once, durable on return. A link is never followed:
   * it is refused. Throws file-unwritable, file-not-found for a missing folder, disk-full.
   */
  put(path: string, content: Uint8Array, mode: number): Promise<void>;
  /** Rights of a file as POSIX numbers them; null where the system has none such. Throws file-not-found, file-unreadable. */
  mode(path: string): Promise<number | null>;
  /** What a symbolic link says, as it stands; null where there is none, or a file of another kind. Throws file-unreadable. */
  linkTarget(path: string): Promise<string | null>;
  /** Changes. Makes a symbolic link where nothing is; durable on return. Throws file-exists, file-unwritable, file-not-found for a missing folder. */
  link(path: string, target: string): Promise<void>;
  /** Joins a folder and names in this machine's manner. */
  join(folder: string, ...names: readonly string[]): string;
}

/** The closed set of programs that a plan may run. The adapter knows where each lies; no shell is ever between. */
export type Program = "netsh" | "sc" | "taskkill" | "nginx" | "systemctl" | "service" | "runuser";
export type Command = readonly [program: Program, ...arguments_: string[]];

export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and standard error as text, at most 1 MiB. */
  readonly output: string;
}

export interface Commands {
  /**
   * Changes. Runs one program with exactly these arguments, at most 60 s, and gives what it answered, whatever the exit
   * code. Throws command-failed only where it could not be run or did not end.
   */
  run(command: Command): Promise<CommandResult>;
}

export interface Target {
  /** IP address to connect to. */
  readonly address: string;
  readonly port: number;
  /** Name sent as SNI; null sends none. */
  readonly serverName: string | null;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
}

export interface TlsAnswer {
  /** Of the certificate that was served; 40 upper-case hexadecimal digits. */
  readonly thumbprint: string;
  /** DER, leaf first, as sent by the server. */
  readonly chain: readonly Uint8Array[];
  /** "TLSv1.3" and the like. */
  readonly protocol: string;
  readonly cipher: string;
}

export interface HttpRequest extends Target {
  readonly scheme: "http" | "https";
  /** Value of the Host header. */
  readonly host: string;
  readonly path: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Server header, empty when absent. */
  readonly server: string;
  /** At most the first 4 KiB, as Latin-1. */
  readonly body: string;
  /** Null over plain http. */
  readonly tls: TlsAnswer | null;
}

/** One request as it is to go out, byte for byte. */
export interface ExchangeRequest extends Target {
  readonly scheme: "http" | "https";
  readonly method: string;
  /** Value of the Host header, and the name that the server's certificate must have, or its address. */
  readonly host: string;
  readonly hostName: string;
  readonly path: string;
  /** All other headers but Content-Length and Connection, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: readonly Uint8Array[];
  /** Authorities (DER) that are trusted besides those that this program knows. */
  readonly authorities: readonly Uint8Array[];
  /** Sends although the certificate is not trusted. */
  readonly allowUntrusted: boolean;
  /** Bytes of the answer's body that are read. */
  readonly limit: number;
}

export interface ExchangeAnswer {
  /** "HTTP/1.1" */
  readonly protocol: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** More came than was read. */
  readonly truncated: boolean;
  /** Null over plain http; `problem` says why the certificate is not trusted, null where it is. */
  readonly tls: { readonly protocol: string; readonly thumbprint: string; readonly problem: string | null } | null;
}

export interface Network {
  /** Loopback addresses that exist on this machine, IPv4 first: normally 127.0.0.1 and ::1. */
  loopbacks(): Promise<readonly string[]>;
  /** Addresses that a name has here; empty when it has none. */
  resolve(name: string): Promise<readonly string[]>;
  /** One handshake, trusting nothing and nobody: the caller compares. Throws not-listening, handshake-failed. */
  tls(target: Target): Promise<TlsAnswer>;
  /** One GET over a connection of its own. Throws not-listening, handshake-failed, http-failed. */
  http(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * One request with its body over a connection of its own, following no redirect. Nothing is sent before the server's
   * certificate was found trusted. Throws not-listening, handshake-failed, http-failed, certificate-untrusted.
   */
  exchange(request: ExchangeRequest): Promise<ExchangeAnswer>;
}

/** Where NGINX looks for sites: a folder whose files it reads, or one for them and one for the links that turn them on. */
export interface SiteFolders {
  /** Folder of the files. */
  readonly files: string;
  /** Folder of the links to those that are on, as Debian has it; null where every file of the folder is read. */
  readonly links: string | null;
}

/** The NGINX of a machine, as it was found. */
export interface NginxInstallation {
  /** "1.22.1" */
  readonly version: string;
  /** What every call of the program begins with, such as ["-p", PREFIX, "-c", FILE]; empty for the one that the system came with. */
  readonly arguments: readonly string[];
  readonly sites: SiteFolders;
  /** The service that runs it; null where it is run by itself. */
  readonly service: { readonly name: string; readonly manager: ServiceManager } | null;
}

export interface NginxState {
  /** 0 when it does not run. */
  readonly masterId: number;
  /** Process ids of the workers that take new connections, in ascending order: others, once it has taken a configuration. */
  readonly workers: readonly number[];
}

/** One file of the configuration that NGINX reads, in order, as `nginx -T` tells them. */
export interface NginxFile { readonly path: string; readonly content: Uint8Array }

/** Ports of 127.0.0.1 that a trial is given; all are free, but that of the upstream, on which the trial's own listener answers. */
export interface TrialPlaces { readonly https: number; readonly http: number; readonly upstream: number }

export interface TrialRequest {
  readonly scheme: "http" | "https";
  /** Name sent as SNI; null sends none. Of no meaning over http. */
  readonly serverName: string | null;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes of a body of zeros. */
  readonly bodySize: number;
}

export interface TrialAnswer {
  /** Why no answer came: the connection was refused or closed, or no handshake came about; null where one did. */
  readonly failure: string | null;
  /** 0 without an answer. */
  readonly status: number;
  /** The Location header; null without one. */
  readonly location: string | null;
  /** Of the certificate served; null over http and where no handshake came about. */
  readonly thumbprint: string | null;
  /** What reached the upstream, names in lower case, in order; null where nothing did. */
  readonly received: { readonly headers: readonly (readonly [name: string, value: string])[]; readonly bodySize: number } | null;
}

export interface Nginx {
  /** Null where it is not installed. Throws command-failed where it does not say its version. */
  find(): Promise<NginxInstallation | null>;
  state(): Promise<NginxState>;
  /** The files that it reads now. Throws nginx-refused, with what it says, where it would not start with them. */
  configuration(): Promise<readonly NginxFile[]>;
  /** The end of its error log, at most 8 KiB; empty where there is none or it may not be read. */
  errors(): Promise<string>;
  /** Where it reads a certificate of the store "My" with its chain, and its key. */
  certificateFiles(thumbprint: string): { readonly certificate: string; readonly key: string };
  /**
   * Runs another NGINX of the same program in a private folder, with one site of these ports alone before a listener of this
   * program's, puts requests to it in turn, and ends it. Nothing of it lasts. `site` gives the text of the site's file.
   * Throws nginx-refused where it does not start with that site.
   */
  trial(site: (places: TrialPlaces) => string, requests: readonly TrialRequest[]): Promise<readonly TrialAnswer[]>;
}

/** The user under whom Mono keeps its certificates of ports, and what the commands run as that user are given as environment. */
export interface MonoUser { readonly name: string; readonly environment: readonly (readonly [name: string, value: string])[] }

export interface Mono {
  /** Of a service's account. Throws account-unknown. */
  user(service: ServiceRecord): Promise<MonoUser>;
  /** The program that binds, as `runuser` is to run it: a path. Throws not-found where Mono's tools are not installed. */
  program(): Promise<string>;
  /** What is bound to a port for a user; null where nothing is. The key is a secret. A half of the pair that is missing or unreadable is null. */
  bound(user: MonoUser, port: number): Promise<{ readonly certificate: Uint8Array | null; readonly privateKey: Uint8Array | null } | null>;
  /** Folder in which `handOver` lays the pair for a port; nothing is made. */
  handOverFolder(user: MonoUser, port: number): string;
  /**
   * Changes. Lays a certificate of the store "My" and its key (leaf.cer, key.pvk) into that folder, for the user alone to
   * read; the key in numbers that Mono's TLS reads, where it has such. Throws not-found, private-key-missing, key-unsuitable
   * where the key is no RSA key.
   */
  handOver(user: MonoUser, port: number, thumbprint: string): Promise<void>;
  /** Changes. Removes what `handOver` laid down, the key overwritten first; succeeds where there is nothing. */
  takeBack(user: MonoUser, port: number): Promise<void>;
  /** Changes. Gives what is bound to a port the rights 0600, and removes half a pair that a failed command left. What belongs to another user is left alone. */
  tidy(user: MonoUser, port: number): Promise<void>;
}

export interface Clock {
  now(): Date;
  /** Ends early, with true, when the signal is raised. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<boolean>;
}
