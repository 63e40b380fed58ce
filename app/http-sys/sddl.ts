// SDDL of a reservation: which accounts may listen (GX) or delegate (GW), as sets of SID and rights.
import { problem } from "../errors.ts";
import { accountName, sddlTrustee, trusteeSid } from "./account.ts";
import type { Reservation } from "./reservation.ts";

export type Right = Reservation["accounts"][number]["rights"][number];
export type Account = Reservation["accounts"][number];

/** Masks as HTTP.sys reads them: GENERIC_EXECUTE listens, GENERIC_WRITE delegates. Source: MicrosoftDocs/win32, netsh http. */
const listen = 0x20000000;
const delegate = 0x40000000;
const all = 0x10000000;
const generic: ReadonlyMap<string, number> = new Map([["GX", listen], ["GW", delegate], ["GA", all], ["GR", 0x80000000]]);

/** Access mask of the rights part of an entry: two-letter rights in a row, or a hexadecimal number. Null when neither. */
function maskOf(rights: string): number | null {
  if (/^0x[\da-f]{1,8}$/i.test(rights)) return Number(rights);
  if (!/^([A-Z]{2})+$/i.test(rights)) return null;
  let mask = 0;
  for (const right of rights.toUpperCase().match(/../g) ?? []) {
    const bits = generic.get(right);
    if (bits === undefined) return null;
    mask = (mask | bits) >>> 0;
  }
  return mask;
}

function rightsOf(mask: number): readonly Right[] {
  const everything = (mask & all) !== 0;
  return [
    ...(everything || (mask & listen) !== 0 ? ["listen" as const] : []),
    ...(everything || (mask & delegate) !== 0 ? ["delegate" as const] : []),
  ];
}

const entryPattern = /\(\s*A\s*;[A-Z]*;\s*([^;()]*?)\s*;\s*;\s*;\s*([A-Z]{2}|S-1-\d+(?:-\d+)+)\s*\)/iy;

/** Reads `D:(A;;GX;;;NS)…`: allowing entries only, 64 at most. Null for anything else. */
export function parseSddl(sddl: string): readonly Account[] | null {
  const text = sddl.trim();
  const start = /^(?:O:[^:()]*?)?(?:G:[^:()]*?)?D:[A-Z]*/i.exec(text)?.[0].length;
  if (start === undefined || text.length > 8192) return null;
  const masks = new Map<string, number>();
  entryPattern.lastIndex = start;
  while (entryPattern.lastIndex < text.length) {
    const entry = entryPattern.exec(text);
    const mask = entry?.[1] === undefined ? null : maskOf(entry[1]);
    if (!entry?.[2] || mask === null || masks.size >= 64) return null;
    const sid = trusteeSid(entry[2]);
    masks.set(sid, ((masks.get(sid) ?? 0) | mask) >>> 0);
  }
  return masks.size === 0 ? null : [...masks].map(([sid, mask]) => ({ name: accountName(sid), sid, rights: [...rightsOf(mask)] }));
}

/** Accounts of a reservation's SDDL; none where it cannot be read. */
export function accountsOf(sddl: string): Account[] {
  return [...(parseSddl(sddl) ?? [])];
}

const rightsText = (rights: readonly Right[]): string =>
  rights.includes("listen") && rights.includes("delegate") ? "GA" : rights.includes("delegate") ? "GW" : "GX";

/** Writes the SDDL of accounts, in their order. A trustee is a SID or its two letters. */
export function formatSddl(accounts: readonly { readonly trustee: string; readonly rights: readonly Right[] }[]): string {
  return `D:${accounts.map(({ trustee, rights }) => `(A;;${rightsText(rights)};;;${sddlTrustee(trusteeSid(trustee))})`).join("")}`;
}

/** The SDDL with one more account that may listen; what the others may is kept. Throws input-invalid when it cannot be read. */
export function mergeAccounts(sddl: string, trustee: string): string {
  const accounts = parseSddl(sddl);
  if (!accounts) throw problem("input-invalid", { problem: `the security descriptor ${sddl} is not of the form D:(A;;GX;;;SID)` });
  const added = trusteeSid(trustee);
  const present = accounts.some(({ sid }) => sid === added);
  const kept = accounts.map(({ sid, rights }) => ({ trustee: sid, rights: sid === added && !rights.includes("listen") ? ["listen" as const, ...rights] : rights }));
  return formatSddl(present ? kept : [...kept, { trustee: added, rights: ["listen"] }]);
}

/** Whether two descriptors give the same accounts the same rights, in whatever order and spelling. */
export function sameAccounts(one: string, other: string): boolean {
  const fold = (sddl: string): string => {
    const accounts = parseSddl(sddl);
    return accounts ? accounts.map(({ sid, rights }) => `${sid} ${rights.join("+")}`).sort().join("\n") : sddl;
  };
  return fold(one) === fold(other);
}
