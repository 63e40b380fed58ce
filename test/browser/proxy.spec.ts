// NGINX's pages: sites listed, opened, published and taken away; files checked; and how they look.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { practicePassword } from "../renderer/practice-host.ts";
import { tabTo } from "./keyboard.ts";
import { ProxyPage } from "./pages/proxy-page.ts";
import { documented, dump, sound, walkProxy } from "./proxy-walk.ts";
import { testEveryLook } from "./every-look.ts";
import { watchTasks } from "./pace.ts";
import { expect, picture, test } from "./window.ts";

test("sites are listed with ports, SanteDB, certificate and one status; searched, filtered, sorted", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.open();
  await expect(window.getByText("version 1.22.1")).toBeVisible();
  await expect(window.getByText("/etc/nginx/sites-enabled")).toBeVisible();
  await expect(page.count).toHaveText("5 sites");
  await expect(page.row("hie.example.org")).toContainText("12 days left");
  await expect(page.row("hie.example.org")).toContainText("to be mended");
  await expect(page.row("hie.example.org")).toContainText("(1 more finding)");
  await expect(page.row("*.ward.example.org")).toContainText("cannot be read");
  await expect(page.row("clinic-7.example.org")).toContainText("in order");
  await page.button(/^off/).click();
  await expect(page.count).toHaveText("1 site");
  await expect(page.row("training.example.org")).toBeVisible();
  await page.button(/^All/).click();
  await page.column("State").getByRole("button").click();
  await expect(page.row("*.ward.example.org")).toHaveAttribute("aria-rowindex", "2");
  await page.search.fill("10.4.0.12");
  await expect(page.names).toHaveText(["hie.example.org"]);
  await page.search.fill("nobody");
  await expect(window.getByText("Nothing found for “nobody”")).toBeVisible();
  await page.button("Show all sites").click();
  await expect(page.count).toHaveText("5 sites");
});

test("sites are walked by the keyboard, from the search into one and back", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.open();
  await expect(page.names.first()).toBeVisible();
  await window.keyboard.press("Control+f");
  await window.keyboard.type("10.4.0");
  await window.keyboard.press("ArrowDown");
  await expect(page.names.first()).toBeFocused();
  await window.keyboard.press("End");
  await expect(page.names.last()).toBeFocused();
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "old-clinic.example.org", level: 1 })).toBeFocused();
  await window.getByRole("link", { name: "Proxy" }).last().click();
  await expect(page.search, "the list is found as it was left").toHaveValue("10.4.0");
});

test("a site is told in full, and taken away after its plan was seen", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.open();
  await page.openSite("hie.example.org");
  await expect(window.getByText("https://hie.example.org:8443/")).toBeVisible();
  await expect(window.getByText("http://10.4.0.12:8080")).toBeVisible();
  await expect(window.getByText("expires-soon")).toBeVisible();
  await page.button("Unpublish…").click();
  await expect(page.dialog.getByRole("heading", { name: "Unpublish hie.example.org?" })).toBeVisible();
  await expect(page.dialog.getByText("nginx -s reload")).toBeVisible();
  await page.dialog.getByRole("button", { name: "Unpublish the site" }).click();
  await expect(page.dialog.getByRole("heading", { name: "hie.example.org is no longer published" })).toBeVisible();
  await page.dialog.getByRole("button", { name: "Close" }).click();
  await window.getByRole("link", { name: "Proxy" }).last().click();
  await expect(page.count).toHaveText("4 sites");
  expect(server.calls.find(({ name }) => name === "proxy.planUnpublish")?.input).toEqual({ name: "icdr-hie.example.org.conf" });
  await window.goto(`${window.url().split("#")[0] ?? ""}#/proxy/site/none.conf`);
  await expect(window.getByRole("alert")).toContainText("There is no site named");
});

