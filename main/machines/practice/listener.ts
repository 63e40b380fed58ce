// HTTP.sys as the practice service has it: listens on loopback, chooses the certificate of each connection from the
// records as they stand at that moment, and routes requests by prefix.
import { X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import type { Binding } from "../../../app/http-sys/binding.ts";
import { parsePrefix, type Prefix } from "../../../app/http-sys/prefix.ts";
import { winningBinding } from "../../../app/http-sys/precedence.ts";
import type { StoredCertificate, StoreName } from "../../../app/machine.ts";
import type { PracticeCertificateStore } from "./certificate-store.ts";
import { helloLimit, readHello } from "./client-hello.ts";
import { bindingsOf, type HttpSysTables } from "./http-sys-tables.ts";
import type { StateFile } from "./state.ts";

/** Milliseconds: for a handshake, for silence, and for a connection as a whole, so that nobody can hold one for ever. */
const handshakeLimit = 10_000;
const idleLimit = 15_000;
const connectionLimit = 60_000;
const connectionsAtOnce = 512;
const chainLimit = 8;
const contextsKept = 16;

/** What listens on a prefix. */
export interface Registration<Value> {
  /** As HTTP.sys registers it: "https://+:9200/ami/". */
  readonly prefix: string;
  readonly value: Value;
}

export interface ListenerOptions<Value> {
  readonly registrations: readonly Registration<Value>[];
  readonly tables: StateFile<HttpSysTables>;
  readonly certificates: PracticeCertificateStore;
  readonly answer: (value: Value, request: IncomingMessage, response: ServerResponse) => void;
}

export interface Listener {
  /** Ends every connection and lets go of the ports. */
  close(): Promise<void>;
}

/** Reads the tables again only when their file was replaced. */
function liveTables(tables: StateFile<HttpSysTables>): () => Promise<HttpSysTables> {
  let known: { readonly stamp: string; readonly content: HttpSysTables } | null = null;
  return async () => {
    const { ino, size, mtimeNs, ctimeNs } = await stat(tables.path, { bigint: true });
    const stamp = [ino, size, mtimeNs, ctimeNs].join(" ");
    if (known?.stamp !== stamp) known = { stamp, content: await tables.read() };
    return known.content;
  };
}

const storesByName: ReadonlyMap<string, StoreName> = new Map([["MY", "My"], ["CA", "CA"], ["ROOT", "Root"]]);

const pemOf = (der: Uint8Array): string => new X509Certificate(der).toString();

/** The issuers that the machine's intermediate store knows, nearest first, roots left out, as SChannel sends them. */
function issuersOf(leaf: X509Certificate, stored: readonly StoredCertificate[]): readonly X509Certificate[] {
  const candidates = stored.map(({ der }) => new X509Certificate(der));
  const chain: X509Certificate[] = [];
  for (let current: X509Certificate | undefined = leaf; current && chain.length < chainLimit;) {
    const subject: X509Certificate = current;
    current = candidates.find((candidate) => candidate.ca && subject.checkIssued(candidate) && !candidate.checkIssued(candidate)
      && !chain.some((present) => present.fingerprint256 === candidate.fingerprint256));
    if (current) chain.push(current);
  }
  return chain;
}

/** Makes the TLS context of a record, as long as its certificate and key are in the store; null otherwise. */
function contextMaker(certificates: PracticeCertificateStore): (binding: Binding) => Promise<SecureContext | null> {
  const known = new Map<string, SecureContext>();
  return async ({ thumbprint, store, flags }) => {
    const storeName = storesByName.get(store.toUpperCase());
    if (thumbprint === null || storeName === undefined) return null;
    const [leaf, key] = await Promise.all([certificates.find(storeName, thumbprint), certificates.privateKey(storeName, thumbprint)]);
    if (!leaf || key === null) return null;
    const certificate = new X509Certificate(leaf.der);
    const issuers = issuersOf(certificate, await certificates.list("CA"));
    const maxVersion = flags.disabletls13 === true ? "TLSv1.2" : "TLSv1.3";
    const minVersion = flags.disabletls12 === true && maxVersion === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2";
    const name = [certificate, ...issuers].map(({ fingerprint256 }) => fingerprint256).concat(key, minVersion, maxVersion).join(" ");
    const present = known.get(name);
    if (present) return present;
    let context: SecureContext;
    try {
      context = createSecureContext({ cert: [pemOf(leaf.der), ...issuers.map(String)].join("\n"), key, minVersion, maxVersion });
    } catch {
      return null;
    }
    const [oldest] = known.keys();
    if (known.size >= contextsKept && oldest !== undefined) known.delete(oldest);
    known.set(name, context);
    return context;
  };
}

/** Reads until the ClientHello is whole, and puts back what was read. Null when none comes in time. */
function peekServerName(socket: Socket): Promise<{ readonly serverName: string | null } | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (found: { readonly serverName: string | null } | null): void => {
      clearTimeout(timer);
      socket.off("readable", take).off("end", ended).off("close", ended);
      resolve(found);
    };
    const take = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        const hello = readHello(bytes);
        if (hello.kind === "incomplete" && bytes.length <= helloLimit) continue;
        if (hello.kind === "complete") socket.unshift(bytes);
        finish(hello.kind === "complete" ? { serverName: hello.serverName } : null);
        return;
      }
    };
    const ended = (): void => finish(null);
    const timer = setTimeout(ended, handshakeLimit);
    socket.on("readable", take).on("end", ended).on("close", ended);
  });
}

