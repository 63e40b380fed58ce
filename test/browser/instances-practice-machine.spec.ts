// The pages of an instance on the built program: its service restarted, its addresses changed and changed back, its backups.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InstancesPage } from "./pages/instances-page.ts";
import { expect, test } from "./served-window.ts";

test("a service is restarted, addresses are changed and restored from the backup, and each is proven", async ({ window, served }) => {
  test.setTimeout(90_000);
  const file = join(served.directory, "Program Files/SanteSuite/SanteDB/WWW/instances/default/config/santedb.config");
  const original = readFileSync(file);
  const page = new InstancesPage(window);
  await page.open();
  await page.openInstance("default");
  const dialog = window.getByRole("dialog");

  await window.getByRole("button", { name: "Restart…" }).click();
  await expect(dialog.getByText("sc stop sdb-www-default")).toBeVisible();
  await dialog.getByRole("button", { name: "Restart the service" }).click();
  await expect(dialog.getByText("Every step is done, and one check proved it.")).toBeVisible({ timeout: 20_000 });
  await dialog.getByRole("button", { name: "Close" }).click();

  await window.getByText("Change addresses only").click();
  await window.getByRole("button", { name: /^Change port \d+ to https/ }).click();
  await expect(dialog.getByText(/No certificate is bound to port/)).toBeVisible();
  await dialog.getByRole("button", { name: "Change to https", exact: true }).click();
  await expect(dialog.getByText("Every step is done.")).toBeVisible({ timeout: 20_000 });
  await dialog.getByRole("button", { name: "Close" }).click();
  expect(readFileSync(file, "utf8").match(/address="https:\/\/0\.0\.0\.0/g)).toHaveLength(6);

  const backups = window.getByRole("region", { name: "Backups" });
  await expect(backups.getByText("by Lockstep").first()).toBeVisible();
  await backups.getByRole("button", { name: /^Restore the backup/ }).first().click();
  await dialog.getByRole("button", { name: "Restore this backup" }).click();
  await expect(dialog.getByText(/Every step is done, and \d+ checks proved it\./)).toBeVisible({ timeout: 20_000 });
  await dialog.getByRole("button", { name: "Close" }).click();
  expect(readFileSync(file).equals(original)).toBe(true);
});
