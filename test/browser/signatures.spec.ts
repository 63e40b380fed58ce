// The signature tester: headers made and checked, requests sent and listened for; and how its parts look.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { practicePassword } from "../renderer/practice-host.ts";
import { encryptedKey, keyFile, walkSignatures } from "./cws-walk.ts";
import { SignaturePage } from "./pages/signature-page.ts";
import { testEveryLook } from "./every-look.ts";
import { watchTasks } from "./pace.ts";
import { expect, picture, test } from "./window.ts";

/** The header that the tester makes for clinic7 and this body, as a client would send it. */
async function madeHeader(window: Page, body: string): Promise<string> {
  const page = new SignaturePage(window);
  await page.open();
  await page.user.fill("clinic7");
  await page.choosePrivateKey(keyFile);
  await page.body.fill(body);
  await page.button("Sign the request").click();
  await page.made.getByRole("button", { name: "Reveal" }).click();
  return page.madeHeader.innerText();
}

test("a header is made, hidden until it is asked for, and gone with the page", async ({ window }) => {
  const page = new SignaturePage(window);
  await page.open();
  await page.button("Sign the request").click();
  await expect(window.getByText("Pick or type the key user.")).toBeVisible();
  await expect(window.getByText("Choose the file of the private key.")).toBeVisible();
  await page.user.fill("clinic7");
  await page.choosePrivateKey({ name: "clinic7.pem", content: Buffer.from(encryptedKey) });
  await page.body.fill("{\"a\":1}\n");
  await expect(window.getByText("8 bytes in UTF-8, lines ending with LF")).toBeVisible();
  await page.button("Sign the request").click();
  await expect(page.password).toBeFocused();
  await page.password.fill("wrong");
  await window.keyboard.press("Enter");
  await expect(window.getByText("does not open the key")).toBeVisible();
  await page.password.fill(practicePassword);
  await window.keyboard.press("Enter");
  await expect(page.madeHeader).toHaveText("Authorization: CWS-SHA256 Access=clinic7, Signature=… (684 characters, hidden)");
  await expect(page.password, "it is forgotten once it was used").toHaveValue("");
  await expect(page.made).toContainText("Whoever reads this header can send the same body again");
  await expect(page.made).toContainText("the body, 8 bytes");
  await page.made.getByRole("button", { name: "Copy the header" }).click();
  await expect.poll(() => window.evaluate(() => navigator.clipboard.readText())).toMatch(/Signature=[A-Za-z0-9+/]+=*$/);
  await page.made.getByRole("button", { name: "Reveal" }).click();
  await expect(page.madeHeader).toHaveText(/Signature=[A-Za-z0-9+/]{600}/);
  await page.made.getByRole("button", { name: "Hide" }).click();
  await expect(page.madeHeader).toContainText("hidden");
  await page.openPart("Check");
  await page.openPart("Make");
  await expect(page.user).toHaveValue("clinic7");
  await expect(page.made).toBeHidden();
});

test("the header of a GET is said to be a constant credential; programs come in seven languages", async ({ window }) => {
  const page = new SignaturePage(window);
  await page.open();
  await page.user.fill("clinic7");
  await page.method.selectOption("GET");
  await expect(window.getByText("A GET has no body: the empty string is signed.")).toBeVisible();
  await page.choosePrivateKey(keyFile);
  await page.button("Sign the request").click();
  await expect(page.made).toContainText("This header never changes: treat it as a password");
  await expect(page.made).toContainText("the empty string, 0 bytes");
  const tabs = page.made.getByRole("tab");
  await expect(tabs).toHaveText(["PHP", "Node.js", "C#", "PowerShell", "Python", "Java", "curl"]);
  await tabs.first().focus();
  await window.keyboard.press("ArrowRight");
  await expect(page.made.getByRole("tab", { name: "Node.js" })).toBeFocused();
  await expect(page.made.getByRole("tabpanel")).toContainText("# node");
  await window.keyboard.press("End");
  await expect(page.made.getByRole("tabpanel")).toContainText("# curl");
  await page.made.getByRole("textbox", { name: "Address in the program" }).fill("https://hie.example.org/ws/labs");
  await expect(page.made.getByRole("tabpanel")).toContainText("GET https://hie.example.org/ws/labs");
});

