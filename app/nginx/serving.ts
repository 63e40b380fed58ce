// Which files of NGINX have it serve a certificate.
import { firstCertificate } from "../certificates/pem.ts";
import { thumbprint as thumbprintOf } from "../certificates/thumbprint.ts";
import { asLockstepError } from "../errors.ts";
import type { Machine, Nginx, NginxInstallation } from "../machine.ts";
import { valuesOf } from "./directive.ts";
import { assemble, type SiteFile } from "./include.ts";
import { holding, siteOf } from "./server.ts";

/** Bytes of a site's file and of a certificate's that are read, and paths of certificates that are looked at. */
const siteLimit = 1024 * 1024;
const certificateLimit = 1024 * 1024;
const mostPaths = 500;

/** What NGINX reads; where it refuses its configuration, each file of the folder of sites by itself. */
async function configurations({ files }: Machine, nginx: Nginx, { sites }: NginxInstallation): Promise<readonly (readonly SiteFile[])[]> {
  try {
    return [(await nginx.configuration()).map(({ path, content }) => ({ name: path, content }))];
  } catch (thrown) {
    if (asLockstepError(thrown).code === "internal") throw thrown;
    const folder = sites.links ?? sites.files;
    const read = await Promise.all((await files.list(folder)).map(async (name) => ({ name: files.join(folder, name), content: await files.read(files.join(folder, name), siteLimit).catch(() => new Uint8Array()) })));
    return read.map((file) => [file]);
  }
}

const firstIn = (content: Uint8Array): string | null => {
  const der = firstCertificate(content);
  return der && thumbprintOf(der);
};

/** Paths of the files whose servers present the certificate; empty on a machine without NGINX. Each once, in order. */
export async function sitesServing(machine: Machine, thumbprint: string): Promise<readonly string[]> {
  const { nginx, files } = machine;
  const installation = await nginx?.find().catch(() => null);
  if (!nginx || !installation) return [];
  const named = (await configurations(machine, nginx, installation)).flatMap((configuration) => siteOf(assemble(configuration).directives).servers.flatMap(({ scope, directive }) =>
    holding(scope, "ssl_certificate").flatMap((each) => valuesOf(each).slice(0, 1).map((path) => ({ path, file: directive.file })))));
  const paths = [...new Set(named.map(({ path }) => path))].slice(0, mostPaths);
  const serving = new Set((await Promise.all(paths.map(async (path) => [path, await files.read(path, certificateLimit).then(firstIn, () => null)] as const)))
    .flatMap(([path, found]) => (found === thumbprint ? [path] : [])));
  return [...new Set(named.flatMap(({ path, file }) => (serving.has(path) ? [file] : [])))];
}
