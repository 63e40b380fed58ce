import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { attributeOf, parseConfiguration, parseDocument, type Configuration } from "../../../app/santedb/configuration.ts";
import type { ConfigurationFile, ConfigurationFiles } from "../../../app/santedb/configuration-files.ts";
import { planEdit, type PlannedEdit } from "../../../app/santedb/edit.ts";
import type { WantedSettings } from "../../../app/santedb/settings.ts";
import { agsConfiguration, aroundRest, bytesOf, dcdrConfiguration, write } from "../../fixtures/configuration.ts";

const thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567";
const issuer = "89ABCDEF0123456789ABCDEF0123456789ABCDEF";

function filesOf(main: Uint8Array, ...others: readonly Uint8Array[]): ConfigurationFiles {
  const file = (bytes: Uint8Array, name: string): ConfigurationFile => ({ document: parseDocument(bytes, name), bytes, includedBy: null });
  return [file(main, "santedb.config.xml"), ...others.map((bytes, index) => file(bytes, `include-${index + 1}.xml`))];
}

const plan = (bytes: Uint8Array, wanted: WantedSettings, ...others: readonly Uint8Array[]): PlannedEdit => planEdit(filesOf(bytes, ...others), { scheme: "https", ...wanted });
const after = (planned: PlannedEdit, index = 0): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(planned.edits[index]?.after);
const read = (planned: PlannedEdit): Configuration => parseConfiguration(planned.edits[0]?.after ?? new Uint8Array(), "after");
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const named = (configuration: Configuration): readonly (string | undefined)[] => configuration.endpoints.map(({ certificate }) => (certificate ? attributeOf(certificate, "findValue", configuration.encoding)?.text : undefined));

describe("the certificate of an endpoint", () => {
  it("is written into the empty element that SanteDB leaves, as its Configuration Tool writes it", () => {
    const before = dcdrConfiguration();
    const planned = plan(before, { certificate: thumbprint });
    expect(after(planned)).toBe(textOf(before).replaceAll("http://0.0.0.0:9200", "https://0.0.0.0:9200")
      .replaceAll("<certificate />", `<certificate findType="FindByThumbprint" storeName="My" storeLocation="LocalMachine" findValue="${thumbprint}" />`));
    expect(planned.edits[0]?.settings[0]).toMatchObject({ name: "certificate", from: "", to: thumbprint, line: 16 });
    expect(plan(planned.edits[0]?.after ?? before, { certificate: thumbprint }).edits).toEqual([]);
  });

  it.each([
    ["replaces another", `<certificate findType="FindByThumbprint" storeName="My" storeLocation="LocalMachine" findValue="${issuer}"/>`, `<certificate findType="FindByThumbprint" storeName="My" storeLocation="LocalMachine" findValue="${thumbprint}"/>`],
    ["found by another means", `<certificate findType='FindBySubjectName' findValue='clinic'/>`, `<certificate findType='FindByThumbprint' findValue='${thumbprint}'/>`],
    ["in another store", `<certificate storeName="Root" storeLocation="CurrentUser" findValue="${thumbprint}"/>`, `<certificate storeName="My" storeLocation="LocalMachine" findValue="${thumbprint}"/>`],
    ["stands there without a value", `<certificate storeName="My"></certificate>`, `<certificate findType="FindByThumbprint" storeLocation="LocalMachine" findValue="${thumbprint}" storeName="My"></certificate>`],
  ])("%s, and keeps how it is written", (_, element, expected) => {
    const document = (certificate: string, scheme: string): string => aroundRest(`<service name="AMI"><endpoint address="${scheme}://0.0.0.0:8080/ami">${certificate}</endpoint></service>`);
    expect(after(plan(bytesOf(document(element, "http")), { certificate: thumbprint }))).toBe(document(expected, "https"));
  });

  it("is put in where there is no element, with the prefix and the indentation of the file", () => {
    const text = `<s:SanteDBConfiguration xmlns:s="http://santedb.org/configuration" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:section xsi:type="s:RestConfigurationSection">
      <s:service name="AMI">
        <s:endpoint address="http://0.0.0.0:8080/ami">
          <s:behaviors/>
        </s:endpoint>
        <s:endpoint address="http://0.0.0.0:8080/b" />
      </s:service></s:section></s:SanteDBConfiguration>`;
    const element = `<s:certificate findType="FindByThumbprint" storeName="My" storeLocation="LocalMachine" findValue="${thumbprint}" />`;
    const planned = plan(bytesOf(text), { certificate: thumbprint });
    expect(after(planned)).toBe(text.replaceAll("http://0.0.0.0", "https://0.0.0.0").replace("<s:behaviors/>", `${element}\n          <s:behaviors/>`)
      .replace("/b\" />", `/b" >${element}</s:endpoint>`));
    expect(named(read(planned))).toEqual([thumbprint, thumbprint]);
  });

  it("is refused for a v2 dCDR, whose file has none", () => {
    expect(() => plan(agsConfiguration(), { certificate: thumbprint })).toThrow(LockstepError);
  });

  it("is written in UTF-16 as well", () => {
    const bytes = write(textOf(dcdrConfiguration({ byteOrderMark: false })).replace("utf-8", "utf-16"), "utf-16le");
    expect(named(read(plan(bytes, { certificate: thumbprint })))).toEqual(Array.from({ length: 6 }, () => thumbprint));
  });
});

