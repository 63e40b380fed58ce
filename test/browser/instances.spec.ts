// The instances: listed, opened, their services controlled, their configurations read, compared, restored and changed.
import type { Page } from "@playwright/test";
import { InstancePage } from "./pages/instance-page.ts";
import { InstancesPage } from "./pages/instances-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { testEveryLook } from "./every-look.ts";
import { keyPressTime } from "./pace.ts";
import { expect, picture, test } from "./window.ts";

const copied = "D:\\Copies\\santedb.config.xml";

test.describe("one instance of every kind", () => {
  test.use({ scenario: { instances: "kinds" } });

  test("are listed with product, address, certificate, service and the worst finding; searched, sorted, walked by arrow keys", async ({ window }) => {
    const list = new InstancesPage(window);
    await list.open();
    await expect(list.count).toHaveText("4 instances");
    await expect(list.row("SanteDB")).toContainText("iCDR, version 3");
    await expect(list.row("SanteDB")).toContainText("12 days left");
    await expect(list.row("SanteDB")).toContainText("NT AUTHORITY\\NetworkService");
    await expect(list.row("clinic")).toContainText("is not well-formed XML at line 212");
    await expect(list.row("training"), "the error before the note").toContainText("ended on");
    await expect(list.column("Name")).toHaveAttribute("aria-sort", "ascending");
    await expect(list.names.first()).toHaveText("clinic");
    await list.column("Certificate").getByRole("button").click();
    await expect(list.names.first()).toHaveText("training");
    await list.column("Certificate").getByRole("button").click();
    await expect(list.column("Certificate")).toHaveAttribute("aria-sort", "descending");
    await expect(list.names.first()).toHaveText("SanteDB");

    await window.keyboard.press("Control+f");
    await window.keyboard.type("no such thing");
    await expect(window.getByText("Nothing found for “no such thing”")).toBeVisible();
    await window.getByRole("button", { name: "Show all instances" }).click();
    await list.search.fill("localsystem dcdr");
    await expect(list.count).toHaveText("3 instances");
    await list.search.press("ArrowDown");
    await expect(list.names.first()).toBeFocused();
    await window.keyboard.press("End");
    await expect(list.names.last()).toBeFocused();
    await window.keyboard.press("ArrowUp");
    await expect(list.names.nth(1)).toBeFocused();
    await window.keyboard.press("Enter");
    await expect(window.getByRole("heading", { level: 1 })).toBeFocused();
    await window.getByRole("link", { name: "Instances" }).last().click();
    await expect(list.search, "the list is found as it was left").toHaveValue("localsystem dcdr");
  });

  test("show the service, the file that is read and those that are not, what is joined and bound", async ({ window }) => {
    const list = new InstancesPage(window);
    const page = new InstancePage(window);
    await new OverviewPage(window).instances.getByRole("link", { name: "SanteDB" }).click();
    await expect(page.heading("SanteDB"), "the overview leads here by the name").toBeFocused();
    await expect(page.fact("State")).toHaveText(/running\s*process 4711/);
    await expect(page.fact("Account")).toContainText("S-1-5-20");
    await expect(page.fact("Starts")).toHaveText("with Windows");
    await expect(page.fact("Needed by")).toHaveText("sdb-import");
    await page.button("Copy the command line").click();
    expect(await window.evaluate(() => navigator.clipboard.readText())).toBe('"C:\\Program Files\\SanteSuite\\SanteDB\\Server\\santedb.exe" --name=SanteDB');
    await expect(window.getByRole("region", { name: "Certificates bound to port 8443" }).getByRole("listitem")).toHaveCount(2);
    await expect(page.button("Secure…")).toHaveCount(0);
    await window.getByRole("region", { name: "Joined systems" }).getByRole("link", { name: "default" }).click();

    await expect(page.heading("default")).toBeVisible();
    await list.open();
    await list.openInstance("training");
    await expect(page.places.getByRole("list").first().getByRole("listitem")).toHaveText([/The service reads this one.*Version 2/, /Not read/]);
    await page.places.getByText("2 more places, where no file lies").click();
    await expect(page.places.getByText("No file", { exact: true })).toHaveCount(2);
    await expect(window.getByText("A shortcut still leads to http")).toBeVisible();

    await list.open();
    await list.openInstance("clinic");
    await expect(page.tree, "what cannot be read has no tree").toHaveCount(0);
    await expect(window.getByText(/is not well-formed XML/)).toBeVisible();
    await expect(page.backups.first(), "but its backups").toBeVisible();
  });

  test("show their configuration as a tree that the keyboard walks", async ({ window }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("SanteDB");
    await expect(page.node(/^HDSI/)).toContainText("health data");
    await expect(page.node("/ami")).toContainText("asks for client certificates");
    await expect(page.node("llp://127.0.0.1:12100")).toContainText("not HTTP");
    const row = page.tree.locator(":focus");
    await page.node("Answers on").focus();
    await window.keyboard.press("ArrowLeft");
    await expect(row).toHaveAttribute("aria-expanded", "false");
    await window.keyboard.press("End");
    await expect(row).toContainText("Files and sections");
    await window.keyboard.press("ArrowRight");
    await window.keyboard.press("ArrowRight");
    await expect(row).toContainText("santedb.config.xml");
    await window.keyboard.press("Enter");
    await expect(page.node("DataConfigurationSection")).toContainText("encrypted, kept as it is");
    await expect(page.node("DataConfigurationSection")).toHaveAttribute("aria-level", "3");
    await window.keyboard.press("End");
    await expect(row).toContainText("hl7.xml");
    await window.keyboard.press("ArrowRight");
    await window.keyboard.press("End");
    await expect(row, "included by a file that is itself included").toContainText("hl7-sites.xml");
    await expect(row).toContainText("hl7.xml, line 31");
    await window.keyboard.press("ArrowLeft");
    await expect(row).toContainText("hl7.xml");
    await window.keyboard.press("ArrowUp");
    await window.keyboard.press("Home");
    await expect(row).toContainText("Answers on");
    await window.keyboard.press("*");
    await expect(page.node("http://hie.example.org:8080/auth")).toContainText("line 102");
    await expect(page.node("Token issuer")).toBeVisible();
    await window.keyboard.press("Tab");
    await expect(row, "one stop for the Tab key").toHaveCount(0);
    await picture(window, "instance-tree");
  });

  test("a service is restarted after every step and command was shown, with proof at the end", async ({ window, server }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("SanteDB");
    await page.button("Restart…").click();
    await expect(page.question("Restart SanteDB?")).toBeVisible();
    await window.goBack();
    await expect(new InstancesPage(window).heading, "the page before is not hidden from screen readers").toBeFocused();
    await window.keyboard.press("Tab");
    await new InstancesPage(window).openInstance("SanteDB");
    await page.button("Restart…").click();
    await expect(page.steps.locator("pre")).toHaveText(["sc stop sdb-import", "sc stop SanteDB", "sc start SanteDB", "sc start sdb-import"]);
    await picture(window, "service-restart");
    expect(server.calls.some(({ name }) => name === "plan.apply")).toBe(false);
    await window.keyboard.press("Escape");
    await expect(page.dialog).toBeHidden();
    await expect(page.button("Restart…"), "the button that asked has the focus again").toBeFocused();
    await window.keyboard.press("Enter");
    await page.commit("Restart the service");
    await expect(page.question("SanteDB was restarted")).toBeVisible();
    await expect(page.dialog.getByRole("table", { name: "What is really served" }).getByRole("row")).toHaveCount(3);
    await page.commit("See in History");
    await expect(page.heading("Restart SanteDB")).toBeFocused();
    expect(server.calls.filter(({ name }) => name === "plan.apply")).toHaveLength(1);
  });

  test("a stopped service is started", async ({ window }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("training");
    await expect(page.button("Stop…")).toHaveCount(0);
    await page.button("Start…").click();
    await page.commit("Start the service");
    await expect(page.question("sdb-www-training was started")).toBeVisible();
    await page.close.click();
    await expect(page.fact("State")).toContainText("running");
    await expect(page.button("Restart…")).toBeVisible();
  });

  test("backups are told apart; one is compared, then restored after its difference was shown", async ({ window }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("default");
    await expect(page.backups).toHaveCount(6);
    await expect(page.backups.nth(0), "the same as the file: nothing to compare or restore").toContainText("same as the file now");
    await expect(page.backups.nth(0).getByRole("button", { name: /Restore/ })).toHaveCount(0);
    await expect(page.backups.nth(2)).toContainText("changed since it was kept");
    await expect(page.backups.nth(5)).toContainText("cannot unpack this one");
    await expect(page.backups.nth(5).getByRole("button")).toHaveCount(0);
    await page.backups.nth(1).getByRole("button", { name: /^Copy the SHA-256/ }).click();
    expect(await window.evaluate(() => navigator.clipboard.readText())).toMatch(/^[0-9A-F]{64}$/);

    await page.backups.nth(1).getByRole("button", { name: /^Compare/ }).click();
    await expect(page.dialog.getByRole("group", { name: "Difference in the file" }).locator(".added")).toHaveCount(6);
    await picture(window, "backup-compare");
    await window.keyboard.press("Escape");
    await expect(page.backups.nth(1).getByRole("button", { name: /^Compare/ })).toBeFocused();

    await page.backups.nth(1).getByRole("button", { name: /^Restore/ }).click();
    await expect(page.question("Restore santedb.config?")).toBeVisible();
    await expect(page.steps).toHaveCount(5);
    await expect(page.dialog.getByRole("group", { name: "Difference in the file" })).toBeVisible();
    await picture(window, "backup-restore");
    await page.commit("Restore this backup");
    await expect(page.question("santedb.config is as the backup has it")).toBeVisible();
    await expect(page.dialog).toContainText("2 checks proved it");
    await page.close.click();
    await expect(page.heading("default")).toBeVisible();
  });

  test("TLS is taken off, all of it together, and can be put on again", async ({ window, server }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("SanteDB");
    await page.button("Take TLS off…").click();
    await expect(page.question("Take TLS off SanteDB?")).toBeVisible();
    await expect(page.dialog).toContainText("cross the network in the clear");
    await expect(page.steps.locator("pre").filter({ hasText: "delete sslcert" })).toHaveText("netsh http delete sslcert ipport=0.0.0.0:8443");
    await picture(window, "unsecure");
    await page.commit("Take TLS off");
    await expect(page.question("SanteDB answers over http")).toBeVisible();
    await page.close.click();
    await expect(page.button("Take TLS off…")).toHaveCount(0);
    await page.button("Secure…").click();
    await expect(window.getByRole("heading", { name: "Secure SanteDB" })).toBeVisible();
    expect(server.calls.find(({ name }) => name === "endpoint.planUnsecure")?.input, "a single port is not named").toEqual({ instance: "SanteDB" });
  });

  test("addresses alone are changed under a folded part", async ({ window, server }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("default");
    await expect(page.button("Change port 9200 to https…")).toBeHidden();
    await window.getByText("Change addresses only").click();
    await page.button("Change port 9200 to https…").click();
    await expect(page.dialog).toContainText("No certificate is bound to port 9200.");
    await page.commit("Change to https");
    await expect(page.question("The addresses in santedb.config are https")).toBeVisible();
    await page.close.click();
    await expect(page.button("Port 9200 back to http…")).toBeVisible();
    expect(server.calls.find(({ name }) => name === "configuration.planSecure")?.input).toEqual({ of: "sdb-www-default" });
  });

  test("a configuration is opened by its file, pasted in quotation marks, and changed there and back", async ({ window, server }) => {
    const list = new InstancesPage(window);
    const page = new InstancePage(window);
    await list.open();
    await window.getByRole("button", { name: "Open", exact: true }).click();
    await expect(window.getByText("Type or paste the path of the file.")).toBeVisible();
    await list.openFile(`"${copied}"`);
    await expect(page.heading("santedb.config.xml")).toBeFocused();
    await expect(window).toHaveURL(new RegExp(`#/instances/file/${encodeURIComponent(copied)}$`));
    await expect(page.node("Answers on")).toBeVisible();
    await page.button("Change port 9200 to https…").click();
    await expect(page.steps, "no service reads it: none is stopped").toHaveCount(2);
    await page.commit("Change to https");
    await expect(page.dialog).toContainText("Every step is done.");
    await page.close.click();
    await page.button("Port 9200 back to http…").click();
    await page.commit("Change back to http");
    await expect(page.question("The addresses in santedb.config.xml are http")).toBeVisible();
    await page.close.click();
    await expect(page.button("Change port 9200 to https…")).toBeVisible();
    expect(server.calls.find(({ name }) => name === "configuration.show")?.input).toEqual({ of: copied });

    await list.open();
    await list.openFile("D:\\missing.config");
    await expect(window.getByRole("alert")).toContainText("D:\\missing.config does not exist.");
    await expect(page.backups).toHaveCount(0);
    await list.open();
    await list.openFile("D:\\broken.config");
    await expect(window.getByRole("alert")).toContainText("is not well-formed XML at line 14");
    await expect(page.backups.first(), "a backup may be what is needed").toBeVisible();
    await window.goto(`${server.origin}/#/instances/sdb-www-gone`);
    await expect(window.getByRole("alert")).toContainText("There is no SanteDB instance named sdb-www-gone.");
    await window.getByRole("link", { name: "Instances" }).last().click();
    await expect(list.heading).toBeVisible();
  });
});

