// NGINX as a unit of a real systemd, named in linux.json: one that does not run comes up and goes down as the service it is.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServerPfx } from "../../fixtures/certificates.ts";
import { linuxServer, serverPartsMissing, type LinuxServer } from "../../fixtures/linux-server.ts";
import type { Ran } from "../../fixtures/lockstep.ts";
import { systemdMissing } from "../../fixtures/systemd.ts";

const missing = serverPartsMissing ?? systemdMissing;

describe.skipIf(missing !== null)(`an NGINX that is a unit of a real systemd${missing === null ? "" : ` (${missing})`}`, () => {
  let server: LinuxServer;
  let pfx: ServerPfx;
  beforeAll(async () => {
    server = await linuxServer({ manager: "systemd", nginxUnit: true });
    pfx = server.pfx("first");
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  const whole = async () => ({ snapshot: server.snapshot(), served: await server.served(), unit: said() });
  const said = (): string => server.systemd?.control("is-active", "private-nginx").output.trim() ?? "";
  const taking = (ran: Ran): readonly (readonly string[])[] => (ran.json.value.operations as readonly { readonly kind: string; readonly commands: readonly (readonly string[])[] }[])
    .filter(({ kind }) => kind === "proxy.reload").flatMap(({ commands }) => commands.slice(1));

  it("is reloaded where it runs", async () => {
    const before = await whole();
    expect(before.unit).toBe("active");
    const processId = readFileSync(join(server.folder, "nginx/nginx.pid"), "utf8");
    const ran = await server.good(server.byNginx(pfx));
    expect(taking(ran)[0]?.slice(-2)).toEqual(["-s", "reload"]);
    expect((await server.served()).https).toBe(pfx.thumbprint);
    expect(readFileSync(join(server.folder, "nginx/nginx.pid"), "utf8")).toBe(processId);
    await server.good(["history", "undo", ran.json.value.planId as string]);
    expect(await whole()).toEqual(before);
  }, 120_000);

  it("is started as the service where it does not run, and stopped as the service again", async () => {
    await server.stopNginx();
    const before = await whole();
    expect(before.unit).toBe("inactive");
    const ran = await server.good(server.byNginx(pfx));
    expect(taking(ran)).toEqual([["systemctl", "start", "private-nginx"]]);
    expect([(await server.served()).https, said()]).toEqual([pfx.thumbprint, "active"]);
    expect((await server.good(["proxy", "list"])).json.value).toMatchObject({ nginx: { running: true } });
    await server.good(["history", "undo", ran.json.value.planId as string]);
    expect(await whole()).toEqual(before);
    server.startNginx();
    expect(said()).toBe("active");
  }, 120_000);
});
