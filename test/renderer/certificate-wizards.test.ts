// What the certificate wizards make of what a person gives them: files, names, formats.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inspection } from "../../app/certificates/certificate.ts";
import { convertRequestSchema, keyTypes, signingRequestSchema } from "../../app/contract.ts";
import { initialForm as initialConversion, convertRequest, formats, protectionOf, protectionsFor, writesKey } from "../../renderer/pages/convert/convert-form.ts";
import { importsOf, judge } from "../../renderer/pages/import/import-form.ts";
import { faultText, nameNote, takeNames } from "../../renderer/pages/request/name-list.ts";
import { faultOf, initialForm, offeredKeyTypes, requestFileName, signingRequest } from "../../renderer/pages/request/request-form.ts";
import { namesIn, namesLimit, requestedName } from "../../renderer/pages/request/requested-name.ts";
import { en } from "../../renderer/messages/en.ts";
import { createSay } from "../../renderer/messages/message.ts";
import { finding, intermediate, offered, root } from "./practice-host.ts";

const say = createSay("en-GB", en);

describe("a name for a request", () => {
  it.each([
    ["clinic.example.org", "dns", "clinic.example.org"],
    [" Clinic.Example.ORG. ", "dns", "clinic.example.org"],
    ["clinic-7", "dns", "clinic-7"],
    ["klinik-münchen.de", "dns", "xn--klinik-mnchen-3ob.de"],
    ["*.clinic.example.org", "wildcard", "*.clinic.example.org"],
    ["10.0.0.7", "ip", "10.0.0.7"],
    ["[2001:DB8::1]", "ip", "2001:db8::1"],
    ["2001:db8:0:0:0:0:0:1", "ip", "2001:db8::1"],
  ])("%s is taken as it will stand in the certificate", (typed, kind, name) => expect(requestedName(typed)).toMatchObject({ kind, name }));

  it.each([
    ["https://clinic.example.org", "address-bar"],
    ["clinic.example.org/ami", "address-bar"],
    ["amina@clinic.example.org", "address-bar"],
    ["clinic.example.org:9200", "port"],
    ["[2001:db8::1]:9200", "port"],
    ["*", "wildcard"],
    ["*.org", "wildcard"],
    ["www.*.example.org", "wildcard"],
    ["clinic\u200e.example.org", "hidden"],
    ["clinic_-.example.org", "no-name"],
    ["-clinic.example.org", "no-name"],
    ["10.1", "no-name"],
    ["clinic..example.org", "no-name"],
  ])("%s is refused with its reason", (typed, fault) => expect(requestedName(typed)).toMatchObject({ kind: "fault", fault }));

  it("is canonical once and for all: judged again it is the same", () => {
    fc.assert(fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 40 })), (text) => {
      const first = requestedName(text);
      if (first.kind !== "fault") expect(requestedName(first.name)).toMatchObject({ kind: first.kind, name: first.name });
    }));
  });
});

describe("a pasted list of names", () => {
  it("is apart by blanks, commas, semicolons and line ends, as OpenSSL prints it too", () => {
    expect(namesIn("DNS:a.example.org, DNS:b.example.org\r\nIP Address:10.0.0.7;c.example.org")).toEqual(["a.example.org", "b.example.org", "10.0.0.7", "c.example.org"]);
    expect(namesIn("DNS Name=a.example.org\nIP Address=10.0.0.7")).toEqual(["a.example.org", "10.0.0.7"]);
  });

  it("goes into the list once each; what is no name stays in the field and is explained", () => {
    const before = takeNames("a.example.org", [], say).names;
    const taken = takeNames("A.example.org b.example.org:443 10.0.0.7 *.org", before, say);
    expect(taken.names.map(({ name }) => name)).toEqual(["a.example.org", "10.0.0.7"]);
    expect(taken.rest).toBe("b.example.org:443 *.org");
    expect(taken.mistake).toBe("“b.example.org:443” has a port. A certificate is for a name, whatever the port: leave it out.");
  });

  it("of too many is refused as a whole", () => {
    const text = Array.from({ length: namesLimit }, (_, index) => `n${index}.example.org`).join(" ");
    expect(takeNames(text, [], say)).toEqual({ names: [], rest: text, mistake: "A certificate has at most 100 names. Remove some, or make a second request." });
  });

  it("shows the A-label beside a name with other letters, and nothing beside a plain one", () => {
    const notes = takeNames("münchen.de plain.example.org *.example.org 10.0.0.7", [], say).names.map((each) => nameNote(each, say));
    expect(notes).toEqual(["xn--mnchen-3ya.de", "", "every name right under example.org", "IP address"]);
  });

  it("explains every fault", () => {
    for (const fault of ["address-bar", "port", "wildcard", "hidden", "no-name"] as const) expect(faultText("x", fault, say)).toContain("“x”");
  });
});