describe("client certificates", () => {
  it("are switched on with the behaviour that reads them, and off again without a trace", () => {
    const before = dcdrConfiguration({ scheme: "https" });
    const on = plan(before, { clientCertificates: true, clientIssuers: [{ thumbprint: issuer, store: "CA" }] });
    const configuration = read(on);
    expect(configuration.endpoints.every(({ clientCerts }) => clientCerts?.value === "true")).toBe(true);
    expect(configuration.services.every(({ behaviors }) => behaviors.some(({ type }) => type === "SanteDB.Rest.Common.Security.ClientCertificateAccessBehavior"))).toBe(true);
    expect(after(on)).toContain(`<ClientCertificateAccessConfiguration revokeCheck="NoCheck"><allowClientHeader>false</allowClientHeader><trustedIssuers><add findType="FindByThumbprint" storeName="CertificateAuthority" storeLocation="LocalMachine" findValue="${issuer}" /></trustedIssuers>`);
    expect(on.warnings.map(({ code }) => code)).toEqual(["client-identity-provider"]);
    const off = plan(on.edits[0]?.after ?? before, { clientCertificates: false });
    expect(after(off)).toBe(textOf(before));
  });

  it("without a named authority are those of every intermediate authority, and that is said", () => {
    const on = plan(dcdrConfiguration(), { clientCertificates: true });
    expect(after(on)).toContain(`<add type="SanteDB.Rest.Common.Security.ClientCertificateAccessBehavior, SanteDB.Rest.Common" />`);
    expect(on.warnings.map(({ code }) => code)).toContain("client-issuers-all");
  });

  it("are put in where a service has neither behaviours nor the element", () => {
    const text = aroundRest(`<service name="AMI">\n  <endpoint address="https://0.0.0.0:8080/ami"/>\n</service>`);
    const on = plan(bytesOf(text), { clientCertificates: true, certificate: thumbprint });
    expect(read(on)).toMatchObject({ endpoints: [{ clientCerts: { value: "true" } }], services: [{ behaviors: [{ type: expect.stringContaining("ClientCertificateAccessBehavior") as string }] }] });
    expect(named(read(on))).toEqual([thumbprint]);
  });

  it("with a value that SanteDB would not start with are named, and put right where they are asked for", () => {
    const text = aroundRest(`<service name="AMI"><endpoint address="https://0.0.0.0:8080/ami"><clientCerts>yes</clientCerts></endpoint></service>`);
    expect(plan(bytesOf(text), {}).warnings).toMatchObject([{ code: "client-certs-invalid", severity: "error" }]);
    expect(after(plan(bytesOf(text), { clientCertificates: false }))).toBe(text.replace("yes", "false"));
  });

  it("that are not written plainly are refused with their place", () => {
    for (const content of ["<clientCerts/>", "<clientCerts>fal<!-- -->se</clientCerts>", "<clientCerts>&#102;alse</clientCerts>"]) {
      expect(() => plan(bytesOf(aroundRest(`<service name="AMI"><endpoint address="https://0.0.0.0:8080/ami">${content}</endpoint></service>`)), { clientCertificates: true })).toThrow(/line 3, column 66: clientCerts is not written plainly/);
    }
  });
});

