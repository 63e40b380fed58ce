// The instances of the machine as a list: found by what a person types, sorted by what stands in a column.
import type { Finding } from "../../../app/finding.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { certificateOf, type FrontedInstance } from "../overview/front.ts";
import { byGravity, gravest } from "../finding-order.ts";
import { addressOfInstance } from "../overview/overview.ts";

export const columns = ["name", "address", "certificate", "service", "finding"] as const;
export type Column = (typeof columns)[number];

export interface Sort { readonly column: Column; readonly descending: boolean }
export const firstSort: Sort = { column: "name", descending: false };

/** An instance with what the list asks of it again and again. */
export interface Entry {
  readonly instance: FrontedInstance;
  /** Null where the configuration has none, or cannot be read. */
  readonly address: string | null;
  /** When its certificate ends, in milliseconds; null without one. */
  readonly end: number | null;
  readonly worst: Finding | null;
  /** All that can be searched for, in lower case. */
  readonly text: string;
}

/** `wordsOf` gives the words by which the window shows an instance, in the reader's language. */
export function entriesOf(instances: readonly FrontedInstance[], wordsOf: (instance: FrontedInstance) => readonly string[]): readonly Entry[] {
  return instances.map((instance) => {
    const { name, service, account, configFile, findings, front } = instance;
    const certificate = certificateOf(instance);
    const address = front?.address ?? addressOfInstance(instance);
    const texts = [name, service, account, address ?? "", addressOfInstance(instance) ?? "", configFile ?? "", certificate?.subject ?? "", certificate?.thumbprint ?? "", ...findings.flatMap(({ code, message }) => [code, message]), ...wordsOf(instance)];
    return { instance, address, end: certificate === null ? null : Date.parse(certificate.notAfter), worst: gravest(findings), text: texts.join("\n").toLowerCase() };
  });
}

/** What does not run stands first. */
const stateOrder = { "stopped": 0, "stop-pending": 1, "pause-pending": 2, "paused": 3, "start-pending": 4, "continue-pending": 5, "running": 6 } as const satisfies Record<Instance["state"], number>;

/** What is missing stands last, whichever way the rest is sorted. Names are compared in the reader's language (BCP 47). */
export function sortEntries(entries: readonly Entry[], { column, descending }: Sort, language: string): readonly Entry[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const direction = descending ? -1 : 1;
  const present = <Value>(one: Value | null, other: Value | null, compare: (one: Value, other: Value) => number): number =>
    (one === null ? (other === null ? 0 : 1) : other === null ? -1 : direction * compare(one, other));
  const byName = (one: Entry, other: Entry) => collator.compare(one.instance.name, other.instance.name) || collator.compare(one.instance.service, other.instance.service);
  const byColumn: Readonly<Record<Column, (one: Entry, other: Entry) => number>> = {
    name: (one, other) => direction * byName(one, other),
    address: (one, other) => present(one.address, other.address, (here, there) => collator.compare(here, there)),
    certificate: (one, other) => present(one.end, other.end, (here, there) => here - there),
    service: (one, other) => direction * (stateOrder[one.instance.state] - stateOrder[other.instance.state]),
    finding: (one, other) => present(one.worst, other.worst, byGravity),
  };
  const compare = byColumn[column];
  return entries.toSorted((one, other) => compare(one, other) || byName(one, other));
}

/** Words are found in any order, wherever they stand. */
export function findEntries(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? entries : entries.filter(({ text: all }) => words.every((word) => all.includes(word)));
}

/** A path as it was meant: without the quotation marks that Explorer's "Copy as path" puts around it, and what cannot be seen. */
export const pathTyped = (text: string): string => text.replace(/[\p{Cf}\p{Cc}]/gu, "").trim().replace(/^"(.*)"$/, "$1").trim();
