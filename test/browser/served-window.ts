// A test's own window on the built program: `lockstep serve` on a practice machine of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import { program } from "../fixtures/lockstep.ts";
import { axeFindings, drawn } from "./axe.ts";
import { awaitFileDialogs } from "./file-dialogs.ts";

export interface Served { readonly address: string; readonly directory: string; readonly process: ChildProcess }

/** Starts `lockstep serve` on a practice machine of its own, or with other arguments. */
export async function serve(arguments_?: readonly string[]): Promise<Served> {
  const directory = join(mkdtempSync(join(tmpdir(), "lockstep-window-")), "machine");
  const process_ = spawn(process.execPath, [program, "serve", "--no-open", ...arguments_ ?? ["--practice-dir", directory]], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise<string>((resolve, reject) => {
    let output = "";
    process_.stdout.on("data", (chunk) => {
      output += String(chunk);
      const found = /Lockstep is ready at (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    process_.on("close", () => reject(new Error(output)));
  });
  return { address, directory, process: process_ };
}

/** Light and dark: axe finds nothing, and a picture of the whole page is kept for people to look at. */
export async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await drawn(page);
    await page.screenshot({ path: `artefacts/pictures/real-${name}-${colorScheme}.png`, animations: "disabled", fullPage: true });
    expect(await axeFindings(page, colorScheme === "light" ? [] : ["color-contrast"]), `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** No page may log an error or break the content security policy. */
export const test = base.extend<{ served: Served; window: Page }>({
  served: async ({}, use) => {
    const served = await serve();
    await use(served);
    const ended = new Promise((resolve) => served.process.on("close", resolve));
    served.process.kill("SIGTERM");
    await ended;
    rmSync(join(served.directory, ".."), { recursive: true, force: true });
  },
  window: async ({ page, served }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") complaints.push(message.text()); });
    page.on("pageerror", (error) => complaints.push(error.message));
    awaitFileDialogs(page);
    await page.goto(served.address);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await use(page);
    expect(complaints).toEqual([]);
  },
});

export { expect };
