// Securing an instance on a Linux machine: by NGINX, by Mono, and what keeps from it, in the words of that machine.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import type { ChosenFile, SecureWizard } from "./pages/secure-wizard.ts";
import { testEveryLook } from "./every-look.ts";
import { expect, picture, test } from "./window.ts";

const pem = [{ name: "clinic-7.pem", content: Buffer.from("certificate") }, { name: "clinic-7.key", content: Buffer.from("key") }] as const;
const elliptic = { name: "ec-clinic-7.pem", content: Buffer.from("certificate and key") };
const linux = { machine: { kind: "linux", hostName: "clinic-7.example.org" } } as const;

/** Words that only a Windows machine has. */
const windowsWords = /HTTP\.sys|netsh|\bbindings?\b|reservation|Windows|LocalSystem|\bsc (?:start|stop)\b|\.cmd\b|C:\\/i;

const names = (page: Page) => page.getByRole("textbox", { name: /^Host names/ });
const httpsPort = (page: Page) => page.getByRole("textbox", { name: /^Port for https/ });
const more = (page: Page) => page.getByText("More", { exact: true });

async function toSpeaker(page: Page, instance = "santedb", ...files: readonly ChosenFile[]): Promise<SecureWizard> {
  const wizard = await new OverviewPage(page).secure(instance);
  await wizard.choose(...(files.length > 0 ? files : pem));
  await wizard.privateKey.getByText("present and fits").waitFor();
  await wizard.next.click();
  await wizard.heading("Who speaks TLS for it?").waitFor();
  return wizard;
}

const requestsOf = (calls: readonly { readonly name: string; readonly input: unknown }[]) => calls.filter(({ name }) => name === "endpoint.planSecure").map(({ input }) => input);

test.use({ scenario: linux });

test("through NGINX: what is proposed fits the certificate and the product; review, proof and record tell all of it", async ({ window, server }) => {
  const wizard = await toSpeaker(window);
  await expect(wizard.heading("Who speaks TLS for it?")).toBeFocused();
  await expect(window.getByRole("radio", { name: /^NGINX \(recommended\)/ })).toBeChecked();
  await expect(window.getByText("NGINX 1.22.1 runs on this computer.")).toBeVisible();
  await expect(names(window)).toHaveValue("clinic-7.example.org www.clinic-7.example.org");
  await expect(httpsPort(window)).toHaveValue("8443");
  await expect(window.getByRole("textbox", { name: "Port for http", exact: true })).toHaveValue("80");
  await expect(window.getByRole("radio", { name: /^This computer only/ })).toBeChecked();
  await expect(window.getByRole("textbox", { name: "External address" })).toHaveValue("https://clinic-7.example.org:8443");
  await expect(window.getByRole("combobox", { name: /account/i })).toHaveCount(0);
  expect(await window.locator("main").innerText()).not.toMatch(windowsWords);

  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeFocused();
  const commands = wizard.steps.locator("pre");
  expect((await commands.allInnerTexts()).map((text) => text.trim())).toEqual(["systemctl stop santedb", "systemctl reset-failed santedb", "systemctl restart santedb", "nginx -t", "nginx -t", "nginx -s reload"]);
  const site = wizard.steps.filter({ hasText: "Write the site" }).getByRole("group", { name: "Difference in the file" });
  await wizard.steps.filter({ hasText: "Write the site" }).getByRole("button", { name: /^Show \d+ more lines$/ }).click();
  await expect(site.locator(".added").filter({ hasText: "server_name clinic-7.example.org www.clinic-7.example.org;" })).toHaveCount(2);
  await expect(site.locator(".added").filter({ hasText: "proxy_pass http://icdr-clinic-7.example.org;" })).toHaveCount(1);
  await expect(window.locator(".added", { hasText: 'baseAddress="https://clinic-7.example.org:8443"' })).toHaveCount(1);
  await expect(window.locator(".added", { hasText: "http://127.0.0.1:8080/ami" })).toHaveCount(1);
  await expect(wizard.commit.locator("svg.shield")).toHaveCount(0);
  expect(await window.locator("main").innerText()).not.toMatch(windowsWords);
  await picture(window, "linux-review");

  await expect(wizard.commit).toHaveText("Secure 4 endpoints");
  await wizard.commit.click();
  await expect(wizard.heading("santedb is secured")).toBeFocused();
  await expect(wizard.served.getByText("the planned certificate")).toHaveCount(2);
  await expect(window.getByRole("list", { name: "Also proven" }).getByRole("listitem")).toHaveText([
    /^Read santedb\.config\.xml again/, /^Try the site in an NGINX of its own/,
    "Prove that http://clinic-7.example.org/lockstep?proof=1 sends clients to https://clinic-7.example.org:8443/lockstep?proof=1",
    "Prove that http://clinic-7.example.org/lockstep?proof=1 at [::1] sends clients to https://clinic-7.example.org:8443/lockstep?proof=1",
  ]);
  expect(await window.locator("main").innerText()).not.toMatch(windowsWords);
  await picture(window, "linux-proof");
  expect(requestsOf(server.calls)).toEqual([expect.objectContaining({
    instance: "santedb", by: "nginx", address: "127.0.0.1", baseAddress: "https://clinic-7.example.org:8443", site: { serverNames: ["clinic-7.example.org", "www.clinic-7.example.org"] },
  })]);

  await wizard.seeInHistory.click();
  await expect(new HistoryPage(window).fact("Outcome")).toHaveText("Applied");
});

