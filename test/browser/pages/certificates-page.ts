// The list of certificates and the requests above it, as a person meets them.
import type { Locator, Page } from "@playwright/test";

export class CertificatesPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly search: Locator;
  readonly grid: Locator;
  /** Rows that are drawn now; the head is none of them. */
  readonly rows: Locator;
  /** The links that the rows are opened by. */
  readonly names: Locator;
  readonly count: Locator;
  readonly pending: Locator;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Certificates", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the certificates" });
    this.grid = page.getByRole("grid", { name: "Certificates in the stores" });
    this.names = this.grid.getByRole("rowheader").getByRole("link");
    this.rows = this.grid.getByRole("row").filter({ has: page.getByRole("rowheader") });
    this.count = page.getByText(/^[\d,]+ certificates?$/);
    this.pending = page.getByRole("region", { name: "Waiting for their answer" });
    this.dialog = page.getByRole("dialog");
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: "Certificates" }).click();
    await this.heading.waitFor();
  }

  /** The row of a certificate, as far as it is drawn. */
  row(name: string): Locator {
    return this.rows.filter({ has: this.page.getByRole("link", { name, exact: true }) });
  }

  /** The choice of a filter: "Personal", "Ended", … */
  filter(name: string): Locator {
    return this.page.getByRole("button", { name: new RegExp(`^${name}\\s*[\\d,]+$`) });
  }

  /** The head of a column. */
  column(name: string): Locator {
    return this.grid.getByRole("columnheader", { name, exact: true });
  }

  async sortBy(name: string): Promise<void> {
    await this.column(name).getByRole("button").click();
  }
}
