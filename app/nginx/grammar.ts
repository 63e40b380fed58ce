// What nginx asks of the directives that stand before a SanteDB server: where each may stand, how many parameters it
// takes, whether it opens a block. Of directives that are not listed nothing is asserted, since modules bring their own.
import { holdsData, shown, syntax, valuesOf, type Directive } from "./directive.ts";
import type { SiteFinding } from "./site.ts";

/** M main, E events, H http, S server, L location, U upstream, I if within a server, i if within a location, X limit_except. */
type Level = "M" | "E" | "H" | "S" | "L" | "U" | "I" | "i" | "X";

interface Rule {
  readonly levels: string;
  readonly least: number;
  readonly most: number;
  readonly isBlock: boolean;
  readonly isFlag: boolean;
  /** nginx refuses a second one at the same level. */
  readonly isUnique: boolean;
}

/**
 * nginx 1.18 to 1.31, by its modules' own tables (ngx_command_t): none of what they allow is refused. Each level, and each "!", was tried with nginx 1.22.1.
 * Name, levels, parameters: a number, a range, "1+", "on" for on or off; "{" for a block, "!" where a second one is refused.
 */
const table = `
user M 1-2 !|worker_processes M 1 !|pid M 1 !|error_log MHSL 1+|daemon M on !|master_process M on !|worker_rlimit_nofile M 1 !|load_module M 1|env M 1|pcre_jit M on !
events M 0 { !|worker_connections E 1 !|multi_accept E on !|use E 1 !|accept_mutex E on !
http M 0 { !|server HU 0+|upstream H 1 {|map H 2 {|geo H 1-2 {|split_clients H 2 {|types HSL 0 {|limit_req_zone H 3+|limit_conn_zone H 2|log_format H 2+
proxy_cache_path H 2+|map_hash_bucket_size H 1 !|map_hash_max_size H 1 !|server_names_hash_bucket_size H 1 !|server_names_hash_max_size H 1 !
variables_hash_max_size H 1 !|variables_hash_bucket_size H 1 !
listen S 1+|server_name S 1+|location SL 1-2 {|if SL 1+ {|limit_except L 1+ {|return SLIi 1-2|rewrite SLIi 2-3|set SLIi 2|break SLIi 0
try_files SL 2+ !|root HSLi 1 !|alias L 1 !|index HSL 1+|internal L 0|error_page HSLi 2+|resolver HSLU 1+ !|resolver_timeout HSLU 1 !
client_max_body_size HSL 1 !|client_body_buffer_size HSL 1 !|client_body_timeout HSL 1 !|client_header_timeout HS 1 !|client_header_buffer_size HS 1 !|large_client_header_buffers HS 2 !
client_body_temp_path HSL 1-4 !|keepalive_timeout HSLU 1-2 !|keepalive_requests HSLU 1 !|send_timeout HSL 1 !|server_tokens HSL 1 !|server_name_in_redirect HSL on !|port_in_redirect HSL on !|absolute_redirect HSL on !
sendfile HSLi on !|tcp_nopush HSL on !|tcp_nodelay HSL on !|default_type HSL 1 !|types_hash_max_size HSL 1 !|underscores_in_headers HS on !|ignore_invalid_headers HS on !|merge_slashes HS on !|reset_timedout_connection HSL on !|chunked_transfer_encoding HSL on !
access_log HSLiX 1+|log_not_found HSL on !|allow HSLX 1|deny HSLX 1|satisfy HSL 1 !|auth_basic HSLX 1 !|auth_basic_user_file HSLX 1 !|auth_request HSL 1 !|autoindex HSL on !|charset HSLi 1 !|expires HSLi 1-2 !|add_header HSLi 2-3|limit_req HSL 1-3|limit_conn HSL 2
gzip HSLi on !|gzip_types HSL 1+|gzip_vary HSL on !|gzip_proxied HSL 1+|gzip_comp_level HSL 1 !|gzip_min_length HSL 1 !|gzip_disable HSL 1+|gzip_buffers HSL 2 !|gzip_http_version HSL 1 !|stub_status SL 0-1
set_real_ip_from HSL 1|real_ip_header HSL 1 !|real_ip_recursive HSL on !
ssl_certificate HS 1|ssl_certificate_key HS 1|ssl_password_file HS 1 !|ssl_protocols HS 1+|ssl_ciphers HS 1 !|ssl_prefer_server_ciphers HS on !|ssl_ecdh_curve HS 1 !|ssl_dhparam HS 1 !|ssl_session_timeout HS 1 !|ssl_session_cache HS 1-2|ssl_session_tickets HS on !|ssl_session_ticket_key HS 1
ssl_client_certificate HS 1 !|ssl_trusted_certificate HS 1 !|ssl_verify_client HS 1 !|ssl_verify_depth HS 1 !|ssl_crl HS 1 !|ssl_stapling HS on !|ssl_stapling_verify HS on !|ssl_stapling_file HS 1 !|ssl_reject_handshake HS on !|ssl_early_data HS on !|ssl_conf_command HS 2|ssl_buffer_size HS 1 !
proxy_pass LiX 1 !|proxy_set_header HSL 2|proxy_http_version HSL 1 !|proxy_redirect HSL 1-2|proxy_cookie_domain HSL 1-2|proxy_cookie_path HSL 1-2|proxy_cookie_flags HSL 1-4|proxy_hide_header HSL 1|proxy_pass_header HSL 1|proxy_pass_request_headers HSL on !|proxy_pass_request_body HSL on !|proxy_method HSL 1 !
proxy_read_timeout HSL 1 !|proxy_send_timeout HSL 1 !|proxy_connect_timeout HSL 1 !|proxy_buffering HSL on !|proxy_request_buffering HSL on !|proxy_buffer_size HSL 1 !|proxy_buffers HSL 2 !|proxy_busy_buffers_size HSL 1 !|proxy_max_temp_file_size HSL 1 !|proxy_temp_file_write_size HSL 1 !|proxy_temp_path HSL 1-4 !|proxy_intercept_errors HSL on !|proxy_ignore_headers HSL 1+|proxy_ignore_client_abort HSL on !|proxy_next_upstream HSL 1+|proxy_next_upstream_tries HSL 1 !|proxy_next_upstream_timeout HSL 1 !
proxy_cache HSL 1 !|proxy_cache_valid HSL 1+|proxy_cache_key HSL 1 !|proxy_cache_bypass HSL 1+|proxy_no_cache HSL 1+|proxy_bind HSL 1-2 !|proxy_ssl_verify HSL on !|proxy_ssl_server_name HSL on !|proxy_ssl_name HSL 1 !|proxy_ssl_protocols HSL 1+|proxy_ssl_ciphers HSL 1 !|proxy_ssl_certificate HSL 1 !|proxy_ssl_certificate_key HSL 1 !|proxy_ssl_trusted_certificate HSL 1 !|proxy_ssl_session_reuse HSL on !|proxy_ssl_verify_depth HSL 1 !
keepalive U 1-2 !|least_conn U 0|ip_hash U 0|hash U 1-2|zone U 1-2|random U 0-2|http2 HS on !|http2_max_concurrent_streams HS 1 !|quic_retry HS on !|http3 HS on !|http3_max_concurrent_streams HS 1 !
fastcgi_pass Li 1 !|fastcgi_param HSL 2-3|uwsgi_pass Li 1 !|uwsgi_param HSL 2-3|scgi_pass Li 1 !|grpc_pass Li 1 !|include MEHSLUIiX 1|ssl HS on !|stream M 0 { !|mail M 0 { !|mirror HSL 1|sub_filter HSL 2|etag HSL on !|if_modified_since HSL 1 !|open_file_cache HSL 1-2 !
`;

