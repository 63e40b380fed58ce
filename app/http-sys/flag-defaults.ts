// The defaults of a binding's flags, apart from its schema: the window must load no schema.
import type { BindingFlags } from "./binding.ts";

/** What each flag is when netsh is not told otherwise. */
export const flagDefaults = {
  verifyclientcertrevocation: true, verifyrevocationwithcachedclientcertonly: false, usagecheck: true, revocationfreshnesstime: 0, urlretrievaltimeout: 0,
  sslctlidentifier: "", sslctlstorename: "", dsmapperusage: false, clientcertnegotiation: false, reject: false, disablehttp2: false, disablequic: false,
  disablelegacytls: false, disabletls12: false, disabletls13: false, disableocspstapling: false, enabletokenbinding: false, logextendedevents: false,
  enablesessionticket: false, disablesessionid: false, enablecachingclienthello: false,
} as const satisfies { readonly [Name in keyof BindingFlags]-?: NonNullable<BindingFlags[Name]> };
