// The Linux machine: this computer's certificate folder, services, users, files and programs. HTTP.sys it has none.
import { hostname } from "node:os";
import { join } from "node:path";
import { problem, LockstepError } from "../../../app/errors.ts";
import type { HttpSys, Machine } from "../../../app/machine.ts";
import { nodeFiles, readFile } from "../../storage/file.ts";
import { systemClock } from "../clock.ts";
import { nodeNetwork } from "../network.ts";
import { findUser, openAccounts } from "./accounts.ts";
import type { Call } from "./call.ts";
import { filesOf, openCertificateFolder } from "./certificate-folder.ts";
import { callProgram, openCommands } from "./commands.ts";
import { openInitScripts, settledStarts } from "./init-scripts.ts";
import { readLayout, type ProgramPath } from "./layout.ts";
import { openMono } from "./mono.ts";
import { openNginx } from "./nginx.ts";
import { openSystemd } from "./systemd.ts";

const hostsLimit = 1024 * 1024;

/** The whole name that a table of hosts has for a short one; the short one where it has none. Source: hosts(5). */
export function qualified(name: string, hosts: string): string {
  const short = name.toLowerCase();
  const lines = hosts.split("\n").map((line) => line.replace(/#.*$/, "").trim().split(/\s+/).slice(1).map((each) => each.toLowerCase()));
  return lines.filter((names) => names.includes(short)).flat().find((each) => each.startsWith(`${short}.`)) ?? short;
}

/** Asked of the machine's own table, not of the network, which may not answer. */
async function ownName(): Promise<string> {
  const name = hostname().toLowerCase();
  if (name.includes(".")) return name;
  try {
    return qualified(name, new TextDecoder().decode(await readFile("/etc/hosts", hostsLimit)));
  } catch (thrown) {
    if (thrown instanceof LockstepError) return name;
    throw thrown;
  }
}

const none = (): Promise<readonly never[]> => Promise.resolve([]);
const noHttpSys: HttpSys = { bindings: none, reservations: none, listenList: none };

/**
 * Opens the machine that this is; changes nothing. linux.json in the data folder may say where things lie. Throws
 * unsupported where it is no Linux, layout-refused, file-unreadable, file-too-large.
 */
export async function openLinuxMachine({ dataDirectory }: { readonly dataDirectory?: string } = {}): Promise<Machine> {
  if (process.platform !== "linux") throw problem("unsupported", { what: "The linux machine" });
  const [layout, hostName] = await Promise.all([readLayout(dataDirectory), ownName()]);
  const certificates = openCertificateFolder(layout.certificates);
  const services = layout.services === "systemd"
    ? openSystemd({ systemctl: layout.programs.systemctl, controlGroups: layout.controlGroups, findUser })
    : openInitScripts({ folder: layout.initFolder, findUser });
  const call = (program: ProgramPath): Call => (arguments_, input) => callProgram({ command: [...program, ...arguments_], ...(input && { input }) });
  const { nginx, httpcfg, openssl } = layout.programs;
  return {
    kind: "linux",
    hostName,
    certificates,
    httpSys: noHttpSys,
    services,
    accounts: openAccounts(findUser),
    files: nodeFiles,
    commands: layout.services === "init" ? settledStarts(openCommands(layout), services, systemClock) : openCommands(layout),
    network: nodeNetwork,
    clock: systemClock,
    nginx: openNginx({
      program: nginx[0], arguments: layout.nginx.arguments, sites: layout.nginx.sites, call: call(nginx),
      service: layout.nginx.service !== null && await services.find(layout.nginx.service) ? { name: layout.nginx.service, manager: layout.services } : null,
      certificateFiles: (thumbprint) => ({ certificate: join(layout.certificates, `${thumbprint}.chain.pem`), key: filesOf(layout.certificates, "My", thumbprint).key }),
    }),
    mono: openMono({ httpcfg: httpcfg[0], openssl: call(openssl), certificates, account: findUser, folder: layout.handOver, configuration: layout.monoConfiguration }),
  };
}
