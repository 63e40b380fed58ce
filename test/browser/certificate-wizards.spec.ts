// The wizards that import, request and complete certificates, and the page that converts them.
import type { Page } from "@playwright/test";
import { practicePassword } from "../renderer/practice-host.ts";
import { chooseByKey, tabTo } from "./keyboard.ts";
import { CertificateWizard, given } from "./pages/certificate-wizard.ts";
import { testEveryLook } from "./every-look.ts";
import { expect, picture, test } from "./window.ts";

const pfx = given("clinic-7.pfx");

test.describe("importing", () => {
  test("by mouse: what the file is comes before its password, the plan before the act, and the key is proven at the end", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await expect(wizard.heading("What is to be imported?")).toBeFocused();
    await wizard.drop(pfx);
    await expect(wizard.files).toContainText(["PFX (PKCS #12) · Protected with AES-256 (SHA-256)"]);
    await expect(wizard.files).toContainText(["Windows Server 2016 and older cannot open it"]);
    await expect(wizard.password).toBeFocused();
    await wizard.openWith("wrong");
    await expect(window.getByText(/The password does not open clinic-7\.pfx/)).toBeVisible();
    await expect(wizard.password).toBeFocused();
    await wizard.openWith(practicePassword);
    await expect(wizard.fact("Private key")).toHaveText("present and fits");

    await wizard.next.click();
    await expect(wizard.heading("Review the import")).toBeFocused();
    await expect(wizard.steps).toHaveCount(1);
    await expect(wizard.commit).toHaveText("Import 1 certificate");
    expect(await window.evaluate((text) => document.documentElement.outerHTML.includes(text), practicePassword), "the password is gone from the page").toBe(false);
    const trust = window.getByRole("checkbox", { name: "Also trust the root Example Root R1" });
    await expect(trust).not.toBeChecked();
    await trust.check();
    await expect(wizard.steps).toHaveCount(2);
    await expect(wizard.commit).toHaveText("Import 2 certificates");
    await trust.uncheck();
    await expect(wizard.steps).toHaveCount(1);
    await trust.check();

    await wizard.commit.click();
    await expect(wizard.heading("2 certificates are imported")).toBeFocused();
    await expect(window.getByText("it has just signed out of the store")).toBeVisible();
    await window.getByRole("button", { name: "Show the certificate" }).click();
    await expect(window).toHaveURL(/#\/certificates\/My\/[0-9A-F]{40}$/);
    expect(server.calls.filter(({ name }) => name === "plan.apply")).toEqual([{ name: "plan.apply", input: { planId: expect.stringMatching(/^\d{8}-/) as unknown } }]);
  });

  test("by keyboard alone", async ({ window }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await tabTo(window, /^Drop the files here/);
    await chooseByKey(window, pfx);
    await expect(wizard.password).toBeFocused();
    await window.keyboard.type(practicePassword);
    await window.keyboard.press("Enter");
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
    await tabTo(window, "Next");
    await window.keyboard.press("Enter");
    await expect(wizard.heading("Review the import")).toBeFocused();
    await tabTo(window, /^Also trust/);
    await window.keyboard.press("Space");
    await expect(wizard.commit).toHaveText("Import 2 certificates");
    await tabTo(window, "Import 2 certificates");
    await window.keyboard.press("Enter");
    await expect(wizard.heading("2 certificates are imported")).toBeFocused();
    await tabTo(window, "Close");
    await window.keyboard.press("Enter");
    await expect(window.getByRole("heading", { name: "Certificates", level: 1 })).toBeFocused();
  });

  test("files given one after the other are put together; one can be taken away, and none counts twice", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(given("clinic-7.key"));
    await expect(wizard.error).toContainText("clinic-7.key holds no certificate.");
    await wizard.choose(given("clinic-7.pem"), given("chain.p7b"));
    await expect(wizard.files).toHaveCount(3);
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
    await expect(wizard.error).toHaveCount(0);
    await window.getByRole("button", { name: "Take chain.p7b away" }).click();
    await expect(wizard.files).toHaveCount(2);
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
    await wizard.next.click();
    await expect(wizard.heading("Review the import")).toBeVisible();
    const [plan] = server.calls.filter(({ name }) => name === "certificate.planImport");
    expect(plan?.input).toMatchObject({ source: { files: [{ name: "clinic-7.key" }, { name: "clinic-7.pem" }] } });
    await wizard.back.click();
    await expect(wizard.files).toHaveCount(2);
    await wizard.next.click();
    await expect(wizard.heading("Review the import")).toBeVisible();
    expect(server.calls.filter(({ name }) => name === "certificate.planImport"), "what is unchanged is not planned again").toHaveLength(2);
  });

  test("a password is not asked for again when intermediates are added, but is once a plan was made", async ({ window }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(pfx);
    await wizard.openWith(practicePassword);
    await expect(wizard.fact("Private key")).toBeVisible();
    await wizard.choose(given("chain.pem"));
    await expect(wizard.files).toHaveCount(2);
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
    await wizard.next.click();
    await wizard.back.click();
    await wizard.choose(given("more.pem"));
    await wizard.openWith(practicePassword);
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
  });

  test("a file that is none is named, and keeps nothing else from being told; Next says to take it away", async ({ window }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.next.click();
    await expect(wizard.error).toHaveText(/Choose the certificate first/);
    await wizard.choose(given("clinic-7.pem"), given("notes.bin"), { name: "empty.key", content: Buffer.alloc(0) });
    await expect(wizard.files.nth(0)).toContainText("PEM");
    await expect(wizard.files.nth(1)).toContainText("notes.bin cannot be read as a certificate");
    await expect(wizard.files.nth(2)).toContainText("empty.key is empty.");
    await wizard.next.click();
    await expect(window.getByText("One of the files cannot be read. Take it away first.")).toBeVisible();
    await window.getByRole("button", { name: "Take notes.bin away" }).click();
    await window.getByRole("button", { name: "Take empty.key away" }).click();
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
  });

  test("a root is spoken of only where the files hold one", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(given("without-root.pem"), given("clinic-7.key"));
    await wizard.next.click();
    await expect(wizard.heading("Review the import")).toBeVisible();
    await expect(window.getByRole("checkbox")).toHaveCount(0);
    expect(server.calls.filter(({ name }) => name === "certificate.planImport")).toHaveLength(1);
  });

  test("a certificate that has ended needs an explicit word", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(given("ended.pem"));
    await expect(window.getByRole("checkbox", { name: "Use it although it has ended" })).toBeVisible();
    await wizard.next.click();
    await expect(wizard.error).toContainText("outside its time");
    await window.getByRole("checkbox", { name: "Use it although it has ended" }).check();
    await wizard.next.click();
    await expect(wizard.heading("Review the import")).toBeVisible();
    expect(server.calls.find(({ name }) => name === "certificate.planImport")?.input).toMatchObject({ allowExpired: true });
  });

  test("a file that old Windows cannot open is taken along to be converted", async ({ window }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(pfx);
    await window.getByRole("button", { name: "Convert…" }).click();
    await expect(window.getByRole("heading", { name: "Convert certificates", level: 1 })).toBeVisible();
    await expect(wizard.files).toContainText(["clinic-7.pfx"]);
    await expect(wizard.password).toBeVisible();
  });

  test("what was imported is taken along to secure an endpoint with it, without its file or password", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(pfx);
    await wizard.openWith(practicePassword);
    await wizard.next.click();
    await wizard.commit.click();
    await window.getByRole("button", { name: "Secure an endpoint with it…" }).click();
    await expect(wizard.heading("Which certificate should it present?")).toBeVisible();
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
    await wizard.next.click();
    await expect(window.getByRole("textbox", { name: "Host name to prove" })).toHaveValue("clinic-7.example.org");
    await wizard.next.click();
    await expect(wizard.heading("Review the change")).toBeVisible();
    expect(server.calls.find(({ name }) => name === "endpoint.planSecure")?.input).toMatchObject({ certificate: { thumbprint: expect.stringMatching(/^[0-9A-F]{40}$/) as unknown } });
  });

  test.describe("what is there already", () => {
    test.use({ scenario: { instances: "secured" } });
    test("is said to be there, with the way to it, and nothing to commit", async ({ window }) => {
      const wizard = new CertificateWizard(window);
      await wizard.open("import");
      await wizard.choose(given("clinic-7.pem"));
      await wizard.next.click();
      await expect(wizard.heading("Everything is there already")).toBeFocused();
      await expect(wizard.commit).toHaveCount(0);
      await expect(window.getByRole("link", { name: "clinic-7.example.org" })).toHaveAttribute("href", /^#\/certificates\/My\/[0-9A-F]{40}$/);
      await picture(window, "import-unchanged");
      await wizard.close.click();
      await expect(window.getByRole("heading", { name: "Certificates", level: 1 })).toBeVisible();
    });
  });

  test.describe("a store that refuses", () => {
    test.use({ scenario: { failAt: "certificate.import" } });
    test("leaves everything as it was, and it can be tried again", async ({ window }) => {
      const wizard = new CertificateWizard(window);
      await wizard.open("import");
      await wizard.choose(pfx);
      await wizard.openWith(practicePassword);
      await wizard.next.click();
      await wizard.commit.click();
      await expect(wizard.heading("Nothing was imported")).toBeFocused();
      await expect(wizard.error).toContainText("access is denied");
      await expect(wizard.error).toContainText("Everything was put back as it was.");
      await picture(window, "import-failed");
      await window.getByRole("button", { name: "Back to review" }).click();
      await expect(window.getByText(/Lockstep forgot the password/)).toBeVisible();
      await wizard.openWith(practicePassword);
      await wizard.next.click();
      await wizard.commit.click();
      await expect(wizard.heading("1 certificate is imported")).toBeVisible();
    });
  });

  test.describe("where changes need administrator rights", () => {
    test.use({ scenario: { machine: { kind: "windows", elevates: true } } });
    test("the commit button carries the shield and says so", async ({ window }) => {
      const wizard = new CertificateWizard(window);
      await wizard.open("import");
      await wizard.choose(given("clinic-7.pem"));
      await wizard.next.click();
      await expect(wizard.commit).toHaveAccessibleDescription("Needs administrator permission");
      await expect(wizard.commit.locator("svg.shield")).toBeVisible();
    });
  });
});

