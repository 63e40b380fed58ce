// The signature tester, as a person meets its four parts.
import type { Locator, Page } from "@playwright/test";

type File = { readonly name: string; readonly content: Buffer } | string;

export class SignaturePage {
  readonly page: Page;
  readonly heading: Locator;
  readonly user: Locator;
  readonly method: Locator;
  readonly algorithm: Locator;
  readonly body: Locator;
  readonly password: Locator;
  /** The header made, as far as it is shown. */
  readonly madeHeader: Locator;
  readonly made: Locator;
  /** The header to be checked. */
  readonly header: Locator;
  readonly verdict: Locator;
  readonly upload: Locator;
  readonly url: Locator;
  readonly exchange: Locator;
  readonly requests: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Signature tester", level: 1 });
    this.user = page.getByRole("combobox", { name: "Key user" });
    this.method = page.getByRole("combobox", { name: "Method" });
    this.algorithm = page.getByRole("combobox", { name: "Algorithm" });
    this.body = page.getByRole("textbox", { name: "Body", exact: true });
    this.password = page.getByRole("textbox", { name: /^Password of/ });
    this.made = page.getByRole("group", { name: "Signed request" });
    this.madeHeader = this.made.getByLabel("Authorization header");
    this.header = page.getByRole("textbox", { name: "Header as the client sent it" });
    this.verdict = page.getByRole("region", { name: "Verdict" });
    this.upload = page.getByRole("group", { name: "Body on its way" });
    this.url = page.getByRole("textbox", { name: "Address", exact: true });
    this.exchange = page.getByRole("group", { name: "Answer" });
    this.requests = page.getByRole("list", { name: "Requests" }).getByRole("listitem");
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Signature tester" }).click();
    await this.heading.waitFor();
  }

  async openPart(name: "Make" | "Check" | "Send" | "Listen"): Promise<void> {
    await this.page.getByRole("navigation", { name: "Parts of the signature tester" }).getByRole("link", { name }).click();
    if (name !== "Make") await this.page.getByRole("heading", { name, level: 2 }).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  private async choose(button: Locator, file: File): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await button.click();
    await (await chooser).setFiles(typeof file === "string" ? file : { name: file.name, mimeType: "application/octet-stream", buffer: file.content });
  }

  /** A path, or a name and a content. */
  async choosePrivateKey(file: File): Promise<void> {
    await this.choose(this.button("Choose the key…"), file);
  }

  async chooseBody(file: File): Promise<void> {
    await this.choose(this.button("Body from a file…"), file);
  }
}
