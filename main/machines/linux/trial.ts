// The trial of a site: another NGINX of the same program in a folder of its own, before a listener that notes what comes.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, lstatSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { asLockstepError, problem, type LockstepError } from "../../../app/errors.ts";
import type { TrialAnswer, TrialPlaces, TrialRequest } from "../../../app/machine.ts";
import { explainRefusal, portTaken } from "../../../app/nginx/refusal.ts";
import { isSince, parseVersion, since } from "../../../app/nginx/version.ts";
import { word } from "../../../app/nginx/word.ts";
import { nodeNetwork } from "../network.ts";

/** Milliseconds for all of a trial but its end, for one request, and for the end. */
const patience = 15_000;
const requestPatience = 5000;
const partingPatience = 5000;
/** Milliseconds between two looks at whether it is up. */
const pollEvery = 5;
/** How often other ports are tried where one was lost to another program meanwhile. */
const mostTries = 3;
/** Characters of what it says that are kept. */
const mostSaid = 65_536;

const here = "127.0.0.1";
const isRoot = (): boolean => process.getuid?.() === 0;

/** It opens the log that it was built with before it reads its own, unless it is told another. */
const knowsLog = (version: string): boolean => isSince(parseVersion(version) ?? [0, 0, 0], since.logOption);

/** The program that has another one end with this process, however this one ends. Source: setpriv(1) of util-linux. */
const guardian = "/usr/bin/setpriv";
const guard = (): readonly string[] => (existsSync(guardian) && !lstatSync(guardian).isSymbolicLink() ? [guardian, "--pdeathsig", "QUIT", "--"] : []);

