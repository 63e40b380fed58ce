// The contract over the desktop shell: its main process, its preload and a page in a real Chromium.
import { afterAll, beforeAll, describe, vi } from "vitest";
import { hasChromium } from "../chromium.ts";
import { prepare, startShell, writeSmallPages } from "../main/electron/shell.ts";
import { describeHost } from "./host.ts";

vi.mock("electron", () => import("../main/electron/stand-in.ts"));
vi.mock("../../main/console.ts", async () => ({ openConsole: (await import("../main/electron/shell.ts")).openScripted }));

describe.skipIf(!hasChromium)("with Chromium", () => {
  let prepared: Awaited<ReturnType<typeof prepare>>;
  beforeAll(async () => {
    prepared = await prepare();
    await writeSmallPages(prepared.folder);
  });
  afterAll(() => prepared.end());

  describeHost("the desktop shell", async (console) => {
    const shell = await startShell(prepared, {}, console);
    return { host: await shell.host(), close: () => shell.quit() };
  });
});
