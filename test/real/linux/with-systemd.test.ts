// A Linux server whose SanteDB is a unit of a real systemd: secured by Mono and by NGINX, renewed, and everything undone.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServerPfx } from "../../fixtures/certificates.ts";
import { hostName, linuxServer, serverPartsMissing, type LinuxServer, type Snapshot } from "../../fixtures/linux-server.ts";
import type { Ran } from "../../fixtures/lockstep.ts";
import { rsaKeyWith, type Short } from "../../fixtures/rsa-numbers.ts";
import { systemdMissing } from "../../fixtures/systemd.ts";

const missing = serverPartsMissing ?? systemdMissing;

describe.skipIf(missing !== null)(`an instance that is a unit of a real systemd${missing === null ? "" : ` (${missing})`}`, () => {
  let server: LinuxServer;
  let pfx: ServerPfx;
  let before: Snapshot;
  let servedBefore: Awaited<ReturnType<LinuxServer["served"]>>;

  beforeAll(async () => {
    server = await linuxServer({ manager: "systemd" });
    // Mono sends no intermediates, so a client that knows the root alone trusts only what the root itself issued.
    const direct = { authority: { ...server.authority, intermediate: server.authority.root }, chain: "none" } as const;
    pfx = server.pfx("first", direct);
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
  const undone = async (ran: Ran): Promise<void> => {
    expect((await server.good(["history", "undo", ran.json.value.planId as string])).json.value.outcome).toBe("undone");
  };
  const refusal = (ran: Ran) => ({ status: ran.status, code: ran.json?.error?.code as unknown, message: ran.json?.error?.message as unknown });
  const kinds = (ran: Ran): readonly string[] => (ran.json.value.operations as readonly { readonly kind: string }[]).map(({ kind }) => kind);
  const commands = (ran: Ran): readonly (readonly string[])[] => (ran.json.value.operations as readonly { readonly commands: readonly (readonly string[])[] }[]).flatMap((operation) => operation.commands);
  const unit = (): string => server.systemd?.control("is-active", "santedb-www").output.trim() ?? "";
  const mainProcess = (): string => server.systemd?.control("show", "--property=MainPID", "--value", "santedb-www").output.trim() ?? "";
  const curl = (port: number, path: string): unknown => JSON.parse(execFileSync("curl", [
    "--silent", "--show-error", "--max-time", "20", "--cacert", server.authority.root.certificateFile, "--resolve", `${hostName}:${port}:127.0.0.1`, `https://${hostName}:${port}${path}`,
  ], { encoding: "utf8" }));

  describe("by Mono", () => {
    it("shows its plan and changes nothing", async () => {
      const process_ = mainProcess();
      const ran = await server.good([...server.byMono(pfx).filter((each) => each !== "--yes"), "--plan"]);
      expect(ran.json.value.outcome).toBe("planned");
      expect(kinds(ran)).toEqual(["certificate.import", "service.stop", "file.write", "mono.bind", "service.start", "verify.configuration", "verify.tls", ...Array.from({ length: 5 }, () => "verify.http")]);
      expect(commands(ran)).toEqual(expect.arrayContaining([["systemctl", "stop", "santedb-www"]]));
      expect(commands(ran).filter(([program]) => program === "runuser").flat()).toEqual(expect.arrayContaining(["-u", "nobody", `HOME=${join(server.folder, "home")}`]));
      expect(ran.stdout).not.toContain(pfx.password);
      expect(mainProcess()).toBe(process_);
      await whole();
    }, 60_000);

    it("is secured, proven, found so by a second run, and undone to the byte and to the served answer", async () => {
      const ran = await server.good(server.byMono(pfx));
      expect(ran.json.value.outcome).toBe("applied");
      expect(ran.json.value.verified[0]).toMatchObject({ address: "127.0.0.1", port: server.ports.santedb, thumbprint: pfx.thumbprint, protocol: expect.stringMatching(/^TLSv1\.[12]$/) as string });
      expect(ran.json.value.verified.filter(({ path }: { path: string }) => path === "/ami")).toMatchObject([{ httpStatus: 200, thumbprint: pfx.thumbprint }]);
      expect(await server.served()).toMatchObject({ direct: pfx.thumbprint, https: "not-listening" });
      expect(curl(server.ports.santedb, "/ami")).toMatchObject({ secure: true, url: `https://${hostName}:${server.ports.santedb}/ami` });
      expect(readdirSync(server.monoFolder).sort()).toEqual([`${server.ports.santedb}.cer`, `${server.ports.santedb}.pvk`]);
      expect(server.handedOver()).toEqual([]);

      const process_ = mainProcess();
      const again = await server.good(server.byMono(pfx));
      expect(again.json.value).toMatchObject({ outcome: "unchanged", operations: [] });
      expect(again.json.value.verified[0]).toMatchObject({ thumbprint: pfx.thumbprint });
      expect(mainProcess()).toBe(process_);

      await undone(ran);
      await whole();
    }, 120_000);

    it("has its certificate renewed and TLS taken off, and each of it undone to the byte", async () => {
      const first = await server.good(server.byMono(pfx));
      const [snapshot, served] = [server.snapshot(), await server.served()];
      const renewed = server.pfx("second", { authority: { ...server.authority, intermediate: server.authority.root }, chain: "none" });
      const renewal = await server.good(server.byMono(renewed));
      expect(kinds(renewal)).not.toContain("file.write");
      expect((await server.served()).direct).toBe(renewed.thumbprint);
      expect(curl(server.ports.santedb, "/hdsi")).toMatchObject({ secure: true });
      await undone(renewal);
      expect(server.snapshot()).toEqual(snapshot);
      expect(await server.served()).toEqual(served);

      const off = await server.good(["endpoint", "unsecure", "default", "--yes"]);
      expect(kinds(off)).toEqual(expect.arrayContaining(["file.write", "mono.bind"]));
      expect(await server.served()).toEqual(servedBefore);
      await undone(off);
      expect(server.snapshot()).toEqual(snapshot);
      expect(await server.served()).toEqual(served);
      await undone(first);
      await whole();
    }, 180_000);

    it("refuses an EC key before anything is changed", async () => {
      const ran = await server.run(server.byMono(server.pfx("elliptic", { key: "ec:p256" })));
      expect(refusal(ran)).toMatchObject({ status: 3, code: "key-unsuitable" });
      await whole();
    }, 60_000);

    it("makes an RSA key one that Mono reads, and refuses the one in hundred that cannot be made so", async () => {
      const keyFile = (short: Short): string => {
        const path = join(server.folder, `short-${short}.pem`);
        writeFileSync(path, rsaKeyWith(short).export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
        return path;
      };
      const short = server.pfx("short", { keyFile: keyFile("d") });
      const ran = await server.good(server.byMono(short));
      expect((await server.served()).direct).toBe(short.thumbprint);
      await undone(ran);
      await whole();
      const hopeless = await server.run(server.byMono(server.pfx("hopeless", { keyFile: keyFile("dq") })));
      expect(refusal(hopeless)).toMatchObject({ status: 3, code: "key-unsuitable", message: expect.stringContaining("one of the few RSA keys") as string });
      await whole();
    }, 120_000);
  });

  it("by NGINX, reachable through it alone, is restarted by systemctl, and undone", async () => {
    const process_ = mainProcess();
    const ran = await server.good(server.byNginx(pfx, "--address", "127.0.0.1"));
    expect(commands(ran)).toEqual(expect.arrayContaining([["systemctl", "stop", "santedb-www"]]));
    expect(mainProcess()).not.toBe(process_);
    expect(readFileSync(server.configFile, "utf8")).toContain(`http://127.0.0.1:${server.ports.santedb}/hdsi`);
    expect(await server.served()).toMatchObject({ https: pfx.thumbprint, santedb: "http 400" });
    expect(curl(server.ports.https, "/ami")).toMatchObject({ secure: false });
    expect((await server.good(server.byNginx(pfx, "--address", "127.0.0.1"))).json.value.outcome).toBe("unchanged");
    await undone(ran);
    await whole();
  }, 120_000);

  describe("that dies when it starts", () => {
    const mark = "exit-78";
    /** The unit ends with 78 where its configuration has an address that the plan writes. */
    const dying = async (when: string, work: () => Promise<void>): Promise<void> => {
      const file = join(server.systemd?.units ?? "", "santedb-www.service");
      const [atFirst, text] = [server.snapshot(), readFileSync(file, "utf8")];
      const script = join(server.folder, mark);
      writeFileSync(script, `#!/bin/sh\nif grep -q '${when}' '${server.configFile}'; then sleep 0.1; exit 78; fi\nexec "$@"\n`, { mode: 0o755 });
      writeFileSync(file, text.replace("ExecStart=/usr/bin/mono", `ExecStart=${script} /usr/bin/mono`));
      server.systemd?.control("daemon-reload");
      try {
        const held = server.snapshot();
        await work();
        expect(server.snapshot()).toEqual(held);
      } finally {
        writeFileSync(file, text);
        server.systemd?.control("daemon-reload");
        rmSync(script);
      }
      expect(server.snapshot()).toEqual(atFirst);
    };

    it("by Mono: the plan fails, says why, and everything is as before", async () => {
      await dying("https://", async () => {
        const ran = await server.run(server.byMono(pfx));
        expect(refusal(ran)).toMatchObject({ status: 4, code: "service-died", message: expect.stringContaining("78") as string });
        expect(await server.served()).toEqual(servedBefore);
        expect(server.handedOver()).toEqual([]);
      });
      await whole();
    }, 120_000);

    it("by NGINX: the plan fails, says why, and everything is as before", async () => {
      await dying("http://127.0.0.1", async () => {
        const ran = await server.run(server.byNginx(pfx, "--address", "127.0.0.1"));
        expect(refusal(ran)).toMatchObject({ status: 4, code: "service-died", message: expect.stringContaining("78") as string });
        expect(await server.served()).toEqual(servedBefore);
      });
      await whole();
    }, 120_000);
  });

  it("is listed, stopped, started and restarted, as clients see it", async () => {
    const listed = async () => ((await server.good(["service", "list"])).json.value as readonly { readonly name: string; readonly state: string }[]).find(({ name }) => name === "santedb-www")?.state;
    expect(await listed()).toBe("running");
    await server.good(["service", "stop", "santedb-www", "--yes"]);
    expect([await listed(), unit(), (await server.served())["santedb"]]).toEqual(["stopped", "inactive", "not-listening"]);
    await server.good(["service", "start", "santedb-www", "--yes"]);
    expect([await listed(), unit(), (await server.served())["santedb"]]).toEqual(["running", "active", "http 200"]);
    const process_ = mainProcess();
    await server.good(["service", "restart", "default", "--yes"]);
    expect(mainProcess()).not.toBe(process_);
    await whole();
  }, 120_000);
});
