// The adapters of the Windows machine on a real Windows, with its own netsh, HTTP.sys, SChannel and service control manager.
// Changes the machine: runs only where LOCKSTEP_REAL_WINDOWS is 1, as an administrator, and takes away what it made.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it as plain } from "vitest";
import { bindingFlagsSchema, sameBinding, type Binding, type BindingFlags } from "../../../app/http-sys/binding.ts";
import { addBinding, addReservation, deleteBinding, deleteReservation, explainNetsh } from "../../../app/http-sys/netsh.ts";
import { sameAccounts } from "../../../app/http-sys/sddl.ts";
import { endProcess, startService, stopService } from "../../../app/http-sys/service-control.ts";
import { applicationName, santeDbApplicationId } from "../../../app/http-sys/application.ts";
import type { Command, CommandResult, Machine, ServiceRecord } from "../../../app/machine.ts";
import { secureOwnFolder } from "../../../main/machines/windows/own-folder.ts";
import { openWindowsMachine } from "../../../main/machines/windows/windows-machine.ts";
import { keyDer, makeCertificate, type Issued, type KeyKind } from "../../fixtures/certificates.ts";

const missing = process.platform !== "win32" ? "this is no Windows" : process.env["LOCKSTEP_REAL_WINDOWS"] !== "1" ? "LOCKSTEP_REAL_WINDOWS is not 1" : null;
const it = (title: string, body: () => Promise<void>): void => {
  if (missing === null) plain(title, { timeout: 180_000 }, body);
  else plain.skip(`${title} (${missing})`);
};

let machine: Machine;
let folder = "";
let server: Issued;
let renewed: Issued;
let port = 0;

const run = (command: Command): Promise<CommandResult> => machine.commands.run(command);
const done = async (command: Command): Promise<void> => expect(await run(command), command.join(" ")).toMatchObject({ exitCode: 0 });
const freePort = (): Promise<number> => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
  });
});
const record = (endpoint: string, { thumbprint }: Issued, flags: BindingFlags = {}): Binding => ({
  endpoint, family: /^[a-z]/.test(endpoint) ? "sni" : "ip", thumbprint, applicationId: santeDbApplicationId, application: applicationName(santeDbApplicationId), store: "MY", flags,
});
const bound = async (endpoint: string): Promise<Binding | undefined> => (await machine.httpSys.bindings()).find((one) => one.endpoint.toLowerCase() === endpoint.toLowerCase());

async function issue(key: KeyKind, commonName: string): Promise<Issued> {
  const issued = makeCertificate(join(folder, "issued"), null, { key, commonName });
  await machine.certificates.import("My", issued.der, keyDer(issued.keyFile));
  return issued;
}

