// A renewal on the built program: a certificate in use is replaced everywhere by its page, proven, and undone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority, makeServerPfx, type ServerPfx } from "../fixtures/certificates.ts";
import { lockstep } from "../fixtures/lockstep.ts";
import { BindingsPage } from "./pages/bindings-page.ts";
import { ReplaceWizard } from "./pages/replace-wizard.ts";
import { expect, test } from "./served-window.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-renewal-"));
let old: ServerPfx;
let renewed: ServerPfx;
test.beforeAll(() => {
  const authority = makeAuthority(join(folder, "ca"));
  const make = (name: string) => makeServerPfx({ directory: join(folder, name), authority, names: ["clinic-7.example.org"], key: "rsa:2048" });
  [old, renewed] = [make("old"), make("renewed")];
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a certificate in use is replaced everywhere, who answers is explained, and a record is removed", async ({ window, served }) => {
  test.setTimeout(120_000);
  const machine = ["--practice-dir", served.directory, "--json"];
  const run = async (...args: string[]) => (await lockstep([...args, ...machine])).json;
  expect((await run("endpoint", "secure", "default", "--certificate", old.file, "--password-file", old.passwordFile, "--yes")).ok).toBe(true);
  const port = (await run("instance", "list")).value[0].port as number;
  expect((await run("binding", "set", `[::]:${port}`, "--certificate", old.thumbprint, "--flag", "disabletls13=enable", "--yes")).ok).toBe(true);

  const page = new BindingsPage(window);
  const wizard = new ReplaceWizard(window);
  await page.open();
  await page.openRecord(`[::]:${port}`);
  await page.button("Replace this certificate everywhere…").click();
  await wizard.choose(renewed.file);
  await wizard.openWith(renewed.password);
  await wizard.privateKey.getByText("present and fits").waitFor();
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeFocused();
  await expect(window.getByText(`certhash=${renewed.thumbprint}`).first()).toBeVisible();
  await expect(window.getByText("disabletls13=enable")).toBeVisible();
  await wizard.replace.click();
  await expect(wizard.heading("The certificate is replaced")).toBeFocused({ timeout: 30_000 });
  await expect(wizard.served.getByText("the planned certificate").first()).toBeVisible();
  await wizard.close.click();

  await page.open();
  await page.openPart("Who answers?");
  await page.target.fill(`[::1]:${port}`);
  await window.getByRole("button", { name: "Show who answers" }).click();
  await expect(page.answer).toContainText(`[::]:${port} answers`);

  await page.open();
  await page.openRecord(`[::]:${port}`);
  await page.button("Remove…").click();
  await page.dialog.getByRole("button", { name: /^Remove/ }).click();
  await expect(page.dialog.getByText(/Every step is done, and \d+ checks proved it\./)).toBeVisible({ timeout: 20_000 });
  await page.dialog.getByRole("button", { name: "Close" }).click();
  const { value } = await run("binding", "list");
  expect((value as { endpoint: string; thumbprint: string }[]).map(({ endpoint, thumbprint }) => [endpoint, thumbprint])).toEqual([[`0.0.0.0:${port}`, renewed.thumbprint]]);
});
