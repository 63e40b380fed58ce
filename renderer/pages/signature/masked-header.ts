// What of an Authorization header may be shown: all before its signature. The signature itself can be used again by whoever reads it.

/** Characters without a blank from which on they may be a signature, though no name stands before them. */
const suspicious = /[^\s,]{40,}/;

/** What is shown, and how many characters after it are hidden. */
export function maskHeader(header: string): { readonly shown: string; readonly hidden: number } {
  const trimmed = header.trim();
  const named = /signature\s*[=:]\s*/i.exec(trimmed);
  const at = named ? named.index + named[0].length : suspicious.exec(trimmed)?.index ?? trimmed.length;
  return { shown: trimmed.slice(0, at), hidden: trimmed.length - at };
}

/** The text of a field as it was pasted into it: fields write every line end as LF. Null for text that was typed or changed since. */
export function exactText(shown: string, pasted: string | null): string {
  return pasted !== null && pasted.replace(/\r\n?/g, "\n") === shown ? pasted : shown;
}
