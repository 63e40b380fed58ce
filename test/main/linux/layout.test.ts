// linux.json: what it may say, and when it is not believed.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readLayout } from "../../../main/machines/linux/layout.ts";
import { qualified } from "../../../main/machines/linux/linux-machine.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-layout-"));
const isRoot = process.getuid?.() === 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "case-"));
  file = join(folder, "linux.json");
});
const say = (text: string): void => writeFileSync(file, text, { mode: 0o644 });

describe.skipIf(process.platform !== "linux")("the layout", () => {
  it("is Debian's without a file, and with one that says nothing", async () => {
    const layout = await readLayout(folder);
    expect(layout).toMatchObject({
      programs: { nginx: ["/usr/sbin/nginx"], systemctl: ["/usr/bin/systemctl"], service: ["/usr/sbin/service"], runuser: ["/usr/sbin/runuser"], httpcfg: ["/usr/bin/httpcfg"], openssl: ["/usr/bin/openssl"] },
      nginx: { arguments: [], configuration: "/etc/nginx/nginx.conf" },
      certificates: "/etc/lockstep/certificates", initFolder: "/etc/init.d", ownInitFolder: false, controlGroups: null, monoConfiguration: null,
    });
    say("{}");
    expect(await readLayout(folder)).toEqual(layout);
    expect(await readLayout()).toEqual(layout);
  });

  it("says where programs lie, with arguments before all others, and where everything else does", async () => {
    say(JSON.stringify({
      programs: { systemctl: ["/usr/bin/nsenter", "-t", "7", "--", "systemctl"], nginx: "/opt/nginx" }, certificates: "/srv/c", services: "init", initFolder: "/srv/init.d",
      monoConfiguration: "/srv/mono", controlGroups: "/sys/fs/cgroup/x", nginx: { prefix: "/srv/nginx", configuration: "/srv/nginx/main.conf", files: "/srv/nginx/sites", links: null },
    }));
    const layout = await readLayout(folder);
    expect(layout).toMatchObject({
      certificates: "/srv/c", services: "init", initFolder: "/srv/init.d", ownInitFolder: true, monoConfiguration: "/srv/mono", controlGroups: "/sys/fs/cgroup/x",
      nginx: { arguments: ["-p", "/srv/nginx", "-c", "/srv/nginx/main.conf"], configuration: "/srv/nginx/main.conf", sites: { files: "/srv/nginx/sites", links: null } },
    });
    expect(layout.programs).toMatchObject({ systemctl: ["/usr/bin/nsenter", "-t", "7", "--", "systemctl"], nginx: ["/opt/nginx"], runuser: ["/usr/sbin/runuser"] });
  });

  it("leaves it to the configuration of NGINX where sites lie, unless told", async () => {
    say(JSON.stringify({ nginx: { prefix: "/srv/nginx", configuration: "/srv/nginx/main.conf" } }));
    expect((await readLayout(folder)).nginx.sites).toBeNull();
  });

  it("has the system's own NGINX run as the service nginx, and one with arguments as nobody's, unless told", async () => {
    for (const [said, service] of [
      [{}, "nginx"], [{ prefix: "/srv/nginx" }, null], [{ configuration: "/srv/nginx.conf" }, null],
      [{ service: null }, null], [{ service: "openresty" }, "openresty"], [{ prefix: "/srv/nginx", service: "nginx@second" }, "nginx@second"],
    ] as const) {
      say(JSON.stringify({ nginx: said }));
      expect((await readLayout(folder)).nginx.service, JSON.stringify(said)).toBe(service);
    }
  });

  it.each([
    ["a service that is no name", '{"nginx":{"service":"--root=/x"}}', "nginx.service: a service's name is needed"],
    ["no JSON", "{", "it is no JSON text"],
    ["no object", "[]", "expected object"],
    ["a member that is not known", '{"certificate":"/x"}', 'Unrecognized key: "certificate"'],
    ["a program that is not known", '{"programs":{"netsh":"/x"}}', 'programs: Unrecognized key: "netsh"'],
    ["a path that is not whole", '{"certificates":"x"}', "certificates: a path from the root on is needed"],
    ["a program by its name alone", '{"programs":{"nginx":"nginx"}}', "programs.nginx: "],
    ["a program of no words", '{"programs":{"nginx":[]}}', "programs.nginx: "],
    ["a path with a zero character", '{"certificates":"/x\\u0000y"}', "certificates: a zero character"],
    ["another manager of services", '{"services":"upstart"}', "services: "],
  ])("is refused where the file has %s", async (_, text, said) => {
    say(text);
    await expect(readLayout(folder)).rejects.toMatchObject({ code: "layout-refused", message: expect.stringContaining(said) });
  });

  it("is refused where others may write the file, and where it is a link or no file", async () => {
    say("{}");
    for (const mode of [0o664, 0o646]) {
      chmodSync(file, mode);
      await expect(readLayout(folder)).rejects.toMatchObject({ code: "layout-refused", message: expect.stringContaining(`others than its owner may write it (rights ${mode.toString(8)})`) });
    }
    rmSync(file);
    writeFileSync(join(folder, "real"), "{}");
    symlinkSync(join(folder, "real"), file);
    await expect(readLayout(folder)).rejects.toMatchObject({ code: "layout-refused", message: expect.stringContaining("it is a link") });
    rmSync(file);
    mkdirSync(file);
    await expect(readLayout(folder)).rejects.toMatchObject({ code: "layout-refused", message: expect.stringContaining("it is no ordinary file") });
  });

  it.skipIf(!isRoot)("is refused where the file belongs to another user", async () => {
    say("{}");
    chownSync(file, 65534, 65534);
    await expect(readLayout(folder)).rejects.toMatchObject({ code: "layout-refused", message: expect.stringContaining("it belongs to the user 65534") });
  });

  it("is refused where the file lies in a folder that others may write", async () => {
    say("{}");
    chmodSync(folder, 0o777);
    await expect(readLayout(folder)).rejects.toMatchObject({ code: "layout-refused", message: expect.stringContaining("others than its owner may write it") });
  });

  it("is not read where the file is far too large", async () => {
    say(" ".repeat(70_000));
    await expect(readLayout(folder)).rejects.toMatchObject({ code: "file-too-large" });
  });
});

describe("the machine's own name", () => {
  it("is the whole one where the table of hosts has it", () => {
    expect(qualified("Clinic-7", "127.0.0.1 localhost\n127.0.1.1 clinic-7.example.org clinic-7 # own\n")).toBe("clinic-7.example.org");
    expect(qualified("clinic-7", "10.0.0.1 clinic-7\n")).toBe("clinic-7");
    expect(qualified("clinic-7", "# 127.0.1.1 clinic-7.example.org clinic-7\n10.0.0.1 clinic-70.example.org clinic-70\n")).toBe("clinic-7");
  });
});
