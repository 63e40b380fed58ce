// Records of `netsh http show urlacl` in any language: a URL, its users with two rights each, and one descriptor.
import { knownSid } from "./account.ts";
import type { TranscriptReservation } from "./http-sys-view.ts";
import { parseSddl } from "./sddl.ts";
import type { TranscriptLine } from "./transcript-lines.ts";

const isUrl = (value: string): boolean => /^https?:\/\/[^\s<>]{1,2048}$/i.test(value);
const isDescriptor = (value: string): boolean => /^(?:[OG]:[^()]{1,200})?D:/i.test(value);
const yes: ReadonlySet<string> = new Set(["yes", "ja", "oui", "sì", "si", "sí", "sim", "да", "はい", "是"]);

const isWhole = (descriptor: string): boolean => {
  const opened = descriptor.split("(").length;
  return opened > 1 && opened === descriptor.split(")").length;
};

/** The descriptor from a line on; a console breaks it anywhere, and what follows then has no label. */
function descriptorAt(lines: readonly TranscriptLine[], index: number): { readonly sddl: string; readonly next: number } {
  let sddl = lines[index]?.value ?? "";
  let next = index + 1;
  for (; !isWhole(sddl) && sddl.length < 8192; next++) {
    const line = lines[next];
    if (!line || line.label !== null || !/^[A-Za-z0-9();:-]+$/.test(line.text)) break;
    sddl += line.text;
  }
  return { sddl, next };
}

/** Names of the users as printed, with what the words about them say. */
function namedAccounts(lines: readonly TranscriptLine[]): TranscriptReservation["accounts"] {
  return lines.flatMap(({ value }, index) => {
    if (index % 3 !== 0) return [];
    const may = (place: number): boolean => yes.has(lines[index + place]?.value.toLowerCase() ?? "");
    return [{ name: value, sid: knownSid(value), rights: [...(may(1) ? ["listen" as const] : []), ...(may(2) ? ["delegate" as const] : [])] }];
  });
}

/** Reads the reservation that begins on a line; null where none does. `next` is the first line that is not of it. */
export function reservationAt(lines: readonly TranscriptLine[], index: number): { readonly reservation: TranscriptReservation; readonly next: number } | null {
  const first = lines[index];
  if (!first || first.label === null || !isUrl(first.value)) return null;
  const users: TranscriptLine[] = [];
  let next = index + 1;
  for (; next < lines.length; next++) {
    const line = lines[next];
    if (!line || line.label === null || line.value === "" || isUrl(line.value)) break;
    if (isDescriptor(line.value)) {
      const { sddl, next: after } = descriptorAt(lines, next);
      const accounts = parseSddl(sddl);
      return {
        reservation: {
          url: first.value, line: first.number, sddl: accounts ? sddl : null,
          accounts: accounts ? named(accounts, namedAccounts(users)) : namedAccounts(users),
        }, next: after,
      };
    }
    users.push(line);
  }
  return { reservation: { url: first.value, line: first.number, sddl: null, accounts: namedAccounts(users) }, next };
}

/** The descriptor says who may do what; the lines above it, how this machine calls them. */
function named(accounts: NonNullable<ReturnType<typeof parseSddl>>, users: TranscriptReservation["accounts"]): TranscriptReservation["accounts"] {
  const told = users.length === accounts.length;
  return accounts.map(({ name, sid, rights }, index) => ({ name: told && name === sid ? users[index]?.name ?? name : name, sid, rights: [...rights] }));
}