test("a header is checked: valid for its body, and otherwise the mistake is named first", async ({ window, server }) => {
  const header = await madeHeader(window, "{\"a\":1}\n");
  const page = new SignaturePage(window);
  await page.openPart("Check");
  await page.button("Check").click();
  await expect(window.getByText("Paste the header.")).toBeVisible();
  await page.header.fill(header);
  await page.button("Check").click();
  await expect(page.verdict.getByRole("heading", { name: "Valid", exact: true })).toBeVisible();
  await expect(page.verdict).toContainText("clinic7 signed exactly these bytes with CWS-SHA256");
  await expect(page.verdict, "it is hidden outside its field").toContainText("hidden)");
  await expect(page.verdict).not.toContainText(header.slice(-40));
  await window.getByRole("radio", { name: "CR LF (Windows)" }).check();
  await expect(page.verdict, "a verdict holds only for what it was given").toContainText("The verdict stands here");
  await page.button("Check").click();
  await expect(page.verdict.getByRole("heading", { name: /^Not valid: The signed body has Unix line ends/ })).toBeVisible();
  await expect(page.verdict).toContainText("Sign the very bytes that are sent");
  await expect(page.verdict).toContainText("body.line-endings");
  await expect(page.verdict).toContainText("Other bytes were signed.");
  await window.getByRole("combobox", { name: "Whose key it should be" }).selectOption("laboratory");
  await page.button("Check").click();
  await expect(page.verdict.getByRole("heading", { name: /^Not valid: The signature is that of clinic7/ })).toBeVisible();
  await expect(page.verdict.getByRole("region", { name: "Follows from it, or is wrong as well" })).toContainText("Unix line ends");
  expect(server.calls.findLast(({ name }) => name === "signature.diagnose")?.input).toMatchObject({ user: "laboratory", header });
});

test("a header is checked exactly as it was pasted, its carriage returns too; so is a body", async ({ window, server }) => {
  const page = new SignaturePage(window);
  await page.open();
  await page.openPart("Check");
  const paste = async (text: string) => {
    await window.evaluate((pasted) => navigator.clipboard.write([new ClipboardItem({ "text/plain": new Blob([pasted], { type: "text/plain" }) })]), text);
    await window.keyboard.press("Control+v");
  };
  await page.header.focus();
  await paste("CWS-SHA256 Access=clinic7,\r\n Signature=AAAA");
  await page.body.focus();
  await paste("a\r\nb\r\n");
  await expect(window.getByRole("radio", { name: "CR LF (Windows)" })).toBeChecked();
  await expect(window.getByText("6 bytes in UTF-8, lines ending with CR LF")).toBeVisible();
  await page.button("Check").click();
  await expect(page.verdict.getByRole("heading", { name: /broken over several lines/ })).toBeVisible();
  expect(server.calls.findLast(({ name }) => name === "signature.diagnose")?.input).toMatchObject({ header: "CWS-SHA256 Access=clinic7,\r\n Signature=AAAA", body: { content: Buffer.from("a\r\nb\r\n").toString("base64") } });
});

test.describe("a body of 40 MB", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-body-"));
  const file = join(folder, "export.json");
  test.use({ scenario: { pace: 30 } });
  test.beforeAll(() => writeFileSync(file, Buffer.alloc(40 * 1024 * 1024, "{\"patient\":\"P-10077\"}\n")));
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("goes in pieces while the window answers, can be cancelled, and is checked", async ({ window, server }, info) => {
    test.setTimeout(90_000);
    const page = new SignaturePage(window);
    await page.open();
    await page.openPart("Check");
    await page.header.fill("CWS-SHA256 Access=clinic7, Signature=AAAA");
    await page.chooseBody(file);
    await expect(window.getByText("40 MB")).toBeVisible();
    const busy = await watchTasks(window);
    await page.button("Check").click();
    await expect(page.upload).toContainText("of 40 MB");
    await page.header.focus();
    await window.keyboard.press("End");
    await window.keyboard.type("BBBB", { delay: 20 });
    await expect(page.header, "typing goes on meanwhile, and ends what was under way").toHaveValue("CWS-SHA256 Access=clinic7, Signature=AAAABBBB");
    await expect(page.upload).toBeHidden();
    await expect.poll(() => server.calls.at(-1)?.name).toBe("body.discard");
    const cancelled = server.calls.filter(({ name }) => name === "body.append").length;
    await page.button("Check").click();
    await expect(page.verdict.getByRole("heading", { name: /^Not valid/ })).toBeVisible({ timeout: 60_000 });
    const pieces = server.calls.filter(({ name }) => name === "body.append").slice(cancelled);
    expect(pieces).toHaveLength(20);
    expect(Math.max(...pieces.map(({ input }) => (input as { content: string }).content.length))).toBeLessThanOrEqual(Math.ceil(2 * 1024 * 1024 / 3) * 4);
    const { longest, works } = await busy();
    info.annotations.push({ type: "longest task", description: `${Math.round(longest)} ms, ${works.toFixed(1)} works` });
    expect(works, "no task keeps the window from answering").toBeLessThan(15);

    await page.button("Check").click();
    await expect(page.upload).toBeVisible();
    await page.upload.getByRole("button", { name: "Cancel" }).click();
    await expect(page.upload).toBeHidden();
    await expect.poll(() => server.calls.at(-1)?.name).toBe("body.discard");
    expect(server.calls.filter(({ name }) => name === "signature.diagnose")).toHaveLength(1);
  });
});

