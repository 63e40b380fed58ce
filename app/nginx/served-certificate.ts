// The certificates and keys that servers name, judged as NGINX and its clients will find them.
import { decodeBase64 } from "../base64.ts";
import { freshBudget } from "../certificates/budget.ts";
import { formOf, type Part } from "../certificates/file-form.ts";
import { coversHost, isDnsName } from "../certificates/host-name.ts";
import { validityFinding } from "../certificates/lifetime.ts";
import { chainOf, keysOf } from "../certificates/match.ts";
import { MalformedError } from "../certificates/asn1.ts";
import { toPkcs8 } from "../certificates/private-key.ts";
import { isOthersIssuer } from "../certificates/suitability.ts";
import { readFields, type CertificateFields } from "../certificates/x509.ts";
import { LockstepError } from "../errors.ts";
import { shown, type Directive } from "./directive.ts";
import { placesOf } from "./include.ts";
import { hasVariable, holding, setting, type Server, type Site } from "./server.ts";
import type { SiteFinding, SiteMaterial } from "./site.ts";

const at = ({ file, line }: Directive) => ({ file, line });

type Severity = SiteFinding["severity"];
const finding = (directive: Directive, code: string, severity: Severity, message: string, mend: string): SiteFinding => ({ code, severity, ...at(directive), message, mend });

/** What a file of certificates was found to be. */
type Read =
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly problem: string }
  | { readonly kind: "read"; readonly certificates: readonly CertificateFields[]; readonly keys: readonly Uint8Array[]; readonly isSealed: boolean };

interface Opened { readonly material: SiteMaterial; readonly read: Read }

const pathDirectives = ["ssl_certificate", "ssl_certificate_key", "ssl_client_certificate", "ssl_trusted_certificate"] as const;

/** A path that names a file: not one with variables, a key in an engine, or data written out. */
const namesFile = (path: string): boolean => path !== "" && !hasVariable(path) && !/^(?:data|engine|store):/.test(path);

/** Paths of certificates and keys that the servers of a configuration name, each once. */
export function materialPaths({ servers }: Site): readonly string[] {
  return [...new Set(servers.flatMap(({ scope }) => pathDirectives.flatMap((name) => holding(scope, name).map(({ parameters }) => parameters[0]?.text ?? "")).filter(namesFile)))];
}

/**
 * Findings about every certificate and key for which there is a material. Codes: certificate-missing, certificate-unreadable,
 * certificate-expired, certificate-not-yet-valid, expires-soon, certificate-name, certificate-leaf-only, certificate-order,
 * key-missing, key-unreadable, key-mismatch, key-encrypted, key-readable-by-all.
 */
export function certificateFindings({ servers }: Site, materials: readonly SiteMaterial[], folders: readonly string[], now: Date): readonly SiteFinding[] {
  const given = new Map(materials.map((material) => [material.path, material]));
  const opened = new Map<string, Opened>();
  const open = (directive: Directive | undefined): Opened | null => {
    const path = directive?.parameters[0]?.text ?? "";
    if (!namesFile(path)) return null;
    const material = placesOf(path, folders).map((place) => given.get(place)).find((each) => each !== undefined);
    if (material === undefined) return null;
    const known = opened.get(material.path) ?? { material, read: readMaterial(material) };
    opened.set(material.path, known);
    return known;
  };
  // One pair often serves many sites; its keys are compared once.
  const compared = new Map<string, PairState>();
  const compare = (certificate: Opened, key: Opened): PairState => {
    const pair = `${certificate.material.path}\0${key.material.path}`;
    const state = compared.get(pair) ?? pairState(certificate.read, key.read);
    compared.set(pair, state);
    return state;
  };
  // Named once for many servers, it is told once.
  const judged = new Set<string>();
  return servers.flatMap((server) => {
    const certificates = holding(server.scope, "ssl_certificate");
    const keys = holding(server.scope, "ssl_certificate_key");
    const isOpenable = holding(server.scope, "ssl_password_file").length > 0;
    return [
      ...certificates.flatMap((directive, index): readonly SiteFinding[] => {
        const certificate = open(directive);
        const keyDirective = keys[index];
        const key = open(keyDirective);
        const once = `${directive.file}\0${directive.line}\0${certificate?.material.path ?? ""}\0${key?.material.path ?? ""}`;
        const own = judged.has(once) ? [] : [
          ...certificate ? certificateFileFindings(directive, certificate, now) : [], ...keyDirective && key ? keyFileFindings(keyDirective, key, isOpenable) : [],
          ...keyDirective && certificate && key ? pairFindings(directive, keyDirective, certificate, key, compare(certificate, key)) : [],
        ];
        judged.add(once);
        return [...own, ...certificate ? nameFindings(server, directive, certificate) : []];
      }),
      // Authorities of clients are read only where clients are asked.
      ...[...(setting(server.scope, "ssl_verify_client") ?? "off") === "off" ? [] : ["ssl_client_certificate"], "ssl_trusted_certificate"].flatMap((name) => holding(server.scope, name).flatMap((directive) => {
        const file = open(directive);
        return file ? authorityFindings(directive, file) : [];
      })),
    ];
  });
}

