import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { LockstepError, problem } from "../../../app/errors.ts";
import type { Binding } from "../../../app/http-sys/binding.ts";
import type { Machine, ServiceRecord } from "../../../app/machine.ts";
import { instanceSchema } from "../../../app/santedb/instance.ts";
import { discoverInstances, findInstance } from "../../../app/santedb/discovery.ts";
import { agsConfiguration, aroundRest, bytesOf, dcdrConfiguration } from "../../fixtures/configuration.ts";

const www = "C:\\Program Files\\SanteSuite\\SanteDB\\WWW";
const roaming = "C:\\Windows\\System32\\config\\systemprofile\\AppData\\Roaming";

const service = (name: string, imagePath: string, account = "LocalSystem"): ServiceRecord =>
  ({ name, displayName: name, imagePath, account, state: "running", processId: 1, exitCode: 0, startType: "automatic", version: null, dependencies: [] });
const defaultWww = service("sdb-www-default", `${www}\\santedb-www.exe --name="default" --base="http://0.0.0.0:9200" --appsecret="***"`);

interface Content {
  readonly services?: readonly ServiceRecord[];
  readonly files?: Readonly<Record<string, Uint8Array | LockstepError>>;
  readonly bindings?: readonly Binding[] | LockstepError;
  readonly certificate?: Uint8Array;
  readonly kind?: Machine["kind"];
}

/** As much of a machine as discovery asks for; it fails the test where anything else is asked. */
function machineWith({ services = [defaultWww], files = {}, bindings = [], certificate, kind = "windows" }: Content): Machine {
  const forbidden = new Proxy({}, { get: (_, name) => { throw new Error(`Discovery asked for ${String(name)}.`); } });
  const entry = (path: string): Uint8Array | LockstepError | undefined => Object.entries(files).find(([name]) => (kind === "windows" ? name.toLowerCase() === path.toLowerCase() : name === path))?.[1];
  const machine = {
    kind,
    services: { list: () => Promise.resolve(services) },
    files: {
      join: (...names: readonly string[]) => (kind === "windows" ? win32 : posix).join(...names),
      stat: (path: string) => {
        const content = entry(path);
        if (content instanceof LockstepError) return Promise.reject(content);
        return Promise.resolve(content ? { path, size: content.length, readOnly: false, modified: "2026-11-22T02:00:00.000Z" } : null);
      },
      read: (path: string, limit: number) => {
        const content = entry(path);
        if (content instanceof LockstepError) return Promise.reject(content);
        if (!content) return Promise.reject(problem("file-not-found", { file: path }));
        expect(content.length).toBeLessThanOrEqual(limit);
        return Promise.resolve(content);
      },
    },
    httpSys: { bindings: () => (bindings instanceof LockstepError ? Promise.reject(bindings) : Promise.resolve(bindings)) },
    certificates: {
      list: () => Promise.resolve(certificate ? [{ store: "My", thumbprint: createHash("sha1").update(certificate).digest("hex").toUpperCase(), der: certificate, hasPrivateKey: true }] : []),
    },
    hostName: "clinic-7.example.org", accounts: forbidden, commands: forbidden, network: forbidden, clock: forbidden,
  };
  return machine as unknown as Machine;
}

const codes = (findings: readonly { readonly code: string }[]): readonly string[] => findings.map(({ code }) => code);

async function refusal(promise: Promise<unknown>): Promise<LockstepError> {
  const thrown = await promise.then(() => null, (reason: unknown) => reason);
  if (!(thrown instanceof LockstepError)) throw new Error(`Not refused as it should be: ${String(thrown)}`);
  return thrown;
}

