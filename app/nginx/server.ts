// Servers of a configuration: where each listens, the names it answers to, and what holds at each of its levels.
import { valuesOf, type Directive } from "./directive.ts";

/** A level of the configuration: http, server, location. A directive that it lacks comes from the level above. */
export interface Scope {
  readonly own: ReadonlyMap<string, readonly Directive[]>;
  readonly above: Scope | null;
}

export interface Listen {
  readonly directive: Directive;
  /** "0.0.0.0:8443", "[::]:8443", "unix:/run/x", a host name as it stands; null where variables of a template stand in it. */
  readonly address: string | null;
  readonly port: number | null;
  readonly isTls: boolean;
  readonly isDefault: boolean;
}

/** A level of a server from which requests go on to an upstream over HTTP. */
export interface Proxied {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly target: ProxyTarget | null;
}

/** Where `proxy_pass` leads; the port is the scheme's own where none is named. */
export interface ProxyTarget { readonly scheme: "http" | "https"; readonly host: string; readonly port: number; readonly authority: string }

export interface Server {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly listens: readonly Listen[];
  /** Lower case, in order; "" where it has none. Regular expressions and names with variables are among them as they stand. */
  readonly names: readonly { readonly name: string; readonly directive: Directive }[];
  readonly proxied: readonly Proxied[];
  readonly isTls: boolean;
  /** Refuses: ends the handshake, or answers everything with a refusal. */
  readonly refuses: boolean;
  /** Sends clients on, or answers by itself, before any location is looked at. */
  readonly answer: Directive | null;
}

/** Names of groups of upstreams, with the addresses in them. */
export type Upstreams = ReadonlyMap<string, readonly { readonly target: ProxyTarget; readonly directive: Directive }[]>;

export interface Site {
  readonly servers: readonly Server[];
  readonly upstreams: Upstreams;
  /** The servers of each address, in order; the first that says so, else the first, answers names that nobody has. */
  readonly byAddress: ReadonlyMap<string, readonly { readonly server: Server; readonly listen: Listen }[]>;
}

export const hasVariable = (text: string): boolean => text.includes("$");

/** What holds at a level: of directives that may be repeated, all of the nearest level that has any. */
export function holding(scope: Scope, name: string): readonly Directive[] {
  for (let level: Scope | null = scope; level; level = level.above) {
    const found = level.own.get(name);
    if (found) return found.length > mostAlike ? found.slice(-mostAlike) : found;
  }
  return [];
}

/** The last of those, which for most directives is the only one that nginx allows. */
export const holdingOne = (scope: Scope, name: string): Directive | undefined => holding(scope, name).at(-1);

/** The first value of what holds at a level, in lower case. */
export const setting = (scope: Scope, name: string): string | undefined => holdingOne(scope, name)?.parameters[0]?.text.toLowerCase();

function scopeOf(directives: readonly Directive[], above: Scope | null): Scope {
  const own = new Map<string, Directive[]>();
  for (const directive of directives) {
    const same = own.get(directive.name);
    if (same) same.push(directive);
    else own.set(directive.name, [directive]);
  }
  return { own, above };
}

const schemePorts = { http: 80, https: 443 } as const;

/** A host with its port, as an upstream's `server` or the rest of a URL has it. Null for sockets and variables. */
export function targetOf(text: string, scheme: "http" | "https" = "http"): ProxyTarget | null {
  if (hasVariable(text)) return null;
  const [, authority = "", host = "", port] = /^((\[[0-9A-Fa-f:.]+\]|[^[\]/:?#\s]+)(?::(\d{1,5}))?)(?:[/?#]|$)/.exec(text) ?? [];
  return host === "" || host.toLowerCase() === "unix" ? null : { scheme, host: host.toLowerCase(), port: port === undefined ? schemePorts[scheme] : Number(port), authority };
}

function proxyTarget(url: string): ProxyTarget | null {
  const [, scheme, rest = ""] = /^(https?):\/\/(.*)$/is.exec(url) ?? [];
  return scheme === undefined ? null : targetOf(rest, scheme.toLowerCase() === "https" ? "https" : "http");
}

/** The address of a `listen` in one form; 80 is the port where none is named. */
function listenAddress(text: string): { readonly address: string | null; readonly port: number | null } {
  if (hasVariable(text)) return { address: null, port: null };
  if (text.startsWith("unix:")) return { address: text, port: null };
  if (/^\d+$/.test(text)) return { address: `0.0.0.0:${Number(text)}`, port: Number(text) };
  const [, host = text, port = "80"] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d+))?$/.exec(text) ?? [];
  const canonical = host === "*" || host === "" ? "0.0.0.0" : /^\[[0:]+\]$/.test(host) ? "[::]" : host.toLowerCase();
  return { address: `${canonical}:${Number(port)}`, port: Number(port) };
}

const wildcards = { ipv4: "0.0.0.0", ipv6: "[::]" } as const;

/** The host of a listening address. */
export const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(":")));
export const isWildcard = (address: string): boolean => hostOf(address) === wildcards.ipv4 || hostOf(address) === wildcards.ipv6;

