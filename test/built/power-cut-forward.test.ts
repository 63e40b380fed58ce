// Lockstep killed at every entry of the journal while it carries a plan out: recovery ends in a whole state.
import { afterAll, beforeAll, expect, it } from "vitest";
import { powerCuts, type PowerCuts } from "../fixtures/power-cut.ts";

let machine: PowerCuts;
beforeAll(async () => {
  machine = await powerCuts();
}, 60_000);
afterAll(() => machine.close());

it("a power cut at every entry: all is put back, or carried through where that was asked for", async () => {
  const ends = new Set<string>();
  for (let entry = 1; entry <= machine.forward; entry++) {
    for (const moment of ["after", "torn"] as const) {
      expect(await machine.killedAt(machine.secure, entry, moment), `entry ${entry} ${moment}`).toBe(true);
      const end = await machine.recovered((entry + (moment === "torn" ? 1 : 0)) % 2 === 0);
      ends.add(end);
      await machine.reset(end);
    }
  }
  expect([...ends].sort()).toEqual(["after", "before"]);
}, 900_000);

it("a power cut between every new file and its taking the old one's place: nothing is left lying, a key least of all", async () => {
  let cuts = 0;
  while (await machine.killedAt(machine.secure, cuts + 1, "unnamed")) {
    cuts += 1;
    await machine.reset(await machine.recovered(cuts % 2 === 0));
  }
  // Certificate, key, configuration, binding and the journal's head.
  expect(cuts).toBeGreaterThanOrEqual(5);
  await machine.reset(await machine.recovered(false));
}, 300_000);

it("after a cut every other change is refused, until a person has decided", async () => {
  expect(await machine.killedAt(machine.secure, 5, "after")).toBe(true);
  expect((await machine.run(machine.secure)).json.error).toMatchObject({ code: "recovery-needed", aftermath: "untouched" });
  expect((await machine.run(["service", "stop", "sdb-www-default"])).json.error.code).toBe("recovery-needed");
  expect((await machine.run(["history", "undo"])).json.error.code).toBe("recovery-needed");
  const kept = await machine.run(["history", "recover", "--keep"]);
  expect(kept.json.value, kept.stdout).toEqual([expect.objectContaining({ outcome: "kept" })]);
  // What was half done is found as it is, and the job is done over it.
  expect((await machine.run(machine.secure)).json.value.outcome).toBe("applied");
});
