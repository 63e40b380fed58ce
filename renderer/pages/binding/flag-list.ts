// The flags of a binding as the window tells them: which differ from their defaults, and what each is set to.
import type { BindingFlags } from "../../../app/http-sys/binding.ts";

export type FlagName = keyof BindingFlags;
export type FlagValue = boolean | number | string;

/** What each is when netsh is not told otherwise, in the order in which they are shown. A test compares it with the program's own. */
export const flagDefaults = {
  verifyclientcertrevocation: true, verifyrevocationwithcachedclientcertonly: false, usagecheck: true, revocationfreshnesstime: 0, urlretrievaltimeout: 0,
  sslctlidentifier: "", sslctlstorename: "", dsmapperusage: false, clientcertnegotiation: false, reject: false, disablehttp2: false, disablequic: false,
  disablelegacytls: false, disabletls12: false, disabletls13: false, disableocspstapling: false, enabletokenbinding: false, logextendedevents: false,
  enablesessionticket: false, disablesessionid: false, enablecachingclienthello: false,
} as const satisfies Record<FlagName, FlagValue>;

export const flagNames = Object.keys(flagDefaults) as readonly FlagName[];

export interface Flag { readonly name: FlagName; readonly value: FlagValue }

/** Every flag with its value; one left out of the record is at its default. */
export function allFlags(flags: BindingFlags): readonly Flag[] {
  return flagNames.map((name) => ({ name, value: flags[name] ?? flagDefaults[name] }));
}

/** Those whose value differs from the default. */
export function changedFlags(flags: BindingFlags): readonly Flag[] {
  return allFlags(flags).filter(({ name, value }) => value !== flagDefaults[name]);
}
