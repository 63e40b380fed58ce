// The certificates of the stores as a list: found by what a person types or pastes, filtered, sorted, counted.
import type { Certificate, StoredDetail } from "../../../app/certificates/certificate.ts";
import { commonName, daysLeft, type Standing } from "./days-left.ts";

export type StoredCertificate = StoredDetail["certificate"];
export type Store = StoredCertificate["store"];

export const stores = ["My", "CA", "Root"] as const satisfies readonly Store[];
export const columns = ["name", "end", "key", "privateKey", "store"] as const;
export type Column = (typeof columns)[number];
export const endings = ["soon", "ended"] as const satisfies readonly Standing[];
export type Ending = (typeof endings)[number];

export interface Sort { readonly column: Column; readonly descending: boolean }

/** Personal first, then the authorities; in each store what ends first. */
export const firstSort: Sort = { column: "store", descending: false };

/** A certificate with what the list asks of it again and again. */
export interface Entry {
  /** Store and thumbprint: a certificate may lie in several stores. */
  readonly id: string;
  readonly certificate: StoredCertificate;
  readonly name: string;
  readonly end: number;
  readonly standing: Standing;
  /** Subject, names, issuer and numbers, in lower case. */
  readonly text: string;
}

/** What a person knows the certificate by: its common name, else its first name, its subject, its thumbprint. */
export function nameOf({ subject, names, thumbprint }: Pick<StoredCertificate, "subject" | "names" | "thumbprint">): string {
  const found = commonName(subject);
  if (found !== subject) return found;
  return [names[0], subject, thumbprint].find((each) => each !== undefined && each !== "") ?? "";
}

/** The issuer that a chain, leaf first, breaks off at; null where it ends in a certificate that issued itself. */
export function missingIssuer(chain: readonly Certificate[]): string | null {
  const last = chain.at(-1);
  return last === undefined || last.role === "root" || last.issuer === last.subject ? null : last.issuer;
}

const idOf = ({ store, thumbprint }: Pick<StoredCertificate, "store" | "thumbprint">): string => `${store} ${thumbprint}`;

export function entriesOf(certificates: readonly StoredCertificate[], now: Date): readonly Entry[] {
  return certificates.map((certificate) => ({
    id: idOf(certificate),
    certificate,
    name: nameOf(certificate),
    end: Date.parse(certificate.notAfter),
    standing: daysLeft(certificate, now).standing,
    text: [certificate.subject, ...certificate.names, certificate.issuer, certificate.thumbprint, certificate.sha256, certificate.serialNumber].join("\n").toLowerCase(),
  }));
}

/** Entries that are alike in the column stand by their end, then by their name. Names are compared in the reader's language (BCP 47). */
export function sortEntries(entries: readonly Entry[], { column, descending }: Sort, language: string): readonly Entry[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const byName = (one: Entry, other: Entry) => collator.compare(one.name, other.name);
  const byEnd = (one: Entry, other: Entry) => one.end - other.end;
  const byColumn: Readonly<Record<Column, (one: Entry, other: Entry) => number>> = {
    name: byName,
    end: byEnd,
    key: (one, other) => collator.compare(one.certificate.keyType, other.certificate.keyType),
    privateKey: (one, other) => Number(other.certificate.hasPrivateKey) - Number(one.certificate.hasPrivateKey),
    store: (one, other) => stores.indexOf(one.certificate.store) - stores.indexOf(other.certificate.store),
  };
  const compare = byColumn[column];
  const direction = descending ? -1 : 1;
  return entries.toSorted((one, other) => direction * compare(one, other) || byEnd(one, other) || byName(one, other));
}

export interface Filter {
  readonly text: string;
  /** Null for all stores. */
  readonly store: Store | null;
  /** Null for certificates that stand in any way. */
  readonly ending: Ending | null;
}

export const noFilter: Filter = { text: "", store: null, ending: null };

export interface Found {
  /** In the order of the entries given. */
  readonly entries: readonly Entry[];
  /** How many each choice of store would show, all else as it is. */
  readonly inStore: Readonly<Record<Store, number>>;
  readonly inAnyStore: number;
  /** How many each choice of ending would show, all else as it is. */
  readonly ending: Readonly<Record<Ending, number>>;
}

/**
 * Words are found in any order, wherever they stand, and characters that cannot be seen are passed over. `number` is a
 * thumbprint, a fingerprint or a serial number, or a part of one, that the text was cleaned to: it is found as a whole,
 * and its groups are no words.
 */
export function findEntries(entries: readonly Entry[], { text, store, ending }: Filter, number: string | null): Found {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  const digits = number?.toLowerCase() ?? null;
  const fits = ({ text: all }: Entry): boolean => {
    if (digits !== null && all.includes(digits)) return true;
    return (digits === null || words.length === 1) && words.every((word) => all.includes(word));
  };
  const matching = words.length === 0 ? entries : entries.filter(fits);
  const inStore = { My: 0, CA: 0, Root: 0 };
  const endingCounts = { soon: 0, ended: 0 };
  const found: Entry[] = [];
  for (const entry of matching) {
    const fitsStore = store === null || entry.certificate.store === store;
    const fitsEnding = ending === null || entry.standing === ending;
    if (fitsEnding) inStore[entry.certificate.store]++;
    if (fitsStore && (entry.standing === "soon" || entry.standing === "ended")) endingCounts[entry.standing]++;
    if (fitsStore && fitsEnding) found.push(entry);
  }
  return { entries: found, inStore, inAnyStore: inStore.My + inStore.CA + inStore.Root, ending: endingCounts };
}
