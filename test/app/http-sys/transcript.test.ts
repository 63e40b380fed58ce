// Other machines' output: the captured samples, the same with other labels and line breaks, and what was never meant to be read.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindingOf, withExtendedProperties } from "../../../app/http-sys/binding-transcript.ts";
import type { Transcript, TranscriptBinding } from "../../../app/http-sys/http-sys-view.ts";
import { decodeTranscript } from "../../../app/http-sys/transcript-text.ts";
import { readTranscript } from "../../../app/http-sys/transcript.ts";
import { propertyRuns, quick } from "../../fixtures/effort.ts";

const samples = join(import.meta.dirname, "../../../../shared/samples/netsh");
const here = existsSync(samples);
const sample = (name: string): string => readFileSync(join(samples, name), "utf8");
const runs = propertyRuns(300);

type Essence = readonly [endpoint: string, thumbprint: string | null, applicationId: string | null, store: string | null];
const essence = ({ endpoint, thumbprint, applicationId, store }: TranscriptBinding): Essence => [endpoint, thumbprint, applicationId, store];
const iis = "{4DC3E181-E14B-4A21-B022-59FC669B0914}";

/** What a person reads in each sample. */
const bindings: Readonly<Record<string, readonly Essence[]>> = {
  "sslcert-show-de-AUTHORED-not-captured.txt": [["192.0.2.4:443", "A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4", iis, "My"]],
  "sslcert-show-en-2022-win11-extended-properties.txt": [["0.0.0.0:44304", "61D34F532DA121BBAB64723C4871E72C92F03735", "{214124CD-D05B-4309-9AF9-9CAA44B2B74A}", "MY"]],
  "sslcert-show-en-hostnameport-adfs-2012r2.txt": [
    ["sts.margiestravel.com:443", "2D125F4D735DEF823178E8F17E6579D04FB97B7A", "{5D89A20C-BEAB-4389-9447-324788EB944A}", "my"],
    ["sts.margiestravel.com:49443", "2D125F4D735DEF823178E8F17E6579D04FB97B7A", "{5D89A20C-BEAB-4389-9447-324788EB944A}", "my"],
  ],
  "sslcert-show-en-hostnameport-real-2026.txt": [["wiis05.tokentimer-verify.local:10443", "DAA61C502810CA0952DF77A0D4194C32085B5ABD", "{65F12961-A6A1-4736-A36E-AF476FD0D37A}", "My"]],
  "sslcert-show-en-old-13fields-store-null.txt": [["0.0.0.0:443", "5226DC6C54559761CD471B86EB51C096252C90F2", iis, "MY"]],
  "sslcert-show-en-reject-http2-2016-2019.txt": [["0.0.0.0:443", "E0E9F94DF7F055979999A8641E00C75BA3A70249", "{B46AB86F-C090-1A64-F966-BA2E0B30B1D7}", "MY"]],
  // Masked by who published it, and cut short.
  "sslcert-show-en-server2022-vs-2019-blank-lines.txt": [["0.0.0.0:443", null, null, "WebHosting"], ["0.0.0.0:443", null, null, null]],
  "sslcert-show-en-server2025-26100-flags-set.PARTIAL.txt": [["0.0.0.0:21443", null, null, "My"]],
  "sslcert-show-en-tls13-set.txt": [["0.0.0.0:443", "2ACE368A90D2117BE7A0065DFE259B2E8C94F538", iis, "My"]],
  "sslcert-show-zh-AUTHORED-not-captured.txt": [["0.0.0.0:443", "ABC123DEF456789012345678901234567890ABCD", iis, "MY"], ["www.example.com:443", "DEF456ABC789012345678901234567890ABCDEF1", iis, "MY"]],
};
const urls: Readonly<Record<string, readonly (readonly [url: string, sids: string])[]>> = {
  "urlacl-show-it.txt": [["http://*:8096/", "S-1-1-0"]],
  "urlacl-show-en-win10-18363.txt": [
    ["http://*:5357/", "S-1-5-32-545 S-1-5-19"], ["http://+:80/Temporary_Listen_Addresses/", "S-1-1-0"], ["https://*:5358/", "S-1-5-32-545 S-1-5-19"], ["http://+:10247/apps/", "S-1-5-11"], ["http://*:2869/", "S-1-5-19"],
  ],
  "urlacl-show-en-sddl-wrapped-by-console.txt": [
    ["http://+:80/Temporary_Listen_Addresses/", "S-1-1-0"],
    ["http://+:5985/wsman/", "S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970 S-1-5-80-4059739203-877974739-1245631912-527174227-2996563517"],
    ["http://+:47001/wsman/", "S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970 S-1-5-80-4059739203-877974739-1245631912-527174227-2996563517"],
    ["https://+:443/sra_{BA195980-CD49-458b-9E23-C84EE0", ""],
  ],
};
const failures: Readonly<Record<string, number | null>> = {
  "sslcert-add-fail-1312-en.txt": 1312, "sslcert-add-fail-183-en.txt": 183, "sslcert-delete-fail-2-en.txt": 2, "urlacl-add-fail-183-en.txt": 183, "urlacl-add-success-and-fail87-en.txt": 87,
  "sslcert-add-fail-parameter-incorrect-en.txt": null, "sslcert-add-fail-usage-en.txt": null, "sc-error-1060-by-language.txt": 1060,
};
const states: Readonly<Record<string, readonly (readonly [name: string, state: string | null, exitCode: number | null])[]>> = {
  "sc-qc-en-localsystem.txt": [["docker", null, null]], "sc-query-en-stopped-1077.txt": [["daclsvc", "stopped", 1077]], "sc-query-es-running-qc.txt": [["Spooler", "running", 0], ["Spooler", null, null]],
  "sc-query-es-stop-pending.txt": [["remoteregistry", "stop-pending", 1066]], "sc-query-it.txt": [["mysql80", "running", 0]], "sc-query-pt-BR.txt": [["UniWake", "running", null]], "sc-query-ru.txt": [["HappService", "running", 0]],
};

