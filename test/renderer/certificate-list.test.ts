// The list of certificates: how it is searched, filtered, sorted and counted, and what a pasted number is taken for.
import { describe, expect, it } from "vitest";
import { entriesOf, findEntries, firstSort, missingIssuer, nameOf, noFilter, sortEntries, type Column, type Filter, type StoredCertificate } from "../../renderer/pages/certificate/certificate-list.ts";
import { readPasted } from "../../renderer/pages/certificate/pasted-number.ts";

const now = new Date("2026-11-22T12:00:00Z");

function stored(name: string, part: Partial<StoredCertificate> = {}): StoredCertificate {
  const digit = name.charCodeAt(0).toString(16).toUpperCase();
  return {
    subject: `CN=${name}, O=Health`, issuer: "CN=Example TLS CA 2, O=Example Trust Services", serialNumber: `00${digit.repeat(15)}`,
    thumbprint: digit.repeat(20), sha256: digit.repeat(32), notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-05-19T12:00:00Z",
    names: [name], keyType: "rsa:2048", role: "leaf", hasPrivateKey: true, store: "My", ...part,
  };
}

const clinic = stored("clinic-10.example.org");
const ward = stored("ward-9.example.org", { notAfter: "2026-12-02T12:00:00Z", keyType: "ec:p256", names: ["ward-9.example.org", "10.0.0.9"] });
const lab = stored("lab.example.org", { notAfter: "2026-11-10T12:00:00Z", hasPrivateKey: false });
const authority = stored("Example TLS CA 2", { store: "CA", role: "intermediate", issuer: "CN=Example Root R1", hasPrivateKey: false, names: [], notAfter: "2026-11-30T12:00:00Z" });
const entries = entriesOf([clinic, ward, lab, authority], now);
const namesOf = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);
const find = (part: Partial<Filter>) => findEntries(entries, { ...noFilter, ...part }, readPasted(part.text ?? "", entries).number);

describe("a certificate in the list", () => {
  it("goes by its common name, else its first name, its subject, its thumbprint", () => {
    expect(nameOf(clinic)).toBe("clinic-10.example.org");
    expect(nameOf({ ...clinic, subject: "O=Health" })).toBe("clinic-10.example.org");
    expect(nameOf({ ...clinic, subject: "O=Health", names: [] })).toBe("O=Health");
    expect(nameOf({ ...clinic, subject: "", names: [] })).toBe(clinic.thumbprint);
  });
});

describe("the search", () => {
  it("finds words in any order and case, in subject, names, issuer and numbers", () => {
    expect(namesOf(find({ text: "EXAMPLE clinic" }).entries)).toEqual(["clinic-10.example.org"]);
    expect(namesOf(find({ text: "10.0.0.9" }).entries)).toEqual(["ward-9.example.org"]);
    expect(namesOf(find({ text: "root r1" }).entries)).toEqual(["Example TLS CA 2"]);
    expect(find({ text: "nothing" }).entries).toEqual([]);
    expect(find({ text: "   " }).entries).toHaveLength(4);
  });

  it("passes over characters that cannot be seen", () => expect(namesOf(find({ text: "\u200eclinic\u200b" }).entries)).toEqual(["clinic-10.example.org"]));

  it("takes the groups of a number together, not as words", () => {
    const grouped = ward.thumbprint.slice(0, 12).replace(/(..)(?=.)/g, "$1 ");
    expect(namesOf(find({ text: grouped }).entries)).toEqual(["ward-9.example.org"]);
    expect(find({ text: "77 63 77 63 77 63" }).entries).toEqual([]);
  });

  it("finds a name that could be a number by its letters as well", () => {
    const cafe = entriesOf([stored("ca-fe-ba-be-01.example.org")], now);
    expect(namesOf(findEntries(cafe, { ...noFilter, text: "ca-fe-ba-be" }, readPasted("ca-fe-ba-be", cafe).number).entries)).toEqual(["ca-fe-ba-be-01.example.org"]);
  });
});

describe("the filters", () => {
  it("count what each choice would show, all else as it is", () => {
    expect(find({})).toMatchObject({ inAnyStore: 4, inStore: { My: 3, CA: 1, Root: 0 }, ending: { soon: 2, ended: 1 } });
    expect(find({ store: "My" })).toMatchObject({ inAnyStore: 4, inStore: { My: 3, CA: 1, Root: 0 }, ending: { soon: 1, ended: 1 } });
    expect(find({ ending: "soon" })).toMatchObject({ inAnyStore: 2, inStore: { My: 1, CA: 1, Root: 0 }, ending: { soon: 2, ended: 1 } });
    expect(find({ text: "ward" })).toMatchObject({ inAnyStore: 1, inStore: { My: 1, CA: 0, Root: 0 }, ending: { soon: 1, ended: 0 } });
  });

  it("work together", () => expect(namesOf(find({ store: "CA", ending: "soon" }).entries)).toEqual(["Example TLS CA 2"]));
});

