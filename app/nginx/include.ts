// Includes: the files of a configuration put together as nginx does it, out of those that were given.
import { fileNameOf, folderOf } from "../path.ts";
import { depthLimit, directiveLimit, parseDirectives, shown, textOf, tooLarge, type Directive, type ParsedFile } from "./directive.ts";
import { dumpedFiles, type DumpedFile } from "./dump.ts";
import type { SiteFinding } from "./site.ts";

export interface SiteFile { readonly name: string; readonly content: Uint8Array }

export interface Configuration {
  /** The first file's directives; what it includes stands in the place of each include. */
  readonly directives: readonly Directive[];
  /** Codes: syntax, binary, too-large, include-missing, include-circle. */
  readonly faults: readonly SiteFinding[];
  /** Folders in which nginx may look for what has no absolute path. */
  readonly folders: readonly string[];
  /** Every include that was met. */
  readonly includes: readonly Directive[];
}

/** Includes that are followed; each may be a pattern over every file given. */
const includeLimit = 5000;

/** Whether a path has its root; of Windows' too, where NGINX runs as well. */
export const isAbsolute = (path: string): boolean => /^(\/|[A-Za-z]:[\\/])/.test(path);

/** Folders whose files are parts that nginx.conf, one folder up, includes. */
const partFolders = /^(sites-|conf\.d$|services-|snippets$|vhosts|modules-|http\.d$|stream\.d$)/;

/**
 * Where nginx may look for relative paths: it knows the folder of nginx.conf only, so for a file of one of the usual
 * folders below that is the folder above, and its own folder after that.
 */
export function foldersOf(name: string): readonly string[] {
  const folder = folderOf(name);
  return partFolders.test(fileNameOf(folder)) ? [folderOf(folder), folder] : [folder];
}

/** Paths that may be meant by one in a configuration, likeliest first. */
export function placesOf(path: string, folders: readonly string[]): readonly string[] {
  return isAbsolute(path) ? [path] : [...folders.map((folder) => folder === "" ? path : `${folder}/${path}`), path];
}

