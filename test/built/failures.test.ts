// Every call that changes the machine fails once, in turn: everything is put back, and the error says what happened.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createConsole } from "../../app/console.ts";
import type { Progress, SecureRequest } from "../../app/contract.ts";
import { problem, type LockstepError } from "../../app/errors.ts";
import type { Implementation } from "../../app/host.ts";
import type { Machine } from "../../app/machine.ts";
import { openPracticeMachine, type PracticeMachine } from "../../main/machines/practice/practice-machine.ts";
import { directReader } from "../../app/certificates/reader.ts";
import { openKeyUsers } from "../../main/storage/key-users.ts";
import { openPendingRequests } from "../../main/storage/pending-requests.ts";
import { privateKeyFiles } from "../../main/storage/private-key-file.ts";
import { openJournal } from "../../main/storage/journal.ts";
import { makeAuthority, makeServerPfx, type ServerPfx } from "../fixtures/certificates.ts";
import { directSignatures } from "../../app/cws/signatures.ts";
import { zlibCompression } from "../../main/cws/compression.ts";
import { listenForRequests } from "../../main/web/request-listener.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-failures-"));
const limits = { service: 3000, verify: 1500, settled: 100 };

let machine: PracticeMachine;
let pfx: ServerPfx;
let request: SecureRequest;
let config: string;
let port: number;
beforeAll(async () => {
  machine = await openPracticeMachine({ directory: join(folder, "machine"), serviceProgram: join(import.meta.dirname, "../../dist/practice-service.js") });
  pfx = makeServerPfx({ directory: folder, authority: makeAuthority(join(folder, "ca")) });
  request = { instance: "default", account: "NETWORK SERVICE", certificate: { files: [{ name: "server.pfx", content: readFileSync(pfx.file).toString("base64") }], password: pfx.password } };
  const [instance] = await open(machine).instance.list({});
  config = instance?.configFile ?? "";
  port = instance?.port ?? 0;
});
afterAll(async () => {
  await open(machine).service.stop({ name: "sdb-www-default" });
  rmSync(folder, { recursive: true, force: true });
});

const newJournal = (): string => mkdtempSync(join(folder, "journal-"));

/** A console on a machine, with a journal of its own where none is given. */
function open(on: Machine, emit: (progress: Progress) => void = () => undefined, journal = newJournal()): Implementation {
  return createConsole({
    machine: on, journal: openJournal(journal), reader: directReader, pending: openPendingRequests(join(journal, "requests")), keyUsers: openKeyUsers(join(journal, "key-users")), privateKeyFiles, signatures: directSignatures(zlibCompression), listen: listenForRequests, exclusively: (work) => work(), by: "ada", elevates: false, limits,
    random: () => Math.floor(Math.random() * 0x10000),
    emit: (name, payload) => {
      if (name === "plan.progress") emit(payload as Progress);
    },
  });
}

/** The machine, with every changing call counted; the one numbered `failing` fails, before or after it was done. */
function failing(at: number, afterwards: boolean): { machine: Machine; calls: () => number } {
  let calls = 0;
  let failed = false;
  const guarded = <Arguments extends readonly unknown[], Value>(call: (...args: Arguments) => Promise<Value>) => async (...args: Arguments): Promise<Value> => {
    calls += 1;
    if (failed || calls !== at) return call(...args);
    failed = true;
    if (afterwards) await call(...args);
    throw problem("disk-full", { file: "something" });
  };
  return {
    calls: () => calls,
    machine: {
      ...machine,
      certificates: { ...machine.certificates, import: guarded(machine.certificates.import), remove: guarded(machine.certificates.remove) },
      files: { ...machine.files, replace: guarded(machine.files.replace), putBack: guarded(machine.files.putBack) },
      commands: { run: guarded(machine.commands.run) },
    },
  };
}

const snapshot = async () => ({
  config: readFileSync(config, "utf8"),
  bindings: await machine.httpSys.bindings(),
  reservations: await machine.httpSys.reservations(),
  certificates: (await machine.certificates.list()).map(({ store, thumbprint, hasPrivateKey }) => `${store} ${thumbprint} ${hasPrivateKey}`).sort(),
  answers: await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.status, () => "nothing"),
});

describe("a plan of which one call fails", () => {
  it("is put back whole, whichever call it is, and whether or not the call was carried out", async () => {
    const before = await snapshot();
    const codes: string[] = [];
    for (const afterwards of [false, true]) {
      for (let at = 1; ; at++) {
        const broken = failing(at, afterwards);
        const journal = newJournal();
        const console = open(broken.machine, undefined, journal);
        const plan = await console.endpoint.planSecure(request);
        const error = await console.plan.apply({ planId: plan.planId }).then(() => null, (thrown: LockstepError) => thrown);
        if (broken.calls() < at) {
          expect(error).toBeNull();
          await open(machine, undefined, journal).history.undo({ id: plan.planId });
          expect(await snapshot()).toEqual(before);
          expect(at).toBeGreaterThan(6);
          break;
        }
        expect(error?.report(), `call ${at}`).toMatchObject({ code: "disk-full", aftermath: "put-back", message: "There is no room left to write something." });
        codes.push(error?.code ?? "");
        expect(await snapshot(), `call ${at}`).toEqual(before);
        expect((await console.history.list({}))[0]?.outcome).toBe("failed");
      }
    }
    expect(codes.length).toBeGreaterThan(12);
  }, 240_000);
});

