// The signing keys: listed, made, added, replaced step by step, retired; and how their pages look.
import { practicePem } from "../renderer/practice-cws.ts";
import { privateKey, walkKeyUsers } from "./cws-walk.ts";
import { tabTo } from "./keyboard.ts";
import { KeyUsersPage } from "./pages/key-users-page.ts";
import { SignaturePage } from "./pages/signature-page.ts";
import { testEveryLook } from "./every-look.ts";
import { expect, picture, test } from "./window.ts";

const year = new Date().getFullYear();
const openSsh = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQ amina@clinic-7";

test("key users are listed with state, key, fingerprint and who added them; searched, filtered, sorted", async ({ window }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await expect(page.count).toHaveText("6 key users");
  await expect(page.row("clinic7")).toContainText("replaced by clinic7-2027");
  await expect(page.row("clinic7-2027")).toContainText("replaces clinic7");
  await expect(page.row("laboratory")).toContainText("3072 bits");
  await expect(page.row("laboratory")).toContainText("CLINIC-7\\Administrator");
  await page.row("laboratory").getByRole("button", { name: "Copy the fingerprint of laboratory" }).click();
  await expect.poll(() => window.evaluate(() => navigator.clipboard.readText())).toMatch(/^[0-9A-F]{64}$/);
  await page.button(/^Retired/).click();
  await expect(page.count).toHaveText("2 key users");
  await page.button(/^All/).click();
  await page.column("Name").getByRole("button").click();
  await page.column("Name").getByRole("button").click();
  await expect(page.column("Name")).toHaveAttribute("aria-sort", "descending");
  await expect(page.names.first()).toHaveText("registry.old");
  await page.search.fill("administrator old");
  await expect(page.count).toHaveText("1 key user");
  await page.search.fill("nobody");
  await expect(window.getByText("Nothing found for “nobody”")).toBeVisible();
  await page.button("Show all key users").click();
  await expect(page.count).toHaveText("6 key users");
});

test("key users are walked by the keyboard, from the search into one and back", async ({ window }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await expect(page.names.first()).toBeVisible();
  await window.keyboard.press("Control+f");
  await window.keyboard.type("clinic7");
  await window.keyboard.press("ArrowDown");
  await expect(page.names.first()).toBeFocused();
  await window.keyboard.press("Tab");
  await expect(page.grid.getByRole("button", { name: "Copy the fingerprint of clinic7", exact: true })).toBeFocused();
  await window.keyboard.press("Shift+Tab");
  await window.keyboard.press("End");
  await expect(page.names.last()).toBeFocused();
  await window.keyboard.press("Enter");
  await expect(window.getByRole("heading", { name: "clinic7-2027", level: 1 })).toBeFocused();
  await window.getByRole("link", { name: "Signing keys" }).last().click();
  await expect(page.search, "the list is found as it was left").toHaveValue("clinic7");
});

test.describe("without any", () => {
  test.use({ scenario: { keyUsers: "none" } });
  test("the page says what to do first", async ({ window }) => {
    const page = new KeyUsersPage(window);
    await page.open();
    await expect(window.getByText("No key user yet")).toBeVisible();
    await expect(page.search).toBeHidden();
    await picture(window, "keys-empty");
    await page.button("Make a key…").click();
    await expect(window.getByRole("heading", { name: "Make a key", level: 1 })).toBeFocused();
  });
});

test.describe("four thousand", () => {
  test.use({ scenario: { keyUsers: "many" } });
  test("draw only the rows in sight, and are searched at once", async ({ window }) => {
    const page = new KeyUsersPage(window);
    await page.open();
    await expect(page.count).toHaveText("4,000 key users");
    expect(await page.rows.count()).toBeLessThan(60);
    await page.names.first().focus();
    await window.keyboard.press("End");
    await expect(page.names.last()).toBeFocused();
    await page.search.fill("site-3999");
    await expect(page.count).toHaveText("1 key user");
  });
});

test("one is told in full, its fingerprint to be read out, and with what CorEMR's staff needs", async ({ window }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await page.openUser("clinic7");
  await expect(window.getByText("a key cannot be changed once it is added")).toBeVisible();
  await expect(window.locator(".read-out .groups > span")).toHaveCount(16);
  await window.getByRole("definition").getByRole("link", { name: "clinic7-2027" }).click();
  await expect(window.getByRole("heading", { name: "clinic7-2027", level: 1 })).toBeVisible();
  await page.button("Export…").click();
  await expect(window.getByRole("heading", { name: "Hand it over" })).toBeFocused();
  await page.button("Copy the note").click();
  await expect.poll(() => window.evaluate(() => navigator.clipboard.readText())).toContain("User name:   clinic7-2027");
  const download = window.waitForEvent("download");
  await page.button("Save the public key").click();
  expect((await download).suggestedFilename()).toBe("clinic7-2027.public.pem");
  await window.goto(`${window.url().split("#")[0] ?? ""}#/key-users/${"0".repeat(64)}`);
  await expect(window.getByRole("alert")).toContainText("There is no key user named");
});

