// A test's own window on a practice host: no page may log an error or break the content security policy.
import { test as base, expect, type Page } from "@playwright/test";
import type { Scenario } from "../renderer/practice-host.ts";
import { startFakeServer, type FakeServer } from "./fake-server.ts";
import { awaitFileDialogs } from "./file-dialogs.ts";

interface Fixtures {
  /** What the machine behind the window is like; set with test.use. */
  readonly scenario: Scenario;
  readonly server: FakeServer;
  /** The window, opened on the overview. */
  readonly window: Page;
}

export const test = base.extend<Fixtures>({
  scenario: [{}, { option: true }],
  server: async ({ scenario }, use) => {
    const server = await startFakeServer(scenario);
    await use(server);
    await server.close();
  },
  window: async ({ page, server, context }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") complaints.push(message.text()); });
    page.on("pageerror", (error) => complaints.push(error.message));
    awaitFileDialogs(page);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.origin });
    await page.goto(server.address);
    await expect(page.getByRole("navigation")).toBeVisible();
    await use(page);
    expect(complaints, "the page logs no error and breaks no policy").toEqual([]);
  },
});

export { expect };

/** Keeps a picture for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `artefacts/pictures/${name}.png`, animations: "disabled" });
}
