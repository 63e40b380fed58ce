// A way through every view of the pages about NGINX, for the tests of how they look.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { ProxyPage } from "./pages/proxy-page.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/nginx/${name}`, import.meta.url));
export const documented = { name: "santedb.conf", content: fixture("documented.conf") };
export const sound = { name: "sound.conf", content: fixture("sound.conf") };

/** Files that one nginx.conf includes, as `nginx -T` prints them. */
export const dump = (...files: readonly (readonly [path: string, text: string])[]): string => files.map(([path, text]) => `# configuration file ${path}:\n${text}\n`).join("");

/** The machine fails to reload NGINX once, so that its scenario needs `failAt: "proxy.reload"`. */
export async function walkProxy(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const proxy = new ProxyPage(page);
  await proxy.open();
  await proxy.names.first().waitFor();
  await look("proxy-sites");
  await proxy.openSite("hie.example.org");
  await look("proxy-site");
  await proxy.button("Unpublish…").click();
  await proxy.dialog.getByText("Turn the site off").waitFor();
  await page.waitForTimeout(300);
  await look("proxy-unpublish");
  await page.keyboard.press("Escape");
  await proxy.dialog.waitFor({ state: "hidden" });
  await proxy.button("Change…").click();
  await proxy.pane.getByText("# Lockstep site").first().waitFor();
  await look("proxy-change");

  await proxy.openNew();
  await look("proxy-new");
  await proxy.button("Publish…").click();
  await page.getByText("Type the host name that clients ask for.").first().waitFor();
  await look("proxy-new-missing");
  await proxy.fill("10.0.0.1");
  await page.getByText("is an address; clients ask for a name only").first().waitFor();
  await look("proxy-new-refused");
  await proxy.fill("lab.example.org");
  await proxy.text.waitFor();
  await page.getByText("More", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Ask for client certificates" }).check();
  await page.getByRole("textbox", { name: "Path of their authorities" }).fill("/etc/ssl/clinic/authorities.pem");
  await page.getByRole("checkbox", { name: /HSTS/ }).check();
  await proxy.text.getByText("ssl_verify_client").waitFor();
  await page.getByRole("heading", { level: 1 }).scrollIntoViewIfNeeded();
  await look("proxy-new-file");
  await page.getByRole("checkbox", { name: /HSTS/ }).scrollIntoViewIfNeeded();
  await look("proxy-new-more");
  await page.getByRole("radio", { name: "Files that I choose here" }).check();
  await proxy.choose(proxy.button("Drop the certificate here, or choose files"), { name: "clinic-7.pfx", content: Buffer.from("PFX content") });
  await page.getByLabel(/^Password of /).waitFor();
  await look("proxy-new-password");
  await page.getByLabel(/^Password of /).fill("correct horse");
  await page.getByRole("button", { name: "Open the file" }).click();
  await page.getByText("present and fits").waitFor();
  await proxy.text.getByText("/PLANNED/chain.pem").waitFor();
  await look("proxy-new-certificate");
  await page.getByRole("radio", { name: "The certificate store of this computer" }).check();
  await look("proxy-new-store");
  await page.getByRole("radio", { name: "Files that lie on the server" }).check();
  await proxy.text.getByText("/etc/ssl/clinic/key.pem").first().waitFor();
  await proxy.button("Publish…").click();
  await page.getByRole("heading", { name: "Review the change" }).waitFor();
  await look("proxy-review");
  await proxy.button("Publish lab.example.org").click();
  await page.getByRole("heading", { name: "lab.example.org was not published" }).waitFor();
  await look("proxy-failed");
  await proxy.button("Back to review").click();
  await proxy.button("Publish lab.example.org").click();
  await page.getByRole("heading", { name: "lab.example.org is published" }).waitFor();
  await look("proxy-done");

  await proxy.openCheck();
  await look("proxy-check");
  await proxy.check(documented);
  await proxy.findings.first().waitFor();
  await look("proxy-check-findings");
  await proxy.findings.nth(3).getByRole("button").click();
  await look("proxy-check-line");
  await proxy.check({ name: "nginx-T.txt", content: Buffer.from(dump(["/etc/nginx/nginx.conf", "events {}\nhttp {\n    include /etc/nginx/sites-enabled/*;\n}"], ["/etc/nginx/sites-enabled/santedb.conf", documented.content.toString()])) });
  await page.getByRole("combobox", { name: "File" }).waitFor();
  await look("proxy-check-dump");
  await proxy.check(sound);
  await proxy.verdict.getByText(/Nothing is wrong|note/).first().waitFor();
  await look("proxy-check-clean");
  await proxy.check({ name: "store.bin", content: Buffer.from([0x30, 0x82, 0, 0, 1, 0]) });
  await proxy.verdict.getByText("store.bin").waitFor();
  await look("proxy-check-binary");
}