function judge(name: string, read: Transcript): void {
  expect(read.bindings.map(essence), name).toEqual(bindings[name] ?? []);
  expect(read.reservations.map(({ url, accounts }) => [url, accounts.map(({ sid }) => sid).join(" ")]), name).toEqual(urls[name] ?? []);
  expect(read.failure === null ? undefined : read.failure.code, name).toBe(name in failures ? failures[name] : undefined);
  expect(read.services.map((service) => [service.name, service.state, service.exitCode]), name).toEqual(states[name] ?? []);
  expect(read.listenList, name).toEqual(name.startsWith("iplisten") ? ["192.168.33.1", "127.0.0.0", "127.0.0.1"] : []);
  expect(read.registrations, name).toEqual(name.startsWith("servicestate") ? [
    { processId: 944, url: "HTTP://+:5985/WSMAN/", line: expect.any(Number) as number }, { processId: 944, url: "HTTP://+:47001/WSMAN/", line: expect.any(Number) as number }, { processId: 1344, url: "HTTP://+:8871/", line: expect.any(Number) as number },
  ] : []);
}

/** Another word for every label, as in a language that nobody here reads; the values stay. */
function otherLabels(text: string, word: (index: number) => string): string {
  let index = 0;
  return text.replace(/^(\s*)(\S[^\r\n]*?)(\s+:\s)(?=[^\r\n]*\S)/gm, (_, blanks: string, __, colon: string) => `${blanks}${word(index++)}${colon}`);
}

describe.skipIf(!here)("every captured sample", () => {
  const names = here ? readdirSync(samples).filter((name) => name.endsWith(".txt")) : [];

  it.each(names)("%s holds what a person reads in it", (name) => judge(name, readTranscript(sample(name))));

  it.each(names)("%s reads the same with other line breaks, blank lines between and blanks at the ends", (name) => {
    const text = sample(name);
    judge(name, readTranscript(text.replaceAll("\n", "\r\n")));
    judge(name, readTranscript(text.replaceAll("\n", "\n\n")));
    judge(name, readTranscript(text.replaceAll("\n", "   \r\n\t\r\n")));
    judge(name, readTranscript(`\uFEFF${text}`));
  });

  it.each(Object.keys(bindings))("%s has the same records with its labels replaced by random words", (name) => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "Z", "ä", "ß", "ñ", "ж", "中", "文", " ", ".", "-"), minLength: 1, maxLength: 30 }).map((word) => `x${word.trim()}`), { minLength: 40, maxLength: 40 });
    fc.assert(fc.property(words, (list) => {
      const read = readTranscript(otherLabels(sample(name), (index) => list[index % list.length] ?? "x"));
      expect(read.bindings.map(essence)).toEqual(bindings[name]);
    }), { numRuns: Math.min(runs, 100) });
  });

  it("keeps the flags by their place, whatever the labels are", () => {
    const name = "sslcert-show-en-2022-win11-extended-properties.txt";
    const [plain] = readTranscript(sample(name)).bindings;
    const [renamed] = readTranscript(otherLabels(sample(name), (index) => `Wort ${index}`)).bindings;
    expect(plain?.flags).toMatchObject({ verifyclientcertrevocation: false, usagecheck: true, clientcertnegotiation: true, disablehttp2: false, enablesessionticket: false });
    expect(renamed?.flags).toEqual(plain?.flags);
    expect(renamed?.extended).toEqual([{ id: 0, values: ["1048576"] }, { id: 1, values: ["2796202", "4294967295"] }]);
    expect(readTranscript(sample("sslcert-show-en-tls13-set.txt")).bindings[0]?.flags.disabletls13).toBe(true);
    expect(readTranscript(sample("sslcert-show-en-server2025-26100-flags-set.PARTIAL.txt")).bindings[0]?.flags).toMatchObject({ disablequic: true, disabletls12: false, disablesessionid: true, enablecachingclienthello: false });
    expect(readTranscript(sample("sslcert-show-en-hostnameport-adfs-2012r2.txt")).bindings[0]?.flags.sslctlstorename).toBe("adfstrusteddevices");
  });

  it("says what a text that was cut short does not hold", () => {
    expect(readTranscript(sample("sslcert-show-en-server2022-vs-2019-blank-lines.txt")).findings.map(({ code, message }) => `${code} ${message}`)).toEqual(["transcript-incomplete The text does not hold all of the records on lines 10, 24."]);
    expect(readTranscript(sample("urlacl-show-en-win10-18363.txt")).findings.map(({ code }) => code)).toEqual(["transcript-incomplete"]);
  });

  it("is one text like any other when all of them are pasted together", () => {
    const together = readTranscript(names.map(sample).join("\n\n"));
    expect(together.bindings.map(essence)).toEqual(names.flatMap((name) => bindings[name] ?? []));
    expect(together.reservations.map(({ url }) => url)).toEqual(names.flatMap((name) => (urls[name] ?? []).map(([url]) => url)));
  });
});