beforeAll(async () => {
  if (missing !== null) return;
  folder = mkdtempSync(join(tmpdir(), "lockstep-"));
  machine = await openWindowsMachine();
  port = await freePort();
  [server, renewed] = [await issue("rsa:2048", "lockstep-test.example.org"), await issue("rsa:2048", "lockstep-renewed.example.org")];
}, 120_000);
afterAll(async () => {
  if (missing !== null) return;
  for (const { thumbprint } of [server, renewed]) await machine.certificates.remove("My", thumbprint);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 120_000);

describe("certificate stores of a real Windows", () => {
  for (const key of ["rsa:2048", "ec:p256", "ec:p384"] as const) {
    it(`a key of the kind ${key} goes into the machine's key set, and proves itself there`, async () => {
      const issued = await issue(key, `lockstep-${key.replace(":", "-")}.example.org`);
      expect(await machine.certificates.find("My", issued.thumbprint)).toMatchObject({ store: "My", hasPrivateKey: true });
      expect(await machine.certificates.provesKey("My", issued.thumbprint)).toBe(true);
      expect(await machine.certificates.exportKey("My", issued.thumbprint)).toBeNull();
      await machine.certificates.remove("My", issued.thumbprint);
      expect(await machine.certificates.find("My", issued.thumbprint)).toBeNull();
      // Its key is gone too: the certificate alone has none to refer to.
      await machine.certificates.import("My", issued.der, null);
      expect(spawnSync("certutil", ["-repairstore", "My", issued.thumbprint], { encoding: "utf8", timeout: 60_000 }).status).not.toBe(0);
      await machine.certificates.remove("My", issued.thumbprint);
    });
  }

  it("removing a certificate from one store leaves the key of the same certificate in another", async () => {
    await machine.certificates.import("CA", server.der, null);
    await machine.certificates.remove("CA", server.thumbprint);
    expect(await machine.certificates.provesKey("My", server.thumbprint)).toBe(true);
  });
});

describe("bindings by netsh, read back by httpapi.dll", () => {
  const withBinding = async (wanted: Binding, check: (read: Binding) => Promise<void> | void): Promise<void> => {
    await done(addBinding(wanted));
    try {
      const read = await bound(wanted.endpoint);
      expect(read, wanted.endpoint).toBeDefined();
      if (read) await check(read);
    } finally {
      await done(deleteBinding(wanted));
    }
    expect(await bound(wanted.endpoint)).toBeUndefined();
  };

  it("a record of each kind of address says what was written", async () => {
    for (const endpoint of [`0.0.0.0:${port}`, `[::]:${port}`, `127.0.0.1:${port}`, `lockstep-test.example.org:${port}`]) {
      const wanted = record(endpoint, server);
      await withBinding(wanted, (read) => expect(read).toEqual(wanted));
    }
  });

  const switches = Object.entries(bindingFlagsSchema.shape).filter(([, schema]) => schema.safeParse(true).success).map(([name]) => name as keyof BindingFlags);
  for (const name of switches) {
    it(`the flag ${name} is written by its name in netsh and read back from its bit`, async () => {
      const wanted = record(`0.0.0.0:${port}`, server, { [name]: !["verifyclientcertrevocation", "usagecheck"].includes(name) });
      const added = await run(addBinding(wanted));
      if (added.exitCode !== 0) {
        // An older Windows does not know the newer ones, and says so instead of leaving them out.
        expect(await bound(wanted.endpoint)).toBeUndefined();
        console.warn(`netsh of this Windows does not take ${name}: ${added.output.trim()}`);
        return;
      }
      const read = await bound(wanted.endpoint);
      await done(deleteBinding(wanted));
      expect(read && sameBinding(read, wanted), JSON.stringify(read)).toBe(true);
      expect(read?.unsettable).toBeUndefined();
    });
  }

  it("times are read back, and the check for freshness belongs to its time", async () => {
    const wanted = record(`0.0.0.0:${port}`, server, { revocationfreshnesstime: 3600, urlretrievaltimeout: 2000 });
    await withBinding(wanted, (read) => expect(read).toEqual(wanted));
  });

  it("a certificate is replaced, and every flag stays", async () => {
    const flags = { verifyclientcertrevocation: false, clientcertnegotiation: true, revocationfreshnesstime: 60, dsmapperusage: true } as const;
    const before = record(`0.0.0.0:${port}`, server, flags);
    await done(addBinding(before));
    const read = await bound(before.endpoint);
    await done(deleteBinding(before));
    expect(read).toEqual(before);
    await withBinding({ ...read ?? before, thumbprint: renewed.thumbprint }, (after) => expect(after).toEqual({ ...before, thumbprint: renewed.thumbprint }));
  });

  it("refusals say why in a number, in whatever language", async () => {
    const wanted = record(`0.0.0.0:${port}`, server);
    const code = async (command: Command): Promise<number | null> => {
      const { exitCode, output } = await run(command);
      return explainNetsh(exitCode, output).code;
    };
    expect(await run(deleteBinding(wanted))).toMatchObject({ exitCode: 1 });
    expect(await code(addBinding({ ...wanted, thumbprint: "00".repeat(20) }))).toBe(1312);
    await withBinding(wanted, async () => expect(await code(addBinding(wanted))).toBe(183));
  });

  it("the listen list can be read", async () => {
    expect(Array.isArray(await machine.httpSys.listenList())).toBe(true);
  });
});

describe("reservations by netsh, read back by httpapi.dll", () => {
  it("a reservation gives the accounts of its descriptor the rights in it, once", async () => {
    const url = `https://+:${port}/`;
    const sddl = "D:(A;;GX;;;NS)(A;;GA;;;BA)";
    await done(addReservation(url, sddl));
    try {
      const read = (await machine.httpSys.reservations()).find((one) => one.url === url);
      expect(read && sameAccounts(read.sddl, sddl), read?.sddl).toBe(true);
      expect(read?.accounts.map(({ sid }) => sid).sort()).toEqual(["S-1-5-20", "S-1-5-32-544"]);
      const again = await run(addReservation(url, sddl));
      expect(explainNetsh(again.exitCode, again.output).code).toBe(183);
    } finally {
      await done(deleteReservation(url));
    }
    expect((await machine.httpSys.reservations()).map((one) => one.url)).not.toContain(url);
  });
});

describe("services of a real Windows", () => {
  const name = "lockstep-test";
  const state = async (wanted: ServiceRecord["state"]): Promise<ServiceRecord | null> => {
    for (const end = Date.now() + 30_000; ;) {
      const found = await machine.services.find(name);
      if (found?.state === wanted || Date.now() > end) return found;
      await machine.clock.wait(100);
    }
  };

  it("sc creates, starts, stops and deletes a service, and ends with the Win32 code; taskkill ends its process", async () => {
    const source = join(import.meta.dirname, "../wine");
    const program = join(folder, "service.exe");
    execFileSync("windres", [join(source, "service.rc"), `${program}.o`]);
    execFileSync("gcc", ["-O2", "-o", program, join(source, "service.c"), `${program}.o`, "-lws2_32", "-ladvapi32"]);
    expect(await machine.services.find(name)).toBeNull();
    expect(await run(startService(name))).toMatchObject({ exitCode: 1060 });
    await done(["sc", "create", name, "binPath=", `"${program}" ${port} --appsecret=hidden`, "start=", "demand", "obj=", "NT AUTHORITY\\LocalService"]);
    try {
      execFileSync("icacls", [folder, "/grant", "*S-1-5-19:(OI)(CI)RX"]);
      expect(await machine.services.find(name)).toMatchObject({
        name, imagePath: `"${program}" ${port} --appsecret="********"`, account: "NT AUTHORITY\\LocalService", state: "stopped", exitCode: 1077, startType: "manual", version: "3.0.2101.7",
      });
      expect(await run(stopService(name))).toMatchObject({ exitCode: 1062 });
      await done(startService(name));
      const running = await state("running");
      expect(running).toMatchObject({ state: "running" });
      expect((await machine.services.list()).find((one) => one.name === name)).toMatchObject({ state: "running", processId: running?.processId });
      expect(await run(startService(name))).toMatchObject({ exitCode: 1056 });
      await done(stopService(name));
      expect(await state("stopped")).toMatchObject({ state: "stopped", processId: 0, exitCode: 0 });
      await done(startService(name));
      await done(endProcess((await state("running"))?.processId ?? 0));
      expect(await state("stopped")).toMatchObject({ state: "stopped", exitCode: 1067 });
    } finally {
      await run(stopService(name));
      await run(["sc", "delete", name]);
    }
    expect(await machine.services.find(name)).toBeNull();
  });
});

describe("files and accounts of a real Windows", () => {
  const access = (path: string): string => execFileSync("icacls", [path], { encoding: "utf8" });

  it("a file that is replaced keeps its access list; put back, it is the old one", async () => {
    const path = join(folder, "santedb.config.xml");
    writeFileSync(path, "old");
    execFileSync("icacls", [path, "/inheritance:r", "/grant", "*S-1-5-32-544:F", "*S-1-5-20:R"]);
    const before = access(path);
    await machine.files.replace(path, Buffer.from("new"), `${path}.bak`);
    expect([readFileSync(path, "utf8"), readFileSync(`${path}.bak`, "utf8")]).toEqual(["new", "old"]);
    expect(access(path)).toBe(before);
    await machine.files.putBack(path, `${path}.bak`);
    expect([readFileSync(path, "utf8"), access(path)]).toEqual(["old", before]);
    await expect(machine.files.putBack(path, `${path}.bak`)).rejects.toMatchObject({ code: "file-not-found" });
  });

  it("our own folder is for administrators alone; one that is another's is refused", async () => {
    const own = join(folder, "own");
    await secureOwnFolder(own);
    await secureOwnFolder(own);
    const lines = access(own).split(/\r?\n/).filter((line) => line.includes("("));
    expect(lines.length).toBe(2);
    const foreign = join(folder, "foreign");
    execFileSync("cmd", ["/d", "/c", "mkdir", foreign]);
    execFileSync("icacls", [foreign, "/setowner", "*S-1-5-20"]);
    await expect(secureOwnFolder(foreign)).rejects.toMatchObject({ code: "file-unwritable" });
  });

  it("names become SIDs", async () => {
    expect(await machine.accounts.sid("S-1-5-20")).toBe("S-1-5-20");
    expect(await machine.accounts.sid("no-one-of-this-name")).toBeNull();
    expect(await machine.accounts.sid(`.\\${process.env["USERNAME"] ?? ""}`)).toMatch(/^S-1-5-21-/);
  });
});
