// The adapters of the Windows machine against Wine's own crypt32, advapi32 and kernel32. Not shown here, because Wine answers
// to anything: netsh, HTTP.sys, certutil, PowerShell. Nothing below counts as tested on Windows.
import { existsSync, mkdirSync, readFileSync, writeFileSync, copyFileSync, chmodSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it as plain } from "vitest";
import type { ServiceRecord, StoredCertificate } from "../../../app/machine.ts";
import { explainServiceControl, startService, stopService, endProcess } from "../../../app/http-sys/service-control.ts";
import { layouts } from "../../../main/machines/windows/layouts.ts";
import { keyDer, makeAuthority, makeCertificate, type Authority, type Issued } from "../../fixtures/certificates.ts";
import { startWine, windowsPath, wineTools, type Call, type Wine } from "./wine.ts";

const tools = wineTools();
const missing = "missing" in tools ? tools.missing : null;
const it = (title: string, body: () => Promise<void>): void => {
  if (missing === null) plain(title, { timeout: 180_000 }, body);
  else plain.skip(`${title} (${missing})`);
};

let wine: Wine;
let authority: Authority;
let server: Issued;
beforeAll(async () => {
  if ("missing" in tools) return;
  wine = await startWine(tools);
  authority = makeAuthority(join(wine.folder, "authority"));
  server = makeCertificate(join(wine.folder, "issued"), authority.intermediate, { key: "rsa:2048" });
}, 300_000);
afterAll(() => {
  if (missing === null) wine.end();
}, 60_000);

const find = async (store: string, { thumbprint }: Issued): Promise<StoredCertificate | null> => await wine.call("certificates.find", store, thumbprint) as StoredCertificate | null;
const freePort = (): Promise<number> => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
  });
});

/** Asks until the answer is as wished, or time is up; gives the last answer. */
async function until<Value>(ask: () => Promise<Value>, wished: (value: Value) => boolean): Promise<Value> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (wished(value) || Date.now() > end) return value;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

describe("the Windows machine, inside Wine", () => {
  it("opens under Node for Windows, with every struct laid out as declared", async () => {
    expect(await wine.call("about.self")).toMatchObject({ kind: "windows", platform: "win32", version: "v22.23.3", hostName: expect.stringMatching(/^[a-z0-9-]+$/), structs: Object.keys(layouts).length });
  });
});

