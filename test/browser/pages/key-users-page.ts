// The key users: their list, one of them, and the pages that make, add, replace and retire one.
import type { Locator, Page } from "@playwright/test";

export class KeyUsersPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly search: Locator;
  readonly count: Locator;
  readonly grid: Locator;
  readonly rows: Locator;
  /** The links that the key users are opened by. */
  readonly names: Locator;
  readonly dialog: Locator;
  /** Of a new key user. */
  readonly name: Locator;
  readonly privateKeyFile: Locator;
  readonly pasted: Locator;
  /** What is said of the key that was given. */
  readonly told: Locator;
  readonly steps: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Signing keys", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the signing keys" });
    this.count = page.getByText(/^[\d,]+ key users?$/);
    this.grid = page.getByRole("grid", { name: "Key users" });
    this.rows = this.grid.locator(".grid-row");
    this.names = this.grid.locator("a[data-index]");
    // While a change is under way it cannot be dismissed.
    this.dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
    this.name = page.getByRole("textbox", { name: "Name" });
    this.privateKeyFile = page.getByRole("textbox", { name: "File for the private key" });
    this.pasted = page.getByRole("textbox", { name: "Public key" });
    this.told = page.getByRole("group", { name: "What was given" });
    this.steps = page.getByRole("list", { name: "Steps" }).locator("> li");
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Signing keys" }).click();
    await this.heading.waitFor();
  }

  /** By its name; of two that share one, the active one. */
  async openUser(name: string): Promise<void> {
    await this.names.and(this.page.getByRole("link", { name, exact: true })).first().click();
    await this.page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  row(name: string): Locator {
    return this.rows.filter({ has: this.page.locator("a[data-index]").and(this.page.getByRole("link", { name, exact: true })) });
  }

  column(name: string): Locator {
    return this.grid.getByRole("columnheader", { name, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  question(name: string | RegExp): Locator {
    return this.dialog.getByRole("heading", { name });
  }

  async press(name: string): Promise<void> {
    await this.dialog.getByRole("button", { name, exact: true }).click();
  }

  async chooseKey(name: string, content: string): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.button("Choose a file…").click();
    await (await chooser).setFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
  }
}
