// The verb that says what is wrong with a file of NGINX: it reads the file and what that names, and prints the findings.
import { resolve } from "node:path";
import { certificateFileLimit } from "../../app/contract.ts";
import { LockstepError, problem } from "../../app/errors.ts";
import { fitsPattern, isAbsolute, isPattern } from "../../app/nginx/include.ts";
import { namedPaths, type SiteFile } from "../../app/nginx/lint.ts";
import type { SiteFinding, SiteMaterial } from "../../app/nginx/site.ts";
import { fileNameOf, folderOf } from "../../app/path.ts";
import { fileMode, nodeFiles } from "../storage/file.ts";
import { uploadOrInput } from "./certificate-files.ts";
import { printable, type Paint } from "./print.ts";
import { operand, type Verb } from "./verb.ts";

/** Bytes of one file that is named, files that are included, and certificates and keys, as many as the contract takes. */
const namedLimit = 1024 * 1024;
const mostFiles = 1000;
const mostMaterials = 200;
/** Characters of a path, as many as the contract takes of a file's name and of a material's path. */
const longestName = 260;
const longestPath = 4096;
/** Includes within includes; nginx itself has no more files open. */
const mostRounds = 100;

/** A file that another one names: what it holds; "absent", or "closed" where it may not be read or is too large. */
async function named(path: string): Promise<Uint8Array | "absent" | "closed"> {
  try {
    return await nodeFiles.read(path, namedLimit);
  } catch (thrown) {
    if (!(thrown instanceof LockstepError)) throw thrown;
    if (thrown.code === "file-empty") return new Uint8Array();
    return thrown.code === "file-not-found" ? "absent" : "closed";
  }
}

/** Paths of the files that a path or pattern of glob(3) means; patterns in its last part only. */
async function meant(path: string): Promise<readonly string[]> {
  if (!isPattern(path)) return [path];
  const folder = folderOf(path);
  if (isPattern(folder)) return [];
  const names = await nodeFiles.list(folder).catch(() => []);
  return names.filter((name) => fitsPattern(fileNameOf(path), name)).sort().map((name) => `${folder}/${name}`);
}

/** A file with everything that it includes, directly or through others, as far as that can be read. */
async function withIncludes(first: SiteFile): Promise<readonly SiteFile[]> {
  const files = new Map([[first.name, first]]);
  const asked = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const before = files.size;
    const fresh = namedPaths([...files.values()]).includes.flat().filter((path) => isAbsolute(path) && !asked.has(path));
    for (const pattern of fresh) {
      asked.add(pattern);
      for (const path of await meant(pattern)) {
        if (files.size >= mostFiles) return [...files.values()];
        const content = files.has(path) || path.length > longestName ? "closed" : await named(path);
        if (typeof content !== "string") files.set(path, { name: path, content });
      }
    }
    if (files.size === before) break;
  }
  return [...files.values()];
}

/** The certificates and keys that files name. What may not be read is left out, so that nothing is said of it. */
async function materialsOf(files: readonly SiteFile[]): Promise<readonly SiteMaterial[]> {
  const materials: SiteMaterial[] = [];
  for (const places of namedPaths(files).materials.slice(0, mostMaterials)) {
    const paths = places.filter((path) => isAbsolute(path) && path.length <= longestPath);
    let found: Uint8Array | "absent" | "closed" = "absent";
    for (const path of paths) {
      found = await named(path);
      if (found === "absent") continue;
      if (found !== "closed") materials.push({ path, content: Buffer.from(found).toString("base64"), mode: await fileMode(path) });
      break;
    }
    const [likeliest] = paths;
    if (found === "absent" && likeliest !== undefined) materials.push({ path: likeliest, content: null, mode: null });
  }
  return materials;
}

const mark = { error: "✗", warning: "!", information: "i" } as const;
const tint = { error: "red", warning: "yellow", information: "blue" } as const;

function findingsText(findings: readonly SiteFinding[], paint: Paint): string {
  if (findings.length === 0) return `${paint("green", "✓")} Nothing is wrong.\n`;
  const files = [...new Set(findings.map(({ file }) => file))];
  const width = Math.max(...findings.map(({ line }) => String(line).length));
  const one = ({ line, severity, message, code, mend }: SiteFinding): string =>
    `  ${String(line).padStart(width)} ${paint(tint[severity], mark[severity])} ${printable(message)} ${paint("dim", `[${code}]`)}\n  ${" ".repeat(width + 3)}${printable(mend)}\n`;
  return files.map((file) => `${paint("bold", printable(file))}\n${findings.filter((finding) => finding.file === file).map(one).join("")}`).join("\n");
}

export const proxyLintVerbs: Readonly<Record<string, Verb>> = {
  "proxy lint": {
    operands: ["FILE"], options: [], needsNoMachine: true,
    summary: "what is wrong with a file of NGINX and what it includes, and with its certificates (`-`: what `nginx -T` prints)",
    run: async (operands, { host }) => {
      const file = operand(operands, 0);
      const { name, content } = await uploadOrInput(file, "FILE");
      const first = { name: file === "-" ? name : resolve(file), content: Buffer.from(content, "base64") };
      // Of text on standard input nobody knows where it came from: only what it holds is judged, and certificates by their full path.
      const files = file === "-" ? [first] : await withIncludes(first);
      const size = files.reduce((sum, each) => sum + each.content.length, 0);
      if (size > certificateFileLimit * 2) throw problem("file-too-large", { file: `${first.name} with what it includes`, size, limit: certificateFileLimit * 2 });
      const value = await host.proxy.lint({ files: files.map((each) => ({ name: each.name, content: Buffer.from(each.content).toString("base64") })), materials: [...await materialsOf(files)] });
      return { value, text: (paint) => findingsText(value.findings, paint), exit: value.findings.some(({ severity }) => severity === "error") ? 1 : 0 };
    },
  },
};