describe("the form of a request", () => {
  it("offers the contract's kinds of key", () => expect([...offeredKeyTypes].toSorted()).toEqual([...keyTypes].toSorted()));

  it("proposes the machine's name where a certificate can have it", () => {
    expect(initialForm("clinic-7.example.org").commonName).toBe("clinic-7.example.org");
    expect(initialForm("no name").commonName).toBe("");
  });

  it("finds the first fault", () => {
    const form = initialForm("clinic-7.example.org");
    expect(faultOf(form)).toBeNull();
    expect(faultOf({ ...form, commonName: " " })).toEqual({ field: "commonName", fault: "missing" });
    expect(faultOf({ ...form, commonName: "https://x" })).toEqual({ field: "commonName", fault: "address-bar" });
    expect(faultOf({ ...form, parts: { ...form.parts, country: "K1" } })).toEqual({ field: "country" });
  });

  it("becomes a request of the contract: canonical names, each once, and only what was filled in", () => {
    const form = { ...initialForm("München.de"), names: takeNames("münchen.de www.münchen.de", [], say).names };
    const request = signingRequest({ ...form, parts: { ...form.parts, organization: " Stadt ", country: "de" } });
    expect(request).toEqual({ commonName: "xn--mnchen-3ya.de", names: ["www.xn--mnchen-3ya.de"], keyType: "rsa:2048", organization: "Stadt", country: "DE" });
    expect(signingRequestSchema.parse(request)).toEqual(request);
  });

  it("names its files after the first name", () => {
    expect(requestFileName(["*.example.org"], "csr")).toBe("wildcard.example.org.csr");
    expect(requestFileName(["../../x"], "key")).toBe(".._.._x.key");
  });
});

describe("files to be imported", () => {
  const inspection = (part: Partial<Inspection>): Inspection => ({
    format: "pem", encryption: null, certificates: [offered, intermediate, root], privateKeys: [], chain: [offered.thumbprint], findings: [], ...part,
  });
  const missing = finding("private-key-missing", "error", "", "");
  const ended = finding("certificate-expired", "error", "", "");
  const incomplete = finding("chain-incomplete", "warning", "", "");

  it("need a word when the certificate has ended, and tell a missing key apart from what is only worth knowing", () => {
    expect(judge(inspection({ findings: [missing, ended, incomplete] }), false)).toEqual({ override: ended, keyMissing: missing, findings: [incomplete], roots: [root] });
  });

  it("lack no key when they are an answer, whose key waits with the request", () => {
    expect(judge(inspection({ findings: [missing, incomplete] }), true)).toMatchObject({ keyMissing: null, findings: [incomplete] });
  });

  it("that are authorities alone are not blamed for what only a server needs", () => {
    const unfit = finding("certificate-not-for-servers", "error", "", "");
    expect(judge(inspection({ certificates: [intermediate], findings: [missing, unfit, ended, incomplete] }), false)).toEqual({ override: null, keyMissing: null, findings: [ended, incomplete], roots: [] });
  });

  it("are counted by what the plan imports", () => expect(importsOf([{ kind: "certificate.import" }, { kind: "verify.tls" }, { kind: "certificate.import" }])).toBe(2));
});

describe("a conversion", () => {
  const form = initialConversion;
  const open = { hasKey: true, hasPassword: false };
  const locked = { hasKey: true, hasPassword: true };

  it("asks for a password wherever a key goes into a PFX, and lets PEM do without", () => {
    expect(protectionsFor(form, open)).toEqual(["new"]);
    expect(protectionsFor(form, locked)).toEqual(["keep", "new"]);
    expect(protectionsFor({ ...form, to: "pem" }, locked)).toEqual(["keep", "new", "clear"]);
    expect(protectionsFor({ ...form, withoutKey: true }, locked)).toEqual([]);
    expect(protectionsFor({ ...form, to: "der" }, locked)).toEqual([]);
  });

  it("forgets a choice that the format does not have", () => {
    expect(protectionOf({ ...form, to: "pem", protection: "clear" }, open)).toBe("clear");
    expect(protectionOf({ ...form, to: "pfx", protection: "clear" }, open)).toBe("new");
  });

  it("becomes a request of the contract", () => {
    const source = { files: [{ name: "a.pfx", content: "AAAA" }] };
    for (const to of formats) {
      for (const each of [open, locked, { hasKey: false, hasPassword: true }]) {
        const request = convertRequest({ ...form, to }, each, "secret");
        expect(convertRequestSchema.safeParse({ source, ...request }).success).toBe(true);
        expect(request.newPassword === undefined).toBe(protectionOf({ ...form, to }, each) === "keep");
      }
    }
    expect(convertRequest({ ...form, to: "pem", protection: "clear" }, locked, undefined)).toEqual({ to: "pem", newPassword: "" });
    expect(convertRequest({ ...form, withoutKey: true }, locked, undefined)).toEqual({ to: "pfx", newPassword: "", withoutKey: true });
    expect(writesKey({ ...form, to: "der" }, locked)).toBe(false);
  });
});
