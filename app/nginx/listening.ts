// Who answers at which address: servers that get in each other's way, names that nobody turns away, and redirects.
import { fileNameOf, folderOf } from "../path.ts";
import { shown, valuesOf, type Directive } from "./directive.ts";
import { defaultOf, distinctTargets, hasVariable, hostOf, isLoopback, isWildcard, mostAlike, targetsOf, type Listen, type Server, type Site } from "./server.ts";
import type { SiteFinding } from "./site.ts";

type Entry = { readonly server: Server; readonly listen: Listen };

const at = ({ file, line }: Directive) => ({ file, line });

/** Codes: duplicate-listen, port-clash, proxy-to-itself, server-name-conflict, unknown-hosts, redirect-port, redirect-301, redirect-name. */
export function listeningFindings(site: Site): readonly SiteFinding[] {
  const named = serversByName(site);
  const comparisons = { left: mostComparisons };
  const byDefault = { left: mostComparisons };
  return [
    ...site.servers.flatMap((server) => [...twiceInServer(server), ...serverRedirects(server, named, (own) => namesByDefault(own, site, named, byDefault)), ...toItself(server, site)]),
    ...[...site.byAddress].flatMap(([address, entries]) => [...twiceDefault(address, entries), ...mixedSchemes(address, entries), ...nameConflicts(address, entries, comparisons), ...unknownHosts(address, entries)]),
    ...upstreamPortClashes(site),
  ];
}

/** Of the files' own folders and of those that are included from. Code: sites-folder. */
export function folderFindings(files: readonly string[], includes: readonly Directive[]): readonly SiteFinding[] {
  const wrong = (path: string): boolean => /(^|[\\/])services-(available|enabled)([\\/]|$)/.test(path);
  const finding = (file: string, line: number): SiteFinding => ({
    code: "sites-folder", severity: "warning", file, line,
    message: "SanteDB's documentation names the folder services-available, which no NGINX reads: Debian's is called sites-available.",
    mend: "Put the file into /etc/nginx/sites-available and link it from /etc/nginx/sites-enabled, or put it into conf.d.",
  });
  return [
    ...files.filter((name) => wrong(folderOf(name))).map((name) => finding(name, 1)),
    ...includes.filter(({ parameters }) => wrong(parameters[0]?.text ?? "")).map(({ file, line }) => finding(file, line)),
  ];
}

function twiceInServer({ listens }: Server): readonly SiteFinding[] {
  const seen = new Set<string>();
  return listens.flatMap(({ address, directive }) => {
    if (address === null || !seen.has(address)) {
      if (address !== null) seen.add(address);
      return [];
    }
    return [{ code: "duplicate-listen", severity: "error", file: directive.file, line: directive.endLine, message: `NGINX would not start: this server listens on ${shown(address)} twice.`, mend: "Take one of the two `listen` lines out." } as const];
  });
}

const socketOption = /^(?:bind|deferred|reuseport|ipv6only=|so_keepalive=|setfib=|fastopen=|backlog=|rcvbuf=|sndbuf=|accept_filter=)/;

function twiceDefault(address: string, entries: readonly Entry[]): readonly SiteFinding[] {
  const [, second] = entries.filter(({ listen }) => listen.isDefault);
  const [, options] = entries.filter(({ listen }) => valuesOf(listen.directive).slice(1).some((value) => socketOption.test(value)));
  return [
    ...second ? [{ code: "duplicate-listen", severity: "error", file: second.listen.directive.file, line: second.listen.directive.endLine, message: `NGINX would not start: a second server says that it is the default one of ${shown(address)}.`, mend: "Leave `default_server` at one of them only." } as const] : [],
    ...options ? [{ code: "duplicate-listen", severity: "error", file: options.listen.directive.file, line: options.listen.directive.endLine, message: `NGINX would not start: options of the socket are set for ${shown(address)} a second time.`, mend: "Set them at one `listen` of this address only." } as const] : [],
  ];
}

