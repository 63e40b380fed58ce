// What the wizard proposes and what it asks the host for.
import { describe, expect, it } from "vitest";
import { certificateFileLimit as contractLimit } from "../../app/contract.ts";
import type { Inspection } from "../../app/certificates/certificate.ts";
import type { Instance } from "../../app/santedb/instance.ts";
import { certificateFileLimit } from "../../renderer/pages/certificate/certificate-files.ts";
import { commandScript } from "../../renderer/pages/endpoint/command-script.ts";
import { blocking, covers, endpointsOn, initialForm, nameToProve, portsOf, requestOf, sameAccount } from "../../renderer/pages/endpoint/secure-form.ts";
import { nextStep, summarise } from "../../renderer/pages/overview/overview.ts";
import { addressOf, parseRoute } from "../../renderer/shell/route.ts";
import { offered } from "./practice-host.ts";

const instance: Instance = {
  name: "default", product: "dcdr-www", generation: "v3", service: "sdb-www-default", state: "running", account: "NT AUTHORITY\\NETWORK SERVICE",
  configFile: null, scheme: "http", host: "0.0.0.0", port: 9200, certificate: null, findings: [],
  endpoints: [
    { service: "AMI", contract: "IAmi", address: "http://0.0.0.0:9200/ami" }, { service: "WWW", contract: "IWww", address: "http://0.0.0.0:9200/" },
    { service: "FHIR", contract: "IFhir", address: "http://[::1]:9201/fhir" }, { service: "HL7", contract: "IHl7", address: "llp://127.0.0.1:12100" },
  ],
};

describe("the wizard's form", () => {
  it("begins with how the instance stands", () => {
    expect(initialForm(instance)).toMatchObject({ instance: "sdb-www-default", scope: "all", account: "NT AUTHORITY\\NetworkService", port: 9200 });
    expect(initialForm({ ...instance, host: "127.0.0.1" }).scope).toBe("local");
    expect(initialForm({ ...instance, host: "clinic" }).scope).toBe("keep");
  });

  it("leaves out of the request what stays as it is", () => {
    expect(requestOf({ ...initialForm(instance), port: null }, instance, false)).toEqual({ instance: "sdb-www-default" });
    expect(requestOf({ ...initialForm(instance), scope: "local", account: "", otherAccount: " .\\lockstep ", hostName: " a.example ", takeOver: true }, instance, true))
      .toEqual({ instance: "sdb-www-default", port: 9200, address: "127.0.0.1", account: ".\\lockstep", hostName: "a.example", allowExpired: true, takeOver: true });
  });

  it("asks for client certificates, base address and FHIR base only where they were given", () => {
    const form = { ...initialForm(instance), port: null, clientCertificates: true, baseAddress: " https://hie.example.org ", fhirBase: "https://hie.example.org:8443" };
    expect(requestOf(form, instance, false)).toEqual({ instance: "sdb-www-default", clientCertificates: true, baseAddress: "https://hie.example.org", fhirBase: "https://hie.example.org:8443" });
    expect(requestOf({ ...form, clientCertificates: false, baseAddress: "  ", fhirBase: "" }, instance, false)).toEqual({ instance: "sdb-www-default" });
  });

  it("knows the ports of HTTP addresses only, and counts what a port carries", () => {
    expect(portsOf(instance)).toEqual([9200, 9201]);
    expect(endpointsOn(instance, 9200)).toBe(2);
    expect(endpointsOn(instance, null)).toBe(3);
  });

  it("takes the spellings of one account for the same", () => {
    expect(sameAccount("NT AUTHORITY\\NETWORK SERVICE", "NetworkService")).toBe(true);
    expect(sameAccount("NT AUTHORITY\\SYSTEM", "LocalSystem")).toBe(true);
    expect(sameAccount("LocalService", "LocalSystem")).toBe(false);
  });

  it("proves the machine's name where the certificate has it, else the certificate's own", () => {
    expect(nameToProve({ ...offered, names: ["*.example.org"] }, "clinic-7.example.org")).toBe("clinic-7.example.org");
    expect(nameToProve({ ...offered, names: ["*.example.org", "10.0.0.7", "hie.example.org"] }, "other")).toBe("hie.example.org");
    expect(covers("*.example.org", "a.b.example.org")).toBe(false);
  });

  it("refuses files at the contract's own limit", () => expect(certificateFileLimit).toBe(contractLimit));

  it("lets an ended certificate be overridden, but not a missing key", () => {
    const finding = (code: string, severity: "error" | "warning") => ({ code, severity, message: "", hint: "" });
    const inspection: Inspection = { format: "pem", encryption: null, certificates: [], privateKeys: [], chain: [], findings: [finding("certificate-expired", "error"), finding("chain-incomplete", "warning")] };
    expect(blocking(inspection)).toMatchObject({ override: { code: "certificate-expired" }, refused: null });
    expect(blocking({ ...inspection, findings: [finding("private-key-missing", "error")] })).toMatchObject({ override: null, refused: { code: "private-key-missing" } });
  });
});

describe("the saved commands", () => {
  it("are a batch file in which no title can become a command", () => {
    const script = commandScript({
      planId: "p", title: "Secure & del *", outcome: "planned", files: [], findings: [], certificate: null, verified: [],
      operations: [{ kind: "x", title: "Start\r\nformat c:", commands: [["sc", "start", "50%"]], details: [], difference: null }],
    }, "note");
    expect(script.split("\r\n")).toEqual(["@echo off", "chcp 65001 >nul", "rem Secure  del *", "rem note", "", "rem Start format c:", 'sc start "50%%"', ""]);
  });
});

describe("the overview", () => {
  const now = new Date();
  const secured = (days: number): Instance => ({ ...instance, scheme: "https", certificate: { ...offered, notAfter: new Date(now.getTime() + days * 86_400_000).toISOString() } });

  it("counts a certificate once, however many instances use it", () => {
    expect(summarise([secured(5), secured(5), instance], now)).toEqual({ total: 3, secured: 2, ended: 0, soonest: 5 });
  });

  it("names what is most urgent: an ended certificate, then plain http, then one that ends soon", () => {
    expect(nextStep([secured(5), instance, secured(-5)], now)).toMatchObject({ kind: "renew", left: { standing: "ended" } });
    expect(nextStep([secured(5), instance], now)).toMatchObject({ kind: "secure" });
    expect(nextStep([secured(5)], now)).toMatchObject({ kind: "renew", left: { standing: "soon" } });
    expect(nextStep([secured(90)], now)).toBeNull();
  });
});

describe("an address of a page", () => {
  it.each(["#/", "#/secure/default", "#/secure/a%2Fb%20c", "#/history", "#/history/20261122-083015-9f3a"])("%s leads there and back", (address) => expect(addressOf(parseRoute(address))).toBe(address));
  it.each(["#/nowhere", "#/history/a/b", "#/secure/%zz"])("%s leads nowhere", (address) => expect(parseRoute(address)).toEqual({ page: "unknown" }));
});
