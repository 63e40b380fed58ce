// The certificate wizards on the built program: files, requests and answers as OpenSSL makes and reads them.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { makeAuthority, makeServerPfx, type Authority, type ServerPfx } from "../fixtures/certificates.ts";
import { CertificateWizard, type GivenFile } from "./pages/certificate-wizard.ts";
import { expect, test } from "./served-window.ts";

let folder: string;
const openssl = (...parts: readonly string[]): string => execFileSync("openssl", parts, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const fileAt = (path: string): GivenFile => ({ name: basename(path), content: readFileSync(path) });
let authority: Authority;
let pfx: ServerPfx;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-wizards-"));
  authority = makeAuthority(join(folder, "ca"));
  pfx = makeServerPfx({ directory: folder, authority, names: ["clinic-7.example.org"], key: "rsa:2048" });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a PFX is imported with its intermediate and the root that was asked for; given again, all is there already", async ({ window }) => {
  test.setTimeout(60_000);
  const wizard = new CertificateWizard(window);
  await wizard.open("import");
  await wizard.drop(fileAt(pfx.file), fileAt(authority.chainFile));
  await wizard.openWith(`${pfx.password} `);
  await expect(window.getByText(/The password does not open/)).toBeVisible();
  await wizard.openWith(pfx.password);
  await expect(wizard.fact("Private key")).toHaveText("present and fits");
  await wizard.next.click();
  await expect(wizard.commit).toHaveText("Import 2 certificates");
  await window.getByRole("checkbox", { name: "Also trust the root Fixture Root CA" }).check();
  await wizard.commit.click();
  await expect(wizard.heading("3 certificates are imported")).toBeVisible();
  await expect(window.getByText("it has just signed out of the store")).toBeVisible();

  await wizard.open("convert");
  await wizard.open("import");
  await wizard.drop(fileAt(pfx.file));
  await wizard.openWith(pfx.password);
  await wizard.next.click();
  await expect(wizard.heading("Everything is there already")).toBeVisible();
});

test("OpenSSL agrees with the request, signs it, and the answer joins its key and secures an endpoint", async ({ window }) => {
  test.setTimeout(90_000);
  const wizard = new CertificateWizard(window);
  await wizard.open("request");
  await window.getByRole("textbox", { name: "Host name" }).fill("lab.example.org");
  await window.getByRole("textbox", { name: "Further names" }).fill("klinik-münchen.de, 10.0.0.7 *.lab.example.org");
  await window.getByRole("radio", { name: /^EC P-256/ }).check();
  await window.getByLabel("Password of the key", { exact: true }).fill("a password");
  await window.getByLabel("Password of the key, once more").fill("a password");
  await window.getByRole("button", { name: "Make the request" }).click();
  await wizard.heading("The request is ready").waitFor();
  const [request, key, answer] = [join(folder, "lab.csr"), join(folder, "lab.key"), join(folder, "lab.crt")];
  await wizard.savedAs("Save the request", request);
  await wizard.savedAs("Save the encrypted key", key);
  expect(openssl("req", "-in", request, "-noout", "-text", "-verify")).toContain("DNS:lab.example.org, DNS:xn--klinik-mnchen-3ob.de, IP Address:10.0.0.7, DNS:*.lab.example.org");
  expect(openssl("pkey", "-in", key, "-passin", "pass:a password", "-pubout")).toBe(openssl("req", "-in", request, "-noout", "-pubkey"));
  openssl("x509", "-req", "-in", request, "-CA", authority.intermediate.certificateFile, "-CAkey", authority.intermediate.keyFile, "-copy_extensions", "copyall", "-days", "90", "-out", answer);

  await window.getByRole("link", { name: "Complete this request" }).click();
  const password = window.getByLabel("Password of the request's key");
  await wizard.drop(fileAt(authority.chainFile));
  await password.fill("a password");
  await wizard.next.click();
  await expect(wizard.error).toContainText("it holds only certificates of authorities");
  await wizard.drop(fileAt(answer));
  await wizard.next.click();
  await expect(wizard.heading("Review the import")).toBeVisible();
  await wizard.commit.click();
  await expect(wizard.heading("2 certificates are imported")).toBeVisible();
  await expect(window.getByText("it has just signed out of the store")).toBeVisible();

  await window.getByRole("button", { name: "Secure an endpoint with it…" }).click();
  await expect(wizard.fact("Private key")).toHaveText("present and fits");
  await wizard.next.click();
  await window.getByRole("textbox", { name: "Host name to prove" }).fill("");
  await wizard.next.click();
  await window.getByRole("button", { name: /^Secure \d+ endpoints?$/ }).click();
  await expect(wizard.heading("default is secured")).toBeVisible({ timeout: 30_000 });
});

test("what is converted is what OpenSSL reads: old PFX, PEM with its key encrypted, DER", async ({ window }) => {
  test.setTimeout(60_000);
  const wizard = new CertificateWizard(window);
  await wizard.open("convert");
  const out = join(folder, "converted");
  await wizard.drop(fileAt(pfx.file));
  await wizard.openWith(pfx.password);
  await window.getByRole("radio", { name: /^PFX for older Windows/ }).check();
  await window.getByRole("radio", { name: "A new password" }).check();
  await window.getByLabel(/^New password\*?$/).fill("pâss 🔑");
  await window.getByLabel(/^New password, once more/).fill("pâss 🔑");
  await wizard.savedAs("Save the new file", out);
  const opened = openssl("pkcs12", "-in", out, "-legacy", "-passin", "pass:pâss 🔑", "-nokeys");
  expect(opened).toContain("friendlyName: clinic-7.example.org");
  expect(opened).toContain("Fixture Issuing CA");

  await window.getByRole("radio", { name: /^PEM/ }).check();
  await window.getByRole("radio", { name: "The same as of the files above" }).check();
  await wizard.openAgain(pfx.password);
  await wizard.savedAs("Save the new file", out);
  expect(openssl("pkey", "-in", out, "-passin", `pass:${pfx.password}`, "-pubout")).toBe(openssl("x509", "-in", out, "-noout", "-pubkey"));

  await window.getByRole("radio", { name: /^DER/ }).check();
  await wizard.openAgain(pfx.password);
  await wizard.savedAs("Save the new file", out);
  expect(openssl("x509", "-inform", "DER", "-in", out, "-noout", "-subject")).toContain("clinic-7.example.org");
});
