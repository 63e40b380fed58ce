// `proxy lint` on the built program: files on the disk, their includes, certificates and keys, and standard input.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SiteFinding } from "../../app/nginx/site.ts";
import { makeAuthority, makeCertificate, openssl, type Issued } from "../fixtures/certificates.ts";
import { lockstep, type Ran, type RunOptions } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-proxy-lint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/nginx", name), "utf8");
const sound = fixture("sound.conf");

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const lint = (file: string, options?: RunOptions): Promise<Ran> => lockstep(["proxy", "lint", file, "--json"], options);
const briefs = (ran: Ran): readonly string[] => (ran.json.value.findings as readonly SiteFinding[]).filter(({ severity }) => severity !== "information").map(({ line, code }) => `${line} ${code}`);

let leaf: Issued;
let chain: string;
/** The sound site with a certificate and key that are there. */
const withPair = (certificate: string, key: string): string => sound.replace("/etc/lockstep/chain.pem", certificate).replace("/etc/lockstep/key.pem", key);

beforeAll(() => {
  const authority = makeAuthority(join(folder, "ca"));
  leaf = makeCertificate(join(folder, "issued"), authority.intermediate, { names: ["clinic-7.example.org"] });
  chain = put("tls/chain.pem", readFileSync(leaf.certificateFile, "utf8") + readFileSync(authority.intermediate.certificateFile, "utf8"));
  chmodSync(leaf.keyFile, 0o600);
});

describe("the documented sample", () => {
  it("has its faults named by code, line and mend", async () => {
    const file = put("services-available/santedb.conf", fixture("documented.conf"));
    const ran = await lint(file);
    expect(ran.status).toBe(1);
    expect(briefs(ran)).toEqual(expect.arrayContaining([
      "1 sites-folder", "4 unknown-hosts", "4 tls-versions", "6 certificate-missing", "7 key-missing", "10 client-certificate-spoofable", "10 real-ip-missing", "10 body-limit", "11 forwarded-for-appended", "17 port-clash", "20 redirect-port", "20 redirect-301",
    ]));
    for (const { code, severity, line, message, mend, file: name } of ran.json.value.findings as readonly SiteFinding[]) {
      expect([typeof code, typeof severity, typeof line, name]).toEqual(["string", "string", "number", file]);
      expect(message).not.toBe("");
      expect(mend).not.toBe("");
    }
  });

  it("is told by file and line to people", async () => {
    const { stdout, status } = await lockstep(["proxy", "lint", put("documented.conf", fixture("documented.conf"))]);
    expect(status).toBe(1);
    expect(stdout.split("\n")[0]).toBe(join(folder, "documented.conf"));
    expect(stdout).toMatch(/^ {2}20 ✗ The redirect leads to port 443.*\[redirect-port\]\n +Write the port: return 308 https:\/\/\$host:8443\$request_uri;$/m);
  });
});

describe("a sound site", () => {
  it("has nothing wrong", async () => {
    const ran = await lockstep(["proxy", "lint", put("sound.conf", withPair(chain, leaf.keyFile))]);
    expect(ran).toMatchObject({ status: 0, stdout: "✓ Nothing is wrong.\n" });
  });

  it("is read with its certificate and key", async () => {
    const sealed = put("tls/sealed.pem", openssl(["pkcs8", "-topk8", "-in", leaf.keyFile, "-passout", "pass:x"]));
    expect(briefs(await lint(put("sealed.conf", withPair(chain, sealed))))).toEqual(expect.arrayContaining([expect.stringContaining("key-encrypted")]));
    const open = put("tls/open.pem", readFileSync(leaf.keyFile));
    chmodSync(open, 0o644);
    const ran = await lint(put("open.conf", withPair(chain, open)));
    expect(ran.status).toBe(0);
    expect(briefs(ran)).toEqual(["23 key-readable-by-all"]);
  });

  it("never shows what is in a key", async () => {
    const { stdout } = await lint(put("swapped.conf", withPair(leaf.keyFile, chain)));
    const [, secret = "none"] = readFileSync(leaf.keyFile, "utf8").split("\n");
    expect(stdout).toContain("certificate-unreadable");
    expect(stdout).not.toContain(secret);
  });
});

describe("includes", () => {
  it("are read beside the file, through links and patterns", async () => {
    put("etc/sites-available/santedb", withPair(chain, leaf.keyFile).replace("client_max_body_size 64m;", "include snippets/limits.conf;"));
    put("etc/snippets/limits.conf", "client_max_body_size 1m;\n");
    mkdirSync(join(folder, "etc/sites-enabled"));
    symlinkSync("../sites-available/santedb", join(folder, "etc/sites-enabled/santedb"));
    const ran = await lint(put("etc/nginx.conf", "events {}\nhttp {\n  include sites-enabled/*;\n}\n"));
    expect((ran.json.value.findings as readonly SiteFinding[]).map(({ file, line, code }) => `${file} ${line} ${code}`)).toEqual([`${join(folder, "etc/snippets/limits.conf")} 1 body-limit`]);
    expect(briefs(await lint(join(folder, "etc/sites-available/santedb")))).toEqual(["1 body-limit"]);
  });

  it("that are not there, or run in a circle, are named", async () => {
    expect(briefs(await lint(put("missing.conf", "http {\n include none.conf;\n}")))).toEqual(["2 include-missing"]);
    put("circle/b.conf", "include a.conf;\n");
    expect(briefs(await lint(put("circle/a.conf", "\ninclude b.conf;\n")))).toEqual(["1 include-circle"]);
  });

  it("that are folders or pipes hold nothing up", async () => {
    put("odd/a.conf", "include /dev/zero;\ninclude .;\ninclude /proc/self/mem;\n");
    expect((await lint(join(folder, "odd/a.conf"))).status).toBe(1);
  });
});

describe("standard input", () => {
  it("is what nginx -T prints", async () => {
    const dump = `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n  include /etc/nginx/conf.d/*.conf;\n}\n\n# configuration file /etc/nginx/conf.d/s.conf:\n${withPair(chain, leaf.keyFile).replace("return 308", "return 302")}\n`;
    const ran = await lint("-", { input: dump });
    expect(ran.status).toBe(0);
    expect(ran.json.value.findings).toMatchObject([{ file: "/etc/nginx/conf.d/s.conf", code: "redirect-301" }]);
  });

  it("is a file alone as well, of whose includes nothing is said to be wrong", async () => {
    const ran = await lint("-", { input: "include /etc/passwd;\nserver { listen 80; return 444; }\n" });
    expect(ran).toMatchObject({ status: 0, json: { value: { findings: [{ code: "include-missing", severity: "information" }] } } });
  });
});

describe("bad input", () => {
  it("is told with its line", async () => {
    expect(briefs(await lint(put("bad/unbalanced", "server {\n listen 80;\n")))).toEqual(["3 syntax"]);
    expect(briefs(await lint(put("bad/binary", new Uint8Array([0x61, 0x0a, 0, 1, 2]))))).toEqual(["2 binary"]);
    expect(briefs(await lint(put("bad/braces", "{".repeat(1_000_000))))).toEqual(["1 syntax"]);
  });

  it("is refused before it is read where it is huge, and where it is not there", async () => {
    const huge = put("bad/huge", "");
    truncateSync(huge, 64 * 1024 * 1024);
    expect(await lint(huge)).toMatchObject({ status: 3, json: { error: { code: "file-too-large" } } });
    expect(await lint(join(folder, "none"))).toMatchObject({ status: 3, json: { error: { code: "file-not-found" } } });
  });
});
