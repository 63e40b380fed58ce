// The History and the record of one change, as a person meets them.
import type { Locator, Page } from "@playwright/test";

export class HistoryPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly search: Locator;
  readonly records: Locator;
  readonly undoButton: Locator;
  readonly dialog: Locator;
  readonly undoCommit: Locator;
  readonly steps: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "History", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the history" });
    this.records = page.getByRole("list", { name: "Changes, newest first" }).getByRole("link");
    this.undoButton = page.getByRole("main").getByRole("button", { name: "Undo…", exact: true });
    this.dialog = page.getByRole("dialog");
    this.undoCommit = this.dialog.getByRole("button", { name: "Undo this change" });
    this.steps = page.getByRole("list", { name: "What was done" }).locator("> li");
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: "History" }).click();
    await this.heading.waitFor();
  }

  record(title: string | RegExp): Locator {
    return this.records.filter({ hasText: title });
  }

  /** What the record says of a fact: "Outcome", "Began", "By", … */
  fact(name: string): Locator {
    return this.page.locator("dt", { hasText: name }).locator("+ dd");
  }

  /** Undoes the record now open, or the newest one of the list, and waits for the dialog to say that it is done. */
  async undo(): Promise<void> {
    if (await this.heading.isVisible()) await this.records.first().click();
    await this.undoButton.click();
    await this.undoCommit.click();
    await this.dialog.getByText("Everything is as it was before this change.").waitFor({ timeout: 60_000 });
    await this.dialog.getByRole("button", { name: "Close" }).click();
  }
}
