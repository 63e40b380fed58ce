// Further headers of a request, as a person types them: one a line, "Name: value".
import type { SendRequest } from "../../../app/contract.ts";

export type HeaderLine = NonNullable<SendRequest["headers"]>[number];

/** The headers, and the first line that is none; empty lines are passed over. */
export function readHeaderLines(text: string): { readonly headers: readonly HeaderLine[]; readonly wrong: string | null } {
  const headers: HeaderLine[] = [];
  for (const line of text.split(/\r?\n/).filter((each) => each.trim() !== "")) {
    const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line.trim());
    if (!found) return { headers, wrong: line.trim() };
    headers.push({ name: found[1] ?? "", value: found[2] ?? "" });
  }
  return { headers, wrong: null };
}
