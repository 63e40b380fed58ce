import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { explainRefusal } from "../../../app/nginx/refusal.ts";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.ts";
import { earlyLog, hasNginx, nginxProgram } from "../../fixtures/nginx.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-refusal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the real program says of a server block. */
function said(server: string, around = ""): string {
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "nginx.conf"), `pid nginx.pid;\nevents { }\nhttp {\n  access_log off;\n  ${around}\n  server { ${server} }\n}\n`);
  const { status, stderr } = spawnSync(nginxProgram, ["-p", folder, "-c", join(folder, "nginx.conf"), ...earlyLog(join(folder, "logs/error.log")), "-t"], { encoding: "utf8", input: "", timeout: 20_000 });
  expect(status).toBe(1);
  return stderr;
}

describe("why NGINX refuses", () => {
  it("is told without its decoration, and with what to do", () => {
    expect(explainRefusal([
      "2026/11/22 02:00:00 [warn] 4711#4711: conflicting server name \"clinic\" on 0.0.0.0:80, ignored",
      "nginx: [emerg] bind() to 127.0.0.1:443 failed (98: Address already in use)",
      "nginx: configuration file /etc/nginx/nginx.conf test failed", "",
    ].join("\n"))).toEqual({ reason: "bind() to 127.0.0.1:443 failed (98: Address already in use)", remedy: "Another program holds the port: stop it, or choose another port." });
    expect(explainRefusal("2026/11/22 02:00:00 [emerg] 17#17: *3 still could not bind()")).toMatchObject({ reason: "still could not bind()" });
    expect(explainRefusal("")).toEqual({ reason: "it gave no reason", remedy: "See its error log." });
    expect(explainRefusal("segmentation fault\n").reason).toBe("segmentation fault");
  });

  describe.skipIf(!hasNginx)("by the real nginx", () => {
    const authority = makeAuthority(join(folder, "authority"));
    const [one, other] = ["one", "other"].map((name) => makeCertificate(join(folder, name), authority.intermediate, { commonName: `${name}.example.org`, key: "rsa:2048" }));
    const pair = (certificate: string, key: string): string => `listen 127.0.0.1:8443 ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key};`;

    it("names the reason and the remedy of what administrators meet", () => {
      if (!one || !other) throw new Error("no certificates");
      const encrypted = join(folder, "encrypted.pem");
      spawnSync("openssl", ["pkey", "-in", one.keyFile, "-aes256", "-passout", "pass:secret", "-out", encrypted]);
      const cases: readonly (readonly [output: string, reason: RegExp, remedy: RegExp])[] = [
        [said(pair(one.certificateFile, other.keyFile)), /key values mismatch/, /certificate's own key/],
        [said(pair(one.certificateFile, join(folder, "nothing.key"))), /cannot load certificate key .*nothing\.key/, /path of the key/],
        [said(pair(join(folder, "nothing.pem"), one.keyFile)), /cannot load certificate .*nothing\.pem/, /path of the certificate/],
        [said(pair(one.certificateFile, encrypted)), /cannot load certificate key/, /Take the password off/],
        [said(pair(one.keyFile, one.keyFile)), /PEM_read_bio|no start line/, /in PEM/],
        [said("listen 127.0.0.1:8080; proxi_pass http://127.0.0.1;"), /unknown directive "proxi_pass" in .*nginx\.conf:\d+/, /misspelled/],
        [said("listen 127.0.0.1:8080; location / { proxy_pass http://nobody.invalid; }"), /host not found in upstream "nobody\.invalid"/, /upstream's name/],
        [said("listen 127.0.0.1:8080; listen 127.0.0.1:8080;"), /duplicate listen options|a duplicate listen/, /Two servers say the same/],
        [said("listen 127.0.0.1:8080; server_name a;", "include /nowhere/at/all.conf;"), /open\(\) "\/nowhere\/at\/all\.conf" failed/, /take the include out/],
      ];
      for (const [output, reason, remedy] of cases) {
        const explained = explainRefusal(output);
        expect(explained.reason).toMatch(reason);
        expect(explained.reason).not.toMatch(/^nginx: |\[emerg\]/);
        expect(explained.remedy).toMatch(remedy);
      }
    });
  });
});
