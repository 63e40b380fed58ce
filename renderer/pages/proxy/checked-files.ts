// Files of NGINX that are to be checked: what they are, which of them are read for themselves, what they name, and their lines.
import { dumpedFiles, type DumpedFile } from "../../../app/nginx/dump.ts";
import { fitsPattern } from "../../../app/nginx/include.ts";
import type { SiteFinding } from "../../../app/nginx/site.ts";
import { fileNameOf } from "../../../app/path.ts";
import { byGravity } from "../finding-order.ts";

/** Bytes of one file, and of all together, that are checked; a test compares the first with what is read. */
export const fileLimit = 10 * 1024 * 1024;
export const totalLimit = 16 * 1024 * 1024;
/** Files that are checked at once; the contract takes more, a person hardly means more. */
export const filesLimit = 200;
/** Bytes of a certificate or key at most: the contract's limit in base64. */
export const materialLimit = 3 * 1024 * 1024;

/** A file with its text; null where it holds zero bytes and is none. */
export interface GivenFile { readonly name: string; readonly text: string | null }

const materialName = /\.(?:pem|crt|cer|key|der|p7b|p7c|csr)$/i;

/** Whether a file is a certificate or key that lies beside a site, by its name. */
export const isMaterial = (name: string): boolean => materialName.test(name);

const directives = (pattern: string): RegExp => new RegExp(`^[ \\t]*${pattern}[ \\t]+(?:"([^"\\n]+)"|'([^'\\n]+)'|([^\\s;"']+))[ \\t]*;`, "gm");

const valuesIn = (text: string, pattern: string): readonly string[] => [...text.matchAll(directives(pattern))].map(([, double, single, bare]) => double ?? single ?? bare ?? "");

/** A file with the name under which it is checked, and whether it is read for itself. */
export interface PlacedFile { readonly name: string; readonly root: boolean }

/**
 * Where files lie, in their order. A window knows their names alone, so one that another includes by a path or pattern
 * that fits is taken to lie there; the rest are read for themselves. All are where they include each other in a circle.
 */
export function placesOf(files: readonly GivenFile[]): readonly PlacedFile[] {
  const included = files.length < 2 ? [] : files.map(({ text }) => valuesIn(text ?? "", "include"));
  const placed = files.map(({ name }, index): PlacedFile => {
    const path = included.flatMap((paths, at) => (at === index ? [] : paths)).find((each) => fitsPattern(fileNameOf(each), name));
    return path === undefined ? { name, root: true } : { name: path.slice(0, path.length - fileNameOf(path).length) + name, root: false };
  });
  return placed.some(({ root }) => root) ? placed : files.map(({ name }) => ({ name, root: true }));
}

/** Paths of certificates and keys that are named, each once. */
export const materialPathsIn = (files: readonly GivenFile[]): readonly string[] =>
  [...new Set(files.flatMap(({ text }) => (text === null ? [] : valuesIn(text, "ssl_(?:certificate|certificate_key|client_certificate|trusted_certificate)"))))];

/** The files that findings are about: those given, and in place of what `nginx -T` printed those that it holds. */
export const shownFiles = (files: readonly GivenFile[]): readonly GivenFile[] => files.flatMap(({ name, text }): readonly (GivenFile | DumpedFile)[] => (text === null ? [] : dumpedFiles(text)) ?? [{ name, text }]).concat(files.filter(({ text }) => text === null));

/** Findings of several readings, each once, in the order of files; of each the gravest first, then by line. */
export function together(readings: readonly (readonly SiteFinding[])[], files: readonly GivenFile[]): readonly SiteFinding[] {
  const places = new Map(files.map(({ name }, index) => [name, index]));
  const once = new Map(readings.flat().map((finding) => [`${finding.file}\0${finding.line}\0${finding.code}\0${finding.message}`, finding]));
  const place = ({ file }: SiteFinding) => places.get(file) ?? places.size;
  return [...once.values()].sort((one, other) => place(one) - place(other) || one.file.localeCompare(other.file) || byGravity(one, other) || one.line - other.line);
}

/** Findings by their file or line, in the order in which they are met. */
export function groupFindings<Key extends "file" | "line">(findings: readonly SiteFinding[], by: Key): ReadonlyMap<SiteFinding[Key], readonly SiteFinding[]> {
  const groups = new Map<SiteFinding[Key], SiteFinding[]>();
  for (const finding of findings) {
    const group = groups.get(finding[by]);
    if (group) group.push(finding);
    else groups.set(finding[by], [finding]);
  }
  return groups;
}

/** Lines of one file that are shown: longer ones have more than a browser can scroll through. */
const linesLimit = 1_000_000;
/** Characters of a line that are shown. */
const lengthLimit = 1000;

/** A text by its lines, without a copy of them. */
export interface Lines {
  readonly count: number;
  /** Counted from 0; without its end, and cut where it is very long. */
  readonly line: (index: number) => string;
  /** Whether a directive of the lines above goes on in this one, as far as the few lines above tell. */
  readonly continues: (index: number) => boolean;
}

export function linesOf(text: string): Lines {
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at !== -1 && starts.length < linesLimit; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const count = text.endsWith("\n") && starts.length > 1 && starts.at(-1) === text.length ? starts.length - 1 : starts.length;
  const line = (index: number): string => {
    const [start = text.length, end = text.length + 1] = [starts[index], starts[index + 1]];
    const whole = text.slice(start, Math.min(end - 1, start + lengthLimit + 1)).replace(/\r$/, "");
    return whole.length > lengthLimit ? `${whole.slice(0, lengthLimit)}…` : whole;
  };
  const continues = (index: number): boolean => {
    for (let above = index - 1; above >= 0 && above > index - 20; above--) {
      const code = line(above).replace(/(^|\s)#.*$/, "").trimEnd();
      if (code !== "") return !/[;{}]$/.test(code);
    }
    return false;
  };
  return { count, line, continues };
}