function readMaterial({ path, content }: SiteMaterial): Read {
  if (content === null) return { kind: "absent" };
  try {
    const { format, parts } = formOf({ name: path, content: decodeBase64(content) }, freshBudget());
    if (format !== "pem") return { kind: "unreadable", problem: format === "pfx" ? "it is a PFX file; NGINX reads PEM only" : "it is no PEM file, which is all that NGINX reads" };
    return {
      kind: "read",
      certificates: parts.flatMap((part) => part.kind === "certificates" ? part.certificates.map(readFields) : []),
      keys: parts.flatMap((part) => part.kind === "key" ? [keyOf(part)] : []),
      isSealed: parts.some((part) => part.kind === "sealed-key"),
    };
  } catch (error) {
    if (error instanceof MalformedError) return { kind: "unreadable", problem: error.message.replace(/\.$/, "") };
    if (error instanceof LockstepError) return { kind: "unreadable", problem: error.message.replace(`${path} cannot be read as a certificate: `, "").replace(/\.$/, "") };
    throw error;
  }
}

const keyOf = ({ der, curve }: Extract<Part, { kind: "key" }>): Uint8Array => toPkcs8(der, curve);

function certificateFileFindings(directive: Directive, { material: { path }, read }: Opened, now: Date): readonly SiteFinding[] {
  const refuses = "NGINX would not start: ";
  if (read.kind === "absent") return [finding(directive, "certificate-missing", "error", `${refuses}${shown(path)} is not there, or may not be read.`, "Put the certificate there, correct the path, or have it read by whoever may.")];
  if (read.kind === "unreadable") return [finding(directive, "certificate-unreadable", "error", `${refuses}${shown(path)} is no certificate: ${read.problem}.`, "Convert it with `lockstep certificate convert --to pem`, or ask for it again.")];
  const [first, ...others] = read.certificates;
  if (first === undefined) return [finding(directive, "certificate-unreadable", "error", `${refuses}${shown(path)} holds no certificate.`, "Name the file that holds the server's certificate, followed by its intermediates.")];
  const validity = validityFinding(first, now);
  return [
    ...validity ? [finding(directive, validity.code, validity.severity, validity.message, validity.hint)] : [],
    ...chainFindings(directive, path, first, others),
  ];
}

function chainFindings(directive: Directive, path: string, first: CertificateFields, others: readonly CertificateFields[]): readonly SiteFinding[] {
  const leaf = others.find((each) => !isOthersIssuer(each));
  if (isOthersIssuer(first) && leaf !== undefined) {
    return [finding(directive, "certificate-order", "error", `${shown(path)} begins with the authority ${shown(first.subject)}; NGINX takes the first certificate for the server's own.`, `Put ${shown(leaf.subject)} first, then the one that issued it, and so on.`)];
  }
  if (first.isSelfSigned) return [];
  const [, issuer] = chainOf(first, others);
  if (issuer === undefined) {
    return [finding(directive, "certificate-leaf-only", "warning", `${shown(path)} lacks the certificate of ${shown(first.issuer)}, which issued ${shown(first.subject)}: clients that do not know it refuse the connection.`, "Append the intermediates, leaf first; unless the issuer is a root that every client has.")];
  }
  return others[0] === issuer ? [] : [finding(directive, "certificate-order", "warning", `In ${shown(path)} the certificate of ${shown(issuer.subject)} does not follow the one that it issued.`, "Put each certificate after the one that it issued, the leaf first.")];
}

