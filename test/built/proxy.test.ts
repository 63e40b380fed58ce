// The verbs about NGINX on the built program: what they print is a file, and nothing else.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderSite } from "../../app/nginx/render.ts";
import type { Site } from "../../app/nginx/site.ts";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.ts";
import { lockstep } from "../fixtures/lockstep.ts";
import { hasNginx, nginxVersion, privateNginx } from "../fixtures/nginx.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-proxy-verbs-"));
const [certificate, key, authorities] = [join(folder, "clinic.pem"), join(folder, "clinic.key"), join(folder, "ca.pem")];
const needed = ["--kind", "icdr", "--server-name", "clinic.example.org", "--upstream", "http://127.0.0.1:8080", "--certificate", certificate, "--key", key];
const render = (...args: string[]) => lockstep(["proxy", "render", ...args]);

beforeAll(() => {
  const authority = makeAuthority(join(folder, "ca"));
  const leaf = makeCertificate(join(folder, "leaf"), authority.intermediate, { commonName: "clinic.example.org" });
  copyFileSync(leaf.certificateFile, certificate);
  copyFileSync(leaf.keyFile, key);
  copyFileSync(authority.chainFile, authorities);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plain: Site = { kind: "icdr", serverNames: ["clinic.example.org"], upstreams: ["http://127.0.0.1:8080"], certificate, key };
const everyOption = [
  ...needed, "--server-name", "*.example.org", "--upstream", "http://127.0.0.1:8081", "--upstream-host", "sdb.local", "--redirect-from", "8090", "--listen-on", "127.0.0.1", "--listen-on", "::1", "--port", "9443",
  "--client-authorities", authorities, "--client-required", "--hsts", "--web-socket", "--no-http2", "--body-megabytes", "100", "--timeout-seconds", "30", "--nginx-version", "1.22.1",
];
const everything: Site = {
  ...plain, serverNames: ["clinic.example.org", "*.example.org"], upstreams: ["http://127.0.0.1:8080", "http://127.0.0.1:8081"], upstreamHost: "sdb.local", redirectFrom: 8090, listenOn: ["127.0.0.1", "::1"], port: 9443,
  clientCertificates: { authorities, required: true }, hsts: true, webSocket: true, http2: false, bodyMegabytes: 100, timeoutSeconds: 30, nginxVersion: "1.22.1",
};

describe("proxy render", () => {
  it("prints the file and nothing else, and what is to be known on standard error", async () => {
    const { status, stdout, stderr } = await render(...needed);
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(renderSite(plain).text);
    expect(stderr).toContain("[site-http2-form]");
  });

  it("takes every part of a site as an option", async () => {
    const { status, stdout, stderr } = await render(...everyOption);
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(renderSite(everything).text);
  });

  it("gives name, text and findings with --json", async () => {
    const { status, json, stderr } = await render(...everyOption, "--json");
    expect([status, stderr]).toEqual([0, ""]);
    expect(json.value).toEqual(renderSite(everything));
  });

  it("writes relative paths from the root, and leaves those of another system as they are", async () => {
    const here = (path: string) => relative(tmpdir(), path);
    const { stdout } = await render("--kind", "dcdr", "--server-name", "h", "--upstream", "http://127.0.0.1:9200", "--certificate", here(certificate), "--key", "C:/ssl/clinic.key", "--redirect-from", "none");
    expect(stdout).toContain(`ssl_certificate ${certificate};`);
    expect(stdout).toContain("ssl_certificate_key C:/ssl/clinic.key;");
    expect(stdout).not.toContain("return 308");
  });

  it("needs no machine, and makes none", async () => {
    const practice = join(folder, "practice");
    const { status } = await render(...needed, "--machine", "practice", "--practice-dir", practice);
    expect([status, existsSync(practice)]).toEqual([0, false]);
  });

  const wrong: readonly (readonly [named: string, args: readonly string[]])[] = [
    ["--key", needed.slice(0, -2)],
    ["--upstream", [...needed.slice(0, 4), ...needed.slice(6)]],
    ["--key", [...needed, "--key", key]],
    ["--kind", [...needed, "--kind", "xcdr"]],
    ["--redirect-from", [...needed, "--redirect-from", "0"]],
    ["--body-megabytes", [...needed, "--body-megabytes", "1.5"]],
    ["--timeout-seconds", [...needed, "--timeout-seconds", "86401"]],
    ["--client-authorities", [...needed, "--client-required"]],
    ["--certificate", [...needed, "--certificate", ""]],
    ["a b", [...needed, "--server-name", "a b"]],
    ["https://127.0.0.1:8080", [...needed, "--upstream", "https://127.0.0.1:8080"]],
    ["latest", [...needed, "--nginx-version", "latest"]],
  ];
  it.each(wrong)("names %s where it is wrong or missing, and prints no file", async (named, args) => {
    const { status, stdout, stderr } = await render(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.split("\n")[0]).toContain(named);
  });

  it.skipIf(!hasNginx)("makes what `nginx -t` passes without a word", async () => {
    const nginx = privateNginx();
    try {
      for (const args of [needed, everyOption.slice(0, everyOption.indexOf("--nginx-version"))]) {
        const { stdout } = await render(...args, "--nginx-version", nginxVersion);
        expect(nginx.judge([{ fileName: "site.conf", text: stdout }])).toEqual({ status: 0, complaints: "" });
      }
    } finally {
      await nginx.close();
    }
  });
});
