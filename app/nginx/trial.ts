// The trial of a site: what is asked of it in an NGINX of its own, before a listener that tells what reached it.
import { askedName } from "../certificates/host-name.ts";
import type { TrialAnswer, TrialPlaces, TrialRequest } from "../machine.ts";
import { renderSite } from "./render.ts";
import { addressPort, httpAuthority, settle, type SettledSite } from "./settled-site.ts";
import type { Site } from "./site.ts";

export interface Trial {
  /** The site's file with the ports of a trial in place of its own. */
  readonly render: (places: TrialPlaces) => string;
  /** In this order. */
  readonly requests: readonly TrialRequest[];
  /** What the answers show to be wrong, as a whole sentence; null where the site does what it must. */
  readonly judge: (answers: readonly TrialAnswer[], places: TrialPlaces) => string | null;
}

const megabyte = 1024 * 1024;
/** More than NGINX takes by default, which is one megabyte. */
const mostTried = 4;

/** What a client could claim of itself; none of it may reach SanteDB. */
const claims: readonly (readonly [name: string, value: string])[] = [
  ["X-Forwarded-For", "203.0.113.66"], ["X-Real-IP", "203.0.113.66"], ["X-Forwarded-Proto", "http"], ["X-Forwarded-Host", "elsewhere.invalid"],
  ["Forwarded", "for=203.0.113.66;proto=http"], ["X-SSL-ClientCert", "-----BEGIN%20CERTIFICATE-----forged"],
];

/** Nobody has it: .invalid is set apart for that. Source: RFC 2606. */
const unknownName = "nobody.invalid";

/** The requests for a site, and what they must bring. Throws input-invalid for a site that cannot be rendered. */
export function trialOf(site: Site, thumbprint: string): Trial {
  const settled = settle(site);
  const name = askedName(settled.serverNames[0] ?? "");
  const bodySize = Math.min(settled.bodyMegabytes, mostTried) * megabyte;
  const https = { scheme: "https", serverName: name, headers: [["Host", name]] as const, bodySize: 0 } as const;
  const checks: readonly Check[] = [
    {
      request: { ...https, method: "GET", path: "/lockstep-trial?x=1", headers: [["Host", name], ...claims] },
      judge: (answer, places) => judgeRequest(answer, settled, name, thumbprint, places),
    },
    {
      request: { ...https, method: "POST", path: "/lockstep-trial", bodySize },
      judge: (answer) => answer.received?.bodySize === bodySize ? null
        : `An upload of ${bodySize / megabyte} MB does not reach SanteDB${said(answer)}.`,
    },
    {
      request: { ...https, serverName: unknownName, headers: [["Host", unknownName]], method: "GET", path: "/" },
      judge: ({ received, status }) => received === null && (status === 0 || status >= 400) ? null : "Whoever asks for an unknown host name is let through to SanteDB.",
    },
    ...(settled.redirectFrom === null ? [] : [{
      request: { scheme: "http", serverName: null, method: "POST", path: "/lockstep-trial?x=1", headers: [["Host", name]], bodySize: 0 },
      judge: (answer, places) => judgeRedirect(answer, `https://${name}${places.https === 443 ? "" : `:${places.https}`}/lockstep-trial?x=1`),
    } satisfies Check]),
  ];
  return {
    render: (places) => renderSite(sitedAt(site, settled, places)).text,
    requests: checks.map(({ request }) => request),
    judge: (answers, places) => checks.map(({ judge }, index) => {
      const answer = answers[index];
      return answer ? judge(answer, places) : "The trial ended before all was tried.";
    }).find((problem) => problem !== null) ?? null,
  };
}

interface Check {
  readonly request: TrialRequest;
  readonly judge: (answer: TrialAnswer, places: TrialPlaces) => string | null;
}

/** The same site on the ports of the trial. Nobody there has a certificate to show, so none is required. */
function sitedAt(site: Site, { upstreamHost, redirectFrom, clientCertificates }: SettledSite, places: TrialPlaces): Site {
  return {
    ...site, port: places.https, redirectFrom: redirectFrom === null ? null : places.http, listenOn: ["127.0.0.1"],
    upstreams: [`http://127.0.0.1:${places.upstream}`], upstreamHost: addressPort(upstreamHost),
    ...(clientCertificates && { clientCertificates: { ...clientCertificates, required: false } }),
  };
}

const said = ({ status, failure }: TrialAnswer): string => (failure === null ? `: NGINX answers ${status}` : `: ${failure}`);

function judgeRequest(answer: TrialAnswer, { upstreamHost }: SettledSite, name: string, thumbprint: string, places: TrialPlaces): string | null {
  const { received } = answer;
  if (answer.thumbprint !== null && answer.thumbprint !== thumbprint) return `It serves the certificate ${answer.thumbprint} instead of ${thumbprint}.`;
  if (!received) return `A request for ${name} does not reach SanteDB${said(answer)}.`;
  const wanted: readonly (readonly [name: string, value: string | null])[] = [
    ["host", httpAuthority(upstreamHost)], ["x-real-ip", "127.0.0.1"], ["x-forwarded-for", "127.0.0.1"], ["x-forwarded-proto", "https"],
    ["x-forwarded-host", places.https === 443 ? name : `${name}:${places.https}`], ["forwarded", null], ["x-ssl-clientcert", null],
  ];
  for (const [header, value] of wanted) {
    const values = received.headers.filter(([each]) => each === header).map(([, text]) => text);
    const right = value === null ? values.every((each) => each === "") : values.length === 1 && values[0] === value;
    if (!right) return `SanteDB is sent ${header}: ${values.join(", ") || "nothing"}, where it must be ${value ?? "nothing"}.`;
  }
  return null;
}

function judgeRedirect(answer: TrialAnswer, location: string): string | null {
  if (answer.status === 308 && answer.location === location) return null;
  return `Clients that come over http are sent to ${answer.location ?? "nowhere"} (${answer.failure ?? answer.status}) instead of ${location} with 308.`;
}
