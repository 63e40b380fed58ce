// The whole way on the built program: its web host, a practice machine with a real service, a real Chromium.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority, makeServerPfx, type ServerPfx } from "../fixtures/certificates.ts";
import { tabTo } from "./keyboard.ts";
import { HistoryPage } from "./pages/history-page.ts";
import { OverviewPage } from "./pages/overview-page.ts";
import { expect, look, serve, test, type Served } from "./served-window.ts";

const certificates = mkdtempSync(join(tmpdir(), "lockstep-window-certificates-"));
let pfx: ServerPfx;

test.beforeAll(() => {
  pfx = makeServerPfx({ directory: certificates, authority: makeAuthority(join(certificates, "ca")), names: ["clinic-7.example.org"], key: "rsa:2048", notAfter: new Date(Date.now() + 178.5 * 86_400_000) });
});
test.afterAll(() => rmSync(certificates, { recursive: true, force: true }));

const config = (served: Served): string => join(served.directory, "Program Files/SanteSuite/SanteDB/WWW/instances/default/config/santedb.config");
const hash = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

test("by mouse: a PFX becomes proven HTTPS, is kept in the history, and is undone to the last byte", async ({ window, served }) => {
  test.setTimeout(90_000);
  const before = hash(config(served));
  const overview = new OverviewPage(window);
  await look(window, "1-overview");
  const wizard = await overview.secure("default");
  await expect(wizard.heading("Which certificate should it present?")).toBeFocused();
  await look(window, "2-certificate");
  await wizard.choose(pfx.file);
  await wizard.openWith(pfx.password);
  await expect(wizard.privateKey).toHaveText("present and fits");
  await look(window, "3-inspected");
  await wizard.next.click();
  await expect(wizard.heading("Where should it answer, and as whom?")).toBeFocused();
  await look(window, "4-address");
  await wizard.next.click();
  await expect(wizard.heading("Review the change")).toBeFocused();
  await expect(window.getByText(`certhash=${pfx.thumbprint}`)).toBeVisible();
  await look(window, "5-review");
  await window.screenshot({ path: "artefacts/pictures/real-5-review-full.png", fullPage: true });
  await wizard.commit.click();
  await expect(wizard.heading("default is secured")).toBeFocused({ timeout: 30_000 });
  await expect(wizard.served.getByText("the planned certificate").first()).toBeVisible();
  await look(window, "6-proof");
  await wizard.close.click();
  await expect(overview.instance("default")).toContainText("178 days left");
  await look(window, "7-overview-secured");

  const history = new HistoryPage(window);
  await history.open();
  await look(window, "8-history");
  await history.undo();
  await expect.poll(() => hash(config(served)), { timeout: 30_000 }).toBe(before);
  await overview.open();
  await expect(overview.lead).toContainText("plain http");
});

test("by keyboard alone", async ({ window, served }) => {
  test.setTimeout(90_000);
  await tabTo(window, /^Secure(…| default…)$/);
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Which certificate should it present?" })).toBeFocused();
  await tabTo(window, /^Drop the certificate/);
  const chooser = window.waitForEvent("filechooser");
  await window.keyboard.press("Enter");
  await (await chooser).setFiles(pfx.file);
  await expect(window.getByLabel(/^Password of /)).toBeFocused();
  await window.keyboard.type("not this one");
  await window.keyboard.press("Enter");
  await expect(window.getByText(/The password does not open/)).toBeVisible();
  await expect(window.getByLabel(/^Password of /)).toBeFocused();
  await window.keyboard.type(pfx.password);
  await window.keyboard.press("Enter");
  await expect(window.getByText("present and fits")).toBeVisible();
  await tabTo(window, "Next");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Where should it answer, and as whom?" })).toBeFocused();
  await tabTo(window, /^Host name to prove/);
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeFocused();
  await tabTo(window, "Secure 6 endpoints");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "default is secured" })).toBeFocused({ timeout: 30_000 });
  expect(readFileSync(config(served), "utf8")).toContain('address="https://');
});

test("a wrong password is told beside the field, and the right one is then enough", async ({ window }) => {
  const wizard = await new OverviewPage(window).secure("default");
  await wizard.choose(pfx.file);
  await wizard.openWith("not this one");
  await expect(window.getByText(/The password does not open/)).toBeVisible();
  await expect(wizard.password).toBeFocused();
  await look(window, "9-wrong-password");
  await wizard.openWith(pfx.password);
  await expect(wizard.privateKey).toHaveText("present and fits");
});

for (const by of ["mouse", "keyboard"] as const) test(`by ${by}: a service that fails to start: what happened, and that everything was put back`, async ({ window, served }) => {
  test.setTimeout(120_000);
  const before = hash(config(served));
  const table = join(served.directory, "services.json");
  // It may listen over http, since that is reserved for its account; nobody reserves https for it, so over https it fails.
  writeFileSync(table, readFileSync(table, "utf8").replace('"LocalSystem"', JSON.stringify("NT AUTHORITY\\NetworkService")));
  const port = /0\.0\.0\.0:(\d+)/.exec(readFileSync(config(served), "utf8"))?.[1] ?? "";
  const tables = join(served.directory, "http-sys.json");
  const httpSys = JSON.parse(readFileSync(tables, "utf8")) as { urlacl: { url: string; sddl: string }[] };
  httpSys.urlacl.push({ url: `http://+:${port}/`, sddl: "D:(A;;GX;;;NS)" });
  writeFileSync(tables, JSON.stringify(httpSys, null, 2));
  await window.reload();

  const wizard = await new OverviewPage(window).secure("default");
  await wizard.choose(pfx.file);
  await wizard.openWith(pfx.password);
  await expect(wizard.privateKey).toHaveText("present and fits");
  const press = async (name: string): Promise<void> => {
    if (by === "mouse") return window.getByRole("button", { name, exact: true }).click();
    await tabTo(window, name);
    return window.keyboard.press("Enter");
  };
  await press("Next");
  await expect(wizard.heading("Where should it answer, and as whom?")).toBeFocused();
  if (by === "mouse") await wizard.account.selectOption("LocalSystem");
  else {
    await tabTo(window, /^Account that the service runs as/);
    await window.keyboard.type("LocalS");
  }
  await press("Next");
  await expect(window.getByText(/runs as .*NetworkService, not as LocalSystem/)).toBeVisible();
  await press("Secure 6 endpoints");
  await expect(wizard.error).toBeVisible({ timeout: 60_000 });
  await expect(wizard.error).toContainText("Everything was put back as it was");
  await look(window, `10-failed-${by}`);
  expect(hash(config(served))).toBe(before);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});

test("ends with its service when it is told to stop, and when it is killed", async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const served = await serve();
    const state = JSON.parse(readFileSync(join(served.directory, "services/sdb-www-default.json"), "utf8")) as { pid: number };
    expect(() => process.kill(state.pid, 0)).not.toThrow();
    const ended = new Promise((resolve) => served.process.on("close", resolve));
    served.process.kill(signal);
    await ended;
    await expect.poll(() => {
      try {
        process.kill(state.pid, 0);
        return "still there";
      } catch {
        return "gone";
      }
    }, { message: signal, timeout: 10_000 }).toBe("gone");
    rmSync(join(served.directory, ".."), { recursive: true, force: true });
  }
});
