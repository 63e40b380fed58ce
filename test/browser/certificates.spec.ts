// The certificates of the stores: ten thousand in a list, one in full, exported, removed; and the requests that wait.
import type { Page } from "@playwright/test";
import { CertificatesPage } from "./pages/certificates-page.ts";
import { StoredCertificatePage } from "./pages/stored-certificate-page.ts";
import { testEveryLook } from "./every-look.ts";
import { expect, picture, test } from "./window.ts";

/** Certificates of the three instances' machine beside those made up: two in use, an intermediate and a root. */
const others = 4;

/** Of the certificate with this number in the practice machine's long list. */
const nameOf = (index: number) => `${["clinic", "ward", "lab", "pharmacy", "hie", "gateway", "training", "backup"][index % 8] ?? ""}-${index}.district-${index % 17}.example.org`;

test.describe("ten thousand certificates", () => {
  test.use({ scenario: { instances: "three", stored: 10_000 } });

  test("are one list, of which only what is near is drawn", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await expect(list.count).toHaveText("10,004 certificates");
    await expect(list.grid).toHaveAttribute("aria-rowcount", String(10_000 + others + 1));
    expect(await list.rows.count()).toBeLessThan(60);
    await list.grid.hover();
    for (let turns = 0; turns < 20; turns++) await window.mouse.wheel(0, 4_000);
    await expect.poll(() => list.rows.count()).toBeLessThan(60);
    await expect.poll(async () => Number(await list.rows.last().getAttribute("aria-rowindex"))).toBeGreaterThan(1_000);
    await list.grid.evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await expect(list.row("Example Root R1"), "the last row of the last store").toBeInViewport();
    await expect(list.row("Example Root R1")).toHaveAttribute("aria-rowindex", String(10_000 + others + 1));
    await picture(window, "certificates-end");
  });

  test("are walked by the keyboard, from the search to the last row and into one", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await expect(list.rows.first()).toBeVisible();
    await window.keyboard.press("Control+f");
    await expect(list.search).toBeFocused();
    await window.keyboard.press("ArrowDown");
    await expect(list.names.first()).toBeFocused();
    await window.keyboard.press("ArrowDown");
    await expect(list.names.nth(1)).toBeFocused();
    await window.keyboard.press("PageDown");
    const paged = Number(await list.rows.filter({ has: window.locator(":focus") }).getAttribute("aria-rowindex"));
    expect(paged).toBeGreaterThan(5);
    await expect(list.names.and(window.locator(":focus"))).toBeInViewport();
    await window.keyboard.press("PageUp");
    await window.keyboard.press("PageUp");
    await expect(list.names.first()).toBeFocused();
    await window.keyboard.press("End");
    const last = list.row("Example Root R1").getByRole("link");
    await expect(last).toBeFocused();
    await expect(last).toBeInViewport();
    await window.keyboard.press("ArrowUp");
    const authority = list.row("Example TLS CA 2").getByRole("link");
    await expect(authority).toBeFocused();
    await window.keyboard.press("Enter");
    await expect(new StoredCertificatePage(window).heading("Example TLS CA 2")).toBeFocused();
    await window.getByRole("link", { name: "Certificates" }).last().click();
    await expect(authority, "the list is found as it was left").toBeInViewport();
    await expect(authority).toHaveAttribute("tabindex", "0");
  });

  test("keep the focus on a row that is scrolled out of sight", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await list.names.first().focus();
    await list.grid.evaluate((grid) => grid.scrollTo(0, 200_000));
    await expect.poll(() => list.rows.count()).toBeGreaterThan(20);
    await expect(list.names.first()).toBeFocused();
    await window.keyboard.press("ArrowDown");
    await expect(list.grid.locator('[aria-rowindex="3"]').getByRole("link")).toBeFocused();
    await expect(list.grid.locator('[aria-rowindex="3"]')).toBeInViewport();
  });

  test("are found by words in any order, and by a part of the issuer's name", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await list.search.fill(`org ${nameOf(9_999).split(".")[0] ?? ""}`);
    await expect(list.count).toHaveText("1 certificate");
    await expect(list.row(nameOf(9_999))).toBeVisible();
    await list.search.fill("root r1");
    await expect(list.count).toHaveText("2 certificates");
    await list.search.fill("no such thing");
    await expect(window.getByText("Nothing found for “no such thing”")).toBeVisible();
    await window.getByRole("button", { name: "Show all certificates" }).click();
    await expect(list.count).toHaveText("10,004 certificates");
  });

  test("are filtered by store and by what ends, each choice with its count", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await expect(list.filter("All stores")).toHaveText("All stores10,004");
    await expect(list.filter("Intermediate")).toHaveText("Intermediate1");
    await list.filter("Root").click();
    await expect(list.filter("Root")).toHaveAttribute("aria-pressed", "true");
    await expect(list.rows).toHaveCount(1);
    await expect(list.filter("Ended")).toHaveText("Ended0");
    await list.filter("All stores").click();
    const ended = ((await list.filter("Ended").textContent()) ?? "").replace(/\D/g, "");
    expect(Number(ended)).toBeGreaterThan(100);
    await list.filter("Ended").click();
    await expect(list.count).toHaveText(`${ended} certificates`);
    await expect(list.rows.first()).toContainText(/ended .* ago/);
    await list.filter("Ends within 30 days").click();
    await expect(list.rows.first()).toContainText(/ends today|days? left/);
    await expect(list.filter("Ended")).toHaveAttribute("aria-pressed", "false");
  });

  test("are sorted by each column, both ways, and say so", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await expect(list.column("Store")).toHaveAttribute("aria-sort", "ascending");
    await list.sortBy("Name");
    await expect(list.column("Name")).toHaveAttribute("aria-sort", "ascending");
    await expect(list.column("Store")).toHaveAttribute("aria-sort", "none");
    await expect(list.names.first()).toHaveText(nameOf(7));
    await expect(list.names.nth(1), "numbers are compared as numbers").toHaveText(nameOf(15));
    await list.sortBy("Name");
    await expect(list.column("Name")).toHaveAttribute("aria-sort", "descending");
    await expect(list.names.first()).toHaveText(nameOf(9_993));
    await list.sortBy("Valid until");
    await expect(list.rows.first()).toContainText("ended 59 days ago");
    await list.sortBy("Key");
    await expect(list.rows.first()).toContainText("EC P-256");
    await list.sortBy("Private key");
    await expect(list.rows.first().getByRole("gridcell").nth(2)).toHaveText("yes");
    await list.sortBy("Private key");
    await expect(list.rows.first().getByRole("gridcell").nth(2)).toHaveText("no");
  });

  test("are found by a thumbprint as Windows' certificate dialogue gives it, and what was hidden in it is told", async ({ window }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await list.search.fill(nameOf(4_711));
    const address = (await list.names.first().getAttribute("href")) ?? "";
    const thumbprint = address.split("/").at(-1) ?? "";
    expect(thumbprint).toMatch(/^[0-9A-F]{40}$/);
    await list.search.fill(`\u200e${thumbprint.toLowerCase().replace(/(..)(?=.)/g, "$1 ")}`);
    await expect(list.count).toHaveText("1 certificate");
    await expect(list.row(nameOf(4_711))).toBeVisible();
    await expect(window.getByText("Removed, because it cannot be seen: U+200E LEFT-TO-RIGHT MARK.")).toBeVisible();
    await picture(window, "certificates-pasted");
    await list.search.fill(thumbprint.slice(0, 39));
    await expect(window.getByText("This has 39 digits; a thumbprint has 40.")).toBeVisible();
    await list.search.fill("0123456789012345678901234567890123456789");
    await expect(window.getByText("No certificate in the stores of this computer has this thumbprint.")).toBeVisible();
  });

  test("are found by a serial number, which is named as one and answered with the thumbprint", async ({ window }) => {
    const list = new CertificatesPage(window);
    const stored = new StoredCertificatePage(window);
    await list.open();
    await list.search.fill(nameOf(815));
    await list.names.first().click();
    const serial = await stored.copy("the serial number");
    const fingerprint = await stored.copy("the SHA-256 fingerprint");
    const thumbprint = await stored.copy("the thumbprint");
    await list.open();
    await list.search.fill(serial.toLowerCase().replace(/(..)(?=.)/g, "$1:"));
    await expect(window.getByText(`This is the serial number of ${nameOf(815)}, not its thumbprint.`)).toBeVisible();
    await expect(list.count).toHaveText("1 certificate");
    expect(await stored.copy("the thumbprint")).toBe(thumbprint);
    await list.search.fill(fingerprint);
    await expect(window.getByText(`This is the SHA-256 fingerprint of ${nameOf(815)}, not its thumbprint.`)).toBeVisible();
    await expect(list.count).toHaveText("1 certificate");
  });
});

