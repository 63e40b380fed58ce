// The main job by command, as the README tells it, on the built program.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority, makeServerPfx, openssl, type Authority, type ServerPfx } from "../fixtures/certificates.ts";
import { fileHashes, lockstep, practiceFixture, program, type PracticeFixture } from "../fixtures/lockstep.ts";

const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** The thumbprint that a server presents, as OpenSSL sees it; empty when there is no handshake. */
function servedThumbprint(address: string, port: number, serverName?: string): string {
  const client = spawnSync("openssl", ["s_client", "-connect", `${address}:${port}`, ...(serverName === undefined ? ["-noservername"] : ["-servername", serverName])], { input: "", encoding: "utf8" });
  if (!client.stdout.includes("BEGIN CERTIFICATE")) return "";
  const fingerprint = execFileSync("openssl", ["x509", "-noout", "-fingerprint", "-sha1"], { input: client.stdout, encoding: "utf8" });
  return (fingerprint.split("=")[1] ?? "").replace(/[:\s]/g, "");
}

const folder = mkdtempSync(join(tmpdir(), "lockstep-certificates-"));
let pfx: ServerPfx;
let authority: Authority;
beforeAll(() => {
  authority = makeAuthority(join(folder, "ca"));
  pfx = makeServerPfx({ directory: folder, authority, names: ["clinic-7.example.org", "localhost"], key: "rsa:2048" });
});

const secure = (...more: string[]) => ["endpoint", "secure", "default", "--certificate", pfx.file, "--password-file", pfx.passwordFile, ...more];

describe("endpoint secure, from a PFX file to proven HTTPS", () => {
  let machine: PracticeFixture;
  let before: string;
  let port: number;
  beforeAll(async () => {
    machine = practiceFixture();
    before = sha256(await machine.configFile());
    port = await machine.port();
  });
  afterAll(() => machine.close());

  it("begins with six endpoints that answer plain http on one port", async () => {
    const [instance] = (await machine.run(["instance", "list"])).json.value;
    expect(instance).toMatchObject({ name: "default", product: "dcdr-www", generation: "v3", service: "sdb-www-default", state: "running", scheme: "http", certificate: null });
    expect(instance.endpoints).toHaveLength(6);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(200);
  });

  it("prints the plan with its argument arrays and leaves every file untouched", async () => {
    const files = fileHashes(machine.directory);
    const { status, json } = await machine.run(secure("--plan"));
    expect(status).toBe(0);
    expect(json.value.outcome).toBe("planned");
    expect(json.value.operations.flatMap((operation: { commands: string[][] }) => operation.commands)).toContainEqual([
      "netsh", "http", "add", "sslcert", `ipport=0.0.0.0:${port}`, `certhash=${pfx.thumbprint}`, "appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "certstorename=MY",
    ]);
    expect(fileHashes(machine.directory)).toEqual(files);
  });

  it("refuses to act without --yes when nobody is there to ask", async () => {
    const { status, json } = await machine.run(secure());
    expect(status).toBe(2);
    expect(json.error.code).toBe("usage");
  });

  it("applies, and every address presents the file's certificate, as OpenSSL sees it too", async () => {
    const { status, json } = await machine.run(secure("--yes"));
    expect(json.ok, JSON.stringify(json)).toBe(true);
    expect(status).toBe(0);
    expect(json.value.outcome).toBe("applied");
    for (const address of ["127.0.0.1", "::1"]) {
      expect(json.value.verified).toContainEqual(expect.objectContaining({ address, port, serverName: null, thumbprint: pfx.thumbprint, httpStatus: 200 }));
      expect(servedThumbprint(address === "::1" ? "[::1]" : address, port)).toBe(pfx.thumbprint);
    }
    expect(json.value.verified).toContainEqual(expect.objectContaining({ serverName: "clinic-7.example.org", thumbprint: pfx.thumbprint }));
    expect(servedThumbprint("127.0.0.1", port, "clinic-7.example.org")).toBe(pfx.thumbprint);
  });

  it("sends the intermediate with it, so that clients which know only the root are content", () => {
    const client = spawnSync("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", authority.root.certificateFile, "-verify_return_error"], { input: "", encoding: "utf8" });
    expect(client.stdout + client.stderr).toContain("Verify return code: 0 (ok)");
  });

  it("shows the instance as secured, with its certificate", async () => {
    const [instance] = (await machine.run(["instance", "list"])).json.value;
    expect(instance).toMatchObject({ scheme: "https", state: "running", certificate: { thumbprint: pfx.thumbprint } });
  });

  it("finds nothing to do the second time", async () => {
    const { status, json } = await machine.run(secure("--yes"));
    expect(status).toBe(0);
    expect(json.value).toMatchObject({ outcome: "unchanged", operations: [] });
    expect(json.value.verified.map(({ thumbprint }: { thumbprint: string }) => thumbprint)).toEqual([pfx.thumbprint, pfx.thumbprint, pfx.thumbprint]);
  });

  it("keeps the change in the history, and undoes it to the last byte", async () => {
    const [entry] = (await machine.run(["history", "list"])).json.value;
    expect(entry).toMatchObject({ outcome: "applied" });
    const { status, json } = await machine.run(["history", "undo", entry.id]);
    expect(json.ok, JSON.stringify(json)).toBe(true);
    expect(status).toBe(0);
    expect(json.value.outcome).toBe("undone");
    expect(sha256(await machine.configFile())).toBe(before);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(servedThumbprint("127.0.0.1", port)).toBe("");
    expect((await machine.run(["certificate", "list"])).json.value.filter(({ thumbprint }: { thumbprint: string }) => thumbprint === pfx.thumbprint)).toEqual([]);
    expect((await machine.run(["binding", "list"])).json.value.filter(({ endpoint }: { endpoint: string }) => endpoint === `0.0.0.0:${port}`)).toEqual([]);
    expect((await machine.run(["history", "list"])).json.value[0]).toMatchObject({ id: entry.id, outcome: "undone" });
    expect((await machine.run(["history", "undo", entry.id])).json.error.code).toBe("nothing-to-undo");
  });

  it("stops the service for good when asked, leaving no process behind", async () => {
    expect((await machine.run(["service", "stop", "sdb-www-default"])).status).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect((await machine.run(["service", "list"])).json.value).toContainEqual(expect.objectContaining({ name: "sdb-www-default", state: "stopped", processId: 0 }));
  });

  it("secures a stopped instance as well, and starts it", async () => {
    const { json } = await machine.run(secure("--yes"));
    expect(json.value?.outcome, JSON.stringify(json)).toBe("applied");
    expect(servedThumbprint("127.0.0.1", port)).toBe(pfx.thumbprint);
  });
});

