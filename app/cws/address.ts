// The address of a web service as a person types it, and the headers that go there.
import { problem } from "../errors.ts";

export interface ServiceAddress {
  readonly scheme: "http" | "https";
  /** Without brackets. */
  readonly hostName: string;
  readonly port: number;
  /** Value of the Host header. */
  readonly host: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly url: string;
  readonly isLoopback: boolean;
}

const refused = (url: string, what: string, remedy: string) => problem("address-refused", { url: url.slice(0, 200), problem: what, remedy });

/** Throws address-refused for what is no http or https URL, or carries a name and password. */
export function readAddress(text: string): ServiceAddress {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw refused(text, "it is no URL.", "Write it as https://HOST/PATH.");
  }
  if (url.username !== "" || url.password !== "") throw refused(`${url.protocol}//${url.host}${url.pathname}`, "it carries a name or a password.", "Leave them out: the signature is all that the services ask for.");
  const scheme = url.protocol === "https:" ? "https" : url.protocol === "http:" ? "http" : null;
  if (scheme === null) throw refused(text, `${url.protocol} is not asked, only http and https.`, "Write it as https://HOST/PATH.");
  const hostName = url.hostname.replace(/^\[|\]$/g, "");
  return {
    scheme, hostName, host: url.host, path: `${url.pathname}${url.search}`, url: `${url.origin}${url.pathname}${url.search}`,
    port: url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port),
    isLoopback: hostName === "localhost" || hostName === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostName),
  };
}

/** A GET's header can be used again by whoever reads it on the way. Throws address-refused. */
export function refuseOpenWire({ scheme, isLoopback, url }: ServiceAddress): void {
  if (scheme === "https" || isLoopback) return;
  throw refused(url, "plain http shows the signature to everyone on the way, who could use it again.", "Ask it over https; or, where that is really meant, say --allow-untrusted.");
}

const own: readonly string[] = ["authorization", "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer", "keep-alive", "proxy-authorization"];

/** Throws input-invalid for a header that HTTP does not allow, or that is set here. */
export function requireHeaders(headers: readonly { readonly name: string; readonly value: string }[]): void {
  for (const { name, value } of headers) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw problem("input-invalid", { problem: `“${name.slice(0, 40)}” cannot be the name of a header` });
    if (own.includes(name.toLowerCase())) throw problem("input-invalid", { problem: `${name} is set by Lockstep itself` });
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw problem("input-invalid", { problem: `the value of ${name} holds characters that no header may hold` });
  }
}
