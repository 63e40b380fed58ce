// Every kind of practice machine comes up, answers on its addresses, and reads the file that is said of it and no other.
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import type { HttpAnswer } from "../../../app/machine.ts";
import { kindNamed, practiceKinds, type PracticeKind } from "../../../main/machines/practice/kind-name.ts";
import { openPracticeMachine } from "../../../main/machines/practice/practice-machine.ts";
import { practice, type Practice } from "./practice-fixture.ts";
import { serviceProgram } from "./service-program.ts";

const system = "Windows/System32/config/systemprofile/AppData/Roaming";
const system32 = "Windows/SysWOW64/config/systemprofile/AppData/Roaming";
const documented = `${system32}/santedb-www/default/SanteDB.config`;
const www = "Program Files/SanteSuite/SanteDB/WWW/instances/default/config/santedb.config";

interface Expected {
  readonly service: string;
  readonly version: string;
  readonly reads: string;
  readonly decoys?: readonly string[];
  readonly scheme?: "https";
  readonly account?: string;
  readonly paths?: readonly string[];
}
const dcdrPaths = ["/auth", "/hdsi", "/ami", "/bis", "/app", "/"];
const expected: Readonly<Record<PracticeKind, Expected>> = {
  "dcdr-v3": { service: "sdb-www-default", version: "3.0.2101.0", reads: www },
  "dcdr-v3-old-path": {
    service: "sdb-www-default", version: "3.0.1000.0", reads: `${system}/santedb/www/default/santedb.config`,
    decoys: [`${system}/SanteDB/www-default/SanteDB.config`, documented],
  },
  "dcdr-v2": { service: "sdb-www-default", version: "2.2.3.0", reads: `${system32}/SanteDB/www-default/SanteDB.config`, decoys: [documented] },
  "gateway": {
    service: "sdb-dcg-default", version: "3.0.2101.0", reads: "Program Files/SanteSuite/SanteDB/DCG/instances/default/config/santedb.config",
    scheme: "https", paths: [...dcdrPaths, "/fhir"],
  },
  "icdr": {
    service: "SanteDB", version: "3.0.2101.0", reads: "Program Files/SanteSuite/SanteDB/Server/santedb.config.xml",
    paths: ["/api-docs", "/hdsi", "/bis", "/ami", "/fhir", "/auth"],
  },
  "icdr-joined": {
    service: "SanteDB", version: "3.0.2101.0", reads: "Program Files/SanteSuite/SanteDB/Server/santedb.config.xml",
    paths: ["/api-docs", "/hdsi", "/bis", "/ami", "/fhir", "/auth"],
  },
  "low-privilege": { service: "sdb-www-default", version: "3.0.2101.0", reads: "Users/santedb/AppData/Roaming/santedb/www/default/santedb.config", decoys: [www], account: ".\\santedb" },
};

const opened = new Map<PracticeKind, Promise<Practice>>();
const machineOf = (kind: PracticeKind): Promise<Practice> => {
  const present = opened.get(kind) ?? practice({ kind });
  opened.set(kind, present);
  return present;
};
afterAll(async () => {
  for (const machine of opened.values()) await (await machine).close();
});

const get = ({ machine, port }: Practice, path: string, scheme: "http" | "https" = "http", at = port): Promise<HttpAnswer> =>
  machine.network.http({ address: "127.0.0.1", port: at, scheme, serverName: null, host: `127.0.0.1:${at}`, path, timeout: 3000 });
const portIn = (path: string): number => Number(/(?:address|q1:endpoint)[^>]*http:\/\/0\.0\.0\.0:(\d+)/.exec(readFileSync(path, "utf8"))?.[1]);

describe.each(practiceKinds)("a machine of the kind %s", (kind) => {
  const { service, version, reads, decoys = [], scheme = "http", account = "LocalSystem", paths = dcdrPaths } = expected[kind];

  it("runs from its creation and answers on all its addresses", async () => {
    const one = await machineOf(kind);
    expect(await one.machine.services.find(service)).toMatchObject({ state: "running", version, account, dependencies: [] });
    expect(one).toMatchObject({ service, configFile: join(one.directory, reads) });
    for (const path of paths) expect((await get(one, path, scheme)).status, path).toBe(/^\/(?:ami|hdsi)$/.test(path) ? 401 : 200);
    expect(JSON.parse(readFileSync(join(one.directory, "machine.json"), "utf8"))).toMatchObject({ kind, port: one.port });
  });

  it("reads one file, and none of those that lie where others look", async () => {
    const one = await machineOf(kind);
    for (const decoy of decoys) {
      expect(portIn(join(one.directory, decoy))).not.toBe(one.port);
      writeFileSync(join(one.directory, decoy), "no configuration at all");
    }
    await one.restart();
    expect((await get(one, paths[0] ?? "", scheme)).status).toBe(200);
  });
});

describe("what lies about on it", () => {
  it.each(["dcdr-v3", "dcdr-v3-old-path", "dcdr-v2", "icdr-joined", "low-privilege"] as const)("are the links that the installer of %s made", async (kind) => {
    const one = await machineOf(kind);
    const port = kind === "icdr-joined" ? portIn(join(one.directory, www)) : one.port;
    for (const link of ["ProgramData/Microsoft/Windows/Start Menu/Programs/SanteSuite/SanteDB/SanteDB.url", "Users/Public/Desktop/SanteDB.url"]) {
      expect(readFileSync(join(one.directory, link), "latin1")).toBe(`[InternetShortcut]\r\nURL=http://127.0.0.1:${port}/\r\n`);
    }
  });

  it("is SanteDB's own copy of a v3 file, and the empty folder of a v2", async () => {
    const v3 = await machineOf("dcdr-v3");
    expect(gunzipSync(readFileSync(join(v3.configFile, "../santedb.bak.gz"))).equals(readFileSync(v3.configFile))).toBe(true);
    const v2 = await machineOf("dcdr-v2");
    expect(readdirSync(join(v2.directory, system32, "SanteDBWWW/default"))).toEqual([]);
  });
});

