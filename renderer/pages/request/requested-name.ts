// A name typed for a certificate request, as the certificate will have it, or why it can be none.
import { isAddress } from "../../../app/certificates/host-name.ts";
import { requestedHost } from "../../../app/certificates/requested-host.ts";

/** Names of a request at most, the common name among them: what the contract and authorities take. */
export const namesLimit = 100;

export type NameFault = "address-bar" | "port" | "wildcard" | "hidden" | "no-name";

export type RequestedName =
  /** `name` is canonical: lower case, an A-label for other letters, an address in its shortest form. */
  | { readonly kind: "dns" | "wildcard" | "ip"; readonly name: string; readonly typed: string }
  | { readonly kind: "fault"; readonly fault: NameFault; readonly typed: string };

/** Judges one name. */
export function requestedName(text: string): RequestedName {
  const typed = text.trim();
  const fault = (which: NameFault): RequestedName => ({ kind: "fault", fault: which, typed });
  if (/(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(typed)) return fault("hidden");
  if (/[/\\?#@]/.test(typed)) return fault("address-bar");
  if (/^\[?[^:[\]]+\]?:\d+$|^\[.*\]:\d+$/.test(typed)) return fault("port");
  const name = requestedHost(typed);
  if (typed.includes("*")) return name === null ? fault("wildcard") : { kind: "wildcard", name, typed };
  if (name === null) return fault("no-name");
  return { kind: isAddress(name) ? "ip" : "dns", name, typed };
}

/**
 * The names in a pasted or typed text, apart by blanks, line ends, commas or semicolons. The words that OpenSSL and
 * Windows print before each ("DNS:", "IP Address:", "DNS Name=") are passed over.
 */
export function namesIn(text: string): readonly string[] {
  return text.replace(/(^|[\s,;])(?:dns(?: name)?|ip(?: address)?)[:=]/gi, "$1").split(/[\s,;]+/).filter((each) => each !== "");
}