test.describe("requesting", () => {
  test("by mouse: names typed and pasted, the request copied and saved, its key encrypted", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("request");
    await expect(window.getByRole("textbox", { name: "Host name" })).toHaveValue("clinic-7.example.org");
    const names = window.getByRole("textbox", { name: "Further names" });
    const list = window.getByRole("list", { name: "Further names" }).getByRole("listitem");
    await names.fill("klinik-münchen.de");
    await names.press("Enter");
    await expect(list).toHaveText(["klinik-münchen.dexn--klinik-mnchen-3ob.de"]);
    await window.evaluate(() => navigator.clipboard.writeText("www.clinic-7.example.org, *.clinic-7.example.org\n10.0.0.7 hie.example.org:443"));
    await names.press("ControlOrMeta+v");
    await expect(list).toHaveCount(4);
    await expect(names).toHaveValue("hie.example.org:443");
    await expect(window.getByText("“hie.example.org:443” has a port.")).toBeVisible();
    await window.getByRole("button", { name: "Make the request" }).click();
    await expect(names).toBeFocused();
    expect(server.calls.some(({ name }) => name === "certificate.request"), "nothing is asked for while a name is none").toBe(false);
    await names.fill("hie.example.org");
    await window.getByRole("button", { name: "Remove klinik-münchen.de" }).click();
    await expect(names).toBeFocused();
    await window.getByRole("radio", { name: /^EC P-256/ }).check();
    await window.getByText("Only if your authority asks for it.").click();
    await window.getByRole("textbox", { name: "Organisation" }).fill("District Health Office");
    await window.getByRole("textbox", { name: "Country code" }).fill("K1");
    await window.getByRole("button", { name: "Make the request" }).click();
    await expect(window.getByText("Two letters, such as KE.")).toBeVisible();
    await expect(window.getByRole("textbox", { name: "Country code" })).toBeFocused();
    await window.getByRole("textbox", { name: "Country code" }).fill("ke");
    await window.getByLabel("Password of the key", { exact: true }).fill("a password");
    await window.getByLabel("Password of the key, once more").fill("another");
    await window.getByRole("button", { name: "Make the request" }).click();
    await expect(window.getByText("The two passwords differ.")).toBeVisible();
    await window.getByLabel("Password of the key, once more").fill("a password");
    await window.getByRole("button", { name: "Make the request" }).click();

    await expect(wizard.heading("The request is ready")).toBeFocused();
    expect(server.calls.find(({ name }) => name === "certificate.request")?.input).toEqual({
      commonName: "clinic-7.example.org", names: ["www.clinic-7.example.org", "*.clinic-7.example.org", "10.0.0.7", "hie.example.org"], keyType: "ec:p256",
      organization: "District Health Office", country: "KE", password: "a password",
    });
    expect(await window.evaluate(() => document.documentElement.outerHTML.includes("a password"))).toBe(false);
    await window.getByRole("button", { name: "Copy the request" }).click();
    const copied = await window.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[0-9A-F\n]+-----END CERTIFICATE REQUEST-----\n$/);
    expect(await wizard.saved("Save the request")).toEqual({ name: "clinic-7.example.org.csr", content: copied });
    expect((await wizard.saved("Save the encrypted key")).content).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    await window.getByRole("link", { name: "Complete this request" }).click();
    await expect(wizard.heading("What did the authority send?")).toBeVisible();
    await expect(window.getByText("For clinic-7.example.org, www.clinic-7.example.org")).toBeVisible();
  });

  test("by keyboard alone, without a password, whose key Lockstep keeps by itself", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("request");
    await tabTo(window, /^Host name/);
    await window.keyboard.press("ControlOrMeta+a");
    await window.keyboard.type("https://lab.example.org");
    await window.keyboard.press("Enter");
    await expect(window.getByText("“https://lab.example.org” is more than a name.")).toBeVisible();
    await expect(window.getByRole("textbox", { name: "Host name" })).toBeFocused();
    await window.keyboard.press("ControlOrMeta+a");
    await window.keyboard.type("lab.example.org");
    await tabTo(window, "Further names");
    await window.keyboard.type("www.lab.example.org");
    await window.keyboard.press("Enter");
    await expect(window.getByRole("list", { name: "Further names" }).getByRole("listitem")).toHaveText(["www.lab.example.org"]);
    await tabTo(window, /^RSA 2048/);
    await window.keyboard.press("ArrowDown");
    await expect(window.getByRole("radio", { name: /^RSA 3072/ })).toBeChecked();
    await tabTo(window, "Make the request");
    await window.keyboard.press("Enter");
    await expect(wizard.heading("The request is ready")).toBeFocused();
    expect(server.calls.find(({ name }) => name === "certificate.request")?.input).toEqual({ commonName: "lab.example.org", names: ["www.lab.example.org"], keyType: "rsa:3072" });
    await expect(window.getByText("a secret that Lockstep keeps on this computer")).toBeVisible();
    await expect(window.getByRole("button", { name: "Save the encrypted key" })).toHaveCount(0);
  });
});

