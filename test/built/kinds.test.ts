// Every kind of practice machine: found right, secured from end to end, and put back to the very bytes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PracticeKind } from "../../main/machines/practice/kinds.ts";
import { makeServerPfx, type ServerPfx } from "../fixtures/certificates.ts";
import { fileHashes, practiceFixture, type PracticeFixture } from "../fixtures/lockstep.ts";

interface Expected {
  readonly kind: PracticeKind;
  readonly name: string;
  /** What `instance list` must say, the instance that is secured first. */
  readonly instances: readonly { readonly product: string; readonly generation: string; readonly service: string; readonly account: string; readonly scheme: string; readonly file: RegExp; readonly endpoints: number }[];
  /** Codes of findings that the plan must have. */
  readonly findings: readonly string[];
  /** Kinds of steps that it must have. */
  readonly steps: readonly string[];
}

const www = { product: "dcdr-www", generation: "v3", service: "sdb-www-default", account: "LocalSystem", scheme: "http", endpoints: 6 } as const;
const icdr = { product: "icdr", generation: "v3", service: "SanteDB", account: "LocalSystem", scheme: "http", endpoints: 6, file: /Program Files\/SanteSuite\/SanteDB\/Server\/santedb\.config\.xml$/ } as const;
const changing = ["binding.set", "service.stop", "file.write", "service.start", "verify.configuration", "verify.tls", "verify.http"];

const all: readonly Expected[] = [
  { kind: "dcdr-v3", name: "default", instances: [{ ...www, file: /WWW\/instances\/default\/config\/santedb\.config$/ }], findings: ["shortcut-stale", "address-elsewhere"], steps: changing },
  { kind: "dcdr-v3-old-path", name: "default", instances: [{ ...www, file: /System32\/config\/systemprofile\/AppData\/Roaming\/santedb\/www\/default\/santedb\.config$/ }], findings: ["shortcut-stale"], steps: changing },
  { kind: "dcdr-v2", name: "SanteDBWWW", instances: [{ ...www, generation: "v2", file: /SysWOW64\/config\/systemprofile\/AppData\/Roaming\/SanteDB\/www-default\/SanteDB\.config$/ }], findings: ["shortcut-stale"], steps: changing },
  { kind: "gateway", name: "default", instances: [{ ...www, product: "dcdr-gateway", service: "sdb-dcg-default", scheme: "https", endpoints: 7, file: /DCG\/instances\/default\/config\/santedb\.config$/ }], findings: ["self-signed-root"], steps: ["binding.set", "verify.tls", "verify.http"] },
  { kind: "icdr", name: "SanteDB", instances: [icdr], findings: ["address-elsewhere"], steps: changing },
  { kind: "icdr-joined", name: "SanteDB", instances: [icdr, { ...www, file: /WWW\/instances\/default\/config\/santedb\.config$/ }], findings: ["joined-dcdr", "dependants"], steps: changing },
  { kind: "low-privilege", name: "default", instances: [{ ...www, account: ".\\santedb", file: /Users\/santedb\/AppData\/Roaming\/santedb\/www\/default\/santedb\.config$/ }], findings: ["reservation-left-over"], steps: ["reservation.add", ...changing] },
];

// A foreign program's answer, of which each finding's code is looked at.
const codesOf = (findings: unknown): readonly string[] => (findings as readonly { readonly code: string }[]).map(({ code }) => code);

