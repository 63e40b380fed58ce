// Securing an instance of a Linux server through NGINX, by the built program on the real parts.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ServerPfx } from "../../fixtures/certificates.ts";
import { hasLinuxServer, hostName, linuxServer, type LinuxServer, type Snapshot } from "../../fixtures/linux-server.ts";
import { refusesHandshakes } from "../../fixtures/nginx.ts";

const onePort = (server: LinuxServer, path: string): string => `https://${hostName}:${server.ports.https}${path}`;

/** What a client of its own sees, by the real curl that trusts the root alone. */
const curl = (server: LinuxServer, ...arguments_: readonly string[]): string => execFileSync("curl", [
  "--silent", "--show-error", "--max-time", "10", "--cacert", server.authority.root.certificateFile, "--resolve", `${hostName}:${server.ports.https}:127.0.0.1`, "--resolve", `${hostName}:${server.ports.http}:127.0.0.1`, ...arguments_,
], { encoding: "utf8" });

/** Another program on a port, which takes connections and says nothing. */
async function holding<Value>(port: number, work: (port: number) => Promise<Value>): Promise<Value> {
  const holder = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => void holder.listen(port, "127.0.0.1", resolve));
  try {
    return await work((holder.address() as AddressInfo).port);
  } finally {
    await new Promise((resolve) => void holder.close(resolve));
  }
}

