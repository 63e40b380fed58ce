// A Windows service as Lockstep controls it: the account behind its name, and the services that go down with it.
import { knownSid } from "../http-sys/account.ts";
import type { Machine, ServiceRecord } from "../machine.ts";

/** SID of an account in any spelling, names of this Windows' language among them; null where it is unknown. */
export async function accountSid(machine: Machine, account: string): Promise<string | null> {
  return knownSid(account) ?? await machine.accounts.sid(account);
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * The services that need this one, directly or through others, those that must stop first coming first. A circle, which
 * Windows does not allow, ends where it closes.
 */
export function dependantsOf(services: readonly ServiceRecord[], name: string): readonly ServiceRecord[] {
  const found: ServiceRecord[] = [];
  const seen = new Set([name.toLowerCase()]);
  const visit = (needed: string): void => {
    for (const service of services) {
      if (seen.has(service.name.toLowerCase()) || !service.dependencies.some((dependency) => same(dependency, needed))) continue;
      seen.add(service.name.toLowerCase());
      visit(service.name);
      found.push(service);
    }
  };
  visit(name);
  return found;
}
