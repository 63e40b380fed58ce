// What is proven of an instance: how it answers now, and how it must answer when a plan is done.
import type { Verified } from "../contract.ts";
import { asLockstepError } from "../errors.ts";
import type { Machine } from "../machine.ts";
import type { Configuration, Endpoint } from "../santedb/configuration.ts";
import { hostPart } from "../santedb/endpoint.ts";
import type { Instance } from "../santedb/instance.ts";
import type { ConfigurationEdit } from "../santedb/edit.ts";
import type { Operation } from "./operation.ts";
import { seeRedirect } from "./perform-site.ts";
import { seeTls } from "./perform.ts";

/** Milliseconds for one look while planning. */
const lookTimeout = 3000;

/** Those of the checks that hold now, in the same order. */
export async function tryVerify(machine: Machine, checks: readonly Operation[]): Promise<readonly Verified[]> {
  const results = await Promise.all(checks.map(async (check): Promise<Verified | null> => {
    try {
      if (check.kind === "verify.redirect") return await seeRedirect(machine.network, check, lookTimeout);
      if (check.kind !== "verify.tls" && check.kind !== "verify.http") return null;
      if (check.kind === "verify.tls") return await seeTls(machine.network, check, lookTimeout);
      const answer = await machine.network.http({ address: check.address, port: check.port, serverName: check.serverName, timeout: lookTimeout, scheme: check.scheme, host: check.host, path: check.path });
      return { address: check.address, port: check.port, serverName: check.serverName, thumbprint: answer.tls?.thumbprint ?? null, protocol: answer.tls?.protocol ?? "http", path: check.path, httpStatus: answer.status };
    } catch {
      return null;
    }
  }));
  return results.filter((result) => result !== null);
}

/** Value of the Host header with which an endpoint's own prefix matches. */
const hostHeader = (host: string, address: string, port: number): string => (host === "0.0.0.0" || host === "[::]" ? `${hostPart(address)}:${port}` : `${host}:${port}`);

/** How a running instance answers now, as checks that must hold again if everything is put back. */
export async function proofOf(machine: Machine, { scheme, port, host, state }: Instance, { endpoints }: Pick<Configuration, "endpoints">, loopbacks: readonly string[]): Promise<readonly Operation[]> {
  if (state !== "running" || scheme === null || port === null) return [];
  if (scheme === "http") {
    const path = endpoints.find((endpoint) => endpoint.port === port)?.path ?? "/";
    const checks = loopbacks.map((address): Operation => ({ kind: "verify.http", scheme, address, port, serverName: null, host: hostHeader(host ?? "0.0.0.0", address, port), path }));
    const held = await Promise.all(checks.map(async (check) => ((await tryVerify(machine, [check])).length > 0 ? [check] : [])));
    return held.flat();
  }
  const answers = await Promise.all(loopbacks.map(async (address): Promise<Operation[]> => {
    const answer = await machine.network.tls({ address, port, serverName: null, timeout: lookTimeout }).catch(() => null);
    return answer ? [{ kind: "verify.tls", address, port, serverName: null, thumbprint: answer.thumbprint }] : [];
  }));
  return answers.flat();
}

/** That each endpoint answers over plain http: the first over every loopback address, all others over the first of them. */
export function httpChecks(endpoints: readonly Endpoint[], host: string, loopbacks: readonly string[]): readonly Operation[] {
  const check = (address: string, { port, path }: Endpoint): Operation => ({ kind: "verify.http", scheme: "http", address, port, serverName: null, host: hostHeader(host, address, port), path });
  const [first = "127.0.0.1", ...others] = loopbacks;
  return endpoints.flatMap((endpoint, index) => [check(first, endpoint), ...(index === 0 ? others.map((address) => check(address, endpoint)) : [])]);
}

/** That the REST section's file, read again after the service has started, has the addresses that were written. */
export function configurationCheck({ file, endpoints }: Configuration, edits: readonly ConfigurationEdit[]): readonly Operation[] {
  const edit = edits.find((each) => each.file === file);
  if (!edit) return [];
  const written = new Map(edit.changes.map((change) => [`${change.line} ${change.column}`, change.to]));
  return [{
    kind: "verify.configuration", path: file,
    endpoints: endpoints.map(({ service, contract, address, line, column }) => ({ service, contract, address: written.get(`${line} ${column}`) ?? address })),
  }];
}

/** Whether anything takes connections there, whatever it speaks. */
export async function isTaken({ network }: Machine, address: string, port: number): Promise<boolean> {
  return network.tls({ address, port, serverName: null, timeout: 1000 }).then(() => true, (thrown: unknown) => asLockstepError(thrown).code !== "not-listening");
}
