// The program of a practice service: a SanteDB dCDR as far as HTTP.sys, certificates and the service control manager
// are concerned. Arguments: the machine's folder, the service's name, and --lifeline when it ends with its standard input.
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { asLockstepError, LockstepError } from "../../../app/errors.ts";
import { knownSid, mayListenUnreserved } from "../../../app/http-sys/account.ts";
import { reservationFor } from "../../../app/http-sys/reservation.ts";
import { win32Meaning } from "../../../app/http-sys/win32.ts";
import type { Endpoint } from "../../../app/santedb/configuration.ts";
import { urlPrefix } from "../../../app/santedb/endpoint.ts";
import { parseImagePath } from "../../../app/santedb/image-path.ts";
import { atomicWrite, removeFile } from "../../storage/file.ts";
import { withLock } from "../../storage/lock.ts";
import { openCertificateStore } from "./certificate-store.ts";
import { askService, exchangeLimit, parseJson, proofOf, readLine, requestSchema, runningPath, sameSecret, type ControlAnswer, type Running } from "./control.ts";
import { recordEvent } from "./event-log.ts";
import { reservationsOf } from "./http-sys-tables.ts";
import { localisedSid } from "./language.ts";
import { listen, serverHeader, type Listener } from "./listener.ts";
import { loadConfiguration, type LoadedConfiguration } from "./loaded-configuration.ts";
import { expanded, serviceNamed, withExitCode, type Faults, type ServiceEntry } from "./service-table.ts";
import { accountSid, openState } from "./state.ts";

/** A reason not to run, with the Win32 code that the service control manager keeps. */
class Failure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Groups that every account of a service belongs to: Everyone, Authenticated Users, Users. */
const everyService = ["S-1-1-0", "S-1-5-11", "S-1-5-32-545"];

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const faultPoll = 100;

