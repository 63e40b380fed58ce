// What a sequence of journal entries amounts to.
import { describe, expect, it } from "vitest";
import { canFinish, changesOf, isOpen, outcomeOf, type Entry } from "../../../app/plan/journal.ts";
import { inverse } from "../../../app/plan/inverse.ts";
import type { Operation } from "../../../app/plan/operation.ts";
import { planId, type Plan } from "../../../app/plan/plan.ts";
import { stepsToPutBack } from "../../../app/plan/runner.ts";

const thumbprint = "A".repeat(40);
const operations: readonly Operation[] = [
  { kind: "certificate.import", store: "My", thumbprint, subject: "CN=clinic", withKey: true },
  { kind: "service.stop", service: "sdb-www-default" },
  { kind: "service.start", service: "sdb-www-default" },
  { kind: "verify.tls", address: "127.0.0.1", port: 9200, serverName: null, thumbprint },
];
const id = planId(new Date("2026-11-22T08:30:15Z"), 0x9f3a);
const plan: Plan = { id, title: "Secure", operations: [...operations], proof: [], findings: [], certificate: null, differences: [] };
const at = "2026-11-22T08:30:15.000Z";
const begun: Entry = { type: "begun", planId: id, at, by: "ada", plan };
const intent = (step: number, direction: "forward" | "back" = "forward"): Entry => ({ type: "intent", planId: id, at, step, direction });
const done = (step: number, changed = true, direction: "forward" | "back" = "forward"): Entry => ({ type: "done", planId: id, at, step, direction, changed });
const ended = (outcome: "applied" | "failed" | "undone"): Entry => ({ type: "ended", planId: id, at, outcome, verified: [] });
const turned: Entry = { type: "turned", planId: id, at, reason: "recovery" };

const only = (entries: readonly Entry[]) => {
  const [record] = changesOf(entries);
  if (!record) throw new Error("no change");
  return record;
};

describe("a plan's id", () => {
  it("sorts by time and is read aloud without trouble", () => expect(id).toBe("20261122-083015-9f3a"));
});

describe("a change as the journal tells of it", () => {
  it("is interrupted while no end is recorded", () => {
    const record = only([begun, intent(0), done(0), intent(1)]);
    expect(outcomeOf(record)).toBe("interrupted");
    expect(isOpen(record)).toBe(true);
  });
  it("puts back what was done or is in doubt, and nothing that was so already", () => {
    expect([...stepsToPutBack(only([begun, done(0, false), intent(1), done(1), intent(2)]))]).toEqual([1, 2]);
  });
  it("does not put back twice what a cut recovery has put back", () => {
    const record = only([begun, intent(0), done(0), intent(1), done(1), turned, intent(1, "back"), done(1, true, "back")]);
    expect([...stepsToPutBack(record)]).toEqual([0]);
    expect(canFinish(record)).toBe(false);
  });
  it("does all over where one step could not be put back", () => {
    const failure: Entry = { type: "failed", planId: id, at, step: 2, direction: "back", error: { code: "service-will-not-stop", message: "", hint: "", aftermath: "untouched" } };
    const record = only([begun, done(0), done(1), done(2), turned, failure, done(1, false, "back"), done(0, true, "back")]);
    expect([...stepsToPutBack(record)]).toEqual([0, 1, 2]);
  });
  it("can be finished once the certificate is in the store, and not before", () => {
    expect(canFinish(only([begun, intent(0)]))).toBe(false);
    expect(canFinish(only([begun, intent(0), done(0), intent(1)]))).toBe(true);
  });
  it("is undone after an applied change was turned back", () => {
    expect(outcomeOf(only([begun, ended("applied")]))).toBe("applied");
    expect(outcomeOf(only([begun, ended("applied"), turned, ended("undone")]))).toBe("undone");
    expect(outcomeOf(only([begun, ended("applied"), turned]))).toBe("interrupted");
  });
});

describe("the inverse of an operation", () => {
  it("undoes it, and the inverse of that does it again", () => {
    const binding = { endpoint: "0.0.0.0:9200", family: "ip" as const, thumbprint, applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store: "MY", flags: {} };
    const other = { ...binding, thumbprint: "B".repeat(40) };
    const reversible: readonly Operation[] = [
      { kind: "binding.set", previous: null, next: binding },
      { kind: "binding.set", previous: other, next: binding },
      { kind: "reservation.add", url: "https://+:9200/", sddl: "D:(A;;GX;;;NS)", account: "NETWORK SERVICE" },
      { kind: "service.stop", service: "s" },
      { kind: "service.start", service: "s" },
    ];
    for (const operation of reversible) {
      const back = inverse(operation);
      expect(back && inverse(back)).toEqual(operation);
    }
  });
  it("of a check is nothing", () => expect(inverse({ kind: "verify.tls", address: "::1", port: 1, serverName: null, thumbprint })).toBeNull());
});
