// A certificate that endpoints name by its thumbprint, replaced by another: the digits change, and nothing else.
import type { ConfigurationEdit } from "./edit.ts";
import type { Setting, Splice } from "../plan/operation.ts";
import { attributeOf, type ConfigurationDocument, type Endpoint } from "./configuration.ts";
import type { ConfigurationFiles } from "./configuration-files.ts";
import { applySplices } from "./convert.ts";

/** Digits alone: a thumbprint may be written with blanks, colons, or the mark that Windows' dialogue copies. */
const digitsOf = (text: string): string => text.replace(/[^\da-f]/gi, "").toUpperCase();

function namesIt({ encoding }: ConfigurationDocument, { certificate }: Endpoint, thumbprint: string) {
  if (!certificate) return null;
  const type = attributeOf(certificate, "findType", encoding);
  const value = attributeOf(certificate, "findValue", encoding);
  return value && (!type || type.text.toLowerCase() === "findbythumbprint") && digitsOf(value.text) === thumbprint ? { value, tag: certificate } : null;
}

/** Whether any endpoint of these files names a certificate. */
export function namesCertificate(files: ConfigurationFiles, thumbprint: string): boolean {
  return files.some(({ document }) => (document.rest?.endpoints ?? []).some((endpoint) => namesIt(document, endpoint, thumbprint) !== null));
}

/** The edits that put one thumbprint in the place of another in every endpoint that names it. Throws as `applySplices`. */
export function replaceCertificate(files: ConfigurationFiles, from: string, to: string): readonly ConfigurationEdit[] {
  return files.flatMap(({ document, bytes }): ConfigurationEdit[] => {
    const found = (document.rest?.endpoints ?? []).flatMap((endpoint) => {
      const named = namesIt(document, endpoint, from);
      return named ? [{ endpoint, ...named }] : [];
    });
    if (found.length === 0) return [];
    const splices = found.map(({ value }): Splice => ({ offset: value.offset, remove: value.text, insert: to }));
    const settings = found.map(({ endpoint, tag, value }): Setting => ({
      name: "certificate", of: `${endpoint.service} ${endpoint.path}`, from: value.text, to, line: tag.line, column: tag.column,
    }));
    return [{ file: document.file, before: bytes, after: applySplices(bytes, splices, document.file), splices, changes: [], settings }];
  });
}