test("a new site is a file while it is typed, and published by the keyboard alone", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.open();
  await expect(page.names.first()).toBeVisible();
  await tabTo(window, "New site");
  await window.keyboard.press("Enter");
  await expect(page.pane).toContainText("Type the host name that clients ask for.");
  await tabTo(window, /^Host names/);
  await window.keyboard.type("lab.example.org");
  await tabTo(window, /^Where SanteDB answers/);
  await window.keyboard.type("http://127.0.0.1:9200");
  await tabTo(window, /^Path of the certificate/);
  await window.keyboard.type("/etc/ssl/clinic/lab.pem");
  await expect(page.pane, "what is still missing is named").toContainText("Type the path of the private key.");
  await tabTo(window, /^Path of the private key/);
  await window.keyboard.type("/etc/ssl/clinic/lab.key");
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-lab.example.org.conf");
  await expect(page.pane.getByText("The file is up to date")).toBeAttached();
  await expect(page.text).toContainText("listen 8443 ssl http2;");
  await expect(page.text.locator(".nginx-directive").first()).toHaveText("upstream");
  await tabTo(window, /^Port for https/);
  await window.keyboard.type("9443");
  await expect(page.text).toContainText("listen 9443 ssl");
  await page.pane.getByRole("button", { name: "Copy icdr-lab.example.org-9443.conf" }).click();
  expect(await window.evaluate(() => navigator.clipboard.readText())).toBe(await page.text.innerText());
  const download = window.waitForEvent("download");
  await page.pane.getByRole("button", { name: /^Save/ }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe("icdr-lab.example.org-9443.conf");
  expect(readFileSync(await saved.path(), "utf8")).toBe(await page.text.innerText());
  await tabTo(window, "Publish…");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeFocused();
  await expect(page.steps.filter({ hasText: "Write the site" })).toContainText("added: # Lockstep site");
  await page.button("Back").click();
  await expect(page.port, "what was typed is still there").toHaveValue("9443");
  await page.button("Publish…").click();
  await tabTo(window, "Publish lab.example.org");
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "lab.example.org is published" })).toBeFocused();
  await expect(window.getByRole("table", { name: "What is really served" })).toContainText("127.0.0.1:9443");
  await page.button("Close").click();
  await expect(page.count).toHaveText("6 sites");
  expect(server.calls.find(({ name }) => name === "proxy.planPublish")?.input).toEqual({
    site: { kind: "icdr", serverNames: ["lab.example.org"], upstreams: ["http://127.0.0.1:9200"], port: 9443, nginxVersion: "1.22.1", certificate: "/etc/ssl/clinic/lab.pem", key: "/etc/ssl/clinic/lab.key" },
  });
  await page.button("New site").click();
  await expect(page.hostNames, "what was published is no draft").toHaveValue("");
});

test("a published site is changed as it was written: everything is filled in, and only what is changed is asked for", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.open();
  await page.openSite("hie.example.org");
  await page.button("Change…").click();
  await expect(page.hostNames).toHaveValue("hie.example.org");
  await expect(page.upstreams).toHaveValue("http://10.4.0.11:8080\nhttp://10.4.0.12:8080");
  await expect(page.key).toHaveValue("/etc/ssl/clinic/hie.example.org.key.pem");
  await expect(window.getByText("is not as Lockstep wrote it")).toHaveCount(0);
  await window.getByText("More (4 set)", { exact: true }).click();
  await expect(window.getByRole("checkbox", { name: /HSTS/ })).toBeChecked();
  await expect(window.getByRole("checkbox", { name: "Let WebSocket through" })).toBeChecked();
  const largest = window.getByRole("textbox", { name: /^Largest upload/ });
  await expect(largest).toHaveValue("512");
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-hie.example.org.conf");
  await picture(window, "proxy-change");
  await largest.fill("1024");
  await expect(page.text).toContainText("client_max_body_size 1024m;");
  await page.button("Publish…").click();
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeFocused();
  await expect(window.getByText("site-edited")).toHaveCount(0);
  expect(server.calls.find(({ name }) => name === "proxy.planPublish")?.input).toEqual({
    site: {
      kind: "icdr", serverNames: ["hie.example.org"], upstreams: ["http://10.4.0.11:8080", "http://10.4.0.12:8080"], upstreamHost: "hie.local:8080", hsts: true, webSocket: true, bodyMegabytes: 1024, nginxVersion: "1.22.1",
      certificate: "/etc/ssl/clinic/hie.example.org.chain.pem", key: "/etc/ssl/clinic/hie.example.org.key.pem",
    },
  });
});