const record = (lines: readonly string[]): TranscriptBinding | undefined => readTranscript(lines.map((line) => `    ${line}`).join("\r\n")).bindings[0];
const hash = "61d34f532da121bbab64723c4871e72c92f03735";

describe("a record", () => {
  it("has no certificate in the central store, and no hash where netsh prints (null)", () => {
    expect(record(["Central Certificate Store    : 443", "Certificate Hash             : (null)", `Application ID               : ${iis}`, "Certificate Store Name       : (null)"])).toMatchObject({ endpoint: "443", family: "ccs", thumbprint: null, applicationId: iis, store: "MY" });
    expect(record(["x : 443", `y : ${iis}`])).toMatchObject({ endpoint: "443", family: "ccs" });
    expect(record(["IP:port : 0.0.0.0:443", "Hash : (null)", `ID : ${iis}`, "Store : My"])).toMatchObject({ family: "ip", thumbprint: null, store: "My" });
  });

  it("may have a hash of 64 digits, an IPv6 address with a zone, and a store of any name", () => {
    expect(record(["a : [fe80::1%12]:9200", `b : ${hash}${"0".repeat(24)}`, `c : ${iis}`, "d : Web Hosting"])).toMatchObject({ endpoint: "[fe80::1%12]:9200", thumbprint: `${hash}${"0".repeat(24)}`.toUpperCase(), store: "Web Hosting" });
  });

  it("keeps words of a language that is not known as they stand, and says so", () => {
    const text = ["a : 0.0.0.0:443", `b : ${hash}`, `c : ${iis}`, "d : MY", "e : ativado", "f : desativado", "g : ativado", "h : 0", "i : 15", "j : (nulo)", "k : (nulo)", "l : desativado", "m : ativado"];
    const read = readTranscript(text.join("\n"));
    expect(read.bindings[0]?.flags).toEqual({ revocationfreshnesstime: 0, urlretrievaltimeout: 15 });
    expect(read.bindings[0]?.options.at(-1)).toEqual({ label: "m", value: "ativado", flag: "clientcertnegotiation" });
    expect(read.findings.map(({ code }) => code)).toEqual(["transcript-settings-unread"]);
  });

  it("that the emulator and older Windows print with usual extended properties loses nothing; others are named", () => {
    const lines = (window: string): string => ["a : 0.0.0.0:443", `b : ${hash}`, `c : ${iis}`, "d : MY", "Extended Properties:", "PropertyId : 0", `Receive Window : ${window}`].join("\n");
    const asBinding = (window: string) => readTranscript(lines(window)).bindings.map(bindingOf)[0]?.unsettable;
    expect(asBinding("1048576")).toBeUndefined();
    expect(asBinding("65536")).toEqual({ flags: 0, checkMode: 0, properties: [0] });
    const [known] = readTranscript(lines("1048576")).bindings.map(bindingOf);
    const told = withExtendedProperties(known ? [{ ...known, unsettable: { flags: 4, checkMode: 0, properties: [] } }, { ...known, endpoint: "[::]:443" }] : [], readTranscript(lines("65536")).bindings);
    expect(told.map(({ unsettable }) => unsettable)).toEqual([{ flags: 4, checkMode: 0, properties: [0] }, undefined]);
  });

  it("comes from JSON as well, its hash in base64", () => {
    const json = JSON.stringify({ SslCertificateBindings: [
      { IpPort: "0.0.0.0:443", ConfigType: 1, AppId: iis.toLowerCase(), SslHash: Buffer.from(hash, "hex").toString("base64"), SslCertStoreName: "MY", Unknown: 1 },
      { HostnamePort: "a.example.org:443", GuidString: iis, SslHash: "====", SslCertStoreName: null }, { IpPort: "nonsense" }, 7, null,
    ], message: "", status: 0 });
    expect(readTranscript(`C:\\>netsh http show sslcert json=enable\r\n${json}\r\n`).bindings.map(essence)).toEqual([["0.0.0.0:443", hash.toUpperCase(), iis, "MY"], ["a.example.org:443", null, iis, "MY"]]);
    expect(readTranscript(json.slice(0, 80)).bindings).toEqual([]);
  });

  it("is not seen in timestamps, paths, command lines or numbers", () => {
    for (const text of ["12:30:00", "a : 12:30", "C:\\x : y:443", "netsh http add sslcert ipport=0.0.0.0:443", "Receive Window : 443", "x : 99999", "status : 200", "Port : 443\nName : x"]) {
      expect(readTranscript(text).bindings, text).toEqual([]);
    }
  });
});

