// Doing the operations that publish a site: files and links put whole, NGINX made to take them, and what proves it.
import type { Verified } from "../contract.ts";
import { asLockstepError, problem, type CommandEvidence, type LockstepError } from "../errors.ts";
import type { Command, Machine, Network, Nginx, TrialPlaces } from "../machine.ts";
import { explainRefusal } from "../nginx/refusal.ts";
import { trialOf } from "../nginx/trial.ts";
import { hostPart } from "../santedb/endpoint.ts";
import type { OperationOf } from "./operation.ts";
import { changed, eventually, pollEvery, run, unchanged, type Circumstances, type Performance } from "./performance.ts";
import { commandsOf } from "./view.ts";
import { isWhole } from "../whole-file.ts";

const requestTimeout = 10_000;

function nginxOf({ nginx }: Machine): Nginx {
  if (!nginx) throw problem("unsupported", { what: "NGINX" });
  return nginx;
}

/** Throws file-changed, file-read-only, file-unwritable, file-not-found for a missing folder, disk-full. */
export async function putFile({ path, previous, next }: OperationOf<"file.put">, { machine: { files }, intend }: Circumstances): Promise<Performance> {
  if (await isWhole(files, path, next)) return unchanged;
  if (!await isWhole(files, path, previous)) throw problem("file-changed", { file: path });
  if (previous && (previous.mode & 0o222) === 0) throw problem("file-read-only", { file: path });
  await intend();
  if (next === null) await files.remove(path);
  else await files.put(path, new TextEncoder().encode(next.text), next.mode);
  return changed;
}

/** Throws file-changed, file-exists, file-unwritable, file-not-found for a missing folder. */
export async function setLink({ path, previous, next }: OperationOf<"link.set">, { machine: { files }, intend }: Circumstances): Promise<Performance> {
  const present = await files.linkTarget(path);
  if (present === next && (next !== null || await isFree(files, path))) return unchanged;
  // Nothing where a link was: a change of ours that was cut between removing and making.
  if (present !== previous && present !== null) throw problem("file-changed", { file: path });
  await intend();
  if (present !== null) await files.remove(path);
  if (next !== null) await files.link(path, next);
  return changed;
}

const isFree = async (files: Machine["files"], path: string): Promise<boolean> => await files.stat(path).catch(() => undefined) === null;

const evident = (make: (reason: string, remedy: string, evidence: CommandEvidence) => LockstepError, output: string, evidence: CommandEvidence): LockstepError => {
  const { reason, remedy } = explainRefusal(output);
  return make(reason, remedy, evidence);
};

/** Runs the test that is shown. Throws what `refuse` makes of it where NGINX would not start so. */
async function test(machine: Machine, command: Command | undefined, refuse: (reason: string, remedy: string, evidence: CommandEvidence) => LockstepError): Promise<string> {
  if (!command) return "";
  const { result, evidence } = await run(machine, command);
  if (result.exitCode !== 0) throw evident(refuse, result.output, evidence);
  return result.output;
}

const refused = (reason: string, remedy: string, evidence: CommandEvidence): LockstepError => problem("nginx-refused", { reason, remedy }, { evidence });

/** Throws unsupported, nginx-broken. */
export async function checkProxy(operation: OperationOf<"proxy.check">, { machine, intend }: Circumstances): Promise<Performance> {
  nginxOf(machine);
  await test(machine, commandsOf(operation)[0], (reason, _, evidence) => problem("nginx-broken", { reason }, { evidence }));
  // Nothing is changed by it, but from here on undoing ends with NGINX taking what was put back.
  await intend();
  return changed;
}

/**
 * A reload is asked for and not waited for by NGINX itself, and one that fails leaves no trace but in the error log: so it
 * is done only when other workers take connections. Throws nginx-refused, nginx-not-reloaded, nginx-not-running.
 */
export async function reloadProxy(operation: OperationOf<"proxy.reload">, circumstances: Circumstances): Promise<Performance> {
  const { machine, intend } = circumstances;
  const nginx = nginxOf(machine);
  const before = await nginx.state();
  // One that ended meanwhile, or was started, is started, or reloads.
  const [testing, taking] = commandsOf({ ...operation, wasRunning: before.masterId !== 0 });
  await test(machine, testing, refused);
  await intend();
  const logged = await nginx.errors();
  if (taking) {
    const { result, evidence } = await run(machine, taking);
    if (result.exitCode !== 0) {
      throw evident((reason, _, with_) => problem(before.masterId === 0 ? "nginx-not-running" : "nginx-not-reloaded", { reason }, { evidence: with_ }), result.output, evidence);
    }
  }
  await taken(nginx, before.workers, logged, circumstances);
  return changed;
}

