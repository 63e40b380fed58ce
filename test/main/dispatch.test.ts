// One call by its name: what is let in, what is let out, and what is said when it is not.
import { describe, expect, it } from "vitest";
import { callNames } from "../../app/contract-names.ts";
import { problem } from "../../app/errors.ts";
import type { Envelope, Implementation } from "../../app/host.ts";
import { createAnnouncer } from "../../main/announcer.ts";
import { dispatch, eventPayload, isCall } from "../../main/dispatch.ts";
import { createScriptedConsole } from "../conformance/scripted-console.ts";

const { implementation } = createScriptedConsole();
const problemOf = (envelope: Envelope): string => (envelope.ok ? "" : envelope.error.message);

describe("a name", () => {
  it("is a call when the contract has a query or a command of it", () => {
    expect(callNames.every(isCall)).toBe(true);
    for (const name of ["plan.progress", "history.changed", "", ".", "plan", "plan.", "constructor.constructor", "__proto__.toString", "toString"]) expect(isCall(name)).toBe(false);
  });

  it.each(["plan.progress", "__proto__.toString", "constructor.constructor", "plan.destroy", ""])("%s, which is none, is input-invalid", async (name) => {
    expect(await dispatch(implementation, name, {})).toMatchObject({ ok: false, error: { code: "input-invalid", message: expect.stringContaining("no such operation") as string } });
  });
});

describe("an input that is not allowed", () => {
  const secret = "hunter2";
  it.each([
    ["of the wrong type", "plan.apply", { planId: 7 }, "planId is not of the type string"],
    ["missing", "plan.apply", {}, "planId is not of the type string"],
    ["too long", "plan.apply", { planId: "x".repeat(65) }, "planId is more than 64 (string)"],
    ["too many", "certificate.inspect", { files: Array.from({ length: 17 }, () => ({ name: "a", content: "" })) }, "files is more than 16 (array)"],
    ["too few", "certificate.inspect", { files: [] }, "files is less than 1 (array)"],
    ["not base64", "certificate.inspect", { files: [{ name: "a", content: "###" }] }, "files.0.content is not written as base64"],
    ["not one of the words", "history.recover", { direction: secret }, "direction is none of the values allowed"],
    ["of no form", "endpoint.planSecure", { instance: "a", certificate: { password: secret } }, "certificate has none of the forms allowed"],
    ["not known", "machine.describe", { [secret]: secret }, "it has a member that is not known"],
    ["a fraction", "endpoint.planSecure", { instance: "a", certificate: { thumbprint: "A".repeat(40) }, port: 1.5 }, "port is not of the type int"],
    ["out of range", "endpoint.planSecure", { instance: "a", certificate: { thumbprint: "A".repeat(40) }, port: 65536 }, "port is more than 65535 (number)"],
    ["several at once", "endpoint.planSecure", { instance: 1, certificate: { thumbprint: "A".repeat(40) }, port: 0 }, "instance is not of the type string (and 1 more)"],
  ])("because it is %s is named by its place", async (_, name, input, said) => {
    const envelope = await dispatch(implementation, name, input);
    expect(problemOf(envelope)).toBe(`The request is not of the expected form: ${said}`);
    expect(JSON.stringify(envelope)).not.toContain(secret);
  });
});

describe("what is thrown", () => {
  // Whatever may be thrown in JavaScript, is.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  const throwing = (thrown: unknown): Implementation => ({ ...implementation, machine: { describe: () => Promise.reject(thrown) } });

  it("on purpose arrives as its report", async () => {
    const error = problem("machine-busy", {}, { planId: "p" });
    expect(await dispatch(throwing(error), "machine.describe", {})).toEqual({ ok: false, error: error.report() });
  });

  it.each([["an error", new RangeError("too far")], ["a text", "too far"], ["nothing", undefined], ["an object", { stack: "at secret" }]])("by mistake, %s, becomes `internal` without a stack", async (_, thrown) => {
    const envelope = await dispatch(throwing(thrown), "machine.describe", {});
    expect(envelope).toMatchObject({ ok: false, error: { code: "internal" } });
    expect(JSON.stringify(envelope)).not.toMatch(/\bat |stack/);
  });

  it("before there is a promise is caught too", async () => {
    const envelope = await dispatch({ ...implementation, machine: { describe: () => { throw new RangeError("at once"); } } }, "machine.describe", {});
    expect(envelope).toMatchObject({ ok: false, error: { code: "internal" } });
  });

  it("while a password was at hand, however deep, is named by its kind alone", async () => {
    const planning: Implementation = { ...implementation, endpoint: { ...implementation.endpoint, planSecure: () => Promise.reject(new SyntaxError("hunter2 is not JSON")) } };
    const input = { instance: "default", certificate: { files: [{ name: "a", content: "AAEC" }], password: "hunter2" } };
    const envelope = await dispatch(planning, "endpoint.planSecure", input);
    expect(problemOf(envelope)).toBe("Lockstep met a condition that it does not know: SyntaxError");
  });
});

describe("an event", () => {
  it("leaves as the contract has it, and otherwise not at all", () => {
    expect(eventPayload("history.changed", { id: "a" })).toEqual({ id: "a" });
    expect(eventPayload("history.changed", { id: "a", more: 1 })).toBeNull();
    expect(eventPayload("history.changed", null)).toBeNull();
  });

  it("reaches every listener although one of them throws, and none that has left", () => {
    const { emit, subscribe } = createAnnouncer();
    const heard: string[] = [];
    subscribe(() => { throw new Error("window gone"); });
    const hear = (): void => void heard.push("x");
    const end = subscribe(hear);
    const endOther = subscribe(hear);
    emit("history.changed", { id: "a" });
    expect(heard).toHaveLength(2);
    end();
    end();
    emit("history.changed", { id: "b" });
    expect(heard).toHaveLength(3);
    endOther();
    emit("history.changed", { id: "c" });
    expect(heard).toHaveLength(3);
  });
});
