// What `nginx -T` prints: every file of a configuration, each after a line that names it.

export interface DumpedFile { readonly name: string; readonly text: string }

const marker = /^# configuration file (.+?):\r?$/gm;

/** The files in what `nginx -T` printed; null for any other text. What nginx says on standard error may stand before them. */
export function dumpedFiles(text: string): readonly DumpedFile[] | null {
  const head = text.slice(0, 65_536).split("\n").find((line) => !/^\s*$|^nginx: |^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[/.test(line));
  if (head === undefined || !/^# configuration file .+:\r?$/.test(head)) return null;
  const begins = [...text.matchAll(marker)];
  return begins.map(({ 0: whole, 1: name = "", index }, number) => ({ name, text: text.slice(index + whole.length + 1, begins[number + 1]?.index ?? text.length) }));
}
