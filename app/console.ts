// The console: answers every call of the contract on one machine. All hosts carry these answers, none adds to them.
import type { Applied, HistoryDetail, PlanView, SecureRequest, Verified } from "./contract.ts";
import type { PendingRequests } from "./certificates/pending-requests.ts";
import type { CertificateReader } from "./certificates/reader.ts";
import { certificateAnswers } from "./console-certificates.ts";
import { configurationAnswers } from "./console-configurations.ts";
import { httpSysAnswers } from "./console-http-sys.ts";
import { keyUserAnswers } from "./console-key-users.ts";
import { proxyAnswers } from "./console-proxy.ts";
import { signatureAnswers } from "./console-signatures.ts";
import type { KeyUserJournal, PrivateKeyFiles } from "./cws/key-user-journal.ts";
import type { Listen } from "./cws/listener.ts";
import type { Signatures } from "./cws/signatures.ts";
import { problem, type LockstepError } from "./errors.ts";
import type { Emit, Implementation } from "./host.ts";
import type { Machine } from "./machine.ts";
import { planControl, type ControlRequest } from "./plan/control.ts";
import { inverse } from "./plan/inverse.ts";
import { canFinish, changesOf, historyEntry, isOpen, outcomeOf, type ChangeRecord, type Journal } from "./plan/journal.ts";
import type { FileChange, Operation } from "./plan/operation.ts";
import { standardLimits, type Limits } from "./plan/performance.ts";
import type { Materials, Plan } from "./plan/plan.ts";
import { applyPlan, recoverBack, recoverForward, recoverNot, stepsToPutBack, undoChange, type Ended, type RunnerParts } from "./plan/runner.ts";
import { preflight } from "./plan/preflight.ts";
import { planReplace } from "./plan/replace.ts";
import { accountSid, dependantsOf } from "./santedb/service.ts";
import { planSecure } from "./plan/secure.ts";
import { planSecureByMono } from "./plan/secure-by-mono.ts";
import { planSecureByNginx } from "./plan/secure-by-nginx.ts";
import { planUnsecureOnLinux } from "./plan/unsecure-on-linux.ts";
import { planUnsecure } from "./plan/unsecure.ts";
import { findUndoObstacle } from "./plan/undo.ts";
import { viewOf } from "./plan/view.ts";

export interface ConsoleParts {
  readonly machine: Machine;
  readonly journal: Journal;
  readonly reader: CertificateReader;
  readonly pending: PendingRequests;
  readonly keyUsers: KeyUserJournal;
  readonly privateKeyFiles: PrivateKeyFiles;
  readonly signatures: Signatures;
  readonly listen: Listen;
  /** Runs work while no other process changes this machine; throws machine-busy when one does. */
  readonly exclusively: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly emit: Emit;
  /** Account name of the person at the keyboard, for the record. */
  readonly by: string;
  /** Whether changes here need administrator rights. */
  readonly elevates: boolean;
  /** A random integer of at least 16 bits. */
  readonly random: () => number;
  readonly limits?: Limits;
}

/** Plans held for review at most; the oldest goes first, with its secrets. */
const heldPlans = 16;

interface Held {
  readonly plan: Plan;
  readonly materials: Materials;
  /** Called once the plan was carried through. */
  readonly applied?: (() => Promise<void>) | undefined;
}

/** The configuration files that operations change, as a person or a script asks for them. */
function fileChanges(operations: readonly Operation[]): FileChange[] {
  return operations.flatMap((operation): FileChange[] => {
    switch (operation.kind) {
      case "file.write": return [{
        file: operation.path, changes: [...operation.changes], settings: [...operation.settings ?? []], backup: operation.backup,
        sha256Before: operation.sha256Before, sha256After: operation.sha256After,
      }];
      case "file.replace": return [{
        file: operation.path, changes: [], settings: [], backup: operation.backup, sha256Before: operation.sha256Before, sha256After: operation.sha256After,
      }];
      default: return [];
    }
  });
}

function planView(plan: Plan, verified: readonly Verified[]): PlanView {
  return {
    planId: plan.id, files: fileChanges(plan.operations), title: plan.title, outcome: plan.operations.length === 0 ? "unchanged" : "planned",
    operations: plan.operations.map((operation) => viewOf(operation, plan.differences)),
    findings: [...plan.findings], certificate: plan.certificate, verified: [...verified],
  };
}

function applied(plan: Plan, outcome: Applied["outcome"], verified: readonly Verified[]): Applied {
  return {
    outcome, planId: plan.id, title: plan.title, files: fileChanges(plan.operations), verified: [...verified], findings: [...plan.findings],
    operations: plan.operations.map((operation) => viewOf(operation, plan.differences)),
  };
}

/** Operations that putting a change back would do, last step first, and the checks that then must hold. */
function undoOperations(record: ChangeRecord): readonly Operation[] {
  const touched = stepsToPutBack(record);
  const back = record.plan.operations.map((operation, step) => (touched.has(step) ? inverse(operation) : null)).filter((operation) => operation !== null);
  return [...back.reverse(), ...record.plan.proof];
}

