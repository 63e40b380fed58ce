// The planner that publishes a site.
import type { CertificateReader } from "../certificates/reader.ts";
import type { PublishRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Machine } from "../machine.ts";
import type { Planned } from "./secure.ts";

export function planPublish(machine: Machine, reader: CertificateReader, request: PublishRequest, random: number): Promise<Planned> {
  return Promise.reject(problem("unsupported", { what: `${machine.kind}${typeof reader}${request.site.kind}${random}` }));
}