const page = (title: string, heading: string, text: string): string =>
  `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n<HTML><HEAD><TITLE>${title}</TITLE>\r\n<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r\n<BODY><h2>${heading}</h2>\r\n<hr><p>${text}</p>\r\n</BODY></HTML>\r\n`;

/** HTTP.sys's own answers, given before any service sees the request. */
const refusals = {
  hostname: { status: 400, title: "Bad Request", body: page("Bad Request", "Bad Request - Invalid Hostname", "HTTP Error 400. The request hostname is invalid.") },
  verb: { status: 400, title: "Bad Request", body: page("Bad Request", "Bad Request - Invalid Verb", "HTTP Error 400. The request verb is invalid.") },
  path: { status: 404, title: "Not Found", body: page("Not Found", "Not Found", "HTTP Error 404. The requested resource is not found.") },
} as const;

export const serverHeader = "Microsoft-HTTPAPI/2.0";

function refuse(response: ServerResponse, { status, body }: (typeof refusals)[keyof typeof refusals]): void {
  response.writeHead(status, { "Content-Type": "text/html; charset=us-ascii", "Server": serverHeader, "Content-Length": Buffer.byteLength(body), "Connection": "close" });
  response.end(body);
}

/** Host part of a Host header, lower case, brackets kept; null when it is malformed. */
function hostOf(header: string | undefined): string | null {
  return /^(\[[\da-f:.]+\]|[^\s:/[\]]+)(?::\d{1,5})?$/i.exec(header ?? "")?.[1]?.toLowerCase() ?? null;
}

interface Route<Value> { readonly prefix: Prefix; readonly value: Value }

/** Source: MicrosoftDocs/win32, "UrlPrefix Strings": strong wildcard first, then the exact host, then the weak wildcard. */
function routeOf<Value>(routes: readonly Route<Value>[], host: string, path: string): Value | "hostname" | "path" {
  const wanted = `${path.toLowerCase().replace(/\/$/, "")}/`;
  let hostKnown = false;
  for (const fits of [(prefix: Prefix) => prefix.hostKind === "strong", (prefix: Prefix) => prefix.host === host, (prefix: Prefix) => prefix.hostKind === "weak"]) {
    let best: Route<Value> | null = null;
    for (const route of routes) {
      if (!fits(route.prefix)) continue;
      hostKnown = true;
      if (wanted.startsWith(route.prefix.path) && route.prefix.path.length > (best?.prefix.path.length ?? 0)) best = route;
    }
    if (best) return best.value;
  }
  return hostKnown ? "path" : "hostname";
}

