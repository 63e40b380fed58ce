// Every call that changes a Linux server fails once, in turn, on the real parts: everything is put back, and clients see no difference.
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directReader } from "../../../app/certificates/reader.ts";
import { createConsole } from "../../../app/console.ts";
import type { SecureRequest } from "../../../app/contract.ts";
import { directSignatures } from "../../../app/cws/signatures.ts";
import { problem, type LockstepError } from "../../../app/errors.ts";
import type { Implementation } from "../../../app/host.ts";
import type { Machine } from "../../../app/machine.ts";
import { zlibCompression } from "../../../main/cws/compression.ts";
import { openLinuxMachine } from "../../../main/machines/linux/linux-machine.ts";
import { openJournal } from "../../../main/storage/journal.ts";
import { openKeyUsers } from "../../../main/storage/key-users.ts";
import { openPendingRequests } from "../../../main/storage/pending-requests.ts";
import { privateKeyFiles } from "../../../main/storage/private-key-file.ts";
import { listenForRequests } from "../../../main/web/request-listener.ts";
import type { ServerPfx } from "../../fixtures/certificates.ts";
import { hasLinuxServer, linuxServer, type LinuxServer } from "../../fixtures/linux-server.ts";

const limits = { service: 5000, verify: 3000, settled: 100 };

describe.skipIf(!hasLinuxServer)("a plan on a Linux server of which one call fails", () => {
  let server: LinuxServer;
  let machine: Machine;
  let pfx: ServerPfx;
  beforeAll(async () => {
    server = await linuxServer();
    machine = await openLinuxMachine({ dataDirectory: server.data });
    pfx = server.pfx("first");
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  const newJournal = (): string => mkdtempSync(join(server.folder, "journal-"));
  const open = (on: Machine, journal = newJournal()): Implementation => createConsole({
    machine: on, journal: openJournal(journal), reader: directReader, pending: openPendingRequests(join(journal, "requests")), keyUsers: openKeyUsers(join(journal, "key-users")), privateKeyFiles, signatures: directSignatures(zlibCompression),
    listen: listenForRequests, exclusively: (work) => work(), by: "ada", elevates: false, limits, random: () => Math.floor(Math.random() * 0x10000), emit: () => undefined,
  });

  /** The machine, with every changing call counted; the one numbered `at` fails, before or after it was done. */
  function failing(at: number, afterwards: boolean): { readonly machine: Machine; readonly calls: () => number } {
    let calls = 0;
    let failed = false;
    const guarded = <Arguments extends readonly unknown[], Value>(call: (...args: Arguments) => Promise<Value>) => async (...args: Arguments): Promise<Value> => {
      calls += 1;
      if (failed || calls !== at) return call(...args);
      failed = true;
      if (afterwards) await call(...args);
      throw problem("disk-full", { file: "something" });
    };
    const { certificates, files, commands, nginx, mono } = machine;
    return {
      calls: () => calls,
      machine: {
        ...machine,
        certificates: { ...certificates, import: guarded(certificates.import), remove: guarded(certificates.remove) },
        files: { ...files, replace: guarded(files.replace), putBack: guarded(files.putBack), put: guarded(files.put), link: guarded(files.link), remove: guarded(files.remove) },
        commands: { run: guarded(commands.run) },
        nginx: nginx && { ...nginx, trial: guarded(nginx.trial) },
        mono: mono && { ...mono, handOver: guarded(mono.handOver), tidy: guarded(mono.tidy) },
      },
    };
  }

  const request = (more: Partial<SecureRequest>): SecureRequest =>
    ({ instance: "default", certificate: { files: [{ name: "server.pfx", content: readFileSync(pfx.file).toString("base64") }], password: pfx.password }, ...more });
  const whole = async () => ({ snapshot: server.snapshot(), served: await server.served() });

  const ways = {
    "by NGINX": () => request({ by: "nginx", address: "127.0.0.1", site: { port: server.ports.https, redirectFrom: server.ports.http, listenOn: ["127.0.0.1"] } }),
    "by Mono": () => request({ by: "mono" }),
  };
  for (const [way, asked] of Object.entries(ways)) {
    it(`${way}: is put back whole, whichever call it is, and whether or not the call was carried out`, async () => {
      const before = await whole();
      let failures = 0;
      for (const afterwards of [false, true]) {
        for (let at = 1; ; at++) {
          const broken = failing(at, afterwards);
          const journal = newJournal();
          const console = open(broken.machine, journal);
          const { planId } = await console.endpoint.planSecure(asked());
          const error = await console.plan.apply({ planId }).then(() => null, (thrown: LockstepError) => thrown);
          if (broken.calls() < at) {
            expect(error).toBeNull();
            expect(await server.served()).not.toEqual(before.served);
            await open(machine, journal).history.undo({ id: planId });
            expect(await whole()).toEqual(before);
            break;
          }
          expect(error?.report(), `call ${at}`).toMatchObject({ code: "disk-full", message: "There is no room left to write something.", aftermath: expect.stringMatching(/^(put-back|untouched)$/) as string });
          expect(await whole(), `call ${at}`).toEqual(before);
          failures += 1;
        }
      }
      expect(failures).toBeGreaterThan(16);
    }, 600_000);

    it(`${way}: an undo says so, and is carried through by recovery`, async () => {
      const before = await whole();
      for (let at = 1; ; at++) {
        const journal = newJournal();
        const healthy = open(machine, journal);
        const { planId } = await healthy.endpoint.planSecure(asked());
        await healthy.plan.apply({ planId });
        const broken = failing(at, false);
        const error = await open(broken.machine, journal).history.undo({ id: planId }).then(() => null, (thrown: LockstepError) => thrown);
        if (error) {
          expect(error.report(), `call ${at}`).toMatchObject({ code: "not-put-back" });
          await expect(healthy.endpoint.planSecure(asked())).rejects.toMatchObject({ code: "recovery-needed" });
          expect((await healthy.history.recover({ direction: "undo" })).map(({ outcome }) => outcome)).toEqual(["undone"]);
        }
        expect(await whole(), `call ${at}`).toEqual(before);
        if (broken.calls() < at) break;
      }
    }, 600_000);
  }
});
