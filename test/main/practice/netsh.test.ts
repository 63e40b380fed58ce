import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explainNetsh } from "../../../app/http-sys/netsh.ts";
import { addBinding, deleteBinding } from "../../../app/http-sys/netsh.ts";
import { significantFlags, type Binding } from "../../../app/http-sys/binding.ts";
import { bindingOf } from "../../../app/http-sys/binding-transcript.ts";
import { readTranscript } from "../../../app/http-sys/transcript.ts";
import { makeCertificate, type Issued } from "../../fixtures/certificates.ts";
import { practice, type Practice } from "./practice-fixture.ts";

const samples = join(import.meta.dirname, "../../../../shared/samples/netsh");
const appId = "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}";

let english: Practice;
let german: Practice;
let french: Practice;
let certificate: Issued;
beforeAll(async () => {
  [english, german, french] = await Promise.all([practice(), practice({ language: "de" }), practice({ language: "fr" })]);
  certificate = makeCertificate(join(english.directory, "../issued"), null);
  await Promise.all([english, german, french].map((machine) => machine.store(certificate)));
});
afterAll(() => Promise.all([english, german, french].map((machine) => machine.close())));

const http = (machine: Practice, ...words: string[]) => machine.run("netsh", "http", ...words);
const add = (machine: Practice, key: string, ...more: string[]) => http(machine, "add", "sslcert", key, `certhash=${certificate.thumbprint}`, `appid=${appId}`, ...more);
const del = (machine: Practice, key: string) => http(machine, "delete", "sslcert", key);
const bindings = (machine: Practice): Promise<readonly Binding[]> => machine.machine.httpSys.bindings();

