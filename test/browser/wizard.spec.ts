// The wizard "Secure an endpoint": by mouse, by keyboard alone, and when something is wrong.
import { practicePassword } from "../renderer/practice-host.ts";
import { chooseByKey, tabTo } from "./keyboard.ts";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { expect, picture, test } from "./window.ts";

const pfx = { name: "clinic-7.pfx", content: Buffer.from("PFX content") };
const pem = [{ name: "clinic-7.pem", content: Buffer.from("certificate") }, { name: "clinic-7.key", content: Buffer.from("key") }];

test("by mouse: from a PFX file to what is really served, and the record of it", async ({ window, server }) => {
  const overview = new OverviewPage(window);
  await expect(overview.lead).toHaveText("The one instance answers over plain http.");
  const wizard = await overview.secure("default");
  await expect(wizard.heading("Which certificate should it present?")).toBeFocused();
  await wizard.choose(pfx);
  await wizard.openWith(practicePassword);
  await expect(wizard.privateKey).toHaveText("present and fits");
  await picture(window, "wizard-certificate");

  await window.getByRole("button", { name: "Copy the thumbprint" }).click();
  expect(await window.evaluate(() => navigator.clipboard.readText())).toMatch(/^[0-9A-F]{40}$/);

  await wizard.next.click();
  await expect(wizard.heading("Where should it answer, and as whom?")).toBeFocused();
  await expect(wizard.hostName).toHaveValue("clinic-7.example.org");
  await expect(wizard.account).toHaveValue("LocalSystem");
  await expect(window.getByRole("radio", { name: /All addresses of this computer/ })).toBeChecked();
  await wizard.account.selectOption("NT AUTHORITY\\NetworkService");
  await expect(window.getByText(/Lockstep reserves it/)).toBeVisible();
  await picture(window, "wizard-address");

  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeFocused();
  await expect(wizard.steps).toHaveCount(8);
  const commands = wizard.steps.locator("pre");
  await expect(commands.filter({ hasText: "sslcert" })).toHaveText('netsh http add sslcert ipport=0.0.0.0:9200 certhash=B3D9AAF6FDAC06E8455A1A857B193F005C53026C appid="{A97FB5DE-7627-401C-8E70-5B96C1A0073B}" certstorename=MY');
  await expect(window.getByRole("group", { name: "Difference in the file" }).locator(".added")).toHaveCount(6);
  await picture(window, "wizard-review");
  const download = window.waitForEvent("download");
  await window.getByRole("button", { name: "Save commands" }).click();
  expect((await download).suggestedFilename()).toMatch(/^lockstep-.*\.cmd$/);

  await expect(wizard.commit).toHaveText("Secure 6 endpoints");
  await wizard.commit.click();
  await expect(wizard.heading("default is secured")).toBeFocused();
  await expect(wizard.served.getByRole("row")).toHaveCount(4);
  await expect(wizard.served.getByText("the planned certificate")).toHaveCount(3);
  await picture(window, "wizard-proof");

  await wizard.seeInHistory.click();
  const history = new HistoryPage(window);
  await expect(history.fact("Outcome")).toHaveText("Applied");
  await expect(history.steps).toHaveCount(8);

  await overview.open();
  await expect(overview.lead).toHaveText("The one instance answers over https.");
  await expect(overview.instance("default")).toContainText("178 days left");

  const planCalls = server.calls.filter(({ name }) => name === "plan.apply");
  expect(planCalls, "an order to change is a plan's id and nothing else").toEqual([{ name: "plan.apply", input: { planId: expect.stringMatching(/^\d{8}-/) as unknown } }]);
});

test("by keyboard alone", async ({ window }) => {
  await tabTo(window, /^Secure(…| default…)$/);
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Which certificate should it present?" })).toBeFocused();
  await tabTo(window, /^Drop the certificate/);
  await chooseByKey(window, pfx);
  await expect(window.getByLabel(/^Password of /)).toBeFocused();
  await window.keyboard.type("wrong");
  await window.keyboard.press("Enter");
  await expect(window.getByText(/does not open clinic-7\.pfx/)).toBeVisible();
  await expect(window.getByLabel(/^Password of /)).toBeFocused();
  await window.keyboard.type(practicePassword);
  await window.keyboard.press("Enter");
  await expect(window.getByText("present and fits")).toBeVisible();
  await tabTo(window, "Next");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Where should it answer, and as whom?" })).toBeFocused();
  await tabTo(window, /All addresses/);
  await window.keyboard.press("ArrowDown");
  await expect(window.getByRole("radio", { name: /This computer only/ })).toBeChecked();
  await tabTo(window, /^Host name to prove/);
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeFocused();
  await tabTo(window, "Secure 6 endpoints");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "default is secured" })).toBeFocused();
  await tabTo(window, "Close");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Overview", level: 1 })).toBeFocused();
});