/** Whether a path is a pattern to glob(3), which nginx asks where there is one of *, ? and [. */
export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/** Whether a name without folder fits a pattern of glob(3): *, ? and [a-z]. A name that begins with a dot is not found by *. */
export function fitsPattern(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  // Two places are kept, the last star and what it has taken so far, so that many stars take no more than time in proportion.
  let [at, index, star, taken] = [0, 0, -1, 0];
  while (index < name.length) {
    const range = pattern.charAt(at) === "[" ? /^\[([!^]?)([^\]]+)\]/.exec(pattern.slice(at, at + 100)) : null;
    if (pattern.charAt(at) === "*") {
      [star, taken] = [at, index];
      at++;
    } else if (range ? inRange(range[2] ?? "", name.charAt(index)) !== (range[1] !== "") : at < pattern.length && (pattern.charAt(at) === "?" || pattern.charAt(at) === name.charAt(index))) {
      at += range ? range[0].length : 1;
      index++;
    } else if (star !== -1) {
      taken++;
      [at, index] = [star + 1, taken];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

function inRange(range: string, character: string): boolean {
  for (let at = 0; at < range.length; at++) {
    if (range.charAt(at + 1) === "-" && at + 2 < range.length) {
      if (character >= range.charAt(at) && character <= range.charAt(at + 2)) return true;
      at += 2;
    } else if (range.charAt(at) === character) return true;
  }
  return false;
}

const nothing = (faults: readonly SiteFinding[]): Configuration => ({ directives: [], faults, folders: [], includes: [] });

/** Puts a configuration together. The first file is nginx.conf, a part of it, or what `nginx -T` printed. Never throws. */
export function assemble(files: readonly SiteFile[]): Configuration {
  const [first] = files;
  if (!first) return nothing([]);
  const read = textOf(first.name, first.content);
  if ("fault" in read) return nothing([read.fault]);
  const dumped = dumpedFiles(read.text);
  return dumped ? assembleSources(dumped, new Map(), true) : assembleSources([{ name: first.name, text: read.text }], new Map(files.slice(1).map((file) => [file.name, file])), isAbsolute(first.name));
}

/** `complete`: whatever nginx would find is among the files. */
function assembleSources(sources: readonly DumpedFile[], others: ReadonlyMap<string, SiteFile>, complete: boolean): Configuration {
  const [first] = sources;
  if (!first) return nothing([]);
  const texts = new Map(sources.map((source) => [source.name, source.text]));
  const names = new Set([...texts.keys(), ...others.keys()]);
  const folders = foldersOf(first.name);
  const parsed = new Map<string, ParsedFile>();
  const faults: SiteFinding[] = [];
  let count = 0;
  const includes: Directive[] = [];
  let isFull = false;

  const parse = (name: string): ParsedFile => {
    const known = parsed.get(name);
    if (known) return known;
    const text = texts.get(name);
    const read = text !== undefined ? { text } : textOf(name, others.get(name)?.content ?? new Uint8Array());
    const file = "fault" in read ? { directives: [], faults: [read.fault] } : parseDirectives(name, read.text);
    parsed.set(name, file);
    faults.push(...file.faults);
    return file;
  };

  const named = (path: string): readonly string[] => {
    for (const place of placesOf(path, folders)) {
      const folder = folderOf(place);
      const found = isPattern(path) ? [...names].filter((name) => folderOf(name) === folder && fitsPattern(fileNameOf(place), fileNameOf(name))).sort() : names.has(place) ? [place] : [];
      if (found.length > 0) return found;
    }
    // Handed over by name alone, as a window does.
    const bare = fileNameOf(path);
    return !isPattern(path) && names.has(bare) && bare !== first.name ? [bare] : [];
  };

  const full = (at: Directive, what: string): readonly Directive[] => {
    if (!isFull) faults.push(tooLarge(at.file, at.line, what));
    isFull = true;
    return [];
  };

  const expand = (directives: readonly Directive[], within: readonly string[], depth: number): readonly Directive[] => {
    const expanded: Directive[] = [];
    for (const directive of directives) {
      if (isFull) return expanded;
      count++;
      const [path] = directive.parameters;
      if (count > directiveLimit) full(directive, `more than ${directiveLimit} directives with what it includes`);
      else if (depth > depthLimit) full(directive, `includes and blocks that nest more than ${depthLimit} deep`);
      else if (directive.name === "include" && path && directive.block === null) for (const one of included(directive, path.text, within, depth)) expanded.push(one);
      else expanded.push(directive.block ? { ...directive, block: expand(directive.block, within, depth + 1) } : directive);
    }
    return expanded;
  };

  const included = (directive: Directive, path: string, within: readonly string[], depth: number): readonly Directive[] => {
    includes.push(directive);
    if (includes.length > includeLimit) return full(directive, `more than ${includeLimit} includes`);
    const found = named(path);
    if (found.length === 0 && !isPattern(path)) faults.push(missing(directive, path, complete));
    return found.flatMap((name) => {
      if (within.includes(name)) {
        faults.push(circle(directive, name, within));
        return [];
      }
      return expand(parse(name).directives, [...within, name], depth + 1);
    });
  };

  const directives = expand(parse(first.name).directives, [first.name], 0);
  return { directives, faults, folders, includes };
}

function missing({ file, line }: Directive, path: string, complete: boolean): SiteFinding {
  return {
    code: "include-missing", severity: complete ? "error" : "information", file, line,
    message: complete ? `The included file ${shown(path)} is not there, or may not be read; NGINX would not start.` : `The included file ${shown(path)} was not given, so what it holds is not judged.`,
    mend: complete ? "Put the file there, correct the path, or take the include out." : "Give it as well, or what `nginx -T` prints, which holds every file.",
  };
}

function circle({ file, line }: Directive, name: string, within: readonly string[]): SiteFinding {
  const way = [...within.slice(within.indexOf(name)), name].map(fileNameOf);
  return { code: "include-circle", severity: "error", file, line, message: `The includes run in a circle: ${way.slice(0, 8).join(", ")}. NGINX would not start.`, mend: "Take one of these includes out." };
}
