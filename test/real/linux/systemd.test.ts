// Services as a real systemd runs them, seen and controlled through the Linux machine.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine, ServiceRecord } from "../../../app/machine.ts";
import { openLinuxMachine } from "../../../main/machines/linux/linux-machine.ts";
import { dcdrConfiguration } from "../../fixtures/configuration.ts";
import { lockstep } from "../../fixtures/lockstep.ts";
import { privateSystemd, systemdMissing, type PrivateSystemd } from "../../fixtures/systemd.ts";

const sleeping = "ExecStart=/bin/sleep 100000";

describe.skipIf(systemdMissing !== null)(`a real systemd${systemdMissing === null ? "" : ` (${systemdMissing})`}`, () => {
  let systemd: PrivateSystemd;
  let machine: Machine;
  let folder = "";

  beforeAll(async () => {
    systemd = await privateSystemd();
    folder = mkdtempSync(join(tmpdir(), "lockstep-linux-"));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    writeFileSync(join(folder, "data/linux.json"), JSON.stringify({
      services: "systemd", programs: { systemctl: systemd.systemctl }, controlGroups: systemd.controlGroups, certificates: join(folder, "certificates"),
    }), { mode: 0o644 });
    machine = await openLinuxMachine({ dataDirectory: join(folder, "data") });
  });
  afterAll(async () => {
    await systemd.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const find = async (name: string): Promise<ServiceRecord> => {
    const record = await machine.services.find(name);
    if (!record) throw new Error(`There is no ${name}.`);
    return record;
  };
  const control = async (verb: string, name: string): Promise<number> => (await machine.commands.run(["systemctl", verb, name])).exitCode;
  /** Waits for a state; the test's own limit ends it. */
  const reaches = async (name: string, state: ServiceRecord["state"]): Promise<ServiceRecord> => {
    for (;;) {
      const record = await find(name);
      if (record.state === state) return record;
      await machine.clock.wait(20);
    }
  };

  it("starts a service and stops it again", async () => {
    systemd.unit("plain.service", [sleeping]);
    expect(await find("plain")).toMatchObject({ state: "stopped", processId: 0, exitCode: 0 });
    expect(await control("start", "plain")).toBe(0);
    const running = await find("plain");
    expect(running).toMatchObject({ state: "running", exitCode: 0 });
    expect(running.processId).toBeGreaterThan(1);
    expect(await control("stop", "plain")).toBe(0);
    expect(await find("plain")).toMatchObject({ state: "stopped", processId: 0, exitCode: 0 });
  });

  it("a service that dies after a start that succeeded is stopped, with its status", async () => {
    systemd.unit("dies.service", ["ExecStart=/bin/sh -c 'sleep 0.7; exit 78'"]);
    expect(await control("start", "dies")).toBe(0);
    expect(await reaches("dies", "stopped")).toMatchObject({ exitCode: 78, processId: 0 });
  });

  it("one that a signal ended has 128 and the signal's number", async () => {
    systemd.unit("shot.service", ["ExecStart=/bin/sh -c 'kill -SEGV $$$$'"]);
    await control("start", "shot");
    expect(await reaches("shot", "stopped")).toMatchObject({ exitCode: 139 });
  });

  it("one that should put itself into the background and fails has the status of its command", async () => {
    systemd.unit("forks.service", ["Type=forking", "ExecStart=/bin/sh -c 'exit 65'"]);
    expect(await control("start", "forks")).not.toBe(0);
    expect(await find("forks")).toMatchObject({ state: "stopped", exitCode: 65 });
  });

  it("one whose program is not there has systemd's own status for that", async () => {
    systemd.unit("nowhere.service", [`ExecStart=${folder}/nowhere`]);
    await control("start", "nowhere");
    expect(await reaches("nowhere", "stopped")).toMatchObject({ exitCode: 203 });
  });

  for (const type of ["oneshot", "forking"]) {
    it(`with RemainAfterExit=yes and Type=${type} it runs while a process of it lives, and no longer, whatever systemd says`, async () => {
      const name = `remains-${type}`;
      systemd.unit(`${name}.service`, [`Type=${type}`, "RemainAfterExit=yes", "ExecStart=/bin/sh -c '/bin/sleep 100000 & exit 0'"]);
      expect(await control("start", name)).toBe(0);
      const running = await find(name);
      expect(running.state).toBe("running");
      expect(running.processId).toBeGreaterThan(1);
      expect(systemd.control("kill", "--signal=KILL", name).status).toBe(0);
      await reaches(name, "stopped");
      expect(await find(name)).toMatchObject({ state: "stopped", processId: 0 });
      if (type === "oneshot") expect(systemd.control("is-active", name).output.trim()).toBe("active");
    });
  }

  it("tells of one that is starting and of one that is stopping", async () => {
    systemd.unit("slow.service", ["Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/sleep 100000", "ExecStop=/bin/sleep 100000", "TimeoutStopSec=infinity"]);
    systemd.control("start", "--no-block", "slow");
    expect(await reaches("slow", "start-pending")).toMatchObject({ state: "start-pending", exitCode: 0 });
    systemd.unit("lingers.service", [sleeping, "ExecStop=/bin/sleep 100000", "TimeoutStopSec=infinity"]);
    await control("start", "lingers");
    systemd.control("stop", "--no-block", "lingers");
    expect((await reaches("lingers", "stop-pending")).processId).toBeGreaterThan(1);
  });

  it("an unknown unit is none, nor is what only looks like the name of one", async () => {
    expect(await machine.services.find("unheard-of")).toBeNull();
    for (const name of ["", "*", "--all", "plain.service plain", "../plain", "pl\nain", "-H"]) expect(await machine.services.find(name), name).toBeNull();
  });

  it("tells user, folder of configurations, description and needs of a unit", async () => {
    systemd.unit("needed.service", [sleeping]);
    systemd.unit("of-user.service", ["User=nobody", `Environment=A=b "HOME=/srv/with blank" C=d`, sleeping], ["Description=A service, of = nobody", "Requires=needed.service"]);
    systemd.unit("of-folder.service", ["User=nobody", "Environment=XDG_CONFIG_HOME=/srv/configuration HOME=/srv", sleeping]);
    systemd.unit("of-home.service", ["User=daemon", sleeping]);
    systemd.unit("of-root.service", [sleeping]);
    expect(await find("of-user")).toEqual({
      name: "of-user", displayName: "A service, of = nobody", imagePath: "/bin/sleep 100000", account: "nobody", state: "stopped", processId: 0, exitCode: 0, startType: "manual",
      version: null, dependencies: ["needed"], manager: "systemd", applicationData: "/srv/with blank/.config",
    });
    expect((await find("of-folder")).applicationData).toBe("/srv/configuration");
    expect((await find("of-home")).applicationData).toBe("/usr/sbin/.config");
    expect(await find("of-root")).toMatchObject({ account: "root", applicationData: "/root/.config" });
  });

  it("reads what a unit sets, however it is quoted", async () => {
    for (const [written, home] of [["HOME=/srv/é", "/srv/é"], ['"HOME=/srv/a b"', "/srv/a b"], ["'HOME=/srv/it\\'s'", "/srv/it's"], ['"HOME=/srv/tab\\there"', "/srv/tab\there"], ['"HOME=/srv/\\\\back `tick` $dollar"', "/srv/\\back `tick` $dollar"], ['"HOME=/srv/\\033"', "/srv/\x1b"], ["HOME=/srv/=x", "/srv/=x"]] as const) {
      systemd.unit("quoted.service", [`Environment=A=b ${written} C=d`, sleeping]);
      expect((await find("quoted")).applicationData, written).toBe(`${home}/.config`);
    }
  });

  it("lists services that are not loaded as well, and neither templates nor what is only named somewhere", async () => {
    systemd.unit("idle.service", [sleeping]);
    systemd.unit("many@.service", [sleeping]);
    systemd.unit("wants.service", [sleeping], ["Wants=is-not-there.service"]);
    await control("start", "wants");
    const names = (await machine.services.list()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["idle", "wants"]));
    expect(names.filter((name) => name.startsWith("many@") || name === "is-not-there")).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(await machine.services.find("is-not-there")).toBeNull();
  });

  it("a masked service is disabled, and one that others start is not", async () => {
    symlinkSync("/dev/null", join(systemd.units, "hidden.service"));
    systemd.unit("shown.service", [sleeping]);
    expect(await find("hidden")).toMatchObject({ startType: "disabled", state: "stopped", imagePath: "" });
    expect(await find("shown")).toMatchObject({ startType: "manual" });
    expect((await machine.services.list()).filter(({ startType }) => startType === "disabled").map(({ name }) => name)).toEqual(["hidden"]);
  });

  it("a secret of a command line is told to nobody", async () => {
    systemd.unit("secret.service", ["ExecStart=/usr/bin/mono /srv/santedb-www.exe --name=default --appsecret=geheim --base=http://127.0.0.1:9200"]);
    expect((await find("secret")).imagePath).toBe("/srv/santedb-www.exe --name=default --appsecret=\"********\" --base=http://127.0.0.1:9200");
  });

  it("an instance of the dCDR is found by the built program, with the configuration of its user", async () => {
    const home = join(folder, "home");
    const www = join(folder, "www");
    mkdirSync(join(home, ".config/santedb/www/default"), { recursive: true });
    mkdirSync(www);
    const configuration = join(home, ".config/santedb/www/default/santedb.config");
    writeFileSync(configuration, dcdrConfiguration({ port: 9311 }));
    // Stands in for Mono, so that nothing listens.
    writeFileSync(join(folder, "mono-service"), "#!/bin/sh\nexec sleep 100000\n", { mode: 0o755 });
    systemd.unit("santedb-www.service", ["User=nobody", `Environment=HOME=${home}`, `ExecStart=${folder}/mono-service -d:${www} --no-daemon santedb-www.exe --name=default --appsecret=geheim`], ["Description=SanteDB WWW"]);
    expect(await control("start", "santedb-www")).toBe(0);

    const ran = await lockstep(["instance", "list", "--machine", "linux", "--data-dir", join(folder, "data"), "--json"]);
    expect(ran.json).toMatchObject({ ok: true });
    const found = ran.json.value.filter(({ service }: { service: string }) => service === "santedb-www");
    expect(found).toEqual([expect.objectContaining({
      name: "default", product: "dcdr-www", generation: "v3", state: "running", account: "nobody", configFile: configuration, scheme: "http", host: "0.0.0.0", port: 9311,
    })]);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain("geheim");

    expect(await control("stop", "santedb-www")).toBe(0);
    const after = await lockstep(["instance", "list", "--machine", "linux", "--data-dir", join(folder, "data"), "--json"]);
    expect(after.json.value.find(({ service }: { service: string }) => service === "santedb-www")).toMatchObject({ state: "stopped" });
  });
});
