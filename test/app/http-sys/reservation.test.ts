import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePrefix } from "../../../app/http-sys/prefix.ts";
import { reservationFor, type Reservation } from "../../../app/http-sys/reservation.ts";
import { accountsOf, formatSddl, mergeAccounts, parseSddl, sameAccounts } from "../../../app/http-sys/sddl.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);
const reserve = (url: string): Reservation => ({ url, sddl: "D:(A;;GX;;;NS)", accounts: accountsOf("D:(A;;GX;;;NS)") });

describe("a security descriptor", () => {
  it("gives accounts by SID, with what they may do", () => {
    expect(parseSddl("D:(A;;GX;;;NS)(A;;GA;;;S-1-5-21-1-2-3-1001)(A;;GW;;;bu)")).toEqual([
      { name: "NT AUTHORITY\\NETWORK SERVICE", sid: "S-1-5-20", rights: ["listen"] },
      { name: "S-1-5-21-1-2-3-1001", sid: "S-1-5-21-1-2-3-1001", rights: ["listen", "delegate"] },
      { name: "BUILTIN\\Users", sid: "S-1-5-32-545", rights: ["delegate"] },
    ]);
    expect(parseSddl("D:(A;;0x20000000;;;WD)")?.[0]?.rights).toEqual(["listen"]);
  });

  it("of another form is refused whole rather than read in part", () => {
    for (const text of ["", "D:", "GX", "D:(D;;GX;;;NS)", "D:(A;;GX;;;NS)(A;;GX", "D:(A;;XY;;;NS)", "D:(A;;GX;;;Network Service)", "D:(A;;GX;;;NS)x", `D:${"(A;;GX;;;S-1-5-21-1-2-3-4)".repeat(400)}`]) {
      expect(parseSddl(text), text.slice(0, 40)).toBeNull();
      expect(accountsOf(text)).toEqual([]);
    }
  });

  it("is the same in any order and spelling", () => {
    expect(sameAccounts("D:(A;;GX;;;BU)(A;;GX;;;LS)", "D:(A;;GX;;;S-1-5-19)(A;;0x20000000;;;S-1-5-32-545)")).toBe(true);
    expect(sameAccounts("D:(A;;GX;;;BU)", "D:(A;;GA;;;BU)")).toBe(false);
    expect(sameAccounts("D:(A;;GX;;;BU)", "D:(A;;GX;;;BU)(A;;GX;;;LS)")).toBe(false);
  });

  it("takes one more account, and keeps what the others may", () => {
    expect(mergeAccounts("D:(A;;GA;;;BU)", "NS")).toBe("D:(A;;GA;;;BU)(A;;GX;;;NS)");
    expect(mergeAccounts("D:(A;;GW;;;NS)", "S-1-5-20")).toBe("D:(A;;GA;;;NS)");
    expect(() => mergeAccounts("nonsense", "NS")).toThrow(expect.objectContaining({ code: "input-invalid" }));
  });

  it("survives writing and reading", () => {
    const account = fc.record({
      trustee: fc.oneof(fc.constantFrom("NS", "LS", "BU", "WD", "SY"), fc.integer({ min: 1000, max: 9999 }).map((id) => `S-1-5-21-1-2-3-${id}`)),
      rights: fc.constantFrom(["listen"] as const, ["delegate"] as const, ["listen", "delegate"] as const),
    });
    fc.assert(fc.property(fc.uniqueArray(account, { selector: ({ trustee }) => trustee, minLength: 1, maxLength: 8 }), (accounts) => {
      const sddl = formatSddl(accounts);
      expect(parseSddl(sddl)?.map(({ rights }) => rights)).toEqual(accounts.map(({ rights }) => [...rights]));
      expect(sameAccounts(sddl, formatSddl([...accounts].reverse()))).toBe(true);
    }), { numRuns: runs });
  });

  it("never costs more than its length", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("D:", "(A", ";", "GX", "S-1-5", "-", "1", ")", " "), maxLength: 2000 }), (text) => {
      const accounts = parseSddl(text);
      expect(accounts === null || accounts.length > 0).toBe(true);
    }), { numRuns: runs });
  });
});

describe("a URL prefix", () => {
  it("has a scheme, a host, a port and a closing slash, or Windows refuses it with 87", () => {
    expect(parsePrefix("HTTPS://+:9200/AMI/")).toEqual({ scheme: "https", hostKind: "strong", host: "+", port: 9200, path: "/ami/" });
    expect(parsePrefix("http://[::1]:80/")).toMatchObject({ hostKind: "address", host: "[::1]" });
    for (const url of ["http://+:9200", "http://+/", "http://:80/", "+:80/", "https://+:0/", "https://+:99999/", "http://+:80/a", "http://+:80/?a/", "ftp://+:80/"]) expect(parsePrefix(url), url).toBeNull();
  });
});

describe("the reservation for a prefix", () => {
  it("has the same scheme: the one for http does not help https", () => {
    expect(reservationFor("https://+:9200/ami/", [reserve("http://+:9200/")])).toBeNull();
    expect(reservationFor("https://+:9200/ami/", [reserve("http://+:9200/"), reserve("https://+:9200/")])?.url).toBe("https://+:9200/");
  });

  it("has the same kind of host: strong, name, address and weak are kept apart", () => {
    const all = ["http://+:80/", "http://*:80/", "http://name:80/", "http://10.0.0.1:80/"].map(reserve);
    for (const { url } of all) expect(reservationFor(url, all)?.url).toBe(url);
    expect(reservationFor("http://other:80/", all)).toBeNull();
  });

  it("is the longest whose path the prefix lies under", () => {
    const all = ["http://+:80/", "http://+:80/a/", "http://+:80/a/b/", "http://+:81/a/b/c/"].map(reserve);
    expect(reservationFor("http://+:80/A/b/c/", all)?.url).toBe("http://+:80/a/b/");
    expect(reservationFor("http://+:80/ab/", all)?.url).toBe("http://+:80/");
    expect(reservationFor("nonsense", all)).toBeNull();
  });
});
