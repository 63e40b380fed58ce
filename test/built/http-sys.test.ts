// Bindings, reservations and a renewal by command, on the built program and a practice machine with real handshakes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority, makeServerPfx, type Authority, type ServerPfx } from "../fixtures/certificates.ts";
import { fileHashes, lockstep, practiceFixture, type PracticeFixture } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-http-sys-"));
const names = ["clinic-7.example.org", "hie.example.org", "localhost"];
let authority: Authority;
let old: ServerPfx;
let renewed: ServerPfx;
let machine: PracticeFixture;
let port: number;

/** The thumbprint that OpenSSL is shown; "" without a handshake. */
function presented(address: string, serverName?: string): string {
  const client = spawnSync("openssl", ["s_client", "-connect", `${address}:${port}`, ...(serverName === undefined ? ["-noservername"] : ["-servername", serverName])], { input: "Q\n", encoding: "utf8", timeout: 15_000 });
  if (!client.stdout.includes("BEGIN CERTIFICATE")) return "";
  const { stdout } = spawnSync("openssl", ["x509", "-noout", "-fingerprint", "-sha1"], { input: client.stdout, encoding: "utf8" });
  return (stdout.split("=")[1] ?? "").replace(/[:\s]/g, "");
}

interface Record { readonly endpoint: string; readonly thumbprint: string; readonly flags: Readonly<{ [name: string]: unknown }> }
const bindings = async (): Promise<readonly Record[]> => (await machine.run(["binding", "list"])).json.value as readonly Record[];
const good = async (...args: string[]) => {
  const ran = await machine.run(args);
  expect(ran.json.ok, `${args.join(" ")}: ${ran.stdout}`).toBe(true);
  return ran.json.value;
};
const refused = async (...args: string[]) => (await machine.run(args)).json.error as { readonly code: string; readonly message: string; readonly hint: string; readonly aftermath: string };

beforeAll(async () => {
  authority = makeAuthority(join(folder, "ca"));
  old = makeServerPfx({ directory: join(folder, "old"), authority, names, key: "rsa:2048" });
  renewed = makeServerPfx({ directory: join(folder, "new"), authority, names, key: "rsa:2048" });
  machine = practiceFixture();
  port = await machine.port();
  await good("endpoint", "secure", "default", "--certificate", old.file, "--password-file", old.passwordFile, "--yes");
}, 120_000);
afterAll(() => machine.close());

