// The records of HTTP.sys as a list, what a form asks for, the check of reservations as it is shown, output as a file.
import { describe, expect, it } from "vitest";
import type { Binding, BindingFlags } from "../../app/http-sys/binding.ts";
import { significantFlags } from "../../app/http-sys/binding.ts";
import { flagDefaults } from "../../app/http-sys/flag-defaults.ts";
import { decodeTranscript } from "../../app/http-sys/transcript-text.ts";
import { transcriptLimit } from "../../app/http-sys/transcript-lines.ts";
import { initialForm, missingIn, needsCertificate, requestOf, type BindingForm } from "../../renderer/pages/binding/binding-form.ts";
import { entriesOf, findEntries, isForeign, noFilter, sortEntries, type Column } from "../../renderer/pages/binding/binding-list.ts";
import { targetOf } from "../../renderer/pages/binding/bound.ts";
import { allFlags, changedFlags, flagNames } from "../../renderer/pages/binding/flag-list.ts";
import { isAddress } from "../../renderer/pages/binding/question.ts";
import { findRows, groupEndpoints, helpsToReserve, rowsOf } from "../../renderer/pages/binding/reservation-list.ts";
import { readTranscriptFile } from "../../renderer/pages/binding/transcript-text.ts";
import { matching, shownAtMost, usable } from "../../renderer/pages/certificate/certificate-choice.ts";
import { replaceable } from "../../renderer/pages/replace/replaceable.ts";
import { createPracticeHost } from "./practice-host.ts";

const host = createPracticeHost({ instances: "three", bindings: "tangled", stored: 300 }, () => undefined);
const [bindings, certificates] = await Promise.all([host.binding.list({}), host.certificate.list({})]);
const entries = entriesOf(bindings, certificates, ({ family }) => [family === "sni" ? "Host name" : ""]);
const sorted = (column: Column, descending = false) => sortEntries(entries, { column, descending }, "en").map(({ id }) => id);
const recordAt = (endpoint: string): Binding => {
  const found = bindings.find((binding) => binding.endpoint === endpoint);
  if (!found) throw new Error(`no record at ${endpoint}`);
  return found;
};

describe("the list of bindings", () => {
  it("knows a certificate of the stores by its name, and says of any other that it is missing", () => {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    expect(byId.get("[::]:9200")).toMatchObject({ name: "hie.example.org", missing: false });
    expect(byId.get("0.0.0.0:443")).toMatchObject({ certificate: null, missing: true });
    expect(byId.get("8443"), "a record of the central store names none").toMatchObject({ name: null, missing: false });
    expect(entriesOf(bindings, null, () => []).every(({ missing }) => !missing), "nothing is missing from stores that were not read").toBe(true);
  });

  it("is sorted by port, and by each column; what is missing last both ways", () => {
    expect(sorted("endpoint")).toEqual(["0.0.0.0:443", "hie.example.org:443", "8443", "[::]:9200", "0.0.0.0:9200", "clinic-7.example.org:9200", "0.0.0.0:9201"]);
    expect(sorted("endpoint", true)[0]).toBe("0.0.0.0:9201");
    expect(sorted("certificate").at(-1)).toBe("8443");
    expect(sorted("certificate", true).at(-1)).toBe("8443");
    expect(sorted("application").slice(0, 2), "a GUID before a name").toEqual(["hie.example.org:443", "0.0.0.0:443"]);
    expect(sorted("settings")[0], "the most changed first").toBe("0.0.0.0:9200");
  });

  it("is searched by words in any order: port, name, certificate, product, setting; filtered by kind", () => {
    const found = (text: string) => findEntries(entries, { ...noFilter, text }).entries.map(({ id }) => id);
    expect(found("iis")).toEqual(["0.0.0.0:443"]);
    expect(found("hie.example.org 9200\u200b").toSorted()).toEqual(["[::]:9200", "clinic-7.example.org:9200"]);
    expect(found("disabletls13")).toEqual(["0.0.0.0:9200"]);
    expect(found("host name 443")).toEqual(["hie.example.org:443"]);
    expect(findEntries(entries, { text: "", family: "ccs" })).toMatchObject({ inAnyFamily: 7, inFamily: { ip: 4, sni: 2, ccs: 1 }, entries: [{ id: "8443" }] });
  });

  it("tells another product's records from SanteDB's, and where to ask who answers", () => {
    expect(bindings.filter(isForeign).map(({ endpoint }) => endpoint)).toEqual(["0.0.0.0:443", "hie.example.org:443"]);
    expect(["0.0.0.0:9200", "[::]:9200", "clinic-7.example.org:9200", "8443"].map((endpoint) => targetOf(recordAt(endpoint)))).toEqual(["127.0.0.1:9200", "[::1]:9200", "clinic-7.example.org:9200", null]);
    expect(targetOf({ endpoint: "*.example.org:443", family: "sni" })).toBeNull();
  });
});

describe("the flags of a record", () => {
  it.each(flagNames)("%s differs from its default where the program says so", (name) => {
    const usual = flagDefaults[name];
    const other = typeof usual === "boolean" ? !usual : typeof usual === "number" ? 60 : "ClientAuthIssuer";
    for (const value of [usual, other]) {
      const flags = { [name]: value } as BindingFlags;
      expect(changedFlags(flags).map((flag) => [flag.name, flag.value])).toEqual(significantFlags(flags));
    }
  });
  it("are shown all, each with its value", () => {
    expect(allFlags({ disablehttp2: true })).toHaveLength(flagNames.length);
    expect(allFlags({}).find(({ name }) => name === "usagecheck")?.value).toBe(true);
  });
});

