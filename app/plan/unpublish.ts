// The planner that takes a site off NGINX.
import type { Machine } from "../machine.ts";
import { isEnabled, ownSites, servingOf, siteNamed } from "../nginx/published-site.ts";
import type { Server } from "../nginx/server.ts";
import type { PlannedChange } from "./configuration.ts";
import { nginxCall, nginxNow, reachedBy, servedNow } from "./nginx-now.ts";
import type { Operation } from "./operation.ts";
import { planId } from "./plan.ts";
import { linesBetween } from "./site-steps.ts";

/**
 * Reads the machine and gives the plan that takes a site away: its link, its file, and NGINX going on without it. The
 * certificate stays in the machine's store. Throws not-found, input-invalid, unsupported, nginx-missing, nginx-broken.
 */
export async function planUnpublish(machine: Machine, name: string, random: number): Promise<PlannedChange> {
  const now = await nginxNow(machine);
  const { installation } = now;
  const site = siteNamed(await ownSites(machine, installation), name);
  const link = installation.sites.links === null ? null : machine.files.join(installation.sites.links, site.fileName);
  const says = link === null ? null : await machine.files.linkTarget(link);
  const enabled = await isEnabled(machine, installation, site);
  const loopbacks = await machine.network.loopbacks();
  const isOwn = ({ directive: { file } }: Server): boolean => file === site.path || file === link;
  const [own, beside] = await Promise.all([servedNow(machine, now.servers.filter(isOwn), loopbacks), servedNow(machine, now.servers, loopbacks, isOwn)]);
  const call = nginxCall(now);
  const running = now.state.masterId !== 0 && enabled;
  const operations: readonly Operation[] = [
    ...(running ? [{ kind: "proxy.check" as const, ...call }] : []),
    ...(link !== null && says !== null && enabled ? [{ kind: "link.set" as const, path: link, previous: says, next: null }] : []),
    { kind: "file.put", path: site.path, of: "site", previous: { text: site.text, mode: site.mode }, next: null },
    ...(running ? [{ kind: "proxy.reload" as const, ...call }, ...absences(own, now.servers.filter((server) => !isOwn(server)), loopbacks), ...beside] : []),
  ];
  const serving = servingOf(site);
  return {
    plan: {
      id: planId(machine.clock.now(), random), title: `Take ${serving?.names[0]?.name ?? site.fileName} off NGINX`, operations: [...operations],
      proof: running ? [...own, ...beside] : [], certificate: null,
      findings: [{
        code: "certificate-stays", severity: "information", message: "The certificate and its key stay where they are.",
        hint: "Remove them with `lockstep certificate remove`, if nothing else needs them.",
      }],
      differences: [{ path: site.path, lines: [...linesBetween(site.text, "")] }],
    },
    verified: [],
  };
}

/** That what was served is served no more; where another server would show the same certificate to any name, nothing is proven by it. */
function absences(own: readonly Operation[], others: readonly Server[], loopbacks: readonly string[]): readonly Operation[] {
  return own.flatMap((check): readonly Operation[] => {
    if (check.kind !== "verify.tls") return [];
    const { address, port, serverName, thumbprint } = check;
    const remains = others.some((server) => !server.refuses && server.listens.some((listen) => listen.port === port && reachedBy(listen, loopbacks).includes(address)));
    return remains ? [] : [{ kind: "verify.absence", address, port, serverName, thumbprint }];
  });
}