describe("a gateway", () => {
  it("serves the certificate of its own making, which is a root of the machine too", async () => {
    const one = await machineOf("gateway");
    const { tls } = await get(one, "/fhir", "https");
    const der = tls?.chain[0];
    if (!tls || !der) throw new Error("no certificate was served");
    const certificate = new X509Certificate(der);
    expect(certificate.subject).toBe("CN=0.0.0.0");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    expect(new Date(certificate.validTo).getFullYear() - new Date(certificate.validFrom).getFullYear()).toBe(10);
    expect(await one.machine.certificates.find("My", tls.thumbprint)).toMatchObject({ hasPrivateKey: true });
    expect(await one.machine.certificates.find("Root", tls.thumbprint)).toMatchObject({ hasPrivateKey: false });
    expect(await one.machine.certificates.provesKey("My", tls.thumbprint)).toBe(true);
    expect(await one.machine.httpSys.bindings()).toMatchObject([{ endpoint: `0.0.0.0:${one.port}`, thumbprint: tls.thumbprint, applicationId: "{E65AB546-1345-42E7-82D2-0914336CD71E}", application: "SanteDB Gateway" }]);
  });

  it("names an HL7 listener, which is no endpoint", async () => {
    const one = await machineOf("gateway");
    expect(readFileSync(one.configFile, "utf8")).toContain('<add address="llp://127.0.0.1:12100"');
  });
});

describe("an iCDR", () => {
  it("has its addresses in a file that its main one includes", async () => {
    const one = await machineOf("icdr");
    expect(portIn(one.configFile)).toBeNaN();
    expect(portIn(join(one.configFile, "../config/santedb.rest.config.xml"))).toBe(one.port);
    expect(readFileSync(join(one.configFile, "../config/santedb.fhir.config.xml"), "utf8")).toContain(`<base>http://clinic-7.example.org:${one.port}/fhir</base>`);
    expect((await one.machine.services.find("SanteDB"))?.imagePath).toBe(`"${one.directory}/Program Files/SanteSuite/SanteDB/Server/SanteDB.exe"`);
  });

  it("has a dCDR on a port of its own that is joined to it", async () => {
    const one = await machineOf("icdr-joined");
    const file = join(one.directory, www);
    expect(portIn(file)).not.toBe(one.port);
    expect((await get(one, "/", "http", portIn(file))).status).toBe(200);
    const text = readFileSync(file, "utf8");
    for (const address of [`<realm address="http://clinic-7.example.org:${one.port}/" />`, `<add address="http://clinic-7.example.org:${one.port}/hdsi"`]) expect(text).toContain(address);
    expect(await one.machine.services.find("sdb-www-default")).toMatchObject({ dependencies: ["SanteDB"], state: "running" });
  });
});

describe("an ordinary account", () => {
  it("holds a reservation for http, and none for https", async () => {
    const one = await machineOf("low-privilege");
    const own = (await one.machine.httpSys.reservations()).filter(({ url }) => url.includes(`:${one.port}/`));
    expect(own).toMatchObject([{ url: `http://+:${one.port}/`, accounts: [{ sid: await one.machine.accounts.sid(".\\santedb"), rights: ["listen"] }] }]);
  });
});

describe("the kind of a machine", () => {
  it("is kept: another is refused, and none opens whatever is there", async () => {
    const one = await machineOf("icdr");
    const options = { directory: one.directory, serviceProgram: await serviceProgram() };
    await expect(openPracticeMachine({ ...options, kind: "gateway" })).rejects.toMatchObject({
      code: "practice-unusable", message: expect.stringContaining("it holds a machine of the kind icdr, not gateway") as string,
    });
    for (const opening of [options, { ...options, kind: "icdr" as const }]) expect((await openPracticeMachine(opening)).directory).toBe(one.directory);
  });

  it("of one made before there were kinds is the first", async () => {
    const one = await machineOf("dcdr-v3");
    const path = join(one.directory, "machine.json");
    const { kind, ...old } = JSON.parse(readFileSync(path, "utf8")) as { kind: string };
    writeFileSync(path, JSON.stringify(old));
    expect(kind).toBe("dcdr-v3");
    const options = { directory: one.directory, serviceProgram: await serviceProgram() };
    await expect(openPracticeMachine({ ...options, kind: "dcdr-v2" })).rejects.toMatchObject({ code: "practice-unusable" });
    expect((await openPracticeMachine({ ...options, kind: "dcdr-v3" })).directory).toBe(one.directory);
  });

  it("is one of those there are", () => {
    expect(practiceKinds.map(kindNamed)).toEqual(practiceKinds);
    for (const name of ["", "DCDR-V3", "toString"]) {
      expect(() => kindNamed(name)).toThrow(LockstepError);
      expect(() => kindNamed(name)).toThrow(expect.objectContaining({ code: "usage" }));
    }
  });

  it("does not matter to what a kill left half made: it is begun anew, and all of it goes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-half-"));
    const directory = join(folder, "machine");
    mkdirSync(join(directory, system), { recursive: true });
    for (const name of ["ProgramData/left", "Users/left"]) mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, "being-made.txt"), "");
    const made = await practice({ directory, kind: "icdr" });
    try {
      for (const name of ["Windows", "ProgramData", "Users"]) expect(existsSync(join(directory, name))).toBe(false);
    } finally {
      await made.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