describe("finding instances", () => {
  it("tells of one what its service and its configuration say", async () => {
    const file = `${www}\\instances\\default\\config\\santedb.config`;
    const [instance, ...more] = await discoverInstances(machineWith({ files: { [file]: dcdrConfiguration() } }));
    expect(more).toEqual([]);
    expect(instance).toMatchObject({
      name: "default", product: "dcdr-www", generation: "v3", service: "sdb-www-default", state: "running", account: "LocalSystem",
      configFile: file, scheme: "http", host: "0.0.0.0", port: 9200, certificate: null, findings: [],
    });
    expect(instance?.endpoints.map(({ address }) => address)).toContain("http://0.0.0.0:9200/ami");
    expect(instanceSchema.parse(instance)).toEqual(instance);
  });

  it("knows a service by its name or by its program, and passes over others", async () => {
    const services = [
      service("Spooler", "C:\\Windows\\System32\\spoolsv.exe"),
      service("sdb-www-north", `${www}\\santedb-www.exe --name="north"`),
      service("sdb-dcg-default", "C:\\Program Files\\SanteSuite\\SanteDB\\DCG\\santedb-dcg.exe --name=\"default\""),
      service("SanteDB", "\"C:\\Program Files\\SanteSuite\\SanteDB\\Server\\santedb.exe\""),
      service("SanteDB-mpi", "\"C:\\Program Files\\SanteSuite\\SanteDB\\Server\\santedb.exe\" --name=mpi"),
      service("renamed", `${www}\\santedb-www.exe --name=south`),
      service("SanteDBWWW", "C:\\old\\www.exe"),
      service("SanteDBBackup", "C:\\tools\\backup.exe"),
    ];
    const found = await discoverInstances(machineWith({ services }));
    expect(found.map(({ name, product, service: name_ }) => `${name_} ${product} ${name}`)).toEqual([
      "sdb-www-north dcdr-www north", "sdb-dcg-default dcdr-gateway default", "SanteDB icdr SanteDB", "SanteDB-mpi icdr mpi", "renamed dcdr-www south", "SanteDBWWW dcdr-www default",
    ]);
  });

  it.each([
    ["a release of 3.0.1500 and newer", "sdb-www-default", `${www}\\instances\\default\\config\\santedb.config`],
    ["a build of January 2024", "sdb-www-default", `${www}\\instances\\default\\santedb.config`],
    ["3.0.480 to 3.0.1200", "sdb-www-default", `${roaming}\\santedb\\www\\default\\santedb.config`],
    ["3.0.480 as a 32-bit process", "sdb-www-default", "C:\\Windows\\SysWOW64\\config\\systemprofile\\AppData\\Roaming\\santedb\\www\\default\\santedb.config"],
    ["version 2", "sdb-www-default", `${roaming}\\SanteDB\\www-default\\SanteDB.config`],
    ["the vendor's instructions", "sdb-www-default", "C:\\Windows\\SysWOW64\\config\\systemprofile\\AppData\\Roaming\\santedb-www\\default\\SanteDB.config"],
  ])("reads the file where %s has it", async (_, name, file) => {
    const [instance] = await discoverInstances(machineWith({ files: { [file]: agsConfiguration() } }));
    expect(instance).toMatchObject({ service: name, configFile: file, generation: "v2", port: 9200, findings: [] });
  });

  it.each([
    ["SanteDB", "\"C:\\S\\santedb.exe\"", "C:\\S\\santedb.config.xml"],
    ["SanteDB-mpi", "\"C:\\S\\santedb.exe\" --name=mpi", "C:\\S\\santedb.config.mpi.xml"],
    ["SanteDB-mpi", "\"C:\\S\\santedb.exe\"", "C:\\S\\santedb.config.mpi.xml"],
    ["SanteDB", "\"C:\\S\\santedb.exe\" --config=D:\\my files\\a.xml --name=x", "D:\\my files\\a.xml"],
    ["SanteDB", "\"C:\\S\\santedb.exe\" --config=a.xml", "C:\\S\\a.xml"],
  ])("reads the file of the iCDR %s, %s", async (name, imagePath, file) => {
    const [instance] = await discoverInstances(machineWith({ services: [service(name, imagePath)], files: { [file]: dcdrConfiguration({ port: 8080 }) } }));
    expect(instance).toMatchObject({ configFile: file, port: 8080, findings: [] });
  });

  it("looks in the profile of the account first where that is no system account", async () => {
    const own = "C:\\Users\\svc-sante\\AppData\\Roaming\\santedb\\www\\default\\santedb.config";
    const beside = `${www}\\instances\\default\\config\\santedb.config`;
    const [instance] = await discoverInstances(machineWith({
      services: [{ ...defaultWww, account: ".\\svc-sante" }], files: { [own]: dcdrConfiguration({ port: 1 }), [beside]: dcdrConfiguration({ port: 2 }) },
    }));
    expect(instance).toMatchObject({ configFile: own, port: 1 });
    const [network] = await discoverInstances(machineWith({
      services: [{ ...defaultWww, account: "NT AUTHORITY\\NetworkService" }], files: { "C:\\Windows\\ServiceProfiles\\NetworkService\\AppData\\Roaming\\santedb\\www\\default\\santedb.config": dcdrConfiguration() },
    }));
    expect(network?.port).toBe(9200);
  });

  it("finds its way with forward slashes, beside the program and in a Windows folder next to it", async () => {
    const services = [service("sdb-www-default", "/srv/my practice/Program Files/SanteSuite/WWW/santedb-www.exe --name=\"default\"")];
    for (const file of ["/srv/my practice/Program Files/SanteSuite/WWW/instances/default/config/santedb.config", "/srv/my practice/Windows/System32/config/systemprofile/AppData/Roaming/SanteDB/www-default/SanteDB.config"]) {
      const [instance] = await discoverInstances(machineWith({ services, kind: "practice", files: { [file]: dcdrConfiguration() } }));
      expect(instance?.configFile).toBe(file);
    }
  });

  const paths = {
    newest: `${www}\\instances\\default\\config\\santedb.config`,
    roaming: `${roaming}\\santedb\\www\\default\\santedb.config`,
    second: `${roaming}\\SanteDB\\www-default\\SanteDB.config`,
    documented: "C:\\Windows\\SysWOW64\\config\\systemprofile\\AppData\\Roaming\\santedb-www\\default\\SanteDB.config",
  };
  it.each([
    ["3.0.2101.0", "newest"], ["3.0.1500.0", "newest"], ["3.0.1000.0", "roaming"], ["3.0.480.0", "roaming"], ["2.5.10.0", "second"], ["2.0.17", "second"],
  ] as const)("of all files that lie about, takes the one that version %s reads", async (version, wanted) => {
    const files = Object.fromEntries(Object.values(paths).map((path) => [path, dcdrConfiguration()]));
    const [instance] = await discoverInstances(machineWith({ services: [{ ...defaultWww, version }], files }));
    expect(instance?.configFile).toBe(paths[wanted]);
    expect(instance?.findings).toMatchObject([{ code: "configuration-decoy", severity: "information" }]);
    for (const [name, path] of Object.entries(paths)) expect(instance?.findings[0]?.message.includes(path)).toBe(name !== wanted);
  });

  it("does not take an older version's file for one that is not written yet", async () => {
    const [instance] = await discoverInstances(machineWith({ services: [{ ...defaultWww, version: "3.0.2101.0" }], files: { [paths.second]: agsConfiguration() } }));
    expect(instance).toMatchObject({ configFile: null, port: null });
    expect(codes(instance?.findings ?? [])).toEqual(["configuration-not-found", "configuration-decoy"]);
  });

  const server = "C:\\S";
  const including = (...names: readonly string[]): Uint8Array => bytesOf(`<SanteDBConfiguration xmlns="http://santedb.org/configuration" version="3.0.2101.0">\n${names.map((name) => `<include>${name}</include>`).join("\n")}\n</SanteDBConfiguration>`);
  const icdr = (files: Readonly<Record<string, Uint8Array>>) => discoverInstances(machineWith({ services: [service("SanteDB", `"${server}\\santedb.exe"`)], files }));

  it("follows includes from the folder of the program, and theirs", async () => {
    const [instance] = await icdr({
      [`${server}\\santedb.config.xml`]: including("config\\a.xml", "config/b.xml"),
      [`${server}\\config\\a.xml`]: including("config\\deep\\c.xml"),
      [`${server}\\config\\b.xml`]: including(),
      [`${server}\\config\\deep\\c.xml`]: dcdrConfiguration({ port: 8080 }),
    });
    expect(instance).toMatchObject({ configFile: `${server}\\santedb.config.xml`, generation: "v3", port: 8080, scheme: "http", findings: [] });
    expect(instance?.endpoints).toHaveLength(6);
  });

  it.each([
    ["an included file is missing", { "santedb.config.xml": including("config\\none.xml") }, "configuration-include-missing", "santedb.config.xml, line 2, column 1: the included file config\\none.xml"],
    ["files include each other", { "santedb.config.xml": including("a.xml"), "a.xml": including("santedb.config.xml") }, "configuration-include-cycle", "a.xml, line 2, column 1"],
    ["a file includes itself", { "santedb.config.xml": including("santedb.config.xml") }, "configuration-include-cycle", "santedb.config.xml, line 2"],
    ["an included file is malformed", { "santedb.config.xml": including("a.xml"), "a.xml": bytesOf("<SanteDBConfiguration") }, "configuration-malformed", "a.xml"],
    ["two files have a REST section", { "santedb.config.xml": including("a.xml", "b.xml"), "a.xml": dcdrConfiguration(), "b.xml": dcdrConfiguration() }, "configuration-two-rest", "b.xml, line"],
  ])("says where %s", async (_, files, code, words) => {
    const [instance] = await icdr(Object.fromEntries(Object.entries(files).map(([name, content]) => [`${server}\\${name}`, content])));
    expect(instance?.findings[0]).toMatchObject({ code, severity: "error" });
    expect(instance?.findings[0]?.message).toContain(words);
  });

  it("names the other files that lie about", async () => {
    const file = `${www}\\instances\\default\\config\\santedb.config`;
    const old = `${roaming}\\SanteDB\\www-default\\SanteDB.config`;
    const [instance] = await discoverInstances(machineWith({ files: { [old]: agsConfiguration(), [file]: dcdrConfiguration() } }));
    expect(instance).toMatchObject({ configFile: file, generation: "v3", findings: [{ code: "configuration-decoy", severity: "information" }] });
    expect(instance?.findings[0]?.message).toContain(old);
  });
});

