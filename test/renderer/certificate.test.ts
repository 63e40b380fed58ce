// How the window tells of certificates: days left, names.
import { describe, expect, it } from "vitest";
import { commonName, daysLeft } from "../../renderer/pages/certificate/days-left.ts";

const now = new Date("2026-11-22T12:00:00Z");
const left = (notAfter: string, notBefore = "2026-01-01T00:00:00Z") => daysLeft({ notBefore, notAfter }, now);

describe("days left", () => {
  it("are whole days until the end", () => expect(left("2027-05-19T12:00:00Z")).toEqual({ standing: "good", days: 178 }));
  it("of 30 and fewer are said to be few", () => {
    expect(left("2026-12-23T11:59:59Z")).toEqual({ standing: "soon", days: 30 });
    expect(left("2026-12-23T12:00:00Z")).toEqual({ standing: "good", days: 31 });
  });
  it("are none on the last day, which still counts to its last second", () => {
    expect(left("2026-11-22T23:59:59Z")).toEqual({ standing: "soon", days: 0 });
    expect(left("2026-11-22T12:00:00Z")).toEqual({ standing: "soon", days: 0 });
  });
  it("count onwards from the end", () => {
    expect(left("2026-11-22T11:59:59Z")).toEqual({ standing: "ended", days: 0 });
    expect(left("2026-11-10T12:00:00Z")).toEqual({ standing: "ended", days: 12 });
  });
  it("have not begun before the certificate has", () => expect(left("2028-01-01T00:00:00Z", "2026-11-23T13:00:00Z")).toEqual({ standing: "not-yet", days: 2 }));
});

describe("the common name", () => {
  it("is found wherever it stands", () => {
    expect(commonName("CN=clinic-7.example.org, O=Health, C=KE")).toBe("clinic-7.example.org");
    expect(commonName("C=KE, O=Health, CN=clinic-7.example.org")).toBe("clinic-7.example.org");
    expect(commonName("O=Health,CN=a")).toBe("a");
  });
  it("may hold an escaped comma", () => expect(commonName("CN=Health\\, Nairobi, C=KE")).toBe("Health, Nairobi"));
  it("is the whole subject where there is none", () => expect(commonName("O=Health, C=KE")).toBe("O=Health, C=KE"));
});
