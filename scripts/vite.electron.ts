// Builds the desktop shell's main process: an ES module that runs inside Electron.
import { join } from "node:path";
import { defineConfig } from "vite";

const root = join(import.meta.dirname, "..");

export default defineConfig({
  root,
  publicDir: false,
  logLevel: "warn",
  ssr: { target: "node", noExternal: true, external: ["electron", "koffi"], resolve: { conditions: ["node", "import", "module", "default"] } },
  build: {
    ssr: true,
    // Electron 45 carries Node 24.
    target: "node24",
    outDir: join(root, "dist/electron"),
    emptyOutDir: false,
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        "main": join(root, "main/electron/main.ts"),
        // The console looks for the practice machine's service beside itself.
        "practice-service": join(root, "main/machines/practice/service.ts"),
        "certificate-reader": join(root, "main/reader/reader-thread.ts"),
        "signature-thread": join(root, "main/cws/signature-thread.ts"),
      },
      external: ["electron", "koffi"],
      output: { format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
    },
  },
});