describe("the form of a binding", () => {
  const form = (part: Partial<BindingForm>): BindingForm => ({ ...initialForm(null), ...part });
  it("asks for what is missing, one thing after the other", () => {
    expect(missingIn(form({}), null)).toBe("endpoint");
    expect(missingIn(form({ endpoint: "0.0.0.0:9200" }), null)).toBe("certificate");
    expect(missingIn(form({ endpoint: "443" }), null), "a record of the central store names no certificate").toBeNull();
    const record = recordAt("0.0.0.0:9200");
    expect(missingIn(initialForm(record), record)).toBe("change");
  });
  it("leaves out what stays as it is", () => {
    const record = recordAt("0.0.0.0:9200");
    const begun = initialForm(record);
    expect(begun.flags).toEqual({ clientcertnegotiation: true, disabletls13: true, disablehttp2: false });
    expect(requestOf({ ...begun, flags: { ...begun.flags, disabletls13: false } }, record, false)).toEqual({ endpoint: "0.0.0.0:9200", flags: { disabletls13: false } });
    expect(requestOf(form({ endpoint: " https://clinic.example.org:443/ami ", certificate: "A".repeat(40) }), null, true)).toEqual({ endpoint: "clinic.example.org:443", certificate: "A".repeat(40), takeOver: true });
    expect(needsCertificate("443")).toBe(false);
  });
});

describe("the question who answers", () => {
  it.each([["127.0.0.1:9200", true], ["[::1]:9200", true], ["::1", true], ["https://127.0.0.1:9200/ami", true], ["clinic.example.org:443", false], ["fe.example.org", false], ["localhost", false]] as const)("is about an address or a name: %s", (target, address) => {
    expect(isAddress(target)).toBe(address);
  });
});

describe("the check of the reservations", () => {
  it("puts alike addresses together, what is amiss first, and offers to reserve where that helps", async () => {
    const groups = groupEndpoints((await host.reservation.check({})).endpoints);
    expect(groups.map(({ url, first, addresses }) => [url, first.state, addresses.length])).toEqual([
      ["https://+:9201/", "missing", 6], ["http://+:9300/", "wrong-scheme", 6], ["https://+:9200/", "not-needed", 6],
    ]);
    expect(groups.map(({ first }) => helpsToReserve(first.state))).toEqual([true, true, false]);
  });
  it("puts left-over reservations before all others; they are searched by URL and account", async () => {
    const rows = rowsOf(await host.reservation.list({}), await host.reservation.check({}));
    expect(rows.map(({ reservation, state }) => [reservation.url, state])).toEqual([
      ["http://+:9200/", "left-over"], ["https://+:9300/", "left-over"], ["http://*:5357/", "other"], ["http://+:80/Temporary_Listen_Addresses/", "other"],
    ]);
    expect(findRows(rows, "network 9300").map(({ reservation }) => reservation.url)).toEqual(["https://+:9300/"]);
  });
});

describe("output in a file", () => {
  const text = "Überprüfen : Aktiviert\r\n";
  const codesOf = (of: string) => Array.from({ length: of.length }, (_, at) => of.charCodeAt(at));
  const utf16 = (littleEndian: boolean) => Uint8Array.from(codesOf(`\uFEFF${text}`).flatMap((code) => (littleEndian ? [code & 0xff, code >> 8] : [code >> 8, code & 0xff])));
  it("is decoded by its byte order mark, else as UTF-8, else as Latin-1", () => {
    expect(decodeTranscript(utf16(true))).toBe(text);
    expect(decodeTranscript(utf16(false))).toBe(text);
    expect(decodeTranscript(new TextEncoder().encode(text))).toBe(text);
    expect(decodeTranscript(Uint8Array.from(codesOf(text)))).toBe(text);
    expect(decodeTranscript(new Uint8Array())).toBe("");
  });
  it("is refused above the contract's limit, before it is read", async () => {
    expect(await readTranscriptFile(new File([new Uint8Array(transcriptLimit + 1)], "large.txt"))).toBeNull();
    expect(await readTranscriptFile(new File(["IP:port"], "small.txt"))).toBe("IP:port");
  });
});

describe("the choice of a certificate", () => {
  it("offers those of the Personal store with their key, the freshest first, found by words", () => {
    const offered = usable(certificates);
    expect(offered.length).toBeGreaterThan(shownAtMost);
    expect(offered.every(({ store, hasPrivateKey }) => store === "My" && hasPrivateKey)).toBe(true);
    expect(Date.parse(offered[0]?.notAfter ?? "")).toBeGreaterThan(Date.parse(offered.at(-1)?.notAfter ?? ""));
    expect(matching(offered, "example hie-").every(({ subject }) => subject.includes("hie-"))).toBe(true);
    expect(matching(offered, " ")).toBe(offered);
  });
  it("of the one that is to go counts the records that name it; a SHA-256 number is left out", () => {
    const offered = replaceable({ bindings, certificates }, "en");
    expect(offered.find(({ name }) => name.startsWith("hie.example.org"))).toMatchObject({ count: 2 });
    expect(offered.every(({ thumbprint }) => thumbprint.length === 40)).toBe(true);
  });
});