describe("the bytes of a transcript", () => {
  it("may be UTF-8, UTF-16 with its mark, or any code page", () => {
    const text = `Zertifikatspeicher\u00fc : x\r\n    IP:Port : 0.0.0.0:443\r\n    Hash : ${hash}\r\n    ID : ${iis}\r\n    Speicher : MY\r\n`;
    const encodings = [Buffer.from(text), Buffer.from(`\uFEFF${text}`, "utf16le"), Buffer.from(`\uFEFF${text}`, "utf16le").swap16(), Buffer.from(text, "latin1")];
    for (const bytes of encodings) expect(readTranscript(decodeTranscript(bytes)).bindings.map(essence)).toEqual([["0.0.0.0:443", hash.toUpperCase(), iis, "MY"]]);
  });
});

describe.skipIf(quick)("hostile text", () => {
  const seeds = [
    `    IP:port : 0.0.0.0:443\n    Hash : ${hash}\n    ID : ${iis}\n    Store : (null)\n Extended Properties:\n PropertyId : 0\n`,
    "    Reserved URL : http://*:5357/\n        User: BUILTIN\\Users\n            Listen: Yes\n            Delegate: No\n            SDDL: D:(A;;GX;;;BU)(A;;GX;;;LS)\n",
    "SERVICE_NAME: a\n        TYPE : 10  WIN32_OWN_PROCESS\n        STATE : 4  RUNNING\n", '{"SslCertificateBindings":[{"IpPort":"0.0.0.0:443"}]}',
  ];

  it("is never thrown at: damaged, truncated and mixed transcripts are read as far as they go", () => {
    const mutated = fc.tuple(fc.constantFrom(...seeds), fc.constantFrom(...seeds), fc.nat(400), fc.string({ unit: "binary", maxLength: 12 }), fc.nat(300));
    fc.assert(fc.property(mutated, ([one, other, at, noise, cut]) => {
      const read = readTranscript(`${one.slice(0, at)}${noise}${one.slice(at)}${other.slice(0, cut)}`);
      for (const { thumbprint, applicationId } of read.bindings) {
        expect(thumbprint === null || /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(thumbprint)).toBe(true);
        expect(applicationId === null || /^\{[0-9A-F-]{36}\}$/.test(applicationId)).toBe(true);
      }
    }), { numRuns: runs * 10 });
  });

  it.each([
    ["a megabyte of blanks", " ".repeat(1_000_000)], ["of colons", ":".repeat(1_000_000)], ["of blanks and colons", " : ".repeat(400_000)], ["of digits", "1".repeat(1_000_000)], ["of braces", "{".repeat(1_000_000)],
    ["of lines", "\n".repeat(1_000_000)], ["of endpoints", "a : 0.0.0.0:443\n".repeat(60_000)], ["of names", "a : b.c:443\n".repeat(80_000)], ["of URLs", "a : http://+:80/\n".repeat(60_000)],
    ["of descriptors that never end", `u : http://+:80/\nSDDL: D:(A;;GX;;;WD\n${"(A;;GX;;;WD\n".repeat(80_000)}`], ["of brackets", "x : [".repeat(200_000)], ["of base64", `{"SslCertificateBindings":["${"A".repeat(1_000_000)}"]}`],
  ])("%s ends in time", (_, text) => {
    const from = performance.now();
    readTranscript(text);
    expect(performance.now() - from).toBeLessThan(5000);
  });

  it("is read up to its bound, and that is said", () => {
    expect(readTranscript("x\n".repeat(2_200_000)).findings.map(({ code }) => code)).toEqual(["transcript-too-long"]);
  });
});
