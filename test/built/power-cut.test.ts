// Lockstep killed at every journal boundary of a plan, forward and while undoing: recovery ends in a whole state.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeServerPfx, type ServerPfx } from "../fixtures/certificates.ts";
import { fileHashes, practiceFixture, type PracticeFixture } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-power-cut-"));
const killer = join(import.meta.dirname, "../fixtures/kill-at.mjs");
let pfx: ServerPfx;
beforeAll(() => {
  pfx = makeServerPfx({ directory: folder, names: ["clinic-7.example.org"] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secure = () => ["endpoint", "secure", "default", "--yes", "--certificate", pfx.file, "--password-file", pfx.passwordFile];

interface State { readonly config: string; readonly bindings: unknown; readonly certificates: readonly string[]; readonly served: string; readonly litter: readonly string[] }

/** Everything that a plan changes, as it stands: two states are whole when they are equal to the one before or after. */
async function stateOf(machine: PracticeFixture, config: string, port: number): Promise<State> {
  const served = await fetch(`http://127.0.0.1:${port}/`).then((answer) => `http ${answer.status}`, () => "no http");
  const certificates = (await machine.run(["certificate", "list"])).json.value as { store: string; thumbprint: string; hasPrivateKey: boolean }[];
  return {
    config: readFileSync(config, "utf8"),
    bindings: (await machine.run(["binding", "list"])).json.value,
    certificates: certificates.map(({ store, thumbprint, hasPrivateKey }) => `${store} ${thumbprint} ${hasPrivateKey}`).sort(),
    served,
    litter: Object.keys(fileHashes(machine.directory)).filter((path) => /\.tmp|displaced|\.new/.test(path)),
  };
}

/** Runs a verb and gives the count of journal entries that it made durable. */
async function countWrites(machine: PracticeFixture, args: readonly string[]): Promise<number> {
  const counter = join(folder, "count");
  writeFileSync(counter, "");
  const { status, json } = await machine.run(args, { nodeOptions: ["--import", killer], environment: { LOCKSTEP_TEST_COUNT: counter } });
  expect(status, JSON.stringify(json)).toBe(0);
  return readFileSync(counter, "utf8").length;
}

describe("a power cut at every entry of the journal", () => {
  let machine: PracticeFixture;
  let config: string;
  let port: number;
  let before: State;
  let after: State;
  let forward: number;
  let back: number;

  beforeAll(async () => {
    machine = practiceFixture();
    config = await machine.configFile();
    port = await machine.port();
    before = await stateOf(machine, config, port);
    forward = await countWrites(machine, secure());
    after = await stateOf(machine, config, port);
    back = await countWrites(machine, ["history", "undo"]);
    expect(await stateOf(machine, config, port)).toEqual(before);
  }, 120_000);
  afterAll(() => machine.close());

  const killed = async (args: readonly string[], at: string) =>
    (await machine.run(args, { nodeOptions: ["--import", killer], environment: { LOCKSTEP_TEST_KILL: at } })).status === null;

  /** After the cut: other changes are refused while one is open, and recovery makes the machine whole. */
  async function recovered(finish: boolean): Promise<"before" | "after"> {
    const [newest] = (await machine.run(["history", "list"])).json.value as { id: string; outcome: string }[];
    if (newest?.outcome === "interrupted") {
      expect((await machine.run(secure())).json.error.code).toBe("recovery-needed");
      const detail = (await machine.run(["history", "show", newest.id])).json.value;
      const { status, json } = await machine.run(["history", "recover", ...finish && detail.canFinish ? ["--finish"] : []]);
      expect(status, JSON.stringify(json)).toBe(0);
    }
    const state = await stateOf(machine, config, port);
    const found = state.config === before.config ? "before" : "after";
    expect(state).toEqual(found === "before" ? before : { ...after, config: state.config });
    expect((await machine.run(["history", "list"])).json.value.filter(({ outcome }: { outcome: string }) => outcome === "interrupted")).toEqual([]);
    return found;
  }

  const reset = async (state: "before" | "after"): Promise<void> => {
    if (state === "before") return;
    const { status, stdout } = await machine.run(["history", "undo"]);
    expect(status, stdout).toBe(0);
    expect(await stateOf(machine, config, port)).toEqual(before);
  };

  it("forward: put back, or carried through where that was asked for", async () => {
    const ends = new Set<string>();
    for (let entry = 1; entry <= forward; entry++) {
      for (const moment of ["before", "after", ...entry % 4 === 0 ? ["torn"] : []]) {
        expect(await killed(secure(), `${entry}:${moment}`), `entry ${entry} ${moment}`).toBe(true);
        const end = await recovered((entry + (moment === "after" ? 1 : 0)) % 2 === 0);
        ends.add(end);
        await reset(end);
      }
    }
    expect([...ends].sort()).toEqual(["after", "before"]);
  }, 900_000);

  it("while undoing: the undo is carried through", async () => {
    for (let entry = 1; entry <= back; entry++) {
      for (const moment of ["before", "after", ...entry % 4 === 0 ? ["torn"] : []]) {
        expect((await machine.run(secure())).status).toBe(0);
        expect(await killed(["history", "undo"], `${entry}:${moment}`), `entry ${entry} ${moment}`).toBe(true);
        await reset(await recovered(false));
      }
    }
  }, 900_000);

  it("killed at any other moment: still one of the two", async () => {
    for (let round = 0; round < 12; round++) {
      const delay = 80 + round * 110;
      const { status } = await machine.run(secure(), { during: (child) => void setTimeout(() => child.kill("SIGKILL"), delay) });
      expect([0, null]).toContain(status);
      await reset(await recovered(round % 2 === 0));
    }
  }, 300_000);
});
