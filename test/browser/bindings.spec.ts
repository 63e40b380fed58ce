// The records of HTTP.sys: listed, changed and removed; who answers; reservations; another computer's output; replaced everywhere.
import { practicePassword } from "../renderer/practice-host.ts";
import { failedOutput, germanOutput, walkBindings } from "./bindings-walk.ts";
import { chooseByKey, tabTo } from "./keyboard.ts";
import { BindingsPage } from "./pages/bindings-page.ts";
import { InstancePage } from "./pages/instance-page.ts";
import { InstancesPage } from "./pages/instances-page.ts";
import { ReplaceWizard } from "./pages/replace-wizard.ts";
import { testEveryLook } from "./every-look.ts";
import { keyPressTime } from "./pace.ts";
import { expect, picture, test } from "./window.ts";

const tangled = { instances: "three", bindings: "tangled", stored: 3 } as const;
const pfx = { name: "clinic-7.pfx", content: Buffer.from("PFX content") };

test.describe("stale, foreign and strange records", () => {
  test.use({ scenario: tangled });

  test("are listed with kind, certificate, application, store and settings; searched, filtered, sorted", async ({ window }) => {
    const page = new BindingsPage(window);
    await page.open();
    await expect(page.count).toHaveText("7 bindings");
    await expect(page.names.first()).toHaveText("0.0.0.0:443");
    await expect(page.row("0.0.0.0:443")).toContainText("IIS");
    await expect(page.row("0.0.0.0:443")).toContainText("not in the stores");
    await expect(page.row("hie.example.org:443")).toContainText("Host name");
    await expect(page.row("8443")).toContainText("from the central store");
    await expect(page.row("[::]:9200")).toContainText("12 days left");
    await expect(page.row("0.0.0.0:9200")).toContainText("Asks for client certificates");
    await expect(page.column("Endpoint")).toHaveAttribute("aria-sort", "ascending");
    await page.column("Settings").getByRole("button").click();
    await expect(page.names.first()).toHaveText("0.0.0.0:9200");
    await page.column("Endpoint").getByRole("button").click();
    await page.column("Endpoint").getByRole("button").click();
    await expect(page.column("Endpoint")).toHaveAttribute("aria-sort", "descending");
    await expect(page.names.first()).toHaveText("0.0.0.0:9201");
    await page.search.fill("9200 hie");
    await expect(page.count).toHaveText("2 bindings");
    await page.button(/^Host name/).click();
    await expect(page.count).toHaveText("1 binding");
    await page.search.fill("no such thing");
    await expect(window.getByText("Nothing found for “no such thing”")).toBeVisible();
    await page.button("Show all bindings").click();
    await expect(page.count).toHaveText("7 bindings");
    await page.row("[::]:9200").getByRole("link", { name: "hie.example.org" }).click();
    await expect(window.getByRole("heading", { name: "hie.example.org", level: 1 })).toBeFocused();
    await expect(page.button("Replace everywhere…")).toBeVisible();
  });

  test("are walked by the keyboard, from the search into a record and back", async ({ window }) => {
    const page = new BindingsPage(window);
    await page.open();
    await expect(page.names.first()).toBeVisible();
    await window.keyboard.press("Control+f");
    await window.keyboard.type("9200");
    await window.keyboard.press("ArrowDown");
    await expect(page.names.first()).toBeFocused();
    await window.keyboard.press("End");
    await expect(page.names.last()).toBeFocused();
    await window.keyboard.press("ArrowUp");
    await window.keyboard.press("Enter");
    await expect(window.getByRole("heading", { name: "0.0.0.0:9200", level: 1 })).toBeFocused();
    await window.getByRole("link", { name: "Bindings" }).last().click();
    await expect(page.search, "the list is found as it was left").toHaveValue("9200");
  });

  test("one is told in full, with what netsh cannot set", async ({ window }) => {
    const page = new BindingsPage(window);
    await page.open();
    await page.openRecord("0.0.0.0:9200");
    const settings = window.getByRole("region", { name: "Settings" });
    await expect(settings.getByRole("definition").first()).toContainText("ClientAuthIssuer");
    await expect(settings).toContainText("Ask clients for a certificate as the connection begins");
    await window.getByText("18 settings at their defaults").click();
    await expect(settings.getByText("verifyclientcertrevocation")).toBeVisible();
    await page.open();
    await page.openRecord("clinic-7.example.org:9200");
    await expect(window.getByText("netsh cannot set everything that this record carries")).toBeVisible();
    await expect(window.getByText("limits of its own for HTTP/2 settings")).toBeVisible();
    await page.button("Who answers there?").click();
    await expect(page.answer.getByRole("region").first()).toContainText("clinic-7.example.org:9200 answers");
  });

  test("one is changed after its commands were shown; all else on it stays", async ({ window, server }) => {
    const page = new BindingsPage(window);
    await page.open();
    await page.openRecord("[::]:9200");
    await page.button("Change…").click();
    await page.press("Review…");
    await expect(page.dialog).toContainText("Choose another certificate, or change a setting below.");
    await page.dialog.getByRole("checkbox", { name: /^Do without HTTP\/2/ }).check();
    await page.press("Review…");
    await expect(page.question("Change the binding of [::]:9200?")).toBeVisible();
    await expect(page.steps.locator("pre").last()).toContainText("revocationfreshnesstime=3600");
    await expect(page.steps.locator("pre").last()).toContainText("disablehttp2=enable");
    expect(server.calls.some(({ name }) => name === "plan.apply")).toBe(false);
    await page.press("Change the binding");
    await expect(page.question("The binding of [::]:9200 is changed")).toBeVisible();
    await page.press("Close");
    await expect(page.button("Change…"), "the button that asked has the focus again").toBeFocused();
    await expect(window.getByRole("region", { name: "Settings" })).toContainText("Do without HTTP/2");
    expect(server.calls.filter(({ name }) => name === "binding.planSet").map(({ input }) => input)).toEqual([{ endpoint: "[::]:9200", flags: { disablehttp2: true } }]);
  });

  test("one of another product is left alone until its consent is given, then removed", async ({ window, server }) => {
    const page = new BindingsPage(window);
    await page.open();
    await page.openRecord("0.0.0.0:443");
    await expect(window.getByText("This record belongs to IIS")).toBeVisible();
    await page.button("Remove…").click();
    await expect(window.getByRole("alert")).toContainText("Say first that the record may be changed");
    await expect(page.dialog).toBeHidden();
    expect(server.calls.some(({ name }) => name === "binding.planRemove")).toBe(false);
    await window.getByRole("checkbox", { name: "Change it all the same" }).check();
    await page.button("Remove…").click();
    await expect(page.steps.locator("pre")).toHaveText("netsh http delete sslcert ipport=0.0.0.0:443");
    await expect(page.dialog).toContainText("clients that this one served are reset");
    await page.press("Remove the binding");
    await expect(page.question("The binding of 0.0.0.0:443 is removed")).toBeVisible();
    await page.press("Close");
    await expect(page.dialog).toBeHidden();
    await window.getByRole("link", { name: "Bindings" }).last().click();
    await expect(page.count).toHaveText("6 bindings");
    expect(server.calls.find(({ name }) => name === "binding.planRemove")?.input).toEqual({ endpoint: "0.0.0.0:443", takeOver: true });
  });

  test("one is added by the keyboard alone; what is wrong is said in the form", async ({ window }) => {
    const page = new BindingsPage(window);
    await page.open();
    await expect(page.names.first()).toBeVisible();
    await tabTo(window, "Add binding…");
    await window.keyboard.press("Enter");
    await expect(page.question("Add a binding")).toBeVisible();
    await page.press("Review…");
    await expect(page.dialog).toContainText("Type the address or name, and the port.");
    await page.dialog.getByRole("textbox", { name: "Endpoint" }).focus();
    await window.keyboard.type("nowhere at all");
    await page.dialog.getByRole("combobox", { name: "Certificate" }).selectOption({ index: 1 });
    await page.dialog.getByRole("textbox", { name: "Endpoint" }).focus();
    await window.keyboard.press("Enter");
    await expect(page.dialog.getByRole("alert")).toContainText("is no endpoint of a binding");
    await page.dialog.getByRole("textbox", { name: "Endpoint" }).fill("10.1.2.3:9443");
    await window.keyboard.press("Enter");
    await expect(page.question("Bind 10.1.2.3:9443?")).toBeVisible();
    await page.press("Add the binding");
    await expect(page.question("10.1.2.3:9443 is bound")).toBeVisible();
    await page.press("Close");
    await expect(page.count).toHaveText("8 bindings");
    await expect(page.button("Add binding…")).toBeFocused();
  });

  test("who answers is told for every address, with every record considered", async ({ window, server }) => {
    const page = new BindingsPage(window);
    await page.open();
    await page.openPart("Who answers?");
    await page.button("Show who answers").click();
    await expect(window.getByText("Type an address or a name of this computer.")).toBeVisible();
    await page.target.pressSequentially("127.0");
    expect(server.calls.some(({ name }) => name === "binding.explain"), "nothing is asked while it is typed").toBe(false);
    await page.ask("127.0.0.1:9200");
    await expect(page.answer.getByRole("heading", { level: 3 })).toHaveText("At 127.0.0.1:9200, no name asked for");
    await expect(page.answer).toContainText("0.0.0.0:9200 answers");
    await page.ask("[::1]:9200", "clinic-7.example.org");
    await expect(page.answer.getByRole("heading", { level: 3 })).toHaveText("At [::1]:9200, asked for clinic-7.example.org");
    await expect(page.answer.getByRole("listitem").first()).toContainText("clinic-7.example.org:9200");
    await expect(page.answer.getByRole("listitem")).toHaveCount(3);
    await page.ask("clinic-7.example.org:9999");
    await expect(page.answer.getByRole("region"), "all addresses of the name").toHaveCount(2);
    await expect(page.answer).toContainText("No record answers: the connection is reset");
    await page.ask("*:nothing");
    await expect(window.getByRole("alert")).toContainText("names no address and port");
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("default");
    await new InstancePage(window).page.getByRole("link", { name: "Who answers?" }).click();
    await expect(page.answer, "an instance's port is asked about at once").toContainText("At 127.0.0.1:9200");
  });

  test("reservations are checked against the configured addresses, made and removed", async ({ window, server }) => {
    const page = new BindingsPage(window);
    await page.open();
    await page.openPart("Reservations");
    await expect(page.checked.first()).toContainText("Not reserved");
    await expect(page.checked.filter({ hasText: "Reserved for the wrong scheme" })).toContainText("http://+:9300/");
    await page.button("Reserve http://+:9300/…").click();
    await expect(page.dialog.getByRole("textbox", { name: "URL" })).toHaveValue("http://+:9300/");
    await expect(page.dialog.getByRole("combobox")).toHaveValue("NT AUTHORITY\\NetworkService");
    await page.press("Review…");
    await expect(page.steps.locator("pre")).toContainText("netsh http add urlacl url=http://+:9300/");
    await page.press("Reserve the URL");
    await expect(page.question("http://+:9300/ is reserved")).toBeVisible();
    await page.press("Close");
    await expect(page.checked.filter({ hasText: "http://+:9300/" })).toContainText("Reserved");
    await expect(page.button("Reserve http://+:9300/…")).toHaveCount(0);
    await expect(page.reservations).toHaveCount(5);
    const leftOver = page.reservations.filter({ hasText: "http://+:9200/" });
    await expect(leftOver).toContainText("left over");
    await leftOver.getByText("SDDL").click();
    await expect(leftOver.getByText("D:(A;;GX;;;NS)")).toBeVisible();
    await page.button("Remove the reservation of http://+:9200/…").click();
    await page.press("Remove the reservation");
    await expect(page.question("The reservation of http://+:9200/ is removed")).toBeVisible();
    await page.press("Close");
    await expect(page.reservations).toHaveCount(4);
    await window.getByRole("searchbox").fill("5357");
    await expect(page.reservations).toHaveCount(1);
    await page.button("Reserve…").click();
    await page.dialog.getByRole("combobox").selectOption("");
    await page.press("Review…");
    await expect(page.dialog).toContainText("Type the name of the account.");
    await page.dialog.getByRole("textbox", { name: "URL" }).fill("https://+:1/");
    await page.dialog.getByRole("textbox", { name: "Name of the account" }).fill("Nobody");
    await page.press("Review…");
    await expect(page.dialog.getByRole("alert")).toContainText("Nobody");
    expect(server.calls.find(({ name }) => name === "reservation.planAdd")?.input).toEqual({ url: "http://+:9300/", account: "NT AUTHORITY\\NetworkService" });
  });

  test("another computer's output is read and asked about, pasted or as a file; nothing here is looked at", async ({ window, server }) => {
    const page = new BindingsPage(window);
    await page.open();
    await page.openPart("Another computer");
    await page.button("Read it").click();
    await expect(window.getByText("Paste the output, or choose a file.")).toBeVisible();
    await page.read(failedOutput);
    await expect(page.result.getByRole("alert")).toContainText("Windows error 1312");
    await page.read("nothing of the kind");
    await expect(page.result).toContainText("Nothing was recognised in this text");
    const chooser = window.waitForEvent("filechooser");
    await page.button("Choose a file…").click();
    await (await chooser).setFiles([{ name: "bindings.txt", mimeType: "text/plain", buffer: Buffer.from(`\uFEFF${germanOutput}`, "utf16le") }]);
    await expect(page.result.getByRole("list", { name: "2 bindings" }).getByRole("listitem").first()).toContainText("0.0.0.0:9200");
    await expect(page.output).toHaveValue(/Zertifikathash/);
    await page.ask("127.0.0.1:9200");
    await expect(page.answer).toContainText("80A6");
    await expect(page.answer.getByRole("link"), "its records are not those of this computer").toHaveCount(0);
    expect(server.calls.filter(({ name }) => name === "binding.explain").map(({ input }) => (input as { transcript?: string }).transcript)).toEqual([germanOutput]);
    const again = window.waitForEvent("filechooser");
    await page.button("Choose a file…").click();
    await (await again).setFiles([{ name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(4 * 1024 * 1024 + 1, "a") }]);
    await expect(window.getByText("This is larger than 4 MB")).toBeVisible();
  });

  test("a certificate is replaced everywhere by the mouse, from a record, with proof at the end", async ({ window, server }) => {
    const page = new BindingsPage(window);
    const wizard = new ReplaceWizard(window);
    await page.open();
    await page.openRecord("[::]:9200");
    await page.button("Replace this certificate everywhere…").click();
    await expect(wizard.old).toContainText("hie.example.org");
    await expect(wizard.old.getByRole("listitem").filter({ hasText: "clinic-7.example.org:9200" })).toBeVisible();
    await wizard.next.click();
    await expect(window.getByText("Choose the certificate first.")).toBeVisible();
    await wizard.choose(pfx);
    await wizard.openWith("wrong");
    await expect(window.getByText(/does not open/)).toBeVisible();
    await wizard.openWith(practicePassword);
    await wizard.privateKey.getByText("present and fits").waitFor();
    await wizard.next.click();
    await expect(wizard.heading("Review the change")).toBeFocused();
    await expect(wizard.steps.locator("pre").filter({ hasText: "add sslcert" })).toHaveCount(2);
    await expect(window.getByText("stays in the store, so that this change can be undone")).toBeVisible();
    await wizard.back.click();
    await expect(wizard.thumbprint, "Back keeps what was chosen").toBeVisible();
    await wizard.next.click();
    await wizard.replace.click();
    await expect(wizard.heading("The certificate is replaced")).toBeFocused();
    await expect(wizard.served.getByRole("row")).toHaveCount(3);
    await wizard.close.click();
    await expect(page.row("[::]:9200")).not.toContainText("hie.example.org");
    expect(server.calls.filter(({ name }) => name === "endpoint.planReplaceCertificate"), "planned once: Back changes nothing").toHaveLength(1);
  });

  test("a certificate is replaced by the keyboard alone, the old one chosen from the list", async ({ window }) => {
    const page = new BindingsPage(window);
    const wizard = new ReplaceWizard(window);
    await page.open();
    await tabTo(window, "Replace a certificate everywhere…");
    await window.keyboard.press("Enter");
    await wizard.oldChoice.waitFor();
    await tabTo(window, "Next");
    await window.keyboard.press("Enter");
    await expect(window.getByText("Choose which certificate is to go.")).toBeVisible();
    await wizard.oldChoice.focus();
    await window.keyboard.type("hie");
    await expect(wizard.old).toContainText("12 days left");
    await wizard.dropZone.focus();
    await chooseByKey(window, pfx);
    await expect(wizard.password).toBeFocused();
    await window.keyboard.type(practicePassword);
    await window.keyboard.press("Enter");
    await wizard.privateKey.getByText("present and fits").waitFor();
    await tabTo(window, "Next");
    await window.keyboard.press("Enter");
    await expect(wizard.heading("Review the change")).toBeFocused();
    await tabTo(window, /^Replace it in 2 bindings$/);
    await window.keyboard.press("Enter");
    await expect(wizard.heading("The certificate is replaced")).toBeFocused();
  });

  test("another product's record is replaced only with its consent; the new certificate may be one of the store", async ({ window, server }) => {
    const page = new BindingsPage(window);
    const wizard = new ReplaceWizard(window);
    await page.open();
    await page.openRecord("0.0.0.0:443");
    await page.button("Replace this certificate everywhere…").click();
    await wizard.fromStore.selectOption({ index: 1 });
    await wizard.privateKey.waitFor();
    await wizard.next.click();
    await expect(wizard.error).toContainText("0.0.0.0:443 is bound by IIS.");
    await wizard.takeOver.check();
    await wizard.next.click();
    await expect(wizard.heading("Review the change")).toBeVisible();
    expect(server.calls.filter(({ name }) => name === "endpoint.planReplaceCertificate").map(({ input }) => (input as { takeOver?: boolean }).takeOver)).toEqual([undefined, true]);
  });
});

