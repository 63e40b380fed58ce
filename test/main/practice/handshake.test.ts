// Which certificate is served, asked with real handshakes against the running practice service.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { answerFor } from "../../../app/http-sys/explanation.ts";
import { indexBindings } from "../../../app/http-sys/precedence.ts";
import { makeAuthority, makeCertificate, type Authority, type Issued } from "../../fixtures/certificates.ts";
import { practice, type Practice } from "./practice-fixture.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const appId = "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}";

let one: Practice;
let authority: Authority;
let certificates: readonly Issued[];
beforeAll(async () => {
  one = await practice();
  authority = makeAuthority(join(one.directory, "../ca"));
  certificates = ["a", "b", "c", "d", "e", "f"].map((name) => makeCertificate(join(one.directory, "../issued"), authority.intermediate, { commonName: `${name}.example.org` }));
  for (const certificate of certificates) await one.store(certificate);
  one.writeConfig((text) => text.replaceAll('address="http://0.0.0.0', 'address="https://0.0.0.0'));
  await one.restart();
});
afterAll(() => one.close());

const bind = async (key: string, certificate: Issued, ...more: string[]): Promise<void> => {
  expect((await one.run("netsh", "http", "add", "sslcert", key, `certhash=${certificate.thumbprint}`, `appid=${appId}`, "certstorename=MY", ...more)).exitCode).toBe(0);
};
const unbindAll = async (): Promise<void> => {
  for (const { endpoint, family } of await one.machine.httpSys.bindings()) {
    await one.run("netsh", "http", "delete", "sslcert", `${{ ip: "ipport", sni: "hostnameport", ccs: "ccs" }[family]}=${endpoint}`);
  }
};
const shake = (address: string, serverName: string | null = null) => one.machine.network.tls({ address, port: one.port, serverName, timeout: 5000 });
const served = (address: string, serverName: string | null = null): Promise<string> => shake(address, serverName).then(({ thumbprint }) => thumbprint, (error: unknown) => (error instanceof LockstepError ? error.code : String(error)));
const certificate = (index: number): Issued => {
  const found = certificates[index % certificates.length];
  if (!found) throw new Error("there are no certificates");
  return found;
};

describe("an https address", () => {
  it("without a record resets the connection", async () => {
    await unbindAll();
    await expect(shake("127.0.0.1")).rejects.toMatchObject({ code: "handshake-failed", message: expect.stringContaining("the connection was reset") as string });
    await expect(one.machine.network.http({ address: "::1", port: one.port, scheme: "https", serverName: null, host: "x", path: "/", timeout: 3000 })).rejects.toMatchObject({ code: "handshake-failed" });
  });

  it("serves the bound certificate with its intermediate at once, without a restart", async () => {
    await unbindAll();
    await one.machine.certificates.import("CA", authority.intermediate.der, null);
    await one.machine.certificates.import("CA", authority.root.der, null);
    await bind(`ipport=0.0.0.0:${one.port}`, certificate(0));
    for (const address of ["127.0.0.1", "::1"]) {
      const answer = await shake(address, "any.example.org");
      expect(answer).toMatchObject({ thumbprint: certificate(0).thumbprint, protocol: "TLSv1.3" });
      expect(answer.chain.map((der) => Buffer.from(der).toString("hex"))).toEqual([certificate(0), authority.intermediate].map(({ der }) => Buffer.from(der).toString("hex")));
    }
    await one.machine.certificates.remove("CA", authority.intermediate.thumbprint);
    expect((await shake("127.0.0.1")).chain.length).toBe(1);
    await one.machine.certificates.remove("CA", authority.root.thumbprint);
    const answer = await one.machine.network.http({ address: "127.0.0.1", port: one.port, scheme: "https", serverName: "clinic-7.example.org", host: "clinic-7.example.org", path: "/ami", timeout: 3000 });
    expect(answer).toMatchObject({ status: 401, tls: { thumbprint: certificate(0).thumbprint } });
  });

  it("is trusted by openssl, which verifies chain and name for itself", async () => {
    await unbindAll();
    await one.machine.certificates.import("CA", authority.intermediate.der, null);
    await bind(`ipport=0.0.0.0:${one.port}`, certificate(1));
    for (const address of [`127.0.0.1:${one.port}`, `[::1]:${one.port}`]) {
      const { stdout } = spawnSync("openssl", ["s_client", "-connect", address, "-servername", "b.example.org", "-verify_hostname", "b.example.org", "-CAfile", authority.root.certificateFile], { input: "Q\n", encoding: "utf8", timeout: 10_000 });
      expect(stdout).toContain("Verify return code: 0 (ok)");
    }
  });

  it("resets plain http, noise, and a client that leaves in the middle", async () => {
    await unbindAll();
    await bind(`ipport=0.0.0.0:${one.port}`, certificate(0));
    await expect(one.machine.network.http({ address: "127.0.0.1", port: one.port, scheme: "http", serverName: null, host: "x", path: "/", timeout: 3000 })).rejects.toMatchObject({ code: "http-failed", message: expect.stringContaining("reset") as string });
    const { connect } = await import("node:net");
    for (let turn = 0; turn < 20; turn++) {
      await new Promise<void>((resolve) => {
        const socket = connect(one.port, "127.0.0.1", () => {
          socket.write(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]));
          setTimeout(() => socket.resetAndDestroy(), 5);
        }).on("error", () => undefined).on("close", () => resolve());
      });
    }
    expect(await served("127.0.0.1")).toBe(certificate(0).thumbprint);
  });

  it("resets when the certificate or its key went away, or the record rejects", async () => {
    await unbindAll();
    await bind(`ipport=0.0.0.0:${one.port}`, certificate(5));
    expect(await served("127.0.0.1")).toBe(certificate(5).thumbprint);
    rmSync(join(one.directory, "certificates/My", `${certificate(5).thumbprint}.key`));
    expect(await served("127.0.0.1")).toBe("handshake-failed");
    await one.store(certificate(5));
    expect(await served("127.0.0.1")).toBe(certificate(5).thumbprint);
    await one.machine.certificates.remove("My", certificate(5).thumbprint);
    expect(await served("::1")).toBe("handshake-failed");
    await one.store(certificate(5));
    await unbindAll();
    await bind(`ipport=0.0.0.0:${one.port}`, certificate(5), "reject=enable");
    expect(await served("127.0.0.1")).toBe("handshake-failed");
  });

  it("speaks no newer version than its record lets it", async () => {
    await unbindAll();
    await bind(`ipport=127.0.0.1:${one.port}`, certificate(0), "disabletls13=enable");
    await bind(`ipport=[::1]:${one.port}`, certificate(0));
    expect([(await shake("127.0.0.1")).protocol, (await shake("::1")).protocol]).toEqual(["TLSv1.2", "TLSv1.3"]);
  });
});

