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
  readonly dialog: Locator;
  readonly steps: Locator;
  readonly target: Locator;
  readonly serverName: Locator;
  readonly answer: Locator;
  readonly checked: Locator;
  readonly reservations: Locator;
  readonly output: Locator;
  readonly result: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole("heading", { name: "Bindings", level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search the bindings" });
    this.count = page.getByText(/^[\d,]+ bindings?$/);
    this.grid = page.getByRole("grid", { name: "Bindings of this computer" });
    this.rows = this.grid.locator(".grid-row");
    this.names = this.grid.locator("a[data-index]");
    // While a change is under way it cannot be dismissed.
    this.dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
    this.steps = this.dialog.getByRole("list", { name: "Steps of the plan" }).locator("> li");
    this.target = page.getByRole("textbox", { name: "Address or name, and port" });
    this.serverName = page.getByRole("textbox", { name: "Name that the client asks for" });
    this.answer = page.getByRole("group", { name: "Answer" });
    this.checked = page.getByRole("list", { name: "Configured addresses" }).getByRole("listitem");
    this.reservations = page.getByRole("list", { name: "Reservations of this computer" }).locator("> li");
    this.output = page.getByRole("textbox", { name: "Output of netsh or sc" });
    this.result = page.getByRole("group", { name: "What the output says" });
  }

  async open(): Promise<void> {
    await this.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Bindings" }).click();
    await this.heading.waitFor();
  }

  /** Goes to one of the parts: "Who answers?", "Reservations", … */
  async openPart(name: string): Promise<void> {
    await this.page.getByRole("navigation", { name: "Parts of the bindings" }).getByRole("link", { name }).click();
    await this.page.getByRole("heading", { name, level: 2 }).waitFor();
  }

  name(endpoint: string): Locator {
    return this.names.and(this.page.getByRole("link", { name: endpoint, exact: true }));
  }

  row(endpoint: string): Locator {
    return this.rows.filter({ has: this.page.locator("a[data-index]").and(this.page.getByRole("link", { name: endpoint, exact: true })) });
  }

  /** The head of a column: "Endpoint", "Certificate", … */
  column(name: string): Locator {
    return this.grid.getByRole("columnheader", { name, exact: true });
  }

  async openRecord(endpoint: string): Promise<void> {
    await this.name(endpoint).click();
    await this.page.getByRole("heading", { name: endpoint, level: 1 }).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  /** The heading of the dialog now open. */
  question(name: string | RegExp): Locator {
    return this.dialog.getByRole("heading", { name });
  }

  async press(name: string): Promise<void> {
    await this.dialog.getByRole("button", { name, exact: true }).click();
  }

  async ask(target: string, serverName?: string): Promise<void> {
    await this.target.fill(target);
    if (serverName !== undefined) await this.serverName.fill(serverName);
    await this.target.press("Enter");
  }

  async read(text: string): Promise<void> {
    await this.output.fill(text);
    await this.button("Read it").click();
  }
}