function ruleOf(entry: string): readonly [string, Rule] {
  const [name = "", levels = "", count = "", ...marks] = entry.trim().split(" ");
  const [least = "0", most = least] = count.endsWith("+") ? [count.slice(0, -1), "Infinity"] : count === "on" ? ["1"] : count.split("-");
  return [name, { levels, least: Number(least), most: Number(most), isBlock: marks.includes("{"), isFlag: count === "on", isUnique: marks.includes("!") }];
}

const rules: ReadonlyMap<string, Rule> = new Map(table.trim().split(/[|\n]/).map(ruleOf));

/** Blocks whose content is of a language of its own that is not judged here. */
const isForeign = (name: string): boolean => holdsData(name) || name === "stream" || name === "mail" || name === "match";

const levelNames: Readonly<Record<string, string>> = { M: "the top of nginx.conf", E: "events", H: "http", S: "a server", L: "a location", U: "an upstream", I: "an `if` of a server", i: "an `if` of a location", X: "limit_except" };

function levelWithin(name: string, level: Level | null): Level | null {
  switch (name) {
    case "events": return "E";
    case "http": return "H";
    case "server": return "S";
    case "upstream": return "U";
    case "location": return "L";
    case "limit_except": return "X";
    case "if": return level === "S" ? "I" : level === "L" ? "i" : null;
    default: return null;
  }
}