describe("precedence", () => {
  it("is by address, name, central store, [::], 0.0.0.0 for any set of records, as the handshake shows", async () => {
    const port = String(one.port);
    const keys = [`ipport=0.0.0.0:${port}`, `ipport=[::]:${port}`, `ipport=127.0.0.1:${port}`, `ipport=[::1]:${port}`, `hostnameport=a.example.org:${port}`, `hostnameport=*.example.org:${port}`];
    const [anyV4 = "", anyV6 = "", exactV4 = "", exactV6 = "", name = "", wildcard = ""] = keys;
    const central = "ccs";
    /** The order of the documentation, written out for each kind of client. */
    const orders = [
      { localAddress: "127.0.0.1", serverName: null, order: [exactV4, anyV4] },
      { localAddress: "127.0.0.1", serverName: "a.example.org", order: [exactV4, name, wildcard, central, anyV4] },
      { localAddress: "127.0.0.1", serverName: "z.example.org", order: [exactV4, wildcard, central, anyV4] },
      { localAddress: "127.0.0.1", serverName: "other.test", order: [exactV4, central, anyV4] },
      { localAddress: "::1", serverName: null, order: [exactV6, anyV6, anyV4] },
      { localAddress: "::1", serverName: "a.example.org", order: [exactV6, name, wildcard, central, anyV6, anyV4] },
      { localAddress: "::1", serverName: "z.example.org", order: [exactV6, wildcard, central, anyV6, anyV4] },
      { localAddress: "::1", serverName: "other.test", order: [exactV6, central, anyV6, anyV4] },
    ];
    await fc.assert(fc.asyncProperty(fc.subarray(keys), fc.boolean(), fc.nat(5), async (chosen, hasCentral, shift) => {
      await unbindAll();
      for (const key of chosen) await bind(key, certificate(keys.indexOf(key) + shift));
      if (hasCentral) await one.run("netsh", "http", "add", "sslcert", `ccs=${port}`, `appid=${appId}`);
      const present = [...chosen, ...(hasCentral ? [central] : [])];
      for (const { localAddress, serverName, order } of orders) {
        const first = order.find((key) => present.includes(key));
        const expected = first === undefined || first === central ? "handshake-failed" : certificate(keys.indexOf(first) + shift).thumbprint;
        expect(await served(localAddress, serverName), JSON.stringify([present, localAddress, serverName])).toBe(expected);
        // The explanation names the record before any handshake.
        const { answer, binding } = answerFor(indexBindings(await one.machine.httpSys.bindings()), localAddress, one.port, serverName);
        expect(answer.thumbprint ?? "handshake-failed").toBe(expected);
        expect(answer.considered).toHaveLength(present.length);
        expect(binding?.family).toBe(first === undefined ? undefined : first === central ? "ccs" : first.startsWith("ipport") ? "ip" : "sni");
      }
    }), { numRuns: Math.max(10, Math.round(runs / 12)), endOnFailure: true });
  }, 120_000);

  it("leaves the old certificate on ::1 when only 0.0.0.0 is changed and [::] exists", async () => {
    await unbindAll();
    await bind(`ipport=[::]:${one.port}`, certificate(0));
    await bind(`ipport=0.0.0.0:${one.port}`, certificate(1));
    expect([await served("127.0.0.1"), await served("::1")]).toEqual([certificate(1).thumbprint, certificate(0).thumbprint]);
  });
});
