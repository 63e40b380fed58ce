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