describe("what is wrong with the certificate is told at once, and nothing is changed", () => {
  let machine: PracticeFixture;
  beforeAll(async () => {
    machine = practiceFixture();
    await machine.configFile();
  });
  afterAll(() => machine.close());

  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const refused = async (args: readonly string[], code: string): Promise<void> => {
    const files = fileHashes(machine.directory);
    const { status, json, stdout, stderr } = await machine.run(["endpoint", "secure", "default", "--yes", ...args]);
    expect(json.error, stdout).toMatchObject({ code, aftermath: "untouched" });
    expect(status).toBe(3);
    expect(stdout + stderr).not.toContain(pfx.password);
    expect(fileHashes(machine.directory)).toEqual(files);
  };

  it("a wrong password", () => refused(["--certificate", pfx.file, "--password-file", file("wrong", "not this")], "password-wrong"));
  it("no password", () => refused(["--certificate", pfx.file], "password-needed"));
  it("a file that is not there", () => refused(["--certificate", join(folder, "none.pfx")], "file-not-found"));
  it("an empty file", () => refused(["--certificate", file("empty.pfx", "")], "file-empty"));
  it("a file of random bytes", () => refused(["--certificate", file("random.pfx", Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)))], "certificate-unreadable"));
  it("a truncated file", () => refused(["--certificate", file("short.pfx", readFileSync(pfx.file).subarray(0, 900)), "--password-file", pfx.passwordFile], "certificate-unreadable"));
  it("a file of 200 MB", () => {
    execFileSync("truncate", ["-s", "200M", join(folder, "huge.pfx")]);
    return refused(["--certificate", join(folder, "huge.pfx")], "file-too-large");
  });
  it("a certificate without its key", () => refused(["--certificate", pfx.certificateFile], "private-key-missing"));
  it("a key that belongs to another certificate", () => {
    const other = makeServerPfx({ directory: join(folder, "other"), names: ["clinic-7.example.org"] });
    return refused(["--certificate", pfx.certificateFile, "--key", other.keyFile], "private-key-mismatch");
  });
  it("a certificate that has ended, unless that is wanted", async () => {
    const old = makeServerPfx({ directory: join(folder, "old"), notBefore: new Date("2024-01-01"), notAfter: new Date("2025-01-01") });
    await refused(["--certificate", old.file, "--password-file", old.passwordFile], "certificate-expired");
    const { json } = await machine.run(["endpoint", "secure", "default", "--plan", "--allow-expired", "--certificate", old.file, "--password-file", old.passwordFile]);
    expect(json.value.outcome).toBe("planned");
  });
  it("a PFX without a private key", () => {
    openssl(["pkcs12", "-export", "-nokeys", "-in", pfx.certificateFile, "-passout", `file:${pfx.passwordFile}`, "-out", join(folder, "no-key.pfx")]);
    return refused(["--certificate", join(folder, "no-key.pfx"), "--password-file", pfx.passwordFile], "private-key-missing");
  });
  it("the authority's certificate in place of the server's", () =>
    refused(["--certificate", authority.intermediate.certificateFile, "--key", authority.intermediate.keyFile], "certificate-not-for-servers"));
  it("a certificate whose time has not come", () => {
    const young = makeServerPfx({ directory: join(folder, "young"), notBefore: new Date("2040-01-01"), notAfter: new Date("2041-01-01") });
    return refused(["--certificate", young.file, "--password-file", young.passwordFile], "certificate-not-yet-valid");
  });
  it("a password given in the open", async () => {
    const { status, json } = await machine.run([...secure("--yes"), "--password=secret"]);
    expect(status).toBe(2);
    expect(JSON.stringify(json)).not.toContain("secret");
  });
});

