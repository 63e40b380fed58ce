import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "vite";
import { parseConfiguration } from "../../../app/santedb/configuration.ts";
import { openPracticeMachine } from "../../../main/machines/practice/practice-machine.ts";
import { makeCertificate, keyDer } from "../../fixtures/certificates.ts";
import { practice, service, type Practice } from "./practice-fixture.ts";
import { serviceProgram } from "./service-program.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-machine-"));
const opened: Practice[] = [];
const open = async (directory: string, more: Parameters<typeof practice>[0] = {}): Promise<Practice> => {
  const machine = await practice({ directory, ...more });
  opened.push(machine);
  return machine;
};
/** Opens a machine as often as asked, in a process of its own. */
let opener: string;
beforeAll(async () => {
  const entry = join(folder, "opener.ts");
  writeFileSync(entry, `import { openPracticeMachine } from ${JSON.stringify(join(import.meta.dirname, "../../../main/machines/practice/practice-machine.ts"))};
    const [, , directory = "", serviceProgram = "", label = "", count = "0", kind = "dcdr-v3"] = process.argv;
    process.stdout.write("begun");
    const machine = await openPracticeMachine({ directory, serviceProgram, kind });
    for (let turn = 1; turn <= Number(count); turn++) {
      const { exitCode } = await machine.commands.run(["netsh", "http", "add", "urlacl", \`url=http://\${label}:\${turn}/\`, "sddl=D:(A;;GX;;;NS)"]);
      if (exitCode !== 0) process.exit(9);
    }`);
  await build({ root: folder, configFile: false, logLevel: "error", ssr: { noExternal: true }, build: { ssr: entry, outDir: join(folder, "opener"), target: "node20", rolldownOptions: { output: { entryFileNames: "program.mjs" } } } });
  opener = join(folder, "opener/program.mjs");
});
afterAll(async () => {
  for (const machine of opened) {
    await machine.run("sc", "stop", machine.service);
    await machine.reaches("stopped");
  }
  rmSync(folder, { recursive: true, force: true });
});
const run = async (directory: string, ...more: string[]) => {
  const child = spawn(process.execPath, [opener, directory, await serviceProgram(), ...more], { stdio: ["ignore", "pipe", "inherit"] });
  return { child, begun: new Promise<void>((resolve) => child.stdout.once("data", () => resolve())), exit: new Promise<number | null>((resolve) => child.once("exit", resolve)) };
};