function keyFileFindings(directive: Directive, { material: { path, mode }, read }: Opened, isOpenable: boolean): readonly SiteFinding[] {
  const refuses = "NGINX would not start: ";
  if (read.kind === "absent") return [finding(directive, "key-missing", "error", `${refuses}${shown(path)} is not there, or may not be read.`, "Put the key there, correct the path, or have it read by whoever may.")];
  const open = mode !== null && (mode & 0o004) !== 0 ? [finding(directive, "key-readable-by-all", "warning", `Every account of this computer may read the private key ${shown(path)}.`, `chmod 600 ${shown(path)}; it stays root's, which reads it before NGINX gives its rights up.`)] : [];
  if (read.kind === "unreadable") return [finding(directive, "key-unreadable", "error", `${refuses}${shown(path)} is no private key: ${read.problem}.`, "Name the key in PEM that was made with the certificate's request."), ...open];
  if (read.keys.length > 0) return open;
  if (!read.isSealed) return [finding(directive, "key-missing", "error", `${refuses}${shown(path)} holds no private key.`, "Name the file that holds the key of the certificate."), ...open];
  return isOpenable ? open : [finding(directive, "key-encrypted", "error", `The key ${shown(path)} is encrypted: NGINX asks for its password at every start, and as a service it does not start.`, "Take the password off and let root alone read the key, or name it in ssl_password_file."), ...open];
}

type PairState = "fits" | "fits-another" | "misfit" | "unknown";

/** Whether a key belongs to the first certificate of a file, which NGINX takes for the server's own. */
function pairState(certificate: Read, key: Read): PairState {
  if (certificate.kind !== "read" || key.kind !== "read") return "unknown";
  const [first] = certificate.certificates;
  const [clear] = key.keys;
  if (first === undefined || clear === undefined) return "unknown";
  const found = keysOf(certificate.certificates, [clear]);
  return found.has(first) ? "fits" : found.size > 0 ? "fits-another" : "misfit";
}

function pairFindings(directive: Directive, keyDirective: Directive, certificate: Opened, key: Opened, state: PairState): readonly SiteFinding[] {
  const [first] = certificate.read.kind === "read" ? certificate.read.certificates : [];
  switch (state) {
    case "fits": case "unknown": return [];
    // An authority at the head has been told already.
    case "fits-another": return first !== undefined && isOthersIssuer(first) ? [] : [finding(directive, "certificate-order", "error", `The key belongs to a certificate further down in ${shown(certificate.material.path)}; NGINX would not start.`, "Put the server's own certificate first.")];
    case "misfit": return [finding(keyDirective, "key-mismatch", "error", `NGINX would not start: ${shown(key.material.path)} is not the key of ${shown(first?.subject ?? "the certificate")}.`, "Name the key that was made with this certificate's request.")];
  }
}

/** Names that a certificate can hold, as clients ask for them; none of a server that turns everybody away. */
function hostsOf({ names, refuses }: Server): readonly string[] {
  return refuses ? [] : [...new Set(names.flatMap(({ name }) => {
    if (name.startsWith("~") || hasVariable(name) || name.startsWith("_") || name === "") return [];
    const plain = name.startsWith(".") ? [name.slice(1), `*${name}`] : [name];
    return plain.filter((each) => each !== "localhost" && isDnsName(each) && each.includes(".") || /^\[?[0-9a-f.:]+\]?$/.test(each) && /[.:]/.test(each));
  }))];
}

function nameFindings(server: Server, directive: Directive, { material: { path }, read }: Opened): readonly SiteFinding[] {
  const [first] = read.kind === "read" ? read.certificates : [];
  // An authority at the head is told as what it is.
  if (first === undefined || isOthersIssuer(first)) return [];
  const missing = hostsOf(server).filter((host) => host.startsWith("*.") ? !first.dnsNames.some((name) => name.toLowerCase() === host) : !coversHost(first, host));
  return missing.length === 0 ? [] : [finding(
    server.names[0]?.directive ?? directive, "certificate-name", "error",
    `The certificate in ${shown(path)} does not stand for ${missing.slice(0, 5).map(shown).join(", ")}: clients refuse it. Its names are ${[...first.dnsNames, ...first.addresses].slice(0, 5).map(shown).join(", ") || "none"}.`,
    "Have it issued for every server_name, or take the name out.",
  )];
}

function authorityFindings(directive: Directive, { material: { path }, read }: Opened): readonly SiteFinding[] {
  if (read.kind === "absent") return [finding(directive, "certificate-missing", "error", `NGINX would not start: ${shown(path)} is not there, or may not be read.`, "Put the authorities' certificates there, or correct the path.")];
  if (read.kind === "read" && read.certificates.length > 0) return [];
  return [finding(directive, "certificate-unreadable", "error", `NGINX would not start: ${shown(path)} holds no certificate of an authority${read.kind === "unreadable" ? `: ${read.problem}` : ""}.`, "Give the authorities' certificates in PEM.")];
}