/** Of the first file: nginx.conf, a part that stands within http, or, where nothing tells, any place. */
function topLevel(directives: readonly Directive[]): Level | null {
  const names = new Set(directives.map(({ name }) => name));
  if (["http", "events", "stream", "mail"].some((name) => names.has(name))) return "M";
  return ["server", "upstream", "map"].some((name) => names.has(name)) ? "H" : null;
}

/**
 * What nginx would refuse of directives that are known, at nginx's own lines. Codes: syntax, misplaced, unknown-directive,
 * duplicate-directive, duplicate-location, value, semicolon-missing.
 */
export function grammarFindings(directives: readonly Directive[]): readonly SiteFinding[] {
  const findings: SiteFinding[] = [];
  const walk = (level: readonly Directive[], where: Level | null): void => {
    const seen = new Set<string>();
    for (const directive of level) {
      const finding = directiveFinding(directive, where);
      if (finding) findings.push(finding);
      const key = uniqueKey(directive);
      if (key !== null && seen.has(key)) findings.push(twice(directive));
      if (key !== null) seen.add(key);
      if (directive.block && !isForeign(directive.name)) walk(directive.block, levelWithin(directive.name, where));
    }
  };
  walk(directives, topLevel(directives));
  return findings;
}

/** Two of one key at one level are refused; null for what may be repeated. */
function uniqueKey(directive: Directive): string | null {
  const { name } = directive;
  const [first = "", second] = valuesOf(directive);
  if (name === "location") {
    // A path with and without "^~" is the same to nginx; regular expressions may be repeated.
    if (first === "~" || first === "~*" || /^~/.test(first) && second === undefined && !first.startsWith("^~")) return null;
    return second === undefined ? first.startsWith("=") ? `location = ${first.slice(1)}` : `location ${first.replace(/^\^~/, "")}` : first === "=" ? `location = ${second}` : `location ${second}`;
  }
  return name === "upstream" ? `upstream ${first.toLowerCase()}` : rules.get(name)?.isUnique === true ? name : null;
}

function twice({ name, parameters, file, endLine }: Directive): SiteFinding {
  const what = shown(`${name} ${parameters.map(({ text }) => text).join(" ")}`);
  return name === "location"
    ? { code: "duplicate-location", severity: "error", file, line: endLine, message: `NGINX would not start: there is a second \`${what}\` in this server.`, mend: "Put what they say into one of them." }
    : { code: "duplicate-directive", severity: "error", file, line: endLine, message: `NGINX would not start: \`${name}\` stands here a second time at the same level.`, mend: "Keep the one that is meant." };
}

function directiveFinding(directive: Directive, where: Level | null): SiteFinding | null {
  const { name, parameters, file, line, endLine, block } = directive;
  const rule = rules.get(name);
  if (!rule) {
    const meant = where === null || name.length < 4 ? undefined : nearest(name, where);
    return meant === undefined ? null : { code: "unknown-directive", severity: "error", file, line: endLine, message: `NGINX would not start: it knows no directive \`${shown(name)}\`.`, mend: `Was \`${meant}\` meant?` };
  }
  if (where === null) return null;
  if (!rule.levels.includes(where)) {
    return { code: "misplaced", severity: "error", file, line: endLine, message: `NGINX would not start: \`${name}\` may not stand in ${levelNames[where] ?? "this place"}.`, mend: `It belongs in ${Object.entries(levelNames).filter(([level]) => rule.levels.includes(level)).map(([, text]) => text).join(", ")}. Look also for a brace that is missing or one too many.` };
  }
  const isBlock = rule.isBlock || name === "server" && where === "H";
  const lost = lostSemicolon(directive);
  if (isBlock && block === null) return syntax(file, endLine, `directive "${name}" has no opening "{"`, "Open its block with a brace.");
  if (!isBlock && block !== null) return syntax(file, endLine, `directive "${name}" is not terminated by ";"`, lost ?? "End it with a semicolon.");
  const [least, most] = name === "server" ? where === "H" ? [0, 0] : [1, Infinity] : [rule.least, rule.most];
  if (parameters.length < least || parameters.length > most) return syntax(file, endLine, `invalid number of arguments in "${name}" directive`, lost ?? `It takes ${least === most ? least : most === Infinity ? `${least} or more` : `${least} to ${most}`}, not ${parameters.length}.`);
  const wrong = valueProblem(directive, rule);
  if (wrong !== null) return lost === null ? { code: "value", severity: "error", file, line: endLine, message: `NGINX would not start: ${wrong}.`, mend: "Correct the value." } : syntax(file, endLine, wrong, lost);
  return lost === null ? null : { code: "semicolon-missing", severity: "warning", file, line, message: `\`${name}\` goes on over the next line, whose first word is itself a directive; NGINX takes it for a value.`, mend: lost };
}

