// The Chromium that tests drive: Debian's own, without what would reach out of this computer.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "@playwright/test";

const program = "/usr/bin/chromium";

/** Where it is missing, tests that need it are skipped by name. */
export const hasChromium = existsSync(program);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
