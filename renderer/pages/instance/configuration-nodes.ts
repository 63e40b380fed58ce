// A configuration as a tree: the addresses that it answers on, what stands apart from them, its files with their sections.
import type { ConfigurationView, ServiceView, UrlRole, UrlView } from "../../../app/santedb/configuration-view.ts";

export type EndpointView = ServiceView["endpoints"][number];
export type FileView = ConfigurationView["files"][number];
export type SectionView = ConfigurationView["sections"][number];

export type Content =
  | { readonly kind: "branch"; readonly branch: "http" | "apart" | "urls" | "files"; readonly count: number }
  | { readonly kind: "service"; readonly service: ServiceView }
  | { readonly kind: "endpoint"; readonly endpoint: EndpointView }
  | { readonly kind: "role"; readonly role: UrlRole; readonly count: number }
  | { readonly kind: "url"; readonly url: UrlView }
  | { readonly kind: "file"; readonly file: FileView }
  | { readonly kind: "section"; readonly section: SectionView };

/** `id` stays the same when the file is read again. */
export interface Node { readonly id: string; readonly content: Content; readonly children: readonly Node[] }

/** URLs of HL7, of clients and of upstreams: they are no addresses that this system answers HTTP on. */
const apart: readonly UrlRole[] = ["hl7-listener", "upstream", "client"];
/** In the order in which they are shown. */
const rolesShown: readonly UrlRole[] = ["hl7-listener", "upstream", "client", "base-address", "fhir-base", "issuer", "cors", "other"];

const leaf = (id: string, content: Content): Node => ({ id, content, children: [] });
const placeOf = ({ file, line }: { readonly file: string; readonly line: number }): string => `${file}:${line}`;

const serviceNode = (service: ServiceView): Node => ({
  id: `service ${placeOf(service)} ${service.name}`, content: { kind: "service", service },
  children: service.endpoints.map((endpoint) => leaf(`endpoint ${placeOf(endpoint)}:${endpoint.column}`, { kind: "endpoint", endpoint })),
});

function roleNodes(urls: readonly UrlView[], wanted: (role: UrlRole) => boolean): readonly Node[] {
  return rolesShown.filter(wanted).flatMap((role) => {
    const those = urls.filter((url) => url.role === role);
    const children = those.map((url, index) => leaf(`url ${placeOf(url)} ${url.element} ${url.attribute ?? ""} ${index}`, { kind: "url", url }));
    return those.length === 0 ? [] : [{ id: `role ${role}`, content: { kind: "role" as const, role, count: those.length }, children }];
  });
}

/** A file with its sections, and below it the files that it includes. A circle of includes is not followed. */
function fileNode(file: FileView, configuration: ConfigurationView, above: readonly string[]): Node {
  const path = [...above, file.file];
  return {
    id: `file ${path.join(" > ")}`, content: { kind: "file", file },
    children: [
      ...configuration.sections.filter((section) => section.file === file.file).toSorted((one, other) => one.line - other.line)
        .map((section) => leaf(`section ${placeOf(section)} ${section.name}`, { kind: "section", section })),
      ...configuration.files.filter((each) => each.includedBy?.file === file.file && !path.includes(each.file)).map((each) => fileNode(each, configuration, path)),
    ],
  };
}

/** Branches without anything in them are left out. */
export function configurationTree(configuration: ConfigurationView): readonly Node[] {
  const { services, urls, files } = configuration;
  const branch = (name: Extract<Content, { kind: "branch" }>["branch"], count: number, children: readonly Node[]): readonly Node[] =>
    (children.length === 0 ? [] : [{ id: `branch ${name}`, content: { kind: "branch", branch: name, count }, children }]);
  const isApart = (role: UrlRole): boolean => apart.includes(role);
  const countOf = (nodes: readonly Node[]): number => nodes.reduce((sum, { children }) => sum + children.length, 0);
  const apartNodes = roleNodes(urls, isApart);
  const otherNodes = roleNodes(urls, (role) => !isApart(role));
  return [
    ...branch("http", services.reduce((sum, { endpoints }) => sum + endpoints.length, 0), services.map(serviceNode)),
    ...branch("apart", countOf(apartNodes), apartNodes),
    ...branch("urls", countOf(otherNodes), otherNodes),
    ...branch("files", files.length, files.filter(({ includedBy }) => includedBy === null).map((file) => fileNode(file, configuration, []))),
  ];
}