test("a key is made by the keyboard alone: its file is suggested, and the end says where it is", async ({ window, server }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await expect(page.names.first()).toBeVisible();
  await tabTo(window, "Make a key…");
  await window.keyboard.press("Enter");
  await tabTo(window, /^Name/);
  await window.keyboard.type("clinic7");
  await expect(page.privateKeyFile).toHaveValue("C:\\Users\\Amina\\Documents\\Lockstep\\clinic7.private.pem");
  await window.keyboard.press("Enter");
  await expect(window.getByText("There is an active key user named clinic7 already.")).toBeVisible();
  await expect(page.name, "what is wrong is said where it is typed").toBeFocused();
  await page.name.fill("ward3");
  await page.privateKeyFile.fill("D:\\taken.pem");
  await page.button("Make the key of ward3").click();
  await expect(window.getByRole("alert")).toContainText("D:\\taken.pem is there already.");
  await page.privateKeyFile.fill("D:\\ward3.pem");
  await window.getByRole("textbox", { name: "Password", exact: true }).fill("a b");
  await page.button("Make the key of ward3").click();
  await expect(window.getByText("The two passwords differ.")).toBeVisible();
  await window.getByRole("textbox", { name: "Password, once more" }).fill("a b");
  await page.button("Make the key of ward3").click();
  await expect(window.getByRole("heading", { name: "ward3 has a key" })).toBeFocused();
  await expect(window.getByText("D:\\ward3.pem")).toBeVisible();
  await expect(window.getByText("encrypted with your password")).toBeVisible();
  expect(server.calls.filter(({ name }) => name === "keyUser.generate").at(-1)?.input).toEqual({ name: "ward3", keyBits: 4096, privateKeyFile: "D:\\ward3.pem", password: "a b" });
  await page.button("Show the key user").click();
  await expect(window.getByRole("heading", { name: "ward3", level: 1 })).toBeFocused();
});

test("a public key is told what it is as it is pasted, converted on a word, and added under a name", async ({ window, server }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await page.button("Add a public key…").click();
  await page.button("Add the key user").click();
  await expect(window.getByText("Paste the public key, or choose its file.")).toBeVisible();
  await page.pasted.fill(openSsh);
  await expect(page.told).toContainText("An OpenSSH public key, which CorEMR does not read");
  await expect(page.told).toContainText("written anew as PEM");
  await page.name.fill("clinic8");
  await page.button("Add clinic8").click();
  await expect(window.getByRole("alert")).toContainText("Tick “Convert it” first");
  expect(server.calls.some(({ name }) => name === "keyUser.add")).toBe(false);
  await page.told.getByRole("checkbox", { name: "Convert it" }).check();
  await page.name.press("Enter");
  await expect(window.getByRole("heading", { name: "clinic8 is added" })).toBeFocused();
  await expect(window.getByText("Its comment was left out.")).toBeVisible();
  await page.open();
  await expect(page.row("clinic8")).toContainText("active");
});

test("a private key is refused and taken out of sight; of it only the public half can be added", async ({ window, server }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await page.button("Add a public key…").click();
  await page.pasted.fill(privateKey);
  await expect(window.getByRole("alert")).toContainText("must now be considered exposed");
  await expect(page.pasted, "it is not echoed").toHaveValue("");
  await page.name.fill("clinic8");
  await page.button("Add clinic8").click();
  expect(server.calls.some(({ name }) => name === "keyUser.add")).toBe(false);
  await window.getByRole("checkbox", { name: "Convert it" }).check();
  await expect(page.told).toContainText("The public half of a private key");
  await expect(page.pasted).toHaveValue(/^-----BEGIN PUBLIC KEY-----/);
  await page.button("Add clinic8").click();
  await expect(window.getByRole("heading", { name: "clinic8 is added" })).toBeVisible();
  const { input } = server.calls.find(({ name }) => name === "keyUser.add") ?? {};
  expect(Buffer.from((input as { key: { content: string } }).key.content, "base64").toString()).not.toContain("PRIVATE");
});

