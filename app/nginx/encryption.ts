// TLS as a server offers it: versions, ciphers, the certificates that it must have, and what it tells browsers to remember.
import { shown, valuesOf, type Directive } from "./directive.ts";
import { defaultOf, holding, holdingOne, setting, type Listen, type Server, type Site } from "./server.ts";
import type { SiteFinding } from "./site.ts";

const at = ({ file, line }: Directive) => ({ file, line });

/** Codes: tls-versions, tls-ciphers, certificate-missing, key-missing, client-authorities-missing, hsts-short, hsts-on-http, server-tokens. */
export function encryptionFindings({ servers, byAddress }: Site): readonly SiteFinding[] {
  return [
    ...servers.flatMap((server) => [
      ...(server.isTls ? [...versions(server), ...ciphers(server), ...keys(server), ...authorities(server)] : []), ...strictTransport(server), ...tokens(server),
    ]),
    ...[...byAddress.values()].flatMap(withoutCertificate),
  ];
}

const isOld = (version: string): boolean => /^(?:SSLv[23]|TLSv1|TLSv1\.1)$/i.test(version);

/** The first `listen` for TLS, where what a server lacks is told. */
const place = ({ listens, directive }: Server): Directive => listens.find(({ isTls }) => isTls)?.directive ?? directive;

function versions(server: Server): readonly SiteFinding[] {
  const set = holding(server.scope, "ssl_protocols");
  if (set.length === 0) {
    return [{
      code: "tls-versions", severity: "warning", ...at(place(server)), message: "ssl_protocols is not set: NGINX's own choice lacks TLS 1.3 before 1.23.4, and has TLS 1.0 and 1.1 in it before 1.27.3.", mend: "Say: ssl_protocols TLSv1.2 TLSv1.3;",
    }];
  }
  return set.flatMap((directive): readonly SiteFinding[] => {
    const old = valuesOf(directive).filter(isOld);
    return old.length === 0 ? [] : [{ code: "tls-versions", severity: "warning", ...at(directive), message: `${old.map(shown).join(", ")} ${old.length === 1 ? "is" : "are"} offered, which can be broken and which browsers refuse.`, mend: "Say: ssl_protocols TLSv1.2 TLSv1.3;" }];
  });
}

const weak: ReadonlySet<string> = new Set(["RC4", "RC2", "3DES", "DES", "CBC3", "MD5", "NULL", "ANULL", "ENULL", "EXP", "EXPORT", "EXPORT40", "EXPORT56", "LOW", "MEDIUM", "SEED", "IDEA", "ADH", "AECDH", "ALL", "COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT", "PSK", "SRP", "SSLV2", "SSLV3"]);

/** The parts of an OpenSSL cipher list that bring in weak ciphers (openssl-ciphers(1)); a part with "!" or "-" takes ciphers out. */
export function weakCiphers(list: string): readonly string[] {
  const parts = list.split(/[:, ]+/).filter((part) => part !== "");
  const excluded = new Set(parts.filter((part) => part.startsWith("!")).map((part) => part.slice(1).toUpperCase()));
  const brought = parts.filter((part) => !/^[!@-]/.test(part));
  return brought.filter((part) => {
    const words = part.toUpperCase().replace(/^\+/, "").split(/[+-]/);
    if (part.startsWith("+")) return false;
    if (words[0] === "HIGH" && words.length === 1) return !["ANULL", "ADH"].some((one) => excluded.has(one));
    return words.some((word) => weak.has(word)) && !words.some((word) => excluded.has(word) || word === "CBC3" && excluded.has("3DES"));
  });
}

function ciphers({ scope }: Server): readonly SiteFinding[] {
  const set = holdingOne(scope, "ssl_ciphers");
  const found = set === undefined ? [] : weakCiphers(set.parameters[0]?.text ?? "");
  return set === undefined || found.length === 0 ? [] : [{
    code: "tls-ciphers", severity: "warning", ...at(set), message: `The ciphers have weak ones among them: ${found.slice(0, 6).map(shown).join(", ")}.`,
    mend: "Take Mozilla's intermediate list: ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
  }];
}

