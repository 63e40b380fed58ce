// Overview, History, and what is said on every page.
import { practicePassword } from "../renderer/practice-host.ts";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { expect, picture, test } from "./window.ts";

const pfx = { name: "clinic-7.pfx", content: Buffer.from("PFX content") };

test.describe("a machine with three instances", () => {
  test.use({ scenario: { instances: "three", past: 12 } });
  test("is summed up in words, the most urgent step first", async ({ window }) => {
    const overview = new OverviewPage(window);
    await expect(overview.lead).toHaveText("2 of 3 instances answer over https. One certificate has ended. A certificate ends in 12 days.");
    await expect(window.getByRole("region", { name: "Give gateway a new certificate" })).toBeVisible();
    await expect(overview.instance("gateway")).toContainText("ended 11 days ago");
    await expect(overview.instance("gateway")).toContainText("stopped");
    await expect(overview.instance("training")).toContainText("http://127.0.0.1:9300");
    await expect(overview.certificates.getByRole("listitem")).toHaveCount(2);
    await expect(overview.recentChanges.getByRole("listitem")).toHaveCount(5);
  });

  test("F5 reads the machine again without losing the page", async ({ window, server }) => {
    const count = () => server.calls.filter(({ name }) => name === "instance.list").length;
    await expect(new OverviewPage(window).instances).toBeVisible();
    const before = count();
    await window.keyboard.press("F5");
    await expect.poll(count).toBe(before + 1);
    await expect(new OverviewPage(window).heading).toBeVisible();
  });
});

test.describe("a machine without SanteDB", () => {
  test.use({ scenario: { instances: "none" } });
  test("says so, and what to do next", async ({ window }) => {
    await expect(new OverviewPage(window).lead).toHaveText("No SanteDB instance was found on clinic-7.example.org.");
    await expect(window.getByText("Install SanteDB, then press F5.")).toBeVisible();
    await picture(window, "overview-empty");
    await new HistoryPage(window).open();
    await expect(window.getByText("Nothing has been changed yet")).toBeVisible();
  });
});

test("an applied change is undone from its record, after saying what undoing does", async ({ window }) => {
  const overview = new OverviewPage(window);
  const wizard = await overview.secure("default");
  await wizard.reachReview(pfx, practicePassword);
  await wizard.commit.click();
  await wizard.seeInHistory.click();
  const history = new HistoryPage(window);
  await history.undoButton.click();
  await expect(history.dialog.getByRole("heading")).toHaveText("Undo “Secure default with clinic-7.example.org”?");
  await expect(history.dialog.getByText("Put santedb.config back as it was")).toBeVisible();
  await picture(window, "history-undo");
  await window.keyboard.press("Escape");
  await expect(history.dialog).toBeHidden();
  await expect(history.undoButton, "the button that asked has the focus again").toBeFocused();
  await history.undo();
  await expect(history.fact("Outcome")).toHaveText("Undone");
  await expect(history.undoButton).toHaveCount(0);
  await overview.open();
  await expect(overview.lead).toHaveText("The one instance answers over plain http.");
  await expect(overview.recentChanges).toContainText("Undone");
});

test.describe("a long history", () => {
  test.use({ scenario: { past: 3000 } });
  test("is searched by any word, walked by arrow keys, opened by Enter", async ({ window }) => {
    const history = new HistoryPage(window);
    await history.open();
    await expect(window.getByText("3,000 changes")).toBeVisible();
    await window.keyboard.press("Control+f");
    await expect(history.search).toBeFocused();
    await window.keyboard.type("clinic-2999.example.org");
    await expect(history.records).toHaveCount(1);
    await window.keyboard.press("Escape");
    await expect(window.getByText("3,000 changes")).toBeVisible();
    await window.keyboard.type("no such thing");
    await expect(window.getByText("Nothing found for “no such thing”")).toBeVisible();
    await window.keyboard.press("Escape");
    await history.records.first().focus();
    await window.keyboard.press("ArrowDown");
    await window.keyboard.press("ArrowDown");
    await expect(history.records.nth(2)).toBeFocused();
    await window.keyboard.press("Home");
    await expect(history.records.first()).toBeFocused();
    await window.keyboard.press("Enter");
    await expect(window.getByRole("heading", { level: 1 })).toBeFocused();
  });
});

test.describe("an interrupted change", () => {
  test.use({ scenario: { interrupted: true } });
  test("is told on every page, and put back on request", async ({ window }) => {
    await expect(window.getByRole("alert")).toContainText("A change was interrupted");
    await expect(window.getByRole("button", { name: "Finish it" })).toBeVisible();
    await picture(window, "interrupted");
    await new HistoryPage(window).open();
    await expect(window.getByRole("alert")).toContainText("“Secure default with clinic-7.example.org” is neither done nor undone");
    await window.getByRole("button", { name: "Put everything back" }).click();
    await expect(window.getByRole("alert")).toHaveCount(0);
    await expect(new HistoryPage(window).records.first()).toContainText("Undone");
  });
});

test("an address whose key is spent says how to come in; a reload needs no key", async ({ window, server, browser }) => {
  await window.reload();
  await expect(new OverviewPage(window).heading).toBeVisible();
  expect(window.url()).not.toContain("token");
  const stranger = await browser.newPage();
  await stranger.goto(server.address);
  await expect(stranger.getByRole("heading", { name: "This page is not connected to Lockstep" })).toBeVisible();
  await picture(stranger, "not-connected");
  await stranger.close();
});

test("an unknown address is a page that leads back", async ({ window, server }) => {
  await window.goto(`${server.origin}/#/nowhere`);
  await expect(window.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await window.getByRole("button", { name: "Go to the overview" }).click();
  await expect(new OverviewPage(window).heading).toBeVisible();
});

test.describe("for a reader of French", () => {
  test.use({ locale: "fr-FR" });
  test("the window speaks French", async ({ window }) => {
    await expect(window.getByRole("heading", { name: "Aperçu" })).toBeVisible();
    await expect(window.locator("html")).toHaveAttribute("lang", /^fr/);
    await picture(window, "overview-french");
  });
});