describe("an instance with something wrong", () => {
  const file = `${www}\\instances\\default\\config\\santedb.config`;
  const older = `${www}\\instances\\default\\santedb.config`;
  const good = service("sdb-www-good", `${www}\\santedb-www.exe --name=good`);
  const listed = async (content: Uint8Array | LockstepError) => {
    const found = await discoverInstances(machineWith({ services: [defaultWww, good], files: { [file]: content, [older]: dcdrConfiguration(), [`${www}\\instances\\good\\config\\santedb.config`]: dcdrConfiguration({ port: 9300 }) } }));
    expect(found[1]).toMatchObject({ name: "good", port: 9300, findings: [] });
    return found[0];
  };

  it.each<[string, Uint8Array | LockstepError, string]>([
    ["malformed XML", bytesOf("<SanteDBConfiguration"), "configuration-malformed"],
    ["a foreign file", bytesOf("<configuration/>"), "configuration-not-santedb"],
    ["an empty file", new Uint8Array(), "file-empty"],
    ["a file that may not be read", problem("file-unreadable", { file, reason: "access is denied" }), "file-unreadable"],
  ])("is listed with %s, and no older file is taken for its own", async (_, content, code) => {
    const instance = await listed(content);
    expect(instance).toMatchObject({ configFile: file, scheme: null, port: null, endpoints: [] });
    expect(codes(instance?.findings ?? [])).toEqual([code, "configuration-decoy"]);
    expect((await refusal(findInstance(machineWith({ files: { [file]: content } }), "default"))).code).toBe(code);
  });

  it.each<[string, Uint8Array, object, string]>([
    ["both schemes on its port", bytesOf(aroundRest("<service><endpoint address='http://h:1/'/><endpoint address='https://h:1/'/></service>")), { scheme: null, port: 1 }, "configuration-mixed-schemes"],
    ["several ports", bytesOf(aroundRest("<service><endpoint address='http://h:1/'/><endpoint address='http://0.0.0.0:2/'/></service>")), { scheme: "http", host: "h", port: 1 }, "configuration-many-ports"],
    ["no endpoints yet", bytesOf(aroundRest("")), { scheme: null, port: null }, "configuration-no-endpoint"],
    ["an address that cannot be", bytesOf(aroundRest("<service><endpoint address='http://h:1/'/><endpoint address='http://+:1/'/></service>")), { scheme: "http", port: 1 }, "configuration-address"],
  ])("is listed with %s", async (_, content, members, code) => {
    const instance = await listed(content);
    expect(instance).toMatchObject(members);
    expect(codes(instance?.findings ?? [])).toEqual([code, "configuration-decoy"]);
  });

  it("is listed without any configuration, saying where it was looked for", async () => {
    const [instance] = await discoverInstances(machineWith({}));
    expect(instance).toMatchObject({ configFile: null, port: null, findings: [{ code: "configuration-not-found", severity: "error" }] });
    expect(instance?.findings[0]?.hint).toContain(file);
    const error = await refusal(findInstance(machineWith({}), "default"));
    expect(error.code).toBe("file-not-found");
    expect(error.message).toContain(file);
  });

  it("never leads out of its folder by its name", async () => {
    const services = [service("sdb-www-x", `${www}\\santedb-www.exe --name="..\\..\\other"`), service("SanteDB-y", "\"C:\\S\\santedb.exe\" --name=\"..\\z\"")];
    const found = await discoverInstances(machineWith({ services, files: { "C:\\Program Files\\SanteSuite\\SanteDB\\other\\config\\santedb.config": dcdrConfiguration(), "C:\\S\\z.xml": dcdrConfiguration() } }));
    expect(found.map(({ configFile }) => configFile)).toEqual([null, null]);
  });

  it("shows nothing of a secret in its command line", async () => {
    const found = await discoverInstances(machineWith({ services: [service("sdb-www-default", `${www}\\santedb-www.exe --appsecret="hunter2" --name="default"`)] }));
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });
});

