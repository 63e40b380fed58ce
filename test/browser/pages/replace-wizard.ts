// The wizard that replaces a certificate everywhere, as a person meets it.
import type { Locator, Page } from "@playwright/test";
import { SecureWizard } from "./secure-wizard.ts";

/** Its first, review and last steps are those of the wizard that secures. */
export class ReplaceWizard extends SecureWizard {
  readonly old: Locator;
  readonly oldChoice: Locator;
  readonly fromStore: Locator;
  readonly takeOver: Locator;
  readonly replace: Locator;

  constructor(page: Page) {
    super(page, "");
    this.old = page.getByRole("region", { name: "Certificate that is to go" });
    this.oldChoice = page.getByRole("combobox", { name: "Certificate that is to go" });
    this.fromStore = page.getByRole("combobox", { name: "Or one that this computer has already" });
    this.takeOver = page.getByRole("checkbox", { name: "Replace it there too: the binding of the other program is taken over" });
    this.replace = page.getByRole("button", { name: /^Replace it in \d+ bindings?$/ });
  }
}
