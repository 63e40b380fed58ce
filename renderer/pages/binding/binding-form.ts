// What a person fills in to bind a certificate, and the request that it becomes.
import type { BindingRequest } from "../../../app/contract.ts";
import type { Binding } from "../../../app/http-sys/binding.ts";

/** The settings that the form offers; all others stay as they are. */
export const offeredFlags = ["clientcertnegotiation", "disabletls13", "disablehttp2"] as const;
export type OfferedFlag = (typeof offeredFlags)[number];

export interface BindingForm {
  readonly endpoint: string;
  /** A thumbprint; "" where none is chosen. */
  readonly certificate: string;
  readonly flags: Readonly<Record<OfferedFlag, boolean>>;
  readonly takeOver: boolean;
}

export function initialForm(binding: Binding | null): BindingForm {
  const flagOf = (name: OfferedFlag): boolean => binding?.flags[name] ?? false;
  return {
    endpoint: binding?.endpoint ?? "", certificate: "", takeOver: false,
    flags: { clientcertnegotiation: flagOf("clientcertnegotiation"), disabletls13: flagOf("disabletls13"), disablehttp2: flagOf("disablehttp2") },
  };
}

/** An endpoint as it was meant: without what cannot be seen, and without the scheme and path of a pasted URL. */
export const endpointTyped = (text: string): string => text.replace(/[\p{Cf}\p{Cc}]/gu, "").trim().replace(/^https:\/\/([^/?#]*).*$/i, "$1");

/** A port alone is a record of the central store, which names no certificate. */
export const needsCertificate = (endpoint: string): boolean => !/^\d*$/.test(endpointTyped(endpoint));

export type Missing = "endpoint" | "certificate" | "change";

/** What has to be filled in first; null where nothing has. `binding` is the record that is changed. */
export function missingIn(form: BindingForm, binding: Binding | null): Missing | null {
  if (binding) return form.certificate === "" && Object.keys(changedIn(form, binding)).length === 0 ? "change" : null;
  if (endpointTyped(form.endpoint) === "") return "endpoint";
  return form.certificate === "" && needsCertificate(form.endpoint) ? "certificate" : null;
}

function changedIn(form: BindingForm, binding: Binding | null): Partial<Record<OfferedFlag, boolean>> {
  const before = initialForm(binding).flags;
  return Object.fromEntries(offeredFlags.filter((name) => form.flags[name] !== before[name]).map((name) => [name, form.flags[name]]));
}

/** Settings that stay as they are are left out. */
export function requestOf(form: BindingForm, binding: Binding | null, takeOver: boolean): BindingRequest {
  const flags = changedIn(form, binding);
  return {
    endpoint: binding?.endpoint ?? endpointTyped(form.endpoint),
    ...(form.certificate !== "" && { certificate: form.certificate }),
    ...(Object.keys(flags).length > 0 && { flags }),
    ...((takeOver || form.takeOver) && { takeOver: true }),
  };
}
