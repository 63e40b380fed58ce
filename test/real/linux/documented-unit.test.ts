// SanteDB as the unit that its installation writes: mono-service puts it into the background, systemd takes it to be active
// whatever becomes of it, and its stop fails though it stops.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServerPfx } from "../../fixtures/certificates.ts";
import { hasMonoService, linuxServer, serverPartsMissing, type LinuxServer, type Snapshot } from "../../fixtures/linux-server.ts";
import type { Ran } from "../../fixtures/lockstep.ts";
import { systemdMissing } from "../../fixtures/systemd.ts";

const missing = serverPartsMissing ?? systemdMissing ?? (hasMonoService ? null : "mono-service is not installed");

describe.skipIf(missing !== null)(`the unit that SanteDB documents${missing === null ? "" : ` (${missing})`}`, () => {
  let server: LinuxServer;
  let pfx: ServerPfx;
  let before: Snapshot;
  let servedBefore: Awaited<ReturnType<LinuxServer["served"]>>;

  /** But for the number of its process, which mono-service leaves behind. */
  const snapshot = (): Snapshot => Object.fromEntries(Object.entries(server.snapshot()).filter(([path]) => !path.endsWith(".lock")));

  beforeAll(async () => {
    server = await linuxServer({ manager: "systemd", documented: true });
    pfx = server.pfx("first");
    before = snapshot();
    servedBefore = await server.served();
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  const whole = async (): Promise<void> => {
    expect(snapshot()).toEqual(before);
    expect(await server.served()).toEqual(servedBefore);
  };
  const undone = async (ran: Ran): Promise<void> => {
    expect((await server.good(["history", "undo", ran.json.value.planId as string])).json.value.outcome).toBe("undone");
  };
  const said = (): string => server.systemd?.control("is-active", "santedb-www").output.trim() ?? "";
  const processes = (): readonly string[] => {
    const file = join(server.systemd?.controlGroups ?? "", "system.slice/santedb-www.service/cgroup.procs");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "") : [];
  };
  const state = async (): Promise<string | undefined> => ((await server.good(["service", "list"])).json.value as readonly { readonly name: string; readonly state: string }[]).find(({ name }) => name === "santedb-www")?.state;
  const instance = async () => ((await server.good(["instance", "list"])).json.value as readonly { readonly state: string; readonly configFile: string }[])[0];

  it("is found running, though systemd knows no main process of it", async () => {
    expect(await instance()).toMatchObject({ name: "default", product: "dcdr-www", state: "running", configFile: server.configFile, port: server.ports.santedb });
    expect(server.systemd?.control("show", "--property=MainPID,SubState", "santedb-www").output).toBe("MainPID=0\nSubState=exited\n");
  }, 60_000);

  it("is secured by Mono, proven, found so by a second run, and undone", async () => {
    const ran = await server.good(server.byMono(pfx));
    expect(ran.json.value.verified[0]).toMatchObject({ thumbprint: pfx.thumbprint });
    expect((await server.served()).direct).toBe(pfx.thumbprint);
    expect((await server.good(server.byMono(pfx))).json.value.outcome).toBe("unchanged");
    await undone(ran);
    await whole();
  }, 120_000);

  it("is secured by NGINX and reachable through it alone, and undone", async () => {
    const ran = await server.good(server.byNginx(pfx, "--address", "127.0.0.1"));
    expect(ran.json.value.verified.map(({ thumbprint }: { thumbprint: string | null }) => thumbprint)).toContain(pfx.thumbprint);
    expect(await server.served()).toMatchObject({ https: pfx.thumbprint, santedb: "http 400" });
    await undone(ran);
    await whole();
  }, 120_000);

  it("is stopped where its stop fails for systemd, started, and restarted", async () => {
    await server.good(["service", "stop", "santedb-www", "--yes"]);
    expect([await state(), said(), processes(), (await server.served())["santedb"]]).toEqual(["stopped", "failed", [], "not-listening"]);
    await server.good(["service", "start", "santedb-www", "--yes"]);
    expect([await state(), said(), (await server.served())["santedb"]]).toEqual(["running", "active", "http 200"]);
    const [process_] = processes();
    await server.good(["service", "restart", "santedb-www", "--yes"]);
    expect(processes()).not.toContain(process_);
    await whole();
  }, 120_000);

  it("is started more often than systemd allows within ten seconds", async () => {
    // Five starts, as systemd has it unless it is told otherwise, and those of the tests before.
    for (let round = 0; round < 8; round++) {
      await server.good(["service", "stop", "santedb-www", "--yes"]);
      await server.good(["service", "start", "santedb-www", "--yes"]);
    }
    await whole();
  }, 120_000);

  it("is started where systemd still takes it to be active though it ended", async () => {
    // Killed, mono-service leaves its lock behind, and then nobody can start it.
    expect(server.systemd?.control("kill", "--signal=TERM", "santedb-www").status).toBe(0);
    while (processes().length > 0) await new Promise((resolve) => void setTimeout(resolve, 20));
    expect([await state(), said()]).toEqual(["stopped", "active"]);
    await server.good(["service", "start", "santedb-www", "--yes"]);
    await whole();
  }, 60_000);

  it("does not start after it was killed, until its lock is deleted as the error says", async () => {
    expect(server.systemd?.control("kill", "--signal=KILL", "santedb-www").status).toBe(0);
    while (processes().length > 0) await new Promise((resolve) => void setTimeout(resolve, 20));
    const ran = await server.run(["service", "start", "santedb-www", "--yes"]);
    expect(ran.json.error).toMatchObject({ code: "service-died", aftermath: "put-back", hint: expect.stringMatching(/lock file .* -l: in the unit/) });
    const [, lock = ""] = / -l:(\S+)/.exec(readFileSync(join(server.systemd?.units ?? "", "santedb-www.service"), "utf8")) ?? [];
    rmSync(lock);
    await server.good(["service", "start", "santedb-www", "--yes"]);
    await whole();
  }, 60_000);

  it("dies when it starts, which systemd does not notice: the plan fails, and everything is as before", async () => {
    const unit = join(server.systemd?.units ?? "", "santedb-www.service");
    const text = readFileSync(unit, "utf8");
    const script = join(server.folder, "dies");
    // As mono-service does: gone into the background before anything can go wrong.
    writeFileSync(script, `#!/bin/sh\nif grep -q 'https://' '${server.configFile}'; then (sleep 0.3; exit 78) & exit 0; fi\nexec "$@"\n`, { mode: 0o755 });
    writeFileSync(unit, text.replace("ExecStart=", `ExecStart=${script} `));
    server.systemd?.control("daemon-reload");
    const ran = await server.run(server.byMono(pfx));
    expect(ran.json, ran.stdout).toMatchObject({ ok: false, error: { code: "service-died", aftermath: "put-back" } });
    expect(ran.status).toBe(4);
    writeFileSync(unit, text);
    server.systemd?.control("daemon-reload");
    await whole();
  }, 120_000);
});
