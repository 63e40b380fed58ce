// Steps that several planners share: files that are written, and services that go down and come up around it.
import { problem } from "../errors.ts";
import type { Machine, ServiceRecord } from "../machine.ts";
import { backupPath } from "../santedb/backup.ts";
import { differenceOf } from "../santedb/difference.ts";
import type { ConfigurationEdit } from "../santedb/edit.ts";
import { dependantsOf } from "../santedb/service.ts";
import { sha256 } from "./hash.ts";
import type { Operation } from "./operation.ts";
import type { Plan } from "./plan.ts";

/** The files that edits change. Throws file-read-only before anything else is planned. */
export async function fileSteps(machine: Machine, edits: readonly ConfigurationEdit[], planId: string): Promise<{ readonly operations: readonly Operation[]; readonly differences: Plan["differences"] }> {
  for (const { file } of edits) {
    if ((await machine.files.stat(file))?.readOnly) throw problem("file-read-only", { file });
  }
  return {
    operations: edits.map(({ file, before, after, splices, changes, settings }): Operation => ({
      kind: "file.write", path: file, backup: backupPath(machine.files, file, planId), sha256Before: sha256(before), sha256After: sha256(after),
      splices: [...splices], changes: [...changes], ...(settings.length > 0 && { settings: [...settings] }),
    })),
    differences: edits.map(({ file, before, splices }) => ({ path: file, lines: [...differenceOf(before, splices)] })),
  };
}

/** What stops and starts around a change of one service. */
export interface ServiceSteps {
  /** Services that depend on it go first. */
  readonly stop: readonly Operation[];
  /** It comes first, then those that were running before. */
  readonly start: readonly Operation[];
  /** The dependants that go down and come up with it. */
  readonly dependants: readonly ServiceRecord[];
}

/** Stops and starts a service with those that depend on it and run. `endProcess` lets its process be ended where it hangs. */
export function serviceSteps(services: readonly ServiceRecord[], service: ServiceRecord, endProcess = false): ServiceSteps {
  const dependants = dependantsOf(services, service.name).filter(({ state }) => state !== "stopped");
  const stopOf = ({ name, processId, manager }: ServiceRecord): Operation => ({ kind: "service.stop", service: name, ...(manager && { manager }), ...(endProcess && processId > 0 && { endProcess: processId }) });
  return {
    stop: service.state === "stopped" ? [] : [...dependants, service].map(stopOf),
    start: [service, ...[...dependants].reverse()].map(({ name, manager }): Operation => ({ kind: "service.start", service: name, ...(manager && { manager }) })),
    dependants,
  };
}