const settings = (folder: string): string => {
  const inside = (name: string): string => word(join(folder, name));
  return [
    // As root the workers become another user, who may not enter the folder.
    ...(isRoot() ? ["user root;"] : []),
    "worker_processes 1;", "daemon off;", "master_process on;", `pid ${inside("nginx.pid")};`, `error_log ${inside("error.log")};`,
    "events { worker_connections 256; }",
    "http {", "access_log off;",
    ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${inside(`temporary/${name}`)};`),
    // Whether the machine's own table takes a long name is for its own test to tell.
    "server_names_hash_bucket_size 512;",
    `include ${inside("site.conf")};`, "}", "",
  ].join("\n");
};

interface Upstream {
  readonly port: number;
  /** What came since it was last asked; null for nothing. */
  take(): TrialAnswer["received"];
  close(): Promise<void>;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function listenOn<Kind extends Server>(server: Kind): Promise<Kind> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, here, () => resolve(server));
  });
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));

async function openUpstream(): Promise<Upstream> {
  let seen: TrialAnswer["received"] = null;
  const server = await listenOn(createServer((request, response) => {
    let bodySize = 0;
    request.on("data", (chunk: Uint8Array) => { bodySize += chunk.length; });
    request.on("end", () => {
      seen = { headers: request.rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), request.rawHeaders[index + 1] ?? ""] as const] : [])), bodySize };
      response.end("tried\n");
    });
  }));
  return {
    port: portOf(server),
    take: () => {
      const taken = seen;
      seen = null;
      return taken;
    },
    close: () => {
      const done = closed(server);
      server.closeAllConnections();
      return done;
    },
  };
}

/** Two ports that were free a moment ago. */
async function freePorts(): Promise<Pick<TrialPlaces, "https" | "http">> {
  const [https, http] = await Promise.all([listenOn(createTcpServer()), listenOn(createTcpServer())]);
  const ports = { https: portOf(https), http: portOf(http) };
  await Promise.all([closed(https), closed(http)]);
  return ports;
}

class Running {
  said = "";
  failure: Error | null = null;
  hasEnded = false;
  /** When it and all its workers have ended: then nobody holds its standard error. */
  private readonly ended: Promise<void>;
  private readonly child: ChildProcess;

  constructor(command: readonly string[]) {
    const [program = "", ...arguments_] = command;
    // A session of its own has no terminal, on which it would ask for the password of a key.
    const child = spawn(program, arguments_, { cwd: "/", detached: true, stdio: ["ignore", "ignore", "pipe"], env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" } });
    this.child = child;
    child.stderr.on("data", (chunk: Buffer) => { this.said = `${this.said}${chunk.toString()}`.slice(0, mostSaid); });
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.hasEnded = true;
        resolve();
      };
      child.once("error", (thrown) => {
        this.failure = thrown;
        end();
      });
      child.once("close", end);
    });
  }

  /** Ends it and its workers at once. */
  kill(): void {
    const { pid } = this.child;
    if (this.hasEnded || pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }

  async end(): Promise<void> {
    if (this.hasEnded) return;
    this.child.kill("SIGQUIT");
    const timer = setTimeout(() => this.kill(), partingPatience);
    await this.ended;
    clearTimeout(timer);
  }
}

/** Does something also where this process is told to end meanwhile; gives what takes that back. */
function onEnd(clean: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const take = (signal: NodeJS.Signals): void => {
    clean();
    back();
    // Nobody else listens, so that the signal would have ended this process.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const back = (): void => {
    process.off("exit", clean);
    for (const signal of signals) process.off(signal, take);
  };
  process.once("exit", clean);
  for (const signal of signals) process.once(signal, take);
  return back;
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Waits until it has all its ports, which is when it writes its number down. Throws nginx-refused; gives false where a port was lost. */
async function isUp(running: Running, folder: string, until: number, refused: () => LockstepError): Promise<boolean> {
  for (;;) {
    const number = await readFile(join(folder, "nginx.pid"), "latin1").catch(() => "");
    if (/^\d+\n/.test(number)) return true;
    // It tries five times to have a port, for half a second each; another port is had sooner.
    if (portTaken.test(running.said)) return false;
    if (running.hasEnded || Date.now() > until) throw refused();
    await wait(pollEvery);
  }
}

const failureOf = (error: LockstepError): string => error.message.replace(/\.$/, "").slice(0, 300);

async function put(request: TrialRequest, places: TrialPlaces, upstream: Upstream, until: number): Promise<TrialAnswer> {
  const { scheme, serverName, method, path, headers, bodySize } = request;
  const isHost = ([name]: readonly [string, string]): boolean => name.toLowerCase() === "host";
  const target = { address: here, port: places[scheme], serverName, timeout: Math.max(1, Math.min(requestPatience, until - Date.now())) };
  upstream.take();
  try {
    const { status, headers: answered, tls } = await nodeNetwork.exchange({
      ...target, scheme, method, host: headers.find(isHost)?.[1] ?? serverName ?? here, hostName: serverName ?? here, path,
      headers: headers.filter((header) => !isHost(header)), body: bodySize === 0 ? [] : [new Uint8Array(bodySize)], authorities: [], allowUntrusted: true, limit: 4096,
    });
    const location = answered.find(([name]) => name.toLowerCase() === "location")?.[1] ?? null;
    return { failure: null, status, location, thumbprint: tls?.thumbprint ?? null, received: upstream.take() };
  } catch (thrown) {
    const error = asLockstepError(thrown);
    if (error.code === "internal") throw error;
    const received = upstream.take();
    // A handshake came about, and then no answer.
    const shown = scheme === "https" && error.code === "http-failed" ? await nodeNetwork.tls(target).catch(() => null) : null;
    return { failure: failureOf(error), status: 0, location: null, thumbprint: shown?.thumbprint ?? null, received };
  }
}

export interface TrialProgram {
  /** Path of NGINX's program. */
  readonly program: string;
  /** "1.22.1" */
  readonly version: string;
}

/** One try; null where a port was lost, unless that is the last answer that is wanted. */
async function tryOnce({ program, version }: TrialProgram, upstream: Upstream, site: (places: TrialPlaces) => string, requests: readonly TrialRequest[], until: number, isLast: boolean): Promise<readonly TrialAnswer[] | null> {
  const places: TrialPlaces = { ...await freePorts(), upstream: upstream.port };
  const text = site(places);
  const folder = await mkdtemp(join(resolve(tmpdir()), `lockstep-trial-${process.pid}-`));
  const arguments_ = ["-p", folder, "-c", join(folder, "nginx.conf"), ...(knowsLog(version) ? ["-e", join(folder, "error.log")] : [])];
  let running: Running | null = null;
  const back = onEnd(() => {
    running?.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  try {
    await mkdir(join(folder, "temporary"), { mode: 0o700 });
    await writeFile(join(folder, "nginx.conf"), settings(folder), { mode: 0o600 });
    await writeFile(join(folder, "site.conf"), text, { mode: 0o600 });
    const started = running = new Running([...guard(), program, ...arguments_]);
    const refused = (): LockstepError => {
      if (started.failure) return problem("command-failed", { program, reason: "it could not be run", remedy: "See whether NGINX is installed whole." }, { cause: started.failure });
      const said = started.said.replaceAll(`${folder}/`, "");
      const { reason, remedy } = started.hasEnded || said !== "" ? explainRefusal(said) : { reason: `it did not start within ${patience / 1000} seconds`, remedy: "See what this computer is busy with." };
      return problem("nginx-refused", { reason, remedy }, { evidence: { command: [program, ...arguments_], output: said } });
    };
    if (!await isUp(started, folder, until, refused)) {
      if (isLast) throw refused();
      return null;
    }
    const answers: TrialAnswer[] = [];
    for (const request of requests) answers.push(await put(request, places, upstream, until));
    return answers;
  } finally {
    await running?.end();
    await rm(folder, { recursive: true, force: true });
    back();
  }
}

/** See Nginx.trial in app/machine.ts. Takes 20 seconds at most. */
export async function trySite(nginx: TrialProgram, site: (places: TrialPlaces) => string, requests: readonly TrialRequest[]): Promise<readonly TrialAnswer[]> {
  const until = Date.now() + patience;
  const upstream = await openUpstream();
  try {
    for (let number = 1; ; number++) {
      const answers = await tryOnce(nginx, upstream, site, requests, until, number >= mostTries);
      if (answers) return answers;
    }
  } finally {
    await upstream.close();
  }
}