test("a changed site that has another file is said to stand beside the first, before it is published and in its review", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.open();
  await page.openSite("hie.example.org");
  await page.button("Change…").click();
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-hie.example.org.conf");
  const beside = page.pane.getByRole("alert").filter({ hasText: "This is a new site beside icdr-hie.example.org.conf" });
  await expect(beside).toHaveCount(0);
  await page.port.fill("9443");
  await expect(beside, "both would send clients of one name on from port 80").toContainText("unpublish icdr-hie.example.org.conf first");
  await picture(window, "proxy-change-clashes");
  await page.port.fill("");
  await expect(beside).toHaveCount(0);
  await page.hostNames.fill("registry.example.org");
  await expect(beside).toContainText("unpublish it afterwards");
  await picture(window, "proxy-change-beside");
  await page.button("Publish…").click();
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeFocused();
  await expect(window.getByText("This is a new site beside icdr-hie.example.org.conf")).toBeVisible();
  await picture(window, "proxy-change-review");
  await page.button("Publish registry.example.org").click();
  await page.button("Close").click();
  await expect(page.count).toHaveText("6 sites");
});

test("a site that was changed by hand says so in the list, in its form and in its review", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.open();
  await page.openSite("training.example.org");
  await expect(window.getByText("site-edited")).toBeVisible();
  await picture(window, "proxy-edited");
  await page.button("Change…").click();
  await expect(window.getByText("The published file is not as Lockstep wrote it")).toBeVisible();
  await expect(page.key).toHaveValue("");
  await page.key.fill("/etc/ssl/clinic/training.key");
  await picture(window, "proxy-edited-change");
  await page.button("Publish…").click();
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeFocused();
  await expect(window.getByText("The site's file was changed by hand since Lockstep wrote it.")).toBeVisible();
});

test("while one types few files are asked for, and a late one is dropped", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.openNew();
  await page.fill("a.example.org");
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-a.example.org.conf");
  const before = server.calls.filter(({ name }) => name === "proxy.render").length;
  await page.hostNames.fill("");
  await page.hostNames.pressSequentially("laboratory.clinic-7.example.org", { delay: 15 });
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-laboratory.clinic-7.example.org.conf");
  expect(server.calls.filter(({ name }) => name === "proxy.render").length - before).toBeLessThan(8);
  // An answer that is held back until the next one is there.
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  await window.route("**/api/proxy.render", async (route) => {
    if (route.request().postData()?.includes("slow.example.org") === true) await held;
    await route.continue();
  });
  const asked = window.waitForRequest((request) => request.url().endsWith("/api/proxy.render") && request.postData()?.includes("slow.example.org") === true);
  await page.hostNames.fill("slow.example.org");
  await asked;
  await expect(page.pane.locator(".stale"), "the file is not that of what is typed").toBeVisible();
  await page.hostNames.fill("quick.example.org");
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-quick.example.org.conf");
  const late = window.waitForResponse((response) => response.request().postData()?.includes("slow.example.org") === true);
  release();
  await late;
  await expect(page.pane.getByRole("heading")).toHaveText("icdr-quick.example.org.conf");
  await window.unroute("**/api/proxy.render");
});

test("what a file cannot hold is said at its field, which gets the focus", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.openNew();
  await page.button("Publish…").click();
  await expect(page.hostNames).toBeFocused();
  await expect(page.hostNames).toHaveAttribute("aria-invalid", "true");
  await page.fill("10.0.0.1");
  await expect(window.getByText("The server name “10.0.0.1” is an address")).toBeVisible();
  await expect(page.pane).toContainText("What is wrong stands at its field.");
  await page.hostNames.fill("lab.example.org");
  await page.upstreams.fill("http://127.0.0.1:8443");
  await expect(window.getByText("is where NGINX itself would listen")).toBeVisible();
  await page.upstreams.fill("http://127.0.0.1:9200");
  await expect(page.text).toBeVisible();
  await page.port.fill("99999");
  await expect(window.getByText("Type a number from 1 to 65535, or leave it empty.")).toBeVisible();
  await page.port.fill("");
  await window.getByText("More", { exact: true }).click();
  await window.getByRole("textbox", { name: "Listen on" }).fill("eth0");
  await expect(window.getByText("is no IP address")).toBeVisible();
  await window.getByText(/^More/).click();
  await page.button("Publish…").click();
  await expect(window.getByRole("textbox", { name: "Listen on" }), "what is folded away is unfolded").toBeFocused();
  await window.getByRole("textbox", { name: "Listen on" }).fill("");
  await expect(page.text).toContainText("listen 8443");
  expect(server.calls.some(({ name }) => name === "proxy.planPublish")).toBe(false);
});

