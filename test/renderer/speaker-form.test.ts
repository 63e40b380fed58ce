// What the wizard proposes on a Linux machine, what it refuses, and what it asks the host for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secureRequestSchema } from "../../app/contract.ts";
import { recommendedPort, settle } from "../../app/nginx/settled-site.ts";
import { shellScript } from "../../renderer/pages/endpoint/command-script.ts";
import { answersOthers, baseAddressOf, changesFolded, faultsOf, initialSpeakerForm, namesOfCertificate, recommendedHttps, siteDefaults, speakerRequest, uncovered, type SpeakerForm } from "../../renderer/pages/endpoint/speaker-form.ts";
import { frontOf } from "../../renderer/pages/overview/front.ts";
import { isSecured, nextStep, summarise } from "../../renderer/pages/overview/overview.ts";
import { offered } from "./practice-host.ts";
import { linuxInstances } from "./practice-linux.ts";

const [icdr, dcdr] = linuxInstances();
if (!icdr || !dcdr) throw new Error("the machine has two instances");
const form = (part: Partial<SpeakerForm> = {}): SpeakerForm => ({ ...initialSpeakerForm(icdr), serverNames: "clinic-7.example.org", ...part });
const faults = (part: Partial<SpeakerForm>) => faultsOf(form(part), offered).map(({ field, fault }) => [field, fault]);

describe("the form of who speaks TLS", () => {
  it("begins with NGINX, on the port recommended for the product", () => {
    expect(initialSpeakerForm(icdr)).toMatchObject({ by: "nginx", httpsPort: "8443", redirects: true, redirectPort: "80", hides: true, tellsAddress: true, port: null });
    expect(initialSpeakerForm(dcdr)).toMatchObject({ httpsPort: "443", tellsAddress: false });
    expect(initialSpeakerForm({ ...icdr, generation: "v2" }).tellsAddress).toBe(false);
  });

  it("knows the defaults of a site as the program does", () => {
    expect(recommendedHttps).toEqual(recommendedPort);
    const { redirectFrom, bodyMegabytes, timeoutSeconds } = settle({ kind: "icdr", serverNames: ["a.example"], upstreams: ["http://127.0.0.1:8080"], certificate: "/c", key: "/k" });
    expect(siteDefaults).toEqual({ redirectFrom, bodyMegabytes, timeoutSeconds });
  });

  it("fills in the host names of a certificate, not its addresses", () => {
    expect(namesOfCertificate({ ...offered, names: ["Clinic.Example.org", "10.0.0.7", "::1", "*.example.org", "clinic.example.org"] })).toBe("clinic.example.org *.example.org");
  });

  it("tells the first real name with the port as the external address, until another was typed", () => {
    expect(baseAddressOf(form({ serverNames: "*.example.org hie.example.org" }))).toBe("https://hie.example.org:8443");
    expect(baseAddressOf(form({ httpsPort: "443" }))).toBe("https://clinic-7.example.org");
    expect(baseAddressOf(form({ serverNames: "*.example.org" }))).toBe("");
    expect(baseAddressOf(form({ baseAddress: " https://other.example:9 " }))).toBe("https://other.example:9");
  });

  it("names the host names that the certificate does not stand for", () => {
    expect(uncovered(form({ serverNames: "WWW.clinic-7.example.org, lab.example.org" }), offered)).toEqual(["lab.example.org"]);
    expect(uncovered(form({ serverNames: "*.example.org a.example.org" }), { ...offered, names: ["*.example.org"] })).toEqual([]);
  });

  it("refuses a key other than RSA with Mono alone", () => {
    const elliptic = { ...offered, keyType: "ec:p256" };
    expect(faultsOf(form({ by: "mono" }), elliptic)).toEqual([{ field: "by", fault: "key", keyType: "ec:p256" }]);
    expect(faultsOf(form({ by: "mono" }), offered)).toEqual([]);
    expect(faultsOf(form(), elliptic)).toEqual([]);
  });

  it("says what is missing or wrong, field by field", () => {
    expect(faults({})).toEqual([]);
    expect(faults({ serverNames: " ", tellsAddress: false })).toEqual([["serverNames", "missing"]]);
    expect(faults({ serverNames: "a.example 10.0.0.7" })).toEqual([["serverNames", "address"]]);
    expect(faults({ serverNames: "a.example a_b..c" })).toEqual([["serverNames", "name"]]);
    expect(faults({ httpsPort: "0" })).toEqual([["httpsPort", "port"], ]);
    expect(faults({ httpsPort: "80" })).toEqual([["redirectPort", "same"]]);
    expect(faults({ httpsPort: "80", redirects: false })).toEqual([]);
    expect(faults({ redirectPort: "70000" })).toEqual([["redirectPort", "port"]]);
    expect(faults({ baseAddress: "" })).toEqual([["baseAddress", "missing"]]);
    expect(faults({ baseAddress: "https://a.example/path" })).toEqual([["baseAddress", "form"]]);
    expect(faults({ clients: "optional" })).toEqual([["authorities", "missing"]]);
    expect(faults({ clients: "optional", authorities: "ca.pem" })).toEqual([["authorities", "form"]]);
    expect(faults({ bodyMegabytes: "1.5", timeoutSeconds: "" })).toEqual([["bodyMegabytes", "number"], ["timeoutSeconds", "number"]]);
    expect(faults({ listenOn: "10.0.0.7 [::1] eth0" })).toEqual([["listenOn", "address"]]);
  });

  it("leaves out of the request what is so by default or stays as it is", () => {
    expect(speakerRequest(form({ tellsAddress: false }), icdr, false)).toEqual({ instance: "santedb", by: "nginx", address: "127.0.0.1", site: { serverNames: ["clinic-7.example.org"] } });
    expect(speakerRequest(form({ tellsAddress: false }), { ...icdr, host: "localhost" }, false)).not.toHaveProperty("address");
    expect(speakerRequest(form({ hides: false }), icdr, false)).toEqual({ instance: "santedb", by: "nginx", site: { serverNames: ["clinic-7.example.org"] }, baseAddress: "https://clinic-7.example.org:8443" });
  });

  it("asks for everything of a site that was set", () => {
    const all = form({
      port: 8080, serverNames: "A.example, b.example;a.example", httpsPort: " 9443 ", redirects: false, hsts: true, webSocket: true, http2: false, clients: "required", authorities: " /etc/ca.pem ",
      bodyMegabytes: "256", timeoutSeconds: "600", listenOn: "10.0.0.7 ::1", fhirBase: " https://a.example:9443 ",
    });
    expect(speakerRequest(all, icdr, true)).toEqual({
      instance: "santedb", by: "nginx", port: 8080, allowExpired: true, address: "127.0.0.1", baseAddress: "https://a.example:9443", fhirBase: "https://a.example:9443",
      site: {
        serverNames: ["a.example", "b.example"], port: 9443, redirectFrom: null, listenOn: ["10.0.0.7", "::1"], clientCertificates: { authorities: "/etc/ca.pem", required: true },
        hsts: true, webSocket: true, http2: false, bodyMegabytes: 256, timeoutSeconds: 600,
      },
    });
  });

  it("asks for nothing of a site with Mono", () => {
    expect(speakerRequest(form({ by: "mono", hsts: true, hostName: " a.example ", scope: "local", clientCertificates: true }), icdr, false))
      .toEqual({ instance: "santedb", by: "mono", address: "127.0.0.1", hostName: "a.example", clientCertificates: true });
    expect(speakerRequest(form({ by: "mono" }), icdr, false)).toEqual({ instance: "santedb", by: "mono" });
  });

  it("asks for what the contract takes, whatever was typed, once nothing is wrong", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("a.example", "*.b.example", "10.0.0.7", "::1", "443", "8443", "/etc/ca.pem", "64", "https://a.example"));
    const typed = fc.record({
      by: fc.constantFrom("nginx", "mono"), serverNames: text, httpsPort: text, redirects: fc.boolean(), redirectPort: text, hides: fc.boolean(), tellsAddress: fc.boolean(), baseAddress: fc.option(text),
      hsts: fc.boolean(), clients: fc.constantFrom("none", "optional", "required"), authorities: text, bodyMegabytes: text, timeoutSeconds: text, listenOn: text, hostName: text,
    });
    fc.assert(fc.property(typed, (part) => {
      const filled = form(part);
      if (faultsOf(filled, offered).length > 0) return;
      const request = { ...speakerRequest(filled, icdr, false), certificate: { thumbprint: offered.thumbprint } };
      expect(secureRequestSchema.safeParse(request).success).toBe(true);
    }), { numRuns: 400 });
  });

  it("shows again what was changed where it is folded away", () => {
    expect(changesFolded(form())).toBe(false);
    expect(changesFolded(form({ bodyMegabytes: "65" }))).toBe(true);
    expect(changesFolded(form({ by: "mono", hsts: true }))).toBe(false);
    expect(changesFolded(form({ by: "mono", clientCertificates: true }))).toBe(true);
  });

  it("knows whether other computers reach the instance past NGINX", () => {
    expect(["0.0.0.0", "hie.example.org", null, "127.0.0.1", "localhost", "[::1]"].map((host) => answersOthers({ ...icdr, host }))).toEqual([true, true, true, false, false, false]);
  });
});