test.describe("completing", () => {
  test.use({ scenario: { pending: 2 } });

  test("by mouse: an answer for another key is explained where it was dropped; the right one is imported with the key that waited", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("complete/request-1");
    await expect(window.getByRole("combobox", { name: "Request" })).toHaveValue("request-1");
    await expect(window.getByText("For lab.example.org, www.lab.example.org. RSA 2048.")).toBeVisible();
    await wizard.next.click();
    await expect(wizard.error).toHaveText(/Choose the authority's answer first/);
    await wizard.drop(given("wrong.crt"));
    await expect(wizard.fact("Private key")).toHaveText("waits with the request");
    await wizard.next.click();
    await expect(window.getByText("Type the password.")).toBeVisible();
    const password = window.getByLabel("Password of the request's key");
    await expect(password).toBeFocused();
    await password.fill(practicePassword);
    await wizard.next.click();
    await expect(wizard.error).toContainText("wrong.crt does not answer the request: the certificate in it is for an EC key on P-256");
    await window.getByRole("button", { name: "Take wrong.crt away" }).click();
    await expect(wizard.error).toHaveCount(0);
    await wizard.drop(given("answer.p7b"));
    await password.fill("wrong");
    await wizard.next.click();
    await expect(window.getByText("This password does not open the key.")).toBeVisible();
    await expect(password).toBeFocused();
    await window.keyboard.type(practicePassword);
    await window.keyboard.press("Enter");
    await expect(wizard.heading("Review the import")).toBeFocused();
    await wizard.back.click();
    await expect(wizard.files).toHaveCount(1);
    await wizard.next.click();
    await wizard.commit.click();
    await expect(wizard.heading("1 certificate is imported")).toBeFocused();
    await expect(window.getByText("it has just signed out of the store")).toBeVisible();
    const plans = server.calls.filter(({ name }) => name === "certificate.planImport");
    expect(plans.at(-1)?.input).toMatchObject({ source: { answer: [{ name: "answer.p7b" }], request: "request-1" } });
    await wizard.open("complete");
    await expect(window.getByRole("combobox", { name: "Request" }).locator("option"), "the request waits no more").toHaveCount(2);
  });

  test("by keyboard alone, whichever request it answers", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("complete");
    await expect(window.getByText("Lockstep recognises the request by its key.")).toBeVisible();
    await tabTo(window, /^Drop the authority's answer/);
    await chooseByKey(window, given("answer.crt"));
    await expect(wizard.fact("Private key")).toHaveText("waits with the request");
    await tabTo(window, "Next");
    await window.keyboard.press("Enter");
    await expect(window.getByLabel("Password of the request's key")).toBeFocused();
    await window.keyboard.type(practicePassword);
    await window.keyboard.press("Enter");
    await expect(wizard.heading("Review the import")).toBeFocused();
    await tabTo(window, "Import 1 certificate");
    await window.keyboard.press("Enter");
    await expect(wizard.heading("1 certificate is imported")).toBeFocused();
    expect(server.calls.filter(({ name }) => name === "certificate.planImport").at(-1)?.input).not.toHaveProperty("source.request");
  });

  test("a certificate imported without its key leads here, its file taken along", async ({ window }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("import");
    await wizard.choose(given("answer.crt"));
    await expect(window.getByText("its key waits with the request")).toBeVisible();
    await wizard.next.click();
    await expect(wizard.error).toContainText("holds no private key");
    await window.getByRole("button", { name: "It answers a request…" }).click();
    await expect(wizard.heading("What did the authority send?")).toBeVisible();
    await expect(wizard.files).toContainText(["answer.crt"]);
  });

  test("a request that waits no more is said to", async ({ window }) => {
    await new CertificateWizard(window).open("complete/gone");
    await expect(window.getByText("That request does not wait here any more.")).toBeVisible();
  });
});