describe("the order", () => {
  const sorted = (column: Column, descending = false) => namesOf(sortEntries(entries, { column, descending }, "en-GB"));

  it("is by store at first, and what ends first on top", () => {
    expect(namesOf(sortEntries(entries, firstSort, "en-GB"))).toEqual(["lab.example.org", "ward-9.example.org", "clinic-10.example.org", "Example TLS CA 2"]);
  });

  it("is by any column, and what is alike stands by its end", () => {
    expect(sorted("name")).toEqual(["clinic-10.example.org", "Example TLS CA 2", "lab.example.org", "ward-9.example.org"]);
    expect(sorted("end")).toEqual(["lab.example.org", "Example TLS CA 2", "ward-9.example.org", "clinic-10.example.org"]);
    expect(sorted("key")).toEqual(["ward-9.example.org", "lab.example.org", "Example TLS CA 2", "clinic-10.example.org"]);
    expect(sorted("privateKey")).toEqual(["ward-9.example.org", "clinic-10.example.org", "lab.example.org", "Example TLS CA 2"]);
    expect(sorted("store", true)).toEqual(["Example TLS CA 2", "lab.example.org", "ward-9.example.org", "clinic-10.example.org"]);
  });

  it("compares numbers in names as numbers", () => {
    const numbered = entriesOf([stored("site-10"), stored("site-9"), stored("site-100")], now);
    expect(namesOf(sortEntries(numbered, { column: "name", descending: false }, "en-GB"))).toEqual(["site-9", "site-10", "site-100"]);
  });
});

describe("a pasted number", () => {
  it("that is a thumbprint is freed of what cannot be seen, and that is told", () => {
    const pasted = readPasted(`\u200e${ward.thumbprint.toLowerCase().replace(/(..)(?=.)/g, "$1 ")}`, entries);
    expect(pasted).toMatchObject({ hidden: ["U+200E LEFT-TO-RIGHT MARK"], number: ward.thumbprint, is: "thumbprint", entry: { name: "ward-9.example.org" } });
  });

  it("that is a serial number of the list is named as one, with or without its leading zeros", () => {
    expect(readPasted(ward.serialNumber, entries)).toMatchObject({ is: "serial", entry: { name: "ward-9.example.org" } });
    expect(readPasted(ward.serialNumber.replace(/^0+/, "").toLowerCase(), entries)).toMatchObject({ is: "serial", number: ward.serialNumber, entry: { name: "ward-9.example.org" } });
  });

  it("of 40 digits may be a serial number too: the list decides", () => {
    const long = stored("long", { serialNumber: "7A".repeat(20) });
    expect(readPasted("7a".repeat(20), entriesOf([long], now))).toMatchObject({ is: "serial" });
    expect(readPasted("7b".repeat(20), entriesOf([long], now))).toMatchObject({ is: "thumbprint", entry: null });
  });

  it("that is a SHA-256 fingerprint is named as one", () => expect(readPasted(clinic.sha256.replace(/(..)(?=.)/g, "$1:"), entries)).toMatchObject({ is: "sha256", entry: { name: "clinic-10.example.org" } }));

  it("that lost or doubled a digit is told by its length", () => {
    expect(readPasted(ward.thumbprint.slice(1), entries)).toMatchObject({ is: "length", number: ward.thumbprint.slice(1) });
    expect(readPasted(`${ward.thumbprint}7`, entries)).toMatchObject({ is: "length" });
  });

  it("of another kind is told for what it is", () => {
    expect(readPasted("{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", entries)).toMatchObject({ is: "other", number: null, problem: expect.stringContaining("GUID") as string });
    expect(readPasted(`${ward.thumbprint.slice(0, 39)}\u0410`, entries)).toMatchObject({ is: "other", problem: expect.stringContaining("Cyrillic") as string });
    expect(readPasted("AB".repeat(32), entries)).toMatchObject({ is: "other", problem: expect.stringContaining("SHA-256") as string });
  });

  it("is found in what netsh prints around it", () => {
    expect(readPasted(`Certificate Hash             : ${clinic.thumbprint.toLowerCase()}\r\n    Application ID`, entries)).toMatchObject({ is: "thumbprint", entry: { name: "clinic-10.example.org" } });
  });

  it("may be a part of one", () => expect(readPasted("77 77 77 77", entries)).toMatchObject({ is: "part", number: "77777777" }));

  it("is none where it is words", () => {
    expect(readPasted("ward example", entries)).toMatchObject({ is: "words", number: null, hidden: [] });
    expect(readPasted("cafe", entries)).toMatchObject({ is: "words", number: null });
  });
});

describe("a chain", () => {
  it("is whole where it ends in a certificate that issued itself", () => {
    const root = stored("Example Root R1", { subject: "CN=Example Root R1", issuer: "CN=Example Root R1", role: "root" });
    expect(missingIssuer([clinic, authority, root])).toBeNull();
    expect(missingIssuer([stored("self", { issuer: "CN=self, O=Health" })])).toBeNull();
  });

  it("names the issuer that it breaks off at", () => {
    expect(missingIssuer([clinic])).toBe("CN=Example TLS CA 2, O=Example Trust Services");
    expect(missingIssuer([clinic, authority])).toBe("CN=Example Root R1");
  });
});
