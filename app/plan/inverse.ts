// What undoes an operation: an operation again, out of the same union.
import type { ServiceManager } from "../machine.ts";
import type { Operation } from "./operation.ts";

/** The operation that puts back what `operation` changed; null for one that changes nothing. */
export function inverse(operation: Operation): Operation | null {
  switch (operation.kind) {
    case "certificate.import":
      return { kind: "certificate.remove", store: operation.store, thumbprint: operation.thumbprint, subject: operation.subject };
    case "certificate.remove":
      return operation.certificate === undefined ? null : {
        kind: "certificate.import", store: operation.store, thumbprint: operation.thumbprint, subject: operation.subject, withKey: false, certificate: operation.certificate,
      };
    case "reservation.add":
      return { kind: "reservation.remove", url: operation.url, sddl: operation.sddl, account: operation.account };
    case "reservation.remove":
      return { kind: "reservation.add", url: operation.url, sddl: operation.sddl, account: operation.account };
    case "binding.set":
      return operation.previous === null
        ? { kind: "binding.remove", previous: operation.next }
        : { kind: "binding.set", previous: operation.next, next: operation.previous };
    case "binding.remove":
      return { kind: "binding.set", previous: null, next: operation.previous };
    case "file.write":
    case "file.replace":
      return {
        kind: "file.restore", path: operation.path, backup: operation.backup,
        sha256Before: operation.sha256Before, sha256After: operation.sha256After,
      };
    case "service.stop":
      return { kind: "service.start", service: operation.service, ...managerOf(operation) };
    case "service.start":
      return { kind: "service.stop", service: operation.service, ...managerOf(operation) };
    case "file.put":
    case "link.set":
    case "mono.bind":
      return { ...operation, previous: operation.next, next: operation.previous } as Operation;
    // The check stands before what is changed, so its undoing comes after all else is put back.
    case "proxy.check":
      return { ...operation, kind: operation.wasRunning ? "proxy.reload" : "proxy.stop" };
    case "proxy.reload":
    case "proxy.stop":
    case "verify.site":
    case "verify.redirect":
    case "verify.absence":
    case "file.restore":
    case "verify.tls":
    case "verify.http":
    case "verify.configuration":
      return null;
  }
}

const managerOf = ({ manager }: { readonly manager?: ServiceManager | undefined }): { readonly manager?: ServiceManager } => (manager === undefined ? {} : { manager });
