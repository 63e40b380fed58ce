// How an operation is shown: its title, the exact commands, what it needs to find.
import { addBinding, addReservation, deleteBinding, deleteReservation } from "../http-sys/netsh.ts";
import { endProcess, startService, stopService } from "../http-sys/service-control.ts";
import type { Command } from "../machine.ts";
import { fileNameOf } from "../path.ts";
import type { Operation, OperationOf, OperationView } from "./operation.ts";
import type { Plan } from "./plan.ts";

/** The argument arrays that performing this operation runs, in order. Shown and run from here, so they cannot differ. */
export function commandsOf(operation: Operation): readonly Command[] {
  switch (operation.kind) {
    case "reservation.add": return [addReservation(operation.url, operation.sddl)];
    case "reservation.remove": return [deleteReservation(operation.url)];
    case "binding.set":
      return operation.previous === null ? [addBinding(operation.next)] : [deleteBinding(operation.previous), addBinding(operation.next)];
    case "binding.remove": return [deleteBinding(operation.previous)];
    case "service.stop": return operation.endProcess === undefined ? [stopService(operation.service)] : [stopService(operation.service), endProcess(operation.endProcess)];
    case "service.start": return [startService(operation.service)];
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
const hostPart = (address: string): string => (address.includes(":") ? `[${address}]` : address);
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
    case "verify.tls": return operation.serverName === null
      ? `Prove that ${hostPart(operation.address)}:${operation.port} presents this certificate`
      : `Prove that ${operation.serverName}:${operation.port} presents this certificate`;
    case "verify.http": return `Prove that ${operation.scheme}://${hostPart(operation.address)}:${operation.port}${operation.path} answers`;
    case "verify.configuration": return `Read ${fileNameOf(operation.path)} again: it must have the ${plural(operation.endpoints.length, "address", "addresses")} planned`;
  }
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
  const difference = operation.kind === "file.write" || operation.kind === "file.replace" ? differences.find(({ path }) => path === operation.path)?.lines : undefined;
  return {
    kind: operation.kind,
    title: titleOf(operation),
    commands: commandsOf(operation).map((command) => [...command]),
    details: [...detailsOf(operation)],
    difference: difference ? [...difference] : null,
  };
}