test("a weak key needs a word of its own, a known one is said to be whose it is", async ({ window, server }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await page.button("Add a public key…").click();
  await page.chooseKey("old.pem", "-----BEGIN PUBLIC KEY-----\nshort\n-----END PUBLIC KEY-----");
  await expect(page.told).toContainText("RSA, 1024 bits");
  await page.name.fill("clinic8");
  await page.button("Add clinic8").click();
  await expect(page.told.getByRole("alert")).toContainText("The key is weak");
  await window.getByRole("checkbox", { name: "Take it all the same" }).check();
  await page.button("Add clinic8").click();
  await expect(window.getByRole("heading", { name: "clinic8 is added" })).toBeVisible();
  expect(server.calls.find(({ name }) => name === "keyUser.add")?.input).toMatchObject({ allowWeak: true });
  await page.open();
  await page.button("Add a public key…").click();
  await page.pasted.fill(practicePem("clinic7 400"));
  await expect(page.told).toContainText("This key is that of the active key user clinic7 already.");
  await page.pasted.fill("no key at all");
  await expect(window.getByRole("alert")).toContainText("no public key was found in it");
});

test("one is retired after it was said what that means, and cannot be retired twice", async ({ window }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await page.openUser("laboratory");
  await page.button("Retire…").click();
  await expect(page.question("Retire laboratory?")).toBeVisible();
  await expect(page.dialog).toContainText("Nothing takes over from laboratory yet");
  await expect(page.dialog).toContainText("never used again, under any name");
  await page.press("Keep it");
  await expect(page.button("Retire…"), "the button that asked has the focus again").toBeFocused();
  await page.button("Retire…").click();
  await page.press("Retire laboratory");
  await expect(page.dialog).toBeHidden();
  await expect(window.getByText("Retired: its key is never used again.")).toBeVisible();
  await expect(page.button("Retire…")).toBeHidden();
});

test("one is replaced step by step, both keys active for a while", async ({ window, server }) => {
  const page = new KeyUsersPage(window);
  await page.open();
  await page.openUser("laboratory");
  await page.button("Replace…").click();
  await expect(page.steps).toHaveCount(5);
  await page.steps.nth(0).getByRole("button", { name: "Make a key…" }).click();
  await expect(page.name).toHaveValue(`laboratory-${year}`);
  await expect(window.getByText("This key takes over from laboratory")).toBeVisible();
  await expect(page.privateKeyFile).not.toHaveValue("");
  await page.button(`Make the key of laboratory-${year}`).click();
  await page.button("Go on with the replacement").click();
  await expect(page.steps.nth(0)).toContainText(`The new key is laboratory-${year}`);
  await expect(page.steps.nth(1)).toContainText("Note to CorEMR’s staff");
  for (const name of ["CorEMR’s staff has registered it", "The client signs with the new key", "A request with the new key was accepted"]) await window.getByRole("checkbox", { name }).check();
  await page.steps.nth(3).getByRole("button", { name: "Open the signature tester" }).click();
  await expect(new SignaturePage(window).user).toHaveValue(`laboratory-${year}`);
  await window.goBack();
  await expect(window.getByRole("checkbox", { name: "The client signs with the new key" }), "what was ticked stays so").toBeChecked();
  await page.steps.nth(4).getByRole("button", { name: "Retire laboratory…" }).click();
  await page.press("Retire laboratory");
  await expect(window.getByText(`laboratory-${year} has taken over from laboratory`)).toBeVisible();
  expect(server.calls.find(({ name }) => name === "keyUser.generate")?.input).toMatchObject({ replaces: "laboratory" });
  await picture(window, "key-rotation-done");
});

// Slow enough for what is under way to be looked at.
testEveryLook({ of: "the pages of the signing keys", walk: walkKeyUsers, scenario: { pace: 120 }, within: ["[role=dialog] .dialog-content", ".row-grid"] });

test.describe("for a reader of French", () => {
  test.use({ locale: "fr-FR" });
  test("the pages of the signing keys speak French", async ({ window }) => {
    await window.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Clés de signature" }).click();
    await expect(window.getByText("6 utilisateurs à clé")).toBeVisible();
    await picture(window, "keys-french");
    await window.getByRole("link", { name: "laboratory" }).click();
    await picture(window, "key-user-french");
    await window.getByRole("button", { name: "Remplacer…" }).click();
    await expect(window.getByRole("heading", { name: "Remplacer laboratory" })).toBeFocused();
    await picture(window, "key-rotation-french");
    await window.getByRole("button", { name: "Créer une clé…" }).click();
    await expect(window.getByRole("heading", { name: "Créer une clé" })).toBeFocused();
    await picture(window, "key-make-french");
  });
});
