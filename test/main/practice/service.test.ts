import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { build } from "vite";
import type { HttpAnswer } from "../../../app/machine.ts";
import { practice, service, type Practice } from "./practice-fixture.ts";
import { serviceProgram } from "./service-program.ts";

let one: Practice;
beforeAll(async () => {
  one = await practice();
});
afterAll(() => one.close());
afterEach(async () => {
  one.setEntry({ faults: {}, account: "LocalSystem", startType: "auto" });
  await one.run("sc", "start", service);
  await one.reaches("running");
});

const get = (machine: Practice, path = "/", more: { address?: string; host?: string } = {}): Promise<HttpAnswer> =>
  machine.machine.network.http({ address: "127.0.0.1", port: machine.port, scheme: "http", serverName: null, host: `127.0.0.1:${machine.port}`, path, timeout: 3000, ...more });
const record = async () => {
  const found = await one.machine.services.find(service);
  if (!found) throw new Error("the service is missing");
  return found;
};
const events = (): string => (existsSync(join(one.directory, "logs/events.log")) ? readFileSync(join(one.directory, "logs/events.log"), "utf8") : "");
const stopped = async (): Promise<void> => {
  await one.run("sc", "stop", service);
  await one.reaches("stopped");
};

describe("a practice service", () => {
  it("runs from the machine's creation, and answers on both loopback addresses", async () => {
    expect(await record()).toMatchObject({ name: service, displayName: "SanteDB WWW (default)", account: "LocalSystem", state: "running", exitCode: 0 });
    for (const address of ["127.0.0.1", "::1"]) expect(await get(one, "/", { address })).toMatchObject({ status: 200, server: "Microsoft-HTTPAPI/2.0", tls: null });
    const statuses = await Promise.all(["/auth", "/hdsi", "/ami", "/bis", "/app"].map(async (path) => (await get(one, path)).status));
    expect(statuses).toEqual([200, 401, 401, 200, 200]);
    const { processId } = await record();
    expect(JSON.parse((await get(one, "/ami")).body)).toMatchObject({ service: "AMI", instance: "default", processId });
  });

  it("keeps its secrets to itself", async () => {
    const { imagePath } = await record();
    expect(imagePath).toMatch(/--name="default" --base="http:\/\/0\.0\.0\.0:\d+" --appsecret="\*+"$/);
    const secret = /--appsecret=\\"([^"\\]+)/.exec(readFileSync(join(one.directory, "services.json"), "utf8"))?.[1] ?? "none";
    expect(secret.length).toBeGreaterThan(20);
    const { processId } = await record();
    expect(readFileSync(`/proc/${processId}/cmdline`, "latin1") + readFileSync(`/proc/${processId}/environ`, "latin1")).not.toContain(secret);
    expect(statSync(join(one.directory, "services", `${service}.json`)).mode & 0o777).toBe(0o600);
  });

  it("stops and starts with the exit codes of sc", async () => {
    const first = (await record()).processId;
    expect((await one.run("sc", "start", service)).exitCode).toBe(1056);
    const stop = await one.run("sc", "stop", service);
    expect(stop.exitCode).toBe(0);
    expect(stop.output).toMatch(/\r\n {8}STATE {14}: 3 {2}STOP_PENDING \r\n/);
    await one.reaches("stopped");
    expect(await record()).toMatchObject({ processId: 0, exitCode: 0 });
    // Its process ends a moment after it said so.
    await expect.poll(() => existsSync(`/proc/${first}`)).toBe(false);
    await expect(get(one)).rejects.toMatchObject({ code: "not-listening" });
    expect((await one.run("sc", "stop", service)).exitCode).toBe(1062);
    const start = await one.run("sc", "start", service);
    expect(start.exitCode).toBe(0);
    expect(start.output).toMatch(/\r\n {8}STATE {14}: 2 {2}START_PENDING \r\n/);
    await one.reaches("running");
    expect((await record()).processId).not.toBe(first);
    for (const verb of ["start", "stop", "query"]) expect(await one.run("sc", verb, "none")).toMatchObject({ exitCode: 1060, output: expect.stringContaining("1060:\r\n") as string });
    expect((await one.run("sc", "pause", service)).exitCode).toBe(1639);
  });

  it("writes nothing anywhere as long as all goes well", async () => {
    const before = events();
    const files = ["services.json", "http-sys.json", "machine.json"].map((name) => statSync(join(one.directory, name)).mtimeMs);
    await one.restart();
    await Promise.all(["/", "/ami", "/nothing"].map((path) => get(one, path)));
    expect(events()).toBe(before);
    expect(["services.json", "http-sys.json", "machine.json"].map((name) => statSync(join(one.directory, name)).mtimeMs)).toEqual(files);
  });

  it("is stopped, with 1067, when its process was killed", async () => {
    process.kill((await record()).processId, "SIGKILL");
    await one.reaches("stopped");
    expect(await record()).toMatchObject({ state: "stopped", exitCode: 1067, processId: 0 });
  });

  it("is not taken for a stranger that has its port or its process id", async () => {
    await stopped();
    const stranger = createServer((socket) => socket.end(`${JSON.stringify({ proof: "0".repeat(64), state: "running", pid: 1, taken: true })}\n`));
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    const address = stranger.address();
    writeFileSync(join(one.directory, "services", `${service}.json`), JSON.stringify({
      pid: process.pid, controlPort: typeof address === "object" ? address?.port : 0, token: "0".repeat(64), startedAt: new Date().toISOString(),
    }));
    try {
      expect((await record()).state).toBe("stopped");
    } finally {
      stranger.close();
    }
  });
});

