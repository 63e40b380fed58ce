// The records of HTTP.sys and all that stands beside them, as a person meets them.
import type { Locator, Page } from "@playwright/test";

export class BindingsPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly search: Locator;
  readonly count: Locator;
  readonly grid: Locator;
  readonly rows: Locator;
  /** The links that the records are opened by. */
  readonly names: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Bindings", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the bindings" });
    this.count = page.getByText(/^[\d,]+ bindings?$/);
    this.grid = page.getByRole("grid", { name: "Bindings of this computer" });
    this.rows = this.grid.locator(".grid-row");
    this.names = this.grid.locator("a[data-index]");
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Bindings" }).click();
    await this.heading.waitFor();
  }
}
