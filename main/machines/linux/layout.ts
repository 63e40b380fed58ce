// Where things lie on this Linux machine: as Debian has them, unless linux.json in the data folder says otherwise.
import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { problem } from "../../../app/errors.ts";
import type { ServiceManager, SiteFolders } from "../../../app/machine.ts";
import { isFolder } from "../../storage/file.ts";
import { distrustOfFolder, readTrustedFile } from "../../storage/trusted.ts";

/** As Debian and nginx.org name it. */
const nginxService = "nginx";

const layoutFileName = "linux.json";
/** Bytes of the file at most. */
const layoutLimit = 64 * 1024;

const clear = z.string().min(1).max(4096).refine((text) => !text.includes("\0"), "a zero character cannot be part of it");
const path = clear.refine((text) => isAbsolute(text), "a path from the root on is needed");
/** A path, or one with the arguments that stand before all others. */
const program = z.union([path.transform((text): readonly [string, ...string[]] => [text]), z.tuple([path], clear)]);

/** As systemd and the folder of init scripts have them, without a path and without ".service". */
const serviceName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9:_.\\@+-]{0,254}$/, "a service's name is needed");

const programsSchema = z.strictObject({
  nginx: program.default(["/usr/sbin/nginx"]),
  systemctl: program.default(["/usr/bin/systemctl"]),
  service: program.default(["/usr/sbin/service"]),
  runuser: program.default(["/usr/sbin/runuser"]),
  httpcfg: program.default(["/usr/bin/httpcfg"]),
  openssl: program.default(["/usr/bin/openssl"]),
});

const layoutSchema = z.strictObject({
  programs: programsSchema.prefault({}),
  nginx: z.strictObject({ prefix: path.optional(), configuration: path.optional(), files: path.optional(), links: path.nullable().optional(), service: serviceName.nullable().optional() }).prefault({}),
  certificates: path.default("/etc/lockstep/certificates"),
  initFolder: path.default("/etc/init.d"),
  services: z.enum(["systemd", "init"]).optional(),
  controlGroups: path.optional(),
  monoConfiguration: path.optional(),
  handOver: path.default("/run/lockstep"),
});

/** Programs by the name that a plan knows them by, and two that only this folder runs. */
export type LaidProgram = keyof z.infer<typeof programsSchema>;

/** The path of a program and the arguments that stand before all others. */
export type ProgramPath = readonly [path: string, ...first: string[]];

export interface Layout {
  readonly programs: Readonly<Record<LaidProgram, ProgramPath>>;
  readonly nginx: {
    /** What every call begins with; empty for the NGINX that the system came with. */
    readonly arguments: readonly string[];
    /** Its main file. */
    readonly configuration: string;
    /** Null: its configuration says where it looks for sites. */
    readonly sites: SiteFolders | null;
    /** Name of the service that it runs as; null where it is nobody's. It need not be there. */
    readonly service: string | null;
  };
  /** Folder of the certificate stores. */
  readonly certificates: string;
  readonly initFolder: string;
  /** Scripts lie elsewhere than where `service` looks for them. */
  readonly ownInitFolder: boolean;
  readonly services: ServiceManager;
  /** Folder of the control groups of the systemd that `systemctl` reaches, where that is not this machine's own; else null. */
  readonly controlGroups: string | null;
  /** Folder that stands in for the ~/.config of every user of Mono's; null where each has its own. */
  readonly monoConfiguration: string | null;
  /** Folder in which certificates and keys are handed to Mono's users, for as long as a command runs. */
  readonly handOver: string;
}

/** What is wrong with a value, and where, in one line. */
const firstFault = ({ issues }: z.ZodError): string => {
  const [issue] = issues;
  const where = issue?.path.join(".") ?? "";
  return `${where === "" ? "" : `${where}: `}${issue?.message ?? "it is not of the expected form"}.`;
};

function parse(file: string, bytes: Uint8Array): z.infer<typeof layoutSchema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (thrown) {
    throw problem("layout-refused", { file, problem: "it is no JSON text." }, { cause: thrown });
  }
  const read = layoutSchema.safeParse(value);
  if (!read.success) throw problem("layout-refused", { file, problem: firstFault(read.error) });
  return read.data;
}

/** Whoever may write the folder may put another file in its place. */
async function readTrusted(file: string): Promise<Uint8Array | null> {
  const refused = (reason: string) => problem("layout-refused", { file, problem: `${reason}.` });
  const bytes = await readTrustedFile(file, layoutLimit, refused);
  const reason = bytes === null ? null : await distrustOfFolder(dirname(file), { followed: true });
  if (reason !== null) throw refused(`its folder: ${reason}`);
  return bytes;
}

/**
 * The layout; `dataDirectory` left out, Debian's. The file names programs that run as root, so it must belong to root or to who
 * runs this, and nobody else may write it. Throws layout-refused, file-unreadable, file-too-large.
 */
export async function readLayout(dataDirectory?: string): Promise<Layout> {
  const file = dataDirectory === undefined ? null : join(dataDirectory, layoutFileName);
  const bytes = file === null ? null : await readTrusted(file);
  const said = file === null || bytes === null ? layoutSchema.parse({}) : parse(file, bytes);
  const { prefix, configuration } = said.nginx;
  const main = configuration ?? (prefix === undefined ? "/etc/nginx/nginx.conf" : join(prefix, "nginx.conf"));
  const own = [...(prefix === undefined ? [] : ["-p", prefix]), ...(configuration === undefined ? [] : ["-c", configuration])];
  return {
    programs: said.programs,
    nginx: {
      arguments: own,
      configuration: main,
      sites: said.nginx.files === undefined ? null : { files: said.nginx.files, links: said.nginx.links ?? null },
      // One with a configuration of its own is nobody's service, unless it is said whose.
      service: said.nginx.service === undefined ? (own.length === 0 ? nginxService : null) : said.nginx.service,
    },
    certificates: said.certificates,
    initFolder: said.initFolder,
    ownInitFolder: said.initFolder !== "/etc/init.d",
    // Source: sd_booted(3).
    services: said.services ?? (await isFolder("/run/systemd/system") ? "systemd" : "init"),
    controlGroups: said.controlGroups ?? null,
    monoConfiguration: said.monoConfiguration ?? null,
    handOver: said.handOver,
  };
}
