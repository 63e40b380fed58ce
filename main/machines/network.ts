// The network as this computer sees it: the one place that opens client sockets.
import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import { connect as tcpConnect, isIP, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { checkServerIdentity, connect as tlsConnect, rootCertificates, type TLSSocket } from "node:tls";
import { pemBlock } from "../../app/certificates/pem-block.ts";
import { LockstepError, problem } from "../../app/errors.ts";
import type { ExchangeAnswer, ExchangeRequest, HttpAnswer, HttpRequest, Network, Target, TlsAnswer } from "../../app/machine.ts";

/** Bytes of a body that are kept. */
const bodyLimit = 4096;
/** Certificates of a chain that are looked at. */
const chainLimit = 20;
/** Milliseconds. */
const resolveLimit = 5000;
const partingLimit = 200;

const codeOf = (thrown: unknown): string => (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "");

const reasons: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ERR_SSL_WRONG_VERSION_NUMBER: "it answers in plain text, not in TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it answers in plain text, not in TLS",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it offers no version of TLS that this computer speaks",
  HPE_HEADER_OVERFLOW: "its headers are too long",
};

class TimeIsUp extends Error {}

const reasonOf = (thrown: unknown, { timeout }: Target): string => {
  if (thrown instanceof TimeIsUp) return `no answer within ${timeout / 1000} seconds`;
  return reasons[codeOf(thrown)] ?? (thrown instanceof Error ? thrown.message.replace(/\s+/g, " ").slice(0, 200) : "it failed");
};

/** What bounds one exchange: destroys the socket in use when the time is over. */
class Deadline {
  private current: Socket | null = null;
  private readonly timer: NodeJS.Timeout;
  over = false;

  constructor(milliseconds: number) {
    this.timer = setTimeout(() => {
      this.over = true;
      this.current?.destroy(new TimeIsUp());
    }, milliseconds);
  }

  watch(socket: Socket): void {
    this.current = socket;
    // Whoever waits on the socket listens too; this one is for what arrives when nobody does.
    socket.on("error", () => undefined);
    if (this.over) socket.destroy(new TimeIsUp());
  }

  end(): void {
    clearTimeout(this.timer);
    this.current?.destroy();
  }
}

function openConnection(target: Target, deadline: Deadline): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = tcpConnect({ host: target.address, port: target.port });
    deadline.watch(socket);
    const refused = (cause: unknown): void => reject(problem("not-listening", { address: target.address, port: target.port }, { cause }));
    socket.once("error", refused);
    socket.once("connect", () => {
      socket.off("error", refused);
      resolve(socket);
    });
  });
}

/** The certificates that the server sent, as far as each is issued by the next; one that issues itself ends the chain. */
function sentChain(socket: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate: ReturnType<TLSSocket["getPeerX509Certificate"]> = socket.getPeerX509Certificate();
  const seen = new Set<string>();
  while (certificate && chain.length < chainLimit && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    chain.push(new Uint8Array(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

interface Secured { readonly socket: TLSSocket; readonly answer: TlsAnswer }

function secure(socket: Socket, target: Target, deadline: Deadline): Promise<Secured> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => reject(problem("handshake-failed", { address: target.address, port: target.port, reason: reasonOf(cause, target) }, { cause }));
    // An IP address is no server name. Source: RFC 6066, 3.
    const serverName = target.serverName === null || isIP(target.serverName) !== 0 ? "" : target.serverName;
    let secured: TLSSocket;
    try {
      // Nothing is trusted, and no authority of this computer is to complete the chain: the caller compares.
      secured = tlsConnect({
        socket, servername: serverName, rejectUnauthorized: false, checkServerIdentity: () => undefined, ca: [],
        minVersion: "TLSv1", maxVersion: "TLSv1.3", ciphers: "DEFAULT@SECLEVEL=0", ALPNProtocols: ["http/1.1"],
      });
    } catch (thrown) {
      socket.destroy();
      failed(thrown);
      return;
    }
    deadline.watch(secured);
    const ended = (): void => failed(Object.assign(new Error(), { code: "ECONNRESET" }));
    secured.once("error", failed);
    secured.once("close", ended);
    secured.once("secureConnect", () => {
      secured.off("error", failed);
      secured.off("close", ended);
      const chain = sentChain(secured);
      const [leaf] = chain;
      if (!leaf) {
        failed(new Error("it sends no certificate"));
        return;
      }
      resolve({
        socket: secured,
        answer: {
          thumbprint: createHash("sha1").update(leaf).digest("hex").toUpperCase(),
          chain,
          protocol: secured.getProtocol() ?? "",
          cipher: secured.getCipher().name,
        },
      });
    });
  });
}

/** Ends a connection in the orderly way, so that the server logs no broken handshake; waits for its side only briefly. */
function partFrom(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, partingLimit);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume().end();
  });
}

async function handshake(target: Target): Promise<TlsAnswer> {
  const deadline = new Deadline(target.timeout);
  try {
    const { socket, answer } = await secure(await openConnection(target, deadline), target, deadline);
    await partFrom(socket);
    return answer;
  } finally {
    deadline.end();
  }
}

/** Why a certificate is not trusted, in words where they are known. */
const distrust: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not known here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not known here, or an intermediate certificate was not sent",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not known here, or an intermediate certificate was not sent",
  UNABLE_TO_GET_ISSUER_CERT: "its authority is not known here, or an intermediate certificate was not sent",
  CERT_HAS_EXPIRED: "it has ended",
  CERT_NOT_YET_VALID: "it is not valid yet",
};

