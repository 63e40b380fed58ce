// NGINX's sites, the form of one, and the check of files, as a person meets them.
import type { Locator, Page } from "@playwright/test";

interface File { readonly name: string; readonly content: Buffer }

export class ProxyPage {
  readonly page: Page;
  readonly heading: Locator;
  readonly search: Locator;
  readonly count: Locator;
  readonly grid: Locator;
  readonly rows: Locator;
  /** The links that the sites are opened by. */
  readonly names: Locator;
  readonly dialog: Locator;
  readonly hostNames: Locator;
  readonly upstreams: Locator;
  readonly certificate: Locator;
  readonly key: Locator;
  readonly port: Locator;
  /** The pane with the file, and its text. */
  readonly pane: Locator;
  readonly text: Locator;
  readonly steps: Locator;
  readonly verdict: Locator;
  readonly findings: Locator;
  readonly source: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Proxy", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the sites" });
    this.count = page.getByText(/^[\d,]+ sites?$/);
    this.grid = page.getByRole("grid", { name: "Published sites" });
    this.rows = this.grid.locator(".grid-row");
    this.names = this.grid.locator("a[data-index]");
    // While a change is under way it cannot be dismissed.
    this.dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
    this.hostNames = page.getByRole("textbox", { name: "Host names" });
    this.upstreams = page.getByRole("textbox", { name: "Where SanteDB answers" });
    this.certificate = page.getByRole("textbox", { name: "Path of the certificate" });
    this.key = page.getByRole("textbox", { name: "Path of the private key" });
    this.port = page.getByRole("textbox", { name: "Port for https" });
    this.pane = page.locator(".rendered-pane");
    this.text = this.pane.locator(".nginx-text");
    this.steps = page.getByRole("list", { name: "Steps of the plan" }).locator("> li");
    this.verdict = page.getByRole("alert");
    this.findings = page.getByRole("region", { name: "What was found" }).getByRole("listitem");
    this.source = page.getByRole("group", { name: /^Text of / });
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Proxy" }).click();
    await this.heading.waitFor();
  }

  async openCheck(): Promise<void> {
    await this.open();
    await this.page.getByRole("navigation", { name: "Parts of the proxy" }).getByRole("link", { name: "Check a file" }).click();
    await this.page.getByRole("heading", { name: "Check a file", level: 2 }).waitFor();
  }

  async openNew(): Promise<void> {
    await this.open();
    await this.button("New site").click();
    await this.page.getByRole("heading", { name: "New site", level: 1 }).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  /** The head of a column: "Host name", "Port", … */
  column(name: string): Locator {
    return this.grid.getByRole("columnheader", { name, exact: true });
  }

  row(name: string): Locator {
    return this.rows.filter({ has: this.page.locator("a[data-index]").and(this.page.getByRole("link", { name, exact: true })) });
  }

  async openSite(name: string): Promise<void> {
    await this.row(name).getByRole("link").first().click();
    await this.page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  /** A site as an administrator in a hurry fills it in: nothing but what is needed. */
  async fill(name: string, upstream = "http://127.0.0.1:9300"): Promise<void> {
    await this.hostNames.fill(name);
    await this.upstreams.fill(upstream);
    await this.certificate.fill("/etc/ssl/clinic/chain.pem");
    await this.key.fill("/etc/ssl/clinic/key.pem");
  }

  async choose(button: Locator, ...files: readonly (File | string)[]): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await button.click();
    const paths = files.filter((file): file is string => typeof file === "string");
    await (await chooser).setFiles(paths.length === files.length ? paths : files.flatMap((file) => (typeof file === "string" ? [] : [{ name: file.name, mimeType: "application/octet-stream", buffer: file.content }])));
  }

  /** Hands files over for a check. */
  async check(...files: readonly (File | string)[]): Promise<void> {
    await this.choose(this.button(/^(Drop a site file here|Choose other files…)/), ...files);
  }
}
