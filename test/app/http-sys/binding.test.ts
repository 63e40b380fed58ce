import fc from "fast-check";
import { isIPv6 as nodeIsIPv6 } from "node:net";
import { describe, expect, it } from "vitest";
import { applicationName, isSanteDb, santeDbApplicationId } from "../../../app/http-sys/application.ts";
import { familyOf, isIPv6, parseEndpoint, parseGuid, sameBinding, type Binding } from "../../../app/http-sys/binding.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);

const binding: Binding = {
  endpoint: "0.0.0.0:9200", family: "ip", thumbprint: "A".repeat(40), applicationId: santeDbApplicationId, application: "SanteDB", store: "MY", flags: {},
};

describe("an endpoint", () => {
  it("is an address, a name or a bare port", () => {
    expect(parseEndpoint("0.0.0.0:9200")).toEqual({ family: "ip", host: "0.0.0.0", port: 9200 });
    expect(parseEndpoint("[::]:9200")).toEqual({ family: "ip", host: "::", port: 9200 });
    expect(parseEndpoint("[FE80::1]:443")).toEqual({ family: "ip", host: "fe80::1", port: 443 });
    expect(parseEndpoint("Clinic-7.example.org:443")).toEqual({ family: "sni", host: "clinic-7.example.org", port: 443 });
    expect(parseEndpoint("443")).toEqual({ family: "ccs", host: "", port: 443 });
  });

  it("is nothing else", () => {
    for (const text of ["", ":443", "0.0.0.0", "0.0.0.0:0", "0.0.0.0:65536", "256.1.1.1:443", "1.2.3:443", "[::g]:443", "::1:443", "a b:443", "name:", "name:443x", "[0.0.0.0]:443", "-1", "0"]) {
      expect(parseEndpoint(text), text).toBeNull();
      expect(familyOf(text), text).toBeNull();
    }
  });

  it("has an IPv6 address exactly where the platform's own parser sees one", () => {
    const group = fc.oneof(fc.constantFrom("", "0", "::", "1.2.3.4", "1.2.3.256", "g", ":"), fc.integer({ min: 0, max: 0x1ffff }).map((value) => value.toString(16)));
    fc.assert(fc.property(fc.array(group, { maxLength: 10 }).map((groups) => groups.join(":")), (text) => {
      expect(isIPv6(text)).toBe(nodeIsIPv6(text));
    }), { numRuns: runs * 3 });
    fc.assert(fc.property(fc.ipV6(), (text) => { expect(isIPv6(text)).toBe(true); }), { numRuns: runs });
  });
});

describe("two records", () => {
  it("are the same when only spelling and written-out defaults differ", () => {
    expect(sameBinding(binding, {
      ...binding, thumbprint: "a".repeat(40), applicationId: santeDbApplicationId.toLowerCase(), application: null, store: "My",
      flags: { usagecheck: true, verifyclientcertrevocation: true, reject: false, revocationfreshnesstime: 0, sslctlstorename: "" },
    })).toBe(true);
  });

  it("differ by a setting that matters", () => {
    for (const flags of [{ usagecheck: false }, { clientcertnegotiation: true }, { revocationfreshnesstime: 5 }, { sslctlstorename: "ClientAuthIssuer" }]) {
      expect(sameBinding(binding, { ...binding, flags }), JSON.stringify(flags)).toBe(false);
    }
    expect(sameBinding(binding, { ...binding, thumbprint: null })).toBe(false);
    expect(sameBinding(binding, { ...binding, store: "CA" })).toBe(false);
    expect(sameBinding(binding, { ...binding, endpoint: "[::]:9200" })).toBe(false);
  });
});

describe("an applicationId", () => {
  it("is read with or without braces, and names its owner", () => {
    expect(parseGuid("a97fb5de-7627-401c-8e70-5b96c1a0073b")).toBe(santeDbApplicationId);
    expect(parseGuid("{A97FB5DE-7627-401C-8E70-5B96C1A0073}")).toBeNull();
    expect(applicationName(santeDbApplicationId.toLowerCase())).toBe("SanteDB");
    expect(applicationName("{4dc3e181-e14b-4a21-b022-59fc669b0914}")).toBe("IIS");
    expect(applicationName("{00000000-0000-0000-0000-000000000000}")).toBeNull();
    expect(isSanteDb("{1b0374ea-a3a3-46a5-97da-9e04ae517694}")).toBe(true);
    expect(isSanteDb("{4dc3e181-e14b-4a21-b022-59fc669b0914}")).toBe(false);
  });
});