describe.each(all)("the practice machine $kind", ({ kind, name, instances, findings, steps }) => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-kind-"));
  let machine: PracticeFixture;
  let pfx: ServerPfx;
  beforeAll(() => {
    machine = practiceFixture(kind);
    pfx = makeServerPfx({ directory: folder });
  });
  afterAll(async () => {
    await machine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is found with its product, file and addresses; endpoint secure works, its undo leaves no trace", async () => {
    const { json, stderr } = await machine.run(["instance", "list"]);
    expect(json.value.map((found: Record<string, unknown>) => [found["service"], found["product"], found["generation"], found["account"], found["scheme"], found["state"]]), stderr)
      .toEqual(instances.map(({ service, product, generation, account, scheme }) => [service, product, generation, account, scheme, "running"]));
    for (const [index, expected] of instances.entries()) {
      expect(json.value[index].configFile).toMatch(expected.file);
      expect(json.value[index].endpoints).toHaveLength(expected.endpoints);
      expect(json.value[index].port).toBeGreaterThan(0);
    }

    const [{ configFile }] = json.value;
    expect((await machine.run(["instance", "show", configFile])).json.value).toMatchObject({ service: instances[0]?.service, configuration: { file: configFile } });
    expect((await machine.run(["endpoint", "secure", configFile, "--certificate", pfx.file, "--password-file", pfx.passwordFile, "--plan"])).json.value).toMatchObject({ outcome: "planned" });

    const except = (path: string): boolean => /^(lockstep|logs|services)\/|^services\.json$/.test(path);
    const before = fileHashes(machine.directory, except);
    const secured = await machine.run(["endpoint", "secure", name, "--certificate", pfx.file, "--password-file", pfx.passwordFile, "--yes"]);
    expect(secured.json, secured.stdout).toMatchObject({ ok: true, value: { outcome: "applied" } });
    expect(codesOf(secured.json.value.findings)).toEqual(expect.arrayContaining([...findings]));
    const done = secured.json.value.operations.map(({ kind: step }: { kind: string }) => step);
    for (const step of steps) expect(done).toContain(step);
    const [{ port }] = json.value;
    for (const address of ["127.0.0.1", "[::1]"]) {
      const seen = spawnSync("openssl", ["s_client", "-connect", `${address}:${port}`], { input: "", encoding: "utf8" }).stdout;
      const served = spawnSync("openssl", ["x509", "-noout", "-fingerprint"], { input: seen, encoding: "utf8" }).stdout.replace(/^.*=|:|\n/g, "");
      expect(served, address).toBe(secured.json.value.verified[0].thumbprint);
    }
    expect((await machine.run(["endpoint", "secure", name, "--certificate", pfx.file, "--password-file", pfx.passwordFile, "--yes"])).json.value).toMatchObject({ outcome: "unchanged", operations: [] });

    expect((await machine.run(["history", "undo"])).json).toMatchObject({ ok: true, value: { outcome: "undone" } });
    expect(fileHashes(machine.directory, except)).toEqual(before);
  });

  // One of each manner: its own reservation, a foreign certificate before, another generation, dependants.
  if (["dcdr-v2", "gateway", "icdr-joined", "low-privilege"].includes(kind)) it("that was secured gives up its TLS again with endpoint unsecure", async () => {
    await machine.run(["endpoint", "secure", name, "--certificate", pfx.file, "--password-file", pfx.passwordFile, "--yes"]);
    const { json, stdout } = await machine.run(["endpoint", "unsecure", name, "--yes"]);
    expect(json, stdout).toMatchObject({ ok: true, value: { outcome: "applied" } });
    const [instance] = (await machine.run(["instance", "list"])).json.value;
    expect(instance).toMatchObject({ scheme: "http", state: "running", certificate: null });
    expect((await fetch(`http://127.0.0.1:${instance.port}${new URL(String(instance.endpoints.at(-1).address)).pathname}`)).status).toBe(200);
    expect((await machine.run(["endpoint", "unsecure", name, "--yes"])).json.value.outcome).toBe("unchanged");
  });
});

describe("a service that does not do what it should", () => {
  let machine: PracticeFixture;
  let file: string;
  let port: number;
  beforeAll(async () => {
    machine = practiceFixture("dcdr-v3");
    [file, port] = [await machine.configFile(), await machine.port()];
  });
  afterAll(() => machine.close());

  const setFaults = (faults: object): void => {
    const path = join(machine.directory, "services.json");
    const table = JSON.parse(readFileSync(path, "utf8")) as { services: readonly object[] };
    writeFileSync(path, JSON.stringify({ ...table, services: table.services.map((entry) => ({ ...entry, faults })) }));
  };
  const answers = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/auth`)).status;

  it("and writes its file when it stops loses nothing: the file is changed after that", async () => {
    setFaults({ savesOnStop: true });
    const { json, stdout } = await machine.run(["config", "secure", "default", "--yes"]);
    expect(json, stdout).toMatchObject({ ok: true, value: { outcome: "applied", file } });
    expect(codesOf(json.value.warnings)).toContain("binding-missing");
    expect(readFileSync(file, "utf8")).toContain(`https://0.0.0.0:${port}/auth`);
    setFaults({});
    expect((await machine.run(["config", "unsecure", "default", "--yes"])).json.value).toMatchObject({ outcome: "applied" });
    expect(await answers()).toBe(200);
  });

  it("and silently goes back to its own older copy is noticed, and everything put back", async () => {
    const before = readFileSync(file);
    setFaults({ cannotRead: true });
    const { status, json, stdout } = await machine.run(["config", "secure", "default", "--yes"]);
    expect(json.error, stdout).toMatchObject({ code: "configuration-reverted", aftermath: "put-back" });
    expect(status).toBe(4);
    expect(readFileSync(file).equals(before)).toBe(true);
    setFaults({});
    await machine.run(["service", "restart", "default"]);
    expect(await answers()).toBe(200);
  });

  it("and does not stop is left alone, until its process may be ended", async () => {
    const [{ processId }] = (await machine.run(["service", "list"])).json.value;
    setFaults({ ignoresStop: true });
    const planned = await machine.run(["service", "restart", "default", "--end-process", "--plan"]);
    expect(planned.json.value.operations[0].commands).toEqual([["sc", "stop", "sdb-www-default"], ["taskkill", "/F", "/PID", String(processId)]]);
    const { json, stdout } = await machine.run(["service", "restart", "default", "--end-process"]);
    expect(json, stdout).toMatchObject({ ok: true, value: { outcome: "applied", verified: [{ port, httpStatus: 200 }] } });
    setFaults({});
    const [after] = (await machine.run(["service", "list"])).json.value;
    expect(after.state).toBe("running");
    expect(after.processId).not.toBe(processId);
  }, 90_000);
});
