// How long a certificate still holds, and how that stands.

const day = 86_400_000;

/** Days at which a certificate is said to end soon. */
export const soonLimit = 30;

export type Standing = "not-yet" | "good" | "soon" | "ended";
export interface DaysLeft {
  readonly standing: Standing;
  /** Whole days: until it ends; since it ended; for `not-yet`, begun days until it starts. Never negative. */
  readonly days: number;
}

/** Takes ISO 8601 times. The last instant of a certificate still counts as valid (RFC 5280, 4.1.2.5). */
export function daysLeft(certificate: { readonly notBefore: string; readonly notAfter: string }, now: Date): DaysLeft {
  const start = Date.parse(certificate.notBefore) - now.getTime();
  const end = Date.parse(certificate.notAfter) - now.getTime();
  if (end < 0) return { standing: "ended", days: Math.floor(-end / day) };
  if (start > 0) return { standing: "not-yet", days: Math.ceil(start / day) };
  const days = Math.floor(end / day);
  return { standing: days <= soonLimit ? "soon" : "good", days };
}

/** The common name of a subject or issuer ("CN=…, O=…"), else the whole of it. */
export function commonName(name: string): string {
  const found = /(?:^|,\s*)CN\s*=\s*((?:\\.|[^,\\])+)/i.exec(name)?.[1];
  return found === undefined ? name : found.replace(/\\(.)/g, "$1").trim();
}