test("a wrong password is told beside the field, which keeps the focus; a second try is enough", async ({ window }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.drop(pfx);
  await wizard.openWith("Correct Horse");
  await expect(window.getByText(/The password does not open clinic-7\.pfx/)).toBeVisible();
  await expect(wizard.password).toBeFocused();
  await expect(wizard.password).toHaveAttribute("aria-invalid", "true");
  await picture(window, "wizard-wrong-password");
  await wizard.openWith(practicePassword);
  await expect(wizard.privateKey).toHaveText("present and fits");
});

test("the password and the files are gone from the page once the plan is made, and Back keeps the rest", async ({ window, server }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.reachReview(pfx, practicePassword);
  expect(await window.evaluate((text) => document.documentElement.outerHTML.includes(text), practicePassword)).toBe(false);
  await wizard.back.click();
  await expect(wizard.hostName).toHaveValue("clinic-7.example.org");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  expect(server.calls.filter(({ name }) => name === "endpoint.planSecure"), "an unchanged request is not planned twice").toHaveLength(1);

  await wizard.back.click();
  await wizard.hostName.fill("www.clinic-7.example.org");
  await wizard.next.click();
  await expect(window.getByText(/Lockstep forgot the password/)).toBeVisible();
  await wizard.openWith(practicePassword);
  await wizard.next.click();
  await expect(wizard.hostName).toHaveValue("www.clinic-7.example.org");
  await wizard.next.click();
  await expect(wizard.steps.getByText("Prove that www.clinic-7.example.org:9200 presents this certificate")).toBeVisible();
});

test("what is folded away is written only where it was filled in, and is kept on Back", async ({ window, server }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.choose(...pem);
  await wizard.next.click();
  await expect(window.getByRole("checkbox", { name: "Ask for client certificates" })).toBeHidden();
  await window.getByText("More", { exact: true }).click();
  await window.getByRole("checkbox", { name: "Ask for client certificates" }).check();
  await window.getByRole("textbox", { name: "External address behind a proxy" }).fill("https://hie.example.org");
  await window.getByRole("textbox", { name: "External address behind a proxy" }).scrollIntoViewIfNeeded();
  await picture(window, "wizard-more");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  await wizard.back.click();
  await expect(window.getByRole("checkbox", { name: "Ask for client certificates" })).toBeChecked();
  await expect(window.getByRole("textbox", { name: "External address behind a proxy" })).toHaveValue("https://hie.example.org");
  const { input } = server.calls.find(({ name }) => name === "endpoint.planSecure") ?? {};
  expect(input).toMatchObject({ instance: "sdb-www-default", clientCertificates: true, baseAddress: "https://hie.example.org" });
  expect(input).not.toHaveProperty("fhirBase");
});

test("a PEM certificate and its key need no password, and are read again by themselves after Back", async ({ window }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.choose(...pem);
  await expect(wizard.privateKey).toHaveText("present and fits");
  await expect(window.getByText("clinic-7.pem, clinic-7.key")).toBeVisible();
  await wizard.next.click();
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  await wizard.back.click();
  await window.getByRole("radio", { name: /This computer only/ }).check();
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  await expect(window.locator(".added").first()).toContainText("https://127.0.0.1:9200");
});

test("Next without a certificate says what is missing; a file over 10 MB is refused before it is read", async ({ window, server }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.next.click();
  await expect(wizard.error).toHaveText(/Choose the certificate first/);
  await wizard.choose({ name: "disk.bin", content: Buffer.alloc(10 * 1024 * 1024 + 1) });
  await expect(wizard.error).toContainText("disk.bin has 10485761 bytes");
  await wizard.choose({ name: "empty.pfx", content: Buffer.alloc(0) });
  await expect(wizard.error).toContainText("empty.pfx is empty");
  expect(server.calls.some(({ name }) => name === "certificate.inspect")).toBe(false);
  await wizard.choose({ name: "noise.bin", content: Buffer.from("noise") });
  await expect(wizard.error).toContainText("certificate-unreadable");
});

