// Where a certificate is used: bindings, configurations that name it, and the services that are served with it.
import type { Machine } from "../machine.ts";
import { configurationLimit } from "../santedb/configuration.ts";
import { discoverInstances } from "../santedb/discovery.ts";
import { decodeText, encodingOf } from "../santedb/encoding.ts";
import { parseEndpoint } from "../http-sys/binding.ts";
import type { Use } from "./certificate.ts";

/**
 * Every use of a certificate that this machine shows, bindings first. A configuration uses it where its text holds the
 * thumbprint, whatever element that is for; a service, where its configuration does or a binding of its port.
 */
export async function whereUsed(machine: Machine, thumbprint: string): Promise<readonly Use[]> {
  const [bindings, instances] = await Promise.all([machine.httpSys.bindings(), discoverInstances(machine)]);
  const bound = bindings.filter((binding) => binding.thumbprint === thumbprint);
  const ports = new Set(bound.map(({ endpoint }) => parseEndpoint(endpoint)?.port));
  const naming = new Set<string>();
  for (const { configFile } of instances) {
    if (configFile !== null && await names(machine, configFile, thumbprint)) naming.add(configFile);
  }
  const served = instances.filter(({ configFile, port }) => (configFile !== null && naming.has(configFile)) || (port !== null && ports.has(port)));
  return [
    ...bound.map(({ endpoint }): Use => ({ kind: "binding", subject: endpoint })),
    ...[...naming].map((file): Use => ({ kind: "configuration", subject: file })),
    ...[...new Set(served.map(({ service }) => service))].map((service): Use => ({ kind: "service", subject: service })),
  ];
}

/** A file that cannot be read names nothing that could be shown; the instance's own findings tell of it. */
async function names({ files }: Machine, file: string, thumbprint: string): Promise<boolean> {
  try {
    const bytes = await files.read(file, configurationLimit);
    const text = decodeText(bytes, encodingOf(bytes, file), file);
    return new RegExp(thumbprint.split("").join("[\\s:\\u200E\\u200F-]*"), "i").test(text);
  } catch {
    return false;
  }
}