function mixedSchemes(address: string, entries: readonly Entry[]): readonly SiteFinding[] {
  const tls = entries.find(({ listen }) => listen.isTls);
  if (!tls) return [];
  return entries.filter(({ listen }) => !listen.isTls).map(({ listen, server }): SiteFinding => ({
    code: "port-clash", severity: server.scope.own.has("ssl_certificate") ? "warning" : "error", ...at(listen.directive),
    message: `${shown(address)} is plain http here and https in ${fileNameOf(tls.listen.directive.file)}, line ${tls.listen.directive.line}; NGINX says nothing, and speaks TLS to the clients of both.`,
    mend: "Give plain http a port of its own, or say `ssl` here as well.",
  }));
}

/** Names on addresses that are compared, of all servers together. */
const mostComparisons = 1_000_000;

function nameConflicts(address: string, entries: readonly Entry[], comparisons: { left: number }): readonly SiteFinding[] {
  const owners = new Map<string, Server>();
  return entries.flatMap(({ server }) => server.names.slice(0, Math.max(0, comparisons.left)).flatMap(({ name, directive }): readonly SiteFinding[] => {
    comparisons.left--;
    if (name.startsWith("~") || hasVariable(name)) return [];
    const owner = owners.get(name);
    if (owner === undefined) owners.set(name, server);
    if (owner === undefined || owner === server) return [];
    return [{
      code: "server-name-conflict", severity: "warning", ...at(directive),
      message: `${name === "" ? "A server without a name" : shown(name)} on ${shown(address)} is there already, in ${fileNameOf(owner.directive.file)}, line ${owner.directive.line}; NGINX passes over this one with a warning.`,
      mend: "Take one of the two servers out, or give it another name.",
    }];
  }));
}

const isProxy = (server: Server): boolean => server.proxied.length > 0;

function unknownHosts(address: string, entries: readonly Entry[]): readonly SiteFinding[] {
  const chosen = defaultOf(entries);
  if (!chosen || chosen.server.refuses || !isProxy(chosen.server) && redirectOf(chosen.server) === null) return [];
  return [{
    code: "unknown-hosts", severity: "warning", ...at(chosen.listen.directive),
    message: `On ${shown(address)} this server also answers to every name that no server has, since it is ${chosen.listen.isDefault ? "the default one" : "the first one"}.`,
    mend: chosen.listen.isTls ? "Put a server before it with `default_server` and `ssl_reject_handshake on`." : "Put a server before it with `default_server` and `return 444`.",
  }];
}

interface Redirect { readonly directive: Directive; readonly status: number; readonly url: string }

