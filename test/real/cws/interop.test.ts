// Signatures of the built program, as OpenSSL and PHP check them, and theirs as the program does.
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockstep } from "../../fixtures/lockstep.ts";

const isHere = (program: string): boolean => spawnSync(program, [program === "openssl" ? "version" : "--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "lockstep-interop-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const bodies = { "empty": Buffer.alloc(0), "1-byte": Buffer.from("\n"), "binary": randomBytes(4097), "utf-8": Buffer.from("{\"name\":\"Zoë Ω 李 🩺\",\r\n\"n\":1.0}\n"), "10-MB": randomBytes(10 * 1024 * 1024) } as const;
const sizes = [2048, 3072, 4096] as const;
const algorithms = [["CWS-SHA256", "sha256"], ["CWS-SHA1", "sha1"]] as const;
const cases = sizes.flatMap((size) => algorithms.flatMap(([algorithm, hash]) => Object.keys(bodies).map((body) => ({ size, algorithm, hash, body, id: `${size}-${hash}-${body}` }))));

/** Signs or checks every case in one run of PHP. */
const phpProgram = String.raw`<?php
[$_, $verb, $folder] = $argv;
foreach (json_decode(file_get_contents("$folder/cases.json"), true) as $case) {
  $body = file_get_contents("$folder/{$case['body']}.body");
  $algorithm = $case['hash'] === 'sha256' ? OPENSSL_ALGO_SHA256 : OPENSSL_ALGO_SHA1;
  if ($verb === 'sign') {
    openssl_sign($body, $signature, openssl_pkey_get_private(file_get_contents("$folder/{$case['size']}.private.pem")), $algorithm);
    file_put_contents("$folder/{$case['id']}.php", base64_encode($signature));
  } else {
    $signature = base64_decode(file_get_contents("$folder/{$case['id']}.ours"), true);
    echo $case['id'], ' ', openssl_verify($body, $signature, file_get_contents("$folder/{$case['size']}.public.pem"), $algorithm), "\n";
  }
}
`;

beforeAll(() => {
  for (const size of sizes) {
    execFileSync("openssl", ["genrsa", "-out", at(`${size}.private.pem`), String(size)], { stdio: "ignore" });
    execFileSync("openssl", ["rsa", "-in", at(`${size}.private.pem`), "-out", at(`${size}.public.pem`), "-pubout", "-outform", "PEM"], { stdio: "ignore" });
  }
  for (const [name, content] of Object.entries(bodies)) writeFileSync(at(`${name}.body`), content);
  writeFileSync(at("cases.json"), JSON.stringify(cases));
  writeFileSync(at("php.php"), phpProgram);
}, 120_000);

describe.skipIf(!isHere("openssl"))("for RSA 2048, 3072 and 4096, SHA-1 and SHA-256, bodies of every kind", () => {
  it("what the program signs, OpenSSL and PHP take", async () => {
    for (const { size, algorithm, hash, body, id } of cases) {
      const { stdout, status } = await lockstep(["signature", "sign", "--user", "clinic7", "--key", at(`${size}.private.pem`), "--algorithm", algorithm, "--body-file", at(`${body}.body`)]);
      expect(status).toBe(0);
      const [, signature = ""] = new RegExp(`^Authorization: ${algorithm} Access=clinic7, Signature=([A-Za-z0-9+/]+=*)\n$`).exec(stdout) ?? [];
      writeFileSync(at(`${id}.ours`), signature);
      writeFileSync(at(`${id}.raw`), Buffer.from(signature, "base64"));
      const checked = execFileSync("openssl", ["dgst", `-${hash}`, "-verify", at(`${size}.public.pem`), "-signature", at(`${id}.raw`), at(`${body}.body`)], { encoding: "utf8" });
      expect(checked, id).toBe("Verified OK\n");
    }
    if (!isHere("php")) return;
    expect(execFileSync("php", [at("php.php"), "verify", folder], { encoding: "utf8" }).trim().split("\n")).toEqual(cases.map(({ id }) => `${id} 1`));
  }, 180_000);

  it.each(["openssl", "php"].filter(isHere))("what %s signs, the program takes", async (signer) => {
    if (signer === "php") execFileSync("php", [at("php.php"), "sign", folder]);
    for (const { size, algorithm, hash, body, id } of cases) {
      const signature = signer === "php" ? readFileSync(at(`${id}.php`), "utf8")
        : execFileSync("openssl", ["dgst", `-${hash}`, "-sign", at(`${size}.private.pem`), at(`${body}.body`)]).toString("base64");
      const { json, status } = await lockstep(["signature", "verify", "--header", `Authorization: ${algorithm} Access=clinic7, Signature=${signature}`, "--public-key", at(`${size}.public.pem`), "--body-file", at(`${body}.body`), "--json"]);
      expect(json, id).toEqual({ ok: true, value: { valid: true, user: "clinic7", algorithm, findings: [], opened: null } });
      expect(status).toBe(0);
    }
  }, 180_000);
});