/** What an endpoint says to whoever asks it: who it is, and nothing secret. */
function answer(endpoint: Endpoint, instance: string, request: IncomingMessage, response: ServerResponse): void {
  const common = { "Server": serverHeader, "X-Powered-By": "SanteDB practice instance", "Cache-Control": "no-store" };
  const send = (status: number, type: string, body: string, more: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { ...common, ...more, "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const contract = endpoint.contract.split(",", 1)[0] ?? "";
  const own = endpoint.path.replace(/\/$/, "");
  const path = (request.url ?? "/").split(/[?#]/, 1)[0]?.replace(/\/$/, "") ?? "";
  if (own === "") {
    if (path !== "") send(404, "text/plain; charset=utf-8", "There is no such page.\n");
    else send(200, "text/html; charset=utf-8", `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>SanteDB</title></head><body><h1>SanteDB</h1><p>This is the practice instance ${instance}.</p></body></html>\n`);
    return;
  }
  const body = `${JSON.stringify({ service: endpoint.service, contract, instance, processId: process.pid })}\n`;
  const needsToken = /\.I(?:Ami|Hdsi)ServiceContract$/.test(contract);
  send(needsToken ? 401 : 200, "application/json", body, needsToken ? { "WWW-Authenticate": "Bearer" } : {});
}

async function runService(directory: string, service: string): Promise<void> {
  const state = openState(directory);
  const token = randomBytes(32).toString("hex");
  let status: ControlAnswer["state"] = "start-pending";
  let listener: Listener | null = null;
  let loaded: LoadedConfiguration | null = null;
  let ending = false;

  const entryNow = async (): Promise<ServiceEntry> => {
    const entry = serviceNamed(await state.services.read(), service);
    if (!entry) throw new Failure(1060, "The service is not in services.json.");
    return entry;
  };
  const faultsNow = async (): Promise<Faults> => (await entryNow()).faults ?? {};

  /** Leaves with an exit code: the ports first, then the record, then the file that says it runs. */
  const leave = async (code: number, event?: { readonly id: number; readonly text: string }): Promise<never> => {
    if (ending) return new Promise<never>(() => undefined);
    ending = true;
    try {
      await listener?.close();
      if (event) await recordEvent(directory, { source: "Service Control Manager", ...event });
      await state.services.change((table) => {
        const next = withExitCode(table, service, code);
        return { next: next === table ? null : next, value: undefined };
      });
      await removeFile(runningPath(directory, service));
    } finally {
      process.exit(0);
    }
  };

  const fail = async (thrown: unknown): Promise<never> => {
    const title = await entryNow().then(({ displayName }) => displayName, () => service);
    if (thrown instanceof Failure) {
      return leave(thrown.code, { id: 7023, text: `The ${title} service terminated with the following error: ${win32Meaning(thrown.code)}. ${thrown.message}` });
    }
    return leave(1067, { id: 7031, text: `The ${title} service terminated unexpectedly. ${asLockstepError(thrown).message}` });
  };

  const stop = async (): Promise<void> => {
    status = "stop-pending";
    await pause((await faultsNow()).slowStop ?? 0);
    while ((await faultsNow()).ignoresStop === true) await pause(faultPoll);
    const entry = await entryNow();
    if (entry.faults?.savesOnStop ?? entry.savesOnStop ?? false) await loaded?.save();
    await leave(0);
  };

  const control = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.setTimeout(exchangeLimit, () => socket.destroy());
    void readLine(socket).then((line) => {
      const request = line === null ? null : requestSchema.safeParse(parseJson(line));
      if (request?.success !== true || !sameSecret(request.data.token, token)) {
        socket.destroy();
        return;
      }
      const { ask } = request.data;
      const taken = ask !== "stop" || status === "running";
      if (ask === "stop" && taken) void stop().catch(fail);
      socket.end(`${JSON.stringify({ proof: proofOf(token), state: status, pid: process.pid, taken } satisfies ControlAnswer)}\n`, () => {
        if (ask === "kill") process.kill(process.pid, "SIGKILL");
      });
      if (ask === "power-off") void leave(0);
    });
  });
  control.maxConnections = 64;

  const report = (): Promise<void> => new Promise((resolve, reject) => {
    control.once("error", reject);
    control.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = control.address();
      const running: Running = {
        pid: process.pid, controlPort: typeof address === "object" && address ? address.port : 0, token, startedAt: new Date().toISOString(),
      };
      atomicWrite(runningPath(directory, service), Buffer.from(`${JSON.stringify(running)}\n`), { mode: 0o600 }).then(() => resolve(), reject);
    });
  });

  const sidOf = async (account: string): Promise<string | null> => {
    const machine = await state.machine.read();
    return knownSid(account) ?? localisedSid(account, machine.language) ?? accountSid(account, machine);
  };

  const start = async (): Promise<void> => {
    const entry = await entryNow();
    const image = parseImagePath(expanded(entry.imagePath, directory));
    const instance = image.name ?? "default";
    const file = entry.reads === undefined ? image.config ?? join(image.folder, "instances", instance, "config", "santedb.config") : expanded(entry.reads, directory);
    loaded = await loadConfiguration({
      file, programFolder: image.folder, keepsCopy: entry.version?.startsWith("2.") !== true, cannotRead: entry.faults?.cannotRead === true,
    });
    const { configuration } = loaded;
    const [unreadable] = configuration.others.filter(({ kind }) => kind === "invalid");
    if (unreadable) throw new Error(`${unreadable.address} is not an address that can be listened on.`);

    const sid = await sidOf(entry.account);
    if (sid === null) throw new Failure(1069, `There is no account ${entry.account}.`);
    const reservations = reservationsOf(await state.httpSys.read());
    const registrations = configuration.endpoints.map((endpoint) => ({ prefix: urlPrefix(endpoint), value: endpoint }));
    const seen = new Map<string, string>();
    for (const { prefix, value } of registrations) {
      const taken = seen.get(prefix.toLowerCase()) ?? (seen.get(`port ${value.port}`) ?? value.scheme);
      if (seen.has(prefix.toLowerCase()) || taken !== value.scheme) throw new Failure(183, `${prefix} conflicts with another address of this configuration.`);
      seen.set(prefix.toLowerCase(), value.scheme);
      seen.set(`port ${value.port}`, value.scheme);
      if (mayListenUnreserved(sid)) continue;
      const reserved = reservationFor(prefix, reservations);
      const allowed = reserved?.accounts.some(({ sid: holder, rights }) => rights.includes("listen") && (holder === sid || everyService.includes(holder))) ?? false;
      if (!allowed) throw new Failure(5, `${prefix} is not reserved for ${entry.account}.`);
    }

    await pause(entry.faults?.slowStart ?? 0);
    try {
      listener = await listen({
        registrations, tables: state.httpSys, certificates: openCertificateStore(join(directory, "certificates")),
        answer: (endpoint, request, response) => answer(endpoint, instance, request, response),
      });
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
      if (code === "EADDRINUSE") throw new Failure(32, "Another program listens on its port.");
      if (code === "EACCES") throw new Failure(5, "Its port may not be listened on.");
      throw thrown;
    }
    await state.services.change((table) => {
      const next = withExitCode(table, service, 0);
      return { next: next === table ? null : next, value: undefined };
    });
    status = "running";
    const { diesAfterStart } = await faultsNow();
    if (diesAfterStart !== undefined) setTimeout(() => void fail(new Error("It was told to, by its diesAfterStart fault.")), diesAfterStart);
  };

  process.on("SIGTERM", () => void leave(0)).on("SIGINT", () => void leave(0)).on("SIGHUP", () => undefined);
  process.on("uncaughtException", (thrown) => void fail(thrown));
  process.on("unhandledRejection", (thrown) => void fail(thrown));
  if (process.argv.includes("--lifeline")) {
    process.stdin.on("end", () => void leave(0)).on("error", () => void leave(0)).resume();
  }

  await report();
  // Whoever started this process may be gone already; it runs on all the same.
  process.send?.("reported", undefined, undefined, () => undefined);
  await start().catch(fail);
}

/** Milliseconds: one look at the lock, and the time that a service on its way out has to be gone. */
const lockLook = 100;
const lockPatience = 8000;

/**
 * Runs the service unless it runs already: a starter that was killed may have left a process that only just comes up. The
 * lock is held for life. Returns when another process is the one that runs.
 */
async function runAlone(directory: string, service: string): Promise<void> {
  const until = Date.now() + lockPatience;
  for (;;) {
    try {
      await withLock(`practice service ${directory} ${service.toLowerCase()}`, lockLook, async () => {
        await runService(directory, service);
        await new Promise<never>(() => undefined);
      });
    } catch (thrown) {
      if (!(thrown instanceof LockstepError) || thrown.code !== "machine-busy") throw thrown;
    }
    if (Date.now() >= until || await askService(directory, service, "state")) return;
  }
}

const [, , directory, service] = process.argv;
if (directory !== undefined && service !== undefined) {
  runAlone(directory, service).then(() => process.exit(0), () => process.exit(70));
}