test.describe("a service that does not stop", () => {
  test.use({ scenario: { instances: "kinds", hangs: true, machine: { kind: "windows", elevates: true } } });
  test("is put back; ending its process is offered, and reviewed before it is done", async ({ window, server }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("default");
    await page.button("Stop…").click();
    await expect(page.dialog.getByRole("button", { name: "Stop the service" })).toHaveAccessibleDescription("Needs administrator permission");
    await page.commit("Stop the service");
    await expect(page.question("sdb-www-default was not stopped")).toBeVisible();
    await expect(page.dialog.getByRole("alert")).toContainText("did not stop within 30 seconds");
    await expect(page.dialog).toContainText("Everything was put back as it was.");
    await picture(window, "service-hangs");
    await page.commit("End its process…");
    await expect(page.question("End the process of sdb-www-default?")).toBeVisible();
    await expect(page.steps.locator("pre")).toHaveText(["sc stop sdb-www-default", "taskkill /PID 4711 /F"]);
    await picture(window, "service-end-process");
    expect(server.calls.filter(({ name }) => name === "plan.apply")).toHaveLength(1);
    await page.commit("Stop it, by force if need be");
    await expect(page.question("sdb-www-default was stopped")).toBeVisible();
    await page.close.click();
    await expect(page.fact("State")).toHaveText("stopped");
    expect(server.calls.filter(({ name }) => name === "service.plan").map(({ input }) => input)).toEqual([
      { name: "sdb-www-default", verb: "stop" }, { name: "sdb-www-default", verb: "stop", endProcess: true },
    ]);
  });
});

