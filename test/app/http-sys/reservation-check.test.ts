import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkReservations, type ConfiguredEndpoint } from "../../../app/http-sys/reservation-check.ts";
import { reservationFor, type Reservation } from "../../../app/http-sys/reservation.ts";
import { accountsOf } from "../../../app/http-sys/sddl.ts";

const network = "S-1-5-20";
const endpoint = (prefix: string, part: Partial<ConfiguredEndpoint> = {}): ConfiguredEndpoint => ({ instance: "default", address: prefix.replace("+", "0.0.0.0"), prefix, account: "NT AUTHORITY\\NetworkService", accountSid: network, ...part });
const reserved = (url: string, sddl = "D:(A;;GX;;;NS)"): Reservation => ({ url, sddl, accounts: accountsOf(sddl) });
const states = (endpoints: readonly ConfiguredEndpoint[], reservations: readonly Reservation[]) => {
  const { endpoints: checked, reservations: listed } = checkReservations(endpoints, reservations);
  return { endpoints: checked.map(({ state }) => state), reservations: listed.map(({ state }) => state) };
};

describe("a configured address", () => {
  it("is reserved by the longest prefix of its scheme, kind of host and port", () => {
    expect(states([endpoint("https://+:9200/ami/")], [reserved("https://+:9200/")])).toEqual({ endpoints: ["reserved"], reservations: ["used"] });
    expect(states([endpoint("https://+:9200/ami/")], [reserved("https://+:9200/"), reserved("https://+:9200/ami/", "D:(A;;GX;;;LS)")])).toEqual({ endpoints: ["other-account"], reservations: ["left-over", "used"] });
    expect(states([endpoint("https://10.1.2.3:9200/")], [reserved("https://10.1.2.3:9200/")]).endpoints).toEqual(["reserved"]);
  });

  it("is missing where the port, the path or the kind of host differs", () => {
    for (const url of ["https://+:9201/", "https://+:9200/hdsi/", "https://*:9200/", "https://10.1.2.3:9200/"]) expect(states([endpoint("https://+:9200/ami/")], [reserved(url)]).endpoints, url).toEqual(["missing"]);
  });

  it("is not helped by the other scheme, and that is said with the mend", () => {
    const { endpoints: [checked], reservations } = checkReservations([endpoint("https://+:9200/ami/")], [reserved("http://+:9200/")]);
    expect(checked).toMatchObject({ state: "wrong-scheme", reservation: null, hint: '`lockstep reservation add https://+:9200/ --account "NT AUTHORITY\\NetworkService"`. The service is refused with Windows error 5 until then.' });
    expect(reservations).toEqual([{ url: "http://+:9200/", state: "left-over", message: "default listens on port 9200, but on no address that this covers." }]);
  });

  it("needs none for LocalSystem, and is let in by everyone's", () => {
    expect(states([endpoint("https://+:9200/", { accountSid: "S-1-5-18", account: "LocalSystem" })], []).endpoints).toEqual(["not-needed"]);
    expect(states([endpoint("https://+:9200/")], [reserved("https://+:9200/", "D:(A;;GX;;;WD)")]).endpoints).toEqual(["reserved"]);
    expect(states([endpoint("https://+:9200/")], [reserved("https://+:9200/", "D:(A;;GW;;;NS)")]).endpoints).toEqual(["other-account"]);
    expect(states([endpoint("https://+:9200/", { accountSid: null, account: "CLINIC\\gone" })], [reserved("https://+:9200/")]).endpoints).toEqual(["other-account"]);
  });

  it("is shadowed by a reservation whose host is stronger", () => {
    expect(states([endpoint("https://clinic-7:9200/ami/")], [reserved("https://clinic-7:9200/"), reserved("https://+:9200/")])).toEqual({ endpoints: ["shadowed"], reservations: ["used", "shadowing"] });
    expect(states([endpoint("https://*:9200/")], [reserved("https://*:9200/"), reserved("https://clinic-7:9200/")]).endpoints).toEqual(["shadowed"]);
    expect(states([endpoint("https://+:9200/")], [reserved("https://+:9200/"), reserved("https://*:9200/")]).endpoints).toEqual(["reserved"]);
  });
});

describe("a reservation", () => {
  it("is slashless, left over, or none of SanteDB's business", () => {
    expect(states([endpoint("https://+:9200/", { accountSid: "S-1-5-80-1-2-3-4-5" })], [
      reserved("https://+:9200", "D:(A;;GX;;;NS)"), reserved("http://+:80/Temporary_Listen_Addresses/", "D:(A;;GX;;;WD)"), reserved("https://+:9300/", "D:(A;;GX;;;S-1-5-80-1-2-3-4-5)"), reserved("https://+:443/sra_{BA195980}/"), reserved("nonsense/"),
    ]).reservations).toEqual(["slashless", "other", "left-over", "other", "other"]);
  });
});

describe("the check of many", () => {
  it("finds the reservation that is found one by one", () => {
    const host = fc.constantFrom("+", "*", "clinic-7", "10.1.2.3");
    const url = fc.tuple(fc.constantFrom("http", "https"), host, fc.integer({ min: 9200, max: 9203 }), fc.constantFrom("", "ami/", "ami/v2/", "hdsi/")).map(([scheme, name, port, path]) => `${scheme}://${name}:${port}/${path}`);
    fc.assert(fc.property(fc.uniqueArray(url, { maxLength: 30 }), fc.array(url, { maxLength: 30 }), (urls, prefixes) => {
      const reservations = urls.map((each) => reserved(each));
      const { endpoints } = checkReservations(prefixes.map((prefix) => endpoint(prefix)), reservations);
      expect(endpoints.map(({ reservation }) => reservation)).toEqual(prefixes.map((prefix) => reservationFor(prefix, reservations)?.url ?? null));
    }));
  });
});
