// The verbs about NGINX in front of SanteDB.
import { resolve } from "node:path";
import { problem } from "../../app/errors.ts";
import type { Site } from "../../app/nginx/site.ts";
import { numberOf, oneOf, portOf, type Options } from "./options.ts";
import { findingLines } from "./print.ts";
import type { Verb } from "./verb.ts";

const megabytesLimit = 10_240;
const secondsLimit = 86_400;

/** A path as NGINX needs it. One from the root of either kind of system stays as it is, for NGINX may run elsewhere. */
const rooted = (path: string): string => (/^(?:\/|[a-z]:[\\/])/i.test(path) ? path : resolve(path));

/** The port that clients are sent on from: null for "none", undefined where it is not given. Throws usage. */
function redirectPort(options: Options): number | null | undefined {
  return options["redirect-from"]?.toLowerCase() === "none" ? null : numberOf(options, "redirect-from", 65535);
}

function clientCertificates(options: Options): Pick<Site, "clientCertificates"> {
  const { "client-authorities": authorities, "client-required": required = false } = options;
  if (authorities !== undefined) return { clientCertificates: { authorities: fileOf(authorities, "--client-authorities"), required } };
  if (required) throw problem("usage", { problem: "--client-required needs --client-authorities FILE, whose certificates are taken." });
  return {};
}

function fileOf(path: string, option: string): string {
  if (path === "") throw problem("usage", { problem: `${option} takes the path of a file.` });
  return rooted(path);
}

/** The site that options describe. Throws usage. */
function siteOf(options: Options): Site {
  const { kind, "server-name": serverNames, upstream: upstreams, certificate, key: [key, ...moreKeys] = [] } = options;
  if (kind === undefined || serverNames === undefined || upstreams === undefined || certificate === undefined || key === undefined || moreKeys.length > 0) {
    throw problem("usage", { problem: "`proxy render` needs --kind icdr|dcdr, --server-name NAME, --upstream http://HOST:PORT, --certificate FILE and one --key FILE." });
  }
  const [port, redirectFrom] = [portOf(options), redirectPort(options)];
  const bodyMegabytes = numberOf(options, "body-megabytes", megabytesLimit);
  const timeoutSeconds = numberOf(options, "timeout-seconds", secondsLimit);
  return {
    kind: oneOf(["icdr", "dcdr"], kind, "--kind"), serverNames, upstreams,
    certificate: fileOf(certificate, "--certificate"), key: fileOf(key, "--key"),
    ...(port !== undefined && { port }),
    ...(redirectFrom !== undefined && { redirectFrom }),
    ...(options["listen-on"] !== undefined && { listenOn: options["listen-on"] }),
    ...(options["upstream-host"] !== undefined && { upstreamHost: options["upstream-host"] }),
    ...clientCertificates(options),
    ...(options.hsts === true && { hsts: true }),
    ...(options["web-socket"] === true && { webSocket: true }),
    ...(options["no-http2"] === true && { http2: false }),
    ...(bodyMegabytes !== undefined && { bodyMegabytes }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(options["nginx-version"] !== undefined && { nginxVersion: options["nginx-version"] }),
  };
}

export const proxyVerbs: Readonly<Record<string, Verb>> = {
  "proxy render": {
    operands: [], needsNoMachine: true,
    options: [
      "kind", "server-name", "upstream", "upstream-host", "certificate", "key", "port", "redirect-from", "listen-on", "client-authorities", "client-required", "hsts", "web-socket", "no-http2",
      "body-megabytes", "timeout-seconds", "nginx-version",
    ],
    summary: "a file of NGINX that stands before SanteDB with TLS",
    run: async (_, { host, options, show }) => {
      const value = await host.proxy.render(siteOf(options));
      show((paint) => findingLines(value.findings, paint));
      return { value, text: () => value.text };
    },
  },
};
