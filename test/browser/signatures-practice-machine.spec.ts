// Keys and signatures on the built program: a pair is made, signs, is checked, sends to the listener, and is told its mistake.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { KeyUsersPage } from "./pages/key-users-page.ts";
import { SignaturePage } from "./pages/signature-page.ts";
import { expect, test } from "./served-window.ts";

test("a key is made in the window, signs there, is taken by OpenSSL, and its requests are heard and explained", async ({ window, served }) => {
  test.setTimeout(90_000);
  const privateKey = join(served.directory, "../clinic7.private.pem");
  const keys = new KeyUsersPage(window);
  await keys.open();
  await keys.button("Make a key…").first().click();
  await keys.name.fill("clinic7");
  await window.getByRole("radio", { name: /2048/ }).check();
  await keys.privateKeyFile.fill(privateKey);
  await keys.button("Make the key of clinic7").click();
  await expect(window.getByRole("heading", { name: "clinic7 has a key" })).toBeFocused({ timeout: 20_000 });
  expect(statSync(privateKey).mode & 0o777).toBe(0o600);
  await keys.open();
  await expect(keys.row("clinic7")).toContainText("2048 bits");

  const page = new SignaturePage(window);
  const body = "{\"name\":\"Zoë\"}\n";
  await page.open();
  await page.user.fill("clinic7");
  await page.choosePrivateKey(privateKey);
  await page.body.fill(body);
  await page.button("Sign the request").click();
  await page.made.getByRole("button", { name: "Reveal" }).click();
  await expect(page.madeHeader).toHaveText(/Signature=[A-Za-z0-9+/]{300}/);
  const header = await page.madeHeader.innerText();
  const [, signature = ""] = header.split("Signature=");
  const signed = execFileSync("openssl", ["dgst", "-sha256", "-sign", privateKey], { input: body });
  expect(signature.trim()).toBe(signed.toString("base64"));

  await page.openPart("Check");
  await page.header.fill(header.replace("Access=clinic7", "Access=Clinic7"));
  await page.body.fill(body.trimEnd());
  await page.button("Check").click();
  await expect(page.verdict).toContainText("written in other capitals");
  await expect(window.getByText("body.trailing-newline")).toBeVisible();
  await page.header.fill(header);
  await page.body.fill(body);
  await page.button("Check").click();
  await expect(page.verdict).toContainText(/valid/i);
  await expect(page.verdict).not.toContainText("Not valid");

  await page.openPart("Listen");
  await page.button("Start listening").click();
  const address = await window.getByText(/^http:\/\/127\.0\.0\.1:\d+$/).innerText();
  const curl = (text: string, line: string) => fetch(address, { method: "POST", body: text, headers: { authorization: line.slice("Authorization: ".length) } });
  expect((await curl(body, header.trim())).status).toBe(200);
  const refused = await curl(body.replace("\n", "\r\n"), header.trim());
  expect(refused.status).toBe(401);
  expect((await refused.json() as { findings: { code: string }[] }).findings.map(({ code }) => code)).toEqual(["body.line-endings"]);
  await expect(page.requests).toHaveCount(2);
  await page.requests.first().getByText("not valid").click();
  await expect(window.getByText("body.line-endings")).toBeVisible();

  await page.openPart("Send");
  await page.url.fill(`${address}/ws/patients`);
  await page.user.fill("clinic7");
  await page.choosePrivateKey(privateKey);
  await page.body.fill(body);
  await page.button(/^Send the/).click();
  await expect(page.exchange).toContainText("200 OK");
  await expect(page.exchange).toContainText("\"valid\":true");

  await keys.open();
  await keys.openUser("clinic7");
  await keys.button("Retire…").click();
  await keys.press("Retire clinic7");
  await expect(keys.dialog).toBeHidden();
  expect((await curl(body, header.trim())).status).toBe(401);
  expect(await window.content()).not.toContain(readFileSync(privateKey, "utf8").split("\n")[2]);
});
