// The pages: the built window as a closed list of paths. What is not on the list is not served, whatever lies on the disk.
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { z } from "zod";

export interface Page {
  /** Value of the Content-Type header. */
  readonly type: string;
  readonly body: Uint8Array;
  /** The path names the content by its hash, so it may be kept for good. */
  readonly immutable: boolean;
}

/** By absolute path: "/" is the start page, in which `noncePlaceholder` stands for the nonce of the load. */
export type Pages = ReadonlyMap<string, Page>;

const noncePlaceholder = "__CSP_NONCE__";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** The part of Vite's manifest (build.manifest) that names files. */
const manifestSchema = z.record(z.string(), z.object({
  file: z.string(),
  css: z.array(z.string()).optional(),
  assets: z.array(z.string()).optional(),
}));

/**
 * Reads the built window out of a folder: its index.html and what Vite's manifest names, all into memory. Throws when
 * the folder holds no build.
 */
export async function loadPages(directory: string): Promise<Pages> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(directory, ".vite/manifest.json"), "utf8")));
  const files = new Set(Object.values(manifest).flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]));
  files.delete("index.html");
  const page = async (file: string): Promise<Page> => {
    const type = types[extname(file)];
    if (type === undefined) throw new Error(`The build names ${file}, a kind of file that no page needs.`);
    return { type, body: await readFile(join(directory, file)), immutable: /-[\w-]{8,}\.\w+$/.test(file) };
  };
  return new Map([
    ["/", { ...(await page("index.html")), immutable: false }],
    ...(await Promise.all([...files].map(async (file) => [`/${file}`, await page(file)] as const))),
  ]);
}

/** The start page with the nonce of one load put in. */
export function withNonce(page: Page, nonce: string): Uint8Array {
  const decoded = new TextDecoder().decode(page.body);
  return new TextEncoder().encode(decoded.replaceAll(noncePlaceholder, nonce));
}
