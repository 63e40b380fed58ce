// Where a certificate is used: bindings, configurations that name it, the services that are served with it, sites of NGINX.
import type { Machine } from "../machine.ts";
import { findInstances, type FoundInstance } from "../santedb/discovery.ts";
import { configurationLimit } from "../santedb/configuration.ts";
import { decodeText, encodingOf } from "../santedb/encoding.ts";
import { parseEndpoint } from "../http-sys/binding.ts";
import { sitesServing } from "../nginx/serving.ts";
import type { Use } from "./certificate.ts";
import { namesOf } from "./thumbprint.ts";

/**
 * Every use of a certificate that this machine shows, bindings first. A configuration uses it where its text, or that of
 * a file that it includes, holds the thumbprint, whatever element that is for; a service, where its configuration does or
 * a binding of its port, or of Mono's; a site of NGINX, where the file that it sends holds the certificate.
 */
export async function whereUsed(machine: Machine, thumbprint: string): Promise<readonly Use[]> {
  const [bindings, instances, stored] = await Promise.all([machine.httpSys.bindings(), findInstances(machine), machine.certificates.find("My", thumbprint)]);
  const hashes = namesOf(thumbprint, stored?.der ?? null);
  const bound = bindings.filter((binding) => binding.thumbprint !== null && hashes.has(binding.thumbprint));
  const ports = new Set(bound.map(({ endpoint }) => parseEndpoint(endpoint)?.port));
  const naming = await Promise.all(instances.map(async (found) => ({ found, files: await filesNaming(machine, found, thumbprint) })));
  const served = naming.filter(({ found: { instance: { port } }, files }) => files.length > 0 || (port !== null && ports.has(port)));
  return [
    ...bound.map(({ endpoint }): Use => ({ kind: "binding", subject: endpoint })),
    ...[...new Set(naming.flatMap(({ files }) => files))].map((file): Use => ({ kind: "configuration", subject: file })),
    ...[...new Set([...served, ...naming.filter(({ found: { instance: { certificate } } }) => certificate?.thumbprint === thumbprint)].map(({ found }) => found.instance.service))].map((service): Use => ({ kind: "service", subject: service })),
    ...(await sitesServing(machine, thumbprint)).map((file): Use => ({ kind: "proxy", subject: file })),
  ];
}

/** Those of an instance's files in which the thumbprint stands. What cannot be read names nothing; the instance's findings tell of it. */
async function filesNaming({ files }: Machine, { instance: { configFile }, read }: FoundInstance, thumbprint: string): Promise<readonly string[]> {
  if (read) return read.files.filter(({ document: { file }, bytes }) => holds(bytes, file, thumbprint)).map(({ document: { file } }) => file);
  const bytes = configFile === null ? null : await files.read(configFile, configurationLimit).catch(() => null);
  return configFile !== null && bytes && holds(bytes, configFile, thumbprint) ? [configFile] : [];
}

function holds(bytes: Uint8Array, file: string, thumbprint: string): boolean {
  try {
    return new RegExp(thumbprint.split("").join("[\\s:\\u200E\\u200F-]*"), "i").test(decodeText(bytes, encodingOf(bytes, file), file));
  } catch {
    return false;
  }
}
