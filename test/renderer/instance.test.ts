// The instances as a list, a configuration as a tree, and what the keys of the tree mean.
import { describe, expect, it } from "vitest";
import type { ConfigurationView } from "../../app/santedb/configuration-view.ts";
import type { Instance } from "../../app/santedb/instance.ts";
import { configurationTree, firstOpen, moveOf, portGroups, rowsOf, shortCertificate, type Node } from "../../renderer/pages/instance/configuration-nodes.ts";
import { fileNameOf } from "../../renderer/pages/instance/file-name.ts";
import { findingsOf } from "../../renderer/pages/instance/instance-findings.ts";
import { entriesOf, findEntries, pathTyped, sortEntries, type Column } from "../../renderer/pages/instance/instance-list.ts";
import { formatSize } from "../../renderer/messages/size.ts";
import { createPracticeHost } from "./practice-host.ts";

const host = createPracticeHost({ instances: "kinds" }, () => undefined);
const instances = await host.instance.list({});
const entries = entriesOf(instances, ({ product }) => [product === "icdr" ? "Server" : "Client"]);
const sorted = (column: Column, descending = false) => sortEntries(entries, { column, descending }, "en").map(({ instance }) => instance.name);

describe("the list of instances", () => {
  it("is sorted by each column, what is missing last both ways", () => {
    expect(sorted("name")).toEqual(["clinic", "default", "SanteDB", "training"]);
    expect(sorted("name", true)).toEqual(["training", "SanteDB", "default", "clinic"]);
    expect(sorted("certificate")).toEqual(["training", "SanteDB", "clinic", "default"]);
    expect(sorted("certificate", true)).toEqual(["SanteDB", "training", "clinic", "default"]);
    expect(sorted("address").at(-1)).toBe("clinic");
    expect(sorted("address", true).at(-1)).toBe("clinic");
    expect(sorted("service").slice(0, 2), "what does not run first").toEqual(["training", "clinic"]);
    expect(sorted("finding"), "errors, then warnings, then nothing").toEqual(["clinic", "training", "SanteDB", "default"]);
  });

  it("compares numbers in names as numbers", () => {
    const many = entriesOf(["site-10", "site-9"].map((name): Instance => ({ ...instances[0], name, service: `sdb-www-${name}` }) as Instance), () => []);
    expect(sortEntries(many, { column: "name", descending: false }, "en").map(({ instance }) => instance.name)).toEqual(["site-9", "site-10"]);
  });

  it("is searched by words in any order: name, port, account, certificate, finding, product", () => {
    const found = (text: string) => findEntries(entries, text).map(({ instance }) => instance.name);
    expect(found("8443 networkservice")).toEqual(["SanteDB"]);
    expect(found("configuration-malformed")).toEqual(["clinic"]);
    expect(found("OLD-CLINIC\u200b")).toEqual(["training"]);
    expect(found("server hie")).toEqual(["SanteDB"]);
    expect(found("  ")).toHaveLength(4);
  });
});

describe("a path that was typed or pasted", () => {
  it.each([
    ["  C:\\santedb.config ", "C:\\santedb.config"], ['"C:\\Program Files\\santedb.config"', "C:\\Program Files\\santedb.config"],
    ["\u202aC:\\santedb.config", "C:\\santedb.config"], ['"', '"'], ["\t", ""],
  ])("%j is %j", (text, path) => expect(pathTyped(text)).toBe(path));
});

const view = async (service: string): Promise<ConfigurationView> => {
  const { configuration } = await host.instance.show({ name: service });
  if (!configuration) throw new Error(`${service} has no configuration`);
  return configuration;
};
const named = (nodes: readonly Node[], id: string): Node | undefined => nodes.flatMap((node) => [node, ...node.children]).find((node) => node.id === id);