describe("external addresses", () => {
  const fhir = bytesOf(`<SanteDBConfiguration xmlns="http://santedb.org/configuration" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><section xsi:type="FhirServiceConfigurationSection"><base> http://10.0.0.5:8080/fhir/r4 </base></section></SanteDBConfiguration>`);

  it("are put in as the REST section's first child, and replaced where there is one", () => {
    const text = aroundRest(`<service name="AMI"><endpoint address="https://0.0.0.0:8080/ami"/></service>`);
    const planned = plan(bytesOf(text), { baseAddress: "https://clinic.example.org:8443/some/path" });
    expect(after(planned)).toBe(text.replace(`"RestConfigurationSection">`, `"RestConfigurationSection">\n<baseAddress>https://clinic.example.org:8443</baseAddress>`));
    const again = plan(planned.edits[0]?.after ?? new Uint8Array(), { baseAddress: "https://other.example.org" });
    expect(read(again).baseAddress?.value).toBe("https://other.example.org");
  });

  it("of FHIR keep their path, in whatever file they stand", () => {
    const planned = plan(dcdrConfiguration(), { fhirBase: "https://clinic.example.org" }, fhir);
    expect(planned.edits.map(({ file }) => file)).toEqual(["santedb.config.xml", "include-1.xml"]);
    expect(after(planned, 1)).toBe(textOf(fhir).replace(" http://10.0.0.5:8080/fhir/r4 ", "https://clinic.example.org/fhir/r4"));
    expect(planned.edits[1]).toMatchObject({ changes: [], settings: [{ name: "fhirBase", from: "http://10.0.0.5:8080/fhir/r4", to: "https://clinic.example.org/fhir/r4" }] });
  });

  it("of FHIR that are nowhere are said to be nowhere", () => {
    expect(plan(dcdrConfiguration(), { fhirBase: "https://clinic.example.org" }).warnings.map(({ code }) => code)).toContain("fhir-base-missing");
  });

  it.each(["clinic.example.org", "https://0.0.0.0:9200", "ftp://clinic", "https://", "javascript:alert(1)"])("are refused where they are none: %s", (address) => {
    expect(() => plan(dcdrConfiguration(), { baseAddress: address })).toThrow(/external address takes an address that clients use/);
  });
});

describe("a configuration with everything set", () => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-settings-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const hasXmllint = ((): boolean => { try { execFileSync("xmllint", ["--version"], { stdio: "ignore" }); return true; } catch { return false; } })();

  it.skipIf(!hasXmllint)("is well-formed for xmllint, with what was asked for in SanteDB's namespace", () => {
    const path = join(directory, "santedb.config");
    writeFileSync(path, plan(dcdrConfiguration(), { certificate: thumbprint, clientCertificates: true, clientIssuers: [{ thumbprint: issuer, store: "Root" }], baseAddress: "https://clinic.example.org" }).edits[0]?.after ?? "");
    const count = (expression: string): number => Number(execFileSync("xmllint", ["--xpath", `count(${expression})`, path], { encoding: "utf8" }));
    const ours = (name: string): string => `*[local-name()="${name}" and namespace-uri()="http://santedb.org/configuration"]`;
    expect(count(`//${ours("endpoint")}/${ours("certificate")}[@findValue="${thumbprint}"]`)).toBe(6);
    expect(count(`//${ours("trustedIssuers")}/${ours("add")}[@storeName="Root" and @findValue="${issuer}"]`)).toBe(6);
    expect(count(`//${ours("section")}/${ours("baseAddress")}`)).toBe(1);
    expect(count("//*[namespace-uri()='']")).toBe(0);
  });
});
