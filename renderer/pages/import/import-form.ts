// What an inspection means for an import: what needs a word first, what is worth knowing, whose trust is asked for.
import type { Certificate, Inspection } from "../../../app/certificates/certificate.ts";
import type { Finding } from "../../../app/finding.ts";

export interface Judgement {
  /** Outside its time: imported only on an explicit word. */
  readonly override: Finding | null;
  /** The private key of the server's certificate is not in the files. */
  readonly keyMissing: Finding | null;
  /** What else is worth knowing. */
  readonly findings: readonly Finding[];
  /** Self-signed authorities, which are imported only when that is asked for. */
  readonly roots: readonly Certificate[];
}

const overridable: readonly string[] = ["certificate-expired", "certificate-not-yet-valid"];
const aboutKeys: readonly string[] = ["private-key-missing", "private-key-mismatch"];
/** Said of authorities' certificates, these are no fault: nobody serves with them. */
const aboutServing: readonly string[] = ["certificate-not-for-servers", ...aboutKeys];

/** `keyElsewhere`: the files are an answer, whose key waits with the request. */
export function judge({ certificates, findings }: Inspection, keyElsewhere: boolean): Judgement {
  const roots = certificates.filter(({ role }) => role === "root");
  if (!certificates.some(({ role }) => role === "leaf")) {
    return { override: null, keyMissing: null, findings: findings.filter(({ code }) => !aboutServing.includes(code)), roots };
  }
  const override = findings.find(({ code }) => overridable.includes(code)) ?? null;
  const keyMissing = keyElsewhere ? null : findings.find(({ code }) => aboutKeys.includes(code)) ?? null;
  return { override, keyMissing, findings: findings.filter((each) => each !== override && !aboutKeys.includes(each.code)), roots };
}

/** Certificates that a plan imports. */
export const importsOf = (operations: readonly { readonly kind: string }[]): number => operations.filter(({ kind }) => kind === "certificate.import").length;