test.describe("a restart under way", () => {
  test.use({ scenario: { instances: "kinds", pace: 1_200 } });
  test("shows its steps, and can be cancelled", async ({ window }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("default");
    await page.button("Restart…").click();
    await page.commit("Restart the service");
    await expect(page.dialog.getByText(/^Step \d of /)).toBeVisible();
    await window.keyboard.press("Escape");
    await expect(page.question("Restarting sdb-www-default")).toBeVisible();
    await page.cancel.click();
    await expect(page.question("The change was cancelled")).toBeVisible();
    await expect(page.dialog).toContainText("Everything was put back as it was.");
    await page.commit("Review again");
    await expect(page.question("Restart sdb-www-default?")).toBeVisible();
  });
});

test.describe("six hundred instances", () => {
  test.use({ scenario: { instances: "many" } });
  test("are a list that is drawn in parts and searched at once", async ({ window }) => {
    const list = new InstancesPage(window);
    await list.open();
    await expect(list.count).toHaveText("600 instances");
    await expect(list.names).toHaveCount(100);
    await window.getByRole("button", { name: "Show 100 more" }).click();
    await expect(list.names).toHaveCount(200);
    await list.search.fill("site-599");
    await expect(list.names).toHaveText(["site-599"]);
  });
});

test.describe("a configuration with three hundred further endpoints", () => {
  test.use({ scenario: { instances: "one", endpoints: 300 } });
  test("is folded at first, and stays quick when all of it is open", async ({ window }) => {
    const page = new InstancePage(window);
    await new InstancesPage(window).open();
    await new InstancesPage(window).openInstance("default");
    await expect(page.node("Answers on")).toContainText("306 addresses");
    await page.button("Open all").click();
    await expect(page.tree.getByRole("treeitem").nth(600)).toBeAttached();
    await page.node("Answers on").focus();
    expect(await keyPressTime(window), "a key press, against a fixed piece of work").toBeLessThan(4);
  });
});

