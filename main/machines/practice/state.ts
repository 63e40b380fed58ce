// The practice machine's state on disk: one readable JSON file a subject, read at every use and changed under a lock.
import { join } from "node:path";
import { z } from "zod";
import { LockstepError, problem } from "../../../app/errors.ts";
import { atomicWrite, readFile } from "../../storage/file.ts";
import { withLock } from "../../storage/lock.ts";
import { httpSysTablesSchema, type HttpSysTables } from "./http-sys-tables.ts";
import { defaultKind, practiceKinds } from "./kind-name.ts";
import { languageSchema } from "./language.ts";
import { serviceTableSchema, type ServiceTable } from "./service-table.ts";

export const machineFileSchema = z.strictObject({
  format: z.literal("lockstep-practice-machine"),
  version: z.literal(1),
  hostName: z.string().max(255),
  language: languageSchema,
  /** Machines made before there were kinds are of the first. */
  kind: z.enum(practiceKinds).default(defaultKind),
  /** Port of the first SanteDB instance, chosen free at creation. */
  port: z.number().int().min(1).max(65535),
  /** Local accounts by their bare name. */
  accounts: z.array(z.strictObject({ name: z.string().max(104), sid: z.string().max(190) })).max(1000),
});
export type MachineFile = Readonly<z.infer<typeof machineFileSchema>>;

/** Of every practice machine, lower case. */
export const practiceHostName = "clinic-7.example.org";
const domainSid = "S-1-5-21-1004336348-1177238915-682003330";
/** The account that services may be given instead of LocalSystem. */
export const serviceAccountSid = `${domainSid}-1001`;
export const localAccounts: MachineFile["accounts"] = [{ name: "Administrator", sid: `${domainSid}-500` }, { name: "santedb", sid: serviceAccountSid }];

/** One JSON file. `change` gives its work the newest content, and no other process comes between reading and writing. */
export interface StateFile<Content> {
  readonly path: string;
  read(): Promise<Content>;
  change<Value>(work: (content: Content) => { readonly next: Content | null; readonly value: Value }): Promise<Value>;
}

export interface State {
  readonly directory: string;
  readonly machine: Pick<StateFile<MachineFile>, "path" | "read">;
  readonly httpSys: StateFile<HttpSysTables>;
  readonly services: StateFile<ServiceTable>;
}

/** Bytes of a state file at most; room for about ten thousand records. */
const stateLimit = 8 * 1024 * 1024;
/** Milliseconds to wait for another process's change, which takes a few. */
const lockPatience = 10_000;

/** How often a state file that cannot be read is looked at, and the milliseconds in between. */
const [mostLooks, betweenLooks] = [6, 25];

export const formatState = (content: unknown): Uint8Array => Buffer.from(`${JSON.stringify(content, null, 2)}\n`);

function stateFile<Content>(directory: string, name: string, schema: z.ZodType<Content>): StateFile<Content> {
  const path = join(directory, name);
  const unusable = (reason: string, cause: unknown): LockstepError => problem("practice-unusable", { directory, reason }, { cause });

  const readOnce = async (): Promise<Content> => {
    let text: string;
    try {
      text = Buffer.from(await readFile(path, stateLimit)).toString("utf8");
    } catch (thrown) {
      throw thrown instanceof LockstepError ? unusable(thrown.message, thrown) : thrown;
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (thrown) {
      const [issue] = thrown instanceof z.ZodError ? thrown.issues : [];
      const where = issue ? `: ${issue.path.map(String).join(".")}: ${issue.message}` : "";
      throw unusable(`${name} is not as Lockstep wrote it${where}`, thrown);
    }
  };

  /** A person who sets a fault saves with an editor, which empties the file before it writes: what cannot be read is looked at again. */
  const read = async (): Promise<Content> => {
    for (let look = 1; ; look++) {
      try {
        return await readOnce();
      } catch (thrown) {
        const isBeingSaved = thrown instanceof LockstepError && !(thrown.cause instanceof LockstepError && thrown.cause.code === "file-not-found");
        if (!isBeingSaved || look === mostLooks) throw thrown;
        await new Promise((resolve) => void setTimeout(resolve, betweenLooks));
      }
    }
  };

  return {
    path,
    read,
    change: (work) => withLock(`practice ${path}`, lockPatience, async () => {
      const { next, value } = work(await read());
      if (next !== null) await atomicWrite(path, formatState(next));
      return value;
    }),
  };
}

export const machineFileName = "machine.json";
export const httpSysFileName = "http-sys.json";
export const servicesFileName = "services.json";

/** The state of the machine in a folder, given by its real path. Its calls throw practice-unusable and machine-busy. */
export function openState(directory: string): State {
  return {
    directory,
    machine: stateFile(directory, machineFileName, machineFileSchema),
    httpSys: stateFile(directory, httpSysFileName, httpSysTablesSchema),
    services: stateFile(directory, servicesFileName, serviceTableSchema),
  };
}

/** SID of one of the machine's own accounts: name, .\name or HOST\name. Null when there is none. */
export function accountSid(account: string, { accounts, hostName }: MachineFile): string | null {
  const [, domain, name = ""] = /^(?:([^\\]*)\\)?([^\\]+)$/.exec(account.trim()) ?? [];
  const computer = hostName.split(".")[0] ?? hostName;
  if (domain !== undefined && domain !== "." && domain.toLowerCase() !== computer.toLowerCase()) return null;
  return accounts.find((known) => known.name.toLowerCase() === name.toLowerCase())?.sid ?? null;
}
