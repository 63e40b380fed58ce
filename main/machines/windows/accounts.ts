// Accounts by name, in this Windows' language and of its domain, through advapi32.dll.
import { knownSid } from "../../../app/http-sys/account.ts";
import type { Accounts } from "../../../app/machine.ts";
import { errorCodes, nativeProblem, type Native } from "./native.ts";
import { sidText } from "./service-records.ts";

/** SECURITY_MAX_SID_SIZE, and characters of a domain's name at most. */
const largestSid = 68;
const longestDomain = 1024;

interface Lookup {
  (system: string | null, name: string, sid: Buffer, sidSize: [number], domain: Buffer, domainLength: [number], use: [number]): number;
  async: (system: string | null, name: string, sid: Buffer, sidSize: [number], domain: Buffer, domainLength: [number], use: [number], done: (error: unknown, result: number) => void) => void;
}

/** Looks accounts up. `computer` is this computer's name, for which a dot may stand. Throws command-failed. */
export function openAccounts(native: Native, computer: string): Accounts {
  const lookup = native.load("advapi32.dll").func(
    "int __stdcall LookupAccountNameW(str16 system, str16 name, void *sid, _Inout_ uint32_t *sidSize, void *domain, _Inout_ uint32_t *domainLength, _Out_ int *use)",
  ) as unknown as Lookup;

  // A domain may have to be asked over the network, so not on the thread that the window waits for.
  const sid = (name: string): Promise<string | null> => new Promise((resolve, reject) => {
    const found = native.allocate(largestSid).bytes;
    const domain = native.allocate(longestDomain * 2).bytes;
    const size: [number] = [largestSid];
    lookup.async(null, name, found, size, domain, [longestDomain], [0], (error, result) => {
      if (error instanceof Error) reject(error);
      else if (result !== 0) resolve(sidText(found.subarray(0, size[0])));
      else {
        const code = native.lastError();
        if (code === errorCodes.noneMapped) resolve(null);
        else reject(nativeProblem("LookupAccountName", code));
      }
    });
  });

  return {
    sid: async (account) => {
      const known = knownSid(account);
      if (known !== null) return known;
      const name = account.trim().replace(/^\.\\/, `${computer}\\`);
      return name === "" || name.includes("\0") ? null : sid(name);
    },
  };
}