describe("a binding", () => {
  it("is added for IPv6, a name and an address, with settings of its own, each proven", async () => {
    await good("binding", "set", `0.0.0.0:${port}`, "--flag", "clientcertnegotiation=enable", "--flag", "sslctlstorename=ClientAuthIssuer", "--yes");
    const v6 = await good("binding", "set", `[::]:${port}`, "--certificate", old.thumbprint, "--flag", "disabletls13=enable", "--yes");
    expect(v6.verified).toContainEqual(expect.objectContaining({ address: "::1", thumbprint: old.thumbprint, protocol: "TLSv1.2" }));
    await good("binding", "set", `clinic-7.example.org:${port}`, "--certificate", old.thumbprint, "--flag", "revocationfreshnesstime=3600", "--flag", "usagecheck=disable", "--yes");
    expect((await bindings()).map(({ endpoint, flags }) => [endpoint, flags])).toEqual([
      [`0.0.0.0:${port}`, { clientcertnegotiation: true, sslctlstorename: "ClientAuthIssuer" }], [`[::]:${port}`, { disabletls13: true }], [`clinic-7.example.org:${port}`, { revocationfreshnesstime: 3600, usagecheck: false }],
    ]);
  });

  it("is set twice without anything to do the second time", async () => {
    expect((await good("binding", "set", `[::]:${port}`, "--flag", "disabletls13=enable", "--yes")).outcome).toBe("unchanged");
  });

  it("is explained for an address, a name, and an address with a name", async () => {
    const explained = await good("binding", "explain", `127.0.0.1:${port}`);
    expect(explained).toMatchObject({ winner: `0.0.0.0:${port}`, thumbprint: old.thumbprint });
    expect(explained.considered).toEqual([
      { endpoint: `0.0.0.0:${port}`, reason: "It stands for all addresses, IPv6 included. It answers." }, { endpoint: `[::]:${port}`, reason: "It stands for IPv6 addresses only." },
      { endpoint: `clinic-7.example.org:${port}`, reason: "The client sends no host name." },
    ]);
    expect((await good("binding", "explain", `[::1]:${port}`)).winner).toBe(`[::]:${port}`);
    expect((await good("binding", "explain", `[::1]:${port}`, "--host-name", "clinic-7.example.org")).winner).toBe(`clinic-7.example.org:${port}`);
    expect((await good("binding", "explain", `https://clinic-7.example.org:${port}/ami`)).answers.map(({ address }: { address: string }) => address)).toEqual(["127.0.0.1", "::1"]);
    const nobody = await machine.run(["binding", "explain", "127.0.0.1:1"]);
    expect([nobody.status, nobody.json.value.winner, nobody.json.value.thumbprint]).toEqual([1, null, null]);
  });

  it("of another product is neither changed nor removed without consent", async () => {
    await good("binding", "set", "0.0.0.0:443", "--certificate", old.thumbprint, "--application", "{4dc3e181-e14b-4a21-b022-59fc669b0914}", "--yes");
    expect(await refused("binding", "set", "0.0.0.0:443", "--flag", "disablehttp2=enable", "--yes")).toMatchObject({ code: "binding-foreign", message: "0.0.0.0:443 is bound by IIS.", aftermath: "untouched" });
    expect((await refused("binding", "remove", "0.0.0.0:443", "--yes")).code).toBe("binding-foreign");
    expect((await refused("endpoint", "replace-certificate", old.thumbprint, renewed.file, "--password-file", renewed.passwordFile, "--yes")).code).toBe("binding-foreign");
    await good("binding", "remove", "0.0.0.0:443", "--take-over", "--yes");
    expect((await refused("binding", "remove", "0.0.0.0:443", "--yes")).code).toBe("not-found");
  });

  it.each([
    [["binding", "set", "nonsense", "--certificate", "A".repeat(40), "--yes"], "input-invalid"], [["binding", "set", "0.0.0.0:9", "--yes"], "input-invalid"],
    [["binding", "set", "0.0.0.0:9", "--certificate", "A".repeat(40), "--yes"], "not-found"], [["binding", "set", "443", "--certificate", "A".repeat(40), "--yes"], "input-invalid"],
    [["binding", "set", "0.0.0.0:9", "--certificate", "A".repeat(40), "--application", "SanteDB", "--yes"], "input-invalid"], [["binding", "set", "0.0.0.0:9", "--flag", "colour=red", "--yes"], "usage"],
    [["binding", "set", "0.0.0.0:9", "--flag", "reject=perhaps", "--yes"], "usage"], [["binding", "explain", "*:443"], "input-invalid"], [["endpoint", "replace-certificate", "12", "x.pfx", "--yes"], "usage"],
    [["reservation", "add", "ftp://x/", "--account", "LocalService", "--yes"], "input-invalid"], [["reservation", "add", "https://+:9/", "--account", "Nobody At All", "--yes"], "account-unknown"],
    [["reservation", "add", "https://+:9/", "--yes"], "usage"], [["reservation", "remove", "https://+:9/", "--yes"], "not-found"], [["transcript", "show", "/nowhere/at/all"], "file-not-found"],
  ] as const)("%j is refused with %s", async (args, code) => {
    expect((await refused(...args)).code).toBe(code);
  });
});