/** Waits until other workers than `before` take connections. Throws nginx-not-reloaded, nginx-not-running. */
async function taken(nginx: Nginx, before: readonly number[], logged: string, { machine: { clock }, limits }: Circumstances): Promise<void> {
  const until = clock.now().getTime() + limits.verify;
  const code = before.length === 0 ? "nginx-not-running" : "nginx-not-reloaded";
  for (;;) {
    const { masterId, workers } = await nginx.state();
    if (masterId !== 0 && workers.length > 0 && !workers.some((worker) => before.includes(worker))) return;
    const news = newsIn(await nginx.errors(), logged);
    const output = news.split("\n").filter((line) => line.includes("[emerg]")).join("\n");
    // NGINX tries to bind five times before it says that it still could not.
    if (/\[emerg\].*still could not bind/.test(output) || /\[emerg\](?!.*bind\(\))/.test(output)) {
      throw problem(code, { reason: explainRefusal(output).reason }, { evidence: { command: ["nginx"], output } });
    }
    if (clock.now().getTime() >= until) throw problem(code, { reason: output === "" ? `no other workers after ${Math.round(limits.verify / 1000)} seconds` : explainRefusal(output).reason });
    await clock.wait(pollEvery);
  }
}

/** What a log says now that it did not say before; all of it where it was begun anew. */
function newsIn(now: string, before: string): string {
  const [last = ""] = before.split("\n").filter((line) => line !== "").slice(-1);
  const at = last === "" ? -1 : now.lastIndexOf(last);
  return at < 0 ? now : now.slice(at + last.length);
}

/** Throws nginx-not-reloaded where it does not end. */
export async function stopProxy(operation: OperationOf<"proxy.stop">, { machine, limits, intend }: Circumstances): Promise<Performance> {
  const nginx = nginxOf(machine);
  if ((await nginx.state()).masterId === 0) return unchanged;
  await intend();
  for (const command of commandsOf(operation)) {
    const { result, evidence } = await run(machine, command);
    if (result.exitCode !== 0) throw evident((reason, _, with_) => problem("nginx-not-reloaded", { reason }, { evidence: with_ }), result.output, evidence);
  }
  const until = machine.clock.now().getTime() + limits.service;
  while ((await nginx.state()).masterId !== 0) {
    if (machine.clock.now().getTime() >= until) throw problem("nginx-not-reloaded", { reason: `it did not stop within ${Math.round(limits.service / 1000)} seconds` });
    await machine.clock.wait(pollEvery);
  }
  return changed;
}

/** Throws unsupported, nginx-refused, site-unproven. */
export async function verifySite({ site, thumbprint }: OperationOf<"verify.site">, { machine }: Circumstances): Promise<Performance> {
  const trial = trialOf(site, thumbprint);
  let found: TrialPlaces = { https: 0, http: 0, upstream: 0 };
  const answers = await nginxOf(machine).trial((places) => {
    found = places;
    return trial.render(places);
  }, trial.requests);
  const fault = trial.judge(answers, found);
  if (fault !== null) throw problem("site-unproven", { problem: fault, remedy: "Nothing of it was turned on. Look at the site's values and try again." });
  return unchanged;
}

/** One request over http: where it is sent on to. `timeout` in milliseconds. Throws not-listening, http-failed, redirect-wrong. */
export async function seeRedirect(network: Network, { address, port, host, path, location }: OperationOf<"verify.redirect">, timeout: number): Promise<Verified> {
  const answer = await network.exchange({
    address, port, serverName: null, timeout, scheme: "http", method: "GET", host, hostName: host, path, headers: [], body: [], authorities: [], allowUntrusted: true, limit: 4096,
  });
  const found = answer.headers.find(([name]) => name.toLowerCase() === "location")?.[1] ?? null;
  if (answer.status !== 308 || found !== location) {
    throw problem("redirect-wrong", { url: `http://${hostPart(address)}:${port}${path}`, answer: found === null ? answer.status : `${answer.status} ${found}`, expected: location });
  }
  return { address, port, serverName: null, thumbprint: null, protocol: "http", path, httpStatus: answer.status };
}

/** Throws as `seeRedirect`. */
export async function verifyRedirect(operation: OperationOf<"verify.redirect">, circumstances: Circumstances): Promise<Performance> {
  return { changed: false, verified: await eventually(circumstances, () => seeRedirect(circumstances.machine.network, operation, requestTimeout)) };
}

/** Throws site-unproven. */
export async function verifyAbsence({ address, port, serverName, thumbprint }: OperationOf<"verify.absence">, circumstances: Circumstances): Promise<Performance> {
  await eventually(circumstances, async () => {
    const shown = await circumstances.machine.network.tls({ address, port, serverName, timeout: requestTimeout }).then((answer) => answer.thumbprint, (thrown: unknown) => {
      const { code } = asLockstepError(thrown);
      if (code === "not-listening" || code === "handshake-failed") return null;
      throw thrown;
    });
    if (shown === thumbprint) {
      throw problem("site-unproven", { problem: `${serverName ?? hostPart(address)}, port ${port}, still presents ${thumbprint}.`, remedy: "Another site serves the same certificate; see `lockstep proxy lint` on what `nginx -T` prints." });
    }
  });
  return unchanged;
}
