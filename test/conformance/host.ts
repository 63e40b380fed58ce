// What every host must keep: the contract arrives whole at the other end, whatever carries it.
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callNames } from "../../app/contract-names.ts";
import { LockstepError } from "../../app/errors.ts";
import type { CallName, Host } from "../../app/host.ts";
import { answers, createScriptedConsole, failure, questions, type ScriptedConsole } from "./scripted-console.ts";

export interface OpenedHost {
  readonly host: Host;
  readonly close: () => Promise<void>;
}

type Functions = Readonly<Record<string, Readonly<Record<string, (input: unknown) => Promise<unknown>>>>>;
type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const at = (values: object, name: CallName): unknown => {
  const [group = "", verb = ""] = name.split(".");
  return (values as Values)[group]?.[verb];
};
const call = (host: Host, name: CallName, input: unknown): Promise<unknown> => {
  const [group = "", verb = ""] = name.split(".");
  const answer = (host as unknown as Functions)[group]?.[verb];
  if (!answer) throw new Error(`the host has no ${name}`);
  return answer(input);
};
const failing = async (promise: Promise<unknown>): Promise<LockstepError> => {
  const thrown: unknown = await promise.then(() => null, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(LockstepError);
  return thrown as LockstepError;
};

/** The suite. `open` makes a host over the console given. */
export function describeHost(name: string, open: (console: ScriptedConsole) => Promise<OpenedHost>): void {
  describe(`the contract over ${name}`, () => {
    let console: ScriptedConsole;
    let opened: OpenedHost;
    beforeAll(async () => {
      console = createScriptedConsole();
      opened = await open(console);
    });
    afterAll(() => opened.close());

    it.each(callNames)("%s carries the question there and the answer back", async (name) => {
      expect(await call(opened.host, name, at(questions, name))).toEqual(at(answers, name));
    });

    it.each(callNames)("%s refuses a member that the contract does not know", async (name) => {
      const error = await failing(call(opened.host, name, { ...(at(questions, name) as object), surplus: "hunter2" }));
      expect(error.code).toBe("input-invalid");
      expect(error.message).not.toContain("hunter2");
    });

    it.each(callNames)("%s refuses what is no object at all", async (name) => {
      for (const input of [null, 7, "text", [], [{}]]) expect((await failing(call(opened.host, name, input))).code).toBe("input-invalid");
    });

    it("a refused value is named by its place, never quoted", async () => {
      const error = await failing(call(opened.host, "certificate.inspect", { files: [{ name: "a.pfx", content: "not base64!" }], password: "hunter2" }));
      expect(error.code).toBe("input-invalid");
      expect(error.message).toContain("files.0.content");
      expect(JSON.stringify(error.report())).not.toMatch(/hunter2|not base64/);
    });

    it("a password with a trailing blank arrives as it was typed", async () => {
      const error = await failing(opened.host.certificate.inspect({ files: [{ name: "a.pfx", content: "AAEC" }], password: "correct horse " }));
      expect(error.code).toBe("password-wrong");
      expect(error.message).toBe("The password does not open a.pfx.");
    });

    it("a fault met while a password was at hand says nothing of it", async () => {
      const error = await failing(opened.host.certificate.inspect({ files: [{ name: "a.pfx", content: "AAEC" }], password: "quoted back" }));
      expect(error.code).toBe("internal");
      expect(JSON.stringify(error.report())).not.toContain("quoted back");
    });

    it("an error arrives whole: code, text, hint, command, raw output, aftermath, plan", async () => {
      const error = await failing(opened.host.plan.apply({ planId: "failing" }));
      expect(error.report()).toEqual({ ...failure, aftermath: "put-back", planId: "failing" });
    });

    it("what could not be put back is told", async () => {
      const error = await failing(opened.host.plan.apply({ planId: "lost" }));
      expect(error.report()).toMatchObject({ code: "not-put-back", aftermath: "not-put-back", planId: "lost", command: failure.command, output: failure.output });
    });

    it("a fault of Lockstep's own becomes `internal` and shows no stack", async () => {
      const error = await failing(opened.host.plan.apply({ planId: "faulty" }));
      expect(error.report()).toEqual({ code: "internal", message: expect.stringContaining("undefined is not a function") as string, hint: expect.any(String) as string, aftermath: "untouched" });
      expect(JSON.stringify(error.report())).not.toMatch(/scripted-console|\bat /);
    });

    it("an answer that the contract does not allow is held back", async () => {
      const error = await failing(opened.host.plan.apply({ planId: "bad-answer" }));
      expect(error.code).toBe("internal");
      expect(JSON.stringify(error.report())).not.toContain("private-key");
    });

    it("events arrive in the order raised, each at every listener, until it ends its subscription", async () => {
      const heard: number[] = [];
      const titles: string[] = [];
      const alsoHeard: number[] = [];
      const changed: string[] = [];
      const end = opened.host.plan.progress(({ step, of, title }) => {
        if (of !== 200) return;
        titles.push(title);
        heard.push(step);
      });
      opened.host.plan.progress(({ step }) => void alsoHeard.push(step));
      opened.host.history.changed(({ id }) => void changed.push(id));
      await listening(opened.host, changed);
      const order = Array.from({ length: 200 }, (_, step) => step);
      await opened.host.plan.apply({ planId: "progress:200" });
      await expect.poll(() => changed.at(-1)).toBe("progress:200");
      expect(heard).toEqual(order);
      expect(titles).toEqual(order.map((step) => `Step ${step}\nof 200`));
      expect(alsoHeard.slice(-200)).toEqual(order);

      end();
      end();
      await opened.host.plan.apply({ planId: "progress:200" });
      await expect.poll(() => alsoHeard.length).toBeGreaterThanOrEqual(400);
      expect(heard).toHaveLength(200);
    });

    it("a file of 10 MB arrives byte for byte", async () => {
      const file = randomBytes(10 * 1024 * 1024);
      await opened.host.certificate.inspect({ files: [{ name: "large.pfx", content: file.toString("base64") }], password: "pw" });
      expect(console.received.at(-1)).toBe(createHash("sha256").update(file).digest("hex"));
    });

    it("a file beyond the limit is refused", async () => {
      const file = Buffer.alloc(10 * 1024 * 1024 + 3, 7);
      const error = await failing(opened.host.certificate.inspect({ files: [{ name: "large.pfx", content: file.toString("base64") }], password: "pw" }));
      expect(error.code).toBe("input-invalid");
      expect(console.received).not.toContain(createHash("sha256").update(file).digest("hex"));
    });

    it("a call that takes its time holds up no other, and each gets its own answer", async () => {
      let answered = false;
      const waiting = opened.host.plan.apply({ planId: "waiting" }).finally(() => { answered = true; });
      await Promise.all(Array.from({ length: 30 }, async (_, index) => {
        expect((await opened.host.plan.apply({ planId: `quick-${index}` })).planId).toBe(`quick-${index}`);
      }));
      expect(answered).toBe(false);
      await opened.host.plan.apply({ planId: "release" });
      expect((await waiting).planId).toBe("waiting");
    });
  });
}

/** A host may need a moment to begin hearing events: raises one until it is heard. */
async function listening(host: Host, changed: readonly string[]): Promise<void> {
  await expect.poll(async () => {
    await host.plan.apply({ planId: "progress:1" });
    return changed.length;
  }).toBeGreaterThan(0);
}
