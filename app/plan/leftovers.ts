// What a run that was killed left half written beside what its plan changes.
import type { Machine } from "../machine.ts";
import type { Operation } from "./operation.ts";

/** Clears it away. Nothing that a plan looks at changes, and nothing fails. */
export async function clearLeftovers({ certificates, files }: Machine, operations: readonly Operation[]): Promise<void> {
  for (const operation of operations) {
    switch (operation.kind) {
      case "certificate.import":
      case "certificate.remove":
        await certificates.tidy(operation.store, operation.thumbprint);
        break;
      case "file.write":
      case "file.replace":
      case "file.restore":
        await files.tidy(operation.path);
        await files.tidy(operation.backup);
        break;
      case "file.put":
        await files.tidy(operation.path);
        break;
      default:
    }
  }
}
