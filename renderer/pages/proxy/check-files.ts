// Files being checked: read here, judged by the machine's own rules, and told with their text. Keys that lie beside them are forgotten with the answer.
import type { UploadedFile } from "../../../app/contract.ts";
import { asLockstepError, problem } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { SiteFinding, SiteMaterial } from "../../../app/nginx/site.ts";
import { fileNameOf } from "../../../app/path.ts";
import { contentOf } from "../certificate/certificate-files.ts";
import { fileLimit, isMaterial, materialLimit, materialPathsIn, placesOf, shownFiles, together, totalLimit, type GivenFile } from "./checked-files.ts";

export interface Checked {
  /** Names of the configuration files that were given. */
  readonly names: readonly string[];
  readonly files: readonly GivenFile[];
  readonly findings: readonly SiteFinding[];
  /** Certificates and keys that were judged as well, and those that no file names. */
  readonly materials: readonly string[];
  readonly unnamed: readonly string[];
}

/** Characters of a name that the contract takes. */
const nameLimit = 260;

async function textOf(file: File): Promise<string | null> {
  try {
    const text = await file.text();
    return text.includes("\0") ? null : text;
  } catch (thrown) {
    throw problem("file-unreadable", { file: file.name, reason: asLockstepError(thrown).message });
  }
}

/** The content at every path of a certificate or key whose file was given by its name. */
async function materialsOf(paths: readonly string[], files: readonly File[]): Promise<readonly SiteMaterial[]> {
  const named = paths.flatMap((path) => files.filter(({ name }) => name === fileNameOf(path)).slice(0, 1).map((file) => ({ path, file })));
  return Promise.all(named.map(async ({ path, file }) => ({ path, content: await contentOf(file, file.name), mode: null })));
}

/** Throws file-too-large, file-empty, file-unreadable, and input-invalid where no configuration is among the files. */
export async function check(host: Host, given: readonly File[]): Promise<Checked> {
  const configurations = given.filter(({ name }) => !isMaterial(name));
  const certificates = given.filter(({ name }) => isMaterial(name));
  for (const { name, size } of configurations) {
    if (size > fileLimit) throw problem("file-too-large", { file: name, size, limit: fileLimit });
    if (size === 0) throw problem("file-empty", { file: name });
  }
  for (const { name, size } of certificates) if (size > materialLimit) throw problem("file-too-large", { file: name, size, limit: materialLimit });
  const total = given.reduce((sum, { size }) => sum + size, 0);
  if (total > totalLimit) throw problem("file-too-large", { file: given.map(({ name }) => name).slice(0, 5).join(", "), size: total, limit: totalLimit });

  const texts = await Promise.all(configurations.map(async (file): Promise<GivenFile> => ({ name: file.name, text: await textOf(file) })));
  const places = placesOf(texts);
  const files = await Promise.all(configurations.map(async (file, index) => {
    const { name, root } = places[index] ?? { name: file.name, root: true };
    const upload: UploadedFile = { name: name.slice(-nameLimit), content: await contentOf(file, file.name) };
    return { name: upload.name, root, text: texts[index]?.text ?? null, upload };
  }));
  const materials = await materialsOf(materialPathsIn(files), certificates);
  const parts = files.filter(({ root }) => !root).map(({ upload }) => upload);
  const readings: (readonly SiteFinding[])[] = [];
  for (const { upload } of files.filter(({ root }) => root)) {
    readings.push((await host.proxy.lint({ files: [upload, ...parts], ...(materials.length > 0 && { materials: [...materials] }) })).findings);
  }
  const shown = shownFiles(files.map(({ name, text }) => ({ name, text })));
  const used = new Set(materials.map(({ path }) => fileNameOf(path)));
  return {
    names: files.map(({ name }) => name), files: shown, findings: together(readings, shown),
    materials: certificates.map(({ name }) => name).filter((name) => used.has(name)), unnamed: certificates.map(({ name }) => name).filter((name) => !used.has(name)),
  };
}