/** The subject of a certificate whose key went with it; null where the change took no key away. */
function lostKeyOf(record: ChangeRecord): string | null {
  const touched = stepsToPutBack(record);
  const removal = record.plan.operations.find((operation, step) => touched.has(step) && operation.kind === "certificate.remove" && operation.certificate === undefined);
  return removal?.kind === "certificate.remove" ? removal.subject : null;
}

function undoView(record: ChangeRecord): PlanView {
  return {
    planId: record.plan.id, files: [], title: `Undo: ${record.plan.title}`, outcome: "planned", findings: [], certificate: null, verified: [],
    operations: undoOperations(record).map((operation) => viewOf(operation)),
  };
}

function detail(record: ChangeRecord): HistoryDetail {
  return {
    ...historyEntry(record),
    finishedAt: record.finishedAt,
    steps: record.plan.operations.map((operation, step) => ({
      operation: viewOf(operation, record.plan.differences),
      state: record.steps[step]?.state ?? "pending",
      at: record.steps[step]?.at ?? null,
    })),
    verified: [...record.verified],
    error: record.error,
    canUndo: outcomeOf(record) === "applied" && lostKeyOf(record) === null,
    canFinish: canFinish(record),
  };
}

/** Makes the answers to the contract. Nothing runs until it is asked. */
export function createConsole(parts: ConsoleParts): Implementation {
  const { machine, journal, emit } = parts;
  const held = new Map<string, Held>();
  const running = new Map<string, AbortController>();
  const limits = parts.limits ?? standardLimits;
  const runner: RunnerParts = { machine, journal, limits, progress: (progress) => emit("plan.progress", progress) };

  const changes = async () => changesOf(await journal.entries());

  async function change(id: string): Promise<ChangeRecord> {
    const records = await changes();
    const record = id === "last" ? records.at(-1) : records.find(({ plan }) => plan.id === id);
    if (!record) throw problem("not-found", { what: "change in the history", name: id });
    return record;
  }

  function hold(plan: Plan, materials: Materials, then?: () => Promise<void>): void {
    held.set(plan.id, { plan, materials, applied: then });
    for (const oldest of held.keys()) {
      if (held.size <= heldPlans) break;
      held.delete(oldest);
    }
  }

  /** An interrupted change must be dealt with first: planning on top of half a change would make it whole by accident. */
  async function refuseWhileInterrupted(): Promise<void> {
    const open = (await changes()).find(isOpen);
    if (open) throw problem("recovery-needed", { title: open.plan.title });
  }

  function settled(plan: Plan, ended: Ended, success: Applied["outcome"]): Applied {
    emit("history.changed", { id: plan.id });
    if (ended.error) throw ended.error;
    return applied(success === "undone" ? { ...plan, findings: [] } : plan, success, ended.verified);
  }

  async function apply({ plan, materials, applied: then }: Held): Promise<Applied> {
    if (plan.operations.length === 0) {
      await then?.();
      return applied(plan, "unchanged", []);
    }
    return parts.exclusively(async () => {
      await refuseWhileInterrupted();
      await preflight(machine, plan);
      const controller = new AbortController();
      running.set(plan.id, controller);
      try {
        const result = settled(plan, await applyPlan(runner, plan, materials, parts.by, controller.signal), "applied");
        await then?.();
        return result;
      } finally {
        running.delete(plan.id);
      }
    });
  }

  async function recovered(record: ChangeRecord, direction: "undo" | "finish" | "keep"): Promise<Applied> {
    switch (direction) {
      case "undo": return settled(record.plan, await recoverBack(runner, record), "undone");
      case "finish": return settled(record.plan, await recoverForward(runner, record), "applied");
      case "keep": return settled(record.plan, await recoverNot(runner, record), "kept");
    }
  }

  /** A service control asked for by itself is a plan too, so that it is proven and in the history like all else. */
  const control = async (request: ControlRequest): Promise<Applied> => apply({ plan: await planControl(machine, request, parts.random()), materials: new Map() });

  const holdForReview = (plan: Plan, verified: readonly Verified[]): PlanView => {
    hold(plan, new Map());
    return planView(plan, verified);
  };

  return {
    machine: {
      describe: async () => ({
        kind: machine.kind, hostName: machine.hostName, elevates: parts.elevates, interrupted: (await changes()).find(isOpen)?.plan.id ?? null,
      }),
    },
    certificate: certificateAnswers({
      machine, reader: parts.reader, pending: parts.pending, random: parts.random, refuseWhileInterrupted,
      hold: (plan, materials, then) => {
        hold(plan, materials, then);
        return planView(plan, []);
      },
    }),
    ...httpSysAnswers({ machine, random: parts.random, refuseWhileInterrupted, hold: holdForReview }),
    ...configurationAnswers({ machine, random: parts.random, changes, refuseWhileInterrupted, hold: holdForReview }),
    service: {
      list: async () => {
        const services = await machine.services.list();
        return Promise.all(services.map(async ({ name, displayName, state, account, processId, startType, dependencies }) => ({
          name, displayName, state, account, processId, startType, dependencies: [...dependencies],
          accountSid: await accountSid(machine, account),
          dependants: dependantsOf(services, name).map((dependant) => dependant.name),
        })));
      },
      plan: async ({ name, verb, endProcess }) => {
        await refuseWhileInterrupted();
        return holdForReview(await planControl(machine, { name, verb, endProcess: endProcess === true }, parts.random()), []);
      },
      start: ({ name }) => control({ name, verb: "start", endProcess: false }),
      stop: ({ name, endProcess }) => control({ name, verb: "stop", endProcess: endProcess === true }),
      restart: ({ name, endProcess }) => control({ name, verb: "restart", endProcess: endProcess === true }),
    },
    endpoint: {
      planSecure: async (request) => {
        await refuseWhileInterrupted();
        const { plan, materials, verified } = await securePlanner(request)(machine, parts.reader, request, parts.random());
        hold(plan, materials);
        return planView(plan, verified);
      },
      planUnsecure: async ({ instance, port }) => {
        await refuseWhileInterrupted();
        const { plan, materials, verified } = machine.kind === "linux"
          ? await planUnsecureOnLinux(machine, instance, port, parts.random())
          : { ...await planUnsecure(machine, instance, port, parts.random()), materials: new Map() };
        hold(plan, materials);
        return planView(plan, verified);
      },
      planReplaceCertificate: async (request) => {
        if (machine.kind === "linux") throw problem("unsupported", { what: "Replacing a certificate everywhere at once (secure the instance again with the new one)" });
        await refuseWhileInterrupted();
        const { plan, materials, verified } = await planReplace(machine, parts.reader, request, parts.random());
        hold(plan, materials);
        return planView(plan, verified);
      },
    },
    ...proxyAnswers({
      machine, reader: parts.reader, random: parts.random, refuseWhileInterrupted,
      hold: (plan, materials, verified) => {
        hold(plan, materials);
        return planView(plan, verified);
      },
    }),
    keyUser: keyUserAnswers({ keyUsers: parts.keyUsers, privateKeyFiles: parts.privateKeyFiles, clock: machine.clock, by: parts.by }),
    ...signatureAnswers({ machine, keyUsers: parts.keyUsers, reader: parts.reader, signatures: parts.signatures, listen: parts.listen, emit }),
    plan: {
      apply: async ({ planId: id }) => {
        const found = held.get(id);
        if (!found) throw problem("plan-missing", {});
        // Once only: whatever comes of it, the secrets are let go of.
        held.delete(id);
        try {
          return await apply(found);
        } catch (thrown) {
          if (wasNotBegun(thrown)) held.set(id, found);
          throw thrown;
        }
      },
      cancel: ({ planId: id }) => {
        running.get(id)?.abort();
        return Promise.resolve({});
      },
    },
    history: {
      list: async () => [...await changes()].reverse().map(historyEntry),
      show: async ({ id }) => detail(await change(id)),
      planUndo: async ({ id }) => {
        const record = await change(id);
        await refuseUndo(record);
        return undoView(record);
      },
      undo: ({ id }) => parts.exclusively(async () => {
        const record = await change(id);
        await refuseUndo(record);
        const operations = undoView(record).operations;
        const undone = settled(record.plan, await undoChange(runner, record), "undone");
        return { ...undone, operations: [...operations] };
      }),
      recover: ({ direction }) => parts.exclusively(async () => {
        const results: Applied[] = [];
        for (const record of (await changes()).filter(isOpen)) {
          if (direction === "finish" && !canFinish(record)) {
            throw problem("cannot-finish", { reason: "it was already being put back, or its certificate is no longer at hand" });
          }
          results.push(await recovered(record, direction));
        }
        return results;
      }),
    },
  };

  /** Who is to speak TLS decides who plans it. */
  function securePlanner({ by = machine.kind === "linux" ? "nginx" : "http-sys", site }: SecureRequest): typeof planSecure {
    if (site && by !== "nginx") throw problem("input-invalid", { problem: "a site is a matter of NGINX; leave it out, or have NGINX speak TLS." });
    switch (by) {
      case "nginx": return planSecureByNginx;
      case "mono": return planSecureByMono;
      case "http-sys": {
        if (machine.kind === "linux") throw problem("unsupported", { what: "HTTP.sys, which is a part of Windows," });
        return planSecure;
      }
    }
  }

  async function refuseUndo(record: ChangeRecord): Promise<void> {
    const others = (await changes()).filter((other) => isOpen(other));
    if (others[0]) throw problem("recovery-needed", { title: others[0].plan.title });
    const outcome = outcomeOf(record);
    if (outcome !== "applied") throw problem("nothing-to-undo", { id: record.plan.id, outcome });
    const lost = lostKeyOf(record);
    if (lost !== null) throw problem("not-undoable", { title: record.plan.title, reason: `the private key of ${lost} went with it` });
    const obstacle = await findUndoObstacle(machine, record);
    if (obstacle !== null) throw problem("changed-since", { what: obstacle });
  }
}

/** A refusal before the first entry: the plan may be tried again without asking for the password anew. */
function wasNotBegun(thrown: unknown): boolean {
  const code = (thrown as Partial<LockstepError>).code;
  return code === "machine-busy" || code === "recovery-needed";
}
