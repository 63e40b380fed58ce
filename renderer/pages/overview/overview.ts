// What the overview says first: how the instances stand, and what is to be done next.
import type { Certificate } from "../../../app/certificates/certificate.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { daysLeft, type DaysLeft } from "../certificate/days-left.ts";
import { certificateOf, type FrontedInstance } from "./front.ts";

/** An instance answers over https when its addresses say so and its port has a certificate, or a site of NGINX stands before it. */
export const isSecured = (instance: FrontedInstance): boolean => instance.front !== undefined || (instance.scheme === "https" && instance.certificate !== null);

/** The address of an instance as one can type it, without a path; null where the configuration has none. */
export function addressOfInstance({ scheme, host, port }: Instance): string | null {
  if (scheme === null || host === null) return null;
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return port === null ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}

export interface Summary {
  readonly total: number;
  readonly secured: number;
  /** Certificates in use whose time is over. */
  readonly ended: number;
  /** Of the certificates in use that end soon, the days of the first. */
  readonly soonest: number | null;
}

function standings(instances: readonly FrontedInstance[], now: Date): readonly DaysLeft[] {
  const used = new Map(instances.map(certificateOf).flatMap((certificate) => (certificate ? [[certificate.thumbprint, certificate] as const] : [])));
  return [...used.values()].map((certificate) => daysLeft(certificate, now));
}

export function summarise(instances: readonly FrontedInstance[], now: Date): Summary {
  const all = standings(instances, now);
  const soon = all.filter(({ standing }) => standing === "soon").map(({ days }) => days);
  return {
    total: instances.length,
    secured: instances.filter(isSecured).length,
    ended: all.filter(({ standing }) => standing === "ended").length,
    soonest: soon.length === 0 ? null : Math.min(...soon),
  };
}

export type NextStep =
  | { readonly kind: "secure"; readonly instance: Instance }
  | { readonly kind: "renew"; readonly instance: Instance; readonly certificate: Certificate; readonly left: DaysLeft };

/** What is most worth doing: an ended certificate first, then a plain instance, then a certificate that ends soon. */
export function nextStep(instances: readonly FrontedInstance[], now: Date): NextStep | null {
  const withCertificate = instances
    .flatMap((instance) => {
      const certificate = certificateOf(instance);
      return isSecured(instance) && certificate ? [{ instance, certificate, left: daysLeft(certificate, now) }] : [];
    })
    .toSorted((one, other) => Date.parse(one.certificate.notAfter) - Date.parse(other.certificate.notAfter));
  const ended = withCertificate.find(({ left }) => left.standing === "ended");
  if (ended) return { kind: "renew", ...ended };
  const plain = instances.find((instance) => !isSecured(instance) && instance.endpoints.length > 0);
  if (plain) return { kind: "secure", instance: plain };
  const soon = withCertificate.find(({ left }) => left.standing === "soon");
  return soon ? { kind: "renew", ...soon } : null;
}
