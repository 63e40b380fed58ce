// How an operation is shown: its title, the exact commands, what it needs to find.
import { addBinding, addReservation, deleteBinding, deleteReservation } from "../http-sys/netsh.ts";
import { endProcess, startService, stopService } from "../http-sys/service-control.ts";
import type { Command } from "../machine.ts";
import { fileNameOf } from "../path.ts";
import { hostPart } from "../santedb/endpoint.ts";
import type { Operation, OperationOf, OperationView } from "./operation.ts";
import type { Plan } from "./plan.ts";
import { controlUnit, startUnit } from "./unit-control.ts";

function stopCommands({ service, manager, endProcess: processId }: OperationOf<"service.stop">): readonly Command[] {
  if (manager !== undefined) return [controlUnit(manager, service, "stop"), ...(manager === "systemd" && processId !== undefined ? [["systemctl", "kill", "--signal=KILL", service] as const] : [])];
  return processId === undefined ? [stopService(service)] : [stopService(service), endProcess(processId)];
}

type NginxCall = OperationOf<"proxy.check" | "proxy.reload" | "proxy.stop">;

const test = ({ arguments: own }: NginxCall): Command => ["nginx", ...own, "-t"];
const signal = ({ arguments: own }: NginxCall, name: "reload" | "quit"): Command => ["nginx", ...own, "-s", name];
const startNginx = (call: NginxCall): Command => (call.service ? controlUnit(call.service.manager, call.service.name, "start") : ["nginx", ...call.arguments]);

type MonoBinding = OperationOf<"mono.bind">;

/** As the service's user, with its own home: Mono keeps certificates of ports for each user. */
const asUser = ({ user, program }: MonoBinding, ...arguments_: readonly string[]): Command =>
  ["runuser", "-u", user.name, "--", "env", ...user.environment.map(([name, value]) => `${name}=${value}`), program, ...arguments_];
const unbind = (binding: MonoBinding): Command => asUser(binding, "-del", "-port", String(binding.port));
const bind = (binding: MonoBinding): Command => asUser(binding, "-add", "-port", String(binding.port), "-cert", `${binding.folder}/leaf.cer`, "-pvk", `${binding.folder}/key.pvk`);

/** The argument arrays that performing this operation runs, in order. Shown and run from here, so they cannot differ. */
export function commandsOf(operation: Operation): readonly Command[] {
  switch (operation.kind) {
    case "reservation.add": return [addReservation(operation.url, operation.sddl)];
    case "reservation.remove": return [deleteReservation(operation.url)];
    case "binding.set":
      return operation.previous === null ? [addBinding(operation.next)] : [deleteBinding(operation.previous), addBinding(operation.next)];
    case "binding.remove": return [deleteBinding(operation.previous)];
    case "service.stop": return stopCommands(operation);
    case "service.start": return operation.manager === undefined ? [startService(operation.service)] : startUnit(operation.manager, operation.service);
    case "proxy.check": return [test(operation)];
    case "proxy.reload": return [test(operation), operation.wasRunning ? signal(operation, "reload") : startNginx(operation)];
    case "proxy.stop": return [operation.service ? controlUnit(operation.service.manager, operation.service.name, "stop") : signal(operation, "quit")];
    // It adds to nothing that is there, readable or not, and taking off what is not there is no error.
    case "mono.bind": return [unbind(operation), ...(operation.next === null ? [] : [bind(operation)])];
    case "file.put":
    case "link.set":
    case "verify.site":
    case "verify.redirect":
    case "verify.absence":
    case "certificate.import":
    case "certificate.remove":
    case "file.write":
    case "file.replace":
    case "file.restore":
    case "verify.tls":
    case "verify.http":
    case "verify.configuration":
      return [];
  }
}

export const storeTitle = { My: "Personal", CA: "Intermediate Certification Authorities", Root: "Trusted Root Certification Authorities" } as const;
/** A name is asked at 127.0.0.1; any other address is told. */
const elsewhere = (address: string): string => (address === "127.0.0.1" ? "" : ` at ${hostPart(address)}`);
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** "6 addresses and 2 settings". */
function changeText({ changes, settings = [] }: OperationOf<"file.write">): string {
  const parts = [
    ...(changes.length > 0 || settings.length === 0 ? [plural(changes.length, "address", "addresses")] : []),
    ...(settings.length > 0 ? [plural(settings.length, "setting", "settings")] : []),
  ];
  return parts.join(" and ");
}