describe("HTTP.sys, as it is practised", () => {
  it("answers itself where no address of the service fits", async () => {
    one.writeConfig((text) => text.replaceAll("http://0.0.0.0", "http://127.0.0.1").replace(/address="http:\/\/127\.0\.0\.1:\d+\/"/, 'address="http://127.0.0.1:' + String(one.port) + '/only"'));
    try {
      await one.restart();
      expect(await get(one, "/ami", { host: "localhost" })).toMatchObject({ status: 400, server: "Microsoft-HTTPAPI/2.0", body: expect.stringContaining("Bad Request - Invalid Hostname") as string });
      expect(await get(one, "/none", { host: "127.0.0.1" })).toMatchObject({ status: 404, body: expect.stringContaining("HTTP Error 404. The requested resource is not found.") as string });
      expect((await get(one, "/AMI/x?y", { host: "127.0.0.1" })).status).toBe(401);
      expect((await get(one, "/amistad", { host: "127.0.0.1" })).status).toBe(404);
    } finally {
      one.writeConfig((text) => text.replaceAll(/address="http:\/\/127\.0\.0\.1:(\d+)/g, 'address="http://0.0.0.0:$1').replace("/only\"", "/\""));
      await one.restart();
    }
  });

  it("bounds those who send slowly, much, or nonsense", async () => {
    const { connect } = await import("node:net");
    const exchange = (text: string): Promise<string> => new Promise((resolve) => {
      let answer = "";
      const socket = connect(one.port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (chunk) => { answer += String(chunk); }).on("error", () => undefined).on("close", () => resolve(answer));
    });
    expect(await exchange("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")).toMatch(/^HTTP\/1\.1 400 .*Invalid Verb/s);
    expect(await exchange(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*Invalid Hostname/s);
    expect(await exchange("GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    const silent = Array.from({ length: 600 }, () => connect(one.port, "127.0.0.1").on("error", () => undefined));
    try {
      await one.machine.clock.wait(200);
      expect((await record()).state).toBe("running");
    } finally {
      for (const socket of silent) socket.destroy();
    }
    await one.machine.clock.wait(100);
    expect((await get(one)).status).toBe(200);
  });

  it("listens only where the listen list lets it", async () => {
    await one.run("netsh", "http", "add", "iplisten", "ipaddress=127.0.0.1");
    try {
      await one.restart();
      expect((await get(one)).status).toBe(200);
      await expect(get(one, "/", { address: "::1" })).rejects.toMatchObject({ code: "not-listening" });
    } finally {
      await one.run("netsh", "http", "delete", "iplisten", "ipaddress=127.0.0.1");
      await one.restart();
    }
  });
});

describe("a service that may not start", () => {
  const endsWith = async (code: number, event: RegExp): Promise<void> => {
    expect((await one.run("sc", "start", service)).exitCode).toBe(0);
    await one.reaches("stopped");
    expect(await record()).toMatchObject({ state: "stopped", exitCode: code });
    expect(events().trimEnd().split("\n").at(-1)).toMatch(event);
  };

  it("ends with 5 under an account without a reservation, and starts with one for its scheme", async () => {
    await stopped();
    one.setEntry({ account: "NT AUTHORITY\\NetworkService" });
    await endsWith(5, /\t7023\t.*access is denied.*http:\/\/\+:\d+\/auth\/ is not reserved for NT AUTHORITY\\NetworkService/);
    await one.run("netsh", "http", "add", "urlacl", `url=https://+:${one.port}/`, "sddl=D:(A;;GX;;;NS)");
    await endsWith(5, /\t7023\t/);
    await one.run("netsh", "http", "add", "urlacl", `url=http://+:${one.port}/`, "sddl=D:(A;;GX;;;LS)");
    await endsWith(5, /\t7023\t/);
    await one.run("netsh", "http", "delete", "urlacl", `url=http://+:${one.port}/`);
    await one.run("netsh", "http", "add", "urlacl", `url=http://+:${one.port}/`, "sddl=D:(A;;GX;;;NS)");
    expect((await one.run("sc", "start", service)).exitCode).toBe(0);
    await one.reaches("running");
    expect((await record()).exitCode).toBe(0);
    for (const scheme of ["http", "https"]) await one.run("netsh", "http", "delete", "urlacl", `url=${scheme}://+:${one.port}/`);
    await stopped();
  });

  it("ends with 32 when another program holds its port, on either address", async () => {
    await stopped();
    for (const host of ["127.0.0.1", "::1", "0.0.0.0"]) {
      const holder: Server = createServer();
      await new Promise<void>((resolve) => holder.listen({ port: one.port, host, ipv6Only: true }, resolve));
      try {
        await endsWith(32, /Another program listens on its port/);
      } finally {
        await new Promise((resolve) => holder.close(resolve));
      }
    }
  });

  it("ends with 1067 on a configuration that it cannot read", async () => {
    await stopped();
    const original = readFileSync(one.configFile);
    // With its own copy beside it, a v3 program would go back to that.
    rmSync(join(one.configFile, "../santedb.bak.gz"));
    try {
      writeFileSync(one.configFile, original.subarray(0, original.length - 300));
      await endsWith(1067, /\t7031\t.*is not well-formed XML/);
      writeFileSync(one.configFile, "");
      await endsWith(1067, /is empty/);
      rmSync(one.configFile);
      await endsWith(1067, /does not exist/);
    } finally {
      writeFileSync(one.configFile, original);
    }
  });

  it("ends with 183 when one port has both schemes", async () => {
    await stopped();
    const original = readFileSync(one.configFile, "utf8");
    try {
      one.writeConfig((text) => text.replace(/http(:\/\/0\.0\.0\.0:\d+\/ami)/, "https$1"));
      await endsWith(183, /conflicts with another address/);
    } finally {
      writeFileSync(one.configFile, original);
    }
  });

  it("is refused by sc when it is disabled, or does not answer", async () => {
    await stopped();
    one.setEntry({ startType: "disabled" });
    expect((await one.run("sc", "start", service)).exitCode).toBe(1058);
    one.setEntry({ startType: "auto", faults: { refusesStart: true } });
    const { exitCode, output } = await one.run("sc", "start", service);
    expect({ exitCode, output }).toMatchObject({ exitCode: 1053, output: expect.stringContaining("StartService FAILED 1053:") as string });
    expect(await record()).toMatchObject({ state: "stopped", exitCode: 1053 });
  });
});

describe("a fault", () => {
  it("lets the service take the stop request and never stop, until it is lifted", async () => {
    one.setFaults({ ignoresStop: true });
    expect((await one.run("sc", "stop", service)).exitCode).toBe(0);
    await one.machine.clock.wait(400);
    expect((await record()).state).toBe("stop-pending");
    expect((await get(one)).status).toBe(200);
    expect((await one.run("sc", "stop", service)).exitCode).toBe(1061);
    one.setFaults({});
    await one.reaches("stopped");
  });

  it("lets it die after it started", async () => {
    await stopped();
    one.setFaults({ diesAfterStart: 700 });
    expect((await one.run("sc", "start", service)).exitCode).toBe(0);
    await one.reaches("running");
    await one.reaches("stopped");
    expect((await record()).exitCode).toBe(1067);
  });

  it("lets it start and stop slowly, in the pending states", async () => {
    await stopped();
    one.setFaults({ slowStart: 1000, slowStop: 1000 });
    await one.run("sc", "start", service);
    expect((await record()).state).toBe("start-pending");
    expect((await one.run("sc", "stop", service)).exitCode).toBe(1061);
    await one.reaches("running");
    await one.run("sc", "stop", service);
    expect((await record()).state).toBe("stop-pending");
    await one.reaches("stopped");
  });
});

describe("the services of a console", () => {
  it("end with it, also one that does not want to stop, and one that was restarted since", async () => {
    const resident = await practice({ resident: true });
    try {
      await resident.restart();
      resident.setFaults({ ignoresStop: true });
      await resident.machine.powerOff();
      expect((await resident.machine.services.find(service))?.state).toBe("stopped");
      await resident.machine.powerOn();
      expect((await get(resident)).status).toBe(200);
    } finally {
      await resident.close();
    }
  });

  it("are left alone when a command started them", async () => {
    const second = await practice({ directory: one.directory, resident: true });
    await second.machine.powerOn();
    await second.machine.powerOff();
    expect((await get(one)).status).toBe(200);
  });

  it("end when the console is killed, and those of a command live on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-parent-"));
    const entry = join(folder, "parent.ts");
    writeFileSync(entry, `import { openPracticeMachine } from ${JSON.stringify(join(import.meta.dirname, "../../../main/machines/practice/practice-machine.ts"))};
      const [, , directory = "", serviceProgram = "", resident] = process.argv;
      await openPracticeMachine({ directory, serviceProgram, resident: resident === "resident" });
      process.stdout.write("on");
      setInterval(() => undefined, 1000);`);
    await build({ root: folder, configFile: false, logLevel: "error", ssr: { noExternal: true }, build: { ssr: entry, outDir: join(folder, "out"), target: "node20", rolldownOptions: { output: { entryFileNames: "program.mjs" } } } });
    try {
      for (const kind of ["resident", "command"]) {
        const directory = join(folder, kind, "machine");
        const child = spawn(process.execPath, [join(folder, "out/program.mjs"), directory, await serviceProgram(), kind], { stdio: ["ignore", "pipe", "inherit"], detached: true });
        await new Promise((resolve) => child.stdout.once("data", resolve));
        const seen = await practice({ directory });
        expect((await get(seen)).status).toBe(200);
        // The whole process group, as a closed terminal does.
        process.kill(-(child.pid ?? 0), "SIGKILL");
        await new Promise((resolve) => child.once("exit", resolve));
        if (kind === "resident") await seen.reaches("stopped");
        else await seen.machine.clock.wait(500);
        expect((await seen.machine.services.find(service))?.state).toBe(kind === "resident" ? "stopped" : "running");
        await seen.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a machine whose service program is missing", () => {
  it("says so at the start", async () => {
    const broken = await practice({ serviceProgram: "/nonexistent/service.mjs" });
    chmodSync(broken.directory, 0o755);
    expect((await broken.run("sc", "start", service)).exitCode).toBe(2);
    await broken.close();
  });
});
