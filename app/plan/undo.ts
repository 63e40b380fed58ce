// Whether an applied change can still be undone: everything that it made must be as it left it.
import { sameBinding } from "../http-sys/binding.ts";
import { sameAccounts } from "../http-sys/sddl.ts";
import type { Machine } from "../machine.ts";
import { configurationLimit } from "../santedb/configuration.ts";
import { sha256 } from "./hash.ts";
import type { ChangeRecord } from "./journal.ts";
import type { Operation } from "./operation.ts";
import { boundThumbprint } from "./mono-binding.ts";
import { stepsToPutBack } from "./runner.ts";
import { isWhole } from "../whole-file.ts";

/** Says what stands in the way, as the subject of a sentence; null when nothing does. `own` are the change's own endpoints. */
async function obstacleOf(machine: Machine, operation: Operation, own: ReadonlySet<string>): Promise<string | null> {
  switch (operation.kind) {
    case "binding.set": {
      const { next } = operation;
      const present = (await machine.httpSys.bindings()).find(({ endpoint }) => endpoint === next.endpoint);
      return present && sameBinding(present, next) ? null : `The binding of ${next.endpoint}`;
    }
    case "reservation.add": {
      const present = (await machine.httpSys.reservations()).find(({ url }) => url === operation.url);
      return present && sameAccounts(present.sddl, operation.sddl) ? null : `The reservation of ${operation.url}`;
    }
    case "file.write":
    case "file.replace": {
      const present = await machine.files.read(operation.path, configurationLimit).then(sha256, () => null);
      if (present !== operation.sha256After) return operation.path;
      const backup = await machine.files.read(operation.backup, configurationLimit).then(sha256, () => null);
      return backup === operation.sha256Before ? null : `The copy ${operation.backup}`;
    }
    case "file.put":
      return await isWhole(machine.files, operation.path, operation.next) ? null : operation.path;
    case "link.set":
      return await machine.files.linkTarget(operation.path) === operation.next ? null : operation.path;
    case "mono.bind":
      return await boundThumbprint(machine, operation) === operation.next ? null : `What Mono presents on port ${operation.port}`;
    case "proxy.check":
    case "proxy.reload":
    case "proxy.stop":
    case "verify.site":
    case "verify.redirect":
    case "verify.absence":
    case "certificate.remove":
      return null;
    case "certificate.import": {
      if (operation.store !== "My") return null;
      const other = (await machine.httpSys.bindings()).find(({ thumbprint, endpoint }) => thumbprint === operation.thumbprint && !own.has(endpoint));
      return other ? `The binding of ${other.endpoint}, which uses the certificate,` : null;
    }
    case "reservation.remove":
    case "binding.remove":
    case "file.restore":
    case "service.stop":
    case "service.start":
    case "verify.tls":
    case "verify.http":
    case "verify.configuration":
      return null;
  }
}

/** The first thing that was changed after `record` was applied, so that undoing would trample on it; null when none was. */
export async function findUndoObstacle(machine: Machine, record: ChangeRecord): Promise<string | null> {
  const touched = stepsToPutBack(record);
  const own = new Set(record.plan.operations.flatMap((operation) => (operation.kind === "binding.set" ? [operation.next.endpoint] : [])));
  for (const [step, operation] of record.plan.operations.entries()) {
    if (!touched.has(step)) continue;
    const obstacle = await obstacleOf(machine, operation, own);
    if (obstacle !== null) return obstacle;
  }
  return null;
}