describe("a new practice machine", () => {
  it("holds a SanteDB instance on plain http, in files that a person can read", async () => {
    const { machine, directory, port, configFile } = await open(join(folder, "new"));
    expect(machine).toMatchObject({ kind: "practice", hostName: "clinic-7.example.org", directory });
    expect(readdirSync(directory).sort()).toEqual(["Program Files", "ProgramData", "Users", "certificates", "http-sys.json", "logs", "machine.json", "services", "services.json"]);
    expect(readdirSync(join(directory, "certificates")).sort()).toEqual(["CA", "My", "Root"]);
    const bytes = readFileSync(configFile);
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString("utf8").replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    const configuration = parseConfiguration(bytes, configFile);
    expect(configuration.endpoints.map(({ address }) => address)).toEqual(["auth", "hdsi", "ami", "bis", "app", ""].map((path) => `http://0.0.0.0:${port}/${path}`));
    expect(bytes.toString("utf8")).toContain(`issuerName="http://localhost:${port}/auth"`);
    expect(await machine.httpSys.bindings()).toEqual([]);
    expect((await machine.httpSys.reservations()).length).toBeGreaterThan(4);
    expect(statSync(join(directory, "services.json")).mode & 0o777).toBe(0o600);
  });

  it("knows its own name, accounts and well-known ones", async () => {
    const { machine } = await open(join(folder, "new"));
    expect(await machine.network.resolve("CLINIC-7.example.org")).toEqual(await machine.network.loopbacks());
    expect(await machine.accounts.sid(".\\santedb")).toMatch(/-1001$/);
    expect(await machine.accounts.sid("NT SERVICE\\sdb-www-default")).toMatch(/^S-1-5-80-/);
    for (const account of ["nobody", "OTHER\\santedb", ""]) expect(await machine.accounts.sid(account), account).toBeNull();
  });

  it("is refused in a folder of something else, which stays as it is", async () => {
    const directory = join(folder, "else");
    mkdirSync(directory);
    writeFileSync(join(directory, "letter.txt"), "dear");
    await expect(openPracticeMachine({ directory, serviceProgram: await serviceProgram() })).rejects.toMatchObject({ code: "practice-unusable" });
    await expect(openPracticeMachine({ directory: join(directory, "letter.txt"), serviceProgram: await serviceProgram() })).rejects.toMatchObject({ code: "practice-unusable" });
    expect(readdirSync(directory)).toEqual(["letter.txt"]);
  });

  it("is made in an empty folder, and once only when two ask for it together", async () => {
    const directory = join(folder, "together");
    mkdirSync(directory);
    const runs = await Promise.all([run(directory), run(directory), run(directory)]);
    expect(await Promise.all(runs.map(({ exit }) => exit))).toEqual([0, 0, 0]);
    const { machine } = await open(directory);
    expect((await machine.services.find(service))?.state).toBe("running");
    expect(existsSync(join(directory, "being-made.txt"))).toBe(false);
  });

  it("is whole after a kill in the middle of its making, at whatever moment", async () => {
    for (let moment = 0; moment < 12; moment++) {
      const directory = join(folder, `killed-${moment}`);
      // A gateway has a certificate to make, which takes the longest.
      const kind = moment % 2 === 0 ? "dcdr-v3" : "gateway";
      const { child, begun, exit } = await run(directory, "", "0", kind);
      await begun;
      await new Promise((resolve) => { setTimeout(resolve, moment * 15); });
      child.kill("SIGKILL");
      await exit;
      const made = await open(directory, { kind });
      expect((await made.machine.services.find(made.service))?.state).toBe("running");
      expect((await made.machine.httpSys.bindings()).length).toBe(kind === "gateway" ? 1 : 0);
      expect(readdirSync(directory)).not.toContain("being-made.txt");
    }
  }, 60_000);

  it("that was damaged says which file is at fault", async () => {
    const directory = join(folder, "damaged");
    const damaged = await practice({ directory });
    const { machine } = damaged;
    await damaged.run("sc", "stop", service);
    await damaged.reaches("stopped");
    writeFileSync(join(directory, "http-sys.json"), "{");
    await expect(machine.httpSys.bindings()).rejects.toMatchObject({ code: "practice-unusable", message: expect.stringContaining("http-sys.json") as string });
    await expect(machine.commands.run(["netsh", "http", "show", "sslcert"])).rejects.toMatchObject({ code: "practice-unusable" });
    writeFileSync(join(directory, "machine.json"), JSON.stringify({ format: "something else" }));
    await expect(openPracticeMachine({ directory, serviceProgram: await serviceProgram() })).rejects.toMatchObject({ code: "practice-unusable" });
  });

  it("looks again at a file that is just being saved, as an editor empties it before it writes", async () => {
    const { machine, directory } = await open(join(folder, "edited"));
    const path = join(directory, "services.json");
    const content = readFileSync(path);
    for (const half of [Buffer.alloc(0), content.subarray(0, content.length / 2)]) {
      writeFileSync(path, half);
      const asked = machine.services.list();
      setTimeout(() => writeFileSync(path, content), 30);
      expect((await asked).map(({ name }) => name)).toEqual([service]);
    }
  });

  it("may be moved, because its paths move with it", async () => {
    const from = join(folder, "from");
    const first = await practice({ directory: from });
    await first.run("sc", "stop", service);
    await first.reaches("stopped");
    cpSync(from, join(folder, "to"), { recursive: true });
    rmSync(from, { recursive: true });
    const second = await open(join(folder, "to"));
    await second.run("sc", "start", service);
    await second.reaches("running");
    expect((await second.machine.services.find(service))?.imagePath).toContain(join(folder, "to", "Program Files"));
  });
});

