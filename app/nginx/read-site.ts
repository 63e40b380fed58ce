// A file that Lockstep wrote, read back into the site that it was rendered from; and what is said of one that is no longer as it was written.
import type { Finding } from "../finding.ts";
import { parseDirectives } from "./directive.ts";
import { formOf, siteForm, siteMarker } from "./marker.ts";
import { renderSite } from "./render.ts";
import { holdingOne, hostOf, siteOf, targetOf, targetsOf, type ProxyTarget, type Scope } from "./server.ts";
import { addressPort, recommendedPort } from "./settled-site.ts";
import { siteSchema, type Site } from "./site.ts";
import { formatVersion, oldestVersion, since } from "./version.ts";

const valueOf = (scope: Scope, name: string): string | undefined => holdingOne(scope, name)?.parameters[0]?.text;

/** A number with its unit after it, as a site is written with it. */
const amount = (text: string | undefined, unit: string): number => (text?.endsWith(unit) === true ? Number(text.slice(0, -unit.length)) : NaN);

const allAddresses = "0.0.0.0 ::";

/** The oldest version that a file is written alike for; undefined where it is the one that is assumed. */
function versionOf(http2Directive: boolean, rejectsHandshake: boolean, cookieFlags: boolean): string | undefined {
  if (http2Directive) return formatVersion(since.http2Directive);
  if (rejectsHandshake) return undefined;
  return formatVersion(cookieFlags ? since.cookieFlags : oldestVersion);
}

/** What the directives say, values that are recommended left out; undefined where one is missing. Nothing is said of the rest of the file. */
function told(text: string): unknown {
  const { directives } = parseDirectives("", text);
  const { servers, upstreams } = siteOf(directives);
  const serving = servers.find(({ isTls, proxied }) => isTls && proxied.length > 0);
  const [proxied] = serving?.proxied ?? [];
  const [listen] = serving?.listens ?? [];
  if (!serving || !proxied?.target || !listen) return undefined;
  const [kind] = proxied.target.host.split("-");
  if (kind !== "icdr" && kind !== "dcdr") return undefined;
  const targets = targetsOf(proxied, upstreams);
  const [first] = targets;
  const host = (proxied.scope.own.get("proxy_set_header") ?? []).find(({ parameters }) => parameters[0]?.text === "Host")?.parameters[1]?.text ?? "";
  const asked = targetOf(host);
  const same = (one: ProxyTarget, other: ProxyTarget | undefined): boolean => other !== undefined && addressPort(one) === addressPort(other);
  const listenOn = serving.listens.map(({ address }) => hostOf(address ?? "").replace(/^\[(.*)\]$/, "$1"));
  const redirectFrom = servers.find(({ isTls, answer }) => !isTls && answer?.parameters[0]?.text === "308")?.listens[0]?.port ?? null;
  const authorities = valueOf(serving.scope, "ssl_client_certificate");
  const isDirective = valueOf(serving.scope, "http2") === "on";
  const isHttp2 = isDirective || listen.directive.parameters.some(({ text: word }) => word === "http2");
  const body = amount(valueOf(serving.scope, "client_max_body_size"), "m");
  const timeout = amount(valueOf(proxied.scope, "proxy_read_timeout"), "s");
  const nginxVersion = versionOf(isDirective, servers.some(({ scope }) => scope.own.has("ssl_reject_handshake")), proxied.scope.own.has("proxy_cookie_flags"));
  return {
    kind, serverNames: serving.names.map(({ name }) => name), upstreams: targets.map((target) => `http://${addressPort(target)}`),
    certificate: valueOf(serving.scope, "ssl_certificate"), key: valueOf(serving.scope, "ssl_certificate_key"),
    ...(listen.port !== recommendedPort[kind] && { port: listen.port }),
    ...(redirectFrom !== 80 && { redirectFrom }),
    ...(listenOn.join(" ") !== allAddresses && { listenOn }),
    ...(asked && !same(asked, first) && { upstreamHost: addressPort(asked) }),
    ...(authorities !== undefined && { clientCertificates: { authorities, required: valueOf(serving.scope, "ssl_verify_client") === "on" } }),
    ...(serving.scope.own.has("add_header") && { hsts: true }),
    ...(directives.some(({ name }) => name === "map") && { webSocket: true }),
    ...(!isHttp2 && { http2: false }),
    ...(body !== 64 && { bodyMegabytes: body }),
    ...(timeout !== 120 && { timeoutSeconds: timeout }),
    ...(nginxVersion !== undefined && { nginxVersion }),
  };
}

/**
 * The site that a text was rendered from, hosts canonical and what is recommended left out; the version of NGINX is the
 * oldest for which the text is the same. Null for every text that is not, byte for byte, what `renderSite` gives for that
 * site: one changed by hand, of another form, foreign or damaged. Never throws.
 */
export function readSite(text: string): Site | null {
  if (!text.startsWith(`${siteMarker}\n`)) return null;
  const { data: site } = siteSchema.safeParse(told(text));
  if (!site) return null;
  try {
    return renderSite(site).text === text ? site : null;
  } catch {
    return null;
  }
}

/** What is to be said of a file that Lockstep wrote and that is no longer as it would write it; null where it is. */
export function editedFinding(text: string): Finding | null {
  if (readSite(text) !== null) return null;
  const form = formOf(text);
  return {
    code: "site-edited", severity: "warning",
    message: form === null || form === siteForm ? "The site's file was changed by hand since Lockstep wrote it." : `The site's file is of form ${form}, which another version of Lockstep writes; this one writes form ${siteForm}.`,
    hint: "Publishing the site anew overwrites what is different in it. The plan shows that line by line before.",
  };
}