describe("a certificate", () => {
  it("is replaced in every record, flags kept, three handshakes prove it, and undo brings the records back exactly", async () => {
    const before = await bindings();
    const replaced = await good("endpoint", "replace-certificate", old.thumbprint, renewed.file, "--password-file", renewed.passwordFile, "--yes");
    expect(replaced.outcome).toBe("applied");
    expect(replaced.findings.map(({ code }: { code: string }) => code)).toContain("old-certificate-kept");
    expect(await bindings()).toEqual(before.map((record) => ({ ...record, thumbprint: renewed.thumbprint })));
    for (const [address, serverName] of [["127.0.0.1"], ["[::1]"], ["127.0.0.1", "clinic-7.example.org"], ["[::1]", "clinic-7.example.org"]] as const) expect(presented(address, serverName), `${address} ${serverName ?? ""}`).toBe(renewed.thumbprint);
    expect(replaced.verified.map(({ thumbprint }: { thumbprint: string }) => thumbprint)).toEqual(Array.from({ length: 4 }, () => renewed.thumbprint));
    expect((await good("endpoint", "replace-certificate", old.thumbprint, renewed.thumbprint, "--yes")).outcome).toBe("unchanged");
    await good("history", "undo");
    expect(await bindings()).toEqual(before);
    expect([presented("127.0.0.1"), presented("[::1]"), presented("127.0.0.1", "clinic-7.example.org")]).toEqual([old.thumbprint, old.thumbprint, old.thumbprint]);
  }, 120_000);

  it("is refused where the new one cannot serve, and nothing is changed", async () => {
    const before = await bindings();
    const ended = makeServerPfx({ directory: join(folder, "ended"), authority, names, key: "rsa:2048", notAfter: new Date(Date.now() - 86_400_000) });
    expect((await refused("endpoint", "replace-certificate", old.thumbprint, ended.file, "--password-file", ended.passwordFile, "--yes")).code).toBe("certificate-expired");
    expect((await refused("endpoint", "replace-certificate", old.thumbprint, authority.root.certificateFile, "--yes")).aftermath).toBe("untouched");
    expect((await refused("endpoint", "replace-certificate", old.thumbprint, old.thumbprint, "--yes")).code).toBe("input-invalid");
    expect(await bindings()).toEqual(before);
  });

  it("that lacks a name for which a record answers is warned of before", async () => {
    const other = makeServerPfx({ directory: join(folder, "other"), authority, names: ["other.example.org"], key: "rsa:2048" });
    const plan = await good("endpoint", "replace-certificate", old.thumbprint, other.file, "--password-file", other.passwordFile, "--plan");
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: "name-mismatch", severity: "warning", message: "The new certificate does not name clinic-7.example.org, for which a record answers." }));
  });
});

describe("a certificate that an iCDR's configuration names", () => {
  it("is replaced there as well, its service restarted, and undo leaves every file as it was", async () => {
    const icdr = practiceFixture("icdr");
    try {
      const [instance] = (await icdr.run(["instance", "list"])).json.value as { name: string; port: number }[];
      const done = async (...args: string[]) => {
        const ran = await icdr.run(args);
        expect(ran.json.ok, ran.stdout).toBe(true);
        return ran.json.value;
      };
      await done("endpoint", "secure", instance?.name ?? "", "--certificate", old.file, "--password-file", old.passwordFile, "--yes");
      const used = (await done("certificate", "where-used", old.thumbprint)) as { kind: string; subject: string }[];
      expect(used.map(({ kind, subject }) => [kind, subject.split("/").at(-1)])).toEqual([["binding", `0.0.0.0:${instance?.port ?? 0}`], ["configuration", "santedb.rest.config.xml"], ["service", "SanteDB"]]);
      const before = fileHashes(join(icdr.directory, "Program Files"));
      const plan = await done("endpoint", "replace-certificate", old.thumbprint, renewed.file, "--password-file", renewed.passwordFile, "--yes");
      expect(plan.operations.map(({ kind }: { kind: string }) => kind)).toEqual(["certificate.import", "binding.set", "service.stop", "file.write", "service.start", "verify.tls", "verify.tls"]);
      expect(plan.files[0].settings).toHaveLength(6);
      expect((await done("certificate", "where-used", old.thumbprint))).toEqual([]);
      await done("history", "undo");
      expect(fileHashes(join(icdr.directory, "Program Files"))).toEqual(before);
    } finally {
      await icdr.close();
    }
  }, 120_000);
});

