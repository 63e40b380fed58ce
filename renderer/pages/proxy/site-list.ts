// The published sites as a list: found by what a person types, filtered by how they stand, sorted by what stands in a column.
import type { PublishedSite, SiteFinding } from "../../../app/nginx/site.ts";
import { gravest } from "../finding-order.ts";

export const columns = ["names", "port", "upstreams", "certificate", "state"] as const;
export type Column = (typeof columns)[number];

export interface Sort { readonly column: Column; readonly descending: boolean }
export const firstSort: Sort = { column: "names", descending: false };

/** How a site stands, in one word: its gravest finding, or that NGINX does not read it. */
export const standings = ["error", "warning", "off", "good"] as const;
export type Standing = (typeof standings)[number];

export interface Entry {
  /** The file's name, which no other has. */
  readonly id: string;
  readonly site: PublishedSite;
  readonly standing: Standing;
  /** The one finding that the row tells; null where nothing is worth saying. */
  readonly finding: SiteFinding | null;
  /** All that can be searched for, in lower case. */
  readonly text: string;
}

function standingOf({ enabled, findings }: PublishedSite): Standing {
  if (!enabled) return "off";
  const finding = gravest(findings);
  return finding === null || finding.severity === "information" ? "good" : finding.severity;
}

export const entriesOf = (sites: readonly PublishedSite[]): readonly Entry[] => sites.map((site) => ({
  id: site.fileName, site, standing: standingOf(site), finding: gravest(site.findings),
  text: [site.fileName, site.path, ...site.serverNames, ...site.upstreams, String(site.port ?? ""), site.certificatePath ?? "", site.certificate?.subject ?? "", site.certificate?.thumbprint ?? "", ...site.findings.map(({ code, message }) => `${code} ${message}`)].join("\n").toLowerCase(),
}));

/** Alike entries stand by name, then by port. Names are compared in the reader's language (BCP 47). */
export function sortEntries(entries: readonly Entry[], { column, descending }: Sort, language: string): readonly Entry[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const direction = descending ? -1 : 1;
  const first = ({ site }: Entry) => site.serverNames[0] ?? site.fileName;
  const byName = (one: Entry, other: Entry) => collator.compare(first(one), first(other));
  const byPort = (one: Entry, other: Entry) => (one.site.port ?? 0) - (other.site.port ?? 0);
  /** One whose certificate cannot be read stands first: it is the most urgent. */
  const ending = ({ site }: Entry) => (site.certificate === null ? 0 : Date.parse(site.certificate.notAfter));
  const byColumn: Readonly<Record<Column, (one: Entry, other: Entry) => number>> = {
    names: byName,
    port: byPort,
    upstreams: (one, other) => collator.compare(one.site.upstreams[0] ?? "", other.site.upstreams[0] ?? ""),
    certificate: (one, other) => ending(one) - ending(other),
    state: (one, other) => standings.indexOf(one.standing) - standings.indexOf(other.standing),
  };
  const compare = byColumn[column];
  return entries.toSorted((one, other) => direction * compare(one, other) || byName(one, other) || byPort(one, other));
}

export interface Filter {
  readonly text: string;
  /** Null for all. */
  readonly standing: Standing | null;
}

export const noFilter: Filter = { text: "", standing: null };

export interface Found {
  /** In the order of the entries given. */
  readonly entries: readonly Entry[];
  /** How many each choice would show. */
  readonly standing: Readonly<Record<Standing, number>>;
  readonly all: number;
}

/** Words are found in any order, wherever they stand, and characters that cannot be seen are passed over. */
export function findEntries(entries: readonly Entry[], { text, standing }: Filter): Found {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  const matching = entries.filter(({ text: all }) => words.every((word) => all.includes(word)));
  const count = { error: 0, warning: 0, off: 0, good: 0 };
  for (const entry of matching) count[entry.standing]++;
  return { entries: standing === null ? matching : matching.filter((entry) => entry.standing === standing), standing: count, all: matching.length };
}
