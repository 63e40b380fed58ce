// The certificates that are bound, each with how many records name it.
import type { Bound } from "../binding/bound.ts";
import { nameOf } from "../certificate/certificate-list.ts";

export interface Replaceable { readonly thumbprint: string; readonly name: string; readonly count: number }

/** By name, in the reader's language (BCP 47); one that the stores do not have goes by its first digits. A SHA-256 number is no thumbprint that can be replaced. */
export function replaceable({ bindings, certificates }: Bound, language: string): readonly Replaceable[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const names = new Map((certificates ?? []).map((certificate) => [certificate.thumbprint, nameOf(certificate)]));
  const counts = new Map<string, number>();
  for (const { thumbprint } of bindings) if (thumbprint?.length === 40) counts.set(thumbprint, (counts.get(thumbprint) ?? 0) + 1);
  return [...counts].map(([thumbprint, count]) => {
    const short = `${thumbprint.slice(0, 8)}…`;
    const name = names.get(thumbprint);
    return { thumbprint, count, name: name === undefined ? short : `${name} (${short})` };
  }).toSorted((one, other) => collator.compare(one.name, other.name));
}
