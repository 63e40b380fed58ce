// One instance, or one configuration by its file, and the dialogs that change it, as a person meets them.
import type { Locator, Page } from "@playwright/test";

export class InstancePage {
  readonly page: Page;
  readonly service: Locator;
  readonly tree: Locator;
  readonly backups: Locator;
  readonly places: Locator;
  readonly dialog: Locator;
  readonly steps: Locator;
  readonly cancel: Locator;
  readonly close: Locator;

  constructor(page: Page) {
    this.page = page;
    this.service = page.getByRole("region", { name: "Service" });
    this.tree = page.getByRole("tree", { name: "Configuration" });
    this.backups = page.getByRole("list", { name: "Backups" }).getByRole("listitem");
    this.places = page.getByRole("region", { name: "Which file is used" });
    // While a change is under way it cannot be dismissed.
    this.dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
    this.steps = this.dialog.getByRole("list", { name: "Steps of the plan" }).locator("> li");
    this.cancel = this.dialog.getByRole("button", { name: "Cancel" });
    this.close = this.dialog.getByRole("button", { name: "Close" });
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, level: 1 });
  }

  /** The heading of the dialog now open. */
  question(name: string | RegExp): Locator {
    return this.dialog.getByRole("heading", { name });
  }

  /** What the service's card says of a fact: "State", "Account", … */
  fact(name: string): Locator {
    return this.service.locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("+ dd");
  }

  /** A row of the tree, by a part of its text. */
  node(text: string | RegExp): Locator {
    return this.tree.getByRole("treeitem").filter({ hasText: text });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  /** Presses the button that commits what the dialog asks. */
  async commit(name: string): Promise<void> {
    await this.dialog.getByRole("button", { name, exact: true }).click();
  }
}