describe("certificate stores, by Wine's crypt32", () => {
  it("imports a certificate with its key, which is there in the next process and after a restart", async () => {
    expect(await find("My", server)).toBeNull();
    await wine.call("certificates.import", "My", server.der, keyDer(server.keyFile));
    const der = { base64: Buffer.from(server.der).toString("base64") };
    expect(await find("My", server)).toEqual({ store: "My", thumbprint: server.thumbprint, der, hasPrivateKey: true });
    wine.restart();
    const [listed, lower] = await wine.calls(["certificates.list", "My"], ["certificates.find", "My", server.thumbprint.toLowerCase()]);
    expect(listed?.value).toEqual([{ store: "My", thumbprint: server.thumbprint, der, hasPrivateKey: true }]);
    expect(lower?.value).toMatchObject({ thumbprint: server.thumbprint });
  });

  it("does not say that a key works where it cannot be opened: Wine opens no machine key", async () => {
    expect(await wine.call("certificates.provesKey", "My", server.thumbprint)).toBe(false);
    expect(await wine.call("certificates.exportKey", "My", server.thumbprint)).toBeNull();
  });

  it("importing again succeeds, and the key stays when the certificate comes without it", async () => {
    await wine.calls(["certificates.import", "My", server.der, keyDer(server.keyFile)], ["certificates.import", "My", server.der, null]);
    const listed = await wine.call("certificates.list", "My") as readonly StoredCertificate[];
    expect(listed.map(({ thumbprint, hasPrivateKey }) => [thumbprint, hasPrivateKey])).toEqual([[server.thumbprint, true]]);
  });

  it("a certificate that came alone gets its key with a second import", async () => {
    const late = makeCertificate(join(wine.folder, "issued"), authority.intermediate, { key: "rsa:2048", commonName: "late.example.org" });
    const [, alone] = await wine.calls(["certificates.import", "My", late.der, null], ["certificates.find", "My", late.thumbprint]);
    expect(alone?.value).toMatchObject({ hasPrivateKey: false });
    const [, joined] = await wine.calls(["certificates.import", "My", late.der, keyDer(late.keyFile)], ["certificates.find", "My", late.thumbprint]);
    expect(joined?.value).toMatchObject({ hasPrivateKey: true });
    await wine.call("certificates.remove", "My", late.thumbprint);
    const [gone, other] = await wine.calls(["certificates.find", "My", late.thumbprint], ["certificates.find", "My", server.thumbprint]);
    expect([gone?.value, other?.value]).toEqual([null, expect.objectContaining({ hasPrivateKey: true })]);
  });

  it("intermediates and roots go into stores of their own", async () => {
    const { root, intermediate } = authority;
    await wine.calls(["certificates.import", "CA", intermediate.der, null], ["certificates.import", "Root", root.der, null]);
    const finds: readonly Call[] = ([["CA", intermediate], ["Root", root], ["My", intermediate], ["CA", root], ["Root", intermediate]] as const).map(([store, { thumbprint }]) => ["certificates.find", store, thumbprint]);
    const found = await wine.calls(...finds);
    expect(found.map(({ value }) => value)).toEqual([expect.objectContaining({ store: "CA", hasPrivateKey: false }), expect.objectContaining({ store: "Root", hasPrivateKey: false }), null, null, null]);
    const all = await wine.call("certificates.list") as readonly StoredCertificate[];
    expect(all.filter(({ thumbprint }) => [server, root, intermediate].some((one) => one.thumbprint === thumbprint)).map(({ store }) => store).sort()).toEqual(["CA", "My", "Root"]);
    await wine.calls(["certificates.remove", "CA", intermediate.thumbprint], ["certificates.remove", "Root", root.thumbprint]);
    expect((await wine.calls(...finds)).map(({ value }) => value)).toEqual([null, null, null, null, null]);
  });

  it("refuses what is no certificate, no key, or another one's key, and leaves the store as it was", async () => {
    const before = await wine.call("certificates.list", "My");
    const answers = await wine.calls(
      ["certificates.import", "My", new Uint8Array([48, 3, 2, 1, 1]), null],
      ["certificates.import", "My", authority.root.der, new Uint8Array([1, 2, 3])],
      ["certificates.import", "My", authority.root.der, keyDer(server.keyFile)],
    );
    expect(answers.map(({ error }) => error?.code)).toEqual(["certificate-store-failed", "certificate-store-failed", "certificate-store-failed"]);
    expect(answers[2]?.error?.message).toContain("does not belong to the certificate");
    expect(await wine.call("certificates.list", "My")).toEqual(before);
    const [strange, empty] = await wine.calls(["certificates.find", "My", "not a thumbprint"], ["certificates.find", "My", "00".repeat(20)]);
    expect([strange, empty]).toEqual([{ value: null }, { value: null }]);
  });

  it("removes a certificate, which is then gone in the next process; removing it again succeeds", async () => {
    await wine.call("certificates.remove", "My", server.thumbprint);
    expect(await wine.calls(["certificates.find", "My", server.thumbprint], ["certificates.list", "My"], ["certificates.remove", "My", server.thumbprint])).toEqual([{ value: null }, { value: [] }, { value: null }]);
  });
});

