// The verbs about NGINX in front of SanteDB.
import { resolve } from "node:path";
import type { PublishRequest } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { ProxyState, Site } from "../../app/nginx/site.ts";
import { certificateSource } from "./certificate-files.ts";
import { daysLeft, secretOptions } from "./certificate-verbs.ts";
import { numberOf, oneOf, portOf, type OptionName, type Options } from "./options.ts";
import { findingLines, printable, table, type Paint } from "./print.ts";
import { carryOut, operand, type Verb } from "./verb.ts";

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

type Described = PublishRequest["site"];

/** What is to be served, before whom: all but the certificate. Throws usage. */
function described(options: Options, verb: string): Described {
  const { kind, "server-name": serverNames, upstream: upstreams, certificate } = options;
  if (kind === undefined || serverNames === undefined || upstreams === undefined || certificate === undefined) {
    throw problem("usage", { problem: `\`${verb}\` needs --kind icdr|dcdr, --server-name NAME, --upstream http://HOST:PORT, --certificate FILE${verb === "proxy render" ? " and one --key FILE" : ""}.` });
  }
  const port = portOf(options);
  return { kind: oneOf(["icdr", "dcdr"], kind, "--kind"), serverNames, upstreams, ...(port !== undefined && { port }), ...siteWishes(options) };
}

/** What a site may be told besides. Throws usage. */
export function siteWishes(options: Options): Omit<Partial<Site>, "kind" | "serverNames" | "upstreams" | "certificate" | "key" | "port"> {
  const redirectFrom = redirectPort(options);
  const bodyMegabytes = numberOf(options, "body-megabytes", megabytesLimit);
  const timeoutSeconds = numberOf(options, "timeout-seconds", secondsLimit);
  return {
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

/** The site with the paths of its certificate and key as NGINX is to read them. Throws usage. */
function siteOf(options: Options): Site {
  const site = described(options, "proxy render");
  const { certificate = "", key: [key, ...moreKeys] = [] } = options;
  if (key === undefined || moreKeys.length > 0) throw problem("usage", { problem: "`proxy render` needs one --key FILE, the certificate's own." });
  return { ...site, certificate: fileOf(certificate, "--certificate"), key: fileOf(key, "--key") };
}

/** A certificate whose key is named lies where NGINX is to read both; any other one is brought into the machine's store. */
async function publishRequest(options: Options): Promise<PublishRequest> {
  const site = described(options, "proxy publish");
  const { certificate = "", key: [key, ...moreKeys] = [] } = options;
  const wish = options["allow-expired"] === true ? { allowExpired: true } : {};
  const hasPassword = options["password-file"] !== undefined || options["password-stdin"] === true;
  if (key !== undefined && moreKeys.length === 0 && !hasPassword) return { site: { ...site, certificate: fileOf(certificate, "--certificate"), key: fileOf(key, "--key") }, ...wish };
  return { site, certificate: await certificateSource(certificate, options), ...wish };
}

export const siteOptions = ["server-name", "upstream-host", "redirect-from", "listen-on", "client-authorities", "client-required", "hsts", "web-socket", "no-http2", "body-megabytes", "timeout-seconds"] as const satisfies readonly OptionName[];

function sitesText({ nginx, reason, sites }: ProxyState, paint: Paint): string {
  const head = nginx ? `NGINX ${nginx.version}, ${nginx.running ? "running" : "not running"}; sites lie in ${printable(nginx.files)}${nginx.links === null ? "" : `, links in ${printable(nginx.links)}`}.\n` : `${printable(reason ?? "")}\n`;
  if (!nginx) return head;
  return `${head}\n${table(["FILE", "ON", "NAMES", "PORT", "UPSTREAMS", "CERTIFICATE"], sites.map(({ fileName, enabled, serverNames, port, upstreams, certificate, certificatePath }) => [
    fileName, enabled ? "yes" : "no", serverNames.join(" "), port === null ? "" : String(port), upstreams.join(" "), certificate ? daysLeft(certificate.notAfter) : certificatePath ?? "none",
  ]), "Lockstep has published no site here.", paint)}${findingLines(sites.flatMap(({ findings }) => findings.map(({ code, severity, file, line, message, mend }) => ({ code, severity, message: `${file}:${line}: ${message}`, hint: mend }))), paint)}`;
}

export const proxyVerbs: Readonly<Record<string, Verb>> = {
  "proxy list": {
    operands: [], options: [],
    summary: "NGINX and the sites that Lockstep published on it",
    run: async (_, { host }) => {
      const value = await host.proxy.state({});
      return { value, text: (paint) => sitesText(value, paint) };
    },
  },
  "proxy publish": {
    operands: [], plans: true,
    options: ["kind", "upstream", "certificate", "key", ...secretOptions.filter((name) => name !== "key"), "port", ...siteOptions, "allow-expired"],
    summary: "write a site of NGINX before SanteDB, turn it on, and prove it; or put all back",
    run: async (_, context) => carryOut(await context.host.proxy.planPublish(await publishRequest(context.options)), context),
  },
  "proxy unpublish": {
    operands: ["SITE"], plans: true, options: [],
    summary: "take a site off NGINX again, by its file's name or its host name",
    run: async (operands, context) => carryOut(await context.host.proxy.planUnpublish({ name: operand(operands, 0) }), context),
  },
  "proxy render": {
    operands: [], needsNoMachine: true,
    options: ["kind", "upstream", "certificate", "key", "port", ...siteOptions, "nginx-version"],
    summary: "a file of NGINX that stands before SanteDB with TLS",
    run: async (_, { host, options, show }) => {
      const value = await host.proxy.render(siteOf(options));
      show((paint) => findingLines(value.findings, paint));
      return { value, text: () => value.text };
    },
  },
};
