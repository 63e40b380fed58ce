// What goes on to SanteDB: the headers that it trusts, the host that it listens under, and how much may be sent.
import { shown, valuesOf, type Directive } from "./directive.ts";
import { holding, holdingOne, setting, type Proxied, type Scope, type Site } from "./server.ts";
import type { SiteFinding } from "./site.ts";

const at = ({ file, line }: Directive) => ({ file, line });

/** Bytes that SanteDB's uploads take at least. */
const leastBody = 16 * 1024 * 1024;

/**
 * Codes: client-certificate-spoofable, client-certificate-raw, client-certificate-unproven, forwarded-for-appended, forwarded-for-missing,
 * real-ip-missing, forwarded-proto-missing, host-not-pinned, body-limit.
 */
export function forwardingFindings({ servers, upstreams }: Site): readonly SiteFinding[] {
  return servers.flatMap(({ proxied }) => proxied.flatMap((each) => {
    const headers = headersOf(each.scope);
    const keeps = setting(each.scope, "proxy_pass_request_headers") !== "off";
    return [
      ...clientCertificate(each, headers, keeps), ...forwardedFor(each, headers, keeps), ...realAddress(each, headers, keeps), ...proto(each, headers),
      ...host(each, headers, each.target !== null && upstreams.has(each.target.host)), ...body(each),
    ];
  }));
}

type Headers = ReadonlyMap<string, { readonly value: string; readonly directive: Directive }>;

function headersOf(scope: Scope): Headers {
  return new Map(holding(scope, "proxy_set_header").map((directive) => {
    const [name = "", value = ""] = valuesOf(directive);
    return [name.toLowerCase(), { value, directive }] as const;
  }));
}

/** Whether a value holds what the client itself sent under that name. */
const repeats = (value: string, name: string): boolean => new RegExp(`\\$\\{?http_${name}\\b`, "i").test(value);

function clientCertificate({ directive, scope }: Proxied, headers: Headers, keeps: boolean): readonly SiteFinding[] {
  const set = headers.get("x-ssl-clientcert");
  if (set === undefined && !keeps) return [];
  if (set === undefined || repeats(set.value, "x_ssl_clientcert")) {
    return [{
      code: "client-certificate-spoofable", severity: "error", ...at(set?.directive ?? directive),
      message: "A client's own X-SSL-ClientCert reaches SanteDB, which may take it for a certificate that was proven: anybody could be anyone.",
      mend: "Overwrite it here: proxy_set_header X-SSL-ClientCert \"\";",
    }];
  }
  const raw: readonly SiteFinding[] = /\$\{?ssl_client_(?:raw_)?cert\b/.test(set.value) ? [{
    code: "client-certificate-raw", severity: "warning", ...at(set.directive),
    message: `${shown(set.value)} holds line breaks, with which a server on Mono refuses the request (400).`,
    mend: "Pass $ssl_client_escaped_cert, or nothing (\"\") where SanteDB does not ask for the header.",
  }] : [];
  const unproven: readonly SiteFinding[] = /\$\{?ssl_client_/.test(set.value) && setting(scope, "ssl_verify_client") === "optional_no_ca" ? [{
    code: "client-certificate-unproven", severity: "error", ...at(set.directive),
    message: "With ssl_verify_client optional_no_ca any certificate is passed on, whoever issued it.", mend: "Say `ssl_verify_client optional` or `on`, with ssl_client_certificate.",
  }] : [];
  return [...raw, ...unproven];
}

function forwardedFor({ directive }: Proxied, headers: Headers, keeps: boolean): readonly SiteFinding[] {
  const set = headers.get("x-forwarded-for");
  if (set === undefined && !keeps) return [];
  if (set === undefined) {
    return [{
      code: "forwarded-for-missing", severity: "warning", ...at(directive), message: "X-Forwarded-For is not set, so SanteDB takes whatever a client writes there for the client's address.",
      mend: "Add: proxy_set_header X-Forwarded-For $remote_addr;",
    }];
  }
  return /\$\{?proxy_add_x_forwarded_for\b/.test(set.value) || repeats(set.value, "x_forwarded_for") ? [{
    code: "forwarded-for-appended", severity: "warning", ...at(set.directive), message: "The client's address is appended to what the client itself wrote into X-Forwarded-For, and the first address in it counts.",
    mend: "Overwrite it: proxy_set_header X-Forwarded-For $remote_addr;",
  }] : [];
}

function realAddress({ directive }: Proxied, headers: Headers, keeps: boolean): readonly SiteFinding[] {
  const set = headers.get("x-real-ip");
  if (set === undefined ? !keeps : !repeats(set.value, "x_real_ip")) return [];
  return [{
    code: "real-ip-missing", severity: "warning", ...at(set?.directive ?? directive), message: "X-Real-IP is not overwritten. SanteDB believes it before X-Forwarded-For, so clients can choose the address under which they are logged.",
    mend: "Add: proxy_set_header X-Real-IP $remote_addr;",
  }];
}

function proto({ directive }: Proxied, headers: Headers): readonly SiteFinding[] {
  return headers.has("x-forwarded-proto") ? [] : [{
    code: "forwarded-proto-missing", severity: "information", ...at(directive), message: "X-Forwarded-Proto is not set. SanteDB does not read it; what stands behind it may.", mend: "Add: proxy_set_header X-Forwarded-Proto $scheme;",
  }];
}

function host({ directive, target }: Proxied, headers: Headers, isGroup: boolean): readonly SiteFinding[] {
  const set = headers.get("host");
  const mend = `Name the host of SanteDB's own addresses: proxy_set_header Host ${target === null || isGroup ? "127.0.0.1:9200" : target.authority};`;
  if (set !== undefined) {
    return /\$\{?(?:host|http_host|server_name|ssl_server_name)\b/.test(set.value) ? [{
      code: "host-not-pinned", severity: "warning", ...at(set.directive), message: `Host is ${shown(set.value)}, the name that the client asked. SanteDB answers 400 to names under which it does not listen, unless it listens on 0.0.0.0.`, mend,
    }] : [];
  }
  if (target === null) return [];
  return isGroup ? [{
    code: "host-not-pinned", severity: "warning", ...at(directive), message: `Host is not set, so SanteDB is asked for the name of the group, ${shown(target.host)}, and answers 400 unless it listens on 0.0.0.0.`, mend,
  }] : [{
    code: "host-not-pinned", severity: "information", ...at(directive), message: `Host is not set, so SanteDB is asked for ${shown(target.authority)}, as proxy_pass has it; that is right as long as its own addresses have the same host.`, mend,
  }];
}

const units: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function body({ directive, scope }: Proxied): readonly SiteFinding[] {
  const set = holdingOne(scope, "client_max_body_size");
  const [, digits = "1", unit = ""] = /^(\d+)([kmg]?)$/i.exec(set?.parameters[0]?.text ?? "1m") ?? [];
  const bytes = Number(digits) * (units[unit.toLowerCase()] ?? 1);
  if (set?.parameters[0]?.text.includes("$") === true || bytes === 0 || bytes >= leastBody) return [];
  return [{
    code: "body-limit", severity: "warning", ...at(set ?? directive), message: `Requests with a body of more than ${set === undefined ? "1 MB, NGINX's default," : set.parameters[0]?.text ?? ""} are refused (413); SanteDB's uploads are larger.`, mend: "Say: client_max_body_size 64m;",
  }];
}
