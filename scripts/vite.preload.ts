// Builds the desktop shell's preload: one CommonJS file, the only form that a sandboxed preload can have.
import { join } from "node:path";
import { defineConfig } from "vite";

const root = join(import.meta.dirname, "..");

export default defineConfig({
  root,
  publicDir: false,
  logLevel: "warn",
  ssr: { target: "node", noExternal: true, external: ["electron"] },
  build: {
    ssr: true,
    target: "node24",
    outDir: join(root, "dist/electron"),
    emptyOutDir: false,
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { preload: join(root, "main/electron/preload.ts") },
      external: ["electron"],
      output: { format: "cjs", entryFileNames: "[name].cjs", codeSplitting: false },
    },
  },
});
