// A request completed: the authority's answer joined with the key that the request was made for, or why it cannot be.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { MalformedError } from "./asn1.ts";
import type { Material } from "./certificate.ts";
import { canonicalHost, coversName } from "./host-name.ts";
import { chainOf, keysOf } from "./match.ts";
import { keyType, privateKeyOf } from "./private-key.ts";
import { describeRequest, isRequestFile } from "./request-description.ts";
import { publicKeyOf, readCertificate, type CertificateFields } from "./x509.ts";

export interface Completion {
  /** DER of the certificate that was issued. */
  readonly leaf: Uint8Array;
  /** Clear PKCS #8 DER of its key; a secret. */
  readonly privateKey: Uint8Array;
  /** DER, the leaf first, then each issuer that the answer holds. */
  readonly certificates: readonly Uint8Array[];
  /** Codes: answer-names-missing, answer-names-added. */
  readonly findings: readonly Finding[];
}

/**
 * Finds the certificate for a key in an authority's answer, in whatever format it came. Of several, the one issued last
 * is taken. `request` is the request in DER, where it is at hand, to compare names with; `fileName` stands in messages;
 * `files` are the bytes of the answer's files, looked at only where no certificate was found in them.
 *
 * Throws answer-mismatch with the reason, certificate-missing, certificate-unreadable (a key that is none),
 * request-invalid (a request that is none).
 */
export function complete(answer: Material, privateKey: Uint8Array, request: Uint8Array | null, fileName: string, files: readonly Uint8Array[] = []): Completion {
  const all = answer.certificates.map(readCertificate);
  if (all.length === 0) throw withoutCertificate(answer, fileName, files);
  const leaf = issuedFor(all, privateKey);
  const asked = request === null ? null : describeRequest(request).names;
  if (!leaf) throw problem("answer-mismatch", { file: fileName, problem: mismatch(all, privateKey, asked) });
  return { leaf: leaf.der, privateKey, certificates: chainOf(leaf, all).map(({ der }) => der), findings: asked === null ? [] : nameFindings(leaf, asked) };
}

/** The refusal of an answer that holds no certificate: answer-mismatch where it is the request itself, else certificate-missing. Of what is read without a certificate or a key in it, only a request has the form of DER. */
export function withoutCertificate({ format, privateKeys }: Material, file: string, files: readonly Uint8Array[]): Error {
  if (privateKeys.length === 0 && format === "der" || files.some(isRequestFile)) {
    return problem("answer-mismatch", { file, problem: "it is a certificate request, not the certificate issued for one. Give the request to the authority, and come back with its answer." });
  }
  return problem("certificate-missing", { file });
}

function issuedFor(all: readonly CertificateFields[], privateKey: Uint8Array): CertificateFields | undefined {
  try {
    return [...keysOf(all, [privateKey]).keys()].sort((a, b) => b.notBefore.getTime() - a.notBefore.getTime())[0];
  } catch (error) {
    if (error instanceof MalformedError) throw problem("certificate-unreadable", { file: "The key of the request", problem: error.message });
    throw error;
  }
}

/** Why no certificate of the answer is for the key, in words that follow a colon. */
function mismatch(all: readonly CertificateFields[], privateKey: Uint8Array, asked: readonly string[] | null): string {
  const servers = all.filter(({ isAuthority }) => !isAuthority);
  const [first, ...more] = servers;
  if (!first) {
    const [authority] = all;
    return all.length > 1 ? `it holds only certificates of authorities (${authority?.subject ?? ""} and ${all.length - 1} more), not the one that was issued.`
      : `it holds only the certificate of an authority, ${authority?.subject ?? ""}, not the one that was issued.`;
  }
  if (more.length > 0 && !servers.some((certificate) => asked !== null && namesAny(certificate, asked))) {
    return `it holds ${servers.length} certificates, for ${listed(servers.flatMap(hostsOf))}, and none is for the key of this request${askedFor(asked)}.`;
  }
  const closest = servers.find((certificate) => asked !== null && namesAny(certificate, asked)) ?? first;
  return unlike(closest, privateKey, asked);
}

function unlike(certificate: CertificateFields, privateKey: Uint8Array, asked: readonly string[] | null): string {
  const wanted = keyType(privateKeyOf(privateKey));
  const publicKey = publicKeyOf(certificate);
  const found = publicKey ? keyType(publicKey) : "unknown";
  const key = found === wanted ? `for another key of the same kind (${wanted})` : `for a key of another kind (${found}, where the request's is ${wanted})`;
  if (asked !== null && !namesAny(certificate, asked)) return `its certificate was issued for other names, ${listed(hostsOf(certificate))}${askedFor(asked)}, and ${key}.`;
  return `its certificate, ${certificate.subject}, was issued ${key}. It may answer an earlier or a later request for the same names.`;
}

const askedFor = (asked: readonly string[] | null): string => (asked === null || asked.length === 0 ? "" : ` (the request asked for ${listed(asked)})`);

function hostsOf({ alternativeNames, commonName }: CertificateFields): readonly string[] {
  return alternativeNames ?? (commonName === null ? [] : [commonName]);
}

function namesAny(certificate: CertificateFields, asked: readonly string[]): boolean {
  const hosts = hostsOf(certificate);
  return asked.some((name) => holds(hosts, name));
}

/** Whether names hold a name: as it is, or under a wildcard that covers it. */
function holds(names: readonly string[], name: string): boolean {
  return names.some((held) => alike(held) === alike(name)) || !name.startsWith("*.") && coversName(names, name);
}

const alike = (name: string): string => (name.startsWith("*.") ? `*.${canonicalHost(name.slice(2)) ?? ""}` : canonicalHost(name) ?? name.toLowerCase());

function nameFindings(leaf: CertificateFields, asked: readonly string[]): readonly Finding[] {
  const granted = hostsOf(leaf);
  const missing = asked.filter((name) => !holds(granted, name));
  const added = granted.filter((name) => !asked.some((wanted) => alike(wanted) === alike(name)));
  return [
    ...missing.length === 0 ? [] : [{
      code: "answer-names-missing", severity: "warning", message: `The certificate lacks what the request asked for: ${listed(missing)}.`,
      hint: "Clients that connect by those names will refuse it. Ask the authority why, or request it again.",
    } as const],
    ...added.length === 0 ? [] : [{
      code: "answer-names-added", severity: "information", message: `The certificate holds more names than the request asked for: ${listed(added)}.`,
      hint: "Authorities often add the name with or without www. Nothing needs doing unless a name is not yours.",
    } as const],
  ];
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "no name";
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}