describe("what is wrong with the configuration or the machine is told before anything is changed", () => {
  let machine: PracticeFixture;
  let config: string;
  let port: number;
  beforeAll(async () => {
    machine = practiceFixture();
    config = await machine.configFile();
    port = await machine.port();
  });
  afterAll(() => machine.close());

  const withText = async (change: (text: string) => string, code: string): Promise<void> => {
    const whole = readFileSync(config);
    writeFileSync(config, change(whole.toString("utf8")));
    const files = fileHashes(machine.directory);
    const { status, json, stdout } = await machine.run(secure("--yes"));
    expect(fileHashes(machine.directory)).toEqual(files);
    writeFileSync(config, whole);
    expect(json.error, stdout).toMatchObject({ code, aftermath: "untouched" });
    expect(status).toBe(3);
  };

  it("malformed XML", () => withText((text) => text.replace("</SanteDBConfiguration>", ""), "configuration-malformed"));
  it("a DOCTYPE", () => withText((text) => text.replace("<SanteDBConfiguration", '<!DOCTYPE a [<!ENTITY b "c">]>\n<SanteDBConfiguration'), "configuration-doctype"));
  it("no REST section", () => withText((text) => text.replaceAll("RestConfigurationSection", "OtherConfigurationSection"), "configuration-no-rest"));
  it("two schemes on one port", () => withText((text) => text.replace(`http://0.0.0.0:${port}/ami`, `https://0.0.0.0:${port}/ami`), "configuration-mixed-schemes"));
  it("an address that nothing can listen on", () => withText((text) => text.replace(`http://0.0.0.0:${port}/ami`, `http://+:${port}/ami`), "configuration-address"));
  it("an instance that is not there", async () => {
    const { status, json } = await machine.run(["endpoint", "secure", "nobody", "--yes", "--certificate", pfx.file, "--password-file", pfx.passwordFile]);
    expect(json.error.code).toBe("not-found");
    expect(status).toBe(3);
  });
  it("a port that another program took while the service was stopped", async () => {
    await machine.run(["service", "stop", "sdb-www-default"]);
    const other = createServer((socket) => void setTimeout(() => socket.destroy(), 3000));
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const { status, json } = await machine.run(secure("--yes"));
    await new Promise((resolve) => other.close(resolve));
    expect(json.error).toMatchObject({ code: "port-taken", aftermath: "untouched" });
    expect(status).toBe(3);
    await machine.run(["service", "start", "sdb-www-default"]);
  });
  it("a binding that another product made, unless it may be taken over; its settings are kept", async () => {
    const tables = join(machine.directory, "http-sys.json");
    const whole = readFileSync(tables, "utf8");
    const other = makeServerPfx({ directory: join(folder, "iis") });
    await machine.run(["endpoint", "secure", "default", "--yes", "--certificate", other.file, "--password-file", other.passwordFile]);
    writeFileSync(tables, readFileSync(tables, "utf8").replace("{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "{4dc3e181-e14b-4a21-b022-59fc669b0914}"));
    const { json } = await machine.run(secure("--yes"));
    expect(json.error).toMatchObject({ code: "binding-foreign" });
    expect(json.error.message).toContain("IIS");
    const taken = await machine.run(secure("--yes", "--take-over"));
    expect(taken.json.value?.outcome, taken.stdout).toBe("applied");
    expect(servedThumbprint("127.0.0.1", port)).toBe(pfx.thumbprint);
    expect(whole).not.toBe("");
  });
});

describe("records of the same port that would answer in its place", () => {
  let machine: PracticeFixture;
  beforeAll(() => {
    machine = practiceFixture();
  });
  afterAll(() => machine.close());

  it("are replaced together, keeping their settings; undoing restores them exactly, with what they served", async () => {
    const port = await machine.port();
    const old = makeServerPfx({ directory: join(folder, "old-record"), names: ["clinic-7.example.org"] });
    await machine.run(["endpoint", "secure", "default", "--yes", "--certificate", old.file, "--password-file", old.passwordFile]);
    const tables = join(machine.directory, "http-sys.json");
    const httpSys = JSON.parse(readFileSync(tables, "utf8"));
    const [first] = httpSys.sslcert;
    httpSys.sslcert.push(
      { ...first, endpoint: `[::]:${port}`, flags: { disablehttp2: true } },
      { ...first, endpoint: `clinic-7.example.org:${port}`, flags: { clientcertnegotiation: true } },
      { ...first, endpoint: `other.example.org:${port}` },
    );
    writeFileSync(tables, JSON.stringify(httpSys));
    const before = (await machine.run(["binding", "list"])).json.value;
    expect(before).toHaveLength(4);

    const { json, stdout } = await machine.run(secure("--yes"));
    expect(json.value?.outcome, stdout).toBe("applied");
    for (const [address, name] of [["127.0.0.1", undefined], ["[::1]", undefined], ["127.0.0.1", "clinic-7.example.org"]] as const) expect(servedThumbprint(address, port, name)).toBe(pfx.thumbprint);
    // The new certificate does not name this host, so its record is left alone, and that is told.
    expect(servedThumbprint("127.0.0.1", port, "other.example.org")).toBe(old.thumbprint);
    expect(json.value.findings).toContainEqual(expect.objectContaining({ code: "binding-other-name" }));
    const after = (await machine.run(["binding", "list"])).json.value as { endpoint: string; flags: object }[];
    expect(after.find((binding) => binding.endpoint === `[::]:${port}`)?.flags).toMatchObject({ disablehttp2: true });
    expect(json.value.operations.flatMap(({ commands }: { commands: string[][] }) => commands)).toContainEqual(expect.arrayContaining([`ipport=[::]:${port}`, "disablehttp2=enable"]));

    expect((await machine.run(["history", "undo"])).json.value.outcome).toBe("undone");
    const byEndpoint = (one: { endpoint: string }, other: { endpoint: string }) => one.endpoint.localeCompare(other.endpoint);
    expect((await machine.run(["binding", "list"])).json.value.sort(byEndpoint)).toEqual(before.sort(byEndpoint));
    expect(servedThumbprint("[::1]", port)).toBe(old.thumbprint);
  });
});

describe("a full disk", () => {
  const mounts: string[] = [];
  let machine: PracticeFixture;
  let port: number;
  beforeAll(async () => {
    machine = practiceFixture();
    port = await machine.port();
  });
  afterAll(async () => {
    for (const mount of mounts) spawnSync("umount", [mount]);
    await machine.close();
  });
  /** A file system of one megabyte in place of a folder, with the folder's files in it and no room left. */
  const full = (directory: string): boolean => {
    mkdirSync(directory, { recursive: true });
    const names = readdirSync(directory);
    const held = names.map((name) => readFileSync(join(directory, name)));
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory]).status !== 0) return false;
    mounts.push(directory);
    names.forEach((name, index) => writeFileSync(join(directory, name), held[index] ?? ""));
    spawnSync("dd", ["if=/dev/zero", `of=${join(directory, "filler")}`, "bs=4k"]);
    return true;
  };

  it("under the configuration: told, and everything put back", async ({ skip }) => {
    const config = await machine.configFile();
    if (!full(join(config, ".."))) skip("no file system can be mounted here");
    const before = sha256(config);
    const { status, json, stdout } = await machine.run(secure("--yes"));
    expect(json.error, stdout).toMatchObject({ code: "disk-full", aftermath: "put-back" });
    expect(status).toBe(4);
    expect(sha256(config)).toBe(before);
    expect(readdirSync(join(config, "..")).sort()).toEqual(["filler", "santedb.bak.gz", "santedb.config"]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });

  it("under the journal: nothing is begun", async ({ skip }) => {
    const data = join(machine.directory, "..", "data");
    if (!full(data)) skip("no file system can be mounted here");
    const { status, json, stdout } = await machine.run(secure("--yes", "--data-dir", data));
    expect(json.error, stdout).toMatchObject({ code: "disk-full", aftermath: "untouched" });
    expect(status).toBe(3);
    expect((await machine.run(["binding", "list"])).json.value).toEqual([]);
  });
});

