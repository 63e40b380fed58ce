// Mono's httpcfg: what it says when it refuses. Source: mcs/tools/security/httpcfg.cs of Mono, and runs of 6.8.

interface Refusal {
  /** End of a sentence, without a full stop. */
  readonly reason: string;
  /** A whole sentence. */
  readonly remedy: string;
}

const known: readonly (readonly [pattern: RegExp, refusal: Refusal])[] = [
  [/already a certificate for that port/i, { reason: "another certificate is bound to that port already", remedy: "Review the change again: it was bound since." }],
  [/Unable to decode certificate/i, { reason: "it cannot read the certificate", remedy: "Have the certificate issued again with an RSA key." }],
  [/error loading certificate or private key/i, { reason: "it cannot read the certificate or the key", remedy: "See that the service's user may read its own home folder." }],
  [/may not exist|cannot (?:be found|open)|No such file|not found/i, { reason: "a file or the program is not there", remedy: "Install Mono's tools (on Debian: mono-devel) and try again." }],
  [/access to the path|permission denied|unauthorized/i, { reason: "access is denied", remedy: "See that the service's user owns its own home folder, and its .config in there." }],
];

/** What the output of a failed call comes to. */
export function explainHttpcfg(output: string): Refusal {
  const found = known.find(([pattern]) => pattern.test(output));
  if (found) return found[1];
  const [line = "it gave no reason"] = output.split("\n").map((each) => each.trim()).filter((each) => each !== "" && !each.startsWith("Mono HttpListener"));
  return { reason: line.slice(0, 200).replace(/\.$/, ""), remedy: "See what it said, below." };
}