/** One line that says what the operation does, for a person. */
export function titleOf(operation: Operation): string {
  switch (operation.kind) {
    case "certificate.import":
      return `Import the certificate ${operation.subject}${operation.withKey ? " and its private key" : ""} into the machine's ${storeTitle[operation.store]} store`;
    case "certificate.remove": return `Remove the certificate ${operation.subject} from the machine's ${storeTitle[operation.store]} store`;
    case "reservation.add": return `Reserve ${operation.url} for ${operation.account}`;
    case "reservation.remove": return `Remove the reservation of ${operation.url} for ${operation.account}`;
    case "binding.set": return operation.previous === null ? `Bind ${operation.next.endpoint}${operation.next.thumbprint === null ? " to the central certificate store" : " to the certificate"}`
      : operation.previous.thumbprint === operation.next.thumbprint ? `Change the settings of the binding of ${operation.next.endpoint}`
      : `Replace the certificate bound to ${operation.next.endpoint}, keeping its other settings`;
    case "binding.remove": return `Remove the binding of ${operation.previous.endpoint}`;
    case "file.write": return `Keep a copy of ${fileNameOf(operation.path)} and change ${changeText(operation)} in it`;
    case "file.replace": return `Keep a copy of ${fileNameOf(operation.path)} and put ${fileNameOf(operation.source)} in its place`;
    case "file.restore": return `Put ${fileNameOf(operation.path)} back as it was`;
    case "service.stop": return operation.endProcess === undefined
      ? `Stop the service ${operation.service}`
      : `Stop the service ${operation.service}; where it does not stop in time, end its process ${operation.endProcess}`;
    case "service.start": return `Start the service ${operation.service}`;
    case "file.put": return putTitle(operation);
    case "link.set": return operation.next === null ? `Turn the site off: remove the link ${fileNameOf(operation.path)}` : `Turn the site on by the link ${fileNameOf(operation.path)}`;
    case "proxy.check": return "See that NGINX takes its configuration as it is, before anything of it is changed";
    case "proxy.reload": return operation.wasRunning ? "Have NGINX test the configuration and take it" : "Have NGINX test the configuration, and start it";
    case "proxy.stop": return "Stop NGINX, which did not run before";
    case "mono.bind": return operation.next === null
      ? `Take the certificate off Mono's port ${operation.port} for ${operation.user.name}`
      : `Bind the certificate to Mono's port ${operation.port} for ${operation.user.name}`;
    case "verify.site": return `Try the site in an NGINX of its own: names, certificate, redirect, forwarded headers, size of uploads`;
    case "verify.redirect": return `Prove that http://${operation.host}${operation.port === 80 ? "" : `:${operation.port}`}${operation.path}${elsewhere(operation.address)} sends clients to ${operation.location}`;
    case "verify.absence": return operation.serverName === null
      ? `See that ${hostPart(operation.address)}:${operation.port} no longer presents this certificate`
      : `See that ${operation.serverName}:${operation.port}${elsewhere(operation.address)} no longer presents this certificate`;
    case "verify.tls": return operation.serverName === null
      ? `Prove that ${hostPart(operation.address)}:${operation.port} presents this certificate`
      : `Prove that ${operation.serverName}:${operation.port}${elsewhere(operation.address)} presents this certificate`;
    case "verify.http": return `Prove that ${operation.scheme}://${hostPart(operation.address)}:${operation.port}${operation.path} answers`;
    case "verify.configuration": return `Read ${fileNameOf(operation.path)} again: it must have the ${plural(operation.endpoints.length, "address", "addresses")} planned`;
  }
}

function putTitle({ path, of, previous, next }: OperationOf<"file.put">): string {
  const what = of === "site" ? `the site ${fileNameOf(path)}` : "the certificate with its intermediates";
  if (next === null) return `Remove ${what}`;
  return previous === null ? `Write ${what}` : `Write ${what} anew`;
}

function detailsOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "certificate.import":
    case "certificate.remove":
    case "verify.tls":
      return [operation.thumbprint];
    case "file.write": return [operation.path, `Copy: ${operation.backup}`, `SHA-256 now ${operation.sha256Before}`, `SHA-256 then ${operation.sha256After}`];
    case "file.replace": return [operation.path, `From: ${operation.source}`, `Copy: ${operation.backup}`, `SHA-256 now ${operation.sha256Before}`, `SHA-256 then ${operation.sha256After}`];
    case "verify.configuration": return [operation.path];
    case "file.restore": return [operation.path, `From: ${operation.backup}`, `SHA-256 then ${operation.sha256Before}`];
    case "binding.set": return operation.previous === null ? [] : [`Bound now: ${operation.previous.thumbprint ?? "none"}`];
    case "file.put": return [operation.path];
    case "link.set": return [`${operation.path} -> ${operation.next ?? operation.previous ?? ""}`];
    case "mono.bind": return [operation.next ?? operation.previous ?? "", ...(operation.previous === null || operation.next === null ? [] : [operation.previous === operation.next ? "Bound now: the same, with a key that Mono cannot use" : `Bound now: ${operation.previous}`])];
    case "verify.site":
    case "verify.absence":
      return [operation.thumbprint];
    case "proxy.check":
    case "proxy.reload":
    case "proxy.stop":
    case "verify.redirect":
    case "reservation.add":
    case "reservation.remove":
    case "binding.remove":
    case "service.stop":
    case "service.start":
    case "verify.http":
      return [];
  }
}

/** An operation as people see it; `differences` are those of its plan. */
export function viewOf(operation: Operation, differences: Plan["differences"] = []): OperationView {
  const difference = operation.kind === "file.write" || operation.kind === "file.replace" || operation.kind === "file.put" ? differences.find(({ path }) => path === operation.path)?.lines : undefined;
  return {
    kind: operation.kind,
    title: titleOf(operation),
    commands: commandsOf(operation).map((command) => [...command]),
    details: [...detailsOf(operation)],
    difference: difference ? [...difference] : null,
  };
}
