// How the pages of the main job look, and whether everyone can use them.
import type { Page } from "@playwright/test";
import { practicePassword } from "../renderer/practice-host.ts";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { testEveryLook } from "./every-look.ts";

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

testEveryLook({ of: "the main job and its record", walk, scenario });
