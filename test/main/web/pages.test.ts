// The list of pages, out of what Vite built.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPages, withNonce } from "../../../main/web/pages.ts";

describe("the pages", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lockstep-pages-"));
    await mkdir(join(folder, ".vite"));
    await mkdir(join(folder, "assets"));
    const files = { "index.html": "<meta content=\"__CSP_NONCE__\"><style nonce=\"__CSP_NONCE__\">é</style>", "assets/index-AbCdEf12.js": "1", "assets/page-x_-34567.js": "2", "assets/index-12345678.css": "3", "assets/icon-DR4ZTCJf.svg": "<svg/>", "assets/left-over-12345678.js": "4", "notes.txt": "5" };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const manifest = (value: unknown): Promise<void> => writeFile(join(folder, ".vite/manifest.json"), JSON.stringify(value));

  it("are the start page and what the manifest names: files, their styles and their pictures", async () => {
    await manifest({ "index.html": { file: "assets/index-AbCdEf12.js", name: "index", isEntry: true, css: ["assets/index-12345678.css"], assets: ["assets/icon-DR4ZTCJf.svg"], dynamicImports: ["page.tsx"] }, "page.tsx": { file: "assets/page-x_-34567.js", isDynamicEntry: true } });
    const pages = await loadPages(folder);
    expect([...pages.keys()].sort()).toEqual(["/", "/assets/icon-DR4ZTCJf.svg", "/assets/index-12345678.css", "/assets/index-AbCdEf12.js", "/assets/page-x_-34567.js"]);
    expect(pages.get("/")).toMatchObject({ type: "text/html; charset=utf-8", immutable: false });
    expect(pages.get("/assets/icon-DR4ZTCJf.svg")).toMatchObject({ type: "image/svg+xml", immutable: true });
  });

  it("get the nonce of a load wherever its place is kept", async () => {
    const page = (await loadPages(folder)).get("/");
    expect(page && new TextDecoder().decode(withNonce(page, "N+/="))).toBe("<meta content=\"N+/=\"><style nonce=\"N+/=\">é</style>");
  });

  it("of a kind that no window needs are refused when they are loaded, not when they are asked for", async () => {
    await manifest({ "index.html": { file: "notes.txt" } });
    await expect(loadPages(folder)).rejects.toThrow("notes.txt");
  });

  it("are none where there is no build", async () => {
    await expect(loadPages(join(folder, "assets"))).rejects.toThrow();
  });
});
