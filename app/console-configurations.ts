// The console's answers about SanteDB: its instances, their configurations, and what lies around them.
import type { PlanView, Verified } from "./contract.ts";
import { problem } from "./errors.ts";
import type { Implementation } from "./host.ts";
import { parseEndpoint } from "./http-sys/binding.ts";
import type { Machine } from "./machine.ts";
import { backupsOf, compareBackup, planConfiguration, planRestore, type KeptBefore, type PlannedChange } from "./plan/configuration.ts";
import type { ChangeRecord } from "./plan/journal.ts";
import type { Plan } from "./plan/plan.ts";
import { describeConfiguration } from "./santedb/describe-configuration.ts";
import { discoverInstances, findInstances, findService, type FoundInstance } from "./santedb/discovery.ts";
import type { InstanceDetail } from "./santedb/instance.ts";
import { accountSid, dependantsOf } from "./santedb/service.ts";
import { joinsOf, shortcutsTo } from "./santedb/surroundings.ts";
import { findTarget } from "./santedb/target.ts";

export interface ConfigurationParts {
  readonly machine: Machine;
  readonly random: () => number;
  readonly changes: () => Promise<readonly ChangeRecord[]>;
  /** Throws recovery-needed while a change is neither done nor undone. */
  readonly refuseWhileInterrupted: () => Promise<void>;
  /** Keeps a plan for review. */
  readonly hold: (plan: Plan, verified: readonly Verified[]) => PlanView;
}

/** What each backup of Lockstep's was when it was made, by its path. */
function keptBefore(records: readonly ChangeRecord[]): KeptBefore {
  return new Map(records.flatMap(({ plan }) => plan.operations.flatMap((operation) =>
    operation.kind === "file.write" || operation.kind === "file.replace" ? [[operation.backup, operation.sha256Before] as const] : [])));
}

async function detailOf(machine: Machine, found: FoundInstance, all: readonly FoundInstance[]): Promise<InstanceDetail> {
  const { instance, service: { record, image }, read, candidates } = found;
  const { port } = instance;
  const [services, bindings, sid, shortcuts] = await Promise.all([
    machine.services.list(), machine.httpSys.bindings(), accountSid(machine, record.account), port === null ? [] : shortcutsTo(machine, image.folder, port),
  ]);
  return {
    ...instance,
    displayName: record.displayName, imagePath: record.imagePath, version: record.version, processId: record.processId, accountSid: sid,
    candidates: [...candidates],
    configuration: read && describeConfiguration(read.files, read.configuration, instance.findings),
    bindings: port === null ? [] : bindings.filter(({ endpoint }) => parseEndpoint(endpoint)?.port === port),
    dependencies: [...record.dependencies], dependants: dependantsOf(services, record.name).map(({ name }) => name),
    joins: [...joinsOf(machine, found, all)], shortcuts: [...shortcuts],
  };
}

export function configurationAnswers({ machine, random, changes, refuseWhileInterrupted, hold }: ConfigurationParts): Pick<Implementation, "instance" | "configuration"> {
  const planned = async (plan: () => Promise<PlannedChange>): Promise<PlanView> => {
    await refuseWhileInterrupted();
    const made = await plan();
    return hold(made.plan, made.verified);
  };
  const kept = async (): Promise<KeptBefore> => keptBefore(await changes());
  return {
    instance: {
      list: async () => [...await discoverInstances(machine)],
      show: async ({ name }) => {
        const service = await findService(machine, name);
        const all = service ? await findInstances(machine) : [];
        const found = all.find((each) => each.service.record.name === service?.record.name);
        if (!found) throw problem("not-found", { what: "SanteDB instance", name });
        return detailOf(machine, found, all);
      },
    },
    configuration: {
      show: async ({ of }) => {
        const { files, configuration, owner, findings } = await findTarget(machine, of);
        return describeConfiguration(files, configuration, [...findings, ...owner?.instance.findings ?? []]);
      },
      planSecure: (request) => planned(() => planConfiguration(machine, "https", request, random())),
      planUnsecure: (request) => planned(() => planConfiguration(machine, "http", request, random())),
      backups: async ({ of }) => [...await backupsOf(machine, of, await kept())],
      compare: async ({ of, backup }) => compareBackup(machine, of, backup, await kept()),
      planRestore: ({ of, backup }) => planned(async () => planRestore(machine, of, backup, await kept(), random())),
    },
  };
}
