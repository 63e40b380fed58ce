// By how much two clocks differ.

/** Whole seconds by which the server's clock is ahead of the client's; null where either is unknown. Takes ISO 8601. */
export function clockDifference(clientTime: string, serverTime: string | null): number | null {
  const difference = serverTime === null ? NaN : Math.round((Date.parse(serverTime) - Date.parse(clientTime)) / 1000);
  return Number.isNaN(difference) ? null : difference;
}
