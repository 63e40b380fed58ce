// The list of instances and the field that opens a file, as a person meets them.
import type { Locator, Page } from "@playwright/test";

export class InstancesPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly search: Locator;
  readonly count: Locator;
  readonly table: Locator;
  /** The links that the instances are opened by. */
  readonly names: Locator;
  readonly path: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Instances", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the instances" });
    this.count = page.getByText(/^[\d,]+ instances?$/);
    this.table = page.getByRole("table", { name: "Instances of this computer" });
    this.names = this.table.locator("tbody").getByRole("link");
    this.path = page.getByRole("textbox", { name: "Open a configuration by its file" });
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: "Instances" }).click();
    await this.heading.waitFor();
  }

  row(name: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("link", { name, exact: true }) });
  }

  /** The head of a column: "Name", "Certificate", … */
  column(name: string): Locator {
    return this.table.getByRole("columnheader", { name, exact: true });
  }

  async openInstance(name: string): Promise<void> {
    await this.table.getByRole("link", { name, exact: true }).click();
    await this.page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  async openFile(path: string): Promise<void> {
    await this.path.fill(path);
    await this.path.press("Enter");
  }
}