/** Rows that stand open at first, beyond which services stay folded. */
const openLimit = 40;

/** The nodes that stand open at first: the addresses, down to each one where there are few. */
export function firstOpen(nodes: readonly Node[]): ReadonlySet<string> {
  const [first] = nodes;
  if (first?.content.kind !== "branch" || first.content.branch !== "http") return new Set(nodes.map(({ id }) => id));
  const few = first.children.length + first.content.count <= openLimit;
  return new Set([first.id, ...(few ? first.children.map(({ id }) => id) : [])]);
}

/** A node as it is drawn. */
export interface Row {
  readonly node: Node;
  /** From 1. */
  readonly level: number;
  /** Among its siblings, from 1. */
  readonly position: number;
  readonly size: number;
  /** Null where there is nothing to open. */
  readonly open: boolean | null;
}

/** The rows that are seen, in their order. */
export function rowsOf(nodes: readonly Node[], opened: ReadonlySet<string>, level = 1): readonly Row[] {
  return nodes.flatMap((node, index) => {
    const open = node.children.length === 0 ? null : opened.has(node.id);
    return [{ node, level, position: index + 1, size: nodes.length, open }, ...(open === true ? rowsOf(node.children, opened, level + 1) : [])];
  });
}

/** Whether it lets only those in who show a client certificate, wherever its endpoints ask for one. */
export const checksClientCertificates = ({ behaviors }: ServiceView): boolean => behaviors.some((type) => /(^|\.)ClientCertificateAccessBehavior$/.test(type));

/** A thumbprint cut to what tells it from others; anything else whole. */
export const shortCertificate = (value: string): string => (/^[\dA-F]{40}$/i.test(value) ? `${value.slice(0, 8).toUpperCase()}…` : value);

export type Move = { readonly kind: "go"; readonly to: number } | { readonly kind: "open" | "close"; readonly id: string };

/** What a key means on the row with this index; null where it means nothing. Source: WAI-ARIA Authoring Practices, Tree View. */
export function moveOf(rows: readonly Row[], at: number, key: string): Move | null {
  const row = rows[at];
  if (!row) return null;
  const go = (to: number): Move | null => (to >= 0 && to < rows.length && to !== at ? { kind: "go", to } : null);
  switch (key) {
    case "ArrowDown": return go(at + 1);
    case "ArrowUp": return go(at - 1);
    case "Home": return go(0);
    case "End": return go(rows.length - 1);
    case "ArrowRight": return row.open === null ? null : row.open ? go(at + 1) : { kind: "open", id: row.node.id };
    case "ArrowLeft": return row.open === true ? { kind: "close", id: row.node.id } : go(rows.findLastIndex(({ level }, index) => index < at && level < row.level));
    case "Enter":
    case " ": return row.open === null ? null : { kind: row.open ? "close" : "open", id: row.node.id };
    default: return null;
  }
}

export interface PortGroup {
  readonly port: number;
  readonly schemes: readonly ("http" | "https")[];
  /** Endpoints on it. */
  readonly count: number;
}

/** The ports that it answers HTTP on, ascending. */
export function portGroups({ services }: Pick<ConfigurationView, "services">): readonly PortGroup[] {
  const groups = new Map<number, { readonly schemes: Set<"http" | "https">; count: number }>();
  for (const { kind, scheme, port } of services.flatMap(({ endpoints }) => endpoints)) {
    if (kind !== "http" || port === null || (scheme !== "http" && scheme !== "https")) continue;
    const group = groups.get(port) ?? { schemes: new Set(), count: 0 };
    group.schemes.add(scheme);
    group.count++;
    groups.set(port, group);
  }
  return [...groups].map(([port, { schemes, count }]) => ({ port, count, schemes: [...schemes].toSorted() })).toSorted((one, other) => one.port - other.port);
}
