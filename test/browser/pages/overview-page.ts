// The overview as a person meets it: by role and name.
import type { Locator, Page } from "@playwright/test";
import { SecureWizard } from "./secure-wizard.ts";

export class OverviewPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly lead: Locator;
  readonly instances: Locator;
  readonly recentChanges: Locator;
  readonly certificates: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Overview", level: 1 });
    this.lead = page.locator("h1 + p");
    this.instances = page.getByRole("table", { name: "Instances" });
    this.recentChanges = page.getByRole("region", { name: "Recent changes" });
    this.certificates = page.getByRole("region", { name: "Certificates by days left" });
  }

  async open(): Promise<void> {
    await this.page.getByRole("link", { name: "Overview" }).click();
    await this.heading.waitFor();
  }

  /** The row of an instance. */
  instance(name: string): Locator {
    return this.instances.getByRole("row").filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Opens the wizard from the instance's row. */
  async secure(name: string): Promise<SecureWizard> {
    await this.instance(name).getByRole("button", { name: new RegExp(`^(Secure|Replace the certificate of) ${name}…$`) }).click();
    return new SecureWizard(this.page, name);
  }
}
