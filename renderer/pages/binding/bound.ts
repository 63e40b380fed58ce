// The records of HTTP.sys together with the certificates that they name.
import type { Host } from "../../../app/host.ts";
import type { Binding } from "../../../app/http-sys/binding.ts";
import type { StoredCertificate } from "../certificate/certificate-list.ts";

export interface Bound {
  readonly bindings: readonly Binding[];
  /** Null where the stores could not be read: the records are worth showing without their names. */
  readonly certificates: readonly StoredCertificate[] | null;
}

export async function loadBindings(host: Host): Promise<Bound> {
  const [bindings, certificates] = await Promise.all([host.binding.list({}), host.certificate.list({}).catch(() => null)]);
  return { bindings, certificates };
}

/** What to ask for to see who answers where a record stands: an address of this machine or a name; null where the record says neither. */
export function targetOf({ endpoint, family }: Pick<Binding, "endpoint" | "family">): string | null {
  if (family === "ccs" || endpoint.includes("*")) return null;
  return endpoint.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");
}

/** The certificates of the stores; none where they could not be read. */
export const loadCertificates = (host: Host): Promise<readonly StoredCertificate[]> => host.certificate.list({}).catch(() => []);
