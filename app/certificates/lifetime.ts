// How long a certificate is valid: whether now, how much longer, and whether longer than clients accept.
import type { Finding } from "../finding.ts";
import type { CertificateFields } from "./x509.ts";

type Lifetime = Pick<CertificateFields, "subject" | "notBefore" | "notAfter">;

const day = 86_400_000;
/** What ends within this time wants to be renewed now. */
export const soon = 30 * day;

/**
 * Days that a public authority may certify at most, by the first instant of validity: CA/Browser Forum Baseline
 * Requirements, 6.3.2, as ballot SC-081v3 changed it.
 */
const publicLimits = [
  { from: Date.UTC(2029, 2, 15), days: 47 },
  { from: Date.UTC(2027, 2, 15), days: 100 },
  { from: Date.UTC(2026, 2, 15), days: 200 },
  { from: Date.UTC(2020, 8, 1), days: 398 },
] as const;

/** Apple's systems refuse longer ones since July 2019 whoever issued them (support.apple.com/103769). */
const appleLimit = { from: Date.UTC(2019, 6, 1), days: 825 } as const;

/**
 * Days of validity as the Baseline Requirements count them (6.3.2): both ends belong to it (RFC 5280, 4.1.2.5), a day is
 * 86,400 seconds, and any fraction is another day.
 */
export function daysOfValidity({ notBefore, notAfter }: Pick<Lifetime, "notBefore" | "notAfter">): number {
  return Math.ceil((notAfter.getTime() - notBefore.getTime() + 1000) / day);
}

/** Days that browsers grant a certificate of a public authority that is valid from `notBefore` on; null before there was such a rule. */
export function publicLifetimeLimit(notBefore: Date): number | null {
  return publicLimits.find(({ from }) => notBefore.getTime() >= from)?.days ?? null;
}

/** Codes: validity-inverted, certificate-expired, certificate-not-yet-valid, expires-soon. */
export function validityFinding({ subject, notBefore, notAfter }: Lifetime, now: Date): Finding | null {
  if (notAfter < notBefore) {
    return {
      code: "validity-inverted", severity: "error", message: `The certificate of ${subject} begins on ${momentOf(notBefore)}, after its end on ${momentOf(notAfter)}: it is never valid.`,
      hint: "Have it issued again; its authority made a mistake.",
    };
  }
  if (notAfter < now) {
    return { code: "certificate-expired", severity: "error", message: `The certificate of ${subject} ended on ${momentOf(notAfter)}.`, hint: "Have it renewed; clients refuse it." };
  }
  if (notBefore > now) {
    return { code: "certificate-not-yet-valid", severity: "error", message: `The certificate of ${subject} is valid only from ${momentOf(notBefore)}.`, hint: "Check this machine's clock, or wait." };
  }
  const left = notAfter.getTime() - now.getTime();
  if (left > soon) return null;
  const days = Math.floor(left / day);
  return {
    code: "expires-soon", severity: "warning",
    message: `The certificate ends on ${dateOf(notAfter)}, ${days === 0 ? "within a day" : days === 1 ? "in one day" : `in ${days} days`}.`,
    hint: "Have it renewed now, and replace it before that day.",
  };
}

/** Code: lifetime-too-long. Of a self-signed certificate only what holds for every issuer is said. */
export function lengthFinding(certificate: Lifetime & Pick<CertificateFields, "isSelfSigned">): Finding | null {
  const { notBefore } = certificate;
  const days = daysOfValidity(certificate);
  if (days > appleLimit.days && notBefore.getTime() >= appleLimit.from) {
    return {
      code: "lifetime-too-long", severity: "warning", message: `The certificate is valid for ${days} days; Apple's systems refuse more than ${appleLimit.days}, whoever issued it.`,
      hint: `Have it issued for ${appleLimit.days} days at most, if iPhones, iPads or Macs are to connect.`,
    };
  }
  const limit = publicLifetimeLimit(notBefore);
  if (limit === null || days <= limit || certificate.isSelfSigned) return null;
  return {
    code: "lifetime-too-long", severity: "information",
    message: `The certificate is valid for ${days} days. From a public authority browsers would take ${limit} at most, for one that begins on ${dateOf(notBefore)}.`,
    hint: "From an authority of your own this is no fault: nothing has to be done.",
  };
}

/** Date and time to the minute, as messages show them: "2027-01-31 12:00 UTC". */
export function momentOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** "2027-01-31", in UTC. */
export function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
