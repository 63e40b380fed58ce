// What a practice machine of each kind holds on the day before it is secured: its services, their files and leftovers.
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { HttpSysTables } from "./http-sys-tables.ts";
import type { PracticeKind } from "./kind-name.ts";
import { dcdrV2Configuration } from "./configurations/dcdr-v2.ts";
import { dcdrConfiguration, type DcdrConfiguration } from "./configurations/dcdr-v3.ts";
import { icdrConfiguration } from "./configurations/icdr.ts";
import { makeSelfSigned, type SelfSigned } from "./self-signed.ts";
import type { ServiceEntry } from "./service-table.ts";
import { practiceHostName, serviceAccountSid } from "./state.ts";

export type { PracticeKind };

/** A certificate of the machine, in Personal with its key and in Root, with the record of HTTP.sys that names it. */
export interface BoundCertificate extends SelfSigned {
  /** "0.0.0.0:9200". */
  readonly endpoint: string;
  readonly applicationId: string;
}

export interface Contents {
  /** Port of the first instance. */
  readonly port: number;
  /** The first instance's service comes first. */
  readonly services: readonly ServiceEntry[];
  /** By path below the machine's folder, with slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Empty folders that the programs leave behind. */
  readonly folders?: readonly string[];
  /** Beside those of a fresh Windows. */
  readonly reservations?: HttpSysTables["urlacl"];
  readonly certificates?: readonly BoundCertificate[];
}

/** Makes the contents. `freePort` gives a port that nothing holds, another one at each call. */
export type Kind = (freePort: () => Promise<number>) => Promise<Contents>;

const suite = "Program Files/SanteSuite/SanteDB";
const www = `${suite}/WWW`;
/** %APPDATA% of LocalSystem, for 64-bit and for 32-bit processes, and of an ordinary account. */
const roaming = {
  system64: "Windows/System32/config/systemprofile/AppData/Roaming",
  system32: "Windows/SysWOW64/config/systemprofile/AppData/Roaming",
  ofAccount: (account: string): string => `Users/${account}/AppData/Roaming`,
} as const;
/** Where SanteDB's own instructions say the file lies, and where no release looks. */
const documentedFile = `${roaming.system32}/santedb-www/default/SanteDB.config`;

const current = "3.0.2101.0";
const districtServer = "http://icdr.district.example.org:8080/";

/** %SystemDrive% is the machine's folder: Windows expands such paths too, and a machine that is moved stays whole. */
const onDrive = (path: string): string => `%SystemDrive%/${path}`;

const secret = (): string => randomBytes(24).toString("base64url");

interface Installed {
  readonly version: string;
  /** Path of the file that it reads. */
  readonly reads: string;
}

/** The service of a www instance as its installer enters it: unquoted although it has blanks, with a secret in it. */
const wwwService = (port: number, { version, reads }: Installed): ServiceEntry => ({
  name: "sdb-www-default", displayName: "SanteDB WWW (default)",
  imagePath: `${onDrive(www)}/santedb-www.exe --name="default" --base="http://0.0.0.0:${port}" --appsecret="${secret()}"`,
  account: "LocalSystem", startType: "auto", version, exitCode: 1077, reads: onDrive(reads), savesOnStop: version.startsWith("3."),
});

/** A v3 file with the copy that SanteDB keeps beside it. */
function dcdrFiles(path: string, configuration: DcdrConfiguration): readonly (readonly [string, Uint8Array])[] {
  const content = dcdrConfiguration(configuration);
  return [[path, content], [path.replace(/[^/]+$/, "santedb.bak.gz"), new Uint8Array(gzipSync(content))]];
}

/** The links that the installer of www makes, and that stay as they are whatever becomes of the address. Source: santedb-www.iss. */
function shortcuts(port: number): readonly (readonly [string, Uint8Array])[] {
  const content = Buffer.from(`[InternetShortcut]\r\nURL=http://127.0.0.1:${port}/\r\n`, "latin1");
  return [
    ["ProgramData/Microsoft/Windows/Start Menu/Programs/SanteSuite/SanteDB/SanteDB.url", content],
    ["Users/Public/Desktop/SanteDB.url", content],
  ];
}

const besideProgram = `${www}/instances/default/config/santedb.config`;

async function dcdrV3(freePort: () => Promise<number>): Promise<Contents> {
  const port = await freePort();
  return {
    port,
    services: [wwwService(port, { version: current, reads: besideProgram })],
    files: new Map([...dcdrFiles(besideProgram, { version: current, scheme: "http", port, upstream: districtServer }), ...shortcuts(port)]),
  };
}

