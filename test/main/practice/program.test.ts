// What the real programs do that a plan must reckon with: saving over an edit, going back in silence, needing one another, being killed.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ServiceRecord } from "../../../app/machine.ts";
import { openPracticeMachine, type PracticeMachine } from "../../../main/machines/practice/practice-machine.ts";
import type { Language } from "../../../main/machines/practice/language.ts";
import { practice, type Practice } from "./practice-fixture.ts";
import { serviceProgram } from "./service-program.ts";

const recordOf = async (machine: PracticeMachine, name: string): Promise<ServiceRecord> => {
  const found = await machine.services.find(name);
  if (!found) throw new Error(`${name} is missing`);
  return found;
};
const events = ({ directory }: Practice): string => (existsSync(join(directory, "logs/events.log")) ? readFileSync(join(directory, "logs/events.log"), "utf8") : "");

describe("a v3 program", () => {
  let one: Practice;
  let original: Buffer;
  let copy: string;
  beforeAll(async () => {
    one = await practice();
    original = readFileSync(one.configFile);
    copy = join(one.configFile, "../santedb.bak.gz");
  });
  afterAll(() => one.close());
  afterEach(async () => {
    await stop();
    one.setEntry({ faults: {}, savesOnStop: true, version: "3.0.2101.0" });
    writeFileSync(one.configFile, original);
    writeFileSync(copy, gzipSync(original));
    await start();
  });
  const stop = async (): Promise<void> => {
    await one.run("sc", "stop", one.service);
    await one.reaches("stopped");
  };
  const start = async (): Promise<void> => {
    await one.run("sc", "start", one.service);
    await one.reaches("running");
  };
  const onHttps = (): void => one.writeConfig((text) => text.replaceAll('address="http://0.0.0.0', 'address="https://0.0.0.0'));
  const kept = (): Buffer => gunzipSync(readFileSync(copy));
  const answersHttp = () => one.machine.network.http({ address: "127.0.0.1", port: one.port, scheme: "http", serverName: null, host: "localhost", path: "/", timeout: 3000 }).then(({ status }) => status, () => 0);

  it("writes back at the stop what it had loaded, so that an edit made while it ran is lost", async () => {
    onHttps();
    await stop();
    expect(readFileSync(one.configFile).equals(original)).toBe(true);
    rmSync(one.configFile);
    await one.run("sc", "start", one.service);
    await one.reaches("stopped");
    writeFileSync(one.configFile, original);
    await start();
    rmSync(one.configFile);
    await stop();
    expect(readFileSync(one.configFile).equals(original)).toBe(true);
  });

  it("keeps an edit that is made while it is stopped, and its own copy as it was until it saves", async () => {
    await stop();
    onHttps();
    const edited = readFileSync(one.configFile);
    await start();
    await stop();
    expect(readFileSync(one.configFile).equals(edited)).toBe(true);
    expect(kept().equals(original)).toBe(true);
    await start();
    writeFileSync(one.configFile, original);
    await stop();
    expect(readFileSync(one.configFile).equals(edited)).toBe(true);
    expect(kept().equals(edited)).toBe(true);
  });

  it("without that trait leaves its files alone, and a fault says otherwise either way", async () => {
    one.setEntry({ savesOnStop: false });
    onHttps();
    const edited = readFileSync(one.configFile);
    await stop();
    expect(readFileSync(one.configFile).equals(edited)).toBe(true);
    await start();
    one.setFaults({ savesOnStop: true });
    writeFileSync(one.configFile, original);
    await stop();
    expect(readFileSync(one.configFile).equals(edited)).toBe(true);
    one.setEntry({ savesOnStop: true, faults: { savesOnStop: false } });
    await start();
    writeFileSync(one.configFile, original);
    await stop();
    expect(readFileSync(one.configFile).equals(original)).toBe(true);
  });

  it("that is cut off saves nothing", async () => {
    onHttps();
    const edited = readFileSync(one.configFile);
    await one.machine.powerOff();
    await one.reaches("stopped");
    expect(readFileSync(one.configFile).equals(edited)).toBe(true);
  });

  it.each([
    ["is cut short", () => original.subarray(0, original.length - 300)],
    ["is empty", () => Buffer.alloc(0)],
    ["is another document", () => Buffer.from("<configuration/>")],
  ])("goes back to its own copy without a word where its file %s", async (_, content) => {
    await stop();
    const before = events(one);
    writeFileSync(one.configFile, content());
    await start();
    expect(readFileSync(one.configFile).equals(original)).toBe(true);
    expect(await answersHttp()).toBe(200);
    expect(events(one)).toBe(before);
  });

  it("may take a good file for one that it cannot read, and then runs on the old one", async () => {
    await stop();
    onHttps();
    one.setFaults({ cannotRead: true });
    await start();
    expect(readFileSync(one.configFile).equals(original)).toBe(true);
    expect(await answersHttp()).toBe(200);
  });

  it("does not start on a file that it cannot read where there is no copy, or no whole one, nor where the file is missing", async () => {
    await stop();
    const endsWith = async (event: RegExp): Promise<void> => {
      await one.run("sc", "start", one.service);
      await one.reaches("stopped");
      expect(await recordOf(one.machine, one.service)).toMatchObject({ exitCode: 1067 });
      expect(events(one).trimEnd().split("\n").at(-1)).toMatch(event);
    };
    writeFileSync(one.configFile, "<a");
    writeFileSync(copy, "no gzip");
    await endsWith(/not well-formed/);
    rmSync(copy);
    await endsWith(/not well-formed/);
    writeFileSync(copy, gzipSync(original));
    rmSync(one.configFile);
    writeFileSync(one.configFile, original.toString("utf8").replace("0.0.0.0", "+"));
    await endsWith(/is not an address/);
  });

  it("of version 2 goes back to nothing", async () => {
    await stop();
    one.setEntry({ version: "2.2.3.0" });
    writeFileSync(one.configFile, "<a");
    await one.run("sc", "start", one.service);
    await one.reaches("stopped");
    expect(await recordOf(one.machine, one.service)).toMatchObject({ exitCode: 1067 });
  });
});