describe("a configuration as a tree", () => {
  it("has HL7 apart from the HTTP addresses, other URLs by role, and files below those that include them", async () => {
    const nodes = configurationTree(await view("SanteDB"));
    expect(nodes.map(({ id }) => id)).toEqual(["branch http", "branch apart", "branch urls", "branch files"]);
    expect(named(nodes, "role hl7-listener")?.children).toHaveLength(2);
    expect(nodes[2]?.children.map(({ id }) => id)).toEqual(["role base-address", "role fhir-base", "role issuer", "role cors"]);
    const [main] = nodes[3]?.children ?? [];
    const filesBelow = (node: Node | undefined): readonly string[] => (node?.children ?? []).flatMap((each) => (each.content.kind === "file" ? [fileNameOf(each.content.file.file)] : []));
    expect(filesBelow(main)).toEqual(["rest.xml", "hl7.xml"]);
    expect(filesBelow(main?.children.at(-1))).toEqual(["hl7-sites.xml"]);
    const ids = rowsOf(nodes, new Set(rowsOf(nodes, new Set()).map(({ node }) => node.id))).map(({ node }) => node.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("follows no circle of includes", async () => {
    const configuration = await view("sdb-www-default");
    const [first] = configuration.files;
    if (!first) throw new Error("no file");
    const other = { ...first, file: "other.xml", includedBy: { file: first.file, line: 3 } };
    const nodes = configurationTree({ ...configuration, files: [first, other, { ...other, file: "other.xml", includedBy: { file: "other.xml", line: 1 } }] });
    expect(nodes.at(-1)?.children[0]?.children.filter(({ content }) => content.kind === "file")).toHaveLength(1);
  });

  it("stands open down to each address where there are few, and folded where there are many", async () => {
    const few = configurationTree(await view("sdb-www-default"));
    expect(rowsOf(few, firstOpen(few)).filter(({ node }) => node.content.kind === "endpoint")).toHaveLength(6);
    const large = createPracticeHost({ instances: "one", endpoints: 300 }, () => undefined);
    const { configuration } = await large.instance.show({ name: "default" });
    const many = configuration ? configurationTree(configuration) : [];
    const rows = rowsOf(many, firstOpen(many));
    expect(rows.filter(({ node }) => node.content.kind === "endpoint")).toHaveLength(0);
    expect(rows.filter(({ node }) => node.content.kind === "service")).toHaveLength(306);
  });

  it("tells each row's level, its place among its siblings, and whether it is open", async () => {
    const nodes = configurationTree(await view("sdb-www-default"));
    const rows = rowsOf(nodes, firstOpen(nodes));
    expect(rows[0]).toMatchObject({ level: 1, position: 1, size: 4, open: true });
    expect(rows[2]).toMatchObject({ level: 3, position: 1, size: 1, open: null });
    expect(rows.at(-1)).toMatchObject({ level: 1, position: 4, open: false });
  });
});

describe("the keys of the tree", () => {
  const leaf = (id: string): Node => ({ id, content: { kind: "role", role: "other", count: 0 }, children: [] });
  const nodes: readonly Node[] = [{ ...leaf("a"), children: [leaf("a1"), leaf("a2")] }, { ...leaf("b"), children: [leaf("b1")] }];
  const rows = rowsOf(nodes, new Set(["a"]));

  it.each([
    [0, "ArrowDown", { kind: "go", to: 1 }], [0, "ArrowUp", null], [3, "ArrowDown", null], [2, "Home", { kind: "go", to: 0 }], [0, "End", { kind: "go", to: 3 }],
    [0, "ArrowRight", { kind: "go", to: 1 }], [3, "ArrowRight", { kind: "open", id: "b" }], [1, "ArrowRight", null],
    [0, "ArrowLeft", { kind: "close", id: "a" }], [2, "ArrowLeft", { kind: "go", to: 0 }], [3, "ArrowLeft", null],
    [0, "Enter", { kind: "close", id: "a" }], [3, " ", { kind: "open", id: "b" }], [1, "Enter", null], [1, "x", null],
  ])("in row %i, %s", (at, key, move) => expect(moveOf(rows, at, key)).toEqual(move));
});

describe("the ports of a configuration", () => {
  it("stand with their schemes and the count of their endpoints; what is not HTTP is left out", async () => {
    expect(portGroups(await view("SanteDB"))).toEqual([{ port: 8443, count: 6, schemes: ["https"] }]);
    const { services } = await view("sdb-www-default");
    const [first, ...others] = services;
    if (!first) throw new Error("no service");
    const mixed = { ...first, endpoints: first.endpoints.map((endpoint) => ({ ...endpoint, scheme: "https" })) };
    expect(portGroups({ services: [mixed, ...others] })).toEqual([{ port: 9200, count: 6, schemes: ["http", "https"] }]);
  });
});

describe("what is said of an instance", () => {
  it("is said once, whether by its service or by its configuration", async () => {
    const detail = await host.instance.show({ name: "SanteDB" });
    const { configuration } = detail;
    const twice = { findings: [...detail.findings, ...(configuration?.findings ?? [])], configuration };
    expect(findingsOf(twice).map(({ code }) => code)).toEqual(["reservation-plain", "fhir-base-plain"]);
  });
});

describe("what is cut short", () => {
  it("a thumbprint to its first digits, any other value not at all", () => {
    expect(shortCertificate("80a677c3ca79d3b51227e75248e60cdd2920df39")).toBe("80A677C3…");
    expect(shortCertificate("CN=hie.example.org")).toBe("CN=hie.example.org");
  });
  it("a path to the name of the file", () => expect([fileNameOf("C:\\a\\b.config"), fileNameOf("/opt/b.config"), fileNameOf("b.config")]).toEqual(["b.config", "b.config", "b.config"]));
  it("a size to bytes, kilobytes or megabytes", () => expect([512, 41_731, 6 * 1024 * 1024].map((bytes) => formatSize(bytes, "en-GB"))).toEqual(["512 bytes", "41 kB", "6 MB"]));
});