describe("a change that fails is put back", () => {
  let machine: PracticeFixture;
  let config: string;
  let port: number;
  beforeAll(async () => {
    machine = practiceFixture();
    config = await machine.configFile();
    port = await machine.port();
  });
  afterAll(() => machine.close());

  const faults = (value: object): void => {
    const path = join(machine.directory, "services.json");
    const table = JSON.parse(readFileSync(path, "utf8"));
    const services: { name: string; faults: object }[] = Array.isArray(table) ? table : table.services;
    for (const service of services) if (service.name === "sdb-www-default") service.faults = value;
    writeFileSync(path, JSON.stringify(table, null, 2));
  };
  const putBack = async (code: string, args: readonly string[] = secure("--yes")): Promise<void> => {
    const hash = sha256(config);
    const bindings = (await machine.run(["binding", "list"])).json.value;
    const certificates = (await machine.run(["certificate", "list"])).json.value;
    const { status, json, stdout } = await machine.run(args);
    expect(json.error, stdout).toMatchObject({ code, aftermath: "put-back" });
    expect(status).toBe(4);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(sha256(config)).toBe(hash);
    expect((await machine.run(["binding", "list"])).json.value).toEqual(bindings);
    expect((await machine.run(["certificate", "list"])).json.value).toEqual(certificates);
    expect((await machine.run(["history", "list"])).json.value[0].outcome).toBe("failed");
  };

  it("when the service starts and dies, and dies no more", async () => {
    faults({ diesAfterStart: 100 });
    const { json } = await machine.run(secure("--yes"));
    // It dies under the old configuration as well, so the old state cannot be proven: said, not hidden.
    expect(json.error).toMatchObject({ code: "not-put-back", aftermath: "not-put-back" });
    faults({});
    expect((await machine.run(["history", "recover"])).json.value).toEqual([expect.objectContaining({ outcome: "undone" })]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });

  it("when the account of the service may not listen over https", async () => {
    const table = join(machine.directory, "services.json");
    const whole = readFileSync(table, "utf8");
    const tables = join(machine.directory, "http-sys.json");
    const reservations = readFileSync(tables, "utf8");
    const httpSys = JSON.parse(reservations);
    httpSys.urlacl.push({ url: `http://+:${port}/`, sddl: "D:(A;;GX;;;NS)" });
    writeFileSync(tables, JSON.stringify(httpSys));
    writeFileSync(table, whole.replace('"LocalSystem"', JSON.stringify("NT AUTHORITY\\NetworkService")));
    // Told that it is LocalSystem, Lockstep makes no reservation; so Windows refuses the service.
    await putBack("service-will-not-start", secure("--yes", "--account", "LocalSystem"));
    // Asked itself, the service says under which account it runs, and the reservation is made.
    const { json } = await machine.run(secure("--yes"));
    expect(json.value?.outcome, JSON.stringify(json)).toBe("applied");
    expect(json.value.operations.flatMap(({ commands }: { commands: string[][] }) => commands)).toContainEqual(["netsh", "http", "add", "urlacl", `url=https://+:${port}/`, "sddl=D:(A;;GX;;;NS)"]);
    expect((await machine.run(["history", "undo"])).json.value.outcome).toBe("undone");
    writeFileSync(table, whole);
    writeFileSync(tables, reservations);
  });

  it("when the service will not stop", async () => {
    faults({ ignoresStop: true });
    await putBack("service-will-not-stop");
    // What held it has gone: now it does stop, and is started again.
    faults({});
    await expect.poll(async () => (await machine.run(["service", "list"])).json.value[0].state, { timeout: 10_000 }).toBe("stopped");
    expect((await machine.run(["service", "start", "sdb-www-default"])).json.value.outcome).toBe("applied");
  }, 120_000);

  it("when the file was changed between review and commit, or is read-only", async () => {
    execFileSync("chmod", ["a-w", config]);
    const { status, json } = await machine.run(secure("--yes"));
    execFileSync("chmod", ["u+w", config]);
    expect(json.error).toMatchObject({ code: "file-read-only", aftermath: "untouched" });
    expect(status).toBe(3);
  });

  it("and a malformed configuration is refused with its place", async () => {
    const whole = readFileSync(config);
    writeFileSync(config, whole.subarray(0, whole.length - 30));
    const { status, json } = await machine.run(secure("--yes"));
    writeFileSync(config, whole);
    expect(json.error.code).toBe("configuration-malformed");
    expect(json.error.message).toMatch(/line \d+, column \d+/);
    expect(status).toBe(3);
  });
});

describe("where a certificate and its password come from", () => {
  let machine: PracticeFixture;
  beforeAll(() => {
    machine = practiceFixture();
  });
  afterAll(() => machine.close());
  const planned = async (args: readonly string[], input?: string): Promise<void> => {
    const { json, stdout } = await machine.run(["endpoint", "secure", "default", "--plan", ...args], input === undefined ? {} : { input });
    expect(json.value?.outcome, stdout).toBe("planned");
  };

  it("a PEM certificate with its key and intermediate, each in a file of its own, elliptic curve", async () => {
    const leaf = makeServerPfx({ directory: join(folder, "pem"), authority, key: "ec:p384" });
    await planned(["--certificate", leaf.certificateFile, "--key", leaf.keyFile, "--key", authority.intermediate.certificateFile]);
  });
  it("a PFX as old Windows servers want it", async () => {
    const legacy = makeServerPfx({ directory: join(folder, "legacy"), protection: "legacy", key: "rsa:2048" });
    await planned(["--certificate", legacy.file, "--password-file", legacy.passwordFile]);
  });
  it("a password on standard input, with or without a line end", async () => {
    await planned(["--certificate", pfx.file, "--password-stdin"], pfx.password);
    await planned(["--certificate", pfx.file, "--password-stdin"], `${pfx.password}\r\n`);
  });
  it("a password out of a pipe", async () => {
    await machine.configFile();
    const shell = spawnSync("bash", ["-c", `"$0" "$1" endpoint secure default --plan --json --certificate "$2" --password-file <(printf %s "$3") --practice-dir "$4"`, process.execPath, program, pfx.file, pfx.password, machine.directory], { encoding: "utf8" });
    expect(JSON.parse(shell.stdout).value?.outcome, shell.stdout + shell.stderr).toBe("planned");
  });
  it("a certificate that is in the machine's store already, by its thumbprint as it was pasted", async () => {
    await machine.run(secure("--yes"));
    const { json, stdout } = await machine.run(["endpoint", "secure", "default", "--yes", "--certificate", `\u200e${pfx.thumbprint.toLowerCase().replace(/../g, "$& ")}`]);
    expect(json.value?.outcome, stdout).toBe("unchanged");
  });
});

describe("certificate inspect", () => {
  it("looks into a file, and makes no practice machine for it", async () => {
    const home = mkdtempSync(join(tmpdir(), "lockstep-home-"));
    const { status, json } = await lockstep(["certificate", "inspect", pfx.file, "--password-file", pfx.passwordFile, "--json"], { environment: { HOME: home, XDG_DATA_HOME: home } });
    expect(status).toBe(0);
    expect(json.value).toMatchObject({ format: "pfx", encryption: "AES-256 (SHA-256)" });
    expect(json.value.certificates[0]).toMatchObject({ thumbprint: pfx.thumbprint, role: "leaf", hasPrivateKey: true, keyType: "rsa:2048" });
    expect(readdirSync(home)).toEqual([]);
  });
});

describe("the command line itself", () => {
  it("says how it is used", async () => {
    const { status, stdout } = await lockstep(["--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("endpoint secure INSTANCE");
    expect((await lockstep(["endpoint", "secure", "--help"])).stdout).toContain("--certificate");
  });
  it("answers wrong usage with 2, in the form asked for", async () => {
    const nothing = await lockstep(["--json", "frobnicate"]);
    expect(nothing.status).toBe(2);
    expect(nothing.json).toMatchObject({ ok: false, error: { code: "usage" } });
    expect((await lockstep(["endpoint", "secure"])).status).toBe(2);
    expect((await lockstep(["--no-such-option"])).status).toBe(2);
  });
});