describe("an undo of which one call fails", () => {
  it("says so, keeps other changes out, and is carried through by recovery", async () => {
    const before = await snapshot();
    for (let at = 1; ; at++) {
      const journal = newJournal();
      const whole = open(machine, undefined, journal);
      const { planId } = await whole.endpoint.planSecure(request);
      await whole.plan.apply({ planId });
      const broken = failing(at, false);
      const error = await open(broken.machine, undefined, journal).history.undo({ id: planId }).then(() => null, (thrown: LockstepError) => thrown);
      if (broken.calls() < at) break;
      // The service is judged by its answers, so one call of its control may fail without harm.
      if (error) {
        expect(error.report()).toMatchObject({ code: "not-put-back", aftermath: "not-put-back" });
        await expect(whole.endpoint.planSecure(request)).rejects.toMatchObject({ code: "recovery-needed" });
        expect((await whole.history.recover({ direction: "undo" })).map(({ outcome }) => outcome)).toEqual(["undone"]);
      }
      expect(await snapshot(), `call ${at}`).toEqual(before);
    }
  }, 240_000);
});

describe("a plan that is cancelled", () => {
  it("stops before its next step and is put back", async () => {
    const before = await snapshot();
    let cancel = (): void => undefined;
    const console = open(machine, ({ direction, title, state }) => {
      if (direction === "forward" && state === "done" && title.startsWith("Stop the service")) cancel();
    });
    const plan = await console.endpoint.planSecure(request);
    cancel = () => void console.plan.cancel({ planId: plan.planId });
    await expect(console.plan.apply({ planId: plan.planId })).rejects.toMatchObject({ code: "plan-cancelled", aftermath: "put-back" });
    expect(await snapshot()).toEqual(before);
    expect((await console.history.list({}))[0]?.outcome).toBe("cancelled");
  });
});

describe("a machine that changed between review and commit", () => {
  it("is left alone: a file that somebody edited is not overwritten", async () => {
    const console = open(machine);
    const plan = await console.endpoint.planSecure(request);
    const original = readFileSync(config);
    const stat = await machine.files.stat(config);
    expect(stat).not.toBeNull();
    await machine.files.replace(config, Buffer.concat([original, Buffer.from("\r\n<!-- by hand -->")]), `${config}.kept`);
    try {
      await expect(console.plan.apply({ planId: plan.planId })).rejects.toMatchObject({ code: "file-changed", aftermath: "untouched" });
      expect(await console.history.list({})).toEqual([]);
      expect(readFileSync(config).subarray(0, original.length).equals(original)).toBe(true);
      expect(readFileSync(config).length).toBeGreaterThan(original.length);
    } finally {
      await machine.files.putBack(config, `${config}.kept`);
    }
  });

  it("is left alone: two plans of the same thing are not carried out one upon the other", async () => {
    const before = await snapshot();
    const [one, other] = [open(machine), open(machine)];
    const first = await one.endpoint.planSecure(request);
    const second = await other.endpoint.planSecure(request);
    await one.plan.apply({ planId: first.planId });
    await expect(other.plan.apply({ planId: second.planId })).rejects.toMatchObject({ code: "plan-outdated", aftermath: "untouched" });
    await one.history.undo({ id: first.planId });
    expect(await snapshot()).toEqual(before);
  });

  it("is not undone over a later change", async () => {
    const console = open(machine);
    const plan = await console.endpoint.planSecure(request);
    await console.plan.apply({ planId: plan.planId });
    const after = readFileSync(config);
    await machine.files.replace(config, Buffer.concat([after, Buffer.from("<!-- later -->")]), `${config}.later`);
    await expect(console.history.undo({ id: plan.planId })).rejects.toMatchObject({ code: "changed-since", aftermath: "untouched" });
    await machine.files.putBack(config, `${config}.later`);
    await console.history.undo({ id: plan.planId });
  });
});

describe("nothing secret", () => {
  it("is in the journal, the plan, the answers or the events", async () => {
    const seen: unknown[] = [];
    const console = open(machine, (progress) => seen.push(progress));
    const plan = await console.endpoint.planSecure(request);
    seen.push(plan, await console.plan.apply({ planId: plan.planId }), await console.history.list({}), await console.history.show({ id: plan.planId }), await console.history.undo({ id: plan.planId }));
    const text = JSON.stringify(seen);
    const key = readFileSync(pfx.keyFile, "utf8").split("\n").slice(1, 3);
    for (const secret of [pfx.password, ...key, "PRIVATE KEY"]) expect(text).not.toContain(secret);
  });
});
