// What was proven, as it is shown: a row for each way of asking, and an answer for each path that was asked for.
import type { Verified } from "../../../app/contract.ts";
import type { OperationView } from "../../../app/plan/operation.ts";

export interface Served {
  readonly address: string;
  readonly port: number;
  readonly serverName: string | null;
  readonly thumbprint: string | null;
  readonly protocol: string;
  /** Each status once, ascending: of the root path where it was asked for, else of all; empty where only a handshake was made. */
  readonly statuses: readonly number[];
}

const ascending = (statuses: Iterable<number>): readonly number[] => [...new Set(statuses)].toSorted((one, other) => one - other);
const statusesOf = (asked: readonly Verified[]): readonly number[] => ascending(asked.flatMap(({ httpStatus }) => (httpStatus === null ? [] : [httpStatus])));

function grouped(verified: readonly Verified[], keyOf: (asked: Verified) => string): ReadonlyMap<string, readonly Verified[]> {
  const groups = new Map<string, Verified[]>();
  for (const asked of verified) groups.set(keyOf(asked), [...(groups.get(keyOf(asked)) ?? []), asked]);
  return groups;
}

/** Rows in the order in which they were proven. Answers that differ in anything but path and HTTP status stay apart. */
export function servedRows(verified: readonly Verified[]): readonly Served[] {
  const ways = grouped(verified, ({ address, port, serverName, thumbprint, protocol }) => JSON.stringify([address, port, serverName, thumbprint, protocol]));
  return [...ways.values()].flatMap((asked) => {
    const [way] = asked;
    if (!way) return [];
    const root = asked.filter(({ path }) => path === "/");
    const { address, port, serverName, thumbprint, protocol } = way;
    return [{ address, port, serverName, thumbprint, protocol, statuses: statusesOf(root.length > 0 ? root : asked) }];
  });
}

/** The paths that answered, in the order asked; empty where only one was asked for. */
export function answeredPaths(verified: readonly Verified[]): readonly { readonly path: string; readonly statuses: readonly number[] }[] {
  // One that sends clients on is none that answers.
  const paths = grouped(verified.filter(({ httpStatus }) => httpStatus !== null && httpStatus !== 308), ({ path }) => path);
  return paths.size < 2 ? [] : [...paths].map(([path, asked]) => ({ path, statuses: statusesOf(asked) }));
}

/** Certificates that a plan proves beside the one that it plans: those of other sites, which stay as they were. */
export const provenBeside = (operations: readonly OperationView[], planned: string | null): readonly string[] =>
  [...new Set(operations.flatMap(({ kind, details }) => (kind === "verify.tls" ? details : [])))].filter((thumbprint) => thumbprint !== planned);

/** Titles of the checks that leave nothing to show but that they held; what was asked of several addresses, once. */
export const provenOtherwise = (operations: readonly OperationView[]): readonly string[] =>
  [...new Set(operations.filter(({ kind }) => kind === "verify.site" || kind === "verify.redirect" || kind === "verify.absence" || kind === "verify.configuration").map(({ title }) => title))];
