// The help, made from the table of verbs.
import { kindMeanings, practiceKinds } from "../machines/practice/kind-name.ts";
import type { OptionName } from "./options.ts";
import type { Verb } from "./verb.ts";
import { verbs } from "./verbs.ts";

const meanings: Readonly<Record<OptionName, readonly [form: string, meaning: string]>> = {
  "machine": ["--machine windows|linux|practice", "the machine to work on (left out, that of this operating system; practice where neither fits)"],
  "practice-dir": ["--practice-dir DIR", "state of the practice machine; made on first use"],
  "practice-kind": ["--practice-kind KIND", "what the practice machine is, when it is made (`lockstep --help` lists them)"],
  "data-dir": ["--data-dir DIR", "journal and settings"],
  "json": ["--json", "one JSON document on standard output, nothing else"],
  "yes": ["--yes, -y", "carry it out without asking"],
  "plan": ["--plan", "print what would be done; change nothing"],
  "lang": ["--lang en", "language"],
  "help": ["--help, -h", "this text; after a verb, its options"],
  "version": ["--version", "the version"],
  "certificate": ["--certificate FILE|THUMBPRINT", "PFX or PEM file, or a certificate in the machine's store; for NGINX its PEM file, leaf first"],
  "key": ["--key FILE|KIND", "a further file: private key or intermediates (may be repeated); or the kind of key to make"],
  "password-file": ["--password-file FILE", "file that holds the password"],
  "password-stdin": ["--password-stdin", "read the password from standard input"],
  "account": ["--account ACCOUNT", "account that the service runs as (default: ask the service)"],
  "address": ["--address HOST", "0.0.0.0 for all addresses, 127.0.0.1 for this computer only"],
  "port": ["--port PORT", "which port, where the instance has several; of a site, the port for https (default 8443 or 443, by kind)"],
  "host-name": ["--host-name NAME", "host name that is proven besides the addresses"],
  "allow-expired": ["--allow-expired", "use a certificate outside its validity all the same"],
  "take-over": ["--take-over", "replace a binding that another application made"],
  "finish": ["--finish", "carry the interrupted change through instead of putting it back"],
  "keep": ["--keep", "leave the machine as it is, and only close the record of the interrupted change"],
  "to": ["--to pem|der|pfx|pfx-legacy", "what to write; pfx-legacy is for Windows Server 2016 and older"],
  "out": ["--out FILE", "the file to make; one that is there is never overwritten"],
  "out-dir": ["--out-dir DIR", "folder for what is made: a request and its key, or the two halves of a key user's pair"],
  "out-password-file": ["--out-password-file FILE", "password of the file to make (default: the input's)"],
  "with-key": ["--with-key", "write the private key as well"],
  "without-key": ["--without-key", "leave the private key out"],
  "name": ["--name NAME", "common name: the host name that clients use"],
  "san": ["--san NAME|ADDRESS", "a further host name or IP address (may be repeated)"],
  "organization": ["--organization TEXT", "organisation, for the subject"],
  "organizational-unit": ["--organizational-unit TEXT", "department, for the subject"],
  "locality": ["--locality TEXT", "town, for the subject"],
  "state": ["--state TEXT", "state or province, for the subject"],
  "country": ["--country XX", "country in two letters, for the subject"],
  "store": ["--store My|CA|Root", "which store, where several hold the certificate"],
  "search": ["--search TEXT", "only certificates whose subject, names, issuer or numbers hold the text"],
  "include-root": ["--include-root", "trust the root in the files as well: put it into the machine's Root store"],
  "force": ["--force", "remove it although it is in use"],
  "client-certificates": ["--client-certificates on|off", "whether clients must show a certificate (clientCerts, its behaviour, the binding)"],
  "client-issuer": ["--client-issuer THUMBPRINT", "an authority whose client certificates are taken (may be repeated)"],
  "base-address": ["--base-address URL", "address under which clients reach it from outside, behind a proxy"],
  "fhir-base": ["--fhir-base URL", "scheme, host and port of the FHIR base; its path stays"],
  "end-process": ["--end-process", "end the process of a service that does not stop in time"],
  "transcript": ["--transcript FILE", "read what netsh printed on another machine in place of this one (`-`: standard input)"],
  "application": ["--application GUID", "applicationId of the record (default: that of the present one, or SanteDB's)"],
  "flag": ["--flag NAME=VALUE", "a setting as netsh names it, such as clientcertnegotiation=enable (may be repeated)"],
  "delegate": ["--delegate", "let the account pass its right on as well"],
  "kind": ["--kind icdr|dcdr", "what stands behind: an iCDR (8443) or a dCDR (443)"],
  "server-name": ["--server-name NAME", "host name that clients use (may be repeated)"],
  "upstream": ["--upstream http://HOST:PORT", "where SanteDB listens (may be repeated)"],
  "upstream-host": ["--upstream-host HOST", "host that SanteDB's own addresses have (default: that of the first upstream)"],
  "redirect-from": ["--redirect-from PORT|none", "port for http, from which clients are sent on (default 80)"],
  "listen-on": ["--listen-on ADDRESS", "address to listen on (may be repeated; default: all, IPv4 and IPv6)"],
  "client-authorities": ["--client-authorities FILE", "authorities whose client certificates are asked for"],
  "client-required": ["--client-required", "refuse clients without such a certificate"],
  "hsts": ["--hsts", "have browsers ask this host name over https only, on every port"],
  "web-socket": ["--web-socket", "let WebSocket connections through"],
  "no-http2": ["--no-http2", "HTTP/1.1 only"],
  "body-megabytes": ["--body-megabytes N", "largest body of a request (default 64)"],
  "timeout-seconds": ["--timeout-seconds N", "how long SanteDB may take to answer (default 120)"],
  "nginx-version": ["--nginx-version VERSION", "version of NGINX that will read the file (default: 1.19.4 and newer)"],
  "by": ["--by http-sys|nginx|mono", "who speaks TLS: HTTP.sys on Windows; NGINX (recommended) or Mono on Linux"],
  "site-port": ["--site-port PORT", "with NGINX, the port for https (default 8443 or 443, by kind)"],
  "public-key": ["--public-key FILE", "the public key, in whatever form it came (`-`: standard input)"],
  "convert": ["--convert", "make a PEM public key of what is sound but none, or of a private key's public half"],
  "allow-weak": ["--allow-weak", "take a key of 1024 to 2047 bits all the same"],
  "replaces": ["--replaces NAME", "the key user that this one is to take over from"],
  "user": ["--user NAME", "the key user"],
  "algorithm": ["--algorithm CWS-SHA256|CWS-SHA1", "algorithm (default CWS-SHA256; CWS-SHA1 is for CorEMR before 6.2.0)"],
  "method": ["--method GET|POST|PUT|DELETE|PATCH", "method of the request (default: POST with a body, GET without)"],
  "body-file": ["--body-file FILE", "the body, byte for byte (`-`: standard input)"],
  "header": ["--header LINE", "the header line as a client sent it, line breaks and all (`-`: standard input; `@FILE`: a file)"],
  "cws-version": ["--cws-version V1|V2", "version of the services (default V2; V1 knows CWS-SHA1 only)"],
  "undocumented": ["--undocumented body|empty", "what DELETE and PATCH sign, of which nothing is documented (default body)"],
  "url": ["--url URL", "the URL that was asked, in case the client signed it"],
  "content-type": ["--content-type TYPE", "type of the body (default application/json)"],
  "add-header": ["--add-header 'NAME: VALUE'", "a further header (may be repeated)"],
  "answer-key": ["--answer-key FILE", "CorEMR's public key, with which it signs its answers"],
  "answer-header": ["--answer-header NAME", "the header that carries the answer's signature (default Authorization)"],
  "allow-untrusted": ["--allow-untrusted", "send although the server's certificate is not trusted, or over plain http"],
  "no-open": ["--no-open", "print the address only; open no browser"],
};