/** This computer by an address that every computer has for itself. */
export const isLoopback = (host: string): boolean => /^127\.|^localhost$|^\[(?:0*:)*:?0*1\]$|^\[::1\]$|^0\.0\.0\.0$/.test(host);

function listenOf(directive: Directive, always: boolean): Listen {
  const [where = "", ...flags] = valuesOf(directive);
  return { directive, ...listenAddress(where), isTls: always || flags.includes("ssl") || flags.includes("quic"), isDefault: flags.includes("default_server") || flags.includes("default") };
}

function proxiedIn(directives: readonly Directive[], scope: Scope): readonly Proxied[] {
  return directives.flatMap((directive) => {
    if (directive.name === "proxy_pass" && directive.parameters[0]) return [{ directive, scope, target: proxyTarget(directive.parameters[0].text) }];
    if (directive.block === null || directive.name !== "location" && directive.name !== "if" && directive.name !== "limit_except") return [];
    return proxiedIn(directive.block, scopeOf(directive.block, scope));
  });
}

const refusal = /^(?:444|4(?:0[0-9]|1[0-9]|2[0-9])|503)$/;

function serverOf(directive: Directive, above: Scope | null): Server {
  const block = directive.block ?? [];
  const scope = scopeOf(block, above);
  const always = setting(scope, "ssl") === "on";
  const written = (scope.own.get("listen") ?? []).slice(0, mostAlike).map((each) => listenOf(each, always));
  const listens = written.length > 0 ? written : [{ directive, address: "0.0.0.0:80", port: 80, isTls: always, isDefault: false }];
  const names = (scope.own.get("server_name") ?? []).flatMap((each) => each.parameters.map(({ text }) => ({ name: text.toLowerCase(), directive: each })));
  const answer = scope.own.get("return")?.[0] ?? null;
  const proxied = proxiedIn(block, scope);
  return {
    directive, scope, listens, names: names.length > 0 ? names : [{ name: "", directive }], proxied, answer,
    isTls: listens.some(({ isTls }) => isTls),
    refuses: setting(scope, "ssl_reject_handshake") === "on" && listens.every(({ isTls }) => isTls) || refusal.test(answer?.parameters[0]?.text ?? "") || scope.own.get("deny")?.some((each) => each.parameters[0]?.text === "all") === true,
  };
}

/** The servers for HTTP among directives: of a whole configuration those within `http`, of a part of one those at its top. */
export function siteOf(directives: readonly Directive[]): Site {
  const whole = directives.filter(({ name, block }) => name === "http" && block !== null);
  const levels = whole.length > 0 ? whole.map(({ block }) => block ?? []) : [directives];
  const servers: Server[] = [];
  const upstreams = new Map<string, readonly { readonly target: ProxyTarget; readonly directive: Directive }[]>();
  for (const level of levels) {
    const scope = scopeOf(level, null);
    for (const directive of scope.own.get("server") ?? []) if (directive.block !== null) servers.push(serverOf(directive, scope));
    for (const { block, parameters } of scope.own.get("upstream") ?? []) {
      const members = (block ?? []).filter(({ name }) => name === "server").flatMap((directive) => {
        const target = targetOf(directive.parameters[0]?.text ?? "");
        return target ? [{ target, directive }] : [];
      });
      upstreams.set((parameters[0]?.text ?? "").toLowerCase(), members);
    }
  }
  const byAddress = new Map<string, { readonly server: Server; readonly listen: Listen }[]>();
  for (const server of servers) {
    for (const listen of server.listens) {
      if (listen.address === null) continue;
      const same = byAddress.get(listen.address);
      if (same) same.push({ server, listen });
      else byAddress.set(listen.address, [{ server, listen }]);
    }
  }
  return { servers, upstreams, byAddress };
}

/** Which server of an address answers names that none of them has. */
export const defaultOf = <Entry extends { readonly listen: Listen }>(entries: readonly Entry[]): Entry | undefined => entries.find(({ listen }) => listen.isDefault) ?? entries[0];

/** Members of a group, and values of one kind at one level, that are looked at; no real configuration has as many. */
export const mostAlike = 100;

/** The addresses to which a level passes requests: those of its group, or the one named. */
export function targetsOf({ target }: Proxied, upstreams: Upstreams): readonly ProxyTarget[] {
  if (target === null) return [];
  return upstreams.get(target.host)?.slice(0, mostAlike).map((each) => each.target) ?? [target];
}

/** The levels of a server that pass requests on, the first for each group or address. */
export const distinctTargets = ({ proxied }: Server): readonly Proxied[] => [...new Map(proxied.toReversed().map((each) => [each.target?.authority ?? "", each])).values()];
