// What clients of a port are served: which record answers each of them, and why not another.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { isIPv6, parseEndpoint, type Binding } from "./binding.ts";
import type { Answer } from "./http-sys-view.ts";
import { isListened } from "./listen-list.ts";
import { anyV6, canonical, explainConnection, type BindingIndex } from "./precedence.ts";

/** What is asked: a port, and an address or a name of this machine; `any` asks about every address. */
export interface Question {
  readonly kind: "address" | "name" | "any";
  readonly host: string;
  readonly port: number;
}

/**
 * Reads "127.0.0.1:9200", "[::1]:9200", "clinic-7.example.org:9200", a URL of https, a host alone, which means 443, or a
 * port alone or with 0.0.0.0, which mean every address. Throws input-invalid.
 */
export function readQuestion(target: string): Question {
  const text = target.trim().replace(/^https:\/\/([^/?#]*).*$/i, "$1");
  if (/^\d{1,5}$/.test(text)) return readQuestion(`0.0.0.0:${text}`);
  const bare = isIPv6(text) ? `[${text}]:443` : /:\d+$/.test(text) && !/^\[[^\]]*\]$/.test(text) ? text : `${text}:443`;
  const parts = parseEndpoint(bare);
  if (!parts || parts.family === "ccs" || parts.host.includes("*")) {
    throw problem("input-invalid", { problem: `${target.slice(0, 200)} names no address and port, such as 127.0.0.1:9200, [::1]:9200 or clinic.example.org:443.` });
  }
  const { host, port } = parts;
  return { kind: parts.family === "sni" ? "name" : host === "0.0.0.0" || canonical(host) === anyV6 ? "any" : "address", host, port };
}

const outcomeOf = (winner: Binding | null, serverName: string | null): string => {
  if (!winner) return "No record answers: the connection is reset.";
  if (winner.flags.reject === true) return `${winner.endpoint} answers, and rejects every connection.`;
  if (winner.thumbprint === null) return `${winner.endpoint} answers, with the certificate that the central store has for ${serverName ?? "the name"}.`;
  return `${winner.endpoint} answers, with the certificate ${winner.thumbprint}.`;
};

/** What one client is served, and the record that says so. */
export function answerFor(index: BindingIndex, address: string, port: number, serverName: string | null): { readonly answer: Answer; readonly binding: Binding | null } {
  const { winner, considered } = explainConnection(index, { localAddress: address, port, serverName });
  return {
    answer: { address, port, serverName, winner: winner?.endpoint ?? null, thumbprint: winner?.thumbprint ?? null, considered: [...considered], outcome: outcomeOf(winner, serverName) },
    binding: winner,
  };
}

/** What is remarkable about the answers together: some families reset, different certificates, an address not listened on. */
export function answerFindings(answers: readonly Answer[], listenList: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  const deaf = answers.filter(({ address }) => !isListened(listenList, address));
  if (deaf.length > 0) {
    findings.push({
      code: "listen-list-restricts", severity: "warning",
      message: `HTTP.sys listens on ${listenList.join(", ")} only, so ${[...new Set(deaf.map(({ address }) => address))].join(", ")} is not answered at all.`,
      hint: "`netsh http show iplisten` shows the list. Emptied, every address is listened on.",
    });
  }
  const served = new Set(answers.map(({ winner, thumbprint }) => (winner === null ? "none" : thumbprint ?? winner)));
  if (served.size > 1) {
    findings.push({
      code: "answers-differ", severity: "warning",
      message: "Not every client is served the same certificate; it depends on the address or the name that it asks for.",
      hint: "Most often a record was forgotten when the others were renewed. Replace the certificate everywhere at once, or remove the record that is left over.",
    });
  }
  return findings;
}
