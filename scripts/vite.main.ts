// Builds the command line and the practice machine's service: Node programs that run without node_modules, but for koffi on Windows.
import { join } from "node:path";
import { defineConfig } from "vite";

const root = join(import.meta.dirname, "..");

export default defineConfig({
  root,
  publicDir: false,
  logLevel: "warn",
  // Everything is bundled, and as a Node program: packages resolve to their Node builds.
  ssr: { target: "node", noExternal: true, external: ["koffi"], resolve: { conditions: ["node", "import", "module", "default"] } },
  build: {
    ssr: true,
    target: "node20",
    outDir: join(root, "dist"),
    // dist/ holds the other builds as well; build.mjs clears what is this one's.
    emptyOutDir: false,
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        "lockstep": join(root, "main/cli/lockstep.ts"),
        "practice-service": join(root, "main/machines/practice/service.ts"),
        "certificate-reader": join(root, "main/reader/reader-thread.ts"),
        "signature-thread": join(root, "main/cws/signature-thread.ts"),
      },
      // Native code, which only the Windows machine loads.
      external: ["koffi"],
      output: { format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
    },
  },
});
