// The practice service's program as tests run it: built from source, and built again only when the source changed.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { mkdirSync } from "node:fs";
import { build } from "vite";

const root = join(import.meta.dirname, "../../..");
const cache = join(root, "node_modules/.cache/practice-service");

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Path of the built program. */
export async function serviceProgram(): Promise<string> {
  const digest = createHash("sha256");
  for (const source of ["app", "main/machines/practice", "main/storage"].flatMap((folder) => sourcesBelow(join(root, folder)))) {
    digest.update(source).update(readFileSync(source));
  }
  const folder = join(cache, digest.digest("hex").slice(0, 16));
  const program = join(folder, "service.mjs");
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "build-"));
  await build({
    root, configFile: false, logLevel: "error",
    ssr: { noExternal: true },
    build: {
      ssr: join(root, "main/machines/practice/service.ts"), outDir: fresh, target: "node20", minify: false,
      rolldownOptions: { output: { entryFileNames: "service.mjs", codeSplitting: false } },
    },
  });
  // Two test files may build at once: the first to finish wins.
  try {
    renameSync(fresh, dirname(program));
  } catch {
    rmSync(fresh, { recursive: true, force: true });
  }
  return program;
}
