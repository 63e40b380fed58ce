// What was proven, as it is shown: one row for each way of asking, however many paths were asked for that way.
import type { Verified } from "../../../app/contract.ts";

export interface Served {
  readonly address: string;
  readonly port: number;
  readonly serverName: string | null;
  readonly thumbprint: string | null;
  readonly protocol: string;
  /** Each status once, ascending; empty where only a handshake was made. */
  readonly statuses: readonly number[];
}

/** Rows in the order in which they were proven. Answers that differ in anything but the HTTP status stay apart. */
export function servedRows(verified: readonly Verified[]): readonly Served[] {
  const rows = new Map<string, Served>();
  for (const { httpStatus, ...way } of verified) {
    const key = JSON.stringify([way.address, way.port, way.serverName, way.thumbprint, way.protocol]);
    const statuses = new Set([...(rows.get(key)?.statuses ?? []), ...(httpStatus === null ? [] : [httpStatus])]);
    rows.set(key, { ...way, statuses: [...statuses].toSorted((one, other) => one - other) });
  }
  return [...rows.values()];
}
