// The applicationId of a binding: which product made the record. SanteDB has four, from four of its programs.

/** The one that SanteDB documents for a dCDR. Source: santedb dev-doc, "Securing SanteDB APIs". */
export const santeDbApplicationId = "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}";

const santeDb: ReadonlyMap<string, string> = new Map([
  [santeDbApplicationId, "SanteDB"],
  ["{21F35B18-E417-4F8E-B9C7-73E98B7C71B8}", "SanteDB (hint of its Configuration Tool)"],
  ["{1B0374EA-A3A3-46A5-97DA-9E04AE517694}", "SanteDB Configuration Tool"],
  ["{E65AB546-1345-42E7-82D2-0914336CD71E}", "SanteDB Gateway"],
]);

const others: ReadonlyMap<string, string> = new Map([
  ["{4DC3E181-E14B-4A21-B022-59FC669B0914}", "IIS"],
  ["{214124CD-D05B-4309-9AF9-9CAA44B2B74A}", "IIS Express"],
  ["{5D89A20C-BEAB-4389-9447-324788EB944A}", "AD FS"],
]);

/** Whether a record with this applicationId is SanteDB's own, so that it may be replaced without asking. */
export function isSanteDb(applicationId: string): boolean {
  return santeDb.has(applicationId.toUpperCase());
}

/** Name of the product that uses an applicationId; null when it is not known. */
export function applicationName(applicationId: string): string | null {
  return santeDb.get(applicationId.toUpperCase()) ?? others.get(applicationId.toUpperCase()) ?? null;
}
