// Builds the window into dist/renderer. Nothing is inlined: the hosts' content security policy allows files only.
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

// The configuration is what Vite looks for as a default export.
export default defineConfig({
  root: path("../renderer"),
  base: "/",
  publicDir: false,
  plugins: [react()],
  logLevel: "warn",
  build: {
    outDir: path("../dist/renderer"),
    emptyOutDir: true,
    // The hosts serve only what stands in dist/renderer/.vite/manifest.json, and index.html.
    manifest: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
});