describe("a reservation", () => {
  it("is added for any spelling of an account, merged with who may already, and taken out again", async () => {
    const listed = async (): Promise<unknown> => ((await good("reservation", "list")) as { url: string; sddl: string }[]).find(({ url }) => url === "https://+:9777/")?.sddl;
    expect((await good("reservation", "add", "https://+:9777", "--account", "NETWORK SERVICE", "--yes")).findings.map(({ code }: { code: string }) => code)).toEqual(["slash-added"]);
    expect(await listed()).toBe("D:(A;;GX;;;NS)");
    await good("reservation", "add", "https://+:9777/", "--account", "NT SERVICE\\WinRM", "--delegate", "--yes");
    expect(await listed()).toBe("D:(A;;GX;;;NS)(A;;GA;;;S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970)");
    expect((await good("reservation", "add", "https://+:9777/", "--account", "S-1-5-20", "--yes")).outcome).toBe("unchanged");
    await good("reservation", "remove", "https://+:9777/", "--account", "NT SERVICE\\WinRM", "--yes");
    expect(await listed()).toBe("D:(A;;GX;;;NS)");
    await good("history", "undo");
    expect(await listed()).toBe("D:(A;;GX;;;NS)(A;;GA;;;S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970)");
    await good("reservation", "remove", "https://+:9777/", "--yes");
    expect(await listed()).toBeUndefined();
  });

  it("is checked against what is configured: an account that may not listen is told with the mend", async () => {
    const table = join(machine.directory, "services.json");
    const original = readFileSync(table, "utf8");
    writeFileSync(table, original.replace('"LocalSystem"', JSON.stringify("NT AUTHORITY\\NetworkService")));
    const wrong = await machine.run(["reservation", "check"]);
    expect(wrong.status).toBe(1);
    expect(wrong.json.value.endpoints[0]).toMatchObject({ state: "missing", accountSid: "S-1-5-20", hint: `\`lockstep reservation add https://+:${port}/ --account "NT AUTHORITY\\NetworkService"\`. The service is refused with Windows error 5 until then.` });
    await good("reservation", "add", `https://+:${port}/`, "--account", "NT AUTHORITY\\NetworkService", "--yes");
    expect((await machine.run(["reservation", "check"])).status).toBe(0);
    await good("reservation", "remove", `https://+:${port}/`, "--yes");
    writeFileSync(table, original);
  });
});

describe("another machine's output", () => {
  const text = `SSL-Zertifikatbindungen:\r\n\r\n    IP:Port                      : 0.0.0.0:9200\r\n    Zertifikathash               : ${"ab".repeat(20)}\r\n    Anwendungs-ID                : {a97fb5de-7627-401c-8e70-5b96c1a0073b}\r\n    Zertifikatspeichername       : (null)\r\n\r\n    IP:Port                      : [::]:9200\r\n    Zertifikathash               : ${"cd".repeat(20)}\r\n    Anwendungs-ID                : {a97fb5de-7627-401c-8e70-5b96c1a0073b}\r\n    Zertifikatspeichername       : MY\r\n`;

  it("is listed and explained, from a file or standard input, without any machine", async () => {
    const file = join(folder, "output.txt");
    writeFileSync(file, text, "utf16le");
    writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0xfe]), readFileSync(file)]));
    const nowhere = join(folder, "no machine");
    const list = await lockstep(["binding", "list", "--transcript", file, "--practice-dir", nowhere, "--json"]);
    expect(list.json.value).toMatchObject([{ endpoint: "0.0.0.0:9200", thumbprint: "AB".repeat(20), application: "SanteDB", store: "MY" }, { endpoint: "[::]:9200", thumbprint: "CD".repeat(20) }]);
    const explained = await lockstep(["binding", "explain", "[::1]:9200", "--transcript", "-", "--practice-dir", nowhere, "--json"], { input: text });
    expect(explained.json.value).toMatchObject({ winner: "[::]:9200", thumbprint: "CD".repeat(20), certificate: null });
    const failed = await lockstep(["transcript", "show", "-", "--practice-dir", nowhere, "--json"], { input: "\r\nFehler beim Hinzufügen des SSL-Zertifikats, Fehler: 1312\r\nEine angegebene Anmeldesitzung ist nicht vorhanden.\r\n" });
    expect(failed.json.value.failure).toMatchObject({ code: 1312, reason: "the certificate cannot be used by the machine (Windows error 1312)" });
  });
});