test("a request is sent with the very bytes that were signed, and the answer is told with clocks and TLS", async ({ window, server }) => {
  const page = new SignaturePage(window);
  await page.open();
  await page.openPart("Send");
  await page.button("Send the POST").click();
  await expect(window.getByText("Type the address, with https://.")).toBeVisible();
  await expect(page.url).toBeFocused();
  await page.url.fill("http://coremr.example.org/ws/patients");
  await page.user.fill("clinic7");
  await page.choosePrivateKey(keyFile);
  await page.body.fill("{}");
  await window.getByRole("textbox", { name: "Further headers" }).fill("Content-Type: application/json\nno header");
  await page.button("Send the POST").click();
  await expect(window.getByText("This is no header: no header")).toBeVisible();
  await window.getByRole("textbox", { name: "Further headers" }).fill("Content-Type: application/json");
  await page.button("Send the POST").click();
  await expect(window.getByRole("alert")).toContainText("is not asked");
  await window.getByRole("checkbox", { name: /^Send it all the same/ }).check();
  await page.button("Send the POST").click();
  await expect(page.exchange).toContainText("201 Created");
  await expect(page.exchange).toContainText("none: it went over plain http");
  await page.url.fill("https://coremr.example.org/ws/patients");
  await page.button("Send the POST").click();
  await expect(page.exchange).toContainText("TLSv1.3");
  await expect(page.exchange).toContainText("4 seconds ahead");
  await expect(page.exchange.getByRole("region", { name: "Request as it was sent" })).toContainText("Access=clinic7, Signature=(hidden)");
  await expect(page.exchange).toContainText("And a body of 2 bytes, exactly as signed.");
  await expect(page.exchange).toContainText("not checked: CorEMR’s public key was not given");
  await page.url.fill("https://coremr.example.org/redirect");
  await page.button("Send the POST").click();
  await expect(page.exchange).toContainText("CorEMR answered with a redirect, which was not followed");
  expect(server.calls.find(({ name, input }) => name === "signature.send" && (input as { allowUntrusted?: boolean }).allowUntrusted === true)?.input).toMatchObject({ body: { content: "e30=" }, headers: [{ name: "Content-Type", value: "application/json" }] });
});

test("requests are listened for, counted and opened to their diagnosis; a port that is taken is said", async ({ window }) => {
  const page = new SignaturePage(window);
  await page.open();
  await page.openPart("Listen");
  await window.getByRole("textbox", { name: "Port" }).fill("80");
  await page.button("Start listening").click();
  await expect(window.getByRole("alert")).toContainText("Port 80 is held by another program.");
  await window.getByRole("textbox", { name: "Port" }).fill("8080");
  await page.button("Start listening").click();
  await expect(window.getByText("http://127.0.0.1:8080")).toBeVisible();
  await expect(page.requests).toHaveCount(8);
  await expect(page.requests.first(), "the newest first").toContainText("/ws/patients/8");
  await expect(window.getByText("7 valid")).toBeVisible();
  await expect(window.getByText("1 not valid")).toBeVisible();
  await page.requests.filter({ hasText: "not valid" }).locator("summary").press("Enter");
  await expect(page.requests.filter({ hasText: "not valid" })).toContainText("Sign the very bytes that are sent");
  await page.openPart("Check");
  await page.openPart("Listen");
  await expect(page.requests, "it went on, and what came is found again").toHaveCount(8);
  await page.button("Stop listening").click();
  await expect(page.button("Start listening")).toBeVisible();
  await expect(page.requests).toHaveCount(8);
});

test.describe("five hundred requests a second", () => {
  test.use({ scenario: { requests: "busy" } });
  test("leave the window quick; the list can be held", async ({ window }, info) => {
    const page = new SignaturePage(window);
    await page.open();
    await page.openPart("Listen");
    const busy = await watchTasks(window);
    await page.button("Start listening").click();
    await expect(window.getByText(/^\d,\d{3} valid$/)).toBeVisible({ timeout: 20_000 });
    await page.button("Hold the list").click();
    const first = await page.requests.first().innerText();
    await window.waitForTimeout(500);
    expect(await page.requests.first().innerText()).toBe(first);
    await expect(page.requests).toHaveCount(50);
    await page.button("Go on").click();
    await expect(page.requests.first()).not.toHaveText(first);
    const { longest, works } = await busy();
    info.annotations.push({ type: "longest task", description: `${Math.round(longest)} ms, ${works.toFixed(1)} works` });
    expect(works, "no task keeps the window from answering").toBeLessThan(15);
  });
});

testEveryLook({ of: "the parts of the signature tester", walk: walkSignatures });

test.describe("for a reader of French", () => {
  test.use({ locale: "fr-FR" });
  test("the signature tester speaks French", async ({ window }) => {
    await window.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Testeur de signatures" }).click();
    await expect(window.getByRole("heading", { name: "Testeur de signatures", level: 1 })).toBeVisible();
    await picture(window, "signature-french-make");
    for (const name of ["Vérifier", "Envoyer", "Écouter"]) {
      await window.getByRole("navigation", { name: "Parties du testeur de signatures" }).getByRole("link", { name }).click();
      await expect(window.getByRole("heading", { name, level: 2 })).toBeFocused();
      await picture(window, `signature-french-${name.replace(/\W+/g, "")}`);
    }
  });
});