describe("the tables", () => {
  it("lose nothing when two processes change them at once", async () => {
    const directory = join(folder, "contended");
    const { machine } = await open(directory);
    const before = (await machine.httpSys.reservations()).length;
    const runs = await Promise.all([run(directory, "one", "30"), run(directory, "two", "30")]);
    expect(await Promise.all(runs.map(({ exit }) => exit))).toEqual([0, 0]);
    expect((await machine.httpSys.reservations()).length).toBe(before + 60);
  });
});

describe("the certificate stores", () => {
  it("import, find, prove and remove a certificate with its key", async () => {
    const { machine, directory } = await open(join(folder, "new"));
    for (const key of ["ec:p256", "rsa:2048", "ed25519"] as const) {
      const certificate = makeCertificate(join(folder, "issued"), null, { key });
      const stored = { store: "My", thumbprint: certificate.thumbprint, hasPrivateKey: true };
      await machine.certificates.import("My", certificate.der, keyDer(certificate.keyFile));
      await machine.certificates.import("My", certificate.der, keyDer(certificate.keyFile));
      expect(await machine.certificates.find("My", certificate.thumbprint)).toMatchObject(stored);
      expect(await machine.certificates.list("My")).toEqual([expect.objectContaining(stored)]);
      expect(await machine.certificates.provesKey("My", certificate.thumbprint)).toBe(true);
      expect(await machine.certificates.provesKey("CA", certificate.thumbprint)).toBe(false);
      expect(statSync(join(directory, "certificates/My", `${certificate.thumbprint}.key`)).mode & 0o777).toBe(0o600);
      await machine.certificates.remove("My", certificate.thumbprint);
      await machine.certificates.remove("My", certificate.thumbprint);
      expect(readdirSync(join(directory, "certificates/My"))).toEqual([]);
    }
  });

  it("add a missing key to what is there, and refuse one that does not fit", async () => {
    const { machine } = await open(join(folder, "new"));
    const [one, other] = [makeCertificate(join(folder, "issued"), null), makeCertificate(join(folder, "issued"), null)];
    await machine.certificates.import("My", one.der, null);
    expect(await machine.certificates.find("My", one.thumbprint)).toMatchObject({ hasPrivateKey: false });
    await expect(machine.certificates.import("My", one.der, keyDer(other.keyFile))).rejects.toMatchObject({ code: "certificate-store-failed" });
    await expect(machine.certificates.import("My", Buffer.from("nonsense"), null)).rejects.toMatchObject({ code: "certificate-store-failed" });
    await expect(machine.certificates.import("My", one.der, Buffer.from("nonsense"))).rejects.toMatchObject({ code: "certificate-store-failed" });
    expect(await machine.certificates.provesKey("My", one.thumbprint)).toBe(false);
    await machine.certificates.import("My", one.der, keyDer(one.keyFile));
    expect(await machine.certificates.provesKey("My", one.thumbprint)).toBe(true);
    await machine.certificates.remove("My", one.thumbprint);
  });

  it("pass over what is no certificate under its own thumbprint, and never leave their folder", async () => {
    const { machine, directory } = await open(join(folder, "new"));
    const certificate = makeCertificate(join(folder, "issued"), null);
    writeFileSync(join(directory, "certificates/CA", `${"A".repeat(40)}.cer`), certificate.der);
    writeFileSync(join(directory, "certificates/CA", "notes.txt"), "mine");
    expect(await machine.certificates.list("CA")).toEqual([]);
    expect(await machine.certificates.find("CA", "A".repeat(40))).toBeNull();
    for (const name of ["../../machine", "", "a/b"]) {
      expect(await machine.certificates.find("My", name)).toBeNull();
      await machine.certificates.remove("CA", name);
    }
    expect(readdirSync(join(directory, "certificates/CA")).length).toBe(2);
  });
});
