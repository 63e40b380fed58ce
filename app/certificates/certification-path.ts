// The path from a leaf to its root (RFC 5280, section 6): what of it is missing, and which of its authorities clients will not take.
import type { Finding } from "../finding.ts";
import { hasBrokenSignature } from "./key-strength.ts";
import { dateOf, momentOf, soon } from "./lifetime.ts";
import { mayIssue, namedIssuers } from "./match.ts";
import { isSigned, type CertificateFields } from "./x509.ts";

/** Where the issuers were looked for: in the files alone, in the machine's stores, or in both. */
export type Place = "files" | "stores" | "both";

/**
 * Findings on a chain as `chainOf` gives it, of certificates in `pool`. Codes: chain-incomplete, intermediate-not-authority,
 * intermediate-expired, intermediate-not-yet-valid, intermediate-expires-first, intermediate-sha1, path-length-exceeded.
 */
export function pathFindings(chain: readonly CertificateFields[], pool: readonly CertificateFields[], now: Date, place: Place): readonly Finding[] {
  const [leaf, ...issuers] = chain;
  const last = chain.at(-1);
  if (!leaf || !last) return [];
  return [
    last.isSelfSigned ? null : missing(chain, last, pool, place),
    ...issuers.flatMap((issuer, index) => [
      validity(issuer, leaf, now),
      issuer.isSelfSigned || !hasBrokenSignature(issuer) ? null : brokenSignature(issuer),
      pathLength(issuer, issuers.slice(0, index)),
    ]),
  ].filter((finding) => finding !== null);
}

const places: Readonly<Record<Place, string>> = { files: "in the files", stores: "in this machine's stores", both: "in the files or in this machine's stores" };

function missing(chain: readonly CertificateFields[], last: CertificateFields, pool: readonly CertificateFields[], place: Place): Finding | null {
  const namesakes = namedIssuers(last, pool).filter((candidate) => !chain.includes(candidate));
  const unfit = namesakes.find((candidate) => !mayIssue(candidate) && isSigned(last, candidate.publicKey));
  if (unfit) {
    return {
      code: "intermediate-not-authority", severity: "warning",
      message: `${unfit.subject} issued ${last.subject}, but is not marked as an authority (${unfit.isAuthority ? "its key usage lacks keyCertSign" : "its basic constraints lack CA:TRUE"}): clients refuse what it issued.`,
      hint: "Have the authority's own certificate issued again as an authority's, or let another authority issue this one.",
    };
  }
  const where = places[place];
  const otherKey = namesakes.length === 0 ? "" : ` One of that name is ${where}, but with another key.`;
  if (chain.length === 1) {
    return {
      code: "chain-incomplete", severity: "warning", message: `The certificate of the issuer, ${last.issuer}, is not ${where}.${otherKey}`,
      hint: "If that is an intermediate authority, give its certificate as well: browsers may find it by themselves, Android and Java do not.",
    };
  }
  if (place === "stores") {
    return {
      code: "chain-incomplete", severity: "information", message: `The chain ends with ${last.subject}: its issuer, ${last.issuer}, is not ${where}.${otherKey}`,
      hint: "This machine may not trust the certificate itself; Windows fetches many roots only when they are needed. Clients need their own copy of the root.",
    };
  }
  // An intermediate below a root that is left out looks the same as one below a missing intermediate. Only a root that
  // was given, and to which nothing leads, tells that there is a gap.
  const root = place === "files" ? pool.find((candidate) => candidate.isAuthority && candidate.isSelfSigned) : undefined;
  return !root ? null : {
    code: "chain-incomplete", severity: "warning",
    message: `The chain ends with ${last.subject}: the certificate of its issuer, ${last.issuer}, is not in the files, and nothing leads from there to the root in them, ${root.subject}.${otherKey}`,
    hint: "If that issuer is an intermediate authority, give its certificate as well; if it is a root, nothing is missing, and the other root can be left out.",
  };
}

function validity(issuer: CertificateFields, leaf: CertificateFields, now: Date): Finding | null {
  const { subject, notBefore, notAfter } = issuer;
  if (notAfter < now) {
    return {
      code: "intermediate-expired", severity: "warning", message: `The certificate of the authority ${subject} ended on ${momentOf(notAfter)}.`,
      hint: "Get the authority's present certificate and give it in place of this one; clients refuse the chain.",
    };
  }
  if (notBefore > now) {
    return {
      code: "intermediate-not-yet-valid", severity: "warning", message: `The certificate of the authority ${subject} is valid only from ${momentOf(notBefore)}.`,
      hint: "Check this machine's clock, or wait: clients refuse the chain until then.",
    };
  }
  if (notAfter >= leaf.notAfter) return null;
  return {
    code: "intermediate-expires-first", severity: notAfter.getTime() - now.getTime() <= soon ? "warning" : "information",
    message: `The certificate of the authority ${subject} ends on ${dateOf(notAfter)}, before the one that it vouches for (${dateOf(leaf.notAfter)}).`,
    hint: "From that day on clients refuse the chain. Get the authority's next certificate before then.",
  };
}

function brokenSignature({ subject, signatureHash }: CertificateFields): Finding {
  return {
    code: "intermediate-sha1", severity: "warning", message: `The certificate of the authority ${subject} is signed with ${signatureHash ?? ""}, which browsers no longer trust.`,
    hint: "Ask the authority for its certificate signed with SHA-256, and give it in place of this one.",
  };
}

/** RFC 5280, 4.2.1.9: intermediates that issued themselves do not count, nor does the leaf. */
function pathLength({ subject, pathLength: most }: CertificateFields, below: readonly CertificateFields[]): Finding | null {
  const count = below.filter((issuer) => issuer.subject !== issuer.issuer).length;
  return most === null || count <= most ? null : {
    code: "path-length-exceeded", severity: "warning",
    message: `${subject} allows ${most === 0 ? "no intermediate authority" : most === 1 ? "one intermediate authority" : `${most} intermediate authorities`} below it, and the chain has ${count}: clients refuse it.`,
    hint: "Let an authority issue the certificate that may do so; the authority's administrator has to mend this.",
  };
}
