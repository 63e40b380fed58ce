// What is wrong with a configuration of NGINX that stands before SanteDB: every check, put together and in order.
import { encryptionFindings } from "./encryption.ts";
import { forwardingFindings } from "./forwarding.ts";
import { grammarFindings } from "./grammar.ts";
import { assemble, placesOf, type SiteFile } from "./include.ts";
import { folderFindings, listeningFindings } from "./listening.ts";
import { certificateFindings, materialPaths } from "./served-certificate.ts";
import { siteOf } from "./server.ts";
import type { SiteFinding, SiteMaterial } from "./site.ts";

export type { SiteFile } from "./include.ts";

/** A list longer than this helps nobody. */
const mostFindings = 2000;

/**
 * Findings in the order of files and lines. `files`: the first is read, or what `nginx -T` printed; the others are what
 * it may include. `materials`: what was found at the paths that `namedPaths` gave; of a path that is not among them
 * nothing is said.
 *
 * The severity is "error" where NGINX would not start, or where what it serves is open to abuse or cannot work. Codes
 * are those of include.ts, grammar.ts, listening.ts, forwarding.ts, encryption.ts and served-certificate.ts. Where a
 * file cannot be read to its end only that is told. Never throws.
 */
export function lintSites(files: readonly SiteFile[], materials: readonly SiteMaterial[], now: Date): readonly SiteFinding[] {
  const { directives, faults, folders, includes } = assemble(files);
  const own = folderFindings(files.slice(0, 1).map(({ name }) => name), includes);
  if (faults.some(({ code }) => unfinished.has(code))) return ordered([...faults, ...own], files);
  const site = siteOf(directives);
  return ordered([
    ...faults, ...own, ...grammarFindings(directives), ...listeningFindings(site), ...forwardingFindings(site), ...encryptionFindings(site), ...certificateFindings(site, materials, folders, now),
  ], files);
}

const unfinished: ReadonlySet<string> = new Set(["syntax", "binary", "too-large", "include-circle"]);

/**
 * What a configuration names and whoever calls should give as well: paths or patterns of includes, and paths of
 * certificates and keys, likeliest first where the folder is not certain. Never throws.
 */
export function namedPaths(files: readonly SiteFile[]): { readonly includes: readonly (readonly string[])[]; readonly materials: readonly (readonly string[])[] } {
  const { directives, folders, includes } = assemble(files);
  const paths = [...new Set(includes.map(({ parameters }) => parameters[0]?.text ?? ""))];
  return { includes: paths.map((path) => placesOf(path, folders)), materials: materialPaths(siteOf(directives)).map((path) => placesOf(path, folders)) };
}

/** By file, in the order in which they were given or are met, then by line; each once. */
function ordered(findings: readonly SiteFinding[], files: readonly SiteFile[]): readonly SiteFinding[] {
  const places = new Map(files.map(({ name }, index) => [name, index]));
  for (const { file } of findings) if (!places.has(file)) places.set(file, places.size);
  const once = new Map(findings.map((finding) => [`${finding.file}\0${finding.line}\0${finding.code}\0${finding.message}`, finding]));
  return [...once.values()].sort((one, other) => (places.get(one.file) ?? 0) - (places.get(other.file) ?? 0) || one.line - other.line).slice(0, mostFindings);
}
