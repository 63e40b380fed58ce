// Accounts: the well-known ones by SID and SDDL alias, whatever their localised names; service SIDs are computed.
import { createHash } from "node:crypto";

interface WellKnown {
  readonly sid: string;
  readonly sddl: string;
  /** As netsh shows it. */
  readonly shown: string;
  readonly names: readonly string[];
}

/** Names in English; a localised name is resolved by the machine. Source: [MS-DTYP] 2.4.2.4 and 2.5.1.1. */
const wellKnown: readonly WellKnown[] = [
  { sid: "S-1-5-18", sddl: "SY", shown: "NT AUTHORITY\\SYSTEM", names: ["LocalSystem", "NT AUTHORITY\\SYSTEM", "SYSTEM", ".\\LocalSystem"] },
  { sid: "S-1-5-19", sddl: "LS", shown: "NT AUTHORITY\\LOCAL SERVICE", names: ["NT AUTHORITY\\LocalService", "NT AUTHORITY\\LOCAL SERVICE", "LOCAL SERVICE", "LocalService"] },
  { sid: "S-1-5-20", sddl: "NS", shown: "NT AUTHORITY\\NETWORK SERVICE", names: ["NT AUTHORITY\\NetworkService", "NT AUTHORITY\\NETWORK SERVICE", "NETWORK SERVICE", "NetworkService"] },
  { sid: "S-1-5-32-544", sddl: "BA", shown: "BUILTIN\\Administrators", names: ["BUILTIN\\Administrators", "Administrators"] },
  { sid: "S-1-5-32-545", sddl: "BU", shown: "BUILTIN\\Users", names: ["BUILTIN\\Users", "Users"] },
  { sid: "S-1-5-11", sddl: "AU", shown: "NT AUTHORITY\\Authenticated Users", names: ["NT AUTHORITY\\Authenticated Users", "Authenticated Users"] },
  { sid: "S-1-1-0", sddl: "WD", shown: "\\Everyone", names: ["Everyone", "\\Everyone"] },
];

const fold = (name: string): string => name.trim().toLowerCase();

/** SID of a service account "NT SERVICE\name": S-1-5-80 and SHA-1 of the upper-case UTF-16 name, five 32-bit parts. */
function serviceSid(service: string): string {
  const name = service.toUpperCase();
  const bytes = new Uint8Array(name.length * 2);
  for (let index = 0; index < name.length; index++) {
    bytes[index * 2] = name.charCodeAt(index) & 0xff;
    bytes[index * 2 + 1] = name.charCodeAt(index) >> 8;
  }
  const digest = createHash("sha1").update(bytes).digest();
  return ["S-1-5-80", ...[0, 4, 8, 12, 16].map((at) => digest.readUInt32LE(at))].join("-");
}

/** SID of an account that needs no machine to be resolved: a SID, a well-known name, a service account. Else null. */
export function knownSid(account: string): string | null {
  if (/^S-1-\d+(-\d+)+$/i.test(account.trim())) return account.trim().toUpperCase();
  const known = wellKnown.find(({ names }) => names.some((name) => fold(name) === fold(account)));
  if (known) return known.sid;
  const service = /^NT SERVICE\\(.+)$/i.exec(account.trim())?.[1];
  return service === undefined ? null : serviceSid(service);
}

/** How SDDL writes a SID: the two letters where there are such, else the SID. */
export function sddlTrustee(sid: string): string {
  return wellKnown.find((known) => known.sid === sid)?.sddl ?? sid;
}

/** SID of a trustee as it stands in SDDL. */
export function trusteeSid(trustee: string): string {
  return wellKnown.find(({ sddl }) => sddl === trustee.toUpperCase())?.sid ?? trustee.toUpperCase();
}

/** Names of the service accounts among these services, by SID: "NT SERVICE\\WinRM". */
export function serviceAccounts(services: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...windowsServices, ...services].map((name) => [serviceSid(name), `NT SERVICE\\${name}`]));
}

/** Services of Windows itself that hold reservations on most machines. */
const windowsServices = ["WinRM", "Wecsvc", "W3SVC", "WMSvc", "SstpSvc", "BranchCache", "PeerDistSvc"];

/** English name of a well-known SID as netsh shows it, else the SID itself. */
export function accountName(sid: string): string {
  return wellKnown.find((known) => known.sid === sid)?.shown ?? sid;
}

/** LocalSystem and administrators may listen without a reservation; LOCAL SERVICE and NETWORK SERVICE may not. */
export function mayListenUnreserved(sid: string): boolean {
  return sid === "S-1-5-18" || sid === "S-1-5-32-544";
}