test.describe("no instance", () => {
  test.use({ scenario: { instances: "none" } });
  test("says what to do next, and still opens a file", async ({ window }) => {
    await new InstancesPage(window).open();
    await expect(window.getByText("Install SanteDB, then press F5.")).toBeVisible();
    await expect(new InstancesPage(window).path).toBeVisible();
    await picture(window, "instances-empty");
  });
});

/** Walks every page and dialog of this part, and calls `look` on each. */
async function walk(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const list = new InstancesPage(page);
  const instance = new InstancePage(page);
  const openDialog = async (button: string | RegExp, name: string) => {
    await instance.button(button).first().click();
    await instance.dialog.getByRole("button").last().waitFor();
    await instance.dialog.getByRole("status").or(instance.steps.first()).or(instance.dialog.getByRole("group")).first().waitFor();
    await page.waitForTimeout(300);
    await look(name);
    await page.keyboard.press("Escape");
    await instance.dialog.waitFor({ state: "hidden" });
  };
  await list.open();
  await list.names.first().waitFor();
  await look("instances");
  await list.openInstance("SanteDB");
  await instance.backups.first().waitFor();
  await instance.button("Open all").click();
  await look("instance");
  await openDialog("Restart…", "instance-restart");
  await openDialog(/^Compare/, "instance-compare");
  await openDialog(/^Restore/, "instance-restore");
  await list.open();
  await list.openInstance("training");
  await instance.backups.first().waitFor();
  await look("instance-decoys");
  await list.open();
  await list.openInstance("clinic");
  await instance.backups.first().waitFor();
  await look("instance-unreadable");
  await list.open();
  await list.openFile(copied);
  await instance.backups.first().waitFor();
  await look("file");
}

testEveryLook({ of: "the pages of the instances", walk, scenario: { instances: "kinds" } });
