// A Linux server on which the program is cut off at each entry of its journal: recovered, it is as before or as it was to be.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServerPfx } from "../../fixtures/certificates.ts";
import { linuxServer, serverPartsMissing, type LinuxServer } from "../../fixtures/linux-server.ts";
import type { Ran } from "../../fixtures/lockstep.ts";
import type { Moment } from "../../fixtures/power-cut.ts";
import { systemdMissing } from "../../fixtures/systemd.ts";

const missing = serverPartsMissing ?? systemdMissing;
const killer = join(import.meta.dirname, "../../fixtures/kill-at.mjs");

interface State { readonly snapshot: Readonly<Record<string, string>>; readonly served: Readonly<Record<string, string>> }

describe.skipIf(missing !== null)(`a Linux server that is cut off${missing === null ? "" : ` (${missing})`}`, () => {
  let server: LinuxServer;
  let pfx: ServerPfx;
  beforeAll(async () => {
    server = await linuxServer({ manager: "systemd" });
    pfx = server.pfx("first");
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  /** The copy kept beside the configuration is named after its plan, which differs from run to run. */
  const stateNow = async (): Promise<State> => ({
    snapshot: Object.fromEntries(Object.entries(server.snapshot()).map(([path, what]) => [path.replace(/\.\d{8}-\d{6}-[0-9a-f]{4}\.bak$/, ".PLAN.bak"), what])), served: await server.served(),
  });
  const newest = async (): Promise<{ readonly id: string; readonly outcome: string }> => {
    const [change] = (await server.good(["history", "list"])).json.value as readonly { readonly id: string; readonly outcome: string }[];
    if (!change) throw new Error("Nothing was recorded.");
    return change;
  };
  const undo = (id: string): Promise<Ran> => server.good(["history", "undo", id]);

  /** What a person does next; gives what it led to. */
  const recovered = async (finish: boolean): Promise<{ readonly id: string; readonly state: State }> => {
    const { id, outcome } = await newest();
    if (outcome === "interrupted") {
      const { canFinish } = (await server.good(["history", "show", id])).json.value as { canFinish: boolean };
      await server.good(["history", "recover", ...finish && canFinish ? ["--finish"] : []]);
    }
    expect((await server.good(["history", "list"])).json.value.filter((each: { outcome: string }) => each.outcome === "interrupted")).toEqual([]);
    return { id, state: await stateNow() };
  };

  const ways = {
    "by Mono": (): readonly string[] => server.byMono(pfx),
    "by NGINX": (): readonly string[] => server.byNginx(pfx, "--address", "127.0.0.1"),
  };
  for (const [way, asked] of Object.entries(ways)) {
    it(`${way}, at entries of the journal: recovered it is whole, and no key lies about`, async () => {
      const before = await stateNow();
      const counter = join(server.folder, "count");
      writeFileSync(counter, "");
      const first = await server.run(asked(), { nodeOptions: ["--import", killer], environment: { LOCKSTEP_TEST_COUNT: counter } });
      expect(first.status, first.stdout).toBe(0);
      const entries = readFileSync(counter, "utf8").length;
      const after = await stateNow();
      await undo(first.json.value.planId as string);
      expect(await stateNow()).toEqual(before);
      expect(after.served).not.toEqual(before.served);

      const outcomes = new Set<"before" | "after">();
      // By NGINX every third one, in which intents and results come in turn: its plan is long, and each takes seconds.
      const every = way === "by NGINX" ? 3 : 1;
      const cuts = Array.from({ length: Math.ceil(entries / every) }, (_, index): readonly [number, Moment, boolean] => [index * every + 1, "after", index % 2 === 0]);
      // Between a new file and its taking the old one's place: the certificate and its key come first.
      const unnamed = [1, 2, 3].map((write): readonly [number, Moment, boolean] => [write, "unnamed", false]);
      const torn = [2, Math.ceil(entries / 2), entries - 1].map((entry): readonly [number, Moment, boolean] => [entry, "torn", entry % 2 === 0]);
      for (const [entry, moment, finish] of [...cuts, ...unnamed, ...torn]) {
        const which = `entry ${entry} of ${entries}, ${moment}${finish ? ", finished" : ""}`;
        const cut = await server.run(asked(), { nodeOptions: ["--import", killer], environment: { LOCKSTEP_TEST_KILL: `${entry}:${moment}` } });
        expect(cut.status, which).toBeNull();
        const { id, state } = await recovered(finish);
        const found = state.served["https"] === before.served["https"] && state.served["direct"] === before.served["direct"] ? "before" : "after";
        expect(state, which).toEqual(found === "before" ? before : after);
        expect(server.handedOver(), which).toEqual([]);
        outcomes.add(found);
        if (found === "after") await undo(id);
        expect(await stateNow(), which).toEqual(before);
      }
      expect([...outcomes].sort()).toEqual(["after", "before"]);
    }, 900_000);
  }
});