test("where no request waits, the page says what can be done instead", async ({ window }) => {
  await new CertificateWizard(window).open("complete");
  await expect(window.getByText("No request waits for its answer")).toBeVisible();
  await picture(window, "complete-none");
  await window.getByRole("button", { name: "Import certificates…" }).click();
  await expect(window.getByRole("heading", { name: "What is to be imported?" })).toBeFocused();
});

test.describe("converting", () => {
  test("by mouse: a PFX for old Windows with a password of its own, then PEM with the file's", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("convert");
    await window.getByRole("button", { name: "Save the new file" }).click();
    await expect(wizard.error).toHaveText(/Choose the files first/);
    await wizard.drop(pfx);
    await wizard.openWith(practicePassword);
    await window.getByRole("radio", { name: /^PFX for older Windows/ }).check();
    await expect(window.getByText("This protection is old and weak")).toBeVisible();
    await window.getByRole("radio", { name: "A new password" }).check();
    await window.getByRole("button", { name: "Save the new file" }).click();
    await expect(window.getByText("Type a password.", { exact: true })).toBeVisible();
    await window.getByLabel(/^New password\*?$/).fill("fresh");
    await window.getByLabel(/^New password, once more/).fill("fresh");
    const saved = await wizard.saved("Save the new file");
    expect(saved.name).toBe("clinic-7.example.org.pfx");
    expect(saved.content).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    await expect(wizard.error.filter({ hasText: "is written" })).toContainText("It holds 2 certificates and the private key of the first:");
    await expect(wizard.error.filter({ hasText: "is written" })).toContainText("3DES and SHA-1");
    expect(server.calls.filter(({ name }) => name === "certificate.convert").at(-1)?.input).toMatchObject({ to: "pfx-legacy", newPassword: "fresh", source: { password: practicePassword } });
    await expect(window.getByLabel(/^New password\*?$/)).toHaveValue("");
    expect(await window.evaluate((text) => document.documentElement.outerHTML.includes(text), practicePassword)).toBe(false);

    await window.getByRole("radio", { name: /^PEM/ }).check();
    await window.getByRole("radio", { name: "The same as of the files above" }).check();
    await window.getByRole("button", { name: "Save the new file" }).click();
    await expect(window.getByText(/Lockstep forgot the password/)).toBeVisible();
    await wizard.openWith(practicePassword);
    expect((await wizard.saved("Save the new file")).name).toBe("clinic-7.example.org.pem");
    expect(server.calls.filter(({ name }) => name === "certificate.convert").at(-1)?.input).not.toHaveProperty("newPassword");
  });

  test("by keyboard alone: PEM files to DER, which leaves the key out", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("convert");
    await tabTo(window, /^Drop the files to convert/);
    await chooseByKey(window, given("clinic-7.pem"), given("clinic-7.key"));
    await expect(wizard.fact("Private key")).toHaveText("present and fits");
    await expect(window.getByText("The new file holds the private key.")).toBeVisible();
    await tabTo(window, /^PFX(?! for)/);
    await window.keyboard.press("ArrowUp");
    await expect(window.getByRole("radio", { name: /^DER/ })).toBeChecked();
    await expect(window.getByText("The new file holds the private key.")).toHaveCount(0);
    await tabTo(window, "Save the new file");
    const download = window.waitForEvent("download");
    await window.keyboard.press("Enter");
    expect((await download).suggestedFilename()).toBe("clinic-7.example.org.der");
    expect(server.calls.find(({ name }) => name === "certificate.convert")?.input).toMatchObject({ to: "der", newPassword: "", withoutKey: true });
  });

  test("a key in the clear is written to PEM only, with a warning", async ({ window, server }) => {
    const wizard = new CertificateWizard(window);
    await wizard.open("convert");
    await wizard.choose(given("clinic-7.pem"));
    await expect(window.getByRole("radio", { name: /^None/ })).toHaveCount(0);
    await window.getByRole("radio", { name: /^PEM/ }).check();
    await window.getByRole("radio", { name: /^None/ }).check();
    await expect(window.getByText("Whoever can read the file has the key.")).toBeVisible();
    await wizard.saved("Save the new file");
    expect(server.calls.find(({ name }) => name === "certificate.convert")?.input).toMatchObject({ to: "pem", newPassword: "" });
  });
});

