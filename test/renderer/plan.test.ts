// How the window shows a plan: grouped, followed, drawn.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Progress } from "../../app/contract.ts";
import type { OperationView } from "../../app/plan/operation.ts";
import { afterGap, commonIndent } from "../../renderer/pages/plan/difference.ts";
import { groupOperations } from "../../renderer/pages/plan/operation-groups.ts";
import { answeredPaths, servedRows } from "../../renderer/pages/plan/served.ts";
import { advance, noSteps } from "../../renderer/pages/plan/steps.ts";
import { propertyRuns } from "../fixtures/effort.ts";

const runs = propertyRuns(300);
const operation = (kind: string): OperationView => ({ kind, title: kind, commands: [], details: [], difference: null });

describe("operations", () => {
  it("are shown one by one, with checks that follow each other taken together", () => {
    const groups = groupOperations(["binding.set", "service.start", "verify.tls", "verify.tls", "verify.http"].map(operation));
    expect(groups.map((group) => [group.kind, group.first])).toEqual([["single", 0], ["single", 1], ["checks", 2]]);
  });

  it("keep their order and number, whatever they are", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom("binding.set", "file.write", "verify.tls", "verify.http")), (kinds) => {
      const all = kinds.map(operation);
      const groups = groupOperations(all);
      expect(groups.flatMap((group) => (group.kind === "single" ? [group.operation] : group.operations))).toEqual(all);
      for (const group of groups) expect(all[group.first]).toBe(group.kind === "single" ? group.operation : group.operations[0]);
    }), { numRuns: runs });
  });
});

describe("the progress of a plan", () => {
  const event = (direction: Progress["direction"], step: number, state: Progress["state"]): Progress => ({ planId: "p", direction, step, of: 4, title: `step ${step}`, state });

  it("tells each step's state, forwards and back", () => {
    const steps = [event("forward", 0, "done"), event("forward", 1, "already"), event("forward", 2, "failed"), event("back", 2, "running"), event("back", 2, "done"), event("back", 1, "done"), event("back", 0, "failed")].reduce(advance, noSteps(4));
    expect(steps.states).toEqual(["not-undone", "undone", "failed", "pending"]);
  });

  it("is one measure that never falls and ends whole", () => {
    const events = fc.array(fc.record({ planId: fc.constant("p"), direction: fc.constantFrom("forward" as const, "back" as const), step: fc.nat(5), of: fc.constant(4), title: fc.string(), state: fc.constantFrom("running" as const, "done" as const, "already" as const, "failed" as const) }));
    fc.assert(fc.property(events, (all) => {
      let steps = noSteps(4);
      for (const each of all) {
        const next = advance(steps, each);
        expect(next.fraction).toBeGreaterThanOrEqual(steps.fraction);
        expect(next.fraction).toBeLessThanOrEqual(1);
        steps = next;
      }
    }), { numRuns: runs });
    expect(advance(noSteps(4), event("forward", 3, "done")).fraction).toBe(1);
  });
});

describe("a file difference", () => {
  const lines = (...texts: string[]) => texts.map((text, line) => ({ sign: " " as const, line, text }));
  it("is drawn without the indentation that all lines share", () => {
    expect(commonIndent(lines("    <a>", "", "      <b>"))).toBe(4);
    expect(commonIndent(lines("\t<a>", "    <b>"))).toBe(0);
    expect(commonIndent(lines())).toBe(0);
  });
  it("marks where lines of the file were left out", () => {
    const drawn = [3, 4, 4, 5, 9].map((line) => ({ sign: " " as const, line, text: "" }));
    expect(drawn.map((_, index) => afterGap(drawn, index))).toEqual([false, false, false, false, true]);
  });
});

describe("what was proven", () => {
  const one = (serverName: string | null, httpStatus: number | null, thumbprint = "A", path = "/") => ({ address: "127.0.0.1", port: 9200, serverName, thumbprint, protocol: "TLSv1.3", path, httpStatus });
  it("has one row for each way of asking, with every status that came", () => {
    expect(servedRows([one(null, null), one("a", 401), one("a", 200), one("a", 200)]).map(({ serverName, statuses }) => [serverName, statuses])).toEqual([[null, []], ["a", [200, 401]]]);
  });
  it("shows the root's status on the row, and every path's beside it", () => {
    const verified = [one("a", 200), one("a", 401, "A", "/ami"), one("a", 200, "A", "/auth")];
    expect(servedRows(verified).map(({ statuses }) => statuses)).toEqual([[200]]);
    expect(answeredPaths(verified)).toEqual([{ path: "/", statuses: [200] }, { path: "/ami", statuses: [401] }, { path: "/auth", statuses: [200] }]);
    expect(answeredPaths([one("a", 200), one(null, 200)])).toEqual([]);
  });
  it("keeps another certificate apart", () => expect(servedRows([one("a", 200), one("a", 200, "B")])).toHaveLength(2));
});