const listed = (names: readonly OptionName[]): string => {
  const width = Math.max(...names.map((name) => meanings[name][0].length));
  return names.map((name) => `  ${meanings[name][0].padEnd(width)}  ${meanings[name][1]}\n`).join("");
};

function kindList(): string {
  const width = Math.max(...practiceKinds.map((kind) => kind.length));
  return practiceKinds.map((kind) => `  ${kind.padEnd(width)}  ${kindMeanings[kind]}\n`).join("");
}

export function verbHelp(name: string, verb: Verb): string {
  const usage = ["lockstep", name, ...verb.operands, ...(verb.options.length > 0 ? ["[options]"] : [])].join(" ");
  const own = verb.options.length > 0 ? `\nOptions\n${listed(verb.options)}` : "";
  return `${usage}\n\n${verb.summary}\n${own}\nWith any verb\n${listed(["machine", "practice-dir", "practice-kind", "data-dir", "json", "yes", "plan"])}`;
}

export function help(): string {
  const forms = [...Object.entries(verbs).map(([name, verb]) => [[name, ...verb.operands].join(" "), verb.summary] as const), ["serve", "the console as a page in your browser"] as const];
  const width = Math.max(...forms.map(([form]) => form.length));
  return `lockstep VERB [options]

Moves a certificate, its HTTP.sys binding or its site of NGINX, the URL
reservation, the SanteDB configuration and the service together: all change,
or all are put back.

${forms.map(([form, summary]) => `  ${form.padEnd(width)}  ${summary}\n`).join("")}
With any verb
${listed(["machine", "practice-dir", "practice-kind", "data-dir", "json", "yes", "plan", "lang", "help", "version"])}
Kinds of practice machine
${kindList()}
Exit status: 0 done; 1 done, and the answer is no; 2 wrong usage; 3 refused, nothing
changed; 4 failed, everything put back; 5 failed, something not put back.
`;
}
