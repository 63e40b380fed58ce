// A fingerprint as people read it to each other over the telephone.

/** Groups of four digits, a blank between them. */
export function grouped(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(" ");
}

/** The same in two lines of eight groups. */
export function groupedLines(fingerprint: string): readonly string[] {
  return [grouped(fingerprint.slice(0, 32)), grouped(fingerprint.slice(32))];
}

/** Its beginning, for lists: enough to tell one key from another at a glance, and not to compare them by. */
export const fingerprintStart = (fingerprint: string): string => `${grouped(fingerprint.slice(0, 16))} …`;