test.describe("for a reader of French", () => {
  test.use({ locale: "fr-FR", scenario: { pending: 2 }, viewport: { width: 1024, height: 700 } });
  test("the wizards speak French and fit", async ({ window: page }) => {
    const fits = async (name: string) => {
      await picture(page, `${name}-french`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), name).toBe(0);
    };
    const visit = async (address: string, title: string) => {
      await page.evaluate((to) => { window.location.hash = to; }, address);
      await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
    };
    await visit("#/request", "Demander un certificat");
    await fits("request");
    await visit("#/complete/request-1", "Compléter une demande");
    await fits("complete");
    await visit("#/convert", "Convertir des certificats");
    await new CertificateWizard(page).drop(given("clinic-7.pem"));
    await expect(page.getByText("Le nouveau fichier contient la clé privée.")).toBeVisible();
    await fits("convert");
    await visit("#/import", "Importer des certificats");
    await new CertificateWizard(page).drop(pfx, given("notes.bin"));
    await expect(page.getByText("Retirez-le pour continuer sans lui.")).toBeVisible();
    await fits("import");
  });
});

/** Walks every page and step, and calls `look` on each. */
async function walk(window: Page, look: (name: string) => Promise<void>): Promise<void> {
  const wizard = new CertificateWizard(window);
  await wizard.open("import");
  await look("import-files");
  await wizard.choose(pfx, given("a-file-with-a-name-that-is-very-long-indeed-and-does-not-end-before-it-has-passed-every-edge.crt"), given("notes.bin"));
  await window.getByText("notes.bin cannot be read").waitFor();
  await look("import-identified");
  await window.getByRole("button", { name: "Take notes.bin away" }).click();
  await wizard.openWith("wrong");
  await window.getByText(/does not open/).waitFor();
  await look("import-password");
  await wizard.openWith(practicePassword);
  await wizard.fact("Private key").waitFor();
  await look("import-inspected");
  await wizard.next.click();
  await wizard.heading("Review the import").waitFor();
  await window.getByRole("checkbox", { name: /^Also trust/ }).check();
  await look("import-review");
  await wizard.commit.click();
  await window.getByText(/^Step \d+ of /).waitFor();
  await look("import-progress");
  await window.getByText("it has just signed").waitFor();
  await look("import-result");
  await wizard.open("request");
  const names = window.getByRole("textbox", { name: "Further names" });
  await names.fill("klinik-münchen.de *.clinic-7.example.org 10.0.0.7 a-host-with-a-name-that-is-rather-long.district.county.region.country.example.org hie.example.org:443");
  await names.press("Enter");
  await window.getByText("Only if your authority asks for it.").click();
  await look("request-form");
  await names.fill("");
  await window.getByLabel("Password of the key", { exact: true }).fill("a password");
  await window.getByLabel("Password of the key, once more").fill("a password");
  await window.getByRole("button", { name: "Make the request" }).click();
  await wizard.heading("The request is ready").waitFor();
  await look("request-made");

  await wizard.open("import");
  await wizard.choose(given("answer.crt"));
  await window.getByRole("button", { name: "It answers a request…" }).waitFor();
  await look("import-key-missing");

  await wizard.open("complete/request-1");
  await wizard.choose(given("wrong.crt"));
  await window.getByLabel("Password of the request's key").fill(practicePassword);
  await wizard.next.click();
  await wizard.error.getByText(/does not answer the request/).waitFor();
  await look("complete-mismatch");

  await wizard.open("convert");
  await wizard.choose(pfx);
  await wizard.openWith(practicePassword);
  await window.getByRole("radio", { name: /^PFX for older Windows/ }).check();
  await window.getByRole("radio", { name: "A new password" }).check();
  await look("convert-form");
  await window.getByRole("radio", { name: "The same as of the files above" }).check();
  await wizard.saved("Save the new file");
  await wizard.error.getByText("is written").waitFor();
  await look("convert-done");
}

const looks = { pending: 3, pace: 400 } as const;

testEveryLook({ of: "the wizards of the certificates", walk, scenario: looks });