async function dcdrV3OldPath(freePort: () => Promise<number>): Promise<Contents> {
  const [port, otherPort] = [await freePort(), await freePort()];
  const version = "3.0.1000.0";
  const reads = `${roaming.system64}/santedb/www/default/santedb.config`;
  return {
    port,
    services: [wwwService(port, { version, reads })],
    files: new Map([
      ...dcdrFiles(reads, { version, scheme: "http", port, upstream: districtServer }), ...shortcuts(port),
      [`${roaming.system64}/SanteDB/www-default/SanteDB.config`, dcdrV2Configuration("2.2.3.0", otherPort)],
      [documentedFile, dcdrV2Configuration("2.2.3.0", otherPort)],
    ]),
  };
}

async function dcdrV2(freePort: () => Promise<number>): Promise<Contents> {
  const [port, otherPort] = [await freePort(), await freePort()];
  const version = "2.2.3.0";
  const reads = `${roaming.system32}/SanteDB/www-default/SanteDB.config`;
  return {
    port,
    services: [wwwService(port, { version, reads })],
    files: new Map([[reads, dcdrV2Configuration(version, port)], ...shortcuts(port), [documentedFile, dcdrV2Configuration(version, otherPort)]]),
    folders: [`${roaming.system32}/SanteDBWWW/default`],
  };
}

/** Source: santedb-dcg, Program.cs and its installer, which runs `--install --bindcert`. */
async function gateway(freePort: () => Promise<number>): Promise<Contents> {
  const port = await freePort();
  const folder = `${suite}/DCG`;
  const reads = `${folder}/instances/default/config/santedb.config`;
  return {
    port,
    services: [{
      name: "sdb-dcg-default", displayName: "SanteDB DCG (default)",
      imagePath: `${onDrive(folder)}/santedb-dcg.exe --name="default" --base="https://0.0.0.0:${port}" --appsecret="${secret()}"`,
      account: "LocalSystem", startType: "auto", version: current, exitCode: 1077, reads: onDrive(reads), savesOnStop: true,
    }],
    files: new Map(dcdrFiles(reads, { version: current, scheme: "https", port, upstream: districtServer, hl7: "llp://127.0.0.1:12100", fhir: true })),
    certificates: [{ ...await makeSelfSigned("0.0.0.0"), endpoint: `0.0.0.0:${port}`, applicationId: "{E65AB546-1345-42E7-82D2-0914336CD71E}" }],
  };
}

/** Source: santedb-server, whose installer quotes the program. */
async function icdr(freePort: () => Promise<number>): Promise<Contents> {
  const port = await freePort();
  const folder = `${suite}/Server`;
  return {
    port,
    services: [{
      name: "SanteDB", displayName: "SanteDB Host Process", imagePath: `"${onDrive(folder)}/SanteDB.exe"`,
      account: "LocalSystem", startType: "auto", version: current, exitCode: 1077, reads: onDrive(`${folder}/santedb.config.xml`), savesOnStop: true,
    }],
    files: new Map([...icdrConfiguration(current, port)].map(([path, content]) => [`${folder}/${path}`, content])),
  };
}

async function icdrJoined(freePort: () => Promise<number>): Promise<Contents> {
  const server = await icdr(freePort);
  const port = await freePort();
  const upstream = `http://${practiceHostName}:${server.port}/`;
  return {
    ...server,
    services: [...server.services, { ...wwwService(port, { version: current, reads: besideProgram }), dependencies: ["SanteDB"] }],
    files: new Map([...server.files, ...dcdrFiles(besideProgram, { version: current, scheme: "http", port, upstream }), ...shortcuts(port)]),
  };
}

async function lowPrivilege(freePort: () => Promise<number>): Promise<Contents> {
  const [port, otherPort] = [await freePort(), await freePort()];
  const reads = `${roaming.ofAccount("santedb")}/santedb/www/default/santedb.config`;
  return {
    port,
    services: [{ ...wwwService(port, { version: current, reads }), account: ".\\santedb" }],
    files: new Map([
      ...dcdrFiles(reads, { version: current, scheme: "http", port, upstream: districtServer }), ...shortcuts(port),
      [besideProgram, dcdrConfiguration({ version: current, scheme: "http", port: otherPort, upstream: districtServer })],
    ]),
    reservations: [{ url: `http://+:${port}/`, sddl: `D:(A;;GX;;;${serviceAccountSid})` }],
  };
}

export const kinds: Readonly<Record<PracticeKind, Kind>> = {
  "dcdr-v3": dcdrV3,
  "dcdr-v3-old-path": dcdrV3OldPath,
  "dcdr-v2": dcdrV2,
  "gateway": gateway,
  "icdr": icdr,
  "icdr-joined": icdrJoined,
  "low-privilege": lowPrivilege,
};