describe("the saved commands of a Linux plan", () => {
  it("are a shell script that stops where one fails, in which no title can become a command", () => {
    const script = shellScript({
      planId: "p", title: "Secure; rm x", outcome: "planned", files: [], findings: [], certificate: null, verified: [],
      operations: [{ kind: "x", title: "Start\r\nreboot", commands: [["systemctl", "start", "it's"]], details: [], difference: null }],
    }, "note");
    expect(script.split("\n")).toEqual(["#!/bin/sh", "# Secure; rm x", "# note", "set -e", "", "# Start reboot", "systemctl start 'it'\\''s'", ""]);
  });
});

describe("an instance behind NGINX", () => {
  const site = { fileName: "x.conf", path: "/x.conf", enabled: true, serverNames: ["hie.example.org"], port: 8443, redirectFrom: 80, upstreams: ["http://127.0.0.1:8080"], certificatePath: "/c", certificate: offered, site: null, findings: [] };
  const now = new Date();

  it("answers where the site does, and counts as secured", () => {
    const front = frontOf(icdr, [site]);
    expect(front).toEqual({ address: "https://hie.example.org:8443", certificate: offered, fileName: "x.conf" });
    if (!front) return;
    const fronted = { ...icdr, front };
    expect(isSecured(fronted)).toBe(true);
    expect(summarise([fronted, dcdr], now)).toMatchObject({ total: 2, secured: 1 });
    expect(nextStep([fronted, dcdr], now)).toMatchObject({ kind: "secure", instance: { name: "default" } });
    expect(nextStep([fronted], now)).toBeNull();
  });

  it("is one only where the site is on and leads to its port of this computer", () => {
    expect(frontOf(icdr, [{ ...site, enabled: false }])).toBeNull();
    expect(frontOf(icdr, [{ ...site, upstreams: ["http://10.0.0.8:8080"] }])).toBeNull();
    expect(frontOf(dcdr, [site])).toBeNull();
    expect(frontOf({ ...icdr, scheme: "https" }, [site])).toBeNull();
  });
});
