// Precedence: which record HTTP.sys takes for a connection, and why the others do not answer.
import { parseEndpoint, type Binding, type EndpointParts } from "./binding.ts";

export interface Connection {
  /** Address on this machine that the client reached, without brackets. */
  readonly localAddress: string;
  readonly port: number;
  /** Name of the ClientHello; null when it has none. */
  readonly serverName: string | null;
}

export interface Considered {
  readonly endpoint: string;
  /** Whole sentence. */
  readonly reason: string;
}

export interface Precedence {
  readonly winner: Binding | null;
  /** Every record of the port, the winner first, then in the order of precedence. */
  readonly considered: readonly Considered[];
}

/** A record taken apart once, so that many connections can be asked about. */
export interface PreparedRecord {
  readonly binding: Binding;
  readonly parts: EndpointParts;
  /** The address in the spelling that compares; the host as it is where it is none. */
  readonly address: string;
}

/** The records of each port. */
export type BindingIndex = ReadonlyMap<number, readonly PreparedRecord[]>;

type Rank = "exact" | "name" | "central" | "any-v6" | "any-v4" | "none";

/** The order of the AD FS documentation: exact address, name, central store, [::] for IPv6, 0.0.0.0 for both. */
const order: readonly Rank[] = ["exact", "name", "central", "any-v6", "any-v4", "none"];

const title: Readonly<Record<Exclude<Rank, "none">, string>> = {
  "exact": "It names exactly this address and port.",
  "name": "It names the host name that the client asks for.",
  "central": "It takes every name on this port from the central certificate store.",
  "any-v6": "It stands for all IPv6 addresses.",
  "any-v4": "It stands for all addresses, IPv6 included.",
};

/** The eight groups of an IPv6 address as numbers, so that different spellings compare equal. An IPv4 address as it is. */
export function canonical(address: string): string {
  const text = address.toLowerCase().replace(/%.*$/, "").replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (whole, a: string, b: string, c: string, d: string) =>
    address.includes(":") ? `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}` : whole);
  if (!text.includes(":")) return text;
  const [head = "", tail] = text.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0");
  return [...front, ...middle, ...back].map((group) => Number.parseInt(group, 16)).join(":");
}

function matchesName(record: string, asked: string): boolean {
  const name = asked.toLowerCase().replace(/\.$/, "");
  if (!record.startsWith("*.")) return record.replace(/\.$/, "") === name;
  return name.endsWith(record.slice(1)) && !name.slice(0, -(record.length - 1)).includes(".") && name.length > record.length - 1;
}

/** [::] in the spelling that compares. */
export const anyV6 = "0:0:0:0:0:0:0:0";

function rankOf({ parts: { family, host }, address }: PreparedRecord, { localAddress, serverName }: Connection, local: string): Rank {
  switch (family) {
    case "ccs": return serverName === null ? "none" : "central";
    case "sni": return serverName !== null && matchesName(host, serverName) ? "name" : "none";
    case "ip":
      if (host === "0.0.0.0") return "any-v4";
      if (address === anyV6) return localAddress.includes(":") ? "any-v6" : "none";
      return address === local ? "exact" : "none";
  }
}

function mismatch({ parts: { family, host }, address }: PreparedRecord, { localAddress, serverName }: Connection): string {
  switch (family) {
    case "ccs": return "The central certificate store needs a host name, and the client sends none.";
    case "sni": return serverName === null ? "The client sends no host name." : `It is for the name ${host}, not for ${serverName}.`;
    case "ip": return address === anyV6 ? "It stands for IPv6 addresses only." : `It is for the address ${host}, not for ${localAddress}.`;
  }
}

/** Takes records apart and sorts them by port; those that name no endpoint are left out. */
export function indexBindings(bindings: readonly Binding[]): BindingIndex {
  const index = new Map<number, PreparedRecord[]>();
  for (const binding of bindings) {
    const parts = parseEndpoint(binding.endpoint);
    if (!parts) continue;
    const record = { binding, parts, address: parts.family === "ip" ? canonical(parts.host) : parts.host };
    const present = index.get(parts.port);
    if (present) present.push(record);
    else index.set(parts.port, [record]);
  }
  return index;
}

/**
 * Which record of the port answers a connection, and why each of the others does not. Pure; the order is that of the
 * AD FS documentation (MicrosoftDocs, "AD FS and certificate bindings"). An exact name goes before a wildcard name.
 */
export function explainConnection(index: BindingIndex, connection: Connection): Precedence {
  const local = canonical(connection.localAddress);
  const ranked = (index.get(connection.port) ?? []).map((record) => ({ ...record, rank: rankOf(record, connection, local) }));
  const place = ({ parts, rank }: (typeof ranked)[number]): number => order.indexOf(rank) * 2 + (parts.host.startsWith("*") ? 1 : 0);
  const sorted = ranked.sort((one, other) => place(one) - place(other));
  const first = sorted[0];
  const winner = first && first.rank !== "none" ? first : null;
  return {
    winner: winner?.binding ?? null,
    considered: sorted.map((candidate) => ({
      endpoint: candidate.binding.endpoint,
      reason: candidate.rank === "none" ? mismatch(candidate, connection)
        : candidate === winner ? `${title[candidate.rank]} It answers.`
        : `${title[candidate.rank]} ${winner?.binding.endpoint ?? ""} goes before it.`,
    })),
  };
}

/** The same for one connection. */
export function winningBinding(bindings: readonly Binding[], connection: Connection): Precedence {
  return explainConnection(indexBindings(bindings.filter(({ endpoint }) => endpoint.endsWith(String(connection.port)))), connection);
}
