import { test, expect, picture } from "./window.ts";
for (const scheme of ["light","dark"] as const) {
  test.describe(scheme, () => {
    test.use({ scenario: { instances: "three", past: 9, pace: 400 }, colorScheme: scheme });
    test("look", async ({ window }) => {
      await expect(window.getByRole("heading", { name: "Overview" })).toBeVisible();
      await window.waitForTimeout(400);
      await picture(window, `look-overview-${scheme}`);
      await window.getByRole("button", { name: "Secure training…" }).click();
      await window.waitForTimeout(200);
      await picture(window, `look-certificate-${scheme}`);
      const chooser = window.waitForEvent("filechooser");
      await window.getByRole("button", { name: /Drop the certificate/ }).click();
      await (await chooser).setFiles({ name: "clinic-7.pfx", mimeType: "", buffer: Buffer.from("x") });
      await window.getByLabel(/^Password of/).fill("nope");
      await window.keyboard.press("Enter");
      await window.getByText(/does not open/).waitFor();
      await picture(window, `look-password-${scheme}`);
      await window.getByLabel(/^Password of/).fill("correct horse");
      await window.keyboard.press("Enter");
      await window.getByText("present and fits").waitFor();
      await picture(window, `look-inspected-${scheme}`);
      await window.getByRole("button", { name: "Next" }).click();
      await window.getByText("Who can reach it").waitFor();
      await picture(window, `look-address-${scheme}`);
      await window.getByRole("combobox", { name: /Account/ }).selectOption("NT AUTHORITY\\NetworkService");
      await window.getByRole("button", { name: "Next" }).click();
      await window.getByRole("heading", { name: "Review the change" }).waitFor();
      await picture(window, `look-review-${scheme}`);
      await window.getByRole("button", { name: /Secure 6/ }).click();
      await window.waitForTimeout(1800); console.log(await window.locator(".progress-text").textContent());
      await picture(window, `look-progress-${scheme}`);
      await window.getByText("training is secured").waitFor();
      await picture(window, `look-proof-${scheme}`);
      await window.getByRole("button", { name: "See in History" }).click();
      await window.getByRole("heading", { name: /Secure training/ }).waitFor();
      await picture(window, `look-record-${scheme}`);
      await window.getByRole("button", { name: "Undo…" }).click();
      await window.getByRole("button", { name: "Undo this change" }).waitFor();
      await window.waitForTimeout(400);
      await picture(window, `look-undo-${scheme}`);
      await window.getByRole("button", { name: "Keep it" }).click();
      await window.getByRole("link", { name: "History" }).first().click();
      await window.getByRole("searchbox").waitFor();
      await picture(window, `look-history-${scheme}`);
    });
  });
}
