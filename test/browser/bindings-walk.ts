// A way through every view of the bindings, for the tests of how they look.
import type { Page } from "@playwright/test";
import { practicePassword } from "../renderer/practice-host.ts";
import { BindingsPage } from "./pages/bindings-page.ts";
import { ReplaceWizard } from "./pages/replace-wizard.ts";

/** As netsh printed it on another machine, in German. */
export const germanOutput = [
  "", "SSL-Zertifikatbindungen:", "-------------------------", "",
  "    IP:Port                      : 0.0.0.0:9200",
  "    Zertifikathash               : 80a677c3ca79d3b51227e75248e60cdd2920df39",
  "    Anwendungs-ID                : {a97fb5de-7627-401c-8e70-5b96c1a0073b}",
  "    Zertifikatspeichername       : MY",
  "    Clientzertifikatsperre überprüfen    : Aktiviert",
  "", "    Hostname:Port                : hie.example.org:443",
  "    Zertifikathash               : 10a677c3ca79d3b51227e75248e60cdd2920df39",
  "    Anwendungs-ID                : {4dc3e181-e14b-4a21-b022-59fc669b0914}",
  "    Zertifikatspeichername       : MY",
  "    Clientzertifikatsperre überprüfen    : Aktiviert",
  "",
].join("\r\n");

export const failedOutput = "SSL Certificate add failed, Error: 1312\r\nA specified logon session does not exist. It may already have been terminated.\r\n";

export async function walkBindings(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const bindings = new BindingsPage(page);
  await bindings.open();
  await bindings.names.first().waitFor();
  await look("bindings");
  await bindings.button("Add binding…").click();
  await bindings.press("Review…");
  await page.waitForTimeout(300);
  await look("binding-add");
  await page.keyboard.press("Escape");
  await bindings.dialog.waitFor({ state: "hidden" });
  await bindings.openRecord("0.0.0.0:9200");
  await page.getByText("settings at their defaults").click();
  await look("binding-record");
  await bindings.open();
  await bindings.openRecord("clinic-7.example.org:9200");
  await bindings.button("Change…").click();
  await bindings.dialog.getByRole("checkbox").first().check();
  await bindings.press("Review…");
  await bindings.steps.first().waitFor();
  await page.waitForTimeout(300);
  await look("binding-change");
  await page.keyboard.press("Escape");
  await bindings.dialog.waitFor({ state: "hidden" });
  await look("binding-unsettable");
  await bindings.open();
  await bindings.openRecord("0.0.0.0:443");
  await bindings.button("Remove…").click();
  await look("binding-foreign");
  await bindings.open();
  await bindings.openPart("Who answers?");
  await look("answers-empty");
  await bindings.ask("clinic-7.example.org:9200");
  await bindings.answer.waitFor();
  await look("answers-name");
  await bindings.ask("127.0.0.1:9999");
  await page.getByText("No record answers").waitFor();
  await look("answers-none");
  await bindings.openPart("Reservations");
  await bindings.checked.first().waitFor();
  await look("reservations");
  await bindings.button(/^Reserve https?:/).first().click();
  await page.waitForTimeout(300);
  await look("reservation-add");
  await page.keyboard.press("Escape");
  await bindings.dialog.waitFor({ state: "hidden" });
  await bindings.openPart("Listen list");
  await page.getByRole("listitem").filter({ hasText: "127.0.0.1" }).first().waitFor();
  await look("listen-list");
  await bindings.openPart("Another computer");
  await look("transcript-empty");
  await bindings.read(failedOutput);
  await bindings.result.waitFor();
  await look("transcript-failure");
  await bindings.read(germanOutput);
  await bindings.result.getByText("hie.example.org:443").first().waitFor();
  await look("transcript");
  await bindings.open();
  await bindings.openRecord("[::]:9200");
  await bindings.button("Replace this certificate everywhere…").click();
  const wizard = new ReplaceWizard(page);
  await wizard.fromStore.waitFor();
  await look("replace-certificate");
  await wizard.choose({ name: "clinic-7.pfx", content: Buffer.from("PFX content") });
  await wizard.openWith(practicePassword);
  await wizard.privateKey.waitFor();
  await look("replace-inspected");
  await wizard.next.click();
  await wizard.heading("Review the change").waitFor();
  await look("replace-review");
  await wizard.replace.click();
  await wizard.heading("The certificate is replaced").waitFor();
  await look("replace-proof");
}