test.describe("a replacement that fails", () => {
  test.use({ scenario: { ...tangled, failAt: "binding.set" } });
  test("is put back, and can be planned anew", async ({ window }) => {
    const page = new BindingsPage(window);
    const wizard = new ReplaceWizard(window);
    await page.open();
    await page.openRecord("[::]:9200");
    await page.button("Replace this certificate everywhere…").click();
    await wizard.choose(pfx);
    await wizard.openWith(practicePassword);
    await wizard.privateKey.waitFor();
    await wizard.next.click();
    await wizard.replace.click();
    await expect(wizard.heading("The certificate was not replaced")).toBeFocused();
    await expect(wizard.error).toContainText("Everything was put back as it was.");
    await picture(window, "replace-failed");
    await wizard.backToReview.click();
    await expect(window.getByText("Lockstep forgot the password once it had been used.")).toBeVisible();
    await wizard.openWith(practicePassword);
    await wizard.next.click();
    await wizard.replace.click();
    await expect(wizard.heading("The certificate is replaced")).toBeVisible();
  });
});

test.describe("five thousand records", () => {
  test.use({ scenario: { instances: "one", bindings: "many" } });
  test("are one list, of which only what is near is drawn, and quick to search and walk", async ({ window }) => {
    const page = new BindingsPage(window);
    await page.open();
    await expect(page.count).toHaveText("5,000 bindings");
    expect(await page.rows.count()).toBeLessThan(60);
    await page.names.first().focus();
    await window.keyboard.press("End");
    await expect(page.names.last()).toBeFocused();
    await expect(page.rows.last()).toHaveAttribute("aria-rowindex", "5001");
    await window.keyboard.press("Home");
    expect(await keyPressTime(window), "a key press, against a fixed piece of work").toBeLessThan(4);
    await page.search.fill("site-4997.");
    await expect(page.count).toHaveText("1 binding");
    await page.button("Replace a certificate everywhere…").click();
    await expect(new ReplaceWizard(window).oldChoice).toBeVisible();
  });
});

