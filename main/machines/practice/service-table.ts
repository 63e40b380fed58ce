// The emulated service control manager's table, as it stands in services.json, with faults to train and test with.
import { z } from "zod";

const milliseconds = z.number().int().min(0).max(600_000);

/** Each is optional, and they may be combined. They are read when they matter, so they can be set and lifted at any time. */
export const faultsSchema = z.strictObject({
  /** Takes the stop request and stays STOP_PENDING until this is lifted. */
  ignoresStop: z.boolean().optional(),
  /** Does not answer the start request: sc says 1053. */
  refusesStart: z.boolean().optional(),
  /** Runs, then ends unexpectedly after so many milliseconds. */
  diesAfterStart: milliseconds.optional(),
  /** Stays so many milliseconds in STOP_PENDING, or in START_PENDING. */
  slowStop: milliseconds.optional(),
  slowStart: milliseconds.optional(),
  /** Whether it writes its configuration back as it stops, whatever its program does of itself: see the trait of the same name. */
  savesOnStop: z.boolean().optional(),
  /** Takes its main file for one that cannot be read, whatever it holds: SanteDB 3 then goes back to its own copy without a word. */
  cannotRead: z.boolean().optional(),
});
export type Faults = Readonly<z.infer<typeof faultsSchema>>;

export const serviceEntrySchema = z.strictObject({
  name: z.string().min(1).max(256).regex(/^[^\\/\p{Cc}]+$/u),
  displayName: z.string().max(256),
  /** As Windows stores it: unquoted although it has blanks, secrets in it. */
  imagePath: z.string().max(32_768),
  account: z.string().max(260),
  startType: z.enum(["auto", "demand", "disabled"]),
  /** Version of the program that the image path names. */
  version: z.string().max(100).optional(),
  /** Names of the services that it needs. */
  dependencies: z.array(z.string().max(256)).max(100).optional(),
  /** Win32 exit code of the last run; 1077 never started. */
  exitCode: z.number().int().nonnegative(),
  /** The configuration file that its program reads, with %SystemDrive%; left out, the one of the newest rule. */
  reads: z.string().max(32_768).optional(),
  /** A trait of the program: as it stops it writes the files that it had loaded back over what came there meanwhile. Left out, it does not. */
  savesOnStop: z.boolean().optional(),
  faults: faultsSchema.optional(),
});
export type ServiceEntry = Readonly<z.infer<typeof serviceEntrySchema>>;

export const serviceTableSchema = z.strictObject({
  version: z.literal(1),
  services: z.array(serviceEntrySchema).max(1000),
});
export type ServiceTable = Readonly<z.infer<typeof serviceTableSchema>>;

export function serviceNamed({ services }: ServiceTable, name: string): ServiceEntry | null {
  return services.find((service) => service.name.toLowerCase() === name.toLowerCase()) ?? null;
}

/** The table with a service's exit code set; the same table when nothing changes. */
export function withExitCode(table: ServiceTable, name: string, exitCode: number): ServiceTable {
  const entry = serviceNamed(table, name);
  if (!entry || entry.exitCode === exitCode) return table;
  return { ...table, services: table.services.map((service) => (service === entry ? { ...service, exitCode } : service)) };
}

/** A path or command line with %SystemDrive%, which is the machine's folder, put in. */
export const expanded = (path: string, directory: string): string => path.replace(/%SystemDrive%/gi, () => directory);
