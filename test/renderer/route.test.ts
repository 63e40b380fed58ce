// The addresses of the pages.
import { describe, expect, it } from "vitest";
import { addressOf, parseRoute, type Route } from "../../renderer/shell/route.ts";

const thumbprint = "A909502DD82AE41433E6F83886B00D4277A32A7B";

const fingerprint = "0B2D".repeat(16);

describe("the address of a page", () => {
  it.each<Route>([
    { page: "overview" }, { page: "secure", instance: null }, { page: "secure", instance: "a/b c" }, { page: "instances" },
    { page: "instance", service: "sdb-www-default" }, { page: "instance", service: "file" }, { page: "file", path: "C:\\Program Files\\100%\\santedb.config" }, { page: "file", path: "/opt/santedb/santedb.config.xml" }, { page: "certificates" },
    { page: "bindings" }, { page: "binding", endpoint: "[::]:9200" }, { page: "binding", endpoint: "*.example.org:443" }, { page: "answers", target: null }, { page: "answers", target: "[::1]:9200" },
    { page: "reservations" }, { page: "listen-list" }, { page: "transcript" }, { page: "replace", thumbprint: null }, { page: "replace", thumbprint },
    { page: "proxy" }, { page: "site", fileName: "icdr-clinic.example.org.conf" }, { page: "publish", fileName: null }, { page: "publish", fileName: "a/b.conf" }, { page: "lint" },
    { page: "certificate", store: "My", thumbprint }, { page: "certificate", store: "Root", thumbprint }, { page: "import" }, { page: "request" },
    { page: "key-users" }, { page: "key-user", fingerprint }, { page: "rotate-key", fingerprint }, { page: "make-key", replaces: null }, { page: "make-key", replaces: fingerprint },
    { page: "add-key", replaces: null }, { page: "add-key", replaces: fingerprint }, { page: "signature", part: "make" }, { page: "signature", part: "check" }, { page: "signature", part: "listen" },
    { page: "complete", id: null }, { page: "complete", id: "20261122-081011-9f3a" }, { page: "convert" }, { page: "history" }, { page: "record", id: "20261122-081011-9f3a" },
  ])("leads to it: $page", (route) => expect(parseRoute(addressOf(route))).toEqual(route));

  it.each([
    "#/nowhere", "#/certificates/My", `#/certificates/Disk/${thumbprint}`, `#/certificates/My/${thumbprint.slice(1)}`, `#/certificates/My/${thumbprint.toLowerCase()}`,
    `#/certificates/My/${thumbprint}/more`, "#/import/file", "#/bindings/record", "#/bindings/record/", "#/bindings/other", "#/bindings/reservations/a", "#/proxy/site", "#/proxy/site/", "#/proxy/check/a", "#/proxy/publish/", "#/proxy/other", "#/replace/80A6", "#/key-users/80A6", `#/key-users/${fingerprint}/more`, "#/key-users/make/80A6", `#/key-users/make/${fingerprint}/a`, "#/signature/other", "#/signature/check/a", "#/instances/other/a", "#/instances/file/", "#/instances/file/%E0%A4%A", "#/instances/file/a/b", "#/history/a/b", "#/%E0%A4%A", "#/certificates/%E0%A4%A/b",
  ])("of no page is unknown: %s", (address) => expect(parseRoute(address)).toEqual({ page: "unknown" }));

  it("may be empty, or lack its first stroke", () => {
    expect(parseRoute("")).toEqual({ page: "overview" });
    expect(parseRoute("#certificates")).toEqual({ page: "certificates" });
  });
});