describe.skipIf(!hasLinuxServer)("an instance behind NGINX", () => {
  let server: LinuxServer;
  let pfx: ServerPfx;
  let before: Snapshot;
  let servedBefore: Awaited<ReturnType<LinuxServer["served"]>>;

  beforeAll(async () => {
    server = await linuxServer();
    pfx = server.pfx("first");
    before = server.snapshot();
    servedBefore = await server.served();
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  const whole = async (): Promise<void> => {
    expect(server.snapshot()).toEqual(before);
    expect(await server.served()).toEqual(servedBefore);
  };
  const refusal = (ran: Awaited<ReturnType<LinuxServer["run"]>>) => ({ status: ran.status, code: ran.json?.error?.code as unknown, message: ran.json?.error?.message as unknown });

  it("is found through its service", async () => {
    const { json } = await server.run(["instance", "list"]);
    expect(json.value).toMatchObject([{ name: "default", product: "dcdr-www", service: "santedb-www", state: "running", configFile: server.configFile, scheme: "http", port: server.ports.santedb, findings: [] }]);
  }, 60_000);

  it("shows its plan and changes nothing", async () => {
    const { status, json } = await server.run([...server.byNginx(pfx).filter((each) => each !== "--yes"), "--plan"]);
    expect(status).toBe(0);
    expect(json.value.outcome).toBe("planned");
    expect(json.value.operations.map(({ kind }: { kind: string }) => kind)).toEqual([
      "certificate.import", "certificate.import", "file.put", "verify.site", "proxy.check", "file.put", "link.set", "proxy.reload", "verify.tls", ...Array.from({ length: 5 }, () => "verify.http"), "verify.redirect",
    ]);
    const [site] = json.value.operations.filter(({ kind, title }: { kind: string; title: string }) => kind === "file.put" && title.includes("site"));
    expect(site.difference.map(({ text }: { text: string }) => text)).toContain(`    server_name ${hostName};`);
    expect(json.value.findings.map(({ code }: { code: string }) => code)).toContain("plain-http-open");
    await whole();
  }, 60_000);

  it("is secured, proven, found so by a second run, and undone to the byte and to the served answer", async () => {
    const ran = await server.good(server.byNginx(pfx));
    const { outcome, verified, planId } = ran.json.value;
    expect(outcome).toBe("applied");
    expect(verified).toContainEqual(expect.objectContaining({ address: "127.0.0.1", port: server.ports.https, serverName: hostName, thumbprint: pfx.thumbprint, httpStatus: 200 }));
    expect(verified).toContainEqual(expect.objectContaining({ port: server.ports.http, httpStatus: 308 }));

    const answer = JSON.parse(curl(server, "-H", "X-SSL-ClientCert: forged", "-H", "X-Forwarded-For: 203.0.113.66", "-H", "X-Real-IP: 203.0.113.66", onePort(server, "/hdsi"))) as { headers: Record<string, string>; secure: boolean };
    const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
    expect(headers).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "x-forwarded-proto": "https", "host": `127.0.0.1:${server.ports.santedb}` });
    expect(headers["x-ssl-clientcert"] ?? "").toBe("");
    expect(curl(server, "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", `http://${hostName}:${server.ports.http}/hdsi?x=1`)).toBe(`308 ${onePort(server, "/hdsi?x=1")}`);
    expect((await server.served()).nobody).toBe(refusesHandshakes ? "handshake-failed" : pfx.thumbprint);

    const key = Object.entries(server.snapshot()).filter(([path]) => path.startsWith("certificates/") && path.includes("key"));
    expect(key.length).toBe(1);
    expect(key[0]?.[1]).toMatch(/^600 0:0 /);

    const again = await server.run(server.byNginx(pfx));
    expect(again.json.value).toMatchObject({ outcome: "unchanged", operations: [] });
    expect(again.json.value.verified[0]).toMatchObject({ thumbprint: pfx.thumbprint });

    const list = await server.run(["proxy", "list"]);
    expect(list.json.value).toMatchObject({ nginx: { running: true, files: server.sitesAvailable, links: server.sitesEnabled }, sites: [{ enabled: true, serverNames: [hostName], port: server.ports.https, redirectFrom: server.ports.http, certificate: { thumbprint: pfx.thumbprint }, findings: [] }] });

    const undone = await server.good(["history", "undo", planId]);
    expect(undone.json.value.outcome).toBe("undone");
    await whole();
  }, 120_000);

  it("has its certificate renewed without its service going down, and back", async () => {
    await server.good(server.byNginx(pfx));
    const [snapshot, served] = [server.snapshot(), await server.served()];
    const renewed = server.pfx("second");
    const ran = await server.good(server.byNginx(renewed));
    expect(ran.json.value.operations.map(({ kind }: { kind: string }) => kind)).not.toContain("service.stop");
    expect((await server.served()).https).toBe(renewed.thumbprint);

    // The one that is served is in use, and is not removed; the one that was, is with its chain.
    expect((await server.run(["certificate", "where-used", renewed.thumbprint])).json.value).toEqual([{ kind: "proxy", subject: join(server.sitesEnabled, `dcdr-${hostName}-${server.ports.https}.conf`) }]);
    expect(refusal(await server.run(["certificate", "remove", renewed.thumbprint, "--yes"]))).toMatchObject({ status: 3, code: "certificate-in-use" });
    expect((await server.run(["certificate", "where-used", pfx.thumbprint])).json.value).toEqual([]);

    await server.good(["history", "undo"]);
    expect(server.snapshot()).toEqual(snapshot);
    expect(await server.served()).toEqual(served);

    await server.good(["proxy", "unpublish", hostName, "--yes"]);
    expect(await server.served()).toEqual(servedBefore);
    await server.good(["history", "undo"]);
    expect(server.snapshot()).toEqual(snapshot);
    expect(await server.served()).toEqual(served);
    await server.good(["endpoint", "unsecure", "default", "--yes"]);
    expect(await server.served()).toEqual(servedBefore);
    // The certificate stays in the store, as on Windows, until it is removed.
    await server.good(["certificate", "remove", pfx.thumbprint, "--yes"]);
    expect(Object.keys(server.snapshot()).filter((path) => path.includes(pfx.thumbprint))).toEqual([]);
    rmSync(server.certificates, { recursive: true });
    await whole();
  }, 180_000);

  it("is told of where its site was changed by hand, and again before that is overwritten, with the lines", async () => {
    await server.good(server.byNginx(pfx));
    const file = join(server.sitesAvailable, `dcdr-${hostName}-${server.ports.https}.conf`);
    const written = readFileSync(file, "utf8");
    const listed = async () => (await server.run(["proxy", "list"])).json.value.sites[0] as { site: unknown; findings: readonly { code: string; file: string; line: number }[] };
    const own = await listed();
    expect(own.site).toMatchObject({ kind: "dcdr", serverNames: [hostName], port: server.ports.https, redirectFrom: server.ports.http, upstreams: [`http://127.0.0.1:${server.ports.santedb}`] });
    expect(own.findings).toEqual([]);

    writeFileSync(file, written.replace("client_max_body_size 64m;", "client_max_body_size 65M;"));
    const edited = await listed();
    expect(edited.site).toBeNull();
    expect(edited.findings).toContainEqual(expect.objectContaining({ code: "site-edited", file, line: 1 }));
    const { json } = await server.run([...server.byNginx(pfx).filter((each) => each !== "--yes"), "--plan"]);
    expect(json.value.findings).toContainEqual(expect.objectContaining({ code: "site-edited", severity: "warning" }));
    const [put] = json.value.operations.filter(({ kind, title }: { kind: string; title: string }) => kind === "file.put" && title.includes("site"));
    expect(put.difference.filter(({ sign }: { sign: string }) => sign !== " ").map(({ sign, text }: { sign: string; text: string }) => `${sign} ${text.trim()}`)).toEqual(["- client_max_body_size 65M;", "+ client_max_body_size 64m;"]);

    // What Lockstep would write otherwise is no change by hand.
    writeFileSync(file, written.replace("client_max_body_size 64m;", "client_max_body_size 65m;"));
    const other = await server.run([...server.byNginx(pfx).filter((each) => each !== "--yes"), "--plan"]);
    expect(other.json.value.outcome).toBe("planned");
    expect(other.json.value.findings.map(({ code }: { code: string }) => code)).not.toContain("site-edited");
    writeFileSync(file, written);
    await server.good(["history", "undo"]);
    await whole();
  }, 120_000);

  it("can be made reachable through NGINX alone", async () => {
    const ran = await server.good(server.byNginx(pfx, "--address", "127.0.0.1"));
    expect(ran.json.value.files).toMatchObject([{ file: server.configFile }]);
    expect(ran.json.value.findings.map(({ code }: { code: string }) => code)).not.toContain("plain-http-open");
    expect(readFileSync(server.configFile, "utf8")).toContain(`http://127.0.0.1:${server.ports.santedb}/hdsi`);
    expect(JSON.parse(curl(server, onePort(server, "/ami")))).toMatchObject({ secure: false });
    await server.good(["history", "undo"]);
    // Undoing an edit leaves no copy behind; the bytes and the answer are those of before.
    await whole();
  }, 120_000);

  describe("that cannot be had", () => {
    afterEach(whole, 30_000);

    it("because another program holds the port", async () => {
      const ran = await holding(server.ports.https, () => server.run(server.byNginx(pfx)));
      expect(refusal(ran)).toMatchObject({ status: 3, code: "port-taken" });
    }, 60_000);

    it("because somebody else's file or link stands in its place", async () => {
      const name = `dcdr-${hostName}-${server.ports.https}.conf`;
      const file = join(server.sitesAvailable, name);
      const link = join(server.sitesEnabled, name);
      for (const [make, path] of [
        [() => writeFileSync(file, "# mine\n"), file],
        [() => writeFileSync(file, Buffer.from([0x23, 0xff, 0xfe, 0x0a])), file],
        [() => symlinkSync("/nowhere/at/all", file), file],
        [() => mkdirSync(file), file],
        [() => writeFileSync(link, "# mine\n"), link],
        [() => symlinkSync(join(server.sitesAvailable, "other.conf"), link), link],
      ] as const) {
        make();
        const ran = await server.run(server.byNginx(pfx));
        // A link to nowhere is what NGINX itself stumbles over first.
        expect(refusal(ran), path).toMatchObject({ status: 3, code: expect.stringMatching(/^(site-foreign|nginx-broken)$/) as string });
        rmSync(path, { recursive: true });
      }
    }, 120_000);

    it("because NGINX's configuration is broken already", async () => {
      const broken = join(server.sitesEnabled, "broken.conf");
      writeFileSync(broken, "server { listen 127.0.0.1:1; lisen 2; }\n");
      const ran = await server.run(server.byNginx(pfx));
      expect(refusal(ran)).toMatchObject({ status: 3, code: "nginx-broken", message: expect.stringContaining("lisen") as string });
      rmSync(broken);
    }, 60_000);

    it("because the name is served by another file, or its port is plain http there", async () => {
      const other = join(server.sitesEnabled, "other");
      writeFileSync(other, `server { listen 127.0.0.1:${server.ports.http}; server_name ${hostName}; return 204; }\n`);
      expect(refusal(await server.run(server.byNginx(pfx)))).toMatchObject({ status: 3, code: "site-name-taken", message: expect.stringContaining(other) as string });
      writeFileSync(other, `server { listen 127.0.0.1:${server.ports.https}; server_name another.example.org; return 204; }\n`);
      expect(refusal(await server.run(server.byNginx(pfx)))).toMatchObject({ status: 3, code: "site-port-plain" });
      rmSync(other);
    }, 60_000);

    it("because SanteDB is down and something else has its port", async () => {
      server.service("stop");
      const ran = await holding(server.ports.santedb, () => server.run(server.byNginx(pfx)));
      expect(refusal(ran)).toMatchObject({ status: 3, code: "port-taken" });
      server.service("start");
      while ((await server.served())["santedb"] !== "http 200") await new Promise((resolve) => void setTimeout(resolve, 50));
    }, 60_000);

    it("because a site's upstream is silent", async () => {
      const silent = ["proxy", "publish", "--yes", "--kind", "dcdr", "--server-name", hostName, "--upstream", "http://127.0.0.1:1", "--port", String(server.ports.https), "--redirect-from", "none", "--listen-on", "127.0.0.1", "--certificate", pfx.file, "--password-file", pfx.passwordFile];
      expect(refusal(await server.run(silent))).toMatchObject({ status: 3, code: "upstream-silent" });
    }, 60_000);

    it("because its key is encrypted, is another's, or is not there", async () => {
      const other = server.pfx("other");
      const encrypted = join(server.folder, "encrypted.pem");
      execFileSync("openssl", ["pkey", "-in", pfx.keyFile, "-aes256", "-passout", "pass:secret", "-out", encrypted]);
      const publish = (...key: readonly string[]) => server.run([
        "proxy", "publish", "--yes", "--kind", "dcdr", "--server-name", hostName, "--upstream", `http://127.0.0.1:${server.ports.santedb}`, "--port", String(server.ports.https), "--redirect-from", "none", "--listen-on", "127.0.0.1",
        "--certificate", pfx.certificateFile, "--key", ...key,
      ]);
      expect(refusal(await publish(encrypted))).toMatchObject({ status: 3, code: "key-unsuitable", message: expect.stringContaining("protected by a password") as string });
      expect(refusal(await publish(other.keyFile))).toMatchObject({ status: 3, code: "private-key-mismatch" });
      expect(refusal(await publish(join(server.folder, "nothing.pem")))).toMatchObject({ status: 3, code: "file-not-found" });
    }, 60_000);

    it("because NGINX is not installed", async () => {
      const layout = join(server.data, "linux.json");
      const text = readFileSync(layout, "utf8");
      writeFileSync(layout, JSON.stringify({ ...JSON.parse(text) as object, programs: { nginx: "/nowhere/nginx" } }));
      try {
        expect(refusal(await server.run(server.byNginx(pfx)))).toMatchObject({ status: 3, code: "nginx-missing" });
        expect((await server.run(["proxy", "list"])).json.value).toMatchObject({ nginx: null, reason: "NGINX is not installed on this machine.", sites: [] });
      } finally {
        writeFileSync(layout, text);
      }
    }, 60_000);

    it("because the reload finds a port taken that was free when the plan was made: told, and everything put back", async () => {
      // Another site's port, which NGINX has not bound yet: the reload fails as a whole, and says nothing.
      const other = join(server.sitesEnabled, "later.conf");
      const ran = await holding(0, (port) => {
        writeFileSync(other, `server { listen 127.0.0.1:${port}; return 204; }\n`);
        return server.run(server.byNginx(pfx));
      });
      expect(refusal(ran)).toMatchObject({ status: 4, code: "nginx-not-reloaded", message: expect.stringContaining("failed (98: ") as string });
      rmSync(other);
    }, 120_000);
  });

  it("comes up with an NGINX that did not run, and goes down with it again", async () => {
    await server.stopNginx();
    const [snapshot, served] = [server.snapshot(), await server.served()];
    await server.good(server.byNginx(pfx));
    expect((await server.served()).https).toBe(pfx.thumbprint);
    await server.good(["history", "undo"]);
    expect(server.snapshot()).toEqual(snapshot);
    expect(await server.served()).toEqual(served);
    server.startNginx();
    await whole();
  }, 120_000);
});
