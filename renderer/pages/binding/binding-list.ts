// The records of HTTP.sys as a list: found by what a person types, filtered by kind, sorted by what stands in a column.
import { isSanteDb } from "../../../app/http-sys/application.ts";
import type { Binding, BindingFamily } from "../../../app/http-sys/binding.ts";
import { nameOf, type StoredCertificate } from "../certificate/certificate-list.ts";
import { changedFlags, type Flag } from "./flag-list.ts";

export const families = ["ip", "sni", "ccs"] as const satisfies readonly BindingFamily[];
export const columns = ["endpoint", "certificate", "application", "store", "settings"] as const;
export type Column = (typeof columns)[number];

export interface Sort { readonly column: Column; readonly descending: boolean }
export const firstSort: Sort = { column: "endpoint", descending: false };

/** A record with what the list asks of it again and again. */
export interface Entry {
  /** The endpoint, which no two records share. */
  readonly id: string;
  readonly binding: Binding;
  readonly port: number;
  /** The certificate that it names, where the stores of this machine have it. */
  readonly certificate: StoredCertificate | null;
  /** Whether it names one that no store has; false where the stores could not be read. */
  readonly missing: boolean;
  /** Name of the certificate, else its thumbprint; null for a record that names none. */
  readonly name: string | null;
  /** Name of the product, else the GUID. */
  readonly application: string;
  readonly flags: readonly Flag[];
  /** All that can be searched for, in lower case. */
  readonly text: string;
}

const storeNames: Readonly<Record<string, string>> = { My: "MY", CA: "CA", Root: "ROOT" };

/** The certificates by thumbprint and by SHA-256, since a record may name either. */
export type KnownCertificates = ReadonlyMap<string, readonly StoredCertificate[]>;

export function indexCertificates(certificates: readonly StoredCertificate[]): KnownCertificates {
  const known = new Map<string, StoredCertificate[]>();
  for (const certificate of certificates) {
    for (const number of [certificate.thumbprint, certificate.sha256]) known.set(number, [...(known.get(number) ?? []), certificate]);
  }
  return known;
}

/** The certificate that a record names, that of the record's own store first; null where no store has it. */
export function certificateOf({ thumbprint, store }: Pick<Binding, "thumbprint" | "store">, known: KnownCertificates): StoredCertificate | null {
  const found = thumbprint === null ? [] : known.get(thumbprint) ?? [];
  return found.find((each) => storeNames[each.store] === store.toUpperCase()) ?? found[0] ?? null;
}

/** Whether another product made the record. */
export const isForeign = ({ applicationId }: Pick<Binding, "applicationId">): boolean => !isSanteDb(applicationId);

/** The first digits of a thumbprint, as many as tell it from others. */
export const shortThumbprint = (thumbprint: string): string => `${thumbprint.slice(0, 8)}…`;

export const portOf = (endpoint: string): number => Number(/\d+$/.exec(endpoint)?.[0] ?? 0);

/**
 * `certificates` is null where the stores could not be read. `wordsOf` gives the words by which the window shows a record,
 * in the reader's language.
 */
export function entriesOf(bindings: readonly Binding[], certificates: readonly StoredCertificate[] | null, wordsOf: (binding: Binding) => readonly string[]): readonly Entry[] {
  const known = indexCertificates(certificates ?? []);
  return bindings.map((binding) => {
    const { endpoint, thumbprint, applicationId, store, flags } = binding;
    const certificate = certificateOf(binding, known);
    const application = binding.application ?? applicationId;
    const changed = changedFlags(flags);
    const texts = [endpoint, thumbprint ?? "", certificate?.subject ?? "", ...(certificate?.names ?? []), application, applicationId, store, ...changed.map(({ name, value }) => `${name} ${value}`), ...wordsOf(binding)];
    return {
      id: endpoint, binding, port: portOf(endpoint), certificate, missing: thumbprint !== null && certificates !== null && !certificate, name: certificate ? nameOf(certificate) : thumbprint, application, flags: changed,
      text: texts.join("\n").toLowerCase(),
    };
  });
}

/** What is missing stands last, whichever way the rest is sorted; alike records stand by port. Names are compared in the reader's language (BCP 47). */
export function sortEntries(entries: readonly Entry[], { column, descending }: Sort, language: string): readonly Entry[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const direction = descending ? -1 : 1;
  const present = (one: string | null, other: string | null): number =>
    (one === null ? (other === null ? 0 : 1) : other === null ? -1 : direction * collator.compare(one, other));
  const byEndpoint = (one: Entry, other: Entry) => one.port - other.port || families.indexOf(one.binding.family) - families.indexOf(other.binding.family) || collator.compare(one.id, other.id);
  const byColumn: Readonly<Record<Column, (one: Entry, other: Entry) => number>> = {
    endpoint: (one, other) => direction * byEndpoint(one, other),
    certificate: (one, other) => present(one.name, other.name),
    application: (one, other) => direction * collator.compare(one.application, other.application),
    store: (one, other) => direction * collator.compare(one.binding.store, other.binding.store),
    settings: (one, other) => direction * (other.flags.length - one.flags.length),
  };
  const compare = byColumn[column];
  return entries.toSorted((one, other) => compare(one, other) || byEndpoint(one, other));
}

export interface Filter {
  readonly text: string;
  /** Null for all kinds. */
  readonly family: BindingFamily | null;
}

export const noFilter: Filter = { text: "", family: null };

export interface Found {
  /** In the order of the entries given. */
  readonly entries: readonly Entry[];
  /** How many each choice of kind would show. */
  readonly inFamily: Readonly<Record<BindingFamily, number>>;
  readonly inAnyFamily: number;
}

/** Words are found in any order, wherever they stand, and characters that cannot be seen are passed over. */
export function findEntries(entries: readonly Entry[], { text, family }: Filter): Found {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  const matching = entries.filter(({ text: all }) => words.every((word) => all.includes(word)));
  const inFamily = { ip: 0, sni: 0, ccs: 0 };
  for (const { binding } of matching) inFamily[binding.family]++;
  return { entries: family === null ? matching : matching.filter(({ binding }) => binding.family === family), inFamily, inAnyFamily: matching.length };
}