function pathOf(target: string): string {
  const path = target.split(/[?#]/, 1)[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function httpServer<Value extends object>(routes: readonly Route<Value>[], answer: ListenerOptions<Value>["answer"]): HttpServer {
  const server = createHttpServer({ maxHeaderSize: 16 * 1024, keepAliveTimeout: 5000, requireHostHeader: false }, (request, response) => {
    request.on("error", () => undefined).resume();
    response.on("error", () => undefined);
    const host = hostOf(request.headers.host);
    const value = host === null ? "hostname" : routeOf(routes, host, pathOf(request.url ?? "/"));
    if (value === "hostname" || value === "path") refuse(response, refusals[value]);
    else answer(value, request, response);
  });
  server.maxRequestsPerSocket = 100;
  server.on("clientError", (_, socket) => {
    const { title, body, status } = refusals.verb;
    if (socket.writable) socket.end(`HTTP/1.1 ${status} ${title}\r\nContent-Type: text/html; charset=us-ascii\r\nServer: ${serverHeader}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
    else socket.destroy();
  });
  return server;
}

/** An IPv4 address that came in over an IPv6 socket is shown as what it is. */
const plainAddress = (address: string | undefined): string => (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");

function bind(server: TcpServer, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") resolve(false);
      else reject(error);
    };
    server.once("error", failed);
    server.listen({ host, port, exclusive: true, ipv6Only: host.includes(":") }, () => {
      server.off("error", failed);
      resolve(true);
    });
  });
}

/** Loopback addresses that the listen list lets HTTP.sys use. Others than loopback are never opened in practice. */
export function listenAddresses(listenList: readonly string[]): readonly string[] {
  if (listenList.length === 0) return ["127.0.0.1", "::1"];
  return [
    ...(listenList.some((address) => address === "0.0.0.0" || address === "127.0.0.1") ? ["127.0.0.1"] : []),
    ...(listenList.some((address) => address === "::" || address === "::1") ? ["::1"] : []),
  ];
}

/**
 * Listens on every port of the registrations, on 127.0.0.1 and ::1 only, whatever host they name. Rejects with the
 * system's error (EADDRINUSE, EACCES) when a port cannot be had; then nothing is held.
 */
export async function listen<Value extends object>({ registrations, tables, certificates, answer }: ListenerOptions<Value>): Promise<Listener> {
  const readTables = liveTables(tables);
  const contextOf = contextMaker(certificates);
  const open = new Set<Socket>();
  const servers: TcpServer[] = [];

  const secure = async (socket: Socket, http: HttpServer): Promise<void> => {
    const hello = await peekServerName(socket);
    const { localAddress, localPort } = socket;
    if (!hello || localPort === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const { winner } = winningBinding(bindingsOf(await readTables()), { localAddress: plainAddress(localAddress), port: localPort, serverName: hello.serverName });
    const context = winner && winner.flags.reject !== true ? await contextOf(winner) : null;
    if (!context || socket.destroyed) {
      socket.resetAndDestroy();
      return;
    }
    const secured = new TLSSocket(socket, {
      isServer: true, secureContext: context, ALPNProtocols: ["http/1.1"],
      requestCert: winner?.flags.clientcertnegotiation === true, rejectUnauthorized: false,
    });
    const patience = setTimeout(() => secured.destroy(), handshakeLimit);
    secured.on("error", () => secured.destroy());
    secured.on("close", () => clearTimeout(patience));
    secured.once("secure", () => {
      clearTimeout(patience);
      secured.setTimeout(idleLimit, () => secured.destroy());
      http.emit("connection", secured);
    });
  };

  const accept = (socket: Socket, scheme: Prefix["scheme"], http: HttpServer): void => {
    socket.on("error", () => undefined);
    if (open.size >= connectionsAtOnce) {
      socket.resetAndDestroy();
      return;
    }
    open.add(socket);
    const life = setTimeout(() => socket.destroy(), connectionLimit);
    socket.once("close", () => {
      clearTimeout(life);
      open.delete(socket);
    });
    if (scheme === "http") {
      socket.setTimeout(idleLimit, () => socket.destroy());
      http.emit("connection", socket);
    } else {
      void secure(socket, http).catch(() => socket.resetAndDestroy());
    }
  };

  const close = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => { server.close(() => resolve()); })));
  };

  const routes = registrations.flatMap(({ prefix, value }) => {
    const parsed = parsePrefix(prefix);
    return parsed ? [{ prefix: parsed, value }] : [];
  });
  const ports = new Map(routes.map(({ prefix }) => [prefix.port, prefix.scheme]));
  const addresses = listenAddresses((await readTables()).iplisten);
  try {
    for (const [port, scheme] of ports) {
      const http = httpServer(routes.filter(({ prefix }) => prefix.port === port), answer);
      for (const address of addresses) {
        const server = createTcpServer((socket) => accept(socket, scheme, http));
        if (await bind(server, address, port)) servers.push(server);
        server.on("error", () => undefined);
      }
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { close };
}
