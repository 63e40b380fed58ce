// The wizards that import, request and complete certificates, and the page that converts them, as a person meets them.
import { readFile } from "node:fs/promises";
import type { Download, Locator, Page } from "@playwright/test";

/** A file as a test hands it over. */
export interface GivenFile { readonly name: string; readonly content: Buffer }

export const given = (name: string): GivenFile => ({ name, content: Buffer.from(`content of ${name}`) });

const payload = ({ name, content }: GivenFile) => ({ name, mimeType: "application/octet-stream", buffer: content });

export class CertificateWizard {
  readonly page: Page;
  readonly files: Locator;
  readonly password: Locator;
  readonly next: Locator;
  readonly back: Locator;
  readonly cancel: Locator;
  readonly close: Locator;
  readonly steps: Locator;
  readonly commit: Locator;
  readonly error: Locator;

  constructor(page: Page) {
    this.page = page;
    this.files = page.getByRole("list", { name: "Files", exact: true }).locator("> li");
    this.password = page.getByLabel(/^Password of /);
    this.next = page.getByRole("button", { name: "Next", exact: true });
    this.back = page.getByRole("button", { name: "Back", exact: true });
    this.cancel = page.getByRole("button", { name: "Cancel", exact: true });
    this.close = page.getByRole("button", { name: "Close", exact: true });
    this.steps = page.getByRole("list", { name: "Steps of the plan" }).locator("> li");
    this.commit = page.getByRole("button", { name: /^Import \d+ certificates?$/ });
    this.error = page.getByRole("alert");
  }

  /** Opens the page with this address and waits for its title. */
  async open(address: "import" | "request" | "convert" | "complete" | `complete/${string}`): Promise<void> {
    await this.page.evaluate((to) => { window.location.hash = `#/${to}`; }, address);
    await this.page.getByRole("heading", { name: /^(Import certificates|Request a certificate|Convert certificates|Complete a request)$/, level: 1 }).waitFor();
  }

  /** The heading of the step now open. */
  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { name, level: 2 });
  }

  /** What a row of the card says: "Private key", "Thumbprint". */
  fact(name: string): Locator {
    return this.page.locator("dt", { hasText: name }).locator("+ dd");
  }

  /** Chooses files with the system's dialog: of the drop zone at first, of "Add files…" later. */
  async choose(...files: readonly GivenFile[]): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.page.getByRole("button", { name: /^(Drop |Add files…)/ }).click();
    await (await chooser).setFiles(files.map(payload));
  }

  /** Drops files onto the page, as from the Explorer. */
  async drop(...files: readonly GivenFile[]): Promise<void> {
    const transfer = await this.page.evaluateHandle((all) => {
      const data = new DataTransfer();
      for (const { name, content } of all) data.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name));
      return data;
    }, files.map(({ name, content }) => ({ name, content: content.toString("base64") })));
    for (const event of ["dragenter", "dragover", "drop"]) await this.page.locator(".drop-target").dispatchEvent(event, { dataTransfer: transfer });
  }

  async openWith(password: string): Promise<void> {
    await this.password.fill(password);
    await this.page.getByRole("button", { name: "Open the file" }).click();
  }

  /** Presses a button and gives the file that it saves. */
  async saved(button: string): Promise<{ readonly name: string; readonly content: string }> {
    const download = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name: button }).click();
    return read(await download);
  }

  /** The same, kept under this path. */
  async savedAs(button: string, path: string): Promise<void> {
    const download = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name: button }).click();
    await (await download).saveAs(path);
  }

  /** After a file was written its password is forgotten: the next try asks for it. */
  async openAgain(password: string): Promise<void> {
    await this.page.getByRole("button", { name: "Save the new file" }).click();
    await this.page.getByText(/Lockstep forgot the password/).waitFor();
    await this.openWith(password);
    await this.fact("Private key").waitFor();
  }
}

async function read(download: Download): Promise<{ readonly name: string; readonly content: string }> {
  return { name: download.suggestedFilename(), content: await readFile(await download.path(), "utf8") };
}
