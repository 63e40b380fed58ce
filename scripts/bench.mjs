// `npm run bench [-- NAME …]`: builds what is not up to date and runs the measurements. Every figure is a ratio within this run.
import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { buildAll } from "./build.mjs";

const root = join(import.meta.dirname, "..");
await buildAll({ names: ["main", "renderer"] });
const { build } = await import("vite");
const outDir = join(root, "node_modules/.cache/bench");
await build({
  configFile: false, root, logLevel: "error",
  // Playwright finds its own files beside itself, and koffi its native part, so they are not bundled.
  ssr: { noExternal: true, external: ["@playwright/test", "koffi"] },
  build: { ssr: join(root, "test/bench/bench.ts"), outDir, target: "node20", emptyOutDir: true, rolldownOptions: { external: ["@playwright/test", "koffi"], output: { entryFileNames: "bench.js" } } },
});
// The fixtures look for it beside themselves.
copyFileSync(join(root, "test/fixtures/mono-server.cs"), join(outDir, "mono-server.cs"));
process.exit(spawnSync(process.execPath, [join(outDir, "bench.js"), join(root, "dist/lockstep.js"), ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1);