describe("services, by Wine's service control manager and a real Windows service", () => {
  const name = "lockstep-test";
  let port = 0;
  let program = "";

  const answers = (): Promise<string> => fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text(), () => "nothing");

  it("is created, and read with its program's version", async () => {
    port = await freePort();
    program = windowsPath(wine.compile("service.c", "service.exe", "service.rc"));
    const [before, , created] = await wine.calls(
      ["services.find", name],
      ["commands.run", ["sc", "create", name, "binPath=", `"${program}" ${port} --appsecret="not to be shown"`, "start=", "demand", "DisplayName=", "Lockstep's test"]],
      ["services.find", name],
    );
    expect(before?.value).toBeNull();
    expect(created?.value).toEqual({
      name, displayName: "Lockstep's test", imagePath: `"${program}" ${port} --appsecret="********"`, account: expect.stringMatching(/LocalSystem/i),
      state: "stopped", processId: 0, exitCode: expect.any(Number), startType: "manual", version: "3.0.2101.7", dependencies: [],
    });
  });

  it("is started and stopped by the commands that a plan runs; its port answers in between", async () => {
    expect(await answers()).toBe("nothing");
    const [, running, list] = await wine.calls(["commands.run", startService(name)], ["watch.service", name, "running"], ["services.list"]);
    expect(running?.value).toMatchObject({ state: "running", exitCode: 0 });
    expect((running?.value as ServiceRecord).processId).toBeGreaterThan(0);
    expect(await until(answers, (text) => text === "Lockstep")).toBe("Lockstep");
    const all = list?.value as readonly ServiceRecord[];
    expect(all.find((one) => one.name === name)).toEqual(running?.value);
    expect(all.length).toBeGreaterThan(1);
    const [, stopped] = await wine.calls(["commands.run", stopService(name)], ["watch.service", name, "stopped"]);
    expect(stopped?.value).toMatchObject({ state: "stopped", processId: 0, exitCode: 0 });
    expect(await answers()).toBe("nothing");
  });

  it("the codes of its interface are those that are explained: 1056 running already, 1062 not running, 1060 not there", async () => {
    const [first, running, again] = await wine.calls(["control.start", name], ["watch.service", name, "running"], ["control.start", name]);
    expect([first?.value, again?.value]).toEqual([0, 1056]);
    expect(running?.value).toMatchObject({ state: "running" });
    expect(await until(answers, (text) => text === "Lockstep")).toBe("Lockstep");
    const [stop, stopped, ...codes] = await wine.calls(
      ["control.stop", name], ["watch.service", name, "stopped"], ["control.stop", name], ["control.start", "lockstep-none"], ["control.stop", "lockstep-none"],
    );
    expect([stop?.value, ...codes.map(({ value }) => value)]).toEqual([0, 1062, 1060, 1060]);
    expect(stopped?.value).toMatchObject({ state: "stopped" });
    expect([1056, 1062, 1060].map((code) => explainServiceControl(code).reason)).toEqual([
      "it is running already (Windows error 1056)", "it is not running (Windows error 1062)", "there is no such service (Windows error 1060)",
    ]);
  });

  it("a hanging one is ended by taskkill with its process id", async () => {
    const [, running] = await wine.calls(["control.start", name], ["watch.service", name, "running"]);
    expect(await until(answers, (text) => text === "Lockstep")).toBe("Lockstep");
    await wine.call("commands.run", endProcess((running?.value as ServiceRecord).processId));
    // Only the process is looked at: Wine's manager does not notice that it is gone, and says "running" for ever.
    expect(await until(answers, (text) => text === "nothing")).toBe("nothing");
  });

  it("one that fails as it starts leaves its exit code", async () => {
    const fails = "lockstep-fails";
    const [, , , ended, removed] = await wine.calls(
      ["control.create", fails, `"${program}" 0 1359`], ["control.start", fails], ["clock.wait", 300], ["watch.service", fails, "stopped"], ["control.remove", fails],
    );
    expect(ended?.value).toMatchObject({ state: "stopped", exitCode: 1359 });
    expect(removed?.value).toBe(0);
  });

  it("is deleted, and gone", async () => {
    const [, gone, list, strange] = await wine.calls(["commands.run", ["sc", "delete", name]], ["watch.service", name, null], ["services.list"], ["services.find", "no\\name/of a service"]);
    expect([gone?.value, strange?.value]).toEqual([null, null]);
    expect((list?.value as readonly ServiceRecord[]).map((one) => one.name)).not.toContain(name);
  });
});

describe("accounts, by Wine's advapi32", () => {
  it("names become SIDs; unknown ones nothing", async () => {
    const [guests, self, none, own] = await wine.calls(
      ["accounts.sid", "BUILTIN\\Guests"], ["accounts.sid", ".\\root"], ["accounts.sid", "no-domain\\no-one"], ["accounts.sid", "S-1-5-20"],
    );
    expect(guests).toEqual({ value: "S-1-5-32-546" });
    expect(self?.value).toMatch(/^S-1-5-21-/);
    expect([none, own]).toEqual([{ value: null }, { value: "S-1-5-20" }]);
  });
});

