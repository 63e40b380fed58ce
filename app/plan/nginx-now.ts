// NGINX as it is while a plan is made: the program, what it reads, and who listens where.
import { askedName } from "../certificates/host-name.ts";
import { asLockstepError, problem } from "../errors.ts";
import type { Machine, Nginx, NginxInstallation, NginxState } from "../machine.ts";
import { assemble } from "../nginx/include.ts";
import { siteOf, type Listen, type Server } from "../nginx/server.ts";
import type { Operation } from "./operation.ts";

export interface NginxNow {
  readonly nginx: Nginx;
  readonly installation: NginxInstallation;
  readonly state: NginxState;
  /** Every server for HTTP that it reads, in order. */
  readonly servers: readonly Server[];
}

/** Throws unsupported, nginx-missing, nginx-broken, and what keeps NGINX from being looked at. */
export async function nginxNow({ nginx, kind }: Machine): Promise<NginxNow> {
  if (!nginx) throw problem("unsupported", { what: kind === "practice" ? "NGINX, while this is the practice machine," : "NGINX" });
  const installation = await nginx.find();
  if (!installation) throw problem("nginx-missing", {});
  const [state, files] = await Promise.all([nginx.state(), nginx.configuration().catch((thrown: unknown) => {
    const error = asLockstepError(thrown);
    throw error.code === "nginx-refused" ? problem("nginx-broken", { reason: error.message }, { cause: error, evidence: error.evidence }) : error;
  })]);
  const { directives } = assemble(files.map(({ path, content }) => ({ name: path, content })));
  return { nginx, installation, state, servers: siteOf(directives).servers };
}

/** What the operations on NGINX say of it. */
export function nginxCall({ installation: { arguments: own, service }, state }: NginxNow): { readonly arguments: string[]; readonly service: { name: string; manager: "systemd" | "init" } | null; readonly wasRunning: boolean } {
  return { arguments: [...own], service: service && { ...service }, wasRunning: state.masterId !== 0 };
}

/** Where a server listens on a port. */
export const listensOn = ({ listens }: Server, port: number): readonly Listen[] => listens.filter((listen) => listen.port === port);

/** Addresses of this machine by which a `listen` is reached, of those given. */
export function reachedBy({ address }: Listen, loopbacks: readonly string[]): readonly string[] {
  if (address === null || address.startsWith("unix:")) return [];
  const host = address.slice(0, address.lastIndexOf(":"));
  if (host === "0.0.0.0") return loopbacks.filter((each) => !each.includes(":"));
  if (host === "[::]") return loopbacks.filter((each) => each.includes(":"));
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return /^[\d.]+$|:/.test(bare) ? [bare] : [];
}

/** Clients that are looked at for what NGINX serves now; more than these are not proven one by one. */
const clientLimit = 16;
const lookTimeout = 3000;

/** What NGINX serves over TLS now, as checks: of every name and port the first address. Servers that `leave` names are left out. */
export async function servedNow(machine: Machine, servers: readonly Server[], loopbacks: readonly string[], leave: (server: Server) => boolean = () => false): Promise<readonly Operation[]> {
  const clients = new Map<string, { readonly address: string; readonly port: number; readonly serverName: string }>();
  for (const server of servers) {
    if (server.refuses || leave(server)) continue;
    const [name] = server.names.map((each) => askedName(each.name)).filter((each) => /^[a-z0-9.-]+$/.test(each));
    for (const listen of server.listens) {
      const [address] = reachedBy(listen, loopbacks);
      if (!listen.isTls || listen.port === null || address === undefined || name === undefined) continue;
      clients.set(`${name}:${listen.port}`, { address, port: listen.port, serverName: name });
    }
  }
  const looked = await Promise.all([...clients.values()].slice(0, clientLimit).map(async (client): Promise<Operation[]> => {
    const answer = await machine.network.tls({ ...client, timeout: lookTimeout }).catch(() => null);
    return answer ? [{ kind: "verify.tls", ...client, thumbprint: answer.thumbprint }] : [];
  }));
  return looked.flat();
}