describe("netsh http add sslcert", () => {
  it("prints what Windows prints, with its line ends, and ends with 0", async () => {
    expect(await add(english, "ipport=0.0.0.0:1001", "certstorename=MY")).toEqual({ exitCode: 0, output: "\r\nSSL Certificate successfully added\r\n\r\n" });
    expect(await del(english, "ipport=0.0.0.0:1001")).toEqual({ exitCode: 0, output: "\r\nSSL Certificate successfully deleted\r\n\r\n" });
    expect((await add(german, "ipport=0.0.0.0:1001")).output).toContain("erfolgreich hinzugefügt");
    expect((await add(french, "ipport=0.0.0.0:1001")).output).toContain("ajouté");
  });

  it("fails with 183 for a record that exists, and with 2 where there is none", async () => {
    await add(english, "ipport=0.0.0.0:1002");
    expect(await add(english, "ipport=0.0.0.0:1002")).toEqual({ exitCode: 1, output: "\r\nSSL Certificate add failed, Error: 183\r\nCannot create a file when that file already exists.\r\n\r\n" });
    await del(english, "ipport=0.0.0.0:1002");
    expect(await del(english, "ipport=0.0.0.0:1002")).toEqual({ exitCode: 1, output: "\r\nSSL Certificate deletion failed, Error: 2\r\nThe system cannot find the file specified.\r\n\r\n" });
    expect((await http(english, "update", "sslcert", "ipport=0.0.0.0:1002", `certhash=${certificate.thumbprint}`, `appid=${appId}`)).output).toContain("Error: 2\r\n");
  });

  it("fails with the same numbers in every language", async () => {
    for (const machine of [english, german, french]) {
      await add(machine, "ipport=0.0.0.0:1003");
      const exists = await add(machine, "ipport=0.0.0.0:1003");
      const missing = await del(machine, "ipport=0.0.0.0:9");
      expect([explainNetsh(exists.exitCode, exists.output).code, explainNetsh(missing.exitCode, missing.output).code]).toEqual([183, 2]);
      const usage = await http(machine, "add", "sslcert", "ipport=0.0.0.0:1");
      expect(explainNetsh(usage.exitCode, usage.output)).toMatchObject({ code: null, reason: "netsh did not understand the command" });
    }
  });

  it("fails with 1312 for a certificate that is not there, is in another store, or has no key", async () => {
    const keyless = makeCertificate(join(english.directory, "../issued"), null, { commonName: "keyless.example.org" });
    await english.machine.certificates.import("My", keyless.der, null);
    for (const [hash, store] of [["0".repeat(40), "MY"], [certificate.thumbprint, "CA"], [certificate.thumbprint, "WebHosting"], [keyless.thumbprint, "MY"]] as const) {
      const { exitCode, output } = await http(english, "add", "sslcert", "ipport=0.0.0.0:1004", `certhash=${hash}`, `appid=${appId}`, `certstorename=${store}`);
      expect(exitCode).toBe(1);
      expect(output).toBe("\r\nSSL Certificate add failed, Error: 1312\r\nA specified logon session does not exist. It may already have been terminated.\r\n\r\n");
    }
  });

  it("prints no number for what its argument parser refuses", async () => {
    for (const words of [["ipport=localhost:1"], ["ipport=0.0.0.0"], ["hostnameport=0.0.0.0:1"], ["ccs=x"], ["ipport=0.0.0.0:1", "reject=maybe"], ["ipport=0.0.0.0:1", "colour=red"], ["ipport=0.0.0.0:1", "certhash=xyz"], ["ipport=0.0.0.0:1", "revocationfreshnesstime=-1"]]) {
      expect(await http(english, "add", "sslcert", ...words, ...(words.some((word) => word.startsWith("certhash")) ? [] : [`certhash=${certificate.thumbprint}`]), `appid=${appId}`), words.join(" "))
        .toEqual({ exitCode: 1, output: "\r\nThe parameter is incorrect.\r\n\r\n" });
    }
  });

  it("prints its usage when the braces of the applicationId were lost, or what it needs is missing", async () => {
    for (const words of [[`certhash=${certificate.thumbprint}`, "appid=A97FB5DE-7627-401C-8E70-5B96C1A0073B"], [`appid=${appId}`], [`certhash=${certificate.thumbprint}`]]) {
      const { exitCode, output } = await http(english, "add", "sslcert", "ipport=0.0.0.0:1", ...words);
      expect(exitCode).toBe(1);
      expect(output).toContain("One or more essential parameters were not entered.\r\n");
      expect(explainNetsh(exitCode, output).code).toBeNull();
    }
  });

  it.skipIf(!existsSync(samples))("prints the usage that was captured", async () => {
    const captured = readFileSync(join(samples, "sslcert-add-fail-usage-en.txt"), "utf8");
    const usage = captured.slice(captured.indexOf("One or more"), captured.indexOf("\n\nParameters")).split("\n").map((line) => line.trimEnd());
    const { output } = await http(english, "add", "sslcert", "ipport=0.0.0.0:1");
    const printed = output.split("\r\n");
    for (const line of usage.filter((wanted) => wanted !== "")) expect(printed).toContain(line);
  });

  it("keeps every setting, and gives back the record that was meant", async () => {
    const record: Binding = {
      endpoint: "name.example.org:1005", family: "sni", thumbprint: certificate.thumbprint, applicationId: appId, application: "SanteDB", store: "MY",
      flags: { verifyclientcertrevocation: false, usagecheck: false, revocationfreshnesstime: 60, sslctlstorename: "ClientAuthIssuer", clientcertnegotiation: true, disablehttp2: true, disabletls13: true, enablesessionticket: true },
    };
    expect((await english.machine.commands.run(addBinding(record))).exitCode).toBe(0);
    expect((await bindings(english)).find(({ endpoint }) => endpoint === record.endpoint)).toEqual(record);
    expect((await english.machine.commands.run(deleteBinding(record))).exitCode).toBe(0);
  });

  it("takes a record of the central store without a certificate", async () => {
    expect((await http(english, "add", "sslcert", "ccs=1006", `appid=${appId}`)).exitCode).toBe(0);
    expect((await bindings(english)).find(({ endpoint }) => endpoint === "1006")).toMatchObject({ family: "ccs", thumbprint: null });
    expect((await http(english, "show", "sslcert", "ccs=1006")).output).toMatch(/Central Certificate Store {4}: 1006\r\n {4}Certificate Hash {13}: \(null\)/);
  });
});

