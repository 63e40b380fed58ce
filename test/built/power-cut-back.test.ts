// Lockstep killed while it undoes a change, while it recovers from a cut, and at any other moment.
import { afterAll, beforeAll, expect, it } from "vitest";
import { powerCuts, type PowerCuts } from "../fixtures/power-cut.ts";

let machine: PowerCuts;
beforeAll(async () => {
  machine = await powerCuts();
}, 60_000);
afterAll(() => machine.close());

it("a power cut at every entry of an undo: the undo is carried through", async () => {
  for (let entry = 1; entry <= machine.back; entry++) {
    for (const moment of ["after", "torn"] as const) {
      expect((await machine.run(machine.secure)).status).toBe(0);
      expect(await machine.killedAt(machine.undo, entry, moment), `entry ${entry} ${moment}`).toBe(true);
      await machine.reset(await machine.recovered(false));
    }
  }
}, 900_000);

it("a power cut at entries of the recovery from a power cut: the next recovery ends it", async () => {
  for (const entry of [1, 2, 4, 6, 8]) {
    expect(await machine.killedAt(machine.secure, 11, "after")).toBe(true);
    expect(await machine.killedAt(["history", "recover"], entry, entry % 4 === 0 ? "torn" : "after"), `entry ${entry}`).toBe(true);
    await machine.reset(await machine.recovered(false));
  }
}, 300_000);

it("a kill at any other moment: still one of the two", async () => {
  for (let round = 0; round < 10; round++) {
    await machine.killedAfter(machine.secure, 80 + round * 110);
    await machine.reset(await machine.recovered(round % 2 === 0));
  }
}, 300_000);
