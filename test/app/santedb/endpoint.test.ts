import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLoopback, parseAddress, reservationUrl, urlPrefix, type HttpAddress } from "../../../app/santedb/endpoint.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);

function httpOf(address: string): HttpAddress {
  const parsed = parseAddress(address);
  if (parsed.kind !== "http") throw new Error(`${address} is ${parsed.kind}`);
  return parsed;
}

describe("an endpoint's address", () => {
  it.each([
    ["http://0.0.0.0:9200/ami", { scheme: "http", host: "0.0.0.0", port: 9200, portWritten: true, path: "/ami" }],
    ["https://0.0.0.0:9200", { scheme: "https", host: "0.0.0.0", port: 9200, portWritten: true, path: "/" }],
    ["http://clinic/", { scheme: "http", host: "clinic", port: 80, portWritten: false, path: "/" }],
    ["HTTPS://Clinic.Example.org/ami/", { scheme: "https", host: "Clinic.Example.org", port: 443, portWritten: false, path: "/ami/" }],
    ["http://[::1]:8080/a/b", { scheme: "http", host: "[::1]", port: 8080, portWritten: true, path: "/a/b" }],
    [" http://klinik-zürich:1/ ", { scheme: "http", host: "klinik-zürich", port: 1, portWritten: true, path: "/" }],
  ])("%j is one of HTTP", (address, parts) => expect(parseAddress(address)).toEqual({ kind: "http", ...parts }));

  it.each(["llp://127.0.0.1:12100", "sllp://0.0.0.0:2100", "net.tcp://h:1/"])("%s is none of HTTP.sys's business", (address) => {
    expect(parseAddress(address)).toEqual({ kind: "other", scheme: address.split(":")[0] });
  });

  it.each([
    "", "ami", "/ami", "0.0.0.0:9200/ami", "http:", "http://", "http:///ami", "http://+:9200/", "http://*:9200/", "http://h:0/", "http://h:65536/",
    "http://h:/", "http://h:abc/", "http://user@h/", "http://h/?q", "http://h/#f", "http://h h/", "http://256.1.1.1/", "http://1.2.3/", "http://[::1/",
    "http://h/a b", "http:\\\\h\\a", "http://-h/", `http://h/${"a".repeat(2048)}`,
  ])("%j is refused", (address) => expect(parseAddress(address)).toEqual({ kind: "invalid" }));

  it("is none where the host ends in a number and is no IPv4 address", () => {
    for (const host of ["A.0", "clinic.7", "1.2.3", "1.2.3.256", "a.0x1f", "0x7f000001"]) expect(parseAddress(`http://${host}:9200/`).kind, host).toBe("invalid");
    for (const host of ["127.0.0.1", "clinic7", "7.clinic", "0xclinic"]) expect(parseAddress(`http://${host}:9200/`).kind, host).toBe("http");
  });

  it("never stops at any text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((text) => `http://${text}`), fc.webUrl()), (text) => {
      const parsed = parseAddress(text);
      if (parsed.kind === "http") {
        // What is taken for an address must be one for the URL standard too, and mean the same port.
        const url = new URL(text);
        expect(Number(url.port === "" ? (parsed.scheme === "https" ? 443 : 80) : url.port)).toBe(parsed.port);
      }
    }), { numRuns: runs });
  });
});

describe("its HTTP.sys prefix", () => {
  it("names all addresses with a plus, and ends with a slash", () => {
    expect(urlPrefix(httpOf("https://0.0.0.0:9200/ami"))).toBe("https://+:9200/ami/");
    expect(urlPrefix(httpOf("http://0.0.0.0:9200"))).toBe("http://+:9200/");
  });

  it("names any other host as it is, and always the port", () => {
    expect(urlPrefix(httpOf("https://127.0.0.1/hdsi/"))).toBe("https://127.0.0.1:443/hdsi/");
    expect(urlPrefix(httpOf("http://[::1]:1/"))).toBe("http://[::1]:1/");
    expect(urlPrefix(httpOf("http://Clinic:80/"))).toBe("http://clinic:80/");
  });

  it("is reserved for all paths of a host and port", () => {
    expect(reservationUrl("https", "0.0.0.0", 9200)).toBe("https://+:9200/");
    expect(reservationUrl("http", "127.0.0.1", 80)).toBe("http://127.0.0.1:80/");
  });
});

describe("its host", () => {
  it.each(["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST", "[::1]", "[0:0:0:0:0:0:0:1]"])("%s answers this machine only", (host) => expect(isLoopback(host)).toBe(true));
  it.each(["0.0.0.0", "[::]", "10.127.0.1", "localhost.example.org", "[fe80::1]", "1270.0.0.1"])("%s may answer others", (host) => expect(isLoopback(host)).toBe(false));
});
