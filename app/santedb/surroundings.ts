// What lies around an instance: the iCDR that it is joined to, the dCDRs joined to it, and the links that lead to it.
import type { Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";
import { systemDrives } from "./candidates.ts";
import type { Configuration } from "./configuration.ts";
import { urlRoleOf } from "./describe-configuration.ts";
import type { FoundInstance } from "./discovery.ts";
import { isLoopback, parseAddress, type HttpAddress, type Scheme } from "./endpoint.ts";
import type { InstanceDetail } from "./instance.ts";

export type Join = InstanceDetail["joins"][number];
export type Shortcut = InstanceDetail["shortcuts"][number];

/** The iCDR addresses that a configuration is joined to, each origin once. */
function upstreams({ mentions }: Configuration): readonly HttpAddress[] {
  const origins = new Map<string, HttpAddress>();
  for (const mention of mentions) {
    const role = urlRoleOf(mention);
    if (role !== "upstream" && role !== "client") continue;
    const address = parseAddress(mention.value.replace(/[?#].*$/s, ""));
    if (address.kind === "http") origins.set(`${address.scheme} ${address.host.toLowerCase()} ${address.port}`, address);
  }
  return [...origins.values()];
}

/** Whether a host means this machine. */
function isOwn(host: string, { hostName }: Pick<Machine, "hostName">): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return isLoopback(name) || name === hostName || name === hostName.split(".")[0];
}

const shown = ({ scheme, host, port }: HttpAddress): string => `${scheme}://${host}:${port}`;

/** Who is joined to whom, seen from one instance. */
export function joinsOf(machine: Pick<Machine, "hostName">, own: FoundInstance, all: readonly FoundInstance[]): readonly Join[] {
  const others = all.filter(({ service }) => service.record.name !== own.service.record.name);
  const to = own.read?.configuration ? upstreams(own.read.configuration).map((address): Join => ({
    direction: "to", address: shown(address),
    instance: isOwn(address.host, machine) ? others.find(({ instance }) => instance.port === address.port)?.instance.service ?? null : null,
  })) : [];
  const by = others.flatMap(({ instance, read }): Join[] => {
    const address = read?.configuration ? upstreams(read.configuration).find(({ host, port }) => port === own.instance.port && isOwn(host, machine)) : undefined;
    return address ? [{ direction: "by", instance: instance.service, address: shown(address) }] : [];
  });
  return [...to, ...by];
}

/** Folders below a drive in which the installers and people keep links. Source: santedb-www.iss. */
const linkFolders: readonly (readonly string[])[] = [
  ["ProgramData", "Microsoft", "Windows", "Start Menu", "Programs", "SanteSuite", "SanteDB"],
  ["ProgramData", "Microsoft", "Windows", "Start Menu", "Programs", "SanteDB"],
  ["ProgramData", "Microsoft", "Windows", "Start Menu", "Programs"],
  ["Users", "Public", "Desktop"],
];
const linkLimit = 64 * 1024;
const linksPerFolder = 200;

/** Links of the Start menu and the desktop that lead to a port of this machine. What cannot be read is passed over. */
export async function shortcutsTo(machine: Machine, programFolder: string, port: number): Promise<readonly Shortcut[]> {
  const { files } = machine;
  const folders = systemDrives(machine, programFolder).flatMap((drive) => linkFolders.map((names) => files.join(drive, ...names)));
  const found: Shortcut[] = [];
  for (const folder of folders) {
    const names = await files.list(folder).catch(() => []);
    for (const name of names.filter((each) => /\.url$/i.test(each)).slice(0, linksPerFolder)) {
      const path = files.join(folder, name);
      const bytes = await files.read(path, linkLimit).catch(() => null);
      const url = bytes && /^URL=(.+)$/im.exec(new TextDecoder().decode(bytes))?.[1]?.trim();
      const address = url ? parseAddress(url.replace(/[?#].*$/s, "")) : null;
      if (url && address?.kind === "http" && address.port === port && isOwn(address.host, machine)) found.push({ path, url });
    }
  }
  return found;
}

/** What else must be changed, by a person, when an instance's scheme changes: dCDRs joined to it, and links. */
export function elsewhere(joins: readonly Join[], shortcuts: readonly Shortcut[], scheme: Scheme): readonly Finding[] {
  const stale = (address: string): boolean => !address.toLowerCase().startsWith(`${scheme}:`);
  return [
    ...joins.filter(({ direction, address }) => direction === "by" && stale(address)).map(({ instance, address }): Finding => ({
      code: "joined-dcdr", severity: "warning",
      message: `The dCDR ${instance ?? ""} is joined to this instance at ${address}, where it will no longer answer.`,
      hint: "Join that dCDR again, to the new address; that is simpler than correcting each of its addresses.",
    })),
    ...shortcuts.filter(({ url }) => stale(url)).map(({ path, url }): Finding => ({
      code: "shortcut-stale", severity: "warning", message: `The link ${path} still leads to ${url}.`, hint: `Correct it to ${scheme}, or make a new one.`,
    })),
  ];
}
