// A certificate explained with its chain, for one that lies in the machine's stores.
import type { Finding } from "../finding.ts";
import type { Certificate } from "./certificate.ts";
import { describeFields } from "./describe.ts";
import { chainOf, roleOfFields } from "./match.ts";
import { readable } from "./source.ts";
import { isOthersIssuer, soundnessOf, suitabilityOf, unfitForServers } from "./suitability.ts";
import { readCertificate } from "./x509.ts";

export interface Explanation {
  /** The certificate first, then each issuer found, a root included. Whether the first has a private key is not known here. */
  readonly chain: readonly Certificate[];
  /** Errors first. */
  readonly findings: readonly Finding[];
}

/**
 * The chain of a certificate as far as `pool` (DER, the stores of authorities) holds it, and what there is to say of it:
 * of a server's certificate all that `suitability` finds, of an authority's what does not concern serving. What in the
 * pool cannot be read is passed over.
 *
 * Throws certificate-unreadable.
 */
export function explain(der: Uint8Array, pool: readonly Uint8Array[], { now, hostName }: { readonly now: Date; readonly hostName?: string | undefined }): Explanation {
  const certificate = readCertificate(der);
  const issuers = pool.flatMap(readable);
  const expectations = { now, hostName, issuers, place: "stores" } as const;
  return {
    chain: chainOf(certificate, issuers).map((one) => describeFields(one, {
      hasPrivateKey: false, role: one === certificate && unfitForServers(one) === null ? "leaf" : roleOfFields(one),
    })),
    findings: isOthersIssuer(certificate) ? soundnessOf(certificate, expectations) : suitabilityOf(certificate, expectations),
  };
}