describe("the certificate of an instance", () => {
  const file = `${www}\\instances\\default\\config\\santedb.config`;
  let certificate: Uint8Array = new Uint8Array();
  let thumbprint = "";
  beforeAll(() => {
    const directory = mkdtempSync(join(tmpdir(), "lockstep-discovery-"));
    const der = join(directory, "leaf.der");
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", join(directory, "key.pem"), "-subj", "/CN=clinic-7.example.org", "-addext", "subjectAltName=DNS:clinic-7.example.org", "-outform", "DER", "-out", der], { stdio: "ignore" });
    certificate = new Uint8Array(readFileSync(der));
    thumbprint = createHash("sha1").update(certificate).digest("hex").toUpperCase();
    rmSync(directory, { recursive: true });
  });
  const binding = (endpoint: string, family: Binding["family"], print: string | null, store = "MY"): Binding =>
    ({ endpoint, family, thumbprint: print, applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store, flags: {} });
  const shown = async (bindings: readonly Binding[] | LockstepError) => {
    const [instance] = await discoverInstances(machineWith({ files: { [file]: dcdrConfiguration({ scheme: "https" }) }, bindings, certificate }));
    return instance;
  };

  it("is the one of the record for all addresses of its port", async () => {
    const instance = await shown([binding("0.0.0.0:9300", "ip", "0".repeat(40)), binding("clinic:9200", "sni", "1".repeat(40)), binding("0.0.0.0:9200", "ip", thumbprint)]);
    expect(instance?.certificate).toMatchObject({ thumbprint, names: ["clinic-7.example.org"], hasPrivateKey: true });
    expect(instanceSchema.parse(instance)).toEqual(instance);
  });

  it("is else the one of a record for a name", async () => {
    expect((await shown([binding("clinic-7.example.org:9200", "sni", thumbprint), binding("[::]:9200", "ip", "1".repeat(40))]))?.certificate).toMatchObject({ thumbprint });
  });

  it("is not known without a record, from another store, or when the store does not have it", async () => {
    expect((await shown([]))?.certificate).toBeNull();
    expect((await shown([binding("0.0.0.0:9200", "ip", thumbprint, "WebHosting")]))?.certificate).toBeNull();
    expect((await shown([binding("0.0.0.0:9200", "ip", "1".repeat(40))]))?.certificate).toBeNull();
  });

  it("may be unknown without hiding the instance", async () => {
    const instance = await shown(problem("unsupported", { what: "HTTP.sys" }));
    expect(instance).toMatchObject({ scheme: "https", certificate: null, findings: [{ code: "unsupported", severity: "warning" }] });
  });
});