test.describe("a machine without certificates", () => {
  test.use({ scenario: { authorities: "none" } });
  test("says so, and what to do next", async ({ window }) => {
    await new CertificatesPage(window).open();
    await expect(window.getByText("The certificate stores of this computer are empty")).toBeVisible();
    await expect(window.getByText("Import a certificate that you were given, or request one from your authority.")).toBeVisible();
    await picture(window, "certificates-empty");
    await window.getByRole("button", { name: "Import…" }).click();
    await expect(window).toHaveURL(/#\/import$/);
  });
});

test.describe("requests that wait for their answer", () => {
  test.use({ scenario: { instances: "three", stored: 40, pending: 5 } });
  test("stand above the list, are handed out again, and are let go only after asking", async ({ window, server }) => {
    const list = new CertificatesPage(window);
    await list.open();
    await expect(list.pending.getByRole("listitem")).toHaveCount(3);
    await expect(list.pending.getByRole("listitem").first()).toContainText("lab.example.org");
    await expect(list.pending.getByRole("listitem").first()).toContainText("requested yesterday");
    await list.pending.getByRole("button", { name: "Show 2 more" }).click();
    await expect(list.pending.getByRole("listitem")).toHaveCount(5);
    await list.pending.getByRole("button", { name: "Copy the request for lab.example.org" }).click();
    expect(await window.evaluate(() => navigator.clipboard.readText())).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[^]+-----END CERTIFICATE REQUEST-----\n$/);
    const download = window.waitForEvent("download");
    await list.pending.getByRole("button", { name: "Save the request for lab.example.org" }).click();
    expect((await download).suggestedFilename()).toBe("lab.example.org.csr");
    const discard = list.pending.getByRole("button", { name: "Discard the request for lab.example.org…" });
    await discard.click();
    await expect(list.dialog).toContainText("Its private key is deleted for good.");
    await list.dialog.getByRole("button", { name: "Keep it" }).click();
    await expect(list.dialog).toBeHidden();
    await expect(discard).toBeFocused();
    expect(server.calls.some(({ name }) => name === "certificate.discardRequest")).toBe(false);
    await discard.click();
    await list.dialog.getByRole("button", { name: "Discard the request" }).click();
    await expect(list.pending.getByRole("listitem")).toHaveCount(4);
    await expect(window.getByText("The request for lab.example.org was discarded.")).toBeAttached();
    await list.pending.getByRole("button", { name: "Complete the request for site-1.example.org…" }).click();
    await expect(window).toHaveURL(/#\/complete\/request-2$/);
  });
});

test.describe("one certificate", () => {
  test.use({ scenario: { instances: "three", stored: 40 } });

  async function openStored(window: Page, name: string): Promise<StoredCertificatePage> {
    const list = new CertificatesPage(window);
    await list.open();
    await list.search.fill(name);
    await list.row(name).getByRole("link").click();
    const stored = new StoredCertificatePage(window);
    await stored.heading(name).waitFor();
    return stored;
  }

  test("is told in full: its chain from the root down, what uses it, that its key signs", async ({ window }) => {
    const stored = await openStored(window, "hie.example.org");
    await expect(stored.fact("Issued by")).toHaveText("CN=Example TLS CA 2, O=Example Trust Services");
    await expect(stored.fact("Names")).toHaveText("hie.example.org, www.hie.example.org");
    await expect(stored.fact("Private key")).toHaveText("present; it has just signed, and the signature fits");
    await expect(stored.chain).toHaveCount(3);
    await expect(stored.chain.nth(0)).toContainText("Example Root R1");
    await expect(stored.chain.nth(1)).toContainText("Example TLS CA 2");
    await expect(stored.chain.nth(2)).toContainText("hie.example.org – this one");
    await expect(stored.chain.nth(2)).toContainText("12 days left");
    await expect(stored.uses.getByRole("listitem")).toHaveText(["Binding 0.0.0.0:9200", "Service sdb-www-default"]);
    expect(await stored.copy("the thumbprint")).toMatch(/^[0-9A-F]{40}$/);
    expect(await stored.copy("the SHA-256 fingerprint")).toMatch(/^[0-9A-F]{64}$/);
    const pem = await stored.copy("the certificate in PEM");
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----\n[^]+\n-----END CERTIFICATE-----\n$/);
    const text = window.getByText("-----BEGIN CERTIFICATE-----");
    await expect(text).toBeHidden();
    await window.getByText("Show the text").click();
    await expect(text).toBeVisible();
  });

  test("leads to securing an endpoint with it, without its file", async ({ window, server }) => {
    const stored = await openStored(window, "hie.example.org");
    const thumbprint = await stored.copy("the thumbprint");
    await window.getByRole("button", { name: "Secure an endpoint with it…" }).click();
    await expect(window.getByRole("heading", { name: "Which certificate should it present?" })).toBeVisible();
    await window.getByRole("button", { name: "Next" }).click();
    await window.getByRole("button", { name: "Next" }).click();
    await expect(window.getByRole("heading", { name: "Review the change" })).toBeVisible();
    expect(server.calls.find(({ name }) => name === "endpoint.planSecure")?.input).toMatchObject({ certificate: { thumbprint } });
  });

  test("that has ended, or whose key does not sign, says what to do", async ({ window }) => {
    const stored = await openStored(window, "old-clinic.example.org");
    await expect(window.getByRole("list", { name: "Worth knowing" })).toContainText("Have it renewed; clients refuse it.");
    await expect(stored.chain.last()).toContainText("ended 11 days ago");
    await openStored(window, nameOf(6));
    await expect(stored.fact("Private key")).toHaveText("present, but it does not sign");
    await expect(window.getByText("Import the certificate again from its PFX file")).toBeVisible();
    await picture(window, "certificate-unusable");
  });

  test("is exported with its key, into a file that the browser really has", async ({ window, server }) => {
    const stored = await openStored(window, "hie.example.org");
    await stored.exportButton.click();
    await expect(stored.dialog.getByRole("radio", { name: /^PFX AES-256/ })).toBeChecked();
    await stored.save.click();
    await expect(stored.password).toBeFocused();
    await stored.password.fill("a word for the road");
    await stored.passwordAgain.fill("a word for the rode");
    await stored.save.click();
    await expect(stored.passwordAgain).toBeFocused();
    expect(server.calls.some(({ name }) => name === "certificate.convert"), "nothing is written while the passwords differ").toBe(false);
    await stored.passwordAgain.fill("a word for the road");
    const { name, content } = await stored.download();
    expect(name).toBe("hie.example.org.pfx");
    expect(content.toString("latin1")).toContain("-----BEGIN CERTIFICATE-----");
    expect(server.calls.find((call) => call.name === "certificate.convert")?.input).toMatchObject({ to: "pfx", withoutKey: false, newPassword: "a word for the road", source: { store: "My" } });
    await expect(stored.dialog).toContainText("Saved as hie.example.org.pfx");
    await expect(stored.dialog).toContainText("It holds the private key.");
    expect(await window.content(), "the password is nowhere in the page").not.toContain("a word for the road");
    await stored.dialog.getByRole("button", { name: "Close" }).click();
    await expect(stored.dialog).toBeHidden();
    await expect(stored.exportButton).toBeFocused();
  });

  test("is handed out without its key by default where the format is for handing out", async ({ window, server }) => {
    const stored = await openStored(window, "hie.example.org");
    const sent = () => server.calls.filter(({ name }) => name === "certificate.convert").map(({ input }) => input as object);
    await stored.exportButton.click();
    await stored.choose("PEM");
    await expect(stored.password).toHaveCount(0);
    expect((await stored.download()).name).toBe("hie.example.org.pem");
    await stored.dialog.getByRole("button", { name: "Close" }).click();
    await stored.exportButton.click();
    await stored.choose("DER");
    await expect(stored.dialog.getByRole("checkbox"), "DER holds no key").toHaveCount(0);
    await stored.download();
    expect(sent()).toMatchObject([{ to: "pem", withoutKey: true }, { to: "der", withoutKey: true }]);
    expect(sent().some((input) => "newPassword" in input)).toBe(false);
    await stored.dialog.getByRole("button", { name: "Close" }).click();
    await stored.exportButton.click();
    await stored.choose("PFX for older Windows");
    await expect(stored.dialog.getByText("This protection is old and weak")).toBeVisible();
    await picture(window, "certificate-export-legacy");
  });

  test("is removed after saying what is lost, and the list says that it is gone", async ({ window }) => {
    const stored = await openStored(window, nameOf(3));
    await stored.removeButton.click();
    await expect(stored.dialog).toContainText("Its private key goes with it and cannot be brought back.");
    await expect(stored.dialog.getByRole("list", { name: "Steps of the plan" })).toContainText("from the machine's Personal store");
    await stored.removeCommit.click();
    const list = new CertificatesPage(window);
    await expect(list.heading).toBeFocused();
    await expect(window.getByRole("alert")).toContainText(`${nameOf(3)} was removed.`);
    await expect(list.heading, "nothing is left hidden from screen readers").toBeVisible();
    await expect(window.locator("[aria-hidden=true] main, main[aria-hidden=true]")).toHaveCount(0);
    await list.search.fill(nameOf(3));
    await expect(window.getByText(`Nothing found for “${nameOf(3)}”`)).toBeVisible();
    await window.getByRole("link", { name: "See in History" }).click();
    await expect(window.getByRole("heading", { level: 1 })).toHaveText(`Remove ${nameOf(3)}`);
    await list.open();
    await expect(window.getByRole("alert")).toHaveCount(0);
  });

  test("in use is not removed unless a person insists", async ({ window, server }) => {
    const stored = await openStored(window, "hie.example.org");
    await stored.removeButton.click();
    await expect(stored.dialog.getByRole("alert")).toContainText("It is in use");
    await expect(stored.dialog.getByRole("list", { name: "Used by" })).toContainText("sdb-www-default");
    await expect(stored.removeCommit).toHaveCount(0);
    await stored.removeAllTheSame.check();
    await expect(stored.dialog.getByRole("list", { name: "Steps of the plan" })).toBeVisible();
    await stored.removeAllTheSame.uncheck();
    await expect(stored.removeCommit).toHaveCount(0);
    await stored.removeAllTheSame.check();
    await picture(window, "certificate-remove-forced");
    await stored.removeCommit.click();
    await expect(window.getByRole("alert")).toContainText("hie.example.org was removed.");
    expect(server.calls.filter(({ name }) => name === "certificate.planRemove").at(-1)?.input).toMatchObject({ force: true });
  });

  test("that the stores do not hold is said not to be found, with the way back", async ({ window, server }) => {
    await window.goto(`${server.origin}/#/certificates/My/${"0".repeat(40)}`);
    await expect(window.getByRole("alert")).toContainText("There is no certificate in that store");
    await window.getByRole("main").getByRole("link", { name: "Certificates" }).click();
    await expect(new CertificatesPage(window).heading).toBeVisible();
    await window.goto(`${server.origin}/#/certificates/Disk/${"0".repeat(40)}`);
    await expect(window.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  });
});

test.describe("a chain whose root is in no store", () => {
  test.use({ scenario: { instances: "secured", authorities: "no-root" } });
  test("shows the place of the one that is missing", async ({ window }) => {
    await new CertificatesPage(window).open();
    await window.getByRole("link", { name: "clinic-7.example.org", exact: true }).click();
    const stored = new StoredCertificatePage(window);
    await expect(stored.chain).toHaveCount(3);
    await expect(stored.chain.first()).toContainText("Example Root R1");
    await expect(stored.chain.first()).toContainText("not in the stores of this computer");
    await picture(window, "certificate-chain-broken");
  });
});

/** Walks the list, one certificate and its dialogs, and calls `look` on each. */
async function walk(window: Page, look: (name: string) => Promise<void>): Promise<void> {
  const list = new CertificatesPage(window);
  await list.open();
  await list.rows.first().waitFor();
  await list.pending.waitFor();
  await look("certificates");
  await list.pending.getByRole("button", { name: /^Discard the request/ }).first().click();
  await list.dialog.waitFor();
  await window.waitForTimeout(400);
  await look("certificates-discard");
  await list.dialog.getByRole("button", { name: "Keep it" }).click();
  await list.dialog.waitFor({ state: "hidden" });
  await list.search.fill("nothing like it");
  await look("certificates-none");
  await list.search.fill("hie.example.org");
  await list.row("hie.example.org").getByRole("link").click();
  const stored = new StoredCertificatePage(window);
  await stored.heading("hie.example.org").waitFor();
  await window.getByText("Show the text").click();
  await look("stored-certificate");
  await window.getByText("Show the text").click();
  await stored.exportButton.click();
  await stored.password.waitFor();
  await window.waitForTimeout(400);
  await look("certificate-export");
  await stored.password.fill("one");
  await stored.passwordAgain.fill("one");
  await stored.download();
  await stored.dialog.getByText("Saved as").waitFor();
  await look("certificate-exported");
  await stored.dialog.getByRole("button", { name: "Close" }).click();
  await stored.dialog.waitFor({ state: "hidden" });
  await stored.removeButton.click();
  await stored.removeAllTheSame.waitFor();
  await window.waitForTimeout(400);
  await look("certificate-in-use");
  await stored.removeAllTheSame.check();
  await stored.removeCommit.waitFor();
  await look("certificate-remove");
  await stored.dialog.getByRole("button", { name: "Keep it" }).click();
}

const scenario = { instances: "three", stored: 300, pending: 2, pace: 300 } as const;

testEveryLook({ of: "the certificate pages", walk, scenario, within: ["[role=grid]", ".dialog-content"] });

test.describe("for a reader of French", () => {
  test.use({ locale: "fr-FR", scenario });
  test("the certificate pages speak French", async ({ window }) => {
    await window.getByRole("link", { name: "Certificats", exact: true }).click();
    await expect(window.getByRole("grid", { name: "Certificats dans les magasins" })).toBeVisible();
    await picture(window, "certificates-french");
    await window.getByRole("searchbox", { name: "Rechercher dans les certificats" }).fill("hie.example.org");
    await window.getByRole("link", { name: "hie.example.org", exact: true }).click();
    await expect(window.getByRole("region", { name: "Utilisé par" })).toBeVisible();
    await picture(window, "certificate-french");
  });
});
