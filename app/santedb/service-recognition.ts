// Which services are SanteDB's, and what their names and command lines tell of them.
import { problem } from "../errors.ts";
import type { Machine, ServiceRecord } from "../machine.ts";
import { parseImagePath, type ImagePath } from "./image-path.ts";
import type { Instance } from "./instance.ts";

export interface SanteDbService {
  readonly record: ServiceRecord;
  readonly image: ImagePath;
  readonly product: Instance["product"];
  /** The instance's name; an iCDR without one goes by its service's. */
  readonly name: string;
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const productOfProgram: Readonly<Record<string, Instance["product"]>> = { "santedb-www": "dcdr-www", "santedb-dcg": "dcdr-gateway", "santedb": "icdr" };

/**
 * A unit or script of Linux: santedb, santedb-www and santedb-dcg, as the installers name them, and further instances with a
 * name behind; or whatever runs one of their programs. Source: the units of santedb-server, santedb-www and santedb-dcg.
 */
function recogniseUnit(record: ServiceRecord, image: ImagePath): SanteDbService | null {
  const [, tag, further] = /^santedb(?:-(www|dcg)(?:[-@](.+))?)?$/.exec(record.name) ?? [];
  const named = tag === undefined ? record.name === "santedb" ? "icdr" : undefined : tag === "www" ? "dcdr-www" : "dcdr-gateway";
  const product = productOfProgram[image.program] ?? named;
  return product ? { record, image, product, name: image.name ?? (product === "icdr" ? record.name : further ?? "default") } : null;
}

/** Null for a service of something else. Source: santedb-www, santedb-dcg and santedb-server, Program.cs of each. */
export function recogniseService(record: ServiceRecord): SanteDbService | null {
  const image = parseImagePath(record.imagePath);
  if (record.manager !== undefined) return recogniseUnit(record, image);
  const disconnected = /^sdb-(www|dcg)-(.+)$/i.exec(record.name);
  if (disconnected) {
    return { record, image, product: disconnected[1]?.toLowerCase() === "www" ? "dcdr-www" : "dcdr-gateway", name: image.name ?? disconnected[2] ?? "default" };
  }
  if (same(record.name, "SanteDBWWW")) return { record, image, product: "dcdr-www", name: image.name ?? "default" };
  const server = /^SanteDB(?:-(.+))?$/i.exec(record.name);
  const product = productOfProgram[image.program] ?? (server ? "icdr" : undefined);
  if (!product) return null;
  return { record, image, product, name: image.name ?? (product === "icdr" ? server?.[1] ?? record.name : "default") };
}

export async function santeDbServices(machine: Machine): Promise<readonly SanteDbService[]> {
  return (await machine.services.list()).map(recogniseService).filter((service) => service !== null);
}

/**
 * The service that a name means: its own, its instance's, or SanteDBWWW, the name in the vendor's instructions; `default`
 * is also an iCDR without a name, where nothing else goes by it. Capitals do not matter. Null where none has it. Throws input-invalid where several instances have the name.
 */
export function serviceOfName(services: readonly SanteDbService[], name: string): SanteDbService | null {
  const byService = services.find(({ record }) => same(record.name, name));
  if (byService) return byService;
  const named = services.filter((service) =>
    same(service.name, name) || (same(name, "SanteDBWWW") && service.product === "dcdr-www" && same(service.name, "default")));
  if (named.length > 1) {
    throw problem("input-invalid", { problem: `${name} is the name of several instances; use the service's name (${named.map(({ record }) => record.name).join(", ")}).` });
  }
  const nameless = services.filter(({ product, image, record }) => product === "icdr" && image.name === null && same(record.name, "SanteDB"));
  return named[0] ?? (same(name, "default") ? nameless[0] : undefined) ?? null;
}
