// A URL prefix as HTTP.sys registers and reserves it: scheme://host:port/path/, where the host's kind is part of the key.

/** `strong` is "+", `weak` is "*"; the four kinds are kept apart by HTTP.sys and may coexist. */
export type HostKind = "strong" | "name" | "address" | "weak";

export interface Prefix {
  readonly scheme: "http" | "https";
  readonly hostKind: HostKind;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number;
  /** Lower case, with the slash at its end. */
  readonly path: string;
}

const kindOf = (host: string): HostKind => {
  if (host === "+") return "strong";
  if (host === "*") return "weak";
  return host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host) ? "address" : "name";
};

/** Reads a prefix. Null unless it has scheme, port and closing slash, as HTTP.sys wants it (else error 87). */
export function parsePrefix(url: string): Prefix | null {
  const [, scheme, host = "", digits, path = ""] = /^(https?):\/\/(\+|\*|\[[\da-f:.]+\]|[^\s/:?#[\]+*]+):(\d{1,5})(\/(?:[^\s?#]*\/)?)$/iu.exec(url) ?? [];
  const port = Number(digits);
  if (scheme === undefined || !(port >= 1 && port <= 65535) || url.length > 2048) return null;
  return { scheme: scheme.toLowerCase() === "https" ? "https" : "http", hostKind: kindOf(host), host: host.toLowerCase(), port, path: path.toLowerCase() };
}

/** The prefix as netsh shows it: lower-case scheme and host, the path as written. */
export function normalPrefix(url: string): string {
  return url.replace(/^[^/]*\/\/[^/]*/, (start) => start.toLowerCase());
}

/** Whether registering or requesting `inner` falls under `outer`: all equal but the path, which `outer` begins. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  return outer.scheme === inner.scheme && outer.hostKind === inner.hostKind && outer.host === inner.host
    && outer.port === inner.port && inner.path.startsWith(outer.path);
}