describe("finding one instance", () => {
  const services = [defaultWww, service("sdb-dcg-default", "C:\\Program Files\\SanteSuite\\SanteDB\\DCG\\santedb-dcg.exe --name=\"default\""), service("sdb-www-north", `${www}\\santedb-www.exe --name=north`)];
  const files = {
    [`${www}\\instances\\default\\config\\santedb.config`]: dcdrConfiguration(),
    [`${www}\\instances\\north\\config\\santedb.config`]: dcdrConfiguration({ port: 9300 }),
  };

  it("goes by its service, by its name, and by the vendor's name of the service", async () => {
    const machine = machineWith({ services, files });
    const north = await findInstance(machine, "North");
    expect(north).toMatchObject({ file: `${www}\\instances\\north\\config\\santedb.config`, instance: { service: "sdb-www-north", port: 9300 } });
    expect(north.configuration.endpoints).toHaveLength(6);
    expect(Buffer.from(north.files[0].bytes).equals(Buffer.from(dcdrConfiguration({ port: 9300 })))).toBe(true);
    expect((await findInstance(machine, "SDB-WWW-DEFAULT")).instance.service).toBe("sdb-www-default");
    expect((await findInstance(machine, "SanteDBWWW")).instance.service).toBe("sdb-www-default");
  });

  it("refuses a name that several have, naming them", async () => {
    const error = await refusal(findInstance(machineWith({ services, files }), "default"));
    expect(error.code).toBe("input-invalid");
    expect(error.message).toContain("sdb-www-default, sdb-dcg-default");
  });

  it("refuses a name that none has", async () => {
    expect((await refusal(findInstance(machineWith({ services, files }), "south"))).code).toBe("not-found");
    expect((await refusal(findInstance(machineWith({ services: [] }), "SanteDBWWW"))).code).toBe("not-found");
  });
});
