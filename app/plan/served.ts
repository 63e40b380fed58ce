// What clients of a port are served: how it is now, and what it must be once records have changed.
import { askedName } from "../certificates/host-name.ts";
import { sha256Fingerprint } from "../certificates/thumbprint.ts";
import { asLockstepError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { parseEndpoint, type Binding } from "../http-sys/binding.ts";
import { answerFor } from "../http-sys/explanation.ts";
import { indexBindings } from "../http-sys/precedence.ts";
import type { Machine } from "../machine.ts";
import { discoverInstances } from "../santedb/discovery.ts";
import type { Operation } from "./operation.ts";

/** Milliseconds for one look while planning. */
const lookTimeout = 3000;
/** Clients tried at most: more addresses and names than this are not proven one by one. */
const clientLimit = 64;

interface Client {
  readonly address: string;
  readonly port: number;
  readonly serverName: string | null;
}

export interface Served {
  /** What clients must be served afterwards, of those that reach a TLS listener. */
  readonly checks: readonly Operation[];
  /** What they are served now: it must be so again when everything is put back. */
  readonly proof: readonly Operation[];
  readonly findings: readonly Finding[];
}

/** Every address and name by which the records of a port tell clients apart. */
function clientsOf(port: number, bindings: readonly Binding[], loopbacks: readonly string[]): readonly Client[] {
  const records = bindings.flatMap(({ endpoint }) => {
    const parts = parseEndpoint(endpoint);
    return parts?.port === port ? [parts] : [];
  });
  const exact = records.flatMap(({ family, host }) => (family === "ip" && host !== "0.0.0.0" && host !== "::" ? [host] : []));
  const names = records.flatMap(({ family, host }) => (family === "sni" ? [askedName(host)] : []));
  const addresses = [...new Set([...loopbacks, ...exact])];
  return addresses.flatMap((address) => [null, ...new Set(names)].map((serverName) => ({ address, port, serverName })));
}

type Look = { readonly kind: "served"; readonly thumbprint: string } | { readonly kind: "reset" } | { readonly kind: "silent" };

async function look({ network }: Machine, client: Client): Promise<Look> {
  try {
    return { kind: "served", thumbprint: (await network.tls({ ...client, timeout: lookTimeout })).thumbprint };
  } catch (thrown) {
    return { kind: asLockstepError(thrown).code === "not-listening" ? "silent" : "reset" };
  }
}

const check = ({ address, port, serverName }: Client, thumbprint: string): Operation => ({ kind: "verify.tls", address, port, serverName, thumbprint });

/**
 * Looks at the clients of these ports as they are served now, and says what they must be served by the records `after`.
 * A client that reaches no TLS listener is not proven, and a finding says so.
 */
export async function servedBy(machine: Machine, ports: readonly number[], { before, after }: { readonly before: readonly Binding[]; readonly after: readonly Binding[] }): Promise<Served> {
  const [loopbacks, instances, stored] = await Promise.all([machine.network.loopbacks(), discoverInstances(machine), machine.certificates.list("My")]);
  // A record may name its certificate by SHA-256; what a handshake shows is compared by SHA-1.
  const bySha256 = new Map(stored.map(({ der, thumbprint }) => [sha256Fingerprint(der), thumbprint]));
  const secured = new Set(instances.flatMap(({ state, scheme, port }) => (state === "running" && scheme === "https" && port !== null ? [port] : [])));
  const all = [...new Set(ports)].flatMap((port) => clientsOf(port, [...before, ...after], loopbacks));
  const clients = all.slice(0, clientLimit);
  const looks = await Promise.all(clients.map(async (client) => ({ client, now: await look(machine, client) })));
  const speaking = new Set([...secured, ...looks.flatMap(({ client, now }) => (now.kind === "served" ? [client.port] : []))]);
  const index = indexBindings(after);
  const unproven = [...new Set(clients.map(({ port }) => port))].filter((port) => !looks.some(({ client, now }) => client.port === port && now.kind !== "silent" && speaking.has(port)));
  return {
    checks: looks.flatMap(({ client, now }) => {
      const { answer: { thumbprint }, binding } = answerFor(index, client.address, client.port, client.serverName);
      const expected = thumbprint !== null && thumbprint.length === 64 ? bySha256.get(thumbprint) ?? null : thumbprint;
      return now.kind === "silent" || !speaking.has(client.port) || expected === null || binding?.flags.reject === true ? [] : [check(client, expected)];
    }),
    proof: looks.flatMap(({ client, now }) => (now.kind === "served" ? [check(client, now.thumbprint)] : [])),
    findings: [...all.length > clients.length ? [{
      code: "not-all-proven", severity: "information" as const, message: `${all.length} addresses and names are concerned; the first ${clients.length} of them are proven.`,
      hint: "Look at the others with `lockstep binding explain` and a client of yours.",
    }] : [], ...unproven.map((port): Finding => ({
      code: "not-proven", severity: "information", message: `Nothing answers over TLS on port ${port}, so no handshake proves this change.`,
      hint: "Start the service that listens there and look again: `lockstep binding explain` says what it must serve.",
    }))],
  };
}