test("a certificate comes from files with their password, or out of the store; SanteDB's address is offered", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.openNew();
  await page.button("default: http://127.0.0.1:9200").click();
  await expect(page.upstreams).toHaveValue("http://127.0.0.1:9200");
  await expect(window.getByRole("radio", { name: "dCDR, of a clinic" })).toBeChecked();
  await window.getByRole("radio", { name: "Files that I choose here" }).check();
  await page.choose(page.button("Drop the certificate here, or choose files"), { name: "clinic-7.pfx", content: Buffer.from("PFX content") });
  await window.getByLabel(/^Password of /).fill(practicePassword);
  await window.keyboard.press("Enter");
  await expect(window.getByText("present and fits")).toBeVisible();
  await expect(page.hostNames, "its names are taken where none was typed").toHaveValue("clinic-7.example.org\nwww.clinic-7.example.org");
  await expect(page.text).toContainText("/PLANNED/chain.pem");
  await expect(page.pane).toContainText("publishing it writes that file anew");
  await page.button("Publish…").click();
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeVisible();
  const planned = server.calls.findLast(({ name }) => name === "proxy.planPublish")?.input as { site: object; certificate: { password: string } };
  expect(planned.site).not.toHaveProperty("key");
  expect(planned.certificate.password).toBe(practicePassword);
  await page.button("Back").click();
  await window.getByRole("radio", { name: "The certificate store of this computer" }).check();
  await page.button("Publish…").click();
  await expect(window.getByText("Choose the certificate first.")).toBeVisible();
});

test.describe("where a file of another's is in the way", () => {
  test.use({ scenario: { publishing: "foreign" } });
  test("nothing is planned, and the reason is told", async ({ window }) => {
    const page = new ProxyPage(window);
    await page.openNew();
    await page.fill("lab.example.org");
    await expect(page.text).toBeVisible();
    await page.button("Publish…").click();
    await expect(window.getByRole("alert")).toContainText("/etc/nginx/sites-available/icdr-lab.example.org.conf was not written by Lockstep.");
    await expect(window.getByRole("alert")).toContainText("Nothing of it is overwritten.");
    await expect(window.getByRole("alert")).toBeInViewport();
    await expect(page.hostNames).toHaveValue("lab.example.org");
    await picture(window, "proxy-foreign");
    await page.hostNames.fill("lab2.example.org");
    await expect(window.getByRole("alert"), "what was said of another site is gone").toHaveCount(0);
  });
});

test.describe("where NGINX cannot reload", () => {
  test.use({ scenario: { failAt: "proxy.reload" } });
  test("all is put back, and the site can be planned again", async ({ window }) => {
    const page = new ProxyPage(window);
    await page.openNew();
    await page.fill("lab.example.org");
    await expect(page.text).toBeVisible();
    await page.button("Publish…").click();
    await page.button("Publish lab.example.org").click();
    await expect(window.getByRole("heading", { name: "lab.example.org was not published" })).toBeFocused();
    await expect(window.getByRole("alert")).toContainText("Everything was put back as it was.");
    await page.button("Back to review").click();
    await page.button("Publish lab.example.org").click();
    await expect(window.getByRole("heading", { name: "lab.example.org is published" })).toBeVisible();
  });
});

test("an expired certificate on the server is used only by word", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.openNew();
  await page.fill("lab.example.org");
  await page.certificate.fill("/etc/ssl/ended.pem");
  await expect(page.text).toContainText("/etc/ssl/ended.pem");
  await page.button("Publish…").click();
  await expect(window.getByRole("alert")).toContainText("ended on");
  await window.getByRole("checkbox", { name: "Use it although it has ended" }).check();
  await page.button("Publish…").click();
  await expect(window.getByRole("heading", { name: "Review the change" })).toBeVisible();
});