describe("files, by Wine's kernel32", () => {
  const path = (name: string): string => join(wine.folder, "files", name);
  const inWine = (name: string): string => windowsPath(path(name));

  it("a file is replaced with a backup, and put back", async () => {
    mkdirSync(path(""), { recursive: true });
    writeFileSync(path("santedb.config.xml"), "old");
    await wine.call("files.replace", inWine("santedb.config.xml"), Buffer.from("new"), inWine("santedb.config.xml.bak"));
    expect([readFileSync(path("santedb.config.xml"), "utf8"), readFileSync(path("santedb.config.xml.bak"), "utf8")]).toEqual(["new", "old"]);
    await wine.call("files.putBack", inWine("santedb.config.xml"), inWine("santedb.config.xml.bak"));
    expect([readFileSync(path("santedb.config.xml"), "utf8"), existsSync(path("santedb.config.xml.bak"))]).toEqual(["old", false]);
    const [listed, joined] = await wine.calls(["files.list", inWine("")], ["files.join", "C:\\ProgramData\\SanteDB", "..", "a", "b.xml"]);
    expect([listed?.value, joined?.value]).toEqual([["santedb.config.xml"], "C:\\ProgramData\\a\\b.xml"]);
  });

  it("a backup that is there is never overwritten, a file that is not there or read-only never made, and nothing is left over", async () => {
    writeFileSync(path("taken.bak"), "someone's");
    writeFileSync(path("locked.xml"), "old");
    chmodSync(path("locked.xml"), 0o444);
    const replace = (file: string, backup: string) => ["files.replace", inWine(file), Buffer.from("new"), inWine(backup)] as const;
    const answers = await wine.calls(replace("santedb.config.xml", "taken.bak"), replace("none.xml", "none.bak"), replace("locked.xml", "locked.bak"), ["files.putBack", inWine("santedb.config.xml"), inWine("none.bak")]);
    expect(answers.map(({ error }) => error?.code)).toEqual(["file-unwritable", "file-not-found", "file-read-only", "file-not-found"]);
    expect([readFileSync(path("santedb.config.xml"), "utf8"), readFileSync(path("taken.bak"), "utf8"), readFileSync(path("locked.xml"), "utf8")]).toEqual(["old", "someone's", "old"]);
    expect(await wine.call("files.list", inWine(""))).toEqual(expect.not.arrayContaining([expect.stringContaining(".tmp"), "none.xml", "none.bak", "locked.bak"]));
  });
});

describe("programs, started by Node for Windows with Wine's kernel32", () => {
  /** A folder in which programs named netsh and taskkill are ours. */
  const stranger = (...arguments_: readonly string[]) => ["stranger.run", windowsPath(join(wine.folder, "programs")), arguments_[0] === "slow" ? 2000 : 30_000, ["netsh", ...arguments_]] as const;

  it("get exactly the arguments of the array, whatever is in them", async () => {
    mkdirSync(join(wine.folder, "programs"), { recursive: true });
    copyFileSync(wine.compile("program.c", "program.exe"), join(wine.folder, "programs/netsh.exe"));
    const difficult = ["appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "sddl=D:(A;;GX;;;NS)", "", "a b", 'a"b', "a\\", 'a b\\', '\\"', "%PATH%", "a&b|c>d^e", "é", "*.exe"];
    const answer = await wine.call(...stranger("say", ...difficult));
    // The C library of this program expands the last one by itself, as every other program of its kind would.
    expect(answer).toMatchObject({ exitCode: 0, output: expect.stringContaining(difficult.slice(0, -2).map((argument) => `<${argument}>\n`).join("")) });
  });

  it("give their exit code and both of their streams, in the OEM code page", async () => {
    expect(await wine.calls(stranger("code", "1"), stranger("error"), stranger("oem"), stranger("code", "1060"))).toEqual([
      { value: { exitCode: 1, output: "" } }, { value: { exitCode: 0, output: "on the other stream" } }, { value: { exitCode: 0, output: "éä" } }, { value: { exitCode: 1060, output: "" } },
    ]);
  });

  it("see little of our environment", async () => {
    const [self, environment] = await wine.calls(["about.self"], stranger("environment"));
    const { output } = environment?.value as { readonly output: string };
    const names = output.trim().split("\n").map((line) => line.replace(/=.*$/s, "").toUpperCase());
    expect(names).toContain("SYSTEMROOT");
    expect(self?.value).toMatchObject({ mark: "seen" });
    expect(names).not.toContain("LOCKSTEP_MARK");
  });

  it("are bounded in what they print and how long they take, and must be there", async () => {
    const [much, slow, none] = await wine.calls(stranger("much"), stranger("slow"), ["stranger.run", windowsPath(join(wine.folder, "programs")), 2000, ["taskkill"]]);
    expect((much?.value as { readonly output: string }).output.length).toBe(1024 * 1024);
    expect(slow?.error).toMatchObject({ code: "command-failed", message: expect.stringContaining("did not end within 2 seconds"), command: ["netsh", "slow"], output: "begun" });
    expect(none?.error).toMatchObject({ code: "command-failed", message: expect.stringContaining("there is no Z:") });
  });
});
