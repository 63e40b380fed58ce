// The kinds of practice machine: what a Windows server with SanteDB looks like, by product, version, account and state.
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { sampleConfiguration, secondGenerationConfiguration, serverConfiguration } from "./sample-configuration.ts";
import type { ServiceEntry } from "./service-table.ts";

export const practiceKinds = ["dcdr-v3", "dcdr-v3-old-path", "dcdr-v2", "gateway", "icdr", "icdr-joined", "low-privilege"] as const;
export const practiceKindSchema = z.enum(practiceKinds);
export type PracticeKind = z.infer<typeof practiceKindSchema>;

export const isPracticeKind = (text: string): text is PracticeKind => practiceKindSchema.safeParse(text).success;

/** The machine's own name; what is joined to it is joined by this name. */
export const practiceHostName = "clinic-7.example.org";

/** What a kind puts on the machine. Paths are those below %SystemDrive%, with slashes. */
export interface KindContents {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly folders?: readonly string[];
  readonly services: readonly Omit<ServiceEntry, "exitCode">[];
  readonly reservations?: readonly { readonly url: string; readonly sddl: string }[];
  /** The certificate that the gateway's installer makes and binds to the port. */
  readonly selfSignedPort?: number;
}

export interface Kind {
  /** How many ports it listens on. */
  readonly ports: 1 | 2;
  /** The first port is that of the instance that the machine is about. */
  readonly contents: (port: number, second: number) => KindContents;
}

/** SID of the practice machine's account .\santedb. */
export const ownAccountSid = "S-1-5-21-1004336348-1177238915-682003330-1001";

const suite = "Program Files/SanteSuite/SanteDB";
const roaming = (view: "System32" | "SysWOW64"): string => `Windows/${view}/config/systemprofile/AppData/Roaming`;
const documented = `${roaming("SysWOW64")}/santedb-www/default/SanteDB.config`;

const secret = (): string => randomBytes(24).toString("base64url");

/** SanteDB keeps its last good configuration beside the file, packed. */
const withOwnBackup = (path: string, content: Uint8Array): readonly (readonly [string, Uint8Array])[] =>
  [[path, content], [`${path.slice(0, path.lastIndexOf("/"))}/santedb.bak.gz`, gzipSync(content)]];

/** Links that the installer makes, and that stay as they are whatever becomes of the addresses. Source: santedb-www.iss. */
const links = (port: number): readonly (readonly [string, Uint8Array])[] => {
  const link = Buffer.from(`[InternetShortcut]\r\nURL=http://127.0.0.1:${port}/\r\n`, "latin1");
  return [["ProgramData/Microsoft/Windows/Start Menu/Programs/SanteSuite/SanteDB/SanteDB.url", link], ["Users/Public/Desktop/SanteDB.url", link]];
};

/** Unquoted although it has blanks, and with its secret in the open, as the installer writes it. */
function disconnectedService(product: "www" | "dcg", version: string, base: string, more: Partial<ServiceEntry> = {}): Omit<ServiceEntry, "exitCode"> {
  const folder = product === "www" ? "WWW" : "DCG";
  return {
    name: `sdb-${product}-default`, displayName: `SanteDB ${product === "www" ? "WWW" : "Gateway"} (default)`,
    imagePath: `%SystemDrive%/${suite}/${folder}/santedb-${product}.exe --name="default" --base="${base}" --appsecret="${secret()}"`,
    account: "LocalSystem", startType: "auto", version, ...more,
  };
}

const newestPath = (product: "WWW" | "DCG"): string => `${suite}/${product}/instances/default/config/santedb.config`;
const read = (path: string): string => `%SystemDrive%/${path}`;

const serverService: Omit<ServiceEntry, "exitCode"> = {
  name: "SanteDB", displayName: "SanteDB Server", imagePath: `"%SystemDrive%/${suite}/Server/SanteDB.exe"`, account: "LocalSystem", startType: "auto",
  version: "3.0.2101.0", reads: read(`${suite}/Server/santedb.config.xml`),
};
const serverFiles = (port: number): readonly (readonly [string, Uint8Array])[] => [...serverConfiguration(port)].map(([name, content]) => [`${suite}/Server/${name}`, content]);

/** Sources: shared facts on SanteDB's releases, as `app/santedb/candidates.ts` has them. */
export const kinds: Readonly<Record<PracticeKind, Kind>> = {
  "dcdr-v3": {
    ports: 1,
    contents: (port) => ({
      files: new Map([...withOwnBackup(newestPath("WWW"), sampleConfiguration(port)), ...links(port)]),
      services: [disconnectedService("www", "3.0.2101.0", `http://0.0.0.0:${port}`, { reads: read(newestPath("WWW")) })],
    }),
  },
  "dcdr-v3-old-path": {
    ports: 2,
    contents: (port, other) => {
      const path = `${roaming("System32")}/santedb/www/default/santedb.config`;
      return {
        files: new Map([
          ...withOwnBackup(path, sampleConfiguration(port)), ...links(port),
          [`${roaming("System32")}/SanteDB/www-default/SanteDB.config`, secondGenerationConfiguration(other)], [documented, secondGenerationConfiguration(other)],
        ]),
        services: [disconnectedService("www", "3.0.1000.0", `http://0.0.0.0:${port}`, { reads: read(path) })],
      };
    },
  },
  "dcdr-v2": {
    ports: 2,
    contents: (port, other) => {
      const path = `${roaming("SysWOW64")}/SanteDB/www-default/SanteDB.config`;
      return {
        files: new Map([[path, secondGenerationConfiguration(port)], [documented, secondGenerationConfiguration(other)], ...links(port)]),
        folders: [`${roaming("SysWOW64")}/SanteDBWWW/default`],
        services: [disconnectedService("www", "2.2.3.0", `http://0.0.0.0:${port}`, { reads: read(path) })],
      };
    },
  },
  "gateway": {
    ports: 1,
    contents: (port) => ({
      files: new Map(withOwnBackup(newestPath("DCG"), sampleConfiguration(port, { scheme: "https", gateway: true }))),
      services: [disconnectedService("dcg", "3.0.2101.0", `https://0.0.0.0:${port}`, { reads: read(newestPath("DCG")) })],
      selfSignedPort: port,
    }),
  },
  "icdr": { ports: 1, contents: (port) => ({ files: new Map(serverFiles(port)), services: [serverService] }) },
  "icdr-joined": {
    ports: 2,
    contents: (port, joined) => ({
      files: new Map([
        ...serverFiles(port), ...links(joined),
        ...withOwnBackup(newestPath("WWW"), sampleConfiguration(joined, { upstream: `http://${practiceHostName}:${port}` })),
      ]),
      services: [serverService, disconnectedService("www", "3.0.2101.0", `http://0.0.0.0:${joined}`, { reads: read(newestPath("WWW")), dependencies: ["SanteDB"] })],
    }),
  },
  "low-privilege": {
    ports: 2,
    contents: (port, other) => {
      const path = "Users/santedb/AppData/Roaming/santedb/www/default/santedb.config";
      return {
        files: new Map([...withOwnBackup(path, sampleConfiguration(port)), [newestPath("WWW"), sampleConfiguration(other)], ...links(port)]),
        services: [disconnectedService("www", "3.0.2101.0", `http://0.0.0.0:${port}`, { account: ".\\santedb", reads: read(path) })],
        reservations: [{ url: `http://+:${port}/`, sddl: `D:(A;;GX;;;${ownAccountSid})` }],
      };
    },
  },
};
