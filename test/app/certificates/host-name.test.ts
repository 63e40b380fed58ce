import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalHost, coversHost, coversName, formatAddress, isDnsName } from "../../../app/certificates/host-name.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

describe("whether a certificate covers a host", () => {
  it.each<[string, string, boolean]>([
    ["clinic.example.org", "clinic.example.org", true],
    ["Clinic.Example.ORG", "clinic.example.org.", true],
    ["clinic.example.org", "www.clinic.example.org", false],
    ["*.example.org", "clinic.example.org", true],
    ["*.example.org", "CLINIC.example.org", true],
    ["*.example.org", "example.org", false],
    ["*.example.org", "a.b.example.org", false],
    ["c*.example.org", "clinic.example.org", false],
    ["*inic.example.org", "clinic.example.org", false],
    ["www.*.org", "www.example.org", false],
    ["*.org", "example.org", false],
    ["*", "localhost", false],
    ["xn--bcher-kva.example", "bücher.example", true],
    ["bücher.example", "xn--bcher-kva.example", true],
    ["*.bücher.example", "www.bücher.example", true],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.3", "10.1.2.4", false],
    ["*.1.2.3", "10.1.2.3", false],
    ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", true],
    ["::1", "[::1]", true],
    ["localhost", "localhost", true],
    ["clinic-7", "CLINIC-7", true],
    ["clinic.example.org", "", false],
    ["clinic.example.org", "clinic.example.org/path", false],
    ["clinic.example.org", "user@clinic.example.org", false],
    ["0.0.0.10", "10", false],
  ])("%s for %s: %s", (name, host, covered) => {
    expect(coversName([name], host)).toBe(covered);
  });

  it("any one name will do", () => {
    expect(coversName(["a.example", "10.0.0.1", "*.b.example"], "x.b.example")).toBe(true);
    expect(coversName([], "x.b.example")).toBe(false);
  });

  it("holds for no text that is no host, and never fails", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, host) => {
      if (canonicalHost(host) === null) expect(coversName([name], host)).toBe(false);
      else coversName([name], host);
    }), { numRuns: propertyRuns(300) });
  });
});

describe("where a host is looked for", () => {
  it.each<[readonly string[], readonly string[], string, boolean]>([
    [["clinic.example.org"], ["10.1.2.3"], "clinic.example.org", true],
    [["clinic.example.org"], ["10.1.2.3"], "10.1.2.3", true],
    [["10.1.2.3"], [], "10.1.2.3", false],
    [["2001:db8::1"], [], "[2001:db8::1]", false],
    [[], ["2001:db8::1"], "[2001:DB8::1]", true],
    [["*.2.3.4"], [], "1.2.3.4", false],
    [["clinic.example.org"], [], "", false],
  ])("among the DNS names %j and the addresses %j: %s, %s", (dnsNames, addresses, host, covered) => {
    expect(coversHost({ dnsNames, addresses }, host)).toBe(covered);
  });
});

describe("what can stand as a DNS name", () => {
  it.each(["clinic.example.org", "*.example.org", "localhost", "a_b.example.org", "_dmarc.example.org", "xn--bcher-kva.example", "A.EXAMPLE", `${"a".repeat(63)}.example`, "1a.2b.example"])("%s can", (name) => {
    expect(isDnsName(name)).toBe(true);
  });

  it.each([
    "", "*", "*.", "*.*.example.org", "f*o.example.org", "www.*.org", ".example.org", "example.org.", "a..b", "-a.example", "a-.example", "a b.example", "a/b", "a:9200", "it@example.org",
    "bücher.example", "10.1.2.3", "1.2.3", "a.123", "xn--a.example", `${"a".repeat(64)}.example`, `${"a.".repeat(130)}example`,
  ])("%j cannot", (name) => {
    expect(isDnsName(name)).toBe(false);
  });
});

describe("addresses", () => {
  it("are written the shortest way, and read back the same", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
      const text = formatAddress(octets);
      expect(text).not.toBeNull();
      expect(canonicalHost(text ?? "")).toBe(text);
    }), { numRuns: propertyRuns(300) });
    expect(formatAddress(new Uint8Array([10, 0, 0, 1]))).toBe("10.0.0.1");
    expect(formatAddress(new Uint8Array(5))).toBeNull();
  });
});
