// The sites that Lockstep wrote.
import { problem } from "../errors.ts";
import type { Machine } from "../machine.ts";
import type { ProxyState } from "../nginx/site.ts";
import type { PlannedChange } from "./configuration.ts";

export function proxyState(machine: Machine): Promise<ProxyState> {
  return Promise.resolve({ nginx: null, reason: machine.kind, sites: [] });
}

export function planUnpublish(machine: Machine, name: string, random: number): Promise<PlannedChange> {
  return Promise.reject(problem("unsupported", { what: `${machine.kind}${name}${random}` }));
}