/** A connection whose other end is known, or said not to be. */
function secureTrusted(socket: Socket, request: ExchangeRequest, deadline: Deadline): Promise<{ readonly socket: TLSSocket; readonly tls: NonNullable<ExchangeAnswer["tls"]> }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => reject(problem("handshake-failed", { address: request.address, port: request.port, reason: reasonOf(deadline.over ? new TimeIsUp() : cause, request) }, { cause }));
    const secured = tlsConnect({
      socket, servername: isIP(request.hostName) === 0 ? request.hostName : "", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"],
      ca: [...rootCertificates, ...request.authorities.map((der) => pemBlock("CERTIFICATE", der))],
    });
    deadline.watch(secured);
    const ended = (): void => failed(Object.assign(new Error(), { code: "ECONNRESET" }));
    secured.once("error", failed);
    secured.once("close", ended);
    secured.once("secureConnect", () => {
      secured.off("error", failed);
      secured.off("close", ended);
      const served = secured.getPeerX509Certificate();
      const code = secured.authorized ? "" : String(secured.authorizationError);
      const misnamed = served ? checkServerIdentity(request.hostName, served.toLegacyObject()) : undefined;
      const reason = secured.authorized ? (misnamed ? `it is not for ${request.hostName}` : null) : distrust[code] ?? code;
      if (reason !== null && !request.allowUntrusted) {
        secured.destroy();
        reject(problem("certificate-untrusted", { host: request.hostName, reason }));
        return;
      }
      resolve({ socket: secured, tls: { protocol: secured.getProtocol() ?? "", thumbprint: served ? createHash("sha1").update(served.raw).digest("hex").toUpperCase() : "", problem: reason } });
    });
  });
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : []));
}

/** Sends one request over an open connection, and reads its answer as far as the limit. */
function sendOver(socket: Socket, { method, host, path, headers, body, limit }: Pick<ExchangeRequest, "method" | "host" | "path" | "headers" | "body" | "limit">): Promise<Omit<ExchangeAnswer, "tls">> {
  return new Promise((resolve, reject) => {
    const length = body.reduce((sum, piece) => sum + piece.length, 0);
    const hasLength = length > 0 || !["GET", "HEAD", "DELETE", "OPTIONS"].includes(method);
    const asked = httpRequest({
      createConnection: () => socket, method, path, setHost: false,
      headers: [["Host", host], ...headers, ...(hasLength ? [["Content-Length", String(length)]] : []), ["Connection", "close"]].flat(),
    });
    asked.once("error", reject);
    asked.once("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (truncated: boolean): void => resolve({
        protocol: `HTTP/${response.httpVersion}`, status: response.statusCode ?? 0, reason: response.statusMessage ?? "", headers: pairs(response.rawHeaders),
        body: Buffer.concat(chunks).subarray(0, limit), truncated,
      });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= limit) return;
        done(true);
        asked.destroy();
      });
      response.once("end", () => done(false));
      response.once("error", reject);
    });
    for (const piece of body) asked.write(piece);
    asked.end();
  });
}

/** Does the work of one exchange within its time; what fails beyond the connection is http-failed for the URL. */
async function within<Value>(request: Target, url: string, work: (deadline: Deadline) => Promise<Value>): Promise<Value> {
  const deadline = new Deadline(request.timeout);
  try {
    return await work(deadline);
  } catch (thrown) {
    if (thrown instanceof LockstepError) throw thrown;
    throw problem("http-failed", { url, reason: reasonOf(deadline.over ? new TimeIsUp() : thrown, request) }, { cause: thrown });
  } finally {
    deadline.end();
  }
}

function get(request: HttpRequest): Promise<HttpAnswer> {
  const host = request.address.includes(":") ? `[${request.address}]` : request.address;
  return within(request, `${request.scheme}://${host}:${request.port}${request.path}`, async (deadline) => {
    const socket = await openConnection(request, deadline);
    const secured = request.scheme === "https" ? await secure(socket, request, deadline) : null;
    const { status, headers, body } = await sendOver(secured?.socket ?? socket, { ...request, method: "GET", headers: [["Accept", "*/*"], ["User-Agent", "Lockstep"]], body: [], limit: bodyLimit });
    const server = headers.filter(([name]) => name.toLowerCase() === "server").map(([, value]) => value).join(", ");
    return { status, server, body: Buffer.from(body).toString("latin1"), tls: secured?.answer ?? null };
  });
}

function exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
  return within(request, `${request.scheme}://${request.host}${request.path}`, async (deadline) => {
    const socket = await openConnection(request, deadline);
    const secured = request.scheme === "https" ? await secureTrusted(socket, request, deadline) : null;
    return { ...await sendOver(secured?.socket ?? socket, request), tls: secured?.tls ?? null };
  });
}

async function resolveName(name: string): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), resolveLimit);
  });
  const asked = lookup(name, { all: true }).then((found) => [...new Set(found.map(({ address }) => address))], () => []);
  return Promise.race([asked, patience]).finally(() => clearTimeout(timer));
}

/** The network of this computer. A chain is followed through what the server sent; certificates that belong to no issuer in it are left out. */
export const nodeNetwork: Network = {
  loopbacks: () => {
    const present = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
    return Promise.resolve(["127.0.0.1", "::1"].filter((address) => present.includes(address)));
  },
  resolve: resolveName,
  tls: handshake,
  http: get,
  exchange,
};