describe("a dCDR's service that needs the iCDR's", () => {
  const [server, client] = ["SanteDB", "sdb-www-default"] as const;
  let one: Practice;
  let inLanguage: (language: Language) => Promise<PracticeMachine>;
  beforeAll(async () => {
    one = await practice({ kind: "icdr-joined", resident: true });
    const path = join(one.directory, "machine.json");
    inLanguage = async (language) => {
      const content = readFileSync(path, "utf8");
      writeFileSync(path, content.replace('"language": "en"', `"language": "${language}"`));
      try {
        return await openPracticeMachine({ directory: one.directory, serviceProgram: await serviceProgram() });
      } finally {
        writeFileSync(path, content);
      }
    };
  });
  afterAll(() => one.close());
  afterEach(async () => {
    one.setEntry({ faults: {}, startType: "auto" });
    await one.machine.powerOn();
    for (const name of [server, client]) await one.reaches("running", name);
  });
  const stop = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      expect((await one.run("sc", "stop", name)).exitCode).toBe(0);
      await one.reaches("stopped", name);
    }
  };
  const startedAt = (name: string): string => (JSON.parse(readFileSync(join(one.directory, "services", `${name}.json`), "utf8")) as { startedAt: string }).startedAt;

  it("keeps that one from stopping as long as it runs, in every language", async () => {
    for (const [language, text] of [["en", "other running services are dependent on"], ["de", "andere ausgeführte Dienste abhängig"], ["fr", "dépendent d’autres services"]] as const) {
      const { exitCode, output } = await (await inLanguage(language)).commands.run(["sc", "stop", server]);
      expect({ exitCode, output }).toMatchObject({ exitCode: 1051, output: expect.stringContaining(text) as string });
    }
    for (const name of [server, client]) expect((await recordOf(one.machine, name)).state).toBe("running");
    expect((await one.run("sc", "query", server)).output).toContain("4  RUNNING");
    await stop(client, server);
  });

  it("starts that one first", async () => {
    await stop(client, server);
    expect((await one.run("sc", "start", client)).exitCode).toBe(0);
    expect((await recordOf(one.machine, server)).state).toBe("running");
    await one.reaches("running", client);
    expect(startedAt(server) < startedAt(client)).toBe(true);
  });

  it("does not start where that one cannot, in every language", async () => {
    await stop(client, server);
    one.setEntry({ faults: { refusesStart: true } }, server);
    for (const [language, text] of [["en", "The dependency service or group failed to start."], ["de", "Abhängigkeitsdienst"], ["fr", "groupe de dépendance"]] as const) {
      const { exitCode, output } = await (await inLanguage(language)).commands.run(["sc", "start", client]);
      expect({ exitCode, output }).toMatchObject({ exitCode: 1068, output: expect.stringContaining(text) as string });
    }
    expect(await recordOf(one.machine, client)).toMatchObject({ state: "stopped", exitCode: 1068 });
    expect(events(one)).toMatch(/\t7001\tThe SanteDB WWW \(default\) service depends on the SanteDB service/);
    one.setEntry({ faults: {}, dependencies: ["none"] }, client);
    expect((await one.run("sc", "start", client)).exitCode).toBe(1068);
    one.setEntry({ dependencies: [server] }, client);
  });

  it("comes up with the machine after it, and goes down before it", async () => {
    await one.machine.powerOff();
    for (const name of [server, client]) expect((await recordOf(one.machine, name)).state).toBe("stopped");
    await one.machine.powerOn();
    expect(startedAt(server) < startedAt(client)).toBe(true);
    const seen: string[] = [];
    const watch = setInterval(() => {
      const left = [server, client].filter((name) => existsSync(join(one.directory, "services", `${name}.json`)));
      if (left.length === 1) seen.push(left.join());
    }, 1);
    await one.machine.powerOff();
    clearInterval(watch);
    expect(new Set(seen)).toEqual(new Set([server]));
  });

  it("that needs it in a circle comes up all the same", async () => {
    await stop(client, server);
    one.setEntry({ dependencies: [client] }, server);
    try {
      await one.machine.powerOn();
      for (const name of [server, client]) expect((await recordOf(one.machine, name)).state).toBe("running");
    } finally {
      one.setEntry({ dependencies: [] }, server);
    }
  });

  describe("killed by taskkill", () => {
    it("is stopped with 1067, also where it ignores the stop, and its start goes on as ever", async () => {
      one.setEntry({ faults: { ignoresStop: true } }, client);
      await one.run("sc", "stop", client);
      expect((await recordOf(one.machine, client)).state).toBe("stop-pending");
      const { processId } = await recordOf(one.machine, client);
      expect(await one.run("taskkill", "/F", "/PID", String(processId))).toEqual({ exitCode: 0, output: `SUCCESS: The process with PID ${processId} has been terminated.\r\n` });
      expect(await recordOf(one.machine, client)).toMatchObject({ state: "stopped", exitCode: 1067, processId: 0 });
      expect((await one.run("sc", "query", client)).output).toContain("1067  (0x42b)");
      expect(events(one)).toMatch(/\t7034\tThe SanteDB WWW \(default\) service terminated unexpectedly\./);
      expect((await recordOf(one.machine, server)).state).toBe("running");
      expect((await one.run("taskkill", "/F", "/PID", String(processId))).exitCode).toBe(128);
      one.setEntry({ faults: {} });
      expect((await one.run("sc", "start", client)).exitCode).toBe(0);
      await one.reaches("running", client);
      expect((await recordOf(one.machine, client)).exitCode).toBe(0);
    });

    it("tells so in German and French", async () => {
      for (const [language, text] of [["de", "ERFOLGREICH: Der Prozess mit PID"], ["fr", "Opération réussie : le processus avec PID"]] as const) {
        const { processId } = await recordOf(one.machine, client);
        const machine = await inLanguage(language);
        expect((await machine.commands.run(["taskkill", "/PID", String(processId), "/F"])).output).toContain(text);
        await machine.powerOn();
        await one.reaches("running", client);
      }
    });

    it("is found among this machine's services only: other processes are let live", async () => {
      const other = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
      try {
        const id = String(other.pid);
        // A file that tells of a process long gone, whose id another one has now.
        await stop(client);
        writeFileSync(join(one.directory, "services", `${client}.json`), JSON.stringify({ pid: other.pid, controlPort: 1, token: "0".repeat(64), startedAt: "" }));
        for (const [language, text] of [["en", `ERROR: The process "${id}" not found.`], ["de", `FEHLER: Der Prozess "${id}" wurde nicht gefunden.`], ["fr", `Erreur : le processus "${id}" est introuvable.`]] as const) {
          expect(await (await inLanguage(language)).commands.run(["taskkill", "/F", "/PID", id])).toEqual({ exitCode: 128, output: `${text}\r\n` });
        }
        expect(other.exitCode ?? other.signalCode).toBeNull();
      } finally {
        other.kill("SIGKILL");
      }
    });

    it("asks for the force, and for a process", async () => {
      const { processId } = await recordOf(one.machine, client);
      expect(await one.run("taskkill", "/PID", String(processId))).toMatchObject({ exitCode: 1, output: expect.stringContaining("forcefully (with /F option)") as string });
      expect((await one.run("taskkill", "/PID", "0")).exitCode).toBe(128);
      for (const bad of [[], ["/F"], ["/F", "/PID"], ["/F", "/PID", "x"], ["/F", "/IM", "santedb-www.exe"], ["/F", "/PID", "1", "2"]]) {
        expect(await one.run("taskkill", ...bad), bad.join(" ")).toMatchObject({ exitCode: 1, output: expect.stringContaining("Invalid syntax") as string });
      }
      expect((await recordOf(one.machine, client)).processId).toBe(processId);
    });
  });
});

describe("an iCDR", () => {
  it("writes back its included files as well", async () => {
    const one = await practice({ kind: "icdr" });
    try {
      const rest = join(one.configFile, "../config/santedb.rest.config.xml");
      const original = readFileSync(rest);
      writeFileSync(rest, "");
      await one.run("sc", "stop", one.service);
      await one.reaches("stopped");
      expect(readFileSync(rest).equals(original)).toBe(true);
      expect(existsSync(join(one.configFile, "../santedb.bak.gz"))).toBe(false);
    } finally {
      await one.close();
    }
  });
});