test("the commands are saved as a script of a POSIX shell that stops where one fails", async ({ window }) => {
  const wizard = await toSpeaker(window);
  await wizard.next.click();
  const download = window.waitForEvent("download");
  await window.getByRole("button", { name: "Save commands" }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^lockstep-.*\.sh$/);
  const text = await readFile(await saved.path(), "utf8");
  expect(text.split("\n").slice(0, 5)).toEqual(["#!/bin/sh", expect.stringMatching(/^# Secure 4 endpoints of santedb/), expect.stringMatching(/^# The commands/), "set -e", ""]);
  expect(text).toContain("\nsystemctl stop santedb\n");
  expect(text).toContain("\nsystemctl reset-failed santedb || true\nsystemctl restart santedb\n");
  expect(text).toContain("\nnginx -s reload\n");
  expect(text).not.toContain("\r");

  await window.getByRole("button", { name: "Copy nginx -s reload" }).click();
  expect(await window.evaluate(() => navigator.clipboard.readText())).toBe("nginx -s reload");
});

test("a dCDR is proposed on 443 and is not told an address; a second site leaves the first as it was", async ({ window }) => {
  const first = await toSpeaker(window);
  await names(window).fill("hie.clinic-7.example.org");
  await first.next.click();
  await first.commit.click();
  await first.close.click();
  const wizard = await toSpeaker(window, "default", elliptic);
  await expect(httpsPort(window)).toHaveValue("443");
  await expect(window.getByRole("checkbox", { name: "Tell SanteDB the address that clients use" })).not.toBeChecked();
  await wizard.next.click();
  await wizard.commit.click();
  await expect(wizard.heading("default is secured")).toBeFocused();
  await expect(wizard.served.getByText("the planned certificate")).toHaveCount(2);
  await expect(wizard.served.getByText("its own, as before")).toHaveCount(1);
  await expect(wizard.served.getByText("another certificate")).toHaveCount(0);
});

test("by Mono: what it cannot do is said, and the binding is made as the service's user", async ({ window, server }) => {
  const wizard = await toSpeaker(window, "default");
  await window.getByRole("radio", { name: /^SanteDB itself, by Mono/ }).check();
  await expect(names(window)).toHaveCount(0);
  await expect(wizard.hostName).toHaveValue("clinic-7.example.org");
  await picture(window, "linux-mono");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeFocused();
  await expect(window.getByText(/Mono speaks TLS 1\.2 at most/)).toBeVisible();
  await expect(wizard.steps.locator("pre").filter({ hasText: "runuser" })).toHaveText([
    "runuser -u santedb -- env HOME=/var/lib/santedb /usr/bin/httpcfg -del -port 9200",
    "runuser -u santedb -- env HOME=/var/lib/santedb /usr/bin/httpcfg -add -port 9200 -cert /run/lockstep/santedb-9200/leaf.cer -pvk /run/lockstep/santedb-9200/key.pvk",
  ]);
  await wizard.commit.click();
  await expect(wizard.heading("default is secured")).toBeFocused();
  await expect(wizard.served.getByText("TLSv1.2")).toHaveCount(1);
  expect(requestsOf(server.calls)).toEqual([{ instance: "santedb-www", by: "mono", hostName: "clinic-7.example.org", certificate: expect.anything() as unknown }]);
});

test("an EC key is refused with Mono before anything is planned, and goes with NGINX", async ({ window, server }) => {
  const wizard = await toSpeaker(window, "default", elliptic);
  await window.getByRole("radio", { name: /^SanteDB itself, by Mono/ }).check();
  await expect(wizard.error).toContainText("Mono reads RSA keys only");
  await wizard.next.click();
  await expect(wizard.heading("Who speaks TLS for it?")).toBeVisible();
  await picture(window, "linux-mono-ec");
  expect(requestsOf(server.calls)).toEqual([]);
  await window.getByRole("radio", { name: /^NGINX/ }).check();
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
});

test("what is missing or wrong is said at its field, also where it is folded away", async ({ window, server }) => {
  const wizard = await toSpeaker(window);
  await names(window).fill("clinic-7.example.org 10.0.0.7");
  await httpsPort(window).fill("80");
  await wizard.next.click();
  await expect(window.getByText("10.0.0.7 is an address. Clients ask for a site by its name only.")).toBeVisible();
  await expect(window.getByText("This is the port for https. Choose another, or switch this off.")).toBeVisible();
  await names(window).fill("clinic-7.example.org lab.example.net");
  await expect(window.getByText(/does not stand for lab\.example\.net/)).toBeVisible();
  await httpsPort(window).fill("443");
  await more(window).click();
  await window.getByRole("textbox", { name: /^Largest upload/ }).fill("0");
  await more(window).click();
  await expect(window.getByRole("textbox", { name: /^Largest upload/ })).toBeHidden();
  await wizard.next.click();
  await expect(window.getByText("This is a number from 1 to 10,240.")).toBeVisible();
  await picture(window, "linux-faults");
  expect(requestsOf(server.calls)).toEqual([]);
});

test("Back keeps what was typed, and what is folded away is asked for as it was set", async ({ window, server }) => {
  const wizard = await toSpeaker(window);
  await names(window).fill("clinic-7.example.org");
  await httpsPort(window).fill("9443");
  await expect(window.getByRole("textbox", { name: "External address" })).toHaveValue("https://clinic-7.example.org:9443");
  await window.getByRole("checkbox", { name: "Send clients that come over http on to https" }).uncheck();
  await window.getByRole("radio", { name: /^As it is now/ }).check();
  await window.getByRole("checkbox", { name: "Tell SanteDB the address that clients use" }).uncheck();
  await more(window).click();
  await window.getByRole("checkbox", { name: /HSTS/ }).check();
  await window.getByRole("checkbox", { name: "Let WebSocket through" }).check();
  await window.getByRole("checkbox", { name: "Speak HTTP/2 as well" }).uncheck();
  await window.getByRole("combobox", { name: "Client certificates" }).selectOption({ label: "Only clients that show one get in" });
  await window.getByRole("textbox", { name: /^Authorities of the clients/ }).fill("/etc/nginx/ca.pem");
  await window.getByRole("textbox", { name: /^Largest upload/ }).fill("256");
  await window.getByRole("textbox", { name: /^Seconds that SanteDB may take/ }).fill("600");
  await window.getByRole("textbox", { name: /^Addresses to listen on/ }).fill("10.0.0.7 ::1");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  await expect(window.getByText("Port 8080 goes on answering over plain http, also to other computers.")).toBeVisible();
  await wizard.back.click();
  await expect(names(window)).toHaveValue("clinic-7.example.org");
  await expect(httpsPort(window)).toHaveValue("9443");
  await expect(window.getByRole("checkbox", { name: /HSTS/ })).toBeChecked();
  await expect(window.getByRole("textbox", { name: /^Authorities of the clients/ })).toHaveValue("/etc/nginx/ca.pem");
  await expect(window.getByRole("textbox", { name: /^Addresses to listen on/ })).toHaveValue("10.0.0.7 ::1");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeVisible();
  const [request, ...others] = requestsOf(server.calls);
  expect(others, "an unchanged request is not planned twice").toEqual([]);
  expect(request).toEqual({
    instance: "santedb", by: "nginx", certificate: expect.anything() as unknown,
    site: {
      serverNames: ["clinic-7.example.org"], port: 9443, redirectFrom: null, listenOn: ["10.0.0.7", "::1"], clientCertificates: { authorities: "/etc/nginx/ca.pem", required: true },
      hsts: true, webSocket: true, http2: false, bodyMegabytes: 256, timeoutSeconds: 600,
    },
  });
});

test.describe("NGINX that refuses the configuration", () => {
  test.use({ scenario: { ...linux, failAt: "proxy.reload" } });
  test("is told with its own words, and that everything was put back; then it can be tried again", async ({ window }) => {
    const wizard = await toSpeaker(window);
    await wizard.next.click();
    await wizard.commit.click();
    await expect(wizard.heading("santedb was not secured")).toBeFocused();
    await expect(wizard.error).toContainText("NGINX refuses the configuration");
    await expect(wizard.error).toContainText("Everything was put back as it was.");
    await wizard.error.getByText("The command and what it answered").click();
    await expect(wizard.error).toContainText("[emerg] host not found in upstream");
    await picture(window, "linux-failed");
  });
});

test.describe("a computer without NGINX", () => {
  test.use({ scenario: { ...linux, nginx: "absent" } });
  test("says so before anything is planned, and again where it is planned all the same", async ({ window }) => {
    const wizard = await toSpeaker(window);
    await expect(window.getByText("NGINX cannot be used on this computer as it is")).toBeVisible();
    await wizard.next.click();
    await expect(wizard.error).toContainText("NGINX is not installed on this machine.");
    await picture(window, "linux-no-nginx");
  });
});

test("the navigation has no page of HTTP.sys; an instance behind NGINX is shown with where clients come in", async ({ window }) => {
  await expect(window.getByRole("navigation").getByRole("link", { name: "Bindings" })).toHaveCount(0);
  const overview = new OverviewPage(window);
  await expect(overview.instance("santedb")).toContainText("http://0.0.0.0:8080");
  const wizard = await toSpeaker(window);
  await wizard.next.click();
  await wizard.commit.click();
  await wizard.close.click();
  await expect(overview.lead).toHaveText("One of 2 instances answers over https.");
  await expect(overview.instance("santedb")).toContainText("https://clinic-7.example.org:8443");
  await expect(overview.instance("santedb")).toContainText("before http://127.0.0.1:8080");
  await expect(overview.instance("santedb")).toContainText("178 days left");
  await window.getByRole("link", { name: "Instances", exact: true }).click();
  await expect(window.getByRole("row").filter({ hasText: "iCDR" })).toContainText("https://clinic-7.example.org:8443");
  expect(await window.locator("main").innerText()).not.toMatch(windowsWords);
  await window.getByRole("link", { name: "santedb", exact: true }).click();
  await expect(window.getByRole("heading", { name: "Backups" })).toBeVisible();
  expect(await window.locator("main").innerText()).not.toMatch(windowsWords);
});

test("an instance behind NGINX leads to its site, which is changed there and taken off again", async ({ window, server }) => {
  const wizard = await toSpeaker(window);
  await wizard.next.click();
  await wizard.commit.click();
  await wizard.close.click();
  // Another certificate is a matter of the site, all else of which stays.
  await window.getByRole("button", { name: "Replace the certificate of santedb" }).click();
  await expect(window.getByRole("heading", { name: "Change clinic-7.example.org", level: 1 })).toBeVisible();
  await window.getByRole("link", { name: "Instances", exact: true }).click();
  await window.getByRole("link", { name: "santedb", exact: true }).click();
  const site = window.getByRole("link", { name: "https://clinic-7.example.org:8443" });
  await expect(site).toBeVisible();
  await expect(window.locator("main")).toContainText("178 days left");
  await expect(window.getByRole("button", { name: "Secure…" })).toHaveCount(0);
  await picture(window, "linux-fronted");
  await site.click();
  await expect(window.getByRole("heading", { name: "clinic-7.example.org", level: 1 })).toBeFocused();
  await window.goBack();
  await window.getByRole("button", { name: "Change…" }).click();
  await expect(names(window)).toHaveValue("clinic-7.example.org\nwww.clinic-7.example.org");
  await window.goBack();
  await window.getByRole("button", { name: "Take TLS off…" }).click();
  const dialog = window.getByRole("dialog").or(window.getByRole("alertdialog"));
  await expect(dialog).toContainText("The site before it is taken off NGINX");
  await expect(dialog).toContainText("nginx -s reload");
  expect(await dialog.innerText()).not.toMatch(windowsWords);
  await picture(window, "linux-fronted-off");
  await dialog.getByRole("button", { name: "Take TLS off" }).click();
  await expect(dialog.getByRole("heading", { name: "santedb answers over http" })).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(window.getByRole("button", { name: "Secure…" })).toBeVisible();
  await expect(window.getByRole("button", { name: "Take TLS off…" })).toHaveCount(0);
  expect(server.calls.find(({ name }) => name === "endpoint.planUnsecure")?.input).toEqual({ instance: "santedb" });
});

test("an instance that speaks TLS by Mono has it taken off in the words of Linux", async ({ window }) => {
  const wizard = await toSpeaker(window, "default");
  await window.getByRole("radio", { name: /^SanteDB itself, by Mono/ }).check();
  await wizard.next.click();
  await wizard.commit.click();
  await wizard.close.click();
  await window.getByRole("link", { name: "Instances", exact: true }).click();
  await window.getByRole("link", { name: "default", exact: true }).click();
  await window.getByRole("button", { name: "Take TLS off…" }).click();
  const dialog = window.getByRole("dialog").or(window.getByRole("alertdialog"));
  await expect(dialog).toContainText("taken off Mono’s port");
  expect(await dialog.innerText()).not.toMatch(windowsWords);
  await dialog.getByRole("button", { name: "Take TLS off" }).click();
  await expect(dialog.getByRole("heading", { name: "default answers over http" })).toBeVisible();
});

test.describe("in French", () => {
  test.use({ locale: "fr-FR" });
  test("the step and its refusals are French", async ({ window }) => {
    await window.getByRole("button", { name: "Sécuriser default…" }).click();
    const chooser = window.waitForEvent("filechooser");
    await window.getByRole("button", { name: /^Déposez le certificat/ }).click();
    await (await chooser).setFiles([{ name: elliptic.name, mimeType: "application/octet-stream", buffer: elliptic.content }]);
    await window.getByText("présente et correspondante").or(window.locator("dt", { hasText: "Clé privée" })).first().waitFor();
    await window.getByRole("button", { name: "Suivant", exact: true }).click();
    await expect(window.getByRole("heading", { name: "Qui parle TLS pour elle ?" })).toBeVisible();
    await expect(window.getByText("NGINX 1.22.1 fonctionne sur cet ordinateur.")).toBeVisible();
    await window.getByRole("radio", { name: /^SanteDB lui-même, par Mono/ }).check();
    await expect(window.getByRole("alert")).toContainText("Mono ne lit que les clés RSA");
    await picture(window, "linux-french");
  });
});

/** Walks the steps of the wizard, a change that fails and the same again. */
async function walk(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const wizard = await toSpeaker(page, "default", elliptic);
  await page.getByRole("radio", { name: /^SanteDB itself, by Mono/ }).check();
  await wizard.error.waitFor();
  await look("mono-refused");
  await wizard.cancel.click();
  await toSpeaker(page);
  await look("nginx");
  await more(page).click();
  await page.getByRole("combobox", { name: "Client certificates" }).selectOption({ label: "Only clients that show one get in" });
  await names(page).fill("lab.example.org 10.0.0.7");
  await wizard.next.click();
  await page.getByText(/is an address/).waitFor();
  await look("faults");
  await page.getByRole("combobox", { name: "Client certificates" }).selectOption({ label: "Ask for none" });
  await names(page).fill("clinic-7.example.org");
  await wizard.next.click();
  await wizard.heading("Review the change").waitFor();
  await look("review");
  await wizard.commit.click();
  await wizard.heading("santedb was not secured").waitFor();
  await look("failed");
  await wizard.backToReview.click();
  await wizard.commit.click();
  await wizard.heading("santedb is secured").waitFor();
  await look("proof");
  await wizard.close.click();
  await new OverviewPage(page).heading.waitFor();
  await look("overview");
}

testEveryLook({ of: "the wizard on Linux", walk: (window, look) => walk(window, (name) => look(`linux-${name}`)), scenario: { ...linux, failAt: "proxy.reload" } });
