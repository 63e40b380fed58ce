// The wizard that secures an endpoint, as a person meets it.
import type { Locator, Page } from "@playwright/test";

/** A file as a test hands it over: a path, or a name with its bytes. */
export type ChosenFile = string | { readonly name: string; readonly content: Buffer };

const payload = (file: Exclude<ChosenFile, string>) => ({ name: file.name, mimeType: "application/octet-stream", buffer: file.content });

export class SecureWizard {
  readonly page: Page;
  readonly name: string;
  readonly dropZone: Locator;
  readonly password: Locator;
  readonly privateKey: Locator;
  readonly thumbprint: Locator;
  readonly allowExpired: Locator;
  readonly next: Locator;
  readonly back: Locator;
  readonly cancel: Locator;
  readonly account: Locator;
  readonly hostName: Locator;
  readonly steps: Locator;
  readonly commit: Locator;
  readonly progress: Locator;
  readonly served: Locator;
  readonly error: Locator;
  readonly seeInHistory: Locator;
  readonly close: Locator;
  readonly backToReview: Locator;

  constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
    this.dropZone = page.getByRole("button", { name: "Drop the certificate here, or choose files" });
    this.password = page.getByLabel(/^Password of /);
    this.privateKey = page.locator("dt", { hasText: "Private key" }).locator("+ dd");
    this.thumbprint = page.locator("dt", { hasText: "Thumbprint" }).locator("+ dd .groups");
    this.allowExpired = page.getByRole("checkbox", { name: "Use it although it has ended" });
    this.next = page.getByRole("button", { name: "Next", exact: true });
    this.back = page.getByRole("button", { name: "Back", exact: true });
    this.cancel = page.getByRole("button", { name: "Cancel", exact: true });
    this.account = page.getByRole("combobox", { name: "Account that the service runs as" });
    this.hostName = page.getByRole("textbox", { name: "Host name to prove" });
    this.steps = page.getByRole("list", { name: "Steps of the plan" }).locator("> li");
    this.commit = page.getByRole("button", { name: /^(Secure \d+ endpoints?|Apply this change)$/ });
    this.progress = page.getByRole("progressbar", { name: "Progress" });
    this.served = page.getByRole("table", { name: "What is really served" });
    this.error = page.getByRole("alert");
    this.seeInHistory = page.getByRole("button", { name: "See in History" });
    this.close = page.getByRole("button", { name: "Close", exact: true });
    this.backToReview = page.getByRole("button", { name: "Back to review" });
  }

  /** The heading of the step now open. */
  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { name, level: 2 });
  }

  /** Chooses files by the drop zone's file dialog. */
  async choose(...files: readonly ChosenFile[]): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.dropZone.click();
    await this.answer(await chooser, files);
  }

  /** Answers an open file dialog. */
  async answer(chooser: { setFiles: (files: string[] | ReturnType<typeof payload>[]) => Promise<void> }, files: readonly ChosenFile[]): Promise<void> {
    const paths = files.filter((file): file is string => typeof file === "string");
    await chooser.setFiles(paths.length === files.length ? paths : files.flatMap((file) => (typeof file === "string" ? [] : [payload(file)])));
  }

  /** Drops files onto the page, as from the Explorer. */
  async drop(...files: readonly Exclude<ChosenFile, string>[]): Promise<void> {
    const transfer = await this.page.evaluateHandle((given) => {
      const data = new DataTransfer();
      for (const { name, content } of given) data.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name));
      return data;
    }, files.map(({ name, content }) => ({ name, content: content.toString("base64") })));
    await this.dropZone.dispatchEvent("dragenter", { dataTransfer: transfer });
    await this.dropZone.dispatchEvent("dragover", { dataTransfer: transfer });
    await this.dropZone.dispatchEvent("drop", { dataTransfer: transfer });
  }

  async openWith(password: string): Promise<void> {
    await this.password.fill(password);
    await this.page.getByRole("button", { name: "Open the file" }).click();
  }

  /** From the first step to the review, everything else left as it is proposed. */
  async reachReview(file: ChosenFile, password?: string): Promise<void> {
    await this.choose(file);
    if (password !== undefined) await this.openWith(password);
    await this.privateKey.getByText("present and fits").waitFor();
    await this.next.click();
    await this.heading("Where should it answer, and as whom?").waitFor();
    await this.next.click();
    await this.heading(/^(Review the change|Nothing is left to do)$/).waitFor();
  }
}
