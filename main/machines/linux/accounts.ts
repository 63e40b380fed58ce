// Users of this machine, wherever its name service keeps them.
import { problem } from "../../../app/errors.ts";
import type { Accounts } from "../../../app/machine.ts";
import { runProgram } from "./commands.ts";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Looks a user up by name or by number, as systemd and init scripts may write it; null where there is none. Throws command-failed. */
export type FindUser = (account: string) => Promise<User | null>;

/** Names that useradd and domains make, and numbers; no option of a program is among them. */
const isAccountName = (account: string): boolean => /^[A-Za-z0-9_.][A-Za-z0-9_.@$\\+-]*$/.test(account);

/** One line of the name service. Source: passwd(5). */
function userOf(line: string): User | null {
  const [name = "", , uid, gid, , home = ""] = line.split(":");
  return name !== "" && /^\d+$/.test(uid ?? "") && /^\d+$/.test(gid ?? "") ? { name, uid: Number(uid), gid: Number(gid), home: home === "" ? "/" : home } : null;
}

/** No such key. Source: getent(1). */
const notFound = 2;

export const findUser: FindUser = async (account) => {
  if (!isAccountName(account)) return null;
  const command = ["/usr/bin/getent", "passwd", account] as const;
  const { exitCode, output } = await runProgram({ command, withoutErrors: true });
  if (exitCode === notFound) return null;
  if (exitCode !== 0) throw problem("command-failed", { program: "getent", reason: `it ended with ${exitCode}`, remedy: "See whether this machine's name service answers." }, { evidence: { command, output } });
  return output.split("\n").map(userOf).find((user) => user !== null) ?? null;
};

/** Each user is looked up once: for one answer about many services. */
export function rememberUsers(find: FindUser): FindUser {
  const found = new Map<string, Promise<User | null>>();
  return (account) => {
    const known = found.get(account) ?? find(account);
    found.set(account, known);
    return known;
  };
}

/** SIDs of the form that Samba gives to Unix users: S-1-22-1 and the user's number. Source: Samba, librpc/idl/security.idl. */
export function openAccounts(find: FindUser): Accounts {
  return {
    sid: async (account) => {
      if (/^S-1-22-1-\d+$/i.test(account.trim())) return account.trim().toUpperCase();
      const user = await find(account.trim());
      return user && `S-1-22-1-${user.uid}`;
    },
  };
}
