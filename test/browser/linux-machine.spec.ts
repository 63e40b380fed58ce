// The whole way on a Linux server: the built program's web host, a real NGINX, SanteDB's stand-in under Mono, a real Chromium.
import { test as base, type Page } from "@playwright/test";
import { hasLinuxServer, hostName, linuxServer, type LinuxServer } from "../fixtures/linux-server.ts";
import { awaitFileDialogs } from "./file-dialogs.ts";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { expect, look, serve } from "./served-window.ts";

const test = base.extend<{ server: LinuxServer; window: Page }>({
  server: async ({}, use) => {
    const server = await linuxServer();
    await use(server);
    await server.close();
  },
  window: async ({ page, server }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") complaints.push(message.text()); });
    page.on("pageerror", (error) => complaints.push(error.message));
    awaitFileDialogs(page);
    const { address, process } = await serve(["--machine", "linux", "--data-dir", server.data]);
    await page.goto(address);
    await use(page);
    const ended = new Promise((resolve) => process.on("close", resolve));
    process.kill("SIGTERM");
    await ended;
    expect(complaints).toEqual([]);
  },
});
test.skip(!hasLinuxServer, "needs root, nginx, Mono and start-stop-daemon");
test.setTimeout(120_000);

test("a PFX becomes proven HTTPS through NGINX, is seen on the proxy's page, taken away, and all is as it was", async ({ window, server }) => {
  const [before, served] = [server.snapshot(), await server.served()];
  const pfx = server.pfx("window");
  const overview = new OverviewPage(window);
  const wizard = await overview.secure("default");
  await wizard.choose(pfx.file);
  await wizard.openWith(pfx.password);
  await expect(wizard.privateKey).toHaveText("present and fits");
  await wizard.next.click();
  await expect(wizard.heading("Who speaks TLS for it?")).toBeFocused();
  await window.getByRole("textbox", { name: /^Port for https/ }).fill(String(server.ports.https));
  await window.getByRole("textbox", { name: /^Port for http(?!s)/ }).fill(String(server.ports.http));
  await look(window, "linux-1-speaker");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeFocused();
  await expect(window.getByText(/nginx -p \S+ -c \S+ -s reload/)).toBeVisible();
  await look(window, "linux-2-review");
  await wizard.commit.click();
  await expect(wizard.heading("default is secured")).toBeFocused({ timeout: 60_000 });
  await look(window, "linux-3-proof");
  expect(await server.served()).toMatchObject({ https: pfx.thumbprint, nobody: "handshake-failed" });
  await wizard.close.click();
  await expect(overview.instance("default")).toContainText("days left");
  await look(window, "linux-4-overview");

  await window.getByRole("link", { name: "Proxy", exact: true }).click();
  await expect(window.getByText(hostName).first()).toBeVisible();
  await look(window, "linux-5-proxy");

  const history = new HistoryPage(window);
  await history.open();
  await history.undo();
  await expect.poll(() => server.served(), { timeout: 60_000 }).toEqual(served);
  await expect.poll(() => server.snapshot(), { timeout: 10_000 }).toEqual(before);
});
