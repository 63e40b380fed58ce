import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { santeDbApplicationId } from "../../../app/http-sys/application.ts";
import type { Binding } from "../../../app/http-sys/binding.ts";
import { addBinding, addReservation, deleteBinding, deleteReservation, explainNetsh } from "../../../app/http-sys/netsh.ts";
import { explainServiceControl, startService, stopService } from "../../../app/http-sys/service-control.ts";

const samples = join(import.meta.dirname, "../../../../shared/samples/netsh");
const binding: Binding = {
  endpoint: "0.0.0.0:9200", family: "ip", thumbprint: "61D34F532DA121BBAB64723C4871E72C92F03735", applicationId: santeDbApplicationId, application: "SanteDB", store: "MY", flags: {},
};

describe("netsh commands", () => {
  it("bind with the store and the applicationId always named", () => {
    expect(addBinding(binding)).toEqual([
      "netsh", "http", "add", "sslcert", "ipport=0.0.0.0:9200", "certhash=61D34F532DA121BBAB64723C4871E72C92F03735", "appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "certstorename=MY",
    ]);
  });

  it("keep a record's settings and leave out what is at its default, zeros above all", () => {
    expect(addBinding({ ...binding, endpoint: "name:443", family: "sni", flags: { revocationfreshnesstime: 0, urlretrievaltimeout: 9, usagecheck: false, verifyclientcertrevocation: true, disablehttp2: true, sslctlstorename: "ClientAuthIssuer" } }).slice(4)).toEqual([
      "hostnameport=name:443", "certhash=61D34F532DA121BBAB64723C4871E72C92F03735", "appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}", "certstorename=MY",
      "usagecheck=disable", "urlretrievaltimeout=9", "sslctlstorename=ClientAuthIssuer", "disablehttp2=enable",
    ]);
  });

  it("name no certificate for the central store", () => {
    expect(addBinding({ ...binding, endpoint: "443", family: "ccs", thumbprint: null }).slice(4)).toEqual(["ccs=443", "appid={A97FB5DE-7627-401C-8E70-5B96C1A0073B}"]);
  });

  it("delete, reserve, start and stop", () => {
    expect(deleteBinding({ endpoint: "[::]:9200", family: "ip" })).toEqual(["netsh", "http", "delete", "sslcert", "ipport=[::]:9200"]);
    expect(addReservation("https://+:9200/", "D:(A;;GX;;;NS)")).toEqual(["netsh", "http", "add", "urlacl", "url=https://+:9200/", "sddl=D:(A;;GX;;;NS)"]);
    expect(deleteReservation("https://+:9200/")).toEqual(["netsh", "http", "delete", "urlacl", "url=https://+:9200/"]);
    expect([startService("a b"), stopService("a b")]).toEqual([["sc", "start", "a b"], ["sc", "stop", "a b"]]);
  });
});

describe("a failure of netsh", () => {
  const sample = (name: string): string => readFileSync(join(samples, name), "utf8").replaceAll("\n", "\r\n");

  it.skipIf(!existsSync(samples))("is known by its number in captured transcripts", () => {
    expect(explainNetsh(1, sample("sslcert-add-fail-183-en.txt")).code).toBe(183);
    expect(explainNetsh(1, sample("sslcert-delete-fail-2-en.txt")).code).toBe(2);
    expect(explainNetsh(1, sample("urlacl-add-fail-183-en.txt")).code).toBe(183);
    expect(explainNetsh(1, sample("urlacl-add-success-and-fail87-en.txt")).code).toBe(87);
    expect(explainNetsh(1, sample("sslcert-add-fail-1312-en.txt"))).toMatchObject({ code: 1312, reason: "the certificate cannot be used by the machine (Windows error 1312)" });
  });

  it.skipIf(!existsSync(samples))("has no number where only the argument parser spoke", () => {
    expect(explainNetsh(1, sample("sslcert-add-fail-parameter-incorrect-en.txt"))).toMatchObject({ code: null, reason: "netsh refused a parameter" });
    expect(explainNetsh(1, sample("sslcert-add-fail-usage-en.txt"))).toMatchObject({ code: null, reason: "netsh did not understand the command" });
  });

  it("is known in any language, and by nothing but a number of its own", () => {
    expect(explainNetsh(1, "\r\nFehler beim Hinzufügen des SSL-Zertifikats, Fehler: 1312\r\n").code).toBe(1312);
    expect(explainNetsh(1, "\r\nÉchec de l’ajout, erreur : 183\r\n").code).toBe(183);
    expect(explainNetsh(1, "添加 SSL 证书失败，错误：5\r\n").code).toBe(5);
    expect(explainNetsh(1, "ipport=0.0.0.0:9200 12:30:00 [::1]:9200\r\n").code).not.toBe(9200);
    expect(explainNetsh(1, "").code).toBeNull();
    expect(explainNetsh(0, "anything: 5").code).toBe(0);
  });

  it("says what to do", () => {
    for (const code of [2, 5, 87, 183, 1312, 1332]) {
      const { reason, remedy } = explainNetsh(1, `x, Error: ${code}\r\n`);
      expect(reason).toContain(`(Windows error ${code})`);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe("an exit code of sc or of a service", () => {
  it("is told in words", () => {
    for (const code of [2, 5, 32, 1053, 1056, 1060, 1061, 1062, 1067, 1069]) expect(explainServiceControl(code).reason, String(code)).toMatch(/^[a-z].*\(Windows error \d+\)$/);
    expect(explainServiceControl(12345)).toEqual({ code: 12345, reason: "Windows error 12345", remedy: "Look the number up with `net helpmsg`." });
  });
});
