// One certificate of a store and its dialogs, as a person meets them.
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";

export class StoredCertificatePage {
  readonly page: Page;
  readonly chain: Locator;
  readonly uses: Locator;
  readonly exportButton: Locator;
  readonly removeButton: Locator;
  readonly dialog: Locator;
  readonly password: Locator;
  readonly passwordAgain: Locator;
  readonly save: Locator;
  readonly removeAllTheSame: Locator;
  readonly removeCommit: Locator;

  constructor(page: Page) {
    this.page = page;
    this.chain = page.getByRole("region", { name: "Chain" }).getByRole("listitem");
    this.uses = page.getByRole("region", { name: "Used by" });
    this.exportButton = page.getByRole("main").getByRole("button", { name: "Export…" });
    this.removeButton = page.getByRole("main").getByRole("button", { name: "Remove…" });
    this.dialog = page.getByRole("dialog");
    this.password = this.dialog.getByLabel(/^Password of the file\*?$/);
    this.passwordAgain = this.dialog.getByLabel("Password of the file, once more");
    this.save = this.dialog.getByRole("button", { name: "Save the file" });
    this.removeAllTheSame = this.dialog.getByRole("checkbox", { name: "Remove it all the same" });
    this.removeCommit = this.dialog.getByRole("button", { name: "Remove the certificate" });
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, level: 1 });
  }

  /** What the page says of a fact: "Issued by", "Private key", … */
  fact(name: string): Locator {
    return this.page.getByRole("region", { name: "Details" }).locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("+ dd");
  }

  async copy(what: string): Promise<string> {
    await this.page.getByRole("button", { name: `Copy ${what}` }).click();
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async choose(format: string): Promise<void> {
    await this.dialog.getByRole("radio", { name: new RegExp(`^${format}`) }).check();
  }

  /** Saves the file and gives what was downloaded. */
  async download(): Promise<{ readonly name: string; readonly content: Buffer }> {
    const begun = this.page.waitForEvent("download");
    await this.save.click();
    const download = await begun;
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
  }
}