test("a certificate that has ended needs an explicit word; one without its key cannot be used at all", async ({ window, server }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.choose({ name: "ended.pem", content: Buffer.from("certificate and key") });
  await wizard.next.click();
  await expect(wizard.error).toContainText("outside its time");
  await picture(window, "wizard-ended");
  await wizard.allowExpired.check();
  await wizard.next.click();
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  expect(server.calls.find(({ name }) => name === "endpoint.planSecure")?.input).toMatchObject({ allowExpired: true });

  await wizard.cancel.click();
  const again = await new OverviewPage(window).secure("default");
  await again.choose({ name: "only.crt", content: Buffer.from("certificate") });
  await expect(again.privateKey).toHaveText("missing");
  await again.next.click();
  await expect(again.error).toContainText("cannot be used");
  await expect(again.heading("Which certificate should it present?")).toBeVisible();
});

test("an account that the machine does not know is told on the same page, with what was typed kept", async ({ window }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.choose(...pem);
  await wizard.next.click();
  await wizard.account.selectOption({ label: "Another account…" });
  await wizard.next.click();
  await expect(window.getByText("Type the name of the account.")).toBeVisible();
  await window.getByRole("textbox", { name: "Name of the account" }).fill("Nobody");
  await wizard.next.click();
  await expect(wizard.error).toContainText("This machine knows no account named Nobody.");
  await expect(window.getByRole("textbox", { name: "Name of the account" })).toHaveValue("Nobody");
});

test.describe("a service that does not start", () => {
  test.use({ scenario: { failAt: "service.start" } });
  test("is told with the command and its answer, and that everything was put back; then it can be tried again", async ({ window }) => {
    const wizard = await new OverviewPage(window).secure("default");
    await wizard.reachReview(pfx, practicePassword);
    await wizard.commit.click();
    await expect(wizard.heading("default was not secured")).toBeFocused();
    await expect(wizard.error).toContainText("sdb-www-default did not start");
    await expect(wizard.error).toContainText("Everything was put back as it was.");
    await wizard.error.getByText("The command and what it answered").click();
    await expect(wizard.error).toContainText("StartService FAILED 1053");
    await picture(window, "wizard-failed");
    await wizard.error.getByRole("button", { name: "Copy details" }).click();
    const details = await window.evaluate(() => navigator.clipboard.readText());
    expect(details).toContain("service-will-not-start");
    expect(details).toContain("sc start sdb-www-default");
    expect(details).not.toContain(practicePassword);

    await wizard.backToReview.click();
    await wizard.openWith(practicePassword);
    await wizard.next.click();
    await wizard.next.click();
    await wizard.commit.click();
    await expect(wizard.heading("default is secured")).toBeVisible();
  });
});

test.describe("a change under way", () => {
  test.use({ scenario: { pace: 250 } });
  test("shows one bar that never goes back, and can be cancelled", async ({ window }) => {
    const wizard = await new OverviewPage(window).secure("default");
    await wizard.reachReview(pfx, practicePassword);
    await wizard.commit.click();
    await expect(window.getByText(/^Step \d+ of /)).toBeVisible();
    await picture(window, "wizard-progress");
    const before = Number(await wizard.progress.getAttribute("aria-valuenow"));
    await wizard.cancel.click();
    await expect(window.getByText(/^Putting back: /)).toBeVisible();
    expect(Number(await wizard.progress.getAttribute("aria-valuenow"))).toBeGreaterThanOrEqual(before);
    await expect(wizard.heading("The change was cancelled")).toBeVisible();
    await expect(window.getByText("Everything was put back as it was.")).toBeVisible();
  });
});

test.describe("an instance that is secured already", () => {
  test.use({ scenario: { instances: "secured" } });
  test("leaves nothing to do, and the proof is shown", async ({ window }) => {
    const wizard = await new OverviewPage(window).secure("default");
    await wizard.reachReview(pfx, practicePassword);
    await expect(wizard.heading("Nothing is left to do")).toBeVisible();
    await expect(wizard.served.getByText("the planned certificate")).toHaveCount(3);
    await expect(wizard.commit).toHaveCount(0);
    await picture(window, "wizard-unchanged");
    await wizard.close.click();
    await expect(new OverviewPage(window).heading).toBeVisible();
  });
});

test.describe("where changes need administrator rights", () => {
  test.use({ scenario: { machine: { kind: "windows", elevates: true } } });
  test("the commit button carries the shield and says so", async ({ window }) => {
    await expect(window.getByText(/Practice machine/)).toHaveCount(0);
    const wizard = await new OverviewPage(window).secure("default");
    await wizard.reachReview(pfx, practicePassword);
    await expect(wizard.commit).toHaveAccessibleDescription("Needs administrator permission");
    await expect(wizard.commit.locator("svg.shield")).toBeVisible();
    await picture(window, "wizard-shield");
  });
});
