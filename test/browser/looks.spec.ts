// How every page looks and whether everyone can use it: axe in light and dark, 640 pixels wide, forced colours.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { practicePassword } from "../renderer/practice-host.ts";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { expect, picture, test } from "./window.ts";

const pfx = { name: "clinic-7.pfx", content: Buffer.from("PFX content") };

/** Walks every page and step, and calls `look` on each. */
async function walk(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const overview = new OverviewPage(page);
  await overview.certificates.getByRole("listitem").first().waitFor();
  await look("overview");
  const wizard = await overview.secure("training");
  await wizard.heading("Which certificate should it present?").waitFor();
  await look("certificate");
  await wizard.choose(pfx);
  await wizard.openWith("wrong");
  await page.getByText(/does not open/).waitFor();
  await look("password");
  await wizard.openWith(practicePassword);
  await wizard.privateKey.waitFor();
  await look("inspected");
  await wizard.next.click();
  await wizard.account.selectOption("NT AUTHORITY\\NetworkService");
  await look("address");
  await wizard.next.click();
  await wizard.heading("Review the change").waitFor();
  await look("review");
  await page.getByRole("group", { name: "Difference in the file" }).scrollIntoViewIfNeeded();
  await look("review-difference");
  await wizard.commit.click();
  await page.getByText(/^Step \d+ of /).waitFor();
  await look("progress");
  await wizard.heading("training was not secured").waitFor();
  await wizard.error.getByText("The command and what it answered").click();
  await look("failed");
  await wizard.backToReview.click();
  await wizard.openWith(practicePassword);
  await wizard.next.click();
  await wizard.next.click();
  await wizard.commit.click();
  await wizard.heading("training is secured").waitFor();
  await look("proof");
  await wizard.seeInHistory.click();
  const history = new HistoryPage(page);
  await history.undoButton.waitFor();
  await look("record");
  await history.undoButton.click();
  await history.undoCommit.waitFor();
  await page.waitForTimeout(400);
  await look("undo");
  await page.keyboard.press("Escape");
  await history.dialog.waitFor({ state: "hidden" });
  await history.open();
  await history.records.first().waitFor();
  await look("history");
}

const scenario = { instances: "three", past: 9, pace: 300, failAt: "service.start" } as const;

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ scenario, colorScheme });
    test(`axe finds nothing on any page (${colorScheme})`, async ({ window }) => {
      test.setTimeout(120_000);
      await walk(window, async (name) => {
        await picture(window, `${name}-${colorScheme}`);
        const { violations } = await new AxeBuilder({ page: window }).analyze();
        expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      });
    });
  });
}

test.describe("640 pixels wide", () => {
  test.use({ scenario, viewport: { width: 640, height: 900 } });
  test("every page fits without scrolling sideways", async ({ window }) => {
    test.setTimeout(90_000);
    await walk(window, async (name) => {
      await picture(window, `${name}-narrow`);
      const overflow = await window.evaluate(() => {
        const main = document.querySelector("main");
        return Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth, main ? main.scrollWidth - main.clientWidth : 0);
      });
      expect(overflow, name).toBe(0);
    });
  });
});

test.describe("320 pixels wide, as at 400 per cent zoom", () => {
  test.use({ scenario, viewport: { width: 320, height: 640 } });
  test("the overview and the review still fit", async ({ window }) => {
    test.setTimeout(90_000);
    await walk(window, async (name) => {
      const overflow = await window.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, name).toBe(0);
      if (name === "overview" || name === "review") await picture(window, `${name}-320`);
    });
  });
});

test.describe("forced colours", () => {
  test.use({ scenario });
  test("nothing depends on a colour of ours", async ({ window }) => {
    test.setTimeout(90_000);
    await window.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    await walk(window, async (name) => picture(window, `${name}-forced`));
  });
});