describe("netsh http show sslcert", () => {
  it.skipIf(!existsSync(samples))("has the layout of Server 2022, line by line", async () => {
    await http(english, "add", "sslcert", "ipport=0.0.0.0:44304", `certhash=${certificate.thumbprint}`, "appid={214124cd-d05b-4309-9af9-9caa44b2b74a}", "certstorename=MY", "verifyclientcertrevocation=disable", "clientcertnegotiation=enable");
    const captured = readFileSync(join(samples, "sslcert-show-en-2022-win11-extended-properties.txt"), "utf8");
    const wanted = captured.slice(captured.indexOf("\n\nSSL") + 1).replace("61d34f532da121bbab64723c4871e72c92f03735", certificate.thumbprint.toLowerCase());
    const { output, exitCode } = await http(english, "show", "sslcert", "ipport=0.0.0.0:44304");
    expect(exitCode).toBe(0);
    expect(output.replaceAll("\r\n", "\n").trimEnd()).toBe(wanted.trimEnd());
    expect(output.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  it("shows (null) for a store that was not named, which means MY", async () => {
    await add(english, "ipport=0.0.0.0:1007");
    expect((await http(english, "show", "sslcert", "ipport=0.0.0.0:1007")).output).toContain("Certificate Store Name       : (null)\r\n");
    expect((await bindings(english)).find(({ endpoint }) => endpoint === "0.0.0.0:1007")?.store).toBe("MY");
  });

  it("prints its heading and ends with 1 where there is no such record", async () => {
    expect(await http(english, "show", "sslcert", "ipport=0.0.0.0:65000")).toEqual({
      exitCode: 1, output: "\r\nSSL Certificate bindings:\r\n-------------------------\r\n\r\nThe system cannot find the file specified.\r\n",
    });
  });

  it("is read back from its text alone as it stands in the tables, in every language", async () => {
    for (const machine of [english, german, french]) {
      await add(machine, "ipport=[::1]:1020", "disablequic=enable", "reject=enable", "sslctlidentifier=Größe");
      await add(machine, "hostnameport=*.example.org:1021", "verifyclientcertrevocation=disable", "disablesessionid=enable", "urlretrievaltimeout=15");
      await http(machine, "add", "sslcert", "ccs=1022", `appid=${appId}`);
      const { bindings: read, findings } = readTranscript((await http(machine, "show", "sslcert")).output);
      const essence = ({ flags, ...record }: Binding) => ({ ...record, flags: significantFlags(flags) });
      expect(read.map(bindingOf).map(essence)).toEqual((await bindings(machine)).map(essence));
      expect(findings).toEqual([]);
      const { reservations } = readTranscript((await http(machine, "show", "urlacl")).output);
      expect(reservations.map(({ url, sddl }) => ({ url, sddl }))).toEqual((await machine.machine.httpSys.reservations()).map(({ url, sddl }) => ({ url, sddl })));
    }
  });

  it("has the same values behind translated labels", async () => {
    for (const machine of [german, french]) {
      const { output } = await http(machine, "show", "sslcert", "ipport=0.0.0.0:1001");
      expect(output).not.toContain("Certificate Hash");
      expect(output).toMatch(new RegExp(` : 0\\.0\\.0\\.0:1001\\r\\n.* : ${certificate.thumbprint.toLowerCase()}\\r\\n.* : ${appId.toLowerCase()}\\r\\n.* : \\(null\\)\\r\\n`));
    }
  });
});

describe("netsh http update sslcert", () => {
  it("changes the certificate of a record", async () => {
    const other = makeCertificate(join(english.directory, "../issued"), null, { commonName: "other.example.org" });
    await english.store(other);
    await add(english, "ipport=0.0.0.0:1008");
    expect(await http(english, "update", "sslcert", "ipport=0.0.0.0:1008", `certhash=${other.thumbprint}`, `appid=${appId}`)).toEqual({ exitCode: 0, output: "\r\nSSL Certificate successfully updated\r\n\r\n" });
    expect((await bindings(english)).find(({ endpoint }) => endpoint === "0.0.0.0:1008")?.thumbprint).toBe(other.thumbprint);
  });
});

describe("netsh http urlacl", () => {
  const acl = (machine: Practice, verb: string, ...words: string[]) => http(machine, verb, "urlacl", ...words);

  it("reserves for an account by descriptor or by name, in the machine's own language too", async () => {
    expect(await acl(english, "add", "url=https://+:2001/", "sddl=D:(A;;GX;;;NS)")).toEqual({ exitCode: 0, output: "\r\nURL reservation successfully added\r\n\r\n" });
    expect((await acl(english, "add", "url=https://+:2002/", "user=NT AUTHORITY\\NETWORK SERVICE", "delegate=yes")).exitCode).toBe(0);
    expect((await acl(english, "add", "url=https://+:2003/", "user=CLINIC-7\\santedb")).exitCode).toBe(0);
    expect((await acl(german, "add", "url=https://+:2001/", "user=Jeder")).exitCode).toBe(0);
    expect((await acl(french, "add", "url=https://+:2001/", "user=AUTORITE NT\\SERVICE RÉSEAU")).exitCode).toBe(0);
    const urlOf = async (machine: Practice, url: string) => (await machine.machine.httpSys.reservations()).find((reservation) => reservation.url === url);
    expect(await urlOf(english, "https://+:2001/")).toEqual({ url: "https://+:2001/", sddl: "D:(A;;GX;;;NS)", accounts: [{ name: "NT AUTHORITY\\NETWORK SERVICE", sid: "S-1-5-20", rights: ["listen"] }] });
    expect((await urlOf(english, "https://+:2002/"))?.sddl).toBe("D:(A;;GA;;;NS)");
    expect((await urlOf(english, "https://+:2003/"))?.sddl).toMatch(/^D:\(A;;GX;;;S-1-5-21-.*-1001\)$/);
    expect((await urlOf(german, "https://+:2001/"))?.sddl).toBe("D:(A;;GX;;;WD)");
    expect((await urlOf(french, "https://+:2001/"))?.sddl).toBe("D:(A;;GX;;;NS)");
  });

  it("fails with 87 without the closing slash, 183 when it exists, 1332 for an unknown account, 2 when it is missing", async () => {
    await acl(english, "add", "url=http://+:2004/", "sddl=D:(A;;GX;;;NS)");
    const failures = [
      await acl(english, "add", "url=http://+:2005", "user=Everyone"), await acl(english, "add", "url=HTTP://+:2004/", "user=Everyone"),
      await acl(english, "add", "url=http://+:2006/", "user=Jeder"), await acl(english, "delete", "url=http://+:2007/"), await acl(english, "add", "url=http://+:2006/", "sddl=nonsense"),
    ];
    expect(failures.map(({ exitCode, output }) => explainNetsh(exitCode, output).code)).toEqual([87, 183, 1332, 2, 87]);
    expect(failures[0]?.output).toBe("\r\nUrl reservation add failed, Error: 87\r\nThe parameter is incorrect.\r\n\r\n");
    expect(await acl(english, "delete", "url=http://+:2004/")).toEqual({ exitCode: 0, output: "\r\nURL reservation successfully deleted\r\n\r\n" });
  });

  it.skipIf(!existsSync(samples))("shows reservations as Windows shows them", async () => {
    const captured = readFileSync(join(samples, "urlacl-show-en-win10-18363.txt"), "utf8");
    const printed = (await acl(english, "show")).output.split("\r\n").map((line) => line.trimEnd()).join("\n");
    const blocks = captured.split("\n\n").filter((block) => block.includes("Reserved URL") && block.includes("SDDL"));
    expect(blocks.length).toBeGreaterThan(3);
    for (const block of blocks) expect(printed).toContain(block);
  });

  it("names accounts in the machine's language", async () => {
    expect((await acl(german, "show")).output).toMatch(/Benutzer: \\Jeder\r\n/);
    expect((await acl(french, "show", "url=https://+:2001/")).output).toMatch(/Utilisateur: AUTORITE NT\\SERVICE RÉSEAU\r\n {12}Écouter: Yes\r\n/);
    expect((await acl(english, "show")).output).toContain("User: NT SERVICE\\WinRM\r\n");
  });
});

describe("netsh http iplisten", () => {
  it("adds, shows and deletes addresses", async () => {
    expect((await http(english, "add", "iplisten", "ipaddress=192.0.2.7")).output).toBe("\r\nIP address successfully added\r\n\r\n");
    expect((await http(english, "add", "iplisten", "ipaddress=fe80::7")).exitCode).toBe(0);
    expect((await http(english, "show", "iplisten")).output).toBe("\r\nIP addresses present in the IP listen list:\r\n-------------------------------------------\r\n\r\n    192.0.2.7\r\n    fe80::7\r\n\r\n");
    expect(await english.machine.httpSys.listenList()).toEqual(["192.0.2.7", "fe80::7"]);
    expect((await http(english, "add", "iplisten", "ipaddress=192.0.2.7")).exitCode).toBe(1);
    expect((await http(english, "add", "iplisten", "ipaddress=nowhere")).exitCode).toBe(1);
    for (const address of ["192.0.2.7", "fe80::7"]) expect((await http(english, "delete", "iplisten", `ipaddress=${address}`)).output).toBe("\r\nIP address successfully deleted\r\n\r\n");
    expect(await english.machine.httpSys.listenList()).toEqual([]);
  });
});

describe("any other command of netsh", () => {
  it("is refused, and changes nothing", async () => {
    const before = readFileSync(join(english.directory, "http-sys.json"), "utf8");
    for (const words of [[], ["http"], ["http", "flush", "logbuffer"], ["interface", "show"], ["http", "add", "sslcert=x"]]) {
      expect((await english.machine.commands.run(["netsh", ...words])).exitCode, words.join(" ")).toBe(1);
    }
    expect(readFileSync(join(english.directory, "http-sys.json"), "utf8")).toBe(before);
  });
});