test.describe("a machine without NGINX", () => {
  test.use({ scenario: { proxy: "absent" } });
  test("says so; sites are written and saved, and files are checked", async ({ window }) => {
    const page = new ProxyPage(window);
    await page.open();
    await expect(window.getByText("Sites cannot be published from here")).toBeVisible();
    await expect(window.getByText("NGINX is not installed on this machine.")).toBeVisible();
    await expect(window.getByText("No site is published yet")).toBeVisible();
    await picture(window, "proxy-absent");
    await page.button("New site").click();
    await page.fill("lab.example.org");
    await expect(page.text).toBeVisible();
    await expect(page.button("Publish…")).toHaveCount(0);
    await expect(window.getByRole("radio", { name: "Files that I choose here" }), "the certificate lies where the file is taken to").toHaveCount(0);
    await picture(window, "proxy-absent-new");
    const download = window.waitForEvent("download");
    await page.button("Save the file").click();
    expect((await download).suggestedFilename()).toBe("icdr-lab.example.org.conf");
    await page.openCheck();
    await page.check(sound);
    await expect(page.verdict).toContainText("Nothing is wrong with sound.conf");
  });
});

test.describe("three thousand sites", () => {
  test.use({ scenario: { proxy: "many" } });
  test("draw only the rows in sight, and are searched at once", async ({ window }) => {
    const page = new ProxyPage(window);
    await page.open();
    await expect(page.count).toHaveText("3,000 sites");
    expect(await page.rows.count()).toBeLessThan(60);
    await page.names.first().focus();
    await window.keyboard.press("End");
    await expect(page.names.last()).toBeFocused();
    await page.search.fill("site-2999");
    await expect(page.count).toHaveText("1 site");
  });
});

test("a file is checked: the gravest first, each leading to its line", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.openCheck();
  await page.check(documented);
  await expect(page.verdict).toContainText(/2 errors, \d+ warnings and \d notes in santedb\.conf/);
  await expect(page.button("Choose other files…"), "the focus is where the next step is").toBeFocused();
  await expect(page.findings.first()).toContainText("Error");
  await expect(page.source.locator(".source-line").nth(9)).toHaveClass(/marked-error/);
  await page.findings.nth(1).getByRole("button", { name: "line 20" }).press("Enter");
  await expect(page.source.locator(".source-line.chosen")).toContainText("return 301");
  await expect(window.getByText("Line 20 of santedb.conf is shown.")).toBeAttached();
  await page.button("Start over").click();
  await expect(page.button(/^Drop a site file here/)).toBeFocused();
});

test("what nginx -T printed is told of by its files; it may be pasted", async ({ window }) => {
  const page = new ProxyPage(window);
  await page.openCheck();
  const text = dump(["/etc/nginx/nginx.conf", "events {}\nhttp {\n    include /etc/nginx/sites-enabled/*;\n}"], ["/etc/nginx/sites-enabled/santedb.conf", documented.content.toString()], ["/etc/nginx/sites-enabled/sound.conf", sound.content.toString()]);
  await window.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await window.keyboard.press("Control+v");
  await expect(page.verdict).toContainText("in pasted.conf");
  const file = window.getByRole("combobox", { name: "File" });
  await expect(file).toHaveValue("/etc/nginx/sites-enabled/santedb.conf");
  await file.selectOption("/etc/nginx/nginx.conf");
  await expect(page.source).toContainText("include /etc/nginx/sites-enabled/*;");
  await page.findings.first().getByRole("button").click();
  await expect(file, "a finding leads to its file").toHaveValue("/etc/nginx/sites-enabled/santedb.conf");
});