const missingCertificate = (directive: Directive, isRefused: boolean): SiteFinding => ({
  code: "certificate-missing", severity: isRefused ? "error" : "warning", ...at(directive),
  message: isRefused ? "NGINX would not start: this address is one for TLS, and no ssl_certificate is set." : "This server listens with ssl and has no ssl_certificate; its clients are shown the one of the default server.",
  mend: "Name the certificate with its intermediates and the key: ssl_certificate, ssl_certificate_key.",
});

/** As ngx_http_ssl_init has it: where the default server has no certificate and refuses handshakes, every other must have one. */
function withoutCertificate(entries: readonly { readonly server: Server; readonly listen: Listen }[]): readonly SiteFinding[] {
  const chosen = defaultOf(entries);
  if (!chosen || !entries.some(({ listen }) => listen.isTls)) return [];
  const lacks = ({ server }: typeof chosen): boolean => holding(server.scope, "ssl_certificate").length === 0;
  const bare = entries.filter((entry) => lacks(entry) && setting(entry.server.scope, "ssl_reject_handshake") !== "on");
  const isRefused = lacks(chosen);
  return bare.map(({ listen }) => missingCertificate(listen.directive, isRefused));
}

function keys({ scope }: Server): readonly SiteFinding[] {
  const certificates = holding(scope, "ssl_certificate");
  const [lonely] = certificates.slice(holding(scope, "ssl_certificate_key").length);
  return lonely === undefined ? [] : [{ code: "key-missing", severity: "error", ...at(lonely), message: "NGINX would not start: this ssl_certificate has no ssl_certificate_key.", mend: "Name its key: ssl_certificate_key." }];
}

function authorities({ scope }: Server): readonly SiteFinding[] {
  const verify = holdingOne(scope, "ssl_verify_client");
  const asks = ["on", "optional"].includes(verify?.parameters[0]?.text.toLowerCase() ?? "off");
  return verify === undefined || !asks || holding(scope, "ssl_client_certificate").length > 0 ? [] : [{
    code: "client-authorities-missing", severity: "error", ...at(verify), message: "NGINX would not start: clients are asked for certificates, and no authorities are named.", mend: "Name them: ssl_client_certificate FILE.",
  }];
}

/** Half a year, below which browsers' lists and scanners count it as none. */
const leastAge = 15_768_000;

function strictTransport({ scope, isTls, listens }: Server): readonly SiteFinding[] {
  const locations = scope.own.get("location") ?? [];
  const headers = [...holding(scope, "add_header"), ...locations.flatMap(({ block }) => (block ?? []).filter(({ name }) => name === "add_header"))].filter(({ parameters }) => parameters[0]?.text.toLowerCase() === "strict-transport-security");
  return headers.flatMap((directive): readonly SiteFinding[] => {
    if (!isTls) {
      // Set for all servers at once it may be meant for others.
      return scope.own.get("add_header")?.includes(directive) !== true ? [] : [{
        code: "hsts-on-http", severity: "warning", ...at(directive), message: `Strict-Transport-Security is sent over plain http${listens.length === 1 && listens[0]?.port !== null ? ` (port ${listens[0]?.port ?? 80})` : ""}, where browsers pass over it.`, mend: "Send it from the server with TLS only.",
      }];
    }
    const age = /max-age\s*=\s*"?(\d+)/i.exec(directive.parameters[1]?.text ?? "")?.[1];
    if (age === undefined || Number(age) === 0 || Number(age) >= leastAge) return [];
    return [{ code: "hsts-short", severity: "warning", ...at(directive), message: `Browsers remember to use https for ${Math.floor(Number(age) / 86_400)} days only.`, mend: "Once all ports of this host name are on https: max-age=63072000." }];
  });
}

function tokens({ scope, proxied, directive }: Server): readonly SiteFinding[] {
  const set = holdingOne(scope, "server_tokens");
  const value = set?.parameters[0]?.text.toLowerCase();
  return proxied.length === 0 || value === "off" || value === "" || value?.includes("$") === true ? [] : [{
    code: "server-tokens", severity: "information", ...at(set ?? directive), message: "Every answer names the version of NGINX.", mend: "Say: server_tokens off;",
  }];
}