/** Where a server sends its clients on to https; null where it does not. */
function redirectOf({ scope }: Server): Redirect | null {
  const found = ["return", "rewrite"].flatMap((name) => [...scope.own.get(name) ?? [], ...(scope.own.get("location") ?? []).concat(scope.own.get("if") ?? []).flatMap(({ block }) => (block ?? []).filter((each) => each.name === name))]);
  for (const directive of found) {
    const [first = "", second = "", third] = valuesOf(directive);
    const [status, url] = directive.name === "rewrite" ? [third === "permanent" ? 301 : 302, second] : /^\d+$/.test(first) ? [Number(first), second] : [302, first];
    if (/^https:\/\//i.test(url) && [301, 302, 303, 307, 308].includes(status)) return { directive, status, url };
  }
  return null;
}

/** The servers with TLS before an upstream, by each of their names. */
function serversByName({ servers }: Site): ReadonlyMap<string, readonly Server[]> {
  const named = new Map<string, Server[]>();
  for (const server of servers) {
    if (!server.isTls || !isProxy(server)) continue;
    for (const { name } of server.names) {
      const same = named.get(name);
      if (same && same.length < mostAlike) same.push(server);
      else if (!same) named.set(name, [server]);
    }
  }
  return named;
}

/** A name that clients may ask for, and no pattern of several or a placeholder such as "_". */
const isOneHost = (name: string): boolean => /[a-z0-9]/.test(name) && !/[~*$\s]/.test(name) && !name.startsWith(".");

/** Whether a name of a server covers a host, though it is not that host: "*.example.org", ".example.org", "example.*". Of a regular expression it may be so. */
function patternCovers(pattern: string, host: string): boolean {
  if (pattern.startsWith("~") || hasVariable(pattern)) return true;
  if (pattern.startsWith("*.")) return host.endsWith(pattern.slice(1));
  if (pattern.startsWith(".")) return `.${host}`.endsWith(pattern);
  return pattern.endsWith(".*") && host.startsWith(pattern.slice(0, -1));
}

/** The names that come to a server although it has not got them, as it is the default one of an address of plain http; none once too many were compared. */
function namesByDefault(server: Server, { byAddress }: Site, named: ReadonlyMap<string, readonly Server[]>, comparisons: { left: number }): readonly string[] {
  const entries = server.listens.flatMap(({ address, isTls }) => (address === null || isTls ? [] : [byAddress.get(address) ?? []])).find((each) => defaultOf(each)?.server === server);
  if (!entries) return [];
  const taken = new Set(entries.flatMap((entry) => entry.server.names.map(({ name }) => name)));
  const patterns = [...taken].filter((name) => !isOneHost(name) && name !== "" && name !== "_");
  comparisons.left -= named.size * (1 + patterns.length) + taken.size;
  return comparisons.left < 0 ? [] : [...named.keys()].filter((name) => isOneHost(name) && !taken.has(name) && !patterns.some((pattern) => patternCovers(pattern, name)));
}

/** What $server_name is. Source: ngx_http_core_merge_srv_conf in nginx's src/http/ngx_http_core_module.c. */
const serverNameOf = ({ names }: Server): string => (names[0]?.name ?? "").replace(/^\./, "");

/** The host of a redirect's URL as it stands, and the port to which it leads: null for the one that was asked, undefined where a variable says it. */
function destinationOf({ url }: Redirect): { readonly host: string; readonly port: number | null | undefined } {
  const [, name = "", port] = /^https:\/\/((?:\$\{\w+\}|\$\w+|\[[^\]]*\]|[^:/?#$[\]])+)(?::(\d+|\$\w+|\$\{\w+\}))?/i.exec(url) ?? [];
  const host = name.replace(/\$\{?(?:request_uri|uri|document_uri|is_args|args|\d)\b.*$/s, "");
  return { host, port: port === undefined ? /\$(?:\{http_host\}|http_host$)/.test(host) ? null : 443 : /^\d+$/.test(port) ? Number(port) : undefined };
}

function serverRedirects(server: Server, named: ReadonlyMap<string, readonly Server[]>, byDefault: (server: Server) => readonly string[]): readonly SiteFinding[] {
  const redirect = redirectOf(server);
  if (redirect === null) return [];
  const { directive, status } = redirect;
  const { host, port } = destinationOf(redirect);
  const own = /^\$(?:server_name|\{server_name\})$/.test(host) ? serverNameOf(server) : null;
  if (own !== null && !hasVariable(own) && !isOneHost(own)) {
    return [{
      code: "redirect-name", severity: "error", ...at(directive),
      message: `The redirect leads to https://${shown(own)}/, which is nowhere: $server_name is the first name that this server has, and not the one that clients ask for.`,
      mend: "Write $host, or the name itself.",
    }];
  }

  /** Whether who asks for these names is sent to a port on which nothing of theirs is; where a variable stands, nothing can be said. */
  const follow = (names: readonly string[]) => {
    const targets = [...new Set(names.flatMap((name) => named.get(name) ?? []))];
    const ports = [...new Set(targets.flatMap(({ listens }) => listens.filter(({ isTls }) => isTls).map((listen) => listen.port)))];
    const keepsOwn = port === null && ports.includes(443) && server.listens.some((listen) => listen.port === 80);
    const isSaid = port !== undefined && targets.length > 0 && !ports.includes(null);
    return { name: targets[0]?.names[0]?.name ?? "the server", ports, isLost: isSaid && !keepsOwn && !(port !== null && ports.includes(port)) };
  };
  // Its own names, or the one of its URL, lead to one server; of those that come to it by default each leads to another.
  const meant = follow((own !== null ? [own] : hasVariable(host) ? server.names.map(({ name }) => name) : [host.toLowerCase()]).slice(0, mostAlike));
  const others = own === null && hasVariable(host) ? byDefault(server).map((name) => ({ ...follow([name]), name })) : [];
  if (meant.ports.length === 0 && others.length === 0) return [];
  const lost = others.filter(({ isLost }) => isLost);
  const worst = meant.isLost ? meant : lost[0];
  const unnamed = meant.isLost ? "" : ` It has no server of its own here${lost.length > 1 ? `, nor have ${lost.length - 1} more` : ""}.`;
  return [
    ...worst ? [{
      code: "redirect-port", severity: meant.isLost ? "error" : "warning", ...at(directive),
      message: `The redirect leads to ${port === null ? "the port that was asked" : `port ${port}`}, and ${worst.name} is on ${worst.ports.join(", ")}: clients are sent to nothing, or to another server.${unnamed}`,
      mend: `Write the port: return 308 https://${hasVariable(host) ? "$host" : host}:${worst.ports[0] ?? 8443}$request_uri;`,
    } as const] : [],
    ...status === 308 || status === 307 ? [] : [{
      code: "redirect-301", severity: "warning", ...at(directive),
      message: `With ${status} clients ask again with GET and without their body: what was posted to http is lost.`,
      mend: "Send them on with 308, which keeps method and body.",
    } as const],
  ];
}

/** Whether requests to a host and port come to a `listen` of this computer. */
function reaches(host: string, port: number, { address, port: own }: Listen): boolean {
  if (address === null || own !== port) return false;
  return hostOf(address) === host || isLoopback(host) && (isWildcard(address) || isLoopback(hostOf(address)) && hostOf(address).includes(":") === host.includes(":"));
}

function toItself(server: Server, { upstreams }: Site): readonly SiteFinding[] {
  const names = new Set(server.names.map(({ name }) => name));
  return distinctTargets(server).flatMap((proxied): readonly SiteFinding[] => {
    const own = targetsOf(proxied, upstreams).find(({ host, port }) => server.listens.some((listen) => reaches(host, port, listen) || names.has(host) && listen.port === port));
    return own === undefined ? [] : [{
      code: "proxy-to-itself", severity: "error", ...at(proxied.directive),
      message: `Requests are passed to ${own.authority}, where this server itself listens: each goes round until NGINX gives up.`,
      mend: "Pass them to the address on which SanteDB listens, and give one of the two another port.",
    }];
  });
}

/** Ports on which NGINX listens and an upstream as well. */
function upstreamPortClashes({ servers, upstreams }: Site): readonly SiteFinding[] {
  const used = new Map<number, { readonly host: string; readonly authority: string; readonly server: Server }>();
  for (const server of servers) {
    for (const { host, port, authority } of distinctTargets(server).flatMap((proxied) => targetsOf(proxied, upstreams))) {
      const known = used.get(port);
      if (!known || isLoopback(host) && !isLoopback(known.host)) used.set(port, { host, authority, server });
    }
  }
  return servers.flatMap((server) => {
    const said = new Set<number>();
    return server.listens.flatMap((listen): readonly SiteFinding[] => {
      const upstream = listen.port === null ? undefined : used.get(listen.port);
      if (upstream === undefined || listen.port === null || upstream.server === server || said.has(listen.port)) return [];
      const sameComputer = reaches(upstream.host, listen.port, listen);
      if (!sameComputer && isLoopback(upstream.host)) return [];
      if (!sameComputer && listen.port !== santedbPort && listen.port !== dcdrPort) return [];
      said.add(listen.port);
      return [{
        code: "port-clash", severity: sameComputer ? "error" : "warning", ...at(listen.directive),
        message: sameComputer ? `NGINX listens here on port ${listen.port}, where SanteDB listens itself (${upstream.authority}): one of the two cannot start.`
          : `NGINX listens here on port ${listen.port}, as SanteDB does (${upstream.authority}): on one computer one of the two could not start.`,
        mend: "Redirect from port 80, or give one of the two another port.",
      }];
    });
  });
}

/** Where an iCDR and a dCDR listen unless told otherwise. */
const santedbPort = 8080;
const dcdrPort = 9200;