test.describe("no record", () => {
  test.use({ scenario: { instances: "none", bindings: "none" } });
  test("says what to do next", async ({ window }) => {
    const page = new BindingsPage(window);
    await page.open();
    await expect(window.getByText("No certificate is bound yet")).toBeVisible();
    await expect(page.button("Add binding…")).toBeVisible();
    await picture(window, "bindings-empty");
    await page.openPart("Reservations");
    await expect(window.getByText("No instance has an address that would need one.")).toBeVisible();
    await page.openPart("Listen list");
    await expect(window.getByText("HTTP.sys listens on every address")).toBeVisible();
    await picture(window, "listen-list-all");
    await window.goto(`${window.url().split("#")[0] ?? ""}#/bindings/record/0.0.0.0%3A1`);
    await expect(window.getByRole("alert")).toContainText("There is no binding named 0.0.0.0:1.");
  });
});

testEveryLook({ of: "the pages of the bindings", walk: walkBindings, scenario: tangled, within: ["[role=dialog] .dialog-content", ".row-grid"] });

test.describe("for a reader of French", () => {
  test.use({ scenario: tangled, locale: "fr-FR" });
  test("the pages of the bindings speak French", async ({ window }) => {
    await window.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Liaisons" }).click();
    await expect(window.getByRole("heading", { name: "Liaisons", level: 1 })).toBeVisible();
    await expect(window.getByText("7 liaisons")).toBeVisible();
    await picture(window, "bindings-french");
    for (const name of ["Qui répond ?", "Réservations", "Liste d’écoute", "Autre ordinateur"]) {
      await window.getByRole("navigation", { name: "Parties des liaisons" }).getByRole("link", { name }).click();
      await expect(window.getByRole("heading", { name, level: 2 })).toBeFocused();
      await picture(window, `bindings-french-${name.replace(/\W+/g, "")}`);
    }
  });
});