test("several files are put together by their includes; certificates that they name are judged, others named", async ({ window, server }) => {
  const page = new ProxyPage(window);
  await page.openCheck();
  await page.check(
    { name: "nginx.conf", content: Buffer.from("events {}\nhttp {\n  include sites/*.conf;\n}\n") }, { ...documented, name: "a.conf" },
    { name: "my_cert.crt", content: Buffer.from("no certificate") }, { name: "other.key", content: Buffer.from("x") },
  );
  await expect(page.verdict).toContainText("in nginx.conf and sites/a.conf");
  await expect(page.verdict).toContainText("Judged as well: my_cert.crt.");
  await expect(page.verdict).toContainText("Named by no file, so not judged: other.key.");
  expect(server.calls.filter(({ name }) => name === "proxy.lint").map(({ input }) => (input as { files: { name: string }[]; materials: { path: string }[] })).map(({ files, materials }) => [files.map(({ name }) => name), materials.map(({ path }) => path)])).toEqual([
    [["nginx.conf", "sites/a.conf"], ["/etc/nginx/ssl/my_cert.crt"]],
  ]);
  await page.check({ name: "store.bin", content: Buffer.from([0x30, 0x82, 0, 0, 1, 0]) });
  await expect(page.verdict).toContainText("1 error in store.bin");
  await expect(window.getByText("It is no text, so it is not shown.")).toBeVisible();
  await page.button("Start over").click();
  await page.check({ name: "only.pem", content: Buffer.from("x") });
  await expect(window.getByRole("alert")).toContainText("No site file is among them");
});

test.describe("ten megabytes", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-proxy-"));
  const [large, tooLarge] = [join(folder, "nginx-T.txt"), join(folder, "nginx-T2.txt")];
  const server = (index: number): string => `server {\n    listen 127.0.0.1:${1024 + index % 60_000} ssl;\n    server_name site-${index}.example.org;\n    # Where it lies and what it is for, in words that a person wrote for another one.\n    root /srv/www/site-${index};\n}\n`;
  test.beforeAll(() => {
    const text = `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n${Array.from({ length: 48_000 }, (_, index) => server(index)).join("")}}\n`;
    writeFileSync(large, text);
    writeFileSync(tooLarge, Buffer.alloc(10 * 1024 * 1024 + 1, "#\n"));
  });
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("of nginx -T are shown by the lines in sight while the window answers; more are refused in words", async ({ window }, info) => {
    test.setTimeout(90_000);
    const page = new ProxyPage(window);
    await page.openCheck();
    await page.check(tooLarge);
    await expect(window.getByRole("alert")).toContainText("at most 10485760 are read");
    const busy = await watchTasks(window);
    await page.check(large);
    await expect(page.source).toBeVisible({ timeout: 60_000 });
    expect(await page.source.locator(".source-line").count()).toBeLessThan(120);
    await page.source.focus();
    await window.keyboard.press("Control+End");
    await expect(page.source.getByText("root /srv/www/site-47999;")).toBeVisible();
    const { longest, works } = await busy();
    info.annotations.push({ type: "longest task", description: `${Math.round(longest)} ms, ${works.toFixed(1)} works` });
    expect(works, "no task keeps the window from answering").toBeLessThan(15);
  });
});

const everyState = { instances: "three", failAt: "proxy.reload" } as const;

testEveryLook({ of: "the pages about NGINX", walk: walkProxy, scenario: everyState });

test.describe("a narrow window", () => {
  test.use({ viewport: { width: 640, height: 800 } });
  test("shows the line of a finding although it stands under all of them", async ({ window }) => {
    const page = new ProxyPage(window);
    await page.openCheck();
    await page.check(documented);
    await page.findings.first().getByRole("button").click();
    await expect(page.source.locator(".source-line.chosen")).toBeInViewport();
  });
});

test.describe("for a reader of French", () => {
  test.use({ locale: "fr-FR" });
  test("the pages about NGINX speak French", async ({ window }) => {
    await window.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Proxy inverse" }).click();
    await expect(window.getByRole("heading", { name: "Proxy inverse", level: 1 })).toBeVisible();
    await expect(window.getByText("5 sites publiés")).toBeVisible();
    await picture(window, "proxy-french");
    await window.getByRole("button", { name: "Nouveau site" }).click();
    await window.getByRole("button", { name: "Publier…" }).click();
    await expect(window.getByText("Tapez le nom d’hôte que les clients demandent.").first()).toBeVisible();
    await window.getByText("Plus", { exact: true }).click();
    await picture(window, "proxy-french-new");
    await window.getByRole("link", { name: "Proxy inverse" }).last().click();
    await window.getByRole("link", { name: "Contrôler un fichier" }).click();
    await expect(window.getByRole("heading", { name: "Contrôler un fichier", level: 2 })).toBeFocused();
    await picture(window, "proxy-french-check");
  });
});
