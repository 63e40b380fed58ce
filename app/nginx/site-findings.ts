// What is worth saying of a site that can be rendered: what it does not do, and what it does that one may not want.
import type { Finding } from "../finding.ts";
import { isLoopback } from "../santedb/endpoint.ts";
import { addressPort, nameLimit, type SettledSite } from "./settled-site.ts";
import { assumedVersion, formatVersion, isSince, since } from "./version.ts";

type Check = (site: SettledSite) => Finding | null;

const ipv6Absent: Check = ({ listenOn }) => listenOn.some((address) => address.includes(":")) ? null : {
  code: "site-ipv6-absent", severity: "information", message: "The site listens on no IPv6 address.",
  hint: "Clients that find an IPv6 address under its names do not reach it. Add one, or keep AAAA records out of the DNS.",
};

const plainUpstream: Check = ({ upstreams }) => {
  const far = upstreams.filter(({ host }) => !isLoopback(host)).map(addressPort);
  return far.length === 0 ? null : {
    code: "site-upstream-plain", severity: "warning", message: `Between NGINX and ${far.join(", ")} everything travels as plain text.`,
    hint: "Run NGINX on SanteDB's own machine, or see that nobody else is on the network between.",
  };
};

/** Fact of the documented sample: it redirects from 8080, where an iCDR on the same machine listens. */
const portOfIcdr: Check = ({ kind, port, redirectFrom }) => kind !== "icdr" || (redirectFrom !== 8080 && port !== 8080) ? null : {
  code: "site-port-of-icdr", severity: "warning", message: "Port 8080 is where an iCDR itself listens unless told otherwise.",
  hint: "On one machine only one of them can have it. Give NGINX port 80, or none, for http.",
};

const hstsEveryPort: Check = ({ hsts, serverNames }) => !hsts ? null : {
  code: "site-hsts-every-port", severity: "warning",
  message: `Browsers will ask ${serverNames.join(", ")} over https only for two years, on every port and not only this one.`,
  hint: "Anything else under these names that answers over plain http is out of their reach. Leave it out unless there is nothing such.",
};

const wildcardNames: Check = ({ serverNames }) => {
  const wildcards = serverNames.filter((name) => name.startsWith("*."));
  return wildcards.length === 0 ? null : {
    code: "site-name-wildcard", severity: "warning", message: `Every host name that ends as ${wildcards.join(", ")} leads to this SanteDB.`,
    hint: "NGINX lets the asterisk stand for several labels, a certificate for one only. Name the hosts one by one where they are known.",
  };
};

const longNames: Check = ({ serverNames }) => {
  const long = serverNames.filter((name) => name.length > nameLimit);
  return long.length === 0 ? null : {
    code: "site-name-long", severity: "warning", message: `NGINX as it comes refuses host names of more than ${nameLimit} characters: ${long.join(", ")}.`,
    hint: "Raise it in the http block of nginx.conf: `server_names_hash_bucket_size 512;`.",
  };
};

const oldVersion: Check = ({ nginxVersion }) => nginxVersion === null || isSince(nginxVersion, since.rejectHandshake) ? null : {
  code: "site-nginx-old", severity: "warning",
  message: `NGINX ${formatVersion(nginxVersion)} cannot refuse the handshake for unknown names, so whoever asks is shown this certificate before the connection is closed.${isSince(nginxVersion, since.cookieFlags) ? "" : " Nor can it mark SanteDB's cookies as secure."}`,
  hint: `${formatVersion(since.rejectHandshake)} and newer can.`,
};

const oldHttp2Form: Check = ({ nginxVersion, http2 }) => nginxVersion !== null || !http2 ? null : {
  code: "site-http2-form", severity: "information",
  message: `No version of NGINX was named, so HTTP/2 is written as ${formatVersion(assumedVersion)} knows it; ${formatVersion(since.http2Directive)} and newer take it and warn.`,
  hint: "Name the version that `nginx -v` prints, with --nginx-version.",
};

const clientsOptional: Check = ({ clientCertificates }) => !clientCertificates || clientCertificates.required ? null : {
  code: "site-client-certificates-optional", severity: "information", message: "Clients without a certificate are let through to SanteDB.",
  hint: "SanteDB must itself refuse them where one is needed; or have NGINX require one.",
};

/** Source: santedb/santedb-restsvc, SanteDB.Rest.Common/Security/ClientCertificateAccessBehavior.cs. */
const clientsUnread: Check = ({ clientCertificates }) => !clientCertificates ? null : {
  code: "site-client-certificates-unread", severity: "warning",
  message: "SanteDB's own check of client certificates refuses every request that reaches it over http, and does not decode X-SSL-ClientCert.",
  hint: "NGINX checks the certificate itself. Leave SanteDB's ClientCertificateAccessBehavior off behind it, or try a request before relying on it.",
};

const checks: readonly Check[] = [
  plainUpstream, portOfIcdr, hstsEveryPort, wildcardNames, longNames, oldVersion, clientsUnread, clientsOptional, ipv6Absent, oldHttp2Form,
];

/** Warnings first. */
export function siteFindings(site: SettledSite): readonly Finding[] {
  return checks.flatMap((check) => check(site) ?? []);
}