/** Where a semicolon was forgotten: the first word of a later line is a directive's name. */
function lostSemicolon({ name, parameters, line }: Directive): string | null {
  let before = line;
  for (const { text, line: at } of parameters) {
    if (at > before && rules.has(text) && text !== name && text.length > 3 && !["include", "root", "index"].includes(text)) return `End \`${name}\` with a semicolon in line ${before}.`;
    before = at;
  }
  return null;
}

const listenFlag = /^(?:default_server|default|ssl|http2|quic|spdy|proxy_protocol|bind|deferred|reuseport|multipath|ipv6only=(?:on|off)|so_keepalive=.+|setfib=\d+|fastopen=\d+|backlog=-?\d+|rcvbuf=\d+[kKmM]?|sndbuf=\d+[kKmM]?|accept_filter=.+)$/;
const sizes: ReadonlySet<string> = new Set(["client_max_body_size", "client_body_buffer_size", "client_header_buffer_size", "proxy_buffer_size", "proxy_busy_buffers_size", "proxy_max_temp_file_size"]);
const times: ReadonlySet<string> = new Set(["proxy_read_timeout", "proxy_send_timeout", "proxy_connect_timeout", "send_timeout", "client_body_timeout", "client_header_timeout", "ssl_session_timeout"]);
const protocols: ReadonlySet<string> = new Set(["SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);
const time = /^(?=.)(?:\d+y ?)?(?:\d+M ?)?(?:\d+w ?)?(?:\d+d ?)?(?:\d+h ?)?(?:\d+m ?)?(?:\d+s? ?)?(?:\d+ms)?$/;

/** Why nginx would refuse a value, in its words; null where it takes it or where variables of a template stand in it. */
function valueProblem(directive: Directive, rule: Rule): string | null {
  const { name } = directive;
  const values = valuesOf(directive);
  const [first = ""] = values;
  if (values.some((value) => value.includes("$"))) return null;
  const invalid = `"${name}" directive invalid value`;
  if (rule.isFlag) return /^(?:on|off)$/i.test(first) ? null : `invalid value "${shown(first)}" in "${name}" directive, it must be "on" or "off"`;
  if (sizes.has(name)) return /^\d+[kKmMgG]?$/.test(first) ? null : invalid;
  if (times.has(name)) return time.test(first) ? null : invalid;
  switch (name) {
    case "ssl_protocols": case "proxy_ssl_protocols": {
      const wrong = values.find((value) => !protocols.has(value));
      return wrong === undefined ? null : `invalid value "${shown(wrong)}"`;
    }
    case "ssl_verify_client": return ["on", "off", "optional", "optional_no_ca"].includes(first.toLowerCase()) ? null : `invalid value "${shown(first)}"`;
    case "proxy_http_version": return ["1.0", "1.1", "2"].includes(first) ? null : `invalid value "${shown(first)}"`;
    case "proxy_pass": return /^https?:\/\/[^/]/i.test(first) ? null : "invalid URL prefix";
    case "server_tokens": return ["on", "off", "build"].includes(first.toLowerCase()) ? null : `invalid value "${shown(first)}"`;
    case "return": return values.length === 1 && /^(?:https?:\/\/|\$)/.test(first) ? null : /^\d{1,3}$/.test(first) ? null : `invalid return code "${shown(first)}"`;
    case "listen": {
      const port = /^\d+$/.test(first) ? first : /:(\d+)$/.exec(first)?.[1];
      if (!first.startsWith("unix:") && port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) return `invalid port in "${shown(first)}" of the "listen" directive`;
      const flag = values.slice(1).find((value) => !listenFlag.test(value));
      return flag === undefined ? null : `invalid parameter "${shown(flag)}"`;
    }
    default: return null;
  }
}

/** The directive of this place that a name was probably meant to be: one letter off, or two swapped. */
function nearest(name: string, where: Level): string | undefined {
  for (const [known, { levels }] of rules) if (levels.includes(where) && known.length > 3 && oneEditApart(name, known)) return known;
  return undefined;
}

function oneEditApart(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let same = 0;
  while (same < one.length && same < other.length && one.charAt(same) === other.charAt(same)) same++;
  const [left, right] = [one.slice(same), other.slice(same)];
  return left.slice(1) === right || left === right.slice(1) || left.slice(1) === right.slice(1)
    || left.charAt(0) === right.charAt(1) && left.charAt(1) === right.charAt(0) && left.slice(2) === right.slice(2);
}
